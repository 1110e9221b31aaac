"""Finds the pitches of a sung phrase: near the shape that was planned, singable, on chord tones where it counts.

A search over all ways through the phrase (Viterbi, two notes of memory): steps are free, leaps cost and want to be
recovered by a step back, what is no chord tone passes by step, a close falls on the tones that close.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from cutscore_composer.plan.numerals import Sonority

Close = Literal["", "half", "full"]
"""Whether a note closes a phrase, and how."""

_LEAP = (0.7, 0.0, 0.0, 0.6, 0.7, 1.1, 4.5, 1.7, 2.6, 2.9, 7.0, 9.0, 4.0)
"""What an interval of so many semitones costs."""
_FAR = 15.0
_REACH = 5
"""Semitones around the planned pitch that are tried."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A note that wants a pitch."""

    beat: float
    beats: float
    target: int
    strong: bool
    chord: Sonority
    close: Close = ""
    fixed: int | None = None


def find_pitches(slots: Sequence[Slot], before: int | None, low: int, high: int) -> list[int]:
    """A pitch within [low, high] for each slot; `before` is the pitch sung last, if that is not long ago."""
    if not slots:
        return []
    options = [_options(slot, low, high) for slot in slots]
    rows: list[dict[tuple[int, int], tuple[float, int]]] = []
    states: dict[tuple[int, int], float] = {}
    start = before if before is not None else 0
    first: dict[tuple[int, int], tuple[float, int]] = {}
    for pitch in options[0]:
        cost = _own(slots[0], pitch) + (0.6 * _leap(start, pitch) if before is not None else 0.0)
        first[start, pitch] = (cost, 0)
    rows.append(first)
    states = {state: cost for state, (cost, _) in first.items()}
    for index in range(1, len(slots)):
        row: dict[tuple[int, int], tuple[float, int]] = {}
        known = index > 1 or before is not None
        for pitch in options[index]:
            own = _own(slots[index], pitch)
            for (older, old), so_far in states.items():
                cost = so_far + own + _step(slots[index - 1], slots[index], old, pitch)
                if known:
                    cost += _recovery(older, old, pitch)
                if (old, pitch) not in row or cost < row[old, pitch][0] - 1e-9:
                    row[old, pitch] = (cost, older)
        rows.append(row)
        states = {state: cost for state, (cost, _) in row.items()}
    state = min(states, key=lambda s: (round(states[s], 6), s))
    found = []
    for row in reversed(rows):
        found.append(state[1])
        state = (row[state][1], state[0])
    return found[::-1]


def _options(slot: Slot, low: int, high: int) -> list[int]:
    if slot.fixed is not None:
        return [slot.fixed]
    target = min(high, max(low, slot.target))
    scale = slot.chord.scale
    for reach in (_REACH, 12):
        found = [p for p in range(max(low, target - reach), min(high, target + reach) + 1) if p % 12 in scale]
        if found and (not slot.strong or any(p % 12 in slot.chord.tones for p in found)):
            return found
    return found or [target]


def _own(slot: Slot, pitch: int) -> float:
    cost = 0.7 * abs(pitch - slot.target)
    tones = slot.chord.tones
    if pitch % 12 not in tones:
        cost += 6.0 if slot.strong else 0.5
        # A semitone over a chord tone grates when it is held.
        cost += 1.5 if slot.beats >= 1 and (pitch - 1) % 12 in tones else 0.0
    elif slot.strong and slot.beats >= 1.5 and pitch % 12 in tones[3:]:
        cost += 0.8
    if slot.close == "full":
        cost += 0.0 if pitch % 12 == tones[0] else 0.8 if pitch % 12 == tones[1] else 3.0
    elif slot.close == "half":
        cost += 0.0 if pitch % 12 in tones[1:3] else 0.8
    return cost


def _step(before: Slot, slot: Slot, old: int, pitch: int) -> float:
    cost = _leap(old, pitch)
    wanted = slot.target - before.target
    if wanted and (pitch - old) * wanted <= 0:
        cost += 1.4
    elif not wanted and pitch == old:
        cost -= 0.7
    if abs(pitch - old) > 2:
        cost += 2.5 * ((old % 12 not in before.chord.tones) + (pitch % 12 not in slot.chord.tones))
    if slot.close and abs(pitch - old) > 4:
        cost += 1.2
    return cost


def _leap(old: int, pitch: int) -> float:
    interval = abs(pitch - old)
    return _LEAP[interval] if interval < len(_LEAP) else _FAR


def _recovery(older: int, old: int, pitch: int) -> float:
    leap, after = old - older, pitch - old
    if abs(leap) < 5:
        return 0.0
    if leap * after > 0:
        return 2.2 if abs(after) <= 2 else 5.5
    return 0.0 if after and abs(after) <= 4 else 0.8
