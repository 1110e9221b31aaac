"""Timpani: roots on the stronger bars; a roll leads from a phrase into the next where it grows."""

from __future__ import annotations

from cutscore_composer.write.draws import draws
from cutscore_composer.write.parts.stand import Stand

LOWEST_DRUM = 38
"""Roots lie in the octave from here (D2)."""


def timpani(stand: Stand) -> None:
    """The drums of a phrase, as few as they may be."""
    phrase, page, seat = stand.phrase, stand.page, stand.seats[0]
    following = page.phrases[phrase.index + 1] if phrase.index + 1 < len(page.phrases) else None
    for number, bar in enumerate(phrase.bars):
        if bar.speech:
            continue
        chooser = draws(page.seed, "timpani", phrase.material, number)
        pitch = root_drum(page.chord_at(bar.beat).chord.bass)
        velocity = 34 + 50 * bar.energy + chooser.gauss(0, 3)
        if number % 2 == 0 or phrase.strength > 0.75:
            stand.write(seat, bar.beat, 1.0, pitch, velocity, "hit")
        if phrase.strength > 0.7 and bar.beats >= 4 and chooser.random() < 0.5:
            stand.write(seat, bar.beat + 2.5, 0.5, pitch, velocity - 14, "hit")
        last = number + 1 == len(phrase.bars)
        if last and following is not None and following.energy > phrase.energy + 0.05 and bar.beats >= 3:
            stand.write(seat, bar.end - 2, 1.9, pitch, velocity - 6, "roll")


def root_drum(pitch_class: int) -> int:
    """The drum tuned to a pitch class."""
    return LOWEST_DRUM + (pitch_class - LOWEST_DRUM) % 12
