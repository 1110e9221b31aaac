"""The stages of the local engine, one call each: composed, sounded, ducked, told in a cue."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cutscore_composer.cue import Cue, CueEffect, CueKey, CueLoudness, CueReference, CueStem
from cutscore_composer.engine import Progress, Request
from cutscore_composer.timebase import SAMPLE_RATE, samples_for

if TYPE_CHECKING:
    from cutscore_composer.effects.layer import EffectsLayer
    from cutscore_composer.effects.sheet import EffectSheet
    from cutscore_composer.instruments.pack import Pack
    from cutscore_composer.look.seen import Seen
    from cutscore_composer.mix.mix import Mixed
    from cutscore_composer.picture import Picture
    from cutscore_composer.reference.heard import Heard
    from cutscore_composer.spot.spotting import Spotting
    from cutscore_composer.write.composition import Composition

Ranges = Sequence[tuple[float, float]]
"""Stretches of time in seconds."""


@dataclass(frozen=True, slots=True)
class Composed:
    """What is known before anything sounds."""

    seen: Seen
    spotting: Spotting
    composition: Composition
    heard: Heard | None = None
    """The picture's own music, where it is to be followed."""
    effects: EffectSheet | None = None
    """The sound effects, where they are wanted."""


@dataclass(frozen=True, slots=True)
class Ducked:
    """The loudness of the edit's own dialogue and the keyframes that put the music under it, if there is any."""

    dialogue_lufs: float | None = None
    points: tuple[tuple[float, float], ...] = ()


def composed(request: Request, progress: Progress) -> Composed:
    """look (and listen) → spot → plan → write."""
    from cutscore_composer.look import look
    from cutscore_composer.plan.choose_style import style_for
    from cutscore_composer.plan.planner import plan
    from cutscore_composer.plan.style import resolve_style
    from cutscore_composer.plan.words import ending_of
    from cutscore_composer.spot import spot
    from cutscore_composer.write.writer import write

    picture = request.picture
    # "Fade out" in words is as good as the setting, and spotting needs to know it too.
    wishes = replace(request.wishes, ending=ending_of(request.wishes))
    progress.report("look", 0.0)
    seen = look(picture, progress, listen=True)
    heard = _heard(request, seen, progress)
    progress.report("spot", 0.0)
    # How densely the music meets the picture, and how it likes to end, is the style's too.
    form = resolve_style(style_for(wishes, seen)).form
    spotting = spot(seen, picture, wishes, follows_action=form.follows_action, likes_ending=form.default_ending)
    if heard is not None:
        from cutscore_composer.reference.following import with_arc

        spotting = with_arc(spotting, heard)
    progress.report("plan", 0.0)
    brief = plan(wishes, seen, spotting, request.seed, heard)
    progress.report("plan", 1.0)
    composition = write(brief, spotting, request.seed, progress)
    return Composed(seen, spotting, composition, heard, _effects(request, seen, spotting, composition))


def _effects(request: Request, seen: Seen, spotting: Spotting, composition: Composition) -> EffectSheet | None:
    if not request.effects:
        return None
    from cutscore_composer.effects import design

    return design(seen, spotting, composition)


def _heard(request: Request, seen: Seen, progress: Progress) -> Heard | None:
    if not request.follow_sound:
        return None
    from cutscore_composer.reference import listen

    return listen(request.picture, seen, progress)


def sounded(
    request: Request,
    composition: Composition,
    pack: Pack,
    progress: Progress,
    *,
    name: str,
    speech: Ranges,
    stems: bool = False,
    effects: EffectSheet | None = None,
) -> Mixed:
    """play → mix, to `request.folder`/name.wav, with the handles that the request wants."""
    from cutscore_composer.mix.mix import duck_under, mix
    from cutscore_composer.play.play import play
    from cutscore_composer.write.handles import with_handles

    before, after = request.handle_frames
    longer = with_handles(composition, before, after)
    later = float(before / composition.rate)
    spoken = [(start + later, end + later) for start, end in speech]
    # A fade is over when the picture is; what rings, rings on through the handle.
    ends = composition.frames + before if composition.brief.ending == "fade" else longer.frames
    return mix(
        longer,
        play(longer, progress, pack=pack),
        request.folder,
        progress,
        name=name,
        loudness_lufs=request.wishes.loudness_lufs,
        peak_dbtp=request.wishes.peak_dbtp,
        stems=stems,
        samples=samples_for(longer.frames, longer.rate),
        ends=samples_for(ends, longer.rate),
        time_reference_samples=time_reference(request.picture, before),
        duck=duck_under(spoken),
        speech=spoken,
        under=_under(effects, later),
    )


