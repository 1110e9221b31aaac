"""`cutscore place`: lay music into a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from cutscore.cli import options as o
from cutscore.cli.screen import printable, say, say_json, tell
from cutscore.cli.summary import shown
from cutscore.cli.work import working


def command(
    music: Annotated[
        Path, typer.Argument(metavar="MUSIC", help="A WAV file, with its NAME.cue.json beside it or not.")
    ],
    project: Annotated[Path, typer.Argument(metavar="PROJECT", help="The timeline to lay it into.")],
    output: o.Output = None,
    in_place: Annotated[
        bool | None,
        typer.Option("--in-place/--no-in-place", help="Edit the project itself (a copy is kept).", show_default=False),
    ] = None,
    duck: o.Duck = None,
    fade_in: o.FadeIn = None,
    fade_out: o.FadeOut = None,
    gain: Annotated[
        float | None,
        typer.Option("--gain", metavar="DB", min=-60, max=12, help="Gain of the music clip.", show_default=False),
    ] = None,
    stems: Annotated[
        bool | None,
        typer.Option("--stems/--no-stems", help="Lay the stems on muted tracks too.", show_default=False),
    ] = None,
    rate: o.Rate = None,
    config: o.Config = None,
    profile: o.ProfileName = None,
    json_: o.AsJson = False,
    progress: o.ShowProgress = "auto",
) -> None:
    """Lay music into a project: one track is added, all else stays as it was.

    The result is NAME.scored in the folder of the results; beside the project itself where the timeline
    names its media relative to its own folder. What is there already is updated, and never lost.
    """
    settings = o.placing_from(
        o.settings_from(config, profile, rate=rate),
        duck=duck, fade_in_seconds=fade_in, fade_out_seconds=fade_out, gain_db=gain, stems=stems,
    )  # fmt: skip
    from cutscore.laying import place_music

    with working(progress) as bars:
        placed = place_music(music, project, settings, output=output, in_place=in_place, progress=bars)
    for warning in placed.warnings:
        tell(f"Note: {warning}")
    where = None if placed.project is None else str(placed.project.absolute())
    if json_:
        say_json({"project": where, "warnings": list(placed.warnings)})
    else:
        say(f"Project        {shown(where) if where else 'none'}")
        if placed.message and placed.message not in placed.warnings:
            say(printable(placed.message))
