"""`cutscore bridge`: the command for panels inside editors that cannot start programs themselves."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from cutscore.cli import options as o
from cutscore.cli.screen import say, say_json


def command(
    port: Annotated[
        int | None,
        typer.Option(
            "--port", metavar="N", min=0, max=65535, help="The port [8766]; 0 takes a free one.", show_default=False
        ),
    ] = None,
    json_: o.AsJson = False,
) -> None:
    """Answer the Premiere panel on this machine until it is stopped; nobody else can reach or use it."""
    from cutscore.bridge.runs import Runs
    from cutscore.bridge.serving import PORT, bridge
    from cutscore.bridge.token import bridge_token
    from cutscore.config.model import data_folder
    from cutscore.editors.install.system import System

    over = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: over.set())
    runs = Runs(System.this().command)
    try:
        with bridge(runs, bridge_token(data_folder()), PORT if port is None else port) as server:
            url = f"http://127.0.0.1:{server.server_address[1]}"
            if json_:
                say_json({"url": url})
            else:
                say(f"The bridge for panels answers at {url} (Ctrl-C stops).")
            while not over.wait(0.5):
                pass
    finally:
        signal.signal(signal.SIGTERM, before)
