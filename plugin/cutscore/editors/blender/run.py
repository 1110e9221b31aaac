"""One scoring from the scene to the laid music, in steps that never wait: export, start, poll, lay."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import bpy

from . import command, export, laying
from .job import Job, JobFailed

RESULTS = ".cutscore"


class CannotRun(Exception):
    """It cannot be scored; the message is one sentence for the person."""


class Run:
    """A scoring that was started for a scene. It keeps names, not Blender's objects, which undo replaces."""

    def __init__(self, scene: Any, preferences: Any) -> None:
        """Export the sequence and start the command. Raises CannotRun; then nothing was changed in Blender."""
        wishes = scene.cutscore
        self.scene_name = scene.name
        self.stems = wishes.stems
        self.laying = laying.Wishes(wishes.fade_in, wishes.fade_out, wishes.duck, wishes.markers)
        folder = results_folder(preferences.folder if preferences is not None else "")
        name = timeline_name(scene)
        try:
            program = command.find(preferences.command if preferences is not None else "")
            made = export.export_of(scene, name, everything=wishes.extent == "STRIPS")
            self.first = made.edit.first
            self.warnings = list(made.warnings)
            self.timeline = os.path.join(folder, f"{name}.otio")
            export.write(made.edit, self.timeline)
            line = command.words(program, self.timeline, folder, wishes.asked(), made.range_text())
            self.job = Job(line, os.path.dirname(bpy.data.filepath) or folder)
        except (command.NoCommand, export.NothingToScore, JobFailed) as error:
            raise CannotRun(str(error)) from error
        except OSError as error:
            raise CannotRun(
                f"{folder} cannot be written ({error.strerror}); choose another in the preferences."
            ) from error

    def finish(self) -> tuple[str, list[str]]:
        """Lay what the command made; one sentence of what was done and what else must be said. Raises CannotRun."""
        try:
            report = self.job.report()
            scene = bpy.data.scenes.get(self.scene_name)
            if scene is None:
                raise CannotRun(f"Scene '{self.scene_name}' is gone; the music is ready: {report['music']}")
            parts = laying.parts_of(report, stems=self.stems)
            laid = laying.lay(scene, parts, self.first, self.laying)
        except JobFailed as error:
            raise CannotRun(str(error)) from error
        except laying.CannotLay as error:
            ready = f" The music itself is ready: {report['music']}" if os.path.isfile(report["music"]) else ""
            raise CannotRun(f"{error}{ready}") from error
        except (KeyError, TypeError, ValueError) as error:
            raise CannotRun(f"The music is ready but its facts cannot be read: {report['music']}") from error
        said = [*self.warnings, *map(str, report.get("warnings") or ()), *laid.said]
        more = f", {len(parts) - 1} more muted" if len(parts) > 1 else ""
        return f"Music laid on channel {laid.channel}, frames {laid.start} to {laid.end - 1}{more}.", said


def results_folder(chosen: str) -> str:
    """Where results go: the folder of the preferences, else NAME.cutscore beside the .blend file. Raises CannotRun."""
    if chosen.strip():
        if chosen.startswith("//") and not bpy.data.filepath:
            raise CannotRun(
                "Save the .blend file first: the results folder of the preferences is named relative to it."
            )
        return str(os.path.abspath(bpy.path.abspath(chosen.strip())))
    if not bpy.data.filepath:
        raise CannotRun("Save the .blend file first: the music goes into a folder beside it.")
    path = Path(bpy.data.filepath)
    return str(path.with_name(path.stem + RESULTS))


def timeline_name(scene: Any) -> str:
    """What the exported timeline and the music are called: the .blend file, and the scene where there are several."""
    stem = Path(bpy.data.filepath).stem if bpy.data.filepath else "untitled"
    name = stem if len(bpy.data.scenes) < 2 else f"{stem} {scene.name}"
    cleaned = "".join("_" if sign in '<>:"/\\\\|?*' or ord(sign) < 32 else sign for sign in name).strip(" .")
    return cleaned[:80] or "untitled"
