"""How a chord lies under the hands: guitar shapes, jazz shells, open chords of a pianist; no low thirds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from cutscore_composer.write.ensemble import Instrument
from cutscore_composer.write.voicing import Voiced

LOW_THIRDS_FROM = 48
"""Below C3 a third over a sounding root is mud."""
_GUITAR = (40, 45, 50, 55, 59, 64)
_UKULELE = (67, 60, 64, 69)
_TUNINGS = {"guitar": _GUITAR, "nylon_guitar": _GUITAR, "electric_guitar": _GUITAR, "ukulele": _UKULELE}
"""Open strings in the order in which a down-stroke meets them."""
_UPPER = (57, 60, 64, 67, 72, 76)
"""Where upper voices mostly lie."""
_REACH = 4
"""Frets that a hand spans."""


def strings_of(instrument: Instrument) -> tuple[int, ...] | None:
    """The open strings of what is strummed, None for other instruments."""
    return _TUNINGS.get(instrument.name)


def strummed(chord: Voiced, strings: tuple[int, ...]) -> tuple[int, ...]:
    """The notes that a player would finger, in string order: root lowest where it can be, 3 to 6 strings."""
    return _shape(chord.chord.tones, chord.chord.bass, strings)


@lru_cache(maxsize=1024)
def _shape(tones: tuple[int, ...], bass: int, strings: tuple[int, ...]) -> tuple[int, ...]:
    best: tuple[float, tuple[int, ...]] | None = None
    for position in range(8):
        shape = _at(position, tones, bass, strings)
        if shape is None:
            continue
        classes = {pitch % 12 for pitch in shape}
        missing = sum(1 for tone in tones[:5] if tone not in classes and tone != tones[min(2, len(tones) - 1)])
        root_low = 0.0 if min(shape) % 12 == bass else 1.5
        cost = 4.0 * missing + 0.35 * position + root_low - 0.5 * len(shape)
        if best is None or cost < best[0]:
            best = (cost, shape)
    return best[1] if best is not None else tuple(sorted(string + (tones[0] - string) % 12 for string in strings[-3:]))


def _at(position: int, tones: tuple[int, ...], bass: int, strings: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape of a hand at a fret: open strings count where the hand is at the nut."""
    found: list[int] = []
    bassless = len(strings) < 6  # a ukulele has no bass string: it begins with what it has
    for place, string in enumerate(strings):
        frets = range(position, position + _REACH + 1) if position else range(_REACH)
        reachable = [string + fret for fret in frets if (string + fret) % 12 in (*tones, bass)]
        if not found and not bassless:
            reachable = [pitch for pitch in reachable if pitch % 12 == bass]
            if place >= 3 and not reachable:
                return None
        pitch = _best_of(reachable, found, tones)
        if pitch is not None:
            found.append(pitch)
    return tuple(found) if len(found) >= 3 else None


def _best_of(reachable: Sequence[int], found: Sequence[int], tones: tuple[int, ...]) -> int | None:
    """A tone that the chord still lacks before one that it has; no third low down."""
    third = tones[1] if len(tones) > 1 else -1
    fit = [pitch for pitch in reachable if not (found and pitch % 12 == third and pitch < LOW_THIRDS_FROM + 4)]
    have = {pitch % 12 for pitch in found}
    return min(fit, key=lambda pitch: (pitch % 12 in have, pitch)) if fit else None


def shell(chord: Voiced) -> tuple[int, ...]:
    """A jazz pianist's or guitarist's left hand: third and seventh near middle C, and a colour above."""
    tones = chord.chord.tones
    third = tones[1] if len(tones) > 1 else tones[0]
    seventh = tones[3] if len(tones) > 3 else tones[2] if len(tones) > 2 else tones[0]
    colour = tones[4] if len(tones) > 4 else tones[2] if len(tones) > 3 else tones[0]
    guide = sorted(52 + (tone - 52) % 12 for tone in {third, seventh})
    top = next(pitch for pitch in range(guide[-1] + 3, guide[-1] + 15) if pitch % 12 == colour)
    return (*guide, top)


def open_chord(chord: Voiced) -> list[int]:
    """The chord from below as a pianist opens it: bass, fifth or octave, then the upper voices; no low thirds."""
    fifth = fifth_over(chord)
    second = fifth if fifth is not None and chord.bass >= 36 else chord.bass + 12
    steps = [chord.bass, second]
    for pitch in (chord.bass + 12, *chord.voices, chord.voices[0] + 12, chord.voices[1] + 12):
        if pitch > steps[-1] + 2:
            steps.append(pitch)
    return steps


def fifth_over(chord: Voiced) -> int | None:
    """The chord's fifth between a fourth and a seventh over its bass, where there is one."""
    fifth = chord.chord.tones[min(2, len(chord.chord.tones) - 1)]
    return next((p for p in range(chord.bass + 5, chord.bass + 11) if p % 12 == fifth), None)


def upper_ladder(chord: Voiced, lowest: int = 0) -> list[int]:
    """The upper voices from voice `lowest` on, and again an octave higher: what figures climb without a bass."""
    rising = sorted({*chord.voices, *(pitch + 12 for pitch in chord.voices), *(pitch + 24 for pitch in chord.voices)})
    return rising[min(lowest, 3) :]


def lying(pitches: Sequence[int], player: Instrument) -> list[int]:
    """Upper voices moved to the octave in which an instrument plays them; one that still falls outside is moved alone.

    All chords are moved alike, so that what was led voice by voice stays so.
    """
    shift = _octave(player.comfortable)
    return [player.within(pitch + shift) for pitch in pitches]


@lru_cache(maxsize=128)
def _octave(comfortable: tuple[int, int]) -> int:
    """Semitones that bring the middle of the upper voices to where an instrument lies best."""
    low, high = comfortable

    def strain(shift: int) -> tuple[int, int, int]:
        outside = sum(max(0, low - p - shift) + max(0, p + shift - high) for p in _UPPER)
        return outside, abs(shift), shift

    return min(range(-48, 49, 12), key=strain)
