"""How long an MLT project says that it is: in the timeline, in the black track below it, and where both are used.

A renderer plays no further than these say; music that lies on beyond the picture lengthens them. The
programs work them out anew when they open a project.
"""

from __future__ import annotations

from collections.abc import Iterator

from cutscore.placers.mlt_shape import Shape
from cutscore.readers.mlt_values import Element, flag


def ends_before(shape: Shape, end: int) -> Iterator[tuple[Element, str | None]]:
    """Everything that says an end before frame `end`: an element and its attribute, or a property of a length."""
    for element, attribute in lengths(shape):
        said = element.get(attribute) if attribute is not None else element.text
        frames = shape.project.times.frames(said, element.sourceline)
        if frames is not None and frames < (end - 1 if attribute == "out" else end):
            yield element, attribute


def lengths(shape: Shape) -> Iterator[tuple[Element, str | None]]:
    """Everything that says the end of the timeline."""
    yield shape.timeline, "out"
    if shape.track_elements and shape.track_elements[0] is not (shape.tracks[0].element if shape.tracks else None):
        yield from _black(shape, shape.project.played_by(shape.track_elements[0]))
    if not shape.has_sequences:
        return
    name = shape.timeline.get("id")
    for tractor in shape.root.iterfind("tractor"):
        if flag(shape.project.properties(tractor), "kdenlive:projectTractor"):
            shown = [track for track in tractor.iterfind("track") if track.get("producer") == name]
            yield from ((element, "out") for element in [*shown, *([tractor] if shown else [])])


def _black(shape: Shape, played: Element | None) -> Iterator[tuple[Element, str | None]]:
    if played is None:
        return
    if played.tag == "playlist":
        entries = [*played.iterfind("entry")]
        for entry in entries[-1:]:
            yield entry, "out"
            yield from _black(shape, shape.project.played_by(entry))
        return
    yield played, "out"
    for found in played.iterfind("property"):
        if found.get("name") == "length":
            yield found, None
