"""The ending: the tonic at the final beat, rung out, struck short as a button, or faded away.

Those who played last play the last chord, each going on from its own last notes; the style's own rows join them.
It is as loud as what it follows allows: an ending is an arrival, not an accident.
"""

from __future__ import annotations

from dataclasses import replace

from cutscore_composer.plan.style import AccentRow
from cutscore_composer.write.composition import Articulation, Dynamics, Note
from cutscore_composer.write.ensemble import Instrument, sound_pack
from cutscore_composer.write.page import Page, Sheet
from cutscore_composer.write.sustain import goes_on
from cutscore_composer.write.voicing import Voiced

_HEARD_BEATS = 8.0
"""Who played in so many last beats plays the last chord."""
_MOST_NOTES = 4
_OVER_DB = {"ring": 2.5, "button": 5.0, "fade": 0.0}
"""How much louder than the strongest beat before it a last chord may be struck."""
_FEW_NOTES = 3
_DRUM_FROM_ENERGY, _ROWS_FROM_ENERGY = 0.3, 0.4
_SHORT_BEATS = 0.5
_GROUND = 40
"""The tonic lies at most this high in the last chord."""


def write_ending(page: Page, sheet: Sheet) -> None:
    """The last chord for everyone who plays, from the final beat to the end of the picture."""
    button = page.brief.ending == "button"
    room = max(0.25, page.end_beat - page.final_beat)
    # A button is struck and let go: what is heard after half a beat is the hall.
    length = min(room, _SHORT_BEATS) if button else room
    before = {key: _recent(page, notes) for key, notes in sheet.notes.items()}
    last = _layers(page, before, length, button)
    last += _rows(page, last, before, length, button)
    last += _ground(page, last, length)
    limit = max(_strongest(before, page), _least(page)) * 10 ** (_OVER_DB[page.brief.ending] / 10)
    power = sum(_power(note) for (_, name), note in last if _struck(name, note))
    share = min(1.0, (limit / power) ** (1 / 3.4)) if limit > 0 and power > 0 else 1.0
    for (role, name), note in last:
        strength = note.velocity * (share if _struck(name, note) else 1.0)
        sheet.write(role, name, note.beat, note.beats, note.pitch, strength, note.articulation, note.shift_ms)


_Written = tuple[tuple[str, str], Note]
"""(role, instrument) and a note."""


def _recent(page: Page, notes: list[Note]) -> list[Note]:
    """The notes of a part in the last beats before the final one."""
    return [n for n in notes if page.final_beat - _HEARD_BEATS - 1e-6 <= n.beat < page.final_beat - 1e-6]


def _layers(page: Page, before: dict[tuple[str, str], list[Note]], length: float, button: bool) -> list[_Written]:
    """Each part's own last chord: tones near its last notes."""
    made: list[_Written] = []
    chord, taken = page.chord_at(page.final_beat), set()
    energy = page.phrases[-1].energy if page.phrases else page.brief.energy
    # Melody first: its last note is the one that is heard.
    for (role, name), notes in sorted(before.items(), key=lambda item: (item[0][0] != "melody", item[0])):
        player = sound_pack()[name]
        if player.keys or player.channel == "fx" or role in ("accent", "fx") or not notes:
            continue
        # Who sang and accompanied does both to the end.
        if (name, role == "melody") in taken:
            continue
        taken.add((name, role == "melody"))
        force = sum(note.velocity for note in notes) / len(notes) + (4 + 8 * energy if button else 2)
        how = _how(player, notes, button)
        for index, pitch in enumerate(_pitches(page, role, player, notes, chord)):
            rolled = 0.0 if button or how == "legato" else 9.0 * index
            velocity = min(124, max(8, round(force - 3 * (index > 0))))
            made.append(((role, name), Note(page.final_beat, length, pitch, velocity, how, rolled)))
    return made


