"""Which file a placing writes, what it builds on, and that nobody's work is ever overwritten."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from cutscore.hashing import sha256_of
from cutscore.placers import PlacedMusic, place
from cutscore_composer.errors import InputRefused, OutputFailed

Make = Callable[..., PlacedMusic]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """The output folder."""
    return tmp_path / "edit.cutscore"


def change(path: Path, how: Callable[[dict[str, Any]], None]) -> None:
    """Change a timeline as a program would that writes JSON in its own layout."""
    data = json.loads(path.read_bytes())
    how(data)
    path.write_text(json.dumps(data, indent=2))


def rename_first(data: dict[str, Any]) -> None:
    data["tracks"]["children"][0]["name"] = "re-edited"


def add_note(data: dict[str, Any]) -> None:
    data["metadata"]["note"] = "mine"


def music_of(path: Path) -> list[str]:
    """The music files that a timeline plays, as OTIO reads them."""
    timeline = otio.adapters.read_from_file(str(path))
    return [
        clip.media_reference.target_url
        for track in timeline.tracks
        if "cutscore" in track.metadata
        for clip in track.find_clips()
        if clip.enabled
    ]


def test_default_is_a_scored_file_in_the_output_folder(edit: Path, out: Path, make_music: Make) -> None:
    """The original keeps its bytes, the result is NAME.scored.EXT, and nothing else lies there."""
    before = edit.read_bytes()
    placed = place(make_music(), edit, output_folder=out)
    assert out / "edit.scored.otio" == placed.project
    assert before == edit.read_bytes()
    assert ["edit.scored.otio", "edit.wav"] == sorted(p.name for p in out.iterdir())
    assert [edit.name] == [p.name for p in edit.parent.iterdir() if p.is_file()]


def test_music_outside_the_folder_is_named_relative(edit: Path, out: Path, make_music: Make, tmp_path: Path) -> None:
    """A WAV in another folder of the same tree is reached through "..", percent-encoded."""
    music = make_music(name="Größe 50% #1.wav", folder=tmp_path / "my music")
    placed = place(music, edit, output_folder=out)
    (url,) = music_of(placed.project)
    assert url == "../my%20music/Gr%C3%B6%C3%9Fe%2050%25%20%231.wav"
    path = otio.url_utils.filepath_from_url(url)
    assert (placed.project.parent / path).resolve() == music.audio.resolve()


def test_a_timeline_with_relative_media_stays_beside_them(edit: Path, out: Path, make_music: Make) -> None:
    """Media named relative to the project are found from the scored file too: it lies beside the original."""
    (edit.parent / "shots").mkdir()
    (edit.parent / "shots" / "a 1.mov").write_bytes(b"film")

    def relink(data: dict[str, Any]) -> None:
        reference = {"OTIO_SCHEMA": "ExternalReference.1", "metadata": {}, "target_url": "shots/a%201.mov"}
        data["tracks"]["children"][0]["children"][0]["media_references"]["DEFAULT_MEDIA"] = reference

    change(edit, relink)
    placed = place(make_music(), edit, output_folder=out)
    assert edit.with_name("edit.scored.otio") == placed.project
    assert any("beside" in warning for warning in placed.warnings)
    assert music_of(placed.project) == ["edit.cutscore/edit.wav"]
    before, after = json.loads(edit.read_bytes()), json.loads(placed.project.read_bytes())
    after["tracks"]["children"].pop()
    assert before == after


def test_where_the_original_cannot_be_joined_its_media_become_absolute(
    edit: Path, out: Path, make_music: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A project in a read-only folder is scored elsewhere, with references that still reach its media."""
    (edit.parent / "a 1.mov").write_bytes(b"film")

    def relink(data: dict[str, Any]) -> None:
        reference = {"OTIO_SCHEMA": "ExternalReference.1", "metadata": {}, "target_url": "a 1.mov"}
        data["tracks"]["children"][0]["children"][0]["media_references"]["DEFAULT_MEDIA"] = reference

    change(edit, relink)
    monkeypatch.setattr("cutscore.placers.placing.os.access", lambda *_: False)
    for level in (1, 2):
        placed = place(make_music(level=level, name=f"take{level}.wav"), edit, output_folder=out)
        assert out / "edit.scored.otio" == placed.project
        first = json.loads(placed.project.read_bytes())["tracks"]["children"][0]["children"][0]
        url = first["media_references"]["DEFAULT_MEDIA"]["target_url"]
        assert str(edit.parent / "a 1.mov") == otio.url_utils.filepath_from_url(url)
        assert any("absolute" in warning for warning in placed.warnings)
    assert music_of(placed.project) == ["take2.wav"]


