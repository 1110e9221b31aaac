"""Arranging: which layers sound in which phrase: growing with the energy, entering one by one, never all at once.

A section has its own players: the same letter the same ones. It opens thinner than the energy would let it and gains
a layer with its second phrase or its second period; from the third phrase on one layer makes room for another, so
that something is new about every eight bars. What always sounds (the crackle of vinyl) does not count.
"""

from __future__ import annotations

from cutscore_composer.plan.style import Layer, LayerRow, energy_class
from cutscore_composer.write.draws import chance, draws
from cutscore_composer.write.form import Phrase
from cutscore_composer.write.page import Page
from cutscore_composer.write.players import sound_pack

_LATE_ENTRIES: frozenset[Layer] = frozenset({"groove", "timpani", "ostinato", "chorale"})
"""Layers that an introduction keeps for later."""
_CARRIERS: frozenset[Layer] = frozenset({"figures", "comp", "bed", "ostinato", "arpeggios"})
"""Layers that carry the harmony: one of them is always there."""
_FOUNDATION: frozenset[Layer] = frozenset({"groove", "bass"})
"""What a groove style rests on from its second phrase on."""
_ALWAYS = frozenset({"vinyl"})
_NEVER_LATE: frozenset[Layer] = frozenset({"bed", "drone", "texture", "answer", "chorale", "timpani", "tremolo"})
"""Layers that come and go by themselves."""
_WITH_HIT_BEATS = 1.0
_GROWS_EARLY = 0.4
"""Share of the sections that gain a layer with their second phrase already."""
_PARTED: frozenset[Layer] = frozenset({"bed", "chorale", "tremolo", "drone", "texture", "groove"})
"""Layers that can share an instrument with another layer: its section divides, or they are of few notes."""


def arrange(page: Page) -> dict[int, tuple[LayerRow, ...]]:
    """The layers of every phrase, by its index, in the order of the style."""
    made: dict[int, tuple[LayerRow, ...]] = {}
    before: tuple[LayerRow, ...] = ()
    singers = singers_of(page)
    for phrase in page.phrases:
        rows = _layers(page, phrase, singers.get(phrase.index, frozenset()))
        made[phrase.index] = _entering(page, phrase, rows, before)
        before = rows
    return made


def _entering(
    page: Page, phrase: Phrase, rows: tuple[LayerRow, ...], before: tuple[LayerRow, ...]
) -> tuple[LayerRow, ...]:
    """One newcomer enters with the phrase, the others after half of it; a hit brings everybody in at once."""
    half = len(phrase.bars) // 2
    new = [row for row in rows if row not in before and row.layer not in _NEVER_LATE and not row.after_bars]
    together = phrase.character == "climax" or page.accent_near(phrase.beat, _WITH_HIT_BEATS) is not None
    if half < 2 or len(new) < 2 or together or not phrase.index or phrase.index + 1 == len(page.phrases):
        return rows

    def order(row: LayerRow) -> tuple[bool, float]:
        """The beat comes first where there is one, the others as it falls."""
        beat = page.style.groove and row.layer == "groove"
        return not beat, draws(page.seed, "enters", row.layer, row.plain, phrase.material).random()

    late = sorted(new, key=order)[1:]
    return tuple(row.model_copy(update={"after_bars": half}) if row in late else row for row in rows)


def singers_of(page: Page) -> dict[int, frozenset[str]]:
    """Who sings in each phrase that has a melody, by its index."""
    found: dict[int, set[str]] = {}
    for note in page.melody:
        found.setdefault(note.phrase, set()).add(note.lead)
    return {index: frozenset(leads) for index, leads in found.items()}


def _layers(page: Page, phrase: Phrase, singers: frozenset[str]) -> tuple[LayerRow, ...]:
    rows = page.ensemble.layers
    chosen = [number for number, row in enumerate(rows) if set(row.instruments) <= _ALWAYS]
    most = most_layers(page, phrase) + len(chosen)
    for number in _ranked(page, phrase, singers):
        if len(chosen) < most and number not in chosen and not _collides(rows, number, chosen):
            chosen.append(number)
    if not any(rows[number].layer in _CARRIERS for number in chosen):
        chosen += [number for number in _carrier(page, phrase) if not _collides(rows, number, chosen)]
    return tuple(rows[number] for number in sorted(set(chosen)))


