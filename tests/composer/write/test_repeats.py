"""What accompanies repeats itself: the same bar over the same chord, until a period is over; silences are few."""

from __future__ import annotations

import pytest

from cutscore_composer.plan.style import load_style, style_names
from cutscore_composer.write.composition import Composition
from support.edits import edit_of, scored

GROOVES = [name for name in style_names() if load_style(name).groove]
ACCOMPANIES = ("bass", "harmony", "pulse", "percussion")
WORDS = ("calm", "dramatic")
_BARS_BACK = 4


def bars_of(music: Composition) -> list[tuple[float, float]]:
    """(from, up to) in beats of every bar before the last chord."""
    return [(bar.beat, bar.beat + bar.beats) for bar in music.bars if bar.beat < music.final_beat]


def chords_of(music: Composition) -> list[tuple[tuple[float, str], ...]]:
    """The chords of every bar, from where in it each sounds."""
    ends = [chord.beat for chord in music.chords[1:]] + [1e9]
    return [
        tuple(
            (round(max(chord.beat, low) - low, 2), chord.symbol)
            for chord, end in zip(music.chords, ends, strict=True)
            if chord.beat < high - 1e-6 and end > low + 1e-6
        )
        for low, high in bars_of(music)
    ]


def undisturbed(music: Composition) -> list[bool]:
    """Whether no accent falls into a bar or the beginning of the next one, and nothing leads there."""
    accents = [note.beat for part in music.parts if part.role == "accent" for note in part.notes]
    return [not any(low - 0.1 <= beat <= high + 0.1 for beat in accents) for low, high in bars_of(music)]


def repeated(music: Composition) -> tuple[int, int]:
    """(bars whose whole accompaniment is that of one of the last four over the same chords, all that could be)."""
    bars, chords, calm = bars_of(music), chords_of(music), undisturbed(music)
    pages = [
        frozenset(
            (part.instrument, round(n.beat - low, 2), n.pitch)
            for part in music.parts
            if part.role in ACCOMPANIES
            for n in part.notes
            if low - 1e-6 <= n.beat < high - 1e-6
        )
        for low, high in bars
    ]
    again = could = 0
    for here, page in enumerate(pages):
        before = range(max(0, here - _BARS_BACK), here)
        alike = [b for b in before if chords[b] == chords[here] and calm[b] and pages[b]]
        if page and calm[here] and alike:
            could += 1
            again += any(pages[b] == page for b in alike)
    return again, could


def test_accompaniment_repeats_itself() -> None:
    """Of groove styles' bars over chords of the last four bars a third is literally one of those, in all its parts."""
    found = [repeated(scored(edit_of(120, 12, 5), words, style)[0]) for style in GROOVES for words in WORDS]
    assert sum(could for _, could in found) > 100
    assert sum(again for again, _ in found) >= 0.33 * sum(could for _, could in found)


def test_what_repeats_is_played_anew() -> None:
    """No two bars of a groove have all their velocities in common."""
    music = scored(edit_of(60, 12, 5), "dramatic", "rock")[0]
    for part in music.parts:
        if part.role not in ACCOMPANIES:
            continue
        played = [
            tuple(n.velocity for n in part.notes if low - 1e-6 <= n.beat < high - 1e-6) for low, high in bars_of(music)
        ]
        long = [bar for bar in played if len(bar) >= 6]
        assert len(set(long)) == len(long)


@pytest.mark.parametrize("style", ["cinematic", "rock", "horror", "comedy_pizzicato"])
@pytest.mark.parametrize(("seconds", "cuts_a_minute"), [(60, 12), (60, 30), (150, 40)])
def test_a_beat_of_silence_is_rare(style: str, seconds: int, cuts_a_minute: int) -> None:
    """Nothing at all begins or goes on for a beat before an accent at most three times a minute, two of them meant."""
    music = scored(edit_of(seconds, cuts_a_minute, 3), "dramatic", style)[0]
    beats = [music.tempo.beat(hit.seconds) for hit in music.hits if hit.seconds > 1]
    notes = [note for part in music.parts if part.instrument != "vinyl" for note in part.notes]
    still = [beat for beat in beats if not any(n.beat < beat - 0.05 and n.beat + n.beats > beat - 0.95 for n in notes)]
    assert len(still) <= 3 * seconds / 60
