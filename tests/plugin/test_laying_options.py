"""What configuration and command line say of placing reaches the project: levels, fades, stems, Resolve's file."""

from __future__ import annotations

import wave
import xml.etree.ElementTree as Tree
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from cutscore_composer.cue import CueGain, CueStem, cue_json, new_cue
from cutscore_composer.timebase import samples_for
from support.command import Command
from support.fcpxml import clip, document


def sound(path: Path, frames: int) -> Path:
    """A stereo WAV of so many frames at 24 a second."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(3)
        file.setframerate(48_000)
        file.writeframes(bytes(6 * samples_for(frames, Fraction(24))))
    return path


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a project of six seconds, music for it, its cue file and one stem."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "edit.fcpxml").write_text(document(clip("a", 0, 6)), encoding="utf-8")
    sound(tmp_path / "m.wav", 144)
    sound(tmp_path / "m.drums.wav", 144)
    duck = (CueGain(1.0, 0.0), CueGain(2.0, -8.0))
    cue = new_cue("local", Fraction(24), 144, samples_for(144, Fraction(24)), duck=duck)
    cue = replace(cue, stems=(CueStem("drums", "../somewhere/m.drums.wav"), CueStem("gone", "gone.wav")))
    (tmp_path / "m.cue.json").write_text(cue_json(cue), encoding="utf-8")
    return tmp_path


def run(*words: str) -> dict:
    """`cutscore place m.wav edit.fcpxml` with these words; what it answers."""
    ran = Command(Path.cwd())("place", "m.wav", "edit.fcpxml", "--json", "--output", "out", *words)
    assert ran.code == 0, ran.err
    return ran.json


def clips(path: str) -> dict[str, Tree.Element]:
    """Our clips by their names."""
    root = Tree.parse(path).getroot()
    return {e.get("name", ""): e for e in root.iter("asset-clip") if "cutscore.place" in (e.findtext("note") or "")}


def test_the_command_line_says_how_it_is_laid(desk: Path) -> None:
    """Gain, fades, ducking and stems of the command are in the project; stems are looked for beside the music only."""
    said = run("--gain", "-4", "--fade-in", "0.5", "--fade-out", "2", "--duck", "--stems")
    found = clips(said["project"])
    assert set(found) == {"m", "m drums"}
    assert found["m drums"].get("enabled") == "0"
    param = found["m"].find("adjust-volume/param")
    assert param is not None
    assert [(e.tag, e.get("duration")) for e in param][:2] == [("fadeIn", "1/2s"), ("fadeOut", "2s")]
    assert [k.get("value") for k in param.iter("keyframe")] == ["-4dB", "-4dB", "-12dB", "-12dB"]
    plain = clips(run("--no-duck")["project"])
    assert set(plain) == {"m"}
    assert plain["m"].find("adjust-volume") is None


def test_the_configuration_says_it_too(desk: Path) -> None:
    """The same from `place:`; the command line goes before it; NAME.resolve.otio is written where it is wanted."""
    place = "place: {gain_db: -3, fade_out_seconds: 1, duck: true, stems: true, otio: resolve}\n"
    (desk / "cutscore.yaml").write_text(place, encoding="utf-8")
    found = clips(run("--no-duck", "--gain", "-5")["project"])
    assert set(found) == {"m", "m drums"}
    volume = found["m"].find("adjust-volume")
    assert volume is not None
    assert volume.get("amount") == "-5"
    assert [e.tag for e in volume.iter()] == ["adjust-volume", "param", "fadeOut"]
    assert (desk / "out" / "edit.resolve.otio").is_file()


def test_wishes_that_cannot_be_met_are_said(desk: Path) -> None:
    """No stems beside the music, no dialogue to duck under: a sentence each, and the music lies there all the same."""
    (desk / "m.cue.json").unlink()
    said = run("--duck", "--stems")
    assert any("no stems" in warning for warning in said["warnings"])
    assert any("no dialogue" in warning for warning in said["warnings"])
    assert set(clips(said["project"])) == {"m"}
