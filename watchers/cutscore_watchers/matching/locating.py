"""Locating: from which frame on a render shows one timeline, to the frame, or why that is not certain.

Quick guesses come first (the whole timeline, its in/out range, the timecode in the file) and are checked
at a few moments. Only when none holds is the render looked at from end to end and its cuts laid along
those of the timeline. A place is taken when it is right beyond doubt and no other is nearly as good.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from cutscore.cut import Cut
from cutscore_composer.timebase import timecode
from cutscore_watchers.matching.alignment import LONGEST_HEAD_SECONDS, Alignment, align, needed_evidence
from cutscore_watchers.matching.checking import Check, Checker
from cutscore_watchers.matching.eyes import RenderEye
from cutscore_watchers.matching.pace import Pace, paces
from cutscore_watchers.matching.scanning import glance_at, scan
from cutscore_watchers.matching.timecodes import offsets_by_timecode, says_nothing

SURE = 5.0
"""Nats by which a place must lead every other: e⁵ is 148 to 1."""
ENOUGH = 12.0
"""Nats that a place needs when pictures confirm it."""
ENOUGH_WITH_A_CUT = 8.5
"""The same where all pictures agree and a cut lies at its very frame."""
MOST_SHARPNESS = 10.0
"""Nats that movement may add to a place that was found by its pictures alone."""
BEHIND = 15.0
"""Places this far behind the best by their cuts alone are not looked at."""
MOST_CHECKED = 200
SCAN_REACH = 14
"""Frames around a place that was found by a glance in which the very frame is looked for."""
GUESSED = 6.0
"""Nats for a place that length or timecode told beforehand."""


@dataclass(frozen=True, slots=True)
class Guess:
    """A place that is supposed before anything was looked at."""

    offset: int
    pace: Pace
    by: str
    """"length", "range" or "timecode"."""
    specific: bool
    """Whether it could hardly be so by chance, so that it holds even where nothing can be looked at."""


@dataclass(frozen=True, slots=True)
class Located:
    """The frame of the timeline that the render's first frame shows, and how that is known."""

    offset: int
    pace: Pace
    by: str
    """"length", "range", "timecode" or "content"."""
    nats: float
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why there is no place: one sentence, and whether it is at least this timeline that the render shows."""

    reason: str
    related: bool = False


@dataclass(slots=True)
class _Candidate:
    alignment: Alignment | None
    check: Check
    nats: float
    by: str = "content"
    warnings: tuple[str, ...] = field(default=())

    @property
    def place(self) -> tuple[int, Pace]:
        return self.check.offset, self.check.pace


def locate(checker: Checker, start_timecode: str | None) -> Located | Doubt:
    """Where the checker's render lies in its timeline. Raises Cancelled, and InputRefused when a file changes."""
    render, cut = checker.render, checker.timeline.cut
    guesses = list(guesses_of(render, cut, start_timecode))
    untold = []
    for guess in guesses:
        checked = _settled(checker, guess)
        if checked.confirmed and _is_exact(checker, checked, guess.specific):
            return Located(checked.offset, checked.pace, guess.by, checked.evidence + GUESSED, _differences(checked))
        if not checked.told and guess.specific:
            untold.append(guess)
    found = _by_content(checker, guesses)
    if isinstance(found, Doubt) and not found.related and untold:
        guess = untold[0]
        said = "its length" if guess.by == "length" else "its timecode"
        return Located(
            guess.offset,
            guess.pace,
            guess.by,
            1.0,
            (f"{render.path.name} was placed by {said} alone: there is nothing in the picture to compare.",),
        )
    return found


