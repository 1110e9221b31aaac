"""The written music: whole, in range, in key, phrased, repeatable, for every length of picture."""

from __future__ import annotations

import itertools
import math
from collections import defaultdict
from collections.abc import Callable
from fractions import Fraction
from functools import cache

import pytest

from cutscore_composer.plan.numerals import scale_of
from cutscore_composer.plan.planner import plan
from cutscore_composer.wishes import Ending, Wishes
from cutscore_composer.write.composition import Bar, Composition, Note, Part
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.writer import write
from support.scenes import scene

MOMENTS = ((9.7, 0.8), (20.3, 0.6), (33.1, 0.95), (45.2, 0.75))


STRINGS = {"violins", "violas", "cellos", "basses", "violin", "cello"}


def composed(
    seconds: float = 60,
    moments: tuple[tuple[float, float], ...] = MOMENTS,
    text: str | None = None,
    *,
    seed: int = 7,
    rate: Fraction = Fraction(24),
    ending: Ending = "ring",
    speech: tuple[tuple[float, float], ...] = (),
    frames: int | None = None,
    light: float = 0.4,
) -> Composition:
    """The music for a made-up picture."""
    seen, spotting = scene(seconds, moments, rate=rate, ending=ending, speech=speech, frames=frames, light=light)
    return write(plan(Wishes(text, ending=ending), seen, spotting, seed), spotting, seed)


def notes_in(part: Part, bar: Bar) -> list[Note]:
    """The notes of a part that begin in a bar."""
    return [note for note in part.notes if bar.beat - 1e-6 <= note.beat < bar.beat + bar.beats - 1e-6]


PICTURES: dict[str, Callable[[], Composition]] = {
    "one frame": lambda: composed(frames=1, seconds=0, moments=()),
    "half a second": lambda: composed(0.5, ()),
    "three seconds, hit at 0.2": lambda: composed(3, ((0.2, 0.9),)),
    "twenty seconds": lambda: composed(20, ((7.1, 0.8),)),
    "a minute": lambda: composed(),
    "a minute, nothing happens": lambda: composed(60, ()),
    "thirty moments": lambda: composed(60, tuple((1.9 * i + 0.2, 0.5 + 0.01 * i) for i in range(30))),
    "12.5 fps": lambda: composed(30, ((11.2, 0.8),), rate=Fraction(25, 2)),
    "59.94 fps": lambda: composed(24, ((11.2, 0.8),), rate=Fraction(60000, 1001)),
    "ten minutes": lambda: composed(600, tuple((12.3 * i + 5, 0.7) for i in range(47))),
    "epic": lambda: composed(text="epic battle"),
    "calm": lambda: composed(text="calm piano and strings"),
    "solo piano": lambda: composed(text="solo piano, sad"),
    "waltz": lambda: composed(text="a waltz in G major"),
    "speech": lambda: composed(speech=((12.0, 30.0),)),
    "fade": lambda: composed(30, ((10.0, 0.8),), ending="fade"),
    "button": lambda: composed(30, ((10.0, 0.8),), "epic", ending="button"),
}
"""Every kind of picture that there is."""


@cache
def music_of(name: str) -> Composition:
    """The music for one of the pictures, written once."""
    return PICTURES[name]()


@pytest.mark.parametrize("name", PICTURES)
def test_every_note_can_be_played(name: str) -> None:
    """Pitches lie in their instrument's range, velocities in 1 to 127, lengths above nothing, nothing after the end."""
    music = music_of(name)
    assert music.parts
    for part in music.parts:
        player = sound_pack()[part.instrument]
        for note in part.notes:
            assert player.low <= note.pitch <= player.high
            assert 1 <= note.velocity <= 127
            assert note.beats > 0
            assert -20 <= note.shift_ms <= 60
            assert music.tempo.seconds(note.beat) < music.seconds
            assert music.tempo.seconds(note.beat) + note.shift_ms / 1000 >= -1e-6


@pytest.mark.parametrize("name", PICTURES)
def test_parts_are_in_order(name: str) -> None:
    """Notes and dynamics come in order of beat, and a part has no two equal notes."""
    for part in music_of(name).parts:
        beats = [note.beat for note in part.notes]
        assert sorted(beats) == beats
        assert len({(note.beat, note.pitch) for note in part.notes}) == len(part.notes)
        points = [point.beat for point in part.dynamics]
        assert sorted(points) == points
        assert all(0 <= point.level <= 1 for point in part.dynamics)


