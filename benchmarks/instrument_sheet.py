"""Draws what every synthesised instrument sounds like: a phrase of each as waveform and spectrogram, on one sheet.

    python benchmarks/instrument_sheet.py sheet.png
    python benchmarks/instrument_sheet.py sheet.png --only guitar rock_guitar --wav /tmp/phrases

The spectrogram goes from 30 Hz to 20 kHz by octaves, 90 dB deep. `--wav` also writes each phrase.
"""

from __future__ import annotations

import argparse
import wave
from collections.abc import Iterator
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw
from scipy.signal import stft

from cutscore_composer.engine import Progress
from cutscore_composer.instruments.pack import Instrument, load_pack
from cutscore_composer.plan.brief import Brief, Key
from cutscore_composer.play.play import play
from cutscore_composer.write.composition import Chord, Composition, Note, Part
from cutscore_composer.write.tempo import TempoMap

Audio = npt.NDArray[np.float32]

RATE = 48_000
SECONDS = 8.0
PANEL = (470, 230)
COLUMNS = 4
WAVE_PIXELS = 44
DEEP_DB = 90.0
LOW, HIGH = 30.0, 20_000.0
INK, SOFT, PAPER = (235, 232, 225), (126, 158, 232), (15, 17, 21)
_RAMP = np.array([(15, 17, 21), (44, 30, 84), (146, 44, 96), (236, 120, 60), (255, 236, 170)], np.float64)


