"""What the extension says is seen, against what Blender itself renders: numbered films, frame by frame."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

import cutscore
from cutscore.cut import Cut
from support.blender import FILMS, Blender, each_blender

pytestmark = pytest.mark.program


def differences(path: Path, first: int, frames: list[int], shown: list[int]) -> list[tuple[int, int, float | None]]:
    """Frames whose render is not what our reader expects: (frame, number shown, number expected).

    Within a transition both shots are mixed and no number can be read. Where the film's rate is not the
    scene's, or the speed is changed, Blender rounds twice and may show the frame beside.
    """
    cut = cutscore.read_timeline(path)
    mixed = [
        (span.record_in - over.in_frames, span.record_in + over.out_frames)
        for span in cut.spans
        if (over := span.transition_in) is not None
    ]
    wrong = []
    for frame, number in zip(frames, shown, strict=True):
        at = frame - first
        if not any(begin <= at < end for begin, end in mixed):
            expected = number_at(cut, at)
            tolerance = 0 if expected is None or expected.denominator == 1 else 1
            if number != -1 if expected is None else abs(expected - number) > tolerance:
                wrong.append((frame, number, None if expected is None else float(expected)))
    return wrong


def number_at(cut: Cut, at: int) -> Fraction | None:
    """The number (a fraction between two frames) that should be seen, None where there is no film."""
    for span in cut.spans:
        if span.record_in <= at < span.record_out and span.media is not None:
            first, rate, frames = FILMS[span.media.stem]
            index = (span.source_in + (at - span.record_in) / cut.rate * span.speed) * rate
            return first + min(index, Fraction(frames - 1))
    return None


RANDOM = """
import random
install()
found = []
for seed in FACTS["seeds"]:
    draw = random.Random(seed)
    fps, base = draw.choice([(24, 1.0), (25, 1.0), (24, 1.001), (30, 1.001), (30, 1.0), (60, 1.001)])
    first = draw.choice([1, 37, 0])
    scene = new_scene(fps, base, first, first + 199)
    strips = scene.sequence_editor.strips

    def movie(channel, start):
        path = draw.choice(FACTS["films"])
        as_user = draw.random() < 0.5
        strip = added(scene, path, channel, start, adjust=draw.random() < 0.5) if as_user else strips.new_movie(
            "film", path, channel, start)
        head, tail = draw.randint(-5, 30), draw.randint(-5, 40)
        strip.frame_offset_start, strip.frame_offset_end = head, tail
        strip.frame_start = start - head
        strip.use_reverse_frames = draw.random() < 0.15
        strip.mute = draw.random() < 0.1
        return strip

    made = []
    for channel in (1, 2, 3):
        start = first + draw.randint(-20, 30)
        for _ in range(draw.randint(1, 4)):
            made.append(movie(channel, start))
            start = made[-1].frame_final_end + draw.choice([0, 0, draw.randint(1, 30)])
    for number in range(draw.randint(0, 3)):
        one, two = sorted(draw.sample(made, 2), key=lambda strip: strip.frame_final_start)
        begin = max(one.frame_final_start, two.frame_final_start)
        end = min(one.frame_final_end, two.frame_final_end)
        if one.channel != two.channel and end - begin >= 4:
            effect(strips, "over", draw.choice(["CROSS", "GAMMA_CROSS"]), 4 + number, begin, end, one, two)
    if draw.random() < 0.4:
        source = draw.choice(made)
        sped = effect(strips, "speed", "SPEED", 7, source.frame_final_start, source.frame_final_end, source)
        sped.speed_control = draw.choice(["MULTIPLY", "STRETCH", "LENGTH", "FRAME_NUMBER"])
        sped.speed_factor, sped.speed_length = draw.choice([0.5, 2, 1.5]), draw.randint(0, 100)
        sped.speed_frame_number = draw.randint(0, 20)
        source.frame_final_start = source.frame_final_start
    if draw.random() < 0.5:
        packed = meta(scene, movie(8, first + draw.randint(0, 100)))
        packed.frame_offset_start, packed.frame_offset_end = draw.randint(-5, 10), draw.randint(-10, 10)
        packed.frame_start += draw.randint(-20, 20)
    if draw.random() < 0.2:
        scene.sequence_editor.channels[draw.randint(1, 3)].mute = True
    save(FACTS["folder"] + f"/{seed}.blend")
    scene = reopen(FACTS["folder"] + f"/{seed}.blend")
    path = FACTS["folder"] + f"/{seed}.otio"
    said = exported(scene, path)
    frames = sorted(draw.sample(range(first, first + 200), 40))
    found.append({"path": path, "first": said["first"], "frames": frames, "shown": numbers(scene, frames)})
