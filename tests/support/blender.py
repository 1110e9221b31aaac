"""Blender's own Python (the bpy module, headless) as a program that tests run scripts in.

CUTSCORE_BPY names the interpreters that have it, divided as PATH is; without it the usual places are looked at.
"""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

SUPPORT = Path(__file__).parent
FILMS = {"a24": (0, Fraction(24), 120), "b24": (1000, Fraction(24), 120), "c30": (2000, Fraction(30), 150)}
"""Name: first number, rate, frames."""
USUAL = ("/opt/bpy45/bin/python", "/opt/bpy50/bin/python")


def pythons() -> list[Path]:
    """Interpreters that have bpy."""
    named = os.environ.get("CUTSCORE_BPY")
    found = named.split(os.pathsep) if named is not None else USUAL
    return [Path(one) for one in found if one and Path(one).is_file()]


def each_blender() -> pytest.MarkDecorator:
    """A test for every Blender that is here; one that is skipped, saying so, where none is."""
    found = pythons()
    if not found:
        reason = "no Python with bpy is here; name some in CUTSCORE_BPY"
        return pytest.mark.parametrize("python", [pytest.param(None, marks=pytest.mark.skip(reason=reason))])
    return pytest.mark.parametrize("python", found, ids=[one.parts[-3] for one in found])


@dataclass
class Blender:
    """A Blender in a home of its own, with the extension installed from its zip by the first script that asks."""

    python: Path
    home: Path
    zip: Path

    def run(self, script: str, *, timeout: float = 170, **facts: Any) -> Any:
        """Run a script after `from in_blender import *`; `facts` are its FACTS, its answer comes back."""
        self.home.mkdir(parents=True, exist_ok=True)
        answer = self.home / "answer.json"
        answer.unlink(missing_ok=True)
        path = self.home / "script.py"
        path.write_text(f"from in_blender import *\n{script}", encoding="utf-8")
        keep = {
            name: value for name, value in os.environ.items() if not name.startswith(("CUTSCORE", "XDG_", "PYTHON"))
        }
        environment = {
            **keep,
            "HOME": str(self.home),
            "BLENDER_USER_RESOURCES": str(self.home / "blender"),
            "PYTHONPATH": str(SUPPORT),
            "FACTS": json.dumps({**facts, "answer": str(answer), "zip": str(self.zip)}, default=str),
        }
        done = subprocess.run(
            [self.python, path],
            cwd=self.home,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="replace",
            timeout=timeout,
        )
        assert answer.is_file(), f"{done.stdout[-3000:]}\n{done.stderr[-6000:]}"
        return json.loads(answer.read_text(encoding="utf-8"))


def real_command(folder: Path) -> Path:
    """This tree's `cutscore` as one program, as an installed wheel has it."""
    paths = os.pathsep.join(os.environ.get("PYTHONPATH", "").split(os.pathsep))
    return program(
        folder / "cutscore",
        f"import os, sys\nsys.path[:0] = {[one for one in paths.split(os.pathsep) if one]!r}\n"
        "from cutscore.cli.main import main\nsys.argv[0] = 'cutscore'\nmain()\n",
    )


def program(path: Path, text: str) -> Path:
    """A program in Python that can be started by its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!{sys.executable}\n{text}", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR | stat.S_IXGRP | stat.S_IXOTH)
    return path


PRETENDER = """
import array, json, os, sys, time, wave
from fractions import Fraction
words = sys.argv[1:]
folder = next(word.split("=", 1)[1] for word in words if word.startswith("--output="))
with open(os.path.join(folder, "words.json"), "w", encoding="utf-8") as file:
    json.dump({"words": words, "cwd": os.getcwd()}, file)
plan = json.loads(PLAN)
with open(words[1], encoding="utf-8") as file:
    tree = json.load(file)
rate = Fraction(plan["rate"])
first = int(tree["global_start_time"]["value"])
children = tree["tracks"]["children"][0]["children"]
frames = int(sum(one["source_range"]["duration"]["value"] for one in children if one.get("source_range")))
if "--range" in words:
    at = words.index("--range")
    begin, end = (round(Fraction(word) * rate) for word in words[at + 1 : at + 3])
    first, frames = first + begin, end - begin
for step in range(5):
    print(json.dumps({"stage": "mix", "fraction": step / 4, "note": ""}), file=sys.stderr, flush=True)
takes = []
for number in range(1, plan.get("takes", 1) + 1):
    before, after = plan.get("handles", (0, 0))
    samples = array.array("h", bytes(2 * round(Fraction(frames + before + after) / rate * 48000)))
    begin = round((plan.get("click", 1.0) + float(before / rate)) * 48000)
    for place in range(begin, min(begin + 480, len(samples))):
        samples[place] = 20000
    version = 1
    while os.path.exists(os.path.join(folder, f"music_v{version}.wav")):
        version += 1
    path = os.path.join(folder, f"music_v{version}.wav")
    with wave.open(path, "wb") as sound:
        sound.setparams((1, 2, 48000, 0, "NONE", ""))
        sound.writeframes(samples.tobytes())
    cue = {
        "schema": "cutscore.cue/1", "rate": plan["rate"], "frames": frames, "start_frame": first,
        "handle_frames": [before, after], "hits": plan.get("hits", []), "duck": plan.get("duck", []),
    }
    with open(path.replace(".wav", ".cue.json"), "w", encoding="utf-8") as file:
        json.dump(cue, file)
    takes.append({"music": path, "cue": path.replace(".wav", ".cue.json"), "stems": []})
print(json.dumps({**takes[0], "takes": takes, "warnings": plan.get("warnings", [])}))
"""


def pretender(path: Path, rate: str, **plan: Any) -> Path:
    """A command that answers at once with a WAV that is silent but for a click `click` seconds into the music."""
    text = json.dumps({"rate": rate, **plan})
    return program(path, PRETENDER.replace("PLAN", repr(text), 1))


def clicks(path: Path, level: float = 0.05) -> Sequence[float]:
    """Where sounds begin in a WAV of 16 bits, in seconds: after at least 50 ms of silence."""
    import wave

    import numpy as np

    with wave.open(str(path)) as sound:
        rate = sound.getframerate()
        data = np.frombuffer(sound.readframes(sound.getnframes()), "<i2").reshape(-1, sound.getnchannels())
    loud = np.flatnonzero(np.abs(data.astype(float)).max(axis=1) > level * 32768)
    if not len(loud):
        return []
    return [
        float(loud[0] / rate),
        *(float(b / rate) for a, b in pairwise(loud) if b - a > 0.05 * rate),
    ]
