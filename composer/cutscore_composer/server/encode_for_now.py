"""Encoding until cutscore_composer.encode is there: the master as one of the contract's formats."""

from __future__ import annotations

from pathlib import Path

import av

from cutscore_composer.contract import OutputFormat
from cutscore_composer.engine import Progress

_CODECS = {"mp3": "libmp3lame", "opus": "libopus", "pcm": "pcm_s16le", "ulaw": "pcm_mulaw", "alaw": "pcm_alaw"}
_CONTAINERS = {"mp3": "mp3", "opus": "ogg", "pcm": "s16le", "ulaw": "mulaw", "alaw": "alaw"}


def encode(wav: Path, target: Path, form: OutputFormat, progress: Progress) -> None:
    """Write `wav` to `target` as `form`."""
    with av.open(str(wav)) as source, av.open(str(target), "w", format=_CONTAINERS[form.codec]) as out:
        stream = out.add_stream(_CODECS[form.codec], rate=form.sample_rate)
        stream.layout = "mono" if form.codec in ("ulaw", "alaw") else "stereo"  # type: ignore[union-attr]
        if form.kilobits:
            stream.bit_rate = form.kilobits * 1000
        resampler = av.AudioResampler(
            stream.format.name,  # type: ignore[union-attr]
            stream.layout,  # type: ignore[union-attr]
            form.sample_rate,
            frame_size=stream.codec_context.frame_size or None,  # type: ignore[arg-type]
        )
        for frame in source.decode(audio=0):
            progress.check()
            for piece in resampler.resample(frame):
                out.mux(stream.encode(piece))  # type: ignore[arg-type]
        for piece in resampler.resample(None):
            out.mux(stream.encode(piece))  # type: ignore[arg-type]
        out.mux(stream.encode(None))
