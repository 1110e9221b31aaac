"""The way of one placing into a project: which file to build on, edit its text, write it, keep what was.

Where the result goes, without `in_place`: NAME.scored.EXT in the output folder; but beside the
original when that names media relative to its own folder, because there they are found and nothing
else in the file has to change (where that folder cannot be written, those references are made absolute).

When a scored file is there already:

    it is as Cutscore wrote it                the present original, with the earlier music kept and updated
    the user went on working in it            it is built on, a copy is kept; if the original was edited too,
                                              the next version (NAME.scored.2.EXT) is written and it is left alone
    it is not Cutscore's                      left alone; the next version is written
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from urllib.parse import unquote

from cutscore.hashing import sha256_of
from cutscore.placers import Placed, PlacedMusic, PlaceOptions, PlaceOrder
from cutscore.placers.byte_edits import Edit, apply
from cutscore.placers.container import Container, Saving
from cutscore.placers.media_url import Spelling, is_relative
from cutscore.placers.names import next_version, scored_name
from cutscore.placers.notation import Notation, Timeline
from cutscore.placers.piece import Piece, StemFile
from cutscore.placers.safe_write import locked, make_folder
from cutscore.placers.wav_start import time_reference
from cutscore_composer.errors import CutscoreError, InputRefused, OutputFailed
from cutscore_composer.timebase import round_half_up


@dataclass(frozen=True, slots=True)
class Base:
    """What a placing builds on and where it goes."""

    text: bytes
    source: Path
    """The file whose other members (in a bundle) are taken over."""
    target: Path
    as_read: str | None = None
    """Digest of the target before it was read; None where it must not be there."""
    timeline: Timeline | None = None
    """The timeline in the text, where it has been looked at already."""
    more: Path | None = None
    """A further file whose music is taken over."""
    keep: bool = False
    """Whether a copy of the target is kept, because someone else's work is in it."""
    warnings: tuple[str, ...] = ()


def place_timeline(container: Container, notation: Notation, order: PlaceOrder) -> Placed:
    """Lay music into a timeline file and write the result; see the module's text for where and on what."""
    music, project, in_place, output_folder = order.music, order.project, order.in_place, order.output_folder
    text = container.read_text(project)
    target = project if in_place else output_folder / scored_name(project, project.suffix)
    rebased = 0
    if not in_place and container.MEDIA_OUTSIDE and _has_relative_media(notation, text, project):
        beside = project.with_name(target.name)
        if target.parent != project.parent and os.access(project.parent, os.W_OK):
            target = beside
        elif target.parent != project.parent:
            text, rebased = with_absolute_media(notation, text, project)
    _refuse_read_only(target)
    make_folder(target.parent)
    with locked(target):
        before = container.digest(project)
        text = container.read_text(project) if not rebased else text
        if order.expected_sha256 is not None and before != order.expected_sha256:
            _refuse_unless_ours(notation, text, project, order)
        base = Base(text, project, project, before, keep=True)
        if not in_place:
            base = choose_base(container, notation, text, project, target, order.options.timeline, music.rate)
        moved: tuple[str, ...] = ()
        if rebased:
            moved = (f"{rebased} media that the timeline named relative to its folder are now named absolutely.",)
        elif not in_place and base.target.parent != output_folder:
            moved = (f"{base.target.name} lies beside the original, because its media are named relative to there.",)

        def unchanged() -> bool:
            return container.digest(project) == before

        placed = write_base(container, notation, music, base, order.options, onto_sha256=before, unchanged=unchanged)
        return replace(placed, warnings=(*moved, *placed.warnings) if placed.changed else placed.warnings)


def choose_base(
    container: Container,
    notation: Notation,
    text: bytes,
    project: Path,
    target: Path,
    timeline: str | None,
    rate: Fraction,
) -> Base:
    """Decide what to build on when there may be a scored file from an earlier run; see the module's text."""
    if not target.exists():
        return Base(text, project, target)
    as_read = container.digest(target)
    try:
        scored_text = container.read_text(target)
        scored = notation.timeline_of(scored_text, str(target), timeline, rate)
    except InputRefused:
        return _versioned(text, project, target, "it is not a timeline that Cutscore wrote")
    clips = scored.own_clips()
    known = {clip.facts.get("rest_sha256") for clip in clips}
    rest = scored.rest_digest()
    original_rest, has_ours = notation.rest_of_original(text, str(project), timeline, rate)
    if not scored.has_ours and scored_text != text:
        return _versioned(text, project, target, "it has no music track of Cutscore's")
    if has_ours:
        if rest in known and not any(clip.touched for clip in clips):
            return Base(text, project, target, as_read)
        return _versioned(text, project, target, "it was changed since Cutscore wrote it")
    if rest == original_rest:
        return Base(scored_text, target, target, as_read, timeline=scored)
    if rest not in known and original_rest in known:
        changed = f"{target.name} was changed since Cutscore wrote it: the music went into it as it is now."
        return Base(scored_text, target, target, as_read, timeline=scored, keep=True, warnings=(changed,))
    both = notation.grafted(text, str(project), scored, timeline, rate)
    if rest in known:
        return Base(both, project, target, as_read, more=target)
    version = _versioned(both, project, target, "both it and the original were changed since Cutscore wrote it")
    return replace(version, more=target)


