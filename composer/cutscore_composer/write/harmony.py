"""Harmony: chords for every phrase from the style's vocabulary, turning at its end, moved to the accents.

A chord a bar (or every two or four, as the style has it), the last bar of a phrase shared by its turn; before a
new key the turn ends on that key's own dominant. A chord that an accent falls into begins with the accent. The
final chord is the tonic, from the final beat on.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field

from cutscore_composer.plan.brief import Key, Mode
from cutscore_composer.plan.numerals import Sonority, bars_of, chord_of, parse_numeral
from cutscore_composer.plan.style import Harmony
from cutscore_composer.write.composition import KeyAt
from cutscore_composer.write.draws import draws, one_of
from cutscore_composer.write.form import FormBar, Phrase
from cutscore_composer.write.tonality import key_at


@dataclass(frozen=True, slots=True)
class Harmonic:
    """A chord from `beat` up to `end`."""

    beat: float
    end: float
    chord: Sonority
    echo: str = field(default="", compare=False)
    """Chords with the same echo are the same place of the same material, and are voiced alike."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A numeral in a key, from a beat on."""

    beat: float
    numeral: str
    key: Key
    echo: str = ""


def harmonise(
    phrases: tuple[Phrase, ...],
    vocabularies: Mapping[Mode, Harmony],
    keys: tuple[KeyAt, ...],
    accents: tuple[float, ...],
    final_beat: float,
    end_beat: float,
    seed: int,
    chord_bars: int = 1,
) -> tuple[Harmonic, ...]:
    """Chords without holes from the first bar to `end_beat`. `accents`: beats at which the harmony is to move."""
    steps: list[_Step] = []
    for phrase in phrases:
        steps += _phrase_steps(phrase, vocabularies, keys, seed, chord_bars)
    steps = _moved([step for step in steps if step.beat < final_beat - 0.4], accents, final_beat)
    home = keys[0].key
    last = final_beat if steps else min(final_beat, phrases[0].beat if phrases else final_beat)
    steps.append(_Step(last, _home(vocabularies[home.mode], seed), home))
    struck = set(accents)
    merged: list[_Step] = []
    for step in steps:
        if merged and (merged[-1].numeral, merged[-1].key) == (step.numeral, step.key) and step.beat not in struck:
            continue
        merged.append(step)
    ends = [step.beat for step in merged[1:]] + [max(end_beat, final_beat + 1.0)]
    return tuple(
        Harmonic(step.beat, end, chord_of(parse_numeral(step.numeral), step.key), step.echo)
        for step, end in zip(merged, ends, strict=True)
    )


def _home(vocabulary: Harmony, seed: int) -> str:
    """The tonic of a vocabulary, always the same one in a cue."""
    return one_of([row.split()[-1] for row in vocabulary.final], seed, "home")


def _phrase_steps(
    phrase: Phrase, vocabularies: Mapping[Mode, Harmony], keys: tuple[KeyAt, ...], seed: int, chord_bars: int
) -> list[_Step]:
    key, following = key_at(keys, phrase.beat), key_at(keys, phrase.end)
    vocabulary = vocabularies[key.mode]
    home = _home(vocabulary, seed)
    cells = _progression(phrase, vocabulary, seed)
    led = int(phrase.bars[0].beat < 0 and len(phrase.bars) > 1)  # a pick-up leads into the first chord
    bars = phrase.bars[led:]
    if phrase.place == 0 and (phrase.index == 0 or phrase.character != "development") and not _is_tonic(cells[0][0]):
        cells = [(home, *cells[0][1:]), *cells[1:]]
    mark = f"{phrase.material}/{key.tonic} {key.mode}/{round(4 * phrase.register)}"
    steps = []
    for number, start in enumerate(range(0, len(bars), chord_bars)):
        cell = bars[start : start + chord_bars]
        for beat, numeral in _spread(cell, cells[number % len(cells)]):
            steps.append(_Step(beat, numeral, key, f"{mark}/{start}+{beat - cell[0].beat:g} {numeral}"))
    if led:
        lead = home if phrase.index == 0 else cells[0][0]
        steps.insert(0, _Step(phrase.beat, lead, key))
    return _turned(phrase, bars, steps, (key, following), vocabularies, seed, chord_bars)


