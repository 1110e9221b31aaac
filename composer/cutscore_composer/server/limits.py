"""Limits of a child process: memory, time of the processor, size of files; where the system has such."""

from __future__ import annotations

import contextlib
import sys

CORE_SECONDS_MARGIN = 5
LARGEST_FILE_BYTES = 1 << 30
"""Ten times what 600 s of music are."""


def limit_space(megabytes: int) -> None:
    """The most memory (address space) that this process may have, and the largest file that it may write."""
    if sys.platform == "linux":
        # On macOS the limit is not honoured, on Windows there is none: there the deadlines alone hold.
        import resource

        _lower(resource.RLIMIT_AS, megabytes << 20)
        _lower(resource.RLIMIT_CORE, 0)
        _lower(resource.RLIMIT_FSIZE, LARGEST_FILE_BYTES)


def limit_time(core_seconds: float) -> None:
    """How many more seconds of the processor this process may use; then the system ends it."""
    if sys.platform != "win32":
        import resource

        used = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(used.ru_utime + used.ru_stime + core_seconds) + CORE_SECONDS_MARGIN
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def end_with_parent() -> None:
    """Let the system end this process when the one that started it ends."""
    if sys.platform == "linux":
        import ctypes

        pr_set_pdeathsig, sigkill = 1, 9
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, sigkill, 0, 0, 0)


if sys.platform != "win32":

    def _lower(what: int, most: int) -> None:
        import resource

        _, hard = resource.getrlimit(what)
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, hard))
