"""A second placing: Cutscore's own clip gives way, what the user did stays."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest
from opentimelineio.opentime import RationalTime, TimeRange

from cutscore.placers import Placed, PlacedMusic, place

Change = Callable[[dict[str, Any]], None]


class Desk:
    """One edit on a desk: place into it, change it as an editor would, look at it."""

    def __init__(self, project: Path, make_music: Callable[..., PlacedMusic]) -> None:
        self.project = project
        self.make = make_music

    def place(self, level: int = 1, frames: int = 48, **more: Any) -> Placed:
        """Place music of `level` in place."""
        music = self.make(frames, level=level, name=f"take{level}.wav", **more)
        return place(music, self.project, output_folder=self.project.parent / "out", in_place=True)

    def change(self, change: Change) -> None:
        """Change the file as a program that writes it in its own layout."""
        data = json.loads(self.project.read_bytes())
        change(data)
        self.project.write_text(json.dumps(data, indent=1))

    @property
    def music_tracks(self) -> list[dict[str, Any]]:
        """Cutscore's tracks in the file."""
        data = json.loads(self.project.read_bytes())
        return [t for t in data["tracks"]["children"] if "cutscore" in t["metadata"]]

    @property
    def clips(self) -> list[list[tuple[int, int, str, bool]]]:
        """Per music track: start, length, media and whether it sounds, as OTIO sees them."""
        timeline = otio.adapters.read_from_file(str(self.project))
        return [
            [
                (
                    int(c.range_in_parent().start_time.value),
                    int(c.range_in_parent().duration.value),
                    getattr(c.media_reference, "target_url", "").rpartition("/")[2],
                    c.enabled,
                )
                for c in track.find_clips()
            ]
            for track in timeline.tracks
            if "cutscore" in track.metadata
        ]


@pytest.fixture
def desk(edit: Path, make_music: Callable[..., PlacedMusic]) -> Desk:
    """An edit with the first music in it."""
    desk = Desk(edit, make_music)
    desk.place(1)
    return desk


def music_clip(data: dict[str, Any]) -> dict[str, Any]:
    """The clip of ours on the last track."""
    return data["tracks"]["children"][-1]["children"][-1]


def gap(frames: int) -> dict[str, Any]:
    """A gap as JSON."""
    return json.loads(
        otio.schema.Gap(source_range=TimeRange(RationalTime(0, 24), RationalTime(frames, 24))).to_json_string()
    )


def test_the_same_music_again_changes_nothing(desk: Desk) -> None:
    """The bytes stay, no copy is kept, and the answer says so."""
    before = desk.project.read_bytes()
    placed = desk.place(1)
    assert before == desk.project.read_bytes()
    assert not placed.changed
    assert "already" in placed.message
    assert placed.kept_copy is None


def test_new_music_replaces_our_clip(desk: Desk) -> None:
    """One track, one clip, the new file, the same place."""
    assert desk.clips == [[(0, 48, "take1.wav", True)]]
    placed = desk.place(2)
    assert placed.replaced
    assert desk.clips == [[(0, 48, "take2.wav", True)]]


def test_the_users_gain_fades_markers_name_and_metadata_stay(desk: Desk) -> None:
    """Everything that the user gave to the clip is on its successor; our hits are renewed, not doubled."""
    effect = {"OTIO_SCHEMA": "Effect.1", "metadata": {"gain": -6.50}, "name": "gain", "effect_name": "AudioGain"}
    marker = {"OTIO_SCHEMA": "Marker.2", "metadata": {}, "name": "mine", "color": "RED", "comment": ""}

    def change(data: dict[str, Any]) -> None:
        clip = music_clip(data)
        clip["effects"].append(effect)
        clip["markers"].append({**marker, "marked_range": clip["source_range"]})
        clip["metadata"]["Resolve_OTIO"] = {"Link Group ID": 7}
        clip["name"] = "My music"
        clip["color"] = "PINK"

    desk.change(change)
    desk.place(2)
    (track,) = desk.music_tracks
    (clip,) = track["children"]
    assert [effect] == clip["effects"]
    assert ["hit 1 cut", "hit 2 flash", "mine"] == [m["name"] for m in clip["markers"]]
    assert {"Link Group ID": 7} == clip["metadata"]["Resolve_OTIO"]
    assert ("My music", "PINK") == (clip["name"], clip["color"])
    assert clip["metadata"]["cutscore"]["ledger_key"] == "key2"


