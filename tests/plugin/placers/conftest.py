"""Small music files, timelines and cues for the tests of placing, made in code."""

from __future__ import annotations

import json
import wave
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from cutscore.placers import PlacedMusic
from cutscore_composer.cue import CueHit, new_cue
from cutscore_composer.timebase import nearest_rate, samples_for

HITS = (CueHit(0.48, "cut", 0.9, -0.2, "downbeat"), CueHit(1.2, "flash", 0.5, 3.0, "free"))


def write_wav(path: Path, samples: int, level: int = 0) -> Path:
    """A 48 kHz 24-bit stereo file of `samples` equal samples."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(3)
        file.setframerate(48_000)
        file.writeframes(level.to_bytes(3, "little") * 2 * samples)
    return path


@pytest.fixture
def make_music(tmp_path: Path) -> Callable[..., PlacedMusic]:
    """Music of `frames` at `rate`; another `level` is other music."""

    def make(
        frames: int = 48,
        rate: Fraction | float = Fraction(24),
        *,
        level: int = 1,
        name: str = "edit.wav",
        folder: Path | None = None,
        **more: Any,
    ) -> PlacedMusic:
        rate = nearest_rate(rate)
        samples = samples_for(frames, rate)
        audio = write_wav((folder or tmp_path / "edit.cutscore") / name, samples, level)
        cue = new_cue("local", rate, frames, samples, hits=HITS)
        provenance = {"engine": "local", "version": "0.1.0", "ledger_key": f"key{level}", "date": "2026-11-22"}
        return PlacedMusic(audio, cue, rate, provenance=provenance, **{"name": "edit", **more})

    return make


def rational(value: float, rate: float = 24.0) -> dict[str, Any]:
    """A RationalTime as JSON."""
    return {"OTIO_SCHEMA": "RationalTime.1", "rate": rate, "value": value}


def span(start: float, length: float, rate: float = 24.0) -> dict[str, Any]:
    """A TimeRange as JSON."""
    return {
        "OTIO_SCHEMA": "TimeRange.1",
        "duration": rational(length, rate),
        "start_time": rational(start, rate),
    }


def clip(name: str, length: float, url: str | None = None, rate: float = 24.0, **more: Any) -> dict[str, Any]:
    """A Clip.2 as JSON."""
    media = {"OTIO_SCHEMA": "MissingReference.1", "metadata": {}, "name": ""}
    if url is not None:
        media = {**media, "OTIO_SCHEMA": "ExternalReference.1", "target_url": url}
    return {
        "OTIO_SCHEMA": "Clip.2",
        "metadata": {},
        "name": name,
        "source_range": span(0, length, rate),
        "effects": [],
        "markers": [],
        "enabled": True,
        "media_references": {"DEFAULT_MEDIA": media},
        "active_media_reference_key": "DEFAULT_MEDIA",
        **more,
    }


def track(name: str, kind: str, *children: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A Track as JSON."""
    return {
        "OTIO_SCHEMA": "Track.1",
        "metadata": {},
        "name": name,
        "source_range": None,
        "effects": [],
        "markers": [],
        "enabled": True,
        "children": list(children),
        "kind": kind,
        **more,
    }


def timeline(*tracks: dict[str, Any], name: str = "edit", **stack: Any) -> dict[str, Any]:
    """A Timeline as JSON."""
    return {
        "OTIO_SCHEMA": "Timeline.1",
        "metadata": {},
        "name": name,
        "global_start_time": rational(86400),
        "tracks": {
            "OTIO_SCHEMA": "Stack.1",
            "metadata": {},
            "name": "tracks",
            "source_range": None,
            "effects": [],
            "markers": [],
            "enabled": True,
            "children": list(tracks),
            **stack,
        },
    }


@pytest.fixture
def edit(tmp_path: Path) -> Path:
    """A two-track timeline of two seconds at 24 frames a second, without media."""
    made = timeline(track("V1", "Video", clip("a", 30), clip("b", 18)), track("A1", "Audio", clip("dialogue", 48)))
    path = tmp_path / "edit.otio"
    path.write_text(json.dumps(made, indent=4))
    return path
