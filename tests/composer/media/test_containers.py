"""Containers: bare samples behind a header, all audio read as 48 kHz stereo, judged by others' readers."""

from __future__ import annotations

import json
import shutil
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from cutscore_composer.contract import FORMATS, output_format
from cutscore_composer.errors import InputRefused
from cutscore_composer.media.containers import channels_of, file_kind, kind_of, read_audio, rights_tags, wrap
from support.sounds import chord, encoded

HEADERLESS = sorted(name for name, form in FORMATS.items() if form.headerless)


def probed(path: Path) -> dict[str, object]:
    """What ffprobe says of the first stream."""
    if shutil.which("ffprobe") is None:
        pytest.skip("ffprobe, the independent judge, is not installed")
    said = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-of", "json", str(path)],
        capture_output=True,
        check=True,
        text=True,
    )
    assert said.stderr == ""
    stream: dict[str, object] = json.loads(said.stdout)["streams"][0]
    return stream


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("name", HEADERLESS)
def test_a_wrapped_file_is_a_proper_wav(name: str, channels: int, tmp_path: Path) -> None:
    """Codec, rate, channels and length as ffprobe reads them; the samples are the server's, byte for byte."""
    form = output_format(name)
    bare = tmp_path / "bare"
    bare.write_bytes(encoded(name, 0.5, channels))
    target = tmp_path / "wrapped.wav"
    wrap(bare, target, form, channels)
    stream = probed(target)
    codec = {"pcm": "pcm_s16le", "ulaw": "pcm_mulaw", "alaw": "pcm_alaw"}[form.codec]
    assert (stream["codec_name"], stream["sample_rate"], stream["channels"]) == (codec, str(form.sample_rate), channels)
    assert float(str(stream["duration"])) == pytest.approx(0.5, abs=1 / form.sample_rate)
    data = target.read_bytes()
    start = data.index(b"data") + 8
    assert data[start : start + bare.stat().st_size] == bare.read_bytes()


def test_pythons_own_reader_takes_the_pcm(tmp_path: Path) -> None:
    """The wave module reads what was put in."""
    bare = tmp_path / "bare"
    bare.write_bytes(encoded("pcm_44100", 0.25))
    wrap(bare, tmp_path / "w.wav", output_format("pcm_44100"), 2)
    with wave.open(str(tmp_path / "w.wav")) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getframerate()) == (2, 2, 44100)
        assert sound.readframes(99999) == bare.read_bytes()


def test_an_unfinished_last_sample_is_left_out(tmp_path: Path) -> None:
    """A download of an odd number of bytes has whole samples only."""
    bare = tmp_path / "bare"
    bare.write_bytes(b"\1\0\2\0\3\0\4")
    wrap(bare, tmp_path / "w.wav", output_format("pcm_8000"), 2)
    with wave.open(str(tmp_path / "w.wav")) as sound:
        assert sound.readframes(10) == b"\1\0\2\0"


def test_a_format_with_a_header_is_not_wrapped(tmp_path: Path) -> None:
    """That would be a mistake of ours."""
    with pytest.raises(ValueError, match="header of its own"):
        wrap(tmp_path / "x", tmp_path / "y", output_format("mp3_44100_128"), 2)


@pytest.mark.parametrize("name", HEADERLESS)
@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("ratio", [0.8, 1.0, 1.25])
def test_mono_and_stereo_are_told_apart_by_length(name: str, channels: int, ratio: float) -> None:
    """Music that is 20 % too short or 25 % too long is still counted right."""
    form = output_format(name)
    size = round(30 * ratio * form.sample_rate) * channels * (2 if form.codec == "pcm" else 1)
    assert channels_of(size, form, 30) == channels


@pytest.mark.parametrize("name", sorted(set(FORMATS) - set(HEADERLESS)))
@pytest.mark.parametrize("channels", [1, 2])
def test_lossy_formats_are_read_at_their_length_and_pitch(name: str, channels: int, tmp_path: Path) -> None:
    """48 kHz stereo, no encoder padding at the front, the chord's left tone at 440 Hz, mono on both sides."""
    path = tmp_path / "x"
    path.write_bytes(encoded(name, 2.0, channels))
    audio = np.concatenate(list(read_audio(path)))
    assert audio.dtype == np.float32
    assert 96000 <= len(audio) <= 96000 + 4800
    middle = audio[24000:72000]
    assert np.argmax(np.abs(np.fft.rfft(middle[:, 0]))) == 440
    assert np.argmax(np.abs(np.fft.rfft(middle[:, 1]))) == (440 if channels == 1 else 660)
    # The same phase as what went in: nothing was left in front.
    wanted = chord(2.0, 48000, 2)[24000:72000, 0]
    assert np.corrcoef(middle[:, 0], wanted)[0, 1] > 0.97


def test_mono_keeps_its_level(tmp_path: Path) -> None:
    """Given to both sides as it is, not 3 dB lower."""
    bare = tmp_path / "bare"
    bare.write_bytes(encoded("pcm_48000", 1.0, 1))
    wrap(bare, tmp_path / "w.wav", output_format("pcm_48000"), 1)
    audio = np.concatenate(list(read_audio(tmp_path / "w.wav")))
    assert np.abs(audio).max(axis=0) == pytest.approx([0.25, 0.25], abs=1e-3)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello, I am text",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        b"<html></html>",
        b"ID3",
        b"RIFF\0\0\0\0WAVE",
        b"OggS" + bytes(100),
        b"\xff\xfb\x90\x00" + bytes(10),
    ],
)
def test_what_is_no_audio_is_refused_in_one_sentence(content: bytes, tmp_path: Path) -> None:
    """Text, playlists, pages, empty and broken files: InputRefused or no samples, never another error."""
    path = tmp_path / "x"
    path.write_bytes(content)
    said, samples = "", 0
    try:
        samples = sum(len(block) for block in read_audio(path))
    except InputRefused as error:
        said = str(error)
    assert bool(said) != (0 < samples <= 1152 * 2)
    assert "\n" not in said


def test_kinds_are_known_by_their_first_bytes(tmp_path: Path) -> None:
    """mp3 with and without tag, Ogg, WAV, FLAC; anything else is none."""
    assert kind_of(b"ID3\x04" + bytes(12)) == "mp3"
    assert kind_of(b"\xff\xfb\x90\x00") == "mp3"
    assert kind_of(b"\xff\xff\xff\xff") is None
    assert kind_of(b"fLaC") == "flac"
    assert kind_of(b"PK\x03\x04") is None
    path = tmp_path / "x"
    path.write_bytes(encoded("opus_48000_64", 0.1))
    assert file_kind(path) == "ogg"


def test_licence_tags_in_the_file_are_found(tmp_path: Path) -> None:
    """What the audio says of copyright is told; other tags are not."""
    path = tmp_path / "x.mp3"
    path.write_bytes(encoded("mp3_44100_128", 0.2, metadata={"copyright": "2026 Someone", "title": "x"}))
    assert rights_tags(path) == {"copyright": "2026 Someone"}
    path.write_bytes(b"nothing")
    assert rights_tags(path) == {}
