"""What the ear hears of music whose tempo and key are known because they were made: within 4 % or an octave, the key
or its relative; and of what is no music: nothing that is followed but its loudness."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from cutscore_composer.media.video import file_mark
from cutscore_composer.plain_video import picture_of_video
from cutscore_composer.reference import listen
from cutscore_composer.reference.ear import EAR_RATE, Ear
from cutscore_composer.reference.heard import Heard
from cutscore_composer.reference.listening import heard_of
from cutscore_composer.reference.pulse import pulse_of
from support.references import Tune, key_relation, metronome, tempo_relation, tune_sound

TUNES = [
    Tune(
        bpm=62 + 118 * number / 15,
        tonic=number * 7 % 12,
        mode="minor" if number % 2 else "major",
        progression=number // 2 % 4,
        drums=number % 3 == 1,
        metre=(4, 4, 3)[number % 3],
        cents=(0.0, 20.0, -35.0)[number // 3 % 3],
        seed=number,
    )
    for number in range(16)
]


def heard(sound: npt.NDArray[np.float32], block: int = 5512) -> Heard:
    """A sound through the ear."""
    ear = Ear()
    for first in range(0, len(sound), block):
        ear.add(sound[first : first + block])
    return heard_of(ear, len(sound) * 10 // EAR_RATE + 1)


@pytest.mark.parametrize("tune", TUNES, ids=lambda tune: f"{tune.bpm:.0f}-{tune.key.replace(' ', '-')}")
def test_tempo_and_key_of_a_tune(tune: Tune) -> None:
    """Major and minor, with drums and without, in three and four, in tune and out of it."""
    found = heard(tune_sound(tune, 16, EAR_RATE))
    assert found.warnings == ()
    assert found.bpm is not None
    assert found.key is not None
    assert tempo_relation(found.bpm, tune.bpm) in ("same", "octave"), found.bpm
    assert key_relation(f"{found.key.tonic} {found.key.mode}", tune.key) in ("equal", "relative"), found.key


@pytest.mark.parametrize("bpm", [60, 84.5, 97, 121, 147, 180])
def test_a_metronome_has_a_tempo_and_no_key(bpm: float) -> None:
    """The tempo to a quarter of a per cent."""
    found = heard(metronome(bpm, 15, EAR_RATE))
    assert found.key is None
    assert found.bpm is not None
    assert min(abs(found.bpm * ratio / bpm - 1) for ratio in (0.5, 1, 2)) < 0.0025
    assert "no clear key" in found.warnings[0]


@pytest.mark.parametrize("level", [1e-2, 2.0])
def test_how_loud_it_is_does_not_matter(level: float) -> None:
    """A reference at −50 dBFS and one that is hot are the same music."""
    tune = Tune(104, 2, "minor", progression=1, drums=True)
    found = heard(tune_sound(tune, 15, EAR_RATE) * np.float32(level))
    assert found.key is not None
    assert found.bpm == pytest.approx(104, rel=0.01)
    assert key_relation(f"{found.key.tonic} {found.key.mode}", tune.key) in ("equal", "relative")


def test_blocks_do_not_matter() -> None:
    """The same sound in other pieces is heard as the same."""
    sound = tune_sound(Tune(90, 5, "major"), 12, EAR_RATE)
    one, two = heard(sound, 5512), heard(sound, 22_001)
    assert (one.bpm, one.key) == (two.bpm, two.key)
    assert one.arc is not None
    assert two.arc is not None
    assert np.abs(one.arc - two.arc).max() <= 1 / 64


@pytest.mark.parametrize("seed", range(4))
def test_noise_is_no_music(seed: int) -> None:
    """White noise that swells: neither tempo nor key, but its loudness."""
    random = np.random.default_rng(seed)
    size = 15 * EAR_RATE
    found = heard((0.1 * random.standard_normal(size) * np.linspace(0.05, 1, size)).astype(np.float32))
    assert (found.bpm, found.key, found.brightness_db) == (None, None, None)
    assert found.arc is not None
    assert found.arc[-20:].mean() > found.arc[:20].mean() + 0.4
    assert "No music is heard" in found.warnings[0]


@pytest.mark.parametrize("size", [0, 1000, 10 * EAR_RATE])
def test_silence_is_told(size: int) -> None:
    """Nothing is followed, and a sentence says so; nor does a moment of sound break anything."""
    found = heard(np.zeros(size, np.float32))
    assert found == Heard(warnings=found.warnings)
    assert "silent" in found.warnings[0]
    moment = heard(0.1 * np.ones(500, np.float32))
    assert (moment.bpm, moment.key) == (None, None)


def test_a_bright_sound_is_brighter() -> None:
    """The measure follows what a filter takes away."""
    sound = tune_sound(Tune(100, 0, "major", drums=True), 8, EAR_RATE)
    dull = np.convolve(sound, np.ones(8) / 8, "same").astype(np.float32)
    bright_db, dull_db = heard(sound).brightness_db, heard(dull).brightness_db
    assert bright_db is not None
    assert dull_db is not None
    assert bright_db > dull_db + 3


def test_the_loudness_arc_is_that_of_the_sound() -> None:
    """Loud, quiet, loud: as drawn, in the middle of each part."""
    sound = tune_sound(Tune(120, 7, "major", drums=True), 30, EAR_RATE)
    parts = np.repeat([1.0, 0.15, 0.7], 10 * EAR_RATE)
    arc = heard((sound * parts).astype(np.float32)).arc
    assert arc is not None
    loud, quiet, middle = (float(arc[first + 40 : first + 60].mean()) for first in (0, 100, 200))
    assert quiet + 0.3 < middle < loud


def test_a_beat_that_breathes_is_still_heard() -> None:
    """Tempo that sways by 3 % about its middle."""
    rate = EAR_RATE
    made = np.zeros(25 * rate, np.float32)
    at, number = 0.0, 0
    while at < 24:
        click = metronome(60, 0.05, rate)[: rate // 20]
        made[round(at * rate) : round(at * rate) + len(click)] += click
        at += 0.6 * (1 + 0.03 * np.sin(number / 5))
        number += 1
    ear = Ear()
    ear.add(made)
    pulse = pulse_of(ear.onsets())
    assert pulse is not None
    assert tempo_relation(pulse.bpm, 100) in ("same", "octave")


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "music"),
    [("bbb_480p_30s_bower.mp4", True), ("nasa_13013_torchcodec.mp4", False), ("mdn_flower.mp4", False)],
)
def test_real_films(name: str, music: bool, videos: Path) -> None:
    """An orchestra has a key; a narrator has none, nor has a silent track; each is told."""
    from cutscore_composer.engine import Progress
    from cutscore_composer.look import look

    picture = picture_of_video(videos / name)
    before = file_mark(videos / name)
    found = listen(picture, look(picture, Progress()), Progress())
    assert (found.key is not None) == music
    assert (found.warnings != ()) or music
    assert file_mark(videos / name) == before
