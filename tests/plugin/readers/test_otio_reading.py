"""What an OTIO timeline means: transitions, speeds, stills, sequences, markers, source positions, rates."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import opentimelineio as otio
import pytest
from PIL import Image

from cutscore.cut import Cut, Marker, Transition
from cutscore.readers import read_cut, read_timeline

Write = Callable[..., Path]


def at(frames: float, rate: float = 25) -> Any:
    """A time."""
    return otio.opentime.RationalTime(frames, rate)


def span(start: float, frames: float, rate: float = 25) -> Any:
    """A range."""
    return otio.opentime.TimeRange(at(start, rate), at(frames, rate))


def clip(
    name: str, start: float = 0, frames: float = 50, media: str = "", available: Any = None, rate: float = 25
) -> Any:
    """A clip of a file (or of missing media)."""
    reference = otio.schema.ExternalReference(media, available) if media else otio.schema.MissingReference()
    return otio.schema.Clip(name, reference, span(start, frames, rate))


def over(before: int, after: int, kind: str = "SMPTE_Dissolve", name: str = "x") -> Any:
    """A transition."""
    return otio.schema.Transition(name, kind, at(before), at(after))


def gap(frames: float, rate: float = 25) -> Any:
    """A gap."""
    return otio.schema.Gap(source_range=span(0, frames, rate))


def read(folder: Path, *tracks: list[Any], **options: Any) -> Cut:
    """The Cut of a timeline with these video tracks, bottom first, written and read back."""
    timeline = otio.schema.Timeline("t")
    timeline.tracks.extend([otio.schema.Track(children=items) for items in tracks])
    return read_made(folder, timeline, **options)


def read_made(folder: Path, timeline: Any, **options: Any) -> Cut:
    """The Cut of a timeline, written and read back."""
    path = folder / "t.otio"
    otio.adapters.write_to_file(timeline, str(path))
    return read_timeline(path, **options)


def film(path: Path, frames: int = 50, timecode: str | None = None) -> Path:
    """A small film at 25."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        if timecode:
            stream.metadata["timecode"] = timecode
        for number in range(frames):
            picture = np.full((32, 32, 3), number * 5 % 255, np.uint8)
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode(None))
    return path


def shown(cut: Cut) -> list[tuple[str, int, int, str]]:
    """The visible picture in short."""
    return [(s.name, s.record_in, s.record_out, s.kind) for s in cut.spans]


def test_a_dissolve_lies_over_the_cut_between_two_clips(tmp_path: Path) -> None:
    """Clips keep their places; the transition tells how far it reaches to both sides."""
    cut = read(tmp_path, [clip("a"), over(10, 5), clip("b", 20)])
    assert [("a", 0, 50, "missing"), ("b", 50, 100, "missing")] == shown(cut)
    assert Transition("dissolve", 10, 5) == cut.spans[1].transition_in


def test_fades_at_the_ends_of_a_track(tmp_path: Path) -> None:
    """A fade in shifts the track by its in_offset, as OTIO counts; a fade out of the last clip ends it."""
    cut = read(tmp_path, [over(0, 12), clip("a"), over(10, 0)])
    assert cut.duration == 50
    assert Transition("fade", 0, 12) == cut.spans[0].transition_in
    assert Transition("fade", 10, 0) == cut.spans[0].transition_out


def test_a_transition_over_a_gap_is_a_fade(tmp_path: Path) -> None:
    """Into a gap and out of it."""
    cut = read(tmp_path, [clip("a"), over(10, 0), gap(25), over(0, 8), clip("b")])
    assert [None, "fade", "fade"] == [s.transition_in and s.transition_in.kind for s in cut.spans]


def test_a_dissolve_on_an_upper_track_shows_the_lower_one(tmp_path: Path) -> None:
    """Out of a gap above another clip it is a dissolve between the two tracks, not a fade."""
    cut = read(tmp_path, [clip("low", 0, 100)], [gap(40), over(10, 10), clip("high", 0, 20)])
    assert [("low", 0, 40, "missing"), ("high", 40, 60, "missing"), ("low", 60, 100, "missing")] == shown(cut)
    assert Transition("dissolve", 10, 10) == cut.spans[1].transition_in
    assert [0, 1, 0] == [s.track for s in cut.spans]
    assert 60 == cut.spans[2].source_in * 25


def test_a_covered_transition_is_not_seen(tmp_path: Path) -> None:
    """A dissolve below another clip leaves no trace."""
    cut = read(tmp_path, [clip("a"), over(5, 5), clip("b")], [gap(40), clip("top", 0, 30)])
    assert [None, None, None] == [s.transition_in for s in cut.spans]