def test_hit_markers_that_the_user_removed_do_not_come_back(desk: Desk) -> None:
    """A user who took our markers off does not want them."""
    desk.change(lambda data: music_clip(data)["markers"].clear())
    desk.place(2)
    assert desk.music_tracks[0]["children"][0]["markers"] == []


def test_hit_markers_without_their_notes_are_renewed(desk: Desk) -> None:
    """A program that keeps our markers but not their metadata does not make old hits pass for the user's."""

    def strip(data: dict[str, Any]) -> None:
        for marker in music_clip(data)["markers"]:
            marker["metadata"].clear()

    desk.change(strip)
    desk.place(2)
    markers = desk.music_tracks[0]["children"][0]["markers"]
    assert ["hit 1 cut", "hit 2 flash"] == [marker["name"] for marker in markers]
    assert all("cutscore" in marker["metadata"] for marker in markers)


def test_trims_stay(desk: Desk) -> None:
    """Six frames off the head and ten off the tail are off the new version too, and it stays in sync."""

    def trim(data: dict[str, Any]) -> None:
        children = data["tracks"]["children"][-1]["children"]
        children.insert(0, gap(6))
        source = children[1]["source_range"]
        source["start_time"]["value"], source["duration"]["value"] = 6.0, 32.0

    desk.change(trim)
    placed = desk.place(2)
    assert placed.replaced
    assert desk.clips == [[(6, 32, "take2.wav", True)]]
    clip = desk.music_tracks[0]["children"][-1]
    assert clip["source_range"]["start_time"]["value"] == 6.0
    desk.place(3, frames=60)
    assert desk.clips == [[(6, 44, "take3.wav", True)]]


def test_fades_made_as_transitions_stay(desk: Desk) -> None:
    """Transitions at the edges of our clip are still there, around the new one."""
    fade = otio.schema.Transition("fade", "SMPTE_Dissolve", RationalTime(0, 24), RationalTime(5, 24))

    def change(data: dict[str, Any]) -> None:
        data["tracks"]["children"][-1]["children"].insert(0, json.loads(fade.to_json_string()))

    desk.change(change)
    desk.place(2)
    kinds = [child["OTIO_SCHEMA"] for child in desk.music_tracks[0]["children"]]
    assert ["Transition.1", "Clip.2"] == kinds


def move(data: dict[str, Any]) -> None:
    data["tracks"]["children"][-1]["children"].insert(0, gap(5))


def slip(data: dict[str, Any]) -> None:
    source = music_clip(data)["source_range"]
    source["start_time"]["value"], source["duration"]["value"] = 5.0, 40.0


def retime(data: dict[str, Any]) -> None:
    warp = otio.schema.LinearTimeWarp(time_scalar=0.5)
    music_clip(data)["effects"].append(json.loads(warp.to_json_string()))


def lock_track(data: dict[str, Any]) -> None:
    data["tracks"]["children"][-1]["metadata"]["Resolve_OTIO"] = {"Locked": True}


def lock_clip(data: dict[str, Any]) -> None:
    music_clip(data)["metadata"]["kdenlive"] = {"locked": 1}


def swap_media(data: dict[str, Any]) -> None:
    music_clip(data)["media_references"]["DEFAULT_MEDIA"]["target_url"] = "my%20own%20mix.wav"


