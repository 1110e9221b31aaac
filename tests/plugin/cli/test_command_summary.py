"""What a person is told of a piece of music: files, facts, hits; for music that knows little too."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from cutscore.cli.summary import say_hits, say_music, say_result, shown
from cutscore_composer.cue import CueBrief, CueHit, CueKey, CueLoudness, CueTempo, cue_json, new_cue


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


FULL = new_cue(
    "local",
    Fraction(24),
    648,
    1_296_000,
    seed=0,
    start_frame=86_400,
    brief=CueBrief(style="cinematic", instruments=("piano", "strings")),
    key=CueKey("D", "minor"),
    tempo=CueTempo(81.4),
    loudness=CueLoudness(-16.04, -1.02, 6.0),
    hits=(CueHit(5.0, "cut", 0.5, -4.2, "downbeat"), CueHit(19.25, "marker", 1.0, 71.0, "free")),
)
BARE = new_cue("studio", Fraction(25), 250, 480_000)


def test_the_facts_of_a_piece(capsys: pytest.CaptureFixture[str]) -> None:
    """Length, style, key, tempo, loudness; who plays; how many hits are met and which is furthest."""
    say_music(FULL)
    assert capsys.readouterr().out == (
        "27.00 s, cinematic, D minor, 81 bpm, -16.0 LUFS, -1.0 dBTP.\n"
        "Played by piano, strings.\n"
        "1 of 2 hits fall within -10 to +60 ms; the furthest is +71.0 ms.\n"
    )


def test_music_that_a_server_made_knows_its_length_only(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing is made up."""
    say_music(BARE)
    say_hits(BARE)
    assert capsys.readouterr().out == "10.00 s.\n"


def test_the_table_of_hits_has_the_timelines_timecodes(capsys: pytest.CaptureFixture[str]) -> None:
    """So that an editor can go there."""
    say_hits(FULL)
    lines = capsys.readouterr().out.splitlines()
    assert ["timecode", "time", "kind", "weight", "on", "error"] == lines[0].split()
    assert ["01:00:05:00", "5.000", "s", "cut", "0.50", "downbeat", "-4.2", "ms"] == lines[1].split()
    assert ["01:00:19:06", "19.250", "s", "marker", "1.00", "free", "+71.0", "ms"] == lines[2].split()


def test_the_hits_of_a_drop_frame_picture_are_told_in_drop_frame(capsys: pytest.CaptureFixture[str]) -> None:
    """Ten seconds after 01:00:00;00."""
    cue = new_cue(
        "local",
        Fraction(30000, 1001),
        600,
        960_960,
        start_frame=107_892,
        drop_frame=True,
        hits=(CueHit(10.01, "cut", 0.5, 0.0, "beat"),),
    )
    say_hits(cue)
    assert capsys.readouterr().out.splitlines()[1].startswith("01:00:10;00 ")


def test_files_and_notes_of_a_result(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One line a file, named from this folder; further takes and stems below; notes on standard error."""
    (here / "a.cue.json").write_text(cue_json(BARE), encoding="utf-8")
    take = {"music": str(here / "a_take2.wav")}
    report = {
        "music": str(here / "a.wav"), "cue": str(here / "a.cue.json"), "midi": None, "picture": None, "project": None,
        "preview": None, "rights": None, "engine": "studio", "stems": [str(here / "a.strings.wav")],
        "takes": [{"music": str(here / "a.wav")}, take], "warnings": ["too short\nby 1 s"],
    }  # fmt: skip
    say_result(report | {"reused": True})
    assert capsys.readouterr().out.endswith("this is the music of then. Another --seed makes other music.\n")
    say_result(report | {"message": "It lies on track 2."})
    assert capsys.readouterr().out.endswith("It lies on track 2.\n")
    say_result(report | {"message": "too short\nby 1 s"})
    assert "too short" not in capsys.readouterr().out
    say_result(report)
    out, err = capsys.readouterr()
    assert out == (
        "Music          a.wav\nCue file       a.cue.json\nStem           a.strings.wav\nTake 2         a_take2.wav\n"
        "\n10.00 s.\n"
    )
    assert err == "Note: too short\\nby 1 s\n"


def test_a_path_elsewhere_is_shown_whole(here: Path) -> None:
    """And never with control characters."""
    assert "sub" == shown(here / "sub")
    assert str(here.parent / "x") == shown(here.parent / "x")
    assert r"a\nb" == shown(here / "a\nb")
