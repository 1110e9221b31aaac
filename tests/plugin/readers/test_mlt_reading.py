"""Kdenlive, Shotcut and melt projects: tracks, sound, markers, fades, media, speeds, and what is refused or said."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from cutscore.cut import Cut, Transition
from cutscore.readers import read_timeline
from cutscore_composer.errors import InputRefused

PROFILE = "<profile frame_rate_num='25' frame_rate_den='1'/>"


def props(**values: object) -> str:
    """<property> elements; "__" in a name is a colon and "_0" a point."""
    names = {key.replace("__", ":").replace("_0", "."): value for key, value in values.items()}
    return "".join(f"<property name='{name}'>{value}</property>" for name, value in names.items())


def film(name: str, more: str = "", tag: str = "producer", length: int = 1000) -> str:
    """A producer of a film."""
    own = props(length=length, mlt_service="avformat", resource=f"{name}.mov", kdenlive__clipname=name)
    return f"<{tag} id='{name}' in='0' out='{length - 1}'>{own}{more}</{tag}>"


def entry(name: str, first: int, last: int, more: str = "") -> str:
    """An entry of a playlist."""
    return f"<entry producer='{name}' in='{first}' out='{last}'>{more}</entry>"


def read(folder: Path, body: str, name: str = "edit.mlt", profile: str = PROFILE, root: str = "") -> Cut:
    """The Cut of a project."""
    path = folder / name
    path.write_text(f"<?xml version='1.0'?><mlt LC_NUMERIC='C' {root}>{profile}{body}</mlt>", encoding="utf-8")
    return read_timeline(path)


def kdenlive(
    folder: Path,
    clips: str,
    *rows: str,
    document: str = "",
    sequence: str = "",
    sounds: tuple[str, ...] = (),
    more: str = "",
) -> Cut:
    """The Cut of a Kdenlive 1.1 project with these producers, picture rows (lowest first) and sound rows."""
    body = clips + "<producer id='black_track'><property name='mlt_service'>color</property></producer>"
    tracks = ""
    for kind, hide, lists in (("s", "video", sounds), ("v", "audio", rows)):
        audio = props(kdenlive__audio_track=1) if kind == "s" else ""
        for number, row in enumerate(lists):
            name = f"{kind}{number}"
            body += f"<playlist id='{name}a'>{audio}{row}</playlist><playlist id='{name}b'>{audio}</playlist>"
            inner = "".join(f"<track hide='{hide}' producer='{name}{half}'/>" for half in "ab")
            body += f"<tractor id='{name}'>{audio}{inner}</tractor>"
            tracks += f"<track producer='{name}'/>"
    own = props(kdenlive__uuid="{u}", kdenlive__clipname="Sequence 1") + sequence
    body += f"<tractor id='{{u}}'>{own}<track producer='black_track'/>{tracks}{more}</tractor>"
    bin_ = "<property name='kdenlive:docproperties.activetimeline'>{u}</property>" + document
    body += f"<playlist id='main_bin'>{bin_}</playlist>"
    return read(folder, body, "edit.kdenlive")


def shotcut(folder: Path, clips: str, *tracks: str, more: str = "", profile: str = PROFILE) -> Cut:
    """The Cut of a Shotcut project with these playlists (id 0, 1, …) above the background."""
    background = "<producer id='black'><property name='mlt_service'>color</property></producer>"
    background += "<playlist id='background'><entry producer='black' in='0' out='5000'/></playlist>"
    shows = "".join(f"<track producer='{n}'/>" for n in range(len(tracks)))
    lists = "".join(f"<playlist id='{n}'>{track}</playlist>" for n, track in enumerate(tracks))
    main = f"<tractor id='main'>{props(shotcut=1)}{more}<track producer='background'/>{shows}</tractor>"
    return read(folder, background + clips + lists + main, profile=profile)


def shown(cut: Cut) -> list[tuple[str, int, int]]:
    """The visible picture in short."""
    return [(span.name, span.record_in, span.record_out) for span in cut.spans]


def test_tracks_of_kdenlive_above_one_another(tmp_path: Path) -> None:
    """Higher tracks cover lower ones, blanks and disabled clips do not, sound tracks are told apart by their names."""
    off = film("off", props(set_0test_audio=1, set_0test_image=1))
    cut = kdenlive(
        tmp_path,
        film("a") + film("b") + film("m") + off,
        entry("a", 0, 99),
        "<blank length='20'/>" + entry("b", 10, 19) + entry("off", 0, 9),
        sounds=(props(kdenlive__track_name="Music") + entry("m", 0, 49), entry("a", 0, 99)),
    )
    assert [("a", 0, 20), ("b", 20, 30), ("a", 30, 100)] == shown(cut)
    assert (2, 2) == (cut.tracks.video, cut.tracks.audio)
    assert (("a",), ("b", "off")) == cut.track_names
    assert "Sequence 1" == cut.name


def test_hidden_and_muted_tracks_of_kdenlive(tmp_path: Path) -> None:
    """Kdenlive hides a track in the <track> elements inside it; it covers nothing and does not lengthen the edit."""
    body = film("a") + film("b") + "<playlist id='l0'>" + entry("a", 0, 49) + "</playlist><playlist id='l1'/>"
    body += "<playlist id='h0'>" + entry("b", 0, 99) + "</playlist><playlist id='h1'/>"
    body += f"<playlist id='s0'>{props(kdenlive__audio_track=1)}{entry('a', 0, 199)}</playlist>"
    body += "<tractor id='t'><track hide='audio' producer='l0'/><track hide='audio' producer='l1'/></tractor>"
    body += "<tractor id='h'><track hide='both' producer='h0'/><track hide='both' producer='h1'/></tractor>"
    body += f"<tractor id='s'>{props(kdenlive__audio_track=1)}<track hide='both' producer='s0'/></tractor>"
    body += f"<playlist id='main_bin'>{props(kdenlive__docproperties_0version='1.04')}</playlist>"
    body += "<tractor id='z'><track producer='s'/><track producer='t'/><track producer='h'/></tractor>"
    cut = read(tmp_path, body, "edit.kdenlive")
    assert [("a", 0, 50)] == shown(cut)
    assert [False] == [sound.enabled for sound in cut.sounds]
    assert (2, 1) == (cut.tracks.video, cut.tracks.audio)


def test_a_shotcut_track_is_seen_and_heard(tmp_path: Path) -> None:
    """The sound of its clips is listened to; an audio track counts as one; a clip without picture covers nothing."""
    cut = shotcut(
        tmp_path,
        film("a") + film("n", props(video_index=-1)) + film("m"),
        props(shotcut__video=1, shotcut__name="V1") + entry("a", 0, 49),
        props(shotcut__video=1, shotcut__name="V2") + "<blank length='10'/>" + entry("n", 0, 9),
        props(shotcut__audio=1, shotcut__name="Dialogue") + entry("m", 5, 24),
    )
    assert [("a", 0, 50)] == shown(cut)
    assert (2, 1) == (cut.tracks.video, cut.tracks.audio)
    heard = [(sound.name, [(clip.record_in, clip.record_out) for clip in sound.clips]) for sound in cut.sounds]
    assert [("V1", [(0, 50)]), ("V2", [(10, 20)]), ("Dialogue", [(0, 20)])] == heard
    assert Fraction(5, 25) == cut.sounds[2].clips[0].source_in


def test_odd_rates_of_shotcut(tmp_path: Path) -> None:
    """23976/1000 is 24000/1001; clock times are those of the profile's own arithmetic."""
    clips = film("a", length=100_000)
    track = props(shotcut__video=1) + "<entry producer='a' in='00:01:00.020' out='00:01:10.030'/>"
    cut = shotcut(tmp_path, clips, track, profile="<profile frame_rate_num='23976' frame_rate_den='1000'/>")
    assert Fraction(24000, 1001) == cut.rate
    assert (1438, 240) == (cut.spans[0].source_in * cut.rate, cut.duration - 1)


