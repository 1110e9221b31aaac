"""The launchd agent: started at login, kept alive (launchd.plist(5))."""

from __future__ import annotations

import plistlib
from collections.abc import Sequence

LABEL = "app.cutscore.watch"
_HOW = f"""<!-- ~/Library/LaunchAgents/{LABEL}.plist
  Put this file there, then:
  launchctl bootstrap gui/$(id -u) ~/Library/LaunchAgents/{LABEL}.plist
  The log: ~/Library/Logs/cutscore-watch.log -->
"""


def launchd_agent(command: Sequence[str]) -> str:
    """The agent that runs `command`."""
    said = plistlib.dumps(
        {
            "Label": LABEL,
            # A shell, for ~ in the name of the log alone; the command's words reach it as they are.
            "ProgramArguments": [
                "/bin/sh",
                "-c",
                'exec "$@" >> ~/Library/Logs/cutscore-watch.log 2>&1',
                "sh",
                *command,
            ],
            "RunAtLoad": True,
            "KeepAlive": {"SuccessfulExit": False},
            "ThrottleInterval": 60,
            "ProcessType": "Background",
            # SIGTERM first; the watcher stops within five seconds, a paid call under way brings its music home.
            "ExitTimeOut": 900,
        }
    ).decode("utf-8")
    head, _, rest = said.partition("\n")
    return f"{head}\n{_HOW}{rest}"
