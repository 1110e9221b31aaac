"""Every style for the same made-up picture: what it writes, bar by bar, and how its hits stand out; heard on demand.

    python benchmarks/style_tour.py                              # all styles, written only
    python benchmarks/style_tour.py lofi waltz --folder /tmp/t   # also played: WAV, spectrogram over piano roll (PNG)
    python benchmarks/style_tour.py rock --metre 3/4 --energy 0.3

A line of the score is an instrument in its role; a bar shows how many notes begin in it (1 to 9, then +), "-" where
one is held, "." where it rests. "!" over a bar is a hit, "|" the beginning of a section.
"""

from __future__ import annotations

import argparse
import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image
from scipy.signal import stft

from cutscore_composer.engine import Progress
from cutscore_composer.look.seen import CURVE_HZ, Seen, SeenCut
from cutscore_composer.mix.channels import channel_of
from cutscore_composer.mix.loudness import decoded
from cutscore_composer.mix.mix import mix
from cutscore_composer.picture import CutPoint, Picture, PictureSpan
from cutscore_composer.plan.planner import plan
from cutscore_composer.plan.style import load_style, style_names
from cutscore_composer.play.play import play
from cutscore_composer.spot import spot
from cutscore_composer.wishes import Wishes
from cutscore_composer.write.composition import Composition, Part
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.stems import STEMS, line_of
from cutscore_composer.write.writer import write

RATE = Fraction(24)
SHOTS = (0.16, 0.27, 0.34, 0.45, 0.55, 0.60, 0.66, 0.72, 0.78, 0.90)
"""Where the made-up picture cuts, as shares of its length, and how strongly:"""
STRENGTHS = (0.5, 0.3, 0.7, 0.4, 0.6, 0.35, 0.9, 0.4, 1.0, 0.5)
ARC = ((0.0, 0.15), (0.16, 0.3), (0.34, 0.5), (0.55, 0.45), (0.66, 0.8), (0.78, 1.0), (0.9, 0.6), (1.0, 0.2))
"""How much moves in it: (place, motion)."""
COLOURS = ((214, 39, 40), (31, 119, 180), (44, 160, 44), (255, 127, 14), (148, 103, 189), (90, 90, 90))
SAMPLE_RATE = 48_000


def made_picture(seconds: float, light: float, pace: float) -> tuple[Seen, Picture]:
    """A picture of ten cuts that begins quietly, moves most at four fifths and calms down."""
    frames = round(seconds * RATE)
    size = math.ceil(seconds * CURVE_HZ) + 1
    motion = np.interp(np.linspace(0, 1, size), [p for p, _ in ARC], [m for _, m in ARC]) * pace**1.5
    at = [round(place * frames) for place in SHOTS]
    steps = [0, *at, frames]
    lit = np.zeros(size)
    for shot, (first, last) in enumerate(itertools.pairwise(steps)):
        lit[int(first / RATE * CURVE_HZ) : int(last / RATE * CURVE_HZ) + 2] = light + (0.08, -0.08, 0.04)[shot % 3]
    curves = [np.round(np.clip(c, 0, 1) * 64) / 64 for c in (motion, lit, np.full(size, 0.3), np.full(size, 0.4))]
    cuts = tuple(SeenCut(frame, "cut", strength) for frame, strength in zip(at, STRENGTHS, strict=True))
    seen = Seen(RATE, frames, cuts, *(curve.astype(np.float32) for curve in curves))
    spans = (PictureSpan(0, frames, "generator"),)
    return seen, Picture("tour", RATE, frames, spans, tuple(CutPoint(frame) for frame in at))


def composed(name: str, chosen: argparse.Namespace) -> Composition:
    """The music of a style, at its own mood unless another is asked."""
    style = load_style(name)
    low, high = style.mood.energy
    energy = (low + high) / 2 if chosen.energy is None else chosen.energy
    valence = sum(style.mood.valence) / 2 if chosen.valence is None else chosen.valence
    seen, picture = made_picture(chosen.seconds, 0.38 + 0.3 * valence, energy)
    wishes = Wishes(style=name, description=chosen.words)
    form = style.form
    spotting = spot(seen, picture, wishes, follows_action=form.follows_action, likes_ending=form.default_ending)
    brief = plan(wishes, seen, spotting, chosen.seed)
    if chosen.metre:
        brief = replace(brief, metre=(int(chosen.metre[0]), 4))
    return write(brief, spotting, chosen.seed, Progress())


