"""Placers: music laid into the user's own project file; one file a format.

    placed = place(music, Path("edit.otio"), output_folder=Path("edit.cutscore"))
    placed.project        # edit.cutscore/edit.scored.otio

What a placer promises:

- The project is edited, not written anew: a music track is added, every other byte of meaning stays.
- The original is kept: the result is `NAME.scored.EXT`, or with `in_place` a copy is kept beside it.
- A second run replaces Cutscore's own clip and keeps the user's gain, fades, markers and trims; a clip
  that the user moved, cut, muted or locked is never replaced: the new version gets its own track and
  the old one is muted. The same music placed again changes nothing.
- A file is whole or not there; what the user changed in between is never overwritten.

A format is a module with one function `place_into(order) -> Placed`, listed by suffix in `FORMATS`;
all other formats go by way of `handoff`: an .otio of the scored timeline and the WAV, to be taken by
hand. What every format needs is in `names`, `safe_write` and `media_url`.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from cutscore_composer.cue import Cue
from cutscore_composer.errors import InputRefused, OutputFailed
from cutscore_composer.music import Stem

if TYPE_CHECKING:
    from cutscore.cut import Cut

FORMATS: Mapping[str, str] = {
    ".otio": "otio",
    ".otioz": "otioz",
    ".otiod": "otiod",
    ".kdenlive": "mlt",
    ".mlt": "mlt",
    ".xml": "fcp7",
    ".fcpxml": "fcpxml",
    ".fcpxmld": "fcpxml_bundle",
    ".edl": "edl",
}
"""Suffix → module of this package that writes the format."""


@dataclass(frozen=True, slots=True)
class PlacedMusic:
    """The music to place."""

    audio: Path
    """WAV, 48 kHz, 24 bit."""
    cue: Cue
    rate: Fraction
    """Rate of the timeline."""
    name: str = ""
    """What the clip is called; empty for the file's name."""
    provenance: Mapping[str, str] = field(default_factory=dict)
    """Engine, version, song id, ledger key, date: written into the clip's metadata."""
    stems: tuple[Stem, ...] = ()
    record_in: int = 0
    """Frame of the timeline at which the music begins (for a range; else 0)."""
    start_frame: int = 0
    """Start timecode of the timeline, as a frame number."""


@dataclass(frozen=True, slots=True)
class PlaceOptions:
    """How it is placed."""

    track_name: str = "Music (Cutscore)"
    hits_as_markers: bool = True
    gain_db: float = 0.0
    fade_in_frames: int = 0
    fade_out_frames: int = 0
    stems: bool = False
    """Whether the stems are laid on muted tracks of their own, where the format can."""
    duck: bool = False
    """Whether the cue's `duck` keyframes go onto the clip's volume, where the format has that."""
    timeline: str | None = None
    """Name of the timeline, for a file that holds several."""
    otio: Literal["plain", "resolve"] = "plain"
    """Whether an .otio made from the edit has DaVinci Resolve's shape; "resolve" writes NAME.resolve.otio too."""


@dataclass(frozen=True, slots=True)
class PlaceOrder:
    """What a format's module is asked to do; paths are absolute."""

    music: PlacedMusic
    project: Path
    output_folder: Path
    in_place: bool = False
    options: PlaceOptions = field(default_factory=PlaceOptions)
    expected_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """Where the music is now."""

    project: Path
    """The file to open."""
    kept_copy: Path | None = None
    """A copy of the file as it was, when it was changed in place."""
    warnings: tuple[str, ...] = ()
    replaced: bool = False
    """Whether an earlier version of this music gave way."""
    track: str = ""
    """Name of the track."""
    changed: bool = True
    """False when the very same music lay there already and nothing was written."""
    message: str = ""
    """For the user; among the warnings too when nothing was changed or the project was not written."""
    audio: Path | None = None
    """The WAV to take by hand, for a format that is not written."""


def place(
    music: PlacedMusic,
    project: Path | None,
    *,
    output_folder: Path,
    in_place: bool = False,
    options: PlaceOptions | None = None,
    expected_sha256: str | None = None,
    cut: Cut | None = None,
) -> Placed:
    """Lay music into a project file and write the result.

    `expected_sha256` is the hash of the project when the music was made for it; a project that has
    changed since is refused. `cut` is needed for projects in a format that is not written yet (and
    for `project` None, several videos). Raises InputRefused when the project cannot be edited or has
    changed, OutputFailed when the result cannot be written.
    """
    options = options or PlaceOptions()
    if not music.audio.is_file():
        raise InputRefused(f"The music file {music.audio} is not there.")
    module = None if project is None else FORMATS.get(project.suffix.lower())
    if project is None or module is None:
        from cutscore.placers.handoff import hand_over

        if cut is None:
            raise InputRefused(f"{project} is no project that music can be placed into without reading it first.")
        return hand_over(music, project, cut, output_folder=output_folder, options=options)
    if in_place and project.is_symlink():
        # The file that the link means is edited; the link stays a link.
        project = project.resolve()
    order = PlaceOrder(music, project.absolute(), output_folder.absolute(), in_place, options, expected_sha256)
    placed: Placed = importlib.import_module(f"cutscore.placers.{module}").place_into(order)
    if options.otio == "resolve" and cut is not None and project.suffix.lower() not in (".otioz", ".otiod"):
        from cutscore.placers.handoff import write_for_resolve

        made = write_for_resolve(music, project, cut, output_folder=output_folder, options=options)
        return replace(placed, message=f"{placed.message} For DaVinci Resolve to import: {made}.")
    return placed


__all__ = ["FORMATS", "InputRefused", "OutputFailed", "PlaceOptions", "PlaceOrder", "Placed", "PlacedMusic", "place"]
