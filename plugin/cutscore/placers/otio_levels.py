"""Gain, fades and ducking of the music clip in DaVinci Resolve's own OTIO; plain OpenTimelineIO has no field for them.

Resolve writes an effect "Fairlight Clip Volume and Fades": `volume` in dB with keyframes that count from
the clip's first frame, `faderIn` and `faderOut` in frames.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from cutscore.placers.json_text import Raw
from cutscore.placers.laid_music import LaidMusic, duck_of, fitting_fades
from cutscore.placers.otio_parts import Json, MusicClip
from cutscore.placers.piece import Piece

VOLUME = "Fairlight Clip Volume and Fades"
_TYPE = 62
_LONGEST = 2147483647.0


def volume_effect(music: MusicClip, piece: Piece, extra_db: float = 0.0) -> Json | None:
    """The effect for a clip; None where the music plays as it is."""
    laid = _laid(music, piece, extra_db)
    fade_in, fade_out = fitting_fades(laid)
    keyframes = {
        str(level.frame - laid.source): {"Value": level.db, "Variant Type": "Double"} for level in laid.levels()
    }
    parameters: list[Json] = []
    if laid.gain_db or keyframes:
        parameters.append({"Key Frames": keyframes, **_parameter("volume", laid.gain_db, -100.0, 30.0)})
    for name, frames in (("faderIn", fade_in), ("faderOut", fade_out)):
        if frames:
            parameters.append(_parameter(name, float(frames), 0.0, _LONGEST))
    if not parameters:
        return None
    return {
        "OTIO_SCHEMA": "Effect.1",
        "metadata": {
            "Resolve_OTIO": {
                "Display Type": 1,
                "Effect Name": VOLUME,
                "Enabled": True,
                "Name": "Volume",
                "Parameters": parameters,
                "Type": _TYPE,
            }
        },
        "name": "",
        "effect_name": "Resolve Effect",
    }


def is_volume(effect: Any) -> bool:
    """Whether an effect is Resolve's volume of a clip."""
    metadata = effect.get("metadata") if isinstance(effect, dict) else None
    resolve = metadata.get("Resolve_OTIO") if isinstance(metadata, dict) else None
    return isinstance(resolve, dict) and resolve.get("Effect Name") == VOLUME


def digest(effect: Mapping[str, Any]) -> str:
    """A short hash of an effect, by which we know again what we wrote."""
    return sha256(json.dumps(_plain(effect), sort_keys=True).encode()).hexdigest()[:16]


def _parameter(name: str, value: float, least: float, most: float) -> Json:
    return {
        "Default Parameter Value": 0.0,
        "Parameter ID": name,
        "Parameter Value": value,
        "Variant Type": "Double",
        "maxValue": most,
        "minValue": least,
    }


def _laid(music: MusicClip, piece: Piece, extra_db: float) -> LaidMusic:
    before = music.handles[0]
    return LaidMusic(
        name=music.name,
        url=music.url,
        audio=piece.audio,
        role=piece.role,
        track_name=piece.track_name,
        rate=piece.rate,
        start=0,
        frames=music.frames,
        source=before + music.head,
        file_frames=music.media_frames + sum(music.handles),
        timecode=0,
        gain_db=piece.gain_db + extra_db,
        duck=duck_of(piece.cue, piece.rate, before) if piece.duck else (),
        fade_in=piece.fade_in_frames,
        fade_out=piece.fade_out_frames,
    )


def _plain(value: Any) -> Any:
    """Numbers as they are meant, however a file spells them."""
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Raw) and value not in ("true", "false", "null"):
        return float(value)
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
