"""The systemd unit: started at login, watched over, started anew when it fails (systemd.service(5))."""

from __future__ import annotations

from collections.abc import Sequence

_UNIT = """\
# ~/.config/systemd/user/cutscore.service
#   cutscore watch --print-service systemd > ~/.config/systemd/user/cutscore.service
#   systemctl --user daemon-reload && systemctl --user enable --now cutscore
#   loginctl enable-linger        (to watch while nobody is logged in)
#   journalctl --user -u cutscore -f
[Unit]
Description=Cutscore: music for renders that are dropped into folders
# A wrong configuration is not tried again and again.
StartLimitIntervalSec=300
StartLimitBurst=5

[Service]
Type=notify
ExecStart={command}
ExecReload=/bin/kill -HUP $MAINPID
WatchdogSec=60
Restart=on-failure
RestartSec=5
RestartPreventExitStatus=2
# The watcher itself stops within five seconds; a paid call that is under way may bring its music home first.
TimeoutStopSec=16min
Nice=5

[Install]
WantedBy=default.target
"""


def systemd_unit(command: Sequence[str]) -> str:
    """The unit that runs `command`."""
    return _UNIT.format(command=" ".join(_quoted(word) for word in command))


def _quoted(word: str) -> str:
    """A word of a command line as systemd reads it: specifiers and variables taken literally."""
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%").replace("$", "$$").replace("\n", "\\n")
    return f'"{word}"'