def told(music: Composition) -> Iterator[str]:
    """The page in words: key, tempo, form, and each line's notes bar by bar."""
    brief, bars = music.brief, [bar for bar in music.bars if bar.beat <= music.final_beat + 1e-6]
    notes = sum(len(part.notes) for part in music.parts)
    yield (
        f"== {brief.style}: {brief.key.tonic} {brief.key.mode}, {brief.metre[0]}/{brief.metre[1]}, "
        f"{_bpm(music):.1f} bpm, valence {brief.valence:+.2f}, energy {brief.energy:.2f}, "
        f"ends with a {brief.ending}; {len(bars)} bars, {notes / max(1, len(bars)):.0f} notes a bar, "
        f"{_sounding(music, bars):.2f} of the parts sound"
    )
    yield "   hits: " + ", ".join(
        f"{hit.moment_seconds:.1f} s ({hit.weight:.2f}, {hit.on}, {1000 * (hit.seconds - hit.moment_seconds):+.0f} ms)"
        for hit in music.hits
    )
    yield "   chords: " + " ".join(chord.symbol for chord in music.chords)
    marks = ["|" if any(abs(_section_beat(music, s) - b.beat) < 1.0 for s in music.sections[1:]) else " " for b in bars]
    for hit in music.hits:
        beat = music.tempo.beat(hit.seconds) + 0.05
        place = max((i for i, bar in enumerate(bars) if bar.beat <= beat), default=0)
        marks[place] = "!"
    yield f"   {'':34} {''.join(marks)}"
    for label, row, count in sorted(_rows(music, bars)):
        yield f"   {label[2:]:34} {row} {count}"


def _bpm(music: Composition) -> float:
    return 60 * music.final_beat / max(1e-6, music.tempo.seconds(music.final_beat) - music.tempo.seconds(0))


def _section_beat(music: Composition, section) -> float:  # type: ignore[no-untyped-def]
    return music.tempo.beat(float(Fraction(section.frame_in) / music.rate))


def _rows(music: Composition, bars: Sequence) -> Iterator[tuple[str, str, int]]:  # type: ignore[type-arg]
    for part in music.parts:
        line = line_of(part.role, sound_pack()[part.instrument].channel)
        cells = [_cell(part, bar.beat, bar.beat + bar.beats) for bar in bars]
        place = STEMS.index(line.split("/")[0])  # type: ignore[arg-type]
        yield f"{place} {line.split('/')[0]:8}{part.role:11}{part.instrument}", "".join(cells), len(part.notes)


def _cell(part: Part, start: float, end: float) -> str:
    begins = sum(start - 1e-6 <= note.beat < end - 1e-6 for note in part.notes)
    if begins:
        return str(begins) if begins < 10 else "+"
    return "-" if any(n.beat < start and n.beat + n.beats > start + 0.2 for n in part.notes) else "."


def _sounding(music: Composition, bars: Sequence) -> float:  # type: ignore[type-arg]
    """Mean share of the instruments that sound in a bar."""
    players = {part.instrument for part in music.parts}
    shares = []
    for bar in bars:
        sounding = {p.instrument for p in music.parts if _cell(p, bar.beat, bar.beat + bar.beats) != "."}
        shares.append(len(sounding) / len(players))
    return float(np.mean(shares))


