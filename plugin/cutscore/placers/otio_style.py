"""How an OTIO file spells things: schema versions, rates, numbers, track kinds, media paths.

What Cutscore adds is written in the same manner, so that the program that wrote the file can read
it back, and a person sees one hand.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from cutscore.placers.json_text import JsonText, Raw, Value, load
from cutscore.placers.json_write import Layout, layout_of
from cutscore.placers.media_url import Spelling, spelling_of
from cutscore_composer.timebase import nearest_rate

_RATE = re.compile(rb'"rate"\s*:\s*(-?[0-9][-+0-9.eE]*)')
_VALUE = re.compile(rb'"value"\s*:\s*-?[0-9]+(\.[0-9]+)?')
_SCHEMA = re.compile(rb'"OTIO_SCHEMA"\s*:\s*"(Clip|Track|Sequence|Gap|Filler)\.([0-9]+)"')
_KIND = re.compile(rb'"kind"\s*:\s*"(Audio|Video|audio|video)"')
_MEDIA = re.compile(rb'"target_url(?:_base)?"\s*:\s*("(?:[^"\\]++|\\.)*+")', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Style:
    """The manner of one file, for music at one rate."""

    layout: Layout
    rate: Raw
    """The rate as the file spells it."""
    exact_rate: Fraction
    floats: bool
    """Whether whole numbers are written as "24.0"."""
    track_schema: str
    clip_version: int
    """1: one `media_reference`; 2: `media_references` by key."""
    audio_kind: str
    enabled_field: bool
    """Whether items have the field `enabled`."""
    media: Spelling
    resolve: bool
    """Whether the file has the shape of DaVinci Resolve."""

    def number(self, value: int) -> Raw:
        """A whole number as the file writes them."""
        return Raw(f"{value}.0" if self.floats else str(value))


def style_of(doc: JsonText, rate: Fraction) -> Style:
    """The manner of a document; `rate` is the timeline's exact rate."""
    schemas = {(name.decode(), int(version)) for name, version in set(_SCHEMA.findall(doc.data))}
    clip_versions = {version for name, version in schemas if name == "Clip"}
    old_tracks = any(name == "Sequence" for name, _ in schemas) and not any(name == "Track" for name, _ in schemas)
    kinds = set(_KIND.findall(doc.data))
    fractions = Counter(bool(found) for found in _VALUE.findall(doc.data))
    floats = fractions[True] >= fractions[False]
    resolve = b'"Resolve OTIO Meta Version"' in doc.data
    version = 1 if clip_versions and max(clip_versions) < 2 else 2
    return Style(
        layout=layout_of(doc),
        rate=rate_spelling(doc, rate, floats),
        exact_rate=rate,
        floats=floats,
        track_schema="Sequence.1" if old_tracks else "Track.1",
        clip_version=version,
        audio_kind="audio" if kinds and all(kind.islower() for kind in kinds) else "Audio",
        enabled_field=version == 2 or b'"enabled"' in doc.data,
        media="absolute path" if resolve else spelling_of(media_urls(doc.data)),
        resolve=resolve,
    )


def rate_spelling(doc: JsonText, rate: Fraction, floats: bool = True) -> Raw:
    """The file's own most frequent number for `rate` ("23.976024627685547"), else the nearest float."""
    found = Counter(_RATE.findall(doc.data))
    for literal, _ in found.most_common():
        if _is_rate(literal, rate):
            return Raw(literal.decode("ascii"))
    whole = rate.denominator == 1 and not floats
    return Raw(str(rate.numerator) if whole else repr(float(rate)))


def media_references(data: bytes) -> list[tuple[Value, str]]:
    """Every media reference in the text: where it stands (with its quotes) and what it says."""
    said: dict[bytes, str] = {}
    references = []
    for found in _MEDIA.finditer(data):
        if found[1] not in said:
            said[found[1]] = load(found[1])
        references.append((Value(found.start(1), found.end(1)), said[found[1]]))
    return references


def media_urls(data: bytes) -> list[str]:
    """The different media references in the text."""
    return [load(found) for found in dict.fromkeys(_MEDIA.findall(data))]


def _is_rate(literal: bytes, rate: Fraction) -> bool:
    try:
        return nearest_rate(float(literal)) == rate
    except (ValueError, OverflowError):
        return False
