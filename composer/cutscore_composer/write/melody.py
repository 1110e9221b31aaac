"""The melody: the theme sung phrase by phrase, on chord tones where the beat is strong, with room to breathe.

Who sings changes from period to period; the highest note of the cue belongs to the climax. Whatever a phrase sings
depends on nothing that comes after it but its own bars, so that a trim later leaves the tune as it was.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cutscore_composer.write.draws import chance, draws
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.form import FormBar, Phrase
from cutscore_composer.write.motif import Theme, make_theme
from cutscore_composer.write.page import Page, Sung
from cutscore_composer.write.plans import Plan, plan_of
from cutscore_composer.write.singers import CROWN_ROOM, OVER_CENTRE, Singer, centres_of, lead_of, singer_of
from cutscore_composer.write.tune import Close, Slot, find_pitches

_MEMORY_BEATS = 6.0
_SILENT: dict[str, float] = {"introduction": 0.5, "release": 0.3, "development": 0.3}
"""How often a period that does not open its section goes without melody, by its character; a statement never does."""
_LEAST_REST = 0.3
_SHORTEST_BEATS = 0.2
_PICK_UP_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class _Timed:
    """A note to be sung, before it has its pitch: steps of the scale from the phrase's first note."""

    beat: float
    beats: float
    steps: int
    strong: bool
    close: bool = False


def sing(page: Page) -> tuple[Sung, ...]:
    """The melody of the whole cue, in order of beat."""
    rhythms = page.style.motif_rhythms.get(f"{page.brief.metre[0]}/4", [])
    theme = make_theme(rhythms, page.style.motif_shapes, page.brief.metre[0], page.seed)
    crown = _crown(page)
    top = _top_phrase(page)
    notes: list[Sung] = []
    for phrase in page.phrases:
        lead = lead_of(page, phrase)
        if lead is None or _silent(page, phrase):
            continue
        singer = singer_of(lead, phrase.register, crown)
        height = crown if top is not None and top.index == phrase.index else None
        notes += _phrase(page, phrase, theme, singer, notes, height)
    return tuple(notes)


def silences_of(page: Page, melody: tuple[Sung, ...], least: float = 1.0) -> tuple[tuple[float, float], ...]:
    """Where the melody rests for at least so many beats, from the first bar to the final beat."""
    found = []
    at = page.phrases[0].beat if page.phrases else page.final_beat
    for note in melody:
        if note.beat - at >= least - 1e-6:
            found.append((at, note.beat))
        at = max(at, note.beat + note.beats)
    if page.final_beat - at >= least - 1e-6:
        found.append((at, page.final_beat))
    return tuple(found)


