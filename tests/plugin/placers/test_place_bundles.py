"""Music in .otioz and .otiod bundles: the text edited, the WAV inside, every other member as it was."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import opentimelineio as otio
import pytest

from cutscore.placers import PlacedMusic, place
from cutscore_composer.errors import InputRefused

Make = Callable[..., PlacedMusic]


def bundle(path: Path, edit: Path, *, more: dict[str, bytes] | None = None, method: int = zipfile.ZIP_STORED) -> Path:
    """A bundle as OTIO lays it out, with some members."""
    with zipfile.ZipFile(path, "w") as made:
        made.comment = b"made by a test"
        made.writestr("version.txt", "1.0.0", zipfile.ZIP_DEFLATED)
        made.writestr("content.otio", edit.read_bytes(), zipfile.ZIP_DEFLATED)
        for name, data in (more or {"media/a.mov": b"film" * 999}).items():
            made.writestr(zipfile.ZipInfo(name, (2001, 2, 3, 4, 5, 6)), data, method)
    return path


def raw_members(path: Path) -> dict[str, bytes]:
    """The bytes of each member as they stand in the file: local header, name, extra field, compressed data."""
    found = {}
    data = path.read_bytes()
    with zipfile.ZipFile(path) as opened:
        for info in opened.infolist():
            at = info.header_offset
            name, extra = struct.unpack_from("<HH", data, at + 26)
            found[info.filename] = data[at : at + 30 + name + extra + info.compress_size]
    return found


def members(path: Path) -> list[tuple]:
    """What the list of a bundle says of each member but its offset."""
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        return [
            (i.filename, i.date_time, i.compress_type, i.external_attr, i.CRC, i.file_size) for i in opened.infolist()
        ]


def without(names: list[str], rows: list[tuple]) -> list[tuple]:
    """The rows of all other members."""
    return [row for row in rows if row[0] not in names]


def music_in(path: Path) -> list[str]:
    """The music that the bundle's timeline plays, read by OTIO."""
    timeline = otio.adapters.read_from_file(str(path))
    return [
        clip.media_reference.target_url
        for track in timeline.tracks
        if "cutscore" in track.metadata
        for clip in track.find_clips()
    ]


@pytest.mark.real
def test_a_real_bundle(timelines: Path, tmp_path: Path, make_music: Make) -> None:
    """Every other member is byte for byte the same, in the same order; the music is inside and is the WAV."""
    source = timelines / "tlr_single_clip_with_media.otioz"
    music = make_music(48, 30)
    placed = place(music, source, output_folder=tmp_path / "out")
    assert placed.project.name == "tlr_single_clip_with_media.scored.otioz"
    before, after = raw_members(source), raw_members(placed.project)
    assert [*before, "media/edit.wav"] == list(after)
    assert {k: v for k, v in before.items() if k != "content.otio"} == {
        k: v for k, v in after.items() if k not in ("content.otio", "media/edit.wav")
    }
    with zipfile.ZipFile(placed.project) as opened:
        assert music.audio.read_bytes() == opened.read("media/edit.wav")
        new = json.loads(opened.read("content.otio"))
    with zipfile.ZipFile(source) as opened:
        old = json.loads(opened.read("content.otio"))
    new["tracks"]["children"].pop()
    assert old == new
    timeline = otio.adapters.read_from_file(str(placed.project), extract_to_directory=str(tmp_path))
    (clip,) = timeline.tracks[-1].find_clips()
    assert (tmp_path / clip.media_reference.target_url).read_bytes() == music.audio.read_bytes()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_members_keep_their_bytes_and_their_order(tmp_path: Path, edit: Path, make_music: Make, method: int) -> None:
    """Names of all scripts, times, kinds of compression and the comment stay."""
    more = {"media/ä b%20.mov": b"x" * 70_000, "notes/": b"", "media/日本.mov": os.urandom(70_000)}
    source = bundle(tmp_path / "edit.otioz", edit, more=more, method=method)
    placed = place(make_music(), source, output_folder=tmp_path / "out")
    changed = ["content.otio", "media/edit.wav"]
    assert without(changed, members(source)) == without(changed, members(placed.project))
    old, new = raw_members(source), raw_members(placed.project)
    assert {k: v for k, v in old.items() if k not in changed} == {k: v for k, v in new.items() if k not in changed}
    with zipfile.ZipFile(placed.project) as opened:
        assert opened.comment == b"made by a test"


