"""Notes that ring by themselves: piano, plucked and short strings, drums, bells."""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache, partial

import numpy as np

from cutscore_composer.play.samples import Audio, Model, Samples, Sound, Take, Wanted
from cutscore_composer.play.schedule import Event
from cutscore_composer.play.sfz import Layer, Region, layers_at
from cutscore_composer.play.synth import struck_model
from cutscore_composer.play.voice import Voice

_DAMPING = {"piano": 0.16}
"""Seconds in which a note falls to 1/e once it is let go, where the pack does not say it. Others: 0.25."""
_CHOKE_SECONDS = 0.012
_DYING = 4
"""Times of falling to 1/e after which a damped note is over."""
_PIECE = 24_000
_MODEL_SECONDS = (0.5, 1.0, 2.0, 3.5)
"""Lengths to which a synthesised note is made when no more of it is heard."""
_DETUNED = (0.0, 0.05, -0.04, 0.07, -0.06, 0.03)
"""Semitones by which repeats differ; drums six times as much."""
_DARKENED = (0.0, 0.10, 0.04, 0.14, 0.07, 0.12)
"""How much darker repeats are: no two strokes fall on the same spot."""
_FEWEST = 3
"""Recordings that repeats of a pitch take in turn, neighbours' included."""
_NEAR = 5
"""Semitones that a neighbour's recording may lie away."""

Colour = tuple[Audio, float]
"""A sound and its share of the note."""


def struck_voice(event: Event, samples: Samples) -> Voice:
    """The voice of a struck event."""
    velocity = _shaded(event)
    wanted, shares, attack_ms = _wanted(event, velocity, samples.rate)
    gain = _gain(event, velocity)
    colours = tuple((sound.audio, share * gain) for sound, share in zip(samples.sounds(wanted), shares, strict=True))
    pieces = _pieces(event, colours, attack_ms, samples.rate)
    return Voice(round((event.seconds - attack_ms / 1000) * samples.rate), pieces)


def struck_wanted(event: Event, rate: int) -> tuple[Wanted, ...]:
    """What the voice of a struck event will ask for."""
    return (_wanted(event, _shaded(event), rate)[0],)


def _wanted(event: Event, velocity: float, rate: int) -> tuple[Wanted, tuple[float, ...], float]:
    """What is to sound, the share of each of its colours, and how long (ms) after its beginning it is heard."""
    if event.articulation.model:
        return _model(event, velocity, rate), (1.0,), event.articulation.attack_ms
    take, shares = _sampled(event, velocity)
    lead_ms = take.region.lead_ms
    return take, shares, event.articulation.attack_ms if lead_ms is None else lead_ms


def _shaded(event: Event) -> float:
    """The velocity within the phrase: a struck instrument takes part in the dynamics, at its onset."""
    if event.dynamics is None:
        return event.velocity
    return min(127.0, event.velocity * (0.62 + 0.60 * event.dynamics.at(event.seconds)))


def _gain(event: Event, velocity: float) -> float:
    repeat = 1.0 if event.turn == 0 else float(event.random(2).uniform(0.86, 1.0))
    trim_db = event.instrument.gain_db + event.articulation.gain_db
    return float(repeat * (velocity / 127) ** 1.7 * 10 ** (trim_db / 20))


def _model(event: Event, velocity: float, rate: int) -> Model:
    name, variant, step = event.articulation.model or "", event.turn % event.articulation.variants, int(velocity / 16)
    dying = _dying(event)
    heard = event.length + event.articulation.attack_ms / 1000 + _DYING * dying if dying else math.inf
    seconds = next((size for size in _MODEL_SECONDS if size >= heard), math.inf)
    make = partial(struck_model, name, event.pitch, (step + 0.5) / 8, variant, rate, seconds)
    return Model((name, event.pitch, step, variant, seconds), lambda: Sound(make()))


def _sampled(event: Event, velocity: float) -> tuple[Take, tuple[float, ...]]:
    """The take of the note, and the shares of its veils."""
    layer, choices = _choices(event, velocity)
    region = choices[event.turn % len(choices)]
    detune = _DETUNED[event.turn % len(_DETUNED)] * (6 if event.instrument.keys else 1)
    heard = event.length + event.articulation.attack_ms / 1000 + _DYING * _dying(event) if _dying(event) else math.inf
    low, high = layer.velocities
    softness = min(1.0, max(0.0, (high - velocity) / (high - low))) if high > low else 0.0
    darkness = (0.6 if low == 1 else 0.35) * softness + _DARKENED[event.turn % len(_DARKENED)]
    if darkness < 0.02:
        return Take(region, event.pitch + detune, seconds=heard), (1.0,)
    return Take(region, event.pitch + detune, (0.0, 1.0), heard), (1 - darkness, darkness)


def _choices(event: Event, velocity: float) -> tuple[Layer, tuple[Region, ...]]:
    """The recordings for a key and velocity that repeats take in turn: those of the key, and its neighbours'."""
    layers = layers_at(event.articulation, event.pitch)
    layer = next((one for one in layers if velocity <= one.velocities[1]), layers[-1])
    return layer, _alternatives(layer, event.pitch, bool(event.instrument.keys))


@lru_cache(maxsize=4096)
def _alternatives(layer: Layer, pitch: int, keyed: bool) -> tuple[Region, ...]:
    """The recordings of a layer for a key; a neighbour's only where keys are pitches."""
    own = tuple(region for region in layer.regions if region.keys[0] <= pitch <= region.keys[1])
    if keyed:
        return own or (layer.nearest(pitch),)
    ranked = [layer.nearest(pitch, nth) for nth in range(max(_FEWEST, len(own) + 1))]
    near = dict.fromkeys(one for one in ranked if one in own or abs(one.root - pitch) <= _NEAR)
    return tuple(near) or (ranked[0],)


def _dying(event: Event) -> float:
    """Seconds in which the note falls to 1/e once it is let go; 0 when it is never damped."""
    if event.choked:
        return _CHOKE_SECONDS
    if event.articulation.model is not None:
        return event.articulation.release_seconds or 0.0
    own = event.articulation.release_seconds
    seconds = _DAMPING.get(event.instrument.name, 0.25) if own is None else own
    return max(seconds, 0.35) if event.wanted in ("staccato", "pizzicato") else seconds


def _pieces(event: Event, colours: tuple[Colour, ...], attack_ms: float, rate: int) -> Iterator[Audio]:
    """The sum of the colours, damped once the note is let go; in pieces, so that a roll holds its sound only once."""
    seconds = _dying(event)
    size = len(colours[0][0])
    begin = round((event.length + attack_ms / 1000) * rate) if seconds else size
    fade = max(1, min(round(_DYING * seconds * rate), size - begin))
    end = min(size, begin + fade)
    for first in range(0, end, _PIECE):
        last = min(end, first + _PIECE)
        piece = colours[0][0][first:last] * np.float32(colours[0][1])
        for audio, share in colours[1:]:
            piece += audio[first:last] * np.float32(share)
        if last > begin:
            into = np.maximum(np.arange(first, last) - begin, 0)
            piece *= (np.exp(-into / (seconds * rate)) * (1 - into / fade)).astype(np.float32)[:, None]
        yield piece
