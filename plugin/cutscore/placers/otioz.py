"""A timeline with its media in one .otioz file (a zip).

The other members are copied as they stand in the file, compressed bytes, order, names and times alike;
only content.otio is written anew, and the music is added under media/.
"""

from __future__ import annotations

import copy
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO
from urllib.parse import quote, unquote

from cutscore.hashing import sha256_of
from cutscore.placers import Placed, PlaceOrder, otio_timeline
from cutscore.placers.container import Saving
from cutscore.placers.json_text import MAX_BYTES
from cutscore.placers.media_url import Spelling
from cutscore.placers.names import bundle_name, kept_name
from cutscore.placers.placing import place_timeline
from cutscore.placers.safe_write import keep_copy, write_atomically
from cutscore_composer.errors import InputRefused

MEDIA_OUTSIDE = False
CONTENT = "content.otio"
_CHUNK = 1 << 20
_ENCRYPTED = 0x1
_LOCAL_HEADER = struct.Struct("<4s22xHH")


def place_into(order: PlaceOrder) -> Placed:
    """Lay music into a project of this format."""
    return place_timeline(sys.modules[__name__], otio_timeline, order)


def read_text(path: Path) -> bytes:
    """The text of content.otio. Raises InputRefused for a bundle that is broken, encrypted or malicious."""
    with _opened(path) as bundle:
        return bundle.read(CONTENT)


def digest(path: Path) -> str:
    """Hash of the file."""
    return sha256_of(path)


def url_in(audio: Path, source: Path, target: Path) -> Callable[[Spelling], str]:
    """How the bundle names a music file: relative, under media/, never the name of another file in there."""
    with _opened(source) as bundle:
        sizes = {info.filename.casefold(): (info.file_size, info.CRC) for info in bundle.infolist()}
    ours = (audio.stat().st_size, _crc_of(audio))

    def present(name: str) -> bool | None:
        there = sizes.get(f"media/{name}".casefold())
        return None if there is None else there == ours

    name = bundle_name(audio, present)
    url = f"media/{quote(name.encode('utf-8', 'replace'), safe='')}"
    return lambda _: url


def save(saving: Saving) -> None:
    """Write the bundle: `source` with a new text and the music."""
    source, text = saving.source, saving.text

    def write(file: IO[bytes]) -> None:
        with _opened(source) as bundle, zipfile.ZipFile(file, "w", allowZip64=True) as made:
            made.comment = bundle.comment
            gone = {unquote(old) for old in saving.dropped if old.encode() not in text}
            for info in bundle.infolist():
                if info.filename == CONTENT:
                    _write_content(made, info, text)
                elif info.filename not in gone:
                    _copy_member(bundle, made, info, source)
            for audio, url in saving.sounds:
                _add_music(made, audio, unquote(url))
            if saving.more is not None:
                _add_named(made, saving.more, text)

    write_atomically(saving.target, write, saving.check)


def keep(path: Path) -> Path:
    """Keep a copy of the bundle beside it."""
    return keep_copy(path, kept_name(path))


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as bundle:
            _check(bundle, path)
            yield bundle
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error) as error:
        raise InputRefused(f"{path} is broken or no .otioz bundle: {error}.") from error
    except OSError as error:
        if isinstance(error, FileNotFoundError | PermissionError) and error.filename == str(path):
            raise InputRefused(f"{path} cannot be read: {error.strerror}.") from error
        raise


def _check(bundle: zipfile.ZipFile, path: Path) -> None:
    names = [info.filename for info in bundle.infolist()]
    if names.count(CONTENT) != 1:
        raise InputRefused(f"{path} is no .otioz bundle: it holds {names.count(CONTENT)} files content.otio, not one.")
    for info in bundle.infolist():
        name = info.filename
        if info.flag_bits & _ENCRYPTED:
            raise InputRefused(f"{path} is encrypted ({name}); save it without a password.")
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if ".." in parts or name.startswith(("/", "\\")) or PureWindowsPath(name).drive:
            raise InputRefused(f"{path} holds a file that would lie outside of it ({name!r}); it is not safe to use.")
    if bundle.getinfo(CONTENT).file_size > MAX_BYTES:
        raise InputRefused(f"The content.otio of {path} is larger than 1 GiB and is not read.")


def _write_content(made: zipfile.ZipFile, info: zipfile.ZipInfo, text: bytes) -> None:
    fresh = zipfile.ZipInfo(info.filename, info.date_time)
    fresh.compress_type = info.compress_type
    fresh.external_attr, fresh.create_system, fresh.comment = info.external_attr, info.create_system, info.comment
    made.writestr(fresh, text)


def _copy_member(bundle: zipfile.ZipFile, made: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    """Copy one member as it stands: local header, compressed bytes, and what follows them."""
    source, target = bundle.fp, made.fp
    assert source is not None
    assert target is not None
    source.seek(info.header_offset)
    head = source.read(30)
    if len(head) < 30 or not head.startswith(b"PK\x03\x04"):
        raise zipfile.BadZipFile(f"{info.filename} is not where the list of files says")
    _, name_length, extra_length = _LOCAL_HEADER.unpack(head)
    copied = copy.copy(info)
    copied.header_offset = target.tell()
    target.write(head + source.read(name_length + extra_length))
    _copy_checked(source, target, info)
    if info.flag_bits & 0x8:
        target.write(_descriptor(source, info))
    made.filelist.append(copied)
    made.NameToInfo[copied.filename] = copied
    made.start_dir = target.tell()


def _copy_checked(source: IO[bytes], target: IO[bytes], info: zipfile.ZipInfo) -> None:
    unpack = zlib.decompressobj(-15) if info.compress_type == zipfile.ZIP_DEFLATED else None
    known = info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    left, crc = info.compress_size, 0
    while left:
        chunk = source.read(min(_CHUNK, left))
        if not chunk:
            raise EOFError(f"{info.filename} is cut off")
        left -= len(chunk)
        target.write(chunk)
        if unpack is None:
            crc = zlib.crc32(chunk, crc)
            continue
        while chunk:
            crc = zlib.crc32(unpack.decompress(chunk, _CHUNK), crc)
            chunk = unpack.unconsumed_tail
    if unpack is not None:
        crc = zlib.crc32(unpack.flush(), crc)
    if known and crc != info.CRC:
        raise zipfile.BadZipFile(f"{info.filename} is damaged")


def _descriptor(source: IO[bytes], info: zipfile.ZipInfo) -> bytes:
    """What stands behind the data of a member that was written as a stream."""
    start = source.read(4)
    wide = 20 if max(info.file_size, info.compress_size) > 0xFFFFFFFF else 12
    return start + source.read(wide if start == b"PK\x07\x08" else wide - 4)


def _add_music(made: zipfile.ZipFile, audio: Path, name: str) -> None:
    if name not in made.NameToInfo:
        made.write(audio, name, compress_type=zipfile.ZIP_STORED)


def _add_named(made: zipfile.ZipFile, more: Path, text: bytes) -> None:
    with _opened(more) as other:
        for info in other.infolist():
            named = quote(info.filename).encode() in text or info.filename.encode() in text
            if info.filename not in made.NameToInfo and info.filename != CONTENT and named:
                _copy_member(other, made, info, more)


def _crc_of(path: Path) -> int:
    crc = 0
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            crc = zlib.crc32(chunk, crc)
    return crc
