"""Final Cut Pro 7 XML (xmeml), which Premiere Pro, DaVinci Resolve and others import and export."""

from __future__ import annotations

from cutscore.placers import Placed, PlaceOrder, plain_file
from cutscore.placers.fcp7_project import open_project
from cutscore.placers.placing import place_timeline
from cutscore.placers.xml_project import XmlNotation

NOTATION = XmlNotation(open_project, "xmeml")


def place_into(order: PlaceOrder) -> Placed:
    """Lay music into a project of this format."""
    return place_timeline(plain_file, NOTATION, order)
