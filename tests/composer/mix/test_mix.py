"""The mix: exact length, wanted loudness under the true-peak limit as ffmpeg measures them, stems that add up."""

from __future__ import annotations

import re
import subprocess
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from cutscore_composer.engine import Progress, ProgressEvent
from cutscore_composer.errors import Cancelled, OutputFailed
from cutscore_composer.mix.desk import Desk
from cutscore_composer.mix.hall import PARTITION
from cutscore_composer.mix.mix import duck_under, mix
from cutscore_composer.plan.style import MixHints

RATE = 48_000


def judged(path: Path) -> tuple[float, float]:
    """Integrated loudness and true peak as the ffmpeg program tells them."""
    told = subprocess.run(
        ["ffmpeg", "-hide_banner", "-i", path, "-af", "ebur128=peak=true", "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", told)[-1]), float(
        re.findall(r"Peak:\s+(-?[\d.]+|-inf) dBFS", told)[-1]
    )


def samples_of(path: Path) -> np.ndarray:
    """The file as libsndfile reads it, full scale 1."""
    audio, rate = soundfile.read(path)
    assert rate == RATE
    return np.asarray(audio)


@pytest.mark.parametrize("level", [0.002, 0.05, 0.6])
def test_loudness_and_peak_are_as_asked(tmp_path: Path, cue_of: Callable, stems_of: Callable, level: float) -> None:
    """Whatever the level of the stems, the master has −16 ± 0.5 LUFS and at most −1.0 dBTP by ffmpeg's own measure."""
    mixed = mix(cue_of(12), stems_of(12 * RATE, level=level), tmp_path, Progress())
    lufs, dbtp = judged(mixed.audio)
    assert abs(lufs - -16.0) <= 0.5
    assert dbtp <= -1.0
    assert abs(mixed.loudness.lufs - lufs) <= 0.1


def test_another_loudness_is_reached(tmp_path: Path, cue_of: Callable, stems_of: Callable) -> None:
    """−23 LUFS and −3 dBTP, as broadcasters ask, are met too."""
    mixed = mix(cue_of(8), stems_of(8 * RATE), tmp_path, Progress(), loudness_lufs=-23.0, peak_dbtp=-3.0)
    lufs, dbtp = judged(mixed.audio)
    assert abs(lufs - -23.0) <= 0.5
    assert dbtp <= -3.0


@pytest.mark.parametrize("samples", [1, 4_800, 24_000, 24_001, 123_457])
def test_length_is_exact_and_the_last_sample_silent(
    tmp_path: Path, cue_of: Callable, stems_of: Callable, samples: int
) -> None:
    """From one sample on the master is exactly as long as asked and ends in silence, 0.1 s cues included."""
    mixed = mix(cue_of(samples / RATE), stems_of(samples), tmp_path, Progress(), samples=samples)
    audio = samples_of(mixed.audio)
    assert len(audio) == samples == mixed.samples
    assert np.abs(audio[-1]).max() == 0.0
    assert np.isfinite(mixed.loudness.lufs)


@pytest.mark.parametrize("given", [0, 10_000, 200_000])
def test_stems_shorter_or_longer_than_the_cue(tmp_path: Path, cue_of: Callable, stems_of: Callable, given: int) -> None:
    """What the player gives too much is cut, what it gives too little is silence; the length stays."""
    mixed = mix(cue_of(2), stems_of(given), tmp_path, Progress(), samples=96_000)
    assert len(samples_of(mixed.audio)) == 96_000


def test_silence_stays_silence(tmp_path: Path, cue_of: Callable) -> None:
    """A cue without a note is silence of the right length, not noise turned up."""
    blocks = [{"harmony/piano": np.zeros((RATE, 2), np.float32)} for _ in range(3)]
    mixed = mix(cue_of(3), blocks, tmp_path, Progress())
    assert not samples_of(mixed.audio).any()
    assert mixed.loudness.lufs == -100.0


