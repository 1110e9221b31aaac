"""Which key the written notes are in, by their weight: four published key profiles asked together.

The profiles are those of Krumhansl and Kessler (1982), Temperley (2007, Kostka-Payne), Aarden and Essen (2003) and
Bellman and Budge (2005); the key is the one with the largest sum of correlations (Krumhansl and Schmuckler's way).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from cutscore_composer.write.composition import Composition
from cutscore_composer.write.ensemble import sound_pack

_NAMES = ("C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")
_MINOR = ("minor", "dorian", "phrygian")
_PROFILES = {
    "major": (
        (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
        (0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057, 0.400),
        (17.77, 0.15, 14.93, 0.16, 19.80, 11.36, 0.29, 22.06, 0.15, 8.15, 0.23, 4.95),
        (16.80, 0.86, 12.95, 1.41, 13.49, 11.93, 1.25, 20.28, 1.80, 8.04, 0.62, 10.57),
    ),
    "minor": (
        (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
        (0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133, 0.330),
        (18.26, 0.74, 14.05, 16.86, 0.70, 14.44, 0.70, 18.62, 4.57, 1.93, 7.38, 1.76),
        (18.16, 0.69, 12.99, 13.34, 1.07, 11.15, 1.38, 21.07, 7.49, 1.53, 0.92, 10.21),
    ),
}


def home_of(music: Composition) -> str:
    """The key that the music was asked to be in, as judges of keys say it: "D minor" for D dorian."""
    key = music.brief.key
    return f"{_NAMES[key.pitch_class]} {'minor' if key.mode in _MINOR else 'major'}"


def key_of_notes(music: Composition) -> str:
    """The key of all pitched notes, each as heavy as it is long and loud: "D minor"."""
    weights = _weights(music)
    scores = {
        f"{_NAMES[tonic]} {mode}": sum(float(np.corrcoef(weights, np.roll(profile, tonic))[0, 1]) for profile in rows)
        for mode, rows in _PROFILES.items()
        for tonic in range(12)
    }
    return max(scores, key=lambda name: scores[name])


def tonic_share(music: Composition) -> float:
    """The share of the time up to the final beat in which a chord on the home tonic sounds."""
    home = music.brief.key.pitch_class
    ends = [chord.beat for chord in music.chords[1:]] + [music.final_beat]
    pairs = zip(music.chords, ends, strict=True)
    on_tonic = sum(min(end, music.final_beat) - chord.beat for chord, end in pairs if chord.tones[0] == home)
    return on_tonic / (music.final_beat - music.chords[0].beat)


def _weights(music: Composition) -> npt.NDArray[np.float64]:
    weights = np.zeros(12)
    for part in music.parts:
        player = sound_pack()[part.instrument]
        if player.keys or player.channel in ("fx", "kit", "percussion"):
            continue
        for note in part.notes:
            weights[note.pitch % 12] += note.beats * note.velocity
    return weights
