"""Again: the command line that sends a parked call again, for whoever reads `cutscore parked` days later.

>>> resending(("film.otio", "-d", "calm, then hopeful"), Path("/edits"))    # doctest: +SKIP
"cd /edits && cutscore score film.otio -d 'calm, then hopeful' --resend"
"""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path

from cutscore.cli.failure import redacted

RESEND = "--resend"


def resending(typed: Sequence[str], folder: Path | None = None) -> str | None:
    """What to type to run `cutscore score` with the words `typed` again, resending, from any folder.

    `folder` is where they were typed (default: the current one), for names in them are read from there. None where
    there is no such line: the words hold what looks like a secret, which is written nowhere.
    """
    words = list(typed)
    end = words.index("--") if "--" in words else len(words)
    if RESEND not in words[:end]:
        words.insert(end, RESEND)
    line = ["cutscore", "score", *words]
    place = str(folder or Path.cwd())
    if os.name == "posix":
        told = f"cd {shlex.quote(place)} && {shlex.join(line)}"
    else:
        # pushd, not cd: it changes the drive too, in both of the system's shells.
        told = f"{subprocess.list2cmdline(['pushd', place])} && {subprocess.list2cmdline(line)}"
    return told if redacted(told) == told else None
