"""The local engine: the composer behind the one call that every engine answers.

look → spot → plan → write → play → mix → deliver; every file gets its final name only when it is whole.

>>> music = LocalEngine().score(request, Progress())         # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from cutscore_composer.cue import Cue, CueAlternate, cue_json
from cutscore_composer.deliver.whole_file import whole_file
from cutscore_composer.edition import edition
from cutscore_composer.engine import Progress, Request
from cutscore_composer.music import Music, Stem
from cutscore_composer.other_versions import OtherVersions
from cutscore_composer.stages import Composed, Ducked, composed, cue_of_piece, ducked, sounded, speech_seconds

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from cutscore_composer.instruments.pack import Pack
    from cutscore_composer.mix.mix import Mixed


class LocalEngine:
    """The composer, in process and offline."""

    @property
    def name(self) -> str:
        """ "local"."""
        return "local"

    @property
    def version(self) -> str:
        """The composer's edition: it changes whenever the same request would give other music."""
        return edition()

    def score(self, request: Request, progress: Progress) -> Music:
        """Compose, play, mix and write all files of the piece into `request.folder`.

        Files: STEM.wav, .cue.json, .mid, .score.png, .hits.txt, and STEM.NAME.wav for each stem and alternate
        asked for (cut-downs with a cue file of their own), and for music and effects where effects are. When it
        fails or is cancelled, none of them is left.
        Raises InputRefused, OutputFailed or Cancelled.
        """
        written = _Written(request)
        with written.or_nothing():
            pack = _pack(request)
            piece = composed(request, progress)
            speech = speech_seconds(piece.spotting)
            mixed = sounded(
                request,
                piece.composition,
                pack,
                progress,
                name=request.stem,
                speech=speech,
                stems=request.stems,
                effects=piece.effects,
            )
            duck = ducked(request, piece.spotting, mixed.audio, progress)
            others, warnings = OtherVersions(request, piece, pack, mixed.audio, duck).make(progress)
            progress.report("deliver", 0.0)
            cue = cue_of_piece(request, piece, mixed, duck)
            cue = replace(
                cue,
                alternates=tuple(CueAlternate(one.name, one.file.name) for one in others),
                warnings=tuple(dict.fromkeys((*cue.warnings, *warnings))),
            )
            self._files(request, piece, cue, mixed)
            progress.report("deliver", 1.0)
        stems = tuple(Stem(stem.name, stem.file) for stem in mixed.stems)
        return Music(
            audio=written.path("wav"),
            cue=cue,
            cue_file=written.path("cue.json"),
            midi=written.path("mid"),
            score_picture=written.path("score.png"),
            hit_report=written.path("hits.txt"),
            stems=stems,
            tracks=mixed.tracks,
            alternates=others,
            facts={"model": f"cutscore composer {self.version}", "licence": "The music belongs to who had it made."},
            warnings=cue.warnings,
        )

    def plan_only(self, request: Request, progress: Progress) -> Cue:
        """The cue without the sound: what would be hit, style, key, tempo. Writes nothing."""
        return cue_of_piece(request, composed(request, progress), None, Ducked())

    def _files(self, request: Request, piece: Composed, cue: Cue, mixed: Mixed) -> None:
        from cutscore_composer.deliver.hit_report import hit_report, hit_report_text
        from cutscore_composer.deliver.midi import write_midi
        from cutscore_composer.deliver.score_picture import draw_score_picture

        written, picture = _Written(request), request.picture
        write_midi(written.path("mid"), piece.composition)
        draw_score_picture(
            written.path("score.png"),
            cue,
            piece.seen,
            _within_picture(mixed, request),
            title=picture.name,
            markers=picture.markers,
            energy=piece.spotting.energy,
        )
        with whole_file(written.path("hits.txt")) as out:
            out.write(hit_report_text(hit_report(cue), picture.name).encode())
        with whole_file(written.path("cue.json")) as out:
            out.write(cue_json(cue).encode())


class _Written:
    """The files of a request, and their removal when it fails."""

    def __init__(self, request: Request) -> None:
        self._request = request

    def path(self, ending: str) -> Path:
        return self._request.folder / f"{self._request.stem}.{ending}"

    @contextmanager
    def or_nothing(self) -> Iterator[None]:
        before = set(self._mine())
        try:
            yield
        except BaseException:
            for path in set(self._mine()) - before:
                path.unlink(missing_ok=True)
            raise

    def _mine(self) -> Sequence[Path]:
        folder, stem = self._request.folder, self._request.stem
        if not folder.is_dir():
            return []
        return [path for path in folder.iterdir() if path.is_file() and path.name.startswith((f"{stem}.", f".{stem}."))]


def _within_picture(mixed: Mixed, request: Request) -> npt.NDArray[np.float32]:
    """The peaks of the picture's own time, without those of the handles."""
    before, after = request.handle_frames
    frames = before + request.picture.frames + after
    first, last = (round(len(mixed.peaks) * at / frames) for at in (before, before + request.picture.frames))
    return mixed.peaks[first : max(last, first + 1)]


def _pack(request: Request) -> Pack:
    """The instruments, those of the user's own among them; what is wrong with these is said before any work."""
    from cutscore_composer.instruments.pack import load_pack

    return load_pack(replacements=dict(request.wishes.instruments))
