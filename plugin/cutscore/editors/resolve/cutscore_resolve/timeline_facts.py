"""Timeline facts: exact rate, first frame, length, and the timeline as an .otio file."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .connection import Connection, Trouble

LONGEST_NAME = 80


@dataclass(frozen=True)
class Facts:
    """What must be known of a timeline to lay something into it."""

    name: str
    rate: Fraction
    start_frame: int
    """The number of its first frame, as record frames count."""
    frames: int


def facts_of(timeline: Any) -> Facts:
    """The facts of a timeline. Raises Trouble when Resolve does not tell them."""
    start, end = timeline.GetStartFrame(), timeline.GetEndFrame()
    rate = exact_rate(timeline.GetSetting("timelineFrameRate"))
    if start is None or end is None or rate is None:
        raise Trouble(f"Resolve does not tell the frame rate and length of '{timeline.GetName()}'.")
    if end <= start:
        raise Trouble(f"The timeline '{timeline.GetName()}' is empty: there is nothing to score.")
    return Facts(str(timeline.GetName() or "timeline"), rate, int(start), int(end) - int(start))


def exact_rate(said: object) -> Fraction | None:
    """24000/1001 for Resolve's "23.976" or 23.976; "29.97 DF" is 30000/1001. None for what is no rate."""
    found = re.match(r"\s*(\d+(?:\.\d+)?)", str(said))
    if found is None:
        return None
    number = Fraction(found.group(1))
    if number <= 0:
        return None
    if number.denominator == 1:
        return number
    # A broken number that stands for a television rate is the nearest multiple of 1000/1001.
    whole = round(float(number) * 1001 / 1000)
    television = Fraction(whole * 1000, 1001)
    return television if abs(television - number) < Fraction(1, 200) else number


def export_otio(connection: Connection, timeline: Any, folder: str) -> str:
    """Write the timeline as .otio into a folder. Raises Trouble; a file that Resolve did not write is never trusted."""
    kind = getattr(connection.resolve, "EXPORT_OTIO", None)
    if kind is None:
        raise Trouble("This Resolve cannot export OpenTimelineIO: version 18.5 or later is needed.")
    path = os.path.join(folder, f"{file_name(timeline.GetName())}.otio")
    if os.path.exists(path):
        os.remove(path)
    timeline.Export(path, kind, getattr(connection.resolve, "EXPORT_NONE", -1))
    if not os.path.isfile(path) or os.path.getsize(path) == 0:
        raise Trouble(f"Resolve did not write the timeline to {path}: is the folder writable?")
    return path


def file_name(name: object) -> str:
    """A timeline's name as a file's: what some system forbids becomes "_"."""
    text = re.sub(r'[<>:"/\\|?*\x00-\x1f\x7f]', "_", str(name or "")).strip(" .")[:LONGEST_NAME]
    return text or "timeline"
