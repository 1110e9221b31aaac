"""From chunks with and without a voice to ranges of frames."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from cutscore_composer.look.speech import merged_ranges

CHUNK = Fraction(512, 16000)


def test_a_breath_does_not_end_a_sentence_and_a_click_begins_none() -> None:
    """Half a second of silence is inside a sentence, two seconds are not; one chunk alone is no speech."""
    spoken = [False] * 40 + [True] * 30 + [False] * 15 + [True] * 30 + [False] * 62 + [True] * 2 + [False] * 20
    assert 1 == len(merged_ranges(spoken, CHUNK, Fraction(24), 200))
    first, last = merged_ranges(spoken, CHUNK, Fraction(24), 200)[0]
    assert abs(first - (40 * CHUNK * 24 - 3)) <= 1
    assert abs(last - (115 * CHUNK * 24 + 3)) <= 1


@given(st.lists(st.booleans(), max_size=400), st.sampled_from([Fraction(25, 2), Fraction(24000, 1001), Fraction(60)]))
def test_ranges_are_in_order_apart_and_inside(spoken: list[bool], rate: Fraction) -> None:
    """Whatever is heard, ranges lie within the picture, in order, without touching."""
    frames = max(1, int(len(spoken) * CHUNK * rate))
    ranges = merged_ranges(spoken, CHUNK, rate, frames)
    assert all(0 <= a < b <= frames for a, b in ranges)
    assert all(one[1] <= two[0] for one, two in pairwise(ranges))


def test_what_is_never_surely_speech_is_none() -> None:
    """A hum that the detector half takes for a voice is left out; a sentence with one sure chunk stays whole."""
    hum, sentence = [0.6, 0.9, 0.95, 0.9] * 5, [0.6, 0.99, 0.7, 0.55] * 5
    chunk = Fraction(1, 32)
    assert () == merged_ranges(hum, chunk, Fraction(24), 240)
    assert 1 == len(merged_ranges(sentence, chunk, Fraction(24), 240))
