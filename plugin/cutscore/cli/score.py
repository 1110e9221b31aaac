"""`cutscore score`: make music for an edit and lay it into the project."""

from __future__ import annotations

from typing import Annotated

import typer

from cutscore.cli import options as o
from cutscore.cli.again import resending
from cutscore.cli.screen import say_json
from cutscore.cli.work import working


def command(
    context: typer.Context,
    inputs: o.Inputs,
    description: o.Description = None,
    tag: o.Tags = None,
    style: o.Style = None,
    sync: o.Sync = None,
    ending: o.Ending = None,
    engine: o.EngineName = None,
    seed: o.Seed = None,
    takes: Annotated[
        int | None,
        typer.Option("--takes", metavar="N", min=1, max=10, help="How many pieces to make.", show_default=False),
    ] = None,
    range_: o.Range = None,
    output: o.Output = None,
    place: Annotated[bool, typer.Option("--place/--no-place", help="Lay the music into the project.")] = True,
    in_place: Annotated[
        bool | None,
        typer.Option("--in-place/--no-in-place", help="Edit the project itself (a copy is kept).", show_default=False),
    ] = None,
    duck: o.Duck = None,
    fade_in: o.FadeIn = None,
    fade_out: o.FadeOut = None,
    preview: Annotated[
        bool | None,
        typer.Option("--preview/--no-preview", help="Also a video with the music under it.", show_default=False),
    ] = None,
    stems: Annotated[
        bool | None,
        typer.Option("--stems/--no-stems", help="Also each group of instruments as a file.", show_default=False),
    ] = None,
    effects: o.Effects = None,
    follow_sound: o.FollowSound = None,
    alternates: Annotated[
        str | None,
        typer.Option(
            "--alternates",
            metavar="LIST",
            help="Other versions too: no-drums,no-melody,ducked,60s,30s,15s.",
            show_default=False,
        ),
    ] = None,
    search: o.Search = None,
    rate: o.Rate = None,
    strict: o.Strict = None,
    resend: Annotated[
        bool, typer.Option("--resend", help="Send a parked paid call again, knowing that it may be billed twice.")
    ] = False,
    config: o.Config = None,
    profile: o.ProfileName = None,
    json_: o.AsJson = False,
    progress: o.ShowProgress = "auto",
) -> None:
    """Make music for a timeline or for videos, and lay it into the project.

    Results go to NAME.cutscore beside the input. The same input gives the same music: give another --seed for other.
    """
    from cutscore_composer.alternates import read_alternates

    settings = o.settings_from(
        config, profile, engine=engine, search=search, rate=rate,
        description=description, tags=tag, style=style, sync=sync, ending=ending, seed=seed, stems=stems,
        effects=effects, follow_sound=follow_sound,
        alternates=None if alternates is None else read_alternates(alternates),
    )  # fmt: skip
    settings = o.placing_from(settings, duck=duck, fade_in_seconds=fade_in, fade_out_seconds=fade_out)
    from cutscore import scoring

    with working(progress) as shown:
        result = scoring.score(
            inputs,
            settings,
            progress=shown,
            range_text=range_,
            output=output,
            takes=takes,
            resend=resend,
            in_place=in_place,
            preview=preview,
            strict=strict,
            place=place,
            command=resending(context.obj or ()),
        )
    if json_:
        say_json(result.report())
    else:
        from cutscore.cli.summary import say_result

        say_result(result.report())