def test_ranges_scored_one_after_the_other_are_all_there(edit: Path, out: Path, make_music: Make) -> None:
    """A second range on the same original joins the first in the scored file."""
    place(make_music(12, name="one.wav"), edit, output_folder=out)
    placed = place(make_music(12, level=2, name="two.wav", record_in=20), edit, output_folder=out)
    assert music_of(placed.project) == ["one.wav", "two.wav"]


def test_a_re_edited_original_takes_the_music_along(edit: Path, out: Path, make_music: Make) -> None:
    """The scored file follows the original's new edit and keeps the cue of another range."""
    place(make_music(12, name="one.wav"), edit, output_folder=out)
    place(make_music(12, level=2, name="two.wav", record_in=20), edit, output_folder=out)
    change(edit, rename_first)
    placed = place(make_music(12, level=3, name="three.wav", record_in=20), edit, output_folder=out)
    assert out / "edit.scored.otio" == placed.project
    assert music_of(placed.project) == ["one.wav", "three.wav"]
    assert json.loads(placed.project.read_bytes())["tracks"]["children"][0]["name"] == "re-edited"
    assert placed.replaced


def test_work_in_the_scored_file_is_built_on_and_kept(edit: Path, out: Path, make_music: Make) -> None:
    """The user went on in the scored file: the new music goes into it, a copy of it is kept."""
    scored = place(make_music(), edit, output_folder=out).project
    change(scored, add_note)
    theirs = scored.read_bytes()
    placed = place(make_music(level=2, name="two.wav"), edit, output_folder=out)
    assert scored == placed.project
    assert placed.kept_copy == out / "edit.scored.before-cutscore-1.otio"
    assert theirs == placed.kept_copy.read_bytes()
    assert json.loads(scored.read_bytes())["metadata"]["note"] == "mine"
    assert music_of(scored) == ["two.wav"]


def test_two_histories_make_a_second_version(edit: Path, out: Path, make_music: Make) -> None:
    """Both files were changed: the scored one is left alone, the new version has another name."""
    scored = place(make_music(), edit, output_folder=out).project
    change(scored, add_note)
    change(edit, rename_first)
    theirs = scored.read_bytes()
    placed = place(make_music(level=2, name="two.wav"), edit, output_folder=out)
    assert placed.project.name == "edit.scored.2.otio"
    assert theirs == scored.read_bytes()
    assert music_of(placed.project) == ["two.wav"]
    assert any("left alone" in warning for warning in placed.warnings)


@pytest.mark.parametrize("content", ["not JSON", "{}", None])
def test_a_file_of_that_name_that_is_not_ours_is_left_alone(
    edit: Path, out: Path, make_music: Make, content: str | None
) -> None:
    """Whatever the user has under the name of the scored file stays, byte for byte."""
    out.mkdir(exist_ok=True)
    theirs = out / "edit.scored.otio"
    theirs.write_text(edit.read_text().replace("V1", "V9") if content is None else content)
    before = theirs.read_bytes()
    placed = place(make_music(), edit, output_folder=out)
    assert placed.project.name == "edit.scored.2.otio"
    assert before == theirs.read_bytes()


def test_a_scored_file_without_its_music_is_filled_again(edit: Path, out: Path, make_music: Make) -> None:
    """The user took the music out, nothing else: there is nothing to lose, the new music goes there."""
    scored = place(make_music(), edit, output_folder=out).project
    for state in (edit.read_bytes(), None):
        if state is None:
            change(scored, lambda data: data["tracks"]["children"][-1]["children"].clear())
        else:
            scored.write_bytes(state)
        placed = place(make_music(level=2, name="two.wav"), edit, output_folder=out)
        assert scored.parent == placed.project.parent
        assert music_of(placed.project) == ["two.wav"]
    assert len(list(out.glob("*.otio"))) <= 2


def test_scoring_a_scored_file_makes_the_next_version(edit: Path, out: Path, make_music: Make) -> None:
    """Placing into edit.scored.otio itself writes edit.scored.2.otio, and again the same when untouched."""
    scored = place(make_music(), edit, output_folder=out).project
    before = scored.read_bytes()
    for level in (2, 3):
        placed = place(make_music(level=level, name=f"{level}.wav"), scored, output_folder=out)
        assert placed.project.name == "edit.scored.2.otio"
        assert music_of(placed.project) == [f"{level}.wav"]
    assert before == scored.read_bytes()


