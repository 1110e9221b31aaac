"""The extension installed from its zip and operated: where the music lies, what a second run keeps, what is heard."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from support.blender import Blender, clicks, each_blender, pretender

pytestmark = pytest.mark.program

HITS = [{"time": 1.0, "kind": "cut"}, {"time": 2.5, "kind": "marker"}]
DUCK = [{"time": 1.0, "db": 0.0}, {"time": 1.5, "db": -6.0}, {"time": 3.0, "db": -6.0}, {"time": 4.0, "db": 0.0}]

BEGIN = """
preferences = install()
preferences.command = FACTS["command"]

def begin(rate=(24, 1.0), first=1, last=240):
    scene = new_scene(*rate, first, last)
    strips = scene.sequence_editor.strips
    strips.new_movie("one", FACTS["films"][0], 1, first)
    strips.new_movie("two", FACTS["films"][1], 1, first + 120)
    scene.cutscore.fade_out = 0.0
    save(FACTS["blend"])
    return scene, strips, scene.cutscore

scene, strips, wishes = begin(first=FACTS.get("first", 1), last=FACTS.get("last", 240))
"""


@pytest.fixture
def facts(films: dict[str, Path], tmp_path: Path) -> dict[str, Any]:
    """What every script is told: films, a project in a folder with a difficult name, a command that answers at once."""
    folder = tmp_path / "my film 100% #2 ü"
    folder.mkdir()
    return {
        "films": [str(films["a24"]), str(films["b24"])],
        "blend": str(folder / "cut #1 50%.blend"),
        "mix": str(tmp_path / "mix.wav"),
        "command": str(pretender(tmp_path / "bin" / "cutscore", "24", hits=HITS, duck=DUCK)),
    }


RATES = {
    "23.976": ((24, 1.001), "24000/1001", 1),
    "24": ((24, 1.0), "24", 0),
    "25": ((25, 1.0), "25", 1001),
    "29.97": ((30, 1.001), "30000/1001", 86),
    "30": ((30, 1.0), "30", 1),
    "59.94": ((60, 1.001), "60000/1001", 37),
}


@each_blender()
def test_the_music_is_heard_at_its_time_after_saving_and_reopening(
    blender: Blender, facts: dict[str, Any], tmp_path: Path
) -> None:
    """A click 1.5 s into the music is 1.5 s into Blender's mixdown, at every rate and first frame."""
    commands = {name: str(pretender(tmp_path / name, text, click=1.5)) for name, (_, text, _) in RATES.items()}
    said = blender.run(
        BEGIN
        + """
found = {}
for name, (rate, _, first) in FACTS["rates"].items():
    preferences.command = FACTS["commands"][name]
    begin(rate, first, first + 239)
    error = score()
    save(FACTS["blend"])
    scene = reopen(FACTS["blend"])
    mixdown(f"{FACTS['mix']}.{name}.wav")
    strips = [facts_of(strip) for strip in scene.sequence_editor.strips]
    found[name] = {"error": error, "music": music(scene), "strips": strips}
answer(found=found)
""",
        **facts,
        rates=RATES,
        commands=commands,
    )
    for name, found in said["found"].items():
        first = RATES[name][2]
        assert found["error"] is None
        (laid,) = found["music"].values()
        assert (first, first + 240, 2, False) == (laid["start"], laid["end"], laid["channel"], laid["mute"])
        assert Path(laid["file"]).parent == Path(facts["blend"]).with_suffix(".cutscore")
        assert laid["spelled"].startswith("//")
        (heard,) = clicks(Path(f"{facts['mix']}.{name}.wav"))
        assert abs(heard - 1.5) < 0.001, name
        assert {"one", "two"} == {strip["name"] for strip in found["strips"] if not strip["ours"]}


