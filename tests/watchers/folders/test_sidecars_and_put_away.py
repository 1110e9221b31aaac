"""Side-cars that override for one film, with what they may name; and films that are put away when they are done."""

# Sentences stand here on one line, as they are said.
# ruff: noqa: E501

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from cutscore.config import Settings
from cutscore.config.watching import WatchFolder
from cutscore_composer.errors import ConfigError, OutputFailed
from cutscore_watchers.folders import put_away
from cutscore_watchers.folders import put_away as put_away_again
from cutscore_watchers.folders.sidecar import with_sidecar
from support.watching import WHOLE, Watching

SETTINGS = Settings.model_validate(
    {"profiles": {"trailer": {}, "film": {}}, "engines": {"studio": {"url": "http://studio:8000"}}}
)


def overlaid(folder: Path, text: str, **watch: Any) -> WatchFolder:
    (folder / "film.yaml").write_text(text, encoding="utf-8")
    return with_sidecar(folder / "film.mp4", WatchFolder(path=folder, **watch), SETTINGS)


def refusal(folder: Path, text: str, **watch: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        overlaid(folder, text, **watch)
    assert "\n" not in str(caught.value)
    return str(caught.value).replace(str(folder), "F")


def test_a_sidecar_goes_before_the_folder_s_settings(tmp_path: Path) -> None:
    """What it says counts for its film; what it does not say stays; without one nothing changes."""
    (tmp_path / "cues").mkdir()
    said = "profile: trailer\ndescription: dark and slow\ntags: [dark]\nstyle: tension\nengine: studio\noutput: cues\nproject: edit.otio\n"
    watch = overlaid(tmp_path, said, source="move", description="bright", tags=("a", "b"))
    assert ("trailer", "dark and slow", ("dark",), "tension", "studio", "move") == (
        watch.profile, watch.description, watch.tags, watch.style, watch.engine, watch.source
    )  # fmt: skip
    assert (tmp_path / "cues", str(tmp_path / "edit.otio")) == (watch.output, watch.project)
    watch = overlaid(tmp_path, "style: tension\n", description="bright")
    assert ("bright", "tension") == (watch.description, watch.style)
    plain = WatchFolder(path=tmp_path)
    assert plain == with_sidecar(tmp_path / "other.mp4", plain, SETTINGS)
    assert plain == overlaid(tmp_path, "description:\n")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("descripton: x\n", "F/film.yaml:1:1: unknown setting 'descripton'; did you mean 'description'?"),
        ("style: x\ntags: calm\n", "F/film.yaml:2:7: tags must be a list, like [a, b], not 'calm'."),
        ("source: move\n", "F/film.yaml:1:1: unknown setting 'source'"),
        ("profile: trialer\n", "F/film.yaml:1:10: there is no profile 'trialer'; did you mean 'trailer'? Known profiles: film, trailer."),
        ("engine: http://evil:1\n", "F/film.yaml:1:9: a side-car may choose among the configuration's engines, and 'http://evil:1' is none."),
        ("engine: stdio\n", "is none; did you mean 'studio'?"),
        ("output: /etc\n", "F/film.yaml:1:9: output is /etc, which lies in no folder that a side-car here may name"),
        ("output: ../elsewhere\n", "which lies in no folder"),
        ("project: ~nobody-of-that-name/x.otio\n", "F/film.yaml:1:10: project begins with a user who is not known."),
        ("a: [\n", "not YAML"),
        ("- x\n", "F/film.yaml:1:1: a configuration is 'name: value' lines"),
        ("description: !!python/object:os.system x\n", "tags (!...) are not read"),
    ],
)  # fmt: skip
def test_a_wrong_sidecar_is_told_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    """File, line and column; names it does not know; engines, folders and projects that it may not name."""
    assert said in refusal(tmp_path, text)


def test_a_sidecar_may_name_places_that_the_configuration_allows(tmp_path: Path) -> None:
    """Beside the configured project, in the configured output, in sidecar_folders; not through a link."""
    root, edits = tmp_path / "in", tmp_path / "edits"
    root.mkdir()
    (edits / "new").mkdir(parents=True)
    wish = f"project: {edits / 'new' / 'b.otio'}\n"
    assert "no folder" in refusal(root, wish)
    assert str(edits / "new" / "b.otio") == overlaid(root, wish, sidecar_folders=(edits,)).project
    assert (
        str(edits / "b.otio") == overlaid(root, f"project: {edits / 'b.otio'}\n", project=str(edits / "a.otio")).project
    )
    (root / "link").symlink_to("/etc")
    assert "no folder" in refusal(root, "output: link/x\n")


