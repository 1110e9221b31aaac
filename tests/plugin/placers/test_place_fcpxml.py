"""Music in FCPXML: real files of Final Cut, random edits, bundles, and what an editor does between two runs."""

from __future__ import annotations

import xml.etree.ElementTree as Tree
from collections.abc import Callable
from difflib import SequenceMatcher
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore.placers import Placed, PlacedMusic, PlaceOptions, place
from cutscore.readers import read_timeline
from cutscore_composer.cue import CueGain, new_cue
from cutscore_composer.errors import InputRefused
from cutscore_composer.music import Stem
from cutscore_composer.timebase import samples_for
from support.fcpxml import clip, document
from support.random_fcpxml import Edit, Writer, edits
from support.xml_trees import flat, parents, tree_of

Make = Callable[..., PlacedMusic]
NAMES = """
fcpxml_23976 fcpxml_2997_dropframe fcpxml_audio_only fcpxml_complex fcpxml_disabled fcpxml_fcpx_example
fcpxml_multicam_cuts fcpxml_transitions
""".split()
ORDER = [
    {"note"},
    {"conform-rate"},
    {"timeMap"},
    {"adjust-colorConform"},
    {"adjust-volume"},
    {"mc-source", "param", "text", "text-style-def", "video"},
    {"audio", "clip", "title", "caption", "ref-clip", "asset-clip", "spine", "gap"},
    {"marker", "chapter-marker", "rating", "keyword"},
    {"audio-channel-source"},
    {"filter-video", "filter-audio"},
    {"metadata"},
]
"""In which order Apple's document types ask for what is in a clip (read there; those kinds that these files have)."""


def seconds(text: str | None) -> Fraction:
    """A rational time, raw."""
    return Fraction((text or "0s").removesuffix("s"))


def ours(root: Tree.Element) -> list[Tree.Element]:
    """Our clips, by their note."""
    return [e for e in root.iter("asset-clip") if "cutscore.place/1" in (e.findtext("note") or "")]


def without_ours(root: Tree.Element) -> Tree.Element:
    """The tree with our clips and their assets taken out by the standard library alone."""
    found = ours(root)
    refs = {e.get("ref") for e in found}
    above = parents(root)
    for element in [*found, *(a for a in root.iter("asset") if a.get("id") in refs)]:
        above[element].remove(element)
    return root


@pytest.fixture(params=NAMES)
def scored(request: pytest.FixtureRequest, timelines: Path, tmp_path: Path, make_music: Make):
    """A real file and what placing a second and a half of music at frame 7 made of it."""
    source = timelines / f"{request.param}.fcpxml"
    cut = read_timeline(source)
    frames = int(cut.rate * Fraction(3, 2))
    music = make_music(frames, cut.rate, record_in=7, start_frame=cut.start_frame)
    return source, cut, frames, place(music, source, output_folder=tmp_path / "out"), music


@pytest.mark.real
def test_only_two_insertions(scored) -> None:
    """Byte for byte: an asset behind the assets and a connected clip, all else where it stood."""
    source, _, _, placed, _ = scored
    old, new = (path.read_bytes().splitlines(keepends=True) for path in (source, placed.project))
    changes = [op for op in SequenceMatcher(None, old, new, autojunk=False).get_opcodes() if op[0] != "equal"]
    assert [op[0] for op in changes] == ["insert", "insert"]


@pytest.mark.real
def test_without_ours_the_tree_is_the_original(scored) -> None:
    """Seen by the standard library's parser."""
    source, _, _, placed, _ = scored
    assert list(flat(tree_of(source))) == list(flat(without_ours(tree_of(placed.project))))


