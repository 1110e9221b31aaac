"""Mixes stems to the master: first pass to a tape and a meter, second through the limiter to the wanted loudness.

>>> mixed = mix(composition, play(composition, progress), folder, progress)    # doctest: +SKIP
>>> mixed.loudness.lufs                                                        # doctest: +SKIP
-16.0
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cutscore_composer.deliver.wav import write_wav
from cutscore_composer.engine import Progress
from cutscore_composer.mix.desk import Desk
from cutscore_composer.mix.hall import PARTITION
from cutscore_composer.mix.limiter import limited
from cutscore_composer.mix.loudness import SILENCE_DB, Loudness, Meter
from cutscore_composer.mix.tape import Tape
from cutscore_composer.music import Stem
from cutscore_composer.plan.style import MixHints
from cutscore_composer.timebase import SAMPLE_RATE, samples_for
from cutscore_composer.write.composition import Composition

Audio = npt.NDArray[np.float32]

PEAK_COLUMNS = 2400
_PASSES = 6
_LOUDNESS_TOLERANCE = 0.1
_STEM_PEAK = 0.99
_LONGEST_FADE = 0.25
"""Of the cue."""
_FADE_SECONDS = {"ring": 1.0, "button": 0.35, "fade": 5.0}


@dataclass(frozen=True, slots=True)
class Mixed:
    """The master and what is known of it."""

    audio: Path
    samples: int
    sample_rate: int
    loudness: Loudness
    peaks: npt.NDArray[np.float32]
    """(PEAK_COLUMNS or fewer, 2): lowest and highest sample of both sides in equal stretches of the cue."""
    stems: tuple[Stem, ...] = ()
    stems_db: float = 0.0
    """What all stem files are lowered by, where one of them would clip: stems have no limiter."""


def mix(
    composition: Composition,
    blocks: Iterable[Mapping[str, Audio]],
    folder: Path,
    progress: Progress,
    *,
    name: str = "music",
    loudness_lufs: float = -16.0,
    peak_dbtp: float = -1.0,
    stems: bool = False,
    samples: int | None = None,
    sample_rate: int = SAMPLE_RATE,
    time_reference_samples: int = 0,
    description: str = "",
    created: datetime | None = None,
    duck: Sequence[tuple[float, float]] = (),
) -> Mixed:
    """Mix `blocks` of stems (as `play` yields them) to `folder/name.wav`, exactly `samples` long.

    `duck` is a gain over time as (seconds, decibels) points, see `duck_under`. With `stems` each stem is
    written as `name.STEM.wav`; they sum to the master before its limiter, all of them lowered by `Mixed.stems_db`
    where one would clip. Silence stays silence.

    Raises OutputFailed when the disk is full or read-only, Cancelled when the work was stopped.
    """
    total = samples_for(composition.frames, composition.rate, sample_rate) if samples is None else samples
    envelope = _Envelope(composition, total, sample_rate, duck)
    hints = MixHints.model_validate(composition.brief.style_data.get("mix", {}))

    def write(path: Path, audio: Iterable[Audio]) -> Path:
        write_wav(
            path,
            audio,
            samples=total,
            sample_rate=sample_rate,
            time_reference_samples=time_reference_samples,
            description=description,
            created=created,
        )
        return path

    with ExitStack() as closing:
        bus, master = (closing.enter_context(Tape(folder)) for _ in range(2))
        apart: dict[str, Tape] = {}
        loudest = 0.0
        meter = Meter(sample_rate, peak=False)
        for parts in _mixed(blocks, envelope, total, sample_rate, apart=stems, hints=hints):
            progress.report("mix", 0.7 * bus.samples / max(1, total))
            whole = sum(parts.values(), np.zeros_like(next(iter(parts.values()))))
            bus.write(whole)
            meter.add(whole)
            for key, part in parts.items() if stems else ():
                if key not in apart:
                    apart[key] = closing.enter_context(Tape(folder))
                apart[key].write(part)
                loudest = max(loudest, float(np.abs(part).max(initial=0.0)))
        gain, loudness = _mastered(bus, master, meter.result(), loudness_lufs, peak_dbtp, sample_rate, progress)
        lowered = min(1.0, _STEM_PEAK / (loudest * gain)) if loudest else 1.0
        stem_gain = np.float32(gain * lowered)
        files = tuple(
            Stem(key, write(folder / f"{name}.{key}.wav", (block * stem_gain for block in tape.blocks())))
            for key, tape in apart.items()
        )
        audio = write(folder / f"{name}.wav", master.blocks())
        progress.report("mix", 1.0)
        return Mixed(audio, total, sample_rate, loudness, _peaks(master), files, 20 * math.log10(lowered))


def duck_under(speech: Iterable[tuple[float, float]], depth_db: float = -4.0) -> tuple[tuple[float, float], ...]:
    """Gain points for `mix`: gently down under ranges of speech (seconds, in order), up again after them.

    Ranges less than 1.5 s apart are one: music that pumps between words is worse than music that waits.
    """
    joined: list[tuple[float, float]] = []
    for start, end in sorted(speech):
        if joined and start - joined[-1][1] < 1.5:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    points: list[tuple[float, float]] = []
    for start, end in joined:
        points += [(start - 0.5, 0.0), (start - 0.05, depth_db), (end + 0.2, depth_db), (end + 1.1, 0.0)]
    return tuple(points)


def _mixed(
    blocks: Iterable[Mapping[str, Audio]], envelope: _Envelope, total: int, rate: int, *, apart: bool, hints: MixHints
) -> Iterator[dict[str, Audio]]:
    """What the stems are on the bus, with the duck and the last fade; `total` samples in all."""
    desk: Desk | None = None
    done = 0
    for partition in _partitions(blocks, total):
        desk = desk or Desk(tuple(partition), rate, apart=apart, hints=hints)
        size = min(PARTITION, total - done)
        gain = envelope.gain(done, size)[:, None]
        yield {key: block[:size] * gain for key, block in desk.mixed(partition).items()}
        done += size


def _partitions(blocks: Iterable[Mapping[str, Audio]], total: int) -> Iterator[dict[str, Audio]]:
    """The stems in partitions of the hall's size, as many as `total` needs; short input goes on in silence."""
    waiting: dict[str, Audio] = {}
    given = 0
    for block in blocks:
        waiting = {key: np.concatenate([waiting[key], part]) if waiting else part for key, part in block.items()}
        while waiting and len(next(iter(waiting.values()))) >= PARTITION and given < total:
            yield {key: part[:PARTITION] for key, part in waiting.items()}
            waiting = {key: part[PARTITION:] for key, part in waiting.items()}
            given += PARTITION
    while given < total:
        yield {key: _filled(part) for key, part in waiting.items()}
        waiting = {key: part[PARTITION:] for key, part in waiting.items()}
        given += PARTITION


