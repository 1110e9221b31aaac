"""The cue of a composition: every field that the cue file promises, and it survives its own file."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cutscore_composer.cue import CueLoudness, cue_json, read_cue
from cutscore_composer.deliver.cue_of import cue_of
from cutscore_composer.plan.planner import plan
from cutscore_composer.wishes import Wishes
from cutscore_composer.write.writer import write
from support.scenes import scene


def test_the_cue_tells_what_was_written(tmp_path: Path) -> None:
    """Beats, downbeats, sections, cuts, hits with errors, chords, speech and warnings, all inside the picture."""
    seen, spotting = scene(48, [(9.7, 0.8), (20.3, 0.6), (33.1, 0.95)], speech=[(12, 16)])
    music = write(plan(Wishes("a banjo in D minor"), seen, spotting, 3), spotting, 3)
    cue = cue_of(music, spotting, seen, start_frame=86400, loudness=CueLoudness(-16.0, -1.0, 6.2))

    assert (cue.engine, cue.seed, cue.rate, cue.frames, cue.samples) == ("local", 3, "24/1", 1152, 48 * 48000)
    assert (cue.key.tonic, cue.key.mode) == ("D", "minor") if cue.key else False
    assert cue.metre == "4/4"
    assert cue.start_frame == 86400
    assert set(cue.downbeats) <= set(cue.beats)
    assert all(0 <= t < 48 for t in (*cue.beats, *(c.time for c in cue.chords)))
    assert cue.sections[0].start == 0
    assert cue.sections[-1].end == 48
    assert [round(cut.time, 2) for cut in cue.cuts] == [9.71, 20.29, 33.08]
    assert all(-10 <= hit.error_ms <= 60 for hit in cue.hits)
    assert [(s.start, s.end) for s in cue.speech] == [(12, 16)]
    assert any("banjo" in warning for warning in cue.warnings)

    path = tmp_path / "a.cue.json"
    path.write_text(cue_json(cue), encoding="utf-8")
    assert cue_json(read_cue(path)) == cue_json(cue)


def test_downbeat_hits_lie_on_downbeats() -> None:
    """A hit that says "downbeat" has one of the cue's downbeats under it, "beat" one of its beats."""
    seen, spotting = scene(60, [(9.7, 0.8), (20.3, 0.6), (33.1, 0.95), (41.0, 0.5)])
    cue = cue_of(write(plan(Wishes(), seen, spotting, 3), spotting, 3), spotting, seen)
    for hit in cue.hits:
        at = hit.time + hit.error_ms / 1000
        grid = {"downbeat": cue.downbeats, "beat": cue.beats}.get(hit.on)
        if grid:
            assert min(abs(at - beat) for beat in grid) < 0.0005


def test_the_tempo_map_gives_the_beats_back() -> None:
    """Beats counted from the tempo map's points are the cue's beats."""
    seen, spotting = scene(40, [(9.7, 0.8), (20.3, 0.6)])
    cue = cue_of(write(plan(Wishes(), seen, spotting, 3), spotting, 3), spotting, seen)
    assert cue.tempo is not None
    first = cue.tempo.map[0].beat
    for index, at in enumerate(cue.beats):
        point = max((p for p in cue.tempo.map if p.beat <= first + index + 1e-9), key=lambda p: p.beat)
        assert at == pytest.approx(point.time + (first + index - point.beat) * 60 / point.bpm, abs=0.0005)


def test_zero_is_never_minus_zero() -> None:
    """An error that rounds to nothing reads 0.0, in the cue, in its file and on every screen that prints it."""
    seen, spotting = scene(60, [(9.7, 0.8), (20.3, 0.6), (33.1, 0.95), (41.0, 0.5)])
    for seed in range(4):
        cue = cue_of(write(plan(Wishes(), seen, spotting, seed), spotting, seed), spotting, seen)
        assert all("-0.0" != f"{hit.error_ms:.1f}" for hit in cue.hits)
        assert not re.search(r"-0\.0\b", cue_json(cue))


def test_a_picture_shorter_than_a_beat_has_no_tempo() -> None:
    """A quarter of a second has no tempo to tell, ten seconds have one that people can tap."""
    for frames, told in ((6, False), (240, True)):
        seen, spotting = scene(0, frames=frames)
        cue = cue_of(write(plan(Wishes(), seen, spotting, 3), spotting, 3), spotting, seen)
        assert told == (cue.tempo is not None)
        assert cue.tempo is None or 50 <= cue.tempo.bpm <= 200
