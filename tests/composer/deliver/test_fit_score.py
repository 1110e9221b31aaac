"""The fit score: a piece that meets its picture scores higher than one that does not, and says why."""

from __future__ import annotations

import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cutscore_composer.cue import Cue, CueChord, CueHit, CueSection, CueSpeech, CueTempo, TempoPoint, new_cue
from cutscore_composer.deliver.fit_score import fit_score

SECTIONS = (
    CueSection(0.0, 4.0, "A", 0.2),
    CueSection(4.0, 8.0, "B", 0.9),
    CueSection(8.0, 12.0, "A'", 0.4),
)
HITS = tuple(CueHit(at, "cut", 0.8, 4.0, "downbeat") for at in (2.0, 4.0, 8.0))


def piece(**more: object) -> Cue:
    """Twelve seconds in three sections, all of it met."""
    cue = new_cue(
        "local", Fraction(25), 300, 576_000, beats=tuple(0.5 * i for i in range(24)), sections=SECTIONS, hits=HITS
    )
    chords = tuple(CueChord(float(at), "Dm") for at in range(0, 12, 2))
    tempo = CueTempo(120.0, (TempoPoint(0.0, 120.0, 0.0),))
    return replace(cue, chords=chords, tempo=tempo, **more)  # type: ignore[arg-type]


def sound(path: Path, levels: tuple[float, ...]) -> Path:
    """Noise with a level for each equal stretch of twelve seconds."""
    noise = np.random.default_rng(1).uniform(-1, 1, 576_000)
    shaped = noise * np.repeat(levels, 576_000 // len(levels))
    with wave.open(str(path), "wb") as out:
        out.setnchannels(2)
        out.setsampwidth(2)
        out.setframerate(48_000)
        out.writeframes((np.stack([shaped, shaped], 1) * 20_000).astype("<i2").tobytes())
    return path


@pytest.fixture
def following(tmp_path: Path) -> Path:
    """Sound that is loud where the picture is strong."""
    return sound(tmp_path / "following.wav", (0.2, 0.9, 0.4))


def shares(cue: Cue, audio: Path) -> dict[str, float]:
    """Each reason's share."""
    fit = fit_score(cue, audio)
    assert fit is not None
    return {reason.name: reason.share for reason in fit.reasons}


def test_a_perfect_piece_scores_a_hundred(following: Path) -> None:
    """Hits on downbeats, loudness with the energy, a steady tempo, harmony at the borders."""
    fit = fit_score(piece(), following)
    assert fit is not None
    assert 100.0 == fit.score
    assert "3 of 3 moments are met" in fit.reasons[0].said


def test_a_server_tells_too_little(following: Path) -> None:
    """Without beats or sections there is no score."""
    assert fit_score(piece(beats=()), following) is None
    assert fit_score(piece(sections=()), following) is None


def test_loudness_against_the_picture_costs(tmp_path: Path, following: Path) -> None:
    """The same piece, quiet where the picture is strong, is worth less, for arc and climax alone."""
    against = sound(tmp_path / "against.wav", (0.9, 0.1, 0.5))
    good, bad = shares(piece(), following), shares(piece(), against)
    assert {"arc", "climax"} == {name for name in good if good[name] != bad[name]}
    assert bad["arc"] < 0.5 < good["arc"]


def test_stepping_back_under_speech_counts(tmp_path: Path) -> None:
    """Music that lies 6 dB lower under speech has that side whole; music that does not, nothing of it."""
    cue = piece(speech=(CueSpeech(4.0, 8.0),))
    assert 1.0 == shares(cue, sound(tmp_path / "low.wav", (0.4, 0.2, 0.4)))["speech"]
    assert 0.0 == shares(cue, sound(tmp_path / "high.wav", (0.2, 0.4, 0.2)))["speech"]


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(errors=st.lists(st.floats(-200, 200), min_size=1, max_size=6))
def test_the_score_is_between_0_and_100_and_missing_never_helps(following: Path, errors: list[float]) -> None:
    """Whatever the hits' errors; a piece whose hits are all met is never behind."""
    hits = tuple(CueHit(1.0 + i, "cut", 0.5, error, "beat") for i, error in enumerate(errors))
    met = tuple(replace(hit, error_ms=0.0) for hit in hits)
    score, best = fit_score(piece(hits=hits), following), fit_score(piece(hits=met), following)
    assert score is not None
    assert best is not None
    assert 0 <= score.score <= best.score <= 100
