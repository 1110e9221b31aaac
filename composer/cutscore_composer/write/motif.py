"""The motif: a rhythm and a shape of a bar's length, its answer, and the ways in which it is developed."""

from __future__ import annotations

from collections.abc import Sequence
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
    (0, 1, 2, 4, 3),
    (0, 4, 2, 3, 1),
)
"""Steps in the scale from the first note: mostly steps, one leap that makes it known."""
_WIDE = 3
"""Steps that a motif spans, at least, where the style has such shapes."""


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

    def widened(self) -> Motif:
        """The same contour with larger steps: what was said, said with more force."""
        wider = tuple(replace(n, step=n.step + (n.step > 0) - (n.step < 0)) for n in self.notes)
        return replace(self, notes=wider)

    def moved(self, steps: int) -> Motif:
        """On another degree: a sequence."""
        return replace(self, notes=tuple(replace(n, step=n.step + steps) for n in self.notes))

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

    def split(self) -> Motif:
        """Its head twice within its length, the second a step higher: it presses on."""
        half = self.beats / 2
        head = [n for n in self.notes if n.onset < half - 1e-6][:2]
        if len(head) < 2:
            return self.fragment(2)
        first = tuple(replace(n, beats=min(n.beats, half - n.onset)) for n in head)
        return Motif((*first, *(replace(n, onset=n.onset + half, step=n.step + 1) for n in first)), self.beats)


@dataclass(frozen=True, slots=True)
class Theme:
    """What a cue is made of: the motif and what goes on from it."""

    motif: Motif
    answer: Motif
    """Another rhythm that goes on from where the motif ended."""
    sentence: bool
    """Whether its phrases are sentences (motif, motif, fragments) or periods (motif, answer, motif)."""
    rise: int
    """Steps by which the motif's second entry lies above the first."""


def make_theme(rhythms: Sequence[str], shapes: Sequence[Sequence[int]], beats: int, seed: int) -> Theme:
    """The theme of a cue: two of the style's rhythms with shapes (the writer's own where the style has none)."""
    chooser = draws(seed, "motif")
    known = list(rhythms) or [" ".join(["1"] * beats)]
    curves = [tuple(shape) for shape in shapes] or list(_SHAPES)
    # What is to be known again needs three notes, and to go somewhere.
    telling = [rhythm for rhythm in known if 3 <= _count(rhythm) <= 5] or known
    first = chooser.choice(telling)
    wide = [c for c in curves if _width(c, _count(first)) >= _WIDE] or curves
    motif = _motif(first, chooser.choice(wide), beats)
    calmer = [r for r in known if r != first and _count(r) <= max(2, len(motif.notes))] or known
    goes_on = draws(seed, "motif", "answer")
    answer = _motif(goes_on.choice(calmer), goes_on.choice(curves), beats)
    follows = motif.notes[-1].step + goes_on.choice((-1, 1))
    return Theme(
        motif,
        answer.moved(max(-3, min(3, follows))),
        goes_on.random() < 0.5,
        goes_on.choice((1, 2, 2, 3)),
    )


def _count(rhythm: str) -> int:
    """The notes of a rhythm, rests apart."""
    return sum(float(text) > 0 for text in rhythm.split())


def _width(shape: Sequence[int], notes: int) -> int:
    """Steps from the lowest to the highest of the first notes of a shape."""
    used = [shape[index % len(shape)] for index in range(max(1, notes))]
    return max(used) - min(used)


def _motif(rhythm: str, shape: Sequence[int], beats: int) -> Motif:
    notes: list[MotifNote] = []
    at = 0.0
    for text in rhythm.split():
        length = float(text)
        if length > 0 and at < beats:
            notes.append(MotifNote(at, min(length, beats - at), shape[len(notes) % len(shape)]))
        at += abs(length)
    return Motif(tuple(notes) or (MotifNote(0.0, float(beats), 0),), float(beats))
