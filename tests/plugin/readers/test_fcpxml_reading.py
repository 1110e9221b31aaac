"""FCPXML: storylines, lanes, compounds, multicams, auditions, transitions, titles, sounds, markers, rates."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from cutscore.cut import Transition
from cutscore.readers import read_timeline
from support.fcpxml import asset, clip, document, read, shown

SOUND = "hasAudio='1' audioRate='48000'"
BOTH = "hasVideo='1' hasAudio='1' format='f24'"


def test_rational_times_start_and_drop_frame(tmp_path: Path) -> None:
    """29.97 drop-frame from 00:59:50;00 (107592 frames): places count from the start timecode, exactly."""
    start = f"{107_592 * 1001}/30000s"
    story = (
        f"<asset-clip ref='a' name='a' offset='{start}' duration='{100 * 1001}/30000s'/>"
        f"<asset-clip ref='b' name='b' offset='{107_692 * 1001}/30000s' duration='1001/1000s' start='7007/30000s'/>"
    )
    more = "hasVideo='1' format='f2997'"
    cut = read(
        tmp_path,
        story,
        asset("a", more=more) + asset("b", more=more),
        f"format='f2997' tcStart='{start}' tcFormat='DF'",
    )
    assert (Fraction(30000, 1001), 107_592, True, 130) == (cut.rate, cut.start_frame, cut.drop_frame, cut.duration)
    assert [("a", 0, 100), ("b", 100, 130)] == shown(cut)
    assert Fraction(7 * 1001, 30000) == cut.spans[1].source_in
    assert not [w for w in cut.warnings if "not found" not in w]


def test_the_timecode_of_the_media_is_taken_off(tmp_path: Path) -> None:
    """An asset that begins at one hour: a clip from 01:00:05 begins five seconds in, one without start at its begin."""
    cut = read(tmp_path, clip("a", 0, 2, 3605) + "<asset-clip ref='a' offset='2s' duration='1s'/>", asset("a", "3600s"))
    assert [5, 0] == [span.source_in for span in cut.spans]


def test_connected_clips_lie_over_and_under(tmp_path: Path) -> None:
    """Offsets count in the clip's own time; lane −1 shows only where nothing lies above it."""
    over = clip("b", 103, 2, 50, more="lane='1'")
    under = clip("c", 100, 15, 0, more="lane='-1'")
    top = clip("d", 104, 3, 0, more="lane='2'")
    cut = read(tmp_path, clip("a", 0, 10, 100, over + under + top))
    assert [("a", 0, 72), ("b", 72, 96), ("d", 96, 168), ("a", 168, 240), ("c", 240, 360)] == shown(cut)
    assert [50, 0, 107, 10] == [span.source_in for span in cut.spans][1:]
    assert [1, 1, 2, 3, 1, 0] == [cut.spans[0].track, *(span.track for span in cut.spans)]
    assert [("c",), ("a",), ("b",), ("d",)] == list(cut.track_names)


def test_what_is_connected_to_a_connected_clip_lies_between_the_lanes(tmp_path: Path) -> None:
    """Lane −1 of a clip in lane 1 is seen over the storyline and under lane 1."""
    inner = clip("c", 0, 4, 0, more="lane='-1'")
    cut = read(tmp_path, clip("a", 0, 10, 0, clip("b", 2, 2, 0, inner, "lane='1'")))
    assert [("a", 0, 48), ("b", 48, 96), ("c", 96, 144), ("a", 144, 240)] == shown(cut)


def test_secondary_storylines_count_from_their_own_beginning(tmp_path: Path) -> None:
    """A spine in lane 1 at second 3 of its clip, with a gap and a dissolve at its end."""
    gap = "<gap offset='1s' duration='1s' start='3600s'/>"
    spine = (
        f"<spine lane='1' offset='103s'>{clip('b', 0, 1)}{gap}{clip('c', 2, 2)}"
        "<transition name='Cross Dissolve' offset='3s' duration='1s'/></spine>"
    )
    cut = read(tmp_path, clip("a", 0, 10, 100, spine))
    assert [("a", 0, 72), ("b", 72, 96), ("a", 96, 120), ("c", 120, 168), ("a", 168, 240)] == shown(cut)
    assert Transition("dissolve", 24, 0) == cut.spans[4].transition_in


