"""Music in Shotcut projects (and in what melt alone wrote), judged by the standard library's parser."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutscore.placers import PlacedMusic, PlaceOptions, place
from cutscore.placers.mlt_times import clock
from cutscore.readers import read_timeline
from cutscore.readers.mlt_values import Times
from cutscore_composer.cue import CueGain, new_cue
from cutscore_composer.errors import InputRefused
from cutscore_composer.music import Stem
from cutscore_composer.timebase import samples_for
from support.mlt_edits import MltEdit
from support.mlt_judged import Judged, said, without_ours
from support.xml_trees import flat

Make = Callable[..., PlacedMusic]
MUSIC = "Music (Cutscore)"
EDIT = MltEdit(Fraction(25), [(10, 30), (None, 5), (50, 35)], [(None, 20), (90, 15)])
RATES = [Fraction(24000, 1001), Fraction(25), Fraction(30000, 1001), Fraction(30303, 1000), Fraction(60000, 1001)]


def scored(tmp_path: Path, music: PlacedMusic, edit: MltEdit = EDIT, **options: object) -> tuple[Path, Judged]:
    """A project before and after placing."""
    source = edit.write(tmp_path / "edit.mlt", "shotcut")
    placed = place(music, source, output_folder=tmp_path / "out", options=PlaceOptions(**options))  # type: ignore[arg-type]
    return source, Judged(placed.project)


@pytest.mark.parametrize("rate", RATES)
def test_the_music_lies_on_its_frames_on_a_track_of_its_own(rate: Fraction, tmp_path: Path, make_music: Make) -> None:
    """Behind all tracks, picture hidden, mixed with the rest, and in the project's playlist."""
    edit = MltEdit(rate, EDIT.lower, EDIT.upper)
    _, found = scored(tmp_path, make_music(40, rate, record_in=23), edit)
    assert ["background", "V1", "V2", MUSIC] == found.tracks()
    (use,) = found.uses(MUSIC)
    assert (23, 63, 0, "video") == (use.start, use.end, use.first, use.hidden)
    (mix,) = found.mixes(MUSIC)
    assert ("0", "mix", "1") == (mix["a_track"], mix["mlt_service"], mix["sum"])
    track = found.by_id[found.timeline.findall("track")[3].get("producer", "")]
    assert ("1", MUSIC) == (said(track, "shotcut:audio"), said(track, "shotcut:name"))
    media = [found.by_id[e.get("producer", "")] for e in found.by_id["main_bin"].findall("entry")]
    assert [use.resource] == [said(one, "resource") for one in media]
    assert "edit" == said(media[0], "shotcut:caption")


def test_everything_else_stands_as_it_did(tmp_path: Path, make_music: Make) -> None:
    """Without our elements the trees are the same; every line of the file is there, in order."""
    source, found = scored(tmp_path, make_music(40, 25))
    without_ours(found.root)
    for element in list(found.timeline):
        if element.tag == "transition" and said(element, "b_track") == "3":
            found.timeline.remove(element)
        if element.get("name") == "shotcut:markers" and not len(element):
            found.timeline.remove(element)
    assert list(flat(Judged(source).root)) == list(flat(found.root))
    lines = iter((tmp_path / "out" / "edit.scored.mlt").read_bytes().splitlines(keepends=True))
    assert all(line in lines for line in source.read_bytes().splitlines(keepends=True))


def test_fades_gain_and_ducking_are_filters_that_shotcut_has(tmp_path: Path, make_music: Make) -> None:
    """Fade In Audio, Fade Out Audio and Gain / Volume, with keyframes counted from the filter's beginning."""
    music = make_music(50, 25)
    duck = (CueGain(0.4, 0.0), CueGain(0.8, -9.0), CueGain(1.2, 0.0))
    cue = new_cue("local", Fraction(25), 50, samples_for(50, Fraction(25)), duck=duck)
    ducked = PlacedMusic(music.audio, cue, Fraction(25), name="edit")
    _, found = scored(tmp_path, ducked, gain_db=-3, fade_in_frames=10, fade_out_frames=20, duck=True)
    chain = found.by_id["cutscore0"]
    filters = {said(f, "shotcut:filter"): f for f in chain.findall("filter")}
    assert {"fadeInVolume", "fadeOutVolume", ""} == set(filters)
    assert (10, 20) == (
        found.frames(said(filters["fadeInVolume"], "shotcut:animIn")),
        found.frames(said(filters["fadeOutVolume"], "shotcut:animOut")),
    )

    def levels(name: str) -> list[tuple[int, float]]:
        keys = [key.split("=") for key in said(filters[name], "level").split(";")]
        return [(found.frames(at), float(db)) for at, db in keys]

    assert [(0, -60), (9, 0)] == levels("fadeInVolume")
    assert [(30, 0), (49, -60)] == levels("fadeOutVolume")
    assert [(0, -3), (10, -3), (20, -12), (30, -3), (49, -3)] == levels("")
    assert {(0, 49)} == {(found.frames(f.get("in")), found.frames(f.get("out"))) for f in filters.values()}


def test_a_gain_alone_is_one_number(tmp_path: Path, make_music: Make) -> None:
    """As Shotcut writes it without keyframes."""
    _, found = scored(tmp_path, make_music(40, 25), gain_db=-6)
    (gain,) = found.by_id["cutscore0"].findall("filter")
    assert ("-6", "volume") == (said(gain, "level"), said(gain, "mlt_service"))


