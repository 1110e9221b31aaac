"""What the panel asks for (kept in the .blend file), the preferences, and the state of the run that is on."""

from __future__ import annotations

import bpy
from bpy.props import BoolProperty, EnumProperty, FloatProperty, IntProperty, PointerProperty, StringProperty
from bpy.types import AddonPreferences, PropertyGroup

from .command import Asked

AS_CONFIGURED = "CONFIGURED"


class CUTSCORE_PG_scene(PropertyGroup):
    """The music that a scene asks for."""

    description: StringProperty(name="Description", description="What the music is to be, in words", maxlen=1000)
    tags: StringProperty(name="Tags", description="Style tags, divided by commas")
    style: StringProperty(name="Style", description="The composer's style by name; empty: chosen by the words")
    engine: StringProperty(
        name="Engine",
        description="local, an engine of your cutscore.yaml, or a server's URL; empty: as configured",
    )
    takes: IntProperty(
        name="Takes", description="How many pieces to make; the others are laid muted", default=1, min=1, max=10
    )
    use_seed: BoolProperty(name="Seed", description="Another number, other music", default=False)
    seed: IntProperty(name="Seed", description="Another number, other music", default=1, min=0)
    sync: EnumProperty(
        name="Sync",
        description="How closely the music follows the cuts",
        items=(
            (AS_CONFIGURED, "As configured", ""),
            ("loose", "Loose", ""),
            ("natural", "Natural", ""),
            ("tight", "Tight", ""),
        ),
    )
    ending: EnumProperty(
        name="Ending",
        description="How the music ends",
        items=(
            (AS_CONFIGURED, "As configured", ""),
            ("ring", "Ring out", ""),
            ("button", "Button", ""),
            ("fade", "Fade", ""),
        ),
    )
    extent: EnumProperty(
        name="Extent",
        description="Which frames are the edit; the preview range, where it is on, is the part that is scored",
        items=(
            ("SCENE", "Scene range", "From the scene's first frame to its last, as it is rendered"),
            ("STRIPS", "All strips", "From the first strip to the end of the last"),
        ),
    )
    duck: BoolProperty(
        name="Duck under dialogue", description="Volume keyframes that draw the music down under speech", default=True
    )
    markers: BoolProperty(name="Hits as markers", description="A timeline marker for every hit", default=True)
    stems: BoolProperty(name="Stems", description="Also each group of instruments, laid muted", default=False)
    fade_in: FloatProperty(
        name="Fade in", description="Seconds", default=0.0, min=0.0, max=60.0, subtype="TIME_ABSOLUTE"
    )
    fade_out: FloatProperty(
        name="Fade out", description="Seconds", default=0.25, min=0.0, max=60.0, subtype="TIME_ABSOLUTE"
    )

    def asked(self) -> Asked:
        """What is asked of the command."""
        return Asked(
            description=self.description,
            tags=tuple(self.tags.split(",")),
            style=self.style,
            engine=self.engine,
            sync="" if self.sync == AS_CONFIGURED else self.sync,
            ending="" if self.ending == AS_CONFIGURED else self.ending,
            seed=self.seed if self.use_seed else None,
            takes=self.takes,
            stems=self.stems,
        )


class CUTSCORE_PG_run(PropertyGroup):
    """The run that is on; never saved."""

    running: BoolProperty()
    fraction: FloatProperty(min=0.0, max=1.0)
    title: StringProperty()
    last: StringProperty()
    """What came of the last run, one sentence."""


class CUTSCORE_AP_preferences(AddonPreferences):
    """Where the command is and where results go."""

    bl_idname = __package__

    command: StringProperty(
        name="Command",
        description="Path of the cutscore command, or folder of the virtual environment that has it; empty: looked for",
        subtype="FILE_PATH",
    )
    folder: StringProperty(
        name="Results",
        description="Folder for the music; empty: NAME.cutscore beside the .blend file",
        subtype="DIR_PATH",
    )

    def draw(self, _context: bpy.types.Context) -> None:
        """The two paths."""
        self.layout.prop(self, "command")
        self.layout.prop(self, "folder")


CLASSES = (CUTSCORE_PG_scene, CUTSCORE_PG_run, CUTSCORE_AP_preferences)


def register() -> None:
    """Add the properties to scenes and to the window manager."""
    bpy.types.Scene.cutscore = PointerProperty(type=CUTSCORE_PG_scene)
    bpy.types.WindowManager.cutscore = PointerProperty(type=CUTSCORE_PG_run, options={"SKIP_SAVE"})


def unregister() -> None:
    """Take them away again."""
    del bpy.types.WindowManager.cutscore
    del bpy.types.Scene.cutscore
