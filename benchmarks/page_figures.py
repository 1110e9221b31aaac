"""Prints what the page of each style looks like beside real tunes: repeats, notes a bar, parts sounding, and more.

    python benchmarks/page_figures.py                    # every style, three pictures and two energies each
    python benchmarks/page_figures.py cinematic lofi
    python benchmarks/page_figures.py --midi a.mid …     # the same of files (those of Debian's openttd-openmsx)

The figures of the real tunes (10th percentile, median, 90th) are of 31 tunes of openttd-openmsx, measured with the
same definitions; pitch-class entropy and scale consistency are muspy's. Below them: how melodies move (shares of
repeats, steps and leaps), how often outer voices go in parallel fifths or octaves, thirds below C3.
"""

from __future__ import annotations

import argparse
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from cutscore_composer.look.seen import CURVE_HZ, Seen, SeenCut
from cutscore_composer.picture import Picture
from cutscore_composer.plan.planner import plan
from cutscore_composer.plan.style import style_names
from cutscore_composer.spot import spot
from cutscore_composer.wishes import Wishes
from cutscore_composer.write.composition import Composition
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.writer import write

REAL = {
    "repeats": (0.0, 0.17, 0.38),
    "sounding": (0.27, 0.54, 0.73),
    "notes": (25.0, 42.0, 59.0),
    "velocity": (0.0, 6.5, 25.0),
    "entropy": (2.25, 2.74, 3.29),
    "scale": (0.77, 0.90, 1.00),
}
"""p10, median, p90."""
_MAJOR = (0, 2, 4, 5, 7, 9, 11)
_HARMONIC_MINOR = (0, 2, 3, 5, 7, 8, 11)


@dataclass(frozen=True, slots=True)
class Played:
    """A note of a page: part, start and length in beats, pitch, velocity, whether it has a pitch."""

    part: int
    beat: float
    beats: float
    pitch: int
    velocity: int
    pitched: bool


def page_of(composition: Composition) -> tuple[list[Played], list[tuple[float, float]]]:
    """The notes of a composition and its bars as (from, up to)."""
    notes = [
        Played(index, n.beat, n.beats, n.pitch, n.velocity, not sound_pack()[part.instrument].keys)
        for index, part in enumerate(composition.parts)
        for n in part.notes
    ]
    bars = [(b.beat, b.beat + b.beats) for b in composition.bars if b.beat < composition.final_beat]
    return notes, bars


def midi_page(path: Path) -> tuple[list[Played], list[tuple[float, float]]]:
    """The notes of a MIDI file and its bars of four beats."""
    import mido

    file = mido.MidiFile(path, clip=True)
    notes: list[Played] = []
    end = 0.0
    for index, track in enumerate(file.tracks):
        at, open_notes = 0, {}
        for message in track:
            at += message.time
            beat = at / file.ticks_per_beat
            if message.type == "note_on" and message.velocity:
                open_notes[message.channel, message.note] = (beat, message.velocity)
            elif message.type in ("note_off", "note_on") and (message.channel, message.note) in open_notes:
                start, velocity = open_notes.pop((message.channel, message.note))
                part = 16 * index + message.channel
                notes.append(Played(part, start, beat - start, message.note, velocity, message.channel != 9))
                end = max(end, beat)
    return notes, [(float(at), at + 4.0) for at in range(0, int(end), 4)]


def figures(notes: Sequence[Played], bars: Sequence[tuple[float, float]]) -> dict[str, float]:
    """The six figures of a page."""
    pages = [
        frozenset((n.part, round(n.beat - low, 2), n.pitch) for n in notes if low - 1e-6 <= n.beat < high - 1e-6)
        for low, high in bars
    ]
    parts = sorted({n.part for n in notes})
    sounding = [
        any(n.beat < high - 1e-6 and n.beat + n.beats > low + 0.05 for n in notes if n.part == part)
        for part in parts
        for low, high in bars
    ]
    classes = Counter(n.pitch % 12 for n in notes if n.pitched)
    total = sum(classes.values()) or 1
    scales = ({(tonic + step) % 12 for step in scale} for tonic in range(12) for scale in (_MAJOR, _HARMONIC_MINOR))
    return {
        "repeats": sum(bool(page) and page in pages[max(0, i - 4) : i] for i, page in enumerate(pages)) / len(bars),
        "sounding": sum(sounding) / max(1, len(sounding)),
        "notes": sum(len(page) for page in pages) / len(bars),
        "velocity": float(np.std([n.velocity for n in notes])),
        "entropy": -sum(c / total * math.log2(c / total) for c in classes.values()),
        "scale": max(sum(classes[c] for c in scale) for scale in scales) / total,
    }


