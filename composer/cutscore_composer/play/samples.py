"""Samples: the sounds of notes, recordings brought to a pitch and a rate or our own models, made once and kept."""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from cutscore_composer.errors import OutputFailed
from cutscore_composer.play.decoding import Recording, decode
from cutscore_composer.play.resampling import resampled
from cutscore_composer.play.sfz import Region

Audio = npt.NDArray[np.float32]
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

_SOUND_BYTES = 256 << 20
_RECORDING_BYTES = 96 << 20
_LENGTHS = (1.0, 1.6, 2.4, 3.6, 5.0)
"""Seconds to which a recording is cut when no more of it is heard; transforms cost by length."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A note's raw sound at its pitch."""

    audio: Audio
    """(n, 2)"""
    loop: tuple[int, int] | None = None
    """Where a sustained sound may go on from and until where; None for one that rings by itself."""
    seamless: bool = False
    """Whether the loop joins without a crossfade."""


@dataclass(frozen=True, slots=True)
class Take:
    """A region's recording at a MIDI pitch (fractions are cents), at least its first `seconds`, once for each veil.

    A veil of 1 takes 6 dB an octave off above 600 Hz; less mixes that with the sound as it is. Two veils of one
    take are half the work of two takes.
    """

    region: Region
    pitch: float
    veils: tuple[float, ...] = (0.0,)
    seconds: float = math.inf

    @property
    def name(self) -> Hashable:
        """What takes of the same sound have in common, however much of it is wanted."""
        return self.region, round(self.sounding * 100), self.veils

    @property
    def sounding(self) -> float:
        """The pitch, or that of the recording where keys do not change it."""
        return self.pitch if self.region.tracked else self.pitch + self.region.root - round(self.pitch)


@dataclass(frozen=True, slots=True)
class Model:
    """A sound of our own synthesis."""

    name: Hashable
    make: Callable[[], Sound]


Wanted = Take | Model


class Samples:
    """Makes Sounds and keeps those that are wanted again soonest, and the latest of the recordings they are made of."""

    def __init__(
        self,
        sample_rate: int,
        foreseen: Iterable[Wanted] = (),
        *,
        sound_bytes: int = _SOUND_BYTES,
        recording_bytes: int = _RECORDING_BYTES,
    ) -> None:
        """`foreseen` is all that will be asked for, in this order, as far as it is known."""
        self.rate = sample_rate
        self._uses: dict[Hashable, _Uses] = {}
        for place, wanted in enumerate(foreseen):
            uses = self._uses_of(wanted)
            uses.places.append(place)
            if isinstance(wanted, Take):
                uses.longest = max(wanted.seconds, uses.longest)
        self._sounds: _Shelf[_Key, tuple[Sound, ...]] = _Shelf(sound_bytes, _next_use)
        self._recordings: _Shelf[Path, Recording] = _Shelf(recording_bytes)

    def pitched(self, region: Region, pitch: float, *, veil: float = 0.0, seconds: float = math.inf) -> Sound:
        """The one sound of a take with one veil."""
        return self.sounds(Take(region, pitch, (veil,), seconds))[0]

    def sounds(self, wanted: Wanted) -> tuple[Sound, ...]:
        """The sounds of a take, one for each veil and all of one length, or the one of a model."""
        uses = self._uses_of(wanted)
        if uses.places:
            uses.places.popleft()
        return self._taken(wanted, uses) if isinstance(wanted, Take) else self._modelled(wanted, uses)

    def _taken(self, take: Take, uses: _Uses) -> tuple[Sound, ...]:
        # Made once as long as any note will want it, not anew for each that wants more.
        seconds = max(take.seconds, uses.longest)
        lengths: list[float | None] = [*(size for size in _LENGTHS if size >= seconds), None]
        for length in lengths:
            found = self._sounds.find((uses, length))
            if found is not None:
                return found
        made, whole = self._made(take.region, take.sounding, take.veils, lengths[0])
        self._keep((uses, None if whole else lengths[0]), made)
        return made

    def _modelled(self, model: Model, uses: _Uses) -> tuple[Sound, ...]:
        found = self._sounds.find((uses, None))
        if found is None:
            found = (model.make(),)
            self._keep((uses, None), found)
        return found

    def _uses_of(self, wanted: Wanted) -> _Uses:
        name = wanted.name
        uses = self._uses.get(name)
        if uses is None:
            uses = self._uses[name] = _Uses()
        return uses

    def _keep(self, key: _Key, sounds: tuple[Sound, ...]) -> None:
        self._sounds.keep(key, sounds, sum(sound.audio.nbytes for sound in sounds))

    def _made(
        self, region: Region, pitch: float, veils: tuple[float, ...], seconds: float | None
    ) -> tuple[tuple[Sound, ...], bool]:
        """The sounds, and whether they are made of the whole recording."""
        faster = 2 ** ((pitch - region.root + region.tune_cents / 100) / 12)
        first = region.offset
        recording = self._recording(region.sample, None if seconds is None else seconds * faster, first)
        ratio = self.rate / recording.rate / faster
        last = None if seconds is None else first + round(seconds * faster * recording.rate)
        audio = recording.audio[first:last]
        if not len(audio):
            raise OutputFailed(f"{region.sample} is shorter than the offset that is to be left out of it.")
        whole = recording.whole and first + len(audio) == len(recording.audio)
        loop = _loop(region, ratio, len(recording.audio)) if whole else None
        if region.attack_seconds:
            audio = _faded_in(audio, round(region.attack_seconds * recording.rate))
        made = resampled(audio, ratio, self.rate, veils, _sides(region))
        return tuple(Sound(one, loop) for one in made), whole

    def _recording(self, path: Path, seconds: float | None, offset: int = 0) -> Recording:
        found = self._recordings.find(path)
        if found is None or not (
            found.whole or (seconds is not None and len(found.audio) >= seconds * found.rate + offset)
        ):
            found = decode(path, None if offset else seconds)
            self._recordings.keep(path, found, found.audio.nbytes)
        return found


