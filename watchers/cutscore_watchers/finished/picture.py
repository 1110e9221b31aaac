"""The picture's end: a copy whose space was laid out in advance has all its boxes, and zeros where the film should be.

So the last second is decoded, and a look is taken at bytes of frames all through the film.
"""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutscore_watchers.finished.reading import Bytes

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

LAST_SECONDS = 1.0
FURTHER_BACK_SECONDS = (LAST_SECONDS, 15.0, 60.0)
"""How far before the end decoding begins: where seeking does not find key frames, further back."""
MOST_PACKETS = 4_000
"""Read from there on; who has more in that time is believed when all could be decoded so far."""
MOST_BLOCKED_SECONDS = 20.0
"""How long one call may read."""
LOOKS = 32
"""Frames all through the film of which the first bytes are looked at."""
LOOK_BYTES = 48

_MAY_BE_ZEROS = {"rawvideo", "v210", "r210", "v308", "v408", "v410", "yuv4"}
"""Codecs in which a black picture is nothing but zeros."""
_TAIL = 3
"""Packets at the end of which none may fail."""


def why_not_shown(path: Path, demuxer: str | None) -> str | None:
    """Why a film's picture is not all there, as the rest of a sentence that begins with its name; None when it is.

    `demuxer` is FFmpeg's name of the container, None where it is to guess. Raises OSError.
    """
    import av
    import av.error

    from cutscore_composer.media.probe import OPEN_OPTIONS, PLAYLISTS

    av.logging.set_level(None)
    try:
        opened = av.open(
            f"file:{path}",
            format=demuxer,
            options=OPEN_OPTIONS,
            metadata_errors="replace",
            timeout=MOST_BLOCKED_SECONDS,
        )
        with closing(opened) as container:
            if PLAYLISTS & set(container.format.name.split(",")):
                return "is a playlist, no film"
            film = _film_of(container)
            if film is None:
                return "holds no picture; a film is awaited"
            if getattr(film, "codec_context", None) is None:  # PyAV's types say that there always is one
                return "has a picture that cannot be decoded here"
            return _zeros_in(path, film) or _why_no_end(container, film)
    except av.error.FFmpegError:
        return "cannot be read as a film (yet)"
    except (ValueError, OverflowError):
        return "cannot be read as a film (yet)"


def _film_of(container: InputContainer) -> VideoStream | None:
    """The first stream that is no cover picture."""
    import av.stream

    cover = av.stream.Disposition.attached_pic
    return next((stream for stream in container.streams.video if not stream.disposition & cover), None)


def _zeros_in(path: Path, film: VideoStream) -> str | None:
    """Whether somewhere in the film a frame's bytes are zeros, by the container's table of frames."""
    entries = film.index_entries
    count = len(entries)
    if count < 2 or film.codec_context.name in _MAY_BE_ZEROS:
        return None
    chosen = sorted({round(number * (count - 1) / (LOOKS - 1)) for number in range(LOOKS)})
    with path.open("rb") as file:
        data = Bytes(file, os.fstat(file.fileno()).st_size)
        for number in chosen:
            entry = entries[number]
            seen = data.at(entry.pos, min(LOOK_BYTES, entry.size) if entry.size > 0 else LOOK_BYTES)
            if len(seen) > 8 and not any(seen):
                return f"has zeros where frame {number + 1} of {count} should be"
    return None


def _why_no_end(container: InputContainer, film: VideoStream) -> str | None:
    import av.error

    try:
        film.thread_type = "AUTO"
        film.codec_context.open(strict=False)
    except av.error.FFmpegError:
        return f"has a picture that cannot be decoded here ({film.codec_context.name})"
    why = None
    for back in FURTHER_BACK_SECONDS:
        _seek_before_the_end(container, film, back)
        why, final = _last_frames(container, film)
        if why is None or final:
            return why
    return why


def _last_frames(container: InputContainer, film: VideoStream) -> tuple[str | None, bool]:
    """Decode from here to the end: why that fails, and whether decoding from further back can change nothing."""
    import av.error

    shown, failed, packets = 0, [], 0
    last: Any = None
    for packet in container.demux(film):
        packets += 1
        last = packet if packet.size else last
        try:
            shown += len(packet.decode())
        except av.error.FFmpegError:
            failed.append(packets)
        if packets >= MOST_PACKETS and shown and not failed:
            return None, True
    if last is None:
        return "has no frames in its last second", False
    if film.codec_context.name not in _MAY_BE_ZEROS and not any(memoryview(last)):
        return "ends in zeros where the last frame should be", True
    if _breaks_off(film, last):
        return "has frames for only a part of its length", True
    # The packet that ends the loop is empty: it asks the decoder for what it still holds.
    if not shown or any(number >= packets - _TAIL for number in failed):
        return "cannot be decoded to its end", False
    return None, True


def _breaks_off(film: VideoStream, last: Packet[VideoStream]) -> bool:
    """Whether the last frame comes clearly before where the picture's own table says that it ends."""
    if not film.duration or last.dts is None or not film.time_base:
        return False
    reached = last.dts + (last.duration or 0) - (film.start_time or 0)
    return (film.duration - reached) * film.time_base > LAST_SECONDS / 2


def _seek_before_the_end(container: InputContainer, film: VideoStream, seconds: float) -> None:
    import av.error

    try:
        if film.duration and film.time_base:
            start, back = film.start_time or 0, int(seconds / film.time_base)
            container.seek(max(0, start + film.duration - back), stream=film, backward=True)
        elif container.duration:
            start = container.start_time or 0
            container.seek(max(0, start + container.duration - int(seconds * 1_000_000)), backward=True)
        else:
            container.seek(0)
    except av.error.FFmpegError:
        # It cannot be sought in: what comes is read.
        return
