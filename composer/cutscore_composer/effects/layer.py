"""The effects layer: effects and rooms as one sound in blocks, each as loud as the music around it allows.

Levels are loudness against the music (ITU-R BS.1770): an impact's loudest 0.4 s lies 4 to 8 LU under the music about
it, a whoosh 7 to 13, a riser 8 to 12, room tone 34 under the whole (−50 LUFS under music of −16). Under speech all of
it steps back by a further 8 dB.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cutscore_composer.effects.room_tone import loop_of
from cutscore_composer.effects.sheet import Effect, EffectSheet, Room
from cutscore_composer.effects.sounds import loudness_over, sounding
from cutscore_composer.mix.cells import CELL, loudness_of
from cutscore_composer.mix.gain_points import duck_under, gain_at

Audio = npt.NDArray[np.float32]
Cellwise = npt.NDArray[np.float32]

BLOCK = 24_000
ROOM_UNDER_LU = 34.0
_UNDER_LU = {"impact": (8.5, 4.5), "whoosh": (13.0, 7.0), "riser": (12.0, 8.0)}
"""How far under the music at weight 0 and 1."""
_GLINT_UNDER_LU = 9.0
_QUIETEST_LU = 9.0
"""Where the music is quieter than this under its own loudness, effects are no quieter."""
_AROUND_SECONDS = 1.5
_SPEECH_DB = -8.0
_FADE_SECONDS = 0.3
_SILENCE_LUFS = -60.0


@dataclass(slots=True)
class _Voice:
    """What sounds now: (n, 2) and the sample of the file at which it begins."""

    first: int
    sound: Audio


class EffectsLayer:
    """The effects of a sheet; the picture begins `later_seconds` into the file."""

    def __init__(self, sheet: EffectSheet, later_seconds: float = 0.0) -> None:
        self._sheet, self._later = sheet, later_seconds

    def blocks(self, powers: Cellwise, rate: int, total: int) -> Iterator[Audio]:
        """`total` samples in blocks; `powers` are the K-weighted cell powers of the music that it lies under."""
        music = loudness_of(powers, rate)
        level = _SILENCE_LUFS if music is None else music
        sums = np.concatenate([[0.0], np.cumsum(powers, dtype=np.float64)])
        speech = duck_under([(a + self._later, b + self._later) for a, b in self._sheet.speech], _SPEECH_DB)
        rooms = _RoomTones(self._sheet, self._later, rate, level - ROOM_UNDER_LU)
        waiting = sorted(self._sheet.effects, key=lambda effect: self._begin(effect, rate), reverse=True)
        voices: list[_Voice] = []
        for start in range(0, total, BLOCK):
            size = min(BLOCK, total - start)
            made = rooms.block(start, size)
            while waiting and self._begin(waiting[-1], rate) < start + size:
                effect = waiting.pop()
                voices.append(self._voice(effect, rate, max(self._music_at(effect, sums, rate), level - _QUIETEST_LU)))
            for voice in voices:
                _lay(made, start, voice)
            voices = [voice for voice in voices if voice.first + len(voice.sound) > start + size]
            made *= (gain_at(speech, start, size, rate) * self._ends(start, size, rate))[:, None]
            yield made

    def _at(self, effect: Effect, rate: int) -> int:
        return round((self._sheet.seconds(effect.frame) + self._later) * rate)

    def _begin(self, effect: Effect, rate: int) -> int:
        """A sample before which an effect does not sound: its peak may come a little sooner than its length says."""
        return self._at(effect, rate) - round((effect.before + 0.2) * rate)

    def _voice(self, effect: Effect, rate: int, music: float) -> _Voice:
        heard = sounding(effect, rate)
        loud, soft = _UNDER_LU[effect.kind][1], _UNDER_LU[effect.kind][0]
        under = _GLINT_UNDER_LU if effect.bright else soft + (loud - soft) * effect.weight
        gain = 10 ** ((music - under - heard.lufs) / 20)
        return _Voice(self._at(effect, rate) - heard.peak, heard.sound * np.float32(gain))

    def _music_at(self, effect: Effect, sums: npt.NDArray[np.float64], rate: int) -> float:
        """Loudness of the music around an effect (LUFS)."""
        middle, reach = self._at(effect, rate) / CELL, _AROUND_SECONDS * rate / CELL
        first, last = (min(max(0, round(middle + way)), len(sums) - 1) for way in (-reach, reach))
        mean = (sums[last] - sums[first]) / max(1, last - first)
        return float(-0.691 + 10 * np.log10(max(float(mean), 1e-12)))

    def _ends(self, start: int, size: int, rate: int) -> Audio:
        """Silence outside of the picture, and a short way into and out of it."""
        first, last = self._later * rate, (self._later + self._sheet.seconds(self._sheet.frames)) * rate
        places = np.arange(start, start + size)
        fade = _FADE_SECONDS * rate
        inside = np.clip(np.minimum((places - first) / (0.1 * fade), (last - places) / fade), 0, 1)
        return np.asarray(np.sin(inside * np.pi / 2), np.float32)


class _RoomTones:
    """The rooms one after the other, cross-faded at equal power."""

    def __init__(self, sheet: EffectSheet, later: float, rate: int, lufs: float) -> None:
        self._rooms, self._rate = sheet.rooms, rate
        self._lufs = lufs
        self._edges = [
            (
                round((sheet.seconds(room.frame_in) + later) * rate),
                round((sheet.seconds(room.frame_out) + later) * rate),
            )
            for room in sheet.rooms
        ]
        self._loops: dict[Room, Audio] = {}

    def block(self, start: int, size: int) -> Audio:
        made = np.zeros((size, 2), np.float32)
        places = np.arange(start, start + size)
        heard: dict[Room, Audio] = {}
        for number, (room, (first, last)) in enumerate(zip(self._rooms, self._edges, strict=True)):
            fade_in = room.fade_seconds * self._rate / 2
            after = self._rooms[number + 1].fade_seconds * self._rate / 2 if number + 1 < len(self._rooms) else 0.0
            # Half of a cross-fade lies before the cut, half after it; the ends of the picture are faded by the layer.
            if start >= last + after or start + size <= first - fade_in:
                continue
            loop = heard[room] = self._loops[room] if room in self._loops else self._loop(room)
            sound = _round(loop, start, size)
            if number and start < first + fade_in:
                sound = sound * _rising((places - first) / (2 * fade_in))
            if after and start + size > last - after:
                sound = sound * _rising((last - places) / (2 * after))
            made += sound
        self._loops = heard
        return made

    def _loop(self, room: Room) -> Audio:
        loop = loop_of(room, self._rate)
        return loop * np.float32(10 ** ((self._lufs - loudness_over(loop, self._rate)) / 20))


def _rising(way: npt.NDArray[np.float64]) -> Audio:
    """The gain of a cross-fade at equal power, whose middle is at 0."""
    return np.sin(np.clip(way + 0.5, 0, 1) * np.pi / 2).astype(np.float32)[:, None]


def _round(loop: Audio, start: int, size: int) -> Audio:
    """`size` samples from `start` on of a loop played round and round; it is longer than that."""
    at = start % len(loop)
    tail = loop[at : at + size]
    return tail if len(tail) == size else np.concatenate([tail, loop[: size - len(tail)]])


def _lay(made: Audio, start: int, voice: _Voice) -> None:
    """Add what of a voice lies within a block."""
    first, last = max(start, voice.first), min(start + len(made), voice.first + len(voice.sound))
    if first < last:
        made[first - start : last - start] += voice.sound[first - voice.first : last - voice.first]
