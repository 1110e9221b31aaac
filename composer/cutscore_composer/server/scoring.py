"""Scoring: one request from its first byte to its last: door, reception, probe, turn, composition, answer."""

from __future__ import annotations

import asyncio
import secrets
import string
import time
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from starlette.requests import Request

from cutscore_composer.contract import (
    CHARACTER_COST,
    CURRENT_REQUESTS,
    FILE_FIELD,
    FORMATS,
    KEY_HEADER,
    MAXIMUM_REQUESTS,
    MOST_BYTES,
    MOST_SEED,
    PATH,
    SEED,
    SONG_ID,
    Fields,
    OutputFormat,
    violations,
)
from cutscore_composer.error_bodies import SYSTEM_BUSY, TOO_MANY_REQUESTS, Invalid
from cutscore_composer.server.answer import FileAnswer
from cutscore_composer.server.asked import asked_in_form, asked_in_query
from cutscore_composer.server.door import allow_format, refuse_strange_pages
from cutscore_composer.server.places import Entry
from cutscore_composer.server.reception import ClientGone, Form, receive_form
from cutscore_composer.server.refusal import Refusal, broken, invalid, refused
from cutscore_composer.server.settings import KeyEntry
from cutscore_composer.server.studios import JobFailed, JobRefused
from cutscore_composer.server.worker import Worker, owner_of

BYTES_A_SECOND = 48_000 * 6
"""Of a WAV as the composer writes it."""
MOST_STEMS = 6
SECONDS_A_SECOND = 10.0
SECONDS_AT_LEAST = 60.0
"""A composition may take so long for each second of picture, and never less than this, up to the setting."""
_ALPHABET = string.ascii_letters + string.digits
T = TypeVar("T")


