"""Music in FCP7 XML: real files of Premiere and Hiero, told right by raw arithmetic and by OpenTimelineIO."""

from __future__ import annotations

import xml.etree.ElementTree as Tree
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote, urlsplit

import opentimelineio as otio
import pytest

from cutscore.placers import Placed, PlacedMusic, PlaceOptions, place
from cutscore.readers import read_timeline
from cutscore_composer.cue import CueGain, CueHit, new_cue
from cutscore_composer.errors import InputRefused
from cutscore_composer.music import Stem
from cutscore_composer.timebase import samples_for
from support.xml_trees import added, flat, tree_of

Make = Callable[..., PlacedMusic]
NAMES = [
    "fcp7_hiero_export.xml",
    "fcp7_premiere_disabled.xml",
    "fcp7_premiere_example.xml",
    "fcp7_premiere_windows_2997_64clips.xml",
]


def rate_of(sequence: Tree.Element) -> Fraction:
    """The raw rate of a sequence."""
    base = Fraction(sequence.findtext("rate/timebase", ""))
    return base * Fraction(1000, 1001) if sequence.findtext("rate/ntsc") == "TRUE" else base


def outer_sequence(path: Path) -> Tree.Element:
    """The longest sequence with media: in these files that is the one that is not nested."""
    return max(
        (s for s in tree_of(path).iter("sequence") if s.find("media") is not None), key=lambda s: len(list(s.iter()))
    )


@pytest.fixture(params=NAMES)
def scored(request: pytest.FixtureRequest, timelines: Path, tmp_path: Path, make_music: Make):
    """A real file, its raw rate, and what placing a second and a half of music at frame 7 made of it."""
    source = timelines / request.param
    rate = rate_of(outer_sequence(source))
    frames = int(rate * Fraction(3, 2))
    music = make_music(frames, rate, record_in=7, start_frame=0)
    placed = place(music, source, output_folder=tmp_path / "edit.cutscore")
    return source, rate, frames, placed, music


@pytest.mark.real
def test_the_bytes_are_the_original_with_one_insertion(scored) -> None:
    """Declaration, DOCTYPE, formatting and every element stand byte for byte as they did."""
    source, _, _, placed, _ = scored
    (run,) = added(source.read_bytes(), placed.project.read_bytes())
    assert run.count(b"<track ") == 2
    assert placed.project.name == f"{source.stem}.scored.xml"


@pytest.mark.real
def test_without_our_tracks_the_tree_is_the_original(scored) -> None:
    """Seen by the standard library's parser, two tracks at the end of the sequence's sound are all that is new."""
    source, _, _, placed, _ = scored
    root = tree_of(placed.project)
    for audio in root.iter("audio"):
        for track in audio.findall("track"):
            if track.get("MZ.TrackName") == "Music (Cutscore)":
                assert track in list(audio)[-2:]
                audio.remove(track)
    assert list(flat(tree_of(source))) == list(flat(root))


@pytest.mark.real
def test_the_music_lies_on_its_frames(scored) -> None:
    """Raw: a stereo pair, linked, enabled, unlocked, seven frames in, as long as the file; ids are used once."""
    source, rate, frames, placed, music = scored
    sequence = outer_sequence(placed.project)
    tracks = sequence.findall("media/audio/track")
    left, right = tracks[-2:]
    items = [track.find("clipitem") for track in (left, right)]
    numbers = [[item.findtext(tag) for tag in ("start", "end", "in", "out")] for item in items]
    assert numbers == [["7", str(7 + frames), "0", str(frames)]] * 2
    assert [track.get("currentExplodedTrackIndex") for track in (left, right)] == ["0", "1"]
    assert [item.findtext("sourcetrack/trackindex") for item in items] == ["1", "2"]
    assert [track.findtext("outputchannelindex") for track in (left, right)] == ["1", "2"]
    assert [(t.findtext("enabled"), t.findtext("locked")) for t in (left, right)] == [("TRUE", "FALSE")] * 2
    for item in items:
        links = [(link.findtext("linkclipref"), link.findtext("trackindex")) for link in item.findall("link")]
        assert links == [(i.get("id"), str(len(tracks) - 1 + n)) for n, i in enumerate(items)]
    file = items[0].find("file")
    assert items[1].find("file").get("id") == file.get("id")
    assert unquote(urlsplit(file.findtext("pathurl")).path) == str(music.audio)
    assert file.findtext("media/audio/channelcount") == "2"
    assert rate == rate_of(file)
    ids = [element.get("id") for element in tree_of(placed.project).iter("clipitem") if element.get("id")]
    assert len(ids) == len(set(ids))
    if item_ticks := items[0].findtext("pproTicksOut"):
        assert int(item_ticks) == Fraction(frames) / rate * 254_016_000_000
    assert source.read_bytes().count(b"<pproTicksIn>") == 0 or item_ticks