@each_blender()
def test_fades_ducking_and_hits_are_keyframes_and_markers(blender: Blender, facts: dict[str, Any]) -> None:
    """At the frames that the cue file and the wishes say; the handles of the file lie outside the strip."""
    facts["command"] = str(pretender(Path(facts["command"]), "24", hits=HITS, duck=DUCK, handles=(12, 24), click=1.0))
    said = blender.run(
        BEGIN
        + """
wishes.fade_in, wishes.fade_out = 0.5, 1.0
error = score()
scene.frame_set(1)
mixdown(FACTS["mix"])
strip = scene.sequence_editor.strips["Music (Cutscore)"]
answer(error=error, music=music(scene), markers=markers(scene), offsets=[strip.frame_start, strip.frame_offset_start],
       channel=scene.sequence_editor.channels[2].name)
""",
        **facts,
        first=101,
        last=340,
    )
    assert said["error"] is None
    laid = said["music"]["Music (Cutscore)"]
    assert (101, 341) == (laid["start"], laid["end"])
    assert [101 - 12, 12] == said["offsets"]
    half = 10 ** (-6 / 20)
    wanted = [(101, 0), (113, 1), (125, 1), (137, half), (173, half), (197, 1), (317, 1), (341, 0)]
    assert wanted == [(frame, pytest.approx(level, abs=1e-6)) for frame, level in laid["keys"]]
    assert [[125, "hit 1 cut"], [161, "hit 2 marker"]] == said["markers"]
    assert "Music (Cutscore)" == said["channel"]
    (heard,) = clicks(Path(facts["mix"]))
    assert abs(heard - 1.0) < 0.001


@each_blender()
def test_a_second_run_replaces_its_own_and_keeps_what_the_user_did(blender: Blender, facts: dict[str, Any]) -> None:
    """Trims, volume, name and colour stay, the sound is the new one; markers are replaced, moved ones are not."""
    said = blender.run(
        BEGIN
        + """
wishes.duck = False
errors = [score()]
strip = scene.sequence_editor.strips["Music (Cutscore)"]
before = facts_of(strip)
strip.frame_offset_start, strip.frame_offset_end = 20, 30
strip.volume, strip.name, strip.color_tag = 0.25, "My score", "COLOR_03"
scene.timeline_markers["hit 1 cut"].frame = 30
scene.timeline_markers.new("mine", frame=61)
errors.append(score())
save(FACTS["blend"])
scene = reopen(FACTS["blend"])
answer(errors=errors, before=before, music=music(scene), markers=markers(scene),
       tag=scene.sequence_editor.strips["My score"].color_tag, sounds=len(bpy.data.sounds))
""",
        **facts,
    )
    assert [None, None] == said["errors"]
    assert ["My score"] == list(said["music"])
    laid = said["music"]["My score"]
    assert (21, 211, 0.25, []) == (laid["start"], laid["end"], laid["volume"], laid["keys"])
    assert Path(said["before"]["file"]).name == "music_v1.wav"
    assert Path(laid["file"]).name == "music_v2.wav"
    assert "COLOR_03" == said["tag"]
    assert [[25, "hit 1 cut"], [30, "hit 1 cut"], [61, "hit 2 marker"], [61, "mine"]] == said["markers"]


@each_blender()
def test_the_user_s_volume_keyframes_are_kept(blender: Blender, facts: dict[str, Any]) -> None:
    """Ours are written anew, changed ones are not touched, removed ones do not come back."""
    said = blender.run(
        BEGIN
        + """
errors, keys = [], []
def again():
    errors.append(score())
    keys.append(music(scene)["Music (Cutscore)"]["keys"])
again()
wishes.duck = False
wishes.fade_out = 1.0
again()
strip = scene.sequence_editor.strips["Music (Cutscore)"]
strip.volume = 0.4
strip.keyframe_insert("volume", frame=100)
again()
wishes.duck = True
again()
curves = extension("curves")
curves.clear(scene, strip, "volume")
again()
answer(errors=errors, keys=keys, last=bpy.context.window_manager.cutscore.last)
""",
        **facts,
    )
    assert [None] * 5 == said["errors"]
    ducked, faded, mine, kept, gone = said["keys"]
    assert [1, 25, 37, 73, 97] == [frame for frame, _ in ducked]
    assert [1, 217, 241] == [frame for frame, _ in faded]
    assert [1, 100, 217, 241] == [frame for frame, _ in mine]
    assert mine == kept
    assert pytest.approx(0.4) == mine[1][1]
    assert [] == gone


