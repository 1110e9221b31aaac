"""Placed projects rendered by the real melt: the picture is untouched, the music is heard where it was placed.

The music is silent but for short bursts; where they are found in the difference of the two renderings'
sound is where the music lies, to the sample.
"""

from __future__ import annotations

import shutil
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore.placers import PlacedMusic, PlaceOptions, place
from cutscore_composer.cue import CueGain, new_cue
from cutscore_composer.music import Stem
from cutscore_composer.timebase import samples_for
from support.mlt_edits import KINDS, MltEdit, bursts_in, rendered, tone
from support.mlt_user import User
from support.numbered import numbered_film

pytestmark = [
    pytest.mark.program,
    pytest.mark.skipif(shutil.which("melt") is None, reason="the program melt is not installed"),
]

RATES = ("24000/1001", "24/1", "25/1", "30000/1001", "30303/1000", "60000/1001")
FILM_FRAMES = 120
SAMPLE = 1.0
"""melt begins a frame's sound on a whole sample: what it mixes may be one sample off."""
QUIET = 3 / 32768
"""What mixing in 16 bits may change of what was there before."""


def film(folder: Path, rate: Fraction) -> Path:
    """A film whose frames show their numbers, with a soft low tone."""
    seconds = np.arange(int(48_000 * FILM_FRAMES / rate)) / 48_000
    sound = (0.1 * np.sin(2 * np.pi * 220 * seconds)).astype(np.float32)
    return numbered_film(folder / "film.mkv", FILM_FRAMES, rate, codec="ffv1", sound=sound)


@pytest.fixture(scope="module", params=RATES)
def studio(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, MltEdit]:
    """A folder with a film at each rate, and an edit of it."""
    rate = Fraction(request.param)
    folder = tmp_path_factory.mktemp("studio")
    edit = MltEdit(rate, [(10, 30), (None, 5), (50, 35)], [(None, 20), (90, 15)], str(film(folder, rate)), FILM_FRAMES)
    return folder, edit


def written(folder: Path, edit: MltEdit, kind: str, name: str = "edit") -> Path:
    """The edit as a project."""
    return edit.write(folder / (f"{name}.mlt" if kind == "shotcut" else f"{name}.kdenlive"), kind)


def music_of(path: Path, frames: int, rate: Fraction, record_in: int, bursts: tuple[int, ...] = (0,)) -> PlacedMusic:
    """Music with bursts at frames of its own."""
    samples = samples_for(frames, rate)
    audio = tone(path, samples, [round(frame * 48_000 / rate) for frame in bursts])
    return PlacedMusic(audio, new_cue("local", rate, frames, samples), rate, name="edit", record_in=record_in)