def test_guides_clip_markers_zone_and_start(tmp_path: Path) -> None:
    """Guides of the sequence with their category's colour; clip markers where they are seen; the zone; the timecode."""
    guides = '[{"comment": "Hit", "pos": 30, "type": 2}, {"comment": "Part", "pos": 40, "type": 0, "duration": 10}]'
    clip = props(kdenlive__markers='[{"comment": "in", "pos": 112, "type": 0}, {"comment": "out", "pos": 300}]')
    cut = kdenlive(
        tmp_path,
        film("a", clip),
        entry("a", 100, 199),
        document="<property name='kdenlive:docproperties.guidesCategories'>"
        '[{"color": "#112233", "comment": "c", "index": 2}]</property>',
        sequence=props(
            kdenlive__sequenceproperties_0guides=guides,
            kdenlive__sequenceproperties_0zonein=20,
            kdenlive__sequenceproperties_0zoneout=60,
            kdenlive__sequenceproperties_0timecodeOffset=90_000,
        ),
    )
    assert [(12, "in"), (30, "Hit"), (40, "Part")] == [(mark.frame, mark.name) for mark in cut.markers]
    assert ("#112233", 10) == (cut.markers[1].color, cut.markers[2].frames)
    assert ((20, 60), 90_000) == (cut.in_out, cut.start_frame)


