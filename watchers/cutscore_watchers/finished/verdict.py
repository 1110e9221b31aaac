"""Verdict: what looking into a file says of its end."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class End(Enum):
    """How much the bytes of a file tell of whether its end is there."""

    THERE = "there"
    """The container says where it ends, and that is the end of the file."""
    MISSING = "missing"
    """The container says that more must come."""
    UNTOLD = "untold"
    """The container does not tell; only that nothing changes any more can be seen."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a file's end, and why, as the rest of a sentence that begins with the file's name."""

    end: End
    why: str = ""

    @property
    def missing(self) -> bool:
        """Whether more of the file must come."""
        return self.end is End.MISSING


def missing(why: str) -> Verdict:
    """More of the file must come."""
    return Verdict(End.MISSING, why)


def untold(why: str) -> Verdict:
    """The file does not tell where it ends."""
    return Verdict(End.UNTOLD, why)


THERE = Verdict(End.THERE)
