"""A cue of about a minute written by hand in code: what play and mix are measured on, without a writer.

D minor, 88 beats a minute: piano figure, strings that enter, a middle with pizzicato, a build with
drums and brass, a climax after a swell, an end that rings.
"""

from __future__ import annotations

from fractions import Fraction

from cutscore_composer.plan.brief import Brief, Key
from cutscore_composer.spot.spotting import Section
from cutscore_composer.write.composition import Bar, Chord, Composition, Dynamics, Note, Part
from cutscore_composer.write.tempo import TempoMap

BPM = 88.0
CHORDS = {
    "Dm": (2, (2, 5, 9)),
    "Bb": (10, (10, 2, 5)),
    "F": (5, (5, 9, 0)),
    "C": (0, (0, 4, 7)),
    "Gm": (7, (7, 10, 2)),
    "A": (9, (9, 1, 4)),
}
PROGRESSION = ["Dm", "Bb", "F", "C", "Dm", "Bb", "Gm", "A"] * 2 + ["Dm", "Bb", "F", "C", "Gm", "A"]
MELODY = [(69, 1.5), (70, 0.5), (69, 1), (65, 1), (67, 2), (65, 1), (64, 1), (62, 3), (65, 1), (64, 2), (67, 2)]


def handmade_cue(seed: int = 7) -> Composition:
    """The cue, 24 frames a second."""
    bars = len(PROGRESSION)
    last = bars * 4.0
    parts = [_piano(bars), *_strings(bars), *_low(bars), _melody(bars), _harp(bars), *_drums(bars), *_winds(bars)]
    seconds = last * 60 / BPM + 4.2
    frames = round(seconds * 24)
    return Composition(
        rate=Fraction(24),
        frames=frames,
        seed=seed,
        brief=Brief(
            "cinematic",
            None,
            (),
            Key("D", "minor"),
            (4, 4),
            (80, 96),
            ("piano", "strings"),
            -0.3,
            0.6,
            "ring",
            "natural",
            -16.0,
            -1.0,
        ),
        tempo=TempoMap(((0.0, 0.0), (4.0, 4 * 60 / BPM))),
        bars=tuple(Bar(4.0 * i, 4) for i in range(bars)),
        chords=tuple(Chord(4.0 * i, name, *CHORDS[name]) for i, name in enumerate([*PROGRESSION, "Dm"])),
        sections=(Section(0, frames // 2, "A", 0.4), Section(frames // 2, frames, "B", 0.8)),
        hits=(),
        parts=tuple(parts),
        final_beat=last,
    )


def _energy(bar: int, bars: int) -> float:
    place = bar / bars
    for (a, low), (b, high) in (
        ((0, 0.25), (0.3, 0.45)),
        ((0.3, 0.45), (0.5, 0.4)),
        ((0.5, 0.4), (0.85, 1.0)),
        ((0.85, 1.0), (1.01, 0.8)),
    ):
        if a <= place < b:
            return low + (high - low) * (place - a) / (b - a)
    return 0.5


def _voicing(name: str, low: int) -> list[int]:
    found = []
    pitch = low
    while len(found) < 3:
        if pitch % 12 in CHORDS[name][1]:
            found.append(pitch)
        pitch += 1
    return found


def _curve(bars: int, scale: float = 1.0, floor: float = 0.0) -> tuple[Dynamics, ...]:
    points = [Dynamics(4.0 * bar, min(1.0, floor + scale * _energy(bar, bars))) for bar in range(bars)]
    return (*points, Dynamics(4.0 * bars, 0.55 * scale), Dynamics(4.0 * bars + 5, 0.1))


def _piano(bars: int) -> Part:
    notes = []
    for bar, name in enumerate(PROGRESSION):
        energy = _energy(bar, bars)
        tones = _voicing(name, 57)
        low = _voicing(name, 45)[0]
        for k in range(8):
            pitch = [low, tones[0], tones[1], tones[2], tones[1] + 0, tones[2], tones[1], tones[0]][k]
            shift = ((k * 37 + bar * 11) % 9) - 4.0
            velocity = int(42 + 46 * energy + (9 if k == 0 else 0) + 4 * ((k * 5 + bar) % 3))
            notes.append(Note(4.0 * bar + k / 2, 0.5, pitch, velocity, "sustain", shift))
    last = 4.0 * bars
    notes += [Note(last, 5, pitch, 74) for pitch in (38, 50, 57, 62, 65)]
    return Part("pulse", "piano", tuple(notes))


def _strings(bars: int) -> list[Part]:
    rows: dict[str, list[Note]] = {"violins": [], "violas": [], "cellos": []}
    for bar, name in enumerate([*PROGRESSION, "Dm"]):
        if bar < 3:
            continue
        beats = 4.0 if bar < bars else 4.5
        kind = "tremolo" if bars * 0.68 < bar < bars * 0.8 else "legato"
        rows["violas"] += [Note(4.0 * bar, beats, pitch, 76, kind) for pitch in _voicing(name, 55)[:2]]
        rows["cellos"].append(Note(4.0 * bar, beats, _voicing(name, 43)[0], 78, "legato"))
        if bar >= 6:
            rows["violins"] += [Note(4.0 * bar, beats, pitch, 72, kind) for pitch in _voicing(name, 64)[1:]]
        if bars * 0.4 < bar < bars * 0.55:
            rows["violins"] += [
                Note(4.0 * bar + k / 2, 0.5, _voicing(name, 67)[k % 3], 70 + 6 * (k % 2), "pizzicato") for k in range(8)
            ]
        if bar >= bars * 0.8:
            rows["cellos"] += [
                Note(4.0 * bar + k / 2, 0.4, _voicing(name, 43)[0], 92 + 10 * (k % 4 == 0), "staccato")
                for k in range(8)
            ]
    return [
        Part("harmony", name, tuple(sorted(notes, key=lambda n: n.beat)), _curve(bars, 0.85, 0.05))
        for name, notes in rows.items()
    ]


def _low(bars: int) -> list[Part]:
    notes, sub = [], []
    for bar, name in enumerate([*PROGRESSION, "Dm"]):
        root = 28 + (CHORDS[name][0] - 28) % 12
        if bar >= 6:
            notes.append(Note(4.0 * bar, 4.0 if bar < bars else 4.5, root, 80, "sustain"))
        if bar >= bars * 0.8:
            sub.append(Note(4.0 * bar, 4.0, root, 80))
    return [
        Part("bass", "basses", tuple(notes), _curve(bars, 0.85)),
        Part("bass", "sub", tuple(sub), _curve(bars, 0.7)),
    ]


def _melody(bars: int) -> Part:
    notes = []
    for first in (8, 16):
        beat = 4.0 * first
        for pitch, beats in MELODY:
            if beat < 4.0 * bars:
                notes.append(Note(beat, beats, pitch + 12, 88, "legato"))
            beat += beats
    return Part("melody", "violins", tuple(notes), _curve(bars, 0.95, 0.08))


def _harp(bars: int) -> Part:
    notes = []
    for bar, name in enumerate(PROGRESSION):
        if bar % 4 == 0 and bar >= 4:
            notes += [Note(4.0 * bar + 0.04 * k, 2, pitch, 72) for k, pitch in enumerate(_voicing(name, 55))]
    notes.append(Note(4.0 * bars - 1.0, 1.0, 86, 80, "glissando"))
    return Part("colour", "harp", tuple(notes))


def _drums(bars: int) -> list[Part]:
    notes: list[Note] = []
    timpani: list[Note] = []
    for bar in range(bars):
        energy = _energy(bar, bars)
        if energy > 0.6:
            notes += [
                Note(4.0 * bar + k, 0.5, 41 if k % 2 == 0 else 45, int(50 + 40 * energy) - 8 * (k % 2), "hit")
                for k in (0, 1.5, 2, 3)
            ]
            notes += [Note(4.0 * bar + k / 2, 0.2, 82, 34 + 14 * (k % 2), "hit", (k * 7 % 5) - 2.0) for k in range(8)]
        if energy > 0.75:
            notes.append(Note(4.0 * bar, 1, 36, int(60 + 40 * energy), "hit"))
    climax = round(bars * 0.85)
    notes.append(Note(4.0 * climax - 4, 4, 51, 88, "swell"))
    notes += [
        Note(4.0 * climax, 4, 49, 96, "hit"),
        Note(4.0 * bars, 4, 36, 80, "hit"),
        Note(4.0 * bars, 4, 51, 60, "hit"),
    ]
    timpani += [
        Note(4.0 * climax - 2, 2, 45, 84, "swell"),
        Note(4.0 * climax, 1, 38, 100, "hit"),
        Note(4.0 * bars, 2, 38, 80, "hit"),
    ]
    impact = Part("accent", "impact", (Note(4.0 * climax, 4, 33, 90, "hit"),))
    return [
        Part("percussion", "percussion", tuple(sorted(notes, key=lambda n: n.beat))),
        Part("accent", "timpani", tuple(timpani)),
        impact,
    ]


def _winds(bars: int) -> list[Part]:
    notes = [
        Note(4.0 * bar, 4, pitch, 84, "sustain")
        for bar, name in enumerate(PROGRESSION)
        if bar >= bars * 0.8
        for pitch in _voicing(name, 50)[:2]
    ]
    return [Part("harmony", "horns", tuple(notes), _curve(bars, 0.8))]
