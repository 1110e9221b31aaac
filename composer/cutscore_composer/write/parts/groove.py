"""The groove: drums as the style notates them, kept for a period, then varied; filled at the ends of phrases.

What the grid says is played in the first eight bars of a section; then one thing changes at a time: the hat goes to
the ride, a hat opens, ghost notes come in, the soft strokes leave, the stress moves. Where the style has no pattern
for so little energy, the nearest one is thinned.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from cutscore_composer.plan.style import EnergyClass
from cutscore_composer.write.draws import draws
from cutscore_composer.write.form import FormBar
from cutscore_composer.write.parts.fills import Stroke, fill_of
from cutscore_composer.write.parts.grids import DRUM, bar_steps, source_metre
from cutscore_composer.write.parts.keys import drum_key, seat_of
from cutscore_composer.write.parts.stand import Stand

_VARIATIONS = ("ride", "open", "ghosts", "bare", "leaning", "plain")
_FORCE: dict[str, tuple[float, float]] = {"X": (54.0, 44.0), "x": (44.0, 40.0), "o": (22.0, 28.0)}
"""Velocity of a symbol at rest, and what full energy adds."""
_CRASH_FROM = 0.45


_PLAIN: dict[EnergyClass, dict[str, Any]] = {
    "low": {"4/4": {"kick": "x...|....|x...|....", "rim": "....|....|o...|...."}, "3/4": {"kick": "x...|....|...."}},
    "mid": {
        "4/4": {"kick": "X...|....|x.x.|....", "snare": "....|x...|....|x...", "hat": "o.o.|o.o.|o.o.|o.o."},
        "3/4": {"kick": "X...|....|....", "snare": "....|o...|o...", "hat": "o.o.|o.o.|o.o."},
    },
    "high": {
        "4/4": {"kick": "X..x|....|X.x.|....", "snare": "....|X...|....|X..o", "hat": "x.x.|x.x.|x.x.|x.x."},
        "3/4": {"kick": "X...|....|..x.", "snare": "....|x...|x...", "hat": "x.x.|x.x.|x.x."},
    },
}
"""What drums play where the style has no groove for them: metre → drum → bar."""


def groove(stand: Stand) -> None:
    """Drums in a pattern of the style, for as many players as the row seats."""
    pattern = stand.pattern() or _PLAIN[stand.energy]
    rubato = not stand.page.style.groove
    named = stand.row.patterns
    thin = stand.sparse or (stand.energy == "low" and bool(named.mid) and not named.low)
    fill = fill_of(stand)
    for number, bar in enumerate(stand.phrase.bars):
        if bar.speech and rubato:
            continue  # there is no beat to keep: what is said is heard alone
        strokes = felt(pattern, bar.beats, number, stand)
        strokes = _varied(strokes, _variation(stand, number), number, stand)
        if thin or bar.speech:
            strokes = [stroke for stroke in strokes if stroke.symbol != "o"]
        last = number + 1 == len(stand.phrase.bars)
        if last and fill:
            # The groove goes on up to the fill's first stroke.
            strokes = [stroke for stroke in strokes if stroke.at < fill[0].at - 1e-6]
            _strike(stand, bar, number, fill, 8.0)
        _strike(stand, bar, number, strokes, 0.0)
    _crash(stand)


def strokes_of(pattern: dict[str, Any], beats: int, number: int, home: int | None = None) -> list[Stroke]:
    """The strokes of bar `number` of a groove (metre → drum → bars) in a bar of `beats`, in order."""
    metre = f"{source_metre(pattern, beats, home)}/4"
    made = [
        Stroke(step.at, drum, step.symbol)
        for drum, bars in pattern[metre].items()
        for step in bar_steps({metre: bars}, beats, number, DRUM)
    ]
    return sorted(made, key=lambda stroke: (stroke.at, stroke.drum))


def felt(pattern: dict[str, Any], beats: int, number: int, stand: Stand) -> list[Stroke]:
    """The strokes of a bar as they are felt: at half the beat a bar lasts two, at double it goes by twice."""
    feel = stand.page.brief.feel
    if feel is None:
        return strokes_of(pattern, beats, number, stand.home)
    if feel == "double-time":
        once = strokes_of(pattern, beats, number, stand.home)
        return [replace(s, at=(s.at + half * beats) / 2) for half in (0, 1) for s in once]
    half = beats / 2
    whole, start = strokes_of(pattern, beats, number // 2, stand.home), half * (number % 2)
    return [replace(s, at=2 * (s.at - start)) for s in whole if start <= s.at < start + half]


def _variation(stand: Stand, number: int) -> str:
    """What has changed after the section's first eight bars: one thing for eight bars, then another."""
    block = stand.periods(number)
    if block == 0:
        return "plain"
    return draws(stand.page.seed, "variation", stand.phrase.letter, block).choice(_VARIATIONS)


