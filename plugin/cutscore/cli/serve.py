"""`cutscore serve`: the composer behind the cloud's own endpoint, for programs that were written for the cloud."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cutscore.cli import options as o
from cutscore.cli.screen import say

if TYPE_CHECKING:
    from cutscore.config.serving import ServeKey, ServeSettings
    from cutscore_composer.server import KeyEntry, ServerSettings

Host = Annotated[
    str | None, typer.Option("--host", metavar="NAME", help="Where to listen [127.0.0.1].", show_default=False)
]
Port = Annotated[
    int | None,
    typer.Option(
        "--port", metavar="N", min=0, max=65535, help="The port [8000]; 0 takes a free one.", show_default=False
    ),
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", min=1, max=64, help="Processes that speak HTTP [1].", show_default=False),
]
Open = Annotated[bool, typer.Option("--open", help="Let in everybody who can reach the server, without any key.")]
Folder = Annotated[
    Path | None,
    typer.Option("--folder", metavar="DIR", help="Where temporary files lie.", show_default=False),
]


def command(
    host: Host = None,
    port: Port = None,
    workers: Workers = None,
    open_: Open = False,
    folder: Folder = None,
    config: o.Config = None,
    json_: o.AsJson = False,
) -> None:
    """Offer POST /v1/music/video-to-music on this machine, with the composer behind it, until it is stopped."""
    settings = o.settings_from(config, None).serve
    given = {"host": host, "port": port, "workers": workers, "folder": folder}
    settings = settings.model_copy(update={name: value for name, value in given.items() if value is not None})
    from cutscore_composer.contract import PATH
    from cutscore_composer.server.run import serve

    def listening(url: str) -> None:
        if json_:
            # On one line: whoever started it reads up to here and then goes on.
            say(f'{{"url": "{url}", "endpoint": "{url}{PATH}", "pid": {os.getpid()}}}')
        else:
            say(f"Serving {url}{PATH} (Ctrl-C stops)")

    serve(server_settings(settings, open_=open_), listening)


def server_settings(serve: ServeSettings, *, open_: bool = False) -> ServerSettings:
    """The configuration's section as the server takes it, its keys found. Raises ConfigError for one that is not."""
    from dataclasses import fields

    from cutscore.config.model import data_folder
    from cutscore_composer.server import ServerSettings

    same = {field.name for field in fields(ServerSettings)} & set(type(serve).model_fields) - {"keys"}
    return ServerSettings(
        **{name: getattr(serve, name) for name in same},
        keys=tuple(_entry(one) for one in serve.keys),
        open=open_,
        certificate=serve.c2pa.certificate,
        private_key=serve.c2pa.private_key,
        signing_folder=data_folder(),
    )


def _entry(one: ServeKey) -> KeyEntry:
    from cutscore.keys import find_key
    from cutscore_composer.errors import ConfigError
    from cutscore_composer.server import KeyEntry

    key = find_key(env=one.key.env, file=one.key.file, keyring=one.key.keyring)
    if key is None:
        # A server without the key that it was told to ask for would be an open one.
        raise ConfigError(f"The key {one.name!r} of serve.keys is not found: looked in {', '.join(one.key.places())}.")
    return KeyEntry.of(one.name, key.reveal(), tier=one.tier, concurrent=one.concurrent)
