"""An editor's marker is obeyed to the frame, in the spotting notes and in the written music."""

from __future__ import annotations

import importlib.util
import math
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from cutscore_composer.look.seen import CURVE_HZ, Seen
from cutscore_composer.picture import PictureMarker
from cutscore_composer.plan.planner import plan
from cutscore_composer.spot import spot
from cutscore_composer.spot.markers import word_of
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.wishes import Wishes
from cutscore_composer.write.composition import Composition
from cutscore_composer.write.writer import write

_spec = importlib.util.spec_from_file_location("made_up_marked", Path(__file__).with_name("conftest.py"))
assert _spec is not None
assert _spec.loader is not None
made_up = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(made_up)

RATE = Fraction(24)
CUTS = [
    (157, 0.5, "cut"),
    (371, 0.7, "cut"),
    (560, 0.6, "cut"),
    (803, 0.8, "cut"),
    (1111, 0.7, "cut"),
    (1290, 0.5, "cut"),
]
STYLES = ("cinematic", "pop_electronic")


def marked(*marks: PictureMarker, style: str = "cinematic") -> tuple[Spotting, Composition]:
    """A minute of even picture with six cuts and these markers, spotted and written."""
    seen: Seen = made_up.seen_of(60 * 24, RATE, CUTS)
    length = math.ceil(seen.frames / RATE * CURVE_HZ) + 1
    even = [np.full(length, round(v * 64) / 64, np.float32) for v in (0.4, 0.45, 0.3, 0.4)]
    seen = replace(seen, motion=even[0], brightness=even[1], colour=even[2], complexity=even[3])
    wishes = Wishes(style=style)
    notes = spot(seen, made_up.picture_of(seen, marks), wishes)
    return notes, write(plan(wishes, seen, notes, 7), notes, 7)


def loudness(piece: Composition, first: float, last: float) -> float:
    """How much is played between two times: the sum of squared velocities of what begins there, a second."""
    times = [(piece.tempo.seconds(note.beat), note.velocity / 127) for part in piece.parts for note in part.notes]
    return sum(velocity**2 for time, velocity in times if first <= time < last) / (last - first)


def fullness(piece: Composition, first: float, last: float) -> float:
    """How much sounds between two times: the squared velocities of all notes that sound there, by their lengths."""
    total = 0.0
    for part in piece.parts:
        for note in part.notes:
            begins, ends = piece.tempo.seconds(note.beat), piece.tempo.seconds(note.beat + note.beats)
            total += (note.velocity / 127) ** 2 * max(0.0, min(ends, last) - max(begins, first))
    return total / (last - first)


@pytest.mark.parametrize(
    ("name", "comment", "word"),
    [
        ("HITS", "", "hit"),
        ("Marker 3", "please give this door slam a really big sting, like we said", "hit"),
        ("Stings", "", "hit"),
        ("1", "Building from here until the cars meet", "build"),
        ("BUILDS", "", "build"),
        ("drops!", "", "drop"),
        ("Red", "music goes quiet here, they are talking", "quiet"),
        ("", "The music starts here and not before", "start"),
        ("starts", "", "start"),
        ("ENDS", "", "end"),
        ("the music should end on this logo", "", "end"),
        ("Treffer", "", "hit"),
        ("Aufbau", "", "build"),
        ("ab hier leise", "", "quiet"),
        ("inicio", "", "start"),
        ("fin", "", "end"),
        ("silencio", "", "quiet"),
        ("ここで音楽開始", "", "start"),
        ("静かに", "", "quiet"),
        ("音乐结束", "", "end"),
        ("高潮", "", "drop"),
        ("TODO check the end credits", "", None),
        ("which take ends better?", "", None),
        ("weekend b-roll missing", "", None),
    ],
)  # fmt: skip
def test_words_are_known_in_every_form(name: str, comment: str, word: str | None) -> None:
    """In plural, capitals, sentences, comments and other languages; notes to people are no instructions."""
    assert word == word_of(PictureMarker(1, name, comment))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("text", ["hit", "sting"])
