"""The drone: the tonic held through the phrase, its fifth above where there is some energy."""

from __future__ import annotations

from cutscore_composer.write.composition import Articulation
from cutscore_composer.write.draws import draws
from cutscore_composer.write.parts.seats import one_seat, shares
from cutscore_composer.write.parts.stand import Stand

_FIFTH_FROM = 0.3
_OVERLAP_BEATS = 0.1


def drone(stand: Stand) -> None:
    """One long note to a phrase, let into the next; the low players of a section have the tonic."""
    phrase, page = stand.phrase, stand.page
    tonic = page.key_at(phrase.beat).pitch_class
    seats = list(stand.seats) if shares(stand) else [one_seat(stand)]
    chooser = draws(page.seed, "drone", stand.row.plain, phrase.key)
    for rank, seat in enumerate(reversed(seats)):
        low = stand.player(seat).comfortable[0]
        lowest = max(low, 31)
        root = lowest + (tonic - lowest) % 12
        length = stand.until - phrase.beat + (_OVERLAP_BEATS if stand.until < page.final_beat else 0.0)
        velocity = 40 + 40 * phrase.energy + chooser.gauss(0, 2)
        how: Articulation = "legato" if phrase.index else "sustain"
        if rank == 0 or len(seats) > 2:
            stand.write(seat, phrase.beat, length, root, velocity, how)
        if (rank == 1 or len(seats) == 1) and phrase.energy >= _FIFTH_FROM:
            stand.write(seat, phrase.beat, length, root + 7, velocity - 8, how)
