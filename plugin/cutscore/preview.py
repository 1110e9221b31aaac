"""Preview: the picture with the music under its own sound, as an MP4 that plays anywhere.

    >>> make_preview(picture, Path("film.wav"), Path("film.preview.mp4"))       # doctest: +SKIP
    PosixPath('film.preview.mp4')

The edit's own sound keeps its level; the music steps back while it is heard, as far as it has to:
music that was made to lean back under speech is not turned down again. Temp music of the edit is left
out: the new music takes its place.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
import av.error
import numpy as np
import numpy.typing as npt

from cutscore.reel.edited import edited_frames
from cutscore.reel.film import Encoding, Film, part_of, sound_frame, sound_stream, write_failure
from cutscore.reel.making import canvas_for
from cutscore_composer.engine import Progress
from cutscore_composer.errors import InputRefused
from cutscore_composer.media.canvas import Canvas
from cutscore_composer.media.probe import OPEN_OPTIONS, probe
from cutscore_composer.media.shown import Sources
from cutscore_composer.media.sound import mix_sounds, sound_blocks
from cutscore_composer.picture import Picture
from cutscore_composer.timebase import SAMPLE_RATE, samples_for

if TYPE_CHECKING:
    from av.container import InputContainer, OutputContainer
    from av.video.stream import VideoStream

Block = npt.NDArray[np.float32]

HEIGHT = 540
"""Height of a preview's picture in pixels, where it has to be encoded anew."""
STEP = SAMPLE_RATE // 50
"""Samples over which the own sound's level is taken: 20 ms."""
OWN_BLOCK = STEP * 10
"""Samples that are mixed at a time."""
HEARD = 10 ** (-45 / 20)
"""Level from which the own sound counts as heard: −45 dB of full scale, root mean square."""
UNDER = 10 ** (-9 / 20)
"""The least gain of the music while own sound is heard: −9 dB."""
BELOW = 10 ** (-12 / 20)
"""Music this far below the own sound, −12 dB, steps back no further."""
FALL = 10 ** (-10 / 20)
"""How quickly a level is forgotten: 10 dB a second."""
DOWN_SECONDS, UP_SECONDS, HOLD_SECONDS = 0.12, 0.9, 0.6
"""How quickly the music steps back, comes back, and how long it waits before it does."""