@pytest.mark.parametrize("name", PICTURES)
def test_every_moment_gets_its_accent_in_time(name: str) -> None:
    """Accents lie −10 to +60 ms from their moment, and notes of the accent begin right there."""
    music = music_of(name)
    beats = [note.beat for part in music.parts if part.role == "accent" for note in part.notes]
    for hit in music.hits:
        assert -0.010 <= hit.seconds - hit.moment_seconds <= 0.060
        if music.tempo.beat(hit.seconds) < music.final_beat - 0.3 and len(music.hits) < 20:
            assert min(abs(music.tempo.seconds(beat) - hit.seconds) for beat in beats) < 0.002


@pytest.mark.parametrize("name", ["a minute", "epic", "calm", "solo piano", "waltz", "ten minutes", "twenty seconds"])
def test_the_music_ends_on_the_tonic(name: str) -> None:
    """A dominant or its like, then the tonic in root position, and it stays to the end."""
    music = music_of(name)
    last, before = music.chords[-1], music.chords[-2]
    tonic = music.brief.key.pitch_class
    assert last.beat == music.final_beat
    assert (last.bass, last.tones[0]) == (tonic, tonic)
    assert before.tones[0] != tonic
    struck = [n for p in music.parts for n in p.notes if n.beat >= music.final_beat - 1e-6]
    assert {note.pitch % 12 for note in struck if note.pitch > 40} & set(last.tones)
    pitched = [n for p in music.parts if p.instrument not in ("percussion", "impact") for n in p.notes]
    assert all(note.pitch % 12 in last.tones for note in pitched if note.beat > music.final_beat + 0.01)


def test_a_ring_dies_away_and_a_button_stops() -> None:
    """A ringing last chord sounds to the end of the picture and falls silent there; a button is short."""
    ring, button = music_of("a minute"), music_of("button")
    end = ring.tempo.beat(ring.seconds)
    held = [n for p in ring.parts if p.instrument == "violins" for n in p.notes if n.beat == ring.final_beat]
    assert max(note.beat + note.beats for note in held) == pytest.approx(end, abs=0.02)
    curves = [p.dynamics for p in ring.parts if p.dynamics and p.role == "harmony"]
    assert all(curve[-1].level == 0 for curve in curves)
    short = [n for p in button.parts if p.dynamics for n in p.notes if n.beat >= button.final_beat - 1e-6]
    assert max(note.beats for note in short if note.articulation == "hit") <= 2.5


def test_a_fade_fades() -> None:
    """The players take back the last seconds, struck notes as well as held ones; the chord is held to the end."""
    music = music_of("fade")
    for part in music.parts:
        if part.dynamics and part.role == "harmony":
            assert part.dynamics[-1].level < 0.6 * max(point.level for point in part.dynamics)
    held = [n for p in music.parts if p.role == "harmony" for n in p.notes if n.beat == music.final_beat]
    assert max(n.beat + n.beats for n in held) == pytest.approx(music.tempo.beat(music.seconds), abs=0.02)
    late = [n.velocity for p in music.parts for n in p.notes if music.tempo.seconds(n.beat) > music.seconds - 2.6]
    early = [n.velocity for p in music.parts for n in p.notes if 8 < music.tempo.seconds(n.beat) < 20]
    assert max(late) < 0.8 * max(early)


@pytest.mark.parametrize("name", ["three seconds, hit at 0.2", "twenty seconds", "a minute", "epic", "calm", "waltz"])
def test_the_music_begins_at_home(name: str) -> None:
    """The first chord is on the tonic: without it nobody hears what the last one comes back to."""
    music = music_of(name)
    assert music.chords[0].tones[0] == music.brief.key.pitch_class


def test_one_seed_is_not_one_tune_for_all_films() -> None:
    """Pictures that look otherwise have other melodies, though the seed be the same."""
    tunes = {
        tuple((note.beat, note.pitch) for part in made.parts if part.role == "melody" for note in part.notes)
        for made in (composed(light=light) for light in (0.3, 0.4, 0.5))
    }
    assert 3 == len(tunes)


