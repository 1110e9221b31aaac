"""Struck chords: what each instrument gives to a hit or to the last chord, by the rows of the style.

The rows say who plays which tones of the chord; whoever else sounds at that moment joins, because a hit on which half
the players go on as before is not heard as one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cutscore_composer.plan.style import AccentRow, Layer, LayerRow
from cutscore_composer.write.composition import Articulation
from cutscore_composer.write.ensemble import Instrument, sound_pack
from cutscore_composer.write.page import Page, Sheet
from cutscore_composer.write.parts.keys import drum_key
from cutscore_composer.write.parts.seats import one_voice
from cutscore_composer.write.parts.shapes import fifth_over, lying, strings_of, strummed
from cutscore_composer.write.parts.timpani import root_drum
from cutscore_composer.write.voicing import Voiced

_DEEP = frozenset({"basses", "sub"})
_SMALL_FROM = 0.4
"""Weight from which a chord has all its voices."""
_STRING_MS = 5.0
"""From string to string of a strum; a harp takes its time."""
_HARP_MS = 4.0
_CRASH_FROM = 0.5
_JOINS: dict[Layer, str] = {
    "groove": "drums",
    "bass": "bass",
    "comp": "chord",
    "figures": "chord",
    "ostinato": "top",
    "bed": "chord",
    "tremolo": "top",
    "chorale": "low",
    "arpeggios": "chord",
    "answer": "high",
    "timpani": "root",
}
"""What a layer's players give where the style has no row for them; drones and textures go on."""


def write_struck(
    page: Page,
    sheet: Sheet,
    rows: Sequence[AccentRow],
    beat: float,
    force: float,
    weight: float,
    energy: float,
    length: float,
    role: str = "accent",
) -> None:
    """Write the chord of a beat as the rows have it, by those of the ensemble that may play.

    force: the velocity of a plain row; weight and energy (0 to 1): which rows take part; length: beats that a note
    may last at most. role: of whose stem it is where it is not an accent.
    """
    chord = page.chord_at(beat)
    for row in rows:
        if not page.ensemble.plays(row.instrument) or weight < row.from_weight or energy < row.from_energy:
            continue
        player = sound_pack()[row.instrument]
        how: Articulation = row.articulation or _own_way(player)
        step = _HARP_MS if row.instrument == "harp" else _STRING_MS if strings_of(player) else 0.0
        for place, pitch in enumerate(pitches_of(row, player, chord, weight)):
            velocity = force + row.force - (2.0 * place if step else 0.0)
            sheet.write(role, row.instrument, beat, min(row.beats, length), pitch, velocity, how, step * place)


def joined(
    page: Page, rows: Sequence[AccentRow], sounding: Iterable[LayerRow], leads: Iterable[str]
) -> list[AccentRow]:
    """The style's rows, and one for each instrument that sounds and has none."""
    made = list(rows)
    served = {row.instrument for row in rows}
    for layer in sounding:
        notes = _JOINS.get(layer.layer)
        for seat in layer.instruments:
            if notes is not None and seat not in served:
                drums = ["kick", "snare", "crash"] if notes == "drums" else []
                made += _row(seat, notes, drums, layer.articulation)
                served.add(seat)
    for seat in leads:
        if seat not in served:
            made += _row(seat, "high" if one_voice(sound_pack()[seat]) else "chord", [], None)
            served.add(seat)
    return made


def _row(seat: str, notes: str, drums: list[str], articulation: str | None) -> list[AccentRow]:
    """A row that follows from what a player does; the crash only where it is strong."""
    keys = sound_pack()[seat].keys
    drums = list(dict.fromkeys(keys[key] for drum in drums if (key := drum_key(seat, drum)) is not None))
    base = {"instrument": seat, "notes": notes, "force": -3.0, "articulation": articulation}
    if notes != "drums":
        return [AccentRow.model_validate(base)]
    metal = [drum for drum in drums if drum in ("crash", "cymbals")]
    skins = [drum for drum in drums if drum not in metal]
    strong = {"from_weight": _CRASH_FROM, "force": -10.0, "beats": 4}
    made: tuple[tuple[list[str], dict[str, float]], ...] = ((skins, {}), (metal, strong))
    return [AccentRow.model_validate(base | more | {"drums": some}) for some, more in made if some]


def _own_way(player: Instrument) -> Articulation:
    """How an instrument strikes where the style does not say: off the string, or as it does."""
    return "sustain" if player.channel in ("synth", "choir", "piano", "keys") else "hit"


def pitches_of(row: AccentRow, player: Instrument, chord: Voiced, weight: float) -> list[int]:
    """The notes of a row, from low to high; one for a player of one voice."""
    low, tenor, alto, top = chord.voices
    bass = chord.bass - 12 if player.name in _DEEP and chord.bass - 12 >= player.low else chord.bass
    match row.notes:
        case "drums":
            keys = [drum_key(player.name, drum) for drum in row.drums]
            return [key for key in dict.fromkeys(keys) if key is not None]
        case "root":
            return [root_drum(chord.chord.bass) if player.name == "timpani" else player.within(bass)]
        case "bass":
            return [player.within(bass)]
        case "octaves":
            return sorted({player.within(bass), player.within(max(24, chord.bass - 12))})
        case "power":
            if row.articulation == "power":
                return [player.within(40 + (chord.chord.root - 40) % 12)]
            fifth = fifth_over(chord)
            stack = [chord.bass, *([fifth] if fifth is not None else []), chord.bass + 12]
            return stack[:1] if one_voice(player) else lying(stack, player)
        case "high":
            wanted = [top + 12 if top < 76 else top]
        case "top":
            wanted = [alto, top]
        case "low":
            wanted = [low, tenor]
        case _:
            if strings := strings_of(player):
                return list(strummed(chord, strings))
            wanted = list(chord.voices if weight > _SMALL_FROM else chord.voices[1:])
    lies = sorted(set(lying(wanted, player)))
    return lies[-1:] if one_voice(player) else lies
