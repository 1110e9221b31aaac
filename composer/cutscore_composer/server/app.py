"""The application: the endpoint of the contract, the cue files, health, metrics, and its own description."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from cutscore_composer import __version__
from cutscore_composer.contract import KEY_HEADER, PATH
from cutscore_composer.server.access_log import FACTS, AccessLog
from cutscore_composer.server.openapi import description
from cutscore_composer.server.reception import ClientGone
from cutscore_composer.server.refusal import Refusal, refused
from cutscore_composer.server.scoring import Scoring
from cutscore_composer.server.settings import ServerSettings
from cutscore_composer.server.worker import Worker, owner_of


@dataclass(frozen=True, slots=True)
class AppFactory:
    """Makes the application in each worker process; this is what is handed to them."""

    settings: ServerSettings
    folder: Path
    """The server's own, shared by its workers."""
    parent: int | None
    """The process that watches over the worker."""

    def __call__(self) -> Any:
        """The application."""
        return application(self.settings, self.folder, self.parent)


def application(settings: ServerSettings, folder: Path, parent: int | None = None) -> Any:
    """The ASGI application of one worker."""
    held: list[Worker] = []

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        worker = Worker(settings, folder)
        held.append(worker)
        worker.open(parent)
        try:
            yield
        finally:
            worker.close()

    app = FastAPI(title="Cutscore", version=__version__, docs_url=None, redoc_url=None, lifespan=lifespan)
    app.openapi = lambda: description(settings)  # type: ignore[method-assign]
    _endpoints(app, lambda: held[0])
    return AccessLog(app, lambda: held[0].counters)


def _endpoints(app: FastAPI, worker: Callable[[], Worker]) -> None:
    async def score(request: Request) -> Response:
        return _Scored(worker(), request)

    async def cue(request: Request) -> Response:
        entry = worker().knows(request.headers.get(KEY_HEADER))
        found = worker().shelf.find(request.path_params["song_id"], owner_of(entry))
        if found is None:
            raise refused(404, "cue_not_found", "There is no cue file of that song here, or no longer.")
        return FileResponse(found, media_type="application/json")

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": "ok", "version": __version__})

    async def ready(_: Request) -> Response:
        here = worker()
        room = here.has_room(0)
        counts = here.places.counts()
        body = {"status": "ok" if room else "disk_full", "composing": counts.composing, "waiting": counts.waiting}
        return JSONResponse(body, 200 if room else 503)

    async def metrics(_: Request) -> Response:
        counts = worker().places.counts()
        gauges = {
            "cutscore_open_requests": ("Requests for music that are open.", float(counts.open)),
            "cutscore_composing": ("Pieces that are being composed.", float(counts.composing)),
            "cutscore_waiting": ("Requests that wait to be composed.", float(counts.waiting)),
        }
        return PlainTextResponse(
            worker().counters.text(gauges), headers={"content-type": "text/plain; version=0.0.4; charset=utf-8"}
        )

    async def refusal(_: Request, error: Exception) -> Response:
        assert isinstance(error, Refusal)
        return JSONResponse(error.body, error.status, error.headers)

    app.add_exception_handler(Refusal, refusal)
    routes: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
        ("POST", PATH, score),
        ("GET", f"{PATH}/{{song_id}}/cue", cue),
        ("GET", "/health", ready),
        ("GET", "/health/live", alive),
        ("GET", "/health/ready", ready),
        ("GET", "/metrics", metrics),
    ]
    for method, path, endpoint in routes:
        app.add_route(path, endpoint, methods=[method])


class _Scored(Response):
    """The answer to a request for music, found out while it is being sent."""

    def __init__(self, worker: Worker, request: Request) -> None:
        self._worker = worker
        self._request = request
        self.background = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            answer = await Scoring(self._worker, self._request, scope[FACTS]).answer()
        except Refusal as error:
            scope[FACTS]["said"] = error.told
            await JSONResponse(error.body, error.status, error.headers)(scope, receive, send)
        except ClientGone:
            return
        except OSError as error:
            scope[FACTS]["fault"] = f"{type(error).__name__}: {error.strerror}"
            full = refused(503, "system_busy", "The server's disk takes no more. Try again later.", retry_after=60)
            await JSONResponse(full.body, 503, full.headers)(scope, receive, send)
        else:
            await answer.send(send, self._worker.disk)
