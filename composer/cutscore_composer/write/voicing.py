"""Voice leading: four upper voices and a bass for every chord, moving as little as good part-writing allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import combinations

from cutscore_composer.plan.numerals import Sonority
from cutscore_composer.write.harmony import Harmonic

Voices = tuple[int, int, int, int]

LOWEST, HIGHEST = 50, 81
"""Where the upper voices lie: above the notes at which close chords turn to mud."""
BASS = (33, 47)
"""Where the written bass lies; basses and pianos add the octave below."""
_MEMORY_BEATS, _MEMORY_CHORDS, _NEAR_CENTRE = 20.0, 8, 5.0
"""A chord that comes back within so many beats and chords, and whose voices lie so near, is voiced as before."""
_OUTER = 3
"""Among the pairs of the five lines: bass and top."""


@dataclass(frozen=True, slots=True)
class Voiced:
    """A chord as it is played: from `beat` up to `end`; bass and four voices from low to high."""

    beat: float
    end: float
    chord: Sonority
    bass: int
    voices: Voices


def voice(harmony: Sequence[Harmonic], centres: Sequence[float], fresh: Sequence[bool]) -> tuple[Voiced, ...]:
    """Voice a row of chords.

    centres: where the middle of the voices is to lie (MIDI) at each chord. fresh: whether a chord begins anew
    (a section), without regard to the one before; that keeps a change in one section out of the next.
    """
    made: list[Voiced] = []
    echoes: dict[str, Voiced] = {}
    for harmonic, centre, anew in zip(harmony, centres, fresh, strict=True):
        before = None if anew or not made else made[-1]
        chord = harmonic.chord
        heard = echoes.get(harmonic.echo) or _again(made, harmonic, centre, before)
        if heard is not None and (before is None or not _parallel(before, heard)):
            made.append(replace(heard, beat=harmonic.beat, end=harmonic.end))
            continue
        bass = _bass(chord.bass, before.bass if before else 40)
        voices = _voices(
            chord.tones, before.voices if before else None, before.bass if before else 0, bass, round(centre)
        )
        made.append(Voiced(harmonic.beat, harmonic.end, chord, bass, voices))
        if harmonic.echo:
            echoes.setdefault(harmonic.echo, made[-1])
    return tuple(made)


def _again(made: Sequence[Voiced], harmonic: Harmonic, centre: float, before: Voiced | None) -> Voiced | None:
    """The same chord as it was voiced a few bars ago in about the same register: what comes back sounds as it did."""
    if before is None:
        return None
    for earlier in reversed(made[-_MEMORY_CHORDS:]):
        if harmonic.beat - earlier.beat > _MEMORY_BEATS:
            return None
        if earlier.chord == harmonic.chord and abs(sum(earlier.voices) / 4 - centre) <= _NEAR_CENTRE:
            return earlier
    return None


def _parallel(before: Voiced, now: Voiced) -> bool:
    """Whether bass and top go in parallel fifths or octaves."""
    then, here = before.voices[3] - before.bass, now.voices[3] - now.bass
    moves = before.bass != now.bass and before.voices[3] != now.voices[3]
    return moves and then % 12 in (0, 7) and then % 12 == here % 12


def _bass(pitch_class: int, before: int) -> int:
    options = [pitch for pitch in range(BASS[0], BASS[1] + 1) if pitch % 12 == pitch_class]
    return min(options, key=lambda pitch: (abs(pitch - before) + 0.4 * abs(pitch - 39), pitch))


@lru_cache(maxsize=4096)
def _voices(tones: tuple[int, ...], before: Voices | None, bass_before: int, bass: int, centre: int) -> Voices:
    pitches = [p for p in range(LOWEST, HIGHEST + 1) if p % 12 in tones and abs(p - centre) <= 14]
    best: tuple[float, Voices] | None = None
    for low, tenor, alto, top in combinations(pitches, 4):
        if top - low > 21 or tenor - low > 12 or alto - tenor > 9 or top - alto > 9:
            continue
        voices = (low, tenor, alto, top)
        cost = _cost(voices, tones, before, bass_before, bass, centre)
        if best is None or cost < best[0]:
            best = (cost, voices)
    if best is None:  # sparse chords: stack what there is
        stack = (pitches or [60])[:4]
        while len(stack) < 4:
            stack.append(stack[-1] + 12 if len(stack) % 2 else stack[-1])
        return (stack[0], stack[1], stack[2], stack[3])
    return best[1]


def _cost(
    voices: Voices, tones: tuple[int, ...], before: Voices | None, bass_before: int, bass: int, centre: int
) -> float:
    classes = {pitch % 12 for pitch in voices}
    third, fifth = tones[1], tones[2]
    missing = [tone for tone in tones if tone not in classes and tone != bass % 12]
    # The fifth can be spared, the third only when the bass has it.
    cost = sum(3.0 if tone == fifth != third else 9.0 for tone in missing)
    cost += 6.0 if third not in classes and third != bass % 12 else 2.0 if third not in classes else 0.0
    cost += 0.9 * abs(sum(voices) / 4 - centre)
    # Close intervals low down are mud, a third doubled is thick, a semitone under the top cuts.
    cost += 4.0 if voices[1] - voices[0] < 5 and voices[0] < 55 else 0.0
    cost += 1.5 * (sum(1 for pitch in voices if pitch % 12 == third) - 1 if third in classes else 0)
    cost += 2.5 if voices[3] - voices[2] == 1 else 0.0
    if before is None:
        return cost
    cost += sum(abs(now - then) for now, then in zip(voices, before, strict=True))
    cost += 3.0 * max(0, abs(voices[3] - before[3]) - 4)
    lines_now, lines_then = (bass, *voices), (bass_before, *before)
    for place, ((a, b), (c, d)) in enumerate(zip(combinations(lines_now, 2), combinations(lines_then, 2), strict=True)):
        if (b - a) % 12 in (0, 7) and (b - a) % 12 == (d - c) % 12 and a != c and b != d:
            cost += 14.0 if place == _OUTER else 2.5
    return cost
