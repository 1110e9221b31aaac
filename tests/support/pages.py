"""Pages for the writers of single layers: phrases over given chords, without accents, in any style and metre."""

from __future__ import annotations

from cutscore_composer.plan.brief import Brief, Key, Mode
from cutscore_composer.plan.numerals import chord_of, parse_numeral
from cutscore_composer.plan.style import Style, energy_class
from cutscore_composer.wishes import Ending
from cutscore_composer.write.ensemble import ensemble_of
from cutscore_composer.write.form import FormBar, Phrase
from cutscore_composer.write.harmony import Harmonic
from cutscore_composer.write.page import Page
from cutscore_composer.write.tempo import TempoMap
from cutscore_composer.write.voicing import voice


def brief_for(
    style: Style,
    energy: float = 0.5,
    *,
    beats: int | None = None,
    instruments: tuple[str, ...] = (),
    mode: Mode | None = None,
    tonic: str = "D",
    ending: Ending = "ring",
) -> Brief:
    """A brief in a style; instruments that it lacks are added to it."""
    known = style.plain_names()
    return Brief(
        style=style.name,
        description=None,
        tags=(),
        key=Key(tonic, mode if mode is not None else next(iter(style.harmony))),
        metre=(beats or int(style.metre.default[0]), 4),
        bpm_range=getattr(style.tempo, energy_class(energy)),
        instruments=instruments or known,
        valence=0.0,
        energy=energy,
        ending=ending,
        sync="natural",
        loudness_lufs=-16.0,
        peak_dbtp=-1.0,
        grain=3,
        style_data=style.model_dump(mode="json", by_alias=True),
        added=tuple(name for name in instruments if name not in known),
    )


def page_for(
    style: Style,
    energy: float,
    *,
    bars: tuple[int, ...] = (4, 4, 4, 4, 4, 4, 4, 4),
    chords: str = "i VI III VII",
    mode: Mode = "minor",
    beats: int | None = None,
    seed: int = 7,
    speech: bool = False,
    instruments: tuple[str, ...] = (),
    tonic: str = "D",
) -> Page:
    """Phrases of four bars (`bars` tells their beats), a chord a bar in turn, a final beat after the last."""
    brief = brief_for(style, energy, beats=beats or bars[0], instruments=instruments, mode=mode, tonic=tonic)
    made: list[FormBar] = []
    for index, length in enumerate(bars):
        made.append(FormBar(index, float(sum(bars[:index])), length, 0, energy, speech))
    phrases = tuple(
        Phrase(i, f"A.1/{i}", "A", i, tuple(made[4 * i : 4 * i + 4]), "statement", "half", energy)
        for i in range((len(made) + 3) // 4)
    )
    numerals = chords.split()
    harmony: list[Harmonic] = []
    for index, bar in enumerate(made):
        inside = numerals[index % len(numerals)].split(",")
        edges = [bar.beat + bar.beats * place // len(inside) for place in range(len(inside))] + [bar.end]
        for numeral, start, end in zip(inside, edges, edges[1:], strict=False):
            harmony.append(Harmonic(float(start), float(end), chord_of(parse_numeral(numeral), brief.key)))
    end = float(sum(bars))
    harmony.append(Harmonic(end, end + 4, chord_of(parse_numeral(numerals[0]), brief.key)))
    voiced = voice(harmony, [64.0] * len(harmony), [False] * len(harmony))
    tempo = TempoMap(((0.0, 0.0), (end + 8, (end + 8) * 0.55)))
    return Page(brief, style, seed, ensemble_of(brief, style), tempo, phrases, voiced, (), end, end + 4)
