"""Music in edit lists: real lists, told right line by line and by OpenTimelineIO; drop-frame; second runs."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutscore.placers import Placed, PlacedMusic, PlaceOptions, place
from cutscore.placers.edl_text import notes_lines
from cutscore.placers.notes import from_text
from cutscore.readers import read_timeline
from cutscore_composer.errors import InputRefused
from cutscore_composer.timebase import frame_of_timecode

Make = Callable[..., PlacedMusic]
NAMES = """
edl_LTedlMixer_unusual edl_dissolve edl_dissolve_fail edl_gap_test edl_screening_example edl_speed_effects_548
""".split()
EVENT = re.compile(r"^(\d+)\s+(\S+)\s+(\S+)\s+C\s+(\S+) (\S+) (\S+) (\S+)$")


def events(path: Path) -> list[tuple[str, ...]]:
    """Our events, by their lines: number, channel and the four timecodes of what plays from a file."""
    lines = path.read_bytes().decode().splitlines()
    found = [EVENT.match(line) for line in lines if " AX " in line and not line.startswith("*")]
    return [(m[1], m[3], *m.groups()[3:]) for m in found if m]


@pytest.fixture(params=NAMES)
def scored(request: pytest.FixtureRequest, timelines: Path, tmp_path: Path, make_music: Make):
    """A real list and what placing music of 12 frames at frame 7 made of it."""
    source = timelines / f"{request.param}.edl"
    cut = read_timeline(source)
    music = make_music(12, cut.rate, record_in=7, start_frame=cut.start_frame)
    return source, cut, place(music, source, output_folder=tmp_path / "out"), music


@pytest.mark.real
def test_the_list_stands_as_it_did_with_lines_behind(scored) -> None:
    """Every byte of the original, then our event and its comments, none longer than a line of a list."""
    source, _, placed, _ = scored
    old, new = source.read_bytes(), placed.project.read_bytes()
    at = len(old.rstrip())
    assert new.startswith(old[:at])
    assert new.endswith(old[at:])
    ours = new[at : len(new) - len(old) + at].decode().strip("\n").splitlines()
    assert all(len(line) <= 80 for line in ours if not line.startswith("* SOURCE FILE"))
    assert all(line.startswith("* ") for line in ours[1:])


@pytest.mark.real
def test_the_event_is_right(scored) -> None:
    """The next number in the list's width, the first free tracks, seven frames behind the list's own start."""
    source, cut, placed, music = scored
    numbers = re.findall(r"(?m)^\s*(\d+)\s+\S+\s+\S+\s+[CDWK]", source.read_text())
    ((number, channel, *times),) = events(placed.project)
    assert (int(number), len(number)) == (max(map(int, numbers)) + 1, len(numbers[-1]))
    assert channel == "AA"
    frames = [frame_of_timecode(time, cut.rate) for time in times]
    starts = re.findall(r"(?m)^\s*\d+\s.*?(\S+)\s+\S+\s*$", source.read_text())
    first = min(frame_of_timecode(time, cut.rate) for time in starts if time.count(":") == 3)
    assert frames == [0, 12, first + 7, first + 19]
    assert f"* FROM CLIP NAME: {music.audio.name}\n" in placed.project.read_text()


@pytest.mark.real
def test_readers_find_it(scored) -> None:
    """Our reader takes it for ours and sees the rest as before; OTIO finds both channels where it reads the list."""
    source, cut, placed, music = scored
    after = read_timeline(placed.project)
    assert (cut.spans, cut.markers, cut.start_frame) == (after.spans, after.markers, after.start_frame)
    tracks = [track for track in after.sounds if track.ours]
    assert [[(c.record_in, c.record_out, c.media) for c in t.clips] for t in tracks] == [[(7, 19, music.audio)]] * 2
    try:
        otio.adapters.read_from_file(str(source), rate=float(cut.rate))
    except Exception as error:
        pytest.skip(f"OpenTimelineIO does not read the original: {error!r}")
    timeline = otio.adapters.read_from_file(str(placed.project), rate=float(cut.rate))
    names = [[clip.name for clip in track.find_clips()] for track in timeline.audio_tracks()]
    assert names == [[music.audio.name]] * 2
    for track in timeline.audio_tracks():
        (clip,) = track.find_clips()
        assert clip.duration().value == 12


@pytest.mark.real
@pytest.mark.parametrize("name", NAMES)
def test_twice_is_once(name: str, timelines: Path, tmp_path: Path, make_music: Make) -> None:
    """The same music again changes no byte; other music takes its place, and taken out the list is the original."""
    source = timelines / f"{name}.edl"
    rate = read_timeline(source).rate
    project = tmp_path / source.name
    project.write_bytes(source.read_bytes())
    first = make_music(12, rate, record_in=3)
    place(first, project, output_folder=tmp_path, in_place=True)
    once = project.read_bytes()
    assert not place(first, project, output_folder=tmp_path, in_place=True).changed
    assert once == project.read_bytes()
    second = make_music(14, rate, level=2, name="take2.wav", record_in=3)
    assert place(second, project, output_folder=tmp_path, in_place=True).replaced
    assert len(events(project)) == 1
    assert project.read_bytes().startswith(source.read_bytes().rstrip())


LIST = """TITLE: edit
FCM: NON-DROP FRAME