def test_disabled_clips_do_not_show_but_what_is_connected_to_them_does(tmp_path: Path) -> None:
    """The length stays."""
    cut = read(tmp_path, clip("a", 0, 1) + clip("b", 1, 4, 0, clip("c", 1, 2, 0, more="lane='1'"), "enabled='0'"))
    assert [("a", 0, 24), ("", 24, 48), ("c", 48, 96), ("", 96, 120)] == shown(cut)


def test_the_first_pick_of_an_audition_is_the_one_in_use(tmp_path: Path) -> None:
    """It takes the place and lane of its audition."""
    first = "<asset-clip ref='b' name='b' duration='2s' start='7s'/>"
    second = "<asset-clip ref='c' name='c' duration='9s'/>"
    laned = f"<audition lane='1' offset='1s'>{first}{second}</audition>"
    cut = read(
        tmp_path, f"{clip('a', 0, 4, 0, laned)}<audition offset='4s'>{first}{second}</audition>{clip('d', 6, 1)}"
    )
    assert [("a", 0, 24), ("b", 24, 72), ("a", 72, 96), ("b", 96, 144), ("d", 144, 168)] == shown(cut)


def test_compound_clips_are_opened_and_trimmed(tmp_path: Path) -> None:
    """Their own start timecode is theirs; a compound in a compound too."""
    inner = (
        "<media id='m1'><sequence format='f24' tcStart='3600s' duration='9s'><spine>"
        f"{clip('a', 3600, 4)}{clip('b', 3604, 5, 20)}</spine></sequence></media>"
    )
    outer = (
        "<media id='m2'><sequence format='f24' tcStart='0s'><spine>"
        "<ref-clip ref='m1' name='in' offset='0s' duration='4s' start='3602s'/></spine></sequence></media>"
    )
    assets = asset("a") + asset("b") + asset("c")
    cut = read(
        tmp_path, clip("c", 0, 1) + "<ref-clip ref='m2' offset='1s' duration='2s' start='1s'/>", assets + inner + outer
    )
    assert [("c", 0, 24), ("a", 24, 48), ("b", 48, 72)] == shown(cut)
    assert [3, 20] == [span.source_in for span in cut.spans][1:]


def test_a_compound_at_double_speed_backwards(tmp_path: Path) -> None:
    """A time map on a compound: its last frames come first."""
    inner = f"<media id='m'><sequence format='f24'><spine>{clip('a', 0, 2)}{clip('b', 2, 2)}</spine></sequence></media>"
    back = "<timeMap><timept time='0s' value='4s'/><timept time='2s' value='0s'/></timeMap>"
    story = f"<ref-clip ref='m' offset='0s' duration='2s'>{back}</ref-clip>"
    cut = read(tmp_path, story, asset("a") + asset("b") + inner)
    assert [("b", 0, 24), ("a", 24, 48)] == shown(cut)
    assert [-2, -2] == [span.speed for span in cut.spans]


def test_synchronised_clips_show_their_inside(tmp_path: Path) -> None:
    """A storyline with a connected recorder sound; what is contained is trimmed, what is connected is not."""
    recorder = clip("r", 0, 30, 0, more="lane='-1' audioRole='dialogue'")
    story = (
        f"<sync-clip name='s' offset='0s' start='2s' duration='3s'><spine>{clip('a', 0, 30, 0, recorder)}</spine>"
        + clip("b", 3, 9, 0, more="lane='1'")
        + "</sync-clip>"
    )
    cut = read(tmp_path, story, asset("a") + asset("b") + asset("r", more=SOUND))
    assert [("a", 0, 24), ("b", 24, 240)] == shown(cut)
    assert (2, 2) == (cut.spans[0].source_in, cut.sounds[0].clips[0].source_in)
    assert ("r", 0, 72) == (
        cut.sounds[0].clips[0].name,
        cut.sounds[0].clips[0].record_in,
        cut.sounds[0].clips[0].record_out,
    )