answer(found=found)
"""


@each_blender()
def test_random_sequences_are_seen_as_blender_renders_them(
    blender: Blender, films: dict[str, Path], tmp_path: Path
) -> None:
    """Trims, holds, mutes, crosses, speeds, metas, other rates, films backwards: 24 sequences, 40 frames of each."""
    said = blender.run(RANDOM, seeds=list(range(24)), films=[*map(str, films.values())], folder=str(tmp_path))
    seen = 0
    for one in said["found"]:
        assert [] == differences(Path(one["path"]), one["first"], one["frames"], one["shown"]), one["path"]
        seen += sum(number != -1 for number in one["shown"])
    assert seen > 400


SPECIAL = """
install()
scene = new_scene(24, 1.0, 101, 700)
strips = scene.sequence_editor.strips
a, b, c = FACTS["films"]
half = added(scene, a, 1, 101)
speed(scene, half, 50)
half.frame_final_end = 201
still = strips.new_image("still", FACTS["pictures"] + "/one_0007.png", 1, 201)
still.frame_final_end = 221
sequence = strips.new_image("sequence", FACTS["pictures"] + "/one_0000.png", 1, 221)
for number in range(1, 30):
    sequence.elements.append(f"one_{number:04d}.png")
mixed = strips.new_image("mixed", FACTS["pictures"] + "/one_0003.png", 1, 251)
for number in (4, 5, 20, 2, 3):
    mixed.elements.append(f"one_{number:04d}.png")
nested = bpy.data.scenes.new("Nested")
small(nested)
nested.render.fps, nested.frame_start, nested.frame_end = 24, 11, 60
nested.sequence_editor.strips.new_movie("inner", b, 1, 1)
inside = strips.new_scene("inside", nested, 1, 261)
inside.scene_input = "SEQUENCER"
inside.frame_final_end = 321
# What lets the picture through: a title, an inset, a see-through picture, a faint film, an adjustment.
below = strips.new_movie("below", b, 1, 331)
effect(strips, "title", "TEXT", 2, 331, 451)
inset = strips.new_movie("inset", a, 3, 331)
inset.transform.scale_x = inset.transform.scale_y = 0.3
inset.transform.offset_x, inset.transform.offset_y = 60, 30
logo = strips.new_image("logo", FACTS["pictures"] + "/clear.png", 4, 331)
logo.frame_final_end = 451
faint = strips.new_movie("faint", a, 5, 331)
faint.blend_alpha = 0.2
effect(strips, "adjustment", "ADJUSTMENT", 6, 331, 451)
colour = effect(strips, "colour", "COLOR", 7, 401, 411)
cameras = effect(strips, "cameras", "MULTICAM", 8, 421, 441)
cameras.multicam_source = 5
# A wipe, and a title on nothing.
one, two = strips.new_movie("one", a, 1, 461), strips.new_movie("two", b, 2, 501)
one.frame_final_end = 521
effect(strips, "wipe", "WIPE", 3, 501, 521, one, two)
effect(strips, "card", "TEXT", 1, 631, 651)
# Opacity that rises from nothing and falls to nothing.
faded = strips.new_movie("faded", a, 1, 661)
faded.frame_final_end = 701
for frame, alpha in ((661, 0.0), (671, 1.0), (691, 1.0), (700, 0.0)):
    faded.blend_alpha = alpha
    faded.keyframe_insert("blend_alpha", frame=frame)
