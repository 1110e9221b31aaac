"""A project that is a folder: a text and what belongs to it."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote

from cutscore.hashing import sha256_of
from cutscore.placers.container import Saving
from cutscore.placers.media_url import Spelling, media_url
from cutscore.placers.names import bundle_name, kept_name
from cutscore.placers.safe_write import failed, keep_copy, read_bytes, write_atomically
from cutscore_composer.errors import InputRefused


@dataclass(frozen=True, slots=True)
class BundleFolder:
    """One kind of such projects, as a container."""

    content: str
    """Name of the text."""
    media: str | None
    """Folder that the music goes into; None where media lie outside."""

    MEDIA_OUTSIDE = False

    def read_text(self, path: Path) -> bytes:
        """The text. Raises InputRefused for a bundle without, and for one that leads out of itself."""
        if self.media is None:
            _refuse_ways_out(path)
        return read_bytes(path / self.content)

    def digest(self, path: Path) -> str:
        """Hash of the text."""
        return sha256_of(path / self.content)

    def url_in(self, audio: Path, source: Path, target: Path) -> Callable[[Spelling], str]:
        """How the bundle names a music file: never the name of another file in it."""
        if self.media is None:
            return lambda spelling: media_url(audio.absolute(), target.absolute(), spelling)
        media = self.media

        def present(name: str) -> bool | None:
            there = [folder / media / name for folder in (source, target) if (folder / media / name).exists()]
            return all(_same(file, audio) for file in there) if there else None

        url = f"{media}/{quote(os.fsencode(bundle_name(audio, present)), safe='')}"
        return lambda _: url

    def save(self, saving: Saving) -> None:
        """Write the bundle: the folder `source` with a new text and, where that goes inside, the music.

        A new folder gets its name only when it is whole; in one that is there, media come first and the
        text last, so that it never names what is missing.
        """
        source, target, text = saving.source, saving.target, saving.text
        try:
            if target.exists():
                self._copy_missing(source, target)
                self._add_music(saving, target)
                write_atomically(target / self.content, lambda file: file.write(text), saving.check)
                self._drop(saving)
                return
            part = target.with_name(f".{target.name}.{os.getpid()}.part")
            try:
                shutil.copytree(source, part, symlinks=True)
                self._add_music(saving, part)
                self._copy_named(saving.more, part, text)
                write_atomically(part / self.content, lambda file: file.write(text), saving.check)
                part.rename(target)
            finally:
                shutil.rmtree(part, ignore_errors=True)
        except (OSError, shutil.Error) as error:
            raise failed(target, error) from error

    def keep(self, path: Path) -> Path:
        """Keep a copy of the text in the bundle, where what it names is found."""
        return keep_copy(path / self.content, kept_name(path / self.content))

    def _add_music(self, saving: Saving, folder: Path) -> None:
        for audio, url in saving.sounds if self.media is not None else ():
            _copy_into(audio, folder / str(self.media) / unquote(url).removeprefix(f"{self.media}/"))

    def _drop(self, saving: Saving) -> None:
        for old in saving.dropped if self.media is not None else ():
            if old.encode() not in saving.text and old.startswith(f"{self.media}/"):
                (saving.target / str(self.media) / Path(unquote(old)).name).unlink(missing_ok=True)

    def _copy_missing(self, source: Path, target: Path) -> None:
        if source == target:
            return
        for file in sorted(source.rglob("*")):
            there = target / file.relative_to(source)
            if file.is_file() and not there.exists():
                _copy_into(file, there)

    def _copy_named(self, more: Path | None, target: Path, text: bytes) -> None:
        if more is None or self.media is None:
            return
        for file in sorted((more / self.media).iterdir()):
            if quote(file.name).encode() in text and not (target / self.media / file.name).exists():
                _copy_into(file, target / self.media / file.name)


def _refuse_ways_out(path: Path) -> None:
    """Refuse a bundle with links to places outside of it: a copy of it would carry strangers' files along."""
    home = path.resolve()
    for folder, folders, files in os.walk(path):
        for name in (*folders, *files):
            found = Path(folder, name)
            if found.is_symlink() and not found.resolve().is_relative_to(home):
                inside = found.relative_to(path)
                raise InputRefused(f"{path} holds a link that leads out of it ({inside}); it is not safe to use.")


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
