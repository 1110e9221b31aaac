"""Music in Kdenlive projects, real ones and such as it lays them out, judged by the standard library's parser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from cutscore.placers import PlacedMusic, PlaceOptions, place
from cutscore.readers import read_timeline
from cutscore_composer.cue import CueGain, CueHit, new_cue
from cutscore_composer.errors import InputRefused, OutputFailed
from cutscore_composer.music import Stem
from cutscore_composer.timebase import nearest_rate, samples_for
from support.mlt_edits import OTHER_UUID, UUID, MltEdit
from support.mlt_judged import Judged, properties, said, without_ours
from support.xml_trees import flat

Make = Callable[..., PlacedMusic]
KINDS = ("kdenlive 1.1", "kdenlive 1.00")
NAMES = ["kdenlive_example_2408.kdenlive", "kdenlive_mixes_markers.kdenlive"]
MUSIC = "Music (Cutscore)"
EDIT = MltEdit(Fraction(25), [(10, 30), (None, 5), (50, 35)], [(None, 20), (90, 15)])


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Both kinds of Kdenlive project."""
    return str(request.param)


@pytest.mark.real
@pytest.mark.parametrize("name", NAMES)
def test_a_real_project_stays_as_it_was_but_for_the_music(
    name: str, timelines: Path, tmp_path: Path, make_music: Make
) -> None:
    """Without what has our ids, and with every track number read as the track it means, the trees are the same."""
    source = timelines / name
    rate = read_timeline(source).rate
    placed = place(make_music(36, rate, record_in=7), source, output_folder=tmp_path / "edit.cutscore")
    before, after = Judged(source), Judged(placed.project)
    assert before.tracks() == [one for one in after.tracks() if one != MUSIC]
    assert MUSIC == after.tracks()[1]
    (use,) = after.uses(MUSIC)
    assert (7, 43, 0, False, "video") == (use.start, use.end, use.first, use.muted, use.hidden)
    (mix,) = after.mixes(MUSIC)
    assert {"mix", "1", "237"} <= {mix["mlt_service"], mix["sum"], mix["internal_added"]}
    before.resolved(), after.resolved()
    without_ours(after.root)
    assert list(flat(before.root)) == list(flat(after.root))


@pytest.mark.real
@pytest.mark.parametrize("name", NAMES)
def test_a_real_project_is_read_back_with_the_music_in_its_place(
    name: str, timelines: Path, tmp_path: Path, make_music: Make
) -> None:
    """The picture is the same, clip by clip; the music is heard from its frame on, and known to be ours."""
    source = timelines / name
    before = read_timeline(source)
    placed = place(make_music(36, before.rate, record_in=7), source, output_folder=tmp_path / "edit.cutscore")
    after = read_timeline(placed.project)
    assert before.spans == after.spans
    assert before.markers == after.markers
    assert before.duration == after.duration
    (sound,) = [track for track in after.sounds if track.ours]
    assert [(7, 43)] == [(clip.record_in, clip.record_out) for clip in sound.clips]
    others = [track for track in after.sounds if not track.ours]
    assert [(track.name, track.clips) for track in before.sounds][:1] != [(MUSIC, ())]
    assert [track.clips for track in before.sounds] == [track.clips for track in others]


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(25), Fraction(30303, 1000), Fraction(60000, 1001)])
def test_the_music_lies_on_its_frames(kind: str, rate: Fraction, tmp_path: Path, make_music: Make) -> None:
    """Raw, at any rate: the clip begins and ends on its frames, with an entry of the bin and a track of its own."""
    edit = MltEdit(rate, EDIT.lower, EDIT.upper)
    source = edit.write(tmp_path / "edit.kdenlive", kind)
    placed = place(make_music(40, rate, record_in=23), source, output_folder=tmp_path / "edit.cutscore")
    found = Judged(placed.project)
    (use,) = found.uses(MUSIC)
    assert (23, 63, 0) == (use.start, use.end, use.first)
    media = [found.by_id[e.get("producer", "")] for e in found.by_id["main_bin"].findall("entry")]
    (in_bin,) = [one for one in media if said(one, "resource") == use.resource]
    assert "40" == said(in_bin, "length")
    entry = next(e for e in found.root.iter("entry") if e.get("producer") == "cutscore0")
    assert said(in_bin, "kdenlive:id") == said(entry, "kdenlive:id") == said(found.by_id["cutscore0"], "kdenlive:id")
    taken = [said(one, "kdenlive:id") for one in media if one is not in_bin]
    assert said(in_bin, "kdenlive:id") not in [*taken, "", "9"]


