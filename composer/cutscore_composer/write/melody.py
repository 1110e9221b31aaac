"""The melody: the motif developed over the phrases, on chord tones where the beat is strong, with room to breathe.

Every phrase follows a plan of its character: statement (motif, sequence, fragment, close), development
(inversion, fragments), climax (broad, high), release (fragments falling). The highest note of the cue belongs to
the climax.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cutscore_composer.plan.numerals import scale_of
from cutscore_composer.plan.style import LeadRow
from cutscore_composer.write.draws import chance, draws, one_of
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.form import Phrase
from cutscore_composer.write.motif import Motif, make_motif
from cutscore_composer.write.page import Page
from cutscore_composer.write.voicing import Voiced

_CENTRES: dict[str, tuple[int, int]] = {
    "piano": (70, 74),
    "violins": (69, 76),
    "cellos": (55, 60),
    "horns": (57, 62),
    "flute": (74, 79),
}
"""Where each lead sings, at rest and at the climax (MIDI)."""
_MEMORY_BEATS = 6.0
_FEW_PHRASES = 3
_SILENT: dict[str, float] = {"introduction": 0.6, "release": 0.3, "development": 0.15}
"""How often a phrase goes without melody, by its character; a statement never does."""


@dataclass(frozen=True, slots=True)
class Sung:
    """A note of the melody."""

    beat: float
    beats: float
    pitch: int
    strong: bool
    phrase: int
    lead: str


def sing(page: Page) -> list[Sung]:
    """The melody of the whole cue, in order of beat."""
    rhythms = page.style.motif_rhythms.get(f"{page.brief.metre[0]}/4", [])
    motif = make_motif(rhythms, page.brief.metre[0], page.seed)
    notes: list[Sung] = []
    for phrase in page.phrases:
        lead = lead_of(page, phrase)
        if lead is not None and not _silent(page, phrase):
            notes += _phrase(page, phrase, motif, lead.instrument, _joined(notes, lead.instrument, phrase))
    return _crowned(_breathing([note for note in notes if note.beats >= 0.2], page), page)


def _joined(notes: list[Sung], lead: str, phrase: Phrase) -> int | None:
    """The pitch that a phrase goes on from: its singer's own last note, when that is not long ago."""
    if not notes or notes[-1].lead != lead or phrase.beat - notes[-1].beat > _MEMORY_BEATS:
        return None
    return notes[-1].pitch