def test_multicams_show_one_angle_and_let_hear_another(tmp_path: Path) -> None:
    """srcEnable says which angle gives picture and which sound."""
    angles = (
        "<media id='m'><multicam format='f24' tcStart='10s'>"
        f"<mc-angle name='A' angleID='A'>{clip('a', 10, 60)}</mc-angle>"
        f"<mc-angle name='B' angleID='B'><gap offset='10s' duration='5s'/>{clip('b', 15, 60, 100)}</mc-angle>"
        f"<mc-angle name='S' angleID='S'>{clip('s', 10, 60)}</mc-angle></multicam></media>"
    )
    split = "<mc-source angleID='B' srcEnable='video'/><mc-source angleID='S' srcEnable='audio'/>"
    story = (
        "<mc-clip ref='m' offset='0s' start='12s' duration='2s'><mc-source angleID='A' srcEnable='all'/></mc-clip>"
        f"<mc-clip ref='m' offset='2s' start='20s' duration='2s'>{split}</mc-clip>"
    )
    cut = read(tmp_path, story, asset("a", more=BOTH) + asset("b", more=BOTH) + asset("s", more=SOUND) + angles)
    assert [("a", 0, 48, 2), ("b", 48, 96, 105)] == [
        (s.name, s.record_in, s.record_out, s.source_in) for s in cut.spans
    ]
    heard = [(c.name, c.record_in, c.source_in) for track in cut.sounds for c in track.clips]
    assert [("a", 0, 2), ("s", 48, 10)] == heard


def test_transitions_lie_over_the_cut_between_their_clips(tmp_path: Path) -> None:
    """Both handles; a localised dissolve is known by its effect, any other keeps its name; a fade at the ends."""
    effect = "<effect id='x' name='Überblenden' uid='FxPlug:4731E73A-8DAC-4113-9A30-AE85B1761265'/>"
    dissolve = "<transition name='Überblenden' offset='{}s' duration='{}s'><filter-video ref='x'/></transition>"
    story = (
        dissolve.format(0, 0.5)
        + clip("a", 0, 4)
        + dissolve.format(3.5, 0.75)
        + clip("b", 4, 4)
        + "<transition name='Page Curl' offset='7.5s' duration='1s'/>"
        + clip("c", 8, 4)
        + "<transition name='Audio Crossfade' offset='9s' duration='1s'><filter-audio ref='y'/></transition>"
        + dissolve.format(11, 1)
    )
    cut = read(tmp_path, story, effect + asset("a") + asset("b") + asset("c"))
    assert [("a", 0, 96), ("b", 96, 192), ("c", 192, 288)] == shown(cut)
    expected = [Transition("fade", 0, 12), Transition("dissolve", 12, 6), Transition("Page Curl", 12, 12)]
    assert expected == [span.transition_in for span in cut.spans]
    assert Transition("fade", 24, 0) == cut.spans[2].transition_out


def test_clips_that_overlap_under_a_transition_meet_in_its_middle(tmp_path: Path) -> None:
    """Some programs let both clips reach over the whole transition."""
    over = "<transition name='Cross Dissolve' offset='3s' duration='2s'/>"
    cut = read(tmp_path, clip("a", 0, 5) + over + clip("b", 3, 5, 10))
    assert [("a", 0, 96), ("b", 96, 192)] == shown(cut)
    assert (11, Transition("dissolve", 24, 24)) == (cut.spans[1].source_in, cut.spans[1].transition_in)


def test_a_clip_that_runs_into_the_next_is_said(tmp_path: Path) -> None:
    """Without a transition it ends where the next begins."""
    cut = read(tmp_path, clip("a", 0, 5) + clip("b", 3, 5))
    assert [("a", 0, 72), ("b", 72, 192)] == shown(cut)
    assert any("'a' runs into 'b'" in warning for warning in cut.warnings)


