"""Runs as a user has them: the real command, progress and stopping, and a sentence for what goes wrong."""

from __future__ import annotations

import json
import time
import wave
from pathlib import Path
from typing import Any

import numpy as np
import opentimelineio as otio
import pytest

import cutscore
from support.blender import Blender, each_blender, pretender, program, real_command

pytestmark = pytest.mark.program

BEGIN = """
preferences = install()
preferences.command = FACTS["command"]
scene = new_scene(24, 1.0, 51, 51 + 239)
strips = scene.sequence_editor.strips
strips.new_movie("one", FACTS["films"][0], 1, 51)
strips.new_movie("two", FACTS["films"][1], 1, 171)
wishes = scene.cutscore
state = bpy.context.window_manager.cutscore
if FACTS.get("blend"):
    save(FACTS["blend"])
"""


@pytest.fixture
def facts(films: dict[str, Path], tmp_path: Path) -> dict[str, Any]:
    """A project of ten seconds in a folder of its own."""
    folder = tmp_path / "project"
    folder.mkdir()
    return {
        "films": [str(films["a24"]), str(films["b24"])],
        "blend": str(folder / "film.blend"),
        "command": str(pretender(tmp_path / "bin" / "cutscore", "24")),
        "mix": str(tmp_path / "mix.wav"),
    }


@each_blender()
def test_the_real_command_s_music_is_heard_in_the_mixdown(
    blender: Blender, facts: dict[str, Any], tmp_path: Path
) -> None:
    """Composed, laid, saved, re-opened, mixed down: Blender plays the WAV's samples from the edit's first frame on."""
    facts["command"] = str(real_command(tmp_path / "venv" / "bin"))
    said = blender.run(
        BEGIN
        + """
wishes.description, wishes.tags, wishes.sync = "calm piano, no drums", "warm, slow", "tight"
wishes.use_seed, wishes.seed, wishes.fade_out, wishes.stems = True, 7, 0.0, True
error, last = score(), state.last
save(FACTS["blend"])
scene = reopen(FACTS["blend"])
mixdown(FACTS["mix"])
answer(error=error, music=music(scene), markers=markers(scene), last=last)
""",
        **facts,
    )
    assert said["error"] is None
    laid = said["music"].pop("Music (Cutscore)")
    assert (51, 291, 2, False) == (laid["start"], laid["end"], laid["channel"], laid["mute"])
    stems = said["music"]
    assert len(stems) >= 2
    assert all(name.startswith("Music (Cutscore) stem ") and stem["mute"] for name, stem in stems.items())
    assert f"Music laid on channel 2, frames 51 to 290, {len(stems)} more muted." == said["last"]
    heard, written = samples(Path(facts["mix"])), samples(Path(laid["file"]))
    lag = best_lag(written, heard)
    assert abs(lag) <= 2, lag
    assert np.corrcoef(written[24_000:400_000], heard[24_000 + lag : 400_000 + lag])[0, 1] > 0.999
    cue = json.loads(Path(laid["file"]).with_suffix(".cue.json").read_text(encoding="utf-8"))
    assert (240, 51, 7, "tight") == (cue["frames"], cue["start_frame"], cue["seed"], cue["brief"]["sync"])
    assert ["warm", "slow"] == cue["brief"]["tags"]
    assert [51 + round(hit["time"] * 24) for hit in cue["hits"]] == [frame for frame, _ in said["markers"]]


def samples(path: Path) -> np.ndarray:
    """The left channel, -1 to 1."""
    with wave.open(str(path)) as sound:
        assert sound.getframerate() == 48_000
        raw, width = sound.readframes(sound.getnframes()), sound.getsampwidth()
        data = np.frombuffer(raw, np.uint8).reshape(-1, sound.getnchannels(), width)[:, 0]
    padded = np.concatenate([np.zeros((len(data), 4 - width), np.uint8), data], axis=1)
    return np.ascontiguousarray(padded).view("<i4")[:, 0] / 2**31


def best_lag(one: np.ndarray, other: np.ndarray) -> int:
    """By how many samples `other` is later, by correlation of four seconds."""
    size = 1 << 18
    a, b = np.fft.rfft(one[:size], 2 * size), np.fft.rfft(other[:size], 2 * size)
    lag = int(np.argmax(np.fft.irfft(np.conj(a) * b)))
    return lag if lag < size else lag - 2 * size


