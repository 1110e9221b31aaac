"""The Windows task: started at logon, without a time limit, started anew when it fails (Task Scheduler schema 1.2)."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from xml.sax.saxutils import escape

_TASK = """\
<?xml version="1.0" encoding="UTF-8"?>
<!-- Save this as cutscore.xml, then: schtasks /Create /TN Cutscore /XML cutscore.xml -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>Cutscore: music for renders that are dropped into folders</Description>
  </RegistrationInfo>
  <Triggers>
    <LogonTrigger><Enabled>true</Enabled></LogonTrigger>
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>
    <Priority>7</Priority>
    <RestartOnFailure>
      <Interval>PT1M</Interval>
      <Count>10</Count>
    </RestartOnFailure>
  </Settings>
  <Actions>
    <Exec>
      <Command>{program}</Command>
      <Arguments>{arguments}</Arguments>
    </Exec>
  </Actions>
</Task>
"""


def windows_task(command: Sequence[str]) -> str:
    """The task that runs `command`, in ASCII."""
    arguments = subprocess.list2cmdline(list(command[1:]))
    text = _TASK.format(program=escape(command[0]), arguments=escape(arguments))
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")
