"""Whether a program still has a file open for writing, where the system tells: Linux by a lease, Windows by sharing."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

if sys.platform == "linux":
    import errno
    import fcntl
    import signal

    _F_SETSIG = 10

    def open_for_writing(path: Path) -> bool | None:
        """Whether somebody has the file open for writing; None where the file system does not tell.

        The kernel grants a read lease only while there is no writer; it is given back at once.
        """
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            return None
        try:
            # Should a writer come in between, the kernel signals us: by one whose default is to do nothing.
            fcntl.fcntl(handle, _F_SETSIG, signal.SIGURG)
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        except OSError as error:
            return True if error.errno == errno.EAGAIN else None
        else:
            with suppress(OSError):
                fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
            return False
        finally:
            os.close(handle)

elif sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    _GENERIC_READ, _SHARE_READ, _OPEN_EXISTING, _SHARING_VIOLATION = 0x80000000, 1, 3, 32

    def open_for_writing(path: Path) -> bool | None:
        """Whether somebody has the file open for writing; None where the system does not tell."""
        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.CreateFileW.restype = wintypes.HANDLE
        kernel.CloseHandle.argtypes = [wintypes.HANDLE]
        # Sharing reading only is refused while a writer has it open.
        handle = kernel.CreateFileW(str(path), _GENERIC_READ, _SHARE_READ, None, _OPEN_EXISTING, 0, None)
        if handle == wintypes.HANDLE(-1).value:
            return True if ctypes.get_last_error() == _SHARING_VIOLATION else None
        kernel.CloseHandle(handle)
        return False

else:

    def open_for_writing(path: Path) -> bool | None:
        """Whether somebody has the file open for writing: this system does not tell."""
        return None