@pytest.mark.parametrize("seed", range(8))
def test_a_singer_has_one_voice(seed: int) -> None:
    """No note of the melody begins while the singer holds another, pick-up bars included."""
    music = composed(30, ((11.9, 0.84), (23.0, 0.78)), seed=seed)
    for part in (p for p in music.parts if p.role == "melody"):
        for first, second in itertools.pairwise(part.notes):
            assert first.beat + first.beats <= second.beat + 0.03 * first.beats  # legato


@pytest.mark.parametrize("seed", range(6))
def test_a_short_cue_keeps_its_tune(seed: int) -> None:
    """In half a minute both halves sing."""
    music = composed(30, ((11.9, 0.84),), seed=seed)
    sung = [music.tempo.seconds(n.beat) for part in music.parts if part.role == "melody" for n in part.notes]
    assert min(sung, default=99) < 15 < max(sung, default=0)


@pytest.mark.parametrize("name", ["a minute", "epic", "calm", "solo piano", "waltz", "ten minutes", "fade"])
def test_melody_is_singable(name: str) -> None:
    """In its scale but for the chord's own tones; no leap over a sixth in a phrase; chord tones where it is strong."""
    music = music_of(name)
    strong = right = 0
    for part in (p for p in music.parts if p.role == "melody"):
        for first, second in zip(part.notes, part.notes[1:], strict=False):
            if second.beat - first.beat < 4.1:
                assert abs(second.pitch - first.pitch) <= 12
        for note in part.notes:
            chord = max((c for c in music.chords if c.beat <= note.beat + 1e-6), key=lambda c: c.beat)
            key = max((k for k in music.keys if k.beat <= note.beat + 1.01), key=lambda k: k.beat).key
            assert note.pitch % 12 in set(chord.tones) | set(scale_of(key)) | set(scale_of(music.brief.key))
            bar = max((b for b in music.bars if b.beat <= note.beat + 1e-6), key=lambda b: b.beat)
            if note.beat == bar.beat:
                strong += 1
                right += note.pitch % 12 in chord.tones
    assert right >= 0.9 * strong


@pytest.mark.parametrize("name", ["a minute", "epic", "calm", "ten minutes"])
def test_melody_breathes(name: str) -> None:
    """The melody rests at least 30 % of the time and does not leave the piece for most of it."""
    music = music_of(name)
    spans = sorted((n.beat, n.beat + n.beats) for p in music.parts if p.role == "melody" for n in p.notes)
    sung, until = 0.0, -math.inf
    for start, end in spans:
        sung += max(0.0, end - max(start, until))
        until = max(until, end)
    share = sung / (music.final_beat - music.bars[0].beat)
    assert 0.1 <= share <= 0.7


@pytest.mark.parametrize("name", ["a minute", "epic", "calm", "ten minutes", "waltz"])
def test_held_voices_do_not_cross(name: str) -> None:
    """In the held chords violins stay above violas and violas above cellos, and no interval low down is a third."""
    music = music_of(name)
    beds = {p.instrument: p.notes for p in music.parts if p.role == "harmony"}
    for chord in music.chords[:-1]:
        sounding = {
            name: [n.pitch for n in notes if n.beat <= chord.beat + 0.01 < n.beat + n.beats - 0.2]
            for name, notes in beds.items()
        }
        upper, middle, lower = (sounding.get(name, []) for name in ("violins", "violas", "cellos"))
        if upper and middle:
            assert min(upper) >= max(middle)
        if middle and lower:
            assert min(middle) >= max(lower)
        low = sorted({n for name in beds for n in sounding[name] if n < 48 and name != "horns"})
        assert all(b - a not in (3, 4) for a, b in itertools.pairwise(low))


def page_statistics(music: Composition) -> dict[str, float]:
    """The measures of the page: bars that repeat one of the last four, parts that sound in a bar, notes a bar."""
    bars = [bar for bar in music.bars if bar.beat < music.final_beat]
    pages = [
        frozenset(
            (p.role, p.instrument, round(n.beat - b.beat, 2), n.pitch) for p in music.parts for n in notes_in(p, b)
        )
        for b in bars
    ]
    sounding = [
        any(n.beat < b.beat + b.beats - 1e-6 and n.beat + n.beats > b.beat + 0.05 for n in part.notes)
        for part in music.parts
        for b in bars
    ]
    return {
        "repeats": sum(page in pages[max(0, i - 4) : i] for i, page in enumerate(pages)) / len(bars),
        "sounding": sum(sounding) / len(sounding),
        "notes": sum(len(page) for page in pages) / len(bars),
    }


