#!/usr/bin/env python3
"""Scores the Kdenlive or Shotcut project of a folder, and opens the scored project.

    score_project.py                      the newest project of this folder
    score_project.py FOLDER|PROJECT       another one
    score_project.py PROJECT --open -- --description "warm strings" --seed 7

Kdenlive and Shotcut have no menu for scripts that see the project: save it, run this in its folder (or by the
file manager's menu), and open what it made. The project itself is left as it is. Standard library only.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path

COMMAND = ["cutscore"]  # installed: the command
LIBRARY = ""  # installed: the library
SUFFIXES = (".kdenlive", ".mlt")


def newest_project(folder: Path) -> Path | None:
    """The project of a folder that was saved last; None where there is none. What Cutscore made does not count."""
    found = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES and not path.name.startswith(".") and ".scored" not in path.name
    ]
    found = [path for path in found if ".before-cutscore-" not in path.name and path.is_file()]
    return max(found, key=lambda path: (path.stat().st_mtime, path.name), default=None)


def tell(words: str, failed: bool = False) -> None:
    """Say it: in the terminal, and in a window where there is no terminal to see it."""
    print(words, file=sys.stderr if failed else sys.stdout)
    if sys.stdout.isatty():
        return
    if shutil.which("kdialog"):
        kind = ["--error", words] if failed else ["--passivepopup", words, "10"]
        subprocess.run(["kdialog", "--title", "Cutscore", *kind], check=False)
    elif shutil.which("notify-send"):
        subprocess.run(["notify-send", "Cutscore", words], check=False)


def score(project: Path, more: list[str]) -> tuple[Path | None, str]:
    """Run the command; the scored project's path, or None with a sentence."""
    done = subprocess.run(
        [*COMMAND, "score", str(project), "--json", *more], stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        return None, f"Cutscore could not score {project.name}; its words are above, or in a terminal."
    try:
        made = json.loads(done.stdout).get("project")
    except (ValueError, AttributeError):
        return None, f"{COMMAND[0]} answered with something else than a result; is it Cutscore's command?"
    if not made:
        return None, f"Cutscore made music for {project.name}, but no project; see the folder {project.stem}.cutscore."
    return Path(made), f"The music lies in {made}."


def show(project: Path) -> bool:
    """Open the scored project in the editor that it belongs to."""
    program = shutil.which("kdenlive" if project.suffix.lower() == ".kdenlive" else "shotcut")
    if program is None:
        return False
    subprocess.Popen([program, str(project)], start_new_session=True)
    return True


def main(words: list[str] | None = None) -> int:
    """Score, tell, and open."""
    words = sys.argv[1:] if words is None else words
    own, more = (words[: words.index("--")], words[words.index("--") + 1 :]) if "--" in words else (words, [])
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("project", nargs="?", default=".", help="a project, or its folder")
    parser.add_argument("--open", action="store_true", help="open the scored project in its editor")
    asked = parser.parse_args(own)
    path = Path(asked.project).expanduser()
    project = newest_project(path) if path.is_dir() else path
    if project is None or not project.is_file():
        tell(f"There is no Kdenlive or Shotcut project in {path.resolve()}; save it there first.", failed=True)
        return 3
    made, said = score(project, more)
    tell(said, failed=made is None)
    if made is None:
        return 1
    if asked.open and not show(made):
        tell(f"Its editor was not found; open {made} yourself.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
