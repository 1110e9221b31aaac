"""Between spotting and tempo: the times that want a beat, and the accents as they came to lie."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.style import Style
from cutscore_composer.spot.spotting import Moment, Spotting
from cutscore_composer.write.composition import PlacedHit
from cutscore_composer.write.draws import draws
from cutscore_composer.write.fit import Fit, fit_tempo
from cutscore_composer.write.search import Metre, Opening, Target

_EXACT = (-0.001, 0.012)
"""Seconds by which the beat may come before and after a moment that the editor marked."""
_BENT, _STEADY = (-0.004, 0.020), (-0.008, 0.050)
"""The same for other moments where the beat bends, and where it does not."""
_BENT_BORDER, _STEADY_BORDER = (-0.10, 0.10), (-0.05, 0.10)
_BENT_FINAL, _STEADY_FINAL = (-0.002, 0.002), (-0.008, 0.030)
_BENT_FREE, _STEADY_FREE = (-0.4, 0.4), (-1.3, 1.3)
"""And by which the last chord may come beside a place that nothing in the picture marks."""
_BESIDE_SECONDS, _NEARLY, _APART_SECONDS = 5, 0.7, 4
"""How far from a moment that an even beat misses another cut may take its accent, how heavy, and with what room."""
_STRONGEST = 0.75
"""Moments from this weight on keep their accent, on the beat or not."""
_SHORT_SECONDS = 12
"""In a picture shorter than this the last chord has one place."""
_SIXTEENTH = (-0.010, 0.055)
"""Where an even beat misses a moment, its accent takes the sixteenth this near."""


def fitted(brief: Brief, style: Style, spotting: Spotting, seed: int) -> tuple[Fit, tuple[PlacedHit, ...]]:
    """The tempo map with its bars, and the accents of all moments in order of time."""
    steady = style.tempo.bend_percent == 0
    metre = Metre(
        brief.metre[0], tuple(style.metre.odd_bars), style.tempo.bend_percent / 100, style.tempo.step_percent / 100
    )

    def fit_to(notes: Spotting, opening: Opening | None) -> tuple[Fit, list[int | None]]:
        targets, places = targets_of(notes, steady)
        fit = fit_tempo(
            targets,
            float(Fraction(notes.silent_until) / notes.rate),
            float(Fraction(notes.frames) / notes.rate),
            brief.bpm_range,
            metre,
            home=draws(seed, "tempo").uniform(0.25, 0.75),
            starts_on_time=notes.start_told,
            opening=opening,
        )
        return fit, places

    fit, places = fit_to(spotting, None)
    if steady and brief.sync != "loose":
        moved = _on_the_beat(spotting, fit)
        if moved.moments != spotting.moments:
            spotting = moved
            fit, places = fit_to(spotting, fit.opening)
    return fit, placed_hits(spotting, fit, places, steady)


def _on_the_beat(spotting: Spotting, fit: Fit) -> Spotting:
    """The notes with moments that an even beat misses given to cuts nearby, nearly as heavy, which it meets."""
    reach, apart = _BESIDE_SECONDS * spotting.rate, _APART_SECONDS * spotting.rate
    moments, frames = list(spotting.moments), [Fraction(cut.frame) for cut in spotting.cuts]
    for index, moment in enumerate(moments):
        if moment.weight >= _STRONGEST or _place(spotting, fit, moment.frame):
            continue
        # Not nearer to the other moments than this one is, or than moments usually are.
        before = moments[index - 1].frame if index else -spotting.frames
        after = moments[index + 1].frame if index + 1 < len(moments) else 2 * spotting.frames
        first = max(moment.frame - reach, min(before + apart, Fraction(moment.frame)))
        last = min(moment.frame + reach, max(after - apart, Fraction(moment.frame)))
        beside = spotting.cuts[bisect_left(frames, first) : bisect_right(frames, last)]
        near = [
            (place, cut.weight, -cut.frame, cut)
            for cut in beside
            if cut.weight >= _NEARLY * moment.weight and (place := _place(spotting, fit, cut.frame))
        ]
        if near:
            cut = max(near, key=lambda found: found[:3])[3]
            moments[index] = Moment(cut.frame, "cut", cut.weight)
    return replace(spotting, moments=tuple(moments))


def _place(spotting: Spotting, fit: Fit, frame: int) -> int:
    """2 where a frame is met by a beat, 1 by an eighth, 0 else."""
    beat = _near(fit, float(Fraction(frame) / spotting.rate), 2, *_STEADY)
    return 0 if beat is None else 2 if beat == int(beat) else 1


def targets_of(spotting: Spotting, steady: bool) -> tuple[tuple[Target, ...], list[int | None]]:
    """The times that want a beat, the last chord at the end; and for each moment its place among them.

    steady: whether the beat is to stay even, and so misses by more.
    """
    rate = spotting.rate
    start = float(Fraction(spotting.silent_until) / rate)
    total = float(Fraction(spotting.frames) / rate)
    # The last chord needs room to sound, however short the picture is.
    final = min(float(Fraction(spotting.final_frame) / rate), total - min(0.4, 0.3 * total))
    opens = [float(Fraction(section.frame_in) / rate) for section in spotting.sections[1:]]
    wanted: list[tuple[Target, int]] = []
    for index, moment in enumerate(spotting.moments):
        at = float(Fraction(moment.frame) / rate)
        if start + 0.2 < at < final - 0.2:
            turn = any(abs(at - other) < 0.3 for other in opens)
            window = _EXACT if moment.kind == "marker" else _STEADY if steady else _BENT
            wanted.append((Target(at, moment.weight + 0.2 * turn, "turn" if turn else "hit", *window), index))
    for told in spotting.told:
        at = float(Fraction(told.frame) / rate)
        if told.word in ("build", "quiet") and start + 0.2 < at < final - 0.2:
            wanted.append((Target(at, 1.0, "turn", *(_STEADY if steady else _EXACT)), -1))
    taken = [target.seconds for target, _ in wanted]
    for at in opens:
        if start + 2 < at < final - 2 and all(abs(at - other) > 1.0 for other in taken):
            wanted.append((Target(at, 0.35, "border", *(_STEADY_BORDER if steady else _BENT_BORDER)), -1))
    wanted.sort(key=lambda pair: pair[0].seconds)
    places: list[int | None] = [None] * len(spotting.moments)
    for place, (_, index) in enumerate(wanted):
        if index >= 0:
            places[index] = place
    last = Target(final, 1.2, "final", *_final_window(spotting, steady, total - final))
    return (*(target for target, _ in wanted), last), places


def _final_window(spotting: Spotting, steady: bool, room: float) -> tuple[float, float]:
    """How early and late the last chord may come; room: seconds that are left after it."""
    if spotting.final_told:
        return _EXACT
    if not spotting.final_free or spotting.frames < _SHORT_SECONDS * spotting.rate:
        return _STEADY_FINAL if steady else _BENT_FINAL
    early, late = _STEADY_FREE if steady else _BENT_FREE
    return early, min(late, 0.3 * room)


def placed_hits(spotting: Spotting, fit: Fit, places: list[int | None], steady: bool) -> tuple[PlacedHit, ...]:
    """Each moment with its accent: on the beat that meets it, on one that happens to be there, or free."""
    downbeats = {bar.beat for bar in fit.bars}
    hits = []
    for moment, place in zip(spotting.moments, places, strict=True):
        at = float(Fraction(moment.frame) / spotting.rate)
        beat = fit.on_beat.get(place) if place is not None else None
        if beat is None:
            beat = _near(fit, at, 2, *(_EXACT if moment.kind == "marker" else (-0.008, 0.030)))
        on: Literal["downbeat", "beat", "eighth", "free"] = "free"
        seconds = at
        if beat is not None:
            on = "downbeat" if beat in downbeats else "beat" if beat == int(beat) else "eighth"
        elif steady:
            # Off every eighth, the accent still goes with the groove where that is near enough.
            beat = _near(fit, at, 4, *(_EXACT if moment.kind == "marker" else _SIXTEENTH))
        if beat is not None:
            seconds = max(0.0, fit.tempo.seconds(beat))
        hits.append(PlacedHit(at, seconds, moment.kind, moment.weight, on))
    return tuple(hits)


def _near(fit: Fit, seconds: float, parts: int, early: float, late: float) -> float | None:
    """The place on a grid of `parts` a beat that comes no more than `early` before and `late` after a time."""
    low = math.floor(fit.tempo.beat(seconds) * parts)
    near = [(abs(off), place / parts) for place in (low, low + 1)
            if early <= (off := fit.tempo.seconds(place / parts) - seconds) <= late]  # fmt: skip
    return min(near)[1] if near else None
