"""Writes a Cut as an OTIO timeline, for projects whose own format cannot be written.

Media ranges count from the media's own start timecode, as programs that conform by timecode want it;
`available_range` says so where the media can be probed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from cutscore.cut import Cut, Marker, SoundClip, SoundTrack, Span, Transition
from cutscore.placers.media_url import local_path
from cutscore_composer.errors import InputRefused
from cutscore_composer.media.probe import MediaFacts, probe
from cutscore_composer.timebase import frame_of_timecode, frames_near

_PATTERN = re.compile(r"(?P<prefix>.*?)%0?(?P<digits>\d*)d(?P<suffix>.*)")
_COLORS = {name for name in vars(otio.schema.MarkerColor) if name.isupper()}


def timeline_of(cut: Cut) -> otio.schema.Timeline:
    """The edit as an OTIO timeline: the visible picture on one track, markers, and every sound track but our own."""
    timeline = otio.schema.Timeline(cut.name, global_start_time=_time(cut.start_frame, cut))
    timeline.tracks.append(_picture(cut))
    for sound in cut.sounds:
        if not sound.ours:
            timeline.tracks.extend(_sound(sound, clips, cut) for clips in _layers(sound.clips))
    timeline.tracks.markers.extend(_marker(marker, cut) for marker in cut.markers)
    return timeline


def in_resolves_shape(timeline: otio.schema.Timeline) -> otio.schema.Timeline:
    """The timeline as DaVinci Resolve writes and wants it: its marks on timeline and tracks, bare absolute paths."""
    timeline.metadata["Resolve_OTIO"] = {"Resolve OTIO Meta Version": "1.0"}
    for track in timeline.tracks:
        sound = track.kind == otio.schema.TrackKind.Audio
        more = {"Audio Type": "Stereo", "SoloOn": False} if sound else {}
        track.metadata["Resolve_OTIO"] = {"Locked": False, **more}
    for clip in timeline.find_clips():
        path = local_path(getattr(clip.media_reference, "target_url", None) or "")
        if path is not None:
            clip.media_reference.target_url = str(path)
    return timeline


def text_of(cut: Cut, *, resolve: bool = False) -> bytes:
    """The edit as the text of an .otio file, plain or in DaVinci Resolve's shape."""
    timeline = timeline_of(cut)
    text: str = otio.adapters.write_to_string(in_resolves_shape(timeline) if resolve else timeline, "otio_json")
    return text.encode("utf-8", "replace")


def _picture(cut: Cut) -> otio.schema.Track:
    track = otio.schema.Track("Picture", kind=otio.schema.TrackKind.Video)
    for span in cut.spans:
        if span.transition_in is not None:
            track.append(_transition(span.transition_in, cut))
        track.append(_item(span, cut))
        if span.transition_out is not None:
            track.append(_transition(span.transition_out, cut))
    return track


def _item(span: Span, cut: Cut) -> otio.schema.Item:
    frames = span.record_out - span.record_in
    if span.kind == "gap":
        return otio.schema.Gap(name=span.name, source_range=_range(0, frames, cut))
    source = span.source_in
    if span.speed < 0:
        # OTIO names the range that is shown; played backwards it ends where the span begins.
        source += (frames - 1) * span.speed / cut.rate
    reference = _sequence(span) if span.image_rate is not None else None
    first, available = (0, None) if reference is not None or span.media is None else _extent(span.media, cut)
    if reference is None:
        reference = _reference(span.media, span.wanted, available)
    if span.kind == "generator":
        reference = otio.schema.GeneratorReference(name=span.name, generator_kind=span.name or "generator")
    start = first + max(0, frames_near(source, cut.rate))
    clip = otio.schema.Clip(span.name, reference, _range(start, frames, cut))
    if span.speed == 0:
        clip.effects.append(otio.schema.FreezeFrame())
    elif span.speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(span.speed)))
    return clip


def _sequence(span: Span) -> otio.core.MediaReference | None:
    """The reference to an image sequence; None when `media` is no printf pattern."""
    pattern = None if span.media is None else _PATTERN.fullmatch(span.media.name)
    if pattern is None or span.media is None:
        return None
    return otio.schema.ImageSequenceReference(
        target_url_base=_url(span.media.parent) + "/",
        name_prefix=pattern["prefix"],
        name_suffix=pattern["suffix"],
        start_frame=span.image_start,
        frame_step=span.image_step,
        frame_zero_padding=int(pattern["digits"] or 0),
        rate=float(span.image_rate or 0),
    )


