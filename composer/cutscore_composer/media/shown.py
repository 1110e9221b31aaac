"""Shown: exactly one picture for every record frame of a span, whatever its speed, rate or kind.

    >>> with Sources() as sources:                                              # doctest: +SKIP
    ...     for frame in frames_for(span, rate, 0, span.frames, Canvas(128, 72), sources): ...

The same VideoFrame object may come several times in a row (a still, a freeze, a slow clip); set its
time stamp before each use and never draw into it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import av
import av.error
from av.video.reformatter import VideoReformatter

from cutscore_composer.errors import InputRefused
from cutscore_composer.media.canvas import Canvas
from cutscore_composer.media.probe import OPEN_OPTIONS, PLAYLISTS, VideoFacts, probe
from cutscore_composer.media.video import EARLY, Skip, VideoSource
from cutscore_composer.picture import Picture, PictureSpan

if TYPE_CHECKING:
    from types import TracebackType

    from av.video.frame import VideoFrame

IDLE_SOURCES = 4
"""Most media files kept open for the next span that uses them; each holds a few decoded frames."""
IDLE_PIXELS = 16_000_000
"""Most pixels of a frame, of all idle files together: four files of 1080p, one of 4K."""
REVERSE_BYTES = 48_000_000
"""Most memory for the pictures of a chunk that is shown backwards."""


class Sources:
    """Media files in use and the few last used, so that ten clips of one file open it once.

    A file that cannot be opened is remembered as such, with one warning, and shown as black.
    """

    def __init__(self, *, skip: Skip = "none") -> None:
        self._skip: Skip = skip
        self._idle: list[VideoSource] = []
        self._scalers: dict[Path, VideoReformatter] = {}
        self._unreadable: set[Path] = set()
        self._warnings: dict[str, None] = {}

    def __enter__(self) -> Sources:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        while self._idle:
            self._close(self._idle.pop())

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was found wrong with the media, one sentence each, in the order found."""
        found = dict(self._warnings)
        for source in self._idle:
            found.update(dict.fromkeys(source.warnings))
        return tuple(found)

    def warn(self, sentence: str) -> None:
        """Remember a warning once."""
        self._warnings[sentence] = None

    @contextmanager
    def borrow(self, path: Path, near: Fraction) -> Iterator[VideoSource | None]:
        """The file open for one user, as near before the position as one is; None when it cannot be read.

        Raises InputRefused when the file was changed since it was opened.
        """
        source = self._take(path, near)
        try:
            yield source
            if source is not None:
                source.check_unchanged()
        finally:
            if source is not None:
                self._idle.append(source)
            while len(self._idle) > IDLE_SOURCES or sum(_pixels(idle) for idle in self._idle) > IDLE_PIXELS:
                self._close(self._idle.pop(0))

    def scaler(self, path: Path) -> VideoReformatter:
        """The scaler that keeps its tables for the pictures of one file."""
        if len(self._scalers) > 4 * IDLE_SOURCES:
            self._scalers.clear()
        return self._scalers.setdefault(path, VideoReformatter())

    def _take(self, path: Path, near: Fraction) -> VideoSource | None:
        if path in self._unreadable:
            return None
        same = [source for source in self._idle if source.path == path]
        if same:
            source = min(same, key=lambda s: (s.position > near, abs(near - s.position)))
            self._idle.remove(source)
            return source
        try:
            return VideoSource(path, skip=self._skip)
        except InputRefused as error:
            self._unreadable.add(path)
            self.warn(f"{error} It is shown as black.")
            return None

    def _close(self, source: VideoSource) -> None:
        self._warnings.update(dict.fromkeys(source.warnings))
        source.close()


def _pixels(source: VideoSource) -> int:
    return source.video.width * source.video.height


def frames_for(
    span: PictureSpan, rate: Fraction, frame_in: int, frame_out: int, canvas: Canvas, sources: Sources
) -> Iterator[VideoFrame]:
    """One picture for each record frame from `frame_in` up to `frame_out`, which may lie beyond the span's edges.

    Gaps, generators, missing and unreadable media are black. Raises InputRefused when a file
    changes while it is read or holds no frame that can be decoded.
    """
    if span.media is None or span.kind in ("gap", "generator", "missing"):
        black = canvas.black()
        for _ in range(frame_in, frame_out):
            yield black
    elif span.image_rate is not None:
        yield from _image_sequence(span, rate, frame_in, frame_out, canvas, sources)
    elif span.speed < 0 and span.kind != "still":
        yield from _backwards(span, rate, frame_in, frame_out, canvas, sources)
    else:
        still = span.kind == "still"
        positions = (span.source_in if still else span.source_at(f, rate) for f in range(frame_in, frame_out))
        yield from _at_positions(span.media, positions, canvas, sources)


