"""The mixing desk: lines through their strips to six stems, the hall, the bus compressor.

lines ─ strip ─ side-chain ─┬─ stem ─ drive ─ dialogue bell ─┐
                            └─ send ─ hall ──────────────────┴─ bus compression ─ stems that sum to the bus
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from cutscore_composer.mix.channels import channel_of
from cutscore_composer.mix.drive import driven
from cutscore_composer.mix.glue import Glue
from cutscore_composer.mix.hall import PARTITION, Hall
from cutscore_composer.mix.sidechain import SideChain, gives_way
from cutscore_composer.mix.speech_bell import SpeechBell
from cutscore_composer.mix.strip import Rows, Strip, rows_of
from cutscore_composer.plan.style import MixHints
from cutscore_composer.write.stems import stem_name

Audio = npt.NDArray[np.float32]
_AS_IT_IS = MixHints()
_ALL = "all"
_RANGES = Sequence[tuple[float, float]]


class Desk:
    """Takes partitions of the lines to the bus; with `apart` each stem keeps its own share of the hall and the bus.

    `kicks` are (seconds, strength) of the kick drum, `speech` ranges in seconds.
    """

    def __init__(
        self,
        lines: Sequence[str],
        rate: int,
        *,
        apart: bool = False,
        hints: MixHints = _AS_IT_IS,
        kicks: tuple[tuple[float, float], ...] = (),
        speech: _RANGES = (),
    ) -> None:
        self._strips = {line: Strip(channel_of(line, hints), rate) for line in lines}
        self._stems = tuple(dict.fromkeys(stem_name(line) for line in lines))
        self._apart, self._drive = apart, hints.drive
        self._halls = {name: Hall(rate, hints.hall_seconds) for name in (self._stems if apart else (_ALL,))}
        self._chain = SideChain(kicks, hints.sidechain_db, rate)
        self._bells = {name: SpeechBell(speech, rate) for name in self._stems if speech and SpeechBell.concerns(name)}
        self._glue = Glue(rate, hints.glue)
        self._first = 0

    def mixed(self, lines: Mapping[str, Audio]) -> dict[str, Audio]:
        """The stems (PARTITION, 2) as they sum to the bus; {"all": sum} when they are not kept apart."""
        dry, sends = self._strips_heard(lines)
        wet: dict[str, npt.NDArray[np.floating]] = {}
        for name, rows in dry.items():
            heard = driven(_sides(rows), self._drive)
            if name in self._bells:
                heard = self._bells[name].through(heard, self._first)
            group = name if self._apart else _ALL
            wet[group] = wet[group] + heard if group in wet else heard
        for group, hall in self._halls.items():
            send = sends.get(group)
            ringing = hall.sound(None if send is None else _sides(send).astype(np.float32))
            if ringing is not None:
                wet[group] = wet[group] + ringing if group in wet else ringing
        self._first += PARTITION
        silence = np.zeros((2, PARTITION), np.float32)
        gain = self._glue.gain(np.asarray(sum(wet.values(), silence), np.float32))
        return {
            name: np.ascontiguousarray((wet[name] * gain).T, np.float32) if name in wet else silence.T
            for name in self._halls
        }

    def _strips_heard(self, lines: Mapping[str, Audio]) -> tuple[dict[str, Rows], dict[str, Rows]]:
        """What the lines give to their stems and to the halls, middle and side; silent ones are missing."""
        dry: dict[str, Rows] = {}
        sends: dict[str, Rows] = {}
        chained = self._chain.gain(self._first, PARTITION) if any(gives_way(line) for line in lines) else None
        for line, block in lines.items():
            strip, stem = self._strips[line], stem_name(line)
            if strip.silent and not block.any():
                continue
            rows = strip.through(rows_of(block))
            if chained is not None and gives_way(line):
                rows *= chained
            group = stem if self._apart else _ALL
            dry[stem] = dry[stem] + rows if stem in dry else rows
            send = rows * strip.send
            sends[group] = sends[group] + send if group in sends else send
        return dry, sends


def _sides(rows: Rows) -> Rows:
    """Middle and side as left and right."""
    return np.stack([rows[0] + rows[1], rows[0] - rows[1]])