def _reference(media: Path | None, wanted: str, available: TimeRange | None) -> otio.core.MediaReference:
    if media is None:
        return otio.schema.ExternalReference(wanted) if wanted else otio.schema.MissingReference()
    return otio.schema.ExternalReference(_url(media), available)


def _extent(media: Path, cut: Cut) -> tuple[int, TimeRange | None]:
    """First frame (its start timecode) and whole range of a media file in frames of the timeline."""
    facts = _facts(media)
    if facts is None or facts.is_image:
        return 0, None
    rate = facts.main_video.rate if facts.main_video is not None else cut.rate
    first = 0
    if facts.start_timecode:
        try:
            first = frames_near(Fraction(frame_of_timecode(facts.start_timecode, rate)) / rate, cut.rate)
        except ValueError:
            first = 0
    return first, _range(first, max(1, frames_near(facts.duration_seconds, cut.rate)), cut)


def _facts(media: Path) -> MediaFacts | None:
    try:
        state = media.stat()
    except OSError:
        return None
    return _probed(media, state.st_mtime_ns, state.st_size)


@lru_cache(maxsize=1024)
def _probed(media: Path, mtime_ns: int, size: int) -> MediaFacts | None:
    """What a file holds; asked once for each state of it, however many clips use it."""
    try:
        return probe(media)
    except InputRefused:
        return None


def _layers(clips: Iterable[SoundClip]) -> list[list[SoundClip]]:
    """Clips in order on as many tracks as sound at once: a nested sequence may sound several times on one track."""
    layers: list[list[SoundClip]] = [[]]
    for clip in sorted(clips, key=lambda c: c.record_in):
        free = next((layer for layer in layers if not layer or layer[-1].record_out <= clip.record_in), None)
        if free is None:
            layers.append(free := [])
        free.append(clip)
    return layers


def _sound(sound: SoundTrack, clips: Iterable[SoundClip], cut: Cut) -> otio.schema.Track:
    track = otio.schema.Track(sound.name, kind=otio.schema.TrackKind.Audio)
    track.enabled = sound.enabled
    at = 0
    for clip in clips:
        if clip.record_in > at:
            track.append(otio.schema.Gap(source_range=_range(0, clip.record_in - at, cut)))
        track.append(_sound_clip(clip, cut))
        at = clip.record_out
    return track


def _sound_clip(clip: SoundClip, cut: Cut) -> otio.schema.Clip:
    first, available = (0, None) if clip.media is None else _extent(clip.media, cut)
    frames = clip.record_out - clip.record_in
    source = clip.source_in
    if clip.speed < 0:
        source += (frames - 1) * clip.speed / cut.rate
    made = otio.schema.Clip(
        clip.name,
        _reference(clip.media, clip.wanted, available),
        _range(first + max(0, frames_near(source, cut.rate)), frames, cut),
    )
    if clip.speed not in (0, 1):
        made.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(clip.speed)))
    made.enabled = clip.enabled
    return made


def _transition(transition: Transition, cut: Cut) -> otio.schema.Transition:
    soft = transition.kind in ("dissolve", "fade")
    return otio.schema.Transition(
        name=transition.kind,
        transition_type=otio.schema.TransitionTypes.SMPTE_Dissolve if soft else otio.schema.TransitionTypes.Custom,
        in_offset=_time(transition.in_frames, cut),
        out_offset=_time(transition.out_frames, cut),
    )


def _marker(marker: Marker, cut: Cut) -> otio.schema.Marker:
    color = marker.color.upper() if marker.color.upper() in _COLORS else otio.schema.MarkerColor.GREEN
    made = otio.schema.Marker(marker.name, _range(marker.frame, marker.frames, cut), color)
    made.comment = marker.comment
    return made


def _time(frames: int, cut: Cut) -> RationalTime:
    return RationalTime(frames, float(cut.rate))


def _range(start: int, frames: int, cut: Cut) -> TimeRange:
    return TimeRange(_time(start, cut), _time(frames, cut))


def _url(path: Path) -> str:
    return path.absolute().as_uri()
