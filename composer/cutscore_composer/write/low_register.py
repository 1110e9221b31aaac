"""The low register kept clear: below C3 no two parts sound a third together, whoever wrote them.

Thirds down there beat against each other and turn to mud; every part is written without them, this sees that
none comes about between parts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from cutscore_composer.write.composition import Note
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.page import Sheet

CLEAR_BELOW = 48
"""C3: the upper note of a third may not lie below it."""
_LONG_BEATS = 2.0
_SHORTEST_BEATS = 0.06


@dataclass(slots=True)
class _Placed:
    """A low note with where it is written; None once it is gone."""

    part: tuple[str, str]
    place: int
    note: Note | None

    @property
    def end(self) -> float:
        return self.note.beat + self.note.beats if self.note else -1.0


def clear_low(sheet: Sheet) -> None:
    """Moves, shortens or leaves out the notes of a sheet that make thirds below C3."""
    low = [
        _Placed(part, place, note)
        for part, notes in sorted(sheet.notes.items())
        if not sound_pack()[part[1]].keys and sound_pack()[part[1]].channel != "fx"
        for place, note in enumerate(notes)
        if note.pitch < CLEAR_BELOW
    ]
    low.sort(key=lambda one: (one.note.beat if one.note else 0.0, one.part[0] != "bass", one.part, one.place))
    sounding: list[_Placed] = []
    for new in low:
        assert new.note is not None
        beat = new.note.beat
        sounding = [one for one in sounding if one.end > beat + 1e-6]
        for old in sounding:
            if new.note is None or new.note.pitch >= CLEAR_BELOW:
                break
            if old.note is not None and old.end > beat + 1e-6 and abs(old.note.pitch - new.note.pitch) in (3, 4):
                _part(old, new)
        if new.note is not None and new.note.pitch < CLEAR_BELOW:
            sounding.append(new)
    changed = {(one.part, one.place): one.note for one in low}
    for part, notes in sheet.notes.items():
        kept = [changed.get((part, place), note) for place, note in enumerate(notes)]
        sheet.notes[part] = [note for note in kept if note is not None]


def _part(old: _Placed, new: _Placed) -> None:
    """Resolves a third between a note that sounds and one that begins."""
    assert old.note is not None
    assert new.note is not None
    together = new.note.beat - old.note.beat < 1e-6
    rests = old.end - new.note.beat
    if not together and (rests <= _LONG_BEATS or new.note.beats > _LONG_BEATS):
        # The one before gives way: it has been heard.
        old.note = replace(old.note, beats=max(_SHORTEST_BEATS, round(new.note.beat - old.note.beat, 6)))
        return
    raised = new.note.pitch + 12
    fits = raised <= sound_pack()[new.part[1]].high and raised >= CLEAR_BELOW
    new.note = replace(new.note, pitch=raised) if fits else None
