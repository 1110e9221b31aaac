"""Dividing: an edit too long for one request, cut into parts where a new piece of music is least felt.

>>> divide(picture, most_seconds=600)                                       # doctest: +SKIP
((0, 13920), (13920, 27211))
"""

from __future__ import annotations

import math
from bisect import bisect_left
from fractions import Fraction
from itertools import pairwise

from cutscore_composer.engine import Progress
from cutscore_composer.picture import CutPoint, Picture, PictureSpan
from cutscore_composer.timebase import seconds_at

LEAST_SECONDS = 30
"""No part is shorter, unless the most seconds of a part leave no choice."""
PART_COST = 1.0
"""What one more request costs, in the units of the costs below."""
HARD_COST = 20.0
"""Dividing inside a shot: only where no cut is near enough."""
UNEVEN_COST = 0.5
"""A part of half the wished length costs a quarter of this."""
CALM_SECONDS = 8
"""A shot of this length on both sides of a cut is as calm as it need be."""


def divide(
    picture: Picture, most_seconds: int | Fraction = 600, progress: Progress | None = None
) -> tuple[tuple[int, int], ...]:
    """Ranges of frames (in, out), in order, that cover the picture, none longer than `most_seconds`.

    Divides at gaps first, then fades, dissolves, and cuts between long shots; inside a shot only
    when no cut can serve. Parts are of like length where the cuts allow it. The cuts of renders are
    looked for where they are needed, which takes time: `progress` is told, and can stop it (Cancelled).
    """
    most = math.floor(most_seconds * picture.rate)
    if most < 1:
        raise ValueError(f"parts of {most_seconds} seconds hold no frame")
    if picture.frames <= most:
        return ((0, picture.frames),)
    if any(span.search_cuts for span in picture.spans):
        from cutscore.reel.looking import with_found_cuts  # FFmpeg and OpenCV load only where there is to look

        picture = with_found_cuts(picture, most, progress or Progress())
    least = min(math.ceil(LEAST_SECONDS * picture.rate), most // 4)
    costs = _places(picture, most)
    places = [0, *sorted(costs), picture.frames]
    wished = picture.frames / math.ceil(picture.frames / most)

    best: list[tuple[float, int]] = [(0.0, -1)]
    for here in range(1, len(places)):
        chosen = (math.inf, -1)
        for before in range(bisect_left(places, places[here] - most), here):
            length = places[here] - places[before]
            if length < least:
                break
            uneven = UNEVEN_COST * (1 - length / wished) ** 2
            total = best[before][0] + uneven + PART_COST + costs.get(places[here], 0.0)
            chosen = min(chosen, (total, before))
        best.append(chosen)

    ends = [len(places) - 1]
    while ends[-1] > 0:
        ends.append(best[ends[-1]][1])
    frames = [places[i] for i in reversed(ends)]
    return tuple(pairwise(frames))


def _places(picture: Picture, most: int) -> dict[int, float]:
    """Every frame where the picture may be divided, with what that costs."""
    parts = math.ceil(picture.frames / most)
    grid = {picture.frames * i // parts for i in range(1, parts)}
    grid |= set(range(most, picture.frames, most))
    costs = dict.fromkeys(grid, HARD_COST)
    starts = {span.record_in: (before, span) for before, span in zip(picture.spans, picture.spans[1:], strict=False)}
    edges = [0, *(cut.frame for cut in picture.cuts), picture.frames]
    for cut, before, after in zip(picture.cuts, edges, edges[2:], strict=False):
        shots = min(cut.frame - before, after - cut.frame)
        calm = min(1.0, float(seconds_at(shots, picture.rate)) / CALM_SECONDS)
        costs[cut.frame] = _cut_cost(cut, starts.get(cut.frame)) - 0.2 * calm
    return {frame: cost for frame, cost in costs.items() if 0 < frame < picture.frames}


def _cut_cost(cut: CutPoint, spans: tuple[PictureSpan, PictureSpan] | None) -> float:
    if spans is not None and "gap" in (spans[0].kind, spans[1].kind):
        return 0.2
    return {"fade": 0.3, "dissolve": 0.5, "cut": 0.8}[cut.kind]
