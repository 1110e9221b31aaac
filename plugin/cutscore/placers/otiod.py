"""A timeline with its media in a folder, NAME.otiod: content.otio and media/."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, unquote

from cutscore.hashing import sha256_of
from cutscore.placers import Placed, PlaceOrder, otio_timeline
from cutscore.placers.container import Saving
from cutscore.placers.media_url import Spelling
from cutscore.placers.names import bundle_name, kept_name
from cutscore.placers.placing import place_timeline
from cutscore.placers.safe_write import failed, keep_copy, read_bytes, write_atomically

MEDIA_OUTSIDE = False
CONTENT = "content.otio"


def place_into(order: PlaceOrder) -> Placed:
    """Lay music into a project of this format."""
    return place_timeline(sys.modules[__name__], otio_timeline, order)


def read_text(path: Path) -> bytes:
    """The text of content.otio."""
    return read_bytes(path / CONTENT)


def digest(path: Path) -> str:
    """Hash of content.otio."""
    return sha256_of(path / CONTENT)


def url_in(audio: Path, source: Path, target: Path) -> Callable[[Spelling], str]:
    """How the bundle names a music file: relative, under media/, never the name of another file in there."""

    def present(name: str) -> bool | None:
        there = [folder / "media" / name for folder in (source, target) if (folder / "media" / name).exists()]
        return all(_same(file, audio) for file in there) if there else None

    url = f"media/{quote(os.fsencode(bundle_name(audio, present)), safe='')}"
    return lambda _: url


def save(saving: Saving) -> None:
    """Write the bundle: the folder `source` with a new text and the music.

    A new folder gets its name only when it is whole; in one that is there, media come first and the
    text last, so that it never names what is missing.
    """
    source, target, text = saving.source, saving.target, saving.text
    name = unquote(saving.url).removeprefix("media/")
    try:
        if target.exists():
            _copy_missing(source, target)
            _copy_into(saving.audio, target / "media" / name)
            write_atomically(target / CONTENT, lambda file: file.write(text), saving.check)
            for old in saving.dropped:
                if old.encode() not in text and old.startswith("media/"):
                    (target / "media" / Path(unquote(old)).name).unlink(missing_ok=True)
            return
        part = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            shutil.copytree(source, part, symlinks=True)
            _copy_into(saving.audio, part / "media" / name)
            _copy_named(saving.more, part, text)
            write_atomically(part / CONTENT, lambda file: file.write(text), saving.check)
            part.rename(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    except (OSError, shutil.Error) as error:
        raise failed(target, error) from error


def keep(path: Path) -> Path:
    """Keep a copy of content.otio in the bundle, where the media it names are found."""
    return keep_copy(path / CONTENT, kept_name(path / CONTENT))


def _copy_missing(source: Path, target: Path) -> None:
    if source == target:
        return
    for file in sorted(source.rglob("*")):
        there = target / file.relative_to(source)
        if file.is_file() and not there.exists():
            _copy_into(file, there)


def _copy_named(more: Path | None, target: Path, text: bytes) -> None:
    for file in [] if more is None else sorted((more / "media").iterdir()):
        if quote(file.name).encode() in text and not (target / "media" / file.name).exists():
            _copy_into(file, target / "media" / file.name)


def _copy_into(file: Path, target: Path) -> None:
    if target.exists() and _same(target, file):
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with file.open("rb") as source:
        write_atomically(target, lambda made: shutil.copyfileobj(source, made, 1 << 20))
    with contextlib.suppress(OSError):
        shutil.copystat(file, target)


def _same(one: Path, other: Path) -> bool:
    return one.stat().st_size == other.stat().st_size and sha256_of(one) == sha256_of(other)
