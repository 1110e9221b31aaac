"""Every real timeline against facts.json: right, or refused in one sentence. Run with -s for the table."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from cutscore.cut import Cut
from cutscore.readers import TIMELINES, read_timeline, require_picture
from cutscore_composer.errors import InputRefused

MAY_BE_REFUSED = {"fcp7_just_track_malformed.xml"}
"""Fragments for which refusing is the right answer."""
CORRECTED: dict[str, dict[str, Any]] = {
    # The adapter lists both picks of the audition, one after the other; the second is not in use.
    "fcpxml_23976.fcpxml": {
        "clip_names_per_video_track": [["TestVideo", "TestVideo2", *["TestVideo"] * 5], ["TestVideo"] * 3]
    },
    # The adapter reads these as timelines of nothing: a storyline of seven multicam clips, and one of three titles.
    "fcpxml_multicam_cuts.fcpxml": {
        "video_tracks": 1,
        "clip_names_per_video_track": [[f"Day2_InterviewOwners_02_{angle}" for angle in "ABBAABA"]],
    },
    "fcpxml_transitions.fcpxml": {"video_tracks": 1, "clip_names_per_video_track": [[]]},
}
"""Facts that come from the public adapter where its length shows that it is wrong, read again from the raw files."""


@pytest.fixture(scope="module")
def facts(timelines: Path) -> dict[str, dict[str, Any]]:
    """What a second reading of the raw files says."""
    found: dict[str, dict[str, Any]] = json.loads((timelines / "facts.json").read_text("utf-8"))
    for name, corrected in CORRECTED.items():
        adapter = found[name]["otio_adapter"]
        assert abs(adapter["dur"] - found[name]["duration_seconds"]) > 1
        found[name] |= corrected
    for name, fact in found.items():
        if name.endswith(".fcpxml"):
            # The adapter counts 23.976 as 25 or 23: the rate is that of the first project's format.
            fact["otio_adapter"] = {"rate": rate_in_fcpxml((timelines / name).read_text("utf-8")), "gst": None}
    return found


def rate_in_fcpxml(text: str) -> float:
    """The rate of the first project, as the raw text says it."""
    used = re.search(r'<project .*?<sequence [^>]*?format="(\w+)"', text, re.DOTALL)
    assert used is not None
    duration = re.search(rf'<format id="{used[1]}"[^>]* frameDuration="(\d+)/(\d+)s"', text)
    assert duration is not None
    return int(duration[2]) / int(duration[1])


def differences(cut: Cut, fact: dict[str, Any]) -> list[str]:
    """In what a Cut differs from the facts; lengths may differ by half a frame, as frames are whole."""
    wrong = []
    seconds = fact["duration_seconds"]
    if seconds is not None and abs(float(cut.seconds) - seconds) > 0.5 / float(cut.rate) + 1e-6:
        wrong.append(f"lasts {float(cut.seconds)} s, not {seconds}")
    for name, mine, theirs in (
        ("video tracks", cut.tracks.video, fact["video_tracks"]),
        ("audio tracks", cut.tracks.audio, fact["audio_tracks"]),
        ("clip names", [list(names) for names in cut.track_names], fact["clip_names_per_video_track"]),
    ):
        if theirs is not None and mine != theirs:
            wrong.append(f"{name}: {mine}, not {theirs}")
    adapter = fact["otio_adapter"]
    if adapter and abs(adapter["rate"] - float(cut.rate)) > 0.005:
        wrong.append(f"rate {cut.rate}, not {adapter['rate']}")
    if adapter and adapter["gst"] and abs(adapter["gst"][0] - cut.start_frame) > 0.5:
        wrong.append(f"starts at frame {cut.start_frame}, not {adapter['gst'][0]}")
    return wrong


@pytest.mark.real
def test_every_file_of_our_formats_is_right(timelines: Path, facts: dict[str, dict[str, Any]]) -> None:
    """Duration, rate, start, track counts and clip names per track are those of the raw files."""
    wrong = {}
    for name, fact in facts.items():
        if Path(name).suffix not in TIMELINES:
            continue
        try:
            cut = read_timeline(timelines / name)
        except InputRefused as refused:
            print(f"{name:44} refused: {refused}")
            if name not in MAY_BE_REFUSED:
                wrong[name] = [str(refused)]
            continue
        found = differences(cut, fact)
        print(
            f"{name:44} {float(cut.seconds):10.4f} s {cut.rate!s:>10} V{cut.tracks.video} A{cut.tracks.audio:<3}"
            f"{len(cut.spans):4} spans {len(cut.markers):3} markers  {'; '.join(found) or 'right'}"
        )
        if found:
            wrong[name] = found
    assert wrong == {}


@pytest.mark.real
def test_the_spans_cover_every_real_timeline(timelines: Path) -> None:
    """From frame 0 to the end, without holes or overlaps, in every file."""
    for path in sorted(timelines.iterdir()):
        if path.suffix not in TIMELINES or path.name in MAY_BE_REFUSED:
            continue
        cut = read_timeline(path)
        edges = [span.record_in for span in cut.spans] + [cut.duration]
        assert [0, *(span.record_out for span in cut.spans)] == edges, path.name
        assert all(0 <= marker.frame < cut.duration for marker in cut.markers)


@pytest.mark.real
def test_the_public_adapters_say_the_same_order_on_a_single_track(timelines: Path) -> None:
    """Where OTIO's own flattening works, the visible clips and their record times are the same."""
    import opentimelineio as otio

    for name in (
        "otio_screening_example_v0181.otio",
        "otio_multitrack_headgaps.otio",
        "toucan_missing_media.otio",
        "tlr_movie_and_sequence.otio",
        "otio_effects_resolve.otio",
    ):
        timeline = otio.adapters.read_from_file(str(timelines / name))
        flat = otio.algorithms.flatten_stack(timeline.video_tracks())
        expected = []
        position = 0.0
        rate = float(read_timeline(timelines / name).rate)
        for item in flat:
            if isinstance(item, otio.schema.Transition):
                continue
            frames = item.trimmed_range().duration.rescaled_to(rate).value
            if isinstance(item, otio.schema.Clip):
                expected.append((item.name, round(position), round(position + frames)))
            position += frames
        cut = read_timeline(timelines / name)
        mine = [(span.name, span.record_in, span.record_out) for span in cut.spans if span.kind != "gap"]
        if name != "otio_screening_example_v0181.otio":  # its adapter hid the record start in the track's range
            assert expected == mine, name
        else:
            assert [e[0] for e in expected] in ([], [m[0] for m in mine])


