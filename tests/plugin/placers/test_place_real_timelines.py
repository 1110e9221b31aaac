"""Every real .otio file, scored: one insertion in the bytes, and OTIO sees exactly one more track."""

from __future__ import annotations

import json
import wave
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import opentimelineio as otio
import pytest

from cutscore.placers import PlacedMusic, place
from cutscore.placers.wav_start import time_reference
from cutscore_composer.timebase import nearest_rate

NAMES = [
    "ayon_hiero_timeline_23976.otio",
    "kden_image_sequence.otio",
    "otio_effects_resolve.otio",
    "otio_generator.otio",
    "otio_multitrack_headgaps.otio",
    "otio_screening_example_main_marker3.otio",
    "otio_screening_example_v0181.otio",
    "otio_transition_edges.otio",
    "otio_youtube_8hours_52markers.otio",
    "raven_timecode_rates.otio",
    "resolve21_base.otio",
    "resolve21_clip_audio_params.otio",
    "resolve21_dissolve.otio",
    "resolve21_retime50.otio",
    "tellers_move_cut.otio",
    "tlr_movie_and_sequence.otio",
    "tlr_multiple_rates.otio",
    "toucan_missing_media.otio",
]

pytestmark = pytest.mark.real


def rate_of(data: dict) -> float:
    """The start time's rate, else the one that most times of the raw file have."""
    start = data.get("global_start_time")
    if start:
        return start["rate"]
    found = []

    def look(value: object) -> None:
        if isinstance(value, dict):
            if str(value.get("OTIO_SCHEMA", "")).startswith("RationalTime"):
                found.append(value["rate"])
            for item in value.values():
                look(item)
        elif isinstance(value, list):
            for item in value:
                look(item)

    look(data["tracks"])
    return Counter(found).most_common(1)[0][0]


def add_bext(path: Path, samples: int) -> None:
    """Give a WAV a broadcast extension with this many samples since midnight, before its sound."""
    data = path.read_bytes()
    body = bytes(338) + samples.to_bytes(8, "little") + bytes(256)
    chunk = b"bext" + len(body).to_bytes(4, "little") + body
    size = (len(data) + len(chunk) - 8).to_bytes(4, "little")
    path.write_bytes(data[:4] + size + data[8:12] + chunk + data[12:])


@pytest.fixture(params=NAMES)
def scored(request: pytest.FixtureRequest, timelines: Path, tmp_path: Path, make_music: Callable[..., PlacedMusic]):
    """A real file, its data, and what placing a second and a half of music at frame 7 made of it."""
    source = timelines / request.param
    data = json.loads(source.read_bytes())
    rate = nearest_rate(float(rate_of(data)))
    frames = int(rate * Fraction(3, 2))
    start = data.get("global_start_time") or {"value": 0}
    music = make_music(frames, rate, record_in=7, start_frame=round(start["value"]))
    add_bext(music.audio, round((start["value"] + 7) / rate * 48_000))
    placed = place(music, source, output_folder=tmp_path / "edit.cutscore")
    return source, data, rate, frames, placed, music


def test_only_one_run_of_bytes_is_new(scored) -> None:
    """The scored file is the original with one insertion: a prefix and a suffix of it are the whole original."""
    source, _, _, _, placed, _ = scored
    old, new = source.read_bytes(), placed.project.read_bytes()
    prefix = next((i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), len(old))
    assert old[prefix:] == new[len(new) - (len(old) - prefix) :]
    assert len(new) > len(old)


def test_raw_comparison_shows_one_added_track(scored) -> None:
    """Without the last track the parsed JSON equals the original's."""
    source, data, _, _, placed, _ = scored
    result = json.loads(placed.project.read_bytes())
    added = result["tracks"]["children"].pop()
    assert data == result
    assert added["name"] == "Music (Cutscore)"
    assert placed.project.name == f"{source.stem}.scored.otio"


def test_otio_reads_the_music_at_the_right_place(scored) -> None:
    """OTIO finds one more audio track with one clip, seven frames in, as long as the WAV, hits where they fall."""
    source, _, rate, frames, placed, music = scored
    if "marker3" in source.name:
        pytest.skip("released OTIO does not read Marker.3; the raw comparison above covers this file")
    before, after = otio.adapters.read_from_file(str(source)), otio.adapters.read_from_file(str(placed.project))
    assert len(before.tracks) + 1 == len(after.tracks)
    track = after.tracks[-1]
    kinds = {t.kind for t in before.tracks}
    assert track.kind.lower() == "audio"
    assert track.kind.istitle() or all(kind.islower() for kind in kinds)
    (clip,) = track.find_clips()
    where = clip.range_in_parent()
    assert nearest_rate(where.start_time.rate) == rate
    assert (7, frames) == (where.start_time.value, where.duration.value)
    with wave.open(str(music.audio)) as wav:
        seconds = wav.getnframes() / wav.getframerate()
    assert abs(where.duration.to_seconds() - seconds) < 0.5 / float(rate) + 0.001 * seconds
    first = clip.source_range.start_time.value
    expected = [round(hit.time * rate) for hit in music.cue.hits]
    assert expected == [marker.marked_range.start_time.value - first for marker in clip.markers]
    assert clip.metadata["cutscore"]["engine"] == "local"
    shaped = "Resolve_OTIO" in before.metadata
    assert first == (before.global_start_time.value + 7 if before.global_start_time else 7) * shaped
    assert clip.media_reference.available_range == clip.source_range


def test_the_file_keeps_its_own_manner(scored) -> None:
    """Schema versions, rate spelling and media paths of the new track are those of the file."""
    source, _, _, _, placed, music = scored
    text = source.read_text(encoding="utf-8")
    added = json.loads(placed.project.read_bytes())["tracks"]["children"][-1]
    clip = added["children"][-1]
    assert ('"Clip.2"' in text) == (clip["OTIO_SCHEMA"] == "Clip.2")
    assert f'"{added["OTIO_SCHEMA"]}"' in text
    new_text = placed.project.read_text(encoding="utf-8")
    rates = {line.split(":")[1].strip(" ,\r\n") for line in text.splitlines() if '"rate"' in line}
    new_rates = {line.split(":")[1].strip(" ,\r\n") for line in new_text.splitlines() if '"rate"' in line}
    assert rates == new_rates
    references = clip.get("media_references", {"DEFAULT_MEDIA": clip.get("media_reference")})
    url = references["DEFAULT_MEDIA"]["target_url"]
    assert url == (str(music.audio) if "Resolve_OTIO" in text else "edit.wav")


def test_the_time_reference_is_what_ffmpeg_reads(tmp_path: Path, make_music: Callable[..., PlacedMusic]) -> None:
    """Our reading of a broadcast WAV's start agrees with FFmpeg's; a plain WAV has none."""
    audio = make_music().audio
    assert time_reference(audio) is None
    add_bext(audio, 172_800_000 + 2**33)
    with av.open(str(audio)) as opened:
        assert time_reference(audio) == (int(opened.metadata["time_reference"]), opened.streams.audio[0].rate)
    audio.write_bytes(b"RIFF....WAVEbext")
    assert time_reference(audio) is None
