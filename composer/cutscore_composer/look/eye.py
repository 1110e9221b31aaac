"""The eye: decodes a picture once and hands every frame to those who measure, find and keep."""

from __future__ import annotations

import math
import time
from bisect import bisect_left
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise

import numpy as np
from av.video.frame import VideoFrame

from cutscore_composer.engine import Progress
from cutscore_composer.look.album import MOST_SHOTS, Album, evenly
from cutscore_composer.look.canvas import SmallCanvas
from cutscore_composer.look.finder import CutFinder
from cutscore_composer.look.glances import glances
from cutscore_composer.look.likeness import HEIGHT, WIDTH, Bytes, Flow, one_thread, reduced
from cutscore_composer.look.measures import Measures, sample_step
from cutscore_composer.look.peaks import find_peaks
from cutscore_composer.look.seen import Seen, SeenCut
from cutscore_composer.look.speech import find_speech
from cutscore_composer.look.strength import change_strength
from cutscore_composer.media.shown import Sources, frames_for
from cutscore_composer.picture import CutPoint, Picture, PictureSpan

CANVAS = SmallCanvas(2 * WIDTH, 2 * HEIGHT, "rgb24")
"""Frames are decoded to twice the size of a small frame: thumbnails want to be recognised."""
_SMALL = SmallCanvas(WIDTH, HEIGHT, "rgb24")
_REPORT_SECONDS = 0.2
_LISTEN_SHARE = 0.3
"""Share of the progress bar that listening gets."""
_SAME_CUT_SECONDS = Fraction(1, 5)
"""A found cut this near to one that the timeline tells is that one."""


def look_at(picture: Picture, progress: Progress, *, listen: bool) -> Seen:
    """See `look.look`."""
    hears = listen and any(sound.role != "music" for sound in picture.sounds)
    seeing = 1 - _LISTEN_SHARE if hears else 1.0
    with one_thread(), Sources() as sources, Sources(skip="bidir") as passing:
        measures = Measures(picture.rate, Flow(quick=not any(_is_searched(span) for span in picture.spans)))
        sides = _Sides(picture)
        album = Album(picture.rate, _middles(picture))
        found: list[SeenCut] = []
        teller = _Teller(progress)

        def canvas_of(frame: int) -> SmallCanvas:
            return CANVAS if album.wants(frame) else _SMALL

        for span in picture.spans:
            finder = CutFinder(span.record_in, picture.rate, teller.tick) if _is_searched(span) else None
            measures.start_shot()
            images = _images(span, picture.rate, sources) if finder else glances(span, picture.rate, canvas_of, passing)
            for frame, image in images:
                small = image if image.shape[1] == WIDTH else reduced(image, WIDTH, HEIGHT)
                if (lit := picture.lit_at(frame)) < 1:
                    small = np.asarray(small * np.float32(lit), np.uint8)
                if finder is None or (frame - span.record_in) % sample_step(picture.rate) == 0:
                    measures.add(frame, small)
                    sides.add(frame, small)
                if finder is not None:
                    finder.add(small)
                if image.shape[1] == CANVAS.width and album.wants(frame):
                    album.offer(frame, image)
                teller.share = seeing * frame / picture.frames
                teller.tick()
            found += finder.finish() if finder is not None else []
        cuts = _together(sides.cuts(), found, picture)
        warnings = [*sources.warnings, *passing.warnings]

    speech: tuple[tuple[int, int], ...] = ()
    if hears:
        speech = find_speech(
            picture, progress, lambda share: progress.report("look", seeing + _LISTEN_SHARE * share), warnings.append
        )
    progress.report("look", 1.0)
    frames_of_cuts = [cut.frame for cut in cuts]
    motion = measures.motion_curve(picture.frames, frames_of_cuts)
    return Seen(
        rate=picture.rate,
        frames=picture.frames,
        cuts=cuts,
        motion=motion,
        brightness=measures.curve(measures.brightness, picture.frames),
        colour=measures.curve(measures.colour, picture.frames),
        complexity=measures.curve(measures.complexity, picture.frames),
        peaks=find_peaks(motion, measures.frames, measures.brightness, frames_of_cuts, picture.frames, picture.rate),
        speech=speech,
        thumbnails=album.thumbnails(frames_of_cuts, picture.frames),
        warnings=tuple(dict.fromkeys(warnings)),
    )


