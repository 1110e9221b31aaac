"""Looking for places to divide a film whose cuts no timeline tells: only near where it would be divided anyway."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache

from cutscore_composer.engine import Progress
from cutscore_composer.look import look
from cutscore_composer.media.video import file_mark
from cutscore_composer.picture import CutPoint, Picture

AROUND_SECONDS = 30
"""How far before and after an even division is looked."""
SLACK = Fraction(9, 10)
"""Even parts are planned at most this share of the longest, so that a cut beside an even division can be taken."""


def with_found_cuts(picture: Picture, most: int) -> Picture:
    """`picture` with the cuts that looking finds around its even divisions into parts of at most `most` frames.

    Only renders (spans with `search_cuts`) are looked at. Media that cannot be read give no cuts.
    The answer is remembered while the files stay as they are: an engine asks more than once.
    """
    looked_at = {span.media for span in picture.spans if span.search_cuts and span.media is not None}
    return _found(picture, most, tuple(file_mark(path) for path in sorted(looked_at) if path.exists()))


@lru_cache(maxsize=8)
def _found(picture: Picture, most: int, _marks: tuple[tuple[int, int], ...]) -> Picture:
    parts = math.ceil(picture.frames / math.floor(most * SLACK))
    around = math.ceil(AROUND_SECONDS * picture.rate)
    cuts = {cut.frame: cut for cut in picture.cuts}
    for number in range(1, parts):
        middle = picture.frames * number // parts
        first, last = max(0, middle - around), min(picture.frames, middle + around)
        window = picture.section(first, last)
        if not any(span.search_cuts for span in window.spans):
            continue
        for cut in look(window, Progress(), listen=False).cuts:
            frame = first + cut.frame
            cuts.setdefault(frame, CutPoint(frame, cut.kind, cut.frames // 2, cut.frames - cut.frames // 2))
    return replace(picture, cuts=tuple(cuts[frame] for frame in sorted(cuts)))
