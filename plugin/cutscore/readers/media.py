"""Media of a timeline's clips: what each reference means, where its file lies, and what the file holds.

Every file is looked for once and probed once, however many clips use it.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import unquote

import opentimelineio as otio

from cutscore.media_links import Found, MediaFinder
from cutscore.readers.exact import exact_rate, exact_value, seconds_between
from cutscore_composer.errors import InputRefused
from cutscore_composer.media.probe import MediaFacts, probe
from cutscore_composer.timebase import frame_of_timecode

NAMED = 40
"""Missing media that a warning names one by one."""
ExternalReference, GeneratorReference = otio.schema.ExternalReference, otio.schema.GeneratorReference
ImageSequenceReference = otio.schema.ImageSequenceReference
PROBES = 8
"""Files probed at once: most of a probe is waiting for the disk."""


class Reference(NamedTuple):
    """What a clip's media reference says."""

    kind: Literal["file", "sequence", "generator", "missing"]
    wanted: str
    """The URL or path as spelled; for an image sequence its first file."""
    name: str
    """What the file may be called where no URL says it."""
    available: Any
    """The `otio.opentime.TimeRange` of the media, or None."""
    pattern: str = ""
    """An image sequence: the file names as a printf pattern."""
    image_start: int = 0
    image_step: int = 1
    image_rate: Fraction | None = None
    clip: str = ""
    """Name of the clip, for a person to read."""


@dataclass(frozen=True, slots=True)
class Medium:
    """A file that was looked for."""

    path: Path | None
    facts: MediaFacts | None = None
    problem: str = ""
    """Why a file that was found is of no use."""

    @property
    def is_image(self) -> bool:
        """Whether it is a single picture."""
        return self.facts is not None and self.facts.is_image

    @property
    def has_picture(self) -> bool:
        """Whether anything of it can be seen."""
        return self.facts is not None and self.facts.main_video is not None


NOTHING = Medium(None)


