"""Notes are heard at their written time, found by an onset measure that knows nothing of the player."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from cutscore_composer.write.composition import Note, Part

RATE = 48_000


def energy(audio: np.ndarray, window: int) -> np.ndarray:
    """RMS of the sum of both sides over `window` samples centred on each."""
    power = (audio.astype(np.float64) ** 2).sum(axis=1)
    total = np.concatenate([np.zeros(window // 2), np.cumsum(power), np.full(window - window // 2, power.sum())])
    return np.sqrt(np.maximum(total[window:] - total[:-window], 0) / window)[: len(power)]


def steepest(audio: np.ndarray, written: float) -> float:
    """When loudness (not amplitude) rises fastest near the written time, in milliseconds after it; struck sounds."""
    first = round((written - 0.06) * RATE)
    envelope = energy(audio[first : first + round(0.14 * RATE)], 144)
    loudness = np.log(envelope + 0.05 * envelope.max())
    rise = loudness[96:] - loudness[:-96]
    return (first + 48 + int(rise.argmax())) / RATE * 1000 - written * 1000


def half_there(audio: np.ndarray, written: float, length: float) -> float:
    """When a sustained note first has half its typical amplitude, in milliseconds after the written time."""
    first = round((written - 0.15) * RATE)
    envelope = energy(audio[first : first + round((length + 0.1) * RATE)], 960)
    body = np.median(envelope[round(0.3 * RATE) :])
    return int(np.argmax(envelope >= 0.5 * body)) / RATE * 1000 - 150


BEATS = (0.5, 3.0, 5.37, 8.0)

STRUCK = [
    ("piano", "sustain", 60, 3.0),
    ("piano", "sustain", 40, 4.0),
    ("harp", "pluck", 64, 3.0),
    ("bells", "hit", 84, 3.0),
    ("timpani", "hit", 45, 4.0),
    ("percussion", "hit", 36, 4.0),
    ("percussion", "hit", 45, 3.0),
    ("percussion", "hit", 49, 6.0),
    ("percussion", "hit", 82, 12.0),
    ("impact", "hit", 33, 4.0),
    ("violins", "pizzicato", 67, 5.0),
    ("cellos", "pizzicato", 48, 5.0),
    ("marimba", "hit", 60, 3.0),
    ("vibraphone", "hit", 65, 3.0),
    ("glockenspiel", "hit", 90, 3.0),
    ("xylophone", "hit", 80, 3.0),
    ("celesta", "hit", 76, 3.0),
    ("music_box", "hit", 80, 3.0),
    ("kit", "hit", 36, 3.0),
    ("kit", "hit", 38, 3.0),
    ("kit", "hit", 42, 3.0),
]


@pytest.mark.parametrize(("name", "articulation", "pitch", "allowed"), STRUCK)
def test_struck_notes_rise_at_their_time(
    make_cue: Callable, played: Callable, name: str, articulation: str, pitch: int, allowed: float
) -> None:
    """Drums, piano and plucked strings rise fastest at the written time; a shaker's grains only about it."""
    notes = tuple(
        Note(beat, 1.0, pitch + (0 if name in ("percussion", "kit") else i), 96, articulation)
        for i, beat in enumerate(BEATS)
    )
    audio = played(make_cue([Part("accent", name, notes)], 10.0))
    offs = [steepest(audio, beat) for beat in BEATS]
    assert [round(off, 1) for off in offs if abs(off) > allowed] == []


@pytest.mark.parametrize(
    ("name", "articulation", "pitch"),
    [
        (name, articulation, pitch)
        for name, pitch in (("violins", 72), ("violas", 60), ("cellos", 50), ("basses", 36))
        for articulation in ("sustain", "tremolo")
    ]
    + [(name, "sustain", pitch) for name, pitch in (("horns", 53), ("trumpets", 67), ("trombones", 50))]
    + [(name, "sustain", pitch) for name, pitch in (("flute", 76), ("clarinet", 67), ("oboe", 70), ("bassoon", 48))]
    + [(name, "sustain", pitch) for name, pitch in (("violin", 76), ("cello", 52), ("choir", 60))],
)
def test_bowed_notes_are_there_at_their_time(
    make_cue: Callable, played: Callable, name: str, articulation: str, pitch: int
) -> None:
    """Strings, winds and voices are half there within 15 ms of the written time on average, and none 30 ms off."""
    notes = tuple(Note(beat, 1.5, pitch + i, 90, articulation) for i, beat in enumerate(BEATS))
    audio = played(make_cue([Part("harmony", name, notes)], 10.0))
    offs = [half_there(audio, beat, 1.5) for beat in BEATS]
    assert [round(off, 1) for off in offs if abs(off) > 30] == []
    assert abs(np.mean(offs)) < 15


def test_an_accented_long_note_speaks_at_once(make_cue: Callable, played: Callable) -> None:
    """The "hit" of a string section has its bite at the written time, well before the sustain alone would."""
    notes = tuple(Note(beat, 1.5, 60, 110, "hit") for beat in BEATS)
    audio = played(make_cue([Part("accent", "cellos", notes)], 10.0))
    offs = [steepest(audio, beat) for beat in BEATS]
    assert abs(np.median(offs)) < 20


def test_a_swell_culminates_at_the_end_of_its_note(make_cue: Callable, played: Callable) -> None:
    """A cymbal that swells over three beats strikes its top at the end of the third."""
    audio = played(make_cue([Part("accent", "percussion", (Note(1.0, 3.0, 51, 100, "swell"),))], 9.0))
    assert abs(steepest(audio, 4.0)) < 4.0
    levels = [float(energy(audio, 9600)[round(second * RATE)]) for second in (1.5, 2.5, 3.5, 4.1)]
    assert levels == sorted(levels)


def test_shift_moves_a_note_by_milliseconds(make_cue: Callable, played: Callable) -> None:
    """A note pushed 40 ms late is heard 40 ms later than one that is not."""
    early = played(make_cue([Part("pulse", "piano", (Note(1.0, 1.0, 60, 90),))], 3.0))
    late = played(make_cue([Part("pulse", "piano", (Note(1.0, 1.0, 60, 90, "sustain", 40.0),))], 3.0))
    assert abs(steepest(late, 1.04) - steepest(early, 1.0)) < 0.1


def test_the_first_note_may_stand_at_zero(make_cue: Callable, played: Callable) -> None:
    """A note on the first sample sounds, without its run-up and without a click."""
    audio = played(make_cue([Part("harmony", "violins", (Note(0.0, 2.0, 69, 90),))], 3.0))
    assert np.abs(audio[: RATE // 4]).max() > 0.002
    assert np.abs(audio[0]).max() < 0.2 * np.abs(audio[: RATE // 2]).max()
