"""Loudness of music after EBU R 128: integrated loudness, true peak and loudness range, streaming.

    >>> measure(Path("music.wav"))                               # doctest: +SKIP
    Loudness(lufs=-16.0, dbtp=-1.1, lra=6.2)

The meter is FFmpeg's `ebur128` inside PyAV; memory stays flat whatever the length.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import av
import av.filter
import numpy as np
import numpy.typing as npt

from cutscore_composer.errors import InputRefused
from cutscore_composer.timebase import SAMPLE_RATE

SILENCE_DB = -100.0
"""What stands for minus infinity, so that figures stay numbers in files."""
_GATED = -70.0
"""The meter's reading when all is under its absolute gate or too short to measure (under 0.4 s)."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """Integrated loudness (LUFS), highest true peak (dBTP) and loudness range (LU)."""

    lufs: float
    """SILENCE_DB when there is nothing to measure: silence, or less than 0.4 s."""
    dbtp: float
    lra: float


class Meter:
    """Takes blocks of stereo audio and tells their loudness so far; half as fast with the true peak."""

    def __init__(self, sample_rate: int = SAMPLE_RATE, *, peak: bool = True) -> None:
        self._rate = sample_rate
        self._graph = av.filter.Graph()
        source = self._graph.add_abuffer(sample_rate=sample_rate, format="flt", layout="stereo", channels=2)
        meter = self._graph.add("ebur128", f"peak={'true' if peak else 'none'}:metadata=1:framelog=quiet")
        sink = self._graph.add("abuffersink")
        source.link_to(meter)
        meter.link_to(sink)
        self._graph.configure()
        self._position = 0
        self._facts: dict[str, str] = {}

    def add(self, block: npt.NDArray[np.float32]) -> None:
        """Measure on: a block (n, 2)."""
        if not len(block):
            return
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(block, np.float32).reshape(1, -1), format="flt", layout="stereo"
        )
        frame.sample_rate = self._rate
        frame.pts = self._position
        self._position += len(block)
        self._graph.push(frame)
        self._drain()

    def result(self) -> Loudness:
        """The loudness of all blocks; ends the measurement."""
        # The meter reckons in steps of 100 ms: silence completes the last step.
        self.add(np.zeros((-self._position % (self._rate // 10), 2), np.float32))
        self._graph.push(None)
        self._drain()
        lufs = float(self._facts.get("lavfi.r128.I", _GATED))
        peaks = [float(value) for key, value in self._facts.items() if key.startswith("lavfi.r128.true_peaks_ch")]
        return Loudness(
            lufs=lufs if math.isfinite(lufs) and lufs > _GATED else SILENCE_DB,
            dbtp=decibels(max(peaks, default=0.0)),
            lra=float(self._facts.get("lavfi.r128.LRA", 0.0)),
        )

    def _drain(self) -> None:
        while True:
            try:
                frame: Any = self._graph.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            self._facts.update(frame.metadata)


def measure(audio: Iterable[npt.NDArray[np.float32]] | Path, sample_rate: int = SAMPLE_RATE) -> Loudness:
    """The loudness of an audio file, or of blocks (n, 2) of float samples at `sample_rate`.

    Raises InputRefused when the file cannot be read as audio.
    """
    if isinstance(audio, Path):
        audio, sample_rate = decoded(audio, SAMPLE_RATE), SAMPLE_RATE
    meter = Meter(sample_rate)
    for block in audio:
        meter.add(block)
    return meter.result()


def decoded(path: Path, sample_rate: int = SAMPLE_RATE) -> Iterator[npt.NDArray[np.float32]]:
    """The first audio stream of a file as blocks (n, 2) at `sample_rate`; mono is given to both sides.

    Raises InputRefused when the file cannot be read as audio.
    """
    try:
        with av.open(str(path)) as container:
            if not container.streams.audio:
                raise InputRefused(f"{path} has no sound in it.")
            resampler = av.AudioResampler(format="flt", layout="stereo", rate=sample_rate)
            for frame in container.decode(audio=0):
                for piece in resampler.resample(frame):
                    yield _stereo(piece)
            for piece in resampler.resample(None):
                yield _stereo(piece)
    except (av.error.FFmpegError, OSError) as error:
        raise InputRefused(f"{path} cannot be read as audio: {error.strerror or error}.") from error


def decibels(amplitude: float) -> float:
    """Decibels of an amplitude; SILENCE_DB for none."""
    return max(SILENCE_DB, 20.0 * math.log10(amplitude)) if amplitude > 0.0 else SILENCE_DB


def _stereo(frame: av.AudioFrame) -> npt.NDArray[np.float32]:
    return frame.to_ndarray().astype(np.float32, copy=False).reshape(-1, 2)
