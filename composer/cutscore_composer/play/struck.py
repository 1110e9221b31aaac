"""Notes that ring by themselves: piano, plucked and short strings, drums, bells."""

from __future__ import annotations

from functools import partial

import numpy as np

from cutscore_composer.play.models import struck_model
from cutscore_composer.play.samples import Audio, Samples, Sound
from cutscore_composer.play.schedule import Event
from cutscore_composer.play.sfz import Layer, Region, read_sfz
from cutscore_composer.play.voice import Voice

_DAMPING = {"piano": 0.16, "harp": 0.9, "percussion": 0.0, "timpani": 0.0}
"""Seconds that a note takes to die once it is let go; 0 is never damped. Others: 0.25."""
_DETUNED = (0.0, 0.03)
"""Semitones by which repeats differ."""


def struck_voice(event: Event, samples: Samples) -> Voice:
    """The voice of a struck event."""
    velocity = _shaded(event)
    onset = round((event.seconds - event.articulation.attack_ms / 1000) * samples.rate)
    sound = _model(event, velocity, samples) if event.articulation.model else _sampled(event, velocity, samples)
    return Voice(onset, iter((_damped(event, sound, samples.rate) * np.float32(_gain(event, velocity)),)))


def _shaded(event: Event) -> float:
    """The velocity within the phrase: a struck instrument takes part in the dynamics, at its onset."""
    if event.dynamics is None:
        return event.velocity
    return min(127.0, event.velocity * (0.62 + 0.60 * event.dynamics.at(event.seconds)))


def _gain(event: Event, velocity: float) -> float:
    repeat = 1.0 if event.turn == 0 else float(event.random(2).uniform(0.86, 1.0))
    trim_db = event.instrument.gain_db + event.articulation.gain_db
    return float(repeat * (velocity / 127) ** 1.7 * 10 ** (trim_db / 20))


def _model(event: Event, velocity: float, samples: Samples) -> Audio:
    name, variant, step = event.articulation.model or "", event.turn % event.articulation.variants, int(velocity / 16)
    make = partial(struck_model, name, event.pitch, (step + 0.5) / 8, variant, samples.rate)
    return samples.kept((name, event.pitch, step, variant), lambda: Sound(make())).audio


def _sampled(event: Event, velocity: float, samples: Samples) -> Audio:
    layer, region = _region(event, velocity)
    detune = _DETUNED[event.turn % len(_DETUNED)] * (8 if event.instrument.keys else 1)
    heard = 1e9 if not _dying(event) else event.length + 5 * _dying(event)
    bright = samples.pitched(region, event.pitch + detune, seconds=heard).audio
    low, high = layer.velocities
    darkness = (0.6 if low == 1 else 0.35) * min(1.0, max(0.0, (high - velocity) / (high - low)))
    if darkness < 0.02:
        return bright
    dark = samples.pitched(region, event.pitch + detune, veil=1.0, seconds=heard).audio
    # Either may be a longer one that was kept from before.
    bright, dark = bright[: len(dark)], dark[: len(bright)]
    return bright * np.float32(1 - darkness) + dark * np.float32(darkness)


def _region(event: Event, velocity: float) -> tuple[Layer, Region]:
    """The recording for a key and velocity; a repeat takes another one, of the same key or of its neighbour."""
    assert event.articulation.sfz is not None
    layers = read_sfz(event.articulation.sfz)
    if event.instrument.keys:
        struck = [
            (layer, region)
            for layer in layers
            for region in layer.regions
            if region.keys[0] <= event.pitch <= region.keys[1]
        ]
        return next((pair for pair in struck if velocity <= pair[0].velocities[1]), struck[-1])
    layer = next((one for one in layers if velocity <= one.velocities[1]), layers[-1])
    choices = max(region.variants for region in layer.regions) + (event.instrument.name != "timpani")
    return layer, layer.nearest(event.pitch, event.turn % choices)


def _dying(event: Event) -> float:
    """Seconds in which the note falls to 1/e once it is let go; 0 when it is never damped."""
    if event.articulation.model is not None and event.instrument.name != "harp":
        return 0.0
    seconds = _DAMPING.get(event.instrument.name, 0.25)
    return max(seconds, 0.35) if event.wanted in ("staccato", "pizzicato") else seconds


def _damped(event: Event, audio: Audio, rate: int) -> Audio:
    seconds = _dying(event)
    if not seconds:
        return audio
    begin = round((event.length + event.articulation.attack_ms / 1000) * rate)
    if begin >= len(audio):
        return audio
    fade = min(round(4 * seconds * rate), len(audio) - begin)
    dying = np.exp(-np.arange(fade) / (seconds * rate)) * np.linspace(1, 0, fade)
    gain = np.concatenate([np.ones(begin), dying]).astype(np.float32)
    return audio[: begin + fade] * gain[:, None]
