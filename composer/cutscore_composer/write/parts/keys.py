"""Keys of drums: from the names in style files to an instrument's keys, with a relative where it lacks one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from cutscore_composer.write.ensemble import sound_pack

_RELATIVES: tuple[tuple[str, ...], ...] = (
    ("kick", "bass drum", "low taiko", "low tom", "low bongo"),
    ("snare", "snare drum", "rim", "clap", "brush", "middle taiko"),
    ("clap", "hand claps", "snare", "snare drum"),
    ("rim", "claves", "woodblock", "snare", "snare drum"),
    ("brush", "snare", "snare drum"),
    ("brush swish", "shaker", "maracas"),
    ("hat", "shaker", "triangle", "maracas"),
    ("pedal hat", "hat", "shaker", "tambourine"),
    ("open hat", "hat", "tambourine", "cymbals"),
    ("ride", "ride bell", "hat", "triangle", "shaker"),
    ("ride bell", "ride", "cowbell", "triangle"),
    ("crash", "cymbals"),
    ("cymbals", "crash"),
    ("suspended cymbal", "cymbals", "crash", "ride"),
    ("tam-tam", "cymbals", "crash"),
    ("low tom", "low taiko", "low bongo"),
    ("mid tom", "middle taiko", "conga"),
    ("high tom", "high taiko", "high bongo"),
    ("low taiko", "low tom", "kick"),
    ("middle taiko", "mid tom"),
    ("high taiko", "high tom"),
    ("bass drum", "kick"),
    ("snare drum", "snare"),
    ("hand claps", "clap"),
    ("low bongo", "low tom"),
    ("high bongo", "high tom"),
    ("conga", "mid tom"),
    ("maracas", "shaker"),
    ("claves", "rim"),
    ("woodblock", "rim"),
    ("triangle", "ride bell"),
)
"""What stands in for a drum, the nearest first."""


@cache
def drum_key(instrument: str, drum: str) -> int | None:
    """The key of a drum or of its nearest relative; None where the instrument has neither."""
    keys = {name: key for key, name in sound_pack()[instrument].keys.items()}
    others = next((row[1:] for row in _RELATIVES if row[0] == drum), ())
    return next((keys[name] for name in (drum, *others) if name in keys), None)


def seat_of(drum: str, seats: Sequence[str]) -> tuple[str, int] | None:
    """Who of several strikes a drum, and on which key: whoever has it, else the first that has a relative."""
    exact = [(seat, key) for seat in seats for key, name in sound_pack()[seat].keys.items() if name == drum]
    near = [(seat, key) for seat in seats if (key := drum_key(seat, drum)) is not None]
    return next(iter(exact or near), None)
