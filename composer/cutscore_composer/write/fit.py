"""The tempo map: a tempo and a first downbeat from the opening, then beat by beat along the picture.

Styles with a groove keep one tempo from the first beat to the last and meet what falls on it; the others bend.
Nowhere does a beat depend on what the picture does more than two bars and a half later.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

from cutscore_composer.write.composition import Bar
from cutscore_composer.write.follow import Follower, Row, Steady
from cutscore_composer.write.search import Metre, Opening, Target, choose_opening
from cutscore_composer.write.tempo import TempoMap

_ASKED_BEND = 0.011
"""A tempo that was asked for is kept: it bends no more than this."""
_SHORT_SECONDS = 8.0
"""In a picture up to this long the first beat does not wait."""

_LINE_BEATS = 64


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted tempo: beat 0 is the first downbeat; the last bar begins at or before `final_beat`."""

    tempo: TempoMap
    bars: tuple[Bar, ...]
    on_beat: dict[int, float]
    """For each target that was met: the beat (halves allowed) it falls on."""
    final_beat: float
    """Where the last chord falls; between the beats where none can be brought to it."""
    opening: Opening | None = None
    """The even beat that it starts from; None in a picture of less than a beat."""


def fit_tempo(
    targets: tuple[Target, ...],
    start: float,
    end: float,
    bpm_range: tuple[float, float],
    metre: Metre,
    home: float = 0.5,
    *,
    starts_on_time: bool = False,
    opening: Opening | None = None,
) -> Fit:
    """The tempo map over [start, end] in seconds.

    targets: in order of time, the last one of kind "final" (the last chord). Targets that no beat can meet are
    left out of `on_beat`. home: where in the range (0 to 1) the tempo likes to lie. starts_on_time: the music
    has to begin at `start` itself; otherwise a style that does not bend may begin up to a beat later.
    opening: the beat to start from, where it is chosen already.
    """
    final = targets[-1].seconds
    if final - start < 0.75 * 60.0 / bpm_range[1]:
        return _too_short(start, final, end, bpm_range, metre, len(targets) - 1)
    if metre.bend and bpm_range[1] / bpm_range[0] < 1.01:
        metre = replace(metre, bend=min(metre.bend, _ASKED_BEND))
    free = metre.bend == 0 and not starts_on_time and final - start > _SHORT_SECONDS
    opening = opening or choose_opening(targets, start, bpm_range, metre, home, free=free, on_time=starts_on_time)
    row = Follower(Steady(opening.home, metre), targets, opening.first, opening.pick_up).run()
    return _fit_of(row, opening, end, metre, targets)


def _fit_of(row: Row, opening: Opening, end: float, metre: Metre, targets: tuple[Target, ...]) -> Fit:
    pick_up = opening.pick_up
    last = row.seconds[-1] - row.seconds[-2] if len(row.seconds) > 1 else opening.home
    # After the last chord the tempo goes on to the end of the picture and a little beyond.
    tail = max(metre.beats, math.ceil((end - row.seconds[-1]) / last) + metre.beats)
    anchors = [(float(beat - pick_up), seconds) for beat, seconds in enumerate(row.seconds)]
    anchors.append((anchors[-1][0] + tail, round(anchors[-1][1] + tail * last, 6)))
    tempo = TempoMap(_even(anchors) if metre.bend == 0 else _thinned(anchors))

    on_beat = {index: eighths / 2 - pick_up for index, eighths in row.met.items()}
    final = len(targets) - 1
    final_beat = on_beat.get(final, round(tempo.beat(targets[-1].seconds), 6))
    ends = [float(beat - pick_up) for beat in row.downbeats]
    if pick_up:
        # The beats before the first downbeat are a bar of their own.
        ends.insert(0, -float(pick_up))
    while tempo.seconds(ends[-1]) < end or ends[-1] <= final_beat:
        ends.append(ends[-1] + metre.beats)
    bars = tuple(Bar(a, round(b - a)) for a, b in itertools.pairwise(ends))
    return Fit(tempo, bars, on_beat | {final: final_beat}, final_beat, opening)


def _even(anchors: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """An even beat is one straight line, the same however long the picture is."""
    (first, at), (_, after) = anchors[:2]
    return ((first, at), (first + _LINE_BEATS, round(at + _LINE_BEATS * (after - at), 6)))


def _thinned(anchors: list[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    """The anchors without those that lie on a straight line (to 0.02 ms) between their neighbours."""
    kept = [anchors[0]]
    for here, after in itertools.pairwise(anchors):
        before = kept[-1]
        straight = before[1] + (after[1] - before[1]) * (here[0] - before[0]) / (after[0] - before[0])
        if abs(straight - here[1]) > 2e-5:
            kept.append(here)
    return (*kept, anchors[-1])


def _too_short(
    start: float, final: float, end: float, bpm_range: tuple[float, float], metre: Metre, final_index: int
) -> Fit:
    """A picture of less than a beat: one bar, whose downbeat is the last chord."""
    period = 60.0 / (sum(bpm_range) / 2)
    beats = max(metre.beats, math.ceil((end - final) / period) + metre.beats)
    lead = final - start > 0.05  # less is one moment to the ear
    after = [(0.0, final if lead else start), (float(beats), final + beats * period)]
    tempo = TempoMap(((-1.0, start), *after) if lead else tuple(after))
    bars = ((Bar(-1.0, 1),) if lead else ()) + tuple(Bar(float(at), metre.beats) for at in range(0, beats, metre.beats))
    return Fit(tempo, bars, {final_index: 0.0}, 0.0)