def test_guides_of_older_kdenlive_and_markers_of_shotcut(tmp_path: Path) -> None:
    """Guides of the document, guides with their seconds in the name, Shotcut's marker groups."""
    body = film("a") + "<playlist id='p'>" + entry("a", 0, 99) + "</playlist>"
    timeline = "<tractor id='z'><track producer='p'/></tractor>"
    document = '<property name="kdenlive:docproperties.guides">[{"comment": "G", "pos": 5, "type": 0}]</property>'
    cut = read(tmp_path, f"{body}<playlist id='main_bin'>{document}</playlist>{timeline}", "a.kdenlive")
    assert [(5, "G")] == [(mark.frame, mark.name) for mark in cut.markers]
    document = '<property name="kdenlive:guide.1.2">old</property>'
    cut = read(tmp_path, f"{body}<playlist id='main_bin'>{document}</playlist>{timeline}", "b.kdenlive")
    assert [(30, "old")] == [(mark.frame, mark.name) for mark in cut.markers]
    group = props(text="M", start="00:00:01.000", end="00:00:02.000", color="#00ff00")
    markers = f"<properties name='shotcut:markers'><properties name='0'>{group}</properties></properties>"
    cut = shotcut(tmp_path, film("a"), props(shotcut__video=1) + entry("a", 0, 99), more=markers)
    assert [(25, 25, "M")] == [(mark.frame, mark.frames, mark.name) for mark in cut.markers]


def test_the_default_zone_of_kdenlive_is_no_range(tmp_path: Path) -> None:
    """Kdenlive writes frames 0 to 75 into every project."""
    zone = props(kdenlive__docproperties_0zonein=0, kdenlive__docproperties_0zoneout=75)
    assert None is kdenlive(tmp_path, film("a"), entry("a", 0, 199), document=zone).in_out


def test_fades_that_are_filters(tmp_path: Path) -> None:
    """Kdenlive's fades count from the source's first frame; Shotcut's say their length; a switched-off one is none."""
    fade_in = f"<filter in='100' out='119'>{props(kdenlive_id='fade_from_black')}</filter>"
    fade_out = f"<filter in='190' out='199'>{props(kdenlive_id='fade_to_black')}</filter>"
    off = f"<filter in='100' out='119'>{props(kdenlive_id='fade_from_black', disable=1)}</filter>"
    row = entry("a", 100, 199, fade_in + fade_out) + "<blank length='10'/>" + entry("a", 100, 199, off)
    cut = kdenlive(tmp_path, film("a"), row)
    overs = [span.transition_in for span in cut.spans]
    assert [Transition("fade", 0, 20), Transition("fade", 10, 0), None] == overs
    faded = f"<filter>{props(shotcut__filter='fadeOutBrightness', shotcut__animOut='00:00:01.000')}</filter>"
    cut = shotcut(tmp_path, film("a", faded), props(shotcut__video=1) + entry("a", 0, 99))
    assert Transition("fade", 25, 0) == cut.spans[0].transition_out


def test_a_dissolve_between_two_tracks(tmp_path: Path) -> None:
    """A luma over the upper clip's beginning, Kdenlive's dissolve, is a transition; blending tracks is none."""
    luma = f"<transition in='40' out='49'>{props(a_track=1, b_track=2, mlt_service='luma')}</transition>"
    always = f"<transition>{props(a_track=0, b_track=2, mlt_service='qtblend', internal_added=237)}</transition>"
    upper = "<blank length='40'/>" + entry("b", 0, 59)
    cut = kdenlive(tmp_path, film("a") + film("b"), entry("a", 0, 49), upper, more=luma + always)
    assert [("a", 0, 40), ("b", 40, 100)] == shown(cut)
    assert Transition("dissolve", 0, 10) == cut.spans[1].transition_in


