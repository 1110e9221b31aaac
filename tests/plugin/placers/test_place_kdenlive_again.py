"""A second run into Kdenlive and Shotcut projects: what gives way, what the user made of it, what stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from cutscore.placers import Placed, PlacedMusic, PlaceOptions, place
from cutscore_composer.music import Stem
from support.mlt_edits import KINDS, MltEdit
from support.mlt_judged import Judged, said, without_ours
from support.mlt_user import User, saved_by_program
from support.xml_trees import flat

Make = Callable[..., PlacedMusic]
MUSIC = "Music (Cutscore)"
EDIT = MltEdit(Fraction(25), [(10, 30), (None, 5), (50, 35)], [(None, 20), (90, 15)])
OPTIONS = PlaceOptions(gain_db=-3, fade_in_frames=5, fade_out_frames=8)


class Desk:
    """One project that music is placed into again and again, in place."""

    def __init__(self, folder: Path, kind: str, make: Make) -> None:
        self.kind = kind
        self.source = EDIT.write(folder / ("edit.mlt" if kind == "shotcut" else "edit.kdenlive"), kind)
        self.original = self.source.read_bytes()
        self.make = make
        self.runs = 0

    def place(self, frames: int = 40, options: PlaceOptions = OPTIONS, **more: object) -> Placed:
        """Place new music; one.wav, two.wav …"""
        self.runs += 1
        name = ("one.wav", "two.wav", "three.wav", "four.wav")[self.runs - 1]
        music = self.make(frames, 25, level=self.runs, name=name, record_in=10, **more)
        return place(music, self.source, output_folder=self.source.parent / "out", in_place=True, options=options)

    @property
    def judged(self) -> Judged:
        """The project as it is."""
        return Judged(self.source)

    def uses(self) -> list[tuple[str, int, int, int, bool]]:
        """The music: file, start, end, first frame of the file, whether it sounds."""
        return sorted(
            (Path(use.resource).name, use.start, use.end, use.first, not use.muted) for use in self.judged.uses(MUSIC)
        )


@pytest.fixture(params=KINDS)
def desk(request: pytest.FixtureRequest, tmp_path: Path, make_music: Make) -> Desk:
    """A project of each kind."""
    return Desk(tmp_path, str(request.param), make_music)


def test_the_same_music_again_changes_nothing(desk: Desk) -> None:
    """Byte for byte, and it is said."""
    desk.place()
    before = desk.source.read_bytes()
    desk.runs = 0
    again = desk.place()
    assert (False, before) == (again.changed, desk.source.read_bytes())


@pytest.mark.parametrize("program_saved", [False, True])
def test_new_music_takes_the_place_of_the_old(desk: Desk, program_saved: bool) -> None:
    """One track, one clip, no media of the old left; also where the program saved the project in between."""
    desk.place()
    if program_saved:
        saved_by_program(desk.source)
    second = desk.place()
    assert second.replaced
    assert [("two.wav", 10, 50, 0, True)] == desk.uses()
    assert 1 == desk.judged.tracks().count(MUSIC)
    assert "one.wav" not in desk.source.read_text("utf-8").replace("one.wav.", "")
    assert 1 == len(desk.judged.mixes(MUSIC))


def test_taken_out_again_the_project_is_the_original(desk: Desk) -> None:
    """After three runs of different lengths, without our elements and with track numbers resolved."""
    for frames in (40, 30, 45):
        desk.place(frames)
    before = desk.source.with_name(f"before{desk.source.suffix}")
    before.write_bytes(desk.original)
    was, now = Judged(before), desk.judged
    was.resolved(), now.resolved()
    without_ours(now.root)
    for root in (was.root, now.root):
        for element in root.iter("properties"):
            element.clear()
    assert list(flat(was.root)) == [row for row in flat(now.root) if row[1] != "properties"]


def test_trims_are_kept(desk: Desk) -> None:
    """The user's head and tail of the clip are those of the new music."""
    desk.place()
    user = User(desk.source)
    user.trim(6, 4)
    user.save()
    assert desk.place(48).replaced
    assert [("two.wav", 16, 54, 6, True)] == desk.uses()


