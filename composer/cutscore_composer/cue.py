"""The cue file, `NAME.cue.json`: what a piece of music is and where it meets the picture.

Schema "cutscore.cue/1". Times are seconds from the first frame. Fields that a server's music
does not tell are None or empty. Unknown fields of a newer minor version are ignored on reading.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

from cutscore_composer.errors import InputRefused
from cutscore_composer.timebase import SAMPLE_RATE, rate_text

SCHEMA = "cutscore.cue/1"


@dataclass(frozen=True, slots=True)
class CueBrief:
    """What the music was meant to be."""

    style: str | None = None
    description: str | None = None
    tags: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    valence: float | None = None
    energy: float | None = None
    ending: Literal["ring", "button", "fade"] | None = None
    sync: Literal["loose", "natural", "tight"] | None = None


@dataclass(frozen=True, slots=True)
class CueKey:
    """Tonic ("D", "Eb", "F#") and mode ("minor")."""

    tonic: str
    mode: str


@dataclass(frozen=True, slots=True)
class CueKeyAt:
    """The key from `time` (seconds) on: music may leave its key where the picture turns, and come back."""

    time: float
    tonic: str
    mode: str


@dataclass(frozen=True, slots=True)
class TempoPoint:
    """From `time` (seconds) and `beat` on, the tempo is `bpm`."""

    time: float
    bpm: float
    beat: float


@dataclass(frozen=True, slots=True)
class CueTempo:
    """The prevailing tempo and the tempo map."""

    bpm: float
    map: tuple[TempoPoint, ...] = ()


@dataclass(frozen=True, slots=True)
class CueSection:
    """A part of the form; energy 0 to 1."""

    start: float
    end: float
    name: str
    energy: float


@dataclass(frozen=True, slots=True)
class CueCut:
    """A change of shot; weight 0 to 1."""

    time: float
    kind: Literal["cut", "dissolve", "fade"]
    weight: float


@dataclass(frozen=True, slots=True)
class CueHit:
    """A moment that gets an accent. `error_ms`: accent minus moment, positive is late."""

    time: float
    kind: Literal["cut", "marker", "motion", "flash"]
    weight: float
    error_ms: float
    on: Literal["downbeat", "beat", "eighth", "free"]


@dataclass(frozen=True, slots=True)
class CueChord:
    """A chord symbol ("Dm", "Bb/F") from `time` on."""

    time: float
    symbol: str


@dataclass(frozen=True, slots=True)
class CueLoudness:
    """Integrated loudness (LUFS), true peak (dBTP), loudness range (LU)."""

    lufs: float
    dbtp: float
    lra: float
    stems_db: float = 0.0
    """How far all stem files lie under the master, so that none clips (0 or negative)."""


@dataclass(frozen=True, slots=True)
class CueStem:
    """A stem and its file name beside the cue file."""

    name: str
    file: str


@dataclass(frozen=True, slots=True)
class CueAlternate:
    """Another version of the piece and its file name beside the cue file."""

    name: str
    file: str


@dataclass(frozen=True, slots=True)
class CueSpeech:
    """A stretch of speech in the edit's own sound."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class CueGain:
    """A keyframe: the music's gain in dB at a time, straight to the next one."""

    time: float
    db: float


@dataclass(frozen=True, slots=True)
class CueReference:
    """What was heard of the edit's own sound and followed; None where it was not clear."""

    bpm: float | None = None
    key: CueKey | None = None
    brightness_db: float | None = None
    """What lies between 2 and 8 kHz against what lies between 200 Hz and 2 kHz."""
    arc: bool = False
    """Whether the energy follows its loudness."""


@dataclass(frozen=True, slots=True)
class CueEffect:
    """A sound effect: `time` is its peak, or where room tone begins; weight 0 to 1."""

    time: float
    kind: Literal["whoosh", "riser", "impact", "room"]
    weight: float
    name: str
    """What it is for people: "riser into the cut", "room, dark and still"."""
    start: float = 0.0
    end: float = 0.0
    """Where it begins and is over."""


