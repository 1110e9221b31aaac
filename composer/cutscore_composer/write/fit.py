"""The tempo map: fits bars and beats to the strong moments of a picture.

The search (search.py) decides how many beats lie between the moments, the smoothing (smooth.py) bends
the beat to them; here both are run over a range of tempi and turned into a `TempoMap` with bars.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np

from cutscore_composer.write.composition import Bar
from cutscore_composer.write.search import Metre, Path, Target, find_path
from cutscore_composer.write.smooth import Smoothed, smooth
from cutscore_composer.write.tempo import TempoMap

_HOMESICK = 8.0
"""What a tempo loses for each natural-log unit that it lies from where the cue likes it."""


@dataclass(frozen=True, slots=True)
class Fit:
    """A fitted tempo: beat 0 is the first downbeat; the last bar begins at or before `final_beat`."""

    tempo: TempoMap
    bars: tuple[Bar, ...]
    on_beat: dict[int, float]
    """For each target that was met: the beat (halves allowed) it falls on."""
    final_beat: float


def fit_tempo(
    targets: tuple[Target, ...],
    start: float,
    end: float,
    bpm_range: tuple[float, float],
    metre: Metre,
    home: float = 0.5,
) -> Fit:
    """The tempo map over [start, end] in seconds.

    targets: in order of time, the last one of kind "final" (the last chord). Targets that no beat can meet are
    left out of `on_beat`; the final one is always in it. home: where in the range (0 to 1) the tempo likes to
    lie; it keeps a small change of the picture from turning the whole map.
    """
    final = targets[-1].seconds
    if final - start < 0.75 * 60.0 / bpm_range[1]:
        return _too_short(start, final, end, bpm_range, metre, len(targets) - 1)
    liked = bpm_range[0] * (bpm_range[1] / bpm_range[0]) ** home
    # A tempo that was asked for is kept: only as much bend as its last chord needs.
    pinned = bpm_range[1] / bpm_range[0] < 1.01
    paths = _best_paths(
        targets, start, bpm_range, replace(metre, bend=min(metre.bend, 0.011)) if pinned else metre, liked
    )
    paths = paths or _best_paths(targets, start, bpm_range, metre, liked)
    fits = [(path, _bent(path, targets, start, metre)) for path in paths]
    last = len(targets) - 1
    fits = [(path, smoothed) for path, smoothed in fits if smoothed.sound and last in smoothed.kept]
    if not fits and len(targets) > 1:
        # No tempo meets these moments within bounds: the last chord alone is met, every accent goes free.
        alone = fit_tempo(targets[-1:], start, end, bpm_range, metre, home)
        return replace(alone, on_beat={last: alone.final_beat})
    if not fits:
        return _even(start, final, end, bpm_range, metre, last)
    path, smoothed = max(fits, key=lambda f: _worth(f[0], f[1], targets) - _far(f[0], liked))
    return _fit_of(path, smoothed, start, end, metre, targets)


def _best_paths(
    targets: tuple[Target, ...], start: float, bpm_range: tuple[float, float], metre: Metre, liked: float
) -> list[Path]:
    """The dozen best paths over the tempo range (1.2 % apart)."""
    low, high = bpm_range
    count = max(1, round(math.log(high / low) / 0.012)) if high > low else 0
    tempi = [low * (high / low) ** (i / count) for i in range(count + 1)] if count else [low]
    beam = 16 if len(targets) * len(tempi) < 1500 else 6
    found = [path for bpm in tempi if (path := find_path(targets, start, bpm, metre, beam)) is not None]
    return sorted(found, key=lambda p: (_far(p, liked) - p.score, p.period))[:12]


def _far(path: Path, liked: float) -> float:
    return _HOMESICK * abs(math.log(30.0 / path.period / liked))


def _bent(path: Path, targets: tuple[Target, ...], start: float, metre: Metre) -> Smoothed:
    final = len(targets) - 1
    beats = math.ceil(path.eighths[final] / 2)
    pulls = {}
    for index, eighths in path.eighths.items():
        target = targets[index]
        firmness = 4.0 if target.kind == "final" else 0.12 if target.kind == "border" else target.weight
        pulls[index] = (eighths / 2, target.seconds, firmness)
    even = (targets[-1].seconds - start) / (path.eighths[final] / 2)
    return smooth(start, beats, pulls, even, metre.bend, metre.step)


def _worth(path: Path, smoothed: Smoothed, targets: tuple[Target, ...]) -> float:
    """The path's score less what was let go in the bending."""
    lost = sum(targets[i].weight * 0.8 for i in path.eighths if i not in smoothed.kept)
    return path.score - lost


def _fit_of(path: Path, smoothed: Smoothed, start: float, end: float, metre: Metre, targets: tuple[Target, ...]) -> Fit:
    times = smoothed.seconds
    lengths = np.diff(times)
    last = float(lengths[-1])
    # After the last chord the tempo goes on to the end of the picture and a little beyond.
    tail = max(metre.beats, math.ceil((end - float(times[-1])) / last) + metre.beats)
    pick_up = min(path.downbeats) / 2 if path.downbeats else 0.0
    anchors = [(beat - pick_up, float(time)) for beat, time in enumerate(times)]
    anchors.append((anchors[-1][0] + tail, round(float(times[-1]) + tail * last, 5)))
    tempo = TempoMap(_thinned(anchors))

    final_index = len(targets) - 1
    final_beat = path.eighths[final_index] / 2 - pick_up
    downbeats = [eighths / 2 - pick_up for eighths in path.downbeats]
    # The beats before the first downbeat are a bar of their own, a pick-up.
    opening = [-pick_up] if pick_up else []
    ends = [*opening, *downbeats]
    while tempo.seconds(ends[-1]) < end or ends[-1] <= final_beat:
        ends.append(ends[-1] + metre.beats)
    bars = tuple(Bar(a, round(b - a)) for a, b in itertools.pairwise(ends))
    on_beat = {i: e / 2 - pick_up for i, e in path.eighths.items() if i in smoothed.kept or i == final_index}
    return Fit(tempo, bars, on_beat, final_beat)


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


def _even(
    start: float, final: float, end: float, bpm_range: tuple[float, float], metre: Metre, final_index: int
) -> Fit:
    """When no tempo in the range divides the picture: the nearest even beat that does."""
    wanted = 60.0 / math.sqrt(bpm_range[0] * bpm_range[1])
    beats = max(1, round((final - start) / wanted))
    period = (final - start) / beats
    pick_up = beats % metre.beats
    tail = max(metre.beats, math.ceil((end - final) / period) + metre.beats)
    tempo = TempoMap(((-float(pick_up), start), (float(beats - pick_up + tail), round(final + tail * period, 5))))
    bars = [Bar(-float(pick_up), pick_up)] if pick_up else []
    bars += [Bar(float(at), metre.beats) for at in range(0, beats - pick_up + tail, metre.beats)]
    return Fit(tempo, tuple(bars), {final_index: float(beats - pick_up)}, float(beats - pick_up))
