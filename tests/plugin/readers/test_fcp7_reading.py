"""FCP7 XML: cut points in transitions, speeds, nested sequences, stereo tracks, rates, markers, in and out."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from cutscore.cut import Cut, Transition
from cutscore.readers import read_timeline

RATE = "<rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate>"


def item(name: str, start: int, end: int, first: int, last: int, more: str = "") -> str:
    """A clip of a file of its own."""
    return (
        f"<clipitem><name>{name}</name><duration>1000</duration>{RATE}<start>{start}</start><end>{end}</end>"
        f"<in>{first}</in><out>{last}</out>"
        f"<file id='{name}'><name>{name}</name><pathurl>file://localhost/C%3a/my%20media/{name}.mov</pathurl>"
        f"{RATE}<duration>1000</duration></file>{more}</clipitem>"
    )


def over(start: int, end: int, alignment: str, name: str = "Cross Dissolve") -> str:
    """A transition."""
    return (
        f"<transitionitem><start>{start}</start><end>{end}</end><alignment>{alignment}</alignment>{RATE}"
        f"<effect><name>{name}</name><effectid>{name}</effectid></effect></transitionitem>"
    )


def speed(percent: str, more: str = "") -> str:
    """A Time Remap filter."""
    return (
        "<filter><effect><name>Time Remap</name><effectid>timeremap</effectid>"
        f"<parameter><parameterid>speed</parameterid><value>{percent}</value></parameter>{more}</effect></filter>"
    )


def fcp7(folder: Path, *video: str, audio: tuple[str, ...] = (), more: str = "") -> Cut:
    """The Cut of a sequence with these tracks."""
    path = folder / "edit.xml"
    tracks = "".join(f"<track>{items}</track>" for items in video)
    sounds = "".join(f"<track>{items}</track>" for items in audio)
    path.write_text(
        "<?xml version='1.0' encoding='UTF-8'?><!DOCTYPE xmeml><xmeml version='4'><sequence id='main'><name>main</name>"
        f"<duration>7</duration>{RATE}<timecode>{RATE}<frame>107892</frame><displayformat>DF</displayformat></timecode>"
        f"<media><video>{tracks}</video><audio>{sounds}</audio></media>{more}</sequence></xmeml>",
        encoding="utf-8",
    )
    return read_timeline(path)


def shown(cut: Cut) -> list[tuple[str, int, int]]:
    """The visible picture in short."""
    return [(span.name, span.record_in, span.record_out) for span in cut.spans]


def frames_in(cut: Cut) -> list[Fraction]:
    """Source frames at 29.97 at the beginnings of the spans."""
    return [span.source_in * 30000 / 1001 for span in cut.spans]


def test_rate_start_and_length_come_from_what_is_true(tmp_path: Path) -> None:
    """29.97 drop-frame, 01:00:00:00, and the end of the last clip rather than the stale duration."""
    cut = fcp7(tmp_path, item("a", 10, 60, 5, 55))
    assert (Fraction(30000, 1001), 107_892, True, 60) == (cut.rate, cut.start_frame, cut.drop_frame, cut.duration)
    assert [("", 0, 10), ("a", 10, 60)] == shown(cut)
    assert 5 == frames_in(cut)[1]


def test_a_centred_dissolve_puts_the_cut_in_its_middle(tmp_path: Path) -> None:
    """The clips' ends are written as −1 and their ranges reach over the whole transition."""
    cut = fcp7(tmp_path, item("a", 0, -1, 0, 60) + over(40, 60, "center") + item("b", -1, 100, 200, 260))
    assert [("a", 0, 50), ("b", 50, 100)] == shown(cut)
    assert Transition("dissolve", 10, 10) == cut.spans[1].transition_in
    assert [0, 210] == frames_in(cut)


def test_fades_at_the_ends(tmp_path: Path) -> None:
    """Out of black at the start, into black at the end."""
    cut = fcp7(
        tmp_path, over(0, 15, "start-black") + item("a", -1, -1, 0, 60) + over(50, 60, "end-black", "Dip to Black")
    )
    assert [("a", 0, 60)] == shown(cut)
    assert Transition("fade", 0, 15) == cut.spans[0].transition_in
    assert Transition("fade", 10, 0) == cut.spans[0].transition_out


def test_speeds_count_in_frames_as_played(tmp_path: Path) -> None:
    """<in> 100 at 50 % is source frame 50; backwards counts from the end; Hiero writes 0.25 for 25 %."""
    backwards = "<parameter><parameterid>reverse</parameterid><value>TRUE</value></parameter>"
    cut = fcp7(
        tmp_path,
        item("half", 0, 50, 100, 150, speed("50"))
        + item("back", 50, 100, 100, 150, speed("100", backwards))
        + item("hiero", 100, 150, 400, 450, speed("0.25")),
    )
    assert [Fraction(1, 2), -1, Fraction(1, 4)] == [span.speed for span in cut.spans]
    assert [50, 899, 100] == frames_in(cut)


