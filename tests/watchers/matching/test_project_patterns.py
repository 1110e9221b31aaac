"""Which project files are tried for a render."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from cutscore.config.watching import WatchFolder
from cutscore_watchers.matching.patterns import candidates_for, plain_name


def house(folder: Path, *names: str) -> Path:
    """A folder with empty files."""
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"")
    return folder


def tried(folder: Path, render: str, project: str | None) -> list[tuple[str, str]]:
    """The candidates for a render, as paths in the folder, and how they were found."""
    watch = WatchFolder(path=folder / "renders", project=project)
    found = candidates_for(folder / "renders" / render, watch)
    return [(candidate.path.relative_to(folder).as_posix(), candidate.how) for candidate in found]


@pytest.fixture
def studio(tmp_path: Path) -> Path:
    """Renders beside edits of several programs."""
    return house(
        tmp_path,
        "renders/film_v3.mp4",
        "edits/film.otio",
        "edits/film.scored.otio",
        "edits/other.kdenlive",
        "edits/notes.txt",
        "edits/reel 2/reel.kdenlive",
    )


def test_a_file_is_taken_as_it_is(studio: Path) -> None:
    """Also when it does not exist: then the reason says so."""
    assert [("edits/film.otio", "configured")] == tried(studio, "x.mp4", str(studio / "edits/film.otio"))
    assert [("edits/gone.otio", "configured")] == tried(studio, "x.mp4", str(studio / "edits/gone.otio"))


def test_a_folder_gives_all_its_timelines_but_ours(studio: Path) -> None:
    """The one that is called like the render first; scored versions are no edits."""
    assert [("edits/film.otio", "pattern"), ("edits/other.kdenlive", "pattern")] == tried(
        studio, "film_v3.mp4", str(studio / "edits")
    )


def test_placeholders(studio: Path) -> None:
    """{stem} is the whole name, {name} the one without its version, {parent} the render's folder."""
    assert [] == tried(studio, "film_v3.mp4", str(studio / "edits/{stem}.otio"))
    assert [("edits/film.otio", "pattern")] == tried(studio, "film_v3.mp4", str(studio / "edits/{name}.*"))
    assert [("edits/reel 2/reel.kdenlive", "pattern")] == tried(
        studio, "reel 2/x.mp4", str(studio / "edits/{parent}/*.kdenlive")
    )
    assert [("edits/film.otio", "pattern")] == tried(studio, "film_v3.mp4", "{parent}/../edits/f*.otio")


def test_without_a_pattern_the_name_leads(studio: Path) -> None:
    """A timeline of that name beside the render, in the watched folder or in the one above."""
    assert [] == tried(studio, "film_v3.mp4", None)
    house(studio, "renders/film.otio", "film.kdenlive", "renders/other.otio")
    assert {("renders/film.otio", "name"), ("film.kdenlive", "name")} == set(tried(studio, "film_v3.mp4", None))


@pytest.mark.parametrize("name", ["..", "../../etc/x", "a*b", "[a-z]lm", "{stem}", "film\n", "?ilm"])
def test_what_a_render_is_called_leads_nowhere_else(studio: Path, name: str) -> None:
    """Dots, stars and brackets in a render's name are letters; nothing outside the pattern's folder is named."""
    house(studio, "secret.otio", "edits/abb.otio")
    watch = WatchFolder(path=studio / "renders", project=str(studio / "edits/{stem}.otio"))
    render = studio / "renders" / (name.replace("/", "_") + ".mp4")
    assert [] == [c.path for c in candidates_for(render, watch)]


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_out_of_the_folder_is_not_followed(studio: Path) -> None:
    """A link in the folder of edits to a file elsewhere is no candidate."""
    house(studio, "elsewhere/film.otio")
    (studio / "edits/linked.otio").symlink_to(studio / "elsewhere/film.otio")
    assert "edits/linked.otio" not in [path for path, _ in tried(studio, "x.mp4", str(studio / "edits/*.otio"))]


def test_an_unknown_placeholder_is_refused_when_the_configuration_is_read(tmp_path: Path) -> None:
    """The sentence names it and the three that there are."""
    with pytest.raises(ValidationError, match=r"holds \{date\}, which stands for nothing"):
        WatchFolder(path=tmp_path, project="~/edits/{date}.otio")


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("film_v3", "film"),
        ("film v12 final", "film"),
        ("film (2)", "film"),
        ("film-2026-11-30", "film"),
        ("film.scored", "film"),
        ("v2", "v2"),
        ("reel 2", "reel 2"),
        ("final", "final"),
        ("louvre", "louvre"),
    ],
)
def test_names_without_their_version(name: str, plain: str) -> None:
    """Versions, dates and copies are left out; a name that is nothing else stays."""
    assert plain == plain_name(Path(f"{name}.mp4"))


def test_a_render_with_the_longest_name_has_no_project_of_that_name(tmp_path: Path) -> None:
    """A name of 255 bytes with a project's ending is longer than systems take: no project, no error."""
    render = tmp_path / ("n" * 251 + ".mp4")
    render.write_bytes(b"")
    assert [] == list(candidates_for(render, WatchFolder(path=tmp_path)))