def test_a_wipe_keeps_its_name(tmp_path: Path) -> None:
    """What is no dissolve is called as the program calls it."""
    cut = read(tmp_path, [clip("a"), over(5, 5, "Custom_Transition", "Page Peel"), clip("b")])
    assert cut.spans[1].transition_in is not None
    assert cut.spans[1].transition_in.kind == "Page Peel"


def test_speeds_forward_backward_and_held(tmp_path: Path) -> None:
    """Record lengths are those of the ranges; backwards begins at the last frame of the range; a hold stays."""
    film(tmp_path / "m.mp4")
    clips = [clip(name, 10, 20, "m.mp4", span(0, 50)) for name in ("half", "back", "hold")]
    clips[0].effects.append(otio.schema.LinearTimeWarp(time_scalar=0.5))
    clips[1].effects.append(otio.schema.LinearTimeWarp(time_scalar=-1))
    clips[2].effects.append(otio.schema.FreezeFrame())
    cut = read(tmp_path, clips)
    assert [20, 20, 20] == [s.record_out - s.record_in for s in cut.spans]
    assert [Fraction(1, 2), -1, 0] == [s.speed for s in cut.spans]
    assert [10, 29, 10] == [s.source_in * 25 for s in cut.spans]
    assert ["clip", "clip", "still"] == [s.kind for s in cut.spans]


def test_a_nested_stack_at_double_speed(tmp_path: Path) -> None:
    """Its range is honoured, its inner cut lands where it is seen, speeds multiply."""
    stack = otio.schema.Stack(
        "nest", children=[otio.schema.Track(children=[clip("a", 0, 20), clip("b", 100, 40)])], source_range=span(10, 15)
    )
    stack.effects.append(otio.schema.LinearTimeWarp(time_scalar=2))
    cut = read(tmp_path, [clip("x", 0, 5), stack])
    assert [("x", 0, 5, "missing"), ("a", 5, 10, "missing"), ("b", 10, 20, "missing")] == shown(cut)
    assert [10, 100] == [s.source_in * 25 for s in cut.spans[1:]]
    assert [2, 2] == [s.speed for s in cut.spans[1:]]


def test_disabled_clips_and_tracks_do_not_show(tmp_path: Path) -> None:
    """Lower tracks come through; a disabled track does not lengthen the timeline."""
    off = clip("off")
    off.enabled = False
    timeline = otio.schema.Timeline("t")
    timeline.tracks.extend(
        otio.schema.Track(children=items) for items in ([clip("low", 0, 60)], [off], [clip("no", 0, 500)])
    )
    timeline.tracks[2].enabled = False
    cut = read_made(tmp_path, timeline)
    assert [("low", 0, 60, "missing")] == shown(cut)
    assert 3 == cut.tracks.video


def test_sound_tracks_count_for_the_length(tmp_path: Path) -> None:
    """Picture past its end is black."""
    timeline = otio.schema.Timeline("t")
    timeline.tracks.append(otio.schema.Track(children=[clip("a")], kind="video"))
    timeline.tracks.append(otio.schema.Track(children=[clip("s", 0, 70)], kind="audio"))
    cut = read_made(tmp_path, timeline)
    assert [("a", 0, 50, "missing"), ("", 50, 70, "gap")] == shown(cut)
    assert (1, 1) == (cut.tracks.video, cut.tracks.audio)


def test_media_kinds(tmp_path: Path) -> None:
    """Films, pictures, generators, image sequences, lost media and media that are no media."""
    film(tmp_path / "film.mp4")
    Image.new("RGB", (8, 8)).save(tmp_path / "still.png")
    for number in (11, 12, 13):
        Image.new("RGB", (8, 8)).save(tmp_path / f"100%_{number:04d}.png")
    (tmp_path / "text.mp4").write_text("no film at all\n" * 100)
    sequence = otio.schema.Clip(
        "seq",
        otio.schema.ImageSequenceReference(".", "100%_", ".png", 11, 1, 25, 4, available_range=span(900, 3)),
        span(901, 2),
    )
    bars = otio.schema.Clip("bars", otio.schema.GeneratorReference("bars", "SMPTEBars"), span(0, 10))
    cut = read(
        tmp_path,
        [
            clip("f", 5, 10, "film.mp4", span(0, 50)),
            clip("s", 3, 10, "still.png"),
            bars,
            sequence,
            clip("t", 0, 5, "text.mp4"),
            clip("gone", 0, 5, "gone.mov"),
        ],
    )
    assert ["clip", "still", "generator", "clip", "missing", "missing"] == [s.kind for s in cut.spans]
    assert cut.spans[3].media == tmp_path / "100%%_%04d.png"
    assert (25, 11, Fraction(1, 25)) == (cut.spans[3].image_rate, cut.spans[3].image_start, cut.spans[3].source_in)
    assert cut.spans[1].source_in == 0
    assert any("gone.mov" in warning for warning in cut.warnings)
    assert any("text.mp4" in warning for warning in cut.warnings)