001  REEL1    V     C        01:00:00:00 01:00:02:00 10:00:00:00 10:00:02:00
* FROM CLIP NAME: one
002  REEL1    AA/V  C        01:00:00:00 01:00:02:00 10:00:02:00 10:00:04:00
* FROM CLIP NAME: two
"""


class Desk:
    """One list on a desk: place into it, change its lines."""

    def __init__(self, folder: Path, make: Make, text: str = LIST) -> None:
        self.project = folder / "edit.edl"
        self.make = make
        self.project.write_bytes(text.encode())

    def place(self, level: int = 1, frames: int = 96, options: PlaceOptions | None = None, **more) -> Placed:
        """Place music of `level` in place, at 24 frames a second."""
        music = self.make(frames, Fraction(24), level=level, name=f"take{level}.wav", **more)
        return place(music, self.project, output_folder=self.project.parent, in_place=True, options=options)

    def change(self, old: str, new: str) -> None:
        """Change a text in every one of its places."""
        text = self.project.read_bytes().decode()
        assert old in text
        self.project.write_bytes(text.replace(old, new).encode())


@pytest.fixture
def desk(tmp_path: Path, make_music: Make) -> Desk:
    """A list of four seconds whose picture has sound on two tracks, with the first music in it."""
    desk = Desk(tmp_path, make_music)
    desk.place(1)
    return desk


def test_used_tracks_are_left_alone(desk: Desk) -> None:
    """The edit's own sound is on A1 and A2: the music goes on A3 and A4, an event each."""
    times = ("00:00:00:00", "00:00:04:00", "10:00:00:00", "10:00:04:00")
    assert events(desk.project) == [("003", "A3", *times), ("004", "A4", *times)]
    assert [t.name for t in read_timeline(desk.project).sounds if t.ours] == ["A3", "A4"]


def test_new_music_replaces_ours(desk: Desk) -> None:
    """The same events, the new file; comments of the user's stay."""
    desk.change("* FROM CLIP NAME: take1.wav", "* FROM CLIP NAME: take1.wav\n* MY OWN NOTE")
    assert desk.place(2, frames=72).replaced
    times = ("00:00:00:00", "00:00:03:00", "10:00:00:00", "10:00:03:00")
    assert events(desk.project) == [("003", "A3", *times), ("004", "A4", *times)]
    text = desk.project.read_text()
    assert "take1" not in text
    assert text.count("* MY OWN NOTE") == 2


def test_trims_stay(desk: Desk) -> None:
    """A second off the head is off the new version too."""
    desk.change("00:00:00:00 00:00:04:00 10:00:00:00 10:00:04:00", "00:00:01:00 00:00:04:00 10:00:01:00 10:00:04:00")
    desk.place(2)
    assert {e[2:] for e in events(desk.project)} == {("00:00:01:00", "00:00:04:00", "10:00:01:00", "10:00:04:00")}


def test_a_touched_event_becomes_a_comment(desk: Desk) -> None:
    """A list cannot mute: what the user moved stays readable, but no program plays it; the new version is told."""
    desk.change("10:00:00:00 10:00:04:00", "10:00:00:10 10:00:04:10")
    placed = desk.place(2)
    assert any("kept" in warning for warning in placed.warnings)
    assert [e[:2] for e in events(desk.project)] == [("003", "A3"), ("004", "A4")]
    text = desk.project.read_text()
    assert "* CUTSCORE KEPT: 003  AX       A3    C        00:00:00:00 00:00:04:00 10:00:00:10 10:00:04:10" in text
    cut = read_timeline(desk.project)
    assert [(c.record_in, c.name) for t in cut.sounds if t.ours for c in t.clips] == [(0, "take2.wav")] * 2
    assert [span.name for span in cut.spans] == ["one", "two"]


def test_cues_side_by_side_share_the_tracks(tmp_path: Path, make_music: Make) -> None:
    """Two ranges lie on the same pair of tracks."""
    desk = Desk(tmp_path, make_music)
    desk.place(1, frames=24, record_in=12)
    desk.place(2, frames=24, record_in=60)
    assert [(e[1], e[4]) for e in events(desk.project)] == [
        ("A3", "10:00:00:12"),
        ("A4", "10:00:00:12"),
        ("A3", "10:00:02:12"),
        ("A4", "10:00:02:12"),
    ]


def test_what_a_list_cannot_hold_is_said(tmp_path: Path, make_music: Make) -> None:
    """Levels and stems: a sentence each, and no wrong event."""
    desk = Desk(tmp_path, make_music)
    placed = desk.place(1, options=PlaceOptions(gain_db=-3))
    assert placed.warnings == ("An edit list has no levels and fades; set them in the editor.",)