@pytest.mark.real
def test_the_clip_is_as_final_cut_asks(scored) -> None:
    """Connected below the storyline, within its asset, on a frame of its parent's time, children in Apple's order."""
    _, cut, frames, placed, music = scored
    root = tree_of(placed.project)
    (element,) = ours(root)
    asset = next(a for a in root.iter("asset") if a.get("id") == element.get("ref"))
    rep = asset.find("media-rep")
    assert (rep is not None) == (Fraction(root.get("version", "").partition(".")[2]) >= 9)
    src = (rep if rep is not None else asset).get("src", "")
    assert src.startswith("file:///")
    assert unquote(urlsplit(src).path) == str(music.audio)
    assert int(element.get("lane", "")) < 0
    assert element.get("audioRole") == "music"
    assert seconds(element.get("duration")) * cut.rate == frames
    first, last = (seconds(asset.get(name)) for name in ("start", "duration"))
    used = seconds(element.get("start")), seconds(element.get("duration"))
    assert first <= used[0]
    assert used[0] + used[1] <= first + last
    parent = parents(root)[element]
    ranks = [next((n for n, names in enumerate(ORDER) if child.tag in names), None) for child in parent]
    assert None not in ranks
    assert ranks == sorted(ranks)
    assert [child.tag for child in element] == ["note", "marker", "marker"]
    spine = parents(root)[parent]
    assert spine.tag == "spine"
    # The storyline's own arithmetic: the parent's place, and how far behind its start the clip is connected.
    tc = seconds(parents(root)[spine].get("tcStart"))
    begin = seconds(parent.get("start")) if parent.get("start") else first_of_media(root, parent)
    at = seconds(parent.get("offset")) - tc + seconds(element.get("offset")) - begin
    assert at * cut.rate == 7


def first_of_media(root: Tree.Element, element: Tree.Element) -> Fraction:
    """Where the own time of a clip without `start` begins: the timecode of what it shows."""
    for found in root.find("resources") or ():
        if found.get("id") == element.get("ref"):
            inner = found.find("sequence") if found.tag == "media" else None
            return seconds((found if inner is None else inner).get("start" if inner is None else "tcStart"))
    return Fraction(0)


@pytest.mark.real
def test_our_reader_finds_it_and_takes_it_for_ours(scored) -> None:
    """Read again: the same picture and the same markers (our hits are none), and a music track of ours."""
    _, cut, frames, placed, music = scored
    after = read_timeline(placed.project)
    assert (cut.spans, cut.duration, cut.markers) == (after.spans, after.duration, after.markers)
    tracks = [track for track in after.sounds if track.ours]
    places = [(c.record_in, c.record_out, c.media, c.source_in) for t in tracks for c in t.clips]
    assert places == [(7, 7 + frames, music.audio, 0)]
    assert [track.role for track in tracks] == ["music"]


@pytest.mark.real
@pytest.mark.parametrize("name", NAMES)
def test_twice_is_once(name: str, timelines: Path, tmp_path: Path, make_music: Make) -> None:
    """The same music again changes no byte; other music leaves the rest as it was before either."""
    source = timelines / f"{name}.fcpxml"
    rate = read_timeline(source).rate
    project = tmp_path / source.name
    project.write_bytes(source.read_bytes())
    first = make_music(30, rate, record_in=7)
    place(first, project, output_folder=tmp_path, in_place=True)
    once = project.read_bytes()
    assert not place(first, project, output_folder=tmp_path, in_place=True).changed
    assert once == project.read_bytes()
    second = make_music(40, rate, level=2, name="take2.wav", record_in=7)
    assert place(second, project, output_folder=tmp_path, in_place=True).replaced
    root = tree_of(project)
    assert len(ours(root)) == 1
    assert list(flat(tree_of(source))) == list(flat(without_ours(root)))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(edit=edits(), data=st.data())
def test_in_any_edit_it_lies_where_it_should(
    tmp_path_factory: pytest.TempPathFactory, make_music: Make, edit: Edit, data: st.DataObject
) -> None:
    """Whatever lies at that place (a gap, a compound, a retimed or conformed clip): read back, it is on its frame."""
    folder = tmp_path_factory.mktemp("edit")
    path = folder / "edit.fcpxml"
    path.write_text(Writer(edit).document(), encoding="utf-8")
    cut = read_timeline(path)
    at = data.draw(st.integers(0, cut.duration - 1))
    frames = data.draw(st.integers(1, 90))
    placed = place(make_music(frames, edit.rate, record_in=at, folder=folder), path, output_folder=folder)
    after = read_timeline(placed.project)
    assert [(c.record_in, c.record_out, c.source_in) for t in after.sounds if t.ours for c in t.clips] == [
        (at, min(at + frames, after.duration), 0)
    ]
    assert cut.markers == after.markers
    assert cut.spans == after.spans[: len(cut.spans)] or at + frames > cut.duration
    assert list(flat(tree_of(path))) == list(flat(without_ours(tree_of(placed.project))))
    again = make_music(frames, edit.rate, level=2, name="two.wav", record_in=at, folder=folder)
    assert place(again, path, output_folder=folder).warnings == ()


