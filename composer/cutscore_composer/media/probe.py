"""Probing: what a media file holds, its picture's own length and rate, and one sentence for what cannot be used.

    >>> facts = probe(Path("film.mp4"))                     # doctest: +SKIP
    >>> facts.main_video.rate, facts.main_video.frames      # doctest: +SKIP
    (Fraction(24, 1), 1253)

The length of the picture is that of the video stream, never of the container: sound is often longer.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import av
import av.error

from cutscore_composer.errors import InputRefused
from cutscore_composer.media.colour import Matrix, is_hdr, nearest_matrix
from cutscore_composer.media.frame_rate import frame_rate

if TYPE_CHECKING:
    from av.audio.stream import AudioStream
    from av.container import InputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

MAX_SIDE = 16_384
"""Widest and highest picture that is accepted, in pixels."""
MAX_HOURS = 100
"""Longest media that is accepted."""
OPEN_OPTIONS = {"protocol_whitelist": "file", "pattern_type": "none"}
"""FFmpeg options for every file that a person names: no network, and no "%04d" read as a pattern."""
PLAYLISTS = frozenset({"hls", "dash", "concat", "imf", "sdp", "rtsp"})
"""Formats that only point to other files: never opened, as a name in them could reach anywhere."""
TEXT_FORMATS = frozenset({"tty", "srt", "webvtt", "ass", "microdvd", "ffmetadata", "lrc", "subviewer"})


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """One video stream."""

    index: int
    """Number of the stream in the file."""
    codec: str
    width: int
    """As displayed: after rotation, in the file's own pixels (see `sample_aspect`)."""
    height: int
    rate: Fraction
    """Frames a second: constant or, with `variable_rate`, the average."""
    frames: int | None
    """Count of frames where the container tells it."""
    duration_seconds: Fraction
    start_seconds: Fraction
    """Time stamp of the first frame; positions in Cutscore count from it."""
    rotation: int
    """Degrees that the picture is turned by for display: 0, 90, 180 or 270, counter-clockwise."""
    sample_aspect: Fraction
    """Width of a displayed pixel divided by its height."""
    variable_rate: bool
    is_cover: bool
    """Whether it is a cover picture and no film."""
    matrix: Matrix = "bt709"
    """The matrix in which its colours are best written again."""
    is_hdr: bool = False


@dataclass(frozen=True, slots=True)
class AudioFacts:
    """One audio stream."""

    index: int
    codec: str
    sample_rate: int
    channels: int
    duration_seconds: Fraction
    start_seconds: Fraction


@dataclass(frozen=True, slots=True)
class MediaFacts:
    """What a media file holds."""

    path: Path
    container: str
    """FFmpeg's short name of the format, such as "mov,mp4,m4a,3gp,3g2,mj2"."""
    duration_seconds: Fraction
    """Length of the whole file: its longest stream."""
    video: tuple[VideoFacts, ...]
    audio: tuple[AudioFacts, ...]
    start_timecode: str | None
    """Embedded timecode of the first frame, such as "01:00:00:00"."""
    is_image: bool
    """Whether it is a single picture; its rate and length then mean nothing."""

    @property
    def main_video(self) -> VideoFacts | None:
        """The stream that players show: of the default ones the largest, never a cover picture."""
        films = [stream for stream in self.video if not stream.is_cover]
        return films[0] if films else None


def probe(path: Path) -> MediaFacts:
    """Read what a media file holds, from its header and the first frame of each video stream.

    Raises InputRefused with one sentence when the file is missing, unreadable, empty, no media,
    cut off, without any stream that gives a picture or sound, or absurdly large.
    """
    _refuse_what_is_no_file(path)
    try:
        with closing(av.open(f"file:{path}", options=OPEN_OPTIONS, metadata_errors="replace")) as container:
            return _facts(path, container)
    except av.error.FFmpegError as error:
        raise InputRefused(_why_not_opened(path, error)) from error
    except (OSError, ValueError, OverflowError) as error:
        raise InputRefused(f"{path} cannot be read as video or sound: {error}.") from error


