"""Kdenlive (.kdenlive) and Shotcut (.mlt) projects: MLT XML.

Kdenlive of 2019 and later: format 1.1 (23.04 and later, one tractor a sequence) and 1.00 to 1.04.
"""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

from cutscore.placers import Placed, PlaceOrder, plain_file
from cutscore.placers.mlt_project import media, named, open_project
from cutscore.placers.placing import place_timeline
from cutscore.placers.safe_write import read_bytes
from cutscore.placers.xml_project import XmlNotation

NOTATION = XmlNotation(open_project, "mlt", media=media, named=named)
KNOWN_FORMAT = Fraction("1.1")
"""Newest format of Kdenlive documents that was looked at (Kdenlive 26.08 still writes it)."""
KNOWN_MLT = 7
_FORMAT = re.compile(rb"""name=["']kdenlive:docproperties\.version["']>\s*(\d{1,4}[.,]?\d{0,4})\s*<""")
_MLT = re.compile(rb"""<mlt\s[^>]*\bversion=["'](\d{1,4})\.""")


def place_into(order: PlaceOrder) -> Placed:
    """Lay music into a project of this format."""
    placed = place_timeline(plain_file, NOTATION, order)
    newer = newer_than_known(read_bytes(order.project))
    return replace(placed, warnings=(*newer, *placed.warnings)) if newer and placed.changed else placed


def newer_than_known(text: bytes) -> tuple[str, ...]:
    """A warning of a project that was written in a format newer than any that was looked at."""
    found = _FORMAT.search(text)
    if found is not None and (said := Fraction(found[1].decode().replace(",", ".").rstrip("."))) > KNOWN_FORMAT:
        return (
            f"The project is of Kdenlive's format {float(said):g}, newer than {float(KNOWN_FORMAT):g}, the newest that "
            "Cutscore knows: look at the music track in Kdenlive before you rely on it.",
        )
    found = _MLT.search(text)
    if found is not None and int(found[1]) > KNOWN_MLT:
        return (
            f"The project was written with MLT {int(found[1])}, newer than {KNOWN_MLT}, the newest that Cutscore "
            "knows: look at the music track in your editor before you rely on it.",
        )
    return ()