STORY = clip("a", 3600, 2, 10) + "<gap name='Gap' offset='3602s' start='3600s' duration='2s'/>" + clip("b", 3604, 2)


class Desk:
    """One project on a desk: place into it, change it as Final Cut would, look at it."""

    def __init__(self, folder: Path, make: Make, text: str) -> None:
        self.project = folder / "edit.fcpxml"
        self.make = make
        self.project.write_text(text, encoding="utf-8")

    def place(self, level: int = 1, frames: int = 144, options: PlaceOptions | None = None, **more) -> Placed:
        """Place music of `level` in place, at 24 frames a second."""
        music = self.make(frames, Fraction(24), level=level, name=f"take{level}.wav", **more)
        return place(music, self.project, output_folder=self.project.parent, in_place=True, options=options)

    def change(self, how: Callable[[Tree.Element, Tree.Element], None]) -> None:
        """Change our last clip, of this parent, and write the file as another program would."""
        root = Tree.parse(self.project).getroot()
        element = ours(root)[-1]
        how(element, parents(root)[element])
        Tree.indent(root, "    ")
        self.project.write_bytes(b"<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE fcpxml>\n" + Tree.tostring(root))

    @property
    def clips(self) -> list[tuple[Fraction, Fraction, Fraction, int, str, bool]]:
        """Our clips: offset in the parent, start, frames, lane, file, whether it sounds."""
        root = Tree.parse(self.project).getroot()
        urls = {a.get("id"): a.find("media-rep").get("src", "") for a in root.iter("asset")}
        return [
            (
                seconds(e.get("offset")),
                seconds(e.get("start")),
                seconds(e.get("duration")) * 24,
                int(e.get("lane", "")),
                urls[e.get("ref")].rpartition("/")[2],
                e.get("enabled") != "0",
            )
            for e in ours(root)
        ]


@pytest.fixture
def desk(tmp_path: Path, make_music: Make) -> Desk:
    """A project of six seconds from 01:00:00:00 with the first music in it."""
    desk = Desk(tmp_path, make_music, document(STORY, sequence="format='f24' tcStart='3600s'"))
    desk.place(1)
    return desk


def test_new_music_replaces_ours(desk: Desk) -> None:
    """One clip, one asset, the new file, the same place."""
    assert desk.clips == [(10, 0, 144, -1, "take1.wav", True)]
    assert desk.place(2).replaced
    assert desk.clips == [(10, 0, 144, -1, "take2.wav", True)]
    assert b"take1" not in desk.project.read_bytes()


def test_what_the_user_gave_stays(desk: Desk) -> None:
    """Volume keyframes, an effect, a marker, a keyword, a name, a role and words in the note stay."""

    def change(element: Tree.Element, parent: Tree.Element) -> None:
        element.set("name", "My music")
        element.set("audioRole", "music.score")
        element.find("note").text = "good. " + element.findtext("note", "")
        volume = (
            "<adjust-volume><param name='amount'><keyframeAnimation><keyframe time='1s' value='-7dB'/>"
            "</keyframeAnimation></param></adjust-volume>"
        )
        element.insert(1, Tree.fromstring(volume))
        element.append(Tree.fromstring("<marker start='3s' duration='1/24s' value='mine'/>"))
        element.append(Tree.fromstring("<keyword start='0s' duration='1s' value='k'/>"))
        element.append(Tree.fromstring("<filter-audio ref='fx' name='Echo'/>"))

    desk.change(change)
    desk.place(2, options=PlaceOptions(gain_db=-20))
    (element,) = ours(Tree.parse(desk.project).getroot())
    assert (element.get("name"), element.get("audioRole")) == ("My music", "music.score")
    assert [k.get("value") for k in element.iter("keyframe")] == ["-7dB"]
    assert [m.get("value") for m in element.findall("marker")] == ["hit 1 cut", "hit 2 flash", "mine"]
    assert element.find("keyword") is not None
    assert element.find("filter-audio") is not None
    assert element.findtext("note", "").startswith("good. Music by Cutscore (local 0.1.0 2026-11-22)")
    assert element.findtext("note", "").count("cutscore.place/1") == 1
    assert [child.tag for child in element][:2] == ["note", "adjust-volume"]


