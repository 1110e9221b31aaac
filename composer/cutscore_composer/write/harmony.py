"""Harmony: chords for every phrase from the style's vocabulary, turning at its end, moved to the accents.

A chord a bar, the last bar of a phrase shared by its turn; a chord that an accent falls into begins with the
accent. The final chord is the tonic, from the final beat on.
"""

from __future__ import annotations

from dataclasses import dataclass

from cutscore_composer.plan.brief import Key
from cutscore_composer.plan.numerals import Sonority, chord_of, parse_numeral
from cutscore_composer.plan.style import Harmony
from cutscore_composer.write.draws import draws, one_of
from cutscore_composer.write.form import Phrase


@dataclass(frozen=True, slots=True)
class Harmonic:
    """A chord from `beat` up to `end`."""

    beat: float
    end: float
    chord: Sonority


def harmonise(
    phrases: tuple[Phrase, ...],
    vocabulary: Harmony,
    key: Key,
    accents: tuple[float, ...],
    final_beat: float,
    end_beat: float,
    seed: int,
) -> tuple[Harmonic, ...]:
    """Chords without holes from the first bar to `end_beat`. `accents`: beats at which the harmony is to move."""
    starts: list[tuple[float, str]] = []
    home = one_of(vocabulary.final[0].split(), seed, "home")
    for phrase in phrases:
        starts += _phrase_chords(phrase, vocabulary, home, seed)
    starts = [(beat, numeral) for beat, numeral in starts if beat < final_beat - 0.4]
    starts = _moved(starts, accents, final_beat)
    starts.append((final_beat, home))
    merged: list[tuple[float, str]] = []
    for beat, numeral in starts:
        if merged and merged[-1][1] == numeral and beat not in accents:
            continue
        merged.append((beat, numeral))
    ends = [beat for beat, _ in merged[1:]] + [max(end_beat, final_beat + 1.0)]
    return tuple(
        Harmonic(beat, end, chord_of(parse_numeral(numeral), key))
        for (beat, numeral), end in zip(merged, ends, strict=True)
    )


def _phrase_chords(phrase: Phrase, vocabulary: Harmony, home: str, seed: int) -> list[tuple[float, str]]:
    rows: list[str] = getattr(vocabulary, phrase.character)
    # The same letter keeps its progression; its period's second phrase and each later pair take another.
    progression = one_of(rows, seed, "progression", phrase.letter, phrase.character, phrase.place // 4).split()
    turned = draws(seed, "turned", phrase.letter, phrase.character, phrase.place)
    if phrase.place % 2 and turned.random() < 0.55:
        other = turned.choice(rows).split()
        progression = progression[:2] + other[2:]
    bars = phrase.bars
    made = [(bar.beat, progression[i % len(progression)]) for i, bar in enumerate(bars)]
    if phrase.place == 0 and (phrase.index == 0 or phrase.character != "development"):
        made[0] = (bars[0].beat, progression[0] if _is_tonic(progression[0]) else home)
    turns: list[str] = getattr(vocabulary, f"{phrase.turn}_turn")
    turn = one_of(turns, seed, "turn", phrase.key).split()
    last = bars[-1]
    if phrase.index == 0 and len(bars) == 1:  # all there is before the last chord: home, and a turn if there is time
        return [(last.beat, home), (last.beat + 2, turn[-1])] if last.beats >= 3 else [(last.beat, home)]
    if phrase.turn == "final" and len(bars) >= 3:
        made[-2:] = [(bars[-2].beat, turn[0]), (last.beat, turn[1])]
    elif last.beats >= 3 and (len(bars) > 1 or phrase.turn != "half"):
        second = last.beat + (last.beats + 1) // 2
        made[-1:] = [(last.beat, turn[0]), (second, turn[1])]
    else:
        made[-1] = (last.beat, turn[-1])
    return made


def _is_tonic(numeral: str) -> bool:
    return parse_numeral(numeral).degree == 0


def _moved(starts: list[tuple[float, str]], accents: tuple[float, ...], final_beat: float) -> list[tuple[float, str]]:
    """The nearest later chord is drawn forward to an accent inside a bar, or the chord of the bar waits for it."""
    moved = list(starts)
    for accent in accents:
        if accent >= final_beat - 0.4 or not moved or accent <= moved[0][0]:
            continue
        if any(abs(beat - accent) < 1e-9 for beat, _ in moved):
            continue
        before = max(i for i, (beat, _) in enumerate(moved) if beat < accent)
        after = before + 1
        waits = accent - moved[before][0]
        comes = moved[after][0] - accent if after < len(moved) else 99.0
        if waits <= min(comes, 1.5) and before > 0:
            moved[before] = (accent, moved[before][1])
        elif comes <= 2.5:
            moved[after] = (accent, moved[after][1])
        else:
            following = moved[after][1] if after < len(moved) else moved[before][1]
            moved.insert(after, (accent, following))
    return moved
