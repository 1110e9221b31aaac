"""Hits of the music as timeline markers; those that the user has not moved or renamed are replaced on the next run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from .own import own_strips
from .rates import frames_near

Markers = tuple[tuple[int, str], ...]
"""(frame, name) of each."""


def own_markers(scene: Any) -> set[tuple[int, str]]:
    """Every marker that Cutscore set in a scene and noted on its strips, as (frame, name)."""
    if scene.sequence_editor is None:
        return set()
    return {marker for own in own_strips(scene) for marker in own.facts.markers}


def hits_of(cue: Mapping[str, Any], start: int, frames: int, rate: Fraction) -> Markers:
    """The hits of a cue file as markers, from the frame `start` at which the music begins."""
    found = []
    for number, hit in enumerate(cue.get("hits") or (), start=1):
        frame = frames_near(float(hit["time"]), rate)
        if 0 <= frame < frames:
            found.append((start + frame, f"hit {number} {hit.get('kind', '')}".strip()))
    return tuple(found)


def remove(scene: Any, markers: Iterable[tuple[int, str]]) -> None:
    """Take markers away that are still where and what they were."""
    gone = set(markers)
    for marker in [marker for marker in scene.timeline_markers if (marker.frame, marker.name) in gone]:
        scene.timeline_markers.remove(marker)


def add(scene: Any, markers: Sequence[tuple[int, str]]) -> None:
    """Set markers."""
    for frame, name in markers:
        scene.timeline_markers.new(name, frame=frame)