def test_an_image_sequence_on_threes(tmp_path: Path) -> None:
    """OTIO's own count: time t of rate r is image start + t·r, of which every third is a file."""
    for number in (1, 4, 7):
        Image.new("RGB", (8, 8)).save(tmp_path / f"a.{number}.png")
    reference = otio.schema.ImageSequenceReference(".", "a.", ".png", 1, 3, 25, available_range=span(0, 9))
    found = read(tmp_path, [otio.schema.Clip("seq", reference, span(4, 5))]).picture().spans[0]
    assert (tmp_path / "a.%d.png", 3, 1) == (found.media, found.image_step, found.image_start)
    shown_at = reference.frame_for_time(at(4))
    assert shown_at == found.image_start + found.source_in * 25


def test_the_embedded_timecode_is_used_where_the_timeline_does_not_say_the_media_range(tmp_path: Path) -> None:
    """A source range at 10:00:01:00 of a file that begins at 10:00:00:00 is one second in."""
    film(tmp_path / "tc.mov", timecode="10:00:00:00")
    cut = read(tmp_path, [clip("a", 36001 * 25, 10, "tc.mov"), clip("b", 5, 10, "tc.mov")])
    assert [1, Fraction(5, 25)] == [s.source_in for s in cut.spans]


def test_a_clip_without_a_range_lasts_as_long_as_its_file(tmp_path: Path) -> None:
    """The file itself is asked."""
    film(tmp_path / "m.mp4", frames=37)
    whole = otio.schema.Clip("w", otio.schema.ExternalReference("m.mp4"))
    assert 37 == read(tmp_path, [whole], rate=Fraction(25)).duration


def test_fades_at_the_ends_of_the_timeline_reach_the_picture(tmp_path: Path) -> None:
    """A transition on the first or the last frame has no cut; the picture opens out of black and closes into it."""
    both = read(tmp_path, [over(0, 12), clip("a", 100), clip("b", 100), over(20, 0)]).picture()
    assert ([50], 12, 20) == ([c.frame for c in both.cuts], both.opening_fade_frames, both.closing_fade_frames)
    none = read(tmp_path, [clip("a", 100), over(5, 5), clip("b", 100)]).picture()
    assert (0, 0) == (none.opening_fade_frames, none.closing_fade_frames)


def test_markers_wherever_they_are(tmp_path: Path) -> None:
    """On the timeline, on tracks, on clips (through trims and speeds) and inside nests; hidden ones are left out."""

    def mark(name: str, frame: int, comment: str = "") -> Any:
        marker = otio.schema.Marker(name, span(frame, 0), "RED")
        marker.comment = comment
        return marker

    first, slow, hidden = clip("a", 100, 20), clip("b", 100, 20), clip("c", 0, 40)
    first.markers.append(mark("clip", 105, "a note"))
    slow.effects.append(otio.schema.LinearTimeWarp(time_scalar=0.5))
    slow.markers.append(mark("slow", 104))
    slow.markers.append(mark("cut off", 95_000))
    hidden.markers.append(mark("hidden", 5))
    nest = otio.schema.Stack("n", children=[otio.schema.Track(children=[clip("d", 0, 30)])], source_range=span(10, 20))
    nest[0].markers.append(mark("nested", 15))
    timeline = otio.schema.Timeline("t")
    timeline.tracks.append(otio.schema.Track(children=[hidden]))
    timeline.tracks.append(otio.schema.Track(children=[first, slow, nest]))
    timeline.tracks[1].markers.append(mark("track", 3))
    timeline.tracks.markers.append(mark("timeline", 2))
    timeline.tracks.markers.append(mark("by timecode", 90_010))
    timeline.global_start_time = at(90_000)
    cut = read_made(tmp_path, timeline)
    assert [
        ("timeline", 2),
        ("track", 3),
        ("clip", 5),
        ("by timecode", 10),
        ("slow", 28),
        ("nested", 45),
    ] == [(m.name, m.frame) for m in cut.markers]
    assert Marker(5, "clip", "a note", "RED", 0) in cut.markers
    assert any("cut off" in warning for warning in cut.warnings)


