"""Cutscore's own clips in a timeline, and what the user did to them since they were placed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from cutscore.placers.json_text import JsonText, Value
from cutscore.placers.media_url import name_in
from cutscore.placers.otio_document import Document, exact, frames_of, is_ours, mentions_ours, schema_of
from cutscore.placers.otio_parts import KEY
from cutscore_composer.timebase import round_half_up

_COMPOSITIONS = ("Track", "Sequence", "Stack")


@dataclass(frozen=True, slots=True)
class TrackItem:
    """A child of a track and where it lies, in frames of the track."""

    value: Value
    schema: str
    start: Fraction
    end: Fraction
    """Equal to `start` for a transition."""


@dataclass(frozen=True, slots=True)
class OwnClip:
    """A clip that Cutscore placed, as it is now."""

    value: Value
    track: int
    """Index of its track."""
    data: Mapping[str, Any]
    placed_start: int
    """Where it was placed, in frames of the track at today's rate, before any trim."""
    placed_frames: int
    head: int
    """Frames the user cut off its beginning."""
    tail: int
    """Frames the user cut off its end."""
    touched: str
    """Why it must not be replaced ("moved", "cut", "locked", …), "" when it may be."""

    @property
    def enabled(self) -> bool:
        """Whether it sounds."""
        return self.data.get("enabled") is not False

    @property
    def facts(self) -> Mapping[str, Any]:
        """What Cutscore wrote down when it placed it."""
        return _placed(self.data)

    @property
    def audio_sha256(self) -> str:
        """Which music it is."""
        return str(self.facts.get("audio_sha256", ""))

    @property
    def url(self) -> str:
        """How it names its music file."""
        return _url(self.data)

    @property
    def name(self) -> str:
        """What the user sees it called."""
        return str(self.data.get("name") or "music")


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
    found = list(_find(document, rate))
    count = Counter(_placed(data).get("id") for _, _, data, _ in found)
    return [_judged(document, *one, pieces=count[_placed(one[2]).get("id")], rate=rate) for one in found]


def stripped_clips(document: Document, rate: Fraction, track_name: str) -> list[OwnClip]:
    """Clips on a track of our name without our notes: a program saved the timeline and dropped them.

    What the user did to them cannot be told, so that they count as touched.
    """
    doc, found = document.doc, []
    for index, track in enumerate(document.tracks):
        if index in document.own or not _named(doc, track, track_name):
            continue
        for item in items_of(doc, track, rate) or []:
            if item.schema == "Clip" and not _placed(doc.load(item.value)):
                start, frames = round_half_up(item.start), round_half_up(item.end - item.start)
                data = doc.load(item.value)
                found.append(OwnClip(item.value, index, data, start, frames, 0, 0, "saved by another program"))
    return found


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


def _judged(
    document: Document,
    track: int,
    value: Value,
    data: Mapping[str, Any],
    start: Fraction | None,
    *,
    pieces: int,
    rate: Fraction,
) -> OwnClip:
    placed = _placed(data)
    scale = rate / exact(placed["timeline_rate"])
    placed_start, frames, media_start = (
        round_half_up(exact(placed[key]) * scale) for key in ("start", "frames", "media_start")
    )
    before, after = _handles(placed, scale)
    head = tail = 0
    touched = ""
    source = data.get("source_range")
    try:
        if start is None or not isinstance(source, dict):
            raise ValueError("where it lies cannot be told")
        source_start = frames_of(source.get("start_time"), rate)
        length = frames_of(source.get("duration"), rate)
        head = round_half_up(source_start) - media_start
        tail = frames - head - round_half_up(length)
        if round_half_up(start) - head != placed_start or head < -before or tail < -after:
            touched = "moved"
    except ValueError:
        touched = "moved"
    touched = (
        _cut_or_locked(document, track, data, pieces)
        or touched
        or ("moved to another track" if track not in document.own else "")
    )
    if not touched and (_retimed(data) or name_in(_url(data)) != name_in(str(placed.get("url", "")))):
        touched = "changed"
    return OwnClip(value, track, data, placed_start, frames, max(-before, head), max(-after, tail), touched)


def _handles(placed: Mapping[str, Any], scale: Fraction) -> tuple[int, int]:
    """Frames of sound that the media has before and after the music proper, as they were noted."""
    noted = placed.get("handles")
    try:
        before, after = (max(0, round_half_up(exact(frames) * scale)) for frames in noted) if noted else (0, 0)
    except (TypeError, ValueError):
        return 0, 0
    return before, after


def _cut_or_locked(document: Document, track: int, data: Mapping[str, Any], pieces: int) -> str:
    if pieces > 1:
        return "cut"
    if data.get("enabled") is False or not track_sounds(document, track):
        return "muted"
    if _says_locked(data.get("metadata")) or track_locked(document, track):
        return "locked"
    return ""


def track_sounds(document: Document, track: int) -> bool:
    """Whether a track is enabled."""
    enabled = document.doc.member(document.tracks[track], "enabled")
    return enabled is None or document.doc.text(enabled) != b"false"


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
    ours = metadata.get(KEY) if isinstance(metadata, dict) else None
    placed = ours.get("placed") if isinstance(ours, dict) else None
    try:
        numbers = [exact(placed[key]) for key in ("timeline_rate", "start", "frames", "media_start")] if placed else []
    except (KeyError, ValueError, TypeError):
        return {}
    return (
        placed if isinstance(placed, dict) and numbers and numbers[0] > 0 and isinstance(placed.get("id"), str) else {}
    )


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