@pytest.mark.real
def test_our_reader_finds_it_and_takes_it_for_ours(scored) -> None:
    """The scored file reads as the original, with a music track of ours beside."""
    source, _, frames, placed, music = scored
    before, after = read_timeline(source), read_timeline(placed.project)
    assert (before.spans, before.duration, before.markers) == (after.spans, after.duration, after.markers)
    ours = [track for track in after.sounds if track.ours]
    assert [[(c.record_in, c.record_out, c.media) for c in t.clips] for t in ours] == [
        [(7, 7 + frames, music.audio)]
    ] * 2
    assert len(before.sounds) + 2 == len(after.sounds)


@pytest.mark.real
def test_opentimelineio_reads_the_same(scored) -> None:
    """OTIO's own adapter sees the two tracks with the clip where it lies (where it reads the original at all)."""
    source, _, frames, placed, _ = scored
    try:
        otio.adapters.read_from_file(str(source))
    except Exception as error:
        pytest.skip(f"OpenTimelineIO does not read the original: {error!r}")
    timeline = otio.adapters.read_from_file(str(placed.project))
    if not isinstance(timeline, otio.schema.Timeline):
        timeline = next(child for child in timeline if isinstance(child, otio.schema.Timeline))
    clips = [clip for track in timeline.audio_tracks() for clip in track.find_clips() if clip.name == "edit"]
    places = [(clip.range_in_parent().start_time.value, clip.range_in_parent().duration.value) for clip in clips]
    assert places in ([(7, frames)] * 2, [(7, frames)])


@pytest.mark.real
@pytest.mark.parametrize("name", NAMES)
def test_twice_is_once(name: str, timelines: Path, tmp_path: Path, make_music: Make) -> None:
    """The same music again changes no byte; other music leaves the rest as it was before either."""
    source = timelines / name
    rate = rate_of(outer_sequence(source))
    project = tmp_path / name
    project.write_bytes(source.read_bytes())
    first = make_music(30, rate, record_in=7)
    place(first, project, output_folder=tmp_path, in_place=True)
    once = project.read_bytes()
    assert not place(first, project, output_folder=tmp_path, in_place=True).changed
    assert once == project.read_bytes()
    second = make_music(40, rate, level=2, name="take2.wav", record_in=7)
    assert place(second, project, output_folder=tmp_path, in_place=True).replaced
    root = tree_of(project)
    for audio in root.iter("audio"):
        for track in audio.findall("track"):
            if track.get("MZ.TrackName") == "Music (Cutscore)":
                audio.remove(track)
    assert list(flat(tree_of(source))) == list(flat(root))


def document(audio: str = "", base: int = 25, ntsc: str = "FALSE", start: int = 90_000, form: str = "NDF") -> str:
    """A sequence of two shots, 100 frames."""
    rate = f"<rate><timebase>{base}</timebase><ntsc>{ntsc}</ntsc></rate>"
    shots = "".join(
        f"<clipitem id='c{n}'><name>s{n}</name><enabled>TRUE</enabled><duration>500</duration>{rate}"
        f"<start>{n * 50}</start><end>{n * 50 + 50}</end><in>10</in><out>60</out>"
        f"<file id='f{n}'><name>s{n}.mov</name><pathurl>file://localhost/gone/s{n}.mov</pathurl>{rate}"
        f"<duration>500</duration></file></clipitem>"
        for n in range(2)
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE xmeml>\n<xmeml version='5'><sequence id='q'><name>q</name>"
        f"<duration>100</duration>{rate}<timecode>{rate}<string/><frame>{start}</frame>"
        f"<displayformat>{form}</displayformat></timecode>"
        f"<media><video><track>{shots}</track></video>{audio}</media></sequence></xmeml>\n"
    )


