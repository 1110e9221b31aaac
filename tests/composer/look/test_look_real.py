"""Looking at footage that nobody on this project made, against its checked list of cuts."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from cutscore_composer.engine import Progress
from cutscore_composer.look import look
from cutscore_composer.look.seen import Seen
from cutscore_composer.picture import Picture, PictureSpan, SoundSpan

pytestmark = pytest.mark.real

SINTEL = (13.9167, 16.5, 16.8333, 17.0, 17.5, 23.7917, 25.875, 27.4167, 28.0)
SINTEL_GRADUAL = (5.1, 9.0, 11.8, 15.6, 18.0, 21.3, 22.0, 28.3, 32.05, 35.0, 41.5)
BUNNY = (11.875, 15.75, 23.0417)


def seen_file(path: Path, frames: int, rate: Fraction, *, listen: bool = False) -> Seen:
    """Look at a whole file."""
    picture = Picture(
        path.stem,
        rate,
        frames,
        (PictureSpan(0, frames, "clip", path.stem, path, search_cuts=True),),
        sounds=(SoundSpan(0, frames, "dialogue", path),),
    )
    return look(picture, Progress(), listen=listen)


def f1(seen: Seen, listed: tuple[float, ...]) -> tuple[float, list[float], list[float]]:
    """F1 of hard cuts within a frame, the false ones and the missed ones, in seconds."""
    truth = {round(seconds * float(seen.rate)) for seconds in listed}
    found = {cut.frame for cut in seen.cuts if cut.kind == "cut"}
    right = {f for f in found if any(abs(f - t) <= 1 for t in truth)}
    missed = {t for t in truth if not any(abs(f - t) <= 1 for f in found)}
    score = 2 * len(right) / (len(found) + len(truth)) if found or truth else 1.0
    return score, sorted(float(f / seen.rate) for f in found - right), sorted(float(t / seen.rate) for t in missed)


def test_the_trailers_cuts_fades_and_dissolves(videos: Path) -> None:
    """Every hard cut within a frame and no other, every fade and dissolve within half a second."""
    seen = seen_file(videos / "sintel_trailer-720p.mp4", 1253, Fraction(24))
    assert (1.0, [], []) == f1(seen, SINTEL)
    gradual = [float(cut.frame / seen.rate) for cut in seen.cuts if cut.kind != "cut"]
    assert [] == [wanted for wanted in SINTEL_GRADUAL if min(abs(wanted - found) for found in gradual) > 0.5]


def test_the_bunnys_cuts(videos: Path) -> None:
    """Three hard cuts; the bird that flies past at 18 s is none."""
    seen = seen_file(videos / "bbb_480p_30s_bower.mp4", 720, Fraction(24))
    assert (1.0, [], []) == f1(seen, BUNNY)


@pytest.mark.parametrize(
    ("name", "frames", "rate"),
    [
        ("mdn_flower.mp4", 150, Fraction(30000, 1001)),
        ("mdn_chroma.mp4", 1465, Fraction(60000, 1001)),
        ("mdn_rabbit320.mp4", 234, Fraction(30)),
        ("skv_bigbuckbunny.mp4", 132, Fraction(25)),
        ("intel_car_detection.mp4", 377, Fraction(25, 2)),
    ],
)
def test_single_shots_have_no_cut(videos: Path, name: str, frames: int, rate: Fraction) -> None:
    """A time-lapse, a whip pan, a hand-held shot, a road whose light changes: one shot each."""
    assert () == seen_file(videos / name, frames, rate).cuts


def test_narration_is_heard_and_silence_is_not(videos: Path) -> None:
    """The narrator speaks most of the time; a file of digital silence and one of a quiet room have no speech."""
    nasa = seen_file(videos / "nasa_13013_torchcodec.mp4", 389, Fraction(30000, 1001), listen=True)
    assert sum(b - a for a, b in nasa.speech) > 0.6 * nasa.frames
    assert ["dissolve", "cut"] == [cut.kind for cut in nasa.cuts]
    assert () == seen_file(videos / "mdn_flower.mp4", 150, Fraction(30000, 1001), listen=True).speech
    assert () == seen_file(videos / "mdn_rabbit320.mp4", 234, Fraction(30), listen=True).speech


@pytest.mark.slow
def test_the_whole_film(videos: Path) -> None:
    """126 cuts on which two public detectors agree (some real ones are not listed): F1 at least .95."""
    lines = (videos / "bbb_film_full_320x180.cuts.txt").read_text().splitlines()
    listed = tuple(float(line) for line in lines if line.strip() and not line.startswith("#"))
    seen = seen_file(videos / "bbb_film_full_320x180.mp4", 14315, Fraction(24))
    score, false, missed = f1(seen, listed)
    assert score >= 0.95, (score, false, missed)