def test_numbers_of_tracks_follow_the_tracks(kind: str, tmp_path: Path, make_music: Make) -> None:
    """Groups, the active track and transitions mean the same tracks as before; the count of tracks is right."""
    source = EDIT.write(tmp_path / "edit.kdenlive", kind)
    placed = place(make_music(40, 25), source, output_folder=tmp_path / "edit.cutscore")
    before, after = Judged(source), Judged(placed.project)
    before.resolved(), after.resolved()
    without_ours(after.root)
    assert list(flat(before.root)) == list(flat(after.root))


def test_of_several_sequences_the_open_one_or_the_named_one_is_scored(tmp_path: Path, make_music: Make) -> None:
    """The other sequence keeps every element, its groups and numbers too."""
    edit = MltEdit(EDIT.rate, EDIT.lower, EDIT.upper, more_sequences=True)
    source = edit.write(tmp_path / "edit.kdenlive", "kdenlive 1.1")
    for name, ours, other in ((None, UUID, OTHER_UUID), ("Sequence 2", OTHER_UUID, UUID)):
        placed = place(
            make_music(40, 25),
            source,
            output_folder=tmp_path / str(name),
            options=PlaceOptions(timeline=name),
        )
        scored, left = Judged(placed.project, ours), Judged(placed.project, other)
        assert MUSIC in scored.tracks()
        assert MUSIC not in left.tracks()
        assert list(flat(Judged(source, other).timeline)) == list(flat(left.timeline))
    with pytest.raises(InputRefused, match='no sequence named "Sequence 9"'):
        place(make_music(40, 25), source, output_folder=tmp_path / "no", options=PlaceOptions(timeline="Sequence 9"))


def test_fades_gain_and_ducking_are_effects_that_kdenlive_has(kind: str, tmp_path: Path, make_music: Make) -> None:
    """A fade in, a fade out and volume keyframes in dB, at the source's frames."""
    source = EDIT.write(tmp_path / "edit.kdenlive", kind)
    music = make_music(50, 25)
    duck = (CueGain(0.4, 0.0), CueGain(0.8, -9.0), CueGain(1.2, 0.0))
    cue = new_cue("local", Fraction(25), 50, samples_for(50, Fraction(25)), duck=duck)
    ducked = PlacedMusic(music.audio, cue, Fraction(25), name="edit")
    options = PlaceOptions(gain_db=-3, fade_in_frames=10, fade_out_frames=20, duck=True)
    placed = place(ducked, source, output_folder=tmp_path / "edit.cutscore", options=options)
    found = Judged(placed.project)
    entry = next(e for e in found.root.iter("entry") if e.get("producer") == "cutscore0")
    filters = {said(f, "kdenlive_id"): f for f in entry.findall("filter")}
    spans = {name: (found.frames(f.get("in")), found.frames(f.get("out"))) for name, f in filters.items()}
    assert ((0, 9), (30, 49)) == (spans["fadein"], spans["fadeout"])
    assert ("0", "1", "1", "0") == tuple(
        said(filters[name], part) for name in ("fadein", "fadeout") for part in ("gain", "end")
    )
    levels = [key.split("=") for key in said(filters["volume"], "level").split(";")]
    assert [(0, -3), (10, -3), (20, -12), (30, -3), (49, -3)] == [(found.frames(at), float(db)) for at, db in levels]


