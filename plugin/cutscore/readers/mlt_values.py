"""Values in MLT XML: properties, numbers, times in frames or as a clock, colours of a profile, rates.

Times are read as melt reads them: a number is frames, "00:01:00.020" a clock, "00:01:00:05" hours,
minutes, seconds and frames. At 23.976 melt counts whole hours and minutes down and the seconds to the
nearest frame; any other arithmetic is one frame off somewhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import floor

from lxml import etree

from cutscore_composer.errors import InputRefused
from cutscore_composer.timebase import nearest_rate

Element = etree._Element
MAX_FRAMES = 10**12
_DECIMAL = re.compile(r"[+-]?(\d{1,30}([.,]\d{0,30})?|[.,]\d{1,30})([eE][+-]?\d{1,2})?")
PRODUCERS = frozenset({"producer", "chain", "playlist", "tractor"})
"""Elements that can be played."""


def properties_of(element: Element) -> dict[str, str]:
    """The properties by name: MLT takes attributes for such too; of two with one name the last counts."""
    found = {str(name): str(value) for name, value in element.attrib.items()}
    found.update((p.get("name", ""), p.text or "") for p in element.iterfind("property"))
    return found


def flag(properties: dict[str, str], name: str) -> bool:
    """Whether a property is set to something other than 0."""
    return properties.get(name, "").strip().casefold() not in ("", "0", "false", "no")


def is_on(element: Element) -> bool:
    """Whether a filter, link or transition is in force."""
    return not flag(properties_of(element), "disable")


def number(text: str) -> Fraction | None:
    """The decimal number of a property ("0.5", "-2,0", "1e-05"), None for none or one out of all bounds."""
    try:
        value = _decimal(text.strip())
    except ValueError:
        return None
    return value if abs(value) < MAX_FRAMES else None


def _decimal(text: str) -> Fraction:
    """A decimal number. Raises ValueError, also for exponents that would take for ever to work out."""
    if _DECIMAL.fullmatch(text) is None:
        raise ValueError(text)
    return Fraction(text.replace(",", "."))


@dataclass(frozen=True, slots=True)
class Times:
    """Reads times at the rate of the profile."""

    rate: Fraction
    """As the profile spells it (23976/1000), which is what clock times were written with."""

    @property
    def exact(self) -> Fraction:
        """The rate that is meant: 24000/1001 for 23976/1000."""
        return nearest_rate(self.rate)

    def frames(self, text: str | None, line: object = None) -> int | None:
        """Frames of a time, None where there is none. Raises InputRefused for what is no time."""
        text = (text or "").strip()
        if not text:
            return None
        try:
            frames = _clock(text, self.rate) if ":" in text else round(_decimal(text))
        except ValueError as error:
            raise InputRefused(_said(text, line)) from error
        if abs(frames) > MAX_FRAMES:
            raise InputRefused(_said(text, line))
        return frames


@lru_cache(maxsize=65_536)
def _clock(text: str, rate: Fraction) -> int:
    """Frames of "00:01:00.020" or "00:01:00:05", as melt counts. Raises ValueError."""
    sign = -1 if text.startswith("-") else 1
    *before, last = text.lstrip("-").replace(";", ":").split(":")
    if "." in last or "," in last:
        whole, seconds, rest = before, _decimal(last), 0
    else:
        whole, rest = before, int(last)
        seconds = _decimal(whole.pop()) if whole else Fraction(0)
    if len(whole) > 2:
        raise ValueError(text)
    minutes, hours = ([int(part) for part in reversed(whole)] + [0, 0])[:2]
    of_hours, of_minutes = floor(rate * (3600 * hours)), floor(rate * (60 * minutes))
    return sign * (of_hours + of_minutes + round(rate * seconds) + rest)


def _said(text: str, line: object) -> str:
    where = f" near line {line}" if line else ""
    return f"The XML holds '{text[:40]}'{where}, which is no time; save the project again."


def times_of(root: Element) -> Times | None:
    """The times of the profile of an <mlt>, None where it has no profile. Raises InputRefused for a rate of none."""
    profile = root.find("profile")
    if profile is None:
        return None
    top = number(profile.get("frame_rate_num", ""))
    bottom = number(profile.get("frame_rate_den", "1"))
    if top is None or bottom is None or bottom <= 0 or not 0 < top / bottom <= 1000:
        said = f"{profile.get('frame_rate_num')}/{profile.get('frame_rate_den')}"
        raise InputRefused(f"The profile says {said[:40]} frames a second, which is no rate; save the project again.")
    return Times(top / bottom)
