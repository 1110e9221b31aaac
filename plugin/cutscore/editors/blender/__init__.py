"""Cutscore for Blender's Video Sequencer: an extension that calls the `cutscore` command.

Nothing but the standard library and Blender's own Python is used: these files are zipped and
installed into Blender (see cutscore.editors.blender_zip), where `cutscore` itself is not.
"""

from __future__ import annotations


def register() -> None:
    """Called by Blender when the extension is switched on."""
    import bpy

    from . import operators, panel, settings

    for cls in (*settings.CLASSES, *operators.CLASSES, *panel.CLASSES):
        bpy.utils.register_class(cls)
    settings.register()


def unregister() -> None:
    """Called by Blender when the extension is switched off: a run that is on is stopped."""
    import bpy

    from . import operators, panel, settings

    operators.stop_all()
    settings.unregister()
    for cls in reversed((*settings.CLASSES, *operators.CLASSES, *panel.CLASSES)):
        bpy.utils.unregister_class(cls)
