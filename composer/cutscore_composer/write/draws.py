"""Random draws that belong to a place in the music: keyed by seed and names, the same on every machine.

A draw for ("A", 3, "piano") never depends on how many draws were made elsewhere, so that a small
change of the picture changes a small part of the music.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def draws(*key: int | str) -> random.Random:
    """A generator for exactly this key."""
    text = "\x1f".join(f"{type(part).__name__}:{part}" for part in key)
    digest = hashlib.blake2b(text.encode(), digest_size=8).digest()
    return random.Random(int.from_bytes(digest, "big"))  # noqa: S311 — music, not secrets


def one_of(options: Sequence[T], *key: int | str) -> T:
    """One of the options, by key."""
    return options[draws(*key).randrange(len(options))]


def chance(share: float, *key: int | str) -> bool:
    """Whether a thing that happens in `share` of the cases happens here."""
    return draws(*key).random() < share
