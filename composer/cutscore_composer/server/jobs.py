"""The jobs of a studio: looking into the videos of a request, and composing for them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from cutscore_composer.contract import FORMATS, MOST_SECONDS, OutputFormat
from cutscore_composer.engine import Engine, Progress, Request
from cutscore_composer.errors import InputRefused
from cutscore_composer.media.probe import MediaFacts, VideoFacts, probe
from cutscore_composer.mix.loudness_targets import loudness_target
from cutscore_composer.music import Music, Stem
from cutscore_composer.picture import Picture, PictureSpan
from cutscore_composer.plain_video import LOWEST_RATE, film_seconds, moving, picture_of_videos
from cutscore_composer.server.whole_length import lengthened
from cutscore_composer.wishes import Wishes

STEM = "music"
LENGTH_TOLERANCE = Fraction(1, 20)
"""Seconds: containers that count in milliseconds write 600 s a little longer."""
_MOST_TEXT_BYTES = 4096


class Unusable(Exception):
    """Videos that cannot be used: for each its number (None: all together) and a sentence."""

    def __init__(self, rows: Sequence[Mapping[str, Any]]) -> None:
        super().__init__(rows)
        self.rows = [dict(row) for row in rows]


def probe_job(job: Mapping[str, Any]) -> dict[str, Any]:
    """How long the videos of a request are. Raises Unusable."""
    rows: list[dict[str, Any]] = []
    total = Fraction(0)
    for number, (file, label) in enumerate(zip(job["files"], job["labels"], strict=True)):
        path = Path(file)
        try:
            facts, video = moving(path, probe(path))
            _refuse_bombs(path, facts, video, job)
            total += film_seconds(video)
        except InputRefused as error:
            rows.append({"index": number, "message": _about(error, path, label)})
    if not rows and total > MOST_SECONDS + LENGTH_TOLERANCE:
        sentence = f"The videos last {float(total):.2f} s: at most {MOST_SECONDS} s may be sent together."
        rows.append({"index": None, "message": sentence})
    if rows:
        raise Unusable(rows)
    return {"seconds": float(total), "exactly": f"{total.numerator}/{total.denominator}"}


def compose_job(job: Mapping[str, Any], engine: str, progress: Progress) -> dict[str, Any]:
    """Compose for the videos and write the answer and the cue file into the job's folder."""
    folder = Path(job["folder"])
    scratch = folder / "work"
    scratch.mkdir()
    request = Request(
        picture=picture_of_videos([Path(file) for file in job["files"]]),
        wishes=Wishes(
            description=job["description"],
            tags=tuple(job["tags"]),
            loudness_lufs=loudness_target(job["loudness"] or "stream"),
        ),
        stem=STEM,
        folder=scratch,
        seed=job["seed"],
        stems=job["stems"],
        effects=job["add_sfx"] or job["separate_tracks"],
        follow_sound=job["use_audio_as_reference"],
    )
    music = engine_called(engine).score(request, progress)
    form = FORMATS[job["output_format"]]
    answer = _answer(job, music, form, folder, progress)
    shutil.copyfile(music.cue_file, folder / "cue.json")
    shutil.rmtree(scratch)
    return {"answer": answer.name, "zip": answer.suffix == ".zip", "facts": dict(music.facts)}


def engine_called(name: str) -> Engine:
    """The engine that "module:name" makes."""
    module, _, factory = name.partition(":")
    engine: Engine = getattr(import_module(module), factory)()
    return engine


def warm_up(engine: str) -> None:
    """Make a second of music for nothing: libraries, sounds and tables are loaded then."""
    with tempfile.TemporaryDirectory(prefix="cutscore-warm-") as folder:
        picture = Picture("warm", Fraction(24), 24, (PictureSpan(0, 24, "gap"),))
        engine_called(engine).score(Request(picture, Wishes(), STEM, Path(folder)), Progress())


def _answer(job: Mapping[str, Any], music: Music, form: OutputFormat, folder: Path, progress: Progress) -> Path:
    """The bytes that the client gets: one file, or a ZIP of tracks or stems."""
    from cutscore_composer.encode import encode, encode_tracks

    seconds = Fraction(job["seconds"])
    finish = partial(_sign, job) if job["sign_with_c2pa"] else None
    if not job["separate_tracks"] and not job["stems"]:
        answer = folder / f"answer{form.extension}"
        encode(lengthened(music.audio, seconds), answer, form, progress)
        if finish is not None:
            finish(answer)
        return answer
    tracks = {track.name: track.file for track in music.tracks}
    wanted = list(music.stems) if job["stems"] else [Stem("music", tracks.get("music", music.audio))]
    if "effects" in tracks:
        wanted.append(Stem("sfx", tracks["effects"]))
    answer = folder / "answer.zip"
    wanted = [Stem(track.name, lengthened(track.file, seconds)) for track in wanted]
    encode_tracks(wanted, answer, form, progress, finish)
    return answer


def _sign(job: Mapping[str, Any], mp3: Path) -> None:
    """The one place where a file is signed; nothing changes it afterwards."""
    from cutscore_composer import __version__
    from cutscore_composer.signing import Ingredient, Made, SigningIdentity, development_identity, sign_mp3

    if job["certificate"] is not None:
        identity = SigningIdentity(Path(job["certificate"]), Path(job["private_key"]))
    else:
        identity = development_identity(Path(job["signing_folder"]))
    inputs = tuple(Ingredient.of(Path(file)) for file in job["files"])
    signed = mp3.with_name(f"signed-{mp3.name}")
    sign_mp3(mp3, signed, Made("Cutscore", __version__, song_id=job["song_id"], inputs=inputs), identity)
    signed.replace(mp3)


def _refuse_bombs(path: Path, facts: MediaFacts, video: VideoFacts, job: Mapping[str, Any]) -> None:
    """Refuse what is small to send and large to decode."""
    # Every stream that is decoded counts, not only the one that is shown.
    for stream in facts.video:
        megapixels = stream.width * stream.height / 1e6
        if megapixels > job["most_megapixels"]:
            raise InputRefused(
                f"{path} has frames of {stream.width} × {stream.height} pixels: "
                f"at most {job['most_megapixels']:g} megapixels are taken here."
            )
    if video.rate > job["most_frame_rate"]:
        raise InputRefused(
            f"{path} has {float(video.rate):g} frames a second: at most {job['most_frame_rate']:g} are taken here."
        )
    seconds = film_seconds(video)
    if video.rate < LOWEST_RATE and seconds <= MOST_SECONDS:
        raise InputRefused(f"{path} has too few pictures a second to be scored: export it with 24.")
    if seconds > MOST_SECONDS + LENGTH_TOLERANCE:
        raise InputRefused(f"{path} lasts {float(seconds):.2f} s: at most {MOST_SECONDS} s may be sent together.")


def _about(error: InputRefused, path: Path, label: str) -> str:
    """The error's sentence with the client's own name of the file; for a text that was sent as a file, that."""
    head = path.read_bytes()[:_MOST_TEXT_BYTES] if path.stat().st_size <= _MOST_TEXT_BYTES else b""
    text = head.decode("utf-8", "replace")
    if head and all(character.isprintable() or character in "\r\n\t" for character in text) and "\ufffd" not in text:
        return f"The part is not a video: it is the text {text[:100]!r}. Send the file itself, not its name."
    return str(error).replace(str(path), repr(label) if label else "The video")
