"""Arpeggios: chords rolled upwards through two octaves, not in every bar; the last one of a phrase falls."""

from __future__ import annotations

from cutscore_composer.write.parts.seats import one_seat
from cutscore_composer.write.parts.stand import Stand

_SHARE_OF_SECOND_BARS = 0.4
_LOWEST, _HIGHEST = 48, 90


def arpeggios(stand: Stand) -> None:
    """In eighths or a quick roll, every other bar and sometimes between."""
    seat = one_seat(stand)
    low, high = stand.player(seat).comfortable
    rings = stand.player(seat).channel in ("plucked", "mallets", "piano", "keys")
    for number, bar in enumerate(stand.phrase.bars):
        chooser = stand.chooser(number)
        if bar.speech or (number % 2 and chooser.random() > _SHARE_OF_SECOND_BARS):
            continue
        chord = stand.page.chord_at(bar.beat)
        tones = [p for p in range(max(low, _LOWEST), max(high, _LOWEST) + 1) if p % 12 in chord.chord.tones]
        tones = [pitch for pitch in tones if pitch <= max(_HIGHEST, low + 24)]
        first = chooser.randrange(0, 3)
        run = tones[first : first + chooser.choice((5, 6, 7, 8))]
        falling = number + 1 == len(stand.phrase.bars)
        step = 0.5 if chooser.random() < 0.6 and stand.page.bpm(bar.beat) > 66 else 0.25
        for index, pitch in enumerate(reversed(run) if falling else run):
            beat = bar.beat + index * step
            if beat >= min(bar.end - 0.2, chord.end - 1e-6):
                break
            velocity = stand.velocity(bar, chooser) - 4 - 1.2 * index
            stand.write(seat, beat, 2.0 if rings else step * 1.1, pitch, velocity, "pluck" if rings else "sustain")