def _refuse_what_is_no_file(path: Path) -> None:
    try:
        if path.is_dir():
            raise InputRefused(f"{path} is a folder; name a video or a timeline file.")
        size = path.stat().st_size
        with path.open("rb") as file:
            file.read(1)
    except FileNotFoundError as error:
        raise InputRefused(f"{path} does not exist; check the name.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise InputRefused(f"{path} cannot be opened ({reason}); check its permissions.") from error
    if size == 0:
        raise InputRefused(f"{path} is empty (0 bytes); it may still be being written or copied.")


def _why_not_opened(path: Path, error: Exception) -> str:
    text = getattr(error, "strerror", None) or str(error)
    if isinstance(error, av.error.InvalidDataError):
        return f"{path} is no video or sound file, or it is cut off before its index; play it, then copy it again."
    return f"{path} cannot be read as video or sound ({text}); play it in a player to see whether it is whole."


def _facts(path: Path, container: InputContainer) -> MediaFacts:
    name = container.format.name
    if name in PLAYLISTS or name in TEXT_FORMATS:
        raise InputRefused(f"{path} is a text file ({name}) and holds no picture or sound itself; name the media file.")
    is_image = name.endswith("_pipe") or name == "image2"
    total = Fraction(container.duration or 0, 1_000_000)
    covers = [s for s in container.streams.video if _is_cover(s)]
    shown = sorted((s for s in container.streams.video if s not in covers), key=_rank)
    video = tuple(
        facts for s in (*shown, *covers) if (facts := _video_facts(path, container, s, total, is_image)) is not None
    )
    audio = tuple(_audio_facts(s, total) for s in container.streams.audio)
    if not video and not audio:
        if container.streams.video:
            raise InputRefused(f"{path} has a video stream without a single frame that can be shown; export it again.")
        raise InputRefused(f"{path} holds neither picture nor sound; name a video file.")
    longest = max([total, *(s.duration_seconds for s in video), *(s.duration_seconds for s in audio)])
    if longest > MAX_HOURS * 3600:
        raise InputRefused(f"{path} says it lasts {float(longest / 3600):.0f} hours; the most is {MAX_HOURS}.")
    return MediaFacts(path, name, longest, video, audio, _timecode(container), is_image)


def _is_cover(stream: VideoStream) -> bool:
    pictures = av.stream.Disposition.attached_pic | av.stream.Disposition.timed_thumbnails
    return bool(stream.disposition & pictures)


def _rank(stream: VideoStream) -> tuple[bool, int, int]:
    """Sorts the stream that players show to the front."""
    is_default = bool(stream.disposition & av.stream.Disposition.default)
    return (not is_default, -(stream.width or 0) * (stream.height or 0), stream.index)


def _video_facts(
    path: Path, container: InputContainer, stream: VideoStream, total: Fraction, is_image: bool
) -> VideoFacts | None:
    """Facts of one stream, or None when not one frame of it can be decoded."""
    width, height = stream.width, stream.height
    if max(width, height) > MAX_SIDE:
        raise InputRefused(f"{path} has a picture of {width} × {height} pixels; the most is {MAX_SIDE} a side.")
    frame = _first_frame(path, container, stream)
    if frame is None:
        return None
    width, height = width or frame.width, height or frame.height
    rotation = round(frame.rotation / 90) * 90 % 360
    aspect = Fraction(stream.sample_aspect_ratio or 1) or Fraction(1)
    if rotation in (90, 270):
        width, height, aspect = height, width, 1 / aspect
    is_cover = _is_cover(stream)
    seconds = _stream_seconds(stream, total) or (
        Fraction(0) if is_image or is_cover else _last_packet(path, container, stream)
    )
    rate, variable = frame_rate(stream, container, seconds)
    return VideoFacts(
        index=stream.index,
        codec=stream.codec_context.name,
        width=width,
        height=height,
        rate=rate,
        frames=1 if is_image else stream.frames or None,
        duration_seconds=seconds,
        start_seconds=_start(stream),
        rotation=rotation,
        sample_aspect=aspect,
        variable_rate=variable,
        is_cover=is_cover,
        matrix=nearest_matrix(frame),
        is_hdr=is_hdr(frame),
    )


@contextmanager
def _from_start(path: Path, container: InputContainer, stream: VideoStream) -> Iterator[VideoStream]:
    """The stream, its file standing at its start: sought, or for a raw stream opened anew."""
    try:
        container.seek(0)
    except av.error.FFmpegError:  # the attempt leaves a raw stream at its end
        with closing(av.open(f"file:{path}", options=OPEN_OPTIONS, metadata_errors="replace")) as again:
            yield again.streams.video[stream.index]
    else:
        yield stream


def _first_frame(path: Path, container: InputContainer, stream: VideoStream) -> VideoFrame | None:
    """The first frame that decodes among the stream's first packets; it alone tells the rotation."""
    with _from_start(path, container, stream) as fresh:
        return _decoded_first(fresh)


def _decoded_first(stream: VideoStream) -> VideoFrame | None:
    stream.codec_context.thread_count = 1
    try:
        for number, packet in enumerate(_packets(stream)):
            for frame in packet.decode():
                return frame
            if number > 400:
                break
    except av.error.FFmpegError:
        return None
    return None


def _stream_seconds(stream: VideoStream | AudioStream, total: Fraction) -> Fraction:
    """Length of one stream: its own, its DURATION tag (Matroska), else that of the file."""
    if stream.duration and stream.time_base:
        return stream.duration * stream.time_base
    tag = stream.metadata.get("DURATION") or stream.metadata.get("DURATION-eng") or ""
    parts = tag.split(":")
    try:
        if len(parts) == 3:
            return int(parts[0]) * 3600 + int(parts[1]) * 60 + Fraction(parts[2]) - _start(stream)
    except (ValueError, ZeroDivisionError):
        pass
    return total


def _packets(stream: VideoStream) -> Iterator[Packet[VideoStream]]:
    container = cast("InputContainer", stream.container)
    return container.demux(stream)


def _last_packet(path: Path, container: InputContainer, stream: VideoStream) -> Fraction:
    """End of the last packet, for raw streams that tell no length: reads the whole file, decodes nothing."""
    packets, end = 0, 0
    with _from_start(path, container, stream) as fresh:
        for packet in _packets(fresh):
            if packet.size:
                packets += 1
                end = max(end, (packet.pts or 0) + (packet.duration or 0))
    if end and stream.time_base:
        return end * stream.time_base - _start(stream)
    return packets / Fraction(stream.average_rate or stream.base_rate or 25)


def _start(stream: VideoStream | AudioStream) -> Fraction:
    if stream.start_time is None or stream.time_base is None:
        return Fraction(0)
    return stream.start_time * stream.time_base


def _audio_facts(stream: AudioStream, total: Fraction) -> AudioFacts:
    return AudioFacts(
        index=stream.index,
        codec=stream.codec_context.name,
        sample_rate=stream.sample_rate or 0,
        channels=stream.channels or 0,
        duration_seconds=_stream_seconds(stream, total),
        start_seconds=_start(stream),
    )


def _timecode(container: InputContainer) -> str | None:
    sources: list[Any] = [container, *container.streams.video, *container.streams.data, *container.streams]
    # Matroska writes the names of its tags in capitals.
    tags = ((name.casefold(), said) for source in sources for name, said in source.metadata.items())
    return next((said for name, said in tags if name == "timecode" and said), None)