def make_preview(
    picture: Picture,
    music: Path,
    path: Path,
    *,
    music_in: Fraction = Fraction(0),
    own_sound: bool = True,
    progress: Progress | None = None,
) -> Path:
    """Write the preview; its length is exactly the picture's. Returns `path`.

    A whole H.264 file as it is keeps its picture untouched (quick); any edit is encoded anew.
    Raises InputRefused, OutputFailed or Cancelled; then nothing is left behind.
    """
    progress = progress or Progress()
    progress.report("preview", 0.0)
    sound = preview_sound(picture, music, music_in=music_in, own_sound=own_sound)
    if is_whole_file(picture):
        _copy_picture(picture, sound, path, progress)
    else:
        try:
            canvas = canvas_for(picture, HEIGHT)
        except InputRefused:
            canvas = Canvas(HEIGHT * 16 // 9, HEIGHT)  # nothing to see, but music to hear
        with Sources() as sources, Film(path, picture.rate, canvas, Encoding(quality=21), sound=True) as film:
            frames = edited_frames(picture, canvas, sources)
            film.add_all(frames, sound, progress, "preview", expected=picture.frames)
    progress.report("preview", 1.0)
    return path


def preview_sound(
    picture: Picture, music: Path, *, music_in: Fraction = Fraction(0), own_sound: bool = True
) -> Iterator[Block]:
    """The music under the edit's own sound, in blocks that cover exactly the picture's samples."""
    samples = samples_for(picture.frames, picture.rate)
    score = _even_blocks(sound_blocks(music, music_in, samples))
    if not own_sound or not any(sound.role != "music" for sound in picture.sounds):
        yield from score
        return
    stepping = _SteppingBack()
    own_blocks = mix_sounds(picture, roles=("dialogue", "effects"), block=OWN_BLOCK)
    for own, under in zip(own_blocks, score, strict=True):
        yield _within_scale(own + under * stepping.gains(own, under)[:, None])


class _SteppingBack:
    """The gain of the music from moment to moment, by what is heard of it and of the own sound."""

    def __init__(self) -> None:
        self._gain, self._hold = 1.0, 0.0
        self._own, self._music = 0.0, 0.0
        """Levels that rise at once and fall slowly."""

    def gains(self, own: Block, music: Block) -> npt.NDArray[np.float32]:
        """One gain for each sample of the two blocks, without a step."""
        gains = np.empty(len(own), np.float32)
        for start in range(0, len(own), STEP):
            piece = own[start : start + STEP]
            seconds = len(piece) / SAMPLE_RATE
            target = self._target(_level(piece), _level(music[start : start + STEP]), seconds)
            pace = DOWN_SECONDS if target < self._gain else UP_SECONDS
            following = target + (self._gain - target) * math.exp(-seconds / pace)
            gains[start : start + len(piece)] = np.linspace(self._gain, following, len(piece), endpoint=False)
            self._gain = following
        return gains

    def _target(self, own: float, music: float, seconds: float) -> float:
        self._music = max(music, self._music * FALL**seconds)
        self._hold -= seconds
        if own > HEARD:  # between two words the last one counts
            self._own, self._hold = max(own, self._own * FALL**seconds), HOLD_SECONDS
        if self._hold <= 0 or self._music <= BELOW * self._own:
            return 1.0
        return max(UNDER, BELOW * self._own / self._music)


def _level(piece: Block) -> float:
    """Root mean square."""
    return float(np.sqrt(np.mean(np.square(piece, dtype=np.float64))))


def is_whole_file(picture: Picture) -> bool:
    """Whether the picture is one H.264 file from its first to its last frame, as it is."""
    if len(picture.spans) != 1 or picture.opening_fade_frames or picture.closing_fade_frames:
        return False
    (span,) = picture.spans
    if span.media is None or span.kind != "clip" or span.speed != 1 or span.source_in != 0 or span.image_rate:
        return False
    video = probe(span.media).main_video
    if video is None or video.codec != "h264" or video.variable_rate or video.rate != picture.rate:
        return False
    return video.frames == picture.frames and _plays_anywhere(span.media, video.index)


def _plays_anywhere(media: Path, index: int) -> bool:
    """Whether browsers show the stream: 8 bits, 4:2:0."""
    with closing(av.open(f"file:{media}", options=OPEN_OPTIONS, metadata_errors="replace")) as container:
        return cast("VideoStream", container.streams[index]).pix_fmt in ("yuv420p", "yuvj420p")


def _copy_picture(picture: Picture, sound: Iterator[Block], path: Path, progress: Progress) -> None:
    """The file's own picture packets with the new sound."""
    media = picture.spans[0].media
    assert media is not None
    part = part_of(path)
    try:
        with closing(av.open(f"file:{media}", options=OPEN_OPTIONS, metadata_errors="replace")) as source:
            out = av.open(f"file:{part}", "w", format="mp4", options={"movflags": "+faststart"})
            try:
                _remux(source, out, picture, sound, progress)
            except BaseException:
                with suppress(av.error.FFmpegError, OSError, ValueError):
                    out.close()
                raise
            out.close()
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except (av.error.FFmpegError, OSError) as error:
        raise write_failure(path, error) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _remux(
    source: InputContainer, out: OutputContainer, picture: Picture, sound: Iterator[Block], progress: Progress
) -> None:
    video = probe(picture.spans[0].media or Path()).main_video
    assert video is not None
    seen = cast("VideoStream", source.streams[video.index])
    shown, heard = out.add_stream_from_template(seen), sound_stream(out)
    start, tick = seen.start_time or 0, Fraction(seen.time_base or 1)
    samples, told = 0, 0.0
    for packet in source.demux(seen):
        progress.check()
        if packet.dts is None or packet.pts is None:  # the end mark of the stream
            continue
        packet.pts, packet.dts, packet.stream = packet.pts - start, packet.dts - start, shown
        reached = packet.pts * tick
        out.mux(packet)
        while samples < reached * SAMPLE_RATE and (block := next(sound, None)) is not None:
            out.mux(heard.encode(sound_frame(block, samples)))
            samples += len(block)
        if time.monotonic() - told > 0.2:
            told = time.monotonic()
            progress.report("preview", min(1.0, float(reached / picture.seconds)))
    for block in sound:
        progress.check()
        out.mux(heard.encode(sound_frame(block, samples)))
        samples += len(block)
    out.mux(heard.encode(None))


def _even_blocks(blocks: Iterator[Block]) -> Iterator[Block]:
    """The same samples in blocks of one length, as `mix_sounds` cuts them."""
    rest = np.zeros((0, 2), np.float32)
    for block in blocks:
        rest = np.concatenate([rest, block])
        while len(rest) >= OWN_BLOCK:
            yield rest[:OWN_BLOCK]
            rest = rest[OWN_BLOCK:]
    if len(rest):
        yield rest


def _within_scale(block: Block) -> Block:
    """Rounds off what would pass full scale; below −2 dB nothing changes."""
    knee = np.float32(0.8)
    over = np.abs(block) - knee
    rounded = np.copysign(knee + (1 - knee) * np.tanh(over / (1 - knee)), block)
    return np.where(over > 0, rounded, block).astype(np.float32)
