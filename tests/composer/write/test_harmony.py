"""Harmony over given phrases: shared bars, slow chords, turns, the way into another key, chords drawn to accents."""

from __future__ import annotations

import pytest

from cutscore_composer.plan.brief import Key
from cutscore_composer.plan.style import Harmony
from cutscore_composer.write.composition import KeyAt
from cutscore_composer.write.form import FormBar, Phrase, Turn
from cutscore_composer.write.harmony import Harmonic, harmonise

HOME = Key("C", "major")
ROWS = Harmony(
    introduction=["I IV I V"],
    statement=["I vi ii7,V7 I"],
    development=["vi V7>ii ii V"],
    climax=["I IV V vi"],
    release=["IV I V I"],
    half_turn=["ii V"],
    full_turn=["IV V7"],
    final_turn=["ii7 V7"],
    final=["I"],
)


def phrases(*turns: Turn, beats: int = 4, character: str = "statement") -> tuple[Phrase, ...]:
    """Phrases of four bars of one section."""
    made = []
    for index, turn in enumerate(turns):
        bars = tuple(FormBar(4 * index + i, float(beats * (4 * index + i)), beats, 0, 0.5, False) for i in range(4))
        made.append(Phrase(index, f"A.1/{index}", "A", index, bars, character, turn, 0.5))  # type: ignore[arg-type]
    return tuple(made)


def symbols(harmony: tuple[Harmonic, ...]) -> list[tuple[float, str]]:
    """(beat, symbol) of each chord."""
    return [(h.beat, h.chord.symbol) for h in harmony]


def harmonised(
    made: tuple[Phrase, ...], accents: tuple[float, ...] = (), chord_bars: int = 1
) -> list[tuple[float, str]]:
    """The chords of phrases in C major."""
    end = made[-1].end
    keys = (KeyAt(0.0, HOME),)
    return symbols(harmonise(made, {"major": ROWS}, keys, accents, end, end + 4, 1, chord_bars))


def test_chords_that_share_a_bar_divide_it() -> None:
    """ "ii7,V7" gives each half of a bar of four, two beats and one of a bar of three."""
    assert [(8.0, "Dm7"), (10.0, "G7")] == [c for c in harmonised(phrases("full", "final")) if 8 <= c[0] < 12]
    waltz = harmonised(phrases("full", "final", beats=3))
    assert [(6.0, "Dm7"), (8.0, "G7")] == [c for c in waltz if 6 <= c[0] < 9]


def test_a_period_opens_and_closes() -> None:
    """The first phrase ends on the dominant, the last cadence is dominant and tonic at the final beat."""
    chords = harmonised(phrases("half", "final"))
    assert [(12.0, "Dm"), (14.0, "G")] == [c for c in chords if 12 <= c[0] < 16]
    assert [(28.0, "G7"), (32.0, "C")] == chords[-2:]


def test_the_dominant_of_another_degree() -> None:
    """V7>ii in C is A7."""
    assert "A7" in [symbol for _, symbol in harmonised(phrases("half", "final", character="development"))]


@pytest.mark.parametrize("bars", [2, 4])
def test_slow_harmony_keeps_its_chords(bars: int) -> None:
    """With chords of two or four bars a half turn is not hurried: chords change at multiples of them."""
    chords = harmonised(phrases("half", "half", "final"), chord_bars=bars)
    assert all(beat % (4 * bars) == 0 for beat, _ in chords if beat < 16)
    assert len(chords) < len(harmonised(phrases("half", "half", "final")))


def test_a_new_key_is_led_into_by_its_own_dominant() -> None:
    """Before the second phrase in D the first ends on A7, and the end is back in C."""
    made = phrases("full", "full", "final")
    keys = (KeyAt(0.0, HOME), KeyAt(16.0, Key("D", "major")), KeyAt(32.0, HOME))
    chords = symbols(harmonise(made, {"major": ROWS}, keys, (), 48.0, 52.0, 1))
    assert (14.0, "A7") in chords
    assert (16.0, "D") in chords
    assert (30.0, "G7") in chords
    assert chords[-1] == (48.0, "C")


def test_a_chord_comes_with_its_accent() -> None:
    """An accent inside a bar has a chord that begins with it; no chord is out of order or empty."""
    for accent in (5.0, 6.5, 7.5, 9.0, 11.25, 22.0):
        chords = harmonised(phrases("half", "final"), (accent,))
        assert accent in [beat for beat, _ in chords]
        beats = [beat for beat, _ in chords]
        assert beats == sorted(set(beats))