TOUCHED = {
    "moved": "strip.frame_start += 5",
    "moved to another channel": "strip.channel = 9",
    "cut": "strip.split(100, 'SOFT')",
    "locked": "strip.lock = True",
    "in a locked channel": "scene.sequence_editor.channels[strip.channel].lock = True",
    "muted": "strip.mute = True",
    "in a muted channel": "scene.sequence_editor.channels[strip.channel].mute = True",
    "in a meta strip": "meta(scene, strip)",
}


@each_blender()
def test_a_strip_that_was_touched_is_kept_and_muted(blender: Blender, facts: dict[str, Any]) -> None:
    """Moved, cut, locked or muted music is never replaced: the new version has its own channel, one of them sounds."""
    said = blender.run(
        BEGIN
        + """
found = {}
for how, act in FACTS["touched"].items():
    scene, strips, wishes = begin()
    errors = [score()]
    strip = strips["Music (Cutscore)"]
    first = facts_of(strip)["file"]
    exec(act)
    errors += [score(), score()]
    channels = scene.sequence_editor.channels
    everything = [facts_of(one) for one in scene.sequence_editor.strips_all if one.get("cutscore") is not None]
    closed = [number for number, one in enumerate(channels) if one.lock or one.mute]
    found[how] = {"errors": errors, "first": first, "strips": everything, "closed": closed}
answer(found=found)
""",
        **facts,
        touched=TOUCHED,
    )
    for how, found in said["found"].items():
        assert [None] * 3 == found["errors"], how
        old = [strip for strip in found["strips"] if strip["file"] == found["first"]]
        new = [strip for strip in found["strips"] if strip["file"] != found["first"]]
        assert [True] * (2 if how == "cut" else 1) == [strip["mute"] for strip in old], how
        # The third run replaced the second version, which nobody touched.
        number = int(Path(found["first"]).stem.removeprefix("music_v"))
        assert [f"music_v{number + 2}.wav"] == [Path(strip["file"]).name for strip in new], how
        assert (1, 241, False) == (new[0]["start"], new[0]["end"], new[0]["mute"]), how
        assert new[0]["channel"] not in [*found["closed"], 1], how
        # What lies in a meta strip has that one's channels.
        assert how == "in a meta strip" or new[0]["channel"] not in [strip["channel"] for strip in old], how


@each_blender()
def test_nothing_is_ever_laid_over_other_strips(blender: Blender, facts: dict[str, Any]) -> None:
    """Full, locked and muted channels are left alone; where none is free nothing is changed and a sentence says so."""
    said = blender.run(
        BEGIN
        + """
channels = scene.sequence_editor.channels
for number in range(2, 129):
    if number not in (40, 50, 60):
        effect(strips, f"block {number}", "COLOR", number, 100, 102)
channels[50].lock = True
channels[60].mute = True
errors = [score()]
laid = music(scene)
effect(strips, "late", "COLOR", 40, 300, 310)
for strip in [one for one in strips if one.get("cutscore") is not None]:
    strips.remove(strip)
effect(strips, "block 40", "COLOR", 40, 100, 102)
count = len(strips)
marks = markers(scene)
errors.append(score())
answer(errors=errors, laid=laid, same=len(strips) == count, marks=markers(scene) == marks)
""",
        **facts,
    )
    assert said["errors"][0] is None
    assert [40] == [strip["channel"] for strip in said["laid"].values()]
    assert "No channel of the Video Sequencer is free" in said["errors"][1]
    assert "music_v2.wav" in said["errors"][1]
    assert said["same"]
    assert said["marks"]


