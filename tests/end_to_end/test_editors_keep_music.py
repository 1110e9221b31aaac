"""Placed projects opened in the real Kdenlive and Shotcut and saved by them: the music is still there, to the frame.

What the program wrote is judged by raw arithmetic, rendered by melt, and given to a second run, which has
to know its own clip again though the program has dropped what it did not know.
"""

from __future__ import annotations

import re
import subprocess
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from cutscore.placers import PlacedMusic, PlaceOptions, place
from cutscore.readers import read_timeline
from cutscore_composer.cue import CueHit, new_cue
from cutscore_composer.music import Stem
from cutscore_composer.timebase import samples_for
from support.editors import desk, missing
from support.mlt_edits import MltEdit, bursts_in, rendered, tone
from support.mlt_judged import Judged, Use
from support.numbered import number_of, numbered_film

pytestmark = pytest.mark.program
MUSIC = "Music (Cutscore)"
FRAMES, START, BURST = 80, 23, 12
OPTIONS = PlaceOptions(gain_db=-3, fade_in_frames=4, fade_out_frames=10, stems=True)


def kind_of(program: str) -> str:
    """The kind of project that the installed program reads; skips, saying so, where it is not there."""
    absent = missing(program) or missing("melt")
    if absent:
        pytest.skip(absent)
    if program == "shotcut":
        return "shotcut"
    said = subprocess.run(
        ["kdenlive", "--version"], capture_output=True, text=True, check=False, env={"QT_QPA_PLATFORM": "offscreen"}
    ).stdout
    version = re.search(r"(\d+)\.(\d+)", said)
    return "kdenlive 1.1" if version and (int(version[1]), int(version[2])) >= (23, 4) else "kdenlive 1.00"


def numbers(pictures: list[bytes]) -> list[int]:
    """The numbers that the frames show."""
    return [number_of(np.frombuffer(one, np.uint8)[: 192 * 96].reshape(96, 192)) for one in pictures]


def music(folder: Path, rate: Fraction, name: str) -> PlacedMusic:
    """Forty frames of music with one burst, and a stem."""
    samples = samples_for(40, rate)
    audio = tone(folder / f"{name}.wav", samples, [round(BURST * 48_000 / rate)])
    cue = new_cue("local", rate, 40, samples, hits=(CueHit(float(BURST / rate), "cut", 1.0, 0.0, "beat"),))
    stem = Stem("drums", tone(folder / f"{name} drums.wav", samples, [4_800]))
    return PlacedMusic(audio, cue, rate, name="edit", record_in=START, stems=(stem,))


def as_placed(use: Use) -> tuple[int, int, int, bool, str, tuple[str, ...]]:
    """What must be as it was placed."""
    effects = tuple(sorted(use.filters))
    return use.start, use.end, use.first, use.muted, use.hidden, effects


@pytest.mark.parametrize("rate", ["25/1", "24000/1001"])
@pytest.mark.parametrize("program", ["kdenlive", "shotcut"])
def test_the_program_opens_keeps_and_saves_the_music(program: str, rate: str, tmp_path: Path) -> None:
    """Opened, saved, rendered, placed into again, opened and saved once more."""
    kind, exact = kind_of(program), Fraction(rate)
    suffix = "mlt" if kind == "shotcut" else "kdenlive"
    sound = (0.1 * np.sin(2 * np.pi * 220 * np.arange(200_000) / 48_000)).astype(np.float32)
    film = numbered_film(tmp_path / "film.mkv", 100, exact, codec="ffv1", sound=sound)
    edit = MltEdit(exact, [(10, 40), (55, 40)], film=str(film), film_frames=100)
    project = edit.write(tmp_path / f"edit.{suffix}", kind)
    before = rendered(project, FRAMES)
    placed = place(music(tmp_path, exact, "one"), project, output_folder=tmp_path / "out", options=OPTIONS)
    saved, again = tmp_path / f"kept.{suffix}", tmp_path / f"again.{suffix}"

    with desk(program) as screen:
        screen.open(placed.project)
        screen.save_as(saved)
    was, now = Judged(placed.project), Judged(saved)
    for track in (MUSIC, f"{MUSIC} drums"):
        assert list(map(as_placed, was.uses(track))) == list(map(as_placed, now.uses(track)))
        assert 1 == len(now.mixes(track))
    assert (START, START + 40) == (now.uses(MUSIC)[0].start, now.uses(MUSIC)[0].end)
    after = rendered(saved, FRAMES)
    assert numbers(before.pictures) == numbers(after.pictures)
    more = after.sound[: len(before.sound)] - before.sound[: len(after.sound)]
    assert [float((START + BURST) * 48_000 / exact)] == pytest.approx(bursts_in(more), abs=1)

    second = place(music(tmp_path, exact, "two"), saved, output_folder=tmp_path, in_place=True, options=OPTIONS)
    assert second.replaced
    assert ["two.wav"] == [Path(use.resource).name for use in Judged(saved).uses(MUSIC)]
    assert () == second.warnings
    with desk(program) as screen:
        screen.open(saved)
        screen.save_as(again)
    assert list(map(as_placed, was.uses(MUSIC))) == list(map(as_placed, Judged(again).uses(MUSIC)))
    sounds = [track for track in read_timeline(again).sounds if track.ours and track.enabled]
    assert [(START, START + 40)] == [(clip.record_in, clip.record_out) for track in sounds for clip in track.clips]
