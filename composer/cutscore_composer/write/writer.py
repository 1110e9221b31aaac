"""The writer: a Brief and the spotting notes to a Composition, stage by stage.

Tempo map and bars (fit), form, harmony and voicing, melody, layers, accents, ending, expression.
"""

from __future__ import annotations

from fractions import Fraction

from cutscore_composer.engine import Progress
from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.style import Style
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.write.accents import write_accents
from cutscore_composer.write.arrange import arrange
from cutscore_composer.write.composition import Chord, Composition, PlacedHit
from cutscore_composer.write.draws import draws
from cutscore_composer.write.ending import write_ending
from cutscore_composer.write.ensemble import ensemble_of
from cutscore_composer.write.expression import perform
from cutscore_composer.write.fit import Fit
from cutscore_composer.write.form import Phrase, form_of
from cutscore_composer.write.harmony import harmonise
from cutscore_composer.write.melody import Sung, sing
from cutscore_composer.write.page import Accent, Page, Sheet, sheet_for
from cutscore_composer.write.parts.layers import write_layers
from cutscore_composer.write.targets import fitted
from cutscore_composer.write.voicing import voice


def write(brief: Brief, spotting: Spotting, seed: int, progress: Progress | None = None) -> Composition:
    """The written music for a picture. Time and memory grow linearly with its length."""
    style = Style.model_validate(brief.style_data)
    tell = progress or Progress()
    # The same seed is other music for another picture.
    chance = draws("cue", seed, brief.grain).getrandbits(48)
    tell.report("write", 0.0, "tempo map")
    fit, hits = fitted(brief, style, spotting, seed)
    tell.report("write", 0.3, "form and harmony")
    page = _page(brief, style, spotting, fit, hits, chance)
    tell.report("write", 0.5, "parts")
    sheet, melody = _sheet(page, tell)
    tell.report("write", 0.9, "expression")
    parts = perform(page, sheet, melody)
    tell.report("write", 1.0)
    return Composition(
        rate=spotting.rate,
        frames=spotting.frames,
        seed=seed,
        brief=brief,
        tempo=fit.tempo,
        bars=fit.bars,
        chords=tuple(Chord(c.beat, c.chord.symbol, c.chord.bass, c.chord.tones) for c in page.chords),
        sections=spotting.sections,
        hits=hits,
        parts=parts,
        final_beat=fit.final_beat,
        warnings=brief.warnings,
    )


def _accents(hits: tuple[PlacedHit, ...], fit: Fit, end_beat: float, hush: float, button: bool) -> tuple[Accent, ...]:
    ranks = {id(hit): rank for rank, hit in enumerate(sorted(hits, key=lambda h: (-h.weight, h.seconds)))}
    accents: list[Accent] = []
    for hit in hits:
        beat = round(fit.tempo.beat(hit.seconds), 6)
        nearest = round(beat * 2) / 2
        beat = nearest if abs(nearest - beat) < 1e-3 else beat
        if beat >= end_beat - 0.05:
            continue
        rank = ranks[id(hit)]
        breath = hush * (2.0 if rank < 2 else 1.0 if hit.weight >= 0.5 else 0.7)
        room = beat - accents[-1].beat if accents else beat - fit.bars[0].beat
        if accents and room < 0.2:
            continue
        accents.append(Accent(beat, hit.weight, rank, round(max(0.0, min(breath, 0.4 * room)), 4)))
    if button and all(abs(accent.beat - fit.final_beat) > 0.3 for accent in accents):
        accents.append(Accent(fit.final_beat, 0.8, 1, min(hush, 0.5)))
    return tuple(sorted(accents, key=lambda accent: accent.beat))


def _page(brief: Brief, style: Style, spotting: Spotting, fit: Fit, hits: tuple[PlacedHit, ...], seed: int) -> Page:
    end_beat = round(fit.tempo.beat(float(Fraction(spotting.frames) / spotting.rate)), 6)
    phrases = form_of(spotting, fit, brief, style.form.phrase_bars)
    accents = _accents(hits, fit, end_beat, style.form.hush_beats, brief.ending == "button")
    harmony = harmonise(
        phrases,
        style.harmony[brief.key.mode],
        brief.key,
        tuple(accent.beat for accent in accents),
        fit.final_beat,
        end_beat,
        seed,
    )
    owners = [_owner(phrases, harmonic.beat) for harmonic in harmony]
    centres = [61 + 8 * (owner.energy if owner else brief.energy) for owner in owners]
    fresh = [
        i > 0 and owner is not None and owner.place == 0 and owner is not owners[i - 1]
        for i, owner in enumerate(owners)
    ]
    chords = voice(harmony, centres, fresh)
    return Page(
        brief, style, seed, ensemble_of(brief, style), fit.tempo, phrases, chords, accents, fit.final_beat, end_beat
    )


def _owner(phrases: tuple[Phrase, ...], beat: float) -> Phrase | None:
    if not phrases or beat >= phrases[-1].end:
        return None
    low, high = 0, len(phrases) - 1
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if phrases[middle].beat <= beat + 1e-6 else (low, middle - 1)
    return phrases[low]


def _sheet(page: Page, progress: Progress) -> tuple[Sheet, list[Sung]]:
    sheet = sheet_for(page)
    melody = sing(page)
    singing = {(note.phrase, note.lead) for note in melody}
    for note in melody:
        phrase = page.phrases[note.phrase]
        velocity = 52 + 44 * phrase.energy + (5 if note.strong else -3)
        role_shift = 4.0  # a singing line lies a little behind the beat
        sheet.write("melody", note.lead, note.beat, note.beats * 1.02, note.pitch, velocity, "legato", role_shift)
        if (
            phrase.character == "climax"
            and note.lead == "violins"
            and page.ensemble.has("horns")
            and phrase.energy > 0.66
        ):
            # At the height of the cue the horns take the tune with the violins, an octave below.
            sheet.write("melody", "horns", note.beat, note.beats, note.pitch - 12, velocity - 6)
    layers = arrange(page)
    for phrase in page.phrases:
        progress.check()
        leads = {lead for index, lead in singing if index == phrase.index}
        write_layers(page, phrase, layers[phrase.index], leads, sheet)
    write_accents(page, sheet)
    write_ending(page, sheet)
    for key, notes in sheet.notes.items():
        # Nothing of the phrases sounds into the last chord.
        sheet.notes[key] = [n for n in notes if n.beat < page.final_beat - 1e-6 or n.beat >= page.final_beat - 1e-4]
    return sheet, melody