def test_hits_are_markers_of_the_bin_clip(kind: str, tmp_path: Path, make_music: Make) -> None:
    """At the frames of the music's file; the timeline's guides are left alone, and a reader sees no marker of ours."""
    source = EDIT.write(tmp_path / "edit.kdenlive", kind)
    placed = place(make_music(40, 25, record_in=3), source, output_folder=tmp_path / "edit.cutscore")
    found = Judged(placed.project)
    (in_bin,) = [e for e in found.root if said(e, "kdenlive:markers")]
    assert [(12, 3), (30, 4)] == [(m["pos"], m["type"]) for m in json.loads(said(in_bin, "kdenlive:markers"))]
    assert () == read_timeline(placed.project).markers
    bare = place(
        make_music(40, 25, level=2),
        source,
        output_folder=tmp_path / "bare",
        options=PlaceOptions(hits_as_markers=False),
    )
    assert [] == [e for e in Judged(bare.project).root if said(e, "kdenlive:markers")]


def test_stems_lie_on_muted_tracks(kind: str, tmp_path: Path, make_music: Make) -> None:
    """On request: each on its own track below the music, which alone sounds."""
    source = EDIT.write(tmp_path / "edit.kdenlive", kind)
    stems = tuple(Stem(name, make_music(40, 25, level=9, name=f"{name}.wav").audio) for name in ("drums", "strings"))
    music = make_music(40, 25, stems=stems)
    placed = place(music, source, output_folder=tmp_path / "edit.cutscore", options=PlaceOptions(stems=True))
    found = Judged(placed.project)
    assert [f"{MUSIC} strings", f"{MUSIC} drums", MUSIC] == found.tracks()[1:4]
    hidden = {name: found.uses(name)[0].hidden for name in found.tracks()[1:4]}
    assert {f"{MUSIC} strings": "both", f"{MUSIC} drums": "both", MUSIC: "video"} == hidden
    assert [True] == [track.enabled for track in read_timeline(placed.project).sounds if track.name == MUSIC]


def test_cues_lie_side_by_side_on_one_track(kind: str, tmp_path: Path, make_music: Make) -> None:
    """Placed in any order, each at its own frames; one that overlaps gets its own track and a warning."""
    source = EDIT.write(tmp_path / "edit.kdenlive", kind)
    folder = tmp_path / "edit.cutscore"
    for number, (start, frames) in enumerate(((40, 10), (0, 20), (25, 10))):
        name = f"cue{number}.wav"
        placed = place(
            make_music(frames, 25, level=number + 1, name=name, record_in=start), source, output_folder=folder
        )
    spans = [(use.start, use.end, Path(use.resource).name) for use in Judged(placed.project).uses(MUSIC)]
    assert [(0, 20, "cue1.wav"), (25, 35, "cue2.wav"), (40, 50, "cue0.wav")] == spans
    over = place(make_music(20, 25, level=7, name="over.wav", record_in=30), source, output_folder=folder)
    assert any("overlaps" in warning for warning in over.warnings)
    assert 2 == Judged(over.project).tracks().count(MUSIC)


def test_music_beyond_the_picture_lengthens_what_says_the_end(kind: str, tmp_path: Path, make_music: Make) -> None:
    """Timeline, black track and project tractor last as long as the music: renderers play no further than they say."""
    source = EDIT.write(tmp_path / "edit.kdenlive", kind)
    placed = place(make_music(100, 25), source, output_folder=tmp_path / "edit.cutscore")
    found = Judged(placed.project)
    black = found.by_id[found.timeline.findall("track")[0].get("producer", "")]
    assert [99, 99] == [found.frames(element.get("out")) for element in (found.timeline, black)]
    if kind == "kdenlive 1.1":
        project = found.by_id["project"]
        assert [99, 99] == [found.frames(element.get("out")) for element in (project, project[1])]


def test_locked_and_hidden_tracks_are_left_alone(kind: str, tmp_path: Path, make_music: Make) -> None:
    """A locked or muted track of ours is not written to: the next version gets a track of its own."""
    source = EDIT.write(tmp_path / "edit.kdenlive", kind)
    folder = tmp_path / "edit.cutscore"
    first = place(make_music(40, 25), source, output_folder=folder)
    text = first.project.read_text("utf-8")
    locked = text.replace(
        f'<property name="kdenlive:track_name">{MUSIC}',
        f'<property name="kdenlive:locked_track">1</property>\n<property name="kdenlive:track_name">{MUSIC}',
    )
    first.project.write_text(locked, "utf-8")
    second = place(make_music(40, 25, level=2, name="two.wav"), source, output_folder=folder)
    uses = Judged(second.project).uses(MUSIC)
    assert {("two.wav", False), ("edit.wav", True)} == {(Path(use.resource).name, use.muted) for use in uses}
    assert any("locked" in warning for warning in second.warnings)