@pytest.mark.parametrize("lufs", [-36.0, -16.0, -8.0])
def test_stems_sum_to_the_delivered_master(tmp_path: Path, cue_of: Callable, stems_of: Callable, lufs: float) -> None:
    """The stem files add up to the master file within −90 dB, whether its limiter is idle or works hard."""
    mixed = mix(cue_of(5), stems_of(5 * RATE), tmp_path, Progress(), stems=True, loudness_lufs=lufs)
    files = [samples_of(stem.file) for stem in mixed.stems]
    assert [stem.name for stem in mixed.stems] == ["harmony", "melody", "drums"]
    assert {len(file) for file in files} == {5 * RATE}
    assert np.abs(sum(files) - samples_of(mixed.audio)).max() < 4 / 2**23
    assert mixed.stems_db == 0.0


def test_stems_louder_than_the_master_do_not_clip(tmp_path: Path, cue_of: Callable) -> None:
    """Stems that all but cancel each other are lowered together, by what is told, and still sum to the master."""
    tone = (0.1 * np.sin(2 * np.pi * 500 * np.arange(4 * RATE) / RATE)).astype(np.float32)[:, None].repeat(2, axis=1)
    blocks = [{"harmony/piano": tone, "melody/piano": -0.95 * tone}]
    mixed = mix(cue_of(4), blocks, tmp_path, Progress(), stems=True)
    files = [samples_of(stem.file) for stem in mixed.stems]
    assert -30 < mixed.stems_db < -6
    assert 0.9 < max(np.abs(file).max() for file in files) < 1 - 2 / 2**23
    master = samples_of(mixed.audio) * 10 ** (mixed.stems_db / 20)
    assert np.abs(sum(files) - master).max() < 4 / 2**23


def test_stems_or_not_the_master_is_the_same(tmp_path: Path, cue_of: Callable, stems_of: Callable) -> None:
    """Asking for stems changes nothing that is heard in the master."""
    plain = mix(cue_of(4), stems_of(4 * RATE), tmp_path, Progress(), name="plain")
    apart = mix(cue_of(4), stems_of(4 * RATE), tmp_path, Progress(), name="apart", stems=True)
    assert np.abs(samples_of(plain.audio) - samples_of(apart.audio)).max() < 1e-4


def test_the_size_of_blocks_does_not_matter(tmp_path: Path, cue_of: Callable, stems_of: Callable) -> None:
    """Blocks of 999 samples and one of the whole cue give the same bytes; so does a second run."""
    sizes = {
        size: mix(cue_of(3), stems_of(3 * RATE, size), tmp_path, Progress(), name=str(size))
        for size in (999, 24_000, 144_000)
    }
    assert len({mixed.audio.read_bytes() for mixed in sizes.values()}) == 1


def test_no_click_where_partitions_meet(tmp_path: Path, cue_of: Callable) -> None:
    """A steady tone comes out without a corner at any edge of the mix's own blocks."""
    tone = (0.1 * np.sin(2 * np.pi * 300 * np.arange(6 * RATE) / RATE)).astype(np.float32)
    blocks = [
        {"melody/strings": np.stack([tone, tone], axis=1)[first : first + 5000]} for first in range(0, len(tone), 5000)
    ]
    audio = samples_of(mix(cue_of(6), blocks, tmp_path, Progress()).audio)[3 * RATE : 4 * RATE, 0]
    bend = np.abs(np.diff(audio, 3))
    assert bend.max() < 1.5 * np.percentile(bend, 95)


@pytest.mark.parametrize(
    ("hints", "hertz", "expected_db"),
    [
        ({}, 400, 0.0),
        ({"levels_db": {"piano": -6}}, 400, -6.0),
        ({"levels_db": {"strings": -6}}, 400, 0.0),
        ({"stems_db": {"harmony": -6}}, 400, -6.0),
        ({"stems_db": {"melody": -6}}, 400, 0.0),
        ({"mid_db": 6}, 700, 6.0),
        ({"mid_db": 6}, 60, 0.0),
        ({"brightness_db": 6}, 12_000, 6.0),
        ({"brightness_db": 6}, 150, 0.0),
        ({"hall_db": -12}, 400, 0.0),
    ],
)
def test_a_style_has_its_say(hints: dict, hertz: float, expected_db: float) -> None:
    """The hints of a style change a stem's level and its highs by what they say."""
    tone = (0.001 * np.sin(2 * np.pi * hertz * np.arange(PARTITION) / RATE)).astype(np.float32)[:, None].repeat(2, 1)

    def level(desk: Desk) -> float:
        heard = desk.mixed({"harmony/piano": tone, "melody/strings": tone})["harmony"][1000:8000]
        return float(10 * np.log10((heard[:, 0] ** 2).mean()))

    lines = ("harmony/piano", "melody/strings")
    hinted = Desk(lines, RATE, apart=True, hints=MixHints.model_validate(hints))
    assert abs(level(hinted) - level(Desk(lines, RATE, apart=True)) - expected_db) < 0.6


