"""Media are found in every spelling that editors write, then by name; nothing else is opened."""

from __future__ import annotations

import os
import unicodedata
from pathlib import Path

import pytest

from cutscore.media_links import MediaFinder


@pytest.fixture
def media(tmp_path: Path) -> Path:
    """A folder with media of awkward names."""
    folder = tmp_path / "project" / "my media"
    folder.mkdir(parents=True)
    for name in ("a b.mov", "Türe 50%.mov", "100%25.mov", "shot#1.mov", "plain.mov", "日本.mov"):
        (folder / name).write_bytes(b"x")
    return folder


def spellings(path: Path) -> list[str]:
    """One file as programs write it."""
    text = path.as_posix()
    lead = "" if text.startswith("/") else "/"
    return [
        str(path),
        path.as_uri(),
        f"file://localhost{lead}{text}",
        f"file://{lead}{text}",
        path.as_uri().replace("file:///", "file://localhost/"),
        path.as_uri().replace("file:///", "file:/"),
        path.as_uri().replace("file:", "FILE:"),
    ]


@pytest.mark.parametrize("name", ["a b.mov", "Türe 50%.mov", "100%25.mov", "shot#1.mov", "plain.mov", "日本.mov"])
def test_a_file_is_found_in_every_spelling(media: Path, name: str) -> None:
    """URL, encoded or raw, with or without localhost, and bare path all lead to the file."""
    for wanted in spellings(media / name):
        found = MediaFinder(media.parent).find(wanted)
        assert found is not None, wanted
        assert (media / name, False) == (found.path, found.by_name)


@pytest.mark.parametrize(
    "wanted", ["my media/plain.mov", "my%20media/plain.mov", "./my media/plain.mov", "my media\\plain.mov"]
)
def test_a_relative_reference_counts_from_the_timeline(media: Path, wanted: str) -> None:
    """Slashes of either kind, encoded or not."""
    found = MediaFinder(media.parent).find(wanted)
    assert found is not None
    assert (media / "plain.mov").samefile(found.path)


@pytest.mark.parametrize(
    "wanted",
    [
        "file://localhost/D%3a/old%20place/my%20media/plain.mov",
        "C:\\Users\\me\\my media\\plain.mov",
        "G:/edit/my media/plain.mov",
        "file:///C:/edit/my%20media/plain.mov",
        "file://SERVER/share/my%20media/plain.mov",
        "\\\\SERVER\\share\\my media\\plain.mov",
        "/Volumes/Gone/my media/plain.mov",
        "file:///C|/edit/my media/PLAIN.MOV",
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="drive letters are real there")
def test_media_of_another_machine_are_found_by_name(media: Path, wanted: str) -> None:
    """Windows drives and servers mean nothing here: the name in the search folders counts, in any case."""
    found = MediaFinder(media.parent / "elsewhere", [media.parent.parent]).find(wanted)
    assert found is not None
    assert (media / "plain.mov", True) == (found.path, found.by_name)


def test_names_are_the_same_in_both_unicode_forms(tmp_path: Path) -> None:
    """A timeline from a Mac (decomposed) finds the composed file name, by path and by search."""
    composed = unicodedata.normalize("NFC", "Tür.mov")
    (tmp_path / composed).write_bytes(b"x")
    wanted = unicodedata.normalize("NFD", "Tür.mov")
    direct = MediaFinder(tmp_path).find(str(tmp_path / wanted))
    searched = MediaFinder(tmp_path / "no", [tmp_path]).find(f"/gone/{wanted}")
    assert direct is not None
    assert searched is not None
    assert direct.path.samefile(searched.path)


def test_of_several_files_of_one_name_the_nearest_path_is_taken(tmp_path: Path) -> None:
    """The longest shared end of the path decides; equals are told."""
    for folder in ("day1/cam A", "day2/cam A", "day2/cam B"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "clip.mov").write_bytes(b"x")
    finder = MediaFinder(tmp_path / "none", [tmp_path])
    near = finder.find("/Volumes/X/day2/cam A/clip.mov")
    tied = finder.find("/Volumes/X/cam A/clip.mov")
    assert near is not None
    assert tied is not None
    assert (tmp_path / "day2/cam A/clip.mov", ()) == (near.path, near.others)
    assert (tmp_path / "day1/cam A/clip.mov", (tmp_path / "day2/cam A/clip.mov",)) == (tied.path, tied.others)


def test_the_right_case_is_preferred(tmp_path: Path) -> None:
    """Only where no name fits exactly does another case count."""
    for name in ("A.mov", "a.mov"):
        (tmp_path / name).write_bytes(b"x")
    if len(list(tmp_path.iterdir())) < 2:
        pytest.skip("this file system does not tell case apart")
    found = MediaFinder(tmp_path / "no", [tmp_path]).find("/gone/a.mov")
    assert found is not None
    assert found.path.name == "a.mov"


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "http://example.com/a.mov",
        "s3://bucket/a.mov",
        "file:///",
        "a\0b.mov",
        "x" * 5000,
        "file://",
        "..",
        "/",
        "%",
    ],
)
def test_what_is_no_file_here_is_not_found(media: Path, wanted: str) -> None:
    """Web addresses, folders, NULs and nonsense give None, never an error."""
    assert MediaFinder(media.parent, [media]).find(wanted) is None


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_pipes_and_devices_are_not_media(tmp_path: Path) -> None:
    """Opening them could hang for ever."""
    os.mkfifo(tmp_path / "pipe.mov")
    assert MediaFinder(tmp_path, [tmp_path]).find("pipe.mov") is None
    assert MediaFinder(tmp_path).find("/dev/zero") is None


def test_a_link_to_a_file_is_followed_and_a_circle_of_folders_is_not(media: Path) -> None:
    """Links are fine; a folder that holds itself does not hang the search."""
    try:
        (media / "link.mov").symlink_to(media / "plain.mov")
        (media / "loop").symlink_to(media, target_is_directory=True)
    except OSError:
        pytest.skip("links cannot be made here")
    found = MediaFinder(media / "none", [media]).find("/gone/link.mov")
    assert found is not None
    assert (media / "link.mov") == found.path


def test_a_search_folder_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A missing search folder is a warning, not an end."""
    finder = MediaFinder(tmp_path, [tmp_path / "gone"])
    assert finder.find("/x/a.mov") is None
    assert any("gone" in warning for warning in finder.warnings)


def test_each_reference_is_looked_for_once(media: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten thousand clips of one missing file cost one look."""
    finder = MediaFinder(media, [media])
    finder.find("/gone/nothing.mov")
    calls: list[object] = []
    monkeypatch.setattr(Path, "is_file", lambda self: calls.append(self) or False)
    monkeypatch.setattr(os, "scandir", lambda path: pytest.fail("searched again"))
    for _ in range(100):
        finder.find("/gone/nothing.mov")
    assert calls == []