def _varied(strokes: list[Stroke], variation: str, number: int, stand: Stand) -> list[Stroke]:
    have = {stroke.drum for stroke in strokes}
    match variation:
        case "ride" if stand.phrase.strength >= 0.5 and {"hat", "ride"} & have == {"hat"} and _has(stand, "ride"):
            return [replace(s, drum="ride") if s.drum == "hat" else s for s in strokes]
        case "open" if "hat" in have and "open hat" not in have and _has(stand, "open hat"):
            final = max(stroke.at for stroke in strokes if stroke.drum == "hat")
            return [replace(s, drum="open hat") if s.drum == "hat" and s.at == final else s for s in strokes]
        case "ghosts" if "snare" in have and stand.phrase.strength >= 0.4:
            taken = {stroke.at for stroke in strokes if stroke.drum == "snare"}
            ghosts = [Stroke(at, "snare", "o") for at in (1.75, 2.25) if at not in taken and at < stand.home]
            return sorted([*strokes, *ghosts], key=lambda stroke: (stroke.at, stroke.drum))
        case "bare" if number % 2 == 0:
            return [stroke for stroke in strokes if stroke.symbol != "o"]
        case _:
            return strokes


def _has(stand: Stand, drum: str) -> bool:
    return any(drum in stand.player(seat).keys.values() for seat in stand.seats)


def _strike(stand: Stand, bar: FormBar, number: int, strokes: Sequence[Stroke], growing: float) -> None:
    """Strokes of a bar; `growing` adds that much velocity towards the bar's end."""
    leaning = _variation(stand, number) == "leaning"
    for index, stroke in enumerate(strokes):
        seat = seat_of(stroke.drum, stand.seats)
        if seat is None:
            continue
        chooser = draws(
            stand.page.seed, "groove", stand.phrase.material, number, stroke.drum, round(stroke.at * 24), index
        )
        rest, more = _FORCE[stroke.symbol]
        velocity = rest + more * bar.energy - (10 if bar.speech else 0) + chooser.gauss(0, 2.5)
        velocity += growing * stroke.at / bar.beats
        if leaning and stroke.symbol == "x" and stroke.at % 1 == 0.5:
            velocity += 6  # the stress moves to what lies between the beats
        stand.write(seat[0], bar.beat + stroke.at, 0.5, seat[1], velocity, "hit")


def _crash(stand: Stand) -> None:
    """A section opens with a crash where the music is strong; an accent brings its own."""
    phrase, page = stand.phrase, stand.page
    bar = phrase.bars[0]
    opens = phrase.place == 0 and phrase.index > 0 and bar.index == page.phrases[phrase.index].bars[0].index
    if not opens or bar.energy < _CRASH_FROM or bar.speech or page.accent_near(bar.beat, 1.0) is not None:
        return
    for seat in stand.seats:
        key = drum_key(seat, "crash")
        if key is not None and stand.player(seat).keys[key] in ("crash", "cymbals"):
            rest, more = _FORCE["x"]
            stand.write(seat, bar.beat, 2.0, key, rest + more * bar.energy - 6, "hit")
            return