def test_an_edited_original_keeps_its_music(tmp_path: Path, make_music: Make) -> None:
    """The list is exported anew: the earlier music comes along, and the next cue lies beside it."""
    project = tmp_path / "edit.edl"
    project.write_text(LIST)
    place(make_music(24, Fraction(24), record_in=12), project, output_folder=tmp_path / "out")
    project.write_text(LIST.replace("one", "uno"))
    second = make_music(24, Fraction(24), level=2, name="two.wav", record_in=60)
    placed = place(second, project, output_folder=tmp_path / "out")
    assert placed.warnings == ()
    cut = read_timeline(placed.project)
    assert [span.name for span in cut.spans] == ["uno", "two"]
    found = [[(c.record_in, c.name) for c in t.clips] for t in cut.sounds if t.ours]
    assert found == [[(12, "edit.wav"), (60, "two.wav")]] * 2


def with_start(music: PlacedMusic, samples: int) -> PlacedMusic:
    """Give a WAV a broadcast extension with this many samples since midnight."""
    data = music.audio.read_bytes()
    body = bytes(338) + samples.to_bytes(8, "little") + bytes(256)
    music.audio.write_bytes(data[:12] + b"bext" + len(body).to_bytes(4, "little") + body + data[12:])
    return music


@pytest.mark.parametrize(
    ("mode", "mark", "start", "rate", "expected"),
    [
        ("DROP FRAME", ";", "00:00:59;20", Fraction(30000, 1001), ("00:00:59;25", "00:01:00;07")),
        ("DROP FRAME", ":", "00:00:59:20", Fraction(30000, 1001), ("00:00:59:25", "00:01:00:07")),
        ("NON-DROP FRAME", ":", "00:59:50:00", Fraction(24000, 1001), ("00:59:50:05", "00:59:50:15")),
        ("NON-DROP FRAME", ":", "00:00:59:50", Fraction(60000, 1001), ("00:00:59:55", "00:01:00:05")),
        ("NON-DROP FRAME", ":", "10:00:00:00", Fraction(25), ("10:00:00:05", "10:00:00:15")),
    ],
)
def test_timecodes_count_as_the_list_does(
    tmp_path: Path, make_music: Make, mode: str, mark: str, start: str, rate: Fraction, expected: tuple[str, str]
) -> None:
    """Across a minute at 29.97 drop-frame two numbers are left out, punctuated as the list; sources as the WAV says."""
    first = frame_of_timecode(start if "NON" in mode else f"{start[:8]};{start[9:]}", rate)
    event = f"001  R        V     C        00:00:00{mark}00 00:00:10{mark}00 {start} 00:01:30{mark}00"
    if start[:2] != "00" or start[3:5] == "59":
        event = event.replace(f"00:01:30{mark}00", f"{start[:2]}:{start[3:5]}:58{mark}00")
    project = tmp_path / "edit.edl"
    project.write_text(f"TITLE: x\nFCM: {mode}\n{event}\n")
    music = make_music(10, rate, record_in=5, start_frame=first)
    with_start(music, round((first + 5) / rate * 48_000))
    placed = place(music, project, output_folder=tmp_path / "out")
    ((_, _, *times),) = events(placed.project)
    assert tuple(times[2:]) == expected
    assert times[:2] == times[2:]
    cut = read_timeline(placed.project, rate=rate)
    assert [(c.record_in, c.record_out) for t in cut.sounds if t.ours for c in t.clips] == [(5, 15)] * 2
    assert not place(music, project, output_folder=tmp_path / "out").changed


@pytest.mark.parametrize(
    "text", [LIST.replace("\n", "\r\n"), LIST.rstrip(), LIST + "\n\n   \n", LIST.replace("one", "ü")]
)
@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-8-sig", "utf-16"])
def test_line_ends_and_encodings_stay(tmp_path: Path, make_music: Make, text: str, encoding: str) -> None:
    """A list keeps its line ends, its encoding and what stands at its end; the first version leaves no trace."""
    project = tmp_path / "edit.edl"
    project.write_bytes(text.encode(encoding))
    for level in (1, 2):
        music = make_music(24, Fraction(24), level=level, name=f"t{level}.wav")
        place(music, project, output_folder=tmp_path / "out")
    scored = (tmp_path / "out" / "edit.scored.edl").read_bytes().decode(encoding)
    at = len(text.rstrip())
    assert scored.startswith(text[:at])
    assert scored.endswith(text[at:])
    assert (scored.count("\r\n") == scored.count("\n")) == ("\r\n" in text)
    assert "t1.wav" not in scored


def test_what_is_no_list_is_refused(tmp_path: Path, make_music: Make) -> None:
    """One sentence with the file's name."""
    project = tmp_path / "edit.edl"
    project.write_text("TITLE: nothing\n")
    with pytest.raises(InputRefused, match=r"edit\.edl holds no events"):
        place(make_music(24, Fraction(24)), project, output_folder=tmp_path / "out")


@given(st.text(max_size=300))
def test_any_notes_survive_an_editor_that_trims_lines(text: str) -> None:
    """White space at the ends of lines is lost in many editors: the notes do not depend on it."""
    notes = {"schema": "cutscore.place/1", "name": text, "placed": {"id": "x" * 90}}
    lines = [line.rstrip() for line in notes_lines(notes)]
    assert from_text("".join(line.removeprefix("* CUTSCORE:")[1:] for line in lines)) == notes