def _filled(part: Audio) -> Audio:
    partition = np.zeros((PARTITION, 2), np.float32)
    partition[: min(len(part), PARTITION)] = part[:PARTITION]
    return partition


class _Envelope:
    """What the whole mix is multiplied by over time: the duck and the last fade."""

    def __init__(self, composition: Composition, total: int, rate: int, duck: Sequence[tuple[float, float]]) -> None:
        self._total, self._rate, self._duck = total, rate, duck
        after = max(0.0, total / rate - composition.tempo.seconds(composition.final_beat))
        longest = _LONGEST_FADE * total / rate if composition.brief.ending == "fade" else max(0.05, 0.45 * after)
        self._fade = max(2, round(min(_FADE_SECONDS[composition.brief.ending], longest, 0.5 * total / rate) * rate))

    def gain(self, first: int, size: int) -> Audio:
        places = np.arange(first, first + size)
        left = np.clip((self._total - 1 - places) / self._fade, 0.0, 1.0)
        gain = np.sin(left * np.pi / 2) ** 2
        if self._duck:
            seconds, decibels = zip(*self._duck, strict=True)
            gain *= 10 ** (np.interp(places / self._rate, seconds, decibels) / 20)
        return np.asarray(gain, np.float32)


def _mastered(
    bus: Tape, master: Tape, before: Loudness, lufs: float, dbtp: float, rate: int, progress: Progress
) -> tuple[float, Loudness]:
    """Writes the bus to the master at its loudness; returns the gain and what was measured."""
    gain_db = lufs - before.lufs if before.lufs > SILENCE_DB else 0.0
    ceiling_db = dbtp - 0.1
    for turn in range(_PASSES):
        master.samples = 0
        meter = Meter(rate)
        for block in limited(bus, 10 ** (gain_db / 20), 10 ** (ceiling_db / 20), rate):
            progress.check()
            master.write(block)
            meter.add(block)
        progress.report("mix", 0.75 + 0.2 * turn / _PASSES)
        found = meter.result()
        short = lufs - found.lufs if found.lufs > SILENCE_DB else 0.0
        over = found.dbtp - dbtp
        if abs(short) <= _LOUDNESS_TOLERANCE and over <= 0.0:
            break
        gain_db += short * 1.1
        ceiling_db -= max(0.0, over + 0.02)
    return float(10 ** (gain_db / 20)), found


def _peaks(tape: Tape) -> npt.NDArray[np.float32]:
    edges = np.linspace(0, tape.samples, min(PEAK_COLUMNS, tape.samples) + 1).round().astype(int)
    rows = [(float(part.min()), float(part.max())) for part in (tape.read(int(a), int(b)) for a, b in pairwise(edges))]
    return np.array(rows, np.float32).reshape(-1, 2)
