"""A trim late in the edit: up to a bar before it the music is the same, note for note, and it goes on as planned.

Touch may differ by two steps of 127: the arc of a whole section moves a little with it.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from cutscore_composer.write.composition import Composition, Note
from support.edits import edit_of, scored
from support.trims import trimmed

CASES = [
    (style, seed)
    for style in ("cinematic", "synthwave", "jazz_lounge", "waltz", "solo_piano", "epic_trailer", "ambient")
    for seed in (1, 2)
]


def notes_before(music: Composition, beat: float) -> dict[tuple[str, str, Note], int]:
    """(role, instrument, note) of what begins and ends before a beat, and with what velocity."""
    return {
        (part.role, part.instrument, replace(note, velocity=1)): note.velocity
        for part in music.parts
        for note in part.notes
        if note.beat + note.beats < beat - 1e-6
    }


@pytest.mark.parametrize(("style", "seed"), CASES)
def test_fourteen_frames_in_shot_twenty_change_nothing_before_them(style: str, seed: int) -> None:
    """Key, tempo, bars and notes are the same until a bar before the trim; the later form keeps its letters."""
    seen = edit_of(150, 17, seed)
    assert len(seen.cuts) >= 25
    other, at = trimmed(seen, 20, 14)
    before, _ = scored(seen, "dramatic", style)
    after, _ = scored(other, "dramatic", style)

    assert before.brief.key == after.brief.key
    cut = before.tempo.beat(at / float(seen.rate))
    # A chord may be drawn forward to an accent by as much as two beats and a half.
    limit = max(bar.beat for bar in before.bars if bar.beat <= cut - before.brief.metre[0]) - 2.5
    assert [b for b in before.bars if b.beat < limit] == [b for b in after.bars if b.beat < limit]
    then, now = notes_before(before, limit), notes_before(after, limit)
    assert then.keys() == now.keys()
    assert max(abs(now[note] - velocity) for note, velocity in then.items()) <= 2
    assert len(then) > 50
    assert [s.name for s in before.sections][:3] == [s.name for s in after.sections][:3]


def test_after_the_trim_it_is_the_same_piece() -> None:
    """Beyond the trim too most bars have the harmony that they had, as much later as the picture is shorter."""
    seen = edit_of(150, 17, 2)
    other, at = trimmed(seen, 12, 14)
    before, _ = scored(seen, "dramatic", "cinematic")
    after, _ = scored(other, "dramatic", "cinematic")
    late = [c.symbol for c in before.chords if before.tempo.seconds(c.beat) > at / 24 + 8]
    same = [c.symbol for c in after.chords if after.tempo.seconds(c.beat) > at / 24 + 8]
    shared = sum(min(late.count(symbol), same.count(symbol)) for symbol in set(late))
    assert shared >= 0.6 * len(late)
