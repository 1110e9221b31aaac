"""A trim changes the music from where it is: the tempo before it stays, and so do key, sections and moments."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutscore_composer.look.seen import Seen
from cutscore_composer.picture import Picture, PictureSpan
from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.planner import plan
from cutscore_composer.plan.style import Style
from cutscore_composer.spot import spot
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.wishes import Wishes
from cutscore_composer.write.fit import Fit, fit_tempo
from cutscore_composer.write.search import Metre, Target
from cutscore_composer.write.targets import fitted
from support.trims import trimmed

_spec = importlib.util.spec_from_file_location("made_up_trims", Path(__file__).parents[1] / "spot" / "conftest.py")
assert _spec is not None
assert _spec.loader is not None
made_up = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made_up)

RATE = Fraction(24)
TRIM = 14
BENT, STEADY = Metre(4, (2, 3, 5), 0.06, 0.01), Metre(4, (2, 3), 0.0, 0.01)


def beats_before(fit: Fit, seconds: float) -> list[float]:
    """Times of the beats up to a time."""
    times, beat = [], fit.bars[0].beat
    while (time := fit.tempo.seconds(beat)) < seconds:
        times.append(time)
        beat += 1
    return times


@given(
    gaps=st.lists(st.floats(2, 12), min_size=8, max_size=20),
    weights=st.lists(st.floats(0.2, 1.0), min_size=20, max_size=20),
    which=st.integers(4, 19),
    frames=st.integers(-60, 60),
    metre=st.sampled_from((BENT, STEADY)),
    low=st.floats(60, 120),
)
@settings(max_examples=80, deadline=None)
def test_no_beat_depends_on_what_comes_three_bars_later(
    gaps: list[float], weights: list[float], which: int, frames: int, metre: Metre, low: float
) -> None:
    """Moments that move after the opening leave every beat and bar two and a half bars before them as it was."""
    times = np.cumsum(gaps)
    which = min(which, len(times) - 1)
    if times[which] < 36:
        return
    moved = times + np.where(np.arange(len(times)) >= which, frames / 24, 0.0)
    if moved[which] <= times[which - 1] + 0.2:
        return
    fits = []
    for at in (times, moved):
        hits = [Target(float(t), weight, "hit") for t, weight in zip(at, weights, strict=False)]
        final = float(at[-1]) + 16
        targets = (*hits, Target(final, 1.2, "final", -0.002, 0.002))
        fits.append(fit_tempo(targets, 0.0, final + 3, (low, low * 1.2), metre))
    until = min(times[which], moved[which]) - 10.7 * 60 / low
    before = [beats_before(fit, until) for fit in fits]
    # A tempo map is told to a billionth of a second a beat: what adds up stays far below what a sample lasts.
    assert before[0] == pytest.approx(before[1], abs=1e-6, rel=0)
    bars = [[bar for bar in fit.bars if fit.tempo.seconds(bar.beat + bar.beats) < until] for fit in fits]
    assert bars[0] == bars[1]


@dataclass(frozen=True)
class Case:
    """An edit before and after a trim: what was spotted, planned and fitted, and the seconds of the trim."""

    notes: tuple[Spotting, Spotting]
    briefs: tuple[Brief, Brief]
    fits: tuple[Fit, Fit]
    seconds: float

    @property
    def bar(self) -> float:
        """Seconds of a bar."""
        return self.briefs[0].metre[0] * 60 / self.fits[0].tempo.bpm(self.fits[0].tempo.beat(self.seconds))


def edits() -> Iterator[Seen]:
    """Sixteen edits of forty shots."""
    for seed in range(16):
        rng = np.random.default_rng(seed)
        ends = np.cumsum(np.round(rng.uniform(0.8, 4.5, 40) * 24)).astype(int)
        cuts = [(int(end), float(rng.random()), "cut") for end in ends[:-1]]
        yield made_up.seen_of(int(ends[-1]), RATE, cuts, seed)


def cases(style: str) -> list[Case]:
    """Each edit with 14 frames off the end of four of its middle shots."""
    wishes = Wishes(style=style)
    made = []
    for seen in edits():
        first = _plan(seen, wishes)
        for shot in (15, 18, 19, 22):
            if seen.cuts[shot].frame - seen.cuts[shot - 1].frame <= TRIM + 2:
                continue
            shorter, at = trimmed(seen, shot, TRIM)
            both = (first, _plan(shorter, wishes))
            made.append(Case(*zip(*both, strict=True), at / 24))  # type: ignore[arg-type]
    return made


def _plan(seen: Seen, wishes: Wishes) -> tuple[Spotting, Brief, Fit]:
    picture = Picture("made up", seen.rate, seen.frames, (PictureSpan(0, seen.frames, "gap"),))
    notes = spot(seen, picture, wishes)
    brief = plan(wishes, seen, notes, 7)
    return notes, brief, fitted(brief, Style.model_validate(brief.style_data), notes, 7)[0]


@pytest.mark.parametrize("style", ["cinematic", "pop_electronic"])
def test_a_trim_leaves_what_was_before_it(style: str) -> None:
    """Of some sixty trims of 14 frames: the tempo two and a half bars before stays in four of five, and is never
    another by more than 1 % in more than one of twelve; so do moments and arc; the key stays in all.
    """
    found = cases(style)
    assert len(found) >= 55
    same_beats = same_moments = same_arc = turned = 0
    for case in found:
        until = case.seconds - 2.5 * case.bar
        one, two = (beats_before(fit, until) for fit in case.fits)
        same_beats += one == two
        turned += len(one) != len(two) or bool(np.any(np.abs(np.diff(one) / np.diff(two) - 1) > 0.01))
        frames = (case.seconds - 2) * 24
        moments = [[m for m in notes.moments if m.frame < frames] for notes in case.notes]
        same_moments += moments[0] == moments[1]
        samples = int((case.seconds - 2) * 10)
        same_arc += np.array_equal(case.notes[0].energy[:samples], case.notes[1].energy[:samples])
    keys = [(b.key, b.style, b.metre) for case in found for b in case.briefs]
    assert keys[::2] == keys[1::2]
    count = len(found)
    same_tempo = sum(case.briefs[0].bpm_range == case.briefs[1].bpm_range for case in found)
    assert same_tempo >= 0.92 * count
    assert same_beats >= 0.8 * count
    assert turned <= 0.08 * count
    assert same_moments >= 0.88 * count
    assert same_arc >= 0.85 * count


def test_an_edit_far_from_the_trim_keeps_its_form() -> None:
    """Ten seconds before the trim every section begins where it did, and after it most do, by as much earlier."""
    found = cases("cinematic")
    kept = total = 0
    for case in found:
        before, after = ([s.frame_in for s in notes.sections] for notes in case.notes)
        early = (case.seconds - 12) * 24
        assert [f for f in before if f < early] == [f for f in after if f < early]
        late = [f - TRIM for f in before if f > (case.seconds + 12) * 24]
        kept += len(set(late) & set(after))
        total += len(late)
    assert kept >= 0.8 * total
