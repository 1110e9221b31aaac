"""Hits are heard, not only planned: an onset finder that is not ours finds them in the finished sound."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cutscore_composer.picture import Picture
from cutscore_composer.plain_video import picture_of_video
from support.hits_heard import FILM, RATE, cut_at_random, heard, heard_in, scored

pytestmark = [pytest.mark.real, pytest.mark.slow]


def film(videos: Path, name: str) -> Picture:
    """A trailer, the opening of a film, and forty seconds of fast cutting from its middle."""
    if name == "middle":
        return picture_of_video(videos / FILM).section(5760, 6720)
    return picture_of_video(videos / name)


@pytest.mark.parametrize("name", ["sintel_trailer-720p.mp4", "bbb_480p_30s_bower.mp4", "middle"])
def test_hits_of_edited_films_are_heard(videos: Path, tmp_path: Path, name: str) -> None:
    """At least .80 more of the hits have a strong onset than by chance; at most 40 % of these fall on cuts."""
    found = heard_in(scored(film(videos, name), tmp_path))
    assert found.hits >= 2
    assert found.gain >= 0.80
    assert found.on_cuts <= 0.40


def test_hits_of_edits_cut_at_random_are_heard(videos: Path, tmp_path: Path) -> None:
    """The same in the mean of four edits that nobody has tuned anything by."""
    found = [heard_in(scored(cut_at_random(videos, n, 16), tmp_path / str(n))) for n in range(20, 24)]
    found = [one for one in found if one.hits]
    assert len(found) >= 3
    assert float(np.mean([one.gain for one in found])) >= 0.80
    assert float(np.mean([one.on_cuts for one in found])) <= 0.40


def test_the_measure_itself() -> None:
    """Clicks at the hits are heard to the last one; the same clicks half a second beside them are not."""
    rng = np.random.default_rng(3)
    sound = 0.003 * rng.standard_normal(30 * RATE).astype(np.float32)
    hits = [4.0, 9.5, 16.2, 23.7]
    for hit in hits:
        at = round(hit * RATE)
        sound[at : at + 4800] += (0.5 * np.exp(-np.arange(4800) / 900) * rng.standard_normal(4800)).astype(np.float32)
    assert heard(sound, hits, []).gain > 0.9
    assert heard(sound, [hit + 0.5 for hit in hits], []).gain < 0.1
    assert heard(sound, hits, hits).on_cuts > 0.6
