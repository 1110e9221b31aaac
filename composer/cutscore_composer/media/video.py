"""Video: the frame that a media file shows at any moment, exact to the frame, forwards and after any jump.

    >>> with VideoSource(Path("film.mp4")) as film:                          # doctest: +SKIP
    ...     frame = film.frame_at(Fraction(125, 24))
    ...     for seconds, frame in film.frames(Fraction(2), Fraction(3)): ...

Positions count in seconds from the file's first frame, whatever its time stamps start at. The frame
shown at a position is the last one whose time stamp is not later, allowing `EARLY` for the rounding
of time stamps and of positions; past the end it is the last frame there is, before the start the first.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal, cast

import av
import av.error

from cutscore_composer.errors import InputRefused
from cutscore_composer.media.probe import OPEN_OPTIONS, MediaFacts, VideoFacts, probe

if TYPE_CHECKING:
    from types import TracebackType

    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

Skip = Literal["none", "nonref", "bidir", "nonkey"]
"""Frames that need not be decoded: none, those no other refers to, bidirectional ones, all but key frames."""

EARLY = Fraction(1, 800)
"""Seconds that a frame may be shown before its time stamp: Matroska rounds to 1 ms, MP4 to one tick."""
MOST_THREADS = 8
"""Decoder threads of one file; each holds a frame of its own, so that more would cost much memory."""
SEEK_BACK_SECONDS = (0, 1, 4, 16, 64)
"""How far before the wanted moment to look for a key frame, until one is early enough."""
BLIND_JUMP_SECONDS = 10
"""Without an index of key frames, jumps up to this far are decoded through rather than sought."""


class VideoSource:
    """A media file's main video stream, read by position.

    Reading forwards is fast; any other jump seeks to the key frame before and decodes on. Frames
    come as decoded: not yet turned upright, in the file's own size and pixel format.
    """

    def __init__(self, path: Path, *, skip: Skip = "none") -> None:
        """Open `path`. Raises InputRefused when it is missing, unreadable, or has no picture."""
        self.path = path
        self.facts: MediaFacts = probe(path)
        video = self.facts.main_video
        if video is None:
            raise InputRefused(f"{path} holds sound but no picture; name a video file.")
        self.video: VideoFacts = video
        self._skip = skip
        self._mark = file_mark(path)
        self._damaged = 0
        self._held_at: Fraction | None = None
        self._has_stamps = True
        self._ended = False
        self._first: int | None = None
        self._current: tuple[int, VideoFrame] | None = None
        self._coming: tuple[int, VideoFrame] | None = None
        self._decoder: Iterator[tuple[int, VideoFrame]] = iter(())
        self._delay: int | None = None
        self._open()
        self._delay = self._measured_delay()

    def __enter__(self) -> VideoSource:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Give the file free."""
        self._container.close()

    @property
    def position(self) -> Fraction:
        """Where reading is, in seconds; the next forward frames are cheap from here."""
        return Fraction(0) if self._current is None else self._seconds(self._current[0])

    @property
    def warnings(self) -> tuple[str, ...]:
        """What was found wrong with the file so far, one sentence each."""
        found = []
        if self.video.is_hdr:
            found.append(
                f"{self.path.name} is of high dynamic range (HDR): its brightness and colours are taken as they are "
                "stored, which looks flat; a version for ordinary screens (Rec. 709) serves better."
            )
        if self._damaged:
            found.append(f"{self.path.name}: {self._damaged} damaged packets were skipped; the frame before is held.")
        if self._held_at is not None:
            found.append(
                f"{self.path.name} ends at {float(self._held_at):.2f} s, before the edit is done with it; "
                "its last frame is held."
            )
        return tuple(found)

    def frame_at(self, seconds: Fraction) -> VideoFrame:
        """The frame shown at a position. Raises InputRefused if there is none at all or the file has changed."""
        target = self._start + math.floor((seconds + self._early) / self._tick)
        if self._must_jump(target):
            self._seek(target)
        while self._look_ahead() and self._coming is not None and self._coming[0] <= target:
            self._current, self._coming = self._coming, None
        if self._current is None and self._coming is not None:  # asked before the first frame
            self._current, self._coming = self._coming, None
            self._first = self._current[0]
        if self._current is None:
            raise InputRefused(f"{self.path} has no frame that can be decoded; play it, then export it again.")
        if self._coming is None and self._held_at is None:
            self._note_end(target)
        return self._current[1]

    def frames(self, start_seconds: Fraction, end_seconds: Fraction) -> Iterator[tuple[Fraction, VideoFrame]]:
        """Every frame shown from `start_seconds` up to `end_seconds`, each with its own position in seconds.

        The first is the one shown at `start_seconds`, so its position may be earlier.
        """
        if start_seconds >= end_seconds:
            return
        first = self.frame_at(start_seconds)
        yield self.position, first
        end = self._start + math.ceil((end_seconds - self._early) / self._tick)
        while self._look_ahead() and self._coming is not None and self._coming[0] < end:
            self._current, self._coming = self._coming, None
            yield self._seconds(self._current[0]), self._current[1]

    def _look_ahead(self) -> bool:
        """Decode the coming frame unless that is done; whether there is one."""
        if self._coming is None and not self._ended:
            self._coming = next(self._decoder, None)
            self._ended = self._coming is None
        return self._coming is not None

    def check_unchanged(self) -> None:
        """Raise InputRefused if the file is no longer the one that was opened."""
        if file_mark(self.path) != self._mark:
            raise InputRefused(f"{self.path} was changed while it was read; wait until it is finished, then try again.")

    def _seconds(self, stamp: int) -> Fraction:
        return (stamp - self._start) * self._tick

    def _open(self) -> None:
        try:
            self._container: InputContainer = av.open(
                f"file:{self.path}", options=OPEN_OPTIONS, metadata_errors="replace"
            )
        except (av.error.FFmpegError, OSError) as error:
            raise InputRefused(f"{self.path} can no longer be opened ({error.strerror}).") from error
        stream = cast("VideoStream", self._container.streams[self.video.index])
        stream.thread_type = "SLICE" if self.facts.is_image else "AUTO"
        stream.codec_context.thread_count = min(MOST_THREADS, (os.cpu_count() or 1) + 1)
        stream.codec_context.skip_frame = self._skip.upper()  # type: ignore[assignment]
        if self._skip != "none":  # who leaves out frames does not look at their finest grain either
            stream.codec_context.options = {"skip_loop_filter": "all"}
        self._stream = stream
        self._tick = Fraction(stream.time_base or Fraction(1, 1000))
        self._start = math.floor(self.video.start_seconds / self._tick)
        self._step = max(1, round(1 / self.video.rate / self._tick))
        self._end = self._start
        self._early = min(EARLY, 1 / self.video.rate / 4)
        self._restart()

    def _restart(self, keys_to_wait_for: int = 0) -> None:
        """Forget what was decoded; the container stands where it was put.

        In an MPEG program stream the time stamps after a jump are guesses until the second key frame.
        """
        self._current = self._coming = None
        self._ended = False
        self._decoder = self._decode(keys_to_wait_for)

    def _decode(self, keys_to_wait_for: int) -> Iterator[tuple[int, VideoFrame]]:
        """Frames with rising time stamps from where the container stands; what is damaged is counted and left out."""
        last: int | None = None
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets, None)
            except (av.error.FFmpegError, OSError):  # nothing follows: flush the decoder
                self._damaged += 1
                packet = None
            try:
                decoded = self._stream.decode(None) if packet is None else packet.decode()
            except av.error.EOFError:
                return
            except (av.error.FFmpegError, OSError):
                self._damaged += 1
                decoded = []
            for frame in decoded:
                keys_to_wait_for -= frame.key_frame
                if keys_to_wait_for > 0:
                    continue
                stamp = frame.pts if self._delay is None else self._stamp_by_order(frame)
                if stamp is None:  # a raw stream without time stamps, or the tail of an AVI: count
                    self._has_stamps = self._has_stamps and last is not None
                    stamp = self._start if last is None else last + self._step
                if last is None or stamp > last:
                    last = stamp
                    self._end = stamp + max(self._step, frame.duration or 0)
                    yield stamp, frame
            if packet is None:
                return

    def _stamp_by_order(self, frame: VideoFrame) -> int | None:
        return None if frame.dts is None or self._delay is None else frame.dts - self._delay

    def _measured_delay(self) -> int | None:
        """Ticks by which frames of an AVI come out late: it only stores the order of decoding, not of showing."""
        if self.facts.container != "avi":
            return None
        first = next((frame for packet in self._container.demux(self._stream) for frame in packet.decode()), None)
        self._container.close()
        self._open()
        return None if first is None or first.dts is None else first.dts - self._start

    def _must_jump(self, target: int) -> bool:
        if self._current is None:
            return self._coming is not None or target > self._start
        if target < self._current[0]:
            return self._current[0] != self._first
        if self._ended:
            return False
        reached = (self._coming or self._current)[0]
        ahead = (target - reached) * self._tick
        if ahead < 1 or not self._has_stamps:
            return False
        entries = self._stream.index_entries
        key = entries.search_timestamp(target) if len(entries) else -1
        return bool(entries[key].timestamp > reached) if key >= 0 else ahead > BLIND_JUMP_SECONDS

    def _seek(self, target: int) -> None:
        """Stand at a frame not later than `target`, or at the first frame there is."""
        self.check_unchanged()
        for back in SEEK_BACK_SECONDS if self._has_stamps else ():
            stamp = target - math.ceil(back / self._tick)
            if stamp <= self._start:
                break
            try:
                self._container.seek(stamp, stream=self._stream)
            except (av.error.FFmpegError, OSError):
                break
            self._restart(keys_to_wait_for=2 if self.facts.container == "mpeg" else 0)
            if self._look_ahead() and self._coming is not None and self._coming[0] <= target:
                return
            if not self._has_stamps:
                break
        self._container.close()  # opening again is the one way back to the start that every format knows
        self._open()

    def _note_end(self, target: int) -> None:
        if self.facts.is_image:
            return
        if target >= self._end + self._step // 2:
            self._held_at = self._seconds(self._end)


def file_mark(path: Path) -> tuple[int, int]:
    """What tells that a file is still the same: its size and time of change."""
    try:
        status = path.stat()
    except OSError as error:
        raise InputRefused(f"{path} can no longer be read ({error.strerror}).") from error
    return status.st_size, status.st_mtime_ns
