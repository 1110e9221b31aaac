"""An engine for tests of the server: a tone as long as the picture, at once, or what its description tells it to do."""

from __future__ import annotations

import ctypes
import time
from fractions import Fraction

import numpy as np

from cutscore_composer.cue import cue_json, new_cue
from cutscore_composer.deliver.wav import write_wav
from cutscore_composer.engine import Progress, Request
from cutscore_composer.errors import EngineFailed, InputRefused, OutputFailed
from cutscore_composer.music import Music, Stem
from cutscore_composer.timebase import samples_for


def tone(seed: int, samples: int) -> np.ndarray:
    """What is heard: stereo, at a pitch that the seed decides."""
    wave = 0.25 * np.sin(2 * np.pi * (200 + seed % 1000) * np.arange(samples) / 48000)
    return np.repeat(wave[:, None], 2, axis=1).astype(np.float32)


class ToneEngine:
    """Makes a tone."""

    name = "tone"
    version = "1"

    def score(self, request: Request, progress: Progress) -> Music:
        """The description may be: hang, deaf, crash, memory, fail, refuse, full, or "wait N" seconds."""
        word, _, number = (request.wishes.description or "").partition(" ")
        self._misbehave(word, number, progress)
        samples = samples_for(request.picture.frames, request.picture.rate)
        audio = request.folder / f"{request.stem}.wav"
        heard = tone(request.seed, samples)
        write_wav(audio, [heard], samples=samples)
        tracks, stems = [], []
        names = (["music", "effects"] if request.effects else []) + (["drums", "bass"] if request.stems else [])
        for name in names:
            file = request.folder / f"{request.stem}.{name}.wav"
            write_wav(file, [heard / 2], samples=samples)
            (tracks if name in ("music", "effects") else stems).append(Stem(name, file))
        cue = new_cue("tone", request.picture.rate, request.picture.frames, samples, seed=request.seed)
        cue_file = request.folder / f"{request.stem}.cue.json"
        cue_file.write_text(cue_json(cue), encoding="utf-8")
        return Music(audio, cue, cue_file, stems=tuple(stems), tracks=tuple(tracks))

    def _misbehave(self, word: str, number: str, progress: Progress) -> None:
        if word == "hang":
            while True:
                progress.report("play", 0.5)
                time.sleep(0.02)
        if word == "wait":
            end = time.monotonic() + float(Fraction(number))
            while time.monotonic() < end:
                progress.report("play", 0.5)
                time.sleep(0.01)
        if word == "deaf":
            time.sleep(600)
        if word == "crash":
            ctypes.string_at(0)
        if word == "memory":
            self.held = bytearray(1 << 40)
        if word == "fail":
            raise EngineFailed("The far engine is down.")
        if word == "refuse":
            raise InputRefused("The video has nothing to see.")
        if word == "full":
            raise OutputFailed("The disk is full.")
        if word == "fault":
            raise RuntimeError("a secret detail")
