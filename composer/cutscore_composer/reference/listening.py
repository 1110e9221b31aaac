"""Listening: the picture's own sound through the ear, and what of it is clear enough to be followed."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d

from cutscore_composer.engine import Progress
from cutscore_composer.look.seen import CURVE_HZ, Curve, Seen
from cutscore_composer.media.sound import mix_sounds
from cutscore_composer.picture import Picture, SoundRole
from cutscore_composer.plan.brief import Key
from cutscore_composer.reference.ear import EAR_RATE, Doubles, Ear
from cutscore_composer.reference.heard import Heard
from cutscore_composer.reference.pulse import Pulse, pulse_of
from cutscore_composer.reference.tonal import Tonality, tonality_of
from cutscore_composer.spot.curves import step

_CLEAR_KEY, _LEAST_LIKENESS = 0.09, 0.5
"""Grid times likeness, and likeness, from which a key is one: speech reaches .07 and .45."""
_CLEAR_BEAT, _CLEAR_BEAT_ALONE = 0.09, 0.2
"""Clarity from which a beat is one, where there are tones and where there are none: noise reaches .09, a room .13."""
_LOUD_SECONDS = 3.0
_SILENT_DB = -45.0
"""Under the loudest stretch: nothing."""
_INAUDIBLE_LUFS = -60.0
_LEAST_RANGE_DB = 8.0
"""A sound that moves by less has an arc that moves as little."""
_ROLES: tuple[SoundRole, ...] = ("dialogue", "music", "effects")


def listen_to(picture: Picture, seen: Seen, progress: Progress) -> Heard:
    """See `reference.listen`."""
    if not picture.sounds:
        return Heard(warnings=("The edit has no sound of its own to follow: the music follows the picture alone.",))
    told = {sound.role for sound in picture.sounds}
    # Temporary music of the edit is what is meant, without what is spoken over it.
    roles: tuple[SoundRole, ...] = ("music",) if "music" in told else _ROLES
    ear = Ear()
    warnings: list[str] = []
    spoken = [(float(first / seen.rate), float(last / seen.rate)) for first, last in seen.speech]
    for block in mix_sounds(picture, roles=roles, sample_rate=EAR_RATE, warn=warnings.append):
        at = ear.samples / EAR_RATE
        progress.report("look", 1.0, "listening to the edit's own music")
        # Half a second about speech is speech too: the blocks of a quarter of a second are not cut.
        over_voice = "music" not in told and any(first - 0.3 < at < last + 0.3 for first, last in spoken)
        ear.add(block.mean(axis=1), spoken=over_voice)
    return heard_of(ear, len(seen.motion), tuple(dict.fromkeys(warnings)))


def heard_of(ear: Ear, size: int, warnings: tuple[str, ...] = ()) -> Heard:
    """What is to be followed of what an ear has taken in; `size` is the length of the arc."""
    arc = arc_of(ear.levels(), size)
    if arc is None:
        silent = "The edit's own sound is silent: the music follows the picture alone."
        return Heard(warnings=(*warnings, silent))
    tonality, pulse = tonality_of(*ear.pitches()), pulse_of(ear.onsets())
    key = tonality if tonality is not None and _has_key(tonality) else None
    beat = pulse if pulse is not None and _has_beat(pulse, key is not None) else None
    return Heard(
        bpm=None if beat is None else beat.bpm,
        key=None if key is None else Key(key.tonic, key.mode),
        arc=arc,
        brightness_db=ear.brightness_db() if key is not None or beat is not None else None,
        warnings=(*warnings, *_unclear(key is not None, beat is not None)),
    )


def arc_of(levels: Doubles, size: int) -> Curve | None:
    """Loudness powers at CURVE_HZ as an energy: the middle of what sounds is .5; None for silence."""
    if not len(levels) or 10 * np.log10(levels.max() + 1e-20) < _INAUDIBLE_LUFS:
        return None
    smooth = uniform_filter1d(levels, round(_LOUD_SECONDS * CURVE_HZ), mode="nearest")
    level = 10 * np.log10(np.maximum(smooth, 1e-20))
    sounding = level[level > level.max() + _SILENT_DB]
    low, middle, high = np.quantile(sounding, (0.05, 0.5, 0.95))
    energy = 0.5 + 0.85 * (level - middle) / max(float(high - low), _LEAST_RANGE_DB)
    energy = np.where(level > level.max() + _SILENT_DB, energy, 0.0)
    places = np.minimum(np.arange(size), len(energy) - 1)
    return np.array([step(min(max(float(value), 0.05), 1.0)) for value in energy[places]], np.float32)


def _has_key(tonality: Tonality) -> bool:
    return tonality.grid * tonality.clarity > _CLEAR_KEY and tonality.clarity > _LEAST_LIKENESS


def _has_beat(pulse: Pulse, tones: bool) -> bool:
    return pulse.clarity > (_CLEAR_BEAT if tones else _CLEAR_BEAT_ALONE)


def _unclear(key: bool, beat: bool) -> tuple[str, ...]:
    if not key and not beat:
        return ("No music is heard in the edit's own sound: only its loudness is followed.",)
    if not beat:
        return ("The edit's own music has no clear beat: its tempo is not followed.",)
    if not key:
        return ("The edit's own music has no clear key: its key is not followed.",)
    return ()
