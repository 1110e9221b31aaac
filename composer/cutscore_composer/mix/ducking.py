"""Ducking: how far the music is drawn down under the edit's own dialogue, as keyframes, from measured loudness.

    >>> loud = dialogue_loudness(picture, spotting.speech, progress)         # doctest: +SKIP
    >>> points = duck_curve(loud, music_levels(master, speech), speech)      # doctest: +SKIP
    >>> render_with_gain(master, points, folder / "film.ducked.wav")         # doctest: +SKIP

Loudness is that of ITU-R BS.1770 with its gates, the dialogue's measured on the ranges of speech alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cutscore_composer.engine import Progress
from cutscore_composer.media.sound import mix_sounds
from cutscore_composer.mix.gain_points import Points, gain_at, joined_ranges, under
from cutscore_composer.mix.loudness import SILENCE_DB, Meter, decoded
from cutscore_composer.picture import Picture, SoundRole
from cutscore_composer.timebase import SAMPLE_RATE

Audio = npt.NDArray[np.float32]

UNDER_LU = 18.0
"""How far music lies below the dialogue while somebody speaks: 12 is a fight, 24 is a gap."""
ELSEWHERE_LU = 6.0
"""And where nobody does."""
_TOLERANCE_LU = 3.0
_PEAK_DBTP = -1.0
_DEEPEST_DB = -40.0
_LEAST_SECONDS = 0.6
"""A range of speech that is shorter is measured with what stands around it."""


@dataclass(frozen=True, slots=True)
class MusicLevels:
    """Loudness of a master (LUFS; None is silence) under each joined range of speech, and outside of them."""

    under: tuple[float | None, ...]
    elsewhere: float | None
    dbtp: float


def dialogue_loudness(picture: Picture, speech: Sequence[tuple[int, int]], progress: Progress) -> float | None:
    """Integrated loudness (LUFS) of the edit's own dialogue on ranges of frames; None where there is none.

    The other sounds count where no sound is told to be dialogue. Raises Cancelled; InputRefused when a
    file changes while it is read.
    """
    told = {sound.role for sound in picture.sounds}
    roles: tuple[SoundRole, ...] = ("dialogue",) if "dialogue" in told else ("effects",)
    meter = Meter(peak=False)
    for first, last in speech:
        for block in mix_sounds(picture.section(first, last), roles=roles):
            progress.check()
            meter.add(block)
    found = meter.result().lufs
    return None if found <= SILENCE_DB else found


def music_levels(master: Path, speech: Iterable[tuple[float, float]], *, start_seconds: float = 0.0) -> MusicLevels:
    """How loud a master is under ranges of speech (seconds) and elsewhere.

    `start_seconds` is where the picture begins in the file. Raises InputRefused when it cannot be read.
    """
    ranges = [_widened(start, end) for start, end in joined_ranges(speech)]
    edges = [(round((a + start_seconds) * SAMPLE_RATE), round((b + start_seconds) * SAMPLE_RATE)) for a, b in ranges]
    outside, whole, inside = Meter(peak=False), Meter(), Meter(peak=False)
    levels: list[float | None] = []
    at = 0
    for block in decoded(master):
        whole.add(block)
        end, done = at + len(block), 0
        # One range after the other, and only one meter at a time: a film may have hundreds.
        while len(levels) < len(edges) and edges[len(levels)][0] < end:
            first, last = (min(max(0, edge - at), len(block)) for edge in edges[len(levels)])
            outside.add(block[done : max(done, first)])
            inside.add(block[max(done, first) : last])
            done = max(done, last)
            if edges[len(levels)][1] > end:
                break
            levels.append(_heard(inside))
            inside = Meter(peak=False)
        outside.add(block[done:])
        at = end
    levels += [_heard(inside) for _ in edges[len(levels) :][:1]]
    levels += [None] * (len(edges) - len(levels))
    return MusicLevels(tuple(levels), _heard(outside), whole.result().dbtp)


def duck_curve(dialogue_lufs: float, music: MusicLevels, speech: Iterable[tuple[float, float]]) -> Points:
    """Gain over time as (seconds, decibels) that puts the music under the dialogue.

    18 LU below it under each range of speech (music that is quieter by itself is not drawn up by more than
    the tolerance asks), 6 LU below it elsewhere, and never so far up that the master would clip.
    """
    ranges = joined_ranges(speech)
    headroom = _PEAK_DBTP - music.dbtp
    measured = [level for level in (music.elsewhere, *music.under) if level is not None]
    if not ranges or not measured:
        return ()
    outside = music.elsewhere if music.elsewhere is not None else max(measured)
    around = min(headroom, dialogue_lufs - ELSEWHERE_LU - outside)
    points: list[tuple[float, float]] = []
    for (start, end), level in zip(ranges, music.under, strict=True):
        wanted = around - (UNDER_LU - ELSEWHERE_LU) if level is None else dialogue_lufs - UNDER_LU - level
        depth = min(wanted, headroom, max(around, wanted - _TOLERANCE_LU / 2))
        points += under(start, end, around, max(_DEEPEST_DB, depth))
    return tuple((round(at, 3), round(level, 2)) for at, level in points)


def render_with_gain(
    master: Path,
    points: Sequence[tuple[float, float]],
    out: Path,
    *,
    start_seconds: float = 0.0,
    time_reference_samples: int = 0,
    description: str = "",
) -> None:
    """Write a master with a gain over time, straight in decibels between `points`, as a 24-bit WAV.

    `start_seconds` is where the picture, whose seconds the points count, begins in the file.
    Raises InputRefused when the master cannot be read, OutputFailed when `out` cannot be written.
    """
    from cutscore_composer.deliver.wav import write_wav

    moved = tuple((at + start_seconds, level) for at, level in points)
    write_wav(
        out,
        _with_gain(master, moved),
        samples=sum(len(block) for block in decoded(master)),
        time_reference_samples=time_reference_samples,
        description=description,
    )


def _with_gain(master: Path, points: Points) -> Iterator[Audio]:
    at = 0
    for block in decoded(master):
        yield block * gain_at(points, at, len(block), SAMPLE_RATE)[:, None]
        at += len(block)


def _widened(start: float, end: float) -> tuple[float, float]:
    missing = max(0.0, _LEAST_SECONDS - (end - start)) / 2
    return start - missing, end + missing


def _heard(meter: Meter) -> float | None:
    lufs = meter.result().lufs
    return None if lufs <= SILENCE_DB else lufs
