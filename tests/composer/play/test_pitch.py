"""Every instrument is in tune: its notes' pitch by Fourier transform, whatever recording they come from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cutscore_composer.instruments.pack import load_pack
from cutscore_composer.write.composition import Note, Part

RATE = 48_000
SECONDS = 2.4


def cases() -> list[tuple[str, str]]:
    """Every pitched instrument that is played from recordings, with each articulation that has some of its own."""
    found = []
    for name, instrument in load_pack().instruments.items():
        seen: set[object] = set()
        for word, articulation in instrument.articulations.items():
            if articulation.sfz is not None and articulation.sfz not in seen and not instrument.keys:
                seen.add(articulation.sfz)
                found.append((name, word))
    return found


def cents_off(audio: np.ndarray, pitch: int, partials: int) -> float:
    """Cents from equal temperament: where the power within ±45 cents of each low partial balances."""
    mono = audio.mean(axis=1)
    size = 1 << 19
    power = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), size)) ** 2
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    root = 440 * 2 ** ((pitch - 69) / 12)
    offs, weights = [], []
    for partial in range(1, partials + 1):
        cents = 1200 * np.log2(np.maximum(hertz, 1.0) / (partial * root))
        near = np.abs(cents) < 45
        offs.append((cents[near] * power[near]).sum() / power[near].sum())
        weights.append(np.sqrt(power[near].sum()))
    return float(np.average(offs, weights=weights))


@pytest.mark.parametrize(("name", "articulation"), cases())
def test_grid_of_keys_is_in_tune(make_cue: Callable, played: Callable, name: str, articulation: str) -> None:
    """Keys all over the comfortable range are within 10 cents of equal temperament (rough strings: 14, short: 12)."""
    instrument = load_pack().instruments[name]
    low, high = instrument.comfortable
    pitches = list(range(low, high + 1, 3))
    notes = [Note(i * SECONDS + 0.2, 2.0, pitch, 84, articulation) for i, pitch in enumerate(pitches)]
    audio = played(make_cue([Part("melody", name, tuple(notes))], len(pitches) * SECONDS + 0.5))
    partials = 1 if instrument.channel in ("percussion", "mallets") else 4
    begin, heard = (0.02, 0.5) if articulation in ("staccato", "pizzicato") else (0.12, 1.8)
    offs = {}
    for note in notes:
        first = round((note.beat + begin) * RATE)
        offs[note.pitch] = cents_off(audio[first : first + round(heard * RATE)], note.pitch, partials)
    allowed = {"tremolo": 14, "staccato": 12, "pizzicato": 12}.get(articulation, 10)
    assert {pitch: off for pitch, off in offs.items() if abs(off) > allowed} == {}