@pytest.mark.parametrize("touch", [move, slip, retime, lock_track, lock_clip, swap_media])
def test_a_touched_clip_is_kept_and_muted(desk: Desk, touch: Change) -> None:
    """The new version gets its own track; the old one is as it was, but muted; the user is told."""
    desk.change(touch)
    kept = desk.music_tracks[0]["children"][-1]
    placed = desk.place(2)
    first, second = desk.music_tracks
    assert {**kept, "enabled": False} == first["children"][-1]
    assert not placed.replaced
    assert any("muted" in warning for warning in placed.warnings)
    assert desk.clips[1] == [(0, 48, "take2.wav", True)]
    assert second["name"] == "Music (Cutscore)"


def test_the_next_version_replaces_the_one_on_the_new_track(desk: Desk) -> None:
    """After a touched clip was set aside, later versions go where the last one lay; nothing piles up."""
    desk.change(move)
    desk.place(2)
    placed = desk.place(3)
    assert placed.replaced
    assert desk.clips == [[(5, 48, "take1.wav", False)], [(0, 48, "take3.wav", True)]]
    assert placed.warnings == ()


def test_a_moved_clip_with_the_same_music_is_left_alone(desk: Desk) -> None:
    """Placing the very music that the user has moved adds nothing."""
    desk.change(move)
    before = desk.project.read_bytes()
    assert not desk.place(1).changed
    assert before == desk.project.read_bytes()


def test_a_clip_cut_in_two_is_kept(desk: Desk) -> None:
    """Both pieces are muted and stay; the new version lies whole on its own track."""

    def cut(data: dict[str, Any]) -> None:
        children = data["tracks"]["children"][-1]["children"]
        second = json.loads(json.dumps(children[0]))
        children[0]["source_range"]["duration"]["value"] = 20.0
        second["source_range"]["start_time"]["value"] = 20.0
        second["source_range"]["duration"]["value"] = 28.0
        children.append(second)

    desk.change(cut)
    desk.place(2)
    pieces = [(0, 20, "take1.wav", False), (20, 28, "take1.wav", False)]
    assert desk.clips == [pieces, [(0, 48, "take2.wav", True)]]


def test_a_clip_that_the_user_muted_stays_muted(desk: Desk) -> None:
    """It is not replaced; the new version sounds on its own track."""
    desk.change(lambda data: music_clip(data).update(enabled=False))
    desk.place(2)
    assert desk.clips == [[(0, 48, "take1.wav", False)], [(0, 48, "take2.wav", True)]]


def test_a_clip_on_a_track_of_the_user_is_kept(desk: Desk) -> None:
    """Moved to another track by the user: kept there, muted; the new version goes to our own track."""

    def carry_over(data: dict[str, Any]) -> None:
        tracks = data["tracks"]["children"]
        tracks[1]["children"].append(tracks[2]["children"].pop())

    desk.change(carry_over)
    desk.place(2)
    data = json.loads(desk.project.read_bytes())
    assert data["tracks"]["children"][1]["children"][-1]["enabled"] is False
    assert desk.clips == [[(0, 48, "take2.wav", True)]]


def test_a_renamed_track_is_found(desk: Desk) -> None:
    """The track is known by its metadata, and keeps the user's name."""
    desk.change(lambda data: data["tracks"]["children"][-1].update(name="MX"))
    assert desk.place(2).track == "MX"
    assert ["MX"] == [track["name"] for track in desk.music_tracks]


def test_cues_side_by_side_share_the_track(edit: Path, make_music: Callable[..., PlacedMusic]) -> None:
    """Two ranges lie on one track, in order of time though placed in the other."""
    desk = Desk(edit, make_music)
    desk.place(2, frames=12, record_in=30)
    desk.place(1, frames=12, record_in=6)
    assert desk.clips == [[(6, 12, "take1.wav", True), (30, 12, "take2.wav", True)]]
    desk.place(3, frames=12, record_in=6)
    assert desk.clips == [[(6, 12, "take3.wav", True), (30, 12, "take2.wav", True)]]


