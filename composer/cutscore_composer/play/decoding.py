"""Recordings decoded by FFmpeg: of the sound pack, or of a user's own SFZ."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from cutscore_composer.errors import ConfigError, CutscoreError, OutputFailed
from cutscore_composer.instruments.pack import PACK_FOLDER

Audio = npt.NDArray[np.float32]

_DECODED_AHEAD_SECONDS = 0.5
"""So much more is decoded than asked for: the next note may be a little higher, or longer."""
_LONGEST_SECONDS = 60.0
"""Of a recording no more is kept: a held note goes on in its loop, and nothing struck rings longer."""


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording of the pack, or its beginning."""

    audio: Audio
    """(n, 2), or (n, 1) when both sides are alike."""
    rate: int
    whole: bool = True


def decode(path: Path, seconds: float | None = None) -> Recording:
    """A recording of the pack; at least its first `seconds` when the rest is not wanted."""
    wanted = math.inf if seconds is None else seconds + _DECODED_AHEAD_SECONDS
    fifo = av.AudioFifo()  # joins the packets' many small frames without Python's help
    whole = True
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise _unreadable(path, "holds no sound")
            rate = container.streams.audio[0].rate
            for frame in container.decode(audio=0):
                frame.pts = None  # they follow each other, whatever the container says
                fifo.write(frame)
                if fifo.samples > min(wanted, _LONGEST_SECONDS) * rate:
                    whole = wanted > _LONGEST_SECONDS
                    break
            joined = fifo.read()
    except (av.error.FFmpegError, OSError) as error:
        raise _unreadable(path, "cannot be read") from error
    if joined is None:
        raise _unreadable(path, "is empty")
    return Recording(_sides_of(joined), rate, whole)


def _sides_of(frame: av.AudioFrame) -> Audio:
    """(n, 1 or 2) float32, ±1, of whatever the decoder gave, packed or planar, whole numbers or not."""
    heard = frame.to_ndarray()
    channels = len(frame.layout.channels)
    if not frame.format.is_planar:
        heard = heard.reshape(-1, channels).T
    scale = {"u1": 1 / 128, "i2": 1 / 32768, "i4": 1 / 2147483648}.get(heard.dtype.str[1:], 1.0)
    planes = heard.astype(np.float32, copy=False)
    planes = (planes - 128 if heard.dtype == np.uint8 else planes) * np.float32(scale)
    return np.ascontiguousarray(planes[:2].T)


def _unreadable(path: Path, what: str) -> CutscoreError:
    """Whose fault it is: the pack's, or that of a recording that the user chose."""
    if path.resolve().is_relative_to(PACK_FOLDER.resolve()):
        return OutputFailed(f"The sound pack is damaged: {path} {what}; install Cutscore again.")
    return ConfigError(f"The recording {path} {what}; WAV, FLAC and Ogg Vorbis are played.")
