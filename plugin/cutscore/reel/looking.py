"""Looking for places to divide a film whose cuts no timeline tells: only near where it would be divided anyway."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from cutscore_composer.engine import Progress
from cutscore_composer.look import look
from cutscore_composer.media.video import file_mark
from cutscore_composer.picture import CutPoint, Picture

AROUND_SECONDS = 30
"""How far before and after an even division is looked."""
SLACK = Fraction(9, 10)
"""Even parts are planned at most this share of the longest, so that a cut beside an even division can be taken."""


MOST_REMEMBERED = 8
"""Pictures whose answers are remembered."""

_Asked = tuple[Picture, int, tuple[tuple[int, int], ...]]
_remembered: dict[_Asked, Picture] = {}


def with_found_cuts(picture: Picture, most: int, progress: Progress) -> Picture:
    """`picture` with the cuts that looking finds around its even divisions into parts of at most `most` frames.

    Only renders (spans with `search_cuts`) are looked at. Media that cannot be read give no cuts. Raises Cancelled.
    The answer is remembered while the files stay as they are: an engine asks more than once.
    """
    looked_at = {span.media for span in picture.spans if span.search_cuts and span.media is not None}
    asked = picture, most, tuple(file_mark(path) for path in sorted(looked_at) if path.exists())
    found = _remembered.get(asked)
    if found is None:
        found = _found(picture, most, progress)
        while len(_remembered) >= MOST_REMEMBERED:
            _remembered.pop(next(iter(_remembered)))
        _remembered[asked] = found
    return found


def _found(picture: Picture, most: int, progress: Progress) -> Picture:
    cuts = {cut.frame: cut for cut in picture.cuts}
    windows = list(_windows(picture, most))
    for number, (first, last) in enumerate(windows):
        for cut in look(picture.section(first, last), progress.part(number, len(windows)), listen=False).cuts:
            frame = first + cut.frame
            cuts.setdefault(frame, CutPoint(frame, cut.kind, cut.frames // 2, cut.frames - cut.frames // 2))
    return replace(picture, cuts=tuple(cuts[frame] for frame in sorted(cuts)))


def _windows(picture: Picture, most: int) -> Iterator[tuple[int, int]]:
    """The ranges of frames that are looked at: around every even division that lies in a render."""
    parts = math.ceil(picture.frames / math.floor(most * SLACK))
    around = math.ceil(AROUND_SECONDS * picture.rate)
    for number in range(1, parts):
        middle = picture.frames * number // parts
        first, last = max(0, middle - around), min(picture.frames, middle + around)
        if any(span.search_cuts for span in picture.section(first, last).spans):
            yield first, last
