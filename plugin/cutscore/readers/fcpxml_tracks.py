"""From the storylines of Final Cut to tracks: what lies in one lane becomes one OTIO track, lowest lane first.

Final Cut has no tracks. The primary storyline is the lane (); what is connected to it in lane 2 is (2,);
what is connected to that in lane −1 is (2, −1), which is seen under it and over everything in lane 1.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

import opentimelineio as otio

from cutscore.readers.timeline import SEALED

Lane = tuple[int, ...]
RationalTime, TimeRange = otio.opentime.RationalTime, otio.opentime.TimeRange


@dataclass(frozen=True, slots=True)
class Placed:
    """An OTIO item in its place, in seconds of the composition that holds it."""

    lane: Lane
    start: Fraction
    seconds: Fraction
    kind: Literal["picture", "sound", "gap"]
    item: Any

    @property
    def end(self) -> Fraction:
        """Where it ends, in seconds."""
        return self.start + self.seconds


@dataclass(frozen=True, slots=True)
class Over:
    """A transition of a storyline: its range in seconds, not yet its cut."""

    lane: Lane
    start: Fraction
    seconds: Fraction
    name: str
    is_dissolve: bool


@dataclass(slots=True)
class Story:
    """What one composition holds: a sequence, a compound clip, an angle."""

    placed: list[Placed] = field(default_factory=list)
    overs: list[Over] = field(default_factory=list)
    markers: list[Any] = field(default_factory=list)
    """OTIO markers of what is no single clip of picture, in frames of the composition."""

    @property
    def begin(self) -> Fraction:
        """Where its earliest item begins, in seconds, 0 or below."""
        return min((placed.start for placed in self.placed if placed.start < 0), default=Fraction(0))

    @property
    def end(self) -> Fraction:
        """Where its last item ends, in seconds."""
        return max((placed.end for placed in self.placed), default=Fraction(0))

    def holds(self, kind: str) -> bool:
        """Whether any picture or any sound is in it."""
        return any(placed.kind == kind for placed in self.placed)


@dataclass(frozen=True, slots=True)
class Tracks:
    """The OTIO tracks of a composition."""

    video: list[Any]
    audio: list[Any]
    """Lanes of sound alone."""
    embedded: list[Any]
    """The sound of clips that have a picture too."""


def tracks_of(story: Story, rate: Fraction, warnings: list[str]) -> Tracks:
    """The tracks of a composition; what overlaps in one lane gets a track of its own above it."""
    tracks = Tracks([], [], [])
    depth = max((len(placed.lane) for placed in story.placed), default=0)
    lanes = sorted(
        {placed.lane for placed in story.placed}, key=lambda lane: (lane + (0,) * (depth - len(lane)), len(lane))
    )
    origin = story.begin
    for lane in lanes:
        inside = [placed for placed in story.placed if placed.lane == lane]
        sounds = [placed for placed in inside if placed.kind == "sound"]
        gaps = [placed for placed in inside if placed.kind == "gap"]
        pictures = [placed for placed in inside if placed.kind == "picture"]
        name = f"Lane {'.'.join(map(str, lane))}" if lane else "Storyline"
        if pictures or not sounds:
            overs = [over for over in story.overs if over.lane == lane]
            for row in _rows([*pictures, *gaps]):
                tracks.video.append(_track(name, "Video", row, overs, origin, rate))
            for over in overs:
                warnings.append(f"Transition '{over.name}' lies over no cut; it is left out.")
            for row in _rows(sounds):
                track = _track(name, "Audio", row, [], origin, rate)
                track.metadata["cutscore_reader"] = SEALED
                tracks.embedded.append(track)
        else:
            tracks.audio.extend(_track(name, "Audio", row, [], origin, rate) for row in _rows([*sounds, *gaps]))
    return tracks


def _rows(items: list[Placed]) -> list[list[Placed]]:
    """Items in order of their starts, in as few rows as they need without overlaps."""
    rows: list[list[Placed]] = []
    for placed in sorted(items, key=lambda placed: placed.start):
        row = next((row for row in rows if row[-1].end <= placed.start), None)
        if row is None:
            rows.append([placed])
        else:
            row.append(placed)
    return rows


def _track(name: str, kind: str, row: list[Placed], overs: list[Over], origin: Fraction, rate: Fraction) -> Any:
    """One row as an OTIO track, gaps in its holes; the transitions over its cuts are taken out of `overs`."""
    track = otio.schema.Track(name, kind=kind)
    cuts = _cuts(row, overs)
    position = origin
    for placed in row:
        if placed.start > position:
            if position in cuts and len(track):
                track.append(_transition(*cuts.pop(position), rate))
            track.append(gap(placed.start - position, rate))
        if placed.start in cuts:
            before, after, over = cuts.pop(placed.start)
            track.append(_transition(before if len(track) else Fraction(0), after, over, rate))
        track.append(placed.item)
        position = placed.end
    if position in cuts:
        before, _, over = cuts.pop(position)
        track.append(_transition(before, Fraction(0), over, rate))
    return track


def _cuts(row: list[Placed], overs: list[Over]) -> dict[Fraction, tuple[Fraction, Fraction, Over]]:
    """The cut under each transition: the edge of an item nearest to its middle; seconds before and after it."""
    cuts: dict[Fraction, tuple[Fraction, Fraction, Over]] = {}
    if not overs:
        return cuts
    edges = sorted({edge for placed in row for edge in (placed.start, placed.end)})
    left: list[Over] = []
    for over in overs:
        last, middle = over.start + over.seconds, over.start + over.seconds / 2
        index = bisect_left(edges, middle)
        near = [edge for edge in edges[max(0, index - 1) : index + 1] if over.start <= edge <= last]
        if near:
            cut = min(near, key=lambda edge: abs(edge - middle))
            cuts[cut] = (cut - over.start, last - cut, over)
        else:
            left.append(over)
    overs[:] = left
    return cuts


def _transition(before: Fraction, after: Fraction, over: Over, rate: Fraction) -> Any:
    kinds = otio.schema.TransitionTypes
    return otio.schema.Transition(
        over.name,
        kinds.SMPTE_Dissolve if over.is_dissolve else kinds.Custom,
        time(before, rate),
        time(after, rate),
    )


def gap(seconds: Fraction, rate: Fraction) -> Any:
    """An OTIO gap."""
    return otio.schema.Gap(source_range=TimeRange(time(Fraction(0), rate), time(seconds, rate)))


def time(seconds: Fraction, rate: Fraction) -> Any:
    """Seconds as an OTIO time that counts at `rate`."""
    return RationalTime(float(seconds * rate), float(rate))