save(FACTS["folder"] + "/special.blend")
scene = reopen(FACTS["folder"] + "/special.blend")
said = exported(scene, FACTS["folder"] + "/special.otio")
frames = [*range(101, 331, 3), *range(331, 451, 20), 401, 410, 421, 430, *range(461, 621, 6), 640, *range(672, 690)]
answer(frames=frames, shown=numbers(scene, frames), **said)
"""


@each_blender()
def test_special_strips_are_seen_as_blender_renders_them(
    blender: Blender, films: dict[str, Path], tmp_path: Path, pictures: Path
) -> None:
    """Retimed films, pictures, another scene, titles, insets, logos, multicam, wipes and fades of opacity."""
    said = blender.run(SPECIAL, films=[*map(str, films.values())], folder=str(tmp_path), pictures=str(pictures))
    path = tmp_path / "special.otio"
    cut = cutscore.read_timeline(path)
    by_name = {}
    for span in cut.spans:
        by_name.setdefault(span.name, []).append(span)
    kept = [
        (frame, number) for frame, number in zip(said["frames"], said["shown"], strict=True) if not 201 <= frame < 261
    ]
    assert [] == differences(path, 101, [frame for frame, _ in kept], [number for _, number in kept])
    pictured = {
        frame: number for frame, number in zip(said["frames"], said["shown"], strict=True) if 201 <= frame < 257
    }
    assert pictured == {frame: number_of_picture(cut, frame - 101) for frame in pictured}
    assert ["still"] == [span.kind for span in by_name["still"]]
    assert [("generator", 400 - 100, 410 - 100)] == [(s.kind, s.record_in, s.record_out) for s in by_name["colour"]]
    assert [("generator", 530, 550)] == [(s.kind, s.record_in, s.record_out) for s in by_name["card"]]
    assert {"title", "inset", "logo", "adjustment"}.isdisjoint(by_name)
    wipe = next(span.transition_in for span in by_name["two"] if span.transition_in)
    assert ("wipe", 10, 10) == (wipe.kind, wipe.in_frames, wipe.out_frames)
    rise, fall = by_name["faded"][0].transition_in, cut.spans[-1].transition_out
    assert rise is not None
    assert fall is not None
    assert ("fade", "fade") == (rise.kind, fall.kind)
    # Blender's curve is eased: nearly all of it lies within the ten frames.
    assert 8 <= rise.out_frames <= 10
    assert 7 <= fall.in_frames <= 10


def number_of_picture(cut: Cut, at: int) -> int:
    """The number of the picture that should be seen: a single one by its name, a sequence by its place."""
    span = next(span for span in cut.spans if span.record_in <= at < span.record_out)
    assert span.media is not None
    if span.image_rate is None:
        return int(span.media.stem.rsplit("_", 1)[1])
    index = (span.source_in + (at - span.record_in) / cut.rate * span.speed) * span.image_rate
    assert index.denominator == 1
    return span.image_start + int(index)


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Numbered pictures, and one that is see-through all over."""
    from PIL import Image

    from support.numbered import pattern

    folder = tmp_path_factory.mktemp("pictures")
    for number in range(30):
        Image.fromarray(pattern(number)).convert("RGB").save(folder / f"one_{number:04d}.png")
    Image.new("RGBA", (192, 96), (255, 255, 255, 10)).save(folder / "clear.png")
    return folder


SIMPLE = """
install()
found = []
for fps, base, first in FACTS["rates"]:
    scene = new_scene(fps, base, first, first + 99)
    strips = scene.sequence_editor.strips
    one = strips.new_movie("one", FACTS["films"][0], 1, first)
    one.frame_final_end = first + 40
    two = strips.new_movie("two", FACTS["films"][1], 1, first + 33)
    two.frame_offset_start = 7
    scene.timeline_markers.new("here", frame=first + 12)
    path = FACTS["folder"] + f"/{fps}_{base}_{first}.otio"
    found.append({"path": path, **exported(scene, path)})
answer(found=found)
"""


@each_blender()
def test_the_timeline_is_exact_at_every_rate(blender: Blender, films: dict[str, Path], tmp_path: Path) -> None:
    """Five rates and first frames; OpenTimelineIO and our reader count the frames that Blender has."""
    rates = [(24, 1.001, 1), (24, 1.0, 0), (25, 1.0, 86400), (30, 1.001, 1001), (30, 1.0, 1), (60, 1.001, 7)]
    exact = [Fraction(24000, 1001), 24, 25, Fraction(30000, 1001), 30, Fraction(60000, 1001)]
    said = blender.run(SIMPLE, films=[*map(str, films.values())], folder=str(tmp_path), rates=rates)
    for one, rate, (_, _, first) in zip(said["found"], exact, rates, strict=True):
        cut = cutscore.read_timeline(one["path"])
        assert (rate, first, 100) == (cut.rate, cut.start_frame, cut.duration)
        assert [(0, 40, "one"), (40, 100, "two")] == [(s.record_in, s.record_out, s.name) for s in cut.spans]
        # Blender adjusts 24 to 23.976 or does not: over so few frames its lengths do not tell.
        assert abs(cut.spans[1].source_in * 24 - 7) < Fraction(1, 100)
        assert cut.spans[0].speed in (1, cut.rate / 24)
        assert [(12, "here")] == [(mark.frame, mark.name) for mark in cut.markers]
        judged = by_opentimelineio(Path(one["path"]))
        assert [(0, 40, 0), (40, 60, 7)] == judged
        assert [] == said["found"][0]["warnings"]


def by_opentimelineio(path: Path) -> list[tuple[Any, ...]]:
    """(first frame, frames, first frame of the media) of each clip as the library counts."""
    timeline = otio.adapters.read_from_file(str(path))
    track = timeline.video_tracks()[0]
    rate = timeline.global_start_time.rate
    found = []
    for clip in track.find_clips():
        lies = track.range_of_child(clip)
        start = lies.start_time.rescaled_to(rate).value
        found.append(
            (round(start, 6), lies.duration.rescaled_to(rate).value, round(clip.source_range.start_time.value))
        )
    return found
