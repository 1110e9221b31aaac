"""Changed rates, dither, memory, archives and failures of the encodings."""

from __future__ import annotations

import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from cutscore_composer.contract import output_format
from cutscore_composer.deliver.wav import write_wav
from cutscore_composer.encode import encode, encode_tracks, encoded_samples
from cutscore_composer.encode.rate_change import OVERLAP, WINDOW, changed_rate
from cutscore_composer.engine import Progress
from cutscore_composer.errors import Cancelled, InputRefused, OutputFailed
from cutscore_composer.music import Stem

RATES = (8000, 16000, 22050, 24000, 32000, 44100)


def tone(hertz: float, samples: int, rate: int = 48000) -> npt.NDArray[np.float32]:
    """(samples, 1), amplitude 0.5."""
    return (0.5 * np.sin(2 * np.pi * hertz * np.arange(samples) / rate)).astype(np.float32)[:, None]


def changed(sound: npt.NDArray[np.float32], rate: int, block: int = 48000) -> npt.NDArray[np.float32]:
    """A sound at another rate."""
    pieces = changed_rate((sound[n : n + block] for n in range(0, len(sound), block)), rate)
    return np.concatenate([np.zeros((0, sound.shape[1]), np.float32), *pieces])


@pytest.mark.parametrize("rate", RATES)
def test_a_tone_is_the_same_tone_at_the_other_rate(rate: int) -> None:
    """Against the formula, over several windows: nothing moves, nothing is lost, no seam (under −100 dB)."""
    heard = changed(tone(997.0, 5 * WINDOW // 2), rate)
    meant = tone(997.0, len(heard), rate)
    inside = slice(rate // 5, -rate // 5)
    assert np.abs(heard[inside] - meant[inside]).max() < 0.5 * 10 ** (-100 / 20)


@pytest.mark.parametrize("rate", RATES)
def test_what_the_rate_cannot_hold_is_gone(rate: int) -> None:
    """A tone above the lower Nyquist frequency does not come back as another one."""
    heard = changed(tone(rate / 2 * 1.02, 2 * WINDOW), rate)
    assert np.abs(heard[rate // 5 : -rate // 5]).max() < 0.5 * 10 ** (-100 / 20)


@pytest.mark.parametrize("samples", [1, 47, OVERLAP, WINDOW - OVERLAP, WINDOW - OVERLAP + 1, WINDOW, 2 * WINDOW + 17])
def test_the_count_is_right_for_every_length(samples: int) -> None:
    """The nearest whole number of samples, also where a window ends exactly with the sound."""
    for rate in RATES:
        assert len(changed(tone(400.0, samples), rate)) == round(samples * rate / 48000 + 1e-9)


def test_blocks_do_not_matter() -> None:
    """The same sound in other pieces is the same sound."""
    sound = tone(700.0, 300_000)
    assert np.array_equal(changed(sound, 44100, 48000), changed(sound, 44100, 999))


def as_pcm(sound: npt.NDArray[np.float32], folder: Path) -> npt.NDArray[np.int16]:
    """A mono sound on both sides through pcm_48000; the left side of it."""
    write_wav(folder / "in.wav", [np.repeat(sound, 2, axis=1)], samples=len(sound))
    encode(folder / "in.wav", folder / "out.pcm", output_format("pcm_48000"), Progress())
    return np.fromfile(folder / "out.pcm", "<i2").reshape(-1, 2)[:, 0]


def test_silence_stays_silent(tmp_path: Path) -> None:
    """Dither is no hiss under nothing."""
    assert not as_pcm(np.zeros((5000, 1), np.float32), tmp_path).any()


def test_a_tone_under_one_step_is_kept_by_dither(tmp_path: Path) -> None:
    """Rounding alone would make it silence; averaged over its periods it is still there."""
    quiet = tone(1000.0, 96000) * np.float32(0.4 / 32768 / 0.5)
    heard = as_pcm(quiet, tmp_path).astype(float)
    turning = np.exp(2j * np.pi * 1000.0 * np.arange(96000) / 48000)
    assert 2 * abs(np.mean(heard * turning)) == pytest.approx(0.4, rel=0.1)


def test_what_passes_full_scale_is_clipped(tmp_path: Path) -> None:
    """It never wraps around."""
    heard = as_pcm(np.full((2000, 1), 0.99999, np.float32), tmp_path)
    assert heard.min() > 32000


def test_memory_is_flat(tmp_path: Path) -> None:
    """Four times the music takes no more memory than once."""

    def peak(seconds: int) -> int:
        block = (0.1 * np.random.default_rng(0).standard_normal((48000, 2))).astype(np.float32)

        def blocks() -> Iterator[npt.NDArray[np.float32]]:
            yield from (block for _ in range(seconds))

        write_wav(tmp_path / "m.wav", blocks(), samples=48000 * seconds)
        tracemalloc.start()
        encode(tmp_path / "m.wav", tmp_path / "m.pcm", output_format("pcm_44100"), Progress())
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(2)
    assert peak(40) < 1.1 * peak(10)


def test_tracks_make_one_archive(tmp_path: Path) -> None:
    """Names, order and content; packing twice gives the same bytes."""
    tracks = []
    for name, hertz in (("music", 300.0), ("effects", 500.0)):
        write_wav(tmp_path / f"{name}.wav", [np.repeat(tone(hertz, 9600), 2, axis=1)], samples=9600)
        tracks.append(Stem(name, tmp_path / f"{name}.wav"))
    form = output_format("pcm_16000")
    for number in (1, 2):
        encode_tracks(tracks, tmp_path / f"{number}.zip", form, Progress())
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "1.zip") as archive:
        assert archive.namelist() == ["music.pcm", "effects.pcm"]
        encode(tmp_path / "effects.wav", tmp_path / "effects.pcm", form, Progress())
        assert archive.read("effects.pcm") == (tmp_path / "effects.pcm").read_bytes()
        assert len(archive.read("music.pcm")) == 4 * encoded_samples(9600, form)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".pcm", ".wav", ".wav", ".zip", ".zip"]


def test_what_is_no_sound_is_refused(tmp_path: Path) -> None:
    """One sentence, and nothing is left."""
    (tmp_path / "no.wav").write_bytes(b"this is not a WAV file at all")
    with pytest.raises(InputRefused, match=r"no\.wav"):
        encode(tmp_path / "no.wav", tmp_path / "out.mp3", output_format("mp3_44100_128"), Progress())
    assert [path.name for path in tmp_path.iterdir()] == ["no.wav"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    """The sentence names the file."""
    write_wav(tmp_path / "in.wav", [np.zeros((100, 2), np.float32)], samples=100)
    with pytest.raises(OutputFailed, match=r"out\.opus"):
        encode(tmp_path / "in.wav", tmp_path / "gone" / "out.opus", output_format("opus_48000_96"), Progress())


@pytest.mark.parametrize("name", ["mp3_44100_64", "pcm_8000"])
def test_stopping_leaves_nothing(name: str, tmp_path: Path) -> None:
    """Cancelled in the middle: no half file."""
    write_wav(tmp_path / "in.wav", [np.zeros((200_000, 2), np.float32)], samples=200_000)
    progress = Progress(lambda event: progress.cancel())
    with pytest.raises(Cancelled):
        encode(tmp_path / "in.wav", tmp_path / "out", output_format(name), progress)
    assert [path.name for path in tmp_path.iterdir()] == ["in.wav"]
