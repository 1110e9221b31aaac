"""Shapes recordings for the sound pack: onsets at a known place, even level and tuning, loops that do not show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d, uniform_filter1d
from scipy.signal import butter, sosfilt, sosfiltfilt

Audio = npt.NDArray[np.float64]

BODY_DB = -24.0
"""Level of a sustained body after shaping, K-weighted, full scale 0 dB."""
PEAK_DB = -6.0
"""Level of a struck note's loudest 30 ms after shaping, K-weighted."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """A recording ready for the pack."""

    audio: Audio
    """(n, 2) or (n, 1)."""
    rate: int
    tune_cents: float
    """What to add to the pitch so that it is in equal temperament."""
    loop: tuple[int, int] | None = None
    """First sample of the loop and the one after its last."""


def envelope(audio: Audio, rate: int, seconds: float) -> npt.NDArray[np.float64]:
    """RMS envelope over a sliding window, one value a sample."""
    power = (audio**2).mean(axis=1)
    return np.sqrt(np.maximum(uniform_filter1d(power, max(1, round(rate * seconds))), 1e-14))


def k_weighted(audio: Audio, rate: int) -> Audio:
    """Roughly the ear's weighting of ITU-R BS.1770: no rumble, +4 dB above 1.5 kHz."""
    high = sosfilt(butter(1, 1500, "high", fs=rate, output="sos"), audio, axis=0)
    return np.asarray(sosfilt(butter(2, 40, "high", fs=rate, output="sos"), audio + 0.58 * high, axis=0))


def level_db(audio: Audio, rate: int) -> float:
    """K-weighted level."""
    return float(10 * np.log10((k_weighted(audio, rate) ** 2).mean() + 1e-14))


def measured_cents(audio: Audio, rate: int, key: int, partials: int = 4, spread: float = 10.0) -> float:
    """How far the recording lies from equal temperament, in cents (±70): where its low partials are strongest.

    Each partial's band is smoothed over `spread` cents, since a section's players stand that far apart.
    """
    mono = audio.mean(axis=1)
    size = 1 << int(np.ceil(np.log2(max(len(mono), rate * 2)) + 2))
    power = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), size)) ** 2
    nominal = 440.0 * 2 ** ((key - 69) / 12)
    grid = np.arange(-100, 101)
    found, weights = [], []
    for partial in range(1, partials + 1):
        if partial * nominal > 6000:
            break
        band = np.interp(partial * nominal * 2 ** (grid / 1200) * size / rate, np.arange(len(power)), power)
        smooth = gaussian_filter1d(band, spread)
        top = 30 + int(smooth[30:-30].argmax())
        near = slice(max(0, top - 30), top + 31)
        found.append(float((grid[near] * smooth[near] ** 2).sum() / (smooth[near] ** 2).sum()))
        # Upper partials of stiff strings are sharp: the lower ones name the note.
        weights.append(np.sqrt(smooth[top]) / partial)
    return float(np.average(found, weights=weights))


def struck(
    audio: Audio, rate: int, *, key: int | None, attack_ms: float, seconds: float, fade: float, partials: int = 4
) -> Shaped:
    """A note that rings by itself: its onset `attack_ms` after the start, faded over its last `fade` of the length."""
    onset = _onset(audio, rate)
    audio = _from(audio, onset - round(attack_ms * rate / 1000), rate, fade_ms=max(0.5, 0.6 * attack_ms))
    audio = audio[: round(seconds * rate)]
    audio = audio[: _audible(audio, rate)].copy()
    tail = round(len(audio) * fade)
    audio[-tail:] *= (0.5 + 0.5 * np.cos(np.linspace(0, np.pi, tail)))[:, None]
    ringing = audio[round((0.15 if partials == 1 else 0.02) * rate) : round(2.0 * rate)]
    cents = -measured_cents(ringing, rate, key, partials) if key is not None else 0.0
    loud = envelope(k_weighted(audio, rate), rate, 0.03).max()
    return Shaped(_scaled(audio, PEAK_DB - 20 * np.log10(loud)), rate, cents)


def bowed(
    audio: Audio,
    rate: int,
    *,
    key: int,
    attack_ms: float,
    seconds: float,
    body: tuple[int, int] | None = None,
    spread: float = 10.0,
    solo: bool = False,
) -> Shaped:
    """A sustained note: heard to begin `attack_ms` after the start, level, with a loop in its body.

    One player's loop (`solo`) must join where the wave stands alike; a section's may join anywhere.
    """
    first, last = body or (round(0.4 * len(audio)), round(0.9 * len(audio)))
    rough = _half_way(audio, rate, slice(first, last))
    run_up = round(0.4 * rate)
    level = _level(_from(audio, rough - run_up, rate, fade_ms=0.0)[: round((seconds + 1) * rate)], rate, run_up)
    reached = _half_way(level, rate, slice(run_up + round(0.5 * rate), None))
    level = _speaking(level, rate, reached)
    reached = _half_way(level, rate, slice(reached + round(0.5 * rate), None))
    audio = _from(level, reached - round(attack_ms * rate / 1000), rate, fade_ms=attack_ms * 0.8)
    audio = audio[: round(seconds * rate)]
    audio, loop = _looped_alike(audio, rate) if solo else _looped(audio, rate)
    middle = audio[loop[0] : loop[1]]
    return Shaped(
        _scaled(audio, BODY_DB - level_db(middle, rate)), rate, -measured_cents(middle, rate, key, spread=spread), loop
    )


