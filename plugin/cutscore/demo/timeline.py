"""The demo's edit: trims, a gap, a dissolve, a speed change and markers, as an .otio file; the title fades by itself.

frames  0        120      204      264   300 (dissolve ±12)  396   414      534        648
        | dawn    | train  | window | train | rain            | gap | city    | title … fade
                             ×2                                       ^ marker "lights on"
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import opentimelineio as otio

from cutscore.demo.arrival import LIGHTS_ON_SECONDS
from cutscore.demo.film import RATE, SCENES

HARD_CUTS = (120, 204, 264, 396, 414, 534)
"""First frames of the shots after a hard cut (into and out of black included)."""
DISSOLVE = 300
"""The middle of the dissolve."""
FRAMES = 648
"""Length of the edit."""
START_FRAME = 86_400
"""01:00:00:00."""
MARKER = 414 + round((LIGHTS_ON_SECONDS - 0.5) * 24)
"""Where the lights of the city come on: an editor's marker."""


@dataclass(frozen=True, slots=True)
class _Shot:
    scene: str | None
    source_in: int
    frames: int
    speed: float = 1.0


_SHOTS = (
    _Shot("dawn", 6, 120),
    _Shot("train", 18, 84),
    _Shot("window", 6, 60, speed=2.0),
    _Shot("train", 84, 36),
    _Shot("rain", 16, 96),
    _Shot(None, 0, 18),
    _Shot("city", 12, 120),
    _Shot("title", 0, 114),
)
_DISSOLVE_FRAMES = 12
"""Before and after the cut."""


def write_timeline(path: Path, media: Mapping[str, Path]) -> None:
    """Write the edit over the drawn scenes; media are named by paths relative to the file."""
    timeline = otio.schema.Timeline("The early train", global_start_time=_time(START_FRAME))
    picture = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    sound = otio.schema.Track("Ambience (effects)", kind=otio.schema.TrackKind.Audio)
    for number, shot in enumerate(_SHOTS):
        if number == 4:
            picture.append(_transition(_DISSOLVE_FRAMES, _DISSOLVE_FRAMES))
        picture.append(_item(shot, path.parent, media))
        # The sound plays at its own speed under the sped-up shot, as editors do it.
        sound.append(_item(_Shot(shot.scene, shot.source_in, shot.frames), path.parent, media))
    city = next(item for item in picture if isinstance(item, otio.schema.Clip) and item.name == "city")
    inside = city.source_range.start_time + _time(MARKER - 414)
    city.markers.append(_marker("lights on", inside, "YELLOW"))
    timeline.tracks.markers.append(_marker("title", _time(534), "GREEN"))
    timeline.tracks.extend([picture, sound])
    part = path.with_name(f".{path.stem}.{os.getpid()}.part.otio")
    try:
        otio.adapters.write_to_file(timeline, str(part))
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _time(frames: int) -> otio.opentime.RationalTime:
    return otio.opentime.RationalTime(frames, float(RATE))


def _range(start: int, frames: int) -> otio.opentime.TimeRange:
    return otio.opentime.TimeRange(_time(start), _time(frames))


def _marker(name: str, at: otio.opentime.RationalTime, color: str) -> otio.schema.Marker:
    return otio.schema.Marker(name, otio.opentime.TimeRange(at, _time(1)), color)


def _transition(frames_in: int, frames_out: int) -> otio.schema.Transition:
    kind = otio.schema.TransitionTypes.SMPTE_Dissolve
    return otio.schema.Transition("dissolve", kind, _time(frames_in), _time(frames_out))


def _item(shot: _Shot, folder: Path, media: Mapping[str, Path]) -> otio.core.Item:
    if shot.scene is None:
        return otio.schema.Gap(source_range=_range(0, shot.frames))
    reference = otio.schema.ExternalReference(
        target_url=media[shot.scene].relative_to(folder).as_posix(), available_range=_range(0, SCENES[shot.scene][1])
    )
    clip = otio.schema.Clip(shot.scene, reference, _range(shot.source_in, shot.frames))
    if shot.speed != 1.0:
        clip.effects.append(otio.schema.LinearTimeWarp("speed", time_scalar=shot.speed))
    return clip
