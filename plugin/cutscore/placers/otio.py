"""OTIO timelines as plain .otio files."""

from __future__ import annotations

from cutscore.placers import Placed, PlaceOrder, otio_timeline, plain_file
from cutscore.placers.placing import place_timeline


def place_into(order: PlaceOrder) -> Placed:
    """Lay music into a project of this format."""
    return place_timeline(plain_file, otio_timeline, order)
