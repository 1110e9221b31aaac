"""Services: what makes `cutscore watch` start by itself: a systemd unit, a launchd agent, a Windows task.

>>> print(SERVICES["systemd"](["cutscore", "watch"]).splitlines()[0])
# ~/.config/systemd/user/cutscore.service
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from cutscore_watchers.services.launchd import launchd_agent
from cutscore_watchers.services.systemd import systemd_unit
from cutscore_watchers.services.windows import windows_task

SERVICES: Mapping[str, Callable[[Sequence[str]], str]] = {
    "systemd": systemd_unit,
    "launchd": launchd_agent,
    "windows": windows_task,
}
"""The text of the file that starts a command at login, for each service manager; where it goes stands in it."""
