"""Patterns: the project files in which a render may belong, from what the watched folder's `project:` says.

    ~/edits/film.otio            this file
    ~/edits                      every timeline in the folder
    ~/edits/{stem}.otio          called like the render; {name}: without its version ("film_v3" is "film")
    ~/edits/{parent}/*.kdenlive  in a folder called like the one that the render lies in; * and ? stand for any letters
    {parent}/../edits/*.otio     at the beginning, {parent} is that folder itself

What a render is called can lead nowhere else: everything found lies in the folder that the pattern names
before its first placeholder or star. Without `project:` a timeline called like the render is looked for
beside it, in the watched folder and in the folder above.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cutscore.config.watching import WatchFolder
from cutscore.readers import TIMELINES
from cutscore_watchers.matching.render_place import How

MOST_CANDIDATES = 200
"""Project files that are read for one render at most, the newest first."""
MOST_ENTRIES = 20_000
"""Names in folders that one pattern looks at at most."""
_VERSION = re.compile(
    r"(?:[\s._-]*(?:scored|v(?:er(?:sion)?)?[\s._-]?\d{1,4}|\(\d{1,3}\)|final|render|export|copy|\d{4}-?\d{2}-?\d{2}))+$",
    re.IGNORECASE,
)
_PLACEHOLDER = re.compile(r"\{(stem|name|parent)\}")
_MADE_BY_US = re.compile(r".+\.(?:scored(?:\.\d+)?|before-cutscore-\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A project file, and what led to it."""

    path: Path
    how: How


def candidates_for(render: Path, watch: WatchFolder) -> tuple[Candidate, ...]:
    """The project files to try for a render, the likeliest first."""
    if watch.project is None:
        found = [Candidate(path, "name") for folder in _folders_near(render, watch) for path in _named(render, folder)]
    else:
        found = list(_configured(render, watch, watch.project))
    unique = {os.path.normcase(candidate.path): candidate for candidate in reversed(found)}
    return tuple(sorted(unique.values(), key=lambda candidate: _rank(candidate, render)))[:MOST_CANDIDATES]


def plain_name(render: Path) -> str:
    """The render's name without its suffix and version: "film" for "film_v3 final.mp4"."""
    return _VERSION.sub("", render.stem) or render.stem


def is_called_like(project: Path, render: Path) -> bool:
    """Whether project and render have one name, versions left out."""
    return render.stem.casefold() == project.stem.casefold() or (
        plain_name(render).casefold() == plain_name(project).casefold()
    )


def _folders_near(render: Path, watch: WatchFolder) -> list[Path]:
    root = watch.path.expanduser().absolute()
    above = [root.parent] if render.absolute().is_relative_to(root) else []
    return list(dict.fromkeys([render.absolute().parent, root, *above]))


def _named(render: Path, folder: Path) -> list[Path]:
    """Timelines called like the render, asked for by name: a watched folder may hold very many files."""
    names = dict.fromkeys([render.stem, plain_name(render)])
    found = (folder / f"{name}{suffix}" for name in names for suffix in TIMELINES)
    # A name that would be longer than the system takes is no error here, only no file.
    return [path for path in found if os.path.exists(path) and _is_project(path)]  # noqa: PTH110


def _configured(render: Path, watch: WatchFolder, pattern: str) -> Iterator[Candidate]:
    parts = list(Path(pattern).parts)
    if parts and parts[0] == "{parent}":
        base, parts = render.absolute().parent, parts[1:]
    else:
        base = watch.path.expanduser().absolute() / Path(parts[0] if parts else ".").expanduser()
        parts = parts[1:]
    fixed = 0
    while fixed < len(parts) and not _is_open(parts[fixed]):
        base = base / parts[fixed]
        fixed += 1
    base = Path(os.path.normpath(base))
    if fixed == len(parts):
        yield from _fixed(base)
        return
    for path in _matches(base, [_glob_of(part, render) for part in parts[fixed:]]):
        if _lies_in(path, base):
            yield Candidate(path, "pattern")


def _fixed(path: Path) -> Iterator[Candidate]:
    if path.is_dir() and path.suffix.casefold() not in TIMELINES:
        for found in _timelines_in(path):
            yield Candidate(found, "pattern")
    else:
        yield Candidate(path, "configured")


def _is_open(part: str) -> bool:
    return any(sign in part for sign in "*?[{")


def _glob_of(part: str, render: Path) -> re.Pattern[str]:
    """What names a part of a pattern fits: `*` and `?` are open, everything else is taken as it stands."""
    values = {"stem": render.stem, "name": plain_name(render), "parent": render.absolute().parent.name}
    pieces = []
    for piece in re.split(r"(\{(?:stem|name|parent)\}|\*|\?)", part):
        if piece in ("*", "?"):
            pieces.append(".*" if piece == "*" else ".")
        elif (found := _PLACEHOLDER.fullmatch(piece)) is not None:
            pieces.append(re.escape(values[found[1]]))
        else:
            pieces.append(re.escape(piece))
    return re.compile("".join(pieces), re.IGNORECASE | re.DOTALL)


def _matches(folder: Path, patterns: list[re.Pattern[str]]) -> Iterator[Path]:
    """Files below a folder whose names fit the patterns, level by level; nothing but what lies there is named."""
    left = MOST_ENTRIES
    waiting = [(folder, 0)]
    while waiting and left > 0:
        here, level = waiting.pop(0)
        for path in _entries(here, left):
            left -= 1
            if not patterns[level].fullmatch(path.name):
                continue
            if level + 1 < len(patterns):
                if path.is_dir():
                    waiting.append((path, level + 1))
            elif _is_project(path):
                yield path


def _timelines_in(folder: Path) -> list[Path]:
    return [path for path in _entries(folder, MOST_ENTRIES) if _is_project(path)]


def _entries(folder: Path, most: int) -> list[Path]:
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for _, entry in zip(range(most), entries, strict=False)]
    except OSError:
        return []
    return [folder / name for name in sorted(names)]


def _is_project(path: Path) -> bool:
    """Whether it is a timeline that a person made, by its name."""
    hidden = path.name.startswith((".", "~"))
    return path.suffix.casefold() in TIMELINES and not hidden and not _MADE_BY_US.fullmatch(path.stem)


def _lies_in(path: Path, folder: Path) -> bool:
    try:
        return path.resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):
        return False


def _rank(candidate: Candidate, render: Path) -> tuple[int, float, str]:
    name = candidate.path.stem.casefold()
    alike = 0 if name == render.stem.casefold() else 1 if is_called_like(candidate.path, render) else 2
    try:
        changed = candidate.path.stat().st_mtime
    except OSError:
        changed = 0.0
    return alike, -changed, str(candidate.path)