class Desk:
    """One sequence on a desk: place into it, change it as an editor would (in its own layout), look at it."""

    def __init__(self, folder: Path, make: Make, text: str) -> None:
        self.project = folder / "edit.xml"
        self.make = make
        self.project.write_text(text, encoding="utf-8")

    def place(self, level: int = 1, frames: int = 100, options: PlaceOptions | None = None, **more) -> Placed:
        """Place music of `level` in place."""
        music = self.make(frames, Fraction(25), level=level, name=f"take{level}.wav", **more)
        return place(music, self.project, output_folder=self.project.parent, in_place=True, options=options)

    def change(self, how: Callable[[list[Tree.Element]], None]) -> None:
        """Change the clip items of the last stereo pair, and write the file as another program would."""
        root = Tree.parse(self.project).getroot()
        how(root.findall(".//audio/track")[-2:])
        Tree.indent(root, "    ")
        self.project.write_bytes(b"<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE xmeml>\n" + Tree.tostring(root))

    @property
    def tracks(self) -> list[list[tuple[int, int, int, str, bool]]]:
        """Per track of sound: start, end, in, file, whether it sounds."""
        root = Tree.parse(self.project).getroot()
        urls = {file.get("id"): file.findtext("pathurl") for file in root.iter("file") if len(file)}
        return [
            [
                (
                    *(int(item.findtext(tag, "")) for tag in ("start", "end", "in")),
                    urls[item.find("file").get("id")].rpartition("/")[2],
                    item.findtext("enabled") == "TRUE" and track.findtext("enabled") != "FALSE",
                )
                for item in track.findall("clipitem")
            ]
            for track in root.findall(".//audio/track")
        ]


@pytest.fixture
def desk(tmp_path: Path, make_music: Make) -> Desk:
    """A sequence with the first music in it."""
    desk = Desk(tmp_path, make_music, document())
    desk.place(1)
    return desk


def both(change: Callable[[Tree.Element], None]) -> Callable[[list[Tree.Element]], None]:
    """A change of both parts of the stereo clip."""

    def how(tracks: list[Tree.Element]) -> None:
        for track in tracks:
            change(track)

    return how


def set_text(tag: str, value: object) -> Callable[[list[Tree.Element]], None]:
    def change(track: Tree.Element) -> None:
        element = track.find(tag)
        assert element is not None
        element.text = str(value)

    return both(change)


def test_new_music_replaces_ours(desk: Desk) -> None:
    """One stereo pair, the new file, the same place; the earlier file is named nowhere."""
    assert desk.tracks == [[(0, 100, 0, "take1.wav", True)]] * 2
    placed = desk.place(2)
    assert placed.replaced
    assert desk.tracks == [[(0, 100, 0, "take2.wav", True)]] * 2
    assert b"take1" not in desk.project.read_bytes()


def test_what_the_user_gave_stays(desk: Desk) -> None:
    """Levels with keyframes, an equaliser, a marker, a label, a name and a log note stay on the successor."""
    levels = Tree.fromstring(
        "<filter><effect><name>Audio Levels</name><effectid>audiolevels</effectid><parameter><parameterid>level"
        "</parameterid><value>0.5</value><keyframe><when>10</when><value>0.25</value></keyframe></parameter></effect>"
        "</filter>"
    )
    others = [
        Tree.fromstring("<filter><effect><name>EQ</name><effectid>eq</effectid></effect></filter>"),
        Tree.fromstring("<marker><comment/><name>mine</name><in>33</in><out>-1</out></marker>"),
        Tree.fromstring("<labels><label2>Rose</label2></labels>"),
    ]

    def change(track: Tree.Element) -> None:
        item = track.find("clipitem")
        item.find("name").text = "My music"
        item.find("logginginfo/lognote").text = "good take. " + item.findtext("logginginfo/lognote")
        item[:0] = [levels, *others]

    desk.change(both(change))
    desk.place(2, options=PlaceOptions(gain_db=-20))
    for track in Tree.parse(desk.project).getroot().findall(".//audio/track"):
        (item,) = track.findall("clipitem")
        effects = [effect.findtext("effectid") for effect in item.findall("filter/effect")]
        assert sorted(effects) == ["audiolevels", "eq"]
        assert [k.findtext("value") for k in item.iter("keyframe")] == ["0.25"]
        assert item.findtext("labels/label2") == "Rose"
        assert item.findtext("name") == "My music"
        assert item.findtext("logginginfo/lognote").startswith("good take. Music by Cutscore (local 0.1.0 2026-11-22)")
        assert item.findtext("logginginfo/lognote").count("cutscore.place/1") == 1
        assert "mine" in [marker.findtext("name") for marker in item.findall("marker")]
    assert desk.tracks == [[(0, 100, 0, "take2.wav", True)]] * 2


def test_our_own_levels_are_renewed(desk: Desk) -> None:
    """What Cutscore wrote itself follows the new wishes; the same music with other wishes is laid anew."""
    desk.place(2, options=PlaceOptions(gain_db=-6, fade_in_frames=5, fade_out_frames=10))
    assert levels_of(desk) == [("0", "0"), ("5", "0.501187"), ("89", "0.501187"), ("99", "0")]
    desk.change(lambda tracks: None)
    assert desk.place(2, options=PlaceOptions(gain_db=-12)).changed
    assert levels_of(desk) == []
    values = [e.findtext("value") for e in Tree.parse(desk.project).getroot().iter("parameter")]
    assert values == ["0.251189"] * 2
    desk.place(2)
    assert not Tree.parse(desk.project).getroot().findall(".//filter")