def guesses_of(render: RenderEye, cut: Cut, start_timecode: str | None) -> Iterator[Guess]:
    """What length and timecode suggest, likeliest first."""
    made: set[tuple[int, Pace]] = set()
    silent = says_nothing(start_timecode, render.rate, cut)
    every = []
    for pace in paces(render.rate, cut.rate):
        shown, slack = pace.lasts(render.frames), max(1, pace.slack)
        if abs(shown - cut.duration) <= slack:
            every.append(Guess(0, pace, "length", specific=shown == cut.duration))
        if cut.in_out is not None and abs(shown - (cut.in_out[1] - cut.in_out[0])) <= slack:
            every.append(Guess(cut.in_out[0], pace, "range", specific=True))
        head = math.ceil(LONGEST_HEAD_SECONDS * cut.rate)
        for offset in offsets_by_timecode(start_timecode, render.rate, cut):
            # Bars and a slate lie before the start of the timeline and count its timecode down to it.
            if -head <= offset and offset + shown <= cut.duration + head:
                inside = offset >= 0 and offset + shown <= cut.duration + slack
                every.append(Guess(offset, pace, "timecode", specific=inside and not silent))
    for guess in every:
        if (guess.offset, guess.pace) not in made:
            made.add((guess.offset, guess.pace))
            yield guess


def _settled(checker: Checker, guess: Guess) -> Check:
    """The check of a guess, moved by a few frames where all its cuts say so."""
    checked = checker.check(guess.offset, guess.pace)
    if checked.shifts and not checked.exact_cuts and len(set(checked.shifts)) == 1:
        moved = checker.check(guess.offset - checked.shifts[0], guess.pace)
        if moved.evidence > checked.evidence:
            return moved
    return checked


def _is_exact(checker: Checker, checked: Check, credible: bool) -> bool:
    """Whether the very frame is certain: cuts at their frames, or movement that fits this frame best."""
    if checked.exact_cuts > len(checked.shifts):
        return True
    step, nats = checker.nearest_frame(checked.offset, checked.pace, 2)
    return step == 0 and (nats >= SURE or credible)


def _by_content(checker: Checker, guesses: list[Guess]) -> Located | Doubt:
    render, cut = checker.render, checker.timeline.cut
    longest = math.ceil(LONGEST_HEAD_SECONDS * cut.rate)
    checker.body = render.cuts.first, render.cuts.frames
    heads = dict.fromkeys([0, render.changes.first, render.cuts.first])
    aligned = [
        place
        for pace in paces(render.rate, cut.rate, heads)
        for place in align(render.cuts, checker.told, pace, longest_head=longest, most=MOST_CHECKED)
    ]
    aligned.sort(key=lambda place: -place.evidence)
    candidates = _checked(checker, aligned[:MOST_CHECKED])
    candidates += _guessed(checker, guesses, {candidate.place for candidate in candidates})
    good = [c for c in candidates if _holds(c, cut.duration)]
    if not good:
        candidates += _scanned(checker)
        good = [c for c in candidates if _holds(c, cut.duration)]
    candidates.sort(key=lambda candidate: -candidate.nats)
    good.sort(key=lambda candidate: -candidate.nats)
    if not good:
        return _no_place(checker, candidates)
    best = good[0]
    near = [c for c in candidates if best.nats - c.nats < SURE and not c.check.refuted]
    rivals = [c for c in near if c.check.offset != best.check.offset]
    neighbours = [c for c in rivals if abs(c.check.offset - best.check.offset) <= 3]
    if len(neighbours) < len(rivals):
        return _several(checker, [best, *(c for c in rivals if c not in neighbours)])
    if neighbours or (best.alignment is None or not best.alignment.exact):
        step, nats = checker.nearest_frame(best.check.offset, best.check.pace, 3)
        if step or nats < SURE:
            return Doubt(
                f"{render.path.name} shows a part of {_name(cut)} near {_at(cut, best.check.offset)}, but nothing in"
                " it tells the very frame: render it with the timeline's timecode.",
                related=True,
            )
    others = (c for c in candidates if c.check.offset != best.check.offset)
    lead = min((best.nats - c.nats for c in others), default=best.nats)
    return Located(best.check.offset, best.check.pace, best.by, max(SURE, lead), _differences(best.check))


def _checked(checker: Checker, aligned: list[Alignment]) -> list[_Candidate]:
    """The places that come into question by their cuts, with their pictures looked at."""
    made: list[_Candidate] = []
    best = -math.inf
    for place in aligned:
        if place.evidence < best - BEHIND:
            break
        check = checker.check(place.offset, place.pace, cuts=False)
        made.append(_Candidate(place, check, place.evidence + check.evidence))
        if check.confirmed or not check.told:
            best = max(best, place.evidence)
    return made


