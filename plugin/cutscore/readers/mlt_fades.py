"""Fades of a clip's picture that are filters: Kdenlive's fades from and to black, Shotcut's video fades."""

from __future__ import annotations

from dataclasses import replace

from cutscore.readers.mlt_items import Item
from cutscore.readers.mlt_project import Project
from cutscore.readers.mlt_values import Element, is_on

_KDENLIVE = {"fade_from_black": "fade_in", "fade_to_black": "fade_out"}
_SHOTCUT = {
    "fadeInBrightness": "fade_in",
    "fadeInMovit": "fade_in",
    "fadeOutBrightness": "fade_out",
    "fadeOutMovit": "fade_out",
}


def with_fades(project: Project, item: Item) -> Item:
    """The item with the fades that its filters make, no longer than itself."""
    length = item.end - item.start
    for element in (*item.entry.iterfind("filter"), *item.played.iterfind("filter")):
        if not is_on(element):
            continue
        properties = project.properties(element)
        ends = (
            _KDENLIVE.get(properties.get("kdenlive_id", "")),
            _SHOTCUT.get(properties.get("shotcut:filter", "")),
        )
        end = next((end for end in ends if end), None)
        if end is None:
            continue
        frames = min(length, _frames(project, element, item, end))
        if end == "fade_in" and frames > 0 and item.over is None:
            item = replace(item, fade_in=frames)
        elif end == "fade_out" and frames > 0:
            item = replace(item, fade_out=frames)
    return item


def _frames(project: Project, element: Element, item: Item, end: str) -> int:
    """How long a fade lasts: Shotcut says it, Kdenlive's filter lasts as long."""
    times, properties = project.times, project.properties(element)
    said = properties.get("shotcut:animIn" if end == "fade_in" else "shotcut:animOut")
    if said is not None:
        return times.frames(said, element.sourceline) or 0
    first, last = (times.frames(element.get(name), element.sourceline) for name in ("in", "out"))
    if last is None:
        return 0
    # Kdenlive counts from the source's first frame; a filter without a beginning begins with the clip.
    begin = first if first is not None else item.first if item.first <= last else 0
    return max(0, last - begin + 1)