def most_layers(page: Page, phrase: Phrase) -> int:
    """How many layers a phrase may have: by the style's density, fewer at beginnings and under speech."""
    most: int = getattr(page.style.density, energy_class(phrase.strength)).layers
    most += {"sparse": -2, "busy": 1, None: 0}[page.brief.density]
    if phrase.character == "introduction":
        most = min(most, 2 + page.style.groove)
    elif phrase.character != "climax" and _opens(page, phrase):
        most -= 1  # a section opens thinner and grows
    if any(bar.speech for bar in phrase.bars):
        most -= 2
    return max(1, most)


def _opens(page: Page, phrase: Phrase) -> bool:
    """Whether a section is still opening: mostly through its first period, which then has the same players."""
    if chance(_GROWS_EARLY, page.seed, "grows", phrase.letter):
        return phrase.place == 0
    return phrase.place < 2


def _ranked(page: Page, phrase: Phrase, singers: frozenset[str]) -> list[int]:
    """The layers that may sound, the likeliest first: what was asked for, what the style rests on, then by draw."""
    ranked: list[tuple[int, float, int]] = []
    for number, row in enumerate(page.ensemble.layers):
        asked = bool(page.ensemble.asked & set(row.instruments))
        if not row.enters <= phrase.strength <= row.leaves and not asked:
            continue
        waits = phrase.character == "introduction" and row.layer in _LATE_ENTRIES and not _long(page, phrase, row)
        if waits and not (asked and row.layer == "groove") and len(page.ensemble.layers) > 1:
            continue
        luck = _luck(page, phrase, row, singers)
        rests_on = page.style.groove and row.layer in _FOUNDATION and row.weight >= 0.7 and phrase.index > 0
        ground = rests_on or row.weight >= 1.0
        if asked or ground or luck < row.weight or phrase.character == "climax":
            ranked.append((0 if asked else 1 if ground else 2, luck / max(row.weight, 0.01), number))
    return [number for _, _, number in sorted(ranked)]


def _long(page: Page, phrase: Phrase, row: LayerRow) -> bool:
    """Whether the drums of a groove style would wait for more than a quarter of the cue."""
    return page.style.groove and row.layer == "groove" and phrase.end > 0.25 * page.final_beat


def _luck(page: Page, phrase: Phrase, row: LayerRow, singers: frozenset[str]) -> float:
    """A draw that a section keeps for eight bars; whoever sings in the phrase comes late as a filler."""
    eight = phrase.place // max(1, 8 // max(1, page.style.form.phrase_bars))
    luck = draws(page.seed, "layer", row.layer, row.plain, phrase.letter, eight).random()
    fills = singers.issuperset(row.instruments) and row.layer in ("answer", "arpeggios", "texture")
    return min(1.0, luck + 0.5 * fills)


def _collides(rows: tuple[LayerRow, ...], number: int, chosen: list[int]) -> bool:
    """Whether an instrument would have to play two things at a time; and two broken chords make one blur."""
    row = rows[number]
    for other in (rows[n] for n in chosen):
        shared = set(row.instruments) & set(other.instruments)
        if shared and row.layer not in _PARTED and other.layer not in _PARTED:
            return True
        if {row.layer, other.layer} == {"figures", "ostinato"} and row.plain == other.plain:
            return True
        if row.layer == other.layer == "answer":
            return True  # one answers at a time
        if row.layer == other.layer == "figures" and _wide(row) and _wide(other):
            return True
    return False


def _wide(row: LayerRow) -> bool:
    """Whether its figures reach from the bass to the treble, and fill the room by themselves."""
    return any(sound_pack()[name].channel in ("piano", "plucked") for name in row.instruments)


def _carrier(page: Page, phrase: Phrase) -> list[int]:
    """Some layer has to carry the harmony: the one whose energies lie nearest."""
    rows = list(enumerate(page.ensemble.layers))
    options = [pair for pair in rows if pair[1].layer in _CARRIERS] or rows
    options.sort(key=lambda p: (max(0.0, p[1].enters - phrase.energy, phrase.energy - p[1].leaves), -p[1].weight, p[0]))
    return [number for number, _ in options[:1]]
