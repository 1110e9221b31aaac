"""The mixing desk: each stem's channel (level, equaliser, send to the hall), the bus, and the last fade.

Levels are those at which the pack's instruments sit together as on the recordings of orchestral
scores; measured with benchmarks/measure_music.py against such music.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, sosfilt

from cutscore_composer.mix.hall import PARTITION, Hall
from cutscore_composer.plan.style import MixHints
from cutscore_composer.write.stems import channel_name, stem_name

Audio = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Channel:
    """How a stem stands in the mix."""

    gain_db: float
    low_cut_hertz: float
    hall_db: float
    """What it sends to the hall, against its own level."""
    shelf_db: float = 0.0
    """Above 1.6 kHz."""
    width: float = 1.0
    """Of its sides against its middle."""


CHANNELS: Mapping[str, Channel] = {
    "piano": Channel(-7.0, 32.0, -11.0, 2.0),
    "strings": Channel(0.5, 60.0, -5.5, 3.5, 1.0),
    "bass": Channel(9.0, 26.0, -16.0, 0.0, 0.6),
    "plucked": Channel(-15.0, 60.0, -6.0, 1.0),
    "mallets": Channel(-15.0, 60.0, -6.0, 1.0),
    "winds": Channel(1.0, 70.0, -4.0, 1.5),
    "brass": Channel(1.0, 70.0, -4.0, 1.5),
    "choir": Channel(-3.0, 90.0, -3.0, 0.0, 1.2),
    "percussion": Channel(-1.5, 28.0, -8.0, 0.0),
    "kit": Channel(-1.5, 28.0, -14.0, 0.0),
    "keys": Channel(-7.0, 40.0, -12.0, 0.0),
    "synth": Channel(-7.0, 40.0, -8.0, -1.0),
    "fx": Channel(-4.0, 28.0, -8.0, 0.0),
}
_OTHER = Channel(-6.0, 40.0, -9.0)
_AS_IT_IS = MixHints()
_SHELF_HERTZ = 1600.0
_TONE = ((230.0, -2.0), (1900.0, 1.5))
"""Every channel's tone (hertz, dB): less of the range in which a full ensemble turns to mud, more of its speech."""
_TONE_Q = 0.7
_BASS_WIDTH_HERTZ = 110.0
_GLUE_THRESHOLD_DB = -20.0
_GLUE_RATIO = 1.35
_GLUE_STEP = 256
_GLUE_ATTACK_SECONDS = 0.035
_GLUE_RELEASE_SECONDS = 0.30


class _Strip:
    """One channel at work, with its filters' memory."""

    def __init__(self, channel: Channel, rate: int) -> None:
        self._gain = np.float32(10 ** (channel.gain_db / 20))
        self.send = np.float32(10 ** (channel.hall_db / 20))
        self._width = np.float32(channel.width)
        cut = butter(2, channel.low_cut_hertz, "high", fs=rate, output="sos")
        bells = [_bell(hertz, gain_db, rate) for hertz, gain_db in _TONE]
        self._tone = np.concatenate([cut, _shelf(channel.shelf_db, rate), *bells])
        self._tone_state = np.zeros((len(self._tone), 2, 2))
        self._side = butter(1, _BASS_WIDTH_HERTZ, "high", fs=rate, output="sos")
        self._side_state = np.zeros((1, 2))

    def through(self, block: Audio) -> Audio:
        """The stem as it goes to the bus, without the hall."""
        # Sides as rows: each is read from one end to the other.
        shaped, self._tone_state = sosfilt(self._tone, np.ascontiguousarray(block.T), zi=self._tone_state)
        middle, side = (shaped[0] + shaped[1]) / 2, (shaped[0] - shaped[1]) / 2
        # The lowest octaves stay in the middle, where loudspeakers carry them best.
        side, self._side_state = sosfilt(self._side, side, zi=self._side_state)
        side *= self._width
        return np.stack([middle + side, middle - side], axis=1).astype(np.float32) * self._gain


