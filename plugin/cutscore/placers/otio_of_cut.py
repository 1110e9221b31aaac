"""Writes a Cut as an OTIO timeline, for projects whose own format cannot be written."""

from __future__ import annotations

import re
from pathlib import Path

import opentimelineio as otio
from opentimelineio.opentime import RationalTime, TimeRange

from cutscore.cut import Cut, Marker, SoundTrack, Span, Transition
from cutscore_composer.timebase import frames_near

_PATTERN = re.compile(r"(?P<prefix>.*?)%0?(?P<digits>\d*)d(?P<suffix>.*)")
_COLORS = {name for name in vars(otio.schema.MarkerColor) if name.isupper()}


def timeline_of(cut: Cut) -> otio.schema.Timeline:
    """The edit as an OTIO timeline: the visible picture on one track, markers, and every sound track but our own."""
    timeline = otio.schema.Timeline(cut.name, global_start_time=_time(cut.start_frame, cut))
    timeline.tracks.append(_picture(cut))
    for sound in cut.sounds:
        if not sound.ours:
            timeline.tracks.append(_sound(sound, cut))
    timeline.tracks.markers.extend(_marker(marker, cut) for marker in cut.markers)
    return timeline


def text_of(cut: Cut) -> bytes:
    """The edit as the text of an .otio file."""
    text: str = otio.adapters.write_to_string(timeline_of(cut), "otio_json")
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
    clip = otio.schema.Clip(
        name=span.name, media_reference=_media(span), source_range=_range(_first_frame(span, cut), frames, cut)
    )
    if span.speed == 0:
        clip.effects.append(otio.schema.FreezeFrame())
    elif span.speed != 1:
        clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(span.speed)))
    return clip


def _first_frame(span: Span, cut: Cut) -> int:
    """The media frame at the clip's head; of reversed media the lowest one that is shown."""
    source = span.source_in
    if span.speed < 0:
        source += (span.record_out - span.record_in - 1) * span.speed / cut.rate
    return max(0, frames_near(source, cut.rate))


def _media(span: Span) -> otio.core.MediaReference:
    if span.kind == "generator":
        return otio.schema.GeneratorReference(name=span.name, generator_kind=span.name or "generator")
    if span.media is None:
        return otio.schema.ExternalReference(span.wanted) if span.wanted else otio.schema.MissingReference()
    pattern = _PATTERN.fullmatch(span.media.name) if span.image_rate is not None else None
    if pattern is None:
        return otio.schema.ExternalReference(_url(span.media))
    return otio.schema.ImageSequenceReference(
        target_url_base=_url(span.media.parent) + "/",
        name_prefix=pattern["prefix"],
        name_suffix=pattern["suffix"],
        start_frame=span.image_start,
        frame_zero_padding=int(pattern["digits"] or 0),
        rate=float(span.image_rate or 0),
    )


def _sound(sound: SoundTrack, cut: Cut) -> otio.schema.Track:
    track = otio.schema.Track(sound.name, kind=otio.schema.TrackKind.Audio)
    track.enabled = sound.enabled
    at = 0
    for clip in sorted(sound.clips, key=lambda c: c.record_in):
        begin = max(at, clip.record_in)
        if begin >= clip.record_out:
            continue
        if begin > at:
            track.append(otio.schema.Gap(source_range=_range(0, begin - at, cut)))
        reference = (
            otio.schema.ExternalReference(_url(clip.media) if clip.media is not None else clip.wanted)
            if clip.media is not None or clip.wanted
            else otio.schema.MissingReference()
        )
        source = max(0, frames_near(clip.source_in, cut.rate)) + begin - clip.record_in
        made = otio.schema.Clip(clip.name, reference, _range(source, clip.record_out - begin, cut))
        if clip.speed not in (0, 1):
            made.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(clip.speed)))
        made.enabled = clip.enabled
        track.append(made)
        at = clip.record_out
    return track


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
