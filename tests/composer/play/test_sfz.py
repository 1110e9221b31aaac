"""SFZ files of others: the same recording sounds as in sfizz, and what cannot be played is said with its line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from cutscore_composer.errors import ConfigError
from cutscore_composer.instruments.pack import PackArticulation
from cutscore_composer.play.samples import Samples
from cutscore_composer.play.sfz import layers_at, read_sfz, wav_loop

RATE = 48_000
HERTZ = {"low": 220.0, "mid": 330.0, "high": 523.0, "soft": 277.0, "loud": 311.0, "one": 415.0, "two": 466.0}


def tone(hertz: float, seconds: float = 1.0, lead: float = 0.0) -> np.ndarray:
    """A sine with soft edges after a silence."""
    size = round(seconds * RATE)
    wave = 0.3 * np.sin(2 * np.pi * hertz * np.arange(size) / RATE)
    wave[:480] *= np.linspace(0, 1, 480)
    return np.concatenate([np.zeros(round(lead * RATE)), wave])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Recordings of as many kinds as are played, each with a pitch of its own."""
    made = tmp_path_factory.mktemp("sfz")
    (made / "Samples").mkdir()
    for (name, hertz), ending in zip(HERTZ.items(), ("wav", "flac", "ogg", "wav", "flac", "wav", "wav"), strict=True):
        soundfile.write(made / "Samples" / f"{name} tone.{ending}", tone(hertz), RATE)
    return made


def written(folder: Path, text: str) -> Path:
    """An SFZ file with this text."""
    path = folder / f"made-{abs(hash(text))}.sfz"
    path.write_text(text, encoding="utf-8")
    return path


def heard_hertz(audio: np.ndarray) -> float:
    """The strongest frequency between a tenth and a half of a second."""
    part = audio[4800:24_000].mean(axis=1)
    spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 1 << 18))
    return float(spectrum.argmax() * RATE / (1 << 18))


def settled(synth: Any, key: int, velocity: int) -> np.ndarray:
    """A note of the other player; its samples arrive in the background, so it plays until it plays the same twice."""
    played: list[np.ndarray] = []
    while len(played) < 12 and (len(played) < 3 or not np.array_equal(played[-1], played[-2])):
        synth.render_note(key, velocity, 0.1, 4.0)
        played.append(np.asarray(synth.render_note(key, velocity, 1.0, 1.0)).reshape(2, -1).T)
    return played[-1]


CASES = {
    "inheritance": """
        // a comment, and a /* block */ in it
        <control> default_path=Samples/
        <global> pitch_keycenter=60 lovel=1
        <master> transpose=12 <group> lokey=48 hikey=59 tune=50
        <region> sample=low tone.wav
        <group> <region> sample=mid tone.flac lokey=c4 hikey=c#5
        <master> <region> sample=high tone.ogg lokey=74 hikey=96 transpose=-1
        """,
    "velocities and defines": """
        #define $FROM 64
        #define $ABOVE 61
        <group> pitch_keycenter=60
        <region> sample=Samples\\soft tone.wav hivel=63
        <region> sample=Samples/loud tone.flac lovel=$FROM lokey=$ABOVE
        <region> sample=Samples/low tone.wav lovel=$FROM hikey=60
        """,
    "key": """
        <region> sample=Samples/one tone.wav key=55
        <region> sample=Samples/two tone.wav key=g#3 pitch_keytrack=0
        <region> sample=Samples/mid tone.flac lokey=57 hikey=70 pitch_keycenter=62 tune=-25
        """,
    "what does not sound": """
        <group> trigger=release <region> sample=Samples/one tone.wav
        <group> locc64=64 <region> sample=Samples/two tone.wav
        <group> sw_lokey=24 sw_hikey=25 sw_default=24
        <region> sw_last=24 sample=Samples/low tone.wav pitch_keycenter=60
        <region> sw_last=25 sample=Samples/high tone.ogg pitch_keycenter=60
        """,
}
KEYS = {"inheritance": (48, 57, 60, 67, 73, 75, 90), "velocities and defines": (50, 60, 61, 72)}


@pytest.mark.parametrize("case", CASES)
def test_the_same_recording_sounds_as_in_another_player(folder: Path, case: str) -> None:
    """For each key and velocity, sfizz and we are heard at the same pitch, to 5 cents."""
    pysfizz = pytest.importorskip("pysfizz", reason="no other player of SFZ is installed")
    path = written(folder, CASES[case])
    synth = pysfizz.Synth(RATE, 512)
    assert synth.load_sfz_file(path, quiet=False)
    for key in KEYS.get(case, (55, 56, 57, 62, 70)):
        for velocity in (30, 63, 64, 110):
            other = settled(synth, key, velocity)
            layers = layers_at(PackArticulation("hit", "struck", 0.0, 1, sfz=path), key)
            layer = next(one for one in layers if velocity <= one.velocities[1])
            if not layer.covers(key) or np.abs(other).max() < 1e-4:
                assert not layer.covers(key), (key, velocity)
                assert np.abs(other).max() < 1e-4, (key, velocity)
                continue
            ours = Samples(RATE).pitched(layer.nearest(key), key).audio
            assert abs(1200 * np.log2(heard_hertz(ours) / heard_hertz(other))) < 5, (key, velocity)


def test_round_robin_and_chance_are_variants(folder: Path) -> None:
    """seq_position, and shares of chance, tell apart which recording a repeat takes."""
    one, two = "sample=Samples/one tone.wav", "sample=Samples/two tone.wav"
    for first, second in (
        ("seq_length=2 seq_position=1", "seq_length=2 seq_position=2"),
        ("lorand=0 hirand=0.5", "lorand=0.5 hirand=1"),
        ("", ""),
    ):
        layer = read_sfz(written(folder, f"<region> key=60 {one} {first} <region> key=60 {two} {second}"))[0]
        assert [layer.nearest(60, nth).sample.stem for nth in (0, 1)] == ["one tone", "two tone"]
        assert {region.variants for region in layer.regions} == {2}