def with_absolute_media(notation: Notation, text: bytes, project: Path) -> tuple[bytes, int]:
    """The text with its relative media made absolute, and how many those were."""
    edits = []
    for mention in notation.media(text):
        found = _found(mention.url, project)
        if found is not None:
            edits.append(Edit(mention.start, mention.end, notation.named(found, mention)))
    return apply(text, edits), len(edits)


def write_base(
    container: Container,
    notation: Notation,
    music: PlacedMusic,
    base: Base,
    options: PlaceOptions,
    *,
    onto_sha256: str,
    unchanged: Callable[[], bool],
) -> Placed:
    """Place into a base and write it; `unchanged` is asked at the last moment whether the project is as it was read."""
    audio = music.audio.absolute()
    piece = _piece(music, lambda file: container.url_in(file, base.source, base.target), options, onto_sha256)
    found = base.timeline or notation.timeline_of(base.text, str(base.source), options.timeline, music.rate)
    edited = found.placed(piece)
    there = base.target.exists()
    if there and edited.text == base.text and container.read_text(base.target) == edited.text:
        message = f"The same music lies in {base.target} already; nothing was changed."
        return Placed(
            base.target, warnings=(message, *base.warnings), track=edited.track, changed=False, message=message
        )

    def check() -> None:
        now = container.digest(base.target) if base.target.exists() else None
        if now != base.as_read or (base.source != base.target and not unchanged()):
            raise InputRefused(f"{base.source} or {base.target} was changed while music was placed; run it again.")

    kept = container.keep(base.target) if base.keep and there else None
    try:
        container.save(
            Saving(
                edited.text,
                source=base.source,
                target=base.target,
                sounds=((audio, edited.url), *edited.stems),
                dropped=edited.superseded,
                more=base.more,
                check=check,
            )
        )
    except CutscoreError:
        if kept is not None:
            kept.unlink(missing_ok=True)
        raise
    warnings = (*base.warnings, *edited.warnings)
    message = f'The music lies in {base.target} on the track "{edited.track}".'
    if kept is not None:
        message += f" The file as it was is kept as {kept.name}."
    return Placed(base.target, kept, warnings, edited.replaced, edited.track, message=message)


def _piece(
    music: PlacedMusic,
    url_in: Callable[[Path], Callable[[Spelling], str]],
    options: PlaceOptions,
    onto_sha256: str,
) -> Piece:
    audio = music.audio.absolute()
    stems = [stem for stem in music.stems if stem.file.is_file()] if options.stems else []
    return Piece(
        name=music.name or audio.stem,
        audio=audio,
        url=url_in(audio),
        audio_sha256=sha256_of(audio),
        cue=music.cue,
        rate=music.rate,
        record_in=music.record_in,
        start_frame=music.start_frame,
        media_start=_media_start(audio, music.rate),
        provenance=music.provenance,
        onto_sha256=onto_sha256,
        track_name=options.track_name,
        markers=options.hits_as_markers,
        gain_db=options.gain_db,
        fade_in_frames=options.fade_in_frames,
        fade_out_frames=options.fade_out_frames,
        duck=options.duck,
        stems=tuple(
            StemFile(stem.name, stem.file.absolute(), url_in(stem.file.absolute()), sha256_of(stem.file))
            for stem in stems
        ),
    )


def _refuse_unless_ours(notation: Notation, text: bytes, project: Path, order: PlaceOrder) -> None:
    """A project that changed since it was read is refused, unless only Cutscore placed music in it meanwhile."""
    timeline = notation.timeline_of(text, str(project), order.options.timeline, order.music.rate)
    rest = timeline.rest_digest()
    facts = [clip.facts for clip in timeline.own_clips()]
    added = order.expected_sha256 in {rest, *(fact.get("onto_sha256") for fact in facts)}
    if not added or rest not in {fact.get("rest_sha256") for fact in facts}:
        raise InputRefused(f"{project} was changed since it was read for this music; run it again.")


def _refuse_read_only(target: Path) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError):
        if not target.stat().st_mode & 0o222:
            raise OutputFailed(f"{target} is read-only; make it writable, or place into a copy.")


def _versioned(text: bytes, project: Path, target: Path, why: str) -> Base:
    version = next_version(target)
    return Base(text, project, version, warnings=(f"{target.name} was left alone ({why}); this is {version.name}.",))


def _has_relative_media(notation: Notation, text: bytes, project: Path) -> bool:
    return any(_found(url, project) is not None for url in {mention.url for mention in notation.media(text)})


def _found(url: str, project: Path) -> Path | None:
    """The file that a relative reference names beside the project, None when it is absolute or names none."""
    if not is_relative(url):
        return None
    for spelled in (url, unquote(url)):
        path = project.parent / spelled
        with contextlib.suppress(OSError, ValueError):
            if path.exists():
                return path.absolute()
    return None


def _media_start(audio: Path, rate: Fraction) -> int:
    found = time_reference(audio)
    return 0 if found is None else round_half_up(Fraction(*found) * rate)
