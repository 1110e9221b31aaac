"""The writer: a Brief and the spotting notes to a Composition, stage by stage.

Tempo map and bars (fit), form, harmony and voicing, melody, layers, accents, ending, expression.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import cast

from cutscore_composer.engine import Progress
from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.style import Style
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.write.accents import write_accents
from cutscore_composer.write.arrange import arrange
from cutscore_composer.write.composition import Articulation, Chord, Composition, PlacedHit
from cutscore_composer.write.draws import draws
from cutscore_composer.write.ending import write_ending
from cutscore_composer.write.ensemble import ensemble_of, sound_pack
from cutscore_composer.write.expression import perform
from cutscore_composer.write.fit import Fit
from cutscore_composer.write.form import Phrase, form_of, phrase_at
from cutscore_composer.write.harmony import harmonise
from cutscore_composer.write.melody import silences_of, sing
from cutscore_composer.write.page import Accent, Page, Sheet, sheet_for
from cutscore_composer.write.parts.layers import write_layers
from cutscore_composer.write.targets import fitted
from cutscore_composer.write.tonality import keys_of
from cutscore_composer.write.voicing import voice

_SILENT_BEATS = 1.0
"""Before the strongest hits everything is still for at least so long."""
_TOP_WEIGHT, _NEAR_TOP = 0.6, 0.92
"""They weigh so much, and this share of what was strongest before."""
_STILL_APART_SECONDS = 20.0
_BEHIND_MS = 4.0
_FULL_ENERGY = 0.62
"""From this energy on a climax is sung in octaves."""


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
    sheet = _sheet(page, tell)
    tell.report("write", 0.9, "expression")
    parts = perform(page, sheet)
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
        keys=page.keys,
    )


def _accents(hits: tuple[PlacedHit, ...], fit: Fit, end_beat: float, hush: float, button: bool) -> tuple[Accent, ...]:
    accents: list[Accent] = []
    strongest, still = 0.0, -_STILL_APART_SECONDS
    for hit in hits:
        beat = round(fit.tempo.beat(hit.seconds), 6)
        nearest = round(beat * 2) / 2
        beat = nearest if abs(nearest - beat) < 1e-3 else beat
        room = beat - accents[-1].beat if accents else beat - fit.bars[0].beat
        if beat >= end_beat - 0.05 or (accents and room < 0.2):
            continue
        rank = 2 + len(accents)
        breath = hush * (1.0 if hit.weight >= 0.5 else 0.7)
        # The height is known from what came before it alone: what a later trim changes must not be heard here.
        tops = hit.weight >= max(_TOP_WEIGHT, _NEAR_TOP * strongest) and hit.seconds - still >= _STILL_APART_SECONDS
        if tops and hush:
            rank, still = int(hit.weight < strongest), hit.seconds
            breath = max(_SILENT_BEATS, 2 * hush)
        strongest = max(strongest, hit.weight)
        late_ms = round(1000 * (hit.seconds - hit.moment_seconds), 1)
        accents.append(Accent(beat, hit.weight, rank, round(max(0.0, min(breath, 0.4 * room)), 4), late_ms))
    if button and all(abs(accent.beat - fit.final_beat) > 0.3 for accent in accents):
        accents.append(Accent(fit.final_beat, 0.8, 1, min(hush, 0.5)))
    return tuple(sorted(accents, key=lambda accent: accent.beat))


def _page(brief: Brief, style: Style, spotting: Spotting, fit: Fit, hits: tuple[PlacedHit, ...], seed: int) -> Page:
    end_beat = round(fit.tempo.beat(float(Fraction(spotting.frames) / spotting.rate)), 6)
    phrases = form_of(spotting, fit, brief, style.form.phrase_bars)
    energies = [section.energy for section in spotting.sections]
    keys = keys_of(phrases, energies, brief.key, style.harmony, style.form.modulates, seed, brief.valence)
    accents = _accents(hits, fit, end_beat, style.form.hush_beats, brief.ending == "button")
    harmony = harmonise(
        phrases,
        style.harmony,
        keys,
        tuple(accent.beat for accent in accents),
        fit.final_beat,
        end_beat,
        seed,
        style.form.chord_bars,
    )
    owners = [phrase_at(phrases, harmonic.beat) for harmonic in harmony]
    centres = [61 + 8 * (round(4 * owner.register) / 4 if owner else brief.energy) for owner in owners]
    fresh = [
        i > 0 and owner is not None and owner.place == 0 and owner is not owners[i - 1]
        for i, owner in enumerate(owners)
    ]
    chords = voice(harmony, centres, fresh)
    ensemble = ensemble_of(brief, style)
    page = Page(brief, style, seed, ensemble, fit.tempo, phrases, chords, accents, fit.final_beat, end_beat, keys)
    melody = sing(page)
    return replace(page, melody=melody, silences=silences_of(page, melody))


def _sheet(page: Page, progress: Progress) -> Sheet:
    sheet = sheet_for(page)
    singing = _melody(page, sheet)
    layers = arrange(page)
    for phrase in page.phrases:
        progress.check()
        write_layers(page, phrase, layers[phrase.index], singing.get(phrase.index, set()), sheet)
    write_accents(page, sheet)
    for key, notes in sheet.notes.items():
        # Nothing of the phrases sounds into the last chord.
        sheet.notes[key] = [note for note in notes if note.beat < page.final_beat - 1e-6]
    write_ending(page, sheet)
    return sheet


def _melody(page: Page, sheet: Sheet) -> dict[int, set[str]]:
    """Writes what is sung; tells who sings in each phrase."""
    singing: dict[int, set[str]] = {}
    for note in page.melody:
        phrase = page.phrases[note.phrase]
        velocity = 50 + 46 * phrase.energy + (5 if note.strong else -3) + note.force
        how = cast(Articulation, note.articulation or "legato")
        # A singing line lies a little behind the beat.
        sheet.write("melody", note.lead, note.beat, note.beats * 1.02, note.pitch, velocity, how, _BEHIND_MS)
        singing.setdefault(note.phrase, set()).add(note.lead)
        double = _double(page, phrase, note.lead)
        if double is not None:
            sheet.write("melody", double, note.beat, note.beats, note.pitch - 12, velocity - 6, "legato")
            singing[note.phrase].add(double)
    return singing


def _double(page: Page, phrase: Phrase, lead: str) -> str | None:
    """At the height of the cue another voice takes the tune with the first, an octave below."""
    if phrase.character != "climax" or phrase.energy < _FULL_ENERGY:
        return None
    rows = [row for row in page.ensemble.leads if row.instrument != lead and row.enters <= phrase.energy <= row.leaves]
    low = [row.instrument for row in rows if sound_pack()[row.instrument].comfortable[1] < 80]
    return low[-1] if low else None
