"""Reads a style file, its harmonic vocabulary included, into a `Style`, or says which line and field of it is wrong.

>>> load_style("cinematic").metre.default
'4/4'
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from cutscore_composer.errors import ConfigError, InputRefused
from cutscore_composer.plan.style.fields import EnergyClass
from cutscore_composer.plan.style.model import Style

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def energy_class(energy: float) -> EnergyClass:
    """low < .35 ≤ mid < .65 ≤ high."""
    return "low" if energy < 0.35 else "mid" if energy < 0.65 else "high"


def _folder() -> Traversable:
    return files("cutscore_composer") / "styles"


@cache
def style_names() -> tuple[str, ...]:
    """The names of all styles."""
    return tuple(sorted(entry.name[:-5] for entry in _folder().iterdir() if entry.name.endswith(".yaml")))


@cache
def load_style(name: str) -> Style:
    """The style of that name. Raises InputRefused, listing the styles there are, when there is none."""
    if name not in style_names():
        raise InputRefused(f"There is no style {name!r}; there are: {', '.join(style_names())}.")
    return parse_style((_folder() / f"{name}.yaml").read_text(encoding="utf-8"), f"styles/{name}.yaml")


def read_style(path: Path) -> Style:
    """A style from a file of the user's own. Raises ConfigError, InputRefused when it cannot be read."""
    try:
        return parse_style(path.read_text(encoding="utf-8"), str(path))
    except UnicodeDecodeError as error:
        raise ConfigError(f"The style file {path} is not text in UTF-8.") from error
    except OSError as error:
        raise InputRefused(f"The style file {path} cannot be read: {error.strerror}.") from error


def resolve_style(name_or_path: str | Path) -> Style:
    """The style of a name, or of a file of the user's own when it ends in .yaml or .yml.

    Raises ConfigError, InputRefused as `load_style` and `read_style` do.
    """
    path = Path(name_or_path).expanduser()
    return read_style(path) if path.suffix.lower() in (".yaml", ".yml") else load_style(str(name_or_path))


def parse_style(text: str, origin: str) -> Style:
    """A style from YAML. Raises ConfigError naming file, line and field of what is wrong."""
    try:
        tree = yaml.compose(text, Loader=_LOADER)
        data = yaml.load(text, Loader=_LOADER)  # noqa: S506 — a safe loader, in C where there is one
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        problem = getattr(error, "problem", None) or "it is not YAML"
        raise ConfigError(f"The style file {origin}{where} cannot be read: {problem}.") from error
    try:
        return Style.model_validate(_with_vocabulary(data, origin, tree))
    except ValidationError as error:
        first = error.errors()[0]
        cause = first.get("ctx", {}).get("error")
        place = [key for key in first["loc"] if key != "[key]"] or list(getattr(cause, "place", ()))
        field = ".".join(str(key) for key in place) or "the whole file"
        said = first["msg"].removeprefix("Value error, ")
        raise ConfigError(f"The style file {origin}, line {_line_of(tree, place)}: {field}: {said}.") from error


def _with_vocabulary(data: Any, origin: str, tree: Any) -> Any:
    """The data with the harmony of its vocabulary under its own."""
    if not isinstance(data, dict) or data.get("vocabulary") is None:
        return data
    name = data["vocabulary"]
    known = vocabulary_names()
    if name not in known:
        line = _line_of(tree, ["vocabulary"])
        raise ConfigError(
            f"The style file {origin}, line {line}: vocabulary: there is none called {name!r}; "
            f"there are: {', '.join(known)}."
        )
    harmony = {mode: dict(rows) for mode, rows in _vocabulary(name).items()}
    for mode, rows in (data.get("harmony") or {}).items():
        harmony[mode] = {**harmony.get(mode, {}), **rows} if isinstance(rows, dict) else rows
    return {**data, "harmony": harmony}


@cache
def _vocabulary(name: str) -> dict[str, Any]:
    text = (_folder() / "vocabularies" / f"{name}.yaml").read_text(encoding="utf-8")
    harmony: dict[str, Any] = yaml.load(text, Loader=_LOADER)["harmony"]  # noqa: S506 — a safe loader
    return harmony


@cache
def vocabulary_names() -> tuple[str, ...]:
    """The names of all harmonic vocabularies."""
    folder = _folder() / "vocabularies"
    return tuple(sorted(entry.name[:-5] for entry in folder.iterdir() if entry.name.endswith(".yaml")))


def _line_of(node: Any, place: Sequence[int | str]) -> int:
    """The line (from 1) of the deepest node on the way that exists."""
    line = 1
    for key in place:
        if isinstance(node, yaml.MappingNode):
            found = [(k, v) for k, v in node.value if k.value == str(key)]
            if not found:
                break
            line, node = found[0][0].start_mark.line + 1, found[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
        else:
            break
    return line