def test_levels_are_final_cuts_own(desk: Desk) -> None:
    """Gain as an amount, fades as fades, ducking as keyframes in dB; ours are renewed with the next version."""
    desk.place(2, options=PlaceOptions(gain_db=-6, fade_in_frames=12, fade_out_frames=24))
    volume = ours(Tree.parse(desk.project).getroot())[0].find("adjust-volume")
    assert volume.get("amount") == "-6"
    assert [(f.tag, f.get("duration")) for f in volume.find("param")] == [("fadeIn", "1/2s"), ("fadeOut", "1s")]
    music = desk.make(144, Fraction(24), level=3, name="take3.wav")
    duck = (CueGain(1.0, 0.0), CueGain(1.5, -12.0), CueGain(4.0, -3.0))
    cue = new_cue("local", Fraction(24), 144, samples_for(144, Fraction(24)), duck=duck)
    options = PlaceOptions(gain_db=-1, duck=True)
    place(
        PlacedMusic(music.audio, cue, Fraction(24)),
        desk.project,
        output_folder=desk.project.parent,
        in_place=True,
        options=options,
    )
    (element,) = ours(Tree.parse(desk.project).getroot())
    points = [(seconds(k.get("time")), k.get("value")) for k in element.iter("keyframe")]
    last = Fraction(143, 24)
    assert points == [(0, "-1dB"), (1, "-1dB"), (Fraction(3, 2), "-13dB"), (4, "-4dB"), (last, "-4dB")]
    assert element.find("adjust-volume").get("amount") is None
    assert not element.findall(".//fadeIn")


def test_trims_stay(desk: Desk) -> None:
    """Half a second off the head and one off the tail are off the new version too, and it stays in sync."""

    def trim(element: Tree.Element, parent: Tree.Element) -> None:
        element.set("offset", "21/2s")
        element.set("start", "1/2s")
        element.set("duration", "9/2s")

    desk.change(trim)
    assert desk.place(2).replaced
    assert desk.clips == [(Fraction(21, 2), Fraction(1, 2), 108, -1, "take2.wav", True)]


def move(element: Tree.Element, parent: Tree.Element) -> None:
    element.set("offset", "11s")


def slip(element: Tree.Element, parent: Tree.Element) -> None:
    element.set("start", "1s")
    element.set("duration", "5s")


def slow_down(element: Tree.Element, parent: Tree.Element) -> None:
    element.insert(
        1, Tree.fromstring("<timeMap><timept time='0s' value='0s'/><timept time='6s' value='3s'/></timeMap>")
    )


def into_storyline(element: Tree.Element, parent: Tree.Element) -> None:
    parent.remove(element)
    spine = Tree.SubElement(parent, "spine", {"lane": "-1", "offset": "10s"})
    del element.attrib["lane"]
    element.set("offset", "0s")
    spine.append(element)


@pytest.mark.parametrize("touch", [move, slip, slow_down])
def test_a_touched_clip_is_kept_and_disabled(desk: Desk, touch: Callable[..., None]) -> None:
    """The new version gets a lane of its own; the old one is as it was, but disabled; the user is told."""
    desk.change(touch)
    (before,) = desk.clips
    placed = desk.place(2)
    old, new = desk.clips
    assert old == (*before[:5], False)
    assert new == (10, 0, 144, -2, "take2.wav", True)
    assert any("muted" in warning for warning in placed.warnings)
    assert placed.track.startswith("lane -2")
    assert desk.place(3).replaced
    assert desk.clips[1] == (10, 0, 144, -2, "take3.wav", True)


