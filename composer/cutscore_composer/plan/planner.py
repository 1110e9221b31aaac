"""The planner: wishes and picture to a Brief. Explicit words win, then mood words, then the picture decides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from cutscore_composer.look.seen import Seen
from cutscore_composer.plan.brief import Brief, Key, Mode
from cutscore_composer.plan.choose_style import choose_style
from cutscore_composer.plan.from_picture import PictureMood, picture_mood
from cutscore_composer.plan.lexicon import Mood, mood_from, mood_of, said_in
from cutscore_composer.plan.seating import seat
from cutscore_composer.plan.style import Style, energy_class, resolve_style
from cutscore_composer.plan.words import Asked, read_words, words_of
from cutscore_composer.reference.following import with_brightness, with_heard
from cutscore_composer.reference.heard import Heard
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.wishes import Wishes

_VALENCE_OF_MODE: dict[Mode, tuple[float, float]] = {
    "major": (0.2, 1.0),
    "lydian": (0.3, 1.0),
    "mixolydian": (0.1, 0.7),
    "dorian": (-0.4, 0.3),
    "minor": (-1.0, 0.0),
    "phrygian": (-1.0, -0.4),
}
_HOMEWARD = 0.35
_BRIGHT: tuple[Mode, ...] = ("major", "lydian", "mixolydian")
_DARK: tuple[Mode, ...] = ("minor", "dorian", "phrygian")


def plan(wishes: Wishes, seen: Seen, spotting: Spotting, seed: int, heard: Heard | None = None) -> Brief:
    """What the music is to be; `heard` of the picture's own sound goes after words and before mood and picture.

    Raises InputRefused when `wishes.style` names no style, listing those there are.
    """
    text = words_of(wishes)
    asked = read_words(text)
    said = said_in(asked.mood_text)
    picture = picture_mood(seen)
    style = resolve_style(wishes.style or choose_style(asked, said, picture))
    if heard is not None:
        style = with_brightness(style, heard)
    wanted = asked if heard is None else with_heard(asked, heard, style)
    mood = mood_from(said)
    arc = _arc(asked)
    valence, energy = _at_home(_mood(replace(wanted, bpm_range=asked.bpm_range), mood, picture, arc), style, wanted)
    seats = seat(style, asked)
    metre, metre_warnings = _metre(style, asked)
    return Brief(
        style=style.name,
        description=wishes.description,
        tags=wishes.tags,
        key=_key(style, wanted, valence, picture, seed),
        metre=metre,
        bpm_range=wanted.bpm_range or _bpm_range(style, energy),
        instruments=seats.instruments,
        valence=round(valence, 3),
        energy=round(energy, 3),
        ending=wishes.ending or asked.ending or spotting.ending,
        sync=wishes.sync,
        loudness_lufs=wishes.loudness_lufs,
        peak_dbtp=wishes.peak_dbtp,
        grain=picture.grain,
        style_data=style.model_dump(mode="json", by_alias=True),
        warnings=(
            *asked.warnings,
            *_word_warnings(text, asked, mood, arc),
            *metre_warnings,
            *seats.warnings,
            *(heard.warnings if heard is not None else ()),
        ),
        wanted=seats.wanted,
        added=seats.added,
        without=seats.without,
        density=asked.density,
        feel=asked.feel,
        arc=arc,
    )


def _word_warnings(text: str, asked: Asked, mood: Mood | None, arc: Sequence[float]) -> tuple[str, ...]:
    """What the words leave open or contradict."""
    if mood is not None and mood.contradiction and not arc:
        return (f"The words {', '.join(mood.words)} pull against each other; the music goes between them.",)
    nothing = Asked(warnings=asked.warnings, mood_text=asked.mood_text)
    if text and mood is None and asked == nothing and not said_in(asked.mood_text):
        return ("No word of the description is known to the composer; the picture decided.",)
    return ()


def _arc(asked: Asked) -> tuple[float, ...]:
    """Energies in the order that the words give them; two for music that is to grow or to settle."""
    moods = [mood_of(stage) for stage in asked.stages]
    energies = tuple(round(mood.energy, 3) for mood in moods if mood is not None)
    if len(energies) > 1 and max(energies) - min(energies) >= 0.2:
        return energies
    if asked.rises is not None:
        return (0.3, 0.75) if asked.rises else (0.75, 0.3)
    return ()


def _mood(asked: Asked, mood: Mood | None, picture: PictureMood, arc: Sequence[float]) -> tuple[float, float]:
    """Valence and energy: words if there are any, coloured by the picture."""
    if mood is None:
        valence, energy = picture.valence, picture.energy
    else:
        share = 0.7 + 0.22 * mood.sureness
        valence = share * mood.valence + (1 - share) * picture.valence
        energy = share * mood.energy + (1 - share) * picture.energy
    if len(arc) > 1 and asked.stages:
        energy = 0.4 * energy + 0.6 * max(arc)
    if asked.mode is not None:
        low, high = _VALENCE_OF_MODE[asked.mode]
        valence = min(high, max(low, valence))
    # Tempo and number of players say something of energy too, the less the more words do.
    weight = 0.5 - 0.2 * (0.0 if mood is None else mood.sureness)
    for hint in _energy_hints(asked):
        energy = (1 - weight) * energy + weight * hint
    return min(1.0, max(-1.0, valence)), min(1.0, max(0.0, energy))


def _at_home(mood: tuple[float, float], style: Style, asked: Asked) -> tuple[float, float]:
    """The mood, drawn some of the way towards where the style is at home: "ambient" says calm by itself."""
    valence, energy = mood
    if asked.mode is None:
        valence += _HOMEWARD * _to_span(valence, style.mood.valence)
    energy += _HOMEWARD * _to_span(energy, style.mood.energy)
    return valence, energy


def _to_span(value: float, span: tuple[float, float]) -> float:
    """The way from a value to the nearest end of a span, 0 inside."""
    return max(0.0, span[0] - value) - max(0.0, value - span[1])


def _energy_hints(asked: Asked) -> list[float]:
    hints = []
    if asked.bpm_range is not None:
        pace = (sum(asked.bpm_range) / 2 - 55) / 90
        hints.append(min(0.95, max(0.08, pace)))
    if asked.density is not None:
        hints.append(0.12 if asked.density == "sparse" else 0.8)
    if {"drums", "percussion"} & set(asked.refused):
        hints.append(0.28)
    if len(asked.only) == 1 and asked.only[0] not in ("drums", "percussion", "taiko"):
        hints.append(0.2)
    return hints


def _key(style: Style, asked: Asked, valence: float, picture: PictureMood, seed: int) -> Key:
    by_mood = next((row.mode for row in style.modes if valence <= row.up_to), style.modes[-1].mode)
    mode: Mode = asked.mode or by_mood
    if mode not in style.harmony:
        near = _DARK if mode in _DARK else _BRIGHT
        mode = next(one for one in (*near, *style.harmony) if one in style.harmony)
    if asked.tonic is not None:
        return Key(asked.tonic, mode)
    tonics = style.tonics.get(mode) or ["D"]
    return Key(tonics[(picture.grain + seed) % len(tonics)], mode)


def _metre(style: Style, asked: Asked) -> tuple[tuple[int, int], tuple[str, ...]]:
    allowed = [(int(text[0]), 4) for text in style.metre.allowed]
    default = (int(style.metre.default[0]), 4)
    if asked.metre is None:
        return default, ()
    if asked.metre not in allowed:
        names = ", ".join(style.metre.allowed)
        said = f"The style {style.name} does not play in {asked.metre[0]}/{asked.metre[1]}, only in {names}."
        return default, (said,)
    return asked.metre, ()


def _bpm_range(style: Style, energy: float) -> tuple[float, float]:
    """The class's range, moved a little by where the energy lies in its class."""
    low, high = getattr(style.tempo, energy_class(energy))
    edges = {"low": (0.0, 0.35), "mid": (0.35, 0.65), "high": (0.65, 1.0)}[energy_class(energy)]
    place = (energy - edges[0]) / (edges[1] - edges[0])
    width = (high - low) * 0.62
    start = low + (high - low - width) * place
    return round(start, 1), round(start + width, 1)