@pytest.mark.real
def test_stereo_pairs_and_nested_sequences_of_premiere(timelines: Path) -> None:
    """The second track's dissolve ends in black; the nested sequence is opened; the stale duration is not believed."""
    cut = read_timeline(timelines / "fcp7_premiere_example.xml")
    shown = [(span.name, span.record_in, span.record_out, span.kind) for span in cut.spans]
    assert shown == [
        ("", 0, 13, "gap"),
        ("sc01_sh010_anim.mov", 13, 15, "missing"),
        ("test_title", 15, 956, "generator"),
        ("sc01_master_layerA_sh030_temp.mov", 956, 1164, "missing"),
        ("sc01_sh010_anim.mov", 1164, 1246, "missing"),
        ("", 1246, 1258, "gap"),
    ]
    over = cut.spans[4].transition_in
    assert over is not None
    assert ("dissolve", 12, 13) == (over.kind, over.in_frames, over.out_frames)


@pytest.mark.real
def test_the_timecode_of_the_media_is_taken_off(timelines: Path) -> None:
    """Source positions count from the media's first frame: Resolve's 10:00:00:00 and Hiero's rescaled floats are 0."""
    resolve = read_timeline(timelines / "resolve21_retime50.otio").spans[0]
    assert (0, 0.5) == (resolve.source_in, resolve.speed)
    second = read_timeline(timelines / "resolve21_dissolve.otio").spans[1]
    assert second.source_in * 50 == 596
    hiero = read_timeline(timelines / "ayon_hiero_timeline_23976.otio")
    assert hiero.spans[0].source_in == 0


@pytest.mark.real
def test_dissolves_of_edls_that_crash_the_public_adapter(timelines: Path) -> None:
    """Both dissolve lists give the same picture: ten frames of dissolve after the cut."""
    first, second = (read_timeline(timelines / name) for name in ("edl_dissolve.edl", "edl_dissolve_fail.edl"))
    assert first.spans == second.spans
    over = first.spans[1].transition_in
    assert over is not None
    assert ("dissolve", 0, 10) == (over.kind, over.in_frames, over.out_frames)


@pytest.mark.real
def test_audio_only_timelines_are_read_but_not_scored(timelines: Path) -> None:
    """Sound alone is a black picture with a warning; asking for music to it is refused."""
    cut = read_timeline(timelines / "aaf_audio_only.aaf")
    assert ["gap"] == [span.kind for span in cut.spans]
    assert any("no picture" in warning for warning in cut.warnings)
    with pytest.raises(InputRefused, match="no picture"):
        require_picture(cut)


@pytest.mark.real
def test_media_in_a_bundle_are_found_and_unpacked(
    timelines: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The clip of the .otioz has its movie, unpacked into the cache."""
    import platformdirs

    monkeypatch.setattr(platformdirs, "user_cache_path", lambda *args, **kwargs: tmp_path)
    cut = read_timeline(timelines / "tlr_single_clip_with_media.otioz")
    media = cut.spans[0].media
    assert media is not None
    assert media.is_file()
    assert media.is_relative_to(tmp_path)
    assert ("clip", True) == (cut.spans[0].kind, cut.sounds[0].clips[0].media is not None)


@pytest.mark.real
def test_sources_that_an_aaf_lost_are_said_and_nothing_is_printed(
    timelines: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The adapter puts a gap and prints so; standard output belongs to the JSON of a reading."""
    aaf2 = pytest.importorskip("aaf2")
    path = tmp_path / "lost.aaf"
    shutil.copyfile(timelines / "aaf_multitrack.aaf", path)
    with aaf2.open(str(path), "rw") as file:
        next(iter(file.content.mastermobs()))["Slots"].clear()
    cut = read_timeline(path)
    assert "" == capsys.readouterr().out
    assert "3 sources are not in the AAF itself and are shown as black." in cut.warnings
    assert (3282, "gap") == (cut.duration, cut.spans[1].kind)
