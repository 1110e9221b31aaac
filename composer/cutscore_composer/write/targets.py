"""Between spotting and tempo: the times that want a beat, and the accents as they came to lie."""

from __future__ import annotations

from fractions import Fraction
from typing import Literal

from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.style import Style
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.write.composition import PlacedHit
from cutscore_composer.write.draws import draws
from cutscore_composer.write.fit import Fit, fit_tempo
from cutscore_composer.write.search import Metre, Target


def fitted(brief: Brief, style: Style, spotting: Spotting, seed: int) -> tuple[Fit, tuple[PlacedHit, ...]]:
    """The tempo map with its bars, and the accents of all moments in order of time."""
    targets, places = targets_of(spotting)
    fit = fit_tempo(
        targets,
        float(Fraction(spotting.silent_until) / spotting.rate),
        float(Fraction(spotting.frames) / spotting.rate),
        brief.bpm_range,
        Metre(
            brief.metre[0],
            tuple(style.metre.odd_bars),
            style.tempo.bend_percent / 100,
            style.tempo.step_percent / 100,
        ),
        home=draws(seed, "tempo").uniform(0.25, 0.75),
    )
    return fit, placed_hits(spotting, fit, places)


def targets_of(spotting: Spotting) -> tuple[tuple[Target, ...], list[int | None]]:
    """The times that want a beat, the last chord at the end; and for each moment its place among them."""
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
            wanted.append((Target(at, moment.weight + 0.2 * turn, "turn" if turn else "hit"), index))
    taken = [target.seconds for target, _ in wanted]
    for at in opens:
        if start + 2 < at < final - 2 and all(abs(at - other) > 1.0 for other in taken):
            wanted.append((Target(at, 0.35, "border"), -1))
    wanted.sort(key=lambda pair: pair[0].seconds)
    places: list[int | None] = [None] * len(spotting.moments)
    for place, (_, index) in enumerate(wanted):
        if index >= 0:
            places[index] = place
    return (*(target for target, _ in wanted), Target(final, 1.2, "final")), places


def placed_hits(spotting: Spotting, fit: Fit, places: list[int | None]) -> tuple[PlacedHit, ...]:
    """Each moment with its accent: on the beat that was bent to it, on one that happens to be there, or free."""
    downbeats = {bar.beat for bar in fit.bars}
    hits = []
    for moment, place in zip(spotting.moments, places, strict=True):
        at = float(Fraction(moment.frame) / spotting.rate)
        beat = fit.on_beat.get(place) if place is not None else None
        if beat is None:
            near = round(fit.tempo.beat(at) * 2) / 2
            beat = near if -0.008 <= fit.tempo.seconds(near) - at <= 0.03 else None
        on: Literal["downbeat", "beat", "eighth", "free"] = "free"
        seconds = at
        if beat is not None:
            on = "downbeat" if beat in downbeats else "beat" if beat == int(beat) else "eighth"
            seconds = max(0.0, fit.tempo.seconds(beat))
        hits.append(PlacedHit(at, seconds, moment.kind, moment.weight, on))
    return tuple(hits)