def levels_of(desk: Desk) -> list[tuple[str | None, str | None]]:
    """The keyframes of the left part."""
    item = Tree.parse(desk.project).getroot().find(".//audio/track/clipitem")
    return [(k.findtext("when"), k.findtext("value")) for k in item.iter("keyframe")]


def test_ducking_is_keyframes_of_the_level(tmp_path: Path, make_music: Make) -> None:
    """Each keyframe of the cue stands on its frame, as a factor; before the first and after the last it holds."""
    desk = Desk(tmp_path, make_music, document())
    music = make_music(100, Fraction(25))
    duck = (CueGain(1.0, 0.0), CueGain(1.4, -12.0), CueGain(2.0, -12.0), CueGain(2.4, -3.0))
    cue = new_cue("local", Fraction(25), 100, samples_for(100, Fraction(25)), duck=duck)
    music = PlacedMusic(music.audio, cue, Fraction(25))
    place(music, desk.project, output_folder=tmp_path, in_place=True, options=PlaceOptions(duck=True))
    found = [(int(when), round(float(value), 3)) for when, value in levels_of(desk)]
    low, last = round(10 ** (-12 / 20), 3), round(10 ** (-3 / 20), 3)
    assert found == [(0, 1.0), (25, 1.0), (35, low), (50, low), (60, last), (99, last)]


def test_trims_stay(desk: Desk) -> None:
    """Six frames off the head and ten off the tail are off the new version too, and it stays in sync."""
    for tag, value in (("start", 6), ("in", 6), ("end", 90), ("out", 90)):
        desk.change(set_text(f"clipitem/{tag}", value))
    assert desk.place(2).replaced
    assert desk.tracks == [[(6, 90, 6, "take2.wav", True)]] * 2
    desk.place(3, frames=150)
    assert desk.tracks == [[(6, 140, 6, "take3.wav", True)]] * 2


def test_fades_made_as_transitions_stay(desk: Desk) -> None:
    """A cross fade at the end moves with the end of longer music, and is found nowhere else."""
    over = (
        "<transitionitem><start>90</start><end>100</end><alignment>end-black</alignment><effect><name>Cross Fade"
        "</name><effectid>KGAudioTransCrossFade0dB</effectid></effect></transitionitem>"
    )

    def change(track: Tree.Element) -> None:
        track.find("clipitem/end").text = "-1"
        track.insert(list(track).index(track.find("clipitem")) + 1, Tree.fromstring(over))

    desk.change(both(change))
    desk.place(2, frames=120)
    for track in Tree.parse(desk.project).getroot().findall(".//audio/track"):
        assert (track.findtext("clipitem/end"), track.findtext("clipitem/out")) == ("-1", "120")
        assert (track.findtext("transitionitem/start"), track.findtext("transitionitem/end")) == ("110", "120")


def slow_down(track: Tree.Element) -> None:
    track.find("clipitem").append(
        Tree.fromstring(
            "<filter><effect><effectid>timeremap</effectid><parameter><parameterid>speed</parameterid><value>50"
            "</value></parameter></effect></filter>"
        )
    )


def move(tracks: list[Tree.Element]) -> None:
    for track in tracks:
        track.find("clipitem/start").text, track.find("clipitem/end").text = "5", "105"


def move_one_side(tracks: list[Tree.Element]) -> None:
    move(tracks[:1])


def other_file(tracks: list[Tree.Element]) -> None:
    tracks[0].find("clipitem/file/pathurl").text = "file://localhost/my/own%20mix.wav"


TOUCHES = {
    "moved": move,
    "one side moved": move_one_side,
    "slipped": both(lambda t: (set_text("clipitem/in", 5)([t]), set_text("clipitem/out", 105)([t]))),  # type: ignore[arg-type, return-value]
    "slowed": both(slow_down),
    "track locked": set_text("locked", "TRUE"),
    "other file": other_file,
}


@pytest.mark.parametrize("touch", TOUCHES.values(), ids=TOUCHES)
def test_a_touched_clip_is_kept_and_muted(desk: Desk, touch: Callable[[list[Tree.Element]], None]) -> None:
    """The new version gets tracks of its own; the old one is as it was, but not enabled; the user is told."""
    desk.change(touch)
    before = [[clip[:4] for clip in track] for track in desk.tracks]
    placed = desk.place(2)
    assert before == [[clip[:4] for clip in track] for track in desk.tracks[:2]]
    assert not any(clip[4] for track in desk.tracks[:2] for clip in track)
    assert desk.tracks[2:] == [[(0, 100, 0, "take2.wav", True)]] * 2
    assert any("muted" in warning for warning in placed.warnings)
    assert desk.place(3).replaced
    assert desk.tracks[2:] == [[(0, 100, 0, "take3.wav", True)]] * 2


