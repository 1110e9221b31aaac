"""Heard music: whether a piece of music sounds in a film, under speech and effects, at any level and place.

A copy of a recording keeps its phases through mixing, gain and codecs; other music does not share them.
Excerpts of the shorter of both are laid along the longer one with every frequency given the same weight (a
generalised cross-correlation with phase transform; Knapp and Carter 1976): the true place stands out even
where the music lies far below what is spoken over it. Where two excerpts agree to the millisecond, that
place is proved second by second: at most of them the two must fit best at that very place.

    >>> find_in(Path("film.mp4"), [Path("film_v1.wav")])       # doctest: +SKIP
    Heard(music=PosixPath('film_v1.wav'), seconds=12.0, share=0.97)
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy import fft

from cutscore_composer.engine import Progress
from cutscore_composer.media.probe import probe
from cutscore_composer.media.sound import sound_blocks
from cutscore_composer.timebase import round_half_up

RATE = 8000
"""Samples a second that are compared: speech and codecs leave the lower bands of music alone."""
EXCERPT = 6 * RATE
BLOCK = 1 << 17
"""Samples that are looked through at once: 16 seconds."""
MOST_EXCERPTS = 6
STANDS_OUT = 7.0
"""Times the noise by which an excerpt's place must stand out to be remembered."""
AGREE = RATE // 250
"""Samples by which the places of two excerpts may differ."""
MOST_PLACES = 6
"""Places where excerpts agree that are proved, the clearest first."""
STRETCH = 3 * RATE
"""Samples that are proved at a time."""
PROVED_SHARE = 0.4
"""Share of the stretches that must fit best at the very place; by chance one in a hundred does."""
LEAST_PROVED = 3
HOLDS_SHARE = 0.5
"""Share of the music, or of the film, over which both must go together."""
_PEAKS = 3
"""Places that are remembered of each excerpt in each block."""
_AROUND = RATE // 2
"""Samples on each side within which a stretch must fit best where it is supposed to."""
_LOWEST_HZ, _HIGHEST_HZ = 80, 3600
_FLOOR = 0.05
"""What a band has at least, as a share of the mean, when it is given the weight of the others."""
_QUIET = 1e-4
"""Root mean square below which a stretch is silence."""

Sound = npt.NDArray[np.float32]
Spectrum = npt.NDArray[np.complex64]


@dataclass(frozen=True, slots=True)
class Heard:
    """A piece that was found."""

    music: Path
    seconds: float
    """Where in the film the piece's own beginning lies; below 0 where only a later part is heard."""
    share: float
    """Share of the stretches at which that was proved."""


@dataclass(frozen=True, slots=True)
class _Peak:
    excerpt: int
    lag: int
    """Where the shorter one's beginning lies in the longer one, in samples."""
    height: float


def find_in(
    film: Path, pieces: Iterable[Path], progress: Progress | None = None, *, pace: Fraction = Fraction(1)
) -> Heard | None:
    """The first of some pieces that is heard in a film; None when none is, or the film has no sound.

    `pace` is by how much faster the film plays them. Raises InputRefused when a file cannot be read, and Cancelled.
    """
    progress = progress or Progress()
    if not probe(film).audio:
        return None
    heard = sound_of(film, Fraction(1), progress)
    for piece in pieces:
        progress.check()
        music = sound_of(piece, pace, progress)
        found = place_of(music, heard, progress)
        if found is not None:
            return Heard(piece, found[0] / RATE, round(found[1], 3))
    return None


def place_of(music: Sound, film: Sound, progress: Progress) -> tuple[int, float] | None:
    """Where in a film's sound a piece begins, in samples, and at what share of the stretches that is proved."""
    short, long, sign = (music, film, 1) if len(music) <= len(film) else (film, music, -1)
    for lag in _supposed(short, long, progress):
        place = lag * sign
        together = min(len(film), place + len(music)) - max(0, place)
        if together < HOLDS_SHARE * min(len(film), len(music)):
            continue
        proved, looked = _proved(music, film, place)
        if proved >= LEAST_PROVED and proved >= PROVED_SHARE * looked:
            return place, proved / looked
    return None


def _supposed(short: Sound, long: Sound, progress: Progress) -> list[int]:
    """The places at which excerpts of the shorter one agree to lie in the longer one, the clearest first."""
    starts, spectra = _excerpts(short)
    peaks: list[_Peak] = []
    for begin in range(0, max(1, len(long) - RATE), BLOCK - EXCERPT):
        progress.check()
        block = long[begin : begin + BLOCK]
        seen = _white(fft.rfft(np.pad(block, (0, BLOCK - len(block)))))
        peaks += _peaks(seen, starts, spectra, begin)
    peaks.sort(key=lambda peak: peak.lag)
    found: list[tuple[float, int]] = []
    for at, one in enumerate(peaks):
        near = [other for other in peaks[at + 1 : at + 40] if other.lag - one.lag <= AGREE]
        strength = {one.excerpt: one.height}
        for other in near:
            strength[other.excerpt] = max(strength.get(other.excerpt, 0.0), other.height)
        if len(strength) > 1:
            lag = max([one, *near], key=lambda peak: peak.height).lag
            found.append((float(np.hypot.reduce(list(strength.values()))), lag))
    ordered: list[int] = []
    for _, lag in sorted(found, reverse=True):
        if all(abs(lag - other) > AGREE for other in ordered):
            ordered.append(lag)
    return ordered[:MOST_PLACES]


