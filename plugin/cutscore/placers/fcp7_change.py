"""Changes of an FCP7 clip item of ours: new music in it, everything that the user gave to it kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cutscore.placers import fcp7_parts as parts
from cutscore.placers.byte_edits import Edit
from cutscore.placers.fcp7_tracks import notes_text
from cutscore.placers.laid_music import LaidMusic, is_hit
from cutscore.placers.notes import as_text, without_notes
from cutscore.placers.own_music import OwnClip
from cutscore.placers.xml_text import Element
from cutscore.placers.xml_write import Node, Verbatim, XmlWriter, digest
from cutscore.readers.fcp7_values import number, text_of


@dataclass(frozen=True, slots=True)
class Kept:
    """What the user gave to a clip, for a clip that takes its place elsewhere."""

    name: str = ""
    filters: Sequence[Verbatim] = ()
    has_levels: bool = False
    more: Sequence[Verbatim] = ()


def changed_item(
    writer: XmlWriter,
    item: Element,
    old: OwnClip,
    laid: LaidMusic,
    ids: parts.Ids,
    channel: int,
    manner: parts.Manner,
) -> list[Edit]:
    """The edits that put new music into one part of a clip."""
    first = channel == 0
    filters = _new_levels(writer, item, old, laid)
    noted = laid.with_note(levels=filters.digest)
    edits = [*filters.edits, *_markers(writer, item, old, laid if first else None)]
    values: dict[str, object] = {"masterclipid": ids.master, "duration": laid.file_frames}
    if text_of(item, "name") in ("", str(old.facts.get("name"))):
        values["name"] = laid.name
    shift = 0
    end = number(item, "end")
    if text_of(item, "start") != "-1":
        values["start"] = laid.start
    if text_of(item, "end") != "-1":
        values["end"] = laid.end
    elif end is not None:
        shift = laid.end - (old.placed_start + old.placed_frames - old.tail)
    values |= {"in": laid.source, "out": laid.source + laid.frames}
    if item.find("pproTicksIn") is not None:
        values["pproTicksIn"] = parts.ticks(laid.source, laid.rate)
        values["pproTicksOut"] = parts.ticks(laid.source + laid.frames, laid.rate)
    for tag, value in values.items():
        child = item.find(tag)
        if child is not None:
            edits.append(writer.with_text(child, value))
    edits += _moved_transition(writer, item, shift)
    file = item.find("file")
    if file is not None:
        node = parts.file(laid, ids, manner) if first else Node("file", {"id": ids.file})
        edits.append(writer.replaced(file, node))
    return [*edits, *_notes(writer, item, noted)]


def kept_of(writer: XmlWriter, old: OwnClip | None, channel: int) -> Kept:
    """What the user gave to one part of a clip."""
    if old is None:
        return Kept()
    item = old.handle[min(channel, len(old.handle) - 1)]
    filters = [child for child in item.iterfind("filter") if not _is_ours(writer, child, old)]
    more = [*(child for child in item if child.tag in ("labels", "comments")), *_users_markers(item)]
    name = text_of(item, "name")
    return Kept(
        name="" if name == str(old.facts.get("name")) else name,
        filters=[Verbatim(writer.doc.text(child)) for child in filters],
        has_levels=any(_is_levels(child) for child in filters),
        more=[Verbatim(writer.doc.text(child)) for child in more],
    )


def moved_files(writer: XmlWriter, sequence: Element, items: Sequence[Element]) -> list[Edit]:
    """A file that is defined in clips that go, defined in the first other clip that uses it."""
    edits = []
    for item in items:
        file = item.find("file")
        if file is None or not len(file):
            continue
        for other in sequence.getroottree().iter("file"):
            if not len(other) and other.get("id") == file.get("id") and other.getparent() not in items:
                edits.append(writer.replaced(other, Verbatim(writer.doc.text(file))))
                break
    return edits


@dataclass(frozen=True, slots=True)
class _Levels:
    edits: list[Edit]
    digest: str
    """Of the filter that is ours now, "" where it is the user's."""


def _new_levels(writer: XmlWriter, item: Element, old: OwnClip, laid: LaidMusic) -> _Levels:
    """Gain, ducking and fades: renewed where they are as Cutscore wrote them, else the user's, kept."""
    new = parts.levels(laid)
    made = "" if new is None else digest(writer.bytes_of(new))
    there = [child for child in item.iterfind("filter") if _is_levels(child)]
    if not there:
        # None was written, and none is there: or the user threw ours away.
        if new is None or old.facts.get("levels"):
            return _Levels([], "")
        anchor = next((child for child in item if child.tag in ("sourcetrack", "file")), None)
        last = item.find("sourcetrack") if item.find("sourcetrack") is not None else anchor
        return _Levels([writer.last_in(item, new) if last is None else writer.after(last, new)], made)
    if not _is_ours(writer, there[0], old):
        return _Levels([], "")
    if new is None:
        return _Levels([writer.removed(there[0])], "")
    return _Levels([writer.replaced(there[0], new)], made)


def _is_levels(child: Element) -> bool:
    return text_of(child.find("effect"), "effectid").casefold() == "audiolevels"


def _is_ours(writer: XmlWriter, child: Element, old: OwnClip) -> bool:
    noted = old.facts.get("levels")
    return bool(noted) and _is_levels(child) and digest(writer.doc.text(child)) == noted


def _markers(writer: XmlWriter, item: Element, old: OwnClip, laid: LaidMusic | None) -> list[Edit]:
    """Our hits renewed; the user's markers stay; hits that the user took off do not come back."""
    theirs = _users_markers(item)
    ours = [marker for marker in item.iterfind("marker") if marker not in theirs]
    edits = [writer.removed(marker) for marker in ours]
    removed_all = str(old.facts.get("hits", "0")) != "0" and not ours
    if laid is None or removed_all or not laid.hits:
        return edits
    nodes = parts.markers(laid)
    if ours:
        return [writer.replaced(ours[0], nodes[0]), *(writer.after(ours[0], node) for node in nodes[1:]), *edits[1:]]
    anchor = item.find("logginginfo")
    return [writer.last_in(item, node) if anchor is None else writer.before(anchor, node) for node in nodes]


def _users_markers(item: Element) -> list[Element]:
    return [marker for marker in item.iterfind("marker") if not is_hit(text_of(marker, "name"))]


def _moved_transition(writer: XmlWriter, item: Element, shift: int) -> list[Edit]:
    """The transition at the end of a clip, which ends elsewhere now."""
    over = item.getnext()
    if not shift or over is None or over.tag != "transitionitem":
        return []
    ends = [(over.find(tag), number(over, tag)) for tag in ("start", "end")]
    return [writer.with_text(child, value + shift) for child, value in ends if child is not None and value is not None]


def _notes(writer: XmlWriter, item: Element, laid: LaidMusic) -> list[Edit]:
    """The notes renewed where they stand; what the user wrote before them stays."""
    fields = [*item.iterfind("logginginfo/*"), *item.iterfind("comments/*")]
    holder = next((field for field in fields if "cutscore.place/" in (field.text or "")), None)
    if holder is None:
        assert not notes_text(item)
        return [writer.last_in(item, parts.logging_info(laid))]
    text = " ".join(part for part in (without_notes(holder.text or ""), as_text(laid.notes)) if part)
    return [writer.with_text(holder, text)]