def test_wipes_keep_their_kind(tmp_path: Path) -> None:
    """A luma with a picture of its own is a wipe."""
    transition = f"<transition>{props(mlt_service='luma', resource='wipe.pgm')}</transition>"
    tracks = "<track producer='a' in='50' out='59'/><track producer='b' in='0' out='9'/>"
    over = f"<tractor id='x' in='0' out='9'>{props(shotcut__transition='lumaMix')}{tracks}{transition}</tractor>"
    row = props(shotcut__video=1) + entry("a", 0, 49) + entry("x", 0, 9) + entry("b", 10, 49)
    cut = shotcut(tmp_path, film("a") + film("b") + over, row)
    assert [("a", 0, 55), ("b", 55, 100)] == shown(cut)
    assert Transition("wipe", 5, 5) == cut.spans[1].transition_in


def test_generators_stills_and_sequences(tmp_path: Path) -> None:
    """Colours and titles are generators; a numbered slide show keeps its pattern, one in a folder is looked up."""
    (tmp_path / "shots").mkdir()
    for number in (7, 8, 9):
        (tmp_path / "shots" / f"s_{number:03d}.png").write_bytes(b"")
    colour = "<producer id='c'>" + props(length=100, mlt_service="color", resource="red") + "</producer>"
    title = "<producer id='t'>" + props(length=100, mlt_service="kdenlivetitle", kdenlive__clipname="T") + "</producer>"
    numbered = props(length=100, mlt_service="qimage", resource="img%04d.png?begin=12", ttl=1)
    whole = props(length=100, mlt_service="qimage", resource="shots/.all.png", ttl=5)
    clips = f"{colour}{title}<producer id='n'>{numbered}</producer><producer id='w'>{whole}</producer>"
    row = "".join(entry(name, 10, 19) for name in "ctnw")
    cut = read(tmp_path, f"{clips}<playlist id='p'>{row}</playlist>")
    assert ["generator", "generator", "missing", "missing"] == [span.kind for span in cut.spans]
    assert ["red", "T"] == [span.name for span in cut.spans][:2]
    third, fourth = cut.spans[2:]
    assert ("img0012.png", 12, 25, Fraction(10, 25)) == (
        third.wanted, third.image_start, third.image_rate, third.source_in
    )  # fmt: skip
    assert ("shots/s_007.png", 7, 5) == (fourth.wanted, fourth.image_start, fourth.image_rate)


def test_relative_media_count_from_the_root(tmp_path: Path) -> None:
    """From `root` where it is a folder here, else from the project's own; a percent sign and # are letters."""
    media = tmp_path / "Médias & 100% #1"
    media.mkdir()
    (media / "a 50%20.mov").write_bytes(b"no film")
    body = f"<producer id='a'>{props(length=100, resource='a 50%20.mov')}</producer>"
    body += f"<playlist id='p'>{entry('a', 0, 9)}</playlist>"
    found = read(tmp_path, body, root=f"root='{str(media).replace('&', '&amp;')}'")
    assert not any("not found" in warning for warning in found.warnings)
    lost = read(tmp_path, body, root="root='C:/Users/me/film'")
    assert any("not found" in warning for warning in lost.warnings)
    beside = tmp_path / "a 50%20.mov"
    beside.write_bytes(b"no film")
    assert not any("not found" in warning for warning in read(tmp_path, body, root="root='/gone'").warnings)


def test_a_proxy_stands_for_its_original(tmp_path: Path) -> None:
    """The file that was shot is looked at, in Kdenlive by the bin's word, in Shotcut by the producer's."""
    in_bin = props(kdenlive__id=4, kdenlive__originalurl="/media/full.mov", kdenlive__proxy="/p/small.mkv", length=50)
    used = f"<producer id='x'>{props(kdenlive__id=4, resource='/p/small.mkv', length=50)}</producer>"
    body = f"<producer id='b'>{in_bin}</producer>{used}<playlist id='main_bin'>"
    body += props(kdenlive__docproperties_0version="1.04") + entry("b", 0, 49) + "</playlist>"
    body += f"<playlist id='p'>{entry('x', 0, 49)}</playlist><tractor id='z'><track producer='p'/></tractor>"
    assert "/media/full.mov" == read(tmp_path, body, "edit.kdenlive").spans[0].wanted
    proxied = props(shotcut__proxy=1, shotcut__resource="/media/full.mov", resource="/p/s.mp4", length=50)
    track = props(shotcut__video=1) + entry("x", 0, 49)
    assert "/media/full.mov" == shotcut(tmp_path, f"<chain id='x'>{proxied}</chain>", track).spans[0].wanted