def _progression(phrase: Phrase, vocabulary: Harmony, seed: int) -> list[tuple[str, ...]]:
    """The cells of a phrase: the same letter keeps its progression, a period's second phrase may go on otherwise."""
    rows: list[str] = getattr(vocabulary, phrase.character)
    cells = bars_of(one_of(rows, seed, "progression", phrase.letter, phrase.character, phrase.place // 4))
    turned = draws(seed, "turned", phrase.letter, phrase.character, phrase.place)
    if phrase.answers and turned.random() < 0.4:
        other = bars_of(turned.choice(rows))
        half = (len(cells) + 1) // 2
        cells = cells[:half] + other[half:]
    return cells


def _spread(cell: tuple[FormBar, ...], numerals: tuple[str, ...]) -> list[tuple[float, str]]:
    """The chords of a cell over its bars: those that share a bar divide it, the first takes the odd beat."""
    if len(cell) >= len(numerals):
        return [(cell[i * len(cell) // len(numerals)].beat, numeral) for i, numeral in enumerate(numerals)]
    bar = cell[0]
    count = min(len(numerals), bar.beats)
    return [(bar.beat + -(-i * bar.beats // count), numeral) for i, numeral in enumerate(numerals[:count])]


def _turned(
    phrase: Phrase,
    bars: tuple[FormBar, ...],
    steps: list[_Step],
    keys: tuple[Key, Key],
    vocabularies: Mapping[Mode, Harmony],
    seed: int,
    chord_bars: int,
) -> list[_Step]:
    """The end of the phrase given to its turn: half, full or final, or the way into another key."""
    key, following = keys
    last = bars[-1]
    rows: list[str] = getattr(vocabularies[key.mode], f"{phrase.turn}_turn")
    turn = [(numeral, key) for numeral in one_of(rows, seed, "turn", phrase.key).split()]
    if following != key:
        away = one_of(vocabularies[following.mode].full_turn, seed, "turn", phrase.key, "away").split()
        turn[-1] = (away[-1], following)
    elif chord_bars > 1 and phrase.turn == "half":
        return steps  # slow harmony does not hurry at a comma
    if phrase.index == 0 and len(phrase.bars) == 1:  # all there is: home, and a turn if there is time
        return [*steps[:1], _Step(last.beat + 2, *turn[-1])] if last.beats >= 3 else steps[:1]
    wide = (phrase.turn == "final" or chord_bars > 1) and len(bars) >= 3
    if wide:
        starts = [bars[-2].beat, last.beat]
    elif last.beats >= 3 and (len(bars) > 1 or phrase.turn != "half"):
        starts = [last.beat, last.beat + (last.beats + 1) // 2]
    else:
        starts = [last.beat]
    chords = turn[-len(starts) :]
    starts = starts[-len(chords) :]
    kept = [step for step in steps if step.beat < starts[0] - 1e-6]
    return kept + [_Step(beat, *chord) for beat, chord in zip(starts, chords, strict=True)]


def _is_tonic(numeral: str) -> bool:
    parsed = parse_numeral(numeral)
    return parsed.degree == 0 and not parsed.alter and parsed.of is None


def _moved(steps: list[_Step], accents: tuple[float, ...], final_beat: float) -> list[_Step]:
    """The nearest later chord is drawn forward to an accent inside a bar, or the chord of the bar waits for it."""
    moved = list(steps)
    for accent in accents:
        if accent >= final_beat - 0.4 or not moved or accent <= moved[0].beat:
            continue
        after = bisect_left(moved, accent - 1e-9, key=lambda step: step.beat)
        if after < len(moved) and abs(moved[after].beat - accent) < 1e-9:
            continue
        before = after - 1
        waits = accent - moved[before].beat
        comes = moved[after].beat - accent if after < len(moved) else 99.0
        if waits <= min(comes, 1.5) and before > 0:
            moved[before] = _at(moved[before], accent)
        elif comes <= 2.5:
            moved[after] = _at(moved[after], accent)
        else:
            moved.insert(after, _at(moved[after] if after < len(moved) else moved[before], accent))
    return moved


def _at(step: _Step, beat: float) -> _Step:
    return _Step(beat, step.numeral, step.key, step.echo)
