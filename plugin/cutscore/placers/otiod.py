"""A timeline with its media in a folder, NAME.otiod: content.otio and media/."""

from __future__ import annotations

from cutscore.placers import Placed, PlaceOrder, otio_timeline
from cutscore.placers.bundle_folder import BundleFolder
from cutscore.placers.placing import place_timeline

FOLDER = BundleFolder("content.otio", "media")


def place_into(order: PlaceOrder) -> Placed:
    """Lay music into a project of this format."""
    return place_timeline(FOLDER, otio_timeline, order)