def _guessed(checker: Checker, guesses: list[Guess], known: set[tuple[int, Pace]]) -> list[_Candidate]:
    made = []
    for guess in guesses:
        if (guess.offset, guess.pace) not in known:
            check = checker.check(guess.offset, guess.pace)
            made.append(_Candidate(None, check, check.evidence + GUESSED * guess.specific, by=guess.by))
    return made


def _scanned(checker: Checker) -> list[_Candidate]:
    """Places by pictures alone, where the media are there and not too long."""
    seen = glance_at(checker) if checker.may_scan else None
    made: dict[tuple[int, Pace], _Candidate] = {}
    for pace in paces(checker.render.rate, checker.timeline.cut.rate) if seen is not None else ():
        for rough in scan(checker, seen, pace) if seen is not None else ():
            found = _sharpened(checker, rough, pace)
            if found is not None and (found[0], pace) not in made:
                check = checker.check(found[0], pace)
                made[found[0], pace] = _Candidate(None, check, check.evidence + min(found[1], MOST_SHARPNESS))
    return list(made.values())


def _sharpened(checker: Checker, rough: int, pace: Pace) -> tuple[int, float] | None:
    """The place near a rough one that movement fits best, and its nats; None where it keeps moving away."""
    for _ in range(3):
        step, sharpness = checker.nearest_frame(rough, pace, SCAN_REACH)
        if abs(step) < SCAN_REACH:
            return rough + step, sharpness
        rough += step
    return None


def _holds(candidate: _Candidate, frames: int) -> bool:
    """Whether a place is right beyond doubt, were it the only one."""
    check, place = candidate.check, candidate.alignment
    if check.refuted:
        return False
    if check.agree + check.disagree >= 3:
        exact = check.exact_cuts or (place is not None and place.exact)
        return check.confirmed and candidate.nats >= (ENOUGH_WITH_A_CUT if exact and not check.disagree else ENOUGH)
    if place is None:
        return check.confirmed and candidate.nats >= needed_evidence(frames)
    enough = place.evidence >= needed_evidence(frames) + 3 and place.matched >= 3
    off = place.matched - place.exact
    if off > (1 if place.pace.ratio == 1 else place.matched // 3):
        return False
    return enough and place.matched >= 2 * (place.missed + place.extra)


def _several(checker: Checker, candidates: list[_Candidate]) -> Doubt:
    cut = checker.timeline.cut
    places = sorted({c.check.offset for c in candidates})
    shown = ", ".join(_at(cut, offset) for offset in places[:4]) + (" and others" if len(places) > 4 else "")
    return Doubt(
        f"{checker.render.path.name} fits {len(places)} places of {_name(cut)} equally well ({shown}): render it with"
        " the timeline's timecode.",
        related=True,
    )


def _no_place(checker: Checker, candidates: list[_Candidate]) -> Doubt:
    cut, name = checker.timeline.cut, checker.render.path.name
    for candidate in candidates:
        check, place = candidate.check, candidate.alignment
        if min(check.agree, check.disagree) >= 3 or (place and place.matched >= 4 and place.missed >= 3):
            return Doubt(
                f"{name} shows another state of the edit than {_name(cut)}: save the project as it was rendered, or"
                " render it again.",
                related=True,
            )
    if not candidates or candidates[0].nats < ENOUGH or candidates[0].check.refuted:
        return Doubt(f"{name} shows nothing that {_name(cut)} has in its timeline, as far as can be told.")
    return Doubt(
        f"{name} fits {_name(cut)} at {_at(cut, candidates[0].check.offset)}, but shows too little of it to be sure:"
        " render it with the timeline's timecode.",
        related=True,
    )


def _differences(check: Check) -> tuple[str, ...]:
    if not check.disagree:
        return ()
    return (
        f"{check.disagree} of {check.agree + check.disagree} pictures that were compared differ from the timeline's"
        " media: titles, effects, or a shot that was changed since.",
    )


def _name(cut: Cut) -> str:
    return cut.source.name if cut.source else cut.name


def _at(cut: Cut, offset: int) -> str:
    return timecode(max(0, cut.start_frame + offset), cut.rate, cut.drop_frame)