def lead_of(page: Page, phrase: Phrase) -> LeadRow | None:
    """Who sings a phrase: one for a period, another for the next."""
    rows = [row for row in page.ensemble.leads if row.enters <= phrase.energy <= row.leaves]
    if not rows:
        rows = sorted(page.ensemble.leads, key=lambda row: abs(row.enters - phrase.energy))[:1]
    if not rows:
        return None
    if phrase.character == "climax":
        return max(rows, key=lambda row: (row.instrument == "violins", row.enters))
    section = phrase.key.rpartition("/")[0]
    return one_of(rows, page.seed, "lead", section, phrase.place // 2)


def _silent(page: Page, phrase: Phrase) -> bool:
    spoken = sum(bar.beats for bar in phrase.bars if bar.speech) > 0.5 * (phrase.end - phrase.beat)
    return spoken or chance(_SILENT.get(phrase.character, 0.0), page.seed, "rests", phrase.key)


def _plan(page: Page, phrase: Phrase, motif: Motif) -> list[tuple[Motif, int] | None]:
    """What each bar sings: a form of the motif and its step from the phrase's first note, or nothing."""
    # Both phrases of a period begin alike, so that the second is heard as the answer.
    chooser = draws(page.seed, "melody", phrase.character, phrase.material)
    rise = chooser.choice((1, 2, -1)) if phrase.energy < 0.5 else chooser.choice((1, 2, 2, 3))
    again = motif.ornamented() if phrase.place % 4 >= 2 or chooser.random() < 0.4 else motif
    third = (motif.inverted().fragment(3), 2) if phrase.place % 2 else (motif.fragment(2), rise + 1)
    plans: dict[str, list[tuple[Motif, int] | None]] = {
        "introduction": [None, (motif.fragment(1), 0), None, (motif.fragment(2), -1)],
        "statement": [(motif, 0), (again, rise), third, None],
        "development": [
            (motif.inverted(), 2),
            (motif.inverted().fragment(3), 2 - rise),
            (motif.fragment(2), rise),
            None,
        ],
        "climax": [(motif.augmented(), 1), None, (again, rise + 2), None],
        "release": [(motif.fragment(3), 2), None, (motif.inverted().fragment(2), 0), None],
    }
    plan = plans[phrase.character]
    length = len(phrase.bars)
    if length < 4:
        plan = [*plan[: max(1, length - 1)], None] if length > 1 else [(motif.fragment(2), 0)]
    if phrase.bars[0].beat < 0 and length > 1:  # a pick-up bar leads in, it does not sing
        plan = [None, *plan]
    return (plan + [None] * length)[:length]


def _phrase(page: Page, phrase: Phrase, motif: Motif, lead: str, joined: int | None) -> list[Sung]:
    player = sound_pack()[lead]
    low_centre, high_centre = _CENTRES.get(lead, (66, 70))
    centre = round(low_centre + (high_centre - low_centre) * min(1.0, phrase.energy * 1.1))
    scale = scale_of(page.brief.key)
    ladder = [p for p in range(max(player.low, centre - 14), min(player.high, centre + 15)) if p % 12 in scale]
    chord = page.chord_at(phrase.beat)
    anchor = min(range(len(ladder)), key=lambda i: (ladder[i] % 12 not in chord.chord.tones, abs(ladder[i] - centre)))
    notes: list[Sung] = []
    plan = _plan(page, phrase, motif)
    starts = [bar.beat for bar, planned in zip(phrase.bars, plan, strict=True) if planned is not None]
    for bar, planned in zip(phrase.bars, plan, strict=True):
        if planned is None or bar.speech:
            continue
        form, offset = planned
        # In a bar shorter than the motif the next one cuts it off.
        until = min([phrase.end, page.final_beat, *(start for start in starts if start > bar.beat)])
        for note in form.notes:
            beat = bar.beat + note.onset
            if beat >= until - 0.2:
                break
            strong = note.onset % 2 == 0 or note.beats >= 1.5
            index = min(len(ladder) - 1, max(0, anchor + offset + note.step))
            pitch = _settled(ladder, index, page.chord_at(beat), strong, notes[-1].pitch if notes else joined)
            beats = min(note.beats, until - beat)
            notes.append(Sung(beat, beats, pitch, strong, phrase.index, lead))
    close = _close(page, phrase, ladder, notes, lead)
    return [*notes, *close]


def _settled(ladder: list[int], index: int, chord: Voiced, strong: bool, before: int | None) -> int:
    """The ladder's note, moved to a chord tone where it is strong and kept within a sixth of the note before."""
    tones = chord.chord.tones
    reach = range(max(0, index - 3), min(len(ladder), index + 4))
    options = [ladder[i] for i in reach if not strong or ladder[i] % 12 in tones] or [ladder[index]]
    wanted = ladder[index]
    pitch = min(options, key=lambda p: (_strain(p, wanted, before), p))
    if before is not None and abs(pitch - before) > 9:
        nearer = [p for p in ladder if abs(p - before) <= 9 and (not strong or p % 12 in tones)]
        pitch = min(nearer or options, key=lambda p: (abs(p - wanted), p))
    return _inflected(pitch, tones)


def _strain(pitch: int, wanted: int, before: int | None) -> float:
    leap = abs(pitch - before) if before is not None else 0
    return abs(pitch - wanted) + (0.6 * (leap - 5) if leap > 5 else 0.0) + (1.5 if leap == 6 else 0.0)


def _inflected(pitch: int, tones: tuple[int, ...]) -> int:
    """A scale tone gives way to the chord's own chromatic neighbour (the leading tone of a dominant in minor)."""
    if pitch % 12 in tones:
        return pitch
    third = tones[1] if len(tones) > 1 else -1
    return pitch + 1 if (pitch + 1) % 12 == third else pitch


def _close(page: Page, phrase: Phrase, ladder: list[int], notes: list[Sung], lead: str) -> list[Sung]:
    """The last bar: a long note on a tone of its chord, then breath."""
    last = phrase.bars[-1]
    if last.speech or not notes or len(phrase.bars) < 2 or phrase.character == "introduction":
        return []
    if notes[-1].beat >= last.beat:
        return []
    chord = page.chord_at(last.beat)
    before = notes[-1].pitch
    wanted = before - 2 if phrase.turn != "half" else before + 2
    options = [p for p in ladder if p % 12 in chord.chord.tones and abs(p - before) <= 9] or [before]
    pitch = _inflected(min(options, key=lambda p: (abs(p - wanted), p)), chord.chord.tones)
    beats = min(last.beats * 0.5, page.final_beat - last.beat)
    if phrase.turn == "half" and last.beats >= 3:
        beats = min(last.beats * 0.6, page.final_beat - last.beat)
    held = min(beats, chord.end - last.beat + 0.02)
    return [Sung(last.beat, held, pitch, True, phrase.index, lead)] if held > 0.3 else []


def _breathing(notes: list[Sung], page: Page) -> list[Sung]:
    """Phrases fall silent, the quietest first and the climax never, until the style's share of rest is there.

    Where there are few, halves of phrases do, answers first: a short cue is to keep its tune.
    """
    length = page.final_beat - page.chords[0].beat
    most = (1.0 - page.style.form.melody_rests) * length
    few = len({note.phrase for note in notes}) <= _FEW_PHRASES
    sung: dict[tuple[int, bool], float] = {}
    for note in notes:
        part = _part(note, page, few)
        sung[part] = sung.get(part, 0.0) + note.beats
    total = sum(sung.values())
    silent: set[tuple[int, bool]] = set()
    for part in sorted(sung, key=lambda p: (not p[1], page.phrases[p[0]].energy, p)):
        if total <= most:
            break
        if page.phrases[part[0]].character != "climax":
            total -= sung[part]
            silent.add(part)
    return [note for note in notes if _part(note, page, few) not in silent]


def _part(note: Sung, page: Page, halves: bool) -> tuple[int, bool]:
    """What falls silent together: the phrase and, if by halves, whether the note is of its second one."""
    bars = page.phrases[note.phrase].bars
    return note.phrase, halves and note.beat >= bars[len(bars) // 2].beat


def _crowned(notes: list[Sung], page: Page) -> list[Sung]:
    """The highest note once, in the climax: others as high come down to a lower tone of their chord."""
    climax = {phrase.index for phrase in page.phrases if phrase.character == "climax"}
    inside = [i for i, note in enumerate(notes) if note.phrase in climax]
    if not inside:
        return notes
    crown = max(inside, key=lambda i: (notes[i].pitch, notes[i].beats, -i))
    top = notes[crown].pitch
    made = list(notes)
    for index, note in enumerate(notes):
        if index != crown and note.pitch >= top and sound_pack()[note.lead].high >= top:
            tones = page.chord_at(note.beat).chord.tones
            lower = [p for p in range(top - 1, top - 8, -1) if p % 12 in tones]
            made[index] = replace(note, pitch=lower[0] if lower else top - 2)
    return made
