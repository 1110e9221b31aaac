"""Notes that go on: strings, winds, voices, pads. Loudness and colour follow the dynamics all the time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache, partial

import numpy as np
import numpy.typing as npt

from cutscore_composer.play.samples import Model, Samples, Sound, Take, Wanted
from cutscore_composer.play.schedule import Event
from cutscore_composer.play.sfz import Layer, Region, layers_at
from cutscore_composer.play.synth import has_two_colours, is_swelling, sustained_model, swelling_model
from cutscore_composer.play.voice import Voice, prolonged, shaped, together

Curve = npt.NDArray[np.float64]

_STEP = 240
"""Samples between two points of a gain curve."""
_SOFT_VEIL = 1.0
"""How much darker the soft recordings are made than they are: bows far from the bridge."""
_RANGE_DB = 26.0
"""From niente to fortissimo."""
_RELEASE_SECONDS = 0.28
"""How long a note takes to be gone, where the pack does not say it."""
_SHORT_RELEASE_SECONDS = 0.09
_SLOW_MS = 50.0
"""From this attack on a sound comes in rather than strikes."""
_SLUR_SECONDS = 0.08
"""How long one note takes to become the next under a slur."""
_VARIANTS = 3
_DETUNED = (0.0, 0.05, -0.04)
"""Semitones by which repeats of a pitch differ."""
_NEAR = 4
"""Semitones that the recording of a repeat may lie away."""
_SHAPE = 0.23
"""How far a long note swells and fades of itself, in levels (a level is 26 dB): 6 dB and what its colour adds."""
_COLOUR = 0.35
"""How much further its colour goes."""
_SPREAD_SECONDS = 0.003
"""How far the desks of a section stand apart in time (standard deviation)."""


def bowed_voice(event: Event, samples: Samples) -> Voice:
    """The voice of a bowed event."""
    rate = samples.rate
    if event.articulation.model is not None and is_swelling(event.articulation.model):
        made = swelling_model(event.articulation.model, event.length, event.pitch, event.velocity / 127, rate)
        trim = 10 ** ((event.instrument.gain_db + event.articulation.gain_db) / 20)
        return Voice(round(event.seconds * rate), iter((made * np.float32(trim),)))
    release = _leaving_seconds(event)
    soft, loud = _colours(event, samples)
    begin, start = _begin(event, soft, rate)
    random = event.random(3)
    length = max(1, round((event.seconds + event.length + release) * rate) - start)
    points, level, colour = _levels(event, start, length, rate, random)
    envelope = _envelope(points, event, start, length, release, rate)
    gains = envelope * _gain(level) * 10 ** ((event.instrument.gain_db + event.articulation.gain_db) / 20)
    if loud is None:
        return Voice(start, shaped(prolonged(soft, begin, length, rate, random), points, gains))
    weight = _loud_share(colour)
    if event.articulation.model is not None or len(_layers(event)) == 1:
        # The same recording, dark and bright: they add up in phase, and must go through the loop alike.
        chance = int(random.integers(1 << 31))
        dark = prolonged(soft, begin, length, rate, np.random.default_rng(chance))
        bright = prolonged(loud, begin, length, rate, np.random.default_rng(chance))
        parts = (shaped(dark, points, gains * (1 - weight)), shaped(bright, points, gains * weight))
    else:
        low = prolonged(soft, begin, length, rate, random)
        high = prolonged(loud, _begin(event, loud, rate)[0], length, rate, event.random(4))
        turn = weight * np.pi / 2
        parts = (shaped(low, points, gains * np.cos(turn)), shaped(high, points, gains * np.sin(turn)))
    return Voice(start, together(*parts))


def accent_of(event: Event) -> Iterator[Event]:
    """The short stroke that a section adds to the beginning of an accented long note."""
    short = event.instrument.articulations.get("staccato")
    bowed = event.articulation.kind == "bowed"
    if event.wanted == "hit" and bowed and short is not None and short.kind == "struck":
        yield replace(event, articulation=short, wanted="staccato", length=0.35, key=(*event.key, 9))


def bowed_wanted(event: Event, rate: int) -> tuple[Wanted, ...]:
    """What the voice of a bowed event will ask for, the soft sound first."""
    articulation, key = event.articulation, event.pitch
    if articulation.model is not None:
        if is_swelling(articulation.model):
            return ()
        name, turn = articulation.model, event.turn % articulation.variants
        make = partial(sustained_model, name, key, rate, variant=turn)
        dark = Model((name, key, turn), make)
        return (dark, Model((name, key, turn, 1), partial(make, bright=True))) if has_two_colours(name) else (dark,)
    layers = _layers(event)
    pitch = key + _DETUNED[event.turn % _VARIANTS]
    # A note that begins within the body of the sound, or may outlast it, needs the whole.
    seconds = math.inf if event.slurred else event.length + _leaving_seconds(event) + 0.25
    if len(layers) == 1:
        return (Take(_turned(layers[0], event), pitch, (_SOFT_VEIL, 0.0), seconds),)
    soft, loud = _turned(layers[0], event), _turned(layers[-1], event)
    return Take(soft, pitch, (_SOFT_VEIL,), seconds), Take(loud, pitch, (0.0,), seconds)


def _colours(event: Event, samples: Samples) -> tuple[Sound, Sound | None]:
    """The note's soft and loud sound; one alone where both are alike."""
    made = [sound for wanted in bowed_wanted(event, samples.rate) for sound in samples.sounds(wanted)]
    if event.articulation.model is None:
        made = [_endless(sound) for sound in made]
    return made[0], made[1] if len(made) > 1 else None


