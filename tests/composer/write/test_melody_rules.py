"""The melody of every style: singable, on the chords, with rests, from one motif, highest once and at the height."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cutscore_composer.plan.style import load_style, style_names
from cutscore_composer.write.composition import Composition, Note
from support.edits import edit_of, music_in, scored

SUNG = [name for name in style_names() if load_style(name).leads]


def top_line(music: Composition) -> list[Note]:
    """The melody's notes up to the last chord, of two at a time the upper one."""
    notes = sorted(
        (n for p in music.parts if p.role == "melody" for n in p.notes if n.beat < music.final_beat - 1e-6),
        key=lambda n: (n.beat, -n.pitch),
    )
    return [n for i, n in enumerate(notes) if i == 0 or n.beat > notes[i - 1].beat + 0.02]


@pytest.mark.parametrize("style", SUNG)
def test_melody_rests_a_third_of_the_time_or_more(style: str) -> None:
    """At least 30 % of the time nobody sings; and yet the cue has a melody."""
    for number in range(3):
        music = music_in(style, number=number)
        line = top_line(music)
        sung = sum(min(a.beats, b.beat - a.beat) for a, b in pairwise(line)) + (line[-1].beats if line else 0)
        share = sung / (music.final_beat - music.bars[0].beat)
        assert 0.02 < share <= 0.70


@pytest.mark.parametrize("style", SUNG)
def test_melody_can_be_sung(style: str) -> None:
    """Within phrases half of the moves are steps or repeats, three quarters at most thirds, few exceed a sixth."""
    moves = [
        abs(b.pitch - a.pitch)
        for number in range(3)
        for a, b in pairwise(top_line(music_in(style, number=number)))
        if b.beat - a.beat - a.beats < 0.6
    ]
    steps = 0.5 if style not in ("horror", "ambient") else 0.25  # their few notes lie far apart
    assert sum(move <= 2 for move in moves) >= steps * len(moves)
    assert sum(move <= 4 for move in moves) >= 0.75 * len(moves)
    assert sum(move > 9 for move in moves) <= 0.06 * len(moves)


@pytest.mark.parametrize("style", SUNG)
def test_leaps_are_recovered(style: str) -> None:
    """After a singer's leap of a fourth or more the line turns back within two notes, nearly always."""
    leaps = back = 0
    for number in range(3):
        for part in (p for p in music_in(style, number=number).parts if p.role == "melody"):
            for a, b, c, d in zip(part.notes, part.notes[1:], part.notes[2:], part.notes[3:], strict=False):
                leap = b.pitch - a.pitch
                if abs(leap) >= 5 and b.beat - a.beat - a.beats < 0.6 and d.beat - a.beat < 6:
                    leaps += 1
                    back += leap * (c.pitch - b.pitch) <= 0 or leap * (d.pitch - c.pitch) <= 0
    assert back >= 0.7 * leaps - 1


@pytest.mark.parametrize("style", SUNG)
def test_strong_notes_belong_to_their_chord(style: str) -> None:
    """Of the notes on downbeats at least 85 % are tones of the chord that sounds."""
    right = strong = 0
    for number in range(3):
        music = music_in(style, number=number)
        downbeats = {bar.beat for bar in music.bars}
        for note in top_line(music):
            if note.beat in downbeats:
                chord = max((c for c in music.chords if c.beat <= note.beat + 1e-6), key=lambda c: c.beat)
                strong += 1
                right += note.pitch % 12 in chord.tones
    assert right >= 0.85 * strong


@pytest.mark.parametrize("style", SUNG)
def test_the_highest_note_is_sung_once_and_in_the_stronger_half(style: str) -> None:
    """One highest note in the cue; the picture is at least as strong there as in the mean."""
    for number in range(3):
        music = music_in(style, "powerful", number)
        line = top_line(music)
        if not line:
            continue
        top = max(n.pitch for n in line)
        highest = [n for n in line if n.pitch == top]
        assert len(highest) == 1
        seconds = music.tempo.seconds(highest[0].beat)
        mean = sum(s.energy * (s.frame_out - s.frame_in) for s in music.sections) / music.frames
        here = next(s for s in music.sections if s.frame_out / float(music.rate) > seconds)
        assert here.energy >= mean - 0.05


@pytest.mark.parametrize("style", ["cinematic", "solo_piano", "acoustic_folk", "synthwave", "jazz_lounge", "waltz"])
def test_one_motif_is_heard_in_three_sections(style: str) -> None:
    """The rhythm of the first phrase's beginning comes back in at least three sections, not always with its notes."""
    music = music_in(style, "dramatic", 2)
    line = top_line(music)
    sections = [music.tempo.beat(float(s.frame_in / music.rate)) for s in music.sections]
    if len(sections) < 3:
        pytest.skip("fewer than three sections")

    def section(beat: float) -> int:
        return sum(start <= beat + 0.5 for start in sections) - 1

    found: dict[tuple[float, ...], set[int]] = {}
    shapes: dict[tuple[float, ...], set[tuple[int, ...]]] = {}
    for a, b, c in zip(line, line[1:], line[2:], strict=False):
        gaps = tuple(sorted({round(b.beat - a.beat, 1), round(c.beat - b.beat, 1)}, reverse=False))
        ratio = tuple(round(g / max(gaps), 1) for g in (b.beat - a.beat, c.beat - b.beat))
        if c.beat - a.beat <= 8:
            found.setdefault(ratio, set()).add(section(a.beat))
            shapes.setdefault(ratio, set()).add((a.pitch, b.pitch, c.pitch))
    known = max(found, key=lambda ratio: len(found[ratio]))
    assert len(found[known]) >= 3
    assert len(shapes[known]) >= 3


def test_nobody_sings_under_speech() -> None:
    """Where somebody speaks the melody rests."""
    music, _ = scored(edit_of(90, 12, 1, speech=((20, 45),)), "dramatic", "cinematic")
    sung = [music.tempo.seconds(n.beat) for n in top_line(music)]
    assert not [at for at in sung if 22 < at < 43]
    assert sung
