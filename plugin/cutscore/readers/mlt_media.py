"""The media of MLT producers as OpenTimelineIO references: films, stills, image sequences, generators, names."""

from __future__ import annotations

import re
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal

import opentimelineio as otio

from cutscore.readers.mlt_items import length_of
from cutscore.readers.mlt_project import Project
from cutscore.readers.mlt_speed import warped_resource
from cutscore.readers.mlt_values import Element, flag, is_on, number
from cutscore.readers.sounds import OUR_KEY

_COLOURS = frozenset({"color", "colour"})
_SERVICES = "blipflash count glaxnimate kdenlivetitle kdenlivetext noise pango pangotext plasma qtext tone webvfx"
_GENERATORS = _COLOURS | frozenset(_SERVICES.split())
_IMAGES = frozenset({"qimage", "pixbuf"})
_PROJECTS = (".mlt", ".kdenlive", ".westley")
_NUMBERED = re.compile(
    r"(?P<prefix>.*?)%(?:0(?P<digits>\d{1,2}))?[du](?P<suffix>[^?]*)(?:\?begin[:=](?P<begin>\d+))?.*"
)
_LAST_NUMBER = re.compile(r"(?P<prefix>.*?)(?P<number>\d+)(?P<suffix>\D*)")
LONGEST_SHOWN = 900
"""Seconds that one picture of a slide show lasts at most."""
MAX_LISTED = 100_000
"""Files of a folder that are looked at for an image sequence."""


def name_of(project: Project, played: Element) -> str:
    """What the program calls a clip: its own name as written (Kdenlive's may be empty), the bin's, the file's."""
    own = project.properties(played)
    for properties in (own, project.bin_clips.get(own.get("kdenlive:id", ""), {})):
        for key in ("kdenlive:clipname", "shotcut:caption"):
            if key in properties:
                return properties[key]
    if own.get("mlt_service") in _COLOURS:
        return own.get("resource", "")
    return resource_of(project, own).replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]


def resource_of(project: Project, properties: dict[str, str]) -> str:
    """The file of a producer: what a proxy stands for where the program says it."""
    in_bin = project.bin_clips.get(properties.get("kdenlive:id", ""), {})
    for known in (properties, in_bin):
        original = known.get("kdenlive:originalurl", "").strip()
        proxy = known.get("kdenlive:proxy", "").strip()
        if original and proxy not in ("", "-"):
            return original
    if flag(properties, "shotcut:proxy") and properties.get("shotcut:resource"):
        return properties["shotcut:resource"]
    if properties.get("mlt_service") == "timewarp":
        return warped_resource(properties)
    return properties.get("resource", "")


def is_generator(properties: dict[str, str]) -> bool:
    """Whether a producer makes its picture itself: a colour, a title, a test signal."""
    service = properties.get("kdenlive:orig_service") or properties.get("mlt_service", "")
    resource = properties.get("resource", "")
    return (
        service in _GENERATORS
        or service.startswith(("frei0r.", "lavfi"))
        or resource.startswith(("color:", "colour:", "count:", "noise:", "frei0r.", "+"))
    )


def has(kind: Literal["video", "audio"], project: Project, played: Element) -> bool:
    """Whether a clip has picture or sound: nested projects may, stills and generators have no sound."""
    if played.tag in ("playlist", "tractor"):
        return True
    properties = project.properties(played)
    if kind == "video":
        if _is_transparent(properties):
            return False
        return properties.get("video_index", "0").strip() != "-1" and properties.get("mlt_service") != "tone"
    if properties.get("mlt_service") in _IMAGES or is_generator(properties):
        return False
    return properties.get("audio_index", "0").strip() != "-1"


def _is_transparent(properties: dict[str, str]) -> bool:
    """Whether a clip is a colour without any cover, on which Shotcut writes its titles: what lies below is seen.

    Colours are #AARRGGBB or 0xRRGGBBAA.
    """
    if properties.get("mlt_service") not in _COLOURS:
        return False
    colour = properties.get("resource", "").strip().casefold()
    return (len(colour) == 9 and colour.startswith("#00")) or (
        len(colour) == 10 and colour.startswith("0x") and colour.endswith("00")
    )


def is_switched_off(kind: Literal["video", "audio"], project: Project, played: Element) -> bool:
    """Whether a clip's picture or sound is not played: Kdenlive disables clips, Shotcut mutes by a filter."""
    if kind == "audio" and any(_mutes(project, element) for element in played.iterfind("filter")):
        return True
    return flag(project.properties(played), "set.test_image" if kind == "video" else "set.test_audio")