def _under(sheet: EffectSheet | None, later: float) -> EffectsLayer | None:
    if sheet is None:
        return None
    from cutscore_composer.effects import laid

    return laid(sheet, later_seconds=later)


def speech_seconds(spotting: Spotting) -> tuple[tuple[float, float], ...]:
    """Where somebody speaks."""
    return tuple((float(first / spotting.rate), float(last / spotting.rate)) for first, last in spotting.speech)


def ducked(request: Request, spotting: Spotting, master: Path, progress: Progress) -> Ducked:
    """The keyframes that put the master under the edit's own dialogue; none where nobody speaks."""
    from cutscore_composer.mix.ducking import dialogue_loudness, duck_curve, music_levels

    loudness = dialogue_loudness(request.picture, spotting.speech, progress)
    if loudness is None:
        return Ducked()
    speech, later = speech_seconds(spotting), float(request.handle_frames[0] / spotting.rate)
    levels = music_levels(master, [(start + later, end + later) for start, end in speech])
    return Ducked(loudness, duck_curve(loudness, levels, speech))


def time_reference(picture: Picture, before: int = 0) -> int:
    """Samples since midnight of the file's first sample, `before` frames before the picture's first frame."""
    day = 86_400 * SAMPLE_RATE
    # A handle before midnight belongs to the day before, as in any recorder.
    return (samples_for(picture.start_frame, picture.rate) - samples_for(before, picture.rate)) % day


def cue_of_piece(request: Request, piece: Composed, mixed: Mixed | None, duck: Ducked) -> Cue:
    """The cue file's content; without the sound's facts when nothing sounds yet."""
    from cutscore_composer.deliver.cue_of import cue_of

    loudness: CueLoudness | None = None
    stems: tuple[CueStem, ...] = ()
    if mixed is not None:
        heard = mixed.loudness
        loudness = CueLoudness(
            round(heard.lufs, 2), round(heard.dbtp, 2), round(heard.lra, 2), round(mixed.stems_db, 2)
        )
        stems = tuple(CueStem(stem.name, stem.file.name) for stem in mixed.stems)
    cue = cue_of(
        piece.composition,
        piece.spotting,
        piece.seen,
        start_frame=request.picture.start_frame,
        drop_frame=request.picture.drop_frame,
        loudness=loudness,
        stems=stems,
        dialogue_lufs=duck.dialogue_lufs,
        duck=duck.points,
        engine="local",
    )
    return replace(
        cue,
        handle_frames=request.handle_frames,
        reference=_reference(piece.heard),
        effects=_effect_rows(piece.effects),
        tracks=() if mixed is None else tuple(CueStem(track.name, track.file.name) for track in mixed.tracks),
    )


def _effect_rows(sheet: EffectSheet | None) -> tuple[CueEffect, ...]:
    if sheet is None:
        return ()
    rows = []
    for one in sheet.effects:
        at = sheet.seconds(one.frame)
        rows.append(CueEffect(at, one.kind, one.weight, one.name, at - one.before, at + one.after))
    for room in sheet.rooms:
        first, last = sheet.seconds(room.frame_in), sheet.seconds(room.frame_out)
        rows.append(CueEffect(first, "room", room.motion, room.name, first, last))
    return tuple(sorted(rows, key=lambda row: (row.time, row.kind)))


def _reference(heard: Heard | None) -> CueReference | None:
    if heard is None:
        return None
    key = None if heard.key is None else CueKey(heard.key.tonic, heard.key.mode)
    bright = None if heard.brightness_db is None else round(heard.brightness_db, 1)
    return CueReference(heard.bpm, key, bright, heard.arc is not None)
