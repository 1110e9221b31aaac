"""Hits as markers: on Kdenlive's bin clip, and on Shotcut's timeline, which has no markers of clips."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from cutscore.placers.laid_music import Hit, LaidMusic
from cutscore.placers.mlt_filters import prop
from cutscore.placers.mlt_shape import Shape
from cutscore.placers.mlt_times import TimeStyle
from cutscore.placers.xml_write import Node
from cutscore.readers.mlt_marks import is_hit
from cutscore.readers.mlt_project import Project
from cutscore.readers.mlt_values import Element, properties_of

MARKERS = "shotcut:markers"
_CATEGORIES = {"cut": 3, "marker": 1, "motion": 6, "flash": 4}
"""Kdenlive's categories, which are colours by default: green, blue, orange, yellow."""
_COLOURS = {"cut": "#1cdc9a", "marker": "#3daee9", "motion": "#f39c1f", "flash": "#c9ce3b"}


def said_of(hit: Hit) -> str:
    """A hit in words, by which it is known again; short, because Kdenlive writes them all on the clip."""
    return hit.name


def markers_text(hits: Sequence[Hit], project: Project, more: Sequence[Any] = ()) -> str:
    """Markers as Kdenlive writes them, ours and those (`more`) of the user."""
    known = sorted(project.colors)
    ours = [{"comment": said_of(hit), "pos": hit.frame, "type": _category(hit, known)} for hit in hits]
    marks = sorted([*ours, *more], key=_position)
    return json.dumps(marks, indent=4, ensure_ascii=False) + "\n"


def kept_markers(text: str | None) -> tuple[list[Any], bool]:
    """The user's markers among those of a bin clip, and whether any of ours are left."""
    try:
        found = json.loads(text) if text else []
    except ValueError:
        return [], False
    marks = [mark for mark in found if isinstance(mark, dict)] if isinstance(found, list) else []
    theirs = [mark for mark in marks if not is_hit(str(mark.get("comment", "")))]
    return theirs, len(theirs) < len(marks)


def group_of(shape: Shape) -> Element | None:
    """Shotcut's group of markers."""
    return next((e for e in shape.timeline.iterfind("properties") if e.get("name") == MARKERS), None)


def hits_in(shape: Shape, start: int = 0, end: int | None = None) -> Iterator[Element]:
    """Our markers on Shotcut's timeline, all or those between two frames."""
    group = group_of(shape)
    for marker in group.iterfind("properties") if group is not None else ():
        said = properties_of(marker)
        frame = shape.project.times.frames(said.get("start"), marker.sourceline) or 0
        if is_hit(said.get("text", "")) and start <= frame and (end is None or frame < end):
            yield marker


def shotcut_markers(laid: LaidMusic, first: int, style: TimeStyle) -> list[Node]:
    """The hits as markers of the timeline, numbered on from `first`."""
    found: list[Node] = []
    for hit in laid.hits:
        at = laid.start + hit.frame - laid.source
        if laid.start <= at < laid.end:
            said = {"text": said_of(hit), "start": style.of(at), "end": style.of(at), "color": _COLOURS[hit.kind]}
            number = str(first + len(found))
            found.append(Node("properties", {"name": number}, [prop(*one) for one in said.items()]))
    return found


def next_number(group: Element) -> int:
    """The first free number of a marker."""
    names = [str(marker.get("name", "")) for marker in group.iterfind("properties")]
    return max((int(name) for name in names if re.fullmatch(r"\d{1,9}", name)), default=-1) + 1


def _category(hit: Hit, known: Sequence[int]) -> int:
    wanted = _CATEGORIES.get(hit.kind, 0)
    return wanted if not known or wanted in known else known[0]


def _position(mark: dict[str, Any]) -> float:
    position = mark.get("pos")
    return position if isinstance(position, int | float) else 0
