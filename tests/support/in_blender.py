"""Runs inside Blender's Python, nowhere else: scenes built, rendered, mixed down, the extension installed and run."""

from __future__ import annotations

import faulthandler
import json
import os
import tempfile
import time
import types

import bpy
import numpy as np

faulthandler.enable()
FACTS = json.loads(os.environ["FACTS"])
BITS = 12
ADDON = "bl_ext.user_default.cutscore"
NEW = bpy.app.version >= (5, 0)


def answer(**said):
    """Give the test its answer."""
    with open(FACTS["answer"], "w", encoding="utf-8") as file:
        json.dump(said, file)


def install():
    """The extension from its zip, as a user installs it from disk."""
    bpy.ops.extensions.package_install_files(filepath=FACTS["zip"], repo="user_default", enable_on_install=True)
    return bpy.context.preferences.addons[ADDON].preferences


def new_scene(fps=24, base=1.0, first=1, last=240):
    """An empty file whose scene has a sequence of small frames."""
    bpy.ops.wm.read_homefile(use_empty=True)
    scene = bpy.context.scene
    scene.render.fps, scene.render.fps_base = fps, base
    scene.frame_start, scene.frame_end = first, last
    small(scene)
    return scene


def small(scene):
    """Frames of the numbered films' size, without colour management that would bend them."""
    scene.render.resolution_x, scene.render.resolution_y, scene.render.resolution_percentage = 192, 96, 100
    scene.view_settings.view_transform = "Standard"
    scene.render.image_settings.file_format, scene.render.image_settings.color_mode = "PNG", "RGB"
    if scene.sequence_editor is None:
        scene.sequence_editor_create()


def save(path):
    """Save as a .blend file."""
    bpy.ops.wm.save_as_mainfile(filepath=path)


def reopen(path):
    """Open a .blend file and give its scene."""
    bpy.ops.wm.open_mainfile(filepath=path)
    return bpy.context.scene


def numbers(scene, frames):
    """The numbers that Blender's own render of these frames shows; -1 where none."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for frame in frames:
            scene.frame_set(frame)
            scene.render.filepath = os.path.join(folder, "frame.png")
            bpy.ops.render.render(write_still=True, scene=scene.name)
            found.append(_number(scene.render.filepath))
    return found


def _number(path):
    image = bpy.data.images.load(path)
    width, height = image.size
    picture = np.array(image.pixels[:]).reshape(height, width, 4)[::-1, :, 0]
    bpy.data.images.remove(image)
    number = 0
    for bit in range(BITS):
        left, right = width * bit // BITS, width * (bit + 1) // BITS
        inner = slice(left + (right - left) // 4, right - (right - left) // 4)
        top = picture[height // 8 : 3 * height // 8, inner].mean()
        bottom = picture[5 * height // 8 : 7 * height // 8, inner].mean()
        if abs(top - bottom) < 0.03:
            return -1
        number = number * 2 + int(top > bottom)
    return number


def mixdown(path):
    """The scene's sound as Blender mixes it, a WAV of 48 kHz."""
    bpy.ops.sound.mixdown(filepath=path, container="WAV", codec="PCM", format="S16", mixrate=48000)


def effect(strips, name, kind, channel, start, end, *inputs):
    """An effect strip, on either version."""
    words = {"length": end - start} if NEW else {"frame_end": end}
    words.update({f"input{number}": strip for number, strip in enumerate(inputs, 1)})
    return strips.new_effect(name=name, type=kind, channel=channel, frame_start=start, **words)


def sequencer(scene):
    """The context of a sequencer's area, for operators that ask for one."""
    window = bpy.context.window
    area = max(window.screen.areas, key=lambda one: one.width * one.height)
    area.type = "SEQUENCE_EDITOR"
    area.spaces.active.view_type = "SEQUENCER"
    region = next(one for one in area.regions if one.type == "WINDOW")
    if hasattr(bpy.context.workspace, "sequencer_scene"):
        bpy.context.workspace.sequencer_scene = scene
    return bpy.context.temp_override(window=window, screen=window.screen, area=area, region=region, scene=scene)


def added(scene, path, channel, frame, adjust=True):
    """A movie strip as the user adds one: played at its own rate where the scene has another."""
    before = {strip.name for strip in scene.sequence_editor.strips}
    words = {"move_strips": False} if NEW else {}
    with sequencer(scene):
        bpy.ops.sequencer.movie_strip_add(
            filepath=path, frame_start=frame, channel=channel, sound=False, adjust_playback_rate=adjust,
            use_framerate=False, fit_method="ORIGINAL", **words,
        )  # fmt: skip
    return next(strip for strip in scene.sequence_editor.strips if strip.name not in before)


def select(scene, *chosen):
    """Select these strips and no others."""
    for strip in scene.sequence_editor.strips:
        strip.select = strip in chosen
    scene.sequence_editor.active_strip = chosen[0]


def meta(scene, *strips):
    """These strips as a meta strip."""
    before = {strip.name for strip in scene.sequence_editor.strips}
    select(scene, *strips)
    with sequencer(scene):
        bpy.ops.sequencer.meta_make()
    return next(one for one in scene.sequence_editor.strips if one.type == "META" and one.name not in before)


