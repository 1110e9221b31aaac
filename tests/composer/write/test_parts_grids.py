"""Patterns laid into bars: what is read is what is written, in any metre; other bars are cut or extended."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutscore_composer.plan.style.patterns import BASS, COMP, DRUM, grid, ladder
from cutscore_composer.write.parts.figures import halved
from cutscore_composer.write.parts.grids import Step, bar_steps, source_metre

METRES = st.integers(2, 7)


@st.composite
def bars(draw: st.DrawFn, symbols: str, metre: int) -> str:
    """A bar of a pattern, with bar lines and spaces where they please."""
    a_beat = draw(st.sampled_from((1, 2, 3, 4, 6)))
    cells = draw(st.lists(st.sampled_from(symbols), min_size=metre * a_beat, max_size=metre * a_beat))
    return draw(st.sampled_from(("", " "))).join(
        symbol + ("|" if (place + 1) % a_beat == 0 else "") for place, symbol in enumerate(cells)
    )


def read_again(text: str, metre: int) -> list[tuple[Fraction, Fraction, str]]:
    """A second reading of a bar: (onset, length, symbol), by walking over the characters."""
    cells = [character for character in text if character not in "| "]
    step = Fraction(metre, len(cells))
    found: list[tuple[Fraction, Fraction, str]] = []
    open_note = False
    for place, symbol in enumerate(cells):
        if symbol == "-" and open_note:
            onset, length, name = found.pop()
            found.append((onset, length + step, name))
        elif symbol not in "-.":
            found.append((place * step, step, symbol))
            open_note = True
        else:
            open_note = False
    return found


@given(st.data(), METRES, st.sampled_from(("Xxo.", "R3578wa-.", "XxoDdUub-.")))
def test_a_bar_is_read_as_it_is_written(data: st.DataObject, metre: int, symbols: str) -> None:
    """In its own metre every symbol sounds at its place, for as long as it is held."""
    text = data.draw(bars(symbols, metre))
    steps = bar_steps({f"{metre}/4": text}, metre, 0, frozenset(symbols))
    told = [(round(float(at), 9), round(float(length), 9), name) for at, length, name in read_again(text, metre)]
    assert told == [(round(step.at, 9), round(step.beats, 9), step.symbol) for step in steps]


@given(st.data(), METRES, METRES)
def test_other_bars_are_cut_or_extended(data: st.DataObject, metre: int, beats: int) -> None:
    """Everything lies inside the bar; a shorter bar is the pattern's beginning, a longer one begins with it whole."""
    text = data.draw(bars("Xxo.", metre))
    own = bar_steps({f"{metre}/4": text}, metre, 0, DRUM)
    steps = bar_steps({f"{metre}/4": text}, beats, 0, DRUM)
    assert all(0 <= step.at and step.at + step.beats <= beats + 1e-9 for step in steps)
    shared = min(metre, beats)
    assert [s for s in own if s.at < shared] == [s for s in steps if s.at < shared]
    if beats > metre:  # the last beat is the pattern's own last beat: what leads on still leads on
        last = [(round(s.at - metre, 6), s.symbol) for s in own if s.at >= metre - 1]
        assert last == [(round(s.at - beats, 6), s.symbol) for s in steps if s.at >= beats - 1]


@given(st.lists(st.sampled_from(("X...", ".x..", "..o.", "...x")), min_size=1, max_size=4), st.integers(0, 20))
def test_bars_take_turns(patterns: list[str], number: int) -> None:
    """A list of bars is played one after the other, and again."""
    played = bar_steps({"4/4": patterns}, 4, number, DRUM)
    assert bar_steps({"4/4": patterns[number % len(patterns)]}, 4, 0, DRUM) == played


@pytest.mark.parametrize(
    ("have", "beats", "home", "metre"),
    [
        (("4/4", "3/4"), 3, 4, 3),  # its own
        (("4/4", "3/4"), 6, 4, 3),  # a divisor
        (("4/4", "3/4"), 5, 4, 4),  # the piece's
        (("4/4", "3/4"), 2, 4, 4),
        (("4/4",), 3, 3, 4),  # a longer one
        (("3/4",), 5, 4, 3),  # a shorter one
    ],
)
def test_which_bars_are_played(have: tuple[str, ...], beats: int, home: int, metre: int) -> None:
    """A bar's own metre, one that divides it, that of the piece, then the next longer or shorter."""
    assert metre == source_metre(dict.fromkeys(have, ""), beats, home)


@pytest.mark.parametrize("text", ["X..x|..x", "X..y", "", "Xxxxx"])
def test_what_is_no_bar_is_refused(text: str) -> None:
    """A strange symbol, or steps that do not fill the beats."""
    with pytest.raises(ValueError, match=r"holds|has"):
        grid(text, 4, DRUM)


@pytest.mark.parametrize("text", ["0 1 2", "0 13 2 3", "0 x 1 2"])
def test_what_is_no_ladder_is_refused(text: str) -> None:
    """Numbers up to 12, evenly over the beats."""
    with pytest.raises(ValueError, match=r"holds|has"):
        ladder(text, 4)


def test_loud_strokes_are_known_to_chords_only() -> None:
    """D and U are strokes of a guitar; no drum and no bass has them."""
    assert {"D", "U"} <= COMP
    assert not {"D", "U"} & (DRUM | BASS)


def test_a_figure_off_the_beat_survives_stillness() -> None:
    """Where eighths are too many, what falls on the beat is kept; a figure that never does is kept whole."""
    off = (Step(0.5, 0.5, "1"), Step(1.5, 0.5, "3"))
    assert off == halved(off)
    assert [0.0, 1.0] == [step.at for step in halved((Step(0.0, 0.5, "1"), *off, Step(1.0, 0.5, "5")))]
    assert () == halved(())