def test_speeds_that_vary_are_averaged_and_said(tmp_path: Path) -> None:
    """A ramp from standing to double speed over 100 frames plays 100 frames; from frame 50 on the faster half."""
    link = f"<link mlt_service='timeremap'>{props(speed_map='0=0;100=2')}</link>"
    track = props(shotcut__video=1) + entry("a", 0, 99)
    cut = shotcut(tmp_path, film("a", link, "chain"), track)
    assert (0, 1) == (cut.spans[0].source_in, cut.spans[0].speed)
    assert any("'a' has a speed that varies" in warning for warning in cut.warnings)
    cut = shotcut(tmp_path, film("a", link, "chain"), props(shotcut__video=1) + entry("a", 50, 99))
    assert (25, Fraction(3, 2)) == (cut.spans[0].source_in * 25, cut.spans[0].speed)
    even = f"<link mlt_service='timeremap'>{props(speed_map='0=0.5')}</link>"
    cut = shotcut(tmp_path, film("a", even, "chain"), props(shotcut__video=1) + entry("a", 50, 99))
    assert (25, Fraction(1, 2)) == (cut.spans[0].source_in * 25, cut.spans[0].speed)
    assert not any("varies" in warning for warning in cut.warnings)


def test_the_sequence_that_was_open_is_read_and_others_are_named(tmp_path: Path) -> None:
    """Not the last one; the other one is said unless it is a part of it."""
    body = film("a") + film("b")
    for letter in "ab":
        own = props(kdenlive__uuid=f"{{{letter}}}", kdenlive__clipname=f"Sequence {letter}")
        body += f"<playlist id='p{letter}'>{entry(letter, 0, 49)}</playlist>"
        body += f"<tractor id='{{{letter}}}'>{own}<track producer='p{letter}'/></tractor>"
    document = "<property name='kdenlive:docproperties.activetimeline'>{a}</property>"
    last = f"<tractor id='z'>{props(kdenlive__projectTractor=1)}<track producer='{{b}}'/></tractor>"
    cut = read(tmp_path, f"{body}<playlist id='main_bin'>{document}</playlist>{last}", "edit.kdenlive")
    assert ("Sequence a", [("a", 0, 50)]) == (cut.name, shown(cut))
    assert any("'Sequence a', the one that was open" in w and "'Sequence b'" in w for w in cut.warnings)
    version = props(kdenlive__docproperties_0version="1.1")
    cut = read(tmp_path, f"{body}<playlist id='main_bin'>{version}</playlist>{last}", "edit.kdenlive")
    assert "Sequence b" == cut.name


def test_what_melt_alone_wrote_is_its_last_element(tmp_path: Path) -> None:
    """A playlist, attributes as properties, entries with producers inside, and no profile: melt's 25, said."""
    inside = "<entry in='5' out='14'><producer mlt_service='avformat' resource='/a.mov' length='100'/></entry>"
    cut = read(tmp_path, f"<playlist id='p'>{inside}<blank length='5'/></playlist>", profile="")
    assert ([("a.mov", 0, 10)], 25) == (shown(cut), cut.rate)
    assert any("no profile" in warning for warning in cut.warnings)


def test_a_clip_that_is_a_project_is_named(tmp_path: Path) -> None:
    """Another project used as a clip cannot be looked at; it is said."""
    body = f"<producer id='a'>{props(length=100, mlt_service='xml', resource='other.mlt')}</producer>"
    cut = read(tmp_path, f"{body}<playlist id='p'>{entry('a', 0, 9)}</playlist>")
    assert any("another project used as a clip (other.mlt)" in warning for warning in cut.warnings)


