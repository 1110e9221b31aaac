"""FCPXML as a bundle, NAME.fcpxmld: Info.fcpxml and what Final Cut keeps beside it; media and music lie outside."""

from __future__ import annotations

from cutscore.placers import Placed, PlaceOrder
from cutscore.placers.bundle_folder import BundleFolder
from cutscore.placers.fcpxml import NOTATION
from cutscore.placers.placing import place_timeline
from cutscore.readers.fcpxml import CONTENT
from cutscore_composer.errors import InputRefused

FOLDER = BundleFolder(CONTENT, None)


def place_into(order: PlaceOrder) -> Placed:
    """Lay music into a project of this format."""
    if not order.project.is_dir():
        raise InputRefused(
            f"{order.project} is no bundle: an .fcpxmld is a folder that holds {CONTENT}; unpack it if it is a zip."
        )
    return place_timeline(FOLDER, NOTATION, order)