def test_titles_generators_and_stills(tmp_path: Path) -> None:
    """Titles and video elements of effects are generators; a picture of no duration is one still from its beginning."""
    resources = (
        "<effect id='t' name='Basic Title'/><effect id='g' name='Clouds'/>"
        + asset("a")
        + asset("still", duration="0s", more="hasVideo='1'")
    )
    story = (
        "<title ref='t' name='Hello' offset='0s' start='3600s' duration='1s'/>"
        "<video ref='g' name='Clouds' offset='1s' start='3600s' duration='1s'/>"
        "<video ref='still' name='photo' offset='2s' start='3600s' duration='1s'/>"
    )
    cut = read(tmp_path, story, resources)
    assert [("Hello", "generator"), ("Clouds", "generator"), ("photo", "missing")] == [
        (span.name, span.kind) for span in cut.spans
    ]
    assert 0 == cut.spans[2].source_in


@pytest.mark.parametrize(
    "url",
    [
        "file:///C:/my%20films/pictures/a%C3%BC%20b%23.png",
        "file://localhost/old/pictures/a%C3%BC%20b%23.png",
        "pictures/aü b#.png",
    ],
)
def test_media_are_found_however_their_url_is_spelled(tmp_path: Path, url: str) -> None:
    """Percent signs, localhost, drive letters, relative paths; and `src` on the asset as in 1.8."""
    from PIL import Image

    (tmp_path / "pictures").mkdir()
    Image.new("RGB", (16, 16)).save(tmp_path / "pictures" / "aü b#.png")
    old = f"<asset id='a' name='a' src='{url}' start='0s' duration='0s' hasVideo='1'/>"
    copies = f"<media-rep kind='proxy-media' src='x.mov'/><media-rep src='{url}'/>"
    new = f"<asset id='a' start='0s' duration='0s' hasVideo='1'>{copies}</asset>"
    for resource in (old, new):
        cut = read(tmp_path, "<video ref='a' name='a' offset='0s' duration='2s'/>", resource)
        assert ("still", tmp_path / "pictures" / "aü b#.png") == (cut.spans[0].kind, cut.spans[0].media)


def test_roles_tell_dialogue_music_and_effects(tmp_path: Path) -> None:
    """The role of a channel goes before that of the clip; silenced and disabled sounds are not heard."""
    resources = asset("a", more=BOTH) + "".join(asset(name, more=SOUND) for name in ("m", "f", "x"))
    music = clip(
        "m", 0, 4, 0, "<audio-channel-source srcCh='1, 2' role='music.music-1'/>", "lane='-1' audioRole='dialogue'"
    )
    effects = clip("f", 1, 2, 0, more="lane='-2' audioRole='effects.Foley'")
    off = clip("x", 1, 2, 0, "<adjust-volume amount='-96dB'/>", "lane='-3'")
    cut = read(tmp_path, clip("a", 0, 4, 0, music + effects + off, "audioRole='dialogue'"), resources)
    assert (1, 3) == (cut.tracks.video, cut.tracks.audio)
    found = {(t.role, c.name, c.record_in, c.record_out, c.enabled) for t in cut.sounds for c in t.clips}
    assert {
        ("dialogue", "a", 0, 96, True),
        ("music", "m", 0, 96, True),
        ("effects", "f", 24, 72, True),
        ("dialogue", "x", 24, 72, False),
    } == found


def test_split_edits_let_the_sound_begin_before_its_picture(tmp_path: Path) -> None:
    """audioStart and audioDuration."""
    split = clip("b", 4, 4, 10, more="audioStart='9s' audioDuration='6s'")
    cut = read(tmp_path, clip("a", 0, 4) + split, asset("a") + asset("b", more=BOTH))
    sound = cut.sounds[0].clips[0]
    assert (72, 216, 9) == (sound.record_in, sound.record_out, sound.source_in)
    assert 216 == cut.duration


def test_clips_of_a_picture_and_its_sound(tmp_path: Path) -> None:
    """The older spelling: a <clip> around a <video> with an <audio>."""
    story = (
        "<clip name='one' offset='0s' start='12s' duration='2s'>"
        "<video ref='a' offset='10s' duration='9s' start='3610s'>"
        "<audio ref='a' lane='-1' offset='3610s' start='3611s' duration='9s' role='music'/></video></clip>"
    )
    cut = read(tmp_path, story, asset("a", "3600s", more=BOTH))
    assert ("one", 0, 48, 12) == (*shown(cut)[0], cut.spans[0].source_in)
    assert ("music", 13) == (cut.sounds[0].role, cut.sounds[0].clips[0].source_in)


