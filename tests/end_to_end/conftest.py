"""A real edit over the real videos, and the command as a person runs it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from support.command import Command

RATE = 24.0


@pytest.fixture(scope="session")
def cutscore(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """The command, with an empty home."""
    return Command(tmp_path_factory.mktemp("home"))


def _clip(name: str, path: Path, start: float, frames: int, rate: float, effect: Any = None) -> otio.schema.Clip:
    clip = otio.schema.Clip(
        name=name,
        media_reference=otio.schema.ExternalReference(target_url=path.as_uri()),
        source_range=otio.opentime.TimeRange(
            otio.opentime.RationalTime(round(start * rate), rate), otio.opentime.RationalTime(frames, rate)
        ),
    )
    if effect is not None:
        clip.effects.append(effect)
    return clip


@pytest.fixture(scope="session")
def real_edit(tmp_path_factory: pytest.TempPathFactory, videos: Path) -> Path:
    """An .otio over the real videos: several clips, trims, a gap, a dissolve, a speed change; from 01:00:00:00.

    30 s at 24 fps: cuts at 4, 7, 11 (dissolve of 1 s), 15 (gap of 1 s), 16, 20 s (double speed), 25 s; marker at 20 s.
    """
    folder = tmp_path_factory.mktemp("edit ü #1")
    sintel, bunny = videos / "sintel_trailer-720p.mp4", videos / "bbb_480p_30s_bower.mp4"
    track = otio.schema.Track(name="V1", kind=otio.schema.TrackKind.Video)
    track.extend(
        [
            _clip("snow", sintel, 9.5, 96, RATE),
            _clip("meadow", bunny, 5.0, 72, RATE),
            _clip("hut", sintel, 14.0, 96, RATE),
            otio.schema.Transition(
                name="dissolve",
                transition_type="SMPTE_Dissolve",
                in_offset=otio.opentime.RationalTime(12, RATE),
                out_offset=otio.opentime.RationalTime(12, RATE),
            ),
            _clip("bird", bunny, 16.5, 96, RATE),
            otio.schema.Gap(duration=otio.opentime.RationalTime(24, RATE)),
            _clip("city", sintel, 24.0, 96, RATE),
            _clip("cars", videos / "intel_car_detection.mp4", 4.0, 120, RATE, otio.schema.LinearTimeWarp("x2", 2.0)),
            _clip("dragon", sintel, 36.0, 120, RATE),
        ]
    )
    sound = otio.schema.Track(name="Dialogue", kind=otio.schema.TrackKind.Audio)
    sound.append(_clip("hut", sintel, 9.5, 240, RATE))
    timeline = otio.schema.Timeline(name="real edit", global_start_time=otio.opentime.RationalTime(86400, RATE))
    timeline.tracks.extend([track, sound])
    timeline.tracks.markers.append(
        otio.schema.Marker(
            name="hit",
            marked_range=otio.opentime.TimeRange(
                otio.opentime.RationalTime(480, RATE), otio.opentime.RationalTime(1, RATE)
            ),
        )
    )
    path = folder / "real edit ü.otio"
    otio.adapters.write_to_file(timeline, str(path))
    return path