@each_blender()
def test_the_real_command_can_be_stopped_midway(blender: Blender, facts: dict[str, Any], tmp_path: Path) -> None:
    """The panel shows how far it is; Esc over the sequencer stops it, not elsewhere; nothing is left or changed."""
    facts["command"] = str(real_command(tmp_path / "venv" / "bin"))
    said = blender.run(
        BEGIN
        + """
idle = drawn("CUTSCORE_PT_music")
pump = Pump()
started = pump.start()
refused = not bpy.ops.cutscore.score.poll()
pump.until(lambda _: state.title not in ("Starting", "Reading the edit"))
busy = drawn("CUTSCORE_PT_music")
passed = [pump.send("ESC", x=10, y=10), pump.send("LEFTMOUSE", x=120, y=120)]
still = not pump.on[0].job.cancelled
stopped = pump.send("ESC", x=120, y=120)
last = pump.until(lambda answered: answered == "CANCELLED")
answer(started=started, refused=refused, idle=idle, busy=busy, passed=passed, still=still, stopped=stopped, last=last,
       reports=pump.reports, running=state.running, sentence=state.last, music=music(scene), markers=markers(scene),
       again=bpy.ops.cutscore.score.poll(), noted=pump.context.noted,
       details=drawn("CUTSCORE_PT_details"), after=drawn("CUTSCORE_PT_music"))
""",
        **facts,
    )
    assert ("RUNNING_MODAL", True, True, True) == tuple(said[key] for key in ("started", "refused", "still", "again"))
    assert ["handler"] == said["noted"]
    assert (["PASS_THROUGH", "PASS_THROUGH"], "RUNNING_MODAL", "CANCELLED") == (
        said["passed"],
        said["stopped"],
        said["last"],
    )
    assert [["INFO", "Stopped; nothing was changed."]] == said["reports"]
    assert (False, "Stopped; nothing was changed.", {}, []) == tuple(
        said[key] for key in ("running", "sentence", "music", "markers")
    )
    wishes = ["description", "tags", "style", "engine", "takes", "use_seed", "seed"]
    assert [*wishes, "cutscore.score"] == said["idle"]
    (bar,) = [one for one in said["busy"] if isinstance(one, list)]
    assert 0.03 <= bar[0] < 1
    assert "cutscore.cancel" in said["busy"]
    assert "cutscore.score" not in said["busy"]
    assert "Stopped; nothing was changed." in said["after"]
    assert ["sync", "ending", "extent", "fade_in", "fade_out", "duck", "markers", "stems", "cutscore.results"] == said[
        "details"
    ]
    assert ["film.otio"] == [path.name for path in (Path(facts["blend"]).with_suffix(".cutscore")).iterdir()]


@each_blender()
def test_the_button_works_in_the_background_to_the_end(blender: Blender, facts: dict[str, Any]) -> None:
    """Events go on while the command runs, a second run is refused, the music is laid at the end, the timer is gone."""
    said = blender.run(
        BEGIN
        + """
pump = Pump()
answers = [pump.start(), pump.send("MOUSEMOVE")]
refused = not bpy.ops.cutscore.score.poll()
answers.append(pump.until(lambda answered: answered != "PASS_THROUGH"))
answer(answers=answers, refused=refused, noted=pump.context.noted, music=music(scene), reports=pump.reports,
       running=state.running, last=state.last)
""",
        **facts,
    )
    assert (["RUNNING_MODAL", "PASS_THROUGH", "FINISHED"], True) == (said["answers"], said["refused"])
    assert (["handler"], False, 1) == (said["noted"], said["running"], len(said["music"]))
    assert [["INFO", "Music laid on channel 2, frames 51 to 290."]] == said["reports"]
    assert said["last"] == said["reports"][-1][1]


