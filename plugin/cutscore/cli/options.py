"""Options that several commands share, and the settings that they make together with the configuration."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cutscore.cli.work import ProgressMode

if TYPE_CHECKING:
    from cutscore.config import Settings

FORMATS = ".otio .otioz .otiod .edl .xml .fcpxml .fcpxmld .aaf .kdenlive .mlt"
INPUT_HELP = f"A timeline ({FORMATS}), or videos in the order they are seen."

Inputs = Annotated[list[Path], typer.Argument(metavar="INPUT...", help=INPUT_HELP, show_default=False)]
Config = Annotated[
    Path | None,
    typer.Option("--config", metavar="FILE", help="The configuration instead of ./cutscore.yaml.", show_default=False),
]
ProfileName = Annotated[
    str | None, typer.Option("--profile", metavar="NAME", help="A profile of the configuration.", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON on standard output, and nothing else.")]
ShowProgress = Annotated[
    ProgressMode, typer.Option("--progress", help="Progress on standard error: bars, JSON lines, or none.")
]
Description = Annotated[
    str | None,
    typer.Option("--description", "-d", metavar="TEXT", help="What the music is to be, in words.", show_default=False),
]
Tags = Annotated[
    list[str] | None,
    typer.Option("--tag", "-t", metavar="TAG", help="A style tag; may be given several times.", show_default=False),
]
Style = Annotated[
    str | None, typer.Option("--style", metavar="NAME", help="The composer's style by name.", show_default=False)
]
Sync = Annotated[
    Literal["loose", "natural", "tight"] | None,
    typer.Option("--sync", help="How closely the music follows the cuts.", show_default=False),
]
Ending = Annotated[
    Literal["ring", "button", "fade"] | None,
    typer.Option("--ending", help="How the music ends.", show_default=False),
]
EngineName = Annotated[
    str | None,
    typer.Option("--engine", metavar="NAME|URL", help="local, an engine of the configuration, or a server's URL."),
]
Seed = Annotated[
    int | None, typer.Option("--seed", metavar="N", help="Another number, other music.", show_default=False)
]
Effects = Annotated[
    bool | None,
    typer.Option("--effects/--no-effects", help="Also sound effects, mixed under the music.", show_default=False),
]
FollowSound = Annotated[
    bool | None,
    typer.Option(
        "--follow-sound/--no-follow-sound",
        help="Follow the tempo, key and loudness of the edit's own sound.",
        show_default=False,
    ),
]
Range = Annotated[
    tuple[str, str] | None,
    typer.Option(
        "--range",
        metavar="IN OUT",
        help="Only a part: timecodes as the timeline shows them, or seconds from its start.",
        show_default=False,
    ),
]
Search = Annotated[
    list[Path] | None,
    typer.Option("--search", metavar="DIR", help="A folder in which missing media are looked for.", show_default=False),
]
Strict = Annotated[
    bool | None, typer.Option("--strict/--no-strict", help="Missing media are an error.", show_default=False)
]
Rate = Annotated[
    str | None,
    typer.Option(
        "--rate",
        metavar="FPS",
        help="Frame rate of an EDL, which names none: 25, 23.976, 30000/1001.",
        show_default=False,
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="DIR", help="Folder for the results [NAME.cutscore beside the input].",
        show_default=False,
    ),
]  # fmt: skip

Duck = Annotated[
    bool | None,
    typer.Option("--duck/--no-duck", help="Draw the music down under the dialogue by keyframes.", show_default=False),
]
FadeIn = Annotated[
    float | None,
    typer.Option("--fade-in", metavar="SECONDS", min=0, max=60, help="Fade at the beginning.", show_default=False),
]
FadeOut = Annotated[
    float | None,
    typer.Option("--fade-out", metavar="SECONDS", min=0, max=60, help="Fade at the end.", show_default=False),
]


def placing_from(settings: Settings, **place: Any) -> Settings:
    """Settings with what the command line says of placing laid over them; None says nothing."""
    given = {name: value for name, value in place.items() if value is not None}
    return settings.model_copy(update={"place": settings.place.model_copy(update=given)}) if given else settings


def settings_from(
    config: Path | None,
    profile: str | None,
    *,
    engine: str | None = None,
    search: list[Path] | None = None,
    rate: str | None = None,
    **music: Any,
) -> Settings:
    """The configuration with what the command line says laid over it; None and empty lists say nothing."""
    from cutscore.config import frame_rate, load_settings, override
    from cutscore_composer.errors import ConfigError

    given = {name: value for name, value in music.items() if value not in (None, [], ())}
    if "tags" in given:
        given["tags"] = tuple(given["tags"])
    settings = override(load_settings(config, profile=profile), engine=engine, **given)
    media: dict[str, Any] = {}
    if search:
        media["search"] = (*search, *settings.media.search)
    if rate is not None:
        try:
            frame_rate(rate)
        except ValueError as error:
            raise ConfigError(f"--rate {error}.") from None
        media["edl_rate"] = rate
    return settings.model_copy(update={"media": settings.media.model_copy(update=media)}) if media else settings
