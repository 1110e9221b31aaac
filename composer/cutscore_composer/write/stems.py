"""Stems: the six groups that an editor mixes with, told by what a part does in the music.

A line is one part's way through the desk: its stem and the desk channel of its instrument, written
"melody/strings". The lines of a stem sum to the stem, the stems to the master.
"""

from __future__ import annotations

from typing import Literal, get_args

StemName = Literal["drums", "bass", "harmony", "melody", "texture", "fx"]

STEMS: tuple[StemName, ...] = get_args(StemName)

_OF_ROLE: dict[str, StemName] = {
    "melody": "melody",
    "answer": "melody",
    "harmony": "harmony",
    "pulse": "harmony",
    "bass": "bass",
    "colour": "texture",
    "texture": "texture",
    "percussion": "drums",
    "fx": "fx",
}
_OF_ACCENT: dict[str, StemName] = {"percussion": "drums", "kit": "drums", "bass": "bass", "fx": "fx"}
"""An accent belongs to the stem of what plays it, by desk channel; all others to the harmony."""


def stem_of(role: str, channel: str) -> StemName:
    """The stem of a part, by its role and the desk channel of its instrument."""
    if role == "accent" or role not in _OF_ROLE:
        return _OF_ACCENT.get(channel, "harmony")
    return _OF_ROLE[role]


def line_of(role: str, channel: str) -> str:
    """The line of a part: "melody/strings"."""
    return f"{stem_of(role, channel)}/{channel}"


def stem_name(line: str) -> StemName:
    """The stem of a line."""
    name = line.partition("/")[0]
    return next(stem for stem in STEMS if stem == name)


def channel_name(line: str) -> str:
    """The desk channel of a line."""
    return line.partition("/")[2]