@each_blender()
def test_another_file_or_a_lost_scene_ends_the_run_without_a_trace(blender: Blender, facts: dict[str, Any]) -> None:
    """Opening another file stops it; where the scene is gone at its end, the sentence says where the music is."""
    said = blender.run(
        BEGIN
        + """
pump = Pump()
pump.start()
job = pump.on[0].job
pump.operator.cancel(pump.context)
stopped = [job._process.poll() is not None, len(pump.on), pump.send()]
pump = Pump()
pump.start()
scene.name = "Renamed"
last = pump.until(lambda answered: answered != "PASS_THROUGH")
answer(stopped=stopped, last=last, reports=pump.reports, music=music(scene))
""",
        **facts,
    )
    assert [True, 0, "CANCELLED"] == said["stopped"]
    assert ("CANCELLED", {}) == (said["last"], said["music"])
    ((kind, sentence),) = said["reports"]
    assert kind == "ERROR"
    assert "is gone; the music is ready: " in sentence


@each_blender()
def test_the_words_reach_the_command_as_they_are(blender: Blender, facts: dict[str, Any]) -> None:
    """Quotes, dollars and a leading dash too; it runs in the folder of the .blend file, where cutscore.yaml is."""
    said = blender.run(
        BEGIN
        + """
wishes.description = '--json "$(touch x)"; ü'
wishes.tags, wishes.engine, wishes.takes, wishes.ending = "a b,,c", "studio", 2, "button"
scene.use_preview_range = True
scene.frame_preview_start, scene.frame_preview_end = 75, 170
answer(error=score())
""",
        **facts,
    )
    assert said["error"] is None
    folder = Path(facts["blend"]).with_suffix(".cutscore")
    told = json.loads((folder / "words.json").read_text(encoding="utf-8"))
    assert str(Path(facts["blend"]).parent) == told["cwd"]
    assert [
        "score", str(folder / "film.otio"), "--no-place", "--json", "--progress=json", f"--output={folder}",
        '--description=--json "$(touch x)"; ü', "--engine=studio", "--ending=button", "--tag=a b", "--tag=c",
        "--takes=2", "--range", "1.000000000", "5.000000000",
    ] == told["words"]  # fmt: skip


@each_blender()
def test_what_goes_wrong_is_one_sentence_and_changes_nothing(
    blender: Blender, facts: dict[str, Any], tmp_path: Path
) -> None:
    """No command, a wrong one, a failing one, a foreign one, a missing file, an empty sequence, a read-only folder."""
    bin_ = tmp_path / "bin"
    gone = {"music": str(tmp_path / "none.wav"), "cue": str(tmp_path / "none.cue.json")}
    cue = tmp_path / "good.cue.json"
    cue.write_text(json.dumps({"rate": "24/1", "frames": 240, "start_frame": 51}), encoding="utf-8")
    commands = {
        "no such command": "/nowhere/cutscore",
        "fails": str(
            program(bin_ / "fails", "import sys\nsys.stderr.write('The engine is asleep.\\n')\nsys.exit(4)\n")
        ),
        "foreign": str(program(bin_ / "foreign", "print('hello')\n")),
        "no cue": str(program(bin_ / "nocue", f"print({json.dumps(gone)!r})\n")),
        "no wav": str(program(bin_ / "nowav", f"print({json.dumps({**gone, 'cue': str(cue)})!r})\n")),
        "odd report": str(program(bin_ / "odd", f"print({json.dumps({**gone, 'takes': [3]})!r})\n")),
    }
    said = blender.run(
        BEGIN
        + """
before = [facts_of(strip) for strip in strips]
errors = {}
for name, path in FACTS["commands"].items():
    preferences.command = path
    errors[name] = score()
preferences.command = FACTS["command"]
preferences.folder = FACTS["file"]
errors["folder is a file"] = score()
preferences.folder = ""
scene.use_preview_range = True
scene.frame_preview_start, scene.frame_preview_end = 1000, 1100
errors["range outside"] = score()
scene.use_preview_range = False
same = before == [facts_of(strip) for strip in strips] and markers(scene) == []
for strip in list(strips):
    strip.mute = True
errors["all muted"] = score()
for strip in list(strips):
    strips.remove(strip)
errors["empty"] = score()
errors["results"] = None
bpy.ops.wm.read_homefile(use_empty=True)
scene = bpy.context.scene
small(scene)
scene.sequence_editor.strips.new_movie("one", FACTS["films"][0], 1, 1)
errors["not saved"] = score()
preferences.folder = "//results"
errors["not saved, relative folder"] = score()
preferences.folder = FACTS["elsewhere"]
errors["not saved, folder chosen"] = score()
answer(errors=errors, same=same, music=music(scene))
""",
        **facts,
        commands=commands,
        file=str(cue),
        elsewhere=str(tmp_path / "elsewhere"),
    )
    wanted = {
        "no such command": "no cutscore command; correct it there",
        "fails": "The engine is asleep.",
        "foreign": "update both",
        "no cue": "cannot be read",
        "no wav": "none.wav is not there.",
        "odd report": "The music is ready but its facts cannot be read",
        "folder is a file": "cannot be written",
        "range outside": "The preview range lies outside the edit",
        "all muted": "Nothing is seen in frames 51 to 290",
        "empty": "has no strips in its Video Sequencer",
        "not saved": "Save the .blend file first",
        "not saved, relative folder": "Save the .blend file first",
    }
    errors = said["errors"]
    for name, sentence in wanted.items():
        assert sentence in str(errors[name]), (name, errors[name])
        assert "\n" not in errors[name], errors[name]
        assert "Traceback" not in errors[name]
    assert said["same"]
    assert errors["not saved, folder chosen"] is None
    assert [str(tmp_path / "elsewhere" / "music_v1.wav")] == [one["file"] for one in said["music"].values()]


