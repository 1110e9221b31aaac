"""Fills: the last bar of a phrase as the style notates it, leading on into the next."""

from __future__ import annotations

from dataclasses import dataclass

from cutscore_composer.plan.style import Style
from cutscore_composer.write.draws import draws
from cutscore_composer.write.parts.grids import DRUM, bar_steps, source_metre
from cutscore_composer.write.parts.stand import Stand

_FROM_ENERGY = 0.3


@dataclass(frozen=True, slots=True)
class Stroke:
    """A stroke in a bar: onset in beats, drum and symbol (X loud, x plain, o soft)."""

    at: float
    drum: str
    symbol: str


def fill_of(stand: Stand) -> tuple[Stroke, ...]:
    """The fill that ends this phrase, within its last bar; none where the music stays quiet or somebody speaks.

    Where a section ends there is always one, inside it now and then.
    """
    page, phrase = stand.page, stand.phrase
    bar = phrase.bars[-1]
    if bar.speech or phrase.energy < _FROM_ENERGY or bar.beats < 2:
        return ()
    following = page.phrases[phrase.index + 1] if phrase.index + 1 < len(page.phrases) else None
    chooser = draws(page.seed, "fill", stand.row.plain, phrase.key)
    share = 1.0 if following is None or following.place == 0 else 0.6 if phrase.place % 2 else 0.3
    choices = [fill for strokes in fills_in(page.style, bar.beats) if (fill := _own(strokes, stand))]
    return chooser.choice(choices) if choices and chooser.random() < share else ()


def _own(strokes: tuple[Stroke, ...], stand: Stand) -> tuple[Stroke, ...]:
    """The strokes on drums that the row's players have: one fill may be written for several kits."""
    names = {name for seat in stand.seats for name in stand.player(seat).keys.values()}
    return tuple(stroke for stroke in strokes if stroke.drum in names) or strokes


def fills_in(style: Style, beats: int) -> list[tuple[Stroke, ...]]:
    """The style's fills for a bar of `beats`; one of another metre is moved so that it ends with the bar."""
    if not style.fills:
        return []
    metre = source_metre(style.fills, beats, int(style.metre.default[0]))
    shift = beats - metre
    made = []
    for fill in style.fills[f"{metre}/4"]:
        strokes = [
            Stroke(step.at + shift, drum, step.symbol)
            for drum, bar in fill.items()
            for step in bar_steps({f"{metre}/4": bar}, metre, 0, DRUM)
            if step.at + shift >= 0
        ]
        made.append(tuple(sorted(strokes, key=lambda stroke: (stroke.at, stroke.drum))))
    return [fill for fill in made if fill]
