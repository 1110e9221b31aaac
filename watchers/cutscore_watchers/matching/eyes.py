"""Eyes: single small pictures of a render and of a timeline, fetched as they are asked for and kept for a while."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from types import TracebackType

import numpy as np

from cutscore.cut import Cut
from cutscore_composer.engine import Progress
from cutscore_composer.look.canvas import SmallCanvas
from cutscore_composer.look.changes import find_hard_cuts, step_differences
from cutscore_composer.look.finder import CutFinder
from cutscore_composer.look.likeness import HEIGHT, WIDTH, Bytes, Flow, pixel_difference
from cutscore_composer.media.shown import Sources, frames_for
from cutscore_composer.picture import Picture, PictureSpan
from cutscore_composer.plain_video import picture_of_video
from cutscore_watchers.matching.alignment import RenderCuts
from cutscore_watchers.matching.comparing import Box, is_black, lit_box

CANVAS = SmallCanvas(WIDTH, HEIGHT, "rgb24")
_KEPT = 600
"""Small pictures that are kept of each film: 17 MB."""
_KEPT_WHOLE = 2400
"""Frames of a render up to which all are kept once they were seen: 66 MB."""
CUT_REACH = 9
"""Frames looked at on each side of where a cut should be."""
_REPORT_FRAMES = 12
_MOST_STILLS = 3
_STILL = 0.004
"""Mean difference of all pixels, of full scale, below which a picture stands still."""


class _Kept:
    """The pictures that were asked for last."""

    def __init__(self, most: int = _KEPT) -> None:
        self._most = most
        self._pictures: OrderedDict[int, Bytes] = OrderedDict()

    def put(self, frame: int, picture: Bytes) -> None:
        """Keep a picture that came by."""
        self._pictures[frame] = picture

    def fetch(self, frames: Iterable[int], load: Callable[[int, int], Iterator[Bytes]]) -> dict[int, Bytes]:
        """The pictures of some frames; what is missing is loaded in runs of neighbours."""
        wanted = sorted(set(frames))
        for first, last in _runs([frame for frame in wanted if frame not in self._pictures]):
            for frame, picture in enumerate(load(first, last + 1), start=first):
                self._pictures[frame] = picture
        found = {frame: self._pictures[frame] for frame in wanted if frame in self._pictures}
        for frame in wanted:
            if frame in self._pictures:
                self._pictures.move_to_end(frame)
        while len(self._pictures) > max(self._most, len(wanted)):
            self._pictures.popitem(last=False)
        return found


def _runs(frames: list[int]) -> Iterator[tuple[int, int]]:
    """First and last of each run in which no more than a few frames are left out."""
    start: int | None = None
    last = 0
    for frame in frames:
        if start is not None and frame - last > 4:
            yield start, last
            start = None
        start = frame if start is None else start
        last = frame
    if start is not None:
        yield start, last


def _small(span: PictureSpan, rate: Fraction, first: int, last: int, sources: Sources) -> Iterator[Bytes]:
    for shown in frames_for(span, rate, first, last, CANVAS, sources):
        yield np.asarray(shown.to_ndarray(), np.uint8)


class RenderEye:
    """Looks at a render."""

    def __init__(self, path: Path, progress: Progress) -> None:
        """Raises InputRefused when the file has no moving picture."""
        self.path = path
        self.picture: Picture = picture_of_video(path)
        self.rate, self.frames = self.picture.rate, self.picture.frames
        self._progress = progress
        self._sources = Sources()
        self._whole = self.frames <= _KEPT_WHOLE
        self._kept = _Kept(_KEPT_WHOLE if self._whole else _KEPT)
        self._flow = Flow()

    def __enter__(self) -> RenderEye:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._sources.__exit__(kind, error, at)

    def frame(self, number: int) -> Bytes | None:
        """A frame, None outside the render."""
        return self.some([number]).get(number)

    def some(self, numbers: Iterable[int]) -> dict[int, Bytes]:
        """Several frames; those outside the render are left out."""
        self._progress.check()
        return self._kept.fetch((n for n in numbers if 0 <= n < self.frames), self._load)

    def cut_near(self, frame: int) -> int | None:
        """Where the picture changes hard at or close to a frame; None where it does not, or cannot be told."""
        first, last = max(0, frame - CUT_REACH), min(self.frames, frame + CUT_REACH)
        found = self.some(range(first, last))
        if len(found) < 6 or len(found) != last - first:
            return None
        row = np.stack([found[number] for number in range(first, last)])
        cuts = find_hard_cuts(row, step_differences(row), self._flow, self._progress.check)
        return min((first + cut for cut in cuts), key=lambda cut: abs(cut - frame), default=None)

    def report(self, share: float) -> None:
        """Tell how far looking is. Raises Cancelled."""
        self._progress.report("look", share)

    @cached_property
    def changes(self) -> RenderCuts:
        """All changes of shot, found by looking at every frame once, and where the picture is not black."""
        finder = CutFinder(0, self.rate, self._progress.check)
        first, last = None, self.frames
        for number, picture in enumerate(self._load(0, self.frames)):
            if number % _REPORT_FRAMES == 0:
                self.report(number / self.frames)
            finder.add(picture)
            if self._whole:
                self._kept.put(number, picture)
            if not is_black(picture):
                first = number if first is None else first
                last = number + 1
        found = finder.finish()
        self.report(1.0)
        return RenderCuts(
            hard=tuple(cut.frame for cut in found if cut.kind == "cut"),
            gradual=tuple(cut.frame for cut in found if cut.kind != "cut"),
            first=first or 0,
            frames=last,
        )

    @cached_property
    def cuts(self) -> RenderCuts:
        """The changes of shot in the film proper, without the black, slates and bars that may lie around it."""
        found = self.changes
        first, last = found.first, found.frames
        for cut in found.hard[:_MOST_STILLS]:
            if first < cut < last and self.stands_still(first, cut):
                first = cut
        for cut in found.hard[::-1][:_MOST_STILLS]:
            if first < cut < last and self.stands_still(cut, last):
                last = cut
        return RenderCuts(
            hard=tuple(cut for cut in found.hard if first < cut < last),
            gradual=tuple(middle for middle in found.gradual if first < middle < last),
            first=first,
            frames=last,
        )

    @cached_property
    def box(self) -> Box | None:
        """Where the render has a picture and no bars, by frames from its middle: a slate may fill all of it."""
        return lit_box(self.some(self.frames * (6 + part) // 24 for part in range(12)).values())

    def stands_still(self, first: int, last: int) -> bool:
        """Whether nothing moves from frame `first` up to `last`, as on a slate."""
        seen = self.some(first + (last - 1 - first) * part // 4 for part in range(5))
        one = seen.get(first)
        return one is not None and all(pixel_difference(one, other) < _STILL for other in seen.values())

    def _load(self, first: int, last: int) -> Iterator[Bytes]:
        return _small(self.picture.spans[0], self.rate, first, last, self._sources)


class TimelineEye:
    """Looks at the media of a timeline, where they are there and nothing is mixed over them."""

    def __init__(self, cut: Cut, progress: Progress) -> None:
        self.cut = cut
        self._picture = cut.picture()
        self._starts = [span.record_in for span in cut.spans]
        self._progress = progress
        self._sources = Sources()
        self._kept = _Kept()
        self._mixed = _mixed_ranges(cut)

    def __enter__(self) -> TimelineEye:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._sources.__exit__(kind, error, at)

    def span_at(self, frame: int) -> int | None:
        """The number of the span that shows a frame; None outside the timeline."""
        return bisect_right(self._starts, frame) - 1 if 0 <= frame < self.cut.duration else None

    def is_told(self, frame: int) -> bool:
        """Whether the media tell what a frame looks like."""
        number = self.span_at(frame)
        if number is None or self.cut.spans[number].media is None:
            return False
        if self.cut.spans[number].kind not in ("clip", "still"):
            return False
        return not any(start <= frame < end for start, end in self._mixed)

    def is_empty(self, frame: int) -> bool:
        """Whether the timeline has a gap there (black)."""
        number = self.span_at(frame)
        return number is not None and self.cut.spans[number].kind == "gap"

    def some(self, frames: Iterable[int]) -> dict[int, Bytes]:
        """The pictures of frames of the timeline; those that no media tell are left out."""
        self._progress.check()
        by_span: dict[int, list[int]] = {}
        for frame in frames:
            number = self.span_at(frame)
            if number is not None and self.is_told(frame):
                by_span.setdefault(number, []).append(frame)
        found: dict[int, Bytes] = {}
        for number, wanted in by_span.items():
            span = self._picture.spans[number]
            found.update(self._kept.fetch(wanted, lambda a, b, span=span: self._load(span, a, b)))  # type: ignore[misc]
        return found

    def _load(self, span: PictureSpan, first: int, last: int) -> Iterator[Bytes]:
        return _small(span, self._picture.rate, first, last, self._sources)


def _mixed_ranges(cut: Cut) -> list[tuple[int, int]]:
    """Where a transition shows two pictures at once, or part of one."""
    found = []
    for span in cut.spans:
        if (over := span.transition_in) is not None:
            found.append((span.record_in - over.in_frames, span.record_in + over.out_frames))
        if (over := span.transition_out) is not None:
            found.append((span.record_out - over.in_frames, span.record_out + over.out_frames))
    return found
