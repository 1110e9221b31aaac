"""Glances: about five pictures a second of a span whose shots are known, at half the cost of decoding all of it.

Bidirectional frames are not decoded, and each picture comes with the frame that it truly shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import numpy as np

from cutscore_composer.look.canvas import Bytes, SmallCanvas
from cutscore_composer.look.measures import sample_step
from cutscore_composer.media.shown import Sources, frames_for
from cutscore_composer.picture import PictureSpan


def glances(
    span: PictureSpan, rate: Fraction, canvas_for: Callable[[int], SmallCanvas], sources: Sources
) -> Iterator[tuple[int, Bytes]]:
    """(record frame, its picture) in order, the first one at the span's beginning or just after it.

    `canvas_for` tells how a record frame is wanted. `sources` leave out frames (Sources(skip="bidir")).
    Raises InputRefused as `frames_for` does.
    """
    step = sample_step(rate, sparse=True)
    if span.kind != "clip" or span.media is None or span.speed <= 0 or span.image_rate is not None:
        for frame in range(span.record_in, span.record_out, step):
            shown = next(frames_for(span, rate, frame, frame + 1, canvas_for(frame), sources))
            yield frame, np.asarray(shown.to_ndarray(), np.uint8)
        return
    begin, end = span.source_in, span.source_at(span.record_out, rate)
    with sources.borrow(span.media, begin) as source:
        if source is None:
            black = canvas_for(span.record_in)
            yield span.record_in, np.zeros((black.height, black.width, 3), np.uint8)
            return
        scaler, due, last = sources.scaler(span.media), span.record_in, None
        for position, shown in source.frames(begin, end):
            # What is shown until just before the end of the span is a frame of the span.
            frame = min(span.record_in + round((position - begin) / span.speed * rate), span.record_out - 1)
            if frame >= due - (due > span.record_in):
                yield frame, canvas_for(frame).pixels(shown, source.video, scaler)
                due, last = frame + step, None
            elif frame < span.record_in:
                last = shown
        if last is not None and due == span.record_in:  # so short that only what came before is decoded
            yield span.record_in, canvas_for(span.record_in).pixels(last, source.video, scaler)
