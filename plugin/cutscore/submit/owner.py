"""Owners: which process holds something, and whether it can be seen to be gone.

Only a process of this machine can be seen; of any other the beat in the ledger tells.
"""

from __future__ import annotations

import os
import platform
import uuid
from contextlib import suppress
from pathlib import Path


def this_owner() -> str:
    """A name for one piece of work of this process: "machine|process|anything"."""
    return f"{_machine()}|{os.getpid()}|{uuid.uuid4().hex[:8]}"


def is_gone(owner: str) -> bool:
    """Whether the owner certainly lives no more; False when that cannot be told."""
    machine, _, rest = owner.partition("|")
    number = rest.partition("|")[0]
    # On Windows os.kill would end the process instead of asking for it.
    if machine != _machine() or not number.isdigit() or os.name != "posix":
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _machine() -> str:
    """This machine's name, with its space of process numbers where containers have their own."""
    space = ""
    with suppress(OSError):
        space = str(Path("/proc/self/ns/pid").readlink())
    return f"{platform.node()}{space}".replace("|", "_")
