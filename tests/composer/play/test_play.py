"""The player as a whole: the same bytes, any block size, flat memory, living sustains, no repeats alike."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from itertools import combinations, pairwise

import numpy as np
import pytest
from scipy.signal import butter, find_peaks, sosfilt

from cutscore_composer.engine import Progress, ProgressEvent
from cutscore_composer.errors import Cancelled
from cutscore_composer.instruments.pack import load_pack
from cutscore_composer.play.play import lines_of, play
from cutscore_composer.play.samples import Sound
from cutscore_composer.play.voice import prolonged
from cutscore_composer.write.composition import Chord, Composition, Dynamics, Note, Part

RATE = 48_000


def ensemble(make_cue: Callable, seconds: float = 6.0, seed: int = 1) -> Composition:
    """A bit of everything."""
    beats = range(int(seconds) - 1)
    parts = [
        Part(
            "pulse",
            "piano",
            tuple(Note(beat + 0.5 * half, 0.5, 60 + beat % 5, 70) for beat in beats for half in (0, 1)),
        ),
        Part(
            "melody",
            "violins",
            tuple(Note(beat, 1, 69 + beat % 4, 80, "legato") for beat in beats),
            (Dynamics(0, 0.3), Dynamics(6, 0.9)),
        ),
        Part("bass", "basses", tuple(Note(beat, 1, 33, 80, "pizzicato") for beat in beats)),
        Part("colour", "harp", (Note(1, 2, 72, 80, "glissando"),)),
        Part("colour", "pad", (Note(0, 5, 57, 70),)),
        Part(
            "accent",
            "percussion",
            (*(Note(beat, 1, 45, 90, "hit") for beat in beats), Note(2, 2, 51, 90, "swell")),
        ),
    ]
    return make_cue(parts, seconds, seed=seed, chords=[Chord(0, "Dm", 2, (2, 5, 9))])


@pytest.fixture(scope="module")
def usual(make_cue: Callable, played: Callable) -> np.ndarray:
    """The ensemble as it is played by default."""
    return np.asarray(played(ensemble(make_cue)))


def test_two_runs_give_the_same_samples(make_cue: Callable, played: Callable, usual: np.ndarray) -> None:
    """Nothing is drawn from the clock or from the order of things."""
    assert np.array_equal(played(ensemble(make_cue)), usual)


def test_another_seed_is_another_performance(make_cue: Callable, played: Callable, usual: np.ndarray) -> None:
    """The seed changes how it is played."""
    assert not np.array_equal(played(ensemble(make_cue, seed=2)), usual)


@pytest.mark.parametrize("size", [777, 100_000])
def test_blocks_do_not_matter(make_cue: Callable, played: Callable, usual: np.ndarray, size: int) -> None:
    """Any block size gives the same music, to rounding."""
    assert np.abs(played(ensemble(make_cue), block_samples=size) - usual).max() < 1e-5


def test_a_note_more_leaves_the_others_as_they_were(make_cue: Callable, played: Callable) -> None:
    """Chance is drawn note by note: a note added to one part changes nothing before it."""
    base = [Part("melody", "violins", tuple(Note(beat, 1, 70, 80) for beat in (0, 2)))]
    more = [
        Part("melody", "violins", (*base[0].notes, Note(4, 1, 74, 80))),
        Part("pulse", "piano", (Note(4.5, 1, 60, 80),)),
    ]
    first, second = played(make_cue(base, 6)), played(make_cue(more, 6))
    assert np.array_equal(first[: round(3.8 * RATE)], second[: round(3.8 * RATE)])


def test_length_and_lines_are_those_of_the_cue(make_cue: Callable) -> None:
    """All lines have as many samples as the cue, and are the ones promised, in the order of the stems."""
    cue = ensemble(make_cue, 5.04)
    lines = dict.fromkeys(lines_of(cue), 0)
    for block in play(cue, Progress()):
        lines = {name: size + len(block[name]) for name, size in lines.items()}
    expected = (
        "drums/percussion",
        "bass/bass",
        "harmony/piano",
        "melody/strings",
        "texture/plucked",
        "texture/synth",
    )
    assert expected == lines_of(cue)
    assert dict.fromkeys(expected, 241_920) == lines


def test_an_empty_composition_plays_silence(make_cue: Callable) -> None:
    """No parts, parts without notes and unknown instruments are no error."""
    parts = [Part("melody", "violins", ()), Part("melody", "theremin", (Note(0, 1, 60, 80),))]
    for cue in (make_cue([], 1), make_cue(parts, 1)):
        blocks = list(play(cue, Progress()))
        assert not any(audio.any() for block in blocks for audio in block.values())


REPEATED = [
    ("piano", "sustain", 60),
    ("violins", "staccato", 67),
    ("violins", "sustain", 72),
    ("violin", "sustain", 76),
    ("cellos", "pizzicato", 48),
    ("cello", "staccato", 50),
    ("basses", "tremolo", 46),
    ("horns", "sustain", 57),
    ("trumpets", "staccato", 67),
    ("clarinet", "staccato", 64),
    ("choir", "sustain", 60),
    ("marimba", "hit", 60),
    ("vibraphone", "hit", 65),
    ("timpani", "hit", 45),
    *(("percussion", "hit", key) for key in (36, 38, 45, 60, 76, 82)),
    *(("kit", "hit", key) for key in (36, 38, 42, 45, 51)),
]


@pytest.mark.parametrize(("name", "articulation", "pitch"), REPEATED)
def test_repeats_are_not_alike(make_cue: Callable, played: Callable, name: str, articulation: str, pitch: int) -> None:
    """The same drum, key or string sounded four times in two seconds never sounds twice the same."""
    notes = tuple(Note(0.2 + 0.5 * i, 0.4, pitch, 80, articulation) for i in range(4))
    audio = played(make_cue([Part("pulse", name, notes)], 3))
    strokes = [audio[round((0.19 + 0.5 * i) * RATE) :][: round(0.3 * RATE)].ravel() for i in range(4)]
    assert max(np.corrcoef(a, b)[0, 1] for a, b in pairwise(strokes)) < 0.95
    assert max(np.corrcoef(a, b)[0, 1] for a, b in combinations(strokes, 2)) < 0.999


def test_the_neighbours_recording_is_as_loud(make_cue: Callable, played: Callable) -> None:
    """Repeats differ in sound, not in loudness: within 5 dB, as a player's strokes do."""
    for name, articulation, pitch in (("violins", "staccato", 67), ("piano", "sustain", 60), ("kit", "hit", 38)):
        notes = tuple(Note(0.2 + i, 0.4, pitch, 80, articulation) for i in range(6))
        audio = played(make_cue([Part("pulse", name, notes)], 7)).mean(axis=1)
        levels = [20 * np.log10(audio[round((0.18 + i) * RATE) :][: round(0.4 * RATE)].std()) for i in range(6)]
        assert np.ptp(levels) < 5, name