def test_the_hints_of_the_composition_are_those_that_are_heard(tmp_path: Path, cue_of: Callable) -> None:
    """What the style of a composition says reaches the files: a stem taken down by 12 dB is."""
    tone = (0.1 * np.sin(2 * np.pi * 500 * np.arange(3 * RATE) / RATE)).astype(np.float32)[:, None].repeat(2, axis=1)
    cue = cue_of(3)
    cue = replace(cue, brief=replace(cue.brief, style_data={"mix": {"levels_db": {"plucked": -12}}}))
    found = {}
    for name, composition in (("plain", cue_of(3)), ("hinted", cue)):
        mixed = mix(
            composition, [{"texture/plucked": tone, "harmony/piano": tone}], tmp_path, Progress(), name=name, stems=True
        )
        harp, piano = (np.abs(samples_of(stem.file)[RATE : 2 * RATE]).max() for stem in mixed.stems)
        found[name] = 20 * np.log10(harp / piano)
    assert abs(found["hinted"] - found["plain"] + 12) < 0.5


def test_a_fade_takes_a_quarter_of_a_short_cue(tmp_path: Path, cue_of: Callable) -> None:
    """A faded ending of a cue of 8 s goes down over its last 2 s, evenly; before that nothing is taken away."""
    tone = (0.1 * np.sin(2 * np.pi * 500 * np.arange(8 * RATE) / RATE)).astype(np.float32)[:, None].repeat(2, axis=1)
    audio = samples_of(mix(cue_of(8, "fade"), [{"melody/strings": tone}], tmp_path, Progress()).audio)

    def level(second: float) -> float:
        return float(10 * np.log10((audio[round(second * RATE) : round((second + 0.05) * RATE)] ** 2).mean()))

    assert abs(level(5.9) - level(4.0)) < 0.5
    assert -8 < level(7.0) - level(4.0) < -4
    assert level(7.9) - level(4.0) < -40


def test_the_mix_does_not_flatten(tmp_path: Path, cue_of: Callable) -> None:
    """Music that rises by 18 dB and falls again is heard to: loudness follows, most of the range stays."""
    rise = 10 ** (18 / 20 * (np.sin(np.pi * np.arange(40 * RATE) / (40 * RATE)) - 1))
    noise = np.random.default_rng(3).standard_normal((40 * RATE, 2)) * 0.1 * rise[:, None]
    lines = {"harmony/strings": noise.astype(np.float32)}
    audio = samples_of(mix(cue_of(40), [lines], tmp_path, Progress()).audio)
    heard, given = (
        10 * np.log10([(one[at * RATE : (at + 3) * RATE] ** 2).mean() for at in range(2, 34)]) for one in (audio, noise)
    )
    assert np.corrcoef(heard, given)[0, 1] > 0.99
    assert 0.6 * np.ptp(given) < np.ptp(heard) < np.ptp(given)


