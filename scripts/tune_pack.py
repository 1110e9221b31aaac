"""Tunes and times the recordings of the sound pack: writes tune= and offset= into its SFZ files, no audio.

    pip install librosa soundfile
    python scripts/tune_pack.py [--only violins] [--dry]

The pitch of a recording is the mean of two measures that know nothing of each other: where the power of its
low partials balances, and librosa's pYIN over the part that is heard as the note. The attack of a bowed note is
where it first has half of the amplitude of its body; recordings of one articulation that take longer than the
others lose what they are longer (offset), so that all are heard to begin as attack_ms of pack.yaml says.
"""

# ruff: noqa: T201 - a script that talks to its caller
from __future__ import annotations

import argparse
import re
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import librosa
import numpy as np
import numpy.typing as npt
import soundfile
from scipy.ndimage import uniform_filter1d

PACK = Path(__file__).parents[1] / "composer" / "cutscore_composer" / "instruments"
LEFT_ALONE = ("percussion", "kit", "piano")
"""Unpitched, or tuned by ear: a piano's partials are not harmonic, and its octaves are stretched for it."""
ONE_PARTIAL = ("timpani", "marimba", "xylophone", "vibraphone", "glockenspiel", "celesta", "music_box")
HALF_THERE_MS = {
    "violins/sustain": 38,
    "violas/sustain": 38,
    "cellos/sustain": 38,
    "basses/sustain": 38,
    "violins/tremolo": 32,
    "violas/tremolo": 32,
    "cellos/tremolo": 32,
    "basses/tremolo": 32,
    "violins/staccato": 24,
    "violas/staccato": 24,
    "cellos/staccato": 24,
    "basses/staccato": 24,
    "violin/sustain": 34,
    "cello/sustain": 34,
    "horns/sustain": 28,
    "brass/sustain": 30,
    "trumpets/staccato": 15,
    "trombones/staccato": 13,
    "flute/sustain": 29,
    "clarinet/sustain": 24,
    "oboe/sustain": 22,
    "bassoon/sustain": 22,
    "choir/sustain": 50,
}
"""When each recording is to have half its amplitude: the least that all of an articulation can have."""
MOST_LEFT_OUT_MS = 40.0
"""More of a beginning is never left out: it is how the bow or the breath begins."""

Mono = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found about one recording."""

    balance_cents: float
    """Off equal temperament, by the balance of its partials' power."""
    pyin_cents: float
    """The same by pYIN; NaN where it hears no pitch."""
    attack_ms: float

    @property
    def cents(self) -> float:
        """The pitch that is believed: both measures' mean where they agree, the first where not."""
        agree = abs(self.balance_cents - self.pyin_cents) < 20
        return (self.balance_cents + self.pyin_cents) / 2 if agree else self.balance_cents


def measured(path: Path, key: int, articulation: str) -> Measured:
    """Pitch and attack of a recording made at `key`."""
    audio, rate = soundfile.read(path, always_2d=True)
    mono = audio.mean(axis=1)
    short = articulation in ("staccato", "pizzicato")
    begin, length = (0.03, 0.5) if short else (0.15, 2.0)
    part = mono[round(begin * rate) : round((begin + length) * rate)]
    partials = 1 if path.parent.name in ONE_PARTIAL else 4
    return Measured(_balance(part, rate, key, partials), _pyin(part, rate, key), _attack(mono, rate, short))


def _balance(mono: Mono, rate: int, key: int, partials: int) -> float:
    power = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), 1 << 19)) ** 2
    hertz = np.fft.rfftfreq(1 << 19, 1 / rate)
    root = 440 * 2 ** ((key - 69) / 12)
    offs, weights = [], []
    for partial in range(1, partials + 1):
        cents = 1200 * np.log2(np.maximum(hertz, 1.0) / (partial * root))
        top = 0.0
        for _ in range(3):  # each look is round what the one before has found
            near = np.abs(cents - top) < 45
            top = float((cents[near] * power[near]).sum() / (power[near].sum() + 1e-30))
        offs.append(top)
        weights.append(float(np.sqrt(power[near].sum())))
    return float(np.average(offs, weights=np.array(weights) + 1e-12))