def test_markers_count_in_the_time_of_their_clip(tmp_path: Path) -> None:
    """Of clips, connected sounds, gaps and transitions; notes; those outside the clip are said."""
    inside = (
        "<marker start='101s' duration='1/24s' value='one' note='n'/><marker start='102s' value='todo' completed='0'/>"
        "<chapter-marker start='103s' value='chapter'/><marker start='99s' value='before'/>"
    )
    music = clip("m", 101, 4, 50, "<marker start='51s' value='beat'/>", "lane='-1'")
    gap = "<gap offset='4s' start='3600s' duration='2s'><marker start='3601s' value='in gap'/></gap>"
    over = "<transition name='Dissolve' offset='3.5s' duration='1s'><marker start='3600s' value='over'/></transition>"
    cut = read(tmp_path, clip("a", 0, 4, 100, inside + music) + over + gap, asset("a") + asset("m", more=SOUND))
    assert [
        ("one", 24, "n", "BLUE"),
        ("beat", 48, "", "BLUE"),
        ("todo", 48, "", "RED"),
        ("chapter", 72, "", "ORANGE"),
        ("over", 84, "", "BLUE"),
        ("in gap", 120, "", "BLUE"),
    ] == [(m.name, m.frame, m.comment, m.color) for m in cut.markers]
    assert any(warning.startswith("1 markers lie outside") for warning in cut.warnings)


def test_markers_of_older_titles_count_from_one_hour(tmp_path: Path) -> None:
    """A title that starts elsewhere in its own time (Final Cut 10.4 at 29.97): the marker lies at 00:00:29:14."""
    story = (
        "<title name='t' offset='0s' start='1441440000/2400000s' duration='153673520/2400000s'>"
        "<marker start='27248221/7500s' duration='1001/30000s' value='m'/></title>"
    )
    cut = read(tmp_path, story, sequence="format='f2997'")
    assert [29 * 30 + 14] == [marker.frame for marker in cut.markers]


def test_of_several_projects_the_first_that_holds_anything_is_read(tmp_path: Path) -> None:
    """The others are named."""
    path = tmp_path / "edit.fcpxml"
    empty = "<project name='{}'><sequence format='f25'><spine/></sequence></project>"
    text = document(clip("a", 0, 2)).replace("<event name='e'>", f"<event name='e'>{empty.format('none yet')}")
    path.write_text(text.replace("</event>", f"{empty.format('other')}</event>"))
    cut = read_timeline(path)
    assert ("p", 24, 48) == (cut.name, cut.rate, cut.duration)
    assert any("'none yet', 'other'" in warning for warning in cut.warnings)


def test_bundles_are_read_by_their_info(tmp_path: Path) -> None:
    """Info.fcpxml in an .fcpxmld; media beside the bundle are found."""
    from PIL import Image

    bundle = tmp_path / "edit.fcpxmld"
    bundle.mkdir()
    Image.new("RGB", (16, 16)).save(tmp_path / "a.mov.png")
    (bundle / "Info.fcpxml").write_text(document(clip("a", 0, 2), asset("a").replace("a.mov", "a.mov.png")))
    cut = read_timeline(bundle)
    assert (48, tmp_path / "a.mov.png") == (cut.duration, cut.spans[0].media)


def test_unknown_pieces_are_said_and_unknown_children_ignored(tmp_path: Path) -> None:
    """Keywords, notes, captions and effects change nothing."""
    inside = (
        "<note>x</note><keyword start='0s' duration='9s' value='k'/><caption lane='1' offset='0s' duration='1s'/><new/>"
    )
    cut = read(
        tmp_path, clip("a", 0, 2, 0, inside) + "<hologram name='h' offset='2s' duration='1s'/>" + clip("b", 3, 1)
    )
    assert [("a", 0, 48), ("", 48, 72), ("b", 72, 96)] == shown(cut)
    assert any("<hologram>" in warning for warning in cut.warnings)
