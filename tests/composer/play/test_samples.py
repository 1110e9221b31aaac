"""Recordings brought to their pitch: what is kept, what is cut short, and what a damaged pack says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st

from cutscore_composer.errors import ConfigError, OutputFailed
from cutscore_composer.instruments.pack import PACK_FOLDER
from cutscore_composer.play.decoding import decode
from cutscore_composer.play.resampling import _lengths
from cutscore_composer.play.samples import Samples, Take
from cutscore_composer.play.sfz import Region, read_sfz
from cutscore_composer.play.synth import struck_model

RATE = 48_000


@pytest.fixture(scope="module")
def region() -> Region:
    """A piano note of several seconds."""
    return read_sfz(PACK_FOLDER / "piano" / "piano.sfz")[0].nearest(60)


def test_a_recording_is_what_another_decoder_reads(region: Region) -> None:
    """The whole of it, and its beginning when no more is wanted."""
    expected, rate = soundfile.read(region.sample, always_2d=True, dtype="float32")
    whole, beginning = decode(region.sample), decode(region.sample, 1.0)
    assert (rate, True) == (whole.rate, whole.whole)
    assert np.abs(whole.audio - expected).max() < 1e-4
    assert not beginning.whole
    assert rate <= len(beginning.audio) < len(expected)
    assert np.array_equal(beginning.audio, whole.audio[: len(beginning.audio)])


def test_a_long_note_after_a_short_one_is_whole(region: Region) -> None:
    """What was decoded for a short note is not taken for the whole recording."""
    samples = Samples(RATE)
    short = samples.pitched(region, 60, seconds=1.0).audio
    long = samples.pitched(region, 60, seconds=3.0).audio
    alone = Samples(RATE).pitched(region, 60, seconds=3.0).audio
    assert len(short) < 1.2 * RATE
    assert np.array_equal(alone, long)
    assert len(samples.pitched(region, 60).audio) > len(long)


def test_both_colours_are_those_made_alone(region: Region) -> None:
    """A note's bright and dark sound, made together, are the ones that each would be by itself."""
    bright, dark = Samples(RATE).sounds(Take(region, 62.0, (0.0, 1.0), 2.0))
    assert np.allclose(bright.audio, Samples(RATE).pitched(region, 62.0, seconds=2.0).audio, atol=1e-6)
    assert np.allclose(dark.audio, Samples(RATE).pitched(region, 62.0, veil=1.0, seconds=2.0).audio, atol=1e-6)
    assert (dark.audio**2).sum() < (bright.audio**2).sum()


def test_little_room_changes_nothing(region: Region) -> None:
    """With room for one sound only, the notes are the same as with room for all."""
    wide, narrow = Samples(RATE), Samples(RATE, sound_bytes=1, recording_bytes=1)
    for pitch in (60, 61, 60, 62, 61):
        assert np.array_equal(
            wide.pitched(region, pitch, seconds=2.0).audio, narrow.pitched(region, pitch, seconds=2.0).audio
        )


def test_what_is_wanted_soonest_is_kept(region: Region) -> None:
    """With room for two sounds, the one that is not asked for again makes way, though the other was used earlier."""
    low, middle, high = (Take(region, pitch, seconds=1.0) for pitch in (58, 60, 62))
    room = int(2.5 * Samples(RATE).sounds(low)[0].audio.nbytes)
    samples = Samples(RATE, (low, middle, high, low), sound_bytes=room)
    first, _, _ = (samples.sounds(take)[0] for take in (low, middle, high))
    assert samples.sounds(low)[0] is first
    blind = Samples(RATE, sound_bytes=room)
    first, _, _ = (blind.sounds(take)[0] for take in (low, middle, high))
    assert blind.sounds(low)[0] is not first


def test_a_sound_is_made_as_long_as_it_will_be_wanted(region: Region) -> None:
    """A short note before a long one of the same sound takes the long one's, whatever room there is."""
    short, long = Take(region, 60, seconds=0.5), Take(region, 60, seconds=3.0)
    samples = Samples(RATE, (short, long))
    assert samples.sounds(short)[0] is samples.sounds(long)[0]
    assert np.array_equal(Samples(RATE).sounds(long)[0].audio, Samples(RATE, (short, long)).sounds(short)[0].audio)


@pytest.mark.parametrize("content", [None, b"", b"OggS and then nothing that is sound"])
def test_a_damaged_recording_is_one_sentence(tmp_path: Path, region: Region, content: bytes | None) -> None:
    """A recording of the user's own that is missing, empty or garbage is named, with what would be played."""
    path = tmp_path / "gone.ogg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"^The recording .*gone\.ogg cannot be read; WAV, FLAC and Ogg Vorbis are"):
        Samples(RATE).pitched(replace(region, sample=path), 60)


def test_a_damaged_pack_says_to_install_again(region: Region) -> None:
    """A recording that the pack should have and has not is nobody's own: Cutscore is to be installed again."""
    gone = replace(region, sample=PACK_FOLDER / "piano" / "gone.ogg")
    with pytest.raises(OutputFailed, match=r"^The sound pack is damaged: .*gone\.ogg cannot be read; install Cutscore"):
        Samples(RATE).pitched(gone, 60)


@pytest.mark.parametrize(("name", "pitch"), [("harp", 33), ("harp", 57), ("harp", 88), ("bells", 84)])
def test_a_plucked_tone_is_in_tune_and_dies(name: str, pitch: int) -> None:
    """The fundamental stands where the key says, to 3 cents; the tone falls all the time and ends in silence."""
    audio = struck_model(name, pitch, 0.6, 0, RATE)
    mono = audio.mean(axis=1)[2400:50_400]
    spectrum = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), 1 << 20))
    hertz = 440 * 2 ** ((pitch - 69) / 12)
    near = slice(round(hertz * 0.97 * (1 << 20) / RATE), round(hertz * 1.03 * (1 << 20) / RATE))
    found = (near.start + spectrum[near].argmax()) * RATE / (1 << 20)
    assert abs(1200 * np.log2(found / hertz)) < 3
    quarters = [(part**2).mean() for part in np.array_split(audio, 4)]
    assert quarters == sorted(quarters, reverse=True)
    assert np.abs(audio[-1]).max() < 1e-5


@given(samples=st.integers(500, 430_000), cents=st.floats(-1700, 1700), rate=st.sampled_from((22_050, 32_000, 44_100)))
def test_lengths_transform_fast_and_in_tune(samples: int, cents: float, rate: int) -> None:
    """Both lengths have small factors only, hold the recording, and stand in the ratio asked for to 2 cents."""
    ratio = RATE / rate / 2 ** (cents / 1200)
    before, after = _lengths(samples, ratio)
    assert samples <= before
    assert abs(1200 * np.log2(after / before / ratio)) < 2
    for size in (before, after):
        for prime in (2, 3, 5, 7, 11):
            while size % prime == 0:
                size //= prime
        assert 1 == size