def test_members_written_as_a_stream(tmp_path: Path, edit: Path, make_music: Make) -> None:
    """A bundle whose members carry their sizes behind the data (as other programs write) is copied right."""

    class Pipe:
        """A file that cannot seek."""

        def __init__(self, path: Path) -> None:
            self.file = path.open("wb")

        def write(self, data: bytes) -> int:
            return self.file.write(data)

        def flush(self) -> None:
            self.file.flush()

    source = tmp_path / "edit.otioz"
    pipe = Pipe(source)
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("media/a.mov", b"film" * 999)
        made.writestr("content.otio", edit.read_bytes())
        made.writestr("media/b.mov", b"reel" * 999)
    pipe.file.close()
    placed = place(make_music(), source, output_folder=tmp_path / "out")
    changed = ["content.otio", "media/edit.wav"]
    assert without(changed, members(source)) == without(changed, members(placed.project))
    shutil.unpack_archive(placed.project, tmp_path / "unpacked", "zip")
    assert (tmp_path / "unpacked/media/b.mov").read_bytes() == b"reel" * 999


def test_a_second_run_swaps_the_music_inside(tmp_path: Path, edit: Path, make_music: Make) -> None:
    """The earlier WAV that nothing names any more goes; a name that another file has is not taken."""
    source = bundle(tmp_path / "edit.otioz", edit, more={"media/edit.wav": b"not ours"})
    first = place(make_music(), source, output_folder=tmp_path / "out")
    assert music_in(first.project) == ["media/edit-2.wav"]
    second = place(make_music(level=2), source, output_folder=tmp_path / "out")
    assert first.project == second.project
    names = [row[0] for row in members(second.project)]
    assert ["version.txt", "content.otio", "media/edit.wav", "media/edit-3.wav"] == names
    with zipfile.ZipFile(second.project) as opened:
        assert opened.read("media/edit.wav") == b"not ours"
    before = second.project.read_bytes()
    assert not place(make_music(level=2), source, output_folder=tmp_path / "out").changed
    assert before == second.project.read_bytes()


def test_a_re_edited_bundle_takes_the_music_along(tmp_path: Path, edit: Path, make_music: Make) -> None:
    """The cue of another range, and its WAV, come over from the earlier scored bundle."""
    source = bundle(tmp_path / "edit.otioz", edit)
    place(make_music(12, name="one.wav"), source, output_folder=tmp_path / "out")
    edit.write_text(edit.read_text().replace('"V1"', '"re-edited"'))
    bundle(source, edit, more={"media/new.mov": b"new"})
    placed = place(make_music(12, level=2, name="two.wav", record_in=20), source, output_folder=tmp_path / "out")
    assert ["media/one.wav", "media/two.wav"] == music_in(placed.project)
    assert {"media/new.mov", "media/one.wav", "media/two.wav"} <= {row[0] for row in members(placed.project)}


def test_in_place_keeps_a_copy(tmp_path: Path, edit: Path, make_music: Make) -> None:
    """The bundle as it was lies beside the new one."""
    source = bundle(tmp_path / "edit.otioz", edit)
    before = source.read_bytes()
    placed = place(make_music(), source, output_folder=tmp_path / "out", in_place=True)
    assert (source, tmp_path / "edit.before-cutscore-1.otioz") == (placed.project, placed.kept_copy)
    assert placed.message.endswith("The file as it was is kept as edit.before-cutscore-1.otioz.")
    assert before == (tmp_path / "edit.before-cutscore-1.otioz").read_bytes()
    assert music_in(source) == ["media/edit.wav"]


