"""Values in FCP7 XML: texts, numbers, flags and rates, however a program writes them."""

from __future__ import annotations

import re
from fractions import Fraction

from lxml import etree

from cutscore_composer.errors import InputRefused

Element = etree._Element

_NUMBER = re.compile(r"[+-]?([0-9]{1,30}(/[0-9]{1,30}|\.[0-9]{0,60})?|\.[0-9]{1,60})([eE][+-]?[0-9]{1,2})?")


def text_of(element: Element | None, tag: str) -> str:
    """The text of a child, "" where there is none."""
    return (element.findtext(tag) or "").strip() if element is not None else ""


def number(element: Element | None, tag: str) -> Fraction | None:
    """The number in a child ("14", "326400.0"), None where there is none. Raises InputRefused for what is no number."""
    text = text_of(element, tag)
    if not text:
        return None
    try:
        # Written out in full it would take for ever: "1e999999999" is refused by its form.
        value = Fraction(text if _NUMBER.fullmatch(text) else "none")
    except (ValueError, ZeroDivisionError) as error:
        raise InputRefused(_said(element, tag, text)) from error
    if abs(value) > 10**12:
        raise InputRefused(_said(element, tag, text))
    return value


def _said(element: Element | None, tag: str, text: str) -> str:
    line = element.sourceline if element is not None else 0
    return f"The XML holds '{text[:40]}' as <{tag}> near line {line}, which is no number of frames; export it again."


def flag(element: Element, tag: str, default: bool) -> bool:
    """TRUE or FALSE in a child."""
    text = text_of(element, tag).casefold()
    return text in ("true", "1", "yes") if text else default


def rate_of(element: Element | None) -> Fraction | None:
    """The rate of an element: <rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate> is 30000/1001.

    Final Cut leaves <ntsc> out where it is that of the element around.
    """
    rate = element.find("rate") if element is not None else None
    base = number(rate, "timebase")
    if element is None or rate is None or base is None or not 0 < base <= 1000:
        return None
    # Only of these, which begin with their rate: a track is searched to its end.
    around = (outer.find("rate") for outer in element.iterancestors("file", "clipitem", "sequence"))
    said = next((r for r in (rate, *around) if r is not None and text_of(r, "ntsc")), rate)
    return base * Fraction(1000, 1001) if flag(said, "ntsc", False) and base.denominator == 1 else base
