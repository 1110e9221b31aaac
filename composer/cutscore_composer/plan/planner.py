"""The planner: wishes and picture to a Brief. Explicit words win, then mood words, then the picture decides."""

from __future__ import annotations

from cutscore_composer.look.seen import Seen
from cutscore_composer.plan.brief import Brief, Key, Mode
from cutscore_composer.plan.from_picture import PictureMood, picture_mood
from cutscore_composer.plan.lexicon import Mood, mood_of
from cutscore_composer.plan.style import Style, energy_class, load_style
from cutscore_composer.plan.words import Asked, read_words, words_of
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.wishes import Wishes

DEFAULT_STYLE = "cinematic"

_VALENCE_OF_MODE: dict[Mode, tuple[float, float]] = {
    "major": (0.2, 1.0),
    "lydian": (0.3, 1.0),
    "mixolydian": (0.1, 0.7),
    "dorian": (-0.4, 0.3),
    "minor": (-1.0, 0.0),
    "phrygian": (-1.0, -0.4),
}


def plan(wishes: Wishes, seen: Seen, spotting: Spotting, seed: int) -> Brief:
    """What the music is to be.

    Raises InputRefused when `wishes.style` names no style, listing those there are.
    """
    style = load_style(wishes.style or DEFAULT_STYLE)
    text = words_of(wishes)
    asked = read_words(text)
    mood, picture = mood_of(text), picture_mood(seen, spotting)
    warnings = list(asked.warnings)
    if mood is not None and mood.contradiction:
        warnings.append(f"The words {', '.join(mood.words)} pull against each other; the music goes between them.")
    if text and mood is None and asked == Asked():
        warnings.append("No word of the description is known to the composer; the picture decided.")

    valence, energy = _mood(asked, mood, picture)
    key = _key(style, asked, valence, picture, seed)
    instruments = _instruments(style, asked, warnings)
    return Brief(
        style=style.name,
        description=wishes.description,
        tags=wishes.tags,
        key=key,
        metre=_metre(style, asked, warnings),
        bpm_range=asked.bpm_range or _bpm_range(style, energy),
        instruments=instruments,
        valence=round(valence, 3),
        energy=round(energy, 3),
        ending=wishes.ending or asked.ending or spotting.ending,
        sync=wishes.sync,
        loudness_lufs=wishes.loudness_lufs,
        peak_dbtp=wishes.peak_dbtp,
        grain=picture.grain,
        style_data=style.model_dump(mode="json", by_alias=True),
        warnings=tuple(warnings),
    )


def _mood(asked: Asked, mood: Mood | None, picture: PictureMood) -> tuple[float, float]:
    """Valence and energy: words if there are any, coloured by the picture."""
    if mood is None:
        valence, energy = picture.valence, picture.energy
    else:
        valence = 0.88 * mood.valence + 0.12 * picture.valence
        energy = 0.85 * mood.energy + 0.15 * picture.energy
    if asked.mode is not None:
        low, high = _VALENCE_OF_MODE[asked.mode]
        valence = min(high, max(low, valence))
    if asked.bpm_range is not None and mood is None:
        pace = (sum(asked.bpm_range) / 2 - 60) / 90
        energy = 0.5 * energy + 0.5 * min(0.95, max(0.05, pace))
    return min(1.0, max(-1.0, valence)), min(1.0, max(0.0, energy))


def _key(style: Style, asked: Asked, valence: float, picture: PictureMood, seed: int) -> Key:
    mode = asked.mode or next((row.mode for row in style.modes if valence <= row.up_to), style.modes[-1].mode)
    if mode not in style.harmony:
        mode = "minor" if mode in ("minor", "dorian", "phrygian") else "major"
    if asked.tonic is not None:
        return Key(asked.tonic, mode)
    tonics = style.tonics.get(mode) or ["D"]
    return Key(tonics[(picture.grain + seed) % len(tonics)], mode)


def _metre(style: Style, asked: Asked, warnings: list[str]) -> tuple[int, int]:
    allowed = [(int(text[0]), 4) for text in style.metre.allowed]
    default = (int(style.metre.default[0]), 4)
    if asked.metre is None:
        return default
    if asked.metre not in allowed:
        names = ", ".join(style.metre.allowed)
        warnings.append(f"The style {style.name} does not play in {asked.metre[0]}/{asked.metre[1]}, only in {names}.")
        return default
    return asked.metre


def _bpm_range(style: Style, energy: float) -> tuple[float, float]:
    """The class's range, moved a little by where the energy lies in its class."""
    low, high = getattr(style.tempo, energy_class(energy))
    edges = {"low": (0.0, 0.35), "mid": (0.35, 0.65), "high": (0.65, 1.0)}[energy_class(energy)]
    place = (energy - edges[0]) / (edges[1] - edges[0])
    width = (high - low) * 0.62
    start = low + (high - low - width) * place
    return round(start, 1), round(start + width, 1)


def _instruments(style: Style, asked: Asked, warnings: list[str]) -> tuple[str, ...]:
    """Plain names of what plays, in the style's order."""
    have = style.plain_names()
    missing = [name for name in (*asked.only, *asked.wanted) if name not in have]
    for name in dict.fromkeys(missing):
        warnings.append(f"There is no {name} in the style {style.name}; the music does without.")
    only = [name for name in have if name in asked.only]
    if only:
        # "Only strings" includes their basses; "solo piano" is a piano and nothing else.
        kept = [n for n in have if n in only or (n == "bass" and "strings" in only) or n in asked.wanted]
    else:
        kept = [name for name in have if name not in asked.refused]
    kept = [name for name in kept if name not in asked.refused]
    if not kept:
        warnings.append("Every instrument of the style was refused; a piano plays alone.")
        kept = ["piano"]
    return tuple(kept)
