"""Pictures that nobody foresees: one frame, black, one endless shot, a strobe, two hours; each gets whole music."""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
import pytest

from cutscore_composer.look.seen import Seen
from cutscore_composer.write.composition import Composition
from support.edits import edit_of, scored

STYLES = ("cinematic", "synthwave", "ambient", "waltz", "jazz_lounge")


def black(seconds: float) -> Seen:
    """A picture without light."""
    seen = edit_of(seconds, 0, light=0.0, arc=((0, 0), (1, 0)))
    dark = np.zeros_like(seen.brightness)
    return Seen(seen.rate, seen.frames, (), dark, dark, dark, dark)


PICTURES = {
    "one frame": lambda: edit_of(0, 0, frames=1),
    "two frames at 60": lambda: edit_of(0, 0, frames=2, rate=Fraction(60)),
    "one second": lambda: edit_of(1, 0),
    "three seconds": lambda: edit_of(3, 60),
    "eleven seconds": lambda: edit_of(11, 30),
    "all black": lambda: black(40),
    "one shot of ten minutes": lambda: edit_of(600, 0),
    "300 cuts a minute": lambda: edit_of(60, 300),
    "speech throughout": lambda: edit_of(40, 10, speech=((0, 40),)),
}


def whole(music: Composition) -> None:
    """Asserts that there is music, in time, that ends at home."""
    assert music.parts
    tonic = music.brief.key.pitch_class
    assert (music.chords[-1].tones[0], music.chords[-1].bass) == (tonic, tonic)
    assert any(n.beat >= music.final_beat - 1e-6 for p in music.parts for n in p.notes)
    for part in music.parts:
        for note in part.notes:
            assert 0 <= music.tempo.seconds(note.beat) + note.shift_ms / 1000 + 1e-6 <= music.seconds + 0.07
            assert music.tempo.seconds(note.beat) < music.seconds


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", PICTURES)
@pytest.mark.parametrize("ending", ["ring", "button", "fade"])
def test_every_picture_gets_whole_music(name: str, style: str, ending: str) -> None:
    """There is music, none after the end, and the last chord is the tonic, however it is to end."""
    if name == "one shot of ten minutes" and (ending, style) not in (("ring", "cinematic"), ("fade", "synthwave")):
        pytest.skip("written once for two styles")
    whole(scored(PICTURES[name](), None, style, ending=ending)[0])  # type: ignore[arg-type]


def test_time_grows_with_the_length_alone() -> None:
    """Eight times the picture takes at most about twelve times as long to write."""

    def took(minutes: int) -> float:
        seen = edit_of(60 * minutes, 12)
        begin = time.process_time()
        scored(seen, "dramatic", "cinematic")
        return time.process_time() - begin

    took(1)
    assert took(24) < 13 * max(min(took(3), took(3)), 0.05)


@pytest.mark.slow
def test_two_hours_are_written() -> None:
    """An edit of two hours gets whole music in under two minutes of processor time."""
    begin = time.process_time()
    whole(scored(edit_of(7200, 12), "dramatic", "cinematic")[0])
    assert time.process_time() - begin < 120
