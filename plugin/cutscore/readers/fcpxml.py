"""Reading FCPXML (Final Cut Pro, DaVinci Resolve): our own reader, as the public adapter takes 23.976 for 25, adds
the start timecode to the length, and reads multicams and transitions as nothing.

Read are versions 1.8 to 1.13, as .fcpxml or as the .fcpxmld bundle around it. Final Cut has no tracks: each lane
of connected clips is read as one. Times are exact fractions of a second throughout.
"""

from __future__ import annotations

import re
from fractions import Fraction
from math import floor
from pathlib import Path
from typing import Any

import opentimelineio as otio
from lxml import etree

from cutscore.cut import TrackCounts
from cutscore.readers import safe_xml
from cutscore.readers.fcpxml_resources import Resources, length_of_sequence
from cutscore.readers.fcpxml_story import StoryReader
from cutscore.readers.fcpxml_tracks import RationalTime, Story, TimeRange, Tracks, time, tracks_of
from cutscore.readers.fcpxml_values import name_of, time_of
from cutscore.readers.files import TimelineFile, read_bytes
from cutscore.readers.loaded import Loaded
from cutscore_composer.errors import InputRefused

Element = etree._Element
CONTENT = "Info.fcpxml"
"""The FCPXML file in a bundle."""
OLDEST, NEWEST = (1, 8), (1, 13)
"""Versions whose document type is known."""
_FIRST = (1, 4)
"""Before this version clips are told otherwise (no library, other rate conforming)."""


def load(file: TimelineFile) -> Loaded:
    """Read an .fcpxml file or an .fcpxmld bundle. Raises InputRefused with one sentence."""
    path = file.path
    folder, data = _content(file)
    root = safe_xml.parse(path, data, "fcpxml")
    warnings = version_warnings(path, root)
    name, sequence = main_sequence(path, root, warnings)
    resources = Resources(root)
    rate = resources.rate(sequence)
    if rate is None:
        raise InputRefused(f"{path}: the sequence of '{name}' names no frame rate; export it again.")
    if not 1 <= rate <= 1000:
        raise InputRefused(f"{path}: the sequence of '{name}' has {float(rate)} frames a second, which is no rate.")
    reader = StoryReader(resources, rate)
    reader.warnings = warnings
    story = reader.sequence(sequence)
    timeline, tracks = _timeline(name, sequence, story, reader)
    if reader.markers.outside:
        warnings.append(f"{reader.markers.outside} markers lie outside the part of their clips that is used; left out.")
    _compare_length(sequence, story, rate, warnings)
    return Loaded(
        timeline,
        folder,
        list(dict.fromkeys(warnings)),
        rate=rate,
        counts=TrackCounts(len(tracks.video), len(tracks.audio)),
        drop_frame=sequence.get("tcFormat", "").strip().upper() == "DF",
        search=(path.absolute().parent,) if folder != path.parent else (),
    )


def _content(file: TimelineFile) -> tuple[Path, bytes]:
    """The folder that relative media count from, and the bytes of the FCPXML."""
    path = file.path
    if path.suffix.casefold() != ".fcpxmld":
        return path.parent, file.data
    try:
        if path.is_dir():
            content = path / CONTENT
            if not content.is_file():
                raise InputRefused(f"{path} is no bundle: it holds no {CONTENT}.")
            return path, read_bytes(content)
    except OSError as error:
        raise InputRefused(f"{path} cannot be read ({error.strerror or error}); check its permissions.") from error
    if not path.exists():
        raise InputRefused(f"{path} does not exist; check the name.")
    raise InputRefused(f"{path} is no bundle: an .fcpxmld is a folder that holds {CONTENT}; unpack it if it is a zip.")


def version_warnings(path: Path, root: Element) -> list[str]:
    """What is to be said of the version. Raises InputRefused for one that cannot be read."""
    text = (root.get("version") or "").strip()
    match = re.fullmatch(r"(\d{1,3})\.(\d{1,3})", text)
    if match is None:
        raise InputRefused(f"{path} names no version of FCPXML ('{text[:20]}'); export it again.")
    version = (int(match[1]), int(match[2]))
    if version < _FIRST or version[0] > NEWEST[0]:
        raise InputRefused(f"{path} is FCPXML {text}; versions 1.8 to 1.13 are read, export it as one of them.")
    if version < OLDEST:
        return [f"FCPXML {text} is older than what is tested (1.8 to 1.13); compare cuts and length."]
    if version > NEWEST:
        return [f"FCPXML {text} is newer than what is known (1.8 to 1.13); compare cuts and length."]
    return []


def main_sequence(path: Path, root: Element, warnings: list[str], called: str | None = None) -> tuple[str, Element]:
    """Name and sequence of the project that is `called` so, else of the first that is not empty.

    Others are named in a warning.
    """
    projects = [project for project in root.iter("project") if project.find("sequence") is not None]
    projects = [project for project in projects if name_of(project) == called] or projects
    if not projects:
        clips = sum(1 for event in root.iter("event") for _ in event)
        raise InputRefused(
            f"{path} holds {f'an event of {clips} items' if clips else 'resources'} and no project; "
            "select a project in Final Cut Pro and export it with File, Export XML."
        )
    first = next((project for project in projects if len(project.findall("sequence/spine/*"))), projects[0])
    if len(projects) > 1:
        others = ", ".join(f"'{name_of(project)}'" for project in projects[:20] if project is not first)
        warnings.append(f"The file holds {len(projects)} projects; '{name_of(first)}' is read, not {others}.")
    sequence = first.find("sequence")
    assert sequence is not None
    if sequence.find("spine") is None:
        raise InputRefused(f"{path}: the project '{name_of(first)}' holds no storyline; export it again.")
    return name_of(first) or path.stem, sequence


def _timeline(name: str, sequence: Element, story: Story, reader: StoryReader) -> tuple[Any, Tracks]:
    """The OTIO timeline of the main sequence."""
    rate = reader.rate
    timeline = otio.schema.Timeline(name)
    timeline.global_start_time = time(time_of(sequence, "tcStart"), rate)
    tracks = tracks_of(story, rate, reader.warnings)
    timeline.tracks.extend([*tracks.video, *tracks.audio, *tracks.embedded])
    for marker in story.markers:
        # Markers of sounds fall between frames, which is nothing to warn of.
        frame, length = marker.marked_range.start_time.value, marker.marked_range.duration.value
        frame = floor(frame + 0.5) - float(story.begin * rate)
        marker.marked_range = TimeRange(*(RationalTime(float(n), float(rate)) for n in (frame, round(length))))
        timeline.tracks.markers.append(marker)
    if story.begin < 0:
        reader.warnings.append("Clips are connected before the start of the timeline; it begins with the storyline.")
        timeline.tracks.source_range = TimeRange(time(-story.begin, rate), time(story.end, rate))
    return timeline, tracks


def _compare_length(sequence: Element, story: Story, rate: Fraction, warnings: list[str]) -> None:
    """Say so where the sequence claims another length than its clips have: the clips are believed."""
    said = length_of_sequence(sequence)
    if said is not None and abs(said - story.end) > 1 / rate:
        warnings.append(
            f"The sequence says that it lasts {float(said):.3f} s; its clips last {float(story.end):.3f} s, "
            "which is believed."
        )