def test_loops_come_from_the_file_or_from_the_recording(folder: Path) -> None:
    """loop_start and loop_end count; without them the loop in a WAV's own `smpl` chunk; one_shot has none."""
    plain = folder / "Samples" / "one tone.wav"
    body = plain.read_bytes()
    smpl = b"smpl" + (60).to_bytes(4, "little") + bytes(28) + (1).to_bytes(4, "little") + bytes(4)
    smpl += bytes(8) + (1000).to_bytes(4, "little") + (8999).to_bytes(4, "little") + bytes(8)
    looped = folder / "Samples" / "looped.wav"
    looped.write_bytes(body[:4] + (len(body) - 8 + len(smpl)).to_bytes(4, "little") + body[8:] + smpl)
    assert soundfile.info(looped).frames == RATE
    assert wav_loop(looped) == (1000, 9000)
    assert wav_loop(plain) is None
    for text, expected in (
        ("sample=Samples/one tone.wav loop_mode=loop_continuous loop_start=100 loop_end=199", (100, 200)),
        ("sample=Samples/one tone.wav", None),
        ("sample=Samples/looped.wav", (1000, 9000)),
        ("sample=Samples/looped.wav loop_mode=one_shot", None),
    ):
        assert expected == read_sfz(written(folder, f"<region> {text}"))[0].regions[0].loop, text


def test_offset_attack_volume_and_pan_are_heard(folder: Path) -> None:
    """What an SFZ file says about beginning, loudness and side is what sounds."""
    text = "sample=Samples/one tone.wav key=60 volume=-6 pan=100 offset=4800 ampeg_attack=0.1 ampeg_release=0.7"
    region = read_sfz(written(folder, f"<region> {text}"))[0].regions[0]
    audio = Samples(RATE).pitched(region, 60).audio
    assert 0.7 == region.release_seconds
    assert abs(len(audio) - (RATE - 4800)) < 2
    assert np.abs(audio[:, 0]).max() < 1e-6
    assert abs(np.abs(audio[9600:, 1]).max() - 0.3 * 10 ** (-6 / 20)) < 0.01
    assert np.abs(audio[:480, 1]).max() < 0.02


def test_letters_may_differ_in_case(folder: Path) -> None:
    """A file that was made where A and a are the same is found where they are not."""
    path = written(folder, "<region> sample=SAMPLES/Low Tone.WAV key=60")
    assert "low tone.wav" == read_sfz(path)[0].regions[0].sample.name.lower()


WRONG = {
    "<region> key=60": r":1: the region names no sample\.",
    "\n\n<region> sample=nowhere.wav": r":3: the file .*nowhere\.wav does not exist\.",
    "<region> sample=../../../../../../etc/hostname": r":1: .* lies outside the folder",
    "<region> sample=Samples/one tone.wav lokey=h9": r":1: lokey=h9 is not a number\.",
    "<region> sample=Samples/one tone.wav tune=nan": r":1: tune=nan is not a number\.",
    "<region> sample=Samples/one tone.wav tune=1e9": r":1: 1e\+09 is out of range\.",
    "// nothing": r"has no region that sounds\.",
    "sample=x.wav": r":1: an opcode stands before the first <header>\.",
    "<region> what is this": r":1: 'what is this' is no opcode",
    '#include "other.sfz"': r":1: the file .*other\.sfz does not exist\.",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_is_said_with_its_line(folder: Path, text: str) -> None:
    """A ConfigError of one sentence that begins with file and line."""
    with pytest.raises(ConfigError, match=WRONG[text]):
        read_sfz(written(folder, text))


def test_files_that_include_themselves_end(folder: Path) -> None:
    """A circle of includes is an error, not a hang."""
    (folder / "circle.sfz").write_text('#include "circle.sfz"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="include each other more than 8 deep"):
        read_sfz(folder / "circle.sfz")


def test_no_more_is_read_than_makes_sense(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Text and regions without end are refused before they fill the memory."""
    monkeypatch.setattr("cutscore_composer.play.sfz_text.MOST_BYTES", 2000)
    with pytest.raises(ConfigError, match="that is no SFZ file"):
        read_sfz(written(folder, "<region> sample=Samples/one tone.wav\n" * 100))
    monkeypatch.undo()
    monkeypatch.setattr("cutscore_composer.play.sfz_text.MOST_REGIONS", 5)
    with pytest.raises(ConfigError, match=":6: more than 5 regions are not read"):
        read_sfz(written(folder, "<region> sample=Samples/one tone.wav\n" * 101))


@pytest.mark.skipif(os.name == "nt", reason="symbolic links need rights on Windows")
def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path: Path) -> None:
    """A sample that lies inside by name and outside by link is refused."""
    soundfile.write(tmp_path / "secret.wav", tone(440), RATE)
    (folder / "linked.wav").symlink_to(tmp_path / "secret.wav")
    with pytest.raises(ConfigError, match="lies outside the folder"):
        read_sfz(written(folder, "<region> sample=linked.wav"))


@given(text=st.text(alphabet='<>=/\\$#"\n abcregionsample0159.-', max_size=120))
def test_any_text_is_read_or_refused_in_one_sentence(folder: Path, text: str) -> None:
    """Nothing that can be written down makes the reader fall over."""
    path = folder / "any.sfz"
    path.write_text(text, encoding="utf-8")
    read_sfz.cache_clear()
    try:
        read_sfz(path)
    except ConfigError as error:
        assert str(error).endswith((".", "expected."))  # noqa: PT017 - either outcome is right
