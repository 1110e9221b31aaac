"""The OTIO objects that Cutscore adds, as plain data in the manner of the file they go into."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cutscore.placers.media_url import name_in
from cutscore.placers.notes import KEY
from cutscore.placers.otio_style import Style
from cutscore_composer.cue import Cue, CueHit
from cutscore_composer.timebase import frames_near

_COLORS = {"cut": "GREEN", "marker": "BLUE", "motion": "ORANGE", "flash": "YELLOW"}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class MusicClip:
    """The music as a clip; all counts in frames of the timeline."""

    name: str
    url: str
    media_start: int
    """Frame number of the media's first frame: its timecode for programs that go by it, else 0."""
    media_frames: int
    """Length of the music proper, without handles."""
    head: int = 0
    """Frames cut off the beginning; below 0, so much of the handle before is heard."""
    tail: int = 0
    """Frames cut off the end; below 0, so much of the handle after is heard."""
    handles: tuple[int, int] = (0, 0)
    """Frames that the media holds before the music proper and after it."""
    channels: int = 2

    @property
    def frames(self) -> int:
        """Length on the track."""
        return self.media_frames - self.head - self.tail

    @property
    def begin(self) -> int:
        """Frame number of the media at which the music proper begins."""
        return self.media_start + self.handles[0]


def rational_time(frames: int, style: Style) -> Json:
    """A time at the file's rate."""
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": style.rate, "value": style.number(frames)}


def time_range(start: int, frames: int, style: Style) -> Json:
    """A range at the file's rate."""
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "duration": rational_time(frames, style),
        "start_time": rational_time(start, style),
    }


def gap(frames: int, style: Style) -> Json:
    """Silence."""
    return _item("Gap.1", "", {}, time_range(0, frames, style), style)


def clip(
    music: MusicClip,
    metadata: Mapping[str, Any],
    markers: Sequence[Json],
    style: Style,
    volume: Json | None = None,
) -> Json:
    """The music clip."""
    source = time_range(music.begin + music.head, music.frames, style)
    if style.resolve:
        channels = [{"Source Channel ID": number, "Source Track ID": 0} for number in range(music.channels)]
        metadata = {"Resolve_OTIO": {"Channels": channels}, **metadata}
    made = _item(f"Clip.{style.clip_version}", music.name, metadata, source, style)
    made["effects"] = [] if volume is None else [volume]
    made["markers"] = list(markers)
    reference = media_reference(music, style)
    if style.clip_version == 1:
        return {**made, "media_reference": reference}
    return {
        **made,
        "media_references": {"DEFAULT_MEDIA": reference},
        "active_media_reference_key": "DEFAULT_MEDIA",
    }


def media_reference(music: MusicClip, style: Style) -> Json:
    """The reference to the music file."""
    made: Json = {
        "OTIO_SCHEMA": "ExternalReference.1",
        "metadata": {},
        "name": name_in(music.url),
        "available_range": time_range(music.media_start, music.media_frames + sum(music.handles), style),
    }
    if style.clip_version > 1:
        made["available_image_bounds"] = None
    return {**made, "target_url": music.url}


def track(name: str, style: Style, role: str = "music", *, muted: bool = False) -> Json:
    """An empty track for the music or for a stem."""
    metadata: Json = {KEY: {"role": role}}
    if style.resolve:
        metadata["Resolve_OTIO"] = {"Audio Type": "Stereo", "Locked": False, "SoloOn": False}
    made = _item(style.track_schema, name, metadata, None, style)
    if muted:
        made["enabled"] = False
    return {**made, "children": [], "kind": style.audio_kind}


def hit_markers(cue: Cue, media_start: int, media_frames: int, style: Style) -> list[Json]:
    """The hits of the cue as markers in the clip's own time (its media's)."""
    found = []
    for number, hit in enumerate(cue.hits, start=1):
        frame = frames_near(hit.time, style.exact_rate)
        if 0 <= frame < media_frames:
            found.append(_marker(number, hit, media_start + frame, style))
    return found


def _marker(number: int, hit: CueHit, frame: int, style: Style) -> Json:
    place = f" on a{'n' if hit.on == 'eighth' else ''} {hit.on}" if hit.on != "free" else ""
    return {
        "OTIO_SCHEMA": "Marker.2",
        "metadata": {KEY: {"hit": number, "kind": hit.kind, "weight": hit.weight, "error_ms": hit.error_ms}},
        "name": f"hit {number} {hit.kind}",
        "color": _COLORS[hit.kind],
        "marked_range": time_range(frame, 0, style),
        "comment": f"{hit.kind}{place}, {hit.error_ms:+.1f} ms",
    }


def _item(schema: str, name: str, metadata: Mapping[str, Any], source: Json | None, style: Style) -> Json:
    made: Json = {
        "OTIO_SCHEMA": schema,
        "metadata": dict(metadata),
        "name": name,
        "source_range": source,
        "effects": [],
        "markers": [],
    }
    if style.enabled_field:
        made["enabled"] = True
    return made
