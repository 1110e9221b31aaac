"""Every error a person can meet, each with its exit code.

    CutscoreError            1   the base; never raised itself
    ├── ConfigError          2   the configuration or the command line is wrong
    ├── InputRefused         3   a timeline, video or request cannot be used as it is
    ├── EngineFailed         4   the engine answered with an error, or did not answer; nothing was billed
    ├── OutcomeUnknown       5   a paid call was sent and its outcome is not known: it is parked
    ├── OutputFailed         6   the result could not be written (read-only folder, full disk)
    └── Cancelled          130   the user stopped the work

The message of an error is one clear sentence: what is wrong, where, and what to do.
It is printed as it stands on standard error, without a traceback.
"""

from __future__ import annotations

from typing import ClassVar


class CutscoreError(Exception):
    """The base of all errors that are told to a person in one sentence."""

    exit_code: ClassVar[int] = 1


class ConfigError(CutscoreError):
    """The configuration or the command line is wrong."""

    exit_code = 2


class InputRefused(CutscoreError):
    """A timeline, a video or a request cannot be used as it is."""

    exit_code = 3


class EngineFailed(CutscoreError):
    """The engine answered with an error or could not be reached; nothing was billed."""

    exit_code = 4


class OutcomeUnknown(CutscoreError):
    """A paid call was sent and its outcome is not known; it is parked, never re-sent by itself."""

    exit_code = 5


class OutputFailed(CutscoreError):
    """The result could not be written."""

    exit_code = 6


class Cancelled(CutscoreError):
    """The user stopped the work."""

    exit_code = 130