def melody_figures(composition: Composition) -> dict[str, float]:
    """How the melody moves: shares of repeated notes, steps (to 2 semitones), leaps over a fifth, rest."""
    moves: list[int] = []
    sung = 0.0
    notes = sorted((n for p in composition.parts if p.role == "melody" for n in p.notes), key=lambda n: n.beat)
    tops = [n for i, n in enumerate(notes) if i + 1 == len(notes) or notes[i + 1].beat > n.beat + 1e-6]
    for first, second in pairwise(tops):
        sung += min(first.beats, second.beat - first.beat)
        if second.beat - first.beat < 4.1:
            moves.append(abs(second.pitch - first.pitch))
    length = composition.final_beat - composition.bars[0].beat
    count = max(1, len(moves))
    return {
        "same": sum(m == 0 for m in moves) / count,
        "steps": sum(0 < m <= 2 for m in moves) / count,
        "over 5th": sum(m > 7 for m in moves) / count,
        "rest": 1 - sung / max(length, 1),
    }


def voice_figures(composition: Composition) -> dict[str, float]:
    """Shares of chord changes whose outer voices go in parallel fifths or octaves; thirds below C3 (a count)."""
    parallel = changes = 0
    held = [
        (n.beat, n.beat + n.beats, n.pitch)
        for p in composition.parts
        if p.role in ("harmony", "bass") and not sound_pack()[p.instrument].keys
        for n in p.notes
    ]
    outer = []
    for chord in composition.chords:
        here = [pitch for start, end, pitch in held if start <= chord.beat + 0.05 < end]
        outer.append((min(here), max(here)) if len(here) > 2 else None)
    for before, now in pairwise(outer):
        if before is None or now is None:
            continue
        changes += 1
        moves = before[0] != now[0] and before[1] != now[1]
        same = (before[1] - before[0]) % 12 == (now[1] - now[0]) % 12
        parallel += moves and same and (now[1] - now[0]) % 12 in (0, 7)
    return {"parallels": parallel / max(1, changes), "low thirds": float(len(low_thirds(composition)))}


def low_thirds(composition: Composition) -> list[tuple[float, int, int]]:
    """(beat, lower, upper) wherever a third sounds with its upper note below C3, drums apart."""
    low = sorted(
        (n.beat, n.beat + n.beats, n.pitch)
        for p in composition.parts
        if not sound_pack()[p.instrument].keys and sound_pack()[p.instrument].channel != "fx"
        for n in p.notes
        if n.pitch < 48
    )
    found = []
    for index, (start, _, pitch) in enumerate(low):
        for other, end, below in low[max(0, index - 40) : index]:
            if end > start + 1e-3 and abs(pitch - below) in (3, 4) and other <= start:
                found.append((start, min(pitch, below), max(pitch, below)))
    return found


def picture_of(seconds: int, cuts_a_minute: float, light: float, seed: int) -> tuple[Seen, Picture]:
    """A made-up edit: shots of uneven length, motion that rises to two thirds and goes back."""
    random = np.random.default_rng(seed)
    rate = Fraction(24)
    size = seconds * CURVE_HZ + 1
    place = np.linspace(0, 1, size)
    motion = np.interp(place, (0, 0.3, 0.7, 0.85, 1), (0.1, 0.3, 0.7, 0.4, 0.1))
    motion = np.clip(motion + 0.1 * np.repeat(random.normal(size=size // 40 + 1), 40)[:size], 0, 1)
    at, cuts = 0.0, []
    while (at := at + random.gamma(3.0, 20.0 / cuts_a_minute)) < seconds - 1:
        cuts.append(SeenCut(round(at * 24), "cut", round(float(random.uniform(0.2, 1)) * 64) / 64))
    curves = [(np.round(c * 64) / 64).astype(np.float32) for c in (motion, np.full(size, light), 0.5 * motion + 0.2)]
    seen = Seen(rate, seconds * 24, tuple(cuts), curves[0], curves[1], np.full(size, 0.3, np.float32), curves[2])
    return seen, Picture("made up", rate, seconds * 24, ())


def compositions(style: str) -> Iterable[Composition]:
    """Three pictures at two energies."""
    for number, (seconds, pace, light) in enumerate(((60, 12, 0.5), (90, 25, 0.3), (150, 8, 0.4))):
        seen, picture = picture_of(seconds, pace, light, number)
        for words in ("calm", "energetic"):
            wishes = Wishes(words, style=style)
            spotting = spot(seen, picture, wishes)
            yield write(plan(wishes, seen, spotting, 7), spotting, 7)


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("styles", nargs="*")
    parser.add_argument("--midi", nargs="*", type=Path, default=[])
    asked = parser.parse_args()
    names = list(REAL)
    extra = ["same", "steps", "over 5th", "rest", "parallels", "low thirds"]
    print(f"{'':18}" + "".join(f"{name:>10}" for name in (*names, *extra)))
    for row, label in ((0, "real, p10"), (1, "real, median"), (2, "real, p90")):
        print(f"{label:18}" + "".join(f"{REAL[name][row]:10.2f}" for name in names))
    for path in asked.midi:
        found = figures(*midi_page(path))
        print(f"{path.stem[:17]:18}" + "".join(f"{found[name]:10.2f}" for name in names))
    for style in [] if asked.midi else asked.styles or style_names():
        rows = [figures(*page_of(c)) | melody_figures(c) | voice_figures(c) for c in compositions(style)]
        print(f"{style:18}" + "".join(f"{np.median([r[name] for r in rows]):10.2f}" for name in (*names, *extra)))


if __name__ == "__main__":
    main()
