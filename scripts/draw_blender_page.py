"""Draws docs/editors/blender.png: the demo's edit built in Blender, scored there by the extension, and what lies there.

    python scripts/draw_blender_page.py /path/to/python-with-bpy cutscore-demo/media

The bpy module has no windows, so that this is no screenshot: the strips, markers, keyframes and the waveform are those
that Blender reports after the run, the small pictures are frames that Blender rendered.
"""

# ruff: noqa: T201 - a script that talks to its caller
from __future__ import annotations

import sys
import tempfile
import wave
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "tests")]
TARGET = ROOT / "docs" / "editors" / "blender.png"
COLOURS = {
    "MOVIE": "#4f6fa8", "SOUND": "#3f8f86", "CROSS": "#9b5fa0", "SPEED": "#9a8c3c",
}  # fmt: skip
WIDTH, LEFT, ROW, TOP = 1500, 150, 54, 216

SCRIPT = """
preferences = install()
preferences.command = FACTS["command"]
scene = new_scene(24, 1.0, 1, 648)
scene.render.resolution_x, scene.render.resolution_y = 240, 135
strips = scene.sequence_editor.strips
def movie(name, channel, start, end, skip):
    strip = strips.new_movie(name, FACTS["media"] + f"/{name}.mp4", channel, start - skip)
    strip.frame_offset_start = skip
    strip.frame_final_end = end
    return strip
movie("dawn", 1, 1, 121, 6)
movie("train", 1, 121, 205, 18)
fast = movie("window", 1, 205, 265, 6)
sped = effect(strips, "twice as fast", "SPEED", 2, 205, 265, fast)
sped.speed_control, sped.speed_factor = "MULTIPLY", 2.0
one = movie("train", 1, 265, 313, 84)
two = movie("rain", 2, 289, 397, 4)
effect(strips, "cross", "CROSS", 3, 289, 313, one, two)
movie("city", 1, 415, 535, 12)
movie("title", 1, 535, 649, 0)
sound = strips.new_sound("voice over", FACTS["talk"], 4, 330)
scene.sequence_editor.channels[4].name = "Voice over"
scene.timeline_markers.new("lights on", frame=475)
wishes = scene.cutscore
wishes.description, wishes.fade_out = "warm piano, hopeful", 1.0
save(FACTS["folder"] + "/early train.blend")
assert score() is None
save(FACTS["folder"] + "/early train.blend")
scene = reopen(FACTS["folder"] + "/early train.blend")
frames = [60, 160, 235, 301, 360, 475, 560]
for frame in frames:
    scene.frame_set(frame)
    scene.render.filepath = FACTS["folder"] + f"/{frame}.png"
    bpy.ops.render.render(write_still=True)
answer(version=bpy.app.version_string, frames=frames, markers=markers(scene), music=music(scene),
       strips=[facts_of(strip) for strip in scene.sequence_editor.strips],
       channels={str(n): scene.sequence_editor.channels[n].name for n in range(1, 8)})
"""


def main() -> None:
    """Build, score and draw."""
    from cutscore.editors.blender_zip import build_zip
    from support.blender import Blender, real_command

    python, media = Path(sys.argv[1]), Path(sys.argv[2]).absolute()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        blender = Blender(python, folder / "home", build_zip(folder / "cutscore.zip"))
        command = real_command(folder / "bin")
        said = blender.run(SCRIPT, media=media, folder=folder, command=command, talk=_murmur(folder / "voice over.wav"))
        TARGET.parent.mkdir(parents=True, exist_ok=True)
        _draw(said, folder).save(TARGET, optimize=True)
    print(TARGET)


def _murmur(path: Path) -> Path:
    """Two seconds and a half that stand for a voice in the drawing."""
    time = np.arange(int(2.5 * 48_000)) / 48_000
    tone = np.sin(2 * np.pi * 140 * time) * np.clip(np.sin(2 * np.pi * 2.2 * time), 0, 1) * 9000
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 48_000, 0, "NONE", ""))
        sound.writeframes(tone.astype("<i2").tobytes())
    return path