def _silent(page: Page, phrase: Phrase) -> bool:
    spoken = sum(bar.beats for bar in phrase.bars if bar.speech) > 0.5 * (phrase.end - phrase.beat)
    if spoken:
        return True
    opens = phrase.place < 2 and phrase.index > 0
    share = 0.0 if opens and phrase.character != "release" else _SILENT.get(phrase.character, 0.0)
    # Both phrases of a period sing, or neither: the second answers the first.
    return len(page.phrases) > 3 and chance(share, page.seed, "rests", phrase.section, phrase.place // 2)


def _top_phrase(page: Page) -> Phrase | None:
    heights = [phrase for phrase in page.phrases if phrase.character == "climax" and not _silent(page, phrase)]
    return max(heights, key=lambda phrase: (phrase.energy, -phrase.index), default=None)


def _crown(page: Page) -> int | None:
    """The highest note of the cue: above everything that its singer sings elsewhere."""
    top = _top_phrase(page)
    lead = lead_of(page, top) if top is not None else None
    if lead is None:
        return None
    player = sound_pack()[lead.instrument]
    return min(player.high, player.comfortable[1] + 2, centres_of(lead)[1] + OVER_CENTRE + 2)


def _phrase(
    page: Page, phrase: Phrase, theme: Theme, singer: Singer, sung: list[Sung], crown: int | None
) -> list[Sung]:
    led = int(phrase.bars[0].beat < 0 and len(phrase.bars) > 1)  # a pick-up bar leads in, it does not sing
    bars = phrase.bars[led:]
    plan = plan_of(phrase, theme, page.seed, len(bars) - 1) if len(bars) > 1 else plan_of(phrase, theme, page.seed, 1)
    timed = _breathing(_timed(page, phrase, bars, plan), page, phrase)
    if not timed:
        return []
    timed = _picked_up(page, phrase, timed, sung)
    joined = _joined(sung, singer.row.instrument, timed[0].beat)
    anchor = _anchor(page, phrase, singer)
    slots = [_slot(page, phrase, note, anchor) for note in timed]
    slots = _crowned(page, slots, crown, singer) if crown is not None else _echoed(page, phrase, slots, singer, sung)
    pitches = find_pitches(slots, joined, singer.low, singer.high)
    row = singer.row
    return [
        Sung(note.beat, note.beats, pitch, note.strong, phrase.index, row.instrument, row.articulation, row.force)
        for note, pitch in zip(timed, pitches, strict=True)
    ]


def _timed(page: Page, phrase: Phrase, bars: tuple[FormBar, ...], plan: Plan) -> list[_Timed]:
    """The notes of a plan in time, and the close; nothing sounds into speech or into the next cell."""
    last = min(phrase.end, page.final_beat)
    stops = [bar.beat for bar in bars if bar.speech]
    starts = [bar.beat for bar, cell in zip(bars, plan, strict=False) if cell is not None]
    found: list[_Timed] = []
    for bar, cell in zip(bars, plan, strict=False):
        if cell is None or bar.speech:
            continue
        until = min([last, *(beat for beat in (*starts, *stops) if beat > bar.beat + 1e-6)])
        for note in cell.motif.notes:
            beat = bar.beat + note.onset
            if beat >= until - _SHORTEST_BEATS:
                break
            strong = note.onset == 0 or (note.onset % 2 == 0 and note.beats >= 1.5)
            found.append(_Timed(beat, min(note.beats, until - beat), cell.steps + note.step, strong))
    return [*found, *_close(page, phrase, bars, found)]


def _close(page: Page, phrase: Phrase, bars: tuple[FormBar, ...], found: list[_Timed]) -> list[_Timed]:
    """The last bar: a long note on a tone that closes, then breath."""
    bar = bars[-1]
    if bar.speech or not found or len(bars) < 2 or phrase.character == "introduction":
        return []
    if found[-1].beat + found[-1].beats > bar.beat + 1e-6:
        return []
    share = 0.7 if phrase.turn == "half" else 0.55
    held = min(max(1.0, share * bar.beats), page.final_beat - bar.beat)
    return [_Timed(bar.beat, held, found[-1].steps, True, True)] if held > 0.3 else []


def _breathing(timed: list[_Timed], page: Page, phrase: Phrase) -> list[_Timed]:
    """At least the style's share of rest in every phrase: the last bars before the close thin out first."""
    rests = page.style.form.melody_rests + {"sparse": 0.15, "busy": -0.05, None: 0.0}[page.brief.density]
    most = max(2.0, (1.0 - max(_LEAST_REST, rests)) * (phrase.end - phrase.beat))
    kept = [note for note in timed if note.beats >= _SHORTEST_BEATS]
    # First the held notes before a rest give up what they have over a beat, then the last cell its notes.
    for shortest in (1.5, 1.0):
        for index, note in enumerate(kept):
            over = sum(one.beats for one in kept) - most
            following = kept[index + 1].beat if index + 1 < len(kept) else phrase.end
            if over > 0 and note.beats > shortest and (note.close or following - note.beat - note.beats < 1e-6):
                kept[index] = replace(note, beats=max(shortest, note.beats - over))
    while len(kept) > 2 and sum(note.beats for note in kept) > most + 1e-6:
        del kept[len(kept) - 1 - kept[-1].close]
    return kept


def _picked_up(page: Page, phrase: Phrase, timed: list[_Timed], sung: list[Sung]) -> list[_Timed]:
    """Now and then an upbeat leads into a phrase, where there is room for it."""
    first = timed[0]
    if phrase.character not in ("statement", "climax") or first.beat > phrase.beat + 1e-6 or phrase.index == 0:
        return timed
    before = page.phrases[phrase.index - 1]
    chooser = draws(page.seed, "pick-up", phrase.material)
    if chooser.random() >= _PICK_UP_SHARE or before.bars[-1].speech or before.bars[-1].beats < 3:
        return timed
    length = chooser.choice((0.5, 1.0))
    if sung and sung[-1].beat + sung[-1].beats > first.beat - length - 0.25:
        return timed
    if page.accent_near(first.beat, 0.3) is not None:
        return timed
    return [_Timed(first.beat - length, length, first.steps - 1, False), *timed]


def _joined(sung: list[Sung], lead: str, beat: float) -> int | None:
    """The pitch that a phrase goes on from: its singer's own last note, when that is not long ago."""
    if not sung or sung[-1].lead != lead or beat - sung[-1].beat > _MEMORY_BEATS:
        return None
    return sung[-1].pitch


def _anchor(page: Page, phrase: Phrase, singer: Singer) -> int:
    """The pitch of step 0: a tone of the phrase's first chord near the singer's centre, the same through a period."""
    opening = page.phrases[phrase.index - 1] if phrase.answers else phrase
    chord = page.chord_at(max(opening.beat, page.chords[0].beat)).chord
    return min(
        (p for p in range(singer.centre - 7, singer.centre + 8) if p % 12 in chord.tones[:3]),
        key=lambda p: (abs(p - singer.centre), p),
    )


def _slot(page: Page, phrase: Phrase, note: _Timed, anchor: int) -> Slot:
    chord = page.chord_at(note.beat).chord
    ladder = [p for p in range(anchor - 24, anchor + 25) if p % 12 in chord.scale]
    place = min(range(len(ladder)), key=lambda i: (abs(ladder[i] - anchor), i))
    target = ladder[min(len(ladder) - 1, max(0, place + note.steps))]
    if note.close:
        # A close comes down home, or stays open a step above.
        target = anchor + (2 if phrase.turn == "half" else 0)
    close: Close = "" if not note.close else "half" if phrase.turn == "half" else "full"
    return Slot(note.beat, note.beats, target, note.strong, chord, close)


def _echoed(page: Page, phrase: Phrase, slots: list[Slot], singer: Singer, sung: list[Sung]) -> list[Slot]:
    """The slots of an answering phrase with the very notes of the one it answers, for as long as both say the same."""
    if not phrase.answers:
        return slots
    opening = page.phrases[phrase.index - 1]
    said = [n for n in sung if n.phrase == opening.index and n.lead == singer.row.instrument]
    apart = phrase.beat - opening.beat
    made = list(slots)
    for index, (slot, note) in enumerate(zip(slots, said, strict=False)):
        said_over = page.chord_at(note.beat).chord.tones
        if slot.close or abs(slot.beat - note.beat - apart) > 1e-6 or said_over != slot.chord.tones:
            break
        if note.pitch > singer.high:
            break  # the height is said once
        made[index] = replace(slot, fixed=note.pitch)
    return made


def _crowned(page: Page, slots: list[Slot], crown: int, singer: Singer) -> list[Slot]:
    """The slots with the highest note of the cue in the middle of them: its longest strong note."""
    heard = [i for i, slot in enumerate(slots) if not any(a.beat - a.hush <= slot.beat < a.beat for a in page.accents)]
    strong = [i for i in heard if slots[i].strong and not slots[i].close and (i > 0 or len(slots) < 4)]
    inner = strong or [i for i in heard if not slots[i].close] or heard or list(range(len(slots)))
    place = max(inner, key=lambda i: (slots[i].beats + 0.2 * (slots[i].target - singer.centre), i))
    chord = slots[place].chord
    reach = range(crown, crown - CROWN_ROOM, -1)
    top = next((p for tones in (chord.tones[:3], chord.scale) for p in reach if p % 12 in tones), crown)
    made = list(slots)
    made[place] = replace(slots[place], fixed=top)
    # What surrounds it leans towards it.
    for beside in (place - 1, place + 1):
        if 0 <= beside < len(made) and not made[beside].close:
            made[beside] = replace(made[beside], target=min(singer.high, max(made[beside].target, top - 4)))
    return made