@pytest.mark.parametrize("name", ["a b.wav", "a%20b#c.wav", "grüße 日本.wav", "a&b'c.wav", "what?.wav"])
@pytest.mark.parametrize("folder", ["plain", "my film #1 100% ü"])
def test_names_are_written_as_they_are(name: str, folder: str, kind: str, tmp_path: Path, make_music: Make) -> None:
    """Spaces, %, #, & and other alphabets stand unescaped but for XML's own, and name the file."""
    home = tmp_path / folder
    home.mkdir()
    source = EDIT.write(home / "edit.kdenlive", kind)
    music = make_music(40, 25, name=name, folder=home / "edit.cutscore")
    placed = place(music, source, output_folder=home / "edit.cutscore")
    (use,) = Judged(placed.project).uses(MUSIC)
    assert music.audio.samefile(placed.project.parent / use.resource)


def test_relative_media_keep_the_project_movable(kind: str, tmp_path: Path, make_music: Make) -> None:
    """A project that names its media relative to its folder names the music so too, and is written beside itself."""
    (tmp_path / "film.mkv").write_bytes(b"film")
    source = EDIT.write(tmp_path / "edit.kdenlive", kind)
    placed = place(make_music(40, 25), source, output_folder=tmp_path / "edit.cutscore")
    assert source.with_name("edit.scored.kdenlive") == placed.project
    assert "edit.cutscore/edit.wav" == Judged(placed.project).uses(MUSIC)[0].resource


def test_the_root_of_a_project_counts(kind: str, tmp_path: Path, make_music: Make) -> None:
    """Where media count from another folder that is there, the music is named absolutely."""
    (tmp_path / "elsewhere").mkdir()
    edit = MltEdit(EDIT.rate, EDIT.lower, root=str(tmp_path / "elsewhere"))
    source = edit.write(tmp_path / "edit.kdenlive", kind)
    music = make_music(40, 25)
    placed = place(music, source, output_folder=tmp_path / "edit.cutscore")
    assert str(music.audio) == Judged(placed.project).uses(MUSIC)[0].resource


def test_windows_names_get_slashes(tmp_path: Path) -> None:
    """As Kdenlive and Shotcut write them on Windows; network shares too."""
    from cutscore.placers.mlt_project import open_project
    from cutscore.placers.xml_text import XmlText

    source = EDIT.write(tmp_path / "edit.kdenlive", "kdenlive 1.1")
    project = open_project(XmlText(source.read_bytes(), str(source), "mlt"), None, Fraction(25))
    assert "C:/Film 1/edit.wav" == project.spelled("C:\\Film 1\\edit.wav")
    assert "//server/share/edit.wav" == project.spelled("\\\\server\\share\\edit.wav")
    assert "edit.cutscore/back\\slash.wav" == project.spelled("edit.cutscore/back\\slash.wav")
    assert str(tmp_path / "a:b.wav") == project.spelled("a:b.wav")


def test_twelve_picture_tracks_and_compositions_keep_their_tracks(tmp_path: Path, make_music: Make) -> None:
    """The numbers of twelve picture tracks, and of compositions between them, all move up by one."""
    source = EDIT.write(tmp_path / "edit.kdenlive", "kdenlive 1.00")
    text = source.read_text("utf-8")
    more = "".join(f'  <track producer="oldV{1 + number % 2}"/>\n' for number in range(10))
    wipe = (
        '<transition in="3" out="9"><property name="a_track">7</property><property name="b_track">11</property>'
        '<property name="mlt_service">luma</property></transition>'
    )
    text = text.replace('  <track producer="oldV2"/>\n', f'  <track producer="oldV2"/>\n{more}')
    text = text.replace(" </tractor>\n</mlt>", f" {wipe}\n </tractor>\n</mlt>")
    source.write_text(text, "utf-8")
    placed = place(make_music(40, 25), source, output_folder=tmp_path / "edit.cutscore")
    (luma,) = [dict(properties(t)) for t in Judged(placed.project).timeline.findall("transition") if t.get("in") == "3"]
    assert ("8", "12") == (luma["a_track"], luma["b_track"])