def test_a_changed_gain_and_a_changed_fade_are_kept(desk: Desk) -> None:
    """What the user set is not set back; what he left as it was is made anew."""
    desk.place()
    user = User(desk.source)
    user.set_effect("volume", "level", "-11")
    user.add_effect("lowpass")
    if desk.kind == "shotcut":
        user.set_effect("fadeInVolume", "shotcut:animIn", "15")
    else:
        user.effect("fadein").set("out", "14")
    user.save()
    desk.place(44)
    user = User(desk.source)
    assert "-11" == said(user.effect("volume"), "level")
    assert "lowpass" == said(user.effect("lowpass"), "mlt_service")
    if desk.kind == "shotcut":
        assert "15" == said(user.effect("fadeInVolume"), "shotcut:animIn")
        assert [0, 43] == [user.found.frames(user.effect("fadeOutVolume").get(name)) for name in ("in", "out")]
    else:
        assert 14 == user.found.frames(user.effect("fadein").get("out"))
        assert [36, 43] == [user.found.frames(user.effect("fadeout").get(name)) for name in ("in", "out")]
    assert 4 == len(user.effects.findall("filter"))


def test_volume_keyframes_of_the_user_are_kept_where_they_are(desk: Desk) -> None:
    """Also when the new music brings its own ducking."""
    desk.place()
    user = User(desk.source)
    user.set_effect("volume", "level", "0=-3;10=-20;20=-3")
    user.save()
    desk.place(options=PlaceOptions(gain_db=-6, duck=True))
    assert "0=-3;10=-20;20=-3" == said(User(desk.source).effect("volume"), "level")


def test_an_effect_that_the_user_threw_away_stays_away(desk: Desk) -> None:
    """The fade in is not brought back by the next version, nor by the one after it."""
    desk.place()
    user = User(desk.source)
    user.drop_effect("fadeInVolume" if desk.kind == "shotcut" else "fadein")
    user.save()
    for _ in range(2):
        desk.place()
        assert 2 == len(User(desk.source).effects.findall("filter"))


def test_other_wishes_are_written_even_for_the_same_music(desk: Desk) -> None:
    """The same file with another gain: the clip is laid anew."""
    desk.place()
    desk.runs = 0
    assert desk.place(options=PlaceOptions(gain_db=-9, fade_in_frames=5, fade_out_frames=8)).changed
    assert "-9" in said(User(desk.source).effect("volume"), "level")


def test_the_users_name_and_words_are_kept(desk: Desk) -> None:
    """A clip that was given another name keeps it; the words about where it comes from are those of the new music."""
    desk.place()
    user = User(desk.source)
    user.name("Chase, take 2")
    user.save()
    desk.place()
    user = User(desk.source)
    names = (
        ("shotcut:caption", "shotcut:comment")
        if desk.kind == "shotcut"
        else ("kdenlive:clipname", "kdenlive:description")
    )
    holder = user.bin_medium
    assert "Chase, take 2" == said(holder, names[0])
    assert said(holder, names[1]).startswith("Music by Cutscore (local")


def test_markers_that_the_user_threw_away_stay_away(desk: Desk) -> None:
    """And the user's own marker at the music stays."""
    desk.place()
    assert "hit 1 cut" in desk.source.read_text("utf-8")
    user = User(desk.source)
    user.drop_markers()
    user.save()
    desk.place()
    assert "hit 1 cut" not in desk.source.read_text("utf-8")


def test_the_users_markers_stay_among_ours(desk: Desk) -> None:
    """New hits take the place of the old ones; the user's marker is where it was."""
    desk.place()
    text = desk.source.read_text("utf-8")
    if desk.kind == "shotcut":
        mine = '<property name="text">mine</property><property name="start">20</property>'
        theirs = f'<properties name="7">{mine}</properties>'
        text = text.replace('<properties name="shotcut:markers">', f'<properties name="shotcut:markers">{theirs}')
    else:
        text = text.replace('kdenlive:markers">[', 'kdenlive:markers">[{"comment": "mine", "pos": 20, "type": 2},')
    desk.source.write_text(text, "utf-8")
    desk.place()
    text = desk.source.read_text("utf-8")
    assert (1, 1, 1) == (text.count("mine"), text.count("hit 1 cut"), text.count("hit 2 flash"))
    if desk.kind != "shotcut":
        (markers,) = [said(e, "kdenlive:markers") for e in desk.judged.root if said(e, "kdenlive:markers")]
        assert [12, 20, 30] == [mark["pos"] for mark in json.loads(markers)]