def test_a_clip_in_a_storyline_of_the_user_is_kept(desk: Desk) -> None:
    """Moved into a connected storyline: kept there, disabled; the new version hangs beside it."""
    desk.change(into_storyline)
    desk.place(2)
    found = ours(Tree.parse(desk.project).getroot())
    assert [(e.get("enabled"), e.get("lane")) for e in found] == [("0", None), (None, "-2")]


def test_another_lane_is_no_touch(desk: Desk) -> None:
    """Final Cut moves lanes by itself: the clip stays in the lane that it is in, and gives way there."""
    desk.change(lambda element, parent: element.set("lane", "-5"))
    assert desk.place(2).replaced
    assert desk.clips == [(10, 0, 144, -5, "take2.wav", True)]


def test_a_clip_cut_in_two_is_kept(desk: Desk) -> None:
    """Both pieces are disabled and stay."""

    def cut(element: Tree.Element, parent: Tree.Element) -> None:
        second = Tree.fromstring(Tree.tostring(element))
        element.set("duration", "1s")
        for name, value in (("offset", "11s"), ("start", "1s"), ("duration", "5s")):
            second.set(name, value)
        parent.append(second)

    desk.change(cut)
    desk.place(2)
    assert [(c[4], c[5]) for c in desk.clips] == [("take1.wav", False)] * 2 + [("take2.wav", True)]


def test_what_the_user_disabled_stays_so(desk: Desk) -> None:
    """It is not replaced; the new version sounds, without a word of complaint."""
    desk.change(lambda element, parent: element.set("enabled", "0"))
    assert desk.place(2).warnings == ()
    assert [(c[4], c[5]) for c in desk.clips] == [("take1.wav", False), ("take2.wav", True)]


def test_cues_side_by_side_share_the_lane(tmp_path: Path, make_music: Make) -> None:
    """Each hangs on the shot over it: one from a gap, one from a clip whose own time begins at ten seconds."""
    desk = Desk(tmp_path, make_music, document(STORY, sequence="format='f24' tcStart='3600s'"))
    desk.place(2, frames=24, record_in=60)
    desk.place(1, frames=24, record_in=12)
    where = [(c[0], c[3], c[4]) for c in desk.clips]
    assert where == [(Fraction(21, 2), -1, "take1.wav"), (Fraction(7201, 2), -1, "take2.wav")]
    desk.place(3)
    assert [c[4] for c in desk.clips] == ["take3.wav"]


def test_music_that_begins_over_another_shot_hangs_there(tmp_path: Path, make_music: Make) -> None:
    """The new version of a cue begins two seconds earlier: it is connected to the shot that is seen then."""
    desk = Desk(tmp_path, make_music, document(STORY, sequence="format='f24' tcStart='3600s'"))
    desk.place(1, frames=72, record_in=60)
    desk.place(2, frames=132, record_in=12)
    root = Tree.parse(desk.project).getroot()
    (element,) = ours(root)
    assert parents(root)[element].get("name") == "a"
    assert [(c.record_in, c.record_out) for t in read_timeline(desk.project).sounds if t.ours for c in t.clips] == [
        (12, 144)
    ]


def test_stems_hang_disabled_below(tmp_path: Path, make_music: Make) -> None:
    """Each in a lane of its own; a version without stems takes them away."""
    desk = Desk(tmp_path, make_music, document(STORY, sequence="format='f24' tcStart='3600s'"))
    stems = tuple(Stem(name, make_music(144, Fraction(24), name=f"{name}.wav").audio) for name in ("bass", "drums"))
    desk.place(1, options=PlaceOptions(stems=True), stems=stems)
    assert sorted(c[3:] for c in desk.clips) == [
        (-3, "drums.wav", False),
        (-2, "bass.wav", False),
        (-1, "take1.wav", True),
    ]
    assert not desk.place(1, options=PlaceOptions(stems=True), stems=stems).changed
    desk.place(2)
    assert [c[4] for c in desk.clips] == ["take2.wav"]


