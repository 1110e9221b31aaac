"""Whole length: a WAV that ends with the last whole frame is made as long as the videos, to the sample."""

from __future__ import annotations

import wave
from fractions import Fraction
from pathlib import Path

from cutscore_composer.timebase import SAMPLE_RATE, round_half_up

_BLOCK_SAMPLES = 1 << 16


def lengthened(wav: Path, seconds: Fraction) -> Path:
    """`wav`, or a copy of it that ends with the silence that is missing: less than a frame of picture."""
    with wave.open(str(wav)) as source:
        missing = round_half_up(seconds * SAMPLE_RATE) - source.getnframes()
        if missing <= 0:
            return wav
        longer = wav.with_name(f"long-{wav.name}")
        with wave.open(str(longer), "wb") as target:
            target.setparams(source.getparams())
            while block := source.readframes(_BLOCK_SAMPLES):
                target.writeframes(block)
            target.writeframes(bytes(missing * source.getsampwidth() * source.getnchannels()))
    return longer