def test_in_place_keeps_every_earlier_state(edit: Path, out: Path, make_music: Make) -> None:
    """Each change in place leaves a copy of what was; copies are never overwritten."""
    states = [edit.read_bytes()]
    for level in (1, 2):
        placed = place(make_music(level=level), edit, output_folder=out, in_place=True)
        assert edit == placed.project
        assert edit.with_name(f"edit.before-cutscore-{level}.otio") == placed.kept_copy
        states.append(edit.read_bytes())
    copies = [edit.with_name(f"edit.before-cutscore-{number}.otio").read_bytes() for number in (1, 2)]
    assert states[:2] == copies


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_stays_a_link(tmp_path: Path, edit: Path, out: Path, make_music: Make) -> None:
    """In place, the file that a link means is edited."""
    (tmp_path / "desk").mkdir()
    link = tmp_path / "desk" / "link.otio"
    link.symlink_to(edit)
    placed = place(make_music(), link, output_folder=out, in_place=True)
    assert link.is_symlink()
    assert placed.project.samefile(edit)
    assert len(music_of(edit)) == 1


def test_a_changed_project_is_refused(edit: Path, out: Path, make_music: Make) -> None:
    """A project that is not the one the music was made for is not touched."""
    expected = sha256_of(edit)
    change(edit, rename_first)
    before = edit.read_bytes()
    with pytest.raises(InputRefused, match="changed since it was read"):
        place(make_music(), edit, output_folder=out, in_place=True, expected_sha256=expected)
    assert before == edit.read_bytes()
    assert [edit.name] == [p.name for p in edit.parent.iterdir() if p.is_file()]


def test_music_of_another_cutscore_is_no_change(edit: Path, out: Path, make_music: Make) -> None:
    """Two runs read the project, both place into it: the second finds only the first's track and goes on."""
    expected = sha256_of(edit)
    for level, start in ((1, 0), (2, 20)):
        music = make_music(12, level=level, name=f"{level}.wav", record_in=start)
        place(music, edit, output_folder=out, in_place=True, expected_sha256=expected)
    assert music_of(edit) == ["edit.cutscore/1.wav", "edit.cutscore/2.wav"]


def test_a_read_only_project_is_refused(edit: Path, out: Path, make_music: Make) -> None:
    """A write-protected file is not replaced behind the user's back."""
    edit.chmod(0o444)
    before = edit.read_bytes()
    with pytest.raises(OutputFailed, match="read-only"):
        place(make_music(), edit, output_folder=out, in_place=True)
    assert before == edit.read_bytes()
    assert [edit.name] == [p.name for p in edit.parent.iterdir() if p.is_file()]


def test_a_missing_project_or_music_is_one_sentence(edit: Path, out: Path, make_music: Make) -> None:
    """What is not there is refused by name."""
    music = make_music()
    with pytest.raises(InputRefused, match=r"gone\.otio cannot be read"):
        place(music, edit.with_name("gone.otio"), output_folder=out)
    music.audio.unlink()
    with pytest.raises(InputRefused, match=r"edit\.wav is not there"):
        place(music, edit, output_folder=out)


@pytest.mark.parametrize("name", ["with space", "Größe", "50% #1?", "日本語", "a'b\"c"])
def test_names_of_all_kinds(tmp_path: Path, edit: Path, make_music: Make, name: str) -> None:
    """Project folders and names with spaces, signs and other scripts work, and OTIO finds the music."""
    folder = tmp_path / name
    folder.mkdir()
    project = folder / f"{name}.otio"
    shutil.copy(edit, project)
    music = make_music(name=f"{name}.wav", folder=folder / f"{name}.cutscore")
    placed = place(music, project, output_folder=folder / f"{name}.cutscore")
    (url,) = music_of(placed.project)
    assert (placed.project.parent / otio.url_utils.filepath_from_url(url)).samefile(music.audio)


def test_gain_that_cannot_be_written_is_said(edit: Path, out: Path, make_music: Make) -> None:
    """OTIO has no gain: the user hears of it instead of wondering."""
    from cutscore.placers import PlaceOptions

    placed = place(make_music(), edit, output_folder=out, options=PlaceOptions(gain_db=-3.0))
    assert any("gain" in warning for warning in placed.warnings)


def test_options_name_the_track_and_leave_markers_out(edit: Path, out: Path, make_music: Make) -> None:
    """The track is called as asked, and there are no markers when none are wanted."""
    from cutscore.placers import PlaceOptions

    options = PlaceOptions(track_name="MX", hits_as_markers=False)
    placed = place(make_music(), edit, output_folder=out, options=options)
    track = json.loads(placed.project.read_bytes())["tracks"]["children"][-1]
    assert ("MX", []) == (track["name"], track["children"][0]["markers"])
