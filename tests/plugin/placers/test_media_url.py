"""How media paths are spelled in a timeline, on every system."""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutscore.placers.media_url import is_relative, media_url, name_in, spelling_of

P, W = PurePosixPath, PureWindowsPath


@pytest.mark.parametrize(
    ("media", "folder", "url"),
    [
        (P("/a/b/m.wav"), P("/a/b"), "m.wav"),
        (P("/a/b/out dir/m#1 50%.wav"), P("/a/b"), "out%20dir/m%231%2050%25.wav"),
        (P("/a/x/ü.wav"), P("/a/b/c"), "../../x/%C3%BC.wav"),
        (P("/x/m.wav"), P("/a/b"), "file:///x/m.wav"),
        (P("/m.wav"), P("/"), "m.wav"),
        (P("/a/b/1:2.wav"), P("/a/b"), "1%3A2.wav"),
        (W("C:/Film/Out/m ü.wav"), W("C:/Film/Edit"), "../Out/m%20%C3%BC.wav"),
        (W("c:/film/Out/m.wav"), W("C:/Film/Edit"), "../Out/m.wav"),
        (W("D:/m.wav"), W("C:/Film"), "file:///D:/m.wav"),
        (W("//nas/share/out/m 1.wav"), W("//nas/share/edit"), "file://nas/share/out/m%201.wav"),
        (W("//nas/share/film/out/m.wav"), W("//nas/share/film/edit"), "../out/m.wav"),
        (W("//nas/share/out/m.wav"), W("C:/edit"), "file://nas/share/out/m.wav"),
    ],
)
def test_urls(media: PurePosixPath, folder: PurePosixPath, url: str) -> None:
    """Relative where a folder is shared, else a file URL; percent-encoded; drives and servers kept."""
    assert url == media_url(media, folder, "url")


@pytest.mark.parametrize(
    ("media", "folder", "relative", "absolute"),
    [
        (P("/a/b c/m#1.wav"), P("/a"), "b c/m#1.wav", "/a/b c/m#1.wav"),
        (W("E:/Show/m 1.wav"), W("E:/Show/edit"), "../m 1.wav", "E:\\Show\\m 1.wav"),
        (W("//nas/s/m.wav"), W("E:/Show"), "\\\\nas\\s\\m.wav", "\\\\nas\\s\\m.wav"),
    ],
)
def test_bare_paths(media: PurePosixPath, folder: PurePosixPath, relative: str, absolute: str) -> None:
    """Files that spell bare paths get one, relative or (Resolve) absolute in the system's own way."""
    assert relative == media_url(media, folder, "path")
    assert absolute == media_url(media, folder, "absolute path")


def test_a_name_that_is_not_text_is_a_url() -> None:
    """Bytes that are no UTF-8 cannot stand in JSON; percent-encoded they can."""
    assert media_url(P("/a/b/\udce4.wav"), P("/a/b"), "path") == "%E4.wav"


@given(st.text(st.characters(exclude_characters="/\x00", exclude_categories=["Cs"]), min_size=1, max_size=20))
def test_otio_finds_the_name_again(name: str) -> None:
    """Whatever the file is called, OTIO's own reader of URLs gives the name back."""
    if name in (".", ".."):
        return
    relative = media_url(P("/a/b") / name, P("/a/b"), "url")
    if PureWindowsPath(name).drive:
        # Named absolutely: relative it would be taken for a drive.
        assert relative == (P("/a/b") / name).as_uri()
        return
    assert name == otio.url_utils.filepath_from_url(relative)
    assert name == name_in(relative)


@pytest.mark.parametrize(
    ("url", "relative"),
    [
        ("a.mov", True),
        ("media/a%20b.mov", True),
        ("../a.mov", True),
        ("shots\\a.mov", True),
        ("", False),
        ("/a.mov", False),
        ("\\\\nas\\a.mov", False),
        ("C:\\a.mov", False),
        ("C:/a.mov", False),
        ("file:///a.mov", False),
        ("file:a.mov", False),
        ("http://x/a.mov", False),
        ("s3://bucket/a.mov", False),
        ("//nas/a.mov", False),
    ],
)
def test_what_depends_on_the_folder(url: str, relative: bool) -> None:
    """Absolute paths of every system and URLs with a host do not; names and ".." do."""
    assert relative == is_relative(url)


@pytest.mark.parametrize(
    ("urls", "spelling"),
    [
        ([], "url"),
        (["file:///a%20b.mov"], "url"),
        (["a.mov"], "url"),
        (["a b.mov"], "path"),
        (["C:\\x.mov", "file:///y.mov"], "path"),
        (["ü.mov"], "path"),
    ],
)
def test_how_a_file_spells_its_media(urls: list[str], spelling: str) -> None:
    """One reference that no URL would be is enough to know."""
    assert spelling == spelling_of(urls)
