"""Mixes lines to the master: first to a tape whose cells are measured, then through the limiter to its loudness.

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
from functools import partial
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cutscore_composer.deliver.wav import write_wav
from cutscore_composer.engine import Progress
from cutscore_composer.mix.cells import Cells
from cutscore_composer.mix.desk import Desk
from cutscore_composer.mix.envelope import Envelope
from cutscore_composer.mix.gain_points import duck_under
from cutscore_composer.mix.hall import PARTITION
from cutscore_composer.mix.loudness import Loudness
from cutscore_composer.mix.master import Figures, mastered
from cutscore_composer.mix.sidechain import kicks_of
from cutscore_composer.mix.stem_tapes import StemTapes
from cutscore_composer.mix.tape import Tape
from cutscore_composer.mix.two_tracks import TwoTracks, Under
from cutscore_composer.music import Stem
from cutscore_composer.plan.style import MixHints
from cutscore_composer.timebase import SAMPLE_RATE, samples_for
from cutscore_composer.write.composition import Composition

__all__ = ["Mixed", "duck_under", "mix"]

Audio = npt.NDArray[np.float32]

PEAK_COLUMNS = 2400


@dataclass(frozen=True, slots=True)
class Mixed:
    """The master and what is known of it."""

    audio: Path
    samples: int
    sample_rate: int
    loudness: Loudness
    peaks: npt.NDArray[np.float32]
    """(PEAK_COLUMNS or fewer, 2): lowest and highest sample of both sides in equal stretches of the cue."""
    tracks: tuple[Stem, ...] = ()
    """Music and effects, which sum to `audio`; none where nothing was laid under the music."""
    stems: tuple[Stem, ...] = ()
    stems_db: float = 0.0
    """What all stem files are lowered by, where one of them would clip though their sum does not; mostly 0."""


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
    ends: int | None = None,
    sample_rate: int = SAMPLE_RATE,
    time_reference_samples: int = 0,
    description: str = "",
    created: datetime | None = None,
    duck: Sequence[tuple[float, float]] = (),
    speech: Sequence[tuple[float, float]] = (),
    under: Under | None = None,
) -> Mixed:
    """Mix `blocks` of lines (as `play` yields them) to `folder/name.wav`, exactly `samples` long.

    The last fade is over at sample `ends` (at the end when None), and silence follows. `duck` is a gain over
    time as (seconds, decibels) points, see `duck_under`; under ranges of `speech` (seconds) accompaniment and
    melody leave the voice its own range. With `stems` each stem that the piece has is written as
    `name.STEM.wav`; they sum to the master as it is delivered, limiter included (all lowered by
    `Mixed.stems_db` where one alone would clip). Silence stays silence. What is `under` the music is part of the
    master; music and effects are then written as `name.music.wav` and `name.effects.wav` too, which sum to the master,
    and the stems sum to the music.

    Raises OutputFailed when the disk is full or read-only, Cancelled when the work was stopped.
    """
    total = samples_for(composition.frames, composition.rate, sample_rate) if samples is None else samples
    hints = MixHints.model_validate(composition.brief.style_data.get("mix", {}))
    make_desk = partial(
        Desk, rate=sample_rate, apart=stems, hints=hints, kicks=kicks_of(composition), speech=tuple(speech)
    )
    wav = partial(
        write_wav,
        samples=total,
        sample_rate=sample_rate,
        time_reference_samples=time_reference_samples,
        description=description,
        created=created,
    )
    with ExitStack() as closing:
        bus, master = (closing.enter_context(Tape(folder)) for _ in range(2))
        apart = closing.enter_context(StemTapes(folder))
        cells = Cells(sample_rate)
        for parts in _mixed(
            blocks, make_desk, Envelope(composition, total if ends is None else ends, sample_rate, duck), total
        ):
            progress.report("mix", 0.7 * bus.samples / max(1, total))
            whole = sum(parts.values(), np.zeros((min(PARTITION, total - bus.samples), 2), np.float32))
            bus.write(whole)
            cells.add(whole)
            if stems:
                apart.write(parts)
        figures: Figures = cells
        laid: TwoTracks | None = None
        if under is not None:
            figures = laid = closing.enter_context(TwoTracks(folder, bus, cells, sample_rate))
            laid.lay(under, lambda at: progress.report("mix", 0.7))
        done = mastered(
            bus if laid is None else laid.bus,
            figures,
            master,
            loudness_lufs,
            peak_dbtp,
            sample_rate,
            lambda at: progress.report("mix", 0.7 + 0.1 * at),
        )
        lowered = apart.lowered(done)
        files = []
        for stem, sound in apart.mastered(done, lowered):
            files.append(Stem(stem, folder / f"{name}.{stem}.wav"))
            wav(files[-1].file, _checked(sound, progress))
        tracks = []
        for track, sound in laid.mastered(done) if laid is not None else ():
            tracks.append(Stem(track, folder / f"{name}.{track}.wav"))
            wav(tracks[-1].file, _checked(sound, progress))
        audio = folder / f"{name}.wav"
        wav(audio, _checked(master.blocks(), progress))
        progress.report("mix", 1.0)
        lower_db = 20 * math.log10(lowered)
        return Mixed(audio, total, sample_rate, done.loudness, _peaks(master), tuple(tracks), tuple(files), lower_db)


def _mixed(
    blocks: Iterable[Mapping[str, Audio]], make_desk: partial[Desk], envelope: Envelope, total: int
) -> Iterator[dict[str, Audio]]:
    """What the stems are on the bus, with the duck and the last fade; `total` samples in all."""
    desk: Desk | None = None
    done = 0
    for partition in _partitions(blocks, total):
        desk = desk or make_desk(tuple(partition))
        size = min(PARTITION, total - done)
        gain = envelope.gain(done, size)
        heard = {key: block[:size] for key, block in desk.mixed(partition).items()}
        yield heard if gain is None else {key: block * gain[:, None] for key, block in heard.items()}
        done += size


def _partitions(blocks: Iterable[Mapping[str, Audio]], total: int) -> Iterator[dict[str, Audio]]:
    """The lines in partitions of the hall's size, as many as `total` needs; short input goes on in silence."""
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


def _checked(blocks: Iterable[Audio], progress: Progress) -> Iterator[Audio]:
    """The blocks, with an ear for being stopped."""
    for block in blocks:
        progress.check()
        yield block


def _peaks(tape: Tape) -> npt.NDArray[np.float32]:
    edges = np.linspace(0, tape.samples, min(PEAK_COLUMNS, tape.samples) + 1).round().astype(int)
    rows = [(float(part.min()), float(part.max())) for part in (tape.read(int(a), int(b)) for a, b in pairwise(edges))]
    return np.array(rows, np.float32).reshape(-1, 2)
