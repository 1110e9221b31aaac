"""Projects that cannot be written: an .otio of the scored timeline, the WAV with its timecode, and a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import opentimelineio as otio
import pytest

from cutscore.cut import Cut, Marker, SoundClip, SoundTrack, Span, TrackCounts, Transition
from cutscore.placers import PlacedMusic, place
from cutscore.placers.otio_of_cut import timeline_of
from cutscore.readers import read_cut
from cutscore_composer.errors import InputRefused

Make = Callable[..., PlacedMusic]


@pytest.fixture
def cut(tmp_path: Path) -> Cut:
    """An edit with one of everything, at 29.97 from 01:00:00:00."""
    spans = (
        Span(0, 30, "clip", "a", tmp_path / "ä b#1.mov", "a.mov", Fraction(2)),
        Span(30, 50, "gap"),
        Span(50, 80, "clip", "slow", tmp_path / "c.mov", "c.mov", Fraction(1), Fraction(1, 2)),
        Span(80, 100, "clip", "back", tmp_path / "d.mov", "d.mov", Fraction(3), Fraction(-1), transition_in=DISSOLVE),
        Span(100, 110, "still", "frozen", tmp_path / "e.mov", "e.mov", Fraction(1), Fraction(0)),
        Span(110, 120, "missing", "gone", None, "file:///nowhere/f.mov", Fraction(0)),
        Span(120, 130, "generator", "bars"),
        Span(130, 150, "clip", "seq", tmp_path / "s.%04d.png", image_rate=Fraction(24), image_start=1001, image_step=2),
    )
    dialogue = SoundTrack("A1", "dialogue", (SoundClip(10, 30, "voice", tmp_path / "v.wav", "v.wav", Fraction(5)),))
    ours = SoundTrack("Music (Cutscore)", "music", (SoundClip(0, 150, "old"),), ours=True)
    return Cut(
        name="reel 1",
        rate=Fraction(30000, 1001),
        start_frame=107892,
        duration=150,
        spans=spans,
        tracks=TrackCounts(2, 2),
        markers=(Marker(40, "here", "look", "RED", 5), Marker(60, "there", color="mauve")),
        sounds=(dialogue, ours),
        drop_frame=True,
    )


DISSOLVE = Transition("dissolve", 4, 6)


def test_the_timeline_is_the_edit(cut: Cut) -> None:
    """Lengths, places, speeds, transitions, markers and sounds are those of the Cut; our own old track is left out."""
    timeline = timeline_of(cut)
    picture, voice = timeline.tracks
    assert picture.duration().value == 150
    items = [item for item in picture if not isinstance(item, otio.schema.Transition)]
    starts = [int(item.range_in_parent().start_time.value) for item in items]
    assert [span.record_in for span in cut.spans] == starts
    assert ["Clip", "Gap", "Clip", "Clip", "Clip", "Clip", "Clip", "Clip"] == [i.schema_name() for i in items]
    assert [0.5, -1.0, 0.0] == [item.effects[0].time_scalar for item in items if item.effects]
    (dissolve,) = (item for item in picture if isinstance(item, otio.schema.Transition))
    assert (4, 6) == (dissolve.in_offset.value, dissolve.out_offset.value)
    assert timeline.global_start_time.value == 107892
    marks = [(m.name, m.marked_range.start_time.value, m.color, m.comment) for m in timeline.tracks.markers]
    assert [("here", 40, "RED", "look"), ("there", 60, "GREEN", "")] == marks
    assert ("A1", 30) == (voice.name, voice.duration().value)
    assert items[3].source_range.start_time.value == 71
    assert (1001, 2) == (items[7].media_reference.start_frame, items[7].media_reference.frame_step)


def test_our_reader_reads_the_same_edit_back(cut: Cut, tmp_path: Path) -> None:
    """Written and read again, the spans lie where they lay, with their kinds of speed and their sources."""
    path = tmp_path / "back.otio"
    otio.adapters.write_to_file(timeline_of(cut), str(path))
    again = read_cut([path])
    assert (cut.rate, cut.start_frame, cut.duration) == (again.rate, again.start_frame, again.duration)
    assert [(s.record_in, s.record_out, s.speed) for s in cut.spans] == [
        (s.record_in, s.record_out, s.speed) for s in again.spans
    ]
    near = Fraction(1, 2) / cut.rate
    for ours, theirs in zip(cut.spans, again.spans, strict=True):
        if ours.media is not None and ours.speed != 0:
            assert abs(ours.source_in - theirs.source_in) <= near
    assert [DISSOLVE] == [s.transition_in for s in again.spans if s.transition_in]
    assert [(m.frame, m.name) for m in cut.markers] == [(m.frame, m.name) for m in again.markers]


def test_sounds_at_once_on_one_track_are_all_there(cut: Cut, tmp_path: Path) -> None:
    """A nested sequence sounds several times on one track: they lie on tracks of that name, none lost or cut short."""
    clips = (
        SoundClip(10, 30, "voice"),
        SoundClip(10, 30, "voice 2", speed=Fraction(-1), source_in=Fraction(9)),
        SoundClip(20, 50, "room"),
        SoundClip(30, 60, "voice 3"),
    )
    edit = replace(cut, sounds=(SoundTrack("A1", "dialogue", clips),))
    path = tmp_path / "back.otio"
    otio.adapters.write_to_file(timeline_of(edit), str(path))
    back = read_cut([path])
    found = [(clip.record_in, clip.record_out, clip.name) for track in back.sounds for clip in track.clips]
    assert sorted((clip.record_in, clip.record_out, clip.name) for clip in clips) == sorted(found)
    assert {"A1"} == {track.name for track in back.sounds}


def test_what_is_handed_over(cut: Cut, tmp_path: Path, make_music: Make) -> None:
    """The .otio holds the music; the WAV's name tells where it belongs; the sentence names both."""
    project = tmp_path / "reel 1.aaf"
    project.write_text("<mlt/>")
    music = make_music(150, 29.97, start_frame=cut.start_frame, folder=tmp_path / "music")
    placed = place(music, project, output_folder=tmp_path / "out", cut=cut)
    assert tmp_path / "out" / "reel 1.scored.otio" == placed.project
    assert placed.audio == tmp_path / "out" / "edit_TC_01-00-00-00.wav"
    assert music.audio.read_bytes() == placed.audio.read_bytes()
    assert all(word in placed.message for word in (".aaf", "reel 1.scored.otio", "01:00:00;00"))
    track = otio.adapters.read_from_file(str(placed.project)).tracks[-1]
    (clip,) = track.find_clips()
    assert ("Music (Cutscore)", 150) == (track.name, clip.duration().value)
    assert clip.media_reference.target_url == "edit_TC_01-00-00-00.wav"
    assert project.read_text() == "<mlt/>"