@pytest.mark.parametrize("how", [set_text("clipitem/enabled", "FALSE"), set_text("enabled", "FALSE")])
def test_what_the_user_muted_stays_muted(desk: Desk, how: Callable[[list[Tree.Element]], None]) -> None:
    """It is not replaced; the new version sounds on its own tracks, without a word of complaint."""
    desk.change(how)
    placed = desk.place(2)
    assert desk.tracks[:2] == [[(0, 100, 0, "take1.wav", False)]] * 2
    assert desk.tracks[2:] == [[(0, 100, 0, "take2.wav", True)]] * 2
    assert placed.warnings == ()


def test_a_clip_cut_in_two_is_kept(desk: Desk) -> None:
    """All four pieces are muted and stay."""

    def cut(track: Tree.Element) -> None:
        item = track.find("clipitem")
        second = Tree.fromstring(Tree.tostring(item))
        second.set("id", f"{item.get('id')}-b")
        for one, values in ((item, (0, 40, 0, 40)), (second, (40, 100, 40, 100))):
            for tag, value in zip(("start", "end", "in", "out"), values, strict=True):
                one.find(tag).text = str(value)
        track.insert(list(track).index(item) + 1, second)

    desk.change(both(cut))
    desk.place(2)
    pieces = [(0, 40, 0, "take1.wav", False), (40, 100, 40, "take1.wav", False)]
    assert desk.tracks == [pieces, pieces, *[[(0, 100, 0, "take2.wav", True)]] * 2]


def test_a_program_that_dropped_our_notes(desk: Desk) -> None:
    """The clip is known by the name of its track then: kept and muted, so that two musics never sound at once."""

    def strip(track: Tree.Element) -> None:
        del track.attrib["Cutscore.Role"]
        item = track.find("clipitem")
        item.remove(item.find("logginginfo"))

    desk.change(both(strip))
    before = desk.project.read_bytes()
    assert not desk.place(1).changed
    assert before == desk.project.read_bytes()
    placed = desk.place(2)
    assert desk.tracks == [*[[(0, 100, 0, "take1.wav", False)]] * 2, *[[(0, 100, 0, "take2.wav", True)]] * 2]
    assert any("saved by another program" in warning for warning in placed.warnings)


def test_a_program_that_dropped_notes_and_names(desk: Desk) -> None:
    """Resolve names no tracks: with its cue file beside it the music is known as ours, kept and muted."""

    def strip(track: Tree.Element) -> None:
        track.attrib.clear()
        item = track.find("clipitem")
        item.remove(item.find("logginginfo"))

    desk.change(both(strip))
    (desk.project.parent / "edit.cutscore" / "take1.cue.json").write_text("{}")
    desk.place(2)
    assert desk.tracks == [*[[(0, 100, 0, "take1.wav", False)]] * 2, *[[(0, 100, 0, "take2.wav", True)]] * 2]


def test_a_program_that_kept_the_log_note_alone(desk: Desk) -> None:
    """Premiere drops our attribute but keeps log notes and track names: the clip gives way as before."""

    def strip(track: Tree.Element) -> None:
        del track.attrib["Cutscore.Role"]

    desk.change(both(strip))
    assert desk.place(2).replaced
    assert desk.tracks == [[(0, 100, 0, "take2.wav", True)]] * 2


def test_cues_side_by_side_share_the_tracks(tmp_path: Path, make_music: Make) -> None:
    """Two ranges lie on one pair, in order of time though placed in the other; their links count right."""
    desk = Desk(tmp_path, make_music, document())
    desk.place(2, frames=20, record_in=60)
    desk.place(1, frames=20, record_in=10)
    assert desk.tracks == [[(10, 30, 0, "take1.wav", True), (60, 80, 0, "take2.wav", True)]] * 2
    root = Tree.parse(desk.project).getroot()
    tracks = root.findall(".//audio/track")
    place_of = {
        item.get("id"): (str(t), str(n))
        for t, track in enumerate(tracks, start=1)
        for n, item in enumerate(track.findall("clipitem"), start=1)
    }
    for link in root.findall(".//audio/track/clipitem/link"):
        assert (link.findtext("trackindex"), link.findtext("clipindex")) == place_of[link.findtext("linkclipref")]
    desk.place(3, frames=100)
    assert desk.tracks == [[(0, 100, 0, "take3.wav", True)]] * 2