@each_blender()
def test_sounds_are_told_apart_by_their_channels(blender: Blender, facts: dict[str, Any], tmp_path: Path) -> None:
    """Dialogue, effects and temp music by channel name, in metas too; muted ones and our own music are left out."""
    tones = [str(tone(tmp_path / name)) for name in ("talk.wav", "boom.wav", "song.wav", "deep.wav", "quiet.wav")]
    said = blender.run(
        BEGIN
        + """
editor = scene.sequence_editor
for number, name in ((4, "Dialogue"), (5, "SFX"), (6, "Temp music"), (7, "Voice over"), (8, "Muted")):
    editor.channels[number].name = name
made = [strips.new_sound(f"sound {n}", path, 4 + n, 51) for n, path in enumerate(FACTS["tones"])]
talk, boom, song, deep, quiet = made
talk.frame_start, talk.frame_offset_start = 61, 12
talk.frame_final_end = 101
boom.sound_offset = 0.5
editor.channels[8].mute = True
packed = meta(scene, deep)
packed.channels[7].name = "Voice over"
packed.frame_offset_start = 6
error = score()
path = FACTS["blend"] + ".otio"
said = exported(scene, path)
answer(error=error, **said)
""",
        **facts,
        tones=tones,
    )
    assert said["error"] is None
    cut = cutscore.read_timeline(facts["blend"] + ".otio")
    heard = {
        clip.name: (track.role, clip.record_in, clip.record_out, float(clip.source_in), clip.media and clip.media.name)
        for track in cut.sounds
        for clip in track.clips
    }
    assert {
        "sound 0": ("dialogue", 22, 50, 0.5, "talk.wav"),
        "sound 1": ("effects", 12, 48, 0.0, "boom.wav"),
        "sound 2": ("music", 0, 48, 0.0, "song.wav"),
        "sound 3": ("dialogue", 6, 48, 0.25, "deep.wav"),
    } == heard
    assert 240 == cut.duration


def tone(path: Path) -> Path:
    """Two seconds of a tone."""
    with wave.open(str(path), "wb") as sound:
        sound.setparams((1, 2, 48_000, 0, "NONE", ""))
        sound.writeframes((8000 * np.sin(np.arange(96_000) * 0.05)).astype("<i2").tobytes())
    return path


