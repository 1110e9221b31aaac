"""Edit lists (CMX 3600): events, tracks, speeds, transitions, rates, and the media that they only name."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from cutscore.cut import Cut, Transition
from cutscore.readers import read_timeline

EVENT = "{number:03}  {reel:8} {track:5} {how:8} {times}\n"


def edl(folder: Path, text: str, **options: object) -> Cut:
    """The Cut of an edit list."""
    path = folder / "list.edl"
    path.write_text("TITLE: list\n" + text, encoding="utf-8")
    return read_timeline(path, **options)  # type: ignore[arg-type]


def shown(cut: Cut) -> list[tuple[str, int, int]]:
    """The visible picture in short."""
    return [(span.name, span.record_in, span.record_out) for span in cut.spans]


A = "001  REEL_A   V     C        01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00\n* FROM CLIP NAME: a\n"
B = "002  REEL_B   V     C        02:00:00:00 02:00:01:00 10:00:03:00 10:00:04:00\n* FROM CLIP NAME: b\n"


def test_events_lie_at_their_record_times_with_gaps_between(tmp_path: Path) -> None:
    """The list starts at its first record in; what is not recorded is black."""
    cut = edl(tmp_path, A + B)
    assert [("a", 0, 48), ("", 48, 72), ("b", 72, 96)] == shown(cut)
    assert (864_000, Fraction(24)) == (cut.start_frame, cut.rate)
    assert any("no frame rate" in warning for warning in cut.warnings)


def test_the_rate_can_be_named_and_is_seen_in_frame_numbers(tmp_path: Path) -> None:
    """25 when named; 25 when a frame 24 occurs; 29.97 for a drop-frame list."""
    assert (Fraction(25), 100) == ((cut := edl(tmp_path, A + B, rate=Fraction(25))).rate, cut.duration)
    assert Fraction(25) == edl(tmp_path, A.replace("01:00:02:00", "01:00:01:24")).rate
    dropped = edl(tmp_path, "FCM: DROP FRAME\n" + A + B)
    assert (Fraction(30000, 1001), True) == (dropped.rate, dropped.drop_frame)


@pytest.mark.parametrize("mark", [":", ";", "."])
def test_a_drop_frame_list_counts_as_its_clock_does(tmp_path: Path, mark: str) -> None:
    """Eleven minutes by the clock are 19,782 frames of 29.97, by semicolons, by dots, or where FCM alone says it."""
    times = [f"01:00:00{mark}00 01:01:00{mark}02"] * 2 + [
        f"01:00:00{mark}00 01:10:00{mark}00",
        f"01:01:00{mark}02 01:11:00{mark}02",
    ]
    fcm = "FCM: DROP FRAME\n" if mark == ":" else ""
    lines = f"{fcm}001  A  V  C  {times[0]} {times[1]}\n002  B  V  C  {times[2]} {times[3]}\n"
    cut = edl(tmp_path, lines, rate=Fraction(30000, 1001))
    assert (107_892, 19_782, True) == (cut.start_frame, cut.duration, cut.drop_frame)
    assert abs(cut.seconds - 660) < Fraction(1, 10)
    assert not any("differ" in warning for warning in cut.warnings)


def test_a_list_of_25_drops_nothing_however_it_is_written(tmp_path: Path) -> None:
    """Dots instead of colons are a habit of some programs."""
    cut = edl(tmp_path, re.sub(r"(?<=\d):(?=\d)", ".", A), rate=Fraction(25))
    assert (900_000, 50, False) == (cut.start_frame, cut.duration, cut.drop_frame)


def test_a_change_of_mode_on_the_way_is_that_of_the_source(tmp_path: Path) -> None:
    """The record times keep the count they began with."""
    cut = edl(
        tmp_path,
        "FCM: NON-DROP FRAME\n001  A  V  C  01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00\n"
        "FCM: DROP FRAME\n002  B  V  C  02:00:00:00 02:00:01:00 10:00:02:00 10:00:03:00\n",
    )
    assert (1_080_000, 90, False) == (cut.start_frame, cut.duration, cut.drop_frame)
    assert seconds_of(215_784) == cut.spans[1].source_in


def seconds_of(frames: int) -> Fraction:
    """Seconds of frames at 29.97."""
    return frames / Fraction(30000, 1001)


def test_a_dissolve_begins_at_the_record_in_of_its_event(tmp_path: Path) -> None:
    """The outgoing shot runs on below it; the two names go to the two shots."""
    cut = edl(
        tmp_path,
        "001  A  V  C        01:00:00:00 01:00:02:00 00:00:00:00 00:00:02:00\n* FROM CLIP NAME: a\n"
        "002  A  V  C        01:00:02:00 01:00:02:00 00:00:02:00 00:00:02:00\n"
        "002  B  V  D    012 02:00:00:00 02:00:02:00 00:00:02:00 00:00:04:00\n"
        "* FROM CLIP NAME: a\n* TO CLIP NAME: b\n",
    )
    assert [("a", 0, 48), ("b", 48, 96)] == shown(cut)
    assert Transition("dissolve", 0, 12) == cut.spans[1].transition_in


def test_a_fade_from_black_and_a_wipe(tmp_path: Path) -> None:
    """BL is black: a dissolve out of it is a fade."""
    cut = edl(
        tmp_path,
        "001  BL V  C        00:00:00:00 00:00:01:00 00:00:00:00 00:00:01:00\n"
        "002  BL V  C        00:00:01:00 00:00:01:00 00:00:01:00 00:00:01:00\n"
        "002  B  V  D    024 02:00:00:00 02:00:02:00 00:00:01:00 00:00:03:00\n"
        "003  B  V  C        02:00:02:00 02:00:02:00 00:00:03:00 00:00:03:00\n"
        "003  C  V  W001 010 03:00:00:00 03:00:01:00 00:00:03:00 00:00:04:00\n",
    )
    assert ["gap", "missing", "missing"] == [span.kind for span in cut.spans]
    assert [("fade", 24), ("wipe", 10)] == [
        (span.transition_in.kind, span.transition_in.out_frames) for span in cut.spans if span.transition_in
    ]


def test_speeds_of_m2_lines(tmp_path: Path) -> None:
    """Half speed, backwards, and a held frame."""
    event = "00{n}  R{n}  V  C  01:00:00:00 01:00:01:00 00:00:0{n}:00 00:00:0{m}:00\nM2   R{n}   {fps}   01:00:00:00\n"
    cut = edl(
        tmp_path, "".join(event.format(n=n, m=n + 1, fps=fps) for n, fps in ((1, "012.0"), (2, "-024.0"), (3, "000.0")))
    )
    assert [Fraction(1, 2), -1, 0] == [span.speed for span in cut.spans]
    assert [3600, 3600 + Fraction(23, 24), 3600] == [span.source_in for span in cut.spans]


def test_channels_go_to_their_tracks(tmp_path: Path) -> None:
    """V2 lies over V; B and AA/V are picture and sound."""
    cut = edl(
        tmp_path,
        "001  A  V     C  01:00:00:00 01:00:02:00 00:00:00:00 00:00:02:00\n"
        "002  B  V2    C  01:00:00:00 01:00:01:00 00:00:01:00 00:00:02:00\n"
        "003  C  AA/V  C  01:00:00:00 01:00:01:00 00:00:02:00 00:00:03:00\n"
        "004  D  B     C  01:00:00:00 01:00:01:00 00:00:03:00 00:00:04:00\n"
        "005  E  A2    C  01:00:00:00 01:00:01:00 00:00:04:00 00:00:05:00\n",
    )
    assert [("001", 0, 24), ("002", 24, 48), ("003", 48, 72), ("004", 72, 96), ("", 96, 120)] == shown(cut)
    assert (2, 2) == (cut.tracks.video, cut.tracks.audio)
    assert [["003", "004"], ["003", "005"]] == [[clip.name for clip in track.clips] for track in cut.sounds]


def test_locators_are_markers(tmp_path: Path) -> None:
    """By record timecode, with colour and text."""
    cut = edl(tmp_path, A + "* LOC: 10:00:01:00 RED     FIX THIS\n" + B)
    assert [(24, "FIX THIS", "RED")] == [(m.frame, m.name, m.color) for m in cut.markers]


def test_lengths_that_differ_without_a_speed_are_said(tmp_path: Path) -> None:
    """The record length counts."""
    cut = edl(tmp_path, A.replace("01:00:02:00", "01:00:01:00"))
    assert cut.duration == 48
    assert any("differ in length" in warning for warning in cut.warnings)


def film(path: Path, timecode: str | None) -> None:
    """Fifty frames at 24."""
    with av.open(str(path), "w") as out:
        stream = out.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        if timecode:
            stream.metadata["timecode"] = timecode
        for _ in range(50):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((32, 32, 3), np.uint8), format="rgb24")))
        out.mux(stream.encode(None))


@pytest.mark.parametrize("timecode", ["02:00:00:00", None])
def test_a_reel_is_found_by_its_name_and_counted_from_its_timecode(tmp_path: Path, timecode: str | None) -> None:
    """The source timecode less the file's own; without one the full hour, which is said."""
    (tmp_path / "rushes").mkdir()
    film(tmp_path / "rushes" / "REEL_B.mov", timecode)
    cut = edl(tmp_path, B.replace("02:00:00:00 02:00:01:00", "02:00:00:12 02:00:01:12"), search=[tmp_path / "rushes"])
    assert tmp_path / "rushes" / "REEL_B.mov" == cut.spans[0].media
    assert Fraction(1, 2) == cut.spans[0].source_in
    assert (timecode is None) == any("full hour" in warning for warning in cut.warnings)


def test_file_names_in_comments_are_taken(tmp_path: Path) -> None:
    """A source file with a path is looked for there."""
    film(tmp_path / "x.mov", None)
    cut = edl(
        tmp_path,
        A.replace("01:00:00:00 01:00:02:00", "00:00:00:00 00:00:02:00") + f"* SOURCE FILE: {tmp_path / 'x.mov'}\n",
    )
    assert tmp_path / "x.mov" == cut.spans[0].media


def test_other_encodings_and_line_ends(tmp_path: Path) -> None:
    """Windows text and UTF-16 with CRLF read the same."""
    path = tmp_path / "list.edl"
    text = ("TITLE: Größe\n" + A.replace(": a\n", ": Tür\n")).replace("\n", "\r\n")
    names = []
    for encoding in ("utf-8", "utf-8-sig", "cp1252", "utf-16"):
        path.write_bytes(text.encode(encoding))
        names.append((read_timeline(path).name, read_timeline(path).spans[0].name))
    assert [("Größe", "Tür")] * 4 == names
