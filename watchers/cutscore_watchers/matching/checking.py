"""Checking: whether a render shows the timeline from one supposed frame on, by looking at a few places of both.

Two kinds of proof: the render changes its shot at the very frame at which the timeline does, and its
pictures are those of the timeline's media just before and just after. Neither decodes more than moments.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from cutscore_watchers.matching.alignment import CutList
from cutscore_watchers.matching.comparing import ALIKE, UNLIKE, is_full, is_plain, likeness
from cutscore_watchers.matching.eyes import CUT_REACH, RenderEye, TimelineEye
from cutscore_watchers.matching.pace import Pace

MOST_CUTS = 6
MOST_PLACES = 6
GIVE_UP = 3
"""Wrong pictures after which, without a single right one, nothing more is looked at."""
AGREES, DISAGREES = 1.5, -2.2
"""Nats that a picture adds when it is, or is not, the one that the timeline has there."""
CUT_THERE, CUT_ELSEWHERE, NO_CUT = 4.0, -1.0, -1.6
"""Nats that a cut of the timeline adds when the render cuts at its frame, near it, or not."""
_SHARPNESS = 10.0
"""Nats for each picture whose error is e times as large one frame further."""
_LEAST_ERROR = 2e-4


@dataclass(frozen=True, slots=True)
class Check:
    """What was found at one place."""

    offset: int
    pace: Pace
    agree: int = 0
    """Pictures that are those of the timeline."""
    disagree: int = 0
    exact_cuts: int = 0
    """Cuts of the render at the frame of a cut of the timeline."""
    absent_cuts: int = 0
    shifts: tuple[int, ...] = field(default=())
    """By how many frames of the timeline the other cuts come late."""

    @property
    def told(self) -> int:
        """How many proofs were looked for."""
        return self.agree + self.disagree + self.exact_cuts + self.absent_cuts + len(self.shifts)

    @property
    def evidence(self) -> float:
        """Nats for the place."""
        pictures = self.agree * AGREES + self.disagree * DISAGREES
        cuts = self.exact_cuts * CUT_THERE + len(self.shifts) * CUT_ELSEWHERE + self.absent_cuts * NO_CUT
        return pictures + cuts

    @property
    def confirmed(self) -> bool:
        """Whether the pictures, or where there are none the cuts, leave no doubt."""
        if self.agree + self.disagree >= 3:
            return self.agree >= 3 and self.agree >= 3 * self.disagree and len(self.shifts) <= self.exact_cuts
        return self.exact_cuts >= 3 and self.exact_cuts >= 2 * (len(self.shifts) + self.absent_cuts)

    @property
    def refuted(self) -> bool:
        """Whether it is certainly another picture, or another state of the edit."""
        if self.agree + self.disagree >= 3:
            return self.disagree >= self.agree
        return self.absent_cuts + len(self.shifts) >= 2 and self.absent_cuts + len(self.shifts) > self.exact_cuts


@dataclass(slots=True)
class Checker:
    """Checks places of one render in one timeline."""

    render: RenderEye
    timeline: TimelineEye
    told: CutList
    body: tuple[int, int] | None = None
    """The frames of the render that are looked at, once it is known where black and slates end."""
    may_scan: bool = True
    """Whether all media of the timeline may be glanced at where nothing else tells the place."""

    def check(self, offset: int, pace: Pace, *, cuts: bool = True) -> Check:
        """Look at one place; `cuts` tells whether the render is searched for cuts too."""
        slack = pace.slack
        first, last = self.range_of(offset, pace)
        inside = [cut for cut in self.told.hard if first + slack < cut < last - slack]
        chosen = evenly_chosen(inside, MOST_CUTS)
        agree = disagree = exact = absent = 0
        shifts: list[int] = []
        for cut in chosen:
            for frame in (cut - 1 - slack, cut + slack):
                said = self._same(frame, offset, pace)
                agree, disagree = agree + (said is True), disagree + (said is False)
            if disagree >= GIVE_UP and not agree:
                return Check(offset, pace, agree, disagree, exact, absent, tuple(shifts))
            if cuts:
                found = self._cut_shift(cut, offset, pace, inside)
                exact, absent = exact + (found == 0), absent + (found is None)
                shifts += [found] if found else []
        for frame in self._middles(first, last, MOST_PLACES - len(chosen)):
            said = self._same(frame, offset, pace)
            agree, disagree = agree + (said is True), disagree + (said is False)
        return Check(offset, pace, agree, disagree, exact, absent, tuple(shifts))

    def range_of(self, offset: int, pace: Pace) -> tuple[int, int]:
        """The frames of the timeline that the render shows from an offset on."""
        begin, end = self.body or (0, self.render.frames)
        return max(0, pace.shown(begin, offset)), min(pace.shown(end - 1, offset) + 1, self.timeline.cut.duration)

    def nearest_frame(self, offset: int, pace: Pace, reach: int) -> tuple[int, float]:
        """By how many frames the pictures inside the shots say the offset is wrong, and the nats for that frame.

        No nats: nothing moves enough to tell one frame from the next.
        """
        first, last = self.range_of(offset, pace)
        told = dict.fromkeys(range(-reach, reach + 1), 0.0)
        for frame in self._middles(first, last, 2 * MOST_PLACES):
            shown = self.render.frame(pace.first_frame(frame, offset))
            around = self.timeline.some(range(frame - reach, frame + reach + 1))
            if shown is None or len(around) < 2 * reach + 1:
                continue
            alike = {step: likeness(shown, around[frame + step], self.render.box) for step in told}
            if any(value is None for value in alike.values()) or max(v or 0 for v in alike.values()) < ALIKE:
                continue
            for step, value in alike.items():
                told[step] -= _SHARPNESS / 2 * math.log(1 - (value or 0) + _LEAST_ERROR)
        best = max(told, key=lambda step: (told[step], step == 0))
        others = [value for step, value in told.items() if step != best]
        return best, told[best] - max(others, default=0.0)

    def _same(self, frame: int, offset: int, pace: Pace) -> bool | None:
        """Whether the render shows the picture that the timeline has at a frame; None where that cannot be told."""
        shown = self.render.frame(pace.first_frame(frame, offset))
        wanted = self.timeline.some([frame]).get(frame)
        if shown is None or wanted is None:
            return None
        value = likeness(shown, wanted, self.render.box)
        if value is None and is_full(shown) != is_full(wanted) and is_plain(shown) != is_plain(wanted):
            return False
        if value is None or UNLIKE <= value < ALIKE:
            return None
        return value >= ALIKE

    def _cut_shift(self, cut: int, offset: int, pace: Pace, inside: Sequence[int]) -> int | None:
        """By how many frames of the timeline the render's cut comes late; None where it has none near."""
        expected = pace.first_frame(cut, offset)
        found = self.render.cut_near(expected)
        if found is None or found == expected:
            return None if found is None else 0
        reached = pace.shown(found, offset)
        if any(other != cut and abs(other - reached) <= 1 for other in inside):
            return None  # that one belongs to another cut close by
        return reached - cut or (1 if found > expected else -1)

    def _middles(self, first: int, last: int, most: int) -> list[int]:
        """Frames well inside shots, of as many shots as are wanted; a long shot is looked at in several places."""
        if most <= 0 or last - first < 3:
            return []
        edges = [first, *(cut for cut in self.told.hard if first < cut < last), last]
        shots = [(a, b) for a, b in pairwise(edges) if b - a >= 2 * CUT_REACH] or [(first, last)]
        longest = sorted(sorted(shots, key=lambda shot: shot[0] - shot[1])[:most])
        each = max(1, most // len(longest))
        return [a + (b - a) * (2 * i + 1) // (2 * each) for a, b in longest for i in range(each)]


def evenly_chosen(cuts: Sequence[int], most: int) -> list[int]:
    """The first, the last and some between them."""
    if len(cuts) <= most:
        return list(cuts)
    return [cuts[i * (len(cuts) - 1) // (most - 1)] for i in range(most)]