def _excerpts(sound: Sound) -> tuple[list[int], Spectrum]:
    """Where loud stretches from all over a sound begin, and their whitened spectra."""
    length = min(EXCERPT, len(sound) // 2)
    count = max(2, min(MOST_EXCERPTS, len(sound) // max(1, length)))
    starts = set()
    for number in range(count if length >= RATE else 0):
        first, last = len(sound) * number // count, len(sound) * (number + 1) // count
        start = _loudest(sound, first, last, length)
        if start is not None:
            starts.add(start)
    padded = np.zeros((len(starts), BLOCK), np.float32)
    window = np.hanning(length).astype(np.float32)
    for row, start in zip(padded, sorted(starts), strict=True):
        row[:length] = sound[start : start + length] * window
    return sorted(starts), _white(fft.rfft(padded, axis=1)) if starts else np.zeros((0, BLOCK // 2 + 1), np.complex64)


def _peaks(seen: Spectrum, starts: list[int], spectra: Spectrum, begin: int) -> Iterator[_Peak]:
    for number, (start, spectrum) in enumerate(zip(starts, spectra, strict=True)):
        row = np.abs(fft.irfft(seen * spectrum.conj(), n=BLOCK)[: BLOCK - EXCERPT // 2])
        noise = float(np.median(row)) / 0.6745
        for _ in range(_PEAKS if noise > 0 else 0):
            at = int(row.argmax())
            if row[at] < STANDS_OUT * noise:
                break
            yield _Peak(number, begin + at - start, float(row[at]) / noise)
            row[max(0, at - AGREE) : at + AGREE + 1] = 0


def _proved(music: Sound, film: Sound, place: int) -> tuple[int, int]:
    """At how many stretches film and music fit best where the music is supposed to begin, and of how many."""
    first, last = max(0, -place), min(len(music), len(film) - place)
    step = max(RATE, min(STRETCH, (last - first - STRETCH) // 40))
    size = fft.next_fast_len(STRETCH + 2 * _AROUND)
    window = np.hanning(STRETCH).astype(np.float32)
    proved = looked = 0
    for start in range(first, last - STRETCH + 1, step):
        piece = music[start : start + STRETCH]
        if float(np.sqrt(np.mean(np.square(piece)))) < _QUIET:
            continue
        from_, to = start + place - _AROUND, start + place + STRETCH + _AROUND
        around = film[max(0, from_) : to]
        around = np.pad(around, (max(0, -from_), size - len(around) - max(0, -from_)))
        seen = _white(fft.rfft(around)) * _white(fft.rfft(piece * window, n=size)).conj()
        row = np.abs(fft.irfft(seen, n=size)[: 2 * _AROUND + 1])
        looked += 1
        proved += bool(row.max() > 0 and abs(int(row.argmax()) - _AROUND) <= AGREE)
    return proved, looked


def _white(spectrum: npt.NDArray[np.complexfloating]) -> Spectrum:
    """Every frequency of the middle bands with the same weight, the others with none."""
    size = np.abs(spectrum)
    hertz = np.linspace(0, RATE / 2, spectrum.shape[-1])
    inside = (hertz >= _LOWEST_HZ) & (hertz <= _HIGHEST_HZ)
    floor = _FLOOR * size[..., inside].mean(axis=-1, keepdims=True) + 1e-12
    return np.asarray(np.where(inside, spectrum / (size + floor), 0), np.complex64)


def sound_of(path: Path, pace: Fraction, progress: Progress) -> Sound:
    """The sound of a file, both sides together, as it is heard `pace` times as fast."""
    seconds = max((stream.duration_seconds for stream in probe(path).audio), default=Fraction(0))
    samples = round_half_up(seconds / pace * RATE)
    sound, filled = np.zeros(samples, np.float32), 0
    for block in sound_blocks(path, Fraction(0), samples, speed=pace, sample_rate=RATE):
        progress.check()
        sound[filled : filled + len(block)] = block.mean(axis=1)
        filled += len(block)
    return sound


def _loudest(sound: Sound, first: int, last: int, length: int) -> int | None:
    """Where the loudest excerpt of a share begins; None where it is silence."""
    power = np.concatenate([[0.0], np.cumsum(np.square(sound[first:last], dtype=np.float64))])
    starts = np.arange(0, max(1, last - first - length + 1), RATE // 4)
    sums = power[np.minimum(starts + length, last - first)] - power[starts]
    at = int(sums.argmax())
    return first + int(starts[at]) if sums[at] > _QUIET**2 * length else None
