"""Alternates and handles: whole files of the right length, from the same plan, that end as they should."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from cutscore_composer.alternates import read_alternates
from cutscore_composer.cue import read_cue
from cutscore_composer.engine import Progress, Request
from cutscore_composer.errors import InputRefused
from cutscore_composer.local import LocalEngine
from cutscore_composer.mix.loudness import measure
from cutscore_composer.music import Music
from cutscore_composer.plain_video import picture_of_video
from cutscore_composer.timebase import samples_for
from cutscore_composer.wishes import Wishes
from support.films import film

RATE = Fraction(25)
WISHES = Wishes("driving rock with drums and electric guitar")


def samples_of(path: Path) -> npt.NDArray[np.float64]:
    """All samples of a WAV as FFmpeg decodes them, (n, 2)."""
    with av.open(str(path)) as container:
        resampler = av.AudioResampler(format="flt", layout="stereo", rate=48_000)
        blocks = [out.to_ndarray() for frame in container.decode(audio=0) for out in resampler.resample(frame)]
    return np.concatenate(blocks, axis=1).reshape(-1, 2).astype(np.float64)


def level_db(samples: npt.NDArray[np.float64]) -> float:
    """Mean level in dB of full scale."""
    return float(10 * np.log10(np.mean(samples**2) + 1e-12))


def request_for(folder: Path, **more: object) -> Request:
    """Twenty seconds in six shots, to be scored into a new folder."""
    folder.mkdir(parents=True)
    path = film(folder / "film.mp4", frames=500, cuts=(60, 140, 230, 310, 400))
    return Request(picture_of_video(path), WISHES, "music", folder, **{"seed": 3, **more})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Music:
    """A piece with every alternate asked for."""
    folder = tmp_path_factory.mktemp("alternates") / "out"
    names = read_alternates("no-drums,no-melody,ducked,15s,30s")
    return LocalEngine().score(request_for(folder, alternates=names, stems=True), Progress())


def test_what_there_can_be_is_made_and_what_not_is_said(music: Music) -> None:
    """Nobody speaks, and the film is shorter than thirty seconds: these two are warned of, the others are there."""
    assert ["no-drums", "no-melody", "15s"] == [one.name for one in music.alternates]
    assert ["no-drums", "no-melody", "15s"] == [one.name for one in music.cue.alternates]
    assert 1 == sum("no ducked version" in warning for warning in music.warnings)
    assert 1 == sum("no 30s version" in warning for warning in music.warnings)


def test_every_alternate_is_whole(music: Music) -> None:
    """Full length, the wanted loudness, silent at its last sample."""
    for one in music.alternates:
        samples = samples_of(one.file)
        assert samples_for(375 if one.name == "15s" else 500, RATE) == len(samples)
        assert measure(one.file).lufs == pytest.approx(-16, abs=0.5)
        assert level_db(samples[-24:]) < -80


def test_without_drums_only_drums_are_missing(music: Music) -> None:
    """Once loudness is matched, master less drums stem lies far nearer to it than the master does."""
    master, bare = samples_of(music.audio), samples_of(music.alternates[0].file)
    drums = samples_of(next(stem.file for stem in music.stems if stem.name == "drums"))
    assert level_db(drums) > level_db(master) - 15

    def apart(other: npt.NDArray[np.float64]) -> float:
        gain = float((other * bare).sum() / (other**2).sum())
        return level_db(bare - gain * other) - level_db(bare)

    assert apart(master - drums) < apart(master) - 6


def test_a_cut_down_is_a_piece_of_its_own(music: Music) -> None:
    """Its cue file tells fifteen seconds in the same key, with its last chord on the tonic."""
    (short,) = (one for one in music.alternates if one.name == "15s")
    assert short.cue_file is not None
    cue = read_cue(short.cue_file)
    assert (375, music.cue.key, music.cue.brief.style) == (cue.frames, cue.key, cue.brief.style)
    assert cue.key is not None
    assert cue.chords[-1].symbol.startswith(cue.key.tonic)


def test_handles_lie_around_the_same_music(tmp_path: Path) -> None:
    """The file is longer by both handles; behind the first one it is the music that there is without handles."""
    plain = LocalEngine().score(request_for(tmp_path / "plain"), Progress())
    held = LocalEngine().score(request_for(tmp_path / "held", handle_frames=(50, 75)), Progress())
    assert (50, 75) == held.cue.handle_frames
    assert plain.cue.hits == held.cue.hits
    expected, found = samples_of(plain.audio), samples_of(held.audio)
    assert samples_for(625, RATE) == len(found)
    before = samples_for(50, RATE)
    # The middle of the piece, where neither the pick-up nor another ending reaches.
    a, b = expected[4 * 48_000 : 15 * 48_000], found[before + 4 * 48_000 : before + 15 * 48_000]
    assert float((a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum())) > 0.99
    assert level_db(found[:before]) > -60
    after = found[before + 500 * 1920 :]
    assert level_db(after[: 48_000 // 2]) > level_db(after[-48_000 // 2 :])


def test_a_fade_is_over_when_the_picture_is(tmp_path: Path) -> None:
    """A faded ending leaves the handle after it silent."""
    request = request_for(tmp_path / "out", handle_frames=(0, 50))
    music = LocalEngine().score(replace(request, wishes=replace(WISHES, ending="fade")), Progress())
    assert 0 == np.abs(samples_of(music.audio)[samples_for(500, RATE) :]).max()


def test_unknown_names_are_refused() -> None:
    """An alternate that there is not is answered with those that there are."""
    with pytest.raises(InputRefused, match=r"no-cymbals.*no-drums, no-melody, ducked, 60s, 30s, 15s"):
        read_alternates("no-drums,no-cymbals")
