"""A clip of one file: which media an <asset-clip>, <video>, <audio> or plain <clip> shows and lets hear."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lxml import etree

from cutscore.readers.fcpxml_resources import Asset, Resources
from cutscore.readers.fcpxml_shape import CONTAINERS, contained, is_piece, start_of
from cutscore.readers.fcpxml_values import flag, name_of, time_of

Element = etree._Element


@dataclass(frozen=True, slots=True)
class Sound:
    """One sound of a clip."""

    asset: Asset
    element: Element
    """The element that says its role and volume."""
    shift: Fraction
    """Seconds from the clip's own time to that of the media."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """The media of a clip."""

    name: str
    asset: Asset | None
    """Of the picture."""
    shift: Fraction
    """Seconds from the clip's own time to that of the picture's media."""
    picture: bool
    sounds: tuple[Sound, ...]


def leaf_of(element: Element, resources: Resources) -> Leaf | None:
    """The media of a clip, or None where it holds more than one file (or its file is unknown)."""
    if element.tag in CONTAINERS:
        return _of_container(element, resources)
    asset = resources.assets.get(element.get("ref", ""))
    if asset is None:
        return None
    which = element.get("srcEnable", "all")
    picture = element.tag != "audio" and asset.has_video and which != "audio"
    hears = asset.has_audio and which != "video" and element.tag != "video"
    sounds = (Sound(asset, element, Fraction(0)),) if hears or element.tag == "audio" else ()
    return Leaf(name_of(element, asset.name), asset, Fraction(0), picture, sounds)


def _of_container(element: Element, resources: Resources) -> Leaf | None:
    """A <clip> around one <video>, one <audio>, or a gap that sounds are attached to."""
    inside = contained(element)
    if len(inside) != 1 or inside[0].tag not in ("video", "audio", "gap") or inside[0].find("timeMap") is not None:
        return None
    found = inside[0]
    shift = start_of(found, resources) - time_of(found, "offset")
    attached = [child for child in found if is_piece(child)]
    if any(child.tag != "audio" or child.find("timeMap") is not None or len(contained(child)) for child in attached):
        return None
    asset = resources.assets.get(found.get("ref", ""))
    if found.tag != "gap" and asset is None:
        return None
    sounds: dict[tuple[str, str], Sound] = {}
    heard = [(found, shift)] if found.tag == "audio" else []
    heard += [(a, shift + start_of(a, resources) - time_of(a, "offset")) for a in attached]
    for audio, by in heard:
        own = resources.assets.get(audio.get("ref", ""))
        if own is not None and flag(audio, "enabled", True):
            # One component of each role: its channels are one sound.
            sounds.setdefault((audio.get("ref", ""), audio.get("role", "")), Sound(own, audio, by))
    picture = found.tag == "video" and asset is not None and asset.has_video
    if not picture and not sounds:
        return None
    return Leaf(name_of(element, found.get("name") or ""), asset, shift, picture, tuple(sounds.values()))
