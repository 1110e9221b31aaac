"""Cutscore's own clips in an OTIO timeline, as they lie there now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cutscore.placers.json_text import JsonText, Value
from cutscore.placers.notes import KEY, valid_facts
from cutscore.placers.otio_document import Document, frames_of, is_ours, mentions_ours, schema_of
from cutscore.placers.own_music import MUSIC, Lying, OwnClip, judged

_COMPOSITIONS = ("Track", "Sequence", "Stack")


@dataclass(frozen=True, slots=True)
class TrackItem:
    """A child of a track and where it lies, in frames of the track."""

    value: Value
    schema: str
    start: Fraction
    end: Fraction
    """Equal to `start` for a transition."""


def items_of(doc: JsonText, track: Value, rate: Fraction) -> list[TrackItem] | None:
    """The children of a track and where they lie; None when that cannot be told from the file alone."""
    trimmed = doc.member(track, "source_range")
    children = doc.member(track, "children")
    if children is None or (trimmed is not None and doc.kind(trimmed) == "{"):
        return None
    found: list[TrackItem] = []
    at = Fraction(0)
    for child in doc.elements(children):
        schema = schema_of(doc, child)
        try:
            frames = Fraction(0) if schema == "Transition" else _length(doc, child, rate)
        except ValueError:
            return None
        found.append(TrackItem(child, schema, at, at + frames))
        at += frames
    return found


def own_clips(document: Document, rate: Fraction) -> list[OwnClip]:
    """Every clip of ours in the timeline, wherever the user may have put it."""
    return judged([_lying(document, *found, rate=rate) for found in _find(document, rate)], rate)


def stripped_clips(document: Document, rate: Fraction, track_name: str) -> list[OwnClip]:
    """Clips on a track of our name without our notes: a program saved the timeline and dropped them."""
    doc, found = document.doc, []
    for index, track in enumerate(document.tracks):
        if index in document.own or not _named(doc, track, track_name):
            continue
        for item in items_of(doc, track, rate) or []:
            data = doc.load(item.value)
            if item.schema == "Clip" and not _placed(data):
                frames = item.end - item.start
                found.append(
                    Lying(
                        handle=item.value,
                        track=index,
                        name=_name(data),
                        url=_url(data),
                        facts={},
                        start=item.start,
                        source=None,
                        frames=frames,
                        enabled=data.get("enabled") is not False,
                        track_sounds=track_sounds(document, index),
                    )
                )
    return judged(found, rate)


def _named(doc: JsonText, track: Value, name: str) -> bool:
    found, kind = doc.member(track, "name"), doc.member(track, "kind")
    if found is None or kind is None or doc.kind(found) != '"':
        return False
    return str(doc.load(found)).startswith(name) and str(doc.load(kind)).lower() == "audio"


def _find(document: Document, rate: Fraction) -> Iterator[tuple[int, Value, Mapping[str, Any], Fraction | None]]:
    doc = document.doc
    for index, track in enumerate(document.tracks):
        if not mentions_ours(doc, track):
            continue
        items = items_of(doc, track, rate)
        starts = {} if items is None else {item.value.start: item.start for item in items}
        for value in _clips_under(doc, track):
            yield index, value, doc.load(value), starts.get(value.start)


def _clips_under(doc: JsonText, value: Value) -> Iterator[Value]:
    schema = schema_of(doc, value)
    if schema == "Clip" and is_ours(doc, value):
        if _placed(doc.load(value)):
            yield value
    elif schema in _COMPOSITIONS and mentions_ours(doc, value):
        children = doc.member(value, "children")
        for child in [] if children is None else doc.elements(children):
            yield from _clips_under(doc, child)


def _lying(
    document: Document, track: int, value: Value, data: Mapping[str, Any], start: Fraction | None, *, rate: Fraction
) -> Lying:
    source = frames = None
    times = data.get("source_range")
    try:
        if isinstance(times, dict):
            source, frames = frames_of(times.get("start_time"), rate), frames_of(times.get("duration"), rate)
    except ValueError:
        source = frames = None
    return Lying(
        handle=value,
        track=track,
        name=_name(data),
        url=_url(data),
        facts=_placed(data),
        start=start,
        source=source,
        frames=frames,
        enabled=data.get("enabled") is not False,
        track_sounds=track_sounds(document, track),
        locked=_says_locked(data.get("metadata")) or track_locked(document, track),
        on_own_track=track in document.own,
        retimed=_retimed(data),
    )


def track_sounds(document: Document, track: int) -> bool:
    """Whether a track is enabled."""
    enabled = document.doc.member(document.tracks[track], "enabled")
    return enabled is None or document.doc.text(enabled) != b"false"


def track_role(document: Document, track: int) -> str:
    """What a track of ours holds: the music, or the stem of that name."""
    metadata = document.doc.member(document.tracks[track], "metadata")
    found = None if metadata is None else document.doc.load(metadata)
    ours = found.get(KEY) if isinstance(found, dict) else None
    return str(ours.get("role", MUSIC)) if isinstance(ours, dict) else MUSIC


def track_locked(document: Document, track: int) -> bool:
    """Whether a track's metadata say, in the manner of any program, that it is locked."""
    metadata = document.doc.member(document.tracks[track], "metadata")
    return metadata is not None and _says_locked(document.doc.load(metadata))


def _says_locked(metadata: Any) -> bool:
    if not isinstance(metadata, dict):
        return False
    if any(str(key).lower() == "locked" and _true(value) for key, value in metadata.items()):
        return True
    return any(_says_locked(value) for value in metadata.values())


def _true(value: Any) -> bool:
    return value is True or str(value).lower() in ("1", "1.0", "true")


def _retimed(data: Mapping[str, Any]) -> bool:
    effects = data.get("effects")
    names = ("LinearTimeWarp", "FreezeFrame", "TimeEffect")
    return isinstance(effects, list) and any(
        isinstance(effect, dict) and str(effect.get("OTIO_SCHEMA", "")).partition(".")[0] in names for effect in effects
    )


def _url(data: Mapping[str, Any]) -> str:
    reference = data.get("media_reference")
    references = data.get("media_references")
    if isinstance(references, dict):
        reference = references.get(str(data.get("active_media_reference_key", "DEFAULT_MEDIA")))
    return str(reference.get("target_url", "")) if isinstance(reference, dict) else ""


def _placed(data: Mapping[str, Any]) -> Mapping[str, Any]:
    metadata = data.get("metadata")
    return valid_facts(metadata.get(KEY)) if isinstance(metadata, dict) else {}


def _name(data: Mapping[str, Any]) -> str:
    return str(data.get("name") or "music")


def _length(doc: JsonText, item: Value, rate: Fraction) -> Fraction:
    source = doc.member(item, "source_range")
    if source is None or doc.kind(source) != "{":
        source = _available_range(doc, item)
    if source is None:
        raise ValueError("no length")
    duration = doc.member(source, "duration")
    return frames_of(None if duration is None else doc.load(duration), rate)


def _available_range(doc: JsonText, item: Value) -> Value | None:
    reference = doc.member(item, "media_reference")
    references = doc.member(item, "media_references")
    if references is not None:
        key = doc.member(item, "active_media_reference_key")
        reference = doc.member(references, "DEFAULT_MEDIA" if key is None else str(doc.load(key)))
    found = None if reference is None else doc.member(reference, "available_range")
    return found if found is not None and doc.kind(found) == "{" else None
