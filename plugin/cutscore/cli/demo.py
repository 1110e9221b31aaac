"""`cutscore demo`: a short film is drawn, scored, the music placed, and it is said where to look."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from cutscore.cli import options as o
from cutscore.cli.screen import say, say_json
from cutscore.cli.work import working

DESCRIPTION = "a quiet dawn, then a hopeful journey by train"


def command(
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="Folder for the film and the music.")
    ] = Path("cutscore-demo"),
    description: o.Description = None,
    seed: o.Seed = None,
    json_: o.AsJson = False,
    progress: o.ShowProgress = "auto",
) -> None:
    """Draw a short film with known cuts, score it, place the music, and say where to look. Needs no network."""
    from cutscore import scoring
    from cutscore.config import Settings, override
    from cutscore.demo import make_demo

    wishes: dict[str, Any] = {"description": description or DESCRIPTION, "sync": "tight", "seed": seed}
    # The user's configuration is left out: the demo shows the same on every machine and never costs anything.
    settings = override(Settings(), **{name: value for name, value in wishes.items() if value is not None})
    folder = output.absolute()
    with working(progress) as bars:
        timeline = make_demo(folder, bars)
        result = scoring.score([timeline], settings, progress=bars, preview=True)
    report = result.report()
    if json_:
        say_json(report)
        return
    from cutscore.cli.summary import say_hits, say_result, shown
    from cutscore_composer.cue import read_cue

    say(f"{'Film':<14} {shown(timeline)}")
    say_result(report)
    say()
    say_hits(read_cue(Path(report["cue"])))
    say("\nLook at the preview first; then open the project in your editor.")