def _layers(event: Event) -> tuple[Layer, ...]:
    return layers_at(event.articulation, event.pitch)


def _turned(layer: Layer, event: Event) -> Region:
    """The recording for the pitch; a repeat takes that of a neighbour, when it is near."""
    return _near(layer, event.pitch, event.turn % _VARIANTS)


@lru_cache(maxsize=4096)
def _near(layer: Layer, pitch: int, nth: int) -> Region:
    other = layer.nearest(pitch, nth)
    return other if abs(other.root - pitch) <= _NEAR else layer.nearest(pitch)


def _endless(sound: Sound) -> Sound:
    """A recording without a loop that still sounds at its end goes on in its body."""
    size = len(sound.audio)
    if sound.loop is not None or size < 4096:
        return sound
    body, end = sound.audio[size // 3 : size // 2], sound.audio[-size // 8 :]
    dies = float((end**2).mean()) < 0.03 * float((body**2).mean())
    return sound if dies else replace(sound, loop=(round(0.35 * size), round(0.95 * size)))


def _leaving_seconds(event: Event) -> float:
    """How long the note takes to be gone once it is over."""
    if event.slurs:
        return _SLUR_SECONDS
    own = event.articulation.release_seconds
    release = _RELEASE_SECONDS if own is None else own
    return min(release, _SHORT_RELEASE_SECONDS) if event.wanted == "staccato" else release


def _begin(event: Event, sound: Sound, rate: int) -> tuple[int, int]:
    """Where in the sound the note begins, and at which sample of the cue."""
    machine = event.articulation.model is not None
    loose = 0.0 if machine else float(np.clip(event.random(5).normal(0, _SPREAD_SECONDS), -0.008, 0.008))
    if _comes_in(event) and not event.slurred and sound.loop is not None:
        inside = int(event.random(6).integers(*sound.loop))
        return inside, round((event.seconds - event.articulation.attack_ms / 1000) * rate)
    if event.slurred and sound.loop is not None:
        inside = sound.loop[0] + int(event.random(6).integers(0, max(1, (sound.loop[1] - sound.loop[0]) // 4)))
        return inside, round((event.seconds + loose - _SLUR_SECONDS / 2) * rate)
    # A short note is heard as soon as it rises, a long one when it is there.
    attack = _lead_ms(event) * (0.5 if event.wanted == "staccato" else 1.0)
    return 0, round((event.seconds + loose - attack / 1000) * rate)


def _comes_in(event: Event) -> bool:
    """Whether a slow synthesised sound is heard again soon: it comes in at another place of its movement."""
    one = event.articulation
    return one.model is not None and one.variants == 1 and one.attack_ms >= _SLOW_MS and event.turn > 0


def _lead_ms(event: Event) -> float:
    """How long after its beginning the note is there: the pack's say, or what was measured of its recording."""
    if event.articulation.layers:
        measured = _turned(_layers(event)[-1], event).lead_ms
        if measured is not None:
            return measured
    return event.articulation.attack_ms


def _levels(
    event: Event, start: int, length: int, rate: int, random: np.random.Generator
) -> tuple[Curve, Curve, Curve]:
    """(points, level, colour) every few milliseconds: dynamics, accent, phrase, and a bow never quite still."""
    points = np.append(np.arange(0, length, _STEP), length).astype(np.float64)
    seconds = (start + points) / rate
    touch = event.velocity / 127
    if event.dynamics is None:
        level = np.full(len(points), touch)
    else:
        level = np.interp(seconds, event.dynamics.seconds, event.dynamics.levels) * (0.70 + 0.5 * touch)
    into = np.clip((seconds - event.seconds) / max(event.length, 0.05), 0, 1)
    since = np.maximum(seconds - event.seconds, 0)
    colour = level
    if event.wanted == "swell":
        level = colour = level * (0.25 + 0.75 * into**1.5)
    elif event.wanted == "hit":
        level = colour = level * (0.62 + 0.38 * np.exp(-since / 0.22))
    elif event.wanted == "staccato":
        level = colour = level * (0.82 + 0.30 * np.exp(-since / 0.05))
    else:
        shape = _shape(event, level, into, random)
        level, colour = level + shape, level + shape * (1 + _COLOUR / _SHAPE)
    unrest = 1 + 0.05 * _wander(seconds, random)
    return points, np.clip(level * unrest, 0.0, 1.1), np.clip(colour * unrest, 0.0, 1.1)


def _shape(event: Event, level: Curve, into: Curve, random: np.random.Generator) -> Curve:
    """How a long note grows and gives way of itself; the less, the more the phrase already moves it."""
    top = float(random.uniform(0.35, 0.75))
    if event.articulation.model is not None and event.instrument.channel != "synth":
        return np.zeros(len(into))
    deep = _SHAPE * float(np.clip((event.length - 0.5) / 0.5, 0, 1))
    # A soft note has less below it than a loud one; a moving one moves already.
    deep = min(deep, 0.55 * float(level.mean()))
    deep = max(0.35 * deep, deep - float(np.ptp(level)))
    # A note that speaks anew is there at once; one that comes out of another, or goes into one, meets it half-way.
    begin, end = (0.35 if event.slurred else 0.62), (0.35 if event.slurs else 0.0)
    rise = np.where(into < top, begin + (1 - begin) * into / top, end + (1 - end) * (1 - into) / (1 - top))
    return np.asarray(deep * (np.sin(rise * np.pi / 2) - 0.75))


def _wander(seconds: Curve, random: np.random.Generator) -> Curve:
    """A slow unrest around 0, about ±1."""
    rates, phases = random.uniform(0.35, 1.9, 3), random.uniform(0, 2 * np.pi, 3)
    return np.asarray(np.sin(2 * np.pi * rates[:, None] * seconds + phases[:, None]).mean(axis=0) * 1.7)


def _envelope(points: Curve, event: Event, start: int, length: int, release: float, rate: int) -> Curve:
    fade_out = np.clip((length - points) / (release * rate), 0, 1)
    envelope = np.sin(fade_out * np.pi / 2) ** 2 if not event.slurs else np.sin(fade_out * np.pi / 2)
    if event.slurred:
        envelope = envelope * np.sin(np.clip(points / (_SLUR_SECONDS * rate), 0, 1) * np.pi / 2)
    if _comes_in(event) and not event.slurred:
        rise = 2 * event.articulation.attack_ms / 1000 * rate
        envelope = envelope * np.sin(np.clip(points / rise, 0, 1) * np.pi / 2) ** 2
    return np.asarray(envelope)


def _gain(level: Curve) -> Curve:
    niente = np.clip(level / 0.06, 0, 1)
    return np.asarray(niente * 10 ** (-_RANGE_DB * (1 - level) / 20))


def _loud_share(level: Curve) -> Curve:
    share = np.clip((level - 0.20) / 0.68, 0, 1)
    return np.asarray(share * share * (3 - 2 * share))
