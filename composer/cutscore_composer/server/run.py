"""Running: a socket, one or several worker processes behind it, and nothing left when it stops.

>>> serve(ServerSettings(port=0), lambda url: print(url))          # doctest: +SKIP
"""

from __future__ import annotations

import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import uvicorn
from uvicorn.supervisors import Multiprocess

from cutscore_composer.errors import ConfigError
from cutscore_composer.server.access_log import log
from cutscore_composer.server.app import AppFactory
from cutscore_composer.server.connections import CONNECTIONS, TimedProtocol
from cutscore_composer.server.grounds import server_ground
from cutscore_composer.server.settings import ServerSettings

BACKLOG = 512
KEEP_ALIVE_SECONDS = 75
"""Longer than proxies keep their connections: none is closed in the moment in which a proxy uses it again."""
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"lines": {"class": "cutscore_composer.server.access_log.JsonLines"}},
    "loggers": {
        "uvicorn": {"handlers": ["lines"], "level": "WARNING", "propagate": False},
        "uvicorn.error": {"level": "WARNING"},
    },
    "root": {"handlers": ["lines"], "level": "WARNING"},
}


def serve(settings: ServerSettings, listening: Callable[[str], None]) -> None:
    """Serve until the process is told to stop (SIGTERM, Ctrl-C). `listening` is told the URL.

    Raises ConfigError when the server would be open to others without keys, or its address cannot be used.
    """
    refuse_open_doors(settings)
    with _listener(settings) as listener, _ground(settings) as folder, _stoppable():
        listening(url_of(settings, listener))
        log("started", url=url_of(settings, listener), workers=settings.workers, pid=os.getpid())
        if settings.workers == 1:
            uvicorn.Server(_config(settings, folder, parent=None)).run(sockets=[listener])
        else:
            Multiprocess(_config(settings, folder, parent=os.getpid()), sockets=[listener]).run()
    log("stopped", pid=os.getpid())


def refuse_open_doors(settings: ServerSettings) -> None:
    """Raise ConfigError for a server that everybody on the network could use without being told so."""
    if not settings.keys and not settings.on_loopback and not settings.open:
        raise ConfigError(
            f"Without keys the server listens on this machine alone, not on {settings.host}: "
            "configure serve.keys, or say --open to let in everybody who can reach it."
        )


def url_of(settings: ServerSettings, listener: socket.socket) -> str:
    """Where the server is reached."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    return f"http://{host}:{listener.getsockname()[1]}"


def _config(settings: ServerSettings, folder: Path, parent: int | None) -> uvicorn.Config:
    return uvicorn.Config(
        AppFactory(settings, folder, parent),
        factory=True,
        http=TimedProtocol,
        ws="none",
        lifespan="on",
        workers=settings.workers,
        log_config=LOGGING,
        access_log=False,
        server_header=False,
        backlog=BACKLOG,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=max(1, round(settings.stop_seconds)),
        timeout_worker_healthcheck=30,
    )


@contextmanager
def _listener(settings: ServerSettings) -> Iterator[socket.socket]:
    try:
        family = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0][0]
        listener = socket.create_server((settings.host, settings.port), family=family, backlog=BACKLOG)
    except OSError as error:
        reason = error.strerror or error
        raise ConfigError(f"The server cannot listen on {settings.host} port {settings.port}: {reason}.") from error
    with listener:
        yield listener


@contextmanager
def _ground(settings: ServerSettings) -> Iterator[Path]:
    ground = server_ground(settings.folder)
    try:
        yield ground.folder
    finally:
        ground.close()


@contextmanager
def _stoppable() -> Iterator[None]:
    """uvicorn raises the signal that stopped it once more when it is done: by then it has been heeded."""

    def heeded(_number: int, _frame: FrameType | None) -> None:
        return

    before = {number: signal.signal(number, heeded) for number in (signal.SIGINT, signal.SIGTERM)}
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        for number, handler in before.items():
            signal.signal(number, handler)
