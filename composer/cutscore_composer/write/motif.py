"""The motif: a rhythm and a shape of a bar's length, and the ways in which it is developed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from cutscore_composer.write.draws import draws

_SHAPES: tuple[tuple[int, ...], ...] = (
    (0, 1, 2, 1, 0),
    (0, 2, 1, 0, -1),
    (0, -1, 0, 2, 1),
    (0, 4, 3, 2, 1),
    (0, 1, -1, 0, 2),
    (0, -1, -2, 0, 1),
    (0, 2, 3, 1, 2),
    (0, 3, 2, 4, 3),
    (0, -2, -1, 1, 0),
)
"""Steps in the scale from the first note: mostly steps, one leap that makes it known."""


@dataclass(frozen=True, slots=True)
class MotifNote:
    """Onset and length in beats from the motif's start; step in the scale from its first note."""

    onset: float
    beats: float
    step: int


@dataclass(frozen=True, slots=True)
class Motif:
    """Notes of a motif and its length in beats."""

    notes: tuple[MotifNote, ...]
    beats: float

    def inverted(self) -> Motif:
        """Upside down."""
        return replace(self, notes=tuple(replace(n, step=-n.step) for n in self.notes))

    def augmented(self) -> Motif:
        """Twice as long."""
        notes = tuple(MotifNote(n.onset * 2, n.beats * 2, n.step) for n in self.notes)
        return Motif(notes, self.beats * 2)

    def fragment(self, count: int = 2) -> Motif:
        """Its first notes, the last of them held a little; the rest of its time is silence."""
        kept = self.notes[:count]
        last = kept[-1]
        held = min(max(last.beats, 1.0), self.beats - last.onset)
        return Motif((*kept[:-1], replace(last, beats=held)), self.beats)

    def ornamented(self) -> Motif:
        """Its longest note divided by a neighbour."""
        longest = max(range(len(self.notes)), key=lambda i: self.notes[i].beats)
        note = self.notes[longest]
        if note.beats < 1.5:
            return self
        half = note.beats - 0.5
        divided = (replace(note, beats=half), MotifNote(note.onset + half, 0.5, note.step + 1))
        return Motif((*self.notes[:longest], *divided, *self.notes[longest + 1 :]), self.beats)


def make_motif(rhythms: list[str], beats: int, seed: int) -> Motif:
    """The motif of a cue: one of the style's rhythms with one of the shapes."""
    chooser = draws(seed, "motif")
    rhythm = chooser.choice(rhythms) if rhythms else " ".join(["1"] * beats)
    shape = chooser.choice(_SHAPES)
    notes: list[MotifNote] = []
    at = 0.0
    for text in rhythm.split():
        length = float(text)
        if length > 0 and at < beats:
            step = shape[len(notes) % len(shape)]
            notes.append(MotifNote(at, min(length, beats - at), step))
        at += abs(length)
    return Motif(tuple(notes), float(beats))
