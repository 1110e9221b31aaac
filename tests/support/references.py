"""Music of a known tempo and key to be followed: chords, bass, melody and drums of plain tones, and a metronome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Mono = npt.NDArray[np.float32]

TONICS = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_DARK = ("minor", "dorian", "phrygian")
_MAJOR, _MINOR = {0: 4, 2: 3, 4: 3, 5: 4, 7: 4, 9: 3}, {0: 3, 3: 4, 5: 3, 7: 4, 8: 4, 10: 4}
"""The thirds of the chords on each degree."""
_SCALES = {"major": (0, 2, 4, 5, 7, 9, 11), "minor": (0, 2, 3, 5, 7, 8, 10)}
PROGRESSIONS = {
    "major": ((0, 5, 7, 0), (0, 9, 5, 7), (0, 7, 9, 5), (0, 5, 0, 7, 9, 5, 7, 0)),
    "minor": ((0, 5, 7, 0), (0, 8, 3, 10), (0, 10, 8, 7), (0, 5, 10, 3, 8, 5, 7, 0)),
}


@dataclass(frozen=True)
class Tune:
    """What a reference is made of."""

    bpm: float
    tonic: int
    mode: Literal["major", "minor"]
    progression: int = 0
    drums: bool = False
    metre: int = 4
    cents: float = 0.0
    seed: int = 0

    @property
    def key(self) -> str:
        """As a judge says it."""
        return f"{TONICS[self.tonic]} {self.mode}"


def tune_sound(tune: Tune, seconds: float, rate: int) -> Mono:
    """A chord on every beat, a bass, now and then a tone of the scale between; with drums if wanted."""
    random = np.random.default_rng(tune.seed)
    made = np.zeros(int((seconds + 3) * rate))
    beat = 60 / tune.bpm
    row = PROGRESSIONS[tune.mode][tune.progression]
    for number in range(int(seconds / beat) + 1):
        degree = row[number // tune.metre % len(row)]
        third = (_MAJOR if tune.mode == "major" else _MINOR)[degree]
        for step in (0, third, 7):
            _add(made, number * beat, _tone(_hertz(tune, 60, degree + step), beat, rate), 0.12, rate)
        _add(made, number * beat, _tone(_hertz(tune, 36, degree), beat, rate), 0.2, rate)
        if random.random() < 0.5:
            step = int(random.choice(_SCALES[tune.mode]))
            _add(made, (number + 0.5) * beat, _tone(_hertz(tune, 72, step), beat / 2, rate), 0.15, rate)
        if tune.drums:
            if number % 2:
                _add(made, number * beat, _hiss(0.1, rate, random), 0.25, rate)
            else:
                _add(made, number * beat, _kick(rate), 0.5, rate)
            for place in (number, number + 0.5):
                _add(made, place * beat, _hiss(0.03, rate, random), 0.06, rate)
    return np.asarray(0.5 * made[: int(seconds * rate)], np.float32)


def metronome(bpm: float, seconds: float, rate: int) -> Mono:
    """Clicks of 1 kHz."""
    made = np.zeros(int((seconds + 1) * rate))
    t = np.arange(int(0.03 * rate)) / rate
    for at in np.arange(0, seconds, 60 / bpm):
        _add(made, float(at), np.sin(2 * np.pi * 1000 * t) * np.exp(-t / 0.008), 0.5, rate)
    return np.asarray(made[: int(seconds * rate)], np.float32)


def tempo_relation(bpm: float, meant: float) -> str:
    """ "same", "octave" (half, double), or "other", within 4 %."""
    for ratio, name in ((1.0, "same"), (2.0, "octave"), (0.5, "octave")):
        if abs(bpm * ratio / meant - 1) <= 0.04:
            return name
    return "other"


def key_relation(key: str, meant: str) -> str:
    """ "equal", "relative" (the same tones), or "other"."""
    (tonic, dark), (meant_tonic, meant_dark) = _pitch(key), _pitch(meant)
    if (tonic, dark) == (meant_tonic, meant_dark):
        return "equal"
    shift = 3 if meant_dark else 9
    return "relative" if dark != meant_dark and (meant_tonic + shift) % 12 == tonic else "other"


def _pitch(key: str) -> tuple[int, bool]:
    tonic, mode = key.split()
    return TONICS.index(tonic), mode in _DARK


def _hertz(tune: Tune, base: int, step: int) -> float:
    pitch = base + (tune.tonic + step) % 12
    return float(440 * 2 ** ((pitch - 69 + tune.cents / 100) / 12))


def _tone(hertz: float, seconds: float, rate: int) -> npt.NDArray[np.float64]:
    t = np.arange(int(seconds * rate)) / rate
    parts = ((1, 1.0), (2, 0.5), (3, 0.35), (4, 0.25), (5, 0.2), (6, 0.12))
    sines = [level * np.sin(2 * np.pi * hertz * number * t) for number, level in parts if hertz * number < rate / 2]
    return np.asarray(np.sum(sines, axis=0) * np.exp(-t / 0.5) * np.minimum(1, (seconds - t) / 0.01))


def _hiss(seconds: float, rate: int, random: np.random.Generator) -> npt.NDArray[np.float64]:
    t = np.arange(int(seconds * rate)) / rate
    return np.asarray(random.standard_normal(len(t)) * np.exp(-t / (seconds / 5)))


def _kick(rate: int) -> npt.NDArray[np.float64]:
    t = np.arange(int(0.2 * rate)) / rate
    return np.asarray(np.sin(2 * np.pi * (50 * t + 1.5 * (1 - np.exp(-t / 0.05)))) * np.exp(-t / 0.08))


def _add(made: npt.NDArray[np.float64], at: float, sound: npt.NDArray[np.float64], level: float, rate: int) -> None:
    first = round(at * rate)
    last = min(len(made), first + len(sound))
    made[first:last] += level * sound[: last - first]