def test_the_hits_of_a_program_that_dropped_notes(desk: Desk) -> None:
    """Resolve drops notes: with its cue file beside it the clip is known as ours, kept and disabled."""

    def strip(element: Tree.Element, parent: Tree.Element) -> None:
        element.remove(element.find("note"))

    desk.change(strip)
    (desk.project.parent / "edit.cutscore" / "take1.cue.json").write_text("{}")
    placed = desk.place(2)
    root = Tree.parse(desk.project).getroot()
    old = next(e for e in root.iter("asset-clip") if e.get("lane") == "-1")
    assert old.get("enabled") == "0"
    assert [c[3:] for c in desk.clips] == [(-2, "take2.wav", True)]
    assert any("saved by another program" in warning for warning in placed.warnings)


def test_an_edited_original_keeps_its_music(tmp_path: Path, make_music: Make) -> None:
    """The project is exported anew with a shot before the others: the earlier music comes along and gives way."""
    project = tmp_path / "edit.fcpxml"
    project.write_text(document(STORY), encoding="utf-8")
    story = STORY.replace("3600s", "0s").replace("3602s", "2s").replace("3604s", "4s")
    project.write_text(document(story), encoding="utf-8")
    place(make_music(24, Fraction(24), record_in=60), project, output_folder=tmp_path / "out")
    project.write_text(document(clip("c", 0, 1) + clip("d", 1, 7)), encoding="utf-8")
    second = make_music(24, Fraction(24), level=2, name="two.wav", record_in=100)
    placed = place(second, project, output_folder=tmp_path / "out")
    assert placed.warnings == ()
    clips = [c for t in read_timeline(placed.project).sounds if t.ours for c in t.clips]
    assert [(c.record_in, c.record_out, c.media.name) for c in clips] == [(60, 84, "edit.wav"), (100, 124, "two.wav")]


@pytest.mark.parametrize(
    ("frame", "start"),
    [("1001/24000s", 86_160), ("1001/30000s", 107_892), ("1001/60000s", 215_784), ("1/25s", 90_000), ("100/3000s", 0)],
)
def test_any_rate_and_start_timecode(tmp_path: Path, make_music: Make, frame: str, start: int) -> None:
    """By frames from the sequence's start; the asset begins at the WAV's timecode, and the clip lies within it."""
    length = Fraction(frame.removesuffix("s"))
    rate = 1 / length
    sequence = f"format='fx' tcStart='{start * length.numerator}/{length.denominator}s'"
    story = f"<gap offset='{start * length.numerator}/{length.denominator}s' duration='60s'/>"
    text = document(story, sequence=sequence).replace(
        "<resources>", f"<resources><format id='fx' frameDuration='{frame}'/>"
    )
    project = tmp_path / "edit.fcpxml"
    project.write_text(text, encoding="utf-8")
    music = make_music(41, rate, record_in=20, start_frame=start)
    samples = round((start + 20) / rate * 48_000)
    data = music.audio.read_bytes()
    body = bytes(338) + samples.to_bytes(8, "little") + bytes(256)
    music.audio.write_bytes(data[:12] + b"bext" + len(body).to_bytes(4, "little") + body + data[12:])
    placed = place(music, project, output_folder=tmp_path / "out")
    root = Tree.parse(placed.project).getroot()
    (element,) = ours(root)
    asset = next(a for a in root.iter("asset") if a.get("id") == element.get("ref"))
    assert seconds(asset.get("start")) == Fraction(samples, 48_000) == seconds(element.get("start"))
    assert seconds(element.get("duration")) == 41 * length <= seconds(asset.get("duration"))
    assert seconds(element.get("offset")) == 20 * length
    cut = read_timeline(placed.project)
    (clip,) = [clip for track in cut.sounds if track.ours for clip in track.clips]
    assert (clip.record_in, clip.record_out, cut.start_frame) == (20, 61, start)
    assert not place(music, project, output_folder=tmp_path / "out").changed


