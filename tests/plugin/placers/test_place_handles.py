"""Handles: sound in the file before and after the clip, which the clip does not play until its edges are drawn."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import opentimelineio as otio

from cutscore.placers import Placed, PlacedMusic, place


def laid(project: Path, music: PlacedMusic, handles: tuple[int, int]) -> Placed:
    """The music placed in place, its file holding `handles` frames more."""
    music = replace(music, cue=replace(music.cue, handle_frames=handles))
    return place(music, project, output_folder=project.parent / "out", in_place=True)


def music_clip(project: Path) -> otio.schema.Clip:
    """Our clip as OpenTimelineIO reads it."""
    timeline = otio.adapters.read_from_file(str(project))
    return next(c for c in timeline.find_clips() if "cutscore" in c.metadata)


def frames(range_: Any) -> tuple[int, int]:
    """Start and length of a TimeRange in frames."""
    return int(range_.start_time.value), int(range_.duration.value)


def test_the_clip_plays_the_music_and_not_its_handles(edit: Path, make_music: Callable[..., PlacedMusic]) -> None:
    """The media holds both handles; the clip begins behind the first and is as long as the picture."""
    laid(edit, make_music(48), (12, 24))
    clip = music_clip(edit)
    assert (0, 84) == frames(clip.media_reference.available_range)
    assert (12, 48) == frames(clip.source_range)
    timeline = otio.adapters.read_from_file(str(edit))
    (track,) = (t for t in timeline.tracks if "cutscore" in t.metadata)
    assert [(0, 48)] == [frames(item.range_in_parent()) for item in track]


def test_hits_stand_on_the_picture(edit: Path, make_music: Callable[..., PlacedMusic]) -> None:
    """A marker's frame counts from the beginning of the media, handle included."""
    laid(edit, make_music(48), (12, 24))
    clip = music_clip(edit)
    # 0.48 s and 1.2 s at 24 frames a second.
    assert [12 + 12, 12 + 29] == [int(marker.marked_range.start_time.value) for marker in clip.markers]


def test_what_was_drawn_out_stays_drawn_out(edit: Path, make_music: Callable[..., PlacedMusic]) -> None:
    """The user lets the ring-out be heard for ten frames: the next version does so too, and it is no moved clip."""
    laid(edit, make_music(48), (12, 24))
    data = json.loads(edit.read_bytes())
    clip = data["tracks"]["children"][-1]["children"][-1]
    clip["source_range"]["duration"]["value"] += 10
    edit.write_text(json.dumps(data, indent=1))
    placed = laid(edit, make_music(48, level=2, name="two.wav"), (12, 24))
    assert () == placed.warnings
    assert (12, 58) == frames(music_clip(edit).source_range)
    again = laid(edit, make_music(48, level=3, name="three.wav"), (0, 4))
    assert () == again.warnings
    assert (0, 52) == frames(music_clip(edit).source_range)
