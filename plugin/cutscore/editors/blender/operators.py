"""The operators: score the sequence with a progress that can be stopped, stop it, open the results."""

from __future__ import annotations

import atexit
import os
from typing import Any

import bpy
from bpy.types import Operator

from .run import CannotRun, Run, results_folder

INTERVAL_SECONDS = 0.1
_on: list[Run] = []
"""The run that is on, if any."""


def scene_of(context: Any) -> Any:
    """The scene whose sequence is shown: 5.0 lets the sequencer show another than the active one."""
    return getattr(context, "sequencer_scene", None) or context.scene


def preferences_of(context: Any) -> Any:
    """The extension's preferences, None where it was registered by hand."""
    addon = context.preferences.addons.get(__package__)
    return None if addon is None else addon.preferences


class CUTSCORE_OT_score(Operator):
    """Make music for the sequence and lay it on a channel of its own"""

    bl_idname = "cutscore.score"
    bl_label = "Make Music"
    bl_options = {"UNDO"}  # noqa: RUF012 - Blender reads a plain set

    _timer: Any = None

    @classmethod
    def poll(cls, context: Any) -> bool:
        """One at a time, and there must be a sequence."""
        if _on:
            cls.poll_message_set("Music is being made")
            return False
        scene = scene_of(context)
        if scene is None or scene.sequence_editor is None:
            cls.poll_message_set("The scene has no sequence")
            return False
        return True

    def execute(self, context: Any) -> set[str]:
        """Run it to its end: from scripts and without windows."""
        if not self._start(context):
            return {"CANCELLED"}
        run = _on[0]
        while not run.job.poll():
            run.job.wait(INTERVAL_SECONDS)
            _show(context, run)
        return self._finish(context)

    def invoke(self, context: Any, _event: Any) -> set[str]:
        """Run it in the background."""
        if not bpy.data.filepath and not (preferences_of(context) and preferences_of(context).folder):
            self.report({"WARNING"}, "Save the .blend file first: the music goes into a folder beside it.")
            if not bpy.app.background:
                bpy.ops.wm.save_as_mainfile("INVOKE_DEFAULT")
            return {"CANCELLED"}
        if not self._start(context):
            return {"CANCELLED"}
        manager = context.window_manager
        self._timer = manager.event_timer_add(INTERVAL_SECONDS, window=context.window)
        manager.modal_handler_add(self)
        return {"RUNNING_MODAL"}

    def modal(self, context: Any, event: Any) -> set[str]:
        """Look after the command; everything else goes on as usual. Esc over the sequencer stops it."""
        if not _on:
            self._quiet(context)
            return {"CANCELLED"}
        run = _on[0]
        if (
            event.type == "ESC"
            and event.value == "PRESS"
            and _is_over_sequencer(context, event)
            and not _plays(context)
        ):
            run.job.cancel()
            return {"RUNNING_MODAL"}
        if event.type != "TIMER":
            return {"PASS_THROUGH"}
        _show(context, run)
        if not run.job.poll():
            return {"PASS_THROUGH"}
        self._quiet(context)
        return self._finish(context)

    def cancel(self, context: Any) -> None:
        """Blender ends the operator itself: another file is opened, or it quits."""
        stop_all()
        self._quiet(context)

    def _start(self, context: Any) -> bool:
        state = context.window_manager.cutscore
        try:
            run = Run(scene_of(context), preferences_of(context))
        except CannotRun as error:
            state.last = str(error)
            self.report({"ERROR"}, str(error))
            return False
        _on.append(run)
        state.last = ""
        _show(context, run)
        return True

    def _finish(self, context: Any) -> set[str]:
        state = context.window_manager.cutscore
        run = _on.pop()
        state.running = False
        try:
            done, said = run.finish()
        except CannotRun as error:
            state.last = str(error)
            self.report({"INFO" if run.job.cancelled else "ERROR"}, str(error))
            return {"CANCELLED"}
        for sentence in said:
            self.report({"WARNING"}, sentence)
        state.last = done
        self.report({"INFO"}, done)
        return {"FINISHED"}

    def _quiet(self, context: Any) -> None:
        if self._timer is not None:
            context.window_manager.event_timer_remove(self._timer)
            self._timer = None
        context.window_manager.cutscore.running = False
        _redraw(context)


class CUTSCORE_OT_cancel(Operator):
    """Stop making music; nothing is changed"""

    bl_idname = "cutscore.cancel"
    bl_label = "Stop"

    @classmethod
    def poll(cls, _context: Any) -> bool:
        """There must be something to stop."""
        return bool(_on)

    def execute(self, _context: Any) -> set[str]:
        """Ask the command to stop."""
        _on[0].job.cancel()
        return {"FINISHED"}


class CUTSCORE_OT_results(Operator):
    """Open the folder that the music lies in"""

    bl_idname = "cutscore.results"
    bl_label = "Open Results"

    def execute(self, context: Any) -> set[str]:
        """Open it in the system's file browser."""
        preferences = preferences_of(context)
        try:
            folder = results_folder(preferences.folder if preferences else "")
        except CannotRun as error:
            self.report({"ERROR"}, str(error))
            return {"CANCELLED"}
        if not os.path.isdir(folder):
            self.report({"ERROR"}, f"There is no music yet: {folder} is not there.")
            return {"CANCELLED"}
        return set(bpy.ops.wm.path_open(filepath=folder))


CLASSES = (CUTSCORE_OT_score, CUTSCORE_OT_cancel, CUTSCORE_OT_results)


def stop_all() -> None:
    """Stop the run that is on: Blender is quitting, or the extension is switched off."""
    while _on:
        job = _on.pop().job
        job.cancel()
        job.wait(2.0)
        job.kill()


def _is_over_sequencer(context: Any, event: Any) -> bool:
    """Whether the mouse is over a sequencer; the areas are asked anew, one that was kept may be gone."""
    if context.window is None:
        return True
    return any(
        area.type == "SEQUENCE_EDITOR"
        and area.x <= event.mouse_x < area.x + area.width
        and area.y <= event.mouse_y < area.y + area.height
        for area in context.window.screen.areas
    )


def _plays(context: Any) -> bool:
    return context.screen is not None and context.screen.is_animation_playing


def _show(context: Any, run: Run) -> None:
    state = context.window_manager.cutscore
    state.running, state.fraction, state.title = True, run.job.fraction, run.job.title()
    _redraw(context)


def _redraw(context: Any) -> None:
    for window in context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "SEQUENCE_EDITOR":
                area.tag_redraw()


atexit.register(stop_all)