def test_a_cue_over_part_of_another_gets_its_own_tracks(desk: Desk) -> None:
    """The long cue is not thrown away for a short one; the user is told that both sound."""
    placed = desk.place(2, frames=20, record_in=40)
    assert desk.tracks == [*[[(0, 100, 0, "take1.wav", True)]] * 2, *[[(40, 60, 0, "take2.wav", True)]] * 2]
    assert any("overlaps" in warning for warning in placed.warnings)


def test_longer_music_that_would_meet_the_users_clip_moves(desk: Desk) -> None:
    """A clip that the user put behind ours on our tracks stays; what the user gave to ours goes along."""

    def add(track: Tree.Element) -> None:
        item = track.find("clipitem")
        item.append(Tree.fromstring("<labels><label2>Rose</label2></labels>"))
        mine = Tree.fromstring(
            "<clipitem id='x'><name>x</name><start>110</start><end>130</end><in>0</in><out>20</out>"
            "<file id='mine'><pathurl>file:///x.wav</pathurl></file></clipitem>"
        )
        track.insert(list(track).index(item) + 1, mine)

    desk.change(both(add))
    desk.place(2, frames=120)
    assert [[clip[:2] for clip in track] for track in desk.tracks] == [[(110, 130)]] * 2 + [[(0, 120)]] * 2
    items = [track.find("clipitem") for track in Tree.parse(desk.project).getroot().findall(".//audio/track")[2:]]
    assert [item.findtext("labels/label2") for item in items] == ["Rose", "Rose"]


def test_stems_lie_muted_beside_the_music(tmp_path: Path, make_music: Make) -> None:
    """Each on a pair of its own, the tracks off; a new version replaces them, one without stems takes them away."""
    desk = Desk(tmp_path, make_music, document())

    def stems(level: int) -> tuple[Stem, ...]:
        made = [
            make_music(100, Fraction(25), level=level, name=f"take{level}.{name}.wav") for name in ("bass", "drums")
        ]
        return tuple(Stem(name, music.audio) for name, music in zip(("bass", "drums"), made, strict=True))

    wanted = PlaceOptions(stems=True)
    desk.place(1, options=wanted, stems=stems(1))
    rows = [[(0, 100, 0, f"take1{name}.wav", not name)] for name in ("", "", ".bass", ".bass", ".drums", ".drums")]
    assert rows == desk.tracks
    assert not desk.place(1, options=wanted, stems=stems(1)).changed
    desk.place(2, options=wanted, stems=stems(2))
    assert [[row[0][3].replace("take1", "take2")] for row in rows] == [[clip[3] for clip in t] for t in desk.tracks]
    names = [t.get("MZ.TrackName") for t in Tree.parse(desk.project).getroot().findall(".//audio/track")]
    assert names == [f"Music (Cutscore){more}" for more in ("", "", " bass", " bass", " drums", " drums")]
    desk.place(3)
    assert [clip[3] for track in desk.tracks for clip in track] == ["take3.wav"] * 2


def test_hits_are_markers_of_the_left_part(desk: Desk) -> None:
    """They count in frames of the file; they go with a new version, and do not come back once taken off."""
    item = Tree.parse(desk.project).getroot().find(".//audio/track/clipitem")
    assert [(m.findtext("name"), m.findtext("in")) for m in item.findall("marker")] == [
        ("hit 1 cut", "12"),
        ("hit 2 flash", "30"),
    ]

    def take_off(tracks: list[Tree.Element]) -> None:
        item = tracks[0].find("clipitem")
        for marker in item.findall("marker"):
            item.remove(marker)

    desk.place(2)
    assert len(Tree.parse(desk.project).getroot().findall(".//marker")) == 2
    desk.change(take_off)
    desk.place(3)
    assert not Tree.parse(desk.project).getroot().findall(".//marker")


def test_a_file_that_a_bin_defines_is_found(desk: Desk) -> None:
    """A project with bins defines its files there: the clip is still known as untouched, and gives way."""
    root = Tree.parse(desk.project).getroot()
    item = root.find(".//audio/track/clipitem")
    file = item.find("file")
    place_in_item = list(item).index(file)
    item.remove(file)
    item.insert(place_in_item, Tree.Element("file", {"id": file.get("id")}))
    project = Tree.Element("project")
    bin_ = Tree.SubElement(Tree.SubElement(project, "children"), "bin")
    children = Tree.SubElement(bin_, "children")
    Tree.SubElement(children, "clip").append(file)
    sequence = root.find("sequence")
    root.remove(sequence)
    children.append(sequence)
    root.append(project)
    desk.project.write_bytes(Tree.tostring(root))
    assert desk.place(2).replaced
    assert desk.tracks == [[(0, 100, 0, "take2.wav", True)]] * 2


