"""What Cutscore writes down beside a clip that it places: where the music comes from, and how it lay.

OTIO keeps the notes as metadata; formats without such keep them as one line of text in a field that
editors preserve (a log note, a clip's note, a property): words for people first, then JSON.
"""

from __future__ import annotations

import json
import math
import re
import uuid
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from cutscore_composer.timebase import rate_text

KEY = "cutscore"
"""Under which the notes stand where a format has names for such."""
SCHEMA = "cutscore.place/1"
_MARK = '{"schema":"cutscore.place/'
_LONGEST = 20_000

Notes = dict[str, Any]


def notes_of(
    provenance: Mapping[str, str],
    *,
    name: str,
    url: str,
    audio_sha256: str,
    rate: Fraction,
    start: int,
    frames: int,
    media_start: int,
    handles: tuple[int, int],
    hits: int,
    rest_sha256: str,
    onto_sha256: str,
    role: str = "",
) -> Notes:
    """The notes of a clip that is being placed; `start` and all counts in frames of the timeline."""
    return {
        "schema": SCHEMA,
        **provenance,
        "placed": {
            "id": uuid.uuid4().hex,
            "name": name,
            "url": url,
            "audio_sha256": audio_sha256,
            "timeline_rate": rate_text(rate),
            "start": start,
            "frames": frames,
            "media_start": media_start,
            **({"handles": list(handles)} if any(handles) else {}),
            "hits": hits,
            "rest_sha256": rest_sha256,
            "onto_sha256": onto_sha256,
            **({"role": role} if role else {}),
        },
    }


def valid_facts(notes: Any) -> Mapping[str, Any]:
    """How the clip lay when it was placed (`notes["placed"]`); empty where the notes are none or garbled."""
    placed = notes.get("placed") if isinstance(notes, dict) else None
    try:
        numbers = [exact(placed[key]) for key in ("timeline_rate", "start", "frames", "media_start")] if placed else []
    except (KeyError, ValueError, TypeError):
        return {}
    good = isinstance(placed, dict) and numbers and numbers[0] > 0 and isinstance(placed.get("id"), str)
    return placed if good and isinstance(placed, dict) else {}


def as_text(notes: Notes) -> str:
    """The notes as one line: words for people, then JSON."""
    engine = " ".join(str(notes[key]) for key in ("engine", "version", "date") if notes.get(key))
    words = f"Music by Cutscore ({engine})." if engine else "Music by Cutscore."
    return f"{words} {json.dumps(notes, ensure_ascii=True, separators=(',', ':'))}"


def from_text(text: str | None) -> Notes:
    """The notes in a text, wherever they stand in it; empty where there are none."""
    at = text.find(_MARK) if text else -1
    if text is None or at < 0 or len(text) - at > _LONGEST:
        return {}
    try:
        found, _ = json.JSONDecoder().raw_decode(text, at)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def exact(number: Any) -> Fraction:
    """A number of a file as it is written. Raises ValueError for what is none (and for infinity)."""
    text = str(number)
    if len(text) > 40 or "e" in text.lower():
        # An exponent of a million digits is no time: through a float it is infinite, and refused.
        value = float(text)
        if not math.isfinite(value):
            raise ValueError(f"{text[:40]} is no number")
        return Fraction(value)
    try:
        return Fraction(text)
    except ZeroDivisionError as error:
        raise ValueError(f"{text} is no number") from error


def without_notes(text: str) -> str:
    """A text of the user's without the notes in it."""
    return re.sub(r"\s*Music by Cutscore[^{]*" + re.escape(_MARK) + r".*$", "", text, flags=re.DOTALL)
