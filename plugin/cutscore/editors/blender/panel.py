"""The panel in the Video Sequencer's sidebar."""

from __future__ import annotations

from typing import Any

from bpy.types import Panel

from .operators import CUTSCORE_OT_cancel, CUTSCORE_OT_results, CUTSCORE_OT_score, scene_of


class _Sidebar:
    bl_space_type = "SEQUENCE_EDITOR"
    bl_region_type = "UI"
    bl_category = "Cutscore"


class CUTSCORE_PT_music(_Sidebar, Panel):
    """What the music is to be, and the button that makes it."""

    bl_label = "Music"
    bl_idname = "CUTSCORE_PT_music"

    @classmethod
    def poll(cls, context: Any) -> bool:
        """Where a scene is."""
        return scene_of(context) is not None

    def draw(self, context: Any) -> None:
        """Wishes, then the button or the progress."""
        layout = self.layout
        wishes = scene_of(context).cutscore
        state = context.window_manager.cutscore
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column()
        column.enabled = not state.running
        for name in ("description", "tags", "style", "engine", "takes"):
            column.prop(wishes, name)
        row = column.row(heading="Seed")
        row.prop(wishes, "use_seed", text="")
        inner = row.row()
        inner.enabled = wishes.use_seed
        inner.prop(wishes, "seed", text="")
        if state.running:
            layout.progress(factor=state.fraction, type="BAR", text=state.title)
            layout.operator(CUTSCORE_OT_cancel.bl_idname, icon="CANCEL")
        else:
            layout.operator(CUTSCORE_OT_score.bl_idname, icon="PLAY_SOUND")
        if state.last:
            _sentence(layout, state.last, context)


class CUTSCORE_PT_details(_Sidebar, Panel):
    """How it follows the picture and how it is laid."""

    bl_label = "Details"
    bl_idname = "CUTSCORE_PT_details"
    bl_parent_id = "CUTSCORE_PT_music"
    bl_options = {"DEFAULT_CLOSED"}  # noqa: RUF012 - Blender reads a plain set

    def draw(self, context: Any) -> None:
        """The options that one seldom needs."""
        layout = self.layout
        wishes = scene_of(context).cutscore
        layout.use_property_split = True
        layout.use_property_decorate = False
        for name in ("sync", "ending", "extent", "fade_in", "fade_out", "duck", "markers", "stems"):
            layout.prop(wishes, name)
        layout.operator(CUTSCORE_OT_results.bl_idname, icon="FILE_FOLDER")


CLASSES = (CUTSCORE_PT_music, CUTSCORE_PT_details)


def _sentence(layout: Any, text: str, context: Any) -> None:
    """A sentence on as many lines as the sidebar's width needs; a label is one line."""
    width = getattr(context.region, "width", 0) or 280
    most = max(20, int(width / 8))
    column = layout.column(align=True)
    column.scale_y = 0.8
    line = ""
    for word in text.split():
        if line and len(line) + 1 + len(word) > most:
            column.label(text=line)
            line = word
        else:
            line = f"{line} {word}".strip()
    if line:
        column.label(text=line)