def picture_frames(
    picture: Picture, canvas: Canvas, sources: Sources, frame_in: int = 0, frame_out: int | None = None
) -> Iterator[VideoFrame]:
    """One picture for each record frame of an edit, all its transitions shown as hard cuts."""
    end = picture.frames if frame_out is None else frame_out
    for span in picture.spans:
        first, last = max(span.record_in, frame_in), min(span.record_out, end)
        if first < last:
            yield from frames_for(span, picture.rate, first, last, canvas, sources)


def _at_positions(path: Path, positions: Iterable[Fraction], canvas: Canvas, sources: Sources) -> Iterator[VideoFrame]:
    """The pictures at positions of one file; quick where they rise."""
    todo = iter(positions)
    first = next(todo, None)
    if first is None:
        return
    with sources.borrow(path, first) as source:
        if source is None:
            black = canvas.black()
            yield black
            for _ in todo:
                yield black
            return
        scaler = sources.scaler(path)
        shown = source.frame_at(first)
        picture = canvas.fit(shown, source.video, scaler)
        yield picture
        for position in todo:
            frame = source.frame_at(position)
            if frame is not shown:
                shown, picture = frame, canvas.fit(frame, source.video, scaler)
            yield picture


def _backwards(
    span: PictureSpan, rate: Fraction, frame_in: int, frame_out: int, canvas: Canvas, sources: Sources
) -> Iterator[VideoFrame]:
    """Chunks decoded forwards and shown backwards, so that memory stays bounded."""
    assert span.media is not None
    size = max(8, min(240, REVERSE_BYTES // (canvas.width * canvas.height * 3)))
    for start in range(frame_in, frame_out, size):
        chunk = range(start, min(start + size, frame_out))
        positions = [span.source_at(frame, rate) for frame in reversed(chunk)]
        yield from reversed(list(_at_positions(span.media, positions, canvas, sources)))


def image_path(pattern: Path, number: int) -> Path:
    """The file of an image sequence: "a.%04d.png" and 7 give "a.0007.png".

    Raises InputRefused for a pattern without exactly one "%d" or "%0Nd" in its file name.
    """
    parts = re.split(r"%(0?\d{0,2})d", pattern.name)
    if len(parts) != 3:
        raise InputRefused(f"{pattern} is no name of an image sequence; it needs one number such as %04d.")
    before, width, after = parts
    return pattern.with_name(before + str(number).zfill(int(width or 0)) + after)


def _image_sequence(
    span: PictureSpan, rate: Fraction, frame_in: int, frame_out: int, canvas: Canvas, sources: Sources
) -> Iterator[VideoFrame]:
    """The images of a sequence; where one is missing the one before it is held, beyond its start the first."""
    assert span.media is not None
    assert span.image_rate is not None
    scaler = sources.scaler(span.media)
    shown, picture, facts = None, canvas.black(), None
    for frame in range(frame_in, frame_out):
        position = span.source_at(frame, rate) + min(EARLY, 1 / span.image_rate / 4)
        number = span.image_start + math.floor(position * span.image_rate / span.image_step) * span.image_step
        if number != shown:
            path = image_path(span.media, max(number, 0))
            if shown is None and not path.exists():
                path = image_path(span.media, span.image_start)
            try:
                facts = facts or _image_facts(path)
                picture = canvas.fit(_image(path), facts, scaler)
            except InputRefused as error:
                sources.warn(f"{error} The image before it is held.")
            shown = number
        yield picture


def _image_facts(path: Path) -> VideoFacts:
    video = probe(path).main_video
    if video is None:
        raise InputRefused(f"{path} holds no picture.")
    return video


def _image(path: Path) -> VideoFrame:
    try:
        with av.open(f"file:{path}", options=OPEN_OPTIONS, metadata_errors="replace") as container:
            if container.format.name in PLAYLISTS:
                raise ValueError(f"a {container.format.name} list is no picture")
            return next(container.decode(video=0))
    except (av.error.FFmpegError, OSError, StopIteration, IndexError, ValueError) as error:
        raise InputRefused(f"{path} is missing or is no picture that can be read.") from error
