"""Singers: which lead has the tune in a phrase, and how high it sings there."""

from __future__ import annotations

from dataclasses import dataclass

from cutscore_composer.plan.style import LeadRow
from cutscore_composer.write.draws import draws
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.form import Phrase
from cutscore_composer.write.page import Page

_CENTRES: dict[str, tuple[int, int]] = {
    "piano": (70, 75),
    "violins": (69, 77),
    "cellos": (55, 60),
    "cello": (57, 62),
    "horns": (57, 62),
    "trumpets": (65, 70),
    "flute": (74, 79),
    "guitar": (64, 69),
    "nylon_guitar": (64, 69),
}
"""Where a lead sings, at rest and at full energy (MIDI); others by their comfortable range."""
_HIGHEST_CENTRES = (76, 80)
_BEYOND = 0.15
"""A climax may be sung by a lead that would leave at a little less energy: the tune is to rise."""
OVER_CENTRE = 8
"""Semitones over its centre to which a lead goes outside the climax."""
CROWN_ROOM = 5
"""Semitones below the crown that are left free: its chord may put it that much lower."""


@dataclass(frozen=True, slots=True)
class Singer:
    """A lead with where it sings in a phrase."""

    row: LeadRow
    centre: int
    low: int
    high: int


def lead_of(page: Page, phrase: Phrase) -> LeadRow | None:
    """Who sings a phrase: one for a period, another when its material comes back."""
    energy = phrase.register
    # Who was asked for by name has the tune.
    leads = [row for row in page.ensemble.leads if row.instrument in page.ensemble.asked] or page.ensemble.leads
    rows = [row for row in leads if row.enters <= energy <= row.leaves]
    rows = rows or sorted(leads, key=lambda row: abs(row.enters - energy))[:1]
    if not rows:
        return None
    if phrase.character == "climax":
        near = [row for row in leads if row.enters <= energy <= row.leaves + _BEYOND]
        return max(near or rows, key=lambda row: (centres_of(row)[1], row.leaves, row.enters))
    first = draws(page.seed, "lead", phrase.material).randrange(len(rows))
    return rows[(first + phrase.return_of) % len(rows)]


def centres_of(row: LeadRow) -> tuple[int, int]:
    """The pitches about which a lead sings at rest and at full energy."""
    player = sound_pack()[row.instrument]
    low, high = player.comfortable
    known = _CENTRES.get(row.instrument) or (round(low + 0.48 * (high - low)), round(low + 0.62 * (high - low)))
    # However high an instrument goes, a tune is sung where it can be followed.
    rest = min(known[0] + 12 * row.octave, max(_HIGHEST_CENTRES[0], low + 5), player.high - 10)
    full = min(known[1] + 12 * row.octave, max(_HIGHEST_CENTRES[1], low + 8), player.high - 7)
    return max(rest, player.low + 5), max(full, player.low + 8)


def singer_of(row: LeadRow, energy: float, crown: int | None) -> Singer:
    """A lead in a phrase of some energy, kept below the crown of the cue."""
    player = sound_pack()[row.instrument]
    rest, full = centres_of(row)
    centre = round(rest + (full - rest) * min(1.0, energy * 1.1))
    high = min(player.high, centre + OVER_CENTRE)
    if crown is not None:
        high = min(high, crown - CROWN_ROOM)
    centre = max(min(centre, high - 4), player.low + 5)
    return Singer(row, centre, max(player.low, centre - 12), max(high, centre))