class MediaBook:
    """Finds and probes the media of one timeline, and keeps what was found."""

    def __init__(self, finder: MediaFinder) -> None:
        self.finder = finder
        self.missing: dict[str, None] = {}
        """What was not found, as a person would call it, in order of use."""
        self._media: dict[tuple[str, str], Medium] = {}
        self._facts: dict[Path, MediaFacts | str] = {}
        self._moved: dict[str, Found] = {}
        self._beyond: dict[str, None] = {}
        self._by_hour: dict[str, None] = {}

    def settle(self, references: Iterable[Reference]) -> None:
        """Find and probe what these refer to, several files at once."""
        wanted = {(r.wanted, r.name): r for r in references if r.kind != "generator"}
        found = {key: self.finder.find(*key) for key in wanted if key not in self._media}
        paths = dict.fromkeys(f.path for f in found.values() if f is not None and f.path not in self._facts)
        if paths:
            with ThreadPoolExecutor(max_workers=min(PROBES, len(paths))) as pool:
                self._facts.update(zip(paths, pool.map(_facts_or_problem, paths), strict=True))
        for key, place in found.items():
            self._media[key] = self._medium(wanted[key], place)

    def medium(self, reference: Reference) -> Medium:
        """The file that is referred to."""
        if reference.kind == "generator":
            return NOTHING
        medium = self._media.get((reference.wanted, reference.name))
        if medium is None:
            self.settle([reference])
            medium = self._media[reference.wanted, reference.name]
        if medium.path is None:
            self.missing[reference.wanted or reference.name or reference.clip or "a clip without a name"] = None
        return medium

    def _medium(self, reference: Reference, found: Found | None) -> Medium:
        if found is None:
            return Medium(None)
        if found.by_name:
            self._moved[reference.wanted or reference.name] = found
        facts = self._facts[found.path]
        if isinstance(facts, str):
            return Medium(found.path, None, facts)
        if reference.kind == "sequence":
            return Medium(found.path.parent / reference.pattern, facts)
        return Medium(found.path, facts)

    def length_of(self, clip: Any) -> Fraction | None:
        """Seconds of a clip's media from the file itself, or None."""
        facts = self.medium(reference_of(clip)).facts
        if facts is None or facts.is_image:
            return None
        return facts.main_video.duration_seconds if facts.main_video else facts.duration_seconds

    def source_in(self, reference: Reference, source: Any) -> Fraction:
        """Seconds from the media's first frame to the start of the range `source` (None: 0)."""
        if source is None:
            return Fraction(0)
        start = source.start_time
        if reference.available is not None:
            return seconds_between(start, reference.available.start_time)
        seconds = exact_value(start.value) / exact_rate(start.rate)
        if reference.kind == "sequence":
            first = reference.image_start / (reference.image_rate or exact_rate(start.rate))
            return seconds - first if seconds >= first else seconds
        return seconds - self._embedded_start(reference, seconds)

    def _embedded_start(self, reference: Reference, seconds: Fraction) -> Fraction:
        """The media's own start timecode in seconds, where a range without available_range counts from it."""
        facts = self.medium(reference).facts
        if facts is None or facts.main_video is None:
            return Fraction(0)
        if facts.start_timecode:
            rate = facts.main_video.rate
            try:
                first = frame_of_timecode(facts.start_timecode, rate) / rate
            except ValueError:
                first = Fraction(0)
            return first if seconds >= first else Fraction(0)
        # Tapes and many exports begin at a full hour that a copy of the file no longer tells.
        hours = Fraction(seconds // 3600 * 3600)
        if seconds >= facts.main_video.duration_seconds > seconds - hours:
            self._by_hour[facts.path.name] = None
            return hours
        return Fraction(0)

    def tell_beyond(self, reference: Reference, first: Fraction, last: Fraction) -> None:
        """Note a clip that uses source seconds before the beginning or after the end of its media."""
        facts = self.medium(reference).facts
        if facts is None or facts.main_video is None or facts.is_image:
            return
        step = 1 / facts.main_video.rate
        if min(first, last) < -step or max(first, last) >= facts.main_video.duration_seconds + step:
            self._beyond[reference.clip or str(facts.path)] = None

    def warnings(self) -> list[str]:
        """What a person should know of the media, each file by name."""
        said = list(self.finder.warnings)
        if self.missing:
            said.append(f"{len(self.missing)} media not found, shown as black: {_names(self.missing)}.")
        for wanted, found in self._moved.items():
            others = (
                f" ({len(found.others) + 1} files of this name; the nearest path was taken)" if found.others else ""
            )
            said.append(f"'{_last(wanted)}' is not where the timeline says; taken by its name: {found.path}{others}.")
        if self._by_hour:
            said.append(f"Media without timecode, counted from the full hour: {_names(self._by_hour)}.")
        if self._beyond:
            said.append(f"{len(self._beyond)} clips reach beyond the ends of their media: {_names(self._beyond)}.")
        said += dict.fromkeys(medium.problem for medium in self._media.values() if medium.problem)
        return said

    def refuse_missing(self, path: Path) -> None:
        """Raise InputRefused with every missing and unusable file, for strict reading."""
        unusable = [str(medium.path) for medium in self._media.values() if medium.problem]
        if self.missing or unusable:
            raise InputRefused(
                f"{path}: {len(self.missing) + len(unusable)} media cannot be used: "
                f"{', '.join([*self.missing, *unusable])}; name their folder with the media search setting."
            )


def _facts_or_problem(path: Path) -> MediaFacts | str:
    try:
        return probe(path)
    except InputRefused as error:
        return str(error)


def _names(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return ", ".join(f"'{_last(name)}'" for name in listed[:NAMED]) + more


def _last(wanted: str) -> str:
    """The file name of a reference, for a person to read."""
    if wanted.casefold().startswith("file:"):
        wanted = unquote(wanted)
    return wanted.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1] or wanted


def reference_of(clip: Any) -> Reference:
    """What an `otio.schema.Clip` refers to."""
    reference, clip_name = clip.media_reference, clip.name or ""
    if isinstance(reference, ExternalReference):
        url = reference.target_url or ""
        return Reference("file", url, "" if url else clip_name, reference.available_range, clip=clip_name)
    if isinstance(reference, GeneratorReference):
        return Reference("generator", "", reference.name or reference.generator_kind or "", reference.available_range)
    if isinstance(reference, ImageSequenceReference):
        return _sequence(reference, clip_name)
    available = reference.available_range if reference is not None else None
    name = (reference.name if reference is not None else "") or clip_name
    return Reference("missing", "", name, available, clip=clip_name)


def _sequence(reference: Any, clip_name: str) -> Reference:
    base, prefix, suffix = reference.target_url_base or "", reference.name_prefix or "", reference.name_suffix or ""
    padding, start = max(0, reference.frame_zero_padding), reference.start_frame
    if base and not base.endswith(("/", "\\")):
        base += "/"
    digits = f"%0{padding}d" if padding else "%d"
    pattern = prefix.replace("%", "%%") + digits + suffix.replace("%", "%%")
    return Reference(
        kind="sequence",
        wanted=f"{base}{prefix}{start:0{padding}d}{suffix}",
        name="",
        available=reference.available_range,
        pattern=pattern,
        image_start=start,
        image_step=max(1, abs(reference.frame_step)),
        image_rate=exact_rate(reference.rate) if reference.rate > 0 else None,
        clip=clip_name,
    )