CIRCLE = (
    "<tractor id='t'><track producer='p'/></tractor><playlist id='p'><entry producer='t' in='0' out='9'/></playlist>"
)
SELF = "<playlist id='p'><entry producer='p'/></playlist>"
DEEP = "<playlist id='p0'><entry producer='c' in='0' out='9'/></playlist>" + "".join(
    f"<tractor id='t{n}'><track producer='p{n}'/></tractor>"
    f"<playlist id='p{n + 1}'><entry producer='t{n}' in='0' out='9'/></playlist>"
    for n in range(200)
)
BOMB = "<playlist id='p0'><entry producer='c' in='0' out='9'/></playlist>" + "".join(
    f"<playlist id='p{n + 1}'>" + f"<entry producer='p{n}' in='0' out='9'/>" * 10 + "</playlist>" for n in range(30)
)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "nothing to play"),
        ("<playlist id='p'><entry producer='gone' in='0' out='9'/></playlist>", "does not hold"),
        ("<tractor id='t'><track producer='gone'/></tractor>", "does not hold"),
        ("<playlist id='p'><entry producer='c' in='soon' out='9'/></playlist>", "'soon'"),
        ("<playlist id='p'><entry producer='c' in='0' out='1e999999999'/></playlist>", "no time"),
        ("<playlist id='p'><entry producer='c' in='0' out='1:2:3:4:5'/></playlist>", "no time"),
        ("<playlist id='p'><entry producer='n'/></playlist>", "neither its end"),
        ("<playlist id='p'/>", "without tracks"),
        ("<tractor id='t'/>", "without tracks"),
        ("<playlist id='p'><entry producer='w' in='0' out='9'/></playlist>", "no speed"),
        (CIRCLE, "circle"),
        (SELF, "deep"),
        (DEEP, "deep"),
        (BOMB, "more than 500000 clips"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path, body: str, said: str) -> None:
    """By the file's name, with what is wrong."""
    colour = f"<producer id='c'>{props(length=100, mlt_service='color')}</producer><producer id='n'/>"
    warp = f"<producer id='w'>{props(length=100, mlt_service='timewarp', warp_speed='fast')}</producer>"
    first = "" if not body else colour + warp
    with pytest.raises(InputRefused, match=said) as refused:
        read(tmp_path, first + body)
    assert "edit.mlt" in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_rate_of_none_is_refused(tmp_path: Path) -> None:
    """A profile of 25/0."""
    with pytest.raises(InputRefused, match="no rate"):
        read(tmp_path, SELF, profile="<profile frame_rate_num='25' frame_rate_den='0'/>")


def test_entities_are_not_expanded(tmp_path: Path) -> None:
    """Neither a file of the machine nor a laugh of ten to the ninth gets in."""
    secret = tmp_path / "secret"
    secret.write_text("hush", encoding="utf-8")
    path = tmp_path / "edit.mlt"
    path.write_text(
        f"<?xml version='1.0'?><!DOCTYPE mlt [<!ENTITY s SYSTEM '{secret.as_uri()}'>]><mlt>{PROFILE}"
        f"<producer id='a'><property name='length'>9</property><property name='resource'>&s;</property></producer>"
        f"<playlist id='p'>{entry('a', 0, 8)}</playlist></mlt>",
        encoding="utf-8",
    )
    cut = read_timeline(path)
    assert "hush" not in str(cut)


def test_absurd_slide_shows_and_markers_do_no_harm(tmp_path: Path) -> None:
    """Numbers without end in a file name, a rate of nearly none, markers that are no list: left out and said."""
    shows = {"a": "i%0999999d.png", "b": "i%04d.png?begin=99999999999999", "c": "i%d.png"}
    clips = "".join(
        f"<producer id='{name}'>{props(length=9, mlt_service='qimage', resource=file, ttl='1e9')}</producer>"
        for name, file in shows.items()
    )
    row = "".join(entry(name, 0, 8) for name in shows)
    broken = props(kdenlive__sequenceproperties_0guides='{"pos": 1')
    cut = kdenlive(tmp_path, clips, row, sequence=broken)
    assert 27 == cut.duration
    assert all(span.image_rate is None or span.image_rate > 0 for span in cut.spans)
    assert any("guides of the project cannot be read" in warning for warning in cut.warnings)


def test_titles_on_transparent_colours_let_the_picture_through(tmp_path: Path) -> None:
    """Shotcut writes its titles on a colour of alpha 0; a colour with cover is seen."""
    clear = f"<producer id='c'>{props(length=100, mlt_service='color', resource='#00000000')}</producer>"
    white = f"<producer id='w'>{props(length=100, mlt_service='color', resource='#ffffffff')}</producer>"
    tracks = (
        props(shotcut__video=1) + entry("a", 0, 49),
        props(shotcut__video=1) + entry("c", 0, 19) + entry("w", 0, 9),
    )
    cut = shotcut(tmp_path, film("a") + clear + white, *tracks)
    assert [("a", 0, 20), ("#ffffffff", 20, 30), ("a", 30, 50)] == shown(cut)
