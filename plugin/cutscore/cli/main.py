"""The `cutscore` command: a table of names; a command's module is loaded only when it is called.

`cutscore --help` therefore answers at once, whatever the commands need.
"""

from __future__ import annotations

import difflib
import importlib
import os
import sys
import warnings
from collections.abc import Callable, Sequence
from typing import Any

from cutscore.cli.screen import say, tell

COMMANDS: dict[str, str] = {
    "score": "Make music for a timeline or for videos, and lay it into the project.",
    "plan": "Say what the music would be: hits, style, key, tempo; no sound is made.",
    "read": "Read a timeline and say what is in it.",
    "reel": "Make the edit into the small video that a server is sent.",
    "place": "Lay music into a project.",
    "demo": "Draw a short film, score it, place the music, and say where to look.",
    "init": "Write a configuration with every option explained.",
    "doctor": "Say what is found on this machine and what is missing.",
    "parked": "List paid calls whose outcome is not known.",
    "bridge": "Answer panels in editors that cannot start programs themselves.",
    "install": "Put Cutscore into an editor's menu, or take it away again.",
    "serve": "Offer the composer to programs that speak to the cloud service.",
    "watch": "Watch folders, and give what is dropped there its music.",
    "jobs": "List, show, retry, cancel and prune the jobs of the watcher.",
}
"""What can be called. The module of each is cutscore.cli.NAME unless HOMES names it; the function in it is `command`,
or `COMMANDS` maps the words that may follow (`cutscore jobs list`) to functions."""

HOMES: dict[str, str] = {
    "watch": "cutscore_watchers.cli.watch",
    "jobs": "cutscore_watchers.cli.jobs",
}
"""Commands of the watchers, by name only: the plugin knows nothing of them until one is called."""

DEBUG = "--debug"


def main(argv: Sequence[str] | None = None) -> None:
    """Run the command and leave with its exit code."""
    sys.exit(run(list(sys.argv[1:] if argv is None else argv)))


def run(argv: list[str]) -> int:
    """The exit code of a command line: 0, or that of the error (see cutscore_composer.errors)."""
    debug = bool(os.environ.get("CUTSCORE_DEBUG"))
    ours = argv[: argv.index("--")] if "--" in argv else argv
    if DEBUG in ours:
        argv = [word for word in ours if word != DEBUG] + argv[len(ours) :]
        debug = True
    warnings.showwarning = _show_warning
    try:
        code = _dispatch(argv)
        sys.stdout.flush()
    except KeyboardInterrupt:
        tell("Stopped.")
        return 130
    except BrokenPipeError:
        # The reader of our output went away (`cutscore read … | head`): that is no error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except Exception as error:
        if debug:
            raise
        from cutscore.cli.failure import exit_code_for

        return exit_code_for(error, argv)
    return code


def _show_warning(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
    """A warning meant for the user is told in one sentence; the libraries' own are for developers (-W error)."""
    if category.__module__.startswith("cutscore"):
        tell(f"Note: {message}")


def _dispatch(argv: list[str]) -> int:
    name = argv[0] if argv else "--help"
    if name in ("-h", "--help", "help"):
        if len(argv) == 2 and argv[1] in COMMANDS:
            return _call(argv[1], ["--help"])
        return _help()
    if name == "--version":
        from cutscore import __version__

        say(f"cutscore {__version__}")
        return 0
    if name not in COMMANDS:
        kind = "option" if name.startswith("-") else "command"
        known = ["--help", "--version"] if kind == "option" else list(COMMANDS)
        near = difflib.get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else "`cutscore --help` lists them."
        tell(f"There is no {kind} {name!r}; {hint}")
        return 2
    return _call(name, argv[1:])


def _call(name: str, arguments: list[str]) -> int:
    import typer

    module = importlib.import_module(HOMES.get(name, f"cutscore.cli.{name}"))
    helped = {"help_option_names": ["-h", "--help"]}
    app = typer.Typer(
        add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, context_settings=helped
    )
    words: dict[str, Callable[..., Any]] = getattr(module, "COMMANDS", {})
    if words:
        app.callback(help=module.__doc__)(lambda: None)
        for word, function in words.items():
            app.command(word, help=function.__doc__, context_settings=helped)(function)
    else:
        app.command(help=module.command.__doc__, context_settings=helped)(module.command)
    # The words as they were typed reach the command in its context, for one that tells how to run it again.
    result = typer.main.get_command(app).main(
        arguments, prog_name=f"cutscore {name}", standalone_mode=False, obj=tuple(arguments)
    )
    return result if isinstance(result, int) else 0


def _help() -> int:
    say("Cutscore puts music under an edit.\n")
    formats = ".otio .otioz .otiod .edl .xml .fcpxml .fcpxmld .aaf .kdenlive .mlt"
    say(f"  cutscore score INPUT...      a timeline ({formats}) or videos in order\n")
    for name, about in COMMANDS.items():
        say(f"  {name:<8} {about}")
    say("\nOptions of a command: cutscore COMMAND --help. Everywhere: --debug shows where an error came from.")
    say("Exit codes: 0 done, 2 command line or configuration, 3 input refused, 4 engine failed,")
    say("            5 a paid call's outcome is unknown, 6 could not write, 130 stopped, 1 a fault in Cutscore.")
    return 0


if __name__ == "__main__":
    main()
