"""The chorale: two to four slow voices in the tenor, of horns, a choir or whoever is seated."""

from __future__ import annotations

from cutscore_composer.write.draws import draws
from cutscore_composer.write.parts.seats import low_to_high
from cutscore_composer.write.parts.stand import Stand

_HIGHEST = 67
_FULL_FROM = 0.75


def chorale(stand: Stand) -> None:
    """Held chords in the middle; several players divide them from low to high."""
    phrase, seats = stand.phrase, low_to_high(stand)
    for start, end, chord in stand.page.chords_in(phrase.beat, stand.until):
        middle = sorted({pitch - 12 if pitch > _HIGHEST else pitch for pitch in chord.voices})
        count = (3 if phrase.energy > _FULL_FROM else 2) + (len(seats) > 1)
        tones = middle[:count]
        for place, pitch in enumerate(tones):
            seat = seats[place * len(seats) // len(tones)]
            chooser = draws(stand.page.seed, "chorale", seat, phrase.key, round(start - phrase.beat), place)
            velocity = 44 + 44 * phrase.energy + chooser.gauss(0, 2)
            stand.write(seat, start, (end - start) * 0.95, pitch, velocity)
