"""How the page becomes events: strokes, slurs, pedal, repeats."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from cutscore_composer.instruments.pack import load_pack
from cutscore_composer.play.schedule import Event, schedule
from cutscore_composer.write.composition import Chord, Dynamics, Note, Part


def events_of(make_cue: Callable, *parts: Part, chords: tuple[Chord, ...] = (), seconds: float = 8) -> list[Event]:
    """The events of a composition with these parts."""
    return schedule(make_cue(list(parts), seconds, chords=chords), load_pack())


@pytest.mark.parametrize(("name", "pitch"), [("timpani", 45), ("percussion", 38), ("percussion", 51)])
def test_a_roll_is_many_uneven_strokes(make_cue: Callable, name: str, pitch: int) -> None:
    """A roll of two seconds has some thirty strokes within the note, no two as strong or as far apart as the next."""
    strokes = events_of(make_cue, Part("accent", name, (Note(1, 2, pitch, 90, "roll"),)))
    assert 24 <= len(strokes) <= 36
    assert 1.0 == strokes[0].seconds
    assert strokes[-1].seconds < 3.02
    assert len({round(stroke.velocity, 3) for stroke in strokes}) > len(strokes) // 2


@pytest.mark.parametrize("name", ["piano", "harp", "bells", "impact"])
def test_what_cannot_roll_strikes_once(make_cue: Callable, name: str) -> None:
    """Piano, harp and bells do not become machine guns when a roll is asked of them."""
    assert len(events_of(make_cue, Part("accent", name, (Note(1, 2, 60, 90, "roll"),)))) == 1


def test_a_swell_ends_with_its_strongest_stroke_on_its_end(make_cue: Callable) -> None:
    """The last stroke of a swell falls exactly on the end of the note and is the strongest."""
    strokes = events_of(make_cue, Part("accent", "percussion", (Note(1, 2, 51, 90, "swell"),)))
    assert strokes[-1].seconds == 3.0
    assert max(strokes, key=lambda stroke: stroke.velocity) == strokes[-1]


def test_a_glissando_runs_over_the_chord_and_arrives(make_cue: Callable) -> None:
    """Only tones of the chord, rising, the written pitch last and exactly at the end."""
    chord = Chord(0, "Dm", 2, (2, 5, 9))
    run = events_of(make_cue, Part("colour", "harp", (Note(1, 1, 86, 80, "glissando"),)), chords=(chord,))
    pitches = [event.pitch for event in run]
    assert len(run) > 6
    assert pitches == sorted(pitches)
    assert {pitch % 12 for pitch in pitches} <= {2, 5, 9}
    assert (run[-1].pitch, run[-1].seconds) == (86, 2.0)


def test_slurs_are_found(make_cue: Callable) -> None:
    """Of three legato notes in a row the first begins anew, the others come out of the one before."""
    notes = tuple(Note(beat, 1, 60 + beat, 80, "legato") for beat in range(3))
    events = events_of(make_cue, Part("melody", "violas", notes))
    assert [event.slurred for event in events] == [False, True, True]
    assert [event.slurs for event in events] == [True, True, False]


def test_a_rest_breaks_the_slur(make_cue: Callable) -> None:
    """After a rest a legato note begins with its own attack; so does a detached note at any time."""
    notes = (Note(0, 1, 60, 80, "legato"), Note(2, 1, 62, 80, "legato"), Note(3, 1, 64, 80, "sustain"))
    assert not any(event.slurred for event in events_of(make_cue, Part("melody", "violas", notes)))


def test_notes_of_a_chord_do_not_slur_each_other(make_cue: Callable) -> None:
    """Notes that begin together are a chord, not a line."""
    notes = tuple(Note(0, 1, pitch, 80, "legato") for pitch in (60, 64, 67))
    assert not any(event.slurred for event in events_of(make_cue, Part("harmony", "violas", notes)))


def test_repeats_count_up_and_begin_anew_after_a_while(make_cue: Callable) -> None:
    """Strokes close to each other take turns; after a long pause the first comes back."""
    notes = tuple(Note(beat, 0.2, 60, 80) for beat in (0, 0.5, 1.0, 6.0))
    assert [event.turn for event in events_of(make_cue, Part("pulse", "piano", notes))] == [0, 1, 2, 0]


def test_staccato_of_what_goes_on_is_short(make_cue: Callable) -> None:
    """A wind's staccato is half as long as written and never long; a sustained note is as written."""
    notes = (Note(0, 0.2, 70, 80, "staccato"), Note(1, 3, 70, 80, "staccato"), Note(5, 1, 70, 80))
    lengths = [event.length for event in events_of(make_cue, Part("pulse", "oboe", notes))]
    assert [0.11, 0.25, 1.0] == pytest.approx(lengths)


def test_the_page_may_begin_before_the_cue(make_cue: Callable, played: Callable) -> None:
    """Pick-up notes before zero, notes after the end and broken lengths are played as far as there is time."""
    notes = (Note(-1, 2, 60, 80), Note(0.5, 0, 64, 80), Note(1.9, 30, 67, 127), Note(40, 1, 60, 80))
    cue = make_cue(
        [Part("melody", "violins", notes, (Dynamics(0, 2.0), Dynamics(1, -1.0))), Part("p", "piano", notes)], 2
    )
    assert played(cue).shape == (96_000, 2)
