"""Values in FCPXML: rational times ("1001/24000s", "3600s"), flags, lanes and frame rates."""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

from lxml import etree

from cutscore_composer.errors import InputRefused
from cutscore_composer.timebase import nearest_rate

Element = etree._Element
_TIME = re.compile(r"\s*([+-]?\d{1,19})(?:/(\d{1,12})|\.(\d{1,12}))?\s*s?\s*")
_MOST_SECONDS = 10**8
_RATE_IN_NAME = re.compile(r"[pi](2398|24|25|2997|30|4795|48|50|5994|60|11988|120)(?![0-9])")
_MOST_LANES = 10_000


def seconds_of(element: Element, name: str) -> Fraction | None:
    """The exact seconds in an attribute, None where there is none. Raises InputRefused for what is no time."""
    text = element.get(name)
    if text is None or not text.strip():
        return None
    value = _seconds(text)
    if value is None:
        raise InputRefused(_said(element, name, text, "time"))
    return value


@lru_cache(maxsize=65_536)
def _seconds(text: str) -> Fraction | None:
    match = _TIME.fullmatch(text)
    if match is None or (match[2] is not None and int(match[2]) == 0):
        return None
    whole, below, decimals = match.groups()
    value = Fraction(f"{whole}.{decimals}") if decimals else Fraction(int(whole), int(below or 1))
    return value if abs(value) <= _MOST_SECONDS else None


def time_of(element: Element, name: str, default: Fraction = Fraction(0)) -> Fraction:
    """The exact seconds in an attribute, or `default`."""
    found = seconds_of(element, name)
    return default if found is None else found


def flag(element: Element, name: str, default: bool) -> bool:
    """A "0" or "1" in an attribute."""
    text = (element.get(name) or "").strip().casefold()
    return text in ("1", "true", "yes") if text else default


def lane_of(element: Element) -> int:
    """The lane of an element: 0 lies in its parent, above 0 is connected over it, below 0 under it."""
    text = (element.get("lane") or "0").strip()
    try:
        lane = int(text)
    except ValueError as error:
        raise InputRefused(_said(element, "lane", text, "lane")) from error
    if abs(lane) > _MOST_LANES:
        raise InputRefused(_said(element, "lane", text, "lane"))
    return lane


def name_of(element: Element, default: str = "") -> str:
    """The name of an element."""
    return element.get("name") or default


def rate_of_format(element: Element) -> Fraction | None:
    """The frame rate of a <format>: its frameDuration, else what its predefined name says. None where undefined."""
    duration = seconds_of(element, "frameDuration")
    if duration is not None and duration > 0:
        return 1 / duration
    match = _RATE_IN_NAME.search(name_of(element))
    if match is None:
        return None
    number = match[1]
    hundredths = Fraction(int(number), 100 if int(number) > 120 else 1)
    rate = nearest_rate(float(hundredths))
    # The names of interlaced formats count fields.
    return rate / 2 if match[0][0] == "i" and rate > 30 else rate


def rate_token(text: str | None) -> Fraction | None:
    """The rate that a srcFrameRate means ("23.98", "25"), None for none."""
    try:
        return nearest_rate(float(text)) if text else None
    except (ValueError, OverflowError):
        return None


def _said(element: Element, name: str, text: str, what: str) -> str:
    return (
        f"Line {element.sourceline} holds '{text[:40]}' as {name} of <{element.tag}>, which is no {what}; "
        "export it again."
    )
