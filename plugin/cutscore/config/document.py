"""A YAML file as plain data with the place of every value; what is read here is untrusted.

Only mappings with text keys, lists and plain scalars are taken: no tags, no merge keys, no dates
(`01:30` and `2024-01-01` stay text). Size, depth and the growth by aliases are bounded.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from cutscore_composer.errors import ConfigError

MOST_BYTES = 1_000_000
MOST_VALUES = 20_000
"""Most values of a file with its aliases written out: a "billion laughs" file ends here."""
MOST_DEPTH = 40

Loc = tuple[str | int, ...]
"""Where a value stands: names of settings and numbers of list items from the top."""

_NULLS = {"", "~", "null", "Null", "NULL"}
_TRUES = {"true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON"}
_FALSES = {"false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF"}
_INT = re.compile(r"[-+]?[0-9]{1,18}")
_FLOAT = re.compile(r"[-+]?(?:[0-9]+\.[0-9]*|\.[0-9]+|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]{1,3})?")


def plain_scalar(text: str) -> str | int | float | bool | None:
    """What an unquoted word means: a number, true or false, nothing, or the text itself."""
    if text in _NULLS:
        return None
    if text in _TRUES or text in _FALSES:
        return text in _TRUES
    if _INT.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


@dataclass(frozen=True, slots=True)
class Document:
    """The data of one file and where each value stands (line and column from 1)."""

    file: Path
    data: dict[str, Any]
    values: dict[Loc, tuple[int, int]] = field(default_factory=dict, repr=False)
    keys: dict[Loc, tuple[int, int]] = field(default_factory=dict, repr=False)

    def place(self, loc: Loc, key: bool = False) -> str:
        """ "cutscore.yaml:3:5" for a value (or for its name), or for the nearest thing above it."""
        first = self.keys if key else self.values
        while loc:
            mark = first.get(loc) or self.keys.get(loc) or self.values.get(loc)
            if mark is not None:
                return f"{self.file}:{mark[0]}:{mark[1]}"
            loc = loc[:-1]
        return f"{self.file}:1:1"


def read_document(file: Path, on_text: Callable[[str, Loc, str], Any] | None = None) -> Document:
    """Read a YAML file. `on_text(text, loc, place)` may replace every text (and plain word) by a value.

    Raises ConfigError with file, line and column; the message never repeats what the line says,
    since that may be a secret.
    """
    text = _text_of(file)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise ConfigError(_syntax(file, text, error)) from None
    except yaml.YAMLError:
        raise ConfigError(f"{file} is not YAML: it holds characters that YAML does not allow.") from None
    except RecursionError:
        raise ConfigError(f"{file} is nested too deeply to be a configuration.") from None
    if node is None:
        return Document(file, {})
    builder = _Builder(file, on_text)
    data = builder.build(node, ())
    if data is None:
        return Document(file, {})
    if not isinstance(data, dict):
        raise ConfigError(f"{file}:1:1: a configuration is 'name: value' lines, as `cutscore init` writes them.")
    return Document(file, data, builder.values, builder.keys)


def _text_of(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            raw = stream.read(MOST_BYTES + 1)
    except IsADirectoryError:
        raise ConfigError(f"The configuration {file} is a folder, not a file.") from None
    except FileNotFoundError:
        raise ConfigError(f"The configuration {file} does not exist; `cutscore init` writes one.") from None
    except OSError as error:
        raise ConfigError(f"The configuration {file} cannot be read: {error.strerror or error}.") from None
    if len(raw) > MOST_BYTES:
        raise ConfigError(f"{file} is over {MOST_BYTES // 1_000_000} MB; that is no Cutscore configuration.")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        column = error.start - (raw.rfind(b"\n", 0, error.start) + 1) + 1
        raise ConfigError(f"{file}:{line}:{column}: the file is not UTF-8 text; save it as UTF-8.") from None


def _syntax(file: Path, text: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    if mark is None:
        return f"{file} is not YAML."
    place = f"{file}:{mark.line + 1}:{mark.column + 1}"
    lines = text.splitlines()
    for number in range(min(mark.line, len(lines) - 1), max(-1, mark.line - 2), -1):
        indent = re.match(r"\s*", lines[number])
        if indent and "\t" in indent[0]:
            column = indent[0].index("\t") + 1
            return f"{file}:{number + 1}:{column}: the line is indented with a tab; YAML wants spaces."
    problem = (error.problem or "it cannot be read").strip()
    return f"{place}: not YAML: {re.sub(r'found .*', 'something unexpected stands here', problem)}."


class _Builder:
    """Turns YAML nodes into data, noting where each value stands."""

    def __init__(self, file: Path, on_text: Callable[[str, Loc, str], Any] | None) -> None:
        self.file = file
        self.on_text = on_text
        self.values: dict[Loc, tuple[int, int]] = {}
        self.keys: dict[Loc, tuple[int, int]] = {}
        self._built = 0

    def build(self, node: yaml.Node, loc: Loc) -> Any:
        place = self._place(node)
        self._built += 1
        if self._built > MOST_VALUES or len(loc) > MOST_DEPTH:
            raise ConfigError(f"{place}: the file grows too large when its aliases are written out.")
        self.values[loc] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            self._only(node, "map", place)
            return self._mapping(node, loc)
        if isinstance(node, yaml.SequenceNode):
            self._only(node, "seq", place)
            return [self.build(item, (*loc, number)) for number, item in enumerate(node.value)]
        return self._scalar(node, loc, place)

    def _scalar(self, node: yaml.Node, loc: Loc, place: str) -> Any:
        self._only(node, "str int float bool null timestamp value merge", place)
        text: str = node.value
        quoted = node.style is not None  # type: ignore[attr-defined]
        if self.on_text is not None and "$" in text:
            return self.on_text(text, loc, place)
        return text if quoted else plain_scalar(text)

    def _mapping(self, node: yaml.MappingNode, loc: Loc) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in node.value:
            place = self._place(key)
            if not isinstance(key, yaml.ScalarNode):
                raise ConfigError(f"{place}: the name of a setting must be a word.")
            name: str = key.value
            if name == "<<" and key.style is None:
                raise ConfigError(f"{place}: merge keys (<<) are not read; use `profiles` for shared settings.")
            here = (*loc, name)
            if name in made:
                raise ConfigError(f"{place}: {name!r} stands twice (first in line {self.keys[here][0]}); keep one.")
            self.keys[here] = (key.start_mark.line + 1, key.start_mark.column + 1)
            made[name] = self.build(value, here)
        return made

    def _only(self, node: yaml.Node, kinds: str, place: str) -> None:
        if node.tag not in {f"tag:yaml.org,2002:{kind}" for kind in kinds.split()}:
            raise ConfigError(f"{place}: tags (!...) are not read in a configuration; write a plain value.")

    def _place(self, node: yaml.Node) -> str:
        return f"{self.file}:{node.start_mark.line + 1}:{node.start_mark.column + 1}"
