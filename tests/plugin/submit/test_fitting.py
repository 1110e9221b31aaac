"""Fitting and outcomes: exact lengths, fades and sums by arithmetic; pauses and meanings by table."""

from __future__ import annotations

import wave
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutscore.submit.fitting import Fit, fit_tracks
from cutscore.submit.multipart import MultipartBody
from cutscore.submit.outcome import meaning, retry_after_seconds
from cutscore_composer.contract import server_error
from cutscore_composer.deliver.wav import write_wav
from cutscore_composer.engine import Progress
from cutscore_composer.errors import InputRefused

Audio = npt.NDArray[np.float64]


def constant(path: Path, samples: int, level: float) -> Path:
    """A WAV at one level."""
    write_wav(path, [np.full((samples, 2), level, np.float32)], samples=samples)
    return path


def read(path: Path) -> Audio:
    """(n, 2) by the wave module and arithmetic of our own."""
    with wave.open(str(path)) as sound:
        raw = np.frombuffer(sound.readframes(sound.getnframes()), np.uint8).reshape(-1, 2, 3).astype(np.int64)
    whole = raw[..., 0] + 256 * raw[..., 1] + 65536 * raw[..., 2]
    signed: Audio = np.where(whole >= 1 << 23, whole - (1 << 24), whole) / (1 << 23)
    return signed


def fit(files: list[Path], target: Path, samples: int) -> Fit:
    return fit_tracks(files, target, samples=samples, time_reference_samples=0, description="", progress=Progress())


@pytest.mark.parametrize("has", [1, 4799, 95_200, 96_000, 96_001, 100_000, 150_000, 480_000])
def test_any_length_becomes_the_wanted_one(has: int, tmp_path: Path) -> None:
    """Untouched up to the fade; a fade to nothing where something is cut off, silence where something lacks."""
    made = fit([constant(tmp_path / "a.wav", has, 0.5)], tmp_path / "b.wav", 96_000)
    audio = read(tmp_path / "b.wav")
    assert len(audio) == 96_000
    untouched = min(has, 96_000 - made.fade)
    assert np.allclose(audio[:untouched], 0.5, atol=1e-6)
    if has <= 96_000:
        assert made.fade == 0
        assert not audio[has:].any()
    else:
        assert 480 <= made.fade <= 24_000
        assert np.all(np.diff(audio[untouched:, 0]) <= 0)
        assert np.abs(audio[-1]).max() < 1e-4
    assert bool(made.warnings()) == (abs(has - 96_000) > 4_800)


@given(st.integers(1, 10_000_000), st.integers(1, 10_000_000))
def test_a_fade_is_never_longer_than_the_music(samples: int, has: int) -> None:
    """Also for one sample."""
    fade = Fit(samples, has).fade
    assert 0 <= fade <= min(samples, 2 * 48_000)
    assert (fade == 0) == (has <= samples)


def test_tracks_are_added_and_lowered_only_when_they_would_clip(tmp_path: Path) -> None:
    """0.25 + 0.5 is 0.75; 0.75 + 0.75 is lowered to full scale, and said; one hot track alone is left alone."""
    low, high = constant(tmp_path / "l.wav", 48_000, 0.25), constant(tmp_path / "h.wav", 24_000, 0.5)
    assert fit([low, high], tmp_path / "s.wav", 48_000).warnings() == ()
    audio = read(tmp_path / "s.wav")
    assert np.allclose(audio[:24_000], 0.75, atol=1e-6)
    assert np.allclose(audio[24_000:], 0.25, atol=1e-6)
    loud = constant(tmp_path / "x.wav", 48_000, 0.75)
    made = fit([loud, loud], tmp_path / "t.wav", 48_000)
    assert "3.5 dB" in made.warnings()[0]
    assert np.abs(read(tmp_path / "t.wav")).max() == pytest.approx(1.0, abs=1e-6)


def test_audio_that_cannot_be_read_leaves_no_file(tmp_path: Path) -> None:
    """InputRefused, and nothing under the final name."""
    (tmp_path / "a").write_bytes(b"OggS" + bytes(1000))
    with pytest.raises(InputRefused):
        fit([tmp_path / "a"], tmp_path / "b.wav", 1000)
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


NOW = datetime(2026, 11, 22, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Sun, 22 Nov 2026 12:00:30 GMT", 30.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2026 12:00:30 -0000", 30.0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("Sun, 99 Nov 2026", None),
    ],
)
def test_retry_after_in_both_its_forms(text: str, seconds: float | None) -> None:
    """Seconds, or a date; whatever else is none."""
    assert retry_after_seconds({"retry-after": text}, NOW) == seconds


def test_the_table_of_meanings() -> None:
    """Every status from 100 to 599, with a JSON body and without, by the table written here once more."""
    again = {429}
    gateway = {502, 504, *range(520, 528)}
    for status in range(100, 600):
        for body in (b'{"detail": "x"}', b"<html></html>", b""):
            if status in again:
                wanted = "again"
            elif 400 <= status < 500 or status in (301, 302, 307, 308):
                wanted = "refused"
            elif status in gateway:
                wanted = "unknown"
            else:
                wanted = "refused" if body.startswith(b"{") and (status >= 500 or status == 200) else "unknown"
            assert meaning(status, {}, server_error(body)) == wanted, (status, body)
    assert meaning(503, {"retry-after": "1"}, server_error(b"")) == "again"
    assert meaning(504, {"retry-after": "1"}, server_error(b"")) == "unknown"


@given(st.lists(st.tuples(st.text(max_size=20), st.text(max_size=50)), max_size=5), st.binary(max_size=600_000))
def test_a_form_has_the_length_it_promises_and_knows_how_far_it_is(
    tmp_path_factory: pytest.TempPathFactory, fields: list[tuple[str, str]], content: bytes
) -> None:
    """The sum of its pieces; all of it handed out at the end; before the last piece it does not say so."""
    path = tmp_path_factory.mktemp("form") / 'a "name".mp4'
    path.write_bytes(content)
    body = MultipartBody(fields, [("videos", path)], "video/mp4")
    total = 0
    for piece in body:
        total += len(piece)
        assert body.last_piece_out == (total == body.length)
    assert total == body.length == body.handed_out
