"""Names of the files that placing makes: scored versions, kept copies, music with its timecode."""

from __future__ import annotations

import os
import re
import uuid
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

from cutscore_composer.timebase import timecode

LONGEST_STEM_BYTES = 200

_SCORED = re.compile(r"(?P<stem>.+?)\.scored(?:\.(?P<number>\d+))?$")


def scored_name(project: Path, suffix: str) -> str:
    """The file name of a project with its music: "edit.scored.otio"; of a scored one, the next version."""
    match = _SCORED.fullmatch(project.stem)
    if match is None:
        return f"{_short(project.stem)}.scored{suffix}"
    return f"{match['stem']}.scored.{int(match['number'] or 1) + 1}{suffix}"


def _short(stem: str) -> str:
    """A name that leaves room for endings within the 255 bytes that a file's name may have."""
    raw = os.fsencode(stem)
    return stem if len(raw) <= LONGEST_STEM_BYTES else raw[:LONGEST_STEM_BYTES].decode("utf-8", "ignore")


def next_version(path: Path) -> Path:
    """The first version of a scored file after `path` that does not exist: "edit.scored.2.otio", ".3" …"""
    match = _SCORED.fullmatch(path.stem)
    stem = match["stem"] if match else path.stem
    number = int(match["number"] or 1) + 1 if match else 2
    while True:
        candidate = path.with_name(f"{stem}.scored.{number}{path.suffix}")
        if not candidate.exists():
            return candidate
        number += 1


def kept_name(path: Path) -> Path:
    """The first free name for a copy of `path` before it is changed: "edit.before-cutscore-1.otio"."""
    number = 1
    while True:
        candidate = path.with_name(f"{path.stem}.before-cutscore-{number}{path.suffix}")
        if not candidate.exists():
            return candidate
        number += 1


def bundle_name(audio: Path, present: Callable[[str], bool | None]) -> str:
    """What a music file is called in a bundle: "edit.wav", "edit-2.wav" …

    `present(name)` tells whether the bundle has a file of that name: None if not, else whether it is
    this very music, which then is used again; other files keep their names.
    """
    free = None
    for number in range(1, 1000):
        name = audio.name if number == 1 else f"{audio.stem}-{number}{audio.suffix}"
        there = present(name)
        if there:
            return name
        if there is None and free is None:
            free = name
        if free is not None and number > 50:
            break
    return free or f"{audio.stem}-{uuid.uuid4().hex}{audio.suffix}"


def timecoded_name(audio: Path, start_frame: int, rate: Fraction, drop_frame: bool = False) -> str:
    """A music file's name with its start timecode in it: "edit_TC_01-00-00-00.wav"; left alone if it has one."""
    text = timecode(max(0, start_frame), rate, drop_frame).replace(":", "-").replace(";", "-")
    if text in audio.stem or text.replace("-", "") in audio.stem:
        return audio.name
    return f"{audio.stem}_TC_{text}{audio.suffix}"
