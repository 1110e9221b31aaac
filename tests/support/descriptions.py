"""The labelled descriptions of tests/composer/plan: reads them, and says which a hash of the words keeps apart."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from cutscore_composer.wishes import Wishes

_FOLDER = Path(__file__).parents[1] / "composer" / "plan"


@dataclass(frozen=True)
class Described:
    """One description with its labels, as in descriptions.yaml."""

    wishes: Wishes
    labels: dict[str, Any]

    @property
    def words(self) -> str:
        """Description and tags as one line."""
        return " , ".join([self.wishes.description or "", *self.wishes.tags]).strip(" ,")

    @property
    def kept_apart(self) -> bool:
        """One in three, for ever the same."""
        return hashlib.blake2b(self.words.encode(), digest_size=4).digest()[0] % 3 == 0


def read_descriptions(name: str = "descriptions.yaml") -> tuple[Described, ...]:
    """All labelled descriptions of a file."""
    rows = yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))
    return tuple(
        Described(
            Wishes(row.get("text"), tuple(row.get("tags", ()))),
            {key: value for key, value in row.items() if key not in ("text", "tags")},
        )
        for row in rows
    )
