"""Synthesiser sounds that stay: pads and the drone, many voices a little apart, never still.

Each is one seamless loop of spectral lines in which a filter goes once up and down, otherwise on
each side: what moves is a mixture of the same lines filtered more and less.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cutscore_composer.play.samples import Sound
from cutscore_composer.play.synth.looping import Lines, Loop, loop_of
from cutscore_composer.play.synth.strike import Wave
from cutscore_composer.play.synth.tone import Tone, begun
from cutscore_composer.play.synth.waves import Shape, low_pass, partials

_SECONDS = 6.0


@dataclass(frozen=True, slots=True)
class Layer:
    """Voices of a pad that play the same interval."""

    ratio: float
    shape: Shape
    voices: int
    cents: float
    """How far the outermost voices stand from the middle."""
    level: float
    width: float
    """How far to the sides they stand."""


def pad(tone: Tone) -> Sound:
    """The wide pad: saws all over the room, an octave above them, a filter that breathes."""
    layers = (Layer(1, "saw", 7, 11, 1.0, 0.9), Layer(2, "saw", 4, 9, 0.35, 1.0))
    corners = (1900.0, 3600.0) if tone.bright else (560.0, 950.0)
    return begun(_breathing(tone, layers, corners, order=2), tone.rate, 0.14)


def warm_pad(tone: Tone) -> Sound:
    """The round pad: pulses and saws under a low filter, with a soft tone an octave below."""
    layers = (
        Layer(1, "saw", 4, 6, 1.0, 0.7),
        Layer(1, "pulse", 3, 8, 0.7, 1.0),
        Layer(0.5, "triangle", 1, 0, 0.30, 0.0),
    )
    corners = (850.0, 1500.0) if tone.bright else (300.0, 480.0)
    return begun(_breathing(tone, layers[: 3 if tone.hertz > 100 else 2], corners, order=2), tone.rate, 0.16)


def glass_pad(tone: Tone) -> Sound:
    """The clear pad: few high partials, each swelling in its own time, and air around them."""
    loop, random = loop_of(tone.hertz, tone.rate, _SECONDS), tone.random()
    lines = Lines(loop)
    # Ratios of rubbed glass: nearly harmonic, with one partial that is not.
    ratios = np.array([1.0, 2.0, 3.0, 4.0, 5.41, 6.0, 8.0, 12.0])
    levels = np.array([1.0, 0.42, 0.34, 0.22, 0.10, 0.13, 0.10, 0.05])
    dull = np.exp(-np.arange(8) / 2.2) if not tone.bright else np.ones(8)
    for ratio, level in zip(ratios, levels * dull, strict=True):
        hertz = loop.hertz * ratio
        if hertz > 13_000:
            continue
        for side in (0, 1):
            phase, swell = np.exp(2j * np.pi * random.random(2))
            line = np.array([phase, 0.0]) if side == 0 else np.array([0.0, phase])
            lines.add(hertz, level * line[0], level * line[1])
            pace = int(random.integers(1, 4)) / (loop.size / loop.rate)
            depth = level * (0.10 if ratio == 1 else 0.38)
            for pair, turn in ((-pace, np.conj(swell)), (pace, swell)):
                lines.add(hertz + pair, depth * line[0] * turn, depth * line[1] * turn)
            near = hertz + np.arange(-24, 25) / (loop.size / loop.rate) * 2
            air = 0.012 * level * np.exp(-(np.linspace(-2, 2, 49) ** 2)) * np.exp(2j * np.pi * random.random(49))
            lines.add(near, air * (side == 0), air * (side == 1))
    return begun(lines.loop(), tone.rate, 0.18)


def drone(tone: Tone) -> Sound:
    """A dark tone with its octaves and fifth, each beating in its own time, over the rumble of a large room."""
    loop, random = loop_of(tone.hertz, tone.rate, 9.0), tone.random()
    layers = (
        Layer(1, "saw", 3, 5, 1.0, 0.5),
        Layer(2, "pulse", 2, 4, 0.35, 0.9),
        Layer(1.5, "saw", 2, 3, 0.20, 0.9),
        Layer(0.5, "triangle", 1, 0, 0.6 if tone.hertz > 55 else 0.0, 0.0),
    )
    lines = _lines(loop, layers, random)
    corners = (320.0, 780.0) if tone.bright else (110.0, 210.0)
    made = _moved(lines, corners, 2, random)
    rumble = Lines(loop)
    hertz = np.arange(28, 160, loop.rate / loop.size)
    for side in (0, 1):
        level = np.exp(-((np.log2(hertz / 62) / 0.7) ** 2)) * np.exp(2j * np.pi * random.random(len(hertz)))
        rumble.add(hertz, level * (side == 0), level * (side == 1))
    low = rumble.loop()
    return begun(made + low * (0.22 * np.sqrt((made**2).mean() / (low**2).mean())), tone.rate, 0.6)


def _breathing(tone: Tone, layers: tuple[Layer, ...], corners: tuple[float, float], *, order: int) -> Wave:
    loop, random = loop_of(tone.hertz, tone.rate, _SECONDS), tone.random()
    # A filter that follows the keyboard half way: high notes keep their second partial.
    follow = max(1.0, (tone.hertz / 220) ** 0.5)
    return _moved(_lines(loop, layers, random), (corners[0] * follow, corners[1] * follow), order, random)


def _lines(loop: Loop, layers: tuple[Layer, ...], random: np.random.Generator) -> Lines:
    lines = Lines(loop)
    for layer in layers:
        hertz, amplitude = partials(layer.shape, loop.hertz * layer.ratio, limit=12_000.0)
        for number in range(layer.voices):
            place = 0.0 if layer.voices == 1 else 2 * number / (layer.voices - 1) - 1
            shift = 2 ** (layer.cents * place * random.uniform(0.8, 1.0) / 1200)
            side = layer.width * (place if number % 2 else -place)
            # Free-running oscillators: each begins anywhere in its turn.
            turned = amplitude * layer.level * np.exp(2j * np.pi * random.random() * np.arange(1, len(hertz) + 1))
            lines.add(hertz * shift, turned * (1 - side), turned * (1 + side))
    return lines


def _moved(lines: Lines, corners: tuple[float, float], order: int, random: np.random.Generator) -> Wave:
    """The lines through a filter that goes between two corners, once in the loop, late on one side."""
    low, high = (low_pass(lines.hertz, corner, order=order, peak=0.25) for corner in corners)
    phase = random.uniform(0, 2 * np.pi)
    return lines.breathing(low, high, (phase, phase + 1.3))
