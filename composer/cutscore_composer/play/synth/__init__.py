"""Sounds of our own synthesis, by the names that instruments/synthesised.yaml gives them.

All are band-limited and deterministic by name, pitch and variant; the caller keeps what it used
lately, so each distinct note is made about once.

    >>> struck_model("guitar", 52, strength=0.6, variant=0, rate=48_000).shape[1]
    2
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from cutscore_composer.play.samples import Audio, Sound
from cutscore_composer.play.synth import effects, swells
from cutscore_composer.play.synth.basses import sub, synth_bass, synth_bass_pluck
from cutscore_composer.play.synth.drums import lofi_kit, synth_kit
from cutscore_composer.play.synth.guitars import rock
from cutscore_composer.play.synth.keys import electric_piano, organ
from cutscore_composer.play.synth.leads import pulse, synth_lead, synth_lead_short
from cutscore_composer.play.synth.mallet_bars import bells
from cutscore_composer.play.synth.pads import drone, glass_pad, pad, warm_pad
from cutscore_composer.play.synth.plucked import BASS, ELECTRIC, GUITAR, HARP, NYLON, UKULELE, UPRIGHT, plucked
from cutscore_composer.play.synth.strike import PEAK, Strike, Wave, loudest
from cutscore_composer.play.synth.tone import Tone

_STRUCK: Mapping[str, Callable[[Strike], Wave]] = {
    "harp": partial(plucked, HARP),
    "guitar": partial(plucked, GUITAR),
    "guitar_mute": partial(plucked, GUITAR, muted=True),
    "nylon_guitar": partial(plucked, NYLON),
    "nylon_guitar_mute": partial(plucked, NYLON, muted=True),
    "ukulele": partial(plucked, UKULELE),
    "ukulele_mute": partial(plucked, UKULELE, muted=True),
    "electric_guitar": partial(plucked, ELECTRIC),
    "electric_guitar_mute": partial(plucked, ELECTRIC, muted=True),
    "rock_guitar": rock,
    "rock_guitar_power": partial(rock, intervals=(0, 7, 12)),
    "rock_guitar_mute": partial(rock, intervals=(0, 7), muted=True),
    "upright_bass": partial(plucked, UPRIGHT),
    "bass_guitar": partial(plucked, BASS),
    "bass_guitar_mute": partial(plucked, BASS, muted=True),
    "synth_bass_pluck": synth_bass_pluck,
    "electric_piano": electric_piano,
    "pulse": pulse,
    "synth_lead_short": synth_lead_short,
    "bells": bells,
    "synth_kit": synth_kit,
    "lofi_kit": lofi_kit,
    "whoosh": effects.whoosh,
    "impact": effects.impact,
    "braam": effects.braam,
    "sub_drop": effects.sub_drop,
}
_KITS = ("synth_kit", "lofi_kit")
_SUSTAINED: Mapping[str, Callable[[Tone], Sound]] = {
    "sub": sub,
    "synth_bass": synth_bass,
    "organ": organ,
    "pad": pad,
    "warm_pad": warm_pad,
    "glass_pad": glass_pad,
    "synth_lead": synth_lead,
    "drone": drone,
    "vinyl": effects.vinyl,
}
_ONE_COLOUR = ("sub", "vinyl")
_SWELLING: Mapping[str, Callable[[float, int, float, int], Audio]] = {
    "riser": swells.riser,
    "whoosh_swell": swells.whoosh_swell,
    "reverse": swells.reverse,
}


def struck_model(name: str, pitch: int, strength: float, variant: int, rate: int, seconds: float = math.inf) -> Audio:
    """A struck sound (n, 2): its loudest 30 ms at −6 dB, of a kit's the kick's. `strength` 0 to 1 is its brightness.

    Of some no more than `seconds` are made.
    """
    made = _STRUCK[name](Strike(name, pitch, strength, variant, rate, seconds))
    return np.asarray(made * (PEAK / (1.0 if name in _KITS else loudest(made, rate))), np.float32)


def sustained_model(name: str, pitch: int, rate: int, *, bright: bool = False, variant: int = 0) -> Sound:
    """A sustained sound with a seamless loop, at the level of the pack's sustained bodies, dark or bright."""
    return _SUSTAINED[name](Tone(name, pitch, rate, bright, variant))


def has_two_colours(name: str) -> bool:
    """Whether the bright sound of a sustained model is another than the dark one."""
    return name not in _ONE_COLOUR


def is_swelling(name: str) -> bool:
    """Whether a model is one that grows over the length of its note and stops at its end."""
    return name in _SWELLING


def swelling_model(name: str, seconds: float, pitch: int, strength: float, rate: int) -> Audio:
    """A sound (n, 2) that culminates, and stops, after `seconds`."""
    return _SWELLING[name](seconds, pitch, strength, rate)