def test_hits_are_markers_of_the_timeline_and_no_cues_for_the_next_run(tmp_path: Path, make_music: Make) -> None:
    """Shotcut's clips have no markers: hits lie on the timeline, numbered on; a reader knows them from the user's."""
    source = EDIT.write(tmp_path / "edit.mlt", "shotcut")
    mine = (
        '<properties name="shotcut:markers"><properties name="4"><property name="text">mine</property>'
        '<property name="start">00:00:00.400</property><property name="end">00:00:00.400</property>'
        "</properties></properties>"
    )
    text = source.read_text("utf-8")
    source.write_text(text.replace('  <track producer="background"/>', f'  {mine}\n  <track producer="background"/>'))
    placed = place(make_music(40, 25, record_in=5), source, output_folder=tmp_path / "out")
    found = Judged(placed.project)
    (group,) = found.timeline.findall("properties")
    assert [
        ("4", "mine", 10),
        ("5", "hit 1 cut", 17),
        ("6", "hit 2 flash", 35),
    ] == [(one.get("name"), said(one, "text"), found.frames(said(one, "start"))) for one in group]
    assert [("mine", 10)] == [(marker.name, marker.frame) for marker in read_timeline(placed.project).markers]


def test_stems_lie_on_muted_tracks_behind_the_music(tmp_path: Path, make_music: Make) -> None:
    """On request, each on its own."""
    stems = tuple(Stem(name, make_music(40, 25, level=9, name=f"{name}.wav").audio) for name in ("drums", "strings"))
    _, found = scored(tmp_path, make_music(40, 25, stems=stems), stems=True)
    assert [MUSIC, f"{MUSIC} drums", f"{MUSIC} strings"] == found.tracks()[3:]
    assert ["video", "both", "both"] == [found.uses(name)[0].hidden for name in found.tracks()[3:]]


def test_music_beyond_the_picture_lengthens_the_project(tmp_path: Path, make_music: Make) -> None:
    """Timeline and background last as long as the music."""
    _, found = scored(tmp_path, make_music(100, 25))
    background = found.by_id["background"][0]
    assert [99, 99, 99] == [
        found.frames(element.get("out")) for element in (found.timeline, background, found.by_id["black"])
    ]
    assert 100 == found.frames(said(found.by_id["black"], "length"))


def test_times_in_frames_stay_times_in_frames(tmp_path: Path, make_music: Make) -> None:
    """A file that melt wrote in frames gets frames, and a melt tractor gets a track without Shotcut's names for it."""
    source = tmp_path / "edit.mlt"
    source.write_text(
        '<mlt><profile frame_rate_num="25" frame_rate_den="1"/>'
        '<producer id="p" in="0" out="99"><property name="length">100</property>'
        '<property name="mlt_service">color</property></producer>'
        '<playlist id="a"><entry producer="p" in="0" out="99"/></playlist>'
        '<tractor id="t" in="0" out="99"><multitrack><track producer="a"/></multitrack></tractor></mlt>'
    )
    placed = place(make_music(40, 25, record_in=5), source, output_folder=tmp_path / "out")
    text = placed.project.read_text()
    assert '<blank length="5"/>' in text
    assert 'in="0" out="39"' in text
    assert 2 == text.count("<track ")
    assert [(5, 45)] == [
        (c.record_in, c.record_out) for t in read_timeline(placed.project).sounds if t.ours for c in t.clips
    ]


@pytest.mark.parametrize("body", ["<playlist id='a'><blank length='5'/></playlist>", "<producer id='p' out='9'/>", ""])
def test_a_project_without_tracks_is_refused(body: str, tmp_path: Path, make_music: Make) -> None:
    """A playlist alone, a clip alone, nothing: one sentence, and nothing is written."""
    source = tmp_path / "edit.mlt"
    source.write_text(f'<mlt><profile frame_rate_num="25" frame_rate_den="1"/>{body}</mlt>')
    with pytest.raises(InputRefused, match=r"put the clips on a timeline|nothing to play"):
        place(make_music(40, 25), source, output_folder=tmp_path / "out")
    assert [] == list((tmp_path / "out").glob("*"))


def test_a_newer_mlt_is_placed_into_with_a_clear_warning(tmp_path: Path, make_music: Make) -> None:
    """MLT 8 is not known."""
    source = EDIT.write(tmp_path / "edit.mlt", "shotcut")
    source.write_text(source.read_text("utf-8").replace('version="7.12.0"', 'version="8.1.0"'), "utf-8")
    placed = place(make_music(40, 25), source, output_folder=tmp_path / "out")
    assert "The project was written with MLT 8, newer than 7" in placed.warnings[0]


@given(
    frames=st.integers(0, 10**7),
    rate=st.sampled_from([*RATES, Fraction(23976, 1000), Fraction(24), Fraction(50), Fraction(12), Fraction(1000)]),
)
def test_every_clock_is_read_back_to_its_frame(frames: int, rate: Fraction) -> None:
    """As melt counts (the reader's arithmetic is tested against melt itself)."""
    assert frames == Times(rate).frames(clock(frames, rate))