@pytest.mark.parametrize("name", ["a minute", "epic", "ten minutes"])
def test_the_page_looks_like_music(name: str) -> None:
    """Within the p10 to p90 of real tunes: literal repeats to .38, .27 to .73 of the parts in a bar, 25 to 59 notes."""
    found = page_statistics(music_of(name))
    assert found["repeats"] <= 0.38
    assert 0.27 <= found["sounding"] <= 0.73
    assert 25 <= found["notes"] <= 59


def test_quiet_music_is_thin() -> None:
    """A calm description writes at most half the notes of an epic one."""
    assert page_statistics(music_of("calm"))["notes"] < 0.6 * page_statistics(music_of("epic"))["notes"]


def test_speech_thins_the_music() -> None:
    """Under speech there are fewer notes than in the same bars without it, and no melody."""
    spoken, free = music_of("speech"), music_of("a minute")

    def count(music: Composition) -> int:
        notes = [n for p in music.parts for n in p.notes]
        return sum(14 < music.tempo.seconds(note.beat) < 28 for note in notes)

    assert count(spoken) < 0.7 * count(free)
    sung = [n for p in spoken.parts if p.role == "melody" for n in p.notes]
    assert not [n for n in sung if 14 < spoken.tempo.seconds(n.beat) < 28]


def test_refused_instruments_are_silent() -> None:
    """ "No drums" leaves no stroke of percussion, impacts and timpani included; "solo piano" leaves a piano."""
    quiet = composed(text="epic battle, no drums")
    assert {p.instrument for p in quiet.parts} & {"percussion", "timpani", "impact"} == set()
    assert {p.instrument for p in music_of("solo piano").parts} == {"piano"}
    assert {p.instrument for p in composed(text="only strings").parts} <= STRINGS


def test_accents_belong_to_their_music() -> None:
    """The same moments are struck far softer in calm music than in epic music."""

    def force(name: str) -> float:
        notes = [n.velocity for p in music_of(name).parts if p.role == "accent" for n in p.notes]
        return sum(notes) / len(notes)

    assert force("calm") + 15 <= force("epic")


def test_a_strong_accent_stands_against_silence() -> None:
    """In the breath before a strong accent no held note sounds on."""
    music = music_of("epic")
    hit = max(music.hits, key=lambda h: h.weight)
    beat = music.tempo.beat(hit.seconds)
    sounding = [
        note
        for part in music.parts
        for note in part.notes
        if note.beat < beat - 0.05
        and note.beat + note.beats > beat - 0.05
        and note.articulation not in ("swell", "roll", "glissando")
    ]
    assert sounding == []


def test_the_same_input_gives_the_same_notes() -> None:
    """Twice the same, and something else with another seed."""
    assert composed() == composed()
    assert composed().parts != composed(seed=8).parts


def test_a_change_at_the_end_leaves_the_beginning() -> None:
    """A picture trimmed by 14 frames at its end keeps the notes of its first sections, bar for bar."""
    whole, trimmed = composed(60, MOMENTS[:2]), composed(60, MOMENTS[:2], frames=1440 - 14)

    def page(music: Composition) -> dict[int, set[tuple[str, str, float, int]]]:
        found: dict[int, set[tuple[str, str, float, int]]] = defaultdict(set)
        for part in music.parts:
            for index, bar in enumerate(music.bars[:8]):
                for n in notes_in(part, bar):
                    found[index].add((part.role, part.instrument, round(n.beat - bar.beat, 3), n.pitch))
        return found

    one, other = page(whole), page(trimmed)
    shared = sum(len(one[i] & other[i]) for i in one)
    total = sum(len(one[i] | other[i]) for i in one)
    assert shared / total > 0.8


@pytest.mark.slow
def test_an_hour_is_written_in_time_that_grows_linearly() -> None:
    """Six times the picture takes at most ten times as long."""
    import time

    def took(seconds: float) -> float:
        begin = time.process_time()
        composed(seconds, tuple((12.3 * i + 5, 0.7) for i in range(int(seconds / 12.5))))
        return time.process_time() - begin

    assert took(3600) < 10 * took(600)
