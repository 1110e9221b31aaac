"""The sequence of a scene as an .otio file, and the part of it that is to be scored."""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from . import strip_times
from .footage import Library
from .hit_markers import own_markers
from .otio_text import Edit, Mark, timeline
from .own import is_own
from .picture import Viewer
from .rates import scene_rate
from .sounds import sounds_of


class NothingToScore(Exception):
    """The sequence cannot be scored; the message is one sentence for the person."""


@dataclass(frozen=True)
class Export:
    """An edit, ready to be written."""

    edit: Edit
    warnings: tuple[str, ...]
    part: tuple[int, int] | None
    """Frames (from the edit's first) of the part that is to be scored; None: all of it."""

    def range_text(self) -> tuple[str, str] | None:
        """The part as the command takes it: seconds from the edit's first frame."""
        if self.part is None:
            return None
        first, last = (f"{float(Fraction(frame) / self.edit.rate):.9f}" for frame in self.part)
        return first, last


def export_of(scene: Any, name: str, *, everything: bool = False) -> Export:
    """The edit that a scene's frame range shows, or with `everything` all of its strips.

    Raises NothingToScore where there are no strips, or none in the range.
    """
    editor = scene.sequence_editor
    strips = [] if editor is None else [strip for strip in strip_times.strips_of(editor) if not is_own(strip)]
    if not strips:
        raise NothingToScore(f"Scene '{scene.name}' has no strips in its Video Sequencer; add some first.")
    rate = scene_rate(scene.render.fps, scene.render.fps_base)
    library = Library(rate)
    first, last = scene.frame_start, scene.frame_end + 1
    if everything:
        first, last = min(map(strip_times.left, strips)), max(map(strip_times.right, strips))
    picture = Viewer(scene, library).stack(editor, first, last)
    sounds = sounds_of(scene, first, last, library)
    ends = [piece.end for piece in picture.pieces] + [sound.end for sound in sounds]
    if not picture.pieces:
        raise NothingToScore(
            f"Nothing is seen in frames {first} to {last - 1} of scene '{scene.name}'; check its frame range and mutes."
        )
    last = min(last, max(ends))
    if not everything and (after := [strip for strip in strips if strip_times.left(strip) >= scene.frame_end + 1]):
        library.tell(f"{len(after)} strips begin after the scene's last frame, {scene.frame_end}; they are not scored.")
    ours = own_markers(scene)
    marks = [Mark(mark.frame, mark.name) for mark in scene.timeline_markers if (mark.frame, mark.name) not in ours]
    edit = Edit(name, rate, first, last - first, picture, sounds, sorted(marks, key=lambda mark: mark.frame))
    return Export(edit, tuple(library.warnings), _part(scene, first, last))


def _part(scene: Any, first: int, last: int) -> tuple[int, int] | None:
    """The preview range in frames from the edit's first, where it is on and is not all."""
    if not scene.use_preview_range:
        return None
    begin, end = max(first, scene.frame_preview_start), min(last, scene.frame_preview_end + 1)
    if begin >= end:
        raise NothingToScore("The preview range lies outside the edit; move it or switch it off.")
    return None if (begin, end) == (first, last) else (begin - first, end - first)


def write(edit: Edit, path: str) -> None:
    """Write an edit as .otio; the file has its name only when it is whole. Raises OSError."""
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    handle, scratch = tempfile.mkstemp(prefix=".cutscore-", suffix=".part", dir=folder)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            # In one go and without indentation: json's quick way, ten times as fast.
            file.write(json.dumps(timeline(edit)))
            file.flush()
            os.fsync(file.fileno())
        os.chmod(scratch, 0o644)
        os.replace(scratch, path)
    except BaseException:
        os.unlink(scratch)
        raise