def heard(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """What the second sound has more than the first."""
    length = min(len(before), len(after))
    return after[:length] - before[:length]


@pytest.mark.parametrize("kind", KINDS)
def test_the_music_sounds_on_its_frame_and_the_picture_is_the_same(
    kind: str, studio: tuple[Path, MltEdit], tmp_path: Path
) -> None:
    """At the beginning and for a range in the middle, at every rate; outside the music all sounds as before."""
    _, edit = studio
    project = written(tmp_path, edit, kind)
    before = rendered(project)
    assert edit.frames == len(before.pictures)
    assert edit.frames == len(set(before.pictures))
    for start, frames in ((0, edit.frames), (23, 40)):
        music = music_of(tmp_path / f"music{start}.wav", frames, edit.rate, start, (0, 13))
        placed = place(music, project, output_folder=tmp_path / f"out{start}")
        after = rendered(placed.project)
        assert before.pictures == after.pictures
        more = heard(before.sound, after.sound)
        expected = [float((start + burst) * 48_000 / edit.rate) for burst in (0, 13)]
        assert expected == pytest.approx(bursts_in(more), abs=SAMPLE)
        silent = np.ones(len(more), bool)
        for at in expected:
            silent[int(at) - 2 if at > 2 else 0 : int(at) + 484] = False
        assert np.abs(more[silent]).max() <= QUIET


@pytest.mark.parametrize("kind", KINDS)
def test_fades_gain_and_ducking_are_heard(kind: str, tmp_path: Path) -> None:
    """A constant tone: up over ten frames, down over ten, at −6 dB, and 12 dB lower in the middle."""
    rate = Fraction(25)
    edit = MltEdit(rate, [(0, 100)], film=str(film(tmp_path, rate)), film_frames=FILM_FRAMES)
    project = written(tmp_path, edit, kind)
    samples = samples_for(100, rate)
    audio = tmp_path / "music.wav"
    tone(audio, samples, range(0, samples, 480), hertz=1000, level=0.5)
    duck = (CueGain(1.2, 0.0), CueGain(1.6, -12.0), CueGain(2.4, -12.0), CueGain(2.8, 0.0))
    music = PlacedMusic(audio, new_cue("local", rate, 100, samples, duck=duck), rate, name="edit")
    options = PlaceOptions(gain_db=-6, fade_in_frames=10, fade_out_frames=10, duck=True)
    before = rendered(project).sound
    after = rendered(place(music, project, output_folder=tmp_path / "out", options=options).project).sound
    # Louder or softer by what, frame by frame: the effective value over that of the tone itself.
    blocks = heard(before, after)[: 100 * 1920].reshape(100, 1920)
    db = 20 * np.log10(np.sqrt((blocks**2).mean(axis=1)) / (0.5 / np.sqrt(2)) + 1e-9)
    assert [-6, -6, -18, -18, -6, -6] == pytest.approx([db[f] for f in (15, 29, 41, 59, 71, 85)], abs=0.3)
    assert db[0] < -20
    assert db[99] < -20
    assert all(a < b for a, b in pairwise(db[:10]))
    assert all(a > b for a, b in pairwise(db[90:]))
    assert -12 == pytest.approx(db[35], abs=1.5)


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_muted_is_not_heard(kind: str, tmp_path: Path) -> None:
    """Stems lie silent beside the music, and a version that the user moved is silenced by the next one."""
    rate = Fraction(25)
    edit = MltEdit(rate, [(0, 100)], film=str(film(tmp_path, rate)), film_frames=FILM_FRAMES)
    project = written(tmp_path, edit, kind)
    before = rendered(project)
    stem = Stem("drums", tone(tmp_path / "drums.wav", samples_for(60, rate), [48_000]))
    first = music_of(tmp_path / "one.wav", 60, rate, 0, (0, 10))
    with_stem = PlacedMusic(first.audio, first.cue, rate, name="edit", stems=(stem,))
    place(with_stem, project, output_folder=tmp_path, in_place=True, options=PlaceOptions(stems=True))
    assert [0, 19_200] == pytest.approx(bursts_in(heard(before.sound, rendered(project).sound)), abs=SAMPLE)
    user = User(project)
    user.move(5)
    user.save()
    place(music_of(tmp_path / "two.wav", 60, rate, 0, (20,)), project, output_folder=tmp_path, in_place=True)
    after = rendered(project)
    assert [38_400] == pytest.approx(bursts_in(heard(before.sound, after.sound)), abs=SAMPLE)
    assert before.pictures == after.pictures


@pytest.mark.parametrize("name", ["a b.wav", "a%20b#c.wav", "grüße 日本.wav", "what?.wav", "a:b.wav", "a&b'c;d=e.wav"])
def test_music_under_any_name_is_heard(name: str, tmp_path: Path) -> None:
    """In a folder with such a name too, relative and absolute."""
    rate = Fraction(25)
    home = tmp_path / "my film #1 100% ü"
    home.mkdir()
    film(home, rate)
    for number, media in enumerate(("film.mkv", str(home / "film.mkv"))):
        edit = MltEdit(rate, [(0, 30)], film=media, film_frames=FILM_FRAMES)
        project = written(home, edit, "kdenlive 1.1", f"edit{number}")
        before = rendered(project)
        music = music_of(home / f"edit{number}.cutscore" / name, 30, rate, 0, (10,))
        placed = place(music, project, output_folder=home / f"edit{number}.cutscore")
        after = rendered(placed.project)
        assert [19_200] == pytest.approx(bursts_in(heard(before.sound, after.sound)), abs=SAMPLE)
        assert before.pictures == after.pictures


@pytest.mark.parametrize("kind", KINDS)
def test_music_longer_than_the_picture_sounds_to_its_end(kind: str, tmp_path: Path) -> None:
    """The picture goes black under it; the last burst is heard."""
    rate = Fraction(25)
    edit = MltEdit(rate, [(0, 30)], film=str(film(tmp_path, rate)), film_frames=FILM_FRAMES)
    project = written(tmp_path, edit, kind)
    placed = place(music_of(tmp_path / "long.wav", 60, rate, 0, (50,)), project, output_folder=tmp_path / "out")
    before, after = rendered(project), rendered(placed.project)
    assert 60 == len(after.pictures)
    assert before.pictures == after.pictures[:30]
    assert [96_000] == pytest.approx(bursts_in(after.sound, 0.2), abs=SAMPLE)


clips = st.lists(
    st.tuples(st.one_of(st.none(), st.integers(0, 60)), st.integers(1, 40)), min_size=1, max_size=6
).filter(lambda row: any(first is not None for first, _ in row))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    kind=st.sampled_from(KINDS),
    rate=st.sampled_from(RATES),
    lower=clips,
    upper=clips,
    start=st.integers(0, 40),
    frames=st.integers(2, 60),
)
def test_random_edits_keep_their_picture_and_get_their_music(
    kind: str,
    rate: str,
    lower: list[tuple[int | None, int]],
    upper: list[tuple[int | None, int]],
    start: int,
    frames: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Random clips and gaps on two picture tracks, random place and length of the music."""
    folder = tmp_path_factory.mktemp("random")
    exact = Fraction(rate)
    edit = MltEdit(exact, lower, upper, str(film(folder, exact)), FILM_FRAMES)
    project = written(folder, edit, kind)
    before = rendered(project)
    placed = place(music_of(folder / "music.wav", frames, exact, start), project, output_folder=folder / "out")
    after = rendered(placed.project)
    assert max(edit.frames, start + frames) == len(after.pictures)
    assert before.pictures == after.pictures[: edit.frames]
    sound = np.zeros(len(after.sound))
    length = min(len(sound), len(before.sound))
    sound[:length] = before.sound[:length]
    assert [float(start * 48_000 / exact)] == pytest.approx(bursts_in(after.sound - sound, 0.15), abs=SAMPLE)
    shutil.rmtree(folder)