@pytest.mark.parametrize(
    "name", ["violins", "violas", "cellos", "basses", "violin", "cello", "horns", "choir", "flute"]
)
def test_a_long_note_swells_in_level_and_colour(make_cue: Callable, played: Callable, name: str) -> None:
    """Without any dynamics written, a note of three seconds moves by 6 dB in level and in what is above it."""
    low, high = load_pack().instruments[name].comfortable
    ranges = []
    for pitch in (low + 5, (low + high) // 2, high - 7):
        audio = played(make_cue([Part("melody", name, (Note(0.3, 3, pitch, 85),))], 4)).mean(axis=1)
        body = audio[round(0.4 * RATE) : round(3.28 * RATE)]
        hertz = max(1500.0, 3 * 440 * 2 ** ((pitch - 69) / 12))
        above = sosfilt(butter(4, hertz, "high", fs=RATE, output="sos"), body)
        size = RATE // 8
        level, bright = (
            10 * np.log10((one[: len(one) // size * size].reshape(-1, size) ** 2).mean(axis=1) + 1e-14)
            for one in (body, above)
        )
        ranges.append((np.ptp(level), np.ptp(bright - level)))
    assert np.median([level for level, _ in ranges]) >= 6
    assert np.median([bright for _, bright in ranges]) >= 6


def test_long_and_short_notes_of_one_key_share_recordings(make_cue: Callable, played: Callable) -> None:
    """A key played long, then short and softer, and the other way about, is no trouble to the cache."""
    for lengths in ((4, 0.3, 2), (0.3, 4, 1)):
        notes = tuple(Note(2.0 * i, beats, 60, 100 - 20 * i, "staccato") for i, beats in enumerate(lengths))
        audio = played(make_cue([Part("pulse", name, notes) for name in ("piano", "cellos")], 7))
        assert np.isfinite(audio).all()


def test_a_long_note_lives(make_cue: Callable, played: Callable) -> None:
    """A note of twenty seconds goes on without a hole, and what comes again in it does not come at a steady beat."""
    audio = played(make_cue([Part("harmony", "cellos", (Note(0.5, 20, 50, 80),))], 22)).mean(axis=1)
    levels = np.sqrt((audio[RATE : 20 * RATE].reshape(-1, 4800) ** 2).mean(axis=1))
    decibels = 20 * np.log10(levels / levels.mean())
    assert 0.4 < decibels.std() < 3.0
    assert decibels.min() > -12
    part, rest = audio[3 * RATE : 4 * RATE], audio[5 * RATE :]
    size = 1 << 21
    likeness = np.fft.irfft(np.fft.rfft(rest, size) * np.conj(np.fft.rfft(part, size)), size)[: len(rest) - RATE]
    power = np.concatenate([[0.0], np.cumsum(rest**2)])
    likeness /= np.sqrt((power[RATE:] - power[:-RATE])[: len(likeness)] * (part**2).sum()) + 1e-9
    again, _ = find_peaks(likeness, height=0.8, distance=RATE // 2)
    rounds = np.diff(again) / RATE
    assert len(rounds) < 2 or np.abs(rounds - rounds.mean()).max() > 0.05


def test_dynamics_swell_loudness_and_colour(make_cue: Callable, played: Callable) -> None:
    """From soft to loud within one note, strings grow by 10 dB and more, and brighter."""
    curve = (Dynamics(0, 0.2), Dynamics(8, 0.95))
    audio = played(make_cue([Part("melody", "violins", (Note(0, 8, 67, 80),), curve)], 9)).mean(axis=1)
    early, late = audio[RATE : 2 * RATE], audio[6 * RATE : 7 * RATE]

    def bright(part: np.ndarray) -> float:
        power = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
        return float(power[2000:].sum() / power.sum())

    assert 20 * np.log10(late.std() / early.std()) > 10
    assert bright(late) > 1.6 * bright(early)


def test_velocity_brightens_the_piano(make_cue: Callable, played: Callable) -> None:
    """A hard stroke is louder and has relatively more above 2 kHz than a soft one."""
    shares = []
    for velocity in (30, 70, 115):
        audio = played(make_cue([Part("pulse", "piano", (Note(0.2, 2, 55, velocity),))], 2)).mean(axis=1)
        power = np.abs(np.fft.rfft(audio)) ** 2
        shares.append((float(power.sum()), float(power[4000:].sum() / power.sum())))
    assert shares == sorted(shares)
    assert [share for _, share in shares] == sorted(share for _, share in shares)


def test_a_slur_has_no_second_attack(make_cue: Callable, played: Callable) -> None:
    """Two slurred notes have no dip and no bump between them; two detached ones have a dip."""

    def between(articulation: str, length: float) -> np.ndarray:
        notes = (Note(0.2, length, 67, 80, articulation), Note(2.2, 1.6, 69, 80, articulation))
        audio = played(make_cue([Part("melody", "violins", notes)], 4.4)).mean(axis=1)
        around = audio[round(1.6 * RATE) : round(2.8 * RATE)]
        levels = np.sqrt(np.convolve(around**2, np.ones(2400) / 2400, "valid"))
        return 20 * np.log10(levels / np.median(levels))

    slurred = between("legato", 2.0)
    assert slurred.min() > -6
    assert slurred.max() < 5
    assert between("sustain", 1.6).min() < -8


def test_the_pedal_is_lifted_with_the_harmony(make_cue: Callable, played: Callable) -> None:
    """A short piano note rings until the chord changes, then dies."""
    chords = [Chord(0, "Dm", 2, (2, 5, 9)), Chord(3, "A", 9, (9, 1, 4))]
    audio = played(make_cue([Part("pulse", "piano", (Note(0.2, 0.25, 50, 90),))], 6, chords=chords)).mean(axis=1)
    level = [20 * np.log10(audio[round(t * RATE) : round((t + 0.3) * RATE)].std() + 1e-9) for t in (1.0, 2.6, 4.2)]
    assert level[0] - level[1] < 15
    assert level[1] - level[2] > 20


def test_sides_follow_the_seats(make_cue: Callable, played: Callable) -> None:
    """Violins are louder left, cellos right, as they sit."""
    for name, pitch, side in (("violins", 72, 0), ("cellos", 48, 1)):
        audio = played(make_cue([Part("melody", name, (Note(0.2, 2, pitch, 90),))], 3))
        power = (audio**2).mean(axis=0)
        assert power[side] > 1.5 * power[1 - side]


def test_no_clicks(make_cue: Callable, played: Callable) -> None:
    """Around starts, slurs, loops and ends of sustained notes no sample jumps out of its surroundings."""
    notes = tuple(Note(0.3 + i * 1.1, 1.1, 57 + 2 * i, 85, "legato") for i in range(6))
    audio = played(make_cue([Part("melody", "violas", notes)], 9)).mean(axis=1)
    bend = np.abs(np.diff(audio, 4))
    near = np.convolve(bend, np.ones(2001) / 2001, "same") + 1e-7
    assert (bend / near).max() < 25


def test_memory_does_not_grow_with_the_cue(make_cue: Callable) -> None:
    """A drone and a pulse of a minute take as little memory as those of fifteen seconds."""

    def peak(seconds: int) -> int:
        pulse = tuple(Note(beat, 0.5, 60, 70) for beat in range(seconds))
        parts = [
            Part("bass", "cellos", (Note(0, seconds, 48, 80),)),
            Part("pulse", "piano", pulse),
            Part("bass", "sub", (Note(0, seconds, 33, 80),)),
        ]
        cue = make_cue(parts, seconds)
        tracemalloc.start()
        for _ in play(cue, Progress()):
            pass
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(1)  # what is made once for all cues is made now
    assert peak(60) < 1.15 * peak(15) + 1_000_000


def test_the_player_stops_when_asked(make_cue: Callable) -> None:
    """Cancelling raises at the next block."""
    progress = Progress()
    blocks = play(ensemble(make_cue), progress)
    next(blocks)
    progress.cancel()
    with pytest.raises(Cancelled):
        next(blocks)


def test_progress_rises(make_cue: Callable) -> None:
    """The player tells how far it is, from 0 to 1."""
    events: list[ProgressEvent] = []
    for _ in play(ensemble(make_cue), Progress(events.append)):
        pass
    fractions = [event.fraction for event in events]
    assert fractions == sorted(fractions, key=lambda f: f or 0.0)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)


@pytest.mark.parametrize("period", [109, 436, 1300])
def test_a_held_tone_goes_round_without_a_bump(period: int) -> None:
    """One player's steady tone, going through its loop for many rounds, stays within a decibel, at any pitch."""
    wave = np.sin(2 * np.pi * np.arange(2 * RATE) / period) + 0.5 * np.sin(4 * np.pi * np.arange(2 * RATE) / period + 1)
    sound = Sound(np.stack([wave, wave], axis=1).astype(np.float32), (RATE // 2 + 37, 2 * RATE - 11))
    audio = np.concatenate(list(prolonged(sound, 0, 12 * RATE, RATE, np.random.default_rng(3))))[:, 0]
    levels = 20 * np.log10(np.sqrt((audio.reshape(-1, 4800) ** 2).mean(axis=1)))
    assert 12 * RATE == len(audio)
    assert np.ptp(levels) < 1.0


def test_a_short_loop_is_no_trouble() -> None:
    """Loops of a few milliseconds, as other makers' files have them, are played as they are."""
    wave = np.sin(2 * np.pi * np.arange(9000) / 100).astype(np.float32)
    for loop in ((8000, 8100), (8000, 9000), (0, 9000), (8990, 9000)):
        audio = list(prolonged(Sound(np.stack([wave, wave], axis=1), loop), 0, RATE, RATE, np.random.default_rng(1)))
        assert RATE == sum(len(piece) for piece in audio)