def test_a_newer_format_is_placed_into_with_a_clear_warning(kind: str, tmp_path: Path, make_music: Make) -> None:
    """Format 2.3 is not known: the music goes in, and the user is told to look."""
    source = EDIT.write(tmp_path / "edit.kdenlive", kind)
    text = source.read_text("utf-8")
    for version in ("1.1", "1.04"):
        text = text.replace(f'docproperties.version">{version}<', 'docproperties.version">2.3<')
    source.write_text(text, "utf-8")
    placed = place(make_music(40, 25), source, output_folder=tmp_path / "edit.cutscore")
    assert "The project is of Kdenlive's format 2.3, newer than 1.1, the newest that" in placed.warnings[0]
    assert MUSIC in Judged(placed.project).tracks()


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: text[: len(text) // 2], "broken XML"),
        (lambda text: text.replace("<mlt ", "<!DOCTYPE mlt [<!ENTITY a 'b'>]><mlt ", 1), "not safe to edit"),
        (lambda text: text.replace('producer="V1"', 'producer="no"').replace('"oldV1"/>', '"no"/>'), "does not hold"),
        (lambda text: text.replace('<track producer="A1"/>', '<track producer="A1a"/>').replace(
            '<track producer="oldA1"/>', '<track producer="oldA1a"/>'), "before 2019"),
        (lambda text: text.replace('frame_rate_num="25"', 'frame_rate_num="0"'), "no rate"),
        (lambda text: re.sub(r'(<tractor id="({6b1c[^"]*1}|timeline)" in="[^"]*" out=")', r"\1soon ", text), "no time"),
        (lambda text: "<fcpxml/>", "another kind"),
    ],
)  # fmt: skip
def test_bad_projects_are_refused_in_one_sentence(
    spoil: Callable[[str], str], says: str, kind: str, tmp_path: Path, make_music: Make
) -> None:
    """Truncated, with entities, with holes, too old, without a rate: refused, and nothing is written."""
    source = EDIT.write(tmp_path / "edit.kdenlive", kind)
    source.write_text(spoil(source.read_text("utf-8")), "utf-8")
    with pytest.raises(InputRefused, match=says) as refused:
        place(make_music(40, 25), source, output_folder=tmp_path / "out", options=PlaceOptions())
    assert "\n" not in str(refused.value)
    assert [] == list((tmp_path / "out").glob("*"))


def test_a_read_only_project_is_not_written(kind: str, tmp_path: Path, make_music: Make) -> None:
    """In place it is refused; a scored version beside it is made."""
    source = EDIT.write(tmp_path / "edit.kdenlive", kind)
    source.chmod(0o444)
    with pytest.raises(OutputFailed, match="read-only"):
        place(make_music(40, 25), source, output_folder=tmp_path / "out", in_place=True)
    assert place(make_music(40, 25), source, output_folder=tmp_path / "out").project.exists()


def test_the_notes_say_where_the_music_comes_from(kind: str, tmp_path: Path, make_music: Make) -> None:
    """Engine and version stand in words at the bin clip, and in full beside it."""
    source = EDIT.write(tmp_path / "edit.kdenlive", kind)
    cue = new_cue(
        "local", nearest_rate(25), 40, samples_for(40, Fraction(25)), hits=(CueHit(0.1, "cut", 1, 0, "beat"),)
    )
    music = PlacedMusic(make_music(40, 25).audio, cue, Fraction(25), provenance={"engine": "local", "version": "0.1.0"})
    placed = place(music, source, output_folder=tmp_path / "edit.cutscore")
    (in_bin,) = [e for e in Judged(placed.project).root if said(e, "cutscore")]
    assert "Music by Cutscore (local 0.1.0)." == said(in_bin, "kdenlive:description")
    notes = json.loads(said(in_bin, "cutscore").partition(" {")[2].join(["{", ""]))
    assert ("local", 0, 40) == (notes["engine"], notes["placed"]["start"], notes["placed"]["frames"])
