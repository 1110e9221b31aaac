"""The cue file: what is written is read again, in the published shape; what is wrong is refused in one sentence."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path

import pytest

from cutscore_composer import cue as c
from cutscore_composer.errors import InputRefused


def full_cue() -> c.Cue:
    return c.new_cue(
        "local",
        Fraction(24000, 1001),
        1253,
        2_508_506,
        seed=7,
        brief=c.CueBrief("cinematic", "rain, then sun", ("calm",), ("piano", "strings"), -0.25, 0.5, "ring", "natural"),
        key=c.CueKey("Eb", "minor"),
        metre="4/4",
        tempo=c.CueTempo(96.0, (c.TempoPoint(0.0, 96.0, 0),)),
        beats=(0.0, 0.625),
        downbeats=(0.0,),
        sections=(c.CueSection(0.0, 12.5, "A", 0.3),),
        cuts=(c.CueCut(13.9167, "dissolve", 0.8),),
        hits=(c.CueHit(13.9167, "cut", 0.8, -0.2, "downbeat"),),
        chords=(c.CueChord(0.0, "Ebm"),),
        loudness=c.CueLoudness(-16.0, -1.0, 6.2),
        stems=(c.CueStem("strings", "film.strings.wav"),),
        speech=(c.CueSpeech(3.1, 5.0),),
        dialogue_lufs=-22.4,
        duck=(c.CueGain(2.6, -13.2), c.CueGain(3.05, -25.0)),
        reference=c.CueReference(96.1, c.CueKey("Eb", "minor"), -12.5, True),
        effects=(c.CueEffect(13.9167, "impact", 0.8, "impact on the cut", 13.91, 17.2),),
        tracks=(c.CueStem("effects", "film.effects.wav"),),
        warnings=("ünïcode is kept",),
    )


def test_a_cue_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Every field goes there and back."""
    path = tmp_path / "film.cue.json"
    path.write_text(c.cue_json(full_cue()), encoding="utf-8")
    assert full_cue() == c.read_cue(path)


def test_the_file_has_the_published_shape() -> None:
    """The names of the schema, `schema` first; nested objects as documented."""
    data = json.loads(c.cue_json(full_cue()))
    assert next(iter(data)) == "schema"
    assert data["schema"] == "cutscore.cue/1"
    documented = set(
        "schema engine seed rate frames duration sample_rate samples brief key metre tempo beats downbeats "
        "sections cuts hits chords loudness stems speech warnings".split()
    )
    assert documented <= set(data)
    assert set(data) == {f.name for f in fields(c.Cue)}
    assert data["tempo"] == {"bpm": 96.0, "map": [{"time": 0.0, "bpm": 96.0, "beat": 0}]}
    assert data["hits"] == [{"time": 13.9167, "kind": "cut", "weight": 0.8, "error_ms": -0.2, "on": "downbeat"}]
    assert data["duration"] == pytest.approx(1253 * 1001 / 24000, abs=1e-6)


def test_what_was_not_asked_for_is_not_in_the_file(tmp_path: Path) -> None:
    """A cue without effects and reference is written as it was before there were any, and read as well."""
    plain = replace(full_cue(), reference=None, effects=(), tracks=())
    data = json.loads(c.cue_json(plain))
    assert not {"reference", "effects", "tracks"} & set(data)
    (tmp_path / "film.cue.json").write_text(c.cue_json(plain), encoding="utf-8")
    assert plain == c.read_cue(tmp_path / "film.cue.json")


def test_unknown_fields_of_a_newer_file_are_ignored(tmp_path: Path) -> None:
    """Also inside rows."""
    data = json.loads(c.cue_json(full_cue()))
    data["mood_curve"] = [1, 2]
    data["hits"][0]["colour"] = "red"
    path = tmp_path / "new.cue.json"
    path.write_text(json.dumps(data))
    assert full_cue() == c.read_cue(path)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "not JSON"),
        ("[]", "schema None"),
        ('{"schema": "cutscore.cue/2"}', "cutscore.cue/2"),
        ('{"schema": "cutscore.cue/1"}', "lacks or garbles"),
        ('{"schema": "cutscore.cue/1", "hits": 3}', "lacks or garbles"),
    ],
)
def test_what_is_no_cue_file_is_refused(tmp_path: Path, text: str, says: str) -> None:
    """One sentence with the file's name."""
    path = tmp_path / "wrong.cue.json"
    path.write_text(text)
    with pytest.raises(InputRefused, match=says) as refusal:
        c.read_cue(path)
    assert "wrong.cue.json" in str(refusal.value)


def test_a_cue_of_server_music_may_know_little(tmp_path: Path) -> None:
    """Only what every piece has is needed."""
    little = replace(c.new_cue("elevenlabs", Fraction(25), 250, 480_000), warnings=("x",))
    path = tmp_path / "little.cue.json"
    path.write_text(c.cue_json(little))
    assert little == c.read_cue(path)
