"""What users call instruments, in six languages, and which instruments of the sound pack each name means.

>>> instruments_named("acoustic guitar")
('guitar', 'nylon_guitar')
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True, slots=True)
class Called:
    """What a plain name means."""

    plain: str
    plays: tuple[str, ...]
    """Instruments of the sound pack, the likeliest first; empty: the pack has none."""
    refuses: frozenset[str]
    """What "without" it takes out of the pack."""
    part: bool
    """Part of a larger instrument: it cannot be refused alone."""
    alone: tuple[str, ...]
    """What plays where nothing else may."""
    nearest: str | None
    """The plain name that stands in for what the pack lacks."""


def instruments_named(plain: str) -> tuple[str, ...]:
    """Instruments of the sound pack that a plain name means, the likeliest first; those of its stand-in where the pack
    has none, and none at all for a name that nobody knows."""
    called = _rows().get(plain)
    if called is None:
        return ()
    return called.plays or (instruments_named(called.nearest) if called.nearest else ())


def called(plain: str) -> Called | None:
    """What a plain name means."""
    return _rows().get(plain)


def stand_in(plain: str) -> str:
    """The plain name itself, or that of what stands in for it."""
    row = _rows().get(plain)
    return row.nearest if row is not None and not row.plays and row.nearest else plain


@cache
def english_names() -> dict[str, str]:
    """Every English name, in small letters, to its plain name."""
    return {name: plain for plain, row in _data().items() for name in (plain, *row["en"])}


@cache
def foreign_names(language: str) -> dict[str, str]:
    """Every name in "de", "fr", "es", "ja" or "zh" to its plain name."""
    return {name: plain for plain, row in _data().items() for name in row[language]}


@cache
def _data() -> dict[str, dict[str, Any]]:
    path = files("cutscore_composer") / "plan" / "language" / "instruments_by_name.yaml"
    data: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return data


@cache
def _rows() -> dict[str, Called]:
    rows = {}
    for plain, row in _data().items():
        plays = tuple(row["plays"])
        rows[plain] = Called(
            plain,
            plays,
            frozenset(row.get("refuses", plays)),
            row.get("part", False),
            tuple(row.get("alone", plays)),
            row.get("nearest"),
        )
    return rows