def _draw(said: dict[str, Any], folder: Path) -> Image.Image:
    highest = max(strip["channel"] for strip in said["strips"])
    height = TOP + (highest + 1) * ROW + 70
    image = Image.new("RGB", (WIDTH, height), "#262626")
    draw = ImageDraw.Draw(image)
    small, plain = ImageFont.load_default(13), ImageFont.load_default(16)
    first, last = 1, 649

    def x(frame: float) -> float:
        return LEFT + (frame - first) * (WIDTH - LEFT - 20) / (last - first)

    def y(channel: int) -> float:
        return TOP + (highest - channel) * ROW

    title = f"early train.blend, as Blender {said['version']} reports it after Make Music (drawn, not a screenshot)"
    draw.text((20, 12), title, fill="#dddddd", font=plain)
    for frame in said["frames"]:
        picture = Image.open(folder / f"{frame}.png").convert("RGB").resize((184, 104))
        image.paste(picture, (round(min(max(x(frame) - 92, 20), WIDTH - 204)), 46))
    draw.text((20, 156), "frames rendered by Blender", fill="#888888", font=small)
    for channel in range(1, highest + 1):
        draw.rectangle((LEFT, y(channel), WIDTH - 20, y(channel) + ROW - 4), fill="#303030")
        draw.text((14, y(channel) + 16), said["channels"][str(channel)], fill="#aaaaaa", font=small)
    for strip in said["strips"]:
        top, left, right = y(strip["channel"]), x(strip["start"]), x(strip["end"])
        draw.rectangle((left, top, right - 1, top + ROW - 5), fill=COLOURS[strip["type"]], outline="#1a1a1a")
        if strip["type"] == "SOUND":
            _waveform(draw, Path(strip["file"]), (left, right), top + 34)
        draw.text((left + 5, top + 3), strip["name"], fill="white", font=small)
    for strip in said["music"].values():
        top = y(strip["channel"])
        line = [(x(frame), top + ROW - 6 - level * (ROW - 12)) for frame, level in strip["keys"]]
        if line:
            line.append((x(strip["end"]), line[-1][1]))
            draw.line(line, fill="#ffd24d", width=2)
            for at in line[:-1]:
                draw.ellipse((at[0] - 3, at[1] - 3, at[0] + 3, at[1] + 3), fill="#ffd24d")
    base = y(0) + 8
    for frame, name in said["markers"]:
        draw.line((x(frame), TOP, x(frame), base), fill="#55555f" if name.startswith("hit") else "#88aa55")
        draw.polygon([(x(frame), base), (x(frame) - 5, base + 9), (x(frame) + 5, base + 9)], fill="#c0c0c0")
    draw.text((14, base - 2), "markers", fill="#aaaaaa", font=small)
    hits = sum(name.startswith("hit") for _, name in said["markers"])
    legend = f"{hits} hits as markers; yellow: volume keyframes (down under the voice, fade at the end)"
    draw.text((LEFT, base + 22), legend, fill="#aaaaaa", font=small)
    return image


def _waveform(draw: ImageDraw.ImageDraw, path: Path, sides: tuple[float, float], middle: float) -> None:
    with wave.open(str(path)) as sound:
        width, channels = sound.getsampwidth(), sound.getnchannels()
        raw = np.frombuffer(sound.readframes(sound.getnframes()), np.uint8).reshape(-1, channels, width)
    level = np.abs(raw[:, 0, -1].view(np.int8).astype(float)) / 128
    columns = max(1, round(sides[1] - sides[0]))
    for column, part in enumerate(np.array_split(level, columns)):
        reach = float(part.max()) * 17 if len(part) else 0.0
        at = sides[0] + column
        draw.line((at, middle - reach, at, middle + reach), fill="#9fd6cf")


if __name__ == "__main__":
    main()