def test_a_hit_is_accented_on_its_frame(text: str, style: str) -> None:
    """The accent lies within the marker's frame, in the notes and as the strongest thing written near it."""
    frame = 653
    notes, piece = marked(PictureMarker(frame, text), style=style)
    assert (frame, 1.0) in [(moment.frame, moment.weight) for moment in notes.moments if moment.kind == "marker"]
    (hit,) = [hit for hit in piece.hits if hit.kind == "marker"]
    assert hit.moment_seconds == pytest.approx(frame / 24)
    assert -0.002 <= hit.seconds - frame / 24 < 1 / 24
    assert loudness(piece, hit.seconds - 0.06, hit.seconds + 0.06) > 3 * loudness(piece, hit.seconds - 1, hit.seconds)


def test_a_build_rises_to_the_next_strong_moment() -> None:
    """From its frame the arc rises without falling back, and is highest where the next strong cut is."""
    notes, _ = marked(PictureMarker(600, "build"))
    arc = notes.energy[250:334]
    assert np.all(np.diff(arc) >= 0)
    assert arc[0] <= 0.45
    assert arc[-1] >= 0.9
    assert 803 in [moment.frame for moment in notes.moments]


def test_a_drop_is_full_from_its_frame() -> None:
    """From its frame the arc is full and an accent is written, before it the arc is as it was."""
    frame = 653
    notes, piece = marked(PictureMarker(frame, "drop"))
    plain, _ = marked()
    at = int(frame / 24 * CURVE_HZ)
    assert notes.energy[at : at + 60].min() >= 0.85
    assert notes.energy[at - 20 : at].max() <= plain.energy[at - 20 : at].max() + 0.1
    assert any(hit.kind == "marker" and abs(hit.seconds - frame / 24) < 1 / 24 for hit in piece.hits)
    assert fullness(piece, frame / 24, frame / 24 + 6) > 1.5 * fullness(piece, frame / 24 - 6, frame / 24)


@pytest.mark.parametrize("style", STYLES)
def test_quiet_falls_to_low(style: str) -> None:
    """From its frame the arc is low, and much less is played than before it and than without the marker."""
    frame = 653
    notes, piece = marked(PictureMarker(frame, "quiet"), style=style)
    _, plain = marked(style=style)
    at = math.ceil(frame / 24 * CURVE_HZ)
    assert notes.energy[at : at + 100].max() < 0.35
    assert frame not in [moment.frame for moment in notes.moments]
    after = frame / 24 + 0.3
    assert fullness(piece, after, after + 5) < 0.6 * fullness(plain, after, after + 5)


@pytest.mark.parametrize("style", STYLES)
def test_music_starts_on_its_frame(style: str) -> None:
    """No note before the marker, and the first one within its frame."""
    frame = 101
    notes, piece = marked(PictureMarker(frame, "start"), style=style)
    assert (frame, True) == (notes.silent_until, notes.start_told)
    first = min(piece.tempo.seconds(note.beat) + note.shift_ms / 1000 for part in piece.parts for note in part.notes)
    assert -0.005 <= first - frame / 24 < 1 / 24


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("frame", [301, 1201, 1437])
def test_the_last_chord_falls_on_its_frame(frame: int, style: str) -> None:
    """The last chord lies within the marker's frame, and nothing new begins after it."""
    notes, piece = marked(PictureMarker(frame, "end"), style=style)
    assert frame == notes.final_frame
    if frame < 1420:
        assert -0.002 <= piece.tempo.seconds(piece.final_beat) - frame / 24 < 1 / 24
    late = [
        note
        for part in piece.parts
        for note in part.notes
        if piece.tempo.seconds(note.beat) > piece.tempo.seconds(piece.final_beat) + 0.6
    ]
    assert not late
