"""The 21 formats as other programs read them: rate, channels, bit rate, length to the sample, and the sound itself."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from cutscore_composer.contract import FORMATS, OutputFormat
from cutscore_composer.deliver.wav import write_wav
from cutscore_composer.encode import encode, encoded_channels, encoded_samples
from cutscore_composer.engine import Progress

SAMPLES = 3 * 48000 + 1234
"""A length that is a whole number at none of the other rates."""
CODED = sorted(name for name, form in FORMATS.items() if not form.headerless)
BARE = sorted(name for name, form in FORMATS.items() if form.headerless)


def program(name: str) -> str:
    """A judge's path; the test is skipped where it is not installed."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name}, the independent judge, is not installed")
    return found


def output_of(*command: str) -> bytes:
    """What a judge writes; it has nothing to complain about."""
    done = subprocess.run(command, capture_output=True, check=True)
    assert done.stderr == b""
    return done.stdout


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two tones, one a side, with clicks: as 48 kHz, 24 bit."""
    t = np.arange(SAMPLES) / 48000
    sides = [0.3 * np.sin(2 * np.pi * hertz * t) * (0.6 + 0.4 * np.sin(2 * np.pi * 3 * t)) for hertz in (440.0, 660.0)]
    sound = np.stack(sides, axis=1)
    sound[24000::30000] += 0.4
    path = tmp_path_factory.mktemp("music") / "music.wav"
    write_wav(path, [sound.astype(np.float32)], samples=SAMPLES)
    return path


def made(music: Path, folder: Path, name: str) -> tuple[Path, OutputFormat]:
    """The music in a format."""
    form = FORMATS[name]
    target = folder / f"music{form.extension}"
    encode(music, target, form, Progress())
    return target, form


def bare_type(form: OutputFormat) -> list[str]:
    """How sox is told what bare samples are."""
    kind = {"pcm": ["-e", "signed", "-b", "16"], "ulaw": ["-e", "u-law", "-b", "8"], "alaw": ["-e", "a-law", "-b", "8"]}
    return ["-t", "raw", *kind[form.codec], "-r", str(form.sample_rate), "-c", str(encoded_channels(form))]


def by_sox(rate: int, channels: int, path: Path, *kind: str) -> npt.NDArray[np.float64]:
    """A file as sox decodes and resamples it."""
    raw = output_of(
        program("sox"), "-V1", *kind, str(path), "-t", "raw", "-e", "floating-point", "-b", "32",
        "-c", str(channels), "-", "rate", "-v", str(rate),
    )  # fmt: skip
    return np.frombuffer(raw, "<f4").reshape(-1, channels).astype(np.float64)


def level(sound: npt.NDArray[np.float64]) -> float:
    """Root mean square in decibels of full scale."""
    return float(10 * np.log10(np.mean(sound**2) + 1e-20))


@pytest.mark.parametrize("name", CODED)
def test_ffprobe_sees_what_the_name_promises(name: str, music: Path, tmp_path: Path) -> None:
    """Codec, sample rate, stereo, and the bit rate within the few per cent that the container takes."""
    path, form = made(music, tmp_path, name)
    said = json.loads(
        output_of(program("ffprobe"), "-v", "error", "-show_streams", "-show_format", "-of", "json", str(path))
    )
    stream = said["streams"][0]
    assert (stream["codec_name"], stream["sample_rate"], stream["channels"]) == (form.codec, str(form.sample_rate), 2)
    assert form.kilobits is not None
    assert float(said["format"]["bit_rate"]) == pytest.approx(form.kilobits * 1000, rel=0.04)
    assert said["format"]["format_name"] == {"mp3": "mp3", "opus": "ogg"}[form.codec]
    # The frames that hold the encoder's padding count in an mp3's length.
    assert float(said["format"]["duration"]) == pytest.approx(SAMPLES / 48000, abs=0.08)


@pytest.mark.parametrize("name", CODED)
def test_decoders_give_exactly_the_samples_that_went_in(name: str, music: Path, tmp_path: Path) -> None:
    """FFmpeg and a second decoder leave out delay and padding to the sample, and the sound has not moved."""
    path, form = made(music, tmp_path, name)
    rate = str(form.sample_rate)
    decoded = output_of(program("ffmpeg"), "-v", "error", "-i", str(path), "-f", "f32le", "-")
    heard = np.frombuffer(decoded, "<f4").reshape(-1, 2).astype(np.float64)
    assert len(heard) == encoded_samples(SAMPLES, form)
    if form.codec == "mp3":
        second = output_of(program("mpg123"), "-q", "-e", "s16", "-s", str(path))
    else:
        output_of(program("opusdec"), "--quiet", "--no-dither", "--rate", rate, str(path), str(tmp_path / "o.raw"))
        second = (tmp_path / "o.raw").read_bytes()
    assert len(second) // 4 == encoded_samples(SAMPLES, form)

    meant = by_sox(form.sample_rate, 2, music)
    lags = range(-40, 41)
    middle = slice(5000, -5000)
    likeness = [float(np.sum(meant[middle] * np.roll(heard, -lag, axis=0)[middle])) for lag in lags]
    assert lags[int(np.argmax(likeness))] == 0
    assert level(heard[middle] - meant[middle]) < level(meant[middle]) - 8


@pytest.mark.parametrize("name", BARE)
def test_bare_samples_are_as_many_and_as_sox_makes_them(name: str, music: Path, tmp_path: Path) -> None:
    """The bytes are the exact number of samples, and differ from sox's own resampling by the format's noise only."""
    path, form = made(music, tmp_path, name)
    channels = encoded_channels(form)
    assert path.stat().st_size == encoded_samples(SAMPLES, form) * channels * (2 if form.codec == "pcm" else 1)
    heard = by_sox(form.sample_rate, channels, path, *bare_type(form))
    meant = by_sox(form.sample_rate, channels, music)
    if form.sample_rate < 48000:
        # The clicks reach into the roll-off, where two filters may differ: judged where both pass.
        heard, meant = (_below(sound, 0.85) for sound in (heard, meant))
    noise = level(heard - meant)
    assert noise < {"pcm": -92.0, "ulaw": level(meant) - 33, "alaw": level(meant) - 33}[form.codec]


def _below(sound: npt.NDArray[np.float64], share: float) -> npt.NDArray[np.float64]:
    """Without what lies above a share of the Nyquist frequency."""
    spectrum = np.fft.rfft(sound, axis=0)
    spectrum[int(len(spectrum) * share) :] = 0
    return np.fft.irfft(spectrum, len(sound), axis=0)


@pytest.mark.parametrize("name", ["mp3_44100_128", "pcm_22050", "opus_48000_64", "alaw_8000"])
def test_the_same_music_gives_the_same_bytes(name: str, music: Path, tmp_path: Path) -> None:
    """Nothing of the moment or of chance gets into a file."""
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    assert made(music, first, name)[0].read_bytes() == made(music, second, name)[0].read_bytes()


@pytest.mark.parametrize("samples", [200, 1153, 48000, 145_246, 145_247, 145_248, 145_249])
@pytest.mark.parametrize("name", ["mp3_22050_32", "mp3_24000_48", "mp3_44100_128", "opus_48000_32"])
def test_no_length_is_off_by_a_sample(name: str, samples: int, tmp_path: Path) -> None:
    """Less than a frame of the codec is trimmed to the sample, and so is padding of more than one frame."""
    wav = tmp_path / "short.wav"
    write_wav(wav, [np.full((samples, 2), 0.1, np.float32)], samples=samples)
    path, form = made(wav, tmp_path, name)
    decoded = output_of(program("ffmpeg"), "-v", "error", "-i", str(path), "-f", "s16le", "-")
    assert len(decoded) // 4 == encoded_samples(samples, form)