@each_blender()
def test_what_is_not_read_exactly_is_said(blender: Blender, facts: dict[str, Any]) -> None:
    """A 3D scene, a speed that changes on the way, strips after the end; the music is laid all the same."""
    said = blender.run(
        BEGIN
        + """
ramp = added(scene, FACTS["films"][0], 5, 100)
speed(scene, ramp, 50)
select(scene, ramp)
with sequencer(scene):
    bpy.ops.sequencer.retiming_key_add(timeline_frame=140)
bpy.data.scenes.new("Set")
rendered = strips.new_scene("set", bpy.data.scenes["Set"], 3, 60)
rendered.frame_final_end = 70
strips.new_movie("late", FACTS["films"][0], 6, 400)
path = FACTS["blend"] + ".otio"
answer(**exported(scene, path), all=exported(scene, path, everything=True)["warnings"])
""",
        **facts,
    )
    warnings = "\n".join(said["warnings"])
    assert "Scene strip 'set' is rendered from 3D" in warnings
    assert "more than two retiming keys" in warnings
    assert "1 strips begin after the scene's last frame, 290" in warnings
    assert "begin after" not in "\n".join(said["all"])
    everything = cutscore.read_timeline(facts["blend"] + ".otio")
    assert (51, 520 - 51) == (everything.start_frame, everything.duration)
    assert ("generator", 9, 19) in [(span.kind, span.record_in, span.record_out) for span in everything.spans]


@each_blender()
def test_switching_the_extension_off_stops_the_run_and_leaves_nothing(
    blender: Blender, facts: dict[str, Any], tmp_path: Path
) -> None:
    """Its properties and operators are gone, the command is ended, and it can be switched on and updated again."""
    note = tmp_path / "pid"
    text = f"import os, time\nopen({str(note)!r}, 'w').write(str(os.getpid()))\ntime.sleep(300)\n"
    facts["command"] = str(program(tmp_path / "bin" / "slow", text))
    said = blender.run(
        BEGIN
        + """
import time
pump = Pump()
pump.start()
limit = time.monotonic() + 60
while not os.path.exists(FACTS["note"]) or not open(FACTS["note"]).read():
    assert time.monotonic() < limit
    time.sleep(0.02)
process = pump.on[0].job._process
bpy.ops.preferences.addon_disable(module=ADDON)
process.wait(30)
off = [hasattr(scene, "cutscore"), hasattr(bpy.types, "CUTSCORE_PT_music"), hasattr(bpy.types, "CUTSCORE_OT_score")]
bpy.ops.preferences.addon_enable(module=ADDON)
on = [hasattr(scene, "cutscore"), hasattr(bpy.types, "CUTSCORE_PT_music")]
install()
answer(off=off, on=on, code=process.returncode, description=scene.cutscore.description)
""",
        **facts,
        note=str(note),
    )
    assert [False, False, False] == said["off"]
    assert [True, True] == said["on"]
    assert said["code"] != 0
    assert "" == said["description"]


@each_blender()
def test_ten_thousand_strips_are_exported_in_time(blender: Blender, facts: dict[str, Any]) -> None:
    """Every one is there; in four times the time that OpenTimelineIO takes to parse the result, in CPU seconds."""
    said = blender.run(
        BEGIN
        + """
import time
for strip in list(strips):
    strips.remove(strip)
for number in range(10_000):
    effect(strips, f"c{number}", "COLOR", 1 + number % 3, 51 + number * 2, 53 + number * 2)
scene.frame_end = 51 + 20_000 - 1
began = time.process_time()
exported(scene, FACTS["blend"] + ".otio")
answer(took=time.process_time() - began)
""",
        **facts,
    )
    cut = cutscore.read_timeline(facts["blend"] + ".otio")
    assert 10_000 == len(cut.spans)
    assert [(span.record_in, span.record_out) for span in cut.spans] == [(n * 2, n * 2 + 2) for n in range(10_000)]
    began = time.process_time()
    otio.adapters.read_from_file(facts["blend"] + ".otio")
    parsed = time.process_time() - began
    assert said["took"] < 4 * parsed, (said["took"], parsed)


@each_blender()
def test_blender_s_own_checker_takes_the_zip(blender: Blender, extension: Path) -> None:
    """`blender_ext.py validate`, which `blender --command extension validate` runs, finds nothing to complain of."""
    import subprocess

    (tool,) = blender.python.parents[1].glob(
        "lib/python3*/site-packages/bpy/*/scripts/addons_core/bl_pkg/cli/blender_ext.py"
    )
    done = subprocess.run(
        [blender.python, tool, "validate", str(extension), "--valid-tags="], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
