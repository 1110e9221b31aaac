"""Reading .aaf (Avid, Premiere) through the public adapter (an extra); rate and tracks are counted by us."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from fractions import Fraction
from typing import Any

import opentimelineio as otio

from cutscore.cut import TrackCounts
from cutscore.readers.files import TimelineFile
from cutscore.readers.loaded import Loaded
from cutscore_composer.errors import InputRefused

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def load(file: TimelineFile) -> Loaded:
    """Read an AAF file. Raises InputRefused, also where the extra is not installed."""
    path = file.path
    if not file.data.startswith(_MAGIC):
        raise InputRefused(f"{path} is no AAF file; export the sequence as AAF (linked media).")
    try:
        import aaf2
        import otio_aaf_adapter  # noqa: F401  # only whether it is there
    except ImportError as error:
        raise InputRefused(
            f'{path}: reading AAF needs an extra; install it with: pip install "cutscore[aaf]"'
        ) from error
    with _quiet() as said:
        try:
            timeline = otio.adapters.read_from_file(str(path), adapter_name="AAF")
            with aaf2.open(str(path), "r") as opened:
                facts = _facts(opened)
        except Exception as error:  # the adapter and pyaaf2 raise dozens of kinds for broken files
            raise InputRefused(
                f"{path} cannot be read as AAF ({_short(error)}); export it again, or as .otio."
            ) from error
    if not isinstance(timeline, otio.schema.Timeline):
        raise InputRefused(f"{path} holds no single sequence; export one sequence as AAF.")
    return Loaded(timeline, path.parent, _warnings(said.getvalue()), **facts)


def _warnings(said: str) -> list[str]:
    """What the adapter prints that a person should know: sources without which it puts a gap."""
    lost = said.count("creating Gap")
    return [f"{lost} sources are not in the AAF itself and are shown as black."] if lost else []


def _facts(file: Any) -> dict[str, Any]:
    """Rate, drop-frame and track counts of the sequence: the adapter leaves out tracks without clips."""
    mob = next(iter(file.content.toplevel()), None)
    if mob is None:
        return {}
    rate: Fraction | None = None
    drop = False
    sounds = 0
    pictures = 0
    for slot in mob.slots:
        kind = slot.media_kind
        if kind == "Picture":
            rate = rate or Fraction(slot.edit_rate)
            segment = slot.segment
            # The layers of a nested scope are the video tracks.
            pictures += len(list(segment.slots)) if type(segment).__name__ == "NestedScope" else 1
        elif kind == "Sound":
            sounds += 1
        elif "Timecode" in str(kind) and slot.segment.get("Drop") is not None:
            drop = drop or bool(slot.segment["Drop"].value)
    return {"rate": rate, "drop_frame": drop, "counts": TrackCounts(pictures, sounds)}


@contextmanager
def _quiet() -> Iterator[io.StringIO]:
    """pyaaf2 warns through the root logger of oddities that every Avid file has; what the adapter prints is kept."""
    printed = io.StringIO()
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with redirect_stdout(printed):
            yield printed
    finally:
        logging.disable(before)


def _short(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:160]}" if lines else type(error).__name__
