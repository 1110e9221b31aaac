"""Audio as a server would send it, made here: a chord in any of the contract's formats."""

from __future__ import annotations

import io

import av
import numpy as np
import numpy.typing as npt

from cutscore_composer.contract import OutputFormat, output_format

_CODECS = {"mp3": "libmp3lame", "pcm": "pcm_s16le", "ulaw": "pcm_mulaw", "alaw": "pcm_alaw", "opus": "libopus"}
_CONTAINERS = {"mp3": "mp3", "pcm": "s16le", "ulaw": "mulaw", "alaw": "alaw", "opus": "ogg"}


def chord(seconds: float, rate: int, channels: int = 2) -> npt.NDArray[np.float32]:
    """(n, channels): 440 Hz on the left, 660 Hz on the right, amplitude 0.25."""
    t = np.arange(round(seconds * rate)) / rate
    sides = [0.25 * np.sin(2 * np.pi * f * t) for f in (440.0, 660.0)]
    return np.stack(sides[:channels], axis=1).astype(np.float32)


def encoded(name: str, seconds: float, channels: int = 2, metadata: dict[str, str] | None = None) -> bytes:
    """A chord in an output format of the contract, as the bytes of an answer."""
    form = output_format(name)
    samples = np.ascontiguousarray(np.round(chord(seconds, form.sample_rate, channels) * 32767).astype(np.int16))
    file = io.BytesIO()
    with av.open(file, "w", format=_CONTAINERS[form.codec]) as container:
        if metadata:
            container.metadata.update(metadata)
        layout = "stereo" if channels == 2 else "mono"
        stream = container.add_stream(_CODECS[form.codec], rate=form.sample_rate, layout=layout)
        if form.kilobits:
            stream.bit_rate = form.kilobits * 1000
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), format="s16", layout=layout)
        frame.sample_rate = form.sample_rate
        for packet in [*_encode(stream, frame, form, layout), *stream.encode(None)]:
            container.mux(packet)
    return file.getvalue()


def _encode(stream: av.AudioStream, frame: av.AudioFrame, form: OutputFormat, layout: str) -> list[av.Packet]:
    packets = []
    resampler = av.AudioResampler(
        format=stream.codec_context.format, layout=layout, rate=form.sample_rate,
        frame_size=stream.codec_context.frame_size or 0,
    )  # fmt: skip
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        packets += stream.encode(piece)
    return packets