def _bell(hertz: float, gain_db: float, rate: int) -> npt.NDArray[np.float64]:
    """One section that lifts or lowers an octave or two around a frequency (the audio EQ cookbook's peaking filter)."""
    turn, root = 2 * np.pi * hertz / rate, 10 ** (gain_db / 40)
    width = np.sin(turn) / (2 * _TONE_Q)
    middle = -2 * np.cos(turn)
    above = [1 + width * root, middle, 1 - width * root]
    below = [1 + width / root, middle, 1 - width / root]
    return np.asarray(np.array([[*above, *below]]) / below[0])


def _shelf(gain_db: float, rate: int) -> npt.NDArray[np.float64]:
    """One section that lifts what lies above the shelf: the sound and a share of its highs."""
    high = butter(1, _SHELF_HERTZ, "high", fs=rate, output="sos")
    high[:, :3] = high[:, 3:] + (10 ** (gain_db / 20) - 1) * high[:, :3]
    return np.asarray(high)


def _hinted(name: str, hints: MixHints) -> Channel:
    """The channel of a stem as a style wants it."""
    channel = CHANNELS.get(channel_name(name), _OTHER)
    levels: Mapping[str, float] = hints.levels_db  # type: ignore[assignment]
    return replace(
        channel,
        gain_db=channel.gain_db + levels.get(channel_name(name), 0.0),
        hall_db=channel.hall_db + hints.hall_db,
        shelf_db=channel.shelf_db + hints.brightness_db,
    )


class Desk:
    """Takes partitions of the lines to the bus; with `apart` each stem keeps its own share of the hall and the bus."""

    def __init__(self, lines: Sequence[str], rate: int, *, apart: bool = False, hints: MixHints = _AS_IT_IS) -> None:
        self._strips = {line: _Strip(_hinted(line, hints), rate) for line in lines}
        self._groups = {line: stem_name(line) if apart else "all" for line in lines}
        self._halls = {name: Hall(rate) for name in dict.fromkeys(self._groups.values())}
        self._glue = _Glue(rate)

    def mixed(self, lines: Mapping[str, Audio]) -> dict[str, Audio]:
        """The stems as they sum to the bus; {"all": sum} when they are not kept apart."""
        dry: dict[str, Audio] = {name: np.zeros((PARTITION, 2), np.float32) for name in self._halls}
        sends: dict[str, Audio] = {name: np.zeros((PARTITION, 2), np.float32) for name in self._halls}
        for line, block in lines.items():
            strip, group = self._strips[line], self._groups[line]
            sound = strip.through(block)
            dry[group] += sound
            sends[group] += sound * strip.send
        wet = {name: block + self._halls[name].sound(sends[name]) for name, block in dry.items()}
        gain = self._glue.gain(sum(wet.values(), np.zeros((PARTITION, 2), np.float32)))
        return {name: block * gain[:, None] for name, block in wet.items()}


class _Glue:
    """A gentle compressor over the whole: what is loud leans back a little, and all moves together."""

    def __init__(self, rate: int) -> None:
        self._attack, self._release = (
            float(np.exp(-_GLUE_STEP / (seconds * rate))) for seconds in (_GLUE_ATTACK_SECONDS, _GLUE_RELEASE_SECONDS)
        )
        self._reduction_db = 0.0

    def gain(self, bus: Audio) -> Audio:
        """The gain for each sample of a partition."""
        power = (bus.astype(np.float64) ** 2).mean(axis=1).reshape(-1, _GLUE_STEP).mean(axis=1)
        over = 10 * np.log10(power + 1e-12) - _GLUE_THRESHOLD_DB
        wanted = np.maximum(0.0, over) * (1 - 1 / _GLUE_RATIO)
        reductions = [self._reduction_db]
        for value in wanted:
            slow = self._attack if value > reductions[-1] else self._release
            reductions.append(float(value + (reductions[-1] - value) * slow))
        self._reduction_db = reductions[-1]
        places = np.arange(len(bus)) / _GLUE_STEP
        smooth = np.interp(places, np.arange(len(reductions)), reductions)
        return np.asarray(10 ** (-smooth / 20), np.float32)
