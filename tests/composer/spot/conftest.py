"""Pictures as they were seen, made up: any rate, length, cuts, curves and markers."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from cutscore_composer.look.seen import CURVE_HZ, Peak, Seen, SeenCut
from cutscore_composer.picture import Picture, PictureMarker, PictureSpan

RATES = (Fraction(25, 2), Fraction(24000, 1001), Fraction(24), Fraction(25), Fraction(60000, 1001))
NAMES = ("hit", "Sting!", "drop", "build", "quiet", "start", "end", "", "Marker 4", "TODO grade this", "Chapter 2")


def curve(rng: np.random.Generator, length: int) -> np.ndarray:
    """A quantised curve that wanders as a picture's does: level for some seconds, then elsewhere."""
    levels = rng.integers(0, 65, length // 37 + 1)
    wander = np.repeat(levels, 37)[:length] + rng.integers(-4, 5, length)
    return (np.clip(wander, 0, 64) / 64).astype(np.float32)


def seen_of(
    frames: int, rate: Fraction, cuts: list[tuple[int, float, str]], seed: int = 0, peaks: tuple[Peak, ...] = ()
) -> Seen:
    """A picture seen with these cuts (frame, strength, kind) and wandering curves."""
    length = math.ceil(frames / rate * CURVE_HZ) + 1
    rng = np.random.default_rng(seed)
    told = tuple(
        SeenCut(frame, kind, round(strength * 64) / 64, 0 if kind == "cut" else 12)  # type: ignore[arg-type]
        for frame, strength, kind in sorted({c[0]: c for c in cuts}.values())
    )
    return Seen(rate, frames, told, *(curve(rng, length) for _ in range(4)), peaks=peaks)


def picture_of(seen: Seen, markers: tuple[PictureMarker, ...] = ()) -> Picture:
    """The picture that was seen."""
    return Picture("made up", seen.rate, seen.frames, (PictureSpan(0, seen.frames, "gap"),), markers=markers)


@st.composite
def seen_pictures(draw: st.DrawFn, longest_seconds: int = 240) -> tuple[Seen, Picture]:
    """Any picture from a frame to some minutes, with cuts and markers anywhere."""
    rate = draw(st.sampled_from(RATES))
    frames = draw(st.integers(1, max(1, int(longest_seconds * rate))))
    inside = st.integers(1, max(1, frames - 1))
    cuts = draw(
        st.lists(
            st.tuples(inside, st.floats(0, 1), st.sampled_from(("cut", "cut", "cut", "dissolve", "fade"))), max_size=60
        )
    )
    cuts = [cut for cut in cuts if cut[0] < frames]
    peaks = draw(st.lists(st.tuples(st.integers(0, frames - 1), st.sampled_from(("motion", "flash"))), max_size=8))
    told = tuple(Peak(frame, kind, 0.75) for frame, kind in sorted(set(peaks)))
    marks = draw(st.lists(st.tuples(st.integers(0, frames - 1), st.sampled_from(NAMES)), max_size=6))
    seen = seen_of(frames, rate, cuts, draw(st.integers(0, 5)), told)
    return seen, picture_of(seen, tuple(PictureMarker(frame, name) for frame, name in marks))
