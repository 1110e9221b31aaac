"""Numbers in FCP7 XML: what programs write is read exactly, what would take for ever or is none is refused."""

from __future__ import annotations

from fractions import Fraction

import pytest
from lxml import etree

from cutscore.readers.fcp7_values import number
from cutscore_composer.errors import InputRefused


def element(text: str) -> etree._Element:
    """A clip whose duration says `text`."""
    clip = etree.Element("clipitem")
    etree.SubElement(clip, "duration").text = text
    return clip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14", 14),
        (" 326400.0 ", 326400),
        ("-1", -1),
        ("2.5", Fraction(5, 2)),
        ("1e3", 1000),
        ("1001/24", Fraction(1001, 24)),
    ],
)
def test_numbers_are_exact(text: str, expected: Fraction) -> None:
    """Whole, decimal, negative, fractional and scientific numbers."""
    assert expected == number(element(text), "duration")


@pytest.mark.parametrize(
    "text", ["1e999999999", "9" * 5000, "1e-999999999", "nan", "inf", "1/0", "ten", "0x10", "١e999999999"]
)
def test_what_is_no_number_of_frames_is_refused(text: str) -> None:
    """At once, in one sentence that names the field."""
    with pytest.raises(InputRefused, match="<duration>"):
        number(element(text), "duration")
