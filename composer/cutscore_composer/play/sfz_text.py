"""The text of SFZ files: headers, inheritance, #define and #include, to one dict of opcodes for each region.

Written after the description of the format at sfzformat.com. Whoever wrote the file is not trusted: size,
number of regions and depth are bounded, and nothing is read outside the chosen folder.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cutscore_composer.errors import ConfigError

MOST_BYTES = 4 << 20
"""Of all text, included files counted each time."""
MOST_REGIONS = 20_000
_MOST_DEPTH = 8
_LONGEST_LINE = 20_000

_HEADER = re.compile(r"<(\w+)>")
_OPCODE = re.compile(r"(\w+)=")
_DEFINE = re.compile(r"#define\s+(\$\w+)\s+(\S+)")
_INCLUDE = re.compile(r'#include\s+"([^"]+)"')
_LEVELS = ("control", "global", "master", "group", "region")


@dataclass(frozen=True, slots=True)
class RawRegion:
    """The opcodes of a region with all it inherits, and where it stands."""

    opcodes: Mapping[str, str]
    control: Mapping[str, str]
    """What the <control> header before it says."""
    file: Path
    line: int

    @property
    def place(self) -> str:
        """ "piano.sfz:12"."""
        return f"{self.file}:{self.line}"


def raw_regions(file: Path, root: Path) -> list[RawRegion]:
    """The regions of an SFZ file; `root` is the folder that nothing may lie outside of.

    Raises ConfigError, with file and line, for what cannot be read.
    """
    reader = _Reader(root)
    reader.read(file, 0)
    return reader.regions


def inside(root: Path, path: Path, place: str) -> Path:
    """`path`, made sure to lie inside `root`; on other systems' files, letters may differ in case."""
    found = path if path.exists() else _other_case(root, path)
    if not found.resolve().is_relative_to(root.resolve()):
        raise ConfigError(f"{place}: {path} lies outside the folder of the instrument, {root}; that is not read.")
    if not found.is_file():
        raise ConfigError(f"{place}: the file {path} does not exist.")
    return found


class _Reader:
    """Goes through the text, with what the headers so far have set."""

    def __init__(self, root: Path) -> None:
        self.regions: list[RawRegion] = []
        self._root = root
        self._defined: dict[str, str] = {}
        self._level = ""
        self._set: dict[str, dict[str, str]] = {level: {} for level in _LEVELS}
        self._begun: tuple[Path, int] | None = None
        self._bytes = 0

    def read(self, file: Path, depth: int) -> None:
        for number, line in self._lines(file):
            place = f"{file}:{number}"
            rest = line
            if (define := _DEFINE.match(line)) is not None:
                self._defined[define[1]] = define[2]
                rest = line[define.end() :]
            elif (include := _INCLUDE.match(line)) is not None:
                if depth >= _MOST_DEPTH:
                    raise ConfigError(f"{place}: files include each other more than {_MOST_DEPTH} deep.")
                self.read(inside(self._root, file.parent / include[1].replace("\\", "/"), place), depth + 1)
                rest = line[include.end() :]
            self._words(self._replaced(rest), file, number)
        if depth == 0:
            self._end_region()

    def _lines(self, file: Path) -> Iterator[tuple[int, str]]:
        try:
            raw = file.read_bytes() if file.stat().st_size <= MOST_BYTES else None
        except OSError as error:
            raise ConfigError(f"The SFZ file {file} cannot be read: {error.strerror or error}.") from None
        self._bytes += MOST_BYTES + 1 if raw is None else len(raw)
        if raw is None or self._bytes > MOST_BYTES:
            raise ConfigError(f"{file} holds over {MOST_BYTES >> 20} MB of text; that is no SFZ file.")
        text = raw.decode("utf-8-sig", errors="replace")
        if "\0" in text:
            raise ConfigError(f"{file} is not text; an SFZ file is expected.")
        # A comment of several lines leaves its line breaks, so that lines keep their numbers.
        text = re.sub(r"/\*.*?\*/", lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)
        for number, line in enumerate(text.splitlines(), 1):
            if len(line) > _LONGEST_LINE:
                raise ConfigError(f"{file}:{number}: the line has {len(line)} characters; that is no SFZ file.")
            bare = re.sub(r"//.*", "", line).strip()
            if bare:
                yield number, bare

    def _replaced(self, text: str) -> str:
        if "$" not in text:
            return text
        # The longest name first: $KEY must not eat the beginning of $KEYBOARD.
        for name in sorted(self._defined, key=len, reverse=True):
            text = text.replace(name, self._defined[name])
        return text[:_LONGEST_LINE]

    def _words(self, text: str, file: Path, line: int) -> None:
        at = 0
        for header in _HEADER.finditer(text):
            self._opcodes(text[at : header.start()], file, line)
            self._header(header[1].lower(), file, line)
            at = header.end()
        self._opcodes(text[at:], file, line)

    def _header(self, name: str, file: Path, line: int) -> None:
        self._end_region()
        self._level = name
        if name not in _LEVELS:
            return  # <curve>, <effect> and the like are not played
        for level in _LEVELS[max(1, _LEVELS.index(name)) :]:
            if name != "control":
                self._set[level] = {}
        if name == "region":
            self._begun = file, line
            if len(self.regions) >= MOST_REGIONS:
                raise ConfigError(f"{file}:{line}: more than {MOST_REGIONS} regions are not read.")

    def _opcodes(self, text: str, file: Path, line: int) -> None:
        found = list(_OPCODE.finditer(text))
        before = text[: found[0].start()] if found else text
        if before.strip():
            raise ConfigError(f"{file}:{line}: {before.strip()[:40]!r} is no opcode of SFZ; name=value is expected.")
        if found and not self._level:
            raise ConfigError(f"{file}:{line}: an opcode stands before the first <header>.")
        if self._level not in _LEVELS:
            return
        for number, word in enumerate(found):
            end = found[number + 1].start() if number + 1 < len(found) else len(text)
            self._set[self._level][word[1].lower()] = text[word.end() : end].strip()

    def _end_region(self) -> None:
        if self._begun is None:
            return
        file, line = self._begun
        merged = {name: value for level in _LEVELS[1:] for name, value in self._set[level].items()}
        self.regions.append(RawRegion(merged, dict(self._set["control"]), file, line))
        self._begun = None


def _other_case(root: Path, path: Path) -> Path:
    """The file that differs from `path` in the case of letters only; `path` itself when there is none."""
    try:
        steps = path.relative_to(root).parts
    except ValueError:
        return path
    found = root
    for step in steps:
        near = found / step
        if not near.exists() and found.is_dir():
            near = next((one for one in sorted(found.iterdir()) if one.name.lower() == step.lower()), near)
        found = near
    return found
