"""Rewrites the children of a music track: one clip put in, replaced or taken out, all else where it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from cutscore.placers.byte_edits import Edit
from cutscore.placers.json_text import JsonText, Value
from cutscore.placers.json_write import dump, with_elements
from cutscore.placers.otio_own import TrackItem, items_of
from cutscore.placers.otio_parts import Json, gap
from cutscore.placers.otio_style import Style

Write = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Group:
    """An item with the transitions at its edges, in whole frames of the track."""

    start: int
    end: int
    write: Write
    before: tuple[Write, ...] = ()
    """Transitions at its head."""
    after: tuple[Write, ...] = ()
    """Transitions at its tail."""
    item: Value | None = None
    """Where it stands in the file; None for a new one."""

    def meets(self, start: int, end: int) -> bool:
        """Whether it overlaps a range."""
        return self.start < end and start < self.end


def groups_of(doc: JsonText, track: Value, rate: Fraction) -> list[Group] | None:
    """What lies on a track besides its gaps; None when it cannot be laid out anew without loss."""
    items = items_of(doc, track, rate)
    if items is None or any(i.start.denominator > 1 or i.end.denominator > 1 for i in items):
        return None
    groups: list[Group] = []
    waiting: list[Write] = []
    after_gap = True
    for item in items:
        if item.schema in ("Gap", "Filler"):
            if _holds_more(doc, item):
                return None
            after_gap = True
        elif item.schema == "Transition":
            if groups and not after_gap:
                groups[-1] = replace(groups[-1], after=(*groups[-1].after, _as_is(doc, item.value)))
            else:
                waiting.append(_as_is(doc, item.value))
        else:
            write = _as_is(doc, item.value)
            groups.append(Group(int(item.start), int(item.end), write, tuple(waiting), item=item.value))
            waiting, after_gap = [], False
    return groups


def replaced(groups: Sequence[Group], old: Value, start: int, end: int, clip: Json, style: Style) -> list[Group]:
    """The groups with a new clip in the place of an old one; transitions at its edges stay."""
    new = _new(clip, style)
    return [
        replace(group, start=start, end=end, write=new, item=None) if _is(group, old) else group for group in groups
    ]


def without(groups: Sequence[Group], old: Value) -> list[Group]:
    """The groups without an item and its transitions."""
    return [group for group in groups if not _is(group, old)]


def with_clip(groups: Sequence[Group], start: int, end: int, clip: Json, style: Style) -> list[Group]:
    """The groups with one more clip."""
    return [*groups, Group(start, end, _new(clip, style))]


def written(doc: JsonText, track: Value, groups: Sequence[Group], style: Style) -> Edit:
    """The track's children written anew: the groups in order, gaps between them."""
    children = doc.member(track, "children")
    assert children is not None
    return with_elements(doc, children, style.layout, writes_of(groups, style))


def writes_of(groups: Sequence[Group], style: Style) -> list[Write]:
    """The children of a track that holds these groups."""
    writes: list[Write] = []
    at = 0
    for group in sorted(groups, key=lambda g: g.start):
        if group.start > at:
            writes.append(_new(gap(group.start - at, style), style))
        writes += [*group.before, group.write, *group.after]
        at = group.end
    return writes


def _new(value: Json, style: Style) -> Write:
    return lambda indent: dump(value, style.layout, indent)


def _as_is(doc: JsonText, value: Value) -> Write:
    text = doc.text(value)
    return lambda indent: text


def _is(group: Group, item: Value) -> bool:
    return group.item is not None and group.item.start == item.start


def _holds_more(doc: JsonText, item: TrackItem) -> bool:
    lists = (doc.member(item.value, key) for key in ("markers", "effects"))
    return any(found is not None and doc.elements(found) for found in lists)