def test_a_file_that_others_use_stays_defined(desk: Desk) -> None:
    """The user laid our file elsewhere too: when ours gives way, its definition moves there."""

    def use(tracks: list[Tree.Element]) -> None:
        used = tracks[0].find("clipitem/file").get("id")
        item = Tree.fromstring(
            "<clipitem id='u'><name>u</name><start>300</start><end>400</end><in>0</in><out>100</out></clipitem>"
        )
        Tree.SubElement(item, "file", {"id": used})
        tracks[0].insert(list(tracks[0]).index(tracks[0].find("clipitem")) + 1, item)

    desk.change(use)
    desk.place(2)
    assert [clip[3] for clip in desk.tracks[0]] == ["take2.wav", "take1.wav"]


@pytest.mark.parametrize(
    ("base", "ntsc", "start", "form", "said"),
    [
        (24, "TRUE", 86_160, "NDF", "00:59:50:00"),
        (30, "TRUE", 107_892, "DF", "01;00;00;00"),
        (30, "TRUE", 1790, "DF", "00;00;59;20"),
        (60, "TRUE", 0, "NDF", "00:00:00:00"),
        (25, "FALSE", 90_000, "NDF", "01:00:00:00"),
    ],
)
def test_any_rate_and_start_timecode(
    tmp_path: Path, make_music: Make, base: int, ntsc: str, start: int, form: str, said: str
) -> None:
    """The music lies by frames from the sequence's start, whatever its timecode; the WAV's own is spelled right."""
    rate = Fraction(base) * (Fraction(1000, 1001) if ntsc == "TRUE" else 1)
    project = tmp_path / "edit.xml"
    project.write_text(document("", base, ntsc, start, form), encoding="utf-8")
    music = make_music(40, rate, record_in=20, start_frame=start)
    add_start(music.audio, round(start / rate * 48_000))
    placed = place(music, project, output_folder=tmp_path / "out")
    item = Tree.parse(placed.project).getroot().find(".//audio/track/clipitem")
    assert [item.findtext(tag) for tag in ("start", "end", "in", "out")] == ["20", "60", "0", "40"]
    assert item.findtext("file/timecode/frame") == str(start)
    assert item.findtext("file/timecode/string") == said
    cut = read_timeline(placed.project)
    (clip,) = {clip for track in cut.sounds if track.ours for clip in track.clips}
    assert (clip.record_in, clip.record_out, cut.start_frame) == (20, 60, start)


def add_start(path: Path, samples: int) -> None:
    """Give a WAV a broadcast extension with this many samples since midnight."""
    data = path.read_bytes()
    body = bytes(338) + samples.to_bytes(8, "little") + bytes(256)
    path.write_bytes(data[:12] + b"bext" + len(body).to_bytes(4, "little") + body + data[12:])


def test_odd_folders_are_spelled_as_urls(tmp_path: Path, make_music: Make) -> None:
    """Spaces, percent signs, hashes and letters of any language come back as the very path."""
    folder = tmp_path / "50 % #1 & co" / "Müsik 音"
    project = tmp_path / "edit.xml"
    project.write_text(document(), encoding="utf-8")
    music = make_music(50, Fraction(25), folder=folder)
    placed = place(music, project, output_folder=tmp_path / "out")
    url = Tree.parse(placed.project).getroot().findtext(".//audio/track/clipitem/file/pathurl", "")
    assert url.isascii()
    assert url.startswith("file://localhost/")
    assert unquote(url.removeprefix("file://localhost")) == str(music.audio)
    (clip,) = {clip for track in read_timeline(placed.project).sounds for clip in track.clips}
    assert clip.media == music.audio


def test_mono_music_takes_one_track(tmp_path: Path, make_music: Make) -> None:
    """A mono file is one track, not a pair whose right side would be silent."""
    desk = Desk(tmp_path, make_music, document())
    music = make_music(50, Fraction(25))
    data = music.audio.read_bytes()
    music.audio.write_bytes(data[:22] + b"\x01\x00" + data[24:])
    place(music, desk.project, output_folder=tmp_path, in_place=True)
    (track,) = Tree.parse(desk.project).getroot().findall(".//audio/track")
    assert (track.get("premiereTrackType"), track.get("totalExplodedTrackCount")) == ("Mono", "1")
    assert track.find("clipitem/link") is None