def low_passed(audio: Audio, rate: int, hertz: float) -> Audio:
    """Zero-phase low pass."""
    return np.asarray(sosfiltfilt(butter(2, hertz, fs=rate, output="sos"), audio, axis=0))


def _onset(audio: Audio, rate: int) -> int:
    env = envelope(audio, rate, 0.001)
    top = env[: round(0.4 * rate)].max()
    return int(np.argmax(env >= top * 10 ** (-10 / 20)))


def _half_way(audio: Audio, rate: int, body: slice) -> int:
    """Where the note first has some half of the amplitude of its body."""
    env = envelope(audio, rate, 0.02)
    return int(np.argmax(env >= 0.6 * np.median(env[body])))


def _from(audio: Audio, start: int, rate: int, fade_ms: float) -> Audio:
    """The audio from `start` on (silence before its beginning), faded in."""
    audio = np.concatenate([np.zeros((-start, audio.shape[1])), audio]) if start < 0 else audio[start:].copy()
    ramp = round(fade_ms * rate / 1000)
    audio[:ramp] *= (0.5 - 0.5 * np.cos(np.linspace(0, np.pi, ramp)))[:, None]
    return audio


def _audible(audio: Audio, rate: int) -> int:
    env = envelope(audio, rate, 0.05)
    return min(len(audio), int(np.nonzero(env > env.max() * 10 ** (-62 / 20))[0][-1]) + rate // 10)


def _level(audio: Audio, rate: int, onset: int) -> Audio:
    """Takes slow swells out of the body, so that dynamics are the player's alone; what is faster stays."""
    env = envelope(audio, rate, 0.5)
    begin = onset + round(0.35 * rate)
    target = np.median(env[begin:])
    gain = np.clip(target / env, 10 ** (-9 / 20), 10 ** (9 / 20))
    gain[:begin] = gain[begin]
    return np.asarray(audio * uniform_filter1d(gain, round(0.2 * rate))[:, None])


def _speaking(audio: Audio, rate: int, onset: int) -> Audio:
    """Lifts a hesitant beginning (by 8 dB at most), so that the note is there 50 ms after it is half there."""
    env = envelope(audio, rate, 0.05)
    since = (np.arange(len(audio)) - onset) / rate
    wanted = np.median(env[onset + round(0.5 * rate) :]) * np.clip(0.5 + 0.5 * since / 0.05, 0.5, 1.0)
    lift_db = np.clip(20 * np.log10(wanted / env), 0, 8) * np.clip(1 - since / 0.6, 0, 1)
    lift_db[since < -0.02] = lift_db[np.argmax(since >= -0.02)]
    return np.asarray(audio * 10 ** (uniform_filter1d(lift_db, round(0.04 * rate)) / 20)[:, None])


def _looped(audio: Audio, rate: int) -> tuple[Audio, tuple[int, int]]:
    """The audio with its end faded into what stands before the loop's start, so that the loop is seamless."""
    fade = round(min(0.35 * rate, len(audio) * 0.15))
    start = max(fade, round(min(0.8 * rate, len(audio) * 0.3)))
    turn = np.linspace(0, np.pi / 2, fade)[:, None]
    looped = audio.copy()
    looped[-fade:] = audio[-fade:] * np.cos(turn) + audio[start - fade : start] * np.sin(turn)
    return looped, (start, len(audio))


def _looped_alike(audio: Audio, rate: int) -> tuple[Audio, tuple[int, int]]:
    """The same over a short join, from a place whose wave is most like the end's."""
    fade, reach = round(0.03 * rate), round(0.25 * rate)
    near = max(2 * fade, round(min(0.8 * rate, len(audio) * 0.3)))
    mono, ending = audio.mean(axis=1), audio.mean(axis=1)[-fade:]
    places = np.arange(near, near + reach)
    windows = np.lib.stride_tricks.sliding_window_view(mono, fade)[places - fade]
    likeness = np.einsum("ij,j->i", windows, ending) / np.sqrt((windows**2).sum(axis=1) + 1e-12)
    start = int(places[likeness.argmax()])
    ramp = np.linspace(0, 1, fade)[:, None]
    looped = audio.copy()
    looped[-fade:] = audio[-fade:] * (1 - ramp) + audio[start - fade : start] * ramp
    return looped, (start, len(audio))


def _scaled(audio: Audio, gain_db: float) -> Audio:
    scaled = audio * 10 ** (gain_db / 20)
    return scaled / max(1.0, np.abs(scaled).max() / 0.98)