def test_a_name_that_has_its_timecode_is_used(cut: Cut, tmp_path: Path, make_music: Make) -> None:
    """No second WAV is made where the first says where it belongs."""
    music = make_music(150, 29.97, start_frame=cut.start_frame, name="reel 1_01-00-00-00.wav", folder=tmp_path / "out")
    placed = place(music, tmp_path / "reel 1.aaf", output_folder=tmp_path / "out", cut=cut)
    assert music.audio == placed.audio
    assert ["reel 1.scored.otio", "reel 1_01-00-00-00.wav"] == sorted(p.name for p in (tmp_path / "out").iterdir())


def test_second_run_and_videos_in_order(cut: Cut, tmp_path: Path, make_music: Make) -> None:
    """Without a project (several videos) the name comes from the music; a second run replaces the clip."""
    for level in (1, 2):
        music = make_music(150, 29.97, level=level, name=f"m{level}.wav", start_frame=cut.start_frame)
        placed = place(music, None, output_folder=tmp_path / "out", cut=cut)
    assert placed.replaced
    assert placed.project.name == "edit.scored.otio"
    timeline = otio.adapters.read_from_file(str(placed.project))
    assert ["m2_TC_01-00-00-00.wav"] == [c.media_reference.target_url for c in timeline.tracks[-1].find_clips()]


def test_without_an_edit_there_is_nothing_to_hand_over(tmp_path: Path, make_music: Make) -> None:
    """A format that is not written needs the Cut."""
    with pytest.raises(InputRefused, match="without reading it first"):
        place(make_music(), tmp_path / "a.aaf", output_folder=tmp_path / "out")


@pytest.mark.real
@pytest.mark.parametrize("name", ["aaf_multitrack.aaf", "aaf_2997_dropframe.aaf"])
def test_real_projects(timelines: Path, tmp_path: Path, make_music: Make, name: str) -> None:
    """Real AAF files of Avid and Premiere: read, handed over, and the .otio read back is as long and has the music."""
    cut = read_cut([timelines / name])
    music = make_music(cut.duration, cut.rate, start_frame=cut.start_frame)
    placed = place(music, timelines / name, output_folder=tmp_path / "out", cut=cut)
    again = read_cut([placed.project])
    assert (cut.duration, cut.rate, cut.start_frame) == (again.duration, again.rate, again.start_frame)
    assert [s.record_in for s in cut.spans] == [s.record_in for s in again.spans]
    assert [True] == [track.ours for track in again.sounds if track.ours]


@pytest.mark.real
def test_a_real_video(videos: Path, tmp_path: Path, make_music: Make) -> None:
    """A film as it is: one clip and the music under it; the sentence says that it is a video."""
    film = next(p for p in sorted(videos.iterdir()) if "sintel_trailer" in p.name and p.suffix == ".mp4")
    cut = read_cut([film])
    placed = place(make_music(cut.duration, cut.rate), film, output_folder=tmp_path / "out", cut=cut)
    timeline = otio.adapters.read_from_file(str(placed.project))
    (clip,) = timeline.video_tracks()[0].find_clips()
    assert film == Path(otio.url_utils.filepath_from_url(clip.media_reference.target_url))
    assert placed.message.startswith("The video itself")
    assert placed.message in placed.warnings
    assert read_cut([placed.project]).duration == cut.duration