def rendered(music: Composition, folder: Path) -> Iterator[str]:
    """Play and mix; the level of each line at the desk, and how hits stand against what is before them."""
    power: dict[str, list[float]] = defaultdict(list)
    # Accents are told apart from what their instruments play otherwise.
    apart = replace(music, parts=tuple(replace(p, role="fx") if p.role == "accent" else p for p in music.parts))

    def heard() -> Iterator[Mapping[str, npt.NDArray[np.float32]]]:
        for block in play(apart, Progress()):
            for line, sound in block.items():
                power[line].append(float((sound.astype(np.float64) ** 2).mean()))
            yield block

    mixed = mix(apart, heard(), folder, Progress(), name=music.brief.style)
    sound = np.concatenate(list(decoded(mixed.audio, SAMPLE_RATE)))
    loud = mixed.loudness
    yield f"   {mixed.audio}: {loud.lufs:.1f} LUFS, {loud.dbtp:.1f} dBTP, range {loud.lra:.1f} LU"
    hints = load_style(music.brief.style).mix
    for line, cells in sorted(power.items()):
        active = [cell for cell in cells if cell > 1e-8]
        level = 10 * np.log10(np.mean(active)) + channel_of(line, hints).gain_db if active else -99.0
        name = line.replace("fx/", "hits/", 1)
        yield f"   {name:22} {level:6.1f} dB at the desk while it sounds, {len(active) / len(cells):.0%} of the time"
    rises = [f"{hit.seconds:.2f} s ({hit.weight:.2f}) {_rise(sound, hit.seconds):+.1f} dB" for hit in music.hits]
    yield f"   hits stand out by: {', '.join(rises)}"
    draw(music, sound, folder / f"{music.brief.style}.png")


def _rise(sound: npt.NDArray[np.float32], seconds: float) -> float:
    """RMS of 0 to 80 ms after a time over that of 80 to 10 ms before it, in dB."""
    at = round(seconds * SAMPLE_RATE)
    after = sound[at : at + 3840].astype(np.float64)
    before = sound[max(0, at - 3840) : at - 480].astype(np.float64)
    return float(10 * np.log10(((after**2).mean() + 1e-10) / ((before**2).mean() + 1e-10)))


def draw(music: Composition, sound: npt.NDArray[np.float32], path: Path) -> None:
    """Spectrogram (30 Hz to 16 kHz, 90 dB) above, piano roll coloured by stem below, hits as lines."""
    width, height = 1600, 420
    hertz, _, spectrum = stft(sound.mean(axis=1), SAMPLE_RATE, nperseg=4096, noverlap=3072)
    level = 20 * np.log10(np.abs(spectrum) + 1e-7)
    rows = np.searchsorted(hertz, np.geomspace(16_000, 30, height)).clip(0, len(hertz) - 1)
    columns = np.linspace(0, level.shape[1] - 1, width).astype(int)
    shade = np.clip((level[rows][:, columns] - level.max() + 90) / 90, 0, 1)
    top = np.stack([shade**0.8 * 255, shade**1.6 * 255, 255 * (0.25 + 0.5 * shade) * (shade > 0)], axis=2)
    roll = np.full((height, width, 3), 18, np.uint8)
    for part in music.parts:
        stem = line_of(part.role, sound_pack()[part.instrument].channel).split("/")[0]
        for note in part.notes:
            start, end = (music.tempo.seconds(b) for b in (note.beat, note.beat + max(0.1, note.beats)))
            x = [min(width, max(0, round(t / music.seconds * width))) for t in (start, end)]
            y = height - 1 - round((note.pitch - 22) * 4.4)
            bright = 0.45 + 0.55 * note.velocity / 127
            if 3 <= y < height:
                colour = [round(c * bright) for c in COLOURS[STEMS.index(stem)]]  # type: ignore[arg-type]
                roll[y - 3 : y + 1, x[0] : max(x[1], x[0] + 2)] = colour
    picture = np.concatenate([top.astype(np.uint8), roll])
    for hit in music.hits:
        picture[::3, min(width - 1, round(hit.seconds / music.seconds * width))] = 255
    Image.fromarray(picture).save(path)


def main() -> None:
    """Print, and render if a folder is given."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("styles", nargs="*", default=[])
    parser.add_argument("--seconds", type=float, default=36.0)
    parser.add_argument("--energy", type=float)
    parser.add_argument("--valence", type=float)
    parser.add_argument("--words")
    parser.add_argument("--metre")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    for name in chosen.styles or style_names():
        music = composed(name, chosen)
        for line in told(music):
            print(line)
        if chosen.folder:
            chosen.folder.mkdir(parents=True, exist_ok=True)
            for line in rendered(music, chosen.folder):
                print(line)
        print(flush=True)


if __name__ == "__main__":
    main()