@pytest.mark.parametrize("how", ["moved", "cut", "muted", "locked", "moved to another track"])
def test_a_clip_that_the_user_touched_is_never_replaced(desk: Desk, how: str) -> None:
    """It stays where it is, muted; the new version lies on a track of its own, and the third takes its place there."""
    desk.place()
    user = User(desk.source)
    match how:
        case "moved":
            user.move(5)
        case "cut":
            user.cut(15)
        case "muted":
            user.mute_clip()
        case "locked":
            user.lock_track()
        case _:
            user.to_track("V1" if desk.kind == "shotcut" else "A1" if desk.kind == "kdenlive 1.1" else "oldA1")
    user.save()
    second = desk.place()
    assert not second.replaced
    third = desk.place()
    assert third.replaced
    uses = desk.judged.uses(MUSIC)
    sounding = [(Path(use.resource).name, use.start) for use in uses if not use.muted]
    assert [("three.wav", 10)] == sounding
    text = desk.source.read_text("utf-8")
    assert "one.wav" in text
    assert "two.wav" not in text
    olds = [use for name in desk.judged.tracks()[1:] for use in desk.judged.uses(name) if "one.wav" in use.resource]
    assert all(use.muted for use in olds)
    assert {"cut": 2}.get(how, 1) == len({use.start for use in olds})
    if how != "muted":
        assert any(how.split()[0] in warning for warning in second.warnings)


def test_a_clip_of_which_the_bin_gave_a_copy_is_not_replaced(tmp_path: Path, make_music: Make) -> None:
    """The same bin clip used in another sequence: the new version does not change what is heard there."""
    edit = MltEdit(EDIT.rate, EDIT.lower, EDIT.upper, more_sequences=True)
    source = edit.write(tmp_path / "edit.kdenlive", "kdenlive 1.1")
    place(make_music(40, 25, name="one.wav"), source, output_folder=tmp_path, in_place=True)
    user = User(source)
    other = user.found.by_id["otherA1a"]
    other.append(user.entry)
    user.save()
    place(make_music(40, 25, level=2, name="two.wav"), source, output_folder=tmp_path, in_place=True)
    found = Judged(source)
    entry = found.by_id["otherA1a"].findall("entry")[-1]
    assert said(found.by_id[entry.get("producer", "")], "resource").endswith("one.wav")
    assert ["two.wav"] == [Path(use.resource).name for use in found.uses(MUSIC) if not use.muted]


def test_stems_come_and_go_with_the_music(desk: Desk) -> None:
    """Replaced with it, taken away with their tracks when no longer wanted; the user's tracks keep their numbers."""
    names = ("drums", "strings")
    for stems in (names, names, ()):
        files = tuple(
            Stem(name, desk.make(40, 25, level=20 + desk.runs, name=f"{name}{desk.runs}.wav").audio) for name in stems
        )
        desk.place(options=PlaceOptions(stems=True), stems=files)
        tracks = [name for name in desk.judged.tracks() if name.startswith(MUSIC)]
        assert {MUSIC, *(f"{MUSIC} {name}" for name in stems)} == set(tracks)
        assert 1 + len(stems) == len(tracks)
    assert "drums" not in desk.source.read_text("utf-8")
    before = desk.source.with_name(f"before{desk.source.suffix}")
    before.write_bytes(desk.original)
    was, now = Judged(before), desk.judged
    was.resolved(), now.resolved()
    assert [dict(one) for one in map(_mix, was.timeline.findall("transition"))] == [
        one for one in map(_mix, now.timeline.findall("transition")) if not one["b_track"].startswith("cutscore")
    ]


def test_music_is_carried_into_an_original_that_was_edited(desk: Desk) -> None:
    """Placed beside the original: when that changes, the next version is made of it, with the other cue still in it."""
    out = desk.source.parent / "out"
    for number, start in enumerate((0, 40)):
        music = desk.make(20, 25, level=number + 1, name=f"cue{number}.wav", record_in=start)
        place(music, desk.source, output_folder=out)
    text = desk.source.read_text("utf-8")
    edited = text.replace(' description="test"', ' description="edited"').replace(
        '<property name="xml_retain">1</property>', '<property name="xml_retain">1</property><!-- edited -->'
    )
    desk.source.write_text(edited, "utf-8")
    music = desk.make(20, 25, level=5, name="cue0b.wav", record_in=0)
    placed = place(music, desk.source, output_folder=out)
    found = Judged(placed.project)
    assert "edited" in placed.project.read_text("utf-8")
    spans = [(use.start, use.end, Path(use.resource).name) for use in found.uses(MUSIC)]
    assert [(0, 20, "cue0b.wav"), (40, 60, "cue1.wav")] == spans
    was, now = Judged(desk.source), found
    was.resolved(), now.resolved()
    without_ours(now.root)
    rows = list(flat(was.root))
    ours = [row for row in flat(now.root) if row[1] != "properties"]
    assert [row for row in rows if row[1] != "properties"] == ours


def _mix(transition: object) -> dict[str, str]:
    from support.mlt_judged import properties

    return dict(properties(transition))  # type: ignore[arg-type]
