"""`cutscore reel`: the edit as the small video files that a server is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cutscore.cli import options as o
from cutscore.cli.screen import printable, say, say_json, tell
from cutscore.cli.work import working


def command(
    inputs: o.Inputs,
    output: o.Output = None,
    separate: Annotated[
        bool, typer.Option("--separate", help="The clips as files of their own instead of one video.")
    ] = False,
    sound: Annotated[bool, typer.Option("--sound", help="With the edit's own sound.")] = False,
    range_: o.Range = None,
    search: o.Search = None,
    rate: o.Rate = None,
    config: o.Config = None,
    json_: o.AsJson = False,
    progress: o.ShowProgress = "auto",
) -> None:
    """Make the edit into the small video that a server is sent: used ranges only, in order, at the right length."""
    settings = o.settings_from(config, None, search=search, rate=rate)
    from cutscore import scoring

    with working(progress) as shown:
        reels = scoring.make_reel_of(
            inputs, settings, folder=output, separate=separate, sound=sound, progress=shown, range_text=range_
        )
    warnings = list(dict.fromkeys(warning for reel in reels for warning in reel.warnings))
    for warning in warnings:
        tell(f"Note: {warning}")
    files = [Path(file).absolute() for reel in reels for file in reel.files]
    if json_:
        say_json({"files": [str(file) for file in files], "warnings": warnings})
        return
    for file in files:
        say(f"{printable(str(file))}  ({file.stat().st_size / 1e6:.1f} MB)")
