"""Finds its way in an OTIO document: the timeline, its tracks, and which of them are Cutscore's."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cutscore.placers.byte_edits import Edit, apply
from cutscore.placers.json_text import JsonText, Value
from cutscore.placers.notes import KEY, exact
from cutscore_composer.errors import InputRefused
from cutscore_composer.timebase import nearest_rate

OUR_MARK = f'"{KEY}"'.encode()
"""In every text that holds anything of ours."""


@dataclass(frozen=True, slots=True)
class Document:
    """One timeline in an OTIO text."""

    doc: JsonText
    stack: Value
    """The stack that holds the tracks."""
    children: Value | None
    """Its array of tracks; None where the field is left out."""
    tracks: tuple[Value, ...]
    own: tuple[int, ...]
    """Indices of the tracks that Cutscore made."""

    @property
    def first_frame(self) -> Value | None:
        """Where on the tracks the timeline begins: the stack's own source range, None where it has none."""
        found = self.doc.member(self.stack, "source_range")
        return None if found is None or self.doc.kind(found) != "{" else found


def document_of(data: bytes, where: str, timeline: str | None = None) -> Document:
    """Find the timeline in an OTIO text; `timeline` names one where the file holds several.

    Raises InputRefused for what is not OTIO, holds no timeline, or several and none is named.
    """
    doc = JsonText(data, where)
    return _document(doc, _stack(doc, timeline))


def reread(document: Document, data: bytes) -> Document:
    """The same timeline after edits inside it or behind its beginning."""
    doc = JsonText(data, document.doc.where)
    start = document.stack.start
    return _document(doc, doc.value_at(start))


def rest_of(document: Document) -> bytes:
    """The text as it would be without Cutscore's tracks: byte for byte what it was before they came."""
    doc, tracks = document.doc, document.tracks
    if not document.own or document.children is None:
        rest = doc.data
        if document.children is not None and not tracks:
            rest = apply(rest, [Edit(document.children.start, document.children.end, b"[]")])
        return rest
    if len(document.own) == len(tracks):
        return apply(doc.data, [Edit(document.children.start, document.children.end, b"[]")])
    edits = []
    for index in document.own:
        kept_before = [i for i in range(index) if i not in document.own]
        if kept_before:
            edits.append(Edit(tracks[index - 1].end, tracks[index].end, b""))
        else:
            edits.append(Edit(tracks[index].start, tracks[index + 1].start, b""))
    return apply(doc.data, edits)


def rest_digest(document: Document) -> str:
    """SHA-256 of the text without Cutscore's tracks."""
    return hashlib.sha256(rest_of(document)).hexdigest()


def schema_of(doc: JsonText, value: Value) -> str:
    """The schema of an object without its version ("Clip"), "" for what is no OTIO object."""
    found = doc.member(value, "OTIO_SCHEMA")
    if found is None or doc.kind(found) != '"':
        return ""
    return str(doc.load(found)).partition(".")[0]


def is_ours(doc: JsonText, value: Value) -> bool:
    """Whether Cutscore made this item: it carries our key in its metadata."""
    if OUR_MARK not in doc.data[value.start : value.end]:
        return False
    metadata = doc.member(value, "metadata")
    mark = None if metadata is None else doc.member(metadata, KEY)
    return mark is not None and doc.kind(mark) == "{"


def mentions_ours(doc: JsonText, value: Value) -> bool:
    """Whether anything inside may be ours (cheap; looks at the text alone)."""
    return doc.data.find(OUR_MARK, value.start, value.end) >= 0


def frames_of(time: Any, rate: Fraction) -> Fraction:
    """A RationalTime (loaded data) in frames at `rate`. Raises ValueError when it is none."""
    if not isinstance(time, dict):
        raise ValueError("not a time")
    own_rate, value = exact(time.get("rate")), exact(time.get("value"))
    if own_rate <= 0:
        raise ValueError("not a rate")
    return value / (nearest_rate(float(own_rate)) if own_rate <= 1000 else own_rate) * rate


def _document(doc: JsonText, stack: Value) -> Document:
    children = doc.member(stack, "children")
    if children is not None and doc.kind(children) != "[":
        raise InputRefused(f'{doc.where} has a "children" that is no list; it is not a timeline that OTIO reads.')
    tracks = [] if children is None else doc.elements(children)
    own = [
        i for i, track in enumerate(tracks) if schema_of(doc, track) in ("Track", "Sequence") and is_ours(doc, track)
    ]
    return Document(doc, stack, children, tuple(tracks), tuple(own))


def _stack(doc: JsonText, name: str | None) -> Value:
    schema = schema_of(doc, doc.root)
    if schema == "Stack":
        return doc.root
    found = list(_timelines(doc, doc.root))
    if not found:
        what = f"a {schema}" if schema else "no OpenTimelineIO file"
        raise InputRefused(f"{doc.where} is {what}; music can be placed in a timeline only.")
    if name is not None:
        found = [timeline for timeline in found if _name(doc, timeline) == name] if len(found) > 1 else found
        if not found:
            raise InputRefused(f'{doc.where} holds no timeline named "{name}".')
    if len(found) > 1:
        names = ", ".join(f'"{_name(doc, timeline)}"' for timeline in found)
        raise InputRefused(f"{doc.where} holds {len(found)} timelines ({names}); export the one to score by itself.")
    stack = doc.member(found[0], "tracks")
    if stack is None or doc.kind(stack) != "{":
        raise InputRefused(f"{doc.where} is a timeline without tracks; there is nothing to lay music under.")
    return stack


def _timelines(doc: JsonText, value: Value) -> Iterator[Value]:
    schema = schema_of(doc, value)
    if schema == "Timeline":
        yield value
    elif schema in ("SerializableCollection", "SerializeableCollection"):
        children = doc.member(value, "children")
        for child in [] if children is None else doc.elements(children):
            yield from _timelines(doc, child)


def _name(doc: JsonText, value: Value) -> str:
    found = doc.member(value, "name")
    return str(doc.load(found)) if found is not None and doc.kind(found) == '"' else ""
