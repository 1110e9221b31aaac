"""The local engine: the composer behind the one call that every engine answers.

look → spot → plan → write → play → mix → deliver; every file gets its final name only when it is whole.

>>> music = LocalEngine().score(request, Progress())         # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cutscore_composer.cue import Cue, CueLoudness, CueStem, cue_json
from cutscore_composer.deliver.whole_file import whole_file
from cutscore_composer.edition import edition
from cutscore_composer.engine import Progress, Request
from cutscore_composer.music import Music, Stem
from cutscore_composer.timebase import SAMPLE_RATE, samples_for

if TYPE_CHECKING:
    from cutscore_composer.instruments.pack import Pack
    from cutscore_composer.look.seen import Seen
    from cutscore_composer.mix.mix import Mixed
    from cutscore_composer.picture import Picture
    from cutscore_composer.spot.spotting import Spotting
    from cutscore_composer.write.composition import Composition


@dataclass(frozen=True, slots=True)
class _Score:
    """What is known before anything sounds."""

    seen: Seen
    spotting: Spotting
    composition: Composition


@dataclass(frozen=True, slots=True)
class _Duck:
    """How loud the dialogue is, and the gain that puts the music under it."""

    dialogue_lufs: float | None = None
    points: tuple[tuple[float, float], ...] = ()


_NO_DUCK = _Duck()


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

        Files: STEM.wav, .cue.json, .mid, .score.png, .hits.txt, and STEM.NAME.wav for each stem asked for. When it
        fails or is cancelled, none of them is left. Raises InputRefused, OutputFailed or Cancelled.
        """
        written = _Written(request)
        with written.or_nothing():
            pack = _pack(request)
            score = _composed(request, progress)
            mixed = self._sound(request, score, pack, progress)
            duck = _duck(request.picture, score, mixed.audio, progress)
            progress.report("deliver", 0.0)
            cue = self._cue(request, score, mixed, duck)
            self._files(request, score, cue, mixed)
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
            facts={"model": f"cutscore composer {self.version}", "licence": "The music belongs to who had it made."},
            warnings=cue.warnings,
        )

    def plan_only(self, request: Request, progress: Progress) -> Cue:
        """The cue without the sound: what would be hit, style, key, tempo. Writes nothing."""
        return self._cue(request, _composed(request, progress), None)

    def _sound(self, request: Request, score: _Score, pack: Pack, progress: Progress) -> Mixed:
        from cutscore_composer.mix.mix import duck_under, mix
        from cutscore_composer.play.play import play

        picture = request.picture
        speech = _speech_seconds(score)
        return mix(
            score.composition,
            play(score.composition, progress, pack=pack),
            request.folder,
            progress,
            name=request.stem,
            loudness_lufs=request.wishes.loudness_lufs,
            peak_dbtp=request.wishes.peak_dbtp,
            stems=request.stems,
            samples=samples_for(picture.frames, picture.rate),
            time_reference_samples=_time_reference(picture),
            duck=duck_under(speech),
            speech=speech,
        )

    def _cue(self, request: Request, score: _Score, mixed: Mixed | None, duck: _Duck = _NO_DUCK) -> Cue:
        from cutscore_composer.deliver.cue_of import cue_of

        loudness: CueLoudness | None = None
        stems: tuple[CueStem, ...] = ()
        if mixed is not None:
            heard = mixed.loudness
            loudness = CueLoudness(
                round(heard.lufs, 2), round(heard.dbtp, 2), round(heard.lra, 2), round(mixed.stems_db, 2)
            )
            stems = tuple(CueStem(stem.name, stem.file.name) for stem in mixed.stems)
        return cue_of(
            score.composition,
            score.spotting,
            score.seen,
            start_frame=request.picture.start_frame,
            drop_frame=request.picture.drop_frame,
            loudness=loudness,
            stems=stems,
            dialogue_lufs=duck.dialogue_lufs,
            duck=duck.points,
            engine=self.name,
        )

    def _files(self, request: Request, score: _Score, cue: Cue, mixed: Mixed) -> None:
        from cutscore_composer.deliver.hit_report import hit_report, hit_report_text
        from cutscore_composer.deliver.midi import write_midi
        from cutscore_composer.deliver.score_picture import draw_score_picture

        written, picture = _Written(request), request.picture
        write_midi(written.path("mid"), score.composition)
        draw_score_picture(
            written.path("score.png"),
            cue,
            score.seen,
            mixed.peaks,
            title=picture.name,
            markers=picture.markers,
            energy=score.spotting.energy,
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


def _pack(request: Request) -> Pack:
    """The instruments, those of the user's own among them; what is wrong with these is said before any work."""
    from cutscore_composer.instruments.pack import load_pack

    return load_pack(replacements=dict(request.wishes.instruments))


def _composed(request: Request, progress: Progress) -> _Score:
    from cutscore_composer.look import look
    from cutscore_composer.plan.choose_style import style_for
    from cutscore_composer.plan.planner import plan
    from cutscore_composer.plan.style import load_style
    from cutscore_composer.plan.words import ending_of
    from cutscore_composer.spot import spot
    from cutscore_composer.write.writer import write

    picture = request.picture
    # "Fade out" in words is as good as the setting, and spotting needs to know it too.
    wishes = replace(request.wishes, ending=ending_of(request.wishes))
    progress.report("look", 0.0)
    seen = look(picture, progress, listen=True)
    progress.report("spot", 0.0)
    # How densely the music meets the picture, and how it likes to end, is the style's too.
    form = load_style(style_for(wishes, seen)).form
    spotting = spot(seen, picture, wishes, follows_action=form.follows_action, likes_ending=form.default_ending)
    progress.report("plan", 0.0)
    brief = plan(wishes, seen, spotting, request.seed)
    progress.report("plan", 1.0)
    return _Score(seen, spotting, write(brief, spotting, request.seed, progress))


def _speech_seconds(score: _Score) -> tuple[tuple[float, float], ...]:
    rate = score.spotting.rate
    return tuple((float(first / rate), float(last / rate)) for first, last in score.spotting.speech)


def _duck(picture: Picture, score: _Score, master: Path, progress: Progress) -> _Duck:
    """The keyframes that put the master under the edit's own dialogue; none where nobody speaks."""
    from cutscore_composer.mix.ducking import dialogue_loudness, duck_curve, music_levels

    loudness = dialogue_loudness(picture, score.spotting.speech, progress)
    if loudness is None:
        return _NO_DUCK
    speech = _speech_seconds(score)
    return _Duck(loudness, duck_curve(loudness, music_levels(master, speech), speech))


def _time_reference(picture: Picture) -> int:
    """Samples since midnight of the first frame, for the bext chunk: timecode counts in whole frames."""
    return samples_for(picture.start_frame, picture.rate) % (86_400 * SAMPLE_RATE) if picture.start_frame else 0