@dataclass(slots=True, eq=False)
class _Uses:
    """When a sound will be asked for again: places in the order of all that is, and the most seconds of it."""

    places: deque[int] = field(default_factory=deque)
    longest: float = 0.0


_Key = tuple[_Uses, float | None]
"""A sound, and to how many seconds it was made; None is its whole."""


def _next_use(key: _Key) -> float:
    places = key[0].places
    return places[0] if places else math.inf


class _Shelf(Generic[K, T]):
    """Keeps as much as has room: what is used again soonest, and of what nobody knows when, what was used last."""

    def __init__(self, room_bytes: int, next_use: Callable[[K], float] = lambda _: math.inf) -> None:
        self._left, self._next_use = room_bytes, next_use
        self._things: OrderedDict[K, tuple[T, int]] = OrderedDict()

    def find(self, key: K) -> T | None:
        if key not in self._things:
            return None
        self._things.move_to_end(key)
        return self._things[key][0]

    def keep(self, key: K, thing: T, size: int) -> None:
        self._left += self._things.pop(key, (thing, 0))[1] - size
        self._things[key] = thing, size
        while self._left < 0 and len(self._things) > 1:
            self._left += self._things.pop(max(self._things, key=self._next_use))[1]


def _sides(region: Region) -> tuple[float, float]:
    gain = 10 ** (region.gain_db / 20)
    return min(1.0, 1 - region.pan) * gain, min(1.0, 1 + region.pan) * gain


def _faded_in(audio: Audio, samples: int) -> Audio:
    risen = audio.copy()
    risen[:samples] *= np.linspace(0, 1, len(risen[:samples]), dtype=np.float32)[:, None]
    return risen


def _loop(region: Region, ratio: float, samples: int) -> tuple[int, int] | None:
    """The loop at the new rate, as far as there is sound."""
    if region.loop is None:
        return None
    first, last = (max(0, min(samples, place) - region.offset) for place in region.loop)
    return (round(first * ratio), round(last * ratio)) if last - first > 64 else None
