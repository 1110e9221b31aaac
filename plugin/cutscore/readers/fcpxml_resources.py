"""The <resources> of an FCPXML file by their ids: formats, assets, effects, and media (compounds, multicams)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from lxml import etree

from cutscore.readers.fcpxml_values import flag, name_of, rate_of_format, seconds_of, time_of

Element = etree._Element
_SOUND_FILES = (".wav", ".aif", ".aiff", ".caf", ".mp3", ".m4a", ".aac", ".flac", ".bwf", ".ogg")


@dataclass(frozen=True, slots=True)
class Asset:
    """A media file."""

    name: str
    url: str
    start: Fraction
    """Timecode of its first frame, in seconds; clips count from it."""
    duration: Fraction
    """Seconds; 0 for a still picture."""
    has_video: bool
    has_audio: bool
    rate: Fraction | None
    """Frames, or for sound alone samples, a second."""


class Resources:
    """What the file defines once and names by id."""

    def __init__(self, root: Element) -> None:
        found = [child for resources in root.iterfind("resources") for child in resources]
        self.rates = {e.get("id", ""): rate_of_format(e) for e in found if e.tag == "format"}
        self.media = {e.get("id", ""): e for e in found if e.tag == "media"}
        self.effects = {e.get("id", ""): e for e in found if e.tag == "effect"}
        self.assets = {e.get("id", ""): self._asset(e) for e in found if e.tag == "asset"}

    def rate(self, element: Element) -> Fraction | None:
        """The frame rate of the format that an element names."""
        return self.rates.get(element.get("format", ""))

    def _asset(self, element: Element) -> Asset:
        url = _url(element)
        says = element.get("hasVideo") is not None or element.get("hasAudio") is not None
        sounds = url.casefold().endswith(_SOUND_FILES)
        has_video = flag(element, "hasVideo", not says and not sounds)
        return Asset(
            name=name_of(element),
            url=url,
            start=time_of(element, "start"),
            duration=time_of(element, "duration"),
            has_video=has_video,
            has_audio=flag(element, "hasAudio", not says),
            rate=self.rate(element) if has_video else _sample_rate(element),
        )


def _url(element: Element) -> str:
    """Where the original lies: <media-rep> since 1.9, `src` before; a proxy where nothing else is named."""
    copies = [rep for rep in element.iterfind("media-rep") if rep.get("src")]
    copies.sort(key=lambda rep: rep.get("kind", "original-media") != "original-media")
    return (copies[0].get("src") if copies else element.get("src")) or ""


def _sample_rate(element: Element) -> Fraction | None:
    text = (element.get("audioRate") or "").strip().casefold()
    thousands = text.endswith("k")
    try:
        rate = Fraction(text.removesuffix("k")) * (1000 if thousands else 1)
    except (ValueError, ZeroDivisionError):
        return None
    return rate if 1000 < rate <= 768_000 else None


def is_dissolve(effect: Element | None) -> bool:
    """Whether a transition's effect is Final Cut's own cross dissolve, whatever language names it."""
    return effect is not None and "4731E73A-8DAC-4113-9A30-AE85B1761265" in (effect.get("uid") or "")


def length_of_sequence(element: Element) -> Fraction | None:
    """Seconds that a <sequence> says it lasts."""
    return seconds_of(element, "duration")