def test_a_rate_without_ntsc_is_that_of_the_element_around(tmp_path: Path) -> None:
    """Final Cut 7 says it once; 30 inside a sequence of 29.97 is 29.97."""
    short = "<rate><timebase>30</timebase></rate>"
    cut = fcp7(tmp_path, item("a", 0, 600, 300, 900).replace(RATE, short))
    assert [300] == frames_in(cut)
    assert not any("between two frames" in warning for warning in cut.warnings)


def test_in_points_count_at_the_rate_at_which_the_clip_lasts_as_long_as_it_is_shown(tmp_path: Path) -> None:
    """A 25 clip in a 29.97 sequence: 60 frames shown for 60 of the sequence (Premiere), or for 50 of its own."""
    at_25 = "<rate><timebase>25</timebase><ntsc>FALSE</ntsc></rate>"
    as_sequence = item("a", 0, 60, 120, 180).replace(RATE, at_25)
    as_own = item("b", 60, 120, 100, 150).replace(RATE, at_25)
    cut = fcp7(tmp_path, as_sequence + as_own)
    assert [120 / Fraction(30000, 1001), Fraction(100, 25)] == [span.source_in for span in cut.spans]


def test_nested_sequences_are_opened_once_defined_and_once_named(tmp_path: Path) -> None:
    """The second use only names the sequence by its id; ranges are honoured."""
    nested = (
        f"<sequence id='n'><name>nest</name><duration>9</duration>{RATE}"
        f"<media><video><track>{item('x', 0, 40, 0, 40)}{item('y', 40, 90, 7, 57)}</track></video></media></sequence>"
    )
    use = "<clipitem><name>nest</name>{rate}<start>{s}</start><end>{e}</end><in>{i}</in><out>{o}</out>{seq}</clipitem>"
    cut = fcp7(
        tmp_path,
        use.format(rate=RATE, s=0, e=50, i=20, o=70, seq=nested)
        + use.format(rate=RATE, s=50, e=60, i=0, o=10, seq="<sequence id='n'/>"),
    )
    assert [("x", 0, 20), ("y", 20, 50), ("x", 50, 60)] == shown(cut)
    assert [20, 7, 0] == frames_in(cut)


def test_disabled_clips_and_tracks_do_not_show(tmp_path: Path) -> None:
    """The lower track comes through."""
    off = item("off", 0, 50, 0, 50, "<enabled>FALSE</enabled>")
    cut = fcp7(tmp_path, item("low", 0, 50, 0, 50), off, "<enabled>FALSE</enabled>" + item("no", 0, 500, 0, 500))
    assert [("low", 0, 50)] == shown(cut)
    assert [("low",), ("off",), ("no",)] == list(cut.track_names)


def test_a_stereo_pair_is_two_tracks_and_overlapping_sounds_do_not_shift(tmp_path: Path) -> None:
    """Sounds keep their places although stale ends overlap; the longest sound counts."""
    pair = item("s", 0, 60, 0, 60) + item("t", 50, 80, 0, 30)
    cut = fcp7(tmp_path, item("a", 0, 50, 0, 50), audio=(pair, pair))
    assert (1, 2, 80) == (cut.tracks.video, cut.tracks.audio, cut.duration)
    assert [("s", 0, 50), ("t", 50, 80)] == [(c.name, c.record_in, c.record_out) for c in cut.sounds[0].clips]


def test_markers_and_in_out_points(tmp_path: Path) -> None:
    """Of the sequence and of clips, with comments; −1 is no point."""
    note = "<marker><name>{n}</name><comment>c</comment><in>{i}</in><out>-1</out></marker>"
    cut = fcp7(
        tmp_path,
        item("a", 10, 60, 5, 55, note.format(n="clip", i=15)),
        more=note.format(n="sequence", i=3) + "<in>10</in><out>40</out>",
    )
    assert [("sequence", 3, "c"), ("clip", 20, "c")] == [(m.name, m.frame, m.comment) for m in cut.markers]
    assert (10, 40) == cut.in_out


def test_titles_and_generators(tmp_path: Path) -> None:
    """A slug and a generator item are generators, not missing media."""
    slug = (
        "<clipitem><name>title</name><start>0</start><end>20</end><in>900</in><out>920</out>"
        "<file id='s'><mediaSource>Slug</mediaSource></file></clipitem>"
    )
    bars = "<generatoritem><name>bars</name><start>20</start><end>30</end><in>0</in><out>10</out></generatoritem>"
    cut = fcp7(tmp_path, slug + bars)
    assert [("title", "generator"), ("bars", "generator")] == [(span.name, span.kind) for span in cut.spans]
    assert not cut.warnings