def test_a_bundle_is_copied_with_the_music_named_absolutely(tmp_path: Path, make_music: Make) -> None:
    """NAME.scored.fcpxmld holds all that the original holds; in place, the old text is kept inside."""
    bundle = tmp_path / "edit.fcpxmld"
    bundle.mkdir()
    (bundle / "Info.fcpxml").write_text(document(STORY), encoding="utf-8")
    (bundle / "tracking.data").write_bytes(b"masks")
    music = make_music(24, Fraction(24), record_in=12)
    placed = place(music, bundle, output_folder=tmp_path / "out")
    assert placed.project == tmp_path / "out" / "edit.scored.fcpxmld"
    assert sorted(p.name for p in placed.project.iterdir()) == ["Info.fcpxml", "tracking.data"]
    clips = [c for t in read_timeline(placed.project).sounds if t.ours for c in t.clips]
    assert [(c.record_in, c.media) for c in clips] == [(12, music.audio)]
    assert not place(music, bundle, output_folder=tmp_path / "out").changed
    before = (bundle / "Info.fcpxml").read_bytes()
    kept = place(music, bundle, output_folder=tmp_path, in_place=True).kept_copy
    assert kept is not None
    assert before == kept.read_bytes()


def test_a_bundle_that_leads_out_of_itself_is_refused(tmp_path: Path, make_music: Make) -> None:
    """A link to ../ would carry strangers' files into the copy."""
    bundle = tmp_path / "edit.fcpxmld"
    bundle.mkdir()
    (tmp_path / "secret.txt").write_text("s3cr3t")
    (bundle / "Info.fcpxml").write_text(document(STORY), encoding="utf-8")
    (bundle / "link").symlink_to("../secret.txt")
    with pytest.raises(InputRefused, match=r"leads out of it \(link\)"):
        place(make_music(24, Fraction(24)), bundle, output_folder=tmp_path / "out")
    assert not (tmp_path / "out" / "edit.scored.fcpxmld").exists()
    (tmp_path / "zip.fcpxmld").write_bytes(b"PK")
    with pytest.raises(InputRefused, match="is a folder"):
        place(make_music(24, Fraction(24)), tmp_path / "zip.fcpxmld", output_folder=tmp_path / "out")


def test_relative_media_stay_found(tmp_path: Path, make_music: Make) -> None:
    """A file whose media are named relative to it is written beside it; music is named the same way."""
    (tmp_path / "media").mkdir()
    (tmp_path / "media" / "a.mov").write_bytes(b"film")
    text = document(STORY).replace("file:///gone/a.mov", "media/a.mov").replace("file:///gone/", "media/")
    project = tmp_path / "edit.fcpxml"
    project.write_text(text, encoding="utf-8")
    placed = place(make_music(24, Fraction(24)), project, output_folder=tmp_path / "out")
    assert placed.project == tmp_path / "edit.scored.fcpxml"
    assert b'src="edit.cutscore/edit.wav"' in placed.project.read_bytes().replace(b"'", b'"')


def test_a_newer_version_is_placed_into_and_said(tmp_path: Path, make_music: Make) -> None:
    """1.14 is newer than what is known: one warning; 2.0 is refused."""
    project = tmp_path / "edit.fcpxml"
    project.write_text(document(STORY, version="1.14"), encoding="utf-8")
    placed = place(make_music(24, Fraction(24)), project, output_folder=tmp_path / "out")
    assert any("1.14 is newer" in warning for warning in placed.warnings)
    project.write_text(document(STORY, version="2.0"), encoding="utf-8")
    with pytest.raises(InputRefused, match=r"FCPXML 2.0"):
        place(make_music(24, Fraction(24)), project, output_folder=tmp_path / "out")


def test_bombs_and_external_entities_are_refused(tmp_path: Path, make_music: Make) -> None:
    """Nothing is expanded and nothing is written."""
    project = tmp_path / "edit.fcpxml"
    text = document(STORY).replace("<!DOCTYPE fcpxml>", "<!DOCTYPE fcpxml [<!ENTITY x SYSTEM 'file:///etc/passwd'>]>")
    project.write_text(text, encoding="utf-8")
    with pytest.raises(InputRefused, match="entities"):
        place(make_music(24, Fraction(24)), project, output_folder=tmp_path / "out")
