"""Stems in OTIO timelines and bundles; levels in DaVinci Resolve's shape; NAME.resolve.otio for its import."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from cutscore.placers import Placed, PlacedMusic, PlaceOptions, place
from cutscore.readers import read_cut
from cutscore_composer.cue import CueGain, CueLoudness, new_cue
from cutscore_composer.music import Stem
from cutscore_composer.timebase import samples_for

Make = Callable[..., PlacedMusic]


def stems(make: Make, level: int = 1, frames: int = 48) -> tuple[Stem, ...]:
    """Two stems of one version."""
    return tuple(
        Stem(name, make(frames, level=level, name=f"take{level}.{name}.wav").audio) for name in ("bass", "drums")
    )


def rows(path: Path) -> list[tuple[str, bool, list[str]]]:
    """Name, whether it sounds and files of every music track, as OTIO reads them."""
    timeline = otio.adapters.read_from_file(str(path))
    return [
        (track.name, track.enabled, [c.media_reference.target_url.rpartition("/")[2] for c in track.find_clips()])
        for track in timeline.tracks
        if "cutscore" in track.metadata
    ]


def test_stems_lie_on_muted_tracks(edit: Path, make_music: Make) -> None:
    """A track each, off; the next version's take their place; a version without stems takes them away."""

    def run(level: int, *, wanted: bool = True) -> Placed:
        music = make_music(48, level=level, name=f"take{level}.wav", stems=stems(make_music, level))
        options = PlaceOptions(stems=wanted)
        return place(music, edit, output_folder=edit.parent / "out", in_place=True, options=options)

    run(1)
    expected = [
        ("Music (Cutscore)", True, ["take1.wav"]),
        ("Music (Cutscore) bass", False, ["take1.bass.wav"]),
        ("Music (Cutscore) drums", False, ["take1.drums.wav"]),
    ]
    assert expected == rows(edit)
    before = edit.read_bytes()
    assert not run(1).changed
    assert before == edit.read_bytes()
    run(2)
    assert [(n, on, [f.replace("take1", "take2") for f in files]) for n, on, files in expected] == rows(edit)
    run(3, wanted=False)
    assert [files for _, _, files in rows(edit)] == [["take3.wav"], [], []]


def test_stems_go_into_a_bundle(edit: Path, tmp_path: Path, make_music: Make) -> None:
    """An .otioz carries the stems beside the music."""
    bundle = tmp_path / "edit.otioz"
    with zipfile.ZipFile(bundle, "w") as made:
        made.writestr("version.txt", "1.0.0")
        made.writestr("content.otio", edit.read_bytes())
    music = make_music(48, stems=stems(make_music))
    placed = place(music, bundle, output_folder=tmp_path / "out", options=PlaceOptions(stems=True))
    with zipfile.ZipFile(placed.project) as opened:
        assert {"media/edit.wav", "media/take1.bass.wav", "media/take1.drums.wav"} <= set(opened.namelist())


def test_stems_are_as_loud_as_the_music(tmp_path: Path, make_music: Make) -> None:
    """Where all stems were lowered so that none clips, their gain makes up for it: together they are the music."""
    project = resolve_project(tmp_path)
    music = make_music(48, 50, stems=stems(make_music))
    loudness = CueLoudness(-16.0, -1.0, 5.0, stems_db=-2.5)
    cue = new_cue("local", Fraction(50), 48, samples_for(48, Fraction(50)), loudness=loudness)
    music = PlacedMusic(music.audio, cue, Fraction(50), stems=music.stems)
    place(music, project, output_folder=tmp_path, in_place=True, options=PlaceOptions(stems=True))
    assert [volume_of(track) for track in music_tracks(project)] == [None, {"volume": 2.5}, {"volume": 2.5}]


def resolve_project(folder: Path) -> Path:
    """A timeline in DaVinci Resolve's shape, 50 frames a second from 01:00:00:00."""
    timeline = otio.schema.Timeline("edit", global_start_time=otio.opentime.RationalTime(180000, 50))
    timeline.metadata["Resolve_OTIO"] = {"Resolve OTIO Meta Version": "1.0"}
    track = otio.schema.Track("Video 1", kind="Video")
    span = otio.opentime.TimeRange(otio.opentime.RationalTime(0, 50), otio.opentime.RationalTime(300, 50))
    track.append(otio.schema.Clip("a", otio.schema.ExternalReference("E:\\a b.mxf", span), span))
    timeline.tracks.append(track)
    path = folder / "edit.otio"
    otio.adapters.write_to_file(timeline, str(path))
    return path


def music_tracks(path: Path) -> list[dict[str, Any]]:
    """Our tracks as JSON."""
    data = json.loads(path.read_bytes())
    return [track for track in data["tracks"]["children"] if "cutscore" in track["metadata"]]