def _pyin(mono: Mono, rate: int, key: int) -> float:
    root = 440 * 2 ** ((key - 69) / 12)
    frame = 1 << int(np.ceil(np.log2(max(2048, 4 * rate / root))))
    if len(mono) < 2 * frame:
        return float("nan")
    pitches, voiced, _ = librosa.pyin(
        mono,
        fmin=root * 0.94,
        fmax=root * 1.06,
        sr=rate,
        frame_length=frame,
        resolution=0.02,
        max_transition_rate=1.0,
        fill_na=None,
    )
    if voiced.sum() < 3:
        return float("nan")
    return float(np.median(1200 * np.log2(pitches[voiced] / root)))


def _attack(mono: Mono, rate: int, short: bool) -> float:
    width = 0.004 if short else 0.02
    envelope = np.sqrt(np.maximum(uniform_filter1d(mono**2, max(1, round(width * rate))), 1e-14))
    body = 0.8 * envelope[: round(0.25 * rate)].max() if short else np.median(envelope[round(0.3 * rate) : 2 * rate])
    return float(np.argmax(envelope >= 0.5 * body)) / rate * 1000


def main() -> None:
    """Measure all regions of all SFZ files, and write what follows from it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--dry", action="store_true")
    wanted = parser.parse_args()
    with ProcessPoolExecutor(2) as pool:
        for path in sorted(PACK.rglob("*.sfz")):
            if path.parent.name in LEFT_ALONE or (wanted.only and path.parent.name not in wanted.only):
                continue
            lines = path.read_text(encoding="utf-8").splitlines()
            rows = [(number, dict(re.findall(r"(\w+)=(\S+)", line))) for number, line in enumerate(lines)]
            rows = [(number, row) for number, row in rows if "sample" in row]
            found = list(
                pool.map(
                    measured,
                    [path.parent / row["sample"] for _, row in rows],
                    [int(row["pitch_keycenter"]) for _, row in rows],
                    [path.stem] * len(rows),
                )
            )
            for (number, row), one in zip(rows, found, strict=True):
                lines[number] = _written(lines[number], row, one, path)
            _tell(path, [row for _, row in rows], found)
            if not wanted.dry:
                path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _written(line: str, row: dict[str, str], one: Measured, path: Path) -> str:
    line = re.sub(r"tune=\S+", f"tune={round(-one.cents)}", line)
    line = re.sub(r" (offset|ampeg_attack)=\S+", "", line)
    least = HALF_THERE_MS.get(f"{path.parent.name}/{path.stem}")
    if least is not None and one.attack_ms - least >= 1.0:
        rate = soundfile.info(path.parent / row["sample"]).samplerate
        fade = 0.006 if least > 20 else 0.002
        left_out = min(MOST_LEFT_OUT_MS, one.attack_ms - least)
        line += f" offset={round(left_out * rate / 1000)} ampeg_attack={fade}"
    return line


def _tell(path: Path, rows: list[dict[str, str]], found: list[Measured]) -> None:
    off = [one.cents + float(row.get("tune", 0)) for row, one in zip(rows, found, strict=True)]
    apart = [one.balance_cents - one.pyin_cents for one in found if np.isfinite(one.pyin_cents)] or [0.0]
    attacks = [one.attack_ms for one in found]
    print(
        f"{path.parent.name + '/' + path.stem:24s} {len(rows):3d}  was off by at most {np.abs(off).max():5.1f} cents;"
        f" measures apart: median {np.median(apart):5.1f}, worst {np.abs(apart).max():5.1f};"
        f" attacks {min(attacks):5.1f} to {max(attacks):5.1f} ms",
        flush=True,
    )


if __name__ == "__main__":
    main()
