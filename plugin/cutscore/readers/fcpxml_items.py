"""The single items of FCPXML as OTIO clips: media, titles and generators, sounds with their roles, markers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import opentimelineio as otio
from lxml import etree

from cutscore.readers.fcpxml_pace import Pace
from cutscore.readers.fcpxml_resources import Asset
from cutscore.readers.fcpxml_tracks import RationalTime, TimeRange, time
from cutscore.readers.fcpxml_values import flag, seconds_of
from cutscore.readers.sounds import OUR_KEY
from cutscore.readers.timeline import SEALED

Element = etree._Element
SILENT_DB = -96.0
"""The volume at which Final Cut hears nothing."""
_MARKERS = ("marker", "chapter-marker")


def media_clip(
    name: str, asset: Asset | None, pace: Pace, seconds: Fraction, rate: Fraction, warnings: list[str]
) -> Any:
    """A clip of a media file, from the media's time `pace.first`."""
    if asset is None:
        clip = otio.schema.Clip(name, otio.schema.MissingReference(name=name))
        clip.source_range = TimeRange(time(Fraction(0), rate), time(seconds, rate))
        return clip
    own = asset.rate or rate
    still = asset.has_video and asset.duration == 0
    first = Fraction(0) if still else pace.first - asset.start
    if asset.start > 0 and first + seconds * abs(pace.speed) <= 0 <= pace.first:
        warnings.append(f"Clip '{name}' begins before its media's timecode; it is counted from the first frame.")
        first = pace.first
    available = TimeRange(time(Fraction(0), own), time(asset.duration, own))
    clip = otio.schema.Clip(name)
    clip.media_reference = (
        otio.schema.ExternalReference(asset.url, available)
        if asset.url
        else otio.schema.MissingReference(name=asset.name or name, available_range=available)
    )
    clip.source_range = TimeRange(time(first, own), time(seconds, rate))
    if not still:
        set_speed(clip, pace.speed)
    return clip


def generator(name: str, kind: str, seconds: Fraction, rate: Fraction, markers: list[Any]) -> Any:
    """A title or generator. It has no media: the names of a track's clips leave it out."""
    clip = otio.schema.Clip(name, otio.schema.GeneratorReference(name, kind or "generator"))
    clip.source_range = TimeRange(time(Fraction(0), rate), time(seconds, rate))
    clip.markers.extend(markers)
    stack = otio.schema.Stack(name)
    stack.append(clip)
    stack.metadata["cutscore_reader"] = SEALED
    return stack


def set_speed(item: Any, speed: Fraction) -> None:
    """Give an OTIO item its speed."""
    if speed == 0:
        item.effects.append(otio.schema.FreezeFrame())
    elif speed != 1:
        item.effects.append(otio.schema.LinearTimeWarp(time_scalar=float(speed)))


def set_sound(clip: Any, element: Element, *, heard: bool = True) -> None:
    """Give a sound its role and say whether it is heard at all."""
    sources = list(element.iterfind("audio-channel-source"))
    active = [source for source in sources if flag(source, "enabled", True) and flag(source, "active", True)]
    roles = (*(source.get("role") for source in active), element.get("audioRole"), element.get("role"))
    role = next((role for role in roles if role), None)
    if role:
        clip.metadata["fcpxml"] = {"role": role}
    if is_ours(element):
        clip.metadata[OUR_KEY] = {}
    clip.enabled = heard and flag(element, "enabled", True) and bool(active or not sources) and not _is_silent(element)


def is_ours(element: Element) -> bool:
    """Whether Cutscore placed a clip: its notes are in the clip's note."""
    return "cutscore.place/" in (element.findtext("note") or "")


def _is_silent(element: Element) -> bool:
    """Whether its volume is turned all the way down, without keyframes."""
    volume = element.find("adjust-volume")
    if volume is None or len(volume):
        return False
    try:
        return float((volume.get("amount") or "0").casefold().removesuffix("db")) <= SILENT_DB
    except ValueError:
        return False


class MarkerReader:
    """Reads the markers of elements; counts those that lie outside the part of their clip that is used."""

    def __init__(self, rate: Fraction) -> None:
        self.rate = rate
        self.outside = 0

    def found(self, element: Element, start: Fraction, stretch: Fraction, seconds: Fraction) -> Iterator[Any]:
        """Markers of an element that begins at `start` of its own time, in frames from its beginning."""
        for marker in element:
            if marker.tag not in _MARKERS:
                continue
            at = seconds_of(marker, "start")
            if at is None:
                continue
            hour, at = at - self._hour(), (at - start) * stretch
            if element.tag == "title" and not 0 <= at < seconds and 0 <= hour < seconds:
                at = hour
            if not 0 <= at < seconds:
                self.outside += 1
                continue
            length = seconds_of(marker, "duration") or Fraction(0)
            # Final Cut gives every marker a length of one frame (of one sample on a sound).
            length = length * stretch if length * self.rate > 2 else Fraction(0)
            found = otio.schema.Marker(
                marker.get("value") or "", TimeRange(time(at, self.rate), time(length, self.rate)), self._color(marker)
            )
            found.comment = marker.get("note") or ""
            yield found

    def _hour(self) -> Fraction:
        """One hour of timecode in seconds: the markers of older titles count from there, whatever their start."""
        return Fraction(3600 * 1001, 1000) if self.rate.denominator == 1001 else Fraction(3600)

    def _color(self, marker: Element) -> str:
        """As Final Cut shows it: chapters orange, to-do red, done green, others blue."""
        if marker.tag == "chapter-marker":
            return str(otio.schema.MarkerColor.ORANGE)
        done = marker.get("completed")
        colors = otio.schema.MarkerColor
        return str(colors.BLUE if done is None else colors.GREEN if done.strip() == "1" else colors.RED)

    def on_media(self, markers: Iterator[Any], clip: Any) -> None:
        """Put markers on a clip of media: there they count in its source, as it is played."""
        warps = [e.time_scalar for e in clip.effects if type(e) is otio.schema.LinearTimeWarp]
        speed = warps[0] if warps else 1.0
        source = clip.source_range
        first = source.start_time.value / source.start_time.rate * float(self.rate)
        for marker in markers:
            at, length = marker.marked_range.start_time.value, marker.marked_range.duration.value
            if speed < 0:
                at = source.duration.value - 1 - at
            marker.marked_range = TimeRange(
                RationalTime(first + max(at, 0.0) * abs(speed), float(self.rate)),
                RationalTime(length * abs(speed), float(self.rate)),
            )
            clip.markers.append(marker)