@each_blender()
def test_other_takes_lie_muted_and_a_chosen_one_is_kept(
    blender: Blender, facts: dict[str, Any], tmp_path: Path
) -> None:
    """Three takes on three channels, one sounds; a take that the user chose is kept on the next run."""
    facts["command"] = str(pretender(tmp_path / "bin" / "cutscore", "24", takes=3))
    said = blender.run(
        BEGIN
        + """
wishes.takes = 3
errors = [score()]
first = music(scene)
errors.append(score())
second = music(scene)
strips["Music (Cutscore)"].mute = True
strips["Music (Cutscore) take 2"].mute = False
errors.append(score())
answer(errors=errors, first=first, second=second, third=music(scene))
""",
        **facts,
    )
    assert [None] * 3 == said["errors"]
    for number, laid in enumerate((said["first"], said["second"])):
        files = {name: (Path(strip["file"]).name, strip["mute"]) for name, strip in laid.items()}
        assert {
            "Music (Cutscore)": (f"music_v{1 + 3 * number}.wav", False),
            "Music (Cutscore) take 2": (f"music_v{2 + 3 * number}.wav", True),
            "Music (Cutscore) take 3": (f"music_v{3 + 3 * number}.wav", True),
        } == files
        assert 3 == len({strip["channel"] for strip in laid.values()})
    third = said["third"]
    assert "music_v4.wav" == Path(third["Music (Cutscore)"]["file"]).name
    assert "music_v5.wav" == Path(third["Music (Cutscore) take 2"]["file"]).name
    assert ["music_v7.wav"] == [Path(strip["file"]).name for strip in third.values() if not strip["mute"]]


@each_blender()
def test_two_cues_side_by_side_share_a_channel(blender: Blender, facts: dict[str, Any]) -> None:
    """The preview range is what is scored; the next range's music does not replace it."""
    said = blender.run(
        BEGIN
        + """
scene.use_preview_range = True
errors = []
for begin, end in ((1, 100), (101, 240), (1, 100)):
    scene.frame_preview_start, scene.frame_preview_end = begin, end
    errors.append(score())
answer(errors=errors, music=music(scene))
""",
        **facts,
    )
    assert [None] * 3 == said["errors"]
    lies = sorted((one["start"], one["end"], one["channel"], Path(one["file"]).name) for one in said["music"].values())
    assert [(1, 101, 2, "music_v3.wav"), (101, 241, 2, "music_v2.wav")] == lies


@each_blender()
def test_music_of_another_length_fits_the_same_strip(blender: Blender, facts: dict[str, Any]) -> None:
    """The edit grew by two seconds: the strip has the new music's length and its click, after saving too."""
    facts["command"] = str(pretender(Path(facts["command"]), "24", click=9.5))
    said = blender.run(
        BEGIN
        + """
scene.frame_end = 200
errors = [score()]
scene.frame_end = 240
errors.append(score())
save(FACTS["blend"])
scene = reopen(FACTS["blend"])
mixdown(FACTS["mix"])
answer(errors=errors, music=music(scene))
""",
        **facts,
    )
    assert [None, None] == said["errors"]
    assert [(1, 241)] == [(one["start"], one["end"]) for one in said["music"].values()]
    (heard,) = clicks(Path(facts["mix"]))
    assert abs(heard - 9.5) < 0.001


@each_blender()
def test_it_can_be_undone(blender: Blender, facts: dict[str, Any]) -> None:
    """One step back takes strip, markers and keyframes away."""
    said = blender.run(
        BEGIN
        + """
bpy.ops.ed.undo_push(message="before")
error = score()
laid = music(scene)
bpy.ops.ed.undo_push(message="Make Music")
bpy.ops.ed.undo()
scene = bpy.context.scene
answer(error=error, laid=len(laid), left=music(scene), markers=markers(scene))
""",
        **facts,
    )
    assert (None, 1) == (said["error"], said["laid"])
    assert ({}, []) == (said["left"], said["markers"])
