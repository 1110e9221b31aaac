"""Plays a composition: lines of sound in blocks, each note at its exact sample.

    >>> for lines in play(composition, Progress()):              # doctest: +SKIP
    ...     lines["melody/strings"].shape
    (24000, 2)

What a block holds does not depend on the size of the blocks, and memory does not grow with the cue.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from cutscore_composer.engine import Progress
from cutscore_composer.instruments.pack import Instrument, Pack, load_pack
from cutscore_composer.play.bowed import accent_of, bowed_voice, bowed_wanted
from cutscore_composer.play.samples import Audio, Samples, Wanted
from cutscore_composer.play.schedule import Event, schedule
from cutscore_composer.play.seat import Seated
from cutscore_composer.play.struck import struck_voice, struck_wanted
from cutscore_composer.play.voice import Voice
from cutscore_composer.timebase import SAMPLE_RATE, samples_for
from cutscore_composer.write.composition import Composition
from cutscore_composer.write.stems import STEMS, line_of, stem_name

BLOCK_SAMPLES = 24_000


def play(
    composition: Composition,
    progress: Progress,
    *,
    sample_rate: int = SAMPLE_RATE,
    block_samples: int = BLOCK_SAMPLES,
    pack: Pack | None = None,
) -> Iterator[dict[str, Audio]]:
    """Blocks of the composition's lines ("melody/strings"), each (n, 2) float32; all blocks together are its length.

    A note is heard to begin at its written time: attacks are played that much earlier. Notes of
    instruments that the pack does not have are left out. Raises Cancelled when the work was stopped.
    """
    progress.report("play", 0.0)
    pack = pack or load_pack()
    total = samples_for(composition.frames, composition.rate, sample_rate)
    events = [sounding for event in schedule(composition, pack) for sounding in (event, *accent_of(event))]
    events.sort(key=lambda event: (_starts(event), event.key), reverse=True)
    wanted = (one for event in reversed(events) for one in _wanted(event, sample_rate))
    orchestra = _Orchestra(_desks(composition, pack), Samples(sample_rate, wanted))
    for at in range(0, total, block_samples):
        progress.report("play", at / total)
        size = min(block_samples, total - at)
        while events and _starts(events[-1]) * sample_rate < at + size:
            orchestra.start(events.pop())
        yield orchestra.block(at, size)
    progress.report("play", 1.0)


def lines_of(composition: Composition, pack: Pack | None = None) -> tuple[str, ...]:
    """The lines ("melody/strings") that a composition has, in the order of the stems and of the pack."""
    return tuple(dict.fromkeys(line for line, _ in _desks(composition, pack or load_pack())))


def _desks(composition: Composition, pack: Pack) -> list[tuple[str, Instrument]]:
    """(line, instrument) of every part that can sound, each once."""
    order = {name: place for place, name in enumerate(pack.instruments)}
    played = [(part.role, pack.instruments[part.instrument]) for part in composition.parts if part.instrument in order]
    desks = dict.fromkeys((line_of(role, one.channel), one.name) for role, one in played)
    ranked = sorted(desks, key=lambda desk: (STEMS.index(stem_name(desk[0])), order[desk[1]]))
    return [(line, pack.instruments[name]) for line, name in ranked]


def _starts(event: Event) -> float:
    """No voice begins earlier than this: slurs and loose desks included."""
    return event.seconds - event.articulation.attack_ms / 1000 - 0.07


def _wanted(event: Event, rate: int) -> tuple[Wanted, ...]:
    return bowed_wanted(event, rate) if event.articulation.kind == "bowed" else struck_wanted(event, rate)


class _Orchestra:
    """The instruments on their seats and the notes that sound."""

    def __init__(self, desks: list[tuple[str, Instrument]], samples: Samples) -> None:
        self._samples = samples
        self._lines = tuple(dict.fromkeys(line for line, _ in desks))
        self._seats = {(line, one.name): Seated(one.name, one.seat, samples.rate) for line, one in desks}
        self._voices: dict[tuple[str, str], list[Voice]] = {(line, one.name): [] for line, one in desks}

    def start(self, event: Event) -> None:
        make = bowed_voice if event.articulation.kind == "bowed" else struck_voice
        self._voices[event.line, event.instrument.name].append(make(event, self._samples))

    def block(self, at: int, size: int) -> dict[str, Audio]:
        lines = {name: np.zeros((size, 2), np.float32) for name in self._lines}
        for desk, seat in self._seats.items():
            dry = np.zeros((size, 2), np.float32)
            self._voices[desk] = [voice for voice in self._voices[desk] if voice.add_to(dry, at)]
            lines[desk[0]] += seat.place(dry)
        return lines