@dataclass(frozen=True, slots=True)
class Cue:
    """The whole cue file."""

    engine: str
    seed: int | None
    rate: str
    """The frame rate as "24000/1001"."""
    frames: int
    duration: float
    """Seconds, to a microsecond; `frames` and `rate` are exact."""
    samples: int
    sample_rate: int = SAMPLE_RATE
    start_frame: int = 0
    """Frame number (start timecode) of the first frame of the picture."""
    drop_frame: bool = False
    """Whether the picture's timecode drops frames."""
    handle_frames: tuple[int, int] = (0, 0)
    """Frames that the sound file holds before the picture begins and after it ends, beyond `samples`."""
    brief: CueBrief = CueBrief()
    key: CueKey | None = None
    keys: tuple[CueKeyAt, ...] = ()
    """The keys that the music goes through, the first from its beginning; `key` is the home that it ends in."""
    metre: str | None = None
    tempo: CueTempo | None = None
    beats: tuple[float, ...] = ()
    downbeats: tuple[float, ...] = ()
    sections: tuple[CueSection, ...] = ()
    cuts: tuple[CueCut, ...] = ()
    hits: tuple[CueHit, ...] = ()
    chords: tuple[CueChord, ...] = ()
    loudness: CueLoudness | None = None
    stems: tuple[CueStem, ...] = ()
    alternates: tuple[CueAlternate, ...] = ()
    speech: tuple[CueSpeech, ...] = ()
    dialogue_lufs: float | None = None
    """Loudness of the edit's own dialogue, measured on `speech` alone; None where there is none."""
    duck: tuple[CueGain, ...] = ()
    """What draws the music down under the dialogue: constant before the first keyframe and after the last."""
    reference: CueReference | None = None
    """What the music follows of the edit's own sound; left out of the file where it was not asked to."""
    effects: tuple[CueEffect, ...] = ()
    """The sound effects mixed under the music, in order; left out of the file where there are none."""
    tracks: tuple[CueStem, ...] = ()
    """Music and effects as files of their own, which sum to the audio; left out of the file where there are none."""
    warnings: tuple[str, ...] = ()
    schema: str = field(default=SCHEMA)


def cue_json(cue: Cue) -> str:
    """The cue file's text: `schema` first, floats to a microsecond, one key a line at the top level."""
    data = _rounded(asdict(cue))
    for name in _OPTIONAL:
        if not data[name]:
            del data[name]
    ordered = {"schema": data.pop("schema"), **data}
    lines = [f"  {json.dumps(key)}: {json.dumps(value, ensure_ascii=False)}" for key, value in ordered.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read_cue(path: Path) -> Cue:
    """Read a cue file. Raises InputRefused with the file and field when it is not one."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputRefused(f"The cue file {path} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise InputRefused(f"The cue file {path} is not JSON: {error}.") from error
    schema = data.get("schema") if isinstance(data, dict) else None
    if not isinstance(schema, str) or not schema.startswith("cutscore.cue/1"):
        raise InputRefused(f"{path} is not a cue file that this version reads (schema {schema!r}).")
    try:
        return _cue_from(data)
    except (KeyError, TypeError, ValueError) as error:
        raise InputRefused(f"The cue file {path} lacks or garbles a field: {error}.") from error


def rate_of(cue: Cue) -> Fraction:
    """The exact frame rate of a cue."""
    return Fraction(cue.rate)


def new_cue(engine: str, rate: Fraction, frames: int, samples: int, **known: Any) -> Cue:
    """A cue with the fields that every piece has; `known` are further fields."""
    return Cue(
        engine=engine,
        seed=known.pop("seed", None),
        rate=rate_text(rate),
        frames=frames,
        duration=round(float(Fraction(frames) / rate), 6),
        samples=samples,
        **known,
    )


_ROWS: dict[str, type] = {
    "keys": CueKeyAt,
    "sections": CueSection,
    "cuts": CueCut,
    "hits": CueHit,
    "chords": CueChord,
    "stems": CueStem,
    "alternates": CueAlternate,
    "speech": CueSpeech,
    "duck": CueGain,
    "effects": CueEffect,
    "tracks": CueStem,
}
_OPTIONAL = ("reference", "effects", "tracks")
"""Fields that are in the file only where they say something: cue files without them stay as they were."""
_ONES: dict[str, type] = {"brief": CueBrief, "key": CueKey, "loudness": CueLoudness}


def _known(cls: type, data: dict[str, Any]) -> Any:
    names = {f.name for f in fields(cls)}
    made = {key: tuple(value) if isinstance(value, list) else value for key, value in data.items() if key in names}
    return cls(**made)


def _cue_from(data: dict[str, Any]) -> Cue:
    made: dict[str, Any] = {}
    for key, value in data.items():
        if key in _ROWS:
            made[key] = tuple(_known(_ROWS[key], row) for row in value)
        elif key in _ONES and value is not None:
            made[key] = _known(_ONES[key], value)
        elif key == "reference" and value is not None:
            made[key] = _known(CueReference, {**value, "key": value.get("key") and _known(CueKey, value["key"])})
        elif key == "tempo" and value is not None:
            made[key] = CueTempo(value["bpm"], tuple(_known(TempoPoint, row) for row in value.get("map", [])))
        else:
            made[key] = value
    cue = _known(Cue, made)
    assert isinstance(cue, Cue)
    return cue


def _rounded(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, 6) + 0.0  # minus zero is zero
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(item) for item in value]
    return value