def speed(scene, strip, percent):
    """Retime a strip, as Set Speed does."""
    select(scene, strip)
    with sequencer(scene):
        bpy.ops.sequencer.retiming_segment_speed_set("EXEC_DEFAULT", speed=percent)


def score():
    """Run the operator to its end; what it reported as an error, or None."""
    try:
        bpy.ops.cutscore.score()
    except RuntimeError as error:
        return str(error).removeprefix("Error: ").strip()
    return None


def extension(name):
    """A module of the installed extension."""
    import importlib

    return importlib.import_module(f"{ADDON}.{name}")


def exported(scene, path, everything=False):
    """The scene's sequence written as .otio, without the command; its warnings and range."""
    export = extension("export")
    made = export.export_of(scene, "edit", everything=everything)
    export.write(made.edit, path)
    return {"warnings": list(made.warnings), "first": made.edit.first, "range": made.range_text()}


def facts_of(strip):
    """What a test asks of a strip."""
    return {
        "name": strip.name,
        "type": strip.type,
        "channel": strip.channel,
        "start": strip.frame_final_start,
        "end": strip.frame_final_end,
        "mute": strip.mute,
        "file": bpy.path.abspath(strip.sound.filepath) if strip.type == "SOUND" else "",
        "spelled": strip.sound.filepath if strip.type == "SOUND" else "",
        "ours": strip.get("cutscore") is not None,
    }


def music(scene):
    """The music strips by name, with their volume keyframes."""
    curves = extension("curves")
    found = {}
    for strip in scene.sequence_editor.strips:
        if strip.get("cutscore") is not None:
            curve = curves.curve_of(scene, strip, "volume")
            keys = [] if curve is None else [[*key.co] for key in curve.keyframe_points]
            found[strip.name] = {**facts_of(strip), "keys": keys, "volume": strip.volume}
    return found


def markers(scene):
    """The timeline markers as [frame, name]."""
    return sorted([marker.frame, marker.name] for marker in scene.timeline_markers)


class Event:
    """What Blender's window would send."""

    def __init__(self, kind, value="PRESS", x=0, y=0):
        self.type, self.value, self.mouse_x, self.mouse_y = kind, value, x, y


class Context:
    """Blender's context as a window has it: timers and handlers are noted, all else is Blender's own."""

    def __init__(self):
        self.noted = []
        self.area = self.region = self.screen = self.window = None
        # One sequencer, from (100, 100) to (150, 150).
        area = types.SimpleNamespace(type="SEQUENCE_EDITOR", x=100, y=100, width=50, height=50)
        self.window = types.SimpleNamespace(screen=types.SimpleNamespace(areas=[area]))
        self.scene, self.preferences = bpy.context.scene, bpy.context.preferences
        self.window_manager = self
        self.cutscore, self.windows = bpy.context.window_manager.cutscore, bpy.context.window_manager.windows

    def event_timer_add(self, _seconds, window):
        self.noted.append("timer")
        return "timer"

    def event_timer_remove(self, timer):
        self.noted.remove(timer)

    def modal_handler_add(self, _operator):
        self.noted.append("handler")


class Pump:
    """The score operator with its events sent by hand: without a window Blender has no event loop."""

    def __init__(self):
        operators = extension("operators")
        self.reports = []
        self.context = Context()
        names = ("_start", "_finish", "_quiet", "invoke", "modal", "cancel", "execute")
        members = {name: operators.CUTSCORE_OT_score.__dict__[name] for name in names}
        made = type("Operator", (), {**members, "_timer": None})
        made.report = lambda _self, kind, text: self.reports.append([min(kind), text])
        self.operator, self.on = made(), operators._on

    def start(self):
        """The button is pressed; what the operator answers."""
        return min(self.operator.invoke(self.context, None))

    def send(self, kind="TIMER", **event):
        """One event; what the operator answers."""
        return min(self.operator.modal(self.context, Event(kind, **event)))

    def until(self, condition, seconds=120):
        """Timer events until something is so; the last answer."""
        limit = time.monotonic() + seconds
        while True:
            answered = self.send()
            if condition(answered):
                return answered
            if time.monotonic() > limit:
                raise TimeoutError(answered)
            self.on[0].job.wait(0.05)


class Recorder:
    """A layout that keeps what is drawn, and fails like Blender's on properties and operators that are not there."""

    def __init__(self, drawn):
        self.drawn = drawn

    def row(self, **_words):
        return Recorder(self.drawn)

    column = row

    def prop(self, owner, name, **_words):
        getattr(owner, name)
        self.drawn.append(name)

    def operator(self, name, **words):
        module, _, function = name.partition(".")
        getattr(getattr(bpy.ops, module), function).get_rna_type()
        self.drawn.append(name)

    def label(self, text=""):
        self.drawn.append(text)

    def progress(self, factor=0.0, type="RING", text=""):
        self.drawn.append([round(factor, 3), type, text])


def drawn(name):
    """What a panel or the preferences draw now."""
    found = []
    panel = extension("panel")
    getattr(panel, name).draw(types.SimpleNamespace(layout=Recorder(found)), bpy.context)
    return found
