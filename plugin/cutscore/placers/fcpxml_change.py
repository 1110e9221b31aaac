"""Changes of an FCPXML clip of ours: new music in it, everything that the user gave to it kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from cutscore.placers import fcpxml_parts as parts
from cutscore.placers.byte_edits import Edit
from cutscore.placers.laid_music import LaidMusic, is_hit
from cutscore.placers.notes import as_text, without_notes
from cutscore.placers.own_music import OwnClip
from cutscore.placers.xml_text import Element
from cutscore.placers.xml_write import Verbatim, XmlWriter, digest

_BEHIND_MARKERS = parts.BEHIND - {"marker", "chapter-marker", "rating", "keyword", "analysis-marker"}


@dataclass(frozen=True, slots=True)
class Kept:
    """What the user gave to a clip, for a clip that takes its place elsewhere."""

    name: str = ""
    levels: Verbatim | None = None
    markers: Sequence[Verbatim] = ()
    more: Sequence[Verbatim] = ()


def changed_clip(
    writer: XmlWriter, element: Element, old: OwnClip, laid: LaidMusic, ref: str, offset: Fraction
) -> list[Edit]:
    """The edits that put new music into a clip."""
    values = {
        "ref": ref,
        "offset": parts.seconds_text(offset),
        "start": parts.seconds_text(parts.start_of(laid)),
        "duration": parts.seconds_text(Fraction(laid.frames) / laid.rate),
    }
    if element.get("name") == str(old.facts.get("name")):
        values["name"] = laid.name
    edits = [
        writer.with_attribute(element, name, value) for name, value in values.items() if element.get(name) != value
    ]
    levels, noted = _levels(writer, element, old, laid)
    note = element.find("note")
    assert note is not None
    text = " ".join(part for part in (without_notes(note.text or ""), as_text(noted.notes)) if part)
    return [*edits, writer.with_text(note, text), *levels, *_markers(writer, element, old, laid)]


def kept_of(writer: XmlWriter, old: OwnClip | None) -> Kept:
    """What the user gave to a clip."""
    if old is None:
        return Kept()
    element = old.handle
    volume = element.find("adjust-volume")
    own = volume is None or _is_ours(writer, volume, old)
    behind = [child for child in element if child.tag in _BEHIND_MARKERS]
    name = element.get("name", "")
    return Kept(
        name="" if name == str(old.facts.get("name")) else name,
        levels=None if own or volume is None else Verbatim(writer.doc.text(volume)),
        markers=[Verbatim(writer.doc.text(marker)) for marker in _users_markers(element)],
        more=[Verbatim(writer.doc.text(child)) for child in behind],
    )


def _levels(writer: XmlWriter, element: Element, old: OwnClip, laid: LaidMusic) -> tuple[list[Edit], LaidMusic]:
    """Gain, ducking and fades: renewed where they are as Cutscore wrote them, else the user's, kept."""
    new = parts.levels(laid)
    volume = element.find("adjust-volume")
    if volume is None:
        if new is None or old.facts.get("levels"):
            return [], laid
        last = parts.last_of(element, parts.BEFORE_LEVELS)
        assert last is not None
        return [writer.after(last, new)], laid.with_note(levels=digest(writer.bytes_of(new)))
    if not _is_ours(writer, volume, old):
        return [], laid
    if new is None:
        return [writer.removed(volume)], laid
    return [writer.replaced(volume, new)], laid.with_note(levels=digest(writer.bytes_of(new)))


def _is_ours(writer: XmlWriter, volume: Element, old: OwnClip) -> bool:
    noted = old.facts.get("levels")
    return bool(noted) and digest(writer.doc.text(volume)) == noted


def _markers(writer: XmlWriter, element: Element, old: OwnClip, laid: LaidMusic) -> list[Edit]:
    """Our hits renewed; the user's markers stay; hits that the user took off do not come back."""
    theirs = _users_markers(element)
    ours = [marker for marker in element.iterfind("marker") if marker not in theirs]
    removed_all = str(old.facts.get("hits", "0")) != "0" and not ours
    if removed_all or not laid.hits:
        return [writer.removed(marker) for marker in ours]
    nodes = parts.markers(laid)
    if ours:
        more = [writer.after(ours[0], node) for node in nodes[1:]]
        return [writer.replaced(ours[0], nodes[0]), *more, *(writer.removed(marker) for marker in ours[1:])]
    sibling = parts.last_before(element, parts.BEHIND)
    assert sibling is not None
    return [writer.after(sibling, node) for node in nodes]


def _users_markers(element: Element) -> list[Element]:
    kinds = ("marker", "chapter-marker", "rating", "keyword")
    return [
        child for child in element if child.tag in kinds and not (child.tag == "marker" and is_hit(child.get("value")))
    ]
