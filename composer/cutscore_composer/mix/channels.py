"""The desk's channels: how each kind of instrument stands in the mix before a style has its say.

Levels are those at which the pack's instruments sit together as on recordings; measured with
benchmarks/style_balance.py against real music of each kind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from cutscore_composer.plan.style import MixHints
from cutscore_composer.write.stems import channel_name, stem_name


@dataclass(frozen=True, slots=True)
class Channel:
    """How a line stands in the mix."""

    gain_db: float
    low_cut_hertz: float
    hall_db: float
    """What it sends to the hall, against its own level."""
    high_db: float = 0.0
    """Above 1.6 kHz."""
    low_db: float = 0.0
    """Below 130 Hz."""
    mid_db: float = 0.0
    """Around 700 Hz."""
    width: float = 1.0
    """Of its sides against its middle."""


CHANNELS: Mapping[str, Channel] = {
    "piano": Channel(-8.5, 32.0, -11.0, 2.0),
    "strings": Channel(-1.5, 60.0, -5.5, 3.5),
    "bass": Channel(-5.5, 26.0, -16.0, 0.0, width=0.6),
    "plucked": Channel(-13.5, 60.0, -9.0, 1.0),
    "mallets": Channel(-5.0, 60.0, -7.0, 1.0),
    "winds": Channel(5.0, 70.0, -5.0, 1.5),
    "brass": Channel(-2.0, 60.0, -4.0, 1.5),
    "choir": Channel(2.0, 90.0, -3.0, 0.0, width=1.2),
    "percussion": Channel(-10.5, 28.0, -8.0, 0.0),
    "kit": Channel(-8.0, 28.0, -14.0, 0.0),
    "keys": Channel(-9.0, 40.0, -12.0, 0.0),
    "synth": Channel(-1.0, 34.0, -9.0, -1.0),
    "fx": Channel(-9.0, 26.0, -8.0, 0.0),
}
_OTHER = Channel(-6.0, 40.0, -9.0)


def channel_of(line: str, hints: MixHints) -> Channel:
    """The channel of a line as a style wants it."""
    name = channel_name(line)
    channel = CHANNELS.get(name, _OTHER)
    levels: Mapping[str, float] = dict(hints.levels_db)
    stems: Mapping[str, float] = {str(stem): level for stem, level in hints.stems_db.items()}
    return replace(
        channel,
        gain_db=channel.gain_db + levels.get(name, 0.0) + stems.get(stem_name(line), 0.0),
        hall_db=channel.hall_db + hints.hall_db,
        high_db=channel.high_db + hints.brightness_db,
        low_db=channel.low_db + hints.low_db,
        mid_db=channel.mid_db + hints.mid_db,
        width=channel.width * hints.width,
    )