def test_no_click_when_the_limiter_works(tmp_path: Path, cue_of: Callable) -> None:
    """A steady tone under drum strokes that drive the limiter is turned down smoothly: no corner in it."""
    tone = (0.05 * np.sin(2 * np.pi * 200 * np.arange(6 * RATE) / RATE)).astype(np.float32)[:, None].repeat(2, axis=1)
    fall = np.exp(-(np.arange(6 * RATE) % RATE) / 2000)[:, None]
    stroke = (np.random.default_rng(2).standard_normal((6 * RATE, 2)) * 0.3 * fall).astype(np.float32)
    lines = {"bass/keys": tone, "drums/percussion": stroke}
    mixed = mix(cue_of(6), [lines], tmp_path, Progress(), stems=True, loudness_lufs=-10)
    bass = samples_of(next(stem.file for stem in mixed.stems if stem.name == "bass"))[RATE // 2 : 5 * RATE, 0]
    loudness = [np.abs(bass[at : at + 480]).max() for at in range(0, len(bass), 480)]
    assert max(loudness) / min(loudness) > 1.5  # the limiter is at work
    assert np.abs(np.diff(bass, 2)).max() < 2.5 * np.abs(bass).max() * (2 * np.pi * 200 / RATE) ** 2


def test_the_music_ducks_under_speech(tmp_path: Path, cue_of: Callable) -> None:
    """Under speech the music is the asked 4 dB lower, before and after it is not."""
    tone = (0.1 * np.sin(2 * np.pi * 500 * np.arange(12 * RATE) / RATE)).astype(np.float32)
    blocks = [{"melody/strings": np.stack([tone, tone], axis=1)}]
    audio = samples_of(mix(cue_of(12), blocks, tmp_path, Progress(), duck=duck_under([(5.0, 6.0), (6.5, 8.0)])).audio)
    level = [
        20 * np.log10(np.sqrt((audio[round(t * RATE) : round((t + 0.5) * RATE)] ** 2).mean()))
        for t in (3.5, 5.2, 6.1, 7.2, 10)
    ]
    assert np.allclose(np.array(level) - level[0], [0, -4, -4, -4, 0], atol=0.5)


def test_peaks_draw_the_waveform(tmp_path: Path, cue_of: Callable, stems_of: Callable) -> None:
    """The picture's columns hold the lowest and highest sample of their stretch."""
    mixed = mix(cue_of(4), stems_of(4 * RATE), tmp_path, Progress())
    audio = samples_of(mixed.audio)
    assert mixed.peaks.shape == (2400, 2)
    assert np.isclose(mixed.peaks[1200, 1], audio[1200 * 80 : 1201 * 80].max(), atol=1e-6)
    assert np.isclose(mixed.peaks[:, 0].min(), audio.min(), atol=1e-6)


def test_the_hall_rings_after_the_last_note(tmp_path: Path, cue_of: Callable) -> None:
    """A single beat is followed by a tail that falls about 60 dB in some two seconds, wider than the beat itself."""
    beat = np.zeros((6 * RATE, 2), np.float32)
    beat[RATE : RATE + 480] = np.random.default_rng(5).standard_normal((480, 1)).astype(np.float32) * 0.3
    audio = samples_of(mix(cue_of(6), [{"melody/strings": beat}], tmp_path, Progress(), loudness_lufs=-40).audio)

    def level(second: float) -> float:
        return float(10 * np.log10((audio[round(second * RATE) : round((second + 0.2) * RATE)] ** 2).mean() + 1e-15))

    assert 22 < level(1.3) - level(2.3) < 45
    late = audio[round(1.3 * RATE) : 2 * RATE]
    assert abs(np.corrcoef(late.T)[0, 1]) < 0.25


def test_a_stopped_mix_leaves_nothing(tmp_path: Path, cue_of: Callable, stems_of: Callable) -> None:
    """Cancelling half-way leaves no file behind."""
    progress = Progress(lambda event: stop_at_half(event))

    def stop_at_half(event: ProgressEvent) -> None:
        if (event.fraction or 0) > 0.4:
            progress.cancel()

    with pytest.raises(Cancelled):
        mix(cue_of(5), stems_of(5 * RATE), tmp_path, progress)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_one_sentence(tmp_path: Path, cue_of: Callable, stems_of: Callable) -> None:
    """A folder that cannot be written to is told by name."""
    with pytest.raises(OutputFailed, match=r"nowhere cannot be written to: No such file"):
        mix(cue_of(1), stems_of(RATE), tmp_path / "nowhere", Progress())


def test_memory_does_not_grow_with_the_cue(tmp_path: Path, cue_of: Callable) -> None:
    """A minute takes as little memory as fifteen seconds."""

    def peak(seconds: int) -> int:
        block = {"melody/strings": np.random.default_rng(1).standard_normal((RATE, 2)).astype(np.float32) * 0.1}
        tracemalloc.start()
        mix(cue_of(seconds), (block for _ in range(seconds)), tmp_path, Progress(), name=str(seconds))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    peak(1)  # what is made once for all cues is made now
    assert peak(60) < 1.15 * peak(15) + 1_000_000
