"""Laying: a piece of music into the project of a Cut, after scoring or by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cutscore.results import output_folder
from cutscore_composer.engine import Progress
from cutscore_composer.errors import InputRefused
from cutscore_composer.music import Stem
from cutscore_composer.timebase import SAMPLE_RATE, frames_near, round_half_up, seconds_at, timecode

if TYPE_CHECKING:
    from cutscore.config import Settings
    from cutscore.cut import Cut
    from cutscore.placers import Placed
    from cutscore_composer.cue import Cue


@dataclass(frozen=True, slots=True)
class Piece:
    """What a project is given of a piece of music."""

    audio: Path
    cue: Cue
    provenance: Mapping[str, str] = field(default_factory=dict)
    stems: tuple[Stem, ...] = ()


def place_piece(
    piece: Piece, cut: Cut, record_in: int, settings: Settings, folder: Path, in_place: bool | None
) -> Placed:
    """Lay a piece into the project that a Cut was read from, beginning at its frame `record_in`."""
    from cutscore.placers import PlacedMusic, PlaceOptions, place

    return place(
        PlacedMusic(
            audio=piece.audio,
            cue=piece.cue,
            provenance=piece.provenance,
            stems=piece.stems,
            record_in=record_in,
            rate=cut.rate,
            start_frame=cut.start_frame,
        ),
        cut.source,
        output_folder=folder,
        in_place=settings.place.in_place if in_place is None else in_place,
        options=PlaceOptions(
            track_name=settings.place.track,
            hits_as_markers=settings.place.hits_as_markers,
            gain_db=settings.place.gain_db,
        ),
        expected_sha256=cut.source_sha256,
        cut=cut,
    )


def place_music(
    music: Path,
    project: Path,
    settings: Settings,
    *,
    output: Path | None = None,
    in_place: bool | None = None,
    progress: Progress | None = None,
) -> Placed:
    """Lay a WAV into a project: where its cue file says, or at the start where it has none."""
    from cutscore.readers import read_cut
    from cutscore_composer.cue import rate_of

    progress = progress or Progress()
    progress.report("place", 0.0)
    cut = read_cut([project], search=tuple(settings.media.search), rate=settings.media.rate_for([project]))
    cue = _cue_beside(music, cut)
    # The cue counts its start in frames of the edit that it was made for.
    start_frame = frames_near(seconds_at(cue.start_frame, rate_of(cue)), cut.rate)
    record_in = start_frame - max(0, cut.start_frame) if start_frame else 0
    if not 0 <= record_in < cut.duration:
        raise InputRefused(
            f"{music.name} begins at {timecode(start_frame, cut.rate, cut.drop_frame)}, which is not in {project}:"
            " it was made for another timeline."
        )
    folder = output_folder([project], output or settings.output.folder)
    placed = place_piece(Piece(music, cue), cut, record_in, settings, folder, in_place)
    progress.report("place", 1.0)
    return placed


def _cue_beside(music: Path, cut: Cut) -> Cue:
    """The cue file of a WAV, or what can be known without one."""
    from cutscore_composer.cue import new_cue, read_cue
    from cutscore_composer.media.probe import probe

    cue_file = music.with_suffix(".cue.json")
    if cue_file.is_file():
        return read_cue(cue_file)
    sound = probe(music).audio
    if not sound:
        raise InputRefused(f"{music} holds no sound.")
    seconds = sound[0].duration_seconds
    return new_cue("unknown", cut.rate, frames_near(seconds, cut.rate), round_half_up(seconds * SAMPLE_RATE))