def main() -> None:
    """Plays, draws, and writes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("sheet", type=Path)
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--wav", type=Path)
    asked = parser.parse_args()
    panels = []
    for instrument in load_pack().instruments.values():
        synthesised = all(one.model is not None for one in instrument.articulations.values())
        if not synthesised or (asked.only and instrument.name not in asked.only):
            continue
        audio = heard(instrument)
        panels.append(panel(instrument.name, audio))
        if asked.wav is not None:
            write_wav(asked.wav / f"{instrument.name}.wav", audio)
    rows = -(-len(panels) // COLUMNS)
    sheet = Image.new("RGB", (COLUMNS * PANEL[0], rows * PANEL[1]), PAPER)
    for number, drawn in enumerate(panels):
        sheet.paste(drawn, (number % COLUMNS * PANEL[0], number // COLUMNS * PANEL[1]))
    sheet.save(asked.sheet)


def heard(instrument: Instrument) -> Audio:
    """The phrase of an instrument, as the player gives it to the desk (n, 2)."""
    brief = Brief("cinematic", None, (), Key("C", "major"), (4, 4), (60, 60), (), 0, 0.5, "ring", "natural", -16, -1)
    composition = Composition(
        rate=Fraction(25),
        frames=round(SECONDS * 25),
        seed=1,
        brief=brief,
        tempo=TempoMap(((0.0, 0.0), (1.0, 1.0))),
        bars=(),
        chords=(Chord(0.0, "C", 0, (0, 4, 7)),),
        sections=(),
        hits=(),
        parts=(Part("melody", instrument.name, tuple(phrase(instrument))),),
        final_beat=SECONDS - 1,
    )
    return np.concatenate([sum(lines.values()) for lines in play(composition, Progress())])


def phrase(instrument: Instrument) -> Iterator[Note]:
    """Eight seconds that show an instrument: soft and loud, repeated and long, low and high."""
    if instrument.keys:
        yield from groove()
        return
    low, high = instrument.comfortable
    middle = (low + high) // 2
    kinds = instrument.articulations
    first = next(iter(kinds.values()))
    if instrument.channel == "fx" and "swell" in kinds:
        yield Note(0.3, 4.5, middle, 100, "swell")
        yield from (Note(beat, 1.0, middle, 100, "hit") for beat in (5.5, 6.8) if "hit" in kinds)
    elif instrument.channel == "fx":
        yield from (Note(beat, 7.0, pitch, 100, first.name) for beat, pitch in ((0.3, low), (4.3, high)))  # type: ignore[arg-type]
    elif first.kind == "bowed":
        for beat, pitches in ((0.2, (0, 7)), (3.4, (4, 12))):
            yield from (Note(beat, 3.0, middle - 8 + step, 84) for step in pitches)
        yield from (Note(6.8 + 0.25 * i, 0.2, middle - 8, 60 + 12 * i, "staccato") for i in range(4))
    else:
        yield from (
            Note(0.2 + 0.25 * i, 0.24, low + step, 45 + 9 * i, "pluck")
            for i, step in enumerate((0, 7, 12, 16, 19, 24, 16, 12))
        )
        yield from (Note(2.4 + 0.25 * i, 0.24, middle, 92, "staccato") for i in range(6))
        yield from (Note(4.1 + 0.02 * i, 3.0, low + 5 + step, 88, "power") for i, step in enumerate((0, 7, 12)))
        yield Note(7.2, 0.8, high, 110, "pluck")


def groove() -> Iterator[Note]:
    """Two bars, then every other key."""
    for eighth in range(16):
        beat = 0.2 + eighth * 0.25
        yield Note(beat, 0.2, 46 if eighth == 14 else 42, 60 + 40 * (eighth % 2 == 0), "hit")
        if eighth % 8 in (0, 3):
            yield Note(beat, 0.2, 36, 105, "hit")
        if eighth % 8 == 4:
            yield Note(beat, 0.2, 38, 100, "hit")
    for number, key in enumerate((48, 45, 41, 39, 37, 40, 43, 54, 56, 82, 53, 51, 49)):
        yield Note(4.3 + 0.25 * number, 0.2, key, 100, "hit")


def panel(name: str, audio: Audio) -> Image.Image:
    """Waveform over spectrogram, with the name and the peak."""
    drawn = Image.new("RGB", PANEL, PAPER)
    width, height = PANEL[0] - 8, PANEL[1] - WAVE_PIXELS - 24
    drawn.paste(spectrogram(audio, width, height), (4, WAVE_PIXELS + 20))
    pen = ImageDraw.Draw(drawn)
    peak = float(np.abs(audio).max())
    for column, part in enumerate(np.array_split(audio.mean(axis=1), width)):
        top, bottom = (18 + WAVE_PIXELS / 2 * (1 - value / max(peak, 1e-9)) for value in (part.max(), part.min()))
        pen.line((4 + column, top, 4 + column, bottom + 1), fill=SOFT)
    pen.text((6, 3), f"{name}   peak {20 * np.log10(max(peak, 1e-9)):.0f} dB", fill=INK)
    return drawn


def spectrogram(audio: Audio, width: int, height: int) -> Image.Image:
    """Power by octaves from LOW to HIGH, DEEP_DB under its highest point."""
    _, _, bins = stft(audio.mean(axis=1), RATE, nperseg=4096, noverlap=4096 - 512)
    power = np.abs(bins) ** 2
    edges = np.geomspace(LOW, HIGH, height + 1) * 4096 / RATE
    rows = [power[int(a) : max(int(a) + 1, int(b))].max(axis=0) for a, b in pairwise(edges)]
    places = np.linspace(0, power.shape[1] - 1, width).astype(int)
    decibels = 10 * np.log10(np.array(rows)[::-1][:, places] + 1e-20)
    share = np.clip((decibels - decibels.max() + DEEP_DB) / DEEP_DB, 0, 1) * (len(_RAMP) - 1)
    below = np.minimum(share.astype(int), len(_RAMP) - 2)
    colours = _RAMP[below] + (share - below)[..., None] * (_RAMP[below + 1] - _RAMP[below])
    return Image.fromarray(colours.astype(np.uint8))


def write_wav(path: Path, audio: Audio) -> None:
    """16 bits, as it is; only what passes full scale is clipped."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((np.clip(audio, -1, 1) * 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    main()
