"""Answers: whether the bytes of a 200 are music, and the tracks inside them (one, or a ZIP of music and effects).

All of it is untrusted: names inside a ZIP are never used as paths, and what is unpacked is counted.
"""

from __future__ import annotations

import os
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath

from cutscore_composer.contract import OutputFormat
from cutscore_composer.errors import InputRefused
from cutscore_composer.media.containers import channels_of, file_kind, kind_of, read_audio, sample_bytes, wrap

MOST_TRACKS = 8
MOST_UNPACKED_BYTES = 1 << 30
_PIECE = 1 << 20
_EFFECTS = ("sfx", "effect", "fx", "sound", "foley")


@dataclass(frozen=True, slots=True)
class Track:
    """One track of an answer, as a file with a header."""

    name: str
    """"music", "sfx", or the name that the server gave it."""
    file: Path


def problem(file: Path, content_type: str, form: OutputFormat) -> str | None:
    """Why the bytes of a 200 are no music, as the end of a sentence; None when they are."""
    size = file.stat().st_size
    kind = content_type.split(";")[0].strip().lower()
    if size == 0:
        return "an empty answer"
    with file.open("rb") as opened:
        head = opened.read(512)
    if is_zip(file):
        return None
    if (
        kind.startswith(("text/", "video/", "image/"))
        or kind.endswith(("json", "xml"))
        or kind == "multipart/form-data"
    ):
        return f"{kind} instead of audio"
    if kind_of(head) is not None:
        return _undecodable(file)
    if form.headerless and head.lstrip()[:1] not in (b"<", b"{"):
        return None if size >= sample_bytes(form) * form.sample_rate // 100 else "less than 10 ms of audio"
    return f"{kind or 'bytes'} that are not {form.codec}"


def is_zip(file: Path) -> bool:
    """Whether a file begins as a ZIP does (samples that merely end like one do not count)."""
    with file.open("rb") as opened:
        return opened.read(4) in (b"PK\x03\x04", b"PK\x05\x06") and zipfile.is_zipfile(file)


def extension_of(file: Path, form: OutputFormat) -> str:
    """The file name extension that the bytes deserve, with its dot."""
    if is_zip(file):
        return ".zip"
    kind = file_kind(file)
    if kind is None:
        return form.extension
    if kind == "ogg":
        return form.extension if form.codec == "opus" else ".ogg"
    return f".{kind}"


def tracks_of(
    file: Path, form: OutputFormat, seconds: Fraction, folder: Path, channels: int | None = None
) -> tuple[Track, ...]:
    """The tracks of an answer as audio files with headers, the music first; new files lie in `folder`.

    `seconds` is the length of the picture, by which mono and stereo are told apart in bare samples, unless
    `channels` says it. Raises InputRefused with one sentence when the answer cannot be used.
    """
    if not is_zip(file):
        return (Track("music", _with_header(file, form, seconds, folder / "music.wav", channels)),)
    packed = _unpack(file, folder)
    return tuple(
        Track(name, _with_header(path, form, seconds, folder / f"track{number}.wav", channels))
        for number, (name, path) in enumerate(packed)
    )


def _with_header(file: Path, form: OutputFormat, seconds: Fraction, target: Path, channels: int | None) -> Path:
    if file_kind(file) is not None or not form.headerless:
        return file
    wrap(file, target, form, channels or channels_of(file.stat().st_size, form, seconds))
    return target


def _unpack(file: Path, folder: Path) -> list[tuple[str, Path]]:
    """Name and file of each track, the music first."""
    try:
        with zipfile.ZipFile(file) as archive:
            members = [member for member in archive.infolist() if not member.is_dir()]
            _refuse_traps(members)
            found = [(member.filename, folder / f"member{n}") for n, member in enumerate(members)]
            left = MOST_UNPACKED_BYTES
            for member, (_, target) in zip(members, found, strict=True):
                left -= _extract(archive, member, target, left)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        raise InputRefused(f"The server's ZIP of tracks is damaged ({error}).") from error
    named = _named([name for name, _ in found])
    return sorted(zip(named, [path for _, path in found], strict=True), key=lambda row: row[0] != "music")


def _refuse_traps(members: list[zipfile.ZipInfo]) -> None:
    if not members:
        raise InputRefused("The server's ZIP of tracks is empty.")
    if len(members) > MOST_TRACKS:
        raise InputRefused(
            f"The server's ZIP holds {len(members)} files where at most {MOST_TRACKS} tracks are expected."
        )
    for member in members:
        path, other = PurePosixPath(member.filename), PureWindowsPath(member.filename)
        if path.is_absolute() or other.drive or other.root or ".." in path.parts or ".." in other.parts:
            raise InputRefused(f"The server's ZIP names a file outside of itself ({member.filename!r}): refused.")
        if member.flag_bits & 0x1:
            raise InputRefused(f"The server's ZIP is encrypted ({member.filename!r}).")


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Unpack one member, counting what really comes out, whatever its header claims."""
    written = 0
    with archive.open(member) as source, target.open("xb") as out:
        while piece := source.read(_PIECE):
            written += len(piece)
            if written > most:
                raise InputRefused(f"The server's ZIP unpacks to more than {MOST_UNPACKED_BYTES} bytes: refused.")
            out.write(piece)
        out.flush()
        os.fsync(out.fileno())
    return written


def _named(files: list[str]) -> list[str]:
    """A name for each track: "music" for exactly one, "sfx" for one that is called so, its own name for the rest."""
    stems = [PurePosixPath(name.replace("\\", "/")).stem for name in files]
    low = [stem.lower() for stem in stems]
    effects = next((n for n, s in enumerate(low) if "music" not in s and any(word in s for word in _EFFECTS)), None)
    music = next((n for n, s in enumerate(low) if "music" in s), None)
    if music is None:
        music = next((n for n in range(len(low)) if n != effects), 0)
    names = list(stems)
    names[music] = "music"
    if effects is not None and effects != music:
        names[effects] = "sfx"
    return [name if names.index(name) == n else f"{name}{n + 1}" for n, name in enumerate(names)]


def _undecodable(file: Path) -> str | None:
    """Decode the first blocks: a file that only begins like audio is found out here."""
    try:
        if next(iter(read_audio(file)), None) is None:
            return "audio without a single sample"
    except InputRefused:
        return "audio that cannot be decoded"
    return None


def licence_facts(headers: Mapping[str, str]) -> dict[str, str]:
    """What headers say of licence, terms or rights."""
    words = ("licen", "copyright", "terms", "rights")
    facts = {name: value[:500] for name, value in headers.items() if any(word in name for word in words)}
    link = headers.get("link", "")
    return facts | ({"link": link[:500]} if "license" in link or "terms-of-service" in link else {})