def _mutes(project: Project, element: Element) -> bool:
    return project.properties(element).get("shotcut:filter") == "muteVolume" and is_on(element)


def is_noted(project: Project, played: Element) -> bool:
    """Whether a clip is music that Cutscore placed: its notes stand in Kdenlive's bin or with the clip itself."""
    own = project.properties(played)
    return OUR_KEY in own or OUR_KEY in project.bin_clips.get(own.get("kdenlive:id", ""), {})


def reference_of(project: Project, played: Element, rate: Fraction, speed: Fraction) -> Any:
    """The OpenTimelineIO media reference of a producer or chain; positions count from the first frame, from 0."""
    properties = project.properties(played)
    name = name_of(project, played)
    length = length_of(project, played) or 0
    own_speed = abs(speed) if properties.get("mlt_service") == "timewarp" else Fraction(1)
    available = otio.opentime.TimeRange(_time(Fraction(0), rate), _time(length * own_speed, rate))
    if is_generator(properties):
        service = properties.get("mlt_service", "") or "generator"
        return otio.schema.GeneratorReference(name or service, service, available)
    resource = resource_of(project, properties).strip()
    if not resource:
        return otio.schema.MissingReference(name=name, available_range=available)
    if properties.get("mlt_service") in _IMAGES and (found := _sequence(project, properties, resource, available)):
        return found
    if resource.casefold().endswith(_PROJECTS):
        project.warnings.append(
            f"'{name or resource}' is another project used as a clip ({resource}); it is not opened: render it, or "
            "put its clips into this one."
        )
    return otio.schema.ExternalReference(resource.replace("\\?", "?"), available)


def _sequence(project: Project, properties: dict[str, str], resource: str, available: Any) -> Any:
    """The reference of an image sequence ("img%04d.png?begin=12", ".all.png"), None for a still."""
    folder, slash, file = resource.rpartition("/")
    found = _NUMBERED.fullmatch(file)
    if found is not None:
        begin = found["begin"] or properties.get("begin", "") or "0"
        first, digits = int(begin) if begin.isdecimal() and len(begin) < 10 else 0, int(found["digits"] or 0)
        return _images(project, properties, folder + slash, found["prefix"], digits, found["suffix"], first, available)
    if not file.startswith(".all."):
        return None
    listed = _listed(project.folder / folder, file.removeprefix(".all"))
    numbered = [_LAST_NUMBER.fullmatch(name) for name in listed]
    shapes = {(m["prefix"], len(m["number"]), m["suffix"]) for m in numbered if m is not None}
    numbers = [int(m["number"]) for m in numbered if m is not None]
    if (
        len(shapes) == 1
        and len(numbers) == len(listed)
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    ):
        prefix, digits, suffix = next(iter(shapes))
        return _images(project, properties, folder + slash, prefix, digits, suffix, numbers[0], available)
    project.warnings.append(
        f"The slide show '{resource}' is not numbered without holes, or not found; it is read as its first picture."
    )
    return otio.schema.ExternalReference(f"{folder}{slash}{listed[0]}" if listed else resource, available)


def _listed(folder: Path, suffix: str) -> list[str]:
    """File names in a folder that end so, in MLT's order; a network path is not opened."""
    if str(folder).replace("\\", "/").startswith("//"):
        return []
    try:
        names = [entry.name for entry, _ in zip(folder.iterdir(), range(MAX_LISTED), strict=False)]
    except (OSError, ValueError):
        return []
    return sorted(name for name in names if name.casefold().endswith(suffix.casefold()))


def _images(
    project: Project,
    properties: dict[str, str],
    folder: str,
    prefix: str,
    digits: int,
    suffix: str,
    first: int,
    available: Any,
) -> Any:
    # MLT shows each picture for `ttl` frames, 25 where it is not said.
    shown = number(properties.get("ttl", "")) or Fraction(25)
    return otio.schema.ImageSequenceReference(
        target_url_base=folder,
        name_prefix=prefix,
        name_suffix=suffix,
        start_frame=first,
        rate=float(project.times.exact / min(max(shown, Fraction(1)), project.times.exact * LONGEST_SHOWN)),
        frame_zero_padding=digits,
        available_range=available,
    )


def _time(frames: Fraction, rate: Fraction) -> Any:
    return otio.opentime.RationalTime(float(frames), float(rate))