def volume_of(track: dict[str, Any]) -> dict[str, Any] | None:
    """The values of Resolve's volume effect on a track's only clip."""
    (clip,) = (child for child in track["children"] if child["OTIO_SCHEMA"].startswith("Clip"))
    for effect in clip["effects"]:
        facts = effect["metadata"]["Resolve_OTIO"]
        if facts["Effect Name"] == "Fairlight Clip Volume and Fades":
            found = {p["Parameter ID"]: p["Parameter Value"] for p in facts["Parameters"]}
            points = {int(k): v["Value"] for p in facts["Parameters"] for k, v in p.get("Key Frames", {}).items()}
            return {**found, **({"points": points} if points else {})}
    return None


def test_levels_in_resolves_own_shape(tmp_path: Path, make_music: Make) -> None:
    """Gain, fades and ducking as the effect that Resolve itself writes; renewed with the next version."""
    project = resolve_project(tmp_path)
    music = make_music(200, 50)
    duck = (CueGain(1.0, 0.0), CueGain(1.5, -12.0), CueGain(3.0, -2.0))
    cue = new_cue("local", Fraction(50), 200, samples_for(200, Fraction(50)), duck=duck)
    music = PlacedMusic(music.audio, cue, Fraction(50), record_in=20)
    options = PlaceOptions(gain_db=-3, fade_in_frames=25, fade_out_frames=50, duck=True)
    placed = place(music, project, output_folder=tmp_path, in_place=True, options=options)
    assert placed.warnings == ()
    (track,) = music_tracks(project)
    points = {0: -3.0, 50: -3.0, 75: -15.0, 150: -5.0, 199: -5.0}
    assert volume_of(track) == {"volume": -3.0, "faderIn": 25.0, "faderOut": 50.0, "points": points}
    clip = track["children"][-1]
    channels = clip["metadata"]["Resolve_OTIO"]["Channels"]
    assert channels == [{"Source Channel ID": n, "Source Track ID": 0} for n in (0, 1)]
    assert not place(music, project, output_folder=tmp_path, in_place=True, options=options).changed
    softer = PlaceOptions(gain_db=-9)
    place(music, project, output_folder=tmp_path, in_place=True, options=softer)
    assert [volume_of(track) for track in music_tracks(project)] == [{"volume": -9.0}]


def test_a_volume_of_the_users_stays(tmp_path: Path, make_music: Make) -> None:
    """What was changed in Resolve is not ours any more: another version keeps it, and adds none."""
    project = resolve_project(tmp_path)
    place(make_music(200, 50), project, output_folder=tmp_path, in_place=True, options=PlaceOptions(gain_db=-3))
    data = json.loads(project.read_bytes())
    effect = data["tracks"]["children"][-1]["children"][-1]["effects"][0]
    effect["metadata"]["Resolve_OTIO"]["Parameters"][0]["Parameter Value"] = -7.25
    project.write_text(json.dumps(data))
    again = make_music(200, 50, level=2, name="two.wav")
    place(again, project, output_folder=tmp_path, in_place=True, options=PlaceOptions(gain_db=-3))
    assert [volume_of(track) for track in music_tracks(project)] == [{"volume": -7.25}]
    data["tracks"]["children"][-1]["children"][-1]["effects"].clear()
    project.write_text(json.dumps(data))
    place(again, project, output_folder=tmp_path, in_place=True, options=PlaceOptions(gain_db=-3))
    assert [volume_of(track) for track in music_tracks(project)] == [None]


@pytest.mark.real
@pytest.mark.parametrize(
    "name", ["fcp7_premiere_windows_2997_64clips.xml", "fcpxml_complex.fcpxml", "edl_dissolve.edl"]
)
def test_the_edit_for_resolve_to_import(name: str, timelines: Path, tmp_path: Path, make_music: Make) -> None:
    """Beside the scored project: Clip.2, bare paths, Resolve's marks, markers on the tracks stack, the music in it."""
    cut = read_cut([timelines / name])
    music = make_music(12, cut.rate, record_in=5, start_frame=cut.start_frame)
    options = PlaceOptions(otio="resolve")
    placed = place(music, timelines / name, output_folder=tmp_path / "out", options=options, cut=cut)
    made = tmp_path / "out" / f"{Path(name).stem}.resolve.otio"
    assert str(made) in placed.message
    data = json.loads(made.read_bytes())
    assert data["metadata"]["Resolve_OTIO"] == {"Resolve OTIO Meta Version": "1.0"}
    assert len(data["tracks"]["markers"]) == len(cut.markers)
    (track,) = music_tracks(made)
    assert track["metadata"]["Resolve_OTIO"]["Audio Type"] == "Stereo"
    assert track["children"][-1]["media_references"]["DEFAULT_MEDIA"]["target_url"] == str(music.audio)
    again = read_cut([made])
    assert (cut.duration, cut.rate, cut.start_frame) == (again.duration, again.rate, again.start_frame)
    assert [(c.record_in, c.record_out) for t in again.sounds if t.ours for c in t.clips] == [(5, 17)]
    second = make_music(12, cut.rate, level=2, name="two.wav", record_in=5, start_frame=cut.start_frame)
    place(second, timelines / name, output_folder=tmp_path / "out", options=options, cut=cut)
    assert len(music_tracks(made)) == 1
    assert sorted(p.suffix for p in (tmp_path / "out").iterdir()) == sorted([".otio", Path(name).suffix])
