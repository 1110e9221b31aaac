"""FCPXML (Final Cut Pro, DaVinci Resolve) as a plain file."""

from __future__ import annotations

import re

from cutscore.placers import Placed, PlaceOrder, plain_file
from cutscore.placers.fcpxml_project import open_project
from cutscore.placers.notation import Mention
from cutscore.placers.placing import place_timeline
from cutscore.placers.xml_project import XmlNotation

_MEDIA = re.compile(rb"""<(?:media-rep|asset)\s[^<>]*?\bsrc\s*=\s*(?:"([^"<]*)"|'([^'<]*)')""")


def media_in(text: bytes) -> list[Mention]:
    """Where the text names media, without the quotes."""
    found = []
    for match in _MEDIA.finditer(text):
        group = 1 if match[1] is not None else 2
        url = match[group].decode("utf-8", "replace").replace("&amp;", "&")
        found.append(Mention(match.start(group), match.end(group), url))
    return found


NOTATION = XmlNotation(open_project, "fcpxml", media=media_in)


def place_into(order: PlaceOrder) -> Placed:
    """Lay music into a project of this format."""
    return place_timeline(plain_file, NOTATION, order)
