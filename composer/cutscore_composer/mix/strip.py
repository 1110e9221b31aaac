"""A channel strip: level, low cut, tone and width of one line, and the filters that they are made of.

Sound inside the desk stands as two rows, middle and side: (left + right) / 2 and (left - right) / 2.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.signal import butter, sosfilt

from cutscore_composer.mix.channels import Channel

Rows = npt.NDArray[np.float64]
"""Shape (2, samples): middle and side."""
Sections = npt.NDArray[np.float64]
"""Second-order sections, (n, 6)."""

_HIGH_HERTZ = 1600.0
_LOW_HERTZ = 130.0
_MID_HERTZ = 700.0
_TONE = ((230.0, -2.0), (1900.0, 1.5))
"""Every channel's tone (hertz, dB): less of the range in which a full ensemble turns to mud, more of its speech."""
_TONE_Q = 0.7
_BASS_WIDTH_HERTZ = 110.0
_INAUDIBLE = 1e-9


class Strip:
    """One channel at work, with its filters' memory."""

    def __init__(self, channel: Channel, rate: int) -> None:
        gain = 10 ** (channel.gain_db / 20)
        self.send = 10 ** (channel.hall_db / 20)
        """What goes to the hall, against what goes to the bus."""
        tone = np.concatenate(
            [
                butter(2, channel.low_cut_hertz, "high", fs=rate, output="sos"),
                high_shelf(_HIGH_HERTZ, channel.high_db, rate),
                low_shelf(_LOW_HERTZ, channel.low_db, rate),
                *(bell(*at, _TONE_Q, rate) for at in ((_MID_HERTZ, channel.mid_db), *_TONE) if at[1]),
            ]
        )
        # The lowest octaves stay in the middle, where loudspeakers carry them best.
        narrowed = butter(1, _BASS_WIDTH_HERTZ, "high", fs=rate, output="sos")
        self._filters = (_scaled(tone, gain), _scaled(np.concatenate([tone, narrowed]), gain * channel.width))
        self._states = [np.zeros((len(sections), 2)) for sections in self._filters]
        self._silent = True

    def through(self, rows: Rows) -> Rows:
        """What the line sends to the bus."""
        shaped = np.empty_like(rows)
        for row, (sections, state) in enumerate(zip(self._filters, self._states, strict=True)):
            shaped[row], self._states[row] = sosfilt(sections, rows[row], zi=state)
        self._silent = False
        return shaped

    @property
    def silent(self) -> bool:
        """Whether nothing is left to be heard once its input is silent."""
        if not self._silent and max(float(np.abs(state).max()) for state in self._states) < _INAUDIBLE:
            self._states = [np.zeros_like(state) for state in self._states]
            self._silent = True
        return self._silent


def rows_of(block: npt.NDArray[np.float32]) -> Rows:
    """A block (n, 2) of left and right as middle and side."""
    rows = np.empty((2, len(block)))
    np.add(block[:, 0], block[:, 1], out=rows[0])
    np.subtract(block[:, 0], block[:, 1], out=rows[1])
    rows *= 0.5
    return rows


def bell(hertz: float, gain_db: float, q: float, rate: int) -> Sections:
    """One section that lifts or lowers around a frequency (the audio EQ cookbook's peaking filter)."""
    turn, root = 2 * np.pi * hertz / rate, 10 ** (gain_db / 40)
    width = np.sin(turn) / (2 * q)
    middle = -2 * np.cos(turn)
    above = [1 + width * root, middle, 1 - width * root]
    below = [1 + width / root, middle, 1 - width / root]
    return np.asarray(np.array([[*above, *below]]) / below[0])


def high_shelf(hertz: float, gain_db: float, rate: int) -> Sections:
    """One section that lifts what lies above a frequency: the sound and a share of its highs."""
    return _shelf("high", hertz, gain_db, rate)


def low_shelf(hertz: float, gain_db: float, rate: int) -> Sections:
    """One section that lifts what lies below a frequency."""
    return _shelf("low", hertz, gain_db, rate)


def _shelf(kind: str, hertz: float, gain_db: float, rate: int) -> Sections:
    part = butter(1, hertz, kind, fs=rate, output="sos")
    part[:, :3] = part[:, 3:] + (10 ** (gain_db / 20) - 1) * part[:, :3]
    return np.asarray(part)


def _scaled(sections: Sections, gain: float) -> Sections:
    """The same filter, louder: the gain costs nothing in its first section."""
    made = sections.copy()
    made[0, :3] *= gain
    return made
