"""Markers of Kdenlive and Shotcut: guides of a sequence, markers of bin clips, markers of Shotcut's timeline."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cutscore.readers.mlt_project import Project
from cutscore.readers.mlt_values import Element, number, properties_of

_OUR_HIT = re.compile(r"hit \d+ (cut|marker|motion|flash)( \(.*\))?", re.DOTALL)
_SEQUENCE = "kdenlive:sequenceproperties."
_GUIDE = "kdenlive:guide."


@dataclass(frozen=True, slots=True)
class Mark:
    """A marker, in frames of what it belongs to."""

    frame: int
    name: str
    frames: int = 0
    color: str = ""


def timeline_marks(project: Project, timeline: Element) -> list[Mark]:
    """The guides of a Kdenlive sequence or the markers of Shotcut's timeline."""
    own = project.properties(timeline)
    if project.writer == "shotcut":
        return list(_shotcut_marks(project, timeline))
    for text in (own.get(f"{_SEQUENCE}guides"), own.get("kdenlive:markers"), project.document.get("guides")):
        if text and (marks := _json_marks(project, text, "guides")):
            return marks
    return list(_old_guides(project))


def clip_marks(project: Project, played: Element) -> list[Mark]:
    """The markers of a clip, in source frames: the bin's, which are the latest."""
    own = project.properties(played)
    text = project.bin_clips.get(own.get("kdenlive:id", ""), {}).get("kdenlive:markers") or own.get("kdenlive:markers")
    return _json_marks(project, text, "clip markers") if text else []


def is_hit(text: str) -> bool:
    """Whether a marker is one of ours, at a hit of music that was placed earlier; those tell nothing of the edit."""
    return _OUR_HIT.fullmatch(text) is not None


def zone_of(project: Project, timeline: Element, duration: int) -> tuple[int, int] | None:
    """Kdenlive's timeline zone where somebody set one: it always writes one, from frame 0 to 75."""
    own = project.properties(timeline)
    texts = (
        [own[f"{_SEQUENCE}{name}"] for name in ("zonein", "zoneout")]
        if f"{_SEQUENCE}zoneout" in own and f"{_SEQUENCE}zonein" in own
        else [project.document.get(name, "") for name in ("zonein", "zoneout")]
    )
    first, last = (number(text) for text in texts)
    if first is None or last is None or not 0 <= first < last or (first == 0 and (last == 75 or last >= duration)):
        return None
    return int(first), int(last)


@lru_cache(maxsize=256)
def _parsed(text: str) -> Any:
    """A list of markers as JSON, None for what is none; clips used many times bring the same one each time."""
    try:
        return json.loads(text)
    except ValueError:
        return None


def _json_marks(project: Project, text: str, what: str) -> list[Mark]:
    found = _parsed(text)
    if not isinstance(found, list):
        if text.strip():
            project.warnings.append(f"The {what} of the project cannot be read; they are left out.")
        return []
    marks = []
    for mark in found:
        frame = _whole(mark.get("pos")) if isinstance(mark, dict) else None
        if frame is None or frame < 0:
            continue
        name = mark.get("comment")
        marks.append(
            Mark(
                frame, name if isinstance(name, str) else "", _whole(mark.get("duration")) or 0, _colour(project, mark)
            )
        )
    return marks


def _whole(value: Any) -> int | None:
    return round(value) if isinstance(value, int | float) and abs(value) < 1e12 else None


def _colour(project: Project, mark: dict[str, Any]) -> str:
    """The colour of a marker's category."""
    kind = mark.get("type", 0)
    return project.colors.get(kind, "") if isinstance(kind, int) else ""


def _old_guides(project: Project) -> Iterator[Mark]:
    """Guides as Kdenlive wrote them before 17.08: "kdenlive:guide.12.5" with the seconds in the name."""
    for name, text in project.properties(project.bin).items():
        if name.startswith(_GUIDE) and (seconds := number(name.removeprefix(_GUIDE))) is not None and seconds >= 0:
            yield Mark(round(seconds * project.times.rate), text)


def _shotcut_marks(project: Project, timeline: Element) -> Iterator[Mark]:
    for group in timeline.iterfind("properties"):
        if group.get("name") != "shotcut:markers":
            continue
        for marker in group.iterfind("properties"):
            said = properties_of(marker)
            first = project.times.frames(said.get("start"), marker.sourceline)
            last = project.times.frames(said.get("end"), marker.sourceline)
            if first is not None and first >= 0 and not is_hit(said.get("text", "")):
                yield Mark(first, said.get("text", ""), max(0, (last or first) - first), said.get("color", ""))
