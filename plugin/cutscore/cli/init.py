"""`cutscore init`: write a configuration with every option explained."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cutscore.cli.screen import printable, say


def command(
    path: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="Where to write it [./cutscore.yaml].", show_default=False)
    ] = None,
    user: Annotated[bool, typer.Option("--user", help="Write it for all your projects.")] = False,
) -> None:
    """Write a configuration with every option explained; a file that exists is never touched."""
    from cutscore.config import FILE_NAME, user_config_file
    from cutscore.config.example import write_example
    from cutscore_composer.errors import ConfigError

    if user and path is not None:
        raise ConfigError("Give either a file or --user, not both.")
    file = user_config_file() if user else path or Path(FILE_NAME)
    if file.is_dir():
        file = file / FILE_NAME
    write_example(file)
    say(f"Wrote {printable(str(file.absolute()))}.")
    say("Every option in it is explained and stands at its default: change what you need.")
