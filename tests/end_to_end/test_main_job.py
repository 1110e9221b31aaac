"""The main job on real input, as a person runs it: a timeline over real videos, and a real trailer as it is."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
import wave
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from support.command import Command

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture(scope="module")
def scored(cutscore: Command, real_edit: Path) -> dict[str, Any]:
    """The report of `cutscore score --json` on the real edit."""
    ran = cutscore("score", real_edit, "--json", "--preview", "--seed", "7", "--description", "calm, then a chase")
    assert ran.code == 0, ran.err
    report: dict[str, Any] = ran.json
    return report


def samples_of(path: Path) -> int:
    with wave.open(str(path)) as sound:
        assert (sound.getframerate(), sound.getsampwidth(), sound.getnchannels()) == (48000, 3, 2)
        return sound.getnframes()


def ebur128(path: Path) -> tuple[float, float]:
    """Integrated loudness and true peak as ffmpeg's own meter reads them."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("ffmpeg, the independent judge, is not installed")
    said = subprocess.run(
        ["ffmpeg", "-nostdin", "-i", str(path), "-af", "ebur128=peak=true", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    summary = said[said.rindex("Summary") :]
    lufs = float(re.search(r"I:\s+(-?[\d.]+) LUFS", summary)[1])  # type: ignore[index]
    peak = float(re.search(r"Peak:\s+(-?[\d.]+) dBFS", summary)[1])  # type: ignore[index]
    return lufs, peak


def test_the_music_is_exactly_as_long_as_the_picture(scored: dict[str, Any]) -> None:
    """720 frames at 24 are 1,440,000 samples: none off."""
    assert samples_of(Path(scored["music"])) == 1_440_000


def test_the_master_is_at_the_loudness_that_was_asked(scored: dict[str, Any]) -> None:
    """−16 ± 0.5 LUFS and at most −1.0 dBTP, by ffmpeg's meter."""
    lufs, peak = ebur128(Path(scored["music"]))
    assert -16.5 <= lufs <= -15.5
    assert peak <= -1.0 + 0.05


def test_only_the_track_was_added_to_the_project(scored: dict[str, Any], real_edit: Path) -> None:
    """The scored timeline without the music track is the original, value for value; the original is untouched."""
    new = json.loads(Path(scored["project"]).read_text(encoding="utf-8"))
    old = json.loads(real_edit.read_text(encoding="utf-8"))
    (added,) = [t for t in new["tracks"]["children"] if t["name"] == "Music (Cutscore)"]
    new["tracks"]["children"].remove(added)
    assert old == new


def test_the_placed_clip_is_the_music_over_the_whole_picture(scored: dict[str, Any]) -> None:
    """OpenTimelineIO reads one clip from the first to the last frame whose media is the delivered file."""
    timeline = otio.adapters.read_from_file(scored["project"])
    (track,) = [t for t in timeline.audio_tracks() if t.name == "Music (Cutscore)"]
    (clip,) = track.find_clips()
    placed = clip.range_in_parent()
    assert (placed.start_time.to_seconds(), placed.duration.to_seconds()) == (0.0, 30.0)
    media = Path(otio.url_utils.filepath_from_url(clip.media_reference.target_url))
    if not media.is_absolute():
        media = Path(scored["project"]).parent / media
    assert media.samefile(scored["music"])
    cue = json.loads(Path(scored["cue"]).read_text(encoding="utf-8"))
    assert len(cue["hits"]) == len(clip.markers)


def test_the_cue_knows_the_cuts_and_obeys_the_marker(scored: dict[str, Any]) -> None:
    """Every cut of the edit stands in the cue; the editor's marker at 20 s is hit within −10…+60 ms."""
    cue = json.loads(Path(scored["cue"]).read_text(encoding="utf-8"))
    times = [row["time"] for row in cue["cuts"]]
    for expected in (4, 7, 11, 15, 16, 20, 25):
        assert any(abs(expected - t) < 0.03 for t in times), (expected, times)
    assert cue["hits"]
    assert all(-10 <= hit["error_ms"] <= 60 for hit in cue["hits"])
    assert any(abs(hit["time"] - 20) < 0.03 and hit["kind"] == "marker" for hit in cue["hits"])


def test_everything_of_the_piece_lies_beside_it(scored: dict[str, Any]) -> None:
    """MIDI, score picture, rights and preview exist; nothing half-written does."""
    for key in ("music", "cue", "midi", "picture", "project", "preview", "rights"):
        assert Path(scored[key]).is_absolute()
        assert Path(scored[key]).stat().st_size > 100
    folder = Path(scored["music"]).parent
    assert [p.name for p in folder.rglob("*") if "part" in p.name.lower() or p.name.startswith(".")] == []


def test_a_second_run_gives_the_same_music_and_changes_nothing(
    cutscore: Command, real_edit: Path, scored: dict[str, Any]
) -> None:
    """The ledger answers: the same files, not a new version; the project is as it was."""
    before = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in Path(scored["music"]).parent.iterdir()}
    again = cutscore("score", real_edit, "--json", "--preview", "--seed", "7", "--description", "calm, then a chase")
    assert again.code == 0, again.err
    assert scored["music"] == again.json["music"]
    assert again.json["reused"] is True
    after = {p: hashlib.sha256(p.read_bytes()).hexdigest() for p in Path(scored["music"]).parent.iterdir()}
    assert {p: h for p, h in before.items() if p.suffix != ".mp4"} == {
        p: h for p, h in after.items() if p.suffix != ".mp4"
    }


def test_a_fresh_run_elsewhere_gives_the_same_bytes(real_edit: Path, scored: dict[str, Any], tmp_path: Path) -> None:
    """Same input, seed and version: the same bytes, with another home, ledger and output folder."""
    fresh = Command(tmp_path)("score", real_edit, "--json", "--seed", "7", "--description", "calm, then a chase",
                              "--output", tmp_path / "out")  # fmt: skip
    assert fresh.code == 0, fresh.err
    assert fresh.json["reused"] is False
    for kind in ("music", "midi"):
        assert Path(scored[kind]).read_bytes() == Path(fresh.json[kind]).read_bytes()


def test_the_trailer_as_it_is(cutscore: Command, videos: Path, tmp_path: Path) -> None:
    """A plain video: 1253 frames at 24; music of exactly its length; handed over with an .otio and a sentence."""
    ran = cutscore("score", videos / "sintel_trailer-720p.mp4", "--json", "--output", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert samples_of(Path(ran.json["music"])) == 2_506_000
    cue = json.loads(Path(ran.json["cue"]).read_text(encoding="utf-8"))
    assert (cue["rate"], cue["frames"]) == ("24/1", 1253)
    timeline = otio.adapters.read_from_file(ran.json["project"])
    assert [t.name for t in timeline.audio_tracks()][-1] == "Music (Cutscore)"


def test_a_range_is_scored_and_placed_where_it_lies(cutscore: Command, real_edit: Path, tmp_path: Path) -> None:
    """From 01:00:07:00 to 01:00:20:00: thirteen seconds of music that begin at frame 168."""
    ran = cutscore("score", real_edit, "--range", "01:00:07:00", "01:00:20:00", "--json", "--output", tmp_path / "out")
    assert ran.code == 0, ran.err
    assert samples_of(Path(ran.json["music"])) == 13 * 48000
    timeline = otio.adapters.read_from_file(ran.json["project"])
    (track,) = [t for t in timeline.audio_tracks() if t.name == "Music (Cutscore)"]
    (clip,) = track.find_clips()
    placed = clip.range_in_parent()
    assert (placed.start_time.to_seconds(), placed.duration.to_seconds()) == (7.0, 13.0)


def test_plan_says_what_would_be_hit_and_writes_nothing(cutscore: Command, real_edit: Path) -> None:
    """The cue file on standard output; no folder appears."""
    before = sorted(real_edit.parent.iterdir())
    ran = cutscore("plan", real_edit, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["schema"] == "cutscore.cue/1"
    assert ran.json["frames"] == 720
    assert before == sorted(real_edit.parent.iterdir())


def test_the_music_is_called_like_the_file(scored: dict[str, Any], real_edit: Path) -> None:
    """Not like the sequence inside it, which programs name as they like."""
    assert Path(scored["music"]).name.startswith(real_edit.stem)