def test_a_cue_over_part_of_another_gets_its_own_track(desk: Desk) -> None:
    """The long cue is not thrown away for a short one; the user is told that both sound."""
    placed = desk.place(2, frames=12, record_in=20)
    assert desk.clips == [[(0, 48, "take1.wav", True)], [(20, 12, "take2.wav", True)]]
    assert any("overlaps" in warning for warning in placed.warnings)


def test_music_for_the_whole_replaces_the_cues_it_covers(edit: Path, make_music: Callable[..., PlacedMusic]) -> None:
    """Two cues in ranges give way to one for all."""
    desk = Desk(edit, make_music)
    desk.place(1, frames=12, record_in=6)
    desk.place(2, frames=12, record_in=30)
    desk.place(3, frames=48)
    assert desk.clips == [[(0, 48, "take3.wav", True)]]


def test_shorter_music_is_said(desk: Desk) -> None:
    """A new version that ends more than a second earlier takes the place, and the user hears of the rest."""
    placed = desk.place(2, frames=47)
    assert placed.warnings == ()
    desk.place(3, frames=72)
    placed = desk.place(4, frames=40)
    assert desk.clips == [[(0, 40, "take4.wav", True)]]
    assert placed.warnings == ('The new music is shorter than "edit", which it replaces, by 1.3 s.',)


def test_a_clip_that_the_user_put_on_our_track_stays_in_place(desk: Desk) -> None:
    """Longer music that would meet it moves to another track instead."""

    def add(data: dict[str, Any]) -> None:
        children = data["tracks"]["children"][-1]["children"]
        mine = json.loads(json.dumps(data["tracks"]["children"][1]["children"][0]))
        mine["source_range"]["duration"]["value"] = 10.0
        children += [gap(4), mine]

    desk.change(add)
    desk.place(2)
    assert [(0, 48), (52, 10)] == [c[:2] for c in desk.clips[0]]
    desk.place(3, frames=60)
    assert [[(52, 10)], [(0, 60)]] == [[c[:2] for c in clips] for clips in desk.clips]


def test_a_change_of_rate_between_runs_is_followed(desk: Desk) -> None:
    """The project now runs at 48 frames a second: the clip is still known to lie where we put it."""

    def double(value: Any) -> None:
        if isinstance(value, dict):
            if str(value.get("OTIO_SCHEMA", "")).startswith("RationalTime"):
                value.update(rate=48.0, value=value["value"] * 2)
            for item in value.values():
                double(item)
        elif isinstance(value, list):
            for item in value:
                double(item)

    desk.change(double)
    placed = desk.place(2, frames=96, rate=48)
    assert placed.replaced
    assert desk.clips == [[(0, 96, "take2.wav", True)]]


def test_a_program_that_dropped_our_notes(desk: Desk) -> None:
    """The track is known by its name then: the clip is kept and muted, so that two musics never sound at once."""

    def strip(data: dict[str, Any]) -> None:
        music_clip(data)["metadata"].clear()
        data["tracks"]["children"][-1]["metadata"].clear()

    desk.change(strip)
    before = desk.project.read_bytes()
    assert not desk.place(1).changed
    assert before == desk.project.read_bytes()
    placed = desk.place(2)
    old = json.loads(desk.project.read_bytes())["tracks"]["children"][2]["children"][0]
    assert old["enabled"] is False
    assert desk.clips == [[(0, 48, "take2.wav", True)]]
    assert any("saved by another program" in warning for warning in placed.warnings)


@pytest.mark.parametrize("broken", [{"start": "1e9999999"}, {"timeline_rate": "1/0"}, {"frames": None}, {"id": []}])
def test_garbled_provenance_is_no_trap(desk: Desk, broken: dict[str, Any]) -> None:
    """Metadata of ours that make no sense leave a clip that is not ours: kept, not crashed over."""
    desk.change(lambda data: music_clip(data)["metadata"]["cutscore"]["placed"].update(broken))
    placed = desk.place(2)
    assert placed.changed
    assert any((0, 48, "take2.wav", True) in clips for clips in desk.clips)
