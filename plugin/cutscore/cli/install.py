"""`cutscore install`: put a script, an extension or a panel where an editor looks, or take it away again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cutscore.cli import options as o
from cutscore.cli.screen import printable, say, say_json

if TYPE_CHECKING:
    from cutscore.editors.install import Done


def command(
    editor: Annotated[str, typer.Argument(metavar="EDITOR", help="resolve, blender, premiere or kdenlive.")],
    remove: Annotated[bool, typer.Option("--remove", help="Take away what was installed.")] = False,
    folder: Annotated[
        Path | None,
        typer.Option("--folder", metavar="DIR", help="Put it there, not where the editor looks.", show_default=False),
    ] = None,
    json_: o.AsJson = False,
) -> None:
    """Put Cutscore where an editor looks for scripts and panels, and say what to click.

    Nothing of the editor's own is changed; --remove takes away exactly what was put there.
    """
    from cutscore.editors.install import EDITORS, System, install
    from cutscore.editors.install import remove as take_away
    from cutscore_composer.errors import ConfigError

    system = System.this()
    if remove:
        if folder is not None:
            raise ConfigError("--remove takes away what was installed, wherever that is: leave --folder out.")
        done = take_away(editor, system)
    else:
        done = install(editor, system, None if folder is None else folder.expanduser().absolute())
    if json_:
        say_json(_report(done))
    elif remove:
        _say_removed(done, EDITORS[editor])
    else:
        _say_installed(done, EDITORS[editor])


def _say_installed(done: Done, title: str) -> None:
    for path in done.files:
        say(f"  {printable(str(path))}")
    for path in done.kept:
        say(f"A file of that name was there already; it is kept as {printable(str(path))}.")
    if done.program is None:
        say(f"\n{title} itself was not found on this machine; the files are ready for when it is there.")
    say(f"\nNow, in {title}:" if done.program is not None else "\nThen:")
    for line in done.clicks:
        say(f"  - {printable(line)}")


def _say_removed(done: Done, title: str) -> None:
    if not done.files and not done.kept:
        say(f"Nothing of Cutscore's is installed into {title}.")
    for path in done.files:
        say(f"removed  {printable(str(path))}")
    for path in done.kept:
        say(f"kept     {printable(str(path))} (it was changed since it was installed)")


def _report(done: Done) -> dict[str, Any]:
    return {
        "editor": done.editor,
        "files": [str(path) for path in done.files],
        "kept": [str(path) for path in done.kept],
        "clicks": list(done.clicks),
        "program": None if done.program is None else str(done.program),
    }