class Scoring:
    """One request for music."""

    def __init__(self, worker: Worker, request: Request, facts: dict[str, Any]) -> None:
        """`facts` is what the log will say of it."""
        self._worker = worker
        self._request = request
        self._facts = facts
        self._song_id = "".join(secrets.choice(_ALPHABET) for _ in range(20))

    async def answer(self) -> FileAnswer:
        """The music, as an answer that still has to be sent. Raises Refusal, ClientGone."""
        worker, request = self._worker, self._request
        refuse_strange_pages(request.headers.get("origin"), worker.settings)
        entry = worker.knows(request.headers.get(KEY_HEADER))
        self._facts["key"] = entry.name or None
        asked, wrong = asked_in_query(request.query_params.multi_items())
        found = [*wrong, *broken(violations(asked, description_limit=worker.settings.description_limit))]
        if found:
            raise invalid(found)
        form = FORMATS[asked.output_format]
        self._facts |= {"output_format": form.name, "song_id": self._song_id}
        allow_format(form, entry)
        most = entry.concurrent or worker.settings.concurrent
        place = worker.places.enter(entry.name, most)
        if isinstance(place, str):
            raise self._too_many(place, most)
        folder = worker.job_folder(self._song_id)

        def release() -> None:
            worker.remove_job_folder(folder)
            place.leave()

        try:
            folder.mkdir()
            answer = await self._score(folder, place, asked, entry)
        except BaseException:
            release()
            raise
        answer.headers |= {CURRENT_REQUESTS: str(place.current), MAXIMUM_REQUESTS: str(most)}
        answer.release = release
        return answer

    async def _score(self, folder: Path, place: Entry, asked: Fields, entry: KeyEntry) -> FileAnswer:
        worker, settings = self._worker, self._worker.settings
        declared = self._request.headers.get("content-length", "")
        expected = min(int(declared[:19]), MOST_BYTES) if declared.isascii() and declared.isdigit() else MOST_BYTES
        self._need_room(expected)
        form = await receive_form(self._request.receive, self._request.headers, folder, settings, worker.disk)
        fields = self._fields(asked, form)
        self._facts |= {"videos": len(form.files), "received": form.bytes}
        if asked.enable_logging is not False:
            self._facts |= {"description": fields.description, "tags": list(fields.tags)}
        self._facts["seed"] = fields.seed
        gone = asyncio.create_task(self._gone())
        try:
            seconds = await self._unless(gone, self._probe(form))
            self._facts["seconds_of_video"] = round(float(seconds), 3)
            await self._unless(gone, place.turn())
            # What is written for it: the master and the answer, and each part that is wanted by itself.
            files = 2 + 2 * MOST_STEMS * fields.stems + 2 * (fields.add_sfx or fields.separate_tracks)
            self._need_room(int(seconds * BYTES_A_SECOND) * files)
            answer = await self._unless(gone, self._compose(folder, form, fields, seconds, entry))
            # However slowly the client takes it, the next piece can be composed.
            place.composed()
            return answer
        finally:
            gone.cancel()
            with suppress(asyncio.CancelledError):
                await gone

    def _need_room(self, size: int) -> None:
        if not self._worker.has_room(size):
            raise refused(503, SYSTEM_BUSY, "The server's disk is nearly full. Try again later.", retry_after=60)

    def _fields(self, asked: Fields, form: Form) -> Fields:
        """What is asked for. Raises Refusal for everything that is wrong with it at once."""
        fields, wrong = asked_in_form(asked, form.fields)
        sizes = [file.size for file in form.files]
        limit = self._worker.settings.description_limit
        # Where a text came instead of a video, that is said, not that there is none.
        known = sizes or [0] if any(row.loc[1] == FILE_FIELD for row in form.wrong) else sizes
        found = [*form.wrong, *wrong, *broken(violations(fields, known, description_limit=limit))]
        found += [
            Invalid(("body", FILE_FIELD, number), "The video is empty: it holds 0 bytes.")
            for number, size in enumerate(sizes)
            if size == 0
        ]
        if found:
            raise invalid(found)
        return fields if fields.seed is not None else replace(fields, seed=secrets.randbelow(MOST_SEED + 1))

    async def _probe(self, form: Form) -> Fraction:
        settings = self._worker.settings
        job = {
            "job": "probe",
            "files": [str(file.path) for file in form.files],
            "labels": [_printable(file.name) for file in form.files],
            "most_megapixels": settings.most_megapixels,
            "most_frame_rate": settings.most_frame_rate,
        }
        try:
            async with self._worker.probing.studio() as studio:
                done = await studio.run(job, settings.probe_seconds)
        except JobRefused as error:
            raise _unusable(error) from None
        except JobFailed as error:
            self._worker.counters.add("cutscore_studios_lost_total")
            self._facts["fault"] = f"probe: {error.kind} {error.message}".strip()
            raise _undecodable(
                "It cannot be looked into with the time and memory that a video is given here."
            ) from None
        return Fraction(done["exactly"])

    async def _compose(
        self, folder: Path, form: Form, fields: Fields, seconds: Fraction, entry: KeyEntry
    ) -> FileAnswer:
        worker, settings = self._worker, self._worker.settings
        most = min(settings.compose_seconds, SECONDS_AT_LEAST + SECONDS_A_SECOND * float(seconds))
        started = time.monotonic()
        try:
            async with worker.composing.studio() as studio:
                done = await studio.run(self._job(folder, form, fields, seconds), most)
        except JobRefused as error:
            raise _unusable(error) from None
        except JobFailed as error:
            raise self._failure(error) from None
        took = time.monotonic() - started
        worker.counters.add("cutscore_composed_seconds_total", float(seconds))
        worker.counters.add("cutscore_compose_seconds_total", took)
        self._facts["compose_seconds"] = round(took, 3)
        worker.usual_seconds = (worker.usual_seconds + took) / 2
        for file in form.files:
            file.path.unlink(missing_ok=True)
        worker.shelf.keep(self._song_id, owner_of(entry), folder / "cue.json")
        output = FORMATS[fields.output_format]
        return FileAnswer(folder / done["answer"], self._headers(output, fields, zipped=done["zip"]))

    def _job(self, folder: Path, form: Form, fields: Fields, seconds: Fraction) -> dict[str, Any]:
        settings = self._worker.settings
        names = (
            "description", "output_format", "sign_with_c2pa", "add_sfx", "separate_tracks", "use_audio_as_reference",
            "seed", "loudness", "stems",
        )  # fmt: skip
        return {
            "job": "compose",
            "folder": str(folder),
            "files": [str(file.path) for file in form.files],
            "tags": list(fields.tags),
            "seconds": f"{seconds.numerator}/{seconds.denominator}",
            **{name: getattr(fields, name) for name in names},
            "song_id": self._song_id,
            "certificate": _text(settings.certificate),
            "private_key": _text(settings.private_key),
            "signing_folder": str(settings.signing_folder or self._worker.folder),
        }

    def _headers(self, form: OutputFormat, fields: Fields, *, zipped: bool) -> dict[str, str]:
        extension = ".zip" if zipped else form.extension
        cue = f"{(self._worker.settings.public_url or '').rstrip('/')}{PATH}/{self._song_id}/cue"
        return {
            "content-type": "application/zip" if zipped else form.content_type,
            "content-disposition": f'attachment; filename="{self._song_id}{extension}"',
            "link": f'<{cue}>; rel="describedby"; type="application/json"',
            SONG_ID: self._song_id,
            SEED: str(fields.seed),
            CHARACTER_COST: "0",
        }

    def _too_many(self, where: str, most: int) -> Refusal:
        wait = min(60.0, self._worker.usual_seconds)
        if where == "key":
            message = f"Too many concurrent requests: at most {most} may be open at once. Try again when one is done."
            error = refused(429, TOO_MANY_REQUESTS, message, retry_after=wait)
            error.headers |= {CURRENT_REQUESTS: str(most), MAXIMUM_REQUESTS: str(most)}
            return error
        return refused(429, SYSTEM_BUSY, "The server has all the work it can take. Try again later.", retry_after=wait)

    def _failure(self, error: JobFailed) -> Refusal:
        self._facts["fault"] = f"compose: {error.kind} {error.message}".strip()
        if error.kind in ("crash", "time", "memory"):
            self._worker.counters.add("cutscore_studios_lost_total")
        if error.kind in ("time", "memory"):
            return _undecodable("They take more time or memory than a composition is given here.")
        if error.kind == "output":
            return refused(503, SYSTEM_BUSY, "The server's disk is full. Try again later.", retry_after=60)
        if error.kind == "engine":
            return refused(500, "engine_failed", error.message)
        return refused(500, "internal_error", "Something went wrong inside the server; its log says what.")

    async def _gone(self) -> None:
        """Until the client goes away."""
        while (await self._request.receive())["type"] != "http.disconnect":
            pass

    async def _unless(self, gone: asyncio.Task[None], work: Coroutine[Any, Any, T]) -> T:
        """What the work gives; when the client goes away, the work is stopped and ClientGone raised."""
        task = asyncio.create_task(work)
        try:
            both: set[asyncio.Task[Any]] = {gone, task}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise ClientGone
        finally:
            if not task.done():
                task.cancel()
                with suppress(asyncio.CancelledError, Refusal):
                    await task


def _unusable(error: JobRefused) -> Refusal:
    rows = []
    for row in error.rows:
        loc = ("body", FILE_FIELD) if row["index"] is None else ("body", FILE_FIELD, row["index"])
        rows.append(Invalid(loc, row["message"]))
    return invalid(rows)


def _undecodable(sentence: str) -> Refusal:
    return invalid([Invalid(("body", FILE_FIELD), f"The videos cannot be used. {sentence}")])


def _printable(name: str) -> str:
    return "".join(character for character in name if character.isprintable())[:100]


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