class _Teller:
    """Reports the share that was reached, often enough and not too often."""

    def __init__(self, progress: Progress) -> None:
        self.share = 0.0
        self._progress = progress
        self._told = -math.inf

    def tick(self) -> None:
        """Report if it is time. Raises Cancelled."""
        if time.monotonic() - self._told > _REPORT_SECONDS:
            self._progress.report("look", self.share)
            self._told = time.monotonic()


def _is_searched(span: PictureSpan) -> bool:
    return span.search_cuts and span.kind == "clip" and span.media is not None and span.speed != 0


def _images(span: PictureSpan, rate: Fraction, sources: Sources) -> Iterator[tuple[int, Bytes]]:
    """All record frames of a span with their pictures (144, 256, 3)."""
    shown = frames_for(span, rate, span.record_in, span.record_out, CANVAS, sources)
    return enumerate(_arrays(shown), start=span.record_in)


def _arrays(shown: Iterator[VideoFrame]) -> Iterator[Bytes]:
    last, image = None, np.zeros((CANVAS.height, CANVAS.width, 3), np.uint8)
    for frame in shown:
        if frame is not last:
            last, image = frame, np.asarray(frame.to_ndarray(), np.uint8)
        yield image


def _middles(picture: Picture) -> list[int]:
    """The middle frames of the shots that the timeline tells."""
    edges = [0, *(cut.frame for cut in picture.cuts), picture.frames]
    shots = [(a, b) for a, b in pairwise(edges) if a < b]
    return [(a + b) // 2 for a, b in evenly(shots, MOST_SHOTS)]


class _Sides:
    """Keeps the small frame before and after each cut that the timeline tells, and measures the cuts."""

    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._before: list[Bytes | None] = [None] * len(picture.cuts)
        self._after: list[Bytes | None] = [None] * len(picture.cuts)
        self._starts = [cut.frame - cut.in_frames for cut in picture.cuts]
        self._ends = [cut.frame + cut.out_frames for cut in picture.cuts]
        self._last: Bytes | None = None
        self._started = self._ended = 0

    def add(self, frame: int, small: Bytes) -> None:
        """The next sample."""
        while self._started < len(self._starts) and self._starts[self._started] <= frame:
            self._before[self._started] = small if self._last is None else self._last
            self._started += 1
        while self._ended < len(self._ends) and self._ends[self._ended] <= frame:
            self._after[self._ended] = small
            self._ended += 1
        self._last = small

    def cuts(self) -> list[SeenCut]:
        """The cuts of the timeline with their strengths."""
        flow, rate = Flow(), self._picture.rate
        return [self._seen(cut, i, flow, rate) for i, cut in enumerate(self._picture.cuts)]

    def _seen(self, cut: CutPoint, index: int, flow: Flow, rate: Fraction) -> SeenCut:
        frames = cut.in_frames + cut.out_frames
        before, after = self._before[index], self._after[index]
        after = self._last if after is None else after
        before = self._last if before is None else before
        if before is None or after is None:
            return SeenCut(cut.frame, cut.kind, 0.0, frames)
        return SeenCut(cut.frame, cut.kind, change_strength(before, after, frames, rate, flow), frames)


def _together(told: list[SeenCut], found: list[SeenCut], picture: Picture) -> tuple[SeenCut, ...]:
    """Cuts of the timeline and found ones in order, none twice, none at the very start or end."""
    frames = [cut.frame for cut in told]
    apart = _SAME_CUT_SECONDS * picture.rate
    kept = list(told)
    for cut in found:
        at = bisect_left(frames, cut.frame)
        reach = apart + cut.frames / 2
        near = any(abs(frames[i] - cut.frame) <= reach for i in (at - 1, at) if 0 <= i < len(frames))
        if not near and 0 < cut.frame < picture.frames:
            kept.append(cut)
    return tuple(sorted(kept, key=lambda cut: cut.frame))
