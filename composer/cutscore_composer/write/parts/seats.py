"""Seats: whether a layer's players share its chords, or one of them has them, and who."""

from __future__ import annotations

from cutscore_composer.write.draws import one_of
from cutscore_composer.write.ensemble import Instrument
from cutscore_composer.write.parts.stand import Stand

_SECTIONS = frozenset({"strings", "winds", "brass"})
"""Channels whose instruments give one voice each."""


def shares(stand: Stand) -> bool:
    """Whether the players divide the voices among them, as bowed and blown instruments do."""
    return all(stand.player(seat).channel in _SECTIONS or seat == "basses" for seat in stand.seats)


def one_seat(stand: Stand) -> str:
    """Who plays a layer that one instrument plays: another for another letter, where there are several."""
    rich = [seat for seat in stand.seats if stand.player(seat).channel not in _SECTIONS] or list(stand.seats)
    return one_of(rich, stand.page.seed, "seat", stand.row.layer, stand.row.plain, stand.phrase.letter)


def polyphonic(player: Instrument) -> bool:
    """Whether one player can sing and accompany at a time."""
    return player.channel not in _SECTIONS and player.channel not in ("bass", "choir") and player.name != "synth_lead"


def one_voice(player: Instrument) -> bool:
    """Whether it is a single player of one line at a time."""
    return player.channel == "winds" or player.name in ("violin", "cello", "synth_lead")


def low_to_high(stand: Stand) -> list[str]:
    """The seats by where they lie."""
    return sorted(stand.seats, key=lambda seat: (sum(stand.player(seat).comfortable), seat))


def divides(seat: str) -> bool:
    """Whether a section is large enough to sing and to hold chords at a time."""
    return seat == "violins"
