"""Laying: a piece of music into the project of a Cut, after scoring or by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
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

    wanted = settings.place
    placed = place(
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
        in_place=wanted.in_place if in_place is None else in_place,
        options=PlaceOptions(
            track_name=wanted.track,
            hits_as_markers=wanted.hits_as_markers,
            gain_db=wanted.gain_db,
            fade_in_frames=frames_near(wanted.fade_in_seconds, cut.rate),
            fade_out_frames=frames_near(wanted.fade_out_seconds, cut.rate),
            duck=wanted.duck,
            stems=wanted.stems,
            otio=wanted.otio,
        ),
        expected_sha256=cut.source_sha256,
        cut=cut,
    )
    notes = []
    if wanted.stems and not piece.stems:
        notes.append("There are no stems to lay beside the music; `music.stems` (--stems) makes them.")
    if wanted.duck and not piece.cue.duck:
        notes.append("The music is not drawn down anywhere: its cue file knows of no dialogue.")
    return replace(placed, warnings=(*placed.warnings, *notes)) if placed.changed else placed


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
    stems = tuple(Stem(stem.name, music.with_name(Path(stem.file).name)) for stem in cue.stems)
    piece = Piece(music, cue, stems=tuple(stem for stem in stems if stem.file.is_file()))
    placed = place_piece(piece, cut, record_in, settings, folder, in_place)
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
