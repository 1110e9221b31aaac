"""Notes that go on: strings, winds, voices, pads. Loudness and colour follow the dynamics all the time."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from cutscore_composer.play.samples import Samples, Sound
from cutscore_composer.play.schedule import Event
from cutscore_composer.play.sfz import read_sfz
from cutscore_composer.play.synth import has_two_colours, is_swelling, sustained_model, swelling_model
from cutscore_composer.play.voice import Voice, prolonged, shaped, together

Curve = npt.NDArray[np.float64]

_STEP = 240
"""Samples between two points of a gain curve."""
_SOFT_VEIL = 0.75
"""How much darker the soft recordings are made than they are: bows far from the bridge."""
_RANGE_DB = 26.0
"""From niente to fortissimo."""
_RELEASE_SECONDS = {"choir": 0.45, "flute": 0.12, "horns": 0.18}
_BOW_RELEASE_SECONDS = 0.28
_SLUR_SECONDS = 0.10
"""How long one note takes to become the next under a slur."""
_SPREAD_SECONDS = 0.003
"""How far the desks of a section stand apart in time (standard deviation)."""


def bowed_voice(event: Event, samples: Samples) -> Voice:
    """The voice of a bowed event."""
    rate = samples.rate
    if event.articulation.model is not None and is_swelling(event.articulation.model):
        made = swelling_model(event.articulation.model, event.length, event.pitch, event.velocity / 127, rate)
        trim = 10 ** ((event.instrument.gain_db + event.articulation.gain_db) / 20)
        return Voice(round(event.seconds * rate), iter((made * np.float32(trim),)))
    release = _SLUR_SECONDS if event.slurs else _release(event)
    soft, loud = _colours(event, samples, event.length + release)
    begin, start = _begin(event, soft, rate)
    random = event.random(3)
    held = event.seconds + event.length + (0.03 if event.slurs else 0.0)
    length = max(1, round((held + release) * rate) - start)
    points, level = _levels(event, start, length, rate, random)
    envelope = _envelope(points, event, start, length, release, rate)
    gains = envelope * _gain(level) * 10 ** ((event.instrument.gain_db + event.articulation.gain_db) / 20)
    if loud is None:
        return Voice(start, shaped(prolonged(soft, begin, length, rate, random), points, gains))
    weight = _loud_share(level)
    if event.articulation.model is not None or len(read_sfz(event.articulation.sfz or Path())) == 1:
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
    if event.wanted == "hit" and short is not None:
        yield replace(event, articulation=short, wanted="staccato", length=0.35, key=(*event.key, 9))


def _colours(event: Event, samples: Samples, length: float) -> tuple[Sound, Sound | None]:
    """The note's soft and loud sound; whole when the note begins within its body or outlasts it."""
    seconds = math.inf if event.slurred else length + 0.25
    articulation, pitch = event.articulation, event.pitch
    if articulation.model is not None:
        name = articulation.model
        dark = samples.model((name, pitch), lambda: sustained_model(name, pitch, samples.rate))
        if not has_two_colours(name):
            return dark, None
        return dark, samples.model((name, pitch, 1), lambda: sustained_model(name, pitch, samples.rate, bright=True))
    assert articulation.sfz is not None
    layers = read_sfz(articulation.sfz)
    if len(layers) == 1:
        region = layers[0].nearest(pitch)
        dark, bright = samples.veiled(region, pitch, (1.0, 0.0), seconds=seconds)
        return dark, bright
    soft, loud = layers[0].nearest(pitch), layers[-1].nearest(pitch)
    return samples.pitched(soft, pitch, veil=_SOFT_VEIL, seconds=seconds), samples.pitched(loud, pitch, seconds=seconds)


def _release(event: Event) -> float:
    own = event.articulation.release_seconds
    return _RELEASE_SECONDS.get(event.instrument.name, _BOW_RELEASE_SECONDS) if own is None else own


def _begin(event: Event, sound: Sound, rate: int) -> tuple[int, int]:
    """Where in the sound the note begins, and at which sample of the cue."""
    loose = float(np.clip(event.random(5).normal(0, _SPREAD_SECONDS), -0.008, 0.008))
    if event.slurred and sound.loop is not None:
        inside = sound.loop[0] + int(event.random(6).integers(0, max(1, (sound.loop[1] - sound.loop[0]) // 4)))
        return inside, round((event.seconds + loose - _SLUR_SECONDS / 2) * rate)
    return 0, round((event.seconds + loose - event.articulation.attack_ms / 1000) * rate)


def _levels(event: Event, start: int, length: int, rate: int, random: np.random.Generator) -> tuple[Curve, Curve]:
    """The level 0 to 1 at points every few milliseconds: dynamics, accent, phrase, and a bow never quite still."""
    points = np.append(np.arange(0, length, _STEP), length).astype(np.float64)
    seconds = (start + points) / rate
    touch = event.velocity / 127
    if event.dynamics is None:
        level = np.full(len(points), touch)
    else:
        level = np.interp(seconds, event.dynamics.seconds, event.dynamics.levels) * (0.70 + 0.5 * touch)
    into = np.clip((seconds - event.seconds) / max(event.length, 0.05), 0, 1)
    if event.wanted == "swell":
        level *= 0.25 + 0.75 * into**1.5
    elif event.wanted == "hit":
        level *= 0.62 + 0.38 * np.exp(-np.maximum(seconds - event.seconds, 0) / 0.22)
    elif event.length > 0.9:
        level *= 0.93 + 0.07 * np.sin(np.pi * into**0.8)
    return points, np.clip(level * (1 + 0.05 * _wander(seconds, random)), 0.0, 1.0)


def _wander(seconds: Curve, random: np.random.Generator) -> Curve:
    """A slow unrest around 0, about ±1."""
    rates, phases = random.uniform(0.35, 1.9, 3), random.uniform(0, 2 * np.pi, 3)
    return np.asarray(np.sin(2 * np.pi * rates[:, None] * seconds + phases[:, None]).mean(axis=0) * 1.7)


def _envelope(points: Curve, event: Event, start: int, length: int, release: float, rate: int) -> Curve:
    fade_out = np.clip((length - points) / (release * rate), 0, 1)
    envelope = np.sin(fade_out * np.pi / 2) ** 2 if not event.slurs else np.sin(fade_out * np.pi / 2)
    if event.slurred:
        envelope = envelope * np.sin(np.clip(points / (_SLUR_SECONDS * rate), 0, 1) * np.pi / 2)
    return np.asarray(envelope)


def _gain(level: Curve) -> Curve:
    niente = np.clip(level / 0.06, 0, 1)
    return np.asarray(niente * 10 ** (-_RANGE_DB * (1 - level) / 20))


def _loud_share(level: Curve) -> Curve:
    share = np.clip((level - 0.22) / 0.52, 0, 1)
    return np.asarray(share * share * (3 - 2 * share))