def test_the_newer_marker_schema_is_read(tmp_path: Path) -> None:
    """Marker.3 differs only in its colour, which becomes its name."""
    first = clip("a")
    first.markers.append(otio.schema.Marker("m", span(5, 0), "RED"))
    timeline = otio.schema.Timeline("t")
    timeline.tracks.append(otio.schema.Track(children=[first]))
    text = otio.adapters.write_to_string(timeline, "otio_json")
    color = '{"OTIO_SCHEMA": "Color.1", "r": 1.0, "g": 0.0, "b": 0.0, "a": 1.0, "name": "RED"}'
    (tmp_path / "t.otio").write_text(text.replace("Marker.2", "Marker.3").replace('"RED"', color))
    cut = read_timeline(tmp_path / "t.otio")
    assert [Marker(5, "m", "", "RED", 0)] == list(cut.markers)
    assert any("newer OpenTimelineIO" in warning for warning in cut.warnings)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (23.976024627685547, Fraction(24000, 1001)),
        (23.98, Fraction(24000, 1001)),
        (29.97, Fraction(30000, 1001)),
        (12.5, Fraction(25, 2)),
        (59.94005994005994, Fraction(60000, 1001)),
        (25.0, Fraction(25)),
    ],
)
def test_the_rate_meant_by_a_float(tmp_path: Path, written: float, meant: Fraction) -> None:
    """And the count of frames stays what is written."""
    cut = read(tmp_path, [clip("a", 0, 48, rate=written)])
    assert (meant, 48) == (cut.rate, cut.duration)


def test_clips_of_other_rates_fall_on_the_nearest_frames_with_a_warning(tmp_path: Path) -> None:
    """A 25 timeline with a clip at 23.976: lengths are those in seconds."""
    cut = read(tmp_path, [clip("a", 0, 25), clip("b", 0, 24, rate=23.976), clip("c", 0, 25)])
    assert [(0, 25), (25, 50), (50, 75)] == [(s.record_in, s.record_out) for s in cut.spans]
    assert any("between two frames" in warning for warning in cut.warnings)


def test_the_start_timecode_says_the_rate_and_the_first_frame(tmp_path: Path) -> None:
    """A start of 01:00:00:00 at 24 under clips of 50."""
    timeline = otio.schema.Timeline("t")
    timeline.global_start_time = at(86_400, 24)
    timeline.tracks.append(otio.schema.Track(children=[clip("a", 0, 100, rate=50)]))
    cut = read_made(tmp_path, timeline)
    assert (Fraction(24), 86_400, 48) == (cut.rate, cut.start_frame, cut.duration)


def test_premiere_writes_its_rate_and_media_lengths(tmp_path: Path) -> None:
    """Of a clip at double speed Premiere gives the frames of media; Resolve and OTIO those of the timeline."""
    timeline = otio.schema.Timeline("t")
    fast = clip("fast", 10, 40)
    fast.effects.append(otio.schema.LinearTimeWarp(time_scalar=2))
    timeline.tracks.append(otio.schema.Track(children=[fast, clip("b", 0, 20)]))
    assert [("fast", 0, 40, "missing"), ("b", 40, 60, "missing")] == shown(read_made(tmp_path, timeline))
    timeline.tracks.metadata["PremierePro_OTIO"] = {"VideoFrameRate": 25.0}
    cut = read_made(tmp_path, timeline)
    assert [("fast", 0, 20, "missing"), ("b", 20, 40, "missing")] == shown(cut)
    assert any("Premiere" in warning for warning in cut.warnings)
    timeline.tracks.metadata["PremierePro_OTIO"] = {"VideoFrameRate": 29.97}
    assert Fraction(30000, 1001) == read_made(tmp_path, timeline).rate


def test_missing_media_are_all_listed_when_strict(tmp_path: Path) -> None:
    """One sentence with every name, exit code 3."""
    from cutscore_composer.errors import InputRefused

    with pytest.raises(InputRefused) as refused:
        read(tmp_path, [clip("a", media="/gone/x.mov"), clip("b", media="file:///gone/y%20z.mov")], strict=True)
    assert "x.mov" in str(refused.value)
    assert "y%20z.mov" in str(refused.value)


def test_media_are_found_in_search_folders_and_that_is_said(tmp_path: Path) -> None:
    """By name, wherever below the folder."""
    (tmp_path / "store" / "deep").mkdir(parents=True)
    film(tmp_path / "store" / "deep" / "x.mp4")
    cut = read(tmp_path, [clip("a", 0, 10, "C:\\gone\\x.mp4")], search=[tmp_path / "store"])
    assert tmp_path / "store" / "deep" / "x.mp4" == cut.spans[0].media
    assert any("taken by its name" in warning for warning in cut.warnings)


def test_read_cut_takes_a_timeline_alone(tmp_path: Path) -> None:
    """The call for all inputs reads a timeline like the other."""
    read(tmp_path, [clip("a")])
    assert read_cut([tmp_path / "t.otio"]) == read_timeline(tmp_path / "t.otio")
