"""Scoring: the whole way from inputs to placed music, as one call behind the command and the Python API.

read → picture (of the range) → submit → place → preview
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutscore.laying import Piece, place_piece
from cutscore.results import output_folder
from cutscore_composer.alternates import known_alternates
from cutscore_composer.engine import Progress, Request
from cutscore_composer.errors import InputRefused, OutputFailed
from cutscore_composer.timebase import round_half_up
from cutscore_composer.wishes import Wishes

if TYPE_CHECKING:
    from cutscore.config import Settings
    from cutscore.config.model import MusicSettings
    from cutscore.cut import Cut
    from cutscore.placers import Placed
    from cutscore.reel import Reel
    from cutscore.submit import Submission
    from cutscore_composer.cue import Cue
    from cutscore_composer.deliver.fit_score import FitScore
    from cutscore_composer.music import Music
    from cutscore_composer.picture import Picture


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """What a scoring left on disk."""

    takes: tuple[Submission, ...]
    """At least one, the best fit first; that one was placed."""
    placed: Placed | None
    preview: Path | None
    warnings: tuple[str, ...]
    fits: tuple[FitScore | None, ...] = ()
    """How well each take fits the picture, in the order of `takes`; None where that is not known."""

    def report(self) -> dict[str, Any]:
        """The JSON of `cutscore score --json`: paths absolute, None where there is none."""
        first = self.takes[0]
        return {
            **_paths_of(first),
            "project": _text(self.placed.project if self.placed else None),
            "preview": _text(self.preview),
            "engine": first.music.cue.engine,
            "reused": first.reused,
            "message": self.placed.message if self.placed else None,
            "takes": [
                {**_paths_of(take), "seed": take.music.cue.seed, "fit": _fit_of(fit)}
                for take, fit in zip_longest(self.takes, self.fits)
            ],
            "warnings": list(self.warnings),
        }


def score(
    inputs: Sequence[Path],
    settings: Settings,
    *,
    progress: Progress | None = None,
    range_text: tuple[str, str] | None = None,
    output: Path | None = None,
    takes: int | None = None,
    resend: bool = False,
    in_place: bool | None = None,
    preview: bool | None = None,
    strict: bool | None = None,
    place: bool = True,
    command: str | None = None,
) -> ScoreResult:
    """Make music for a timeline, or for videos in order, and lay it into the project.

    `range_text` (in, out) scores a part: timecodes as the timeline shows them, or seconds from its
    start. `command` is what a person would type to send a parked call of this job again. What is None
    is taken from `settings`. Raises the errors of cutscore_composer.errors.
    """
    from cutscore.engines import engine_of, ledger_of
    from cutscore.submit.door import RESEND, submit

    progress = progress or Progress()
    cut, picture = read_picture(inputs, settings, progress, range_text=range_text, strict=strict)
    folder = output_folder(inputs, output or settings.output.folder)
    record_in = picture.start_frame - max(0, cut.start_frame)
    with ledger_of(settings) as ledger:
        submissions = submit(
            request_of(cut, picture, settings),
            engine_of(settings),
            ledger,
            folder=folder,
            takes=takes or settings.music.takes,
            resend=resend,
            progress=progress,
            command=command or RESEND,
        )
        submissions, fits = ranked(submissions)
        warnings = [*cut.warnings, *(w for take in submissions for w in take.music.warnings)]
        first = submissions[0]
        placed = None
        if place:
            placed = _placed(first, cut, record_in, settings, folder, in_place, progress)
            ledger.placed(first.key, str(placed.project))
            warnings += placed.warnings
    film = None
    if settings.output.preview if preview is None else preview:
        film = preview_of(picture, first.music, progress)
    return ScoreResult(submissions, placed, film, tuple(dict.fromkeys(warnings)), fits)


def plan(
    inputs: Sequence[Path],
    settings: Settings,
    *,
    progress: Progress | None = None,
    range_text: tuple[str, str] | None = None,
    strict: bool | None = None,
) -> Cue:
    """The cue without the sound: what would be hit, style, key, tempo. Writes nothing."""
    from cutscore_composer.local import LocalEngine

    progress = progress or Progress()
    cut, picture = read_picture(inputs, settings, progress, range_text=range_text, strict=strict)
    return LocalEngine().plan_only(request_of(cut, picture, settings), progress)


def make_reel_of(
    inputs: Sequence[Path],
    settings: Settings,
    *,
    folder: Path | None = None,
    separate: bool = False,
    sound: bool = False,
    progress: Progress | None = None,
    range_text: tuple[str, str] | None = None,
) -> tuple[Reel, ...]:
    """The edit as video files that a server accepts: one Reel for each request it would take.

    What was said while the edit was read is among the first one's warnings.
    """
    from cutscore.placers.safe_write import make_folder
    from cutscore.reel import divide, make_reel

    progress = progress or Progress()
    cut, picture = read_picture(inputs, settings, progress, range_text=range_text)
    base = output_folder(inputs, folder or settings.output.folder)
    make_folder(base)
    parts = divide(picture, progress=progress)
    reels = [
        make_reel(
            replace(picture.section(*part), name=f"{picture.name}_{number}" if len(parts) > 1 else picture.name),
            base,
            separate=separate,
            sound=sound,
            progress=progress.part(number - 1, len(parts)),
        )
        for number, part in enumerate(parts, start=1)
    ]
    return replace(reels[0], warnings=(*cut.warnings, *reels[0].warnings)), *reels[1:]


def read_picture(
    inputs: Sequence[Path],
    settings: Settings,
    progress: Progress,
    *,
    range_text: tuple[str, str] | None = None,
    strict: bool | None = None,
) -> tuple[Cut, Picture]:
    """The Cut of the inputs, and the Picture of it or of a range of it."""
    from cutscore.readers import read_cut, require_picture
    from cutscore.timeline_range import frames_of_range

    progress.report("read", 0.0)
    cut = read_cut(
        inputs,
        search=tuple(settings.media.search),
        strict=settings.media.strict if strict is None else strict,
        rate=settings.media.rate_for(inputs),
    )
    require_picture(cut)
    picture = cut.picture()
    if range_text is not None:
        picture = picture.section(*frames_of_range(cut, *range_text))
    progress.report("read", 1.0)
    return cut, picture


def request_of(cut: Cut, picture: Picture, settings: Settings) -> Request:
    """What is asked of the engine for a Cut, or for a range of it; submit gives it its folder.

    The music is called like the file that the editor knows, not like the sequence inside it.
    """
    music = settings.music
    return Request(
        picture=picture,
        wishes=Wishes(
            description=music.description,
            tags=tuple(music.tags),
            style=music.style,
            sync=music.sync,
            ending=music.ending,
            loudness_lufs=music.loudness,
            peak_dbtp=music.peak,
            instruments=tuple(sorted(music.instruments.items())),
        ),
        stem=cut.source.stem if cut.source else cut.name,
        folder=Path(),
        seed=music.seed,
        stems=music.stems,
        effects=music.effects,
        follow_sound=music.follow_sound,
        alternates=known_alternates(list(music.alternates)),
        handle_frames=_handle_frames(music, picture),
    )


def _handle_frames(music: MusicSettings, picture: Picture) -> tuple[int, int]:
    """The handles in whole frames."""
    before, after = (round_half_up(Fraction(str(seconds)) * picture.rate) for seconds in music.handles)
    return before, after


def ranked(takes: tuple[Submission, ...]) -> tuple[tuple[Submission, ...], tuple[FitScore | None, ...]]:
    """The takes with how well they fit, the best first; as they are where a fit is not known."""
    from cutscore_composer.deliver.fit_score import fit_score

    if len(takes) < 2:
        return takes, ()
    fits = [fit_score(take.music.cue, take.music.audio) for take in takes]
    known = [fit.score for fit in fits if fit is not None]
    if len(known) < len(fits):
        return takes, tuple(fits)
    order = sorted(range(len(takes)), key=lambda number: (-known[number], number))
    return tuple(takes[number] for number in order), tuple(fits[number] for number in order)


def _placed(
    take: Submission,
    cut: Cut,
    record_in: int,
    settings: Settings,
    folder: Path,
    in_place: bool | None,
    progress: Progress,
) -> Placed:
    progress.report("place", 0.0)
    piece = Piece(take.music.audio, take.music.cue, take.provenance(), take.music.stems)
    try:
        placed = place_piece(piece, cut, record_in, settings, folder, in_place)
    except (InputRefused, OutputFailed) as error:
        # The music may have been paid for: whoever reads the error must know that it is there.
        raise type(error)(f"{error} The music itself is ready: {take.music.audio}") from error
    progress.report("place", 1.0)
    return placed


def preview_of(picture: Picture, music: Music, progress: Progress) -> Path:
    """A video of the picture with the music under its own sound, beside the music."""
    from cutscore.preview import make_preview

    # The handle before the picture is not part of it.
    music_in = Fraction(music.cue.handle_frames[0]) / picture.rate
    film = music.audio.with_suffix(".preview.mp4")
    return make_preview(picture, music.audio, film, music_in=music_in, progress=progress)


def _fit_of(fit: FitScore | None) -> dict[str, Any] | None:
    return None if fit is None else asdict(fit)


def _paths_of(take: Submission) -> dict[str, Any]:
    music = take.music
    return {
        "music": _text(music.audio),
        "cue": _text(music.cue_file),
        "midi": _text(music.midi),
        "picture": _text(music.score_picture),
        "hits": _text(music.hit_report),
        "rights": _text(take.rights),
        "original": _text(music.original),
        "original_parts": [_text(part) for part in music.original_parts],
        "stems": [_text(stem.file) for stem in music.stems],
        "tracks": {track.name: _text(track.file) for track in music.tracks},
        "alternates": {one.name: _text(one.file) for one in music.alternates},
    }


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())