@pytest.mark.parametrize("name", ["../evil.sh", "/etc/evil", "media/../../evil", "C:\\evil", "\\\\server\\evil"])
def test_malicious_names_are_refused(tmp_path: Path, edit: Path, make_music: Make, name: str) -> None:
    """A member that would lie outside of the bundle is no member to carry along."""
    source = bundle(tmp_path / "edit.otioz", edit, more={name: b"x"})
    with pytest.raises(InputRefused, match="not safe"):
        place(make_music(), source, output_folder=tmp_path / "out")


def broken(data: bytes, how: str) -> bytes:
    """A bundle's bytes, spoilt."""
    if how == "half":
        return data[: len(data) // 2]
    if how == "no zip":
        return b"hello"
    if how == "empty":
        return b""
    if how == "media damaged":
        at = data.index(b"film" * 10) + 20
        return data[:at] + b"X" + data[at + 1 :]
    spoilt = bytearray(data)
    at = 0
    while (at := spoilt.find(b"PK\x01\x02", at)) >= 0:
        spoilt[at + 8] |= 1
        at += 4
    return bytes(spoilt)


@pytest.mark.parametrize("how", ["half", "no zip", "empty", "media damaged", "encrypted"])
def test_a_broken_bundle_is_refused(tmp_path: Path, edit: Path, make_music: Make, how: str) -> None:
    """One sentence, and nothing is written."""
    source = bundle(tmp_path / "edit.otioz", edit)
    source.write_bytes(broken(source.read_bytes(), how))
    with pytest.raises(InputRefused, match=r"edit\.otioz is (broken|encrypted)"):
        place(make_music(folder=tmp_path / "music"), source, output_folder=tmp_path / "out")
    assert [] == list((tmp_path / "out").glob("*"))


def test_a_bundle_without_a_timeline_is_refused(tmp_path: Path, make_music: Make) -> None:
    """A zip that is no bundle is named so."""
    source = tmp_path / "edit.otioz"
    with zipfile.ZipFile(source, "w") as made:
        made.writestr("readme.txt", "hello")
    with pytest.raises(InputRefused, match=r"0 files content\.otio"):
        place(make_music(), source, output_folder=tmp_path / "out")


@pytest.fixture
def folder_bundle(tmp_path: Path, edit: Path) -> Path:
    """An .otiod bundle."""
    made = tmp_path / "edit.otiod"
    (made / "media").mkdir(parents=True)
    (made / "media" / "a.mov").write_bytes(b"film")
    (made / "content.otio").write_bytes(edit.read_bytes())
    return made


def digests(folder: Path) -> dict[str, str]:
    """Hash of every file in a folder."""
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_a_folder_bundle(folder_bundle: Path, tmp_path: Path, make_music: Make) -> None:
    """The scored bundle is a copy with the music in it; the original folder stays as it was."""
    before = digests(folder_bundle)
    placed = place(make_music(), folder_bundle, output_folder=tmp_path / "out")
    assert tmp_path / "out" / "edit.scored.otiod" == placed.project
    assert before == digests(folder_bundle)
    after = digests(placed.project)
    assert {"content.otio", "media/a.mov", "media/edit.wav"} == set(after)
    assert before["media/a.mov"] == after["media/a.mov"]
    assert music_in(placed.project / "content.otio") == ["media/edit.wav"]
    second = place(make_music(level=2), folder_bundle, output_folder=tmp_path / "out")
    assert second.replaced
    assert {"content.otio", "media/a.mov", "media/edit-2.wav"} == set(digests(second.project))
    assert [placed.project.name] == [p.name for p in (tmp_path / "out").iterdir()]


def test_a_folder_bundle_in_place(folder_bundle: Path, tmp_path: Path, make_music: Make) -> None:
    """Only the text and the music change; the former text is kept in the bundle."""
    before = (folder_bundle / "content.otio").read_bytes()
    placed = place(make_music(), folder_bundle, output_folder=tmp_path / "out", in_place=True)
    assert placed.kept_copy == folder_bundle / "content.before-cutscore-1.otio"
    assert before == placed.kept_copy.read_bytes()
    assert {"content.otio", "content.before-cutscore-1.otio", "media/a.mov", "media/edit.wav"} == set(
        digests(folder_bundle)
    )