def test_mono_after_stereo_and_back(desk: Desk) -> None:
    """Music of other channels takes tracks of its own; the earlier clip is gone, and nothing is heard twice."""

    def mono() -> PlacedMusic:
        music = desk.make(100, Fraction(25), level=5, name="mono.wav")
        data = music.audio.read_bytes()
        music.audio.write_bytes(data[:22] + b"\x01\x00" + data[24:])
        return music

    place(mono(), desk.project, output_folder=desk.project.parent, in_place=True)
    assert desk.tracks == [[], [], [(0, 100, 0, "mono.wav", True)]]
    desk.place(2)
    assert desk.tracks == [[], [], [], *[[(0, 100, 0, "take2.wav", True)]] * 2]


def test_a_locked_track_of_the_user_is_left_alone(tmp_path: Path, make_music: Make) -> None:
    """Locked and muted tracks, and twelve of them, stand as they did; ours comes behind them."""
    track = "<track><enabled>FALSE</enabled><locked>TRUE</locked></track>"
    desk = Desk(tmp_path, make_music, document(f"<audio>{track * 12}</audio>"))
    before = desk.project.read_bytes()
    desk.place(1)
    (run,) = added(before, desk.project.read_bytes())
    assert run.count(b"Cutscore.Role") == 2
    assert len(desk.tracks) == 14


@pytest.mark.parametrize("audio", ["", "<audio/>", "<audio>\n</audio>", "<audio><format/></audio>"])
def test_a_sequence_without_sound_gets_some(tmp_path: Path, make_music: Make, audio: str) -> None:
    """And a scored file is known as Cutscore's own: the next version is built on the original, without a word."""
    project = tmp_path / "edit.xml"
    project.write_text(document(audio), encoding="utf-8")
    before = project.read_bytes()
    for level in (1, 2):
        placed = place(make_music(50, Fraction(25), level=level), project, output_folder=tmp_path / "out")
        assert placed.warnings == ()
        assert placed.project == tmp_path / "out" / "edit.scored.xml"
    assert before == project.read_bytes()
    assert len(Tree.parse(placed.project).getroot().findall(".//audio/track/clipitem")) == 2


def test_an_edited_original_keeps_its_music(tmp_path: Path, make_music: Make) -> None:
    """The user exports the sequence again, with one more track: the earlier music comes along and gives way."""
    project = tmp_path / "edit.xml"
    project.write_text(document(), encoding="utf-8")
    place(make_music(50, Fraction(25), record_in=50), project, output_folder=tmp_path / "out")
    more = "<audio><track><enabled>TRUE</enabled></track></audio>"
    project.write_text(document(more), encoding="utf-8")
    second = make_music(50, Fraction(25), level=2, name="two.wav")
    placed = place(second, project, output_folder=tmp_path / "out")
    assert placed.warnings == ()
    root = Tree.parse(placed.project).getroot()
    tracks = root.findall(".//audio/track")
    assert [[i.findtext("start") for i in t.findall("clipitem")] for t in tracks] == [[], ["0", "50"], ["0", "50"]]
    places = {item.get("id"): str(n) for n, track in enumerate(tracks, start=1) for item in track.findall("clipitem")}
    assert all(link.findtext("trackindex") == places[link.findtext("linkclipref")] for link in root.iter("link"))


def test_music_for_another_rate_is_refused(tmp_path: Path, make_music: Make) -> None:
    """One sentence that names both rates."""
    project = tmp_path / "edit.xml"
    project.write_text(document(), encoding="utf-8")
    with pytest.raises(InputRefused, match=r"runs at 25 frames a second, the music was made for 24"):
        place(make_music(48, Fraction(24)), project, output_folder=tmp_path / "out")


def test_bombs_and_external_entities_are_refused(tmp_path: Path, make_music: Make) -> None:
    """Nothing is expanded, nothing is read, nothing is written."""
    secret = tmp_path / "secret.txt"
    secret.write_text("s3cr3t")
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))
    for entities in (f'<!ENTITY x SYSTEM "{secret.as_uri()}">', f'<!ENTITY l0 "ha">{laughs}<!ENTITY x "&l11;">'):
        project = tmp_path / "edit.xml"
        text = document().replace("<!DOCTYPE xmeml>", f"<!DOCTYPE xmeml [{entities}]>").replace(">s0<", ">&x;<")
        project.write_text(text, encoding="utf-8")
        with pytest.raises(InputRefused, match="entities"):
            place(make_music(50, Fraction(25)), project, output_folder=tmp_path / "out")
    assert not list((tmp_path / "out").glob("*.xml"))


def test_the_cues_own_hits_are_not_the_users_markers(desk: Desk) -> None:
    """Read again, the scored sequence has no marker that the user did not set."""
    assert read_timeline(desk.project).markers == ()
    assert CueHit(0.48, "cut", 0.9, -0.2, "downbeat") in desk.make().cue.hits
