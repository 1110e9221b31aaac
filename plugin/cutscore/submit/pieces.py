"""Pieces: the files of a Music by their roles, for the store, for their final names, and read back from either."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from cutscore.results import safe_name
from cutscore.submit.ledger import Entry
from cutscore.submit.store import Lost, Store
from cutscore_composer.alternates import ALTERNATES
from cutscore_composer.cue import CueAlternate, CueStem, cue_json, read_cue
from cutscore_composer.engine import Request
from cutscore_composer.errors import OutputFailed
from cutscore_composer.music import Alternate, Music, Stem

_ENDINGS = {
    "audio": ".wav",
    "cue": ".cue.json",
    "midi": ".mid",
    "score_picture": ".score.png",
    "hit_report": ".hits.txt",
}
_STEM = "stem:"
_TRACK = "track:"
_ALTERNATE = "alternate:"
_ALTERNATE_CUE = "alternate_cue:"
_PART = "original_part"
"""With its number: what the server sent for one part of a divided edit."""


def roles(music: Music) -> Iterator[tuple[str, Path]]:
    """Every file of a piece with what it is to it."""
    optional = {
        "midi": music.midi,
        "score_picture": music.score_picture,
        "hit_report": music.hit_report,
        "original": music.original,
    }
    yield "audio", music.audio
    yield "cue", music.cue_file
    yield from ((role, path) for role, path in optional.items() if path is not None)
    if music.original_wav is not None:
        yield "original_wav", music.original_wav
    yield from ((f"{_PART}{number}", path) for number, path in enumerate(music.original_parts, start=1))
    yield from ((f"{_STEM}{stem.name}", stem.file) for stem in music.stems)
    yield from ((f"{_TRACK}{track.name}", track.file) for track in music.tracks)
    for one in music.alternates:
        yield f"{_ALTERNATE}{one.name}", one.file
        if one.cue_file is not None:
            yield f"{_ALTERNATE_CUE}{one.name}", one.cue_file


def ending_of(role: str, path: Path) -> str:
    """How the final name of a file ends, after the stem that all share."""
    if role in _ENDINGS:
        return _ENDINGS[role]
    if role == "original":
        return f".original{path.suffix or '.bin'}"
    if role == "original_wav":
        return ".original.wav"
    if role.startswith(_PART):
        return f".original.part{role.removeprefix(_PART)}{path.suffix or '.bin'}"
    if role.startswith(_ALTERNATE_CUE):
        return f".{role.removeprefix(_ALTERNATE_CUE)}.cue.json"
    if role.startswith(_ALTERNATE):
        return f".{role.removeprefix(_ALTERNATE)}.wav"
    return f".{safe_name(role.removeprefix(_STEM).removeprefix(_TRACK))[:40]}.wav"


def named(music: Music, request: Request) -> list[tuple[Path, str]]:
    """Every file of a piece with the ending of its final name.

    The cue file is written again where it does not tell every warning, or stems, tracks and alternates by their final
    names.
    """
    files = [(path, ending_of(role, path)) for role, path in roles(music)]
    stems = tuple(CueStem(s.name, f"{request.stem}{ending_of(_STEM + s.name, s.file)}") for s in music.stems)
    others = tuple(
        CueAlternate(one.name, f"{request.stem}{ending_of(_ALTERNATE + one.name, one.file)}")
        for one in music.alternates
    )
    tracks = tuple(CueStem(t.name, f"{request.stem}{ending_of(_TRACK + t.name, t.file)}") for t in music.tracks)
    warnings = tuple(dict.fromkeys((*music.cue.warnings, *music.warnings)))
    cue = replace(music.cue, stems=stems, tracks=tracks, alternates=others, warnings=warnings)
    if cue != music.cue:
        music.cue_file.write_text(cue_json(cue), encoding="utf-8")
    return files


def from_store(entry: Entry, store: Store, request: Request) -> Music:
    """A stored piece as files in `request.folder`. Raises OutputFailed."""
    paths: dict[str, Path] = {}
    for file in entry.files:
        path = request.folder / f"{request.stem}{ending_of(file.role, Path())}"
        try:
            store.get(file.sha256, path)
        except Lost as error:
            raise OutputFailed(f"The store {store.folder} lost a file while it was read: {error}.") from error
        paths[file.role] = path
    return _music(paths, dict(entry.facts))


def from_rights(rights: Path, said: dict[str, Any]) -> Music:
    """A delivered piece as its rights file tells it; all its files are there."""
    stem = rights.name.removesuffix(".rights.json")
    paths: dict[str, Path] = {}
    for name in said["files"]:
        paths[_role_of(name.removeprefix(stem))] = rights.parent / name
    facts = said.get("facts")
    return _music(paths, dict(facts) if isinstance(facts, dict) else {})


def _role_of(ending: str) -> str:
    known = {ending: role for role, ending in _ENDINGS.items()}
    if ending in known:
        return known[ending]
    if part := re.fullmatch(r"\.original\.part(\d+)\..*", ending):
        return f"{_PART}{part[1]}"
    if ending.startswith(".original."):
        return "original_wav" if ending == ".original.wav" else "original"
    if (name := ending.removeprefix(".").removesuffix(".cue.json")) in ALTERNATES:
        return _ALTERNATE_CUE + name
    if (name := ending.removeprefix(".").removesuffix(".wav")) in ALTERNATES:
        return _ALTERNATE + name
    return _STEM + name


def _music(paths: dict[str, Path], facts: dict[str, str]) -> Music:
    cue = read_cue(paths["cue"])
    names = {stem.file: stem.name for stem in (*cue.stems, *cue.tracks)}
    # By its name alone a track looks like a stem: the cue file tells them apart.
    known = {track.file for track in cue.tracks}
    parts = [
        (role.startswith(_TRACK) or path.name in known, Stem(names.get(path.name, role.partition(":")[2]), path))
        for role, path in paths.items()
        if role.startswith((_STEM, _TRACK))
    ]
    return Music(
        audio=paths["audio"],
        cue=cue,
        cue_file=paths["cue"],
        midi=paths.get("midi"),
        score_picture=paths.get("score_picture"),
        hit_report=paths.get("hit_report"),
        original=paths.get("original"),
        original_wav=paths.get("original_wav"),
        original_parts=tuple(path for role, path in paths.items() if role.startswith(_PART)),
        stems=tuple(part for is_track, part in parts if not is_track),
        tracks=tuple(part for is_track, part in parts if is_track),
        alternates=tuple(
            Alternate(name, path, paths.get(_ALTERNATE_CUE + name))
            for name in ALTERNATES
            if (path := paths.get(_ALTERNATE + name)) is not None
        ),
        facts=facts,
        warnings=cue.warnings,
    )