def _how(player: Instrument, notes: list[Note], button: bool) -> Articulation:
    """How an instrument plays a last note: struck for a button, otherwise held or plucked as it can."""
    known = player.articulations
    wanted: tuple[Articulation, ...] = ("hit", "power", "sustain") if button else ("power", "sustain", "pluck", "hit")
    if notes[-1].articulation in ("pizzicato", "tremolo") and notes[-1].articulation in known:
        return notes[-1].articulation
    for articulation in wanted:
        # Power chords stay with who played them.
        if articulation in known and (articulation != "power" or notes[-1].articulation == "power"):
            return articulation
    return "sustain"


def _pitches(page: Page, role: str, player: Instrument, notes: list[Note], chord: Voiced) -> list[int]:
    """Tones of the last chord for a part, each the nearest to one of its last notes."""
    if role == "bass" or player.channel == "bass":
        lowest = min(note.pitch for note in notes if note.beat >= notes[-1].beat - 4)
        return [_nearest(lowest, (chord.chord.bass,), player, set())]
    last_bar = sorted({note.pitch for note in notes if note.beat >= notes[-1].beat - 2.0 - 1e-6})
    if role == "melody":
        return [_nearest(notes[-1].pitch, chord.chord.tones[:2], player, set())]
    while len(last_bar) > _MOST_NOTES:
        del last_bar[len(last_bar) // 2]
    tones = chord.chord.tones
    found: set[int] = set()
    for pitch in last_bar:
        low = pitch < 48
        # Low down only root and fifth: a third there is mud.
        found.add(_nearest(pitch, (tones[0],) if low else tones, player, found))
    return sorted(found)


def _nearest(pitch: int, tones: tuple[int, ...], player: Instrument, taken: set[int]) -> int:
    options = [p for p in range(player.low, player.high + 1) if p % 12 in tones and p not in taken]
    return min(options, key=lambda p: (abs(p - pitch), p), default=player.within(pitch))


def _rows(
    page: Page, last: list[_Written], before: dict[tuple[str, str], list[Note]], length: float, button: bool
) -> list[_Written]:
    """What the style adds: its rows for the ending, or, where it has none, its accents."""
    energy = page.phrases[-1].energy if page.phrases else page.brief.energy
    weight = 0.85 if button else 0.25 + 0.5 * energy
    playing = {name for (_, name), _ in last}
    made: list[_Written] = []
    forces = [note.velocity for (role, _), notes in before.items() if role != "accent" for note in notes]
    if len(last) >= _FEW_NOTES and not page.style.ending and energy < _ROWS_FROM_ENERGY:
        return []  # quiet music ends with those who played it
    force = (sum(forces) / len(forces) if forces else 50 + 40 * energy) + (4 + 8 * energy if button else 0)
    for row in page.style.ending or page.style.accents:
        player = sound_pack().get(row.instrument)
        if player is None or row.from_weight > weight or row.from_energy > energy or not _may(page, player):
            continue
        if not page.style.ending and not button and (player.name in playing or player.channel == "fx"):
            continue
        if (player.keys or player.channel == "fx") and not button and energy < _DRUM_FROM_ENERGY:
            continue
        how: Articulation = row.articulation or _how(player, [Note(0.0, 1.0, 60, 60)], button)
        beats = length if not player.keys else min(page.end_beat - page.final_beat, row.beats)
        velocity = min(124, max(8, round(force + max(-12.0, min(8.0, row.force)))))
        written = {note.pitch for (_, name), note in (*last, *made) if name == player.name}
        for pitch in _row_pitches(row, player, page.chord_at(page.final_beat)):
            if pitch in written:
                continue
            made.append((("accent", player.name), Note(page.final_beat, max(0.06, beats), pitch, velocity, how)))
    return made


def _may(page: Page, player: Instrument) -> bool:
    """Whether an instrument of the style's rows may play: what was refused is silent, its effects with it."""
    if player.channel != "fx":
        return page.ensemble.has(player.name)
    return any(sound_pack()[name].keys for row in page.ensemble.layers for name in row.instruments)


def _row_pitches(row: AccentRow, player: Instrument, chord: Voiced) -> list[int]:
    """The notes of a row of the style over a chord."""
    bass = player.within(chord.bass)
    match row.notes:
        case "drums":
            return [key for key, name in sorted(player.keys.items()) if name in row.drums]
        case "high":
            return [player.within(chord.voices[3] + 12)]
        case "top":
            return [player.within(pitch) for pitch in chord.voices[2:]]
        case "chord":
            return [player.within(pitch) for pitch in chord.voices]
        case "low":
            return [player.within(pitch) for pitch in chord.voices[:2]]
        case "octaves":
            return sorted({bass, player.within(chord.bass - 12)})
        case "power":
            return sorted({bass, player.within(bass + 7), player.within(bass + 12)})
        case "bass" | "root":
            return [bass]


def _ground(page: Page, last: list[_Written], length: float) -> list[_Written]:
    """The tonic in the bass, from whoever lies lowest, where nobody has it."""
    tonic = page.chord_at(page.final_beat).chord.bass
    pitched = [(key, note) for key, note in last if not sound_pack()[key[1]].keys and key[1] != "impact"]
    if not pitched or min(note.pitch for _, note in pitched) % 12 == tonic:
        return []
    (role, name), lowest = min(pitched, key=lambda item: (sound_pack()[item[0][1]].low, item[0], item[1].pitch))
    player = sound_pack()[name]
    options = [p for p in range(player.low, max(_GROUND, player.low) + 12) if p % 12 == tonic and p <= player.high]
    if not options:
        return []
    pitch = min(options, key=lambda p: (abs(p - min(_GROUND, lowest.pitch - 12)), p))
    return [((role, name), replace(lowest, beats=length, pitch=pitch, shift_ms=0.0))]


def _struck(name: str, note: Note) -> bool:
    """Whether velocity is what makes its loudness."""
    return not goes_on(name, note.articulation)


def _power(note: Note) -> float:
    return float((note.velocity / 127) ** 3.4)


def _strongest(before: dict[tuple[str, str], list[Note]], page: Page) -> float:
    """The power of what was struck together in the strongest of the last beats, accents aside."""
    beats: dict[int, float] = {}
    for (role, name), notes in before.items():
        for note in notes:
            if role != "accent" and _struck(name, note):
                place = int(page.final_beat - note.beat)
                beats[place] = beats.get(place, 0.0) + _power(note)
    return max(beats.values(), default=0.0)


def _least(page: Page) -> float:
    """What may be struck where nothing was struck before: a chord of four soft notes."""
    energy = page.phrases[-1].energy if page.phrases else page.brief.energy
    return float(4 * ((30 + 40 * energy) / 127) ** 3.4)


def fade_span(page: Page) -> tuple[float, float] | None:
    """Beats over which a faded ending loses its level, or None for the other endings."""
    if page.brief.ending != "fade":
        return None
    end = page.tempo.seconds(page.end_beat)
    start = page.tempo.seconds(page.chords[0].beat)
    length = min(0.5 * (end - start), max(4.0, end - page.tempo.seconds(page.final_beat) + 2.0))
    return page.tempo.beat(end - length), page.end_beat


def faded(level: float, beat: float, span: tuple[float, float] | None) -> float:
    """A level as the players take it back at a beat of a fade; the mix draws the rest down to silence."""
    if span is None or beat <= span[0]:
        return level
    return level * (1.0 - 0.6 * min(1.0, (beat - span[0]) / (span[1] - span[0])))


def last_dynamics(page: Page, level: float) -> list[Dynamics]:
    """The end of an expression curve: a ringing chord dies away by itself, a button is played out, a fade holds."""
    if page.brief.ending == "button":
        return [Dynamics(page.final_beat, min(1.0, level * 1.25))]
    if page.brief.ending == "fade":
        return [Dynamics(page.final_beat, level)]
    room = page.end_beat - page.final_beat
    return [
        Dynamics(page.final_beat, level),
        Dynamics(page.final_beat + 0.25 * room, level * 0.85),
        Dynamics(page.final_beat + 0.7 * room, level * 0.35),
        Dynamics(page.end_beat, 0.0),
    ]
