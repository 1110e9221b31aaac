"""Parts of an edit of a real film, rendered in many ways: the benchmark's renders, a few of them."""

from __future__ import annotations

import importlib.util
import random
from pathlib import Path
from types import ModuleType

import pytest

from cutscore.config import Settings
from cutscore.config.watching import WatchFolder
from cutscore.readers import read_timeline
from cutscore_composer.engine import Progress
from cutscore_watchers.matching import find_place
from support.renders import render_part

pytestmark = [pytest.mark.real, pytest.mark.program]


def benchmark() -> ModuleType:
    """benchmarks/match_renders.py."""
    file = Path(__file__).parents[3] / "benchmarks" / "match_renders.py"
    spec = importlib.util.spec_from_file_location("match_renders", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_no_render_of_a_real_film_is_placed_wrongly(videos: Path, tmp_path: Path) -> None:
    """Twelve drawn parts of an edit of Big Buck Bunny: none begins at a wrong frame, three of four are found."""
    made = benchmark()
    draw = random.Random(7)
    made.make_timeline(tmp_path / "edit.otio", videos / f"{made.FILM}.mp4", made.shots_of(videos), draw)
    cut = read_timeline(tmp_path / "edit.otio")
    watch = WatchFolder(path=tmp_path, project=str(tmp_path / "edit.otio"))
    found, wrong = 0, []
    for number in range(12):
        length = draw.choice([96, 240, 480, 720])
        first = draw.randrange(0, cut.duration - length)
        look = made.looks(draw)
        suffix = ".mov" if look.codec == "prores_ks" else ".mp4"
        render = render_part(cut, first, first + length, tmp_path / f"r{number}{suffix}", look)
        place = find_place(render, watch, Settings(), Progress())
        if place.found:
            found += 1
            wrong += [] if place.record_in == first else [(number, first, place, look)]
    assert [] == wrong
    assert found >= 9