def test_variables_are_not_replaced_in_a_sidecar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may drop files must not get at the environment."""
    monkeypatch.setenv("SECRET_THING", "hidden")
    assert "${SECRET_THING}" == overlaid(tmp_path, "description: ${SECRET_THING}\n").description


def test_a_film_with_a_wrong_sidecar_waits_for_a_right_one(tmp_path: Path) -> None:
    """Not lost, not done without its wishes: shown with file, line and column; done when the side-car is right."""
    root = tmp_path / "in"
    root.mkdir()
    watching = Watching(root, tmp_path / "m.sqlite", look=lambda _: WHOLE)
    (root / "film.mp4").write_bytes(b"x")
    (root / "film.yaml").write_text("stile: tension\n")
    watching.run(60)
    assert [] == watching.jobs.names
    assert f"{root / 'film.yaml'}:1:1: unknown setting 'stile'" in watching.reasons()["film.mp4"]
    (root / "film.yaml").write_text("style: tension\n")
    watching.folder.hint(str(root / "film.yaml"))
    watching.run(3)
    assert ["tension"] == [each.watch.style for each in watching.jobs.files]


def test_a_sidecar_that_comes_a_moment_after_its_film_counts(tmp_path: Path) -> None:
    """Within the quiet time the film waits on for it; after the film became a job that is told, and changes nothing."""
    root = tmp_path / "in"
    root.mkdir()
    watching = Watching(root, tmp_path / "m.sqlite", look=lambda _: WHOLE)
    watching.step()
    (root / "film.mp4").write_bytes(b"x")
    watching.folder.hint(str(root / "film.mp4"))
    watching.step()
    watching.run(1.5)
    (root / "film.yaml").write_text("style: ten")
    watching.folder.hint(str(root / "film.yaml"))
    watching.run(1.5)
    assert [] == watching.jobs.names
    (root / "film.yaml").write_text("style: tension\n")
    watching.folder.hint(str(root / "film.yaml"))
    watching.run(2.5)
    assert ["tension"] == [each.watch.style for each in watching.jobs.files]
    watching.folder.hint(str(root / "film.yaml"))
    watching.run(60)
    assert 1 == len(watching.jobs.files)


def test_a_film_can_be_made_to_wait_for_its_sidecar(tmp_path: Path) -> None:
    """`sidecars: required` waits however long; `ignore` does not read any."""
    root = tmp_path / "in"
    root.mkdir()
    watching = Watching(root, tmp_path / "m.sqlite", look=lambda _: WHOLE, sidecars="required")
    (root / "film.mp4").write_bytes(b"x")
    watching.run(600, by=5)
    assert "film.mp4 has no side-car yet: film.yaml is awaited beside it" == watching.reasons()["film.mp4"]
    (root / "film.yaml").write_text("")
    watching.run(65)
    assert ["film.mp4"] == watching.jobs.names
    watch = WatchFolder(path=root, sidecars="ignore")
    (root / "film.yaml").write_text("nonsense: 1\n")
    assert watch == with_sidecar(root / "film.mp4", watch, SETTINGS)


# Putting away


@pytest.fixture
def watch(tmp_path: Path) -> WatchFolder:
    (tmp_path / "in").mkdir()
    return WatchFolder(path=tmp_path / "in", source="move", recursive=True)


def test_a_film_is_put_away_by_date_with_its_sidecar(watch: WatchFolder) -> None:
    """Into cutscore-done/DATE, under the folder that it lay in; a scan does not find it there."""
    film = watch.path / "day" / "film.mp4"
    film.parent.mkdir()
    film.write_bytes(b"film")
    film.with_suffix(".yaml").write_text("style: tension\n")
    place = put_away(film, watch)
    assert watch.path / "cutscore-done" / time.strftime("%Y-%m-%d") / "day" / "film.mp4" == place
    assert (b"film", [], "style: tension\n") == (
        place.read_bytes(), list(film.parent.iterdir()), place.with_suffix(".yaml").read_text()
    )  # fmt: skip
    watching = Watching(watch.path, watch.path.parent / "m.sqlite", look=lambda _: WHOLE, recursive=True)
    watching.run(10)
    assert [] == watching.jobs.names


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "none"])
def test_nothing_that_was_put_away_is_replaced(
    watch: WatchFolder, links: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three renders of one name: three files; also on a drive that has no hard links."""
    if not links:

        def refuse(self: Path, target: Path) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(Path, "hardlink_to", refuse)
    for content in (b"1", b"2", b"3"):
        (watch.path / "film.mp4").write_bytes(content)
        place = put_away(watch.path / "film.mp4", watch)
        assert content == place.read_bytes()
    kept = sorted(place.parent.iterdir())
    assert ["film-2.mp4", "film-3.mp4", "film.mp4"] == [path.name for path in kept]
    assert {b"1", b"2", b"3"} == {path.read_bytes() for path in kept}


def test_putting_away_again_after_a_crash_finds_the_place(watch: WatchFolder) -> None:
    """Killed after the move, or between its two steps: the same place, one file."""
    film = watch.path / "film.mp4"
    film.write_bytes(b"film")
    place = put_away(film, watch)
    assert place == put_away_again(film, watch)
    os.link(place, film)
    assert place == put_away_again(film, watch)
    assert ([place], False) == (list(place.parent.iterdir()), film.exists())


def test_what_cannot_be_put_away_is_told(watch: WatchFolder) -> None:
    """A film that is not there, and was never put away."""
    with pytest.raises(OutputFailed, match=r"none\.mp4 could not be moved to .*: it is not there any more\."):
        put_away(watch.path / "none.mp4", watch)
