"""Finishing: what a server sent becomes the files of one piece, for one place in one project.

Nothing is bought here: the same received bytes are finished again for every placement.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from cutscore.submit.answer import Track, extension_of, is_zip, tracks_of
from cutscore.submit.fitting import fit_tracks
from cutscore.submit.paid import Received
from cutscore_composer.contract import OutputFormat
from cutscore_composer.cue import Cue, CueBrief, CueCut, CueLoudness, CueStem, cue_json, new_cue
from cutscore_composer.engine import Progress, Request
from cutscore_composer.media.containers import rights_tags
from cutscore_composer.mix.loudness import measure
from cutscore_composer.music import Music, Stem
from cutscore_composer.picture import Picture
from cutscore_composer.signing.verify import Signature, signature_of
from cutscore_composer.timebase import samples_for

UNKNOWN_WEIGHT = 0.5
"""A cut's weight where nobody looked at the picture."""


def finish_part(
    request: Request,
    received: Received,
    form: OutputFormat,
    *,
    engine: str,
    progress: Progress,
    channels: int | None = None,
    signed: bool = False,
) -> Music:
    """The files of one part in `request.folder`: WAV, cue file, the server's bytes, separate tracks as stems.

    `signed` says that a C2PA signature was asked for; what is found of one is among the facts in any case.

    Raises InputRefused when the bytes cannot be used, OutputFailed when a file cannot be written.
    """
    picture, folder = request.picture, request.folder
    progress.report("deliver", 0.0)
    original = folder / f"{request.stem}.original{extension_of(received.file, form)}"
    shutil.copyfile(received.file, original)
    unpacked = folder / "tracks"
    unpacked.mkdir()
    tracks = tracks_of(original, form, picture.seconds, unpacked, channels)
    audio = folder / f"{request.stem}.wav"
    samples, reference = samples_for(picture.frames, picture.rate), time_reference(picture)

    def fit(files: Sequence[Path], target: Path) -> tuple[str, ...]:
        return fit_tracks(
            files,
            target,
            samples=samples,
            time_reference_samples=reference,
            description=f"{engine} {received.facts.get('song-id', '')}".strip(),
            progress=progress,
        ).warnings()

    warnings = fit([track.file for track in tracks], audio)
    signature = signature_of(tracks[0].file)
    warnings += signature_warnings(signature, engine, asked=signed)
    stems = tuple(Stem(track.name, folder / f"{request.stem}.{_safe(track.name)}.wav") for track in tracks)
    if len(tracks) > 1:
        for stem, track in zip(stems, tracks, strict=True):
            fit([track.file], stem.file)
    else:
        stems = ()
    cue = known_cue(request, engine, samples, audio, stems, warnings)
    facts = {**received.facts, **_prefixed(rights_tags(tracks[0].file)), **(signature.facts() if signature else {})}
    music = Music(
        audio=audio,
        cue=cue,
        cue_file=write_cue(cue, folder / f"{request.stem}.cue.json"),
        original=original,
        original_wav=_kept_wav(original, tracks, folder / f"{request.stem}.original.wav"),
        stems=stems,
        facts=facts,
        warnings=warnings,
    )
    shutil.rmtree(unpacked)
    return music


def signature_warnings(signature: Signature | None, engine: str, *, asked: bool) -> tuple[str, ...]:
    """What a person must know of the signature in a server's music."""
    if signature is None:
        return (f"{engine} was asked for a song signed with C2PA and sent one without a signature.",) if asked else ()
    if signature.holds:
        return ()
    why = f" ({', '.join(signature.problems)})" if signature.problems else ""
    return (f"The C2PA signature in the music from {engine} does not hold: {signature.state}{why}.",)


def join_parts(
    request: Request,
    parts: Sequence[Music],
    ranges: Sequence[tuple[int, int]],
    join_cues: Callable[..., Any],
    *,
    engine: str,
    progress: Progress,
) -> Music:
    """Join the WAVs of the parts into one piece, and what was said of them into one record."""
    audio = request.folder / f"{request.stem}.wav"
    # Lengths between rounded borders, so that they add up to the whole, rounded once.
    rate = request.picture.rate
    lengths = [samples_for(last, rate) - samples_for(first, rate) for first, last in ranges]
    files = [part.audio for part in parts]
    join_cues(files, audio, lengths=lengths, time_reference_samples=time_reference(request.picture))
    warnings = tuple(dict.fromkeys(w for part in parts for w in part.warnings))
    samples = samples_for(request.picture.frames, request.picture.rate)
    cue = known_cue(request, engine, samples, audio, (), warnings)
    names = dict.fromkeys(name for part in parts for name in part.facts)
    facts = {name: ", ".join(dict.fromkeys(p.facts[name] for p in parts if name in p.facts)) for name in names}
    costs = [part.facts.get("character-cost", "") for part in parts]
    if all(cost.isdigit() for cost in costs):
        facts["character-cost"] = str(sum(int(cost) for cost in costs))
    progress.report("deliver", 1.0)
    return Music(
        audio=audio,
        cue=cue,
        cue_file=write_cue(cue, request.folder / f"{request.stem}.cue.json"),
        original_parts=tuple(part.original for part in parts if part.original is not None),
        facts=facts,
        warnings=warnings,
    )


def known_cue(
    request: Request, engine: str, samples: int, audio: Path, stems: Sequence[Stem], warnings: tuple[str, ...]
) -> Cue:
    """The cue of a server's music: the picture, the words and the loudness are known, the notes are not."""
    picture, wishes = request.picture, request.wishes
    heard = measure(audio)
    return new_cue(
        engine,
        picture.rate,
        picture.frames,
        samples,
        start_frame=picture.start_frame,
        drop_frame=picture.drop_frame,
        brief=CueBrief(description=wishes.description, tags=wishes.tags),
        cuts=tuple(CueCut(float(Fraction(c.frame) / picture.rate), c.kind, UNKNOWN_WEIGHT) for c in picture.cuts),
        loudness=CueLoudness(round(heard.lufs, 2), round(heard.dbtp, 2), round(heard.lra, 2)),
        stems=tuple(CueStem(stem.name, stem.file.name) for stem in stems),
        warnings=warnings,
    )


def write_cue(cue: Cue, path: Path) -> Path:
    """Write a cue file into a scratch folder."""
    path.write_text(cue_json(cue), encoding="utf-8")
    return path


def time_reference(picture: Picture) -> int:
    """The start timecode as samples since midnight."""
    return samples_for(picture.start_frame, picture.rate)


def _kept_wav(original: Path, tracks: Sequence[Track], target: Path) -> Path | None:
    """The one track's wrapped samples, where the original is headerless."""
    if is_zip(original) or tracks[0].file == original:
        return None
    tracks[0].file.replace(target)
    return target


def _prefixed(tags: Mapping[str, str]) -> dict[str, str]:
    return {f"file-{name}": value for name, value in tags.items()}


def _safe(name: str) -> str:
    return "".join(c if c.isalnum() or c in "-_ " else "_" for c in name).strip()[:40] or "track"
