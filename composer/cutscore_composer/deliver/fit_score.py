"""The fit score: how well a piece fits its picture, 0 to 100, with the reasons, so that takes can be ranked.

>>> fit = fit_score(read_cue(path), audio)                       # doctest: +SKIP
>>> print(fit.score, fit.reasons[0].said)                        # doctest: +SKIP
93.1 18 of 18 moments are met within -10 to +60 ms, 14 of them on the beat
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cutscore_composer.cue import Cue, CueHit

_EARLY_MS, _LATE_MS = -10.0, 60.0
_ON: dict[str, float] = {"downbeat": 1.0, "beat": 0.92, "eighth": 0.8, "free": 0.6}
"""What a hit is worth by where in the music it falls: the metre is to carry it, not to be torn by it."""
_WEIGHTS: dict[str, float] = {"hits": 5.0, "arc": 3.0, "climax": 1.0, "tempo": 1.0, "speech": 2.0, "turns": 1.5}
_LEVEL_HZ = 10
_BORDER_SECONDS = 0.7


@dataclass(frozen=True, slots=True)
class Reason:
    """One side of the fit: its share (0 to 1) and what it means, in a sentence."""

    name: str
    share: float
    said: str


@dataclass(frozen=True, slots=True)
class FitScore:
    """The score, 0 to 100, and what it is made of; a side that the picture does not ask for is not counted."""

    score: float
    reasons: tuple[Reason, ...]


def fit_score(cue: Cue, audio: Path) -> FitScore | None:
    """The fit of a piece to its picture by its cue file and its sound; None where the cue does not tell (a server's).

    Raises InputRefused when the sound cannot be read.
    """
    if not cue.beats or not cue.sections:
        return None
    level = _level(audio, cue)
    sides = (_hits(cue), _arc(cue, level), _climax(cue, level), _tempo(cue), _speech(cue, level), _turns(cue))
    reasons = tuple(side for side in sides if side is not None)
    total = sum(_WEIGHTS[reason.name] for reason in reasons)
    score = sum(_WEIGHTS[reason.name] * reason.share for reason in reasons) / total
    return FitScore(round(100 * score, 1), reasons)


def _hits(cue: Cue) -> Reason | None:
    if not cue.hits:
        return None
    met = [hit for hit in cue.hits if _EARLY_MS <= hit.error_ms <= _LATE_MS]
    worth = sum(hit.weight * _worth(hit) for hit in met) / max(1e-9, sum(hit.weight for hit in cue.hits))
    on = sum(hit.on in ("downbeat", "beat") for hit in met)
    said = f"{len(met)} of {len(cue.hits)} moments are met within -10 to +60 ms, {on} of them on the beat"
    return Reason("hits", round(worth, 4), said)


def _worth(hit: CueHit) -> float:
    return _ON[hit.on] * (1.0 if abs(hit.error_ms) <= 20 else 0.9)


def _arc(cue: Cue, level: npt.NDArray[np.float64]) -> Reason | None:
    """Whether the music is loud where the picture is strong: rank correlation over the sections."""
    if len(cue.sections) < 3:
        return None
    energies = np.array([section.energy for section in cue.sections])
    levels = np.array([_mean_level(level, section.start, section.end) for section in cue.sections])
    if np.ptp(energies) < 0.05:
        return None
    r = float(np.corrcoef(_ranks(energies), _ranks(levels))[0, 1])
    return Reason(
        "arc", round((r + 1) / 2, 4), f"loudness follows the picture's energy with a rank correlation of {r:.2f}"
    )


def _climax(cue: Cue, level: npt.NDArray[np.float64]) -> Reason | None:
    if len(cue.sections) < 2:
        return None
    strongest = max(cue.sections, key=lambda section: section.energy)
    top = float(np.argmax(_smoothed(level))) / _LEVEL_HZ
    inside = strongest.start - 1 <= top <= strongest.end + 1
    far = 0.0 if inside else min(abs(top - strongest.start), abs(top - strongest.end)) / max(cue.duration, 1e-9)
    said = "the loudest moment lies in the strongest section"
    return Reason(
        "climax", round(1 - min(1.0, far * 2), 4), said if inside else f"the loudest moment lies at {top:.1f} s"
    )


def _tempo(cue: Cue) -> Reason | None:
    if cue.tempo is None or not cue.tempo.map:
        return None
    speeds = np.array([point.bpm for point in cue.tempo.map])
    bend = float(np.abs(speeds / np.median(speeds) - 1).max())
    return Reason("tempo", round(1 - min(1.0, bend / 0.12), 4), f"the beat bends by {100 * bend:.1f} % at most")


def _speech(cue: Cue, level: npt.NDArray[np.float64]) -> Reason | None:
    """Whether the music steps back under speech, against the same music elsewhere."""
    spoken = np.zeros(len(level), bool)
    for stretch in cue.speech:
        spoken[int(stretch.start * _LEVEL_HZ) : int(stretch.end * _LEVEL_HZ) + 1] = True
    if spoken.sum() < _LEVEL_HZ or (~spoken).sum() < _LEVEL_HZ:
        return None
    below = float(np.median(level[~spoken]) - np.median(level[spoken]))
    return Reason(
        "speech", round(min(1.0, max(0.0, below / 4)), 4), f"the music lies {below:.1f} dB lower under speech"
    )


def _turns(cue: Cue) -> Reason | None:
    """Whether harmony turns where the picture does: a chord begins at the sections' borders."""
    borders = [section.start for section in cue.sections[1:]]
    if not borders or not cue.chords:
        return None
    chords = np.array([chord.time for chord in cue.chords])
    met = sum(bool(np.abs(chords - border).min() <= _BORDER_SECONDS) for border in borders)
    return Reason("turns", met / len(borders), f"the harmony turns at {met} of {len(borders)} borders of sections")


def _level(audio: Path, cue: Cue) -> npt.NDArray[np.float64]:
    """Level in dB of every tenth of a second of the picture."""
    from cutscore_composer.mix.loudness import decoded

    step = cue.sample_rate // _LEVEL_HZ
    head = round(cue.handle_frames[0] * cue.samples / max(1, cue.frames))
    powers: list[float] = []
    rest = np.zeros(0, np.float32)
    skip = head
    for block in decoded(audio):
        mono = block.mean(axis=1)
        taken, skip = mono[skip:], max(0, skip - len(mono))
        rest = np.concatenate([rest, taken])
        whole = len(rest) // step
        powers += [float(x) for x in (rest[: whole * step].reshape(whole, step).astype(np.float64) ** 2).mean(axis=1)]
        rest = rest[whole * step :]
    powers = powers[: max(1, round(cue.duration * _LEVEL_HZ))] or [0.0]
    return np.asarray(10 * np.log10(np.array(powers) + 1e-8))


def _mean_level(level: npt.NDArray[np.float64], start: float, end: float) -> float:
    piece = level[int(start * _LEVEL_HZ) : max(int(start * _LEVEL_HZ) + 1, int(end * _LEVEL_HZ))]
    return float(10 * np.log10(np.mean(10 ** (piece / 10)))) if piece.size else -80.0


def _smoothed(level: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Short-term (3 s) level."""
    size = min(len(level), 3 * _LEVEL_HZ)
    return np.asarray(np.convolve(10 ** (level / 10), np.ones(size) / size, mode="same"))


def _ranks(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(np.argsort(np.argsort(values, kind="stable"), kind="stable"), np.float64)
