"""The desk: side-chain, drive, the dialogue's bell, hall, width, and nothing that should not be there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.signal import butter, sosfilt, welch

from cutscore_composer.mix.channels import CHANNELS, channel_of
from cutscore_composer.mix.desk import Desk
from cutscore_composer.mix.glue import Glue
from cutscore_composer.mix.hall import PARTITION, Hall, hall_response
from cutscore_composer.mix.sidechain import gives_way, kicks_of
from cutscore_composer.plan.style import MixHints
from cutscore_composer.write.composition import Note, Part

RATE = 48_000


def sine(hertz: float, partitions: int = 1, level: float = 0.001) -> np.ndarray:
    """A tone in the middle, whole partitions long."""
    wave = level * np.sin(2 * np.pi * hertz * np.arange(partitions * PARTITION) / RATE)
    return wave.astype(np.float32)[:, None].repeat(2, axis=1)


def through(desk: Desk, lines: dict[str, np.ndarray], stem: str = "all") -> np.ndarray:
    """All partitions of the lines through the desk."""
    size = len(next(iter(lines.values())))
    return np.concatenate(
        [
            desk.mixed({key: audio[at : at + PARTITION] for key, audio in lines.items()})[stem]
            for at in range(0, size, PARTITION)
        ]
    )


def desk(lines: Sequence[str], *, apart: bool = True, kicks: tuple = (), speech: tuple = (), **hints: object) -> Desk:
    """A desk without hall, so that levels are those of the strips."""
    return Desk(
        lines, RATE, apart=apart, hints=MixHints.model_validate({"hall_db": -12, **hints}), kicks=kicks, speech=speech
    )


def level_db(audio: np.ndarray, start: float, end: float) -> float:
    """RMS level between two times."""
    return float(10 * np.log10((audio[round(start * RATE) : round(end * RATE)] ** 2).mean() + 1e-30))


def test_kicks_are_read_from_every_kit(cue_of: Callable) -> None:
    """Kick drums of the three kits count, at their performed time and with their strength; a bass drum does not."""
    parts = (
        Part("percussion", "synth_kit", (Note(2.0, 0.5, 36, 90), Note(3.0, 0.5, 38, 90))),
        Part("percussion", "kit", (Note(1.0, 0.5, 36, 45, shift_ms=4.0), Note(2.0, 0.5, 36, 30))),
        Part("percussion", "percussion", (Note(1.0, 0.5, 36, 90),)),
    )
    assert kicks_of(replace(cue_of(8), parts=parts)) == ((1.004, 0.5), (2.0, 1.0))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("bass/bass", True), ("harmony/strings", True), ("texture/synth", True), ("melody/synth", True),
        ("melody/strings", False), ("drums/kit", False), ("drums/synth", False), ("fx/fx", False),
    ],
)  # fmt: skip
def test_who_gives_way(line: str, expected: bool) -> None:
    """Bass, keys, synths and harmony do; drums, effects and a played melody do not."""
    assert expected == gives_way(line)


def test_bass_gives_way_to_the_kick_and_comes_back() -> None:
    """At the kick the bass is down by what the style says, then comes back; a fiddle never moves."""
    lines = {"bass/bass": sine(400, 3), "melody/strings": sine(400, 3)}
    kicks = ((0.5, 1.0), (1.2, 0.5))
    made = through(desk(list(lines), kicks=kicks, sidechain_db=6), lines, "bass")
    plain = through(desk(list(lines)), lines, "bass")
    got = [level_db(made, t, t + 0.03) - level_db(plain, t, t + 0.03) for t in (0.4, 0.505, 0.9, 1.205, 1.6)]
    assert np.allclose(got, [0, -6, 0, -3, 0], atol=0.4)
    assert np.abs(np.diff(made[:, 0] - plain[:, 0])).max() < 2.5 * np.abs(np.diff(plain[:, 0])).max()
    fiddle = [through(desk(list(lines), kicks=kicks, sidechain_db=db), lines, "melody") for db in (0, 6)]
    assert np.allclose(fiddle[0], fiddle[1], atol=1e-7)


def test_drive_rounds_what_is_loud_and_leaves_what_is_quiet() -> None:
    """Full drive takes several dB and adds odd harmonics to a loud tone, nothing to a quiet one, and no DC."""
    for level, lost, harmonic in ((0.001, (-0.1, 0.1), -60), (0.5, (-14, -3), -35)):
        lines = {"harmony/brass": sine(1000, 2, level)}
        clean, hot = (through(desk(list(lines), drive=drive), lines, "harmony")[-PARTITION:, 0] for drive in (0, 1))
        change = 20 * np.log10(np.sqrt((hot**2).mean() / (clean**2).mean()))
        assert lost[0] < change < lost[1]
        hertz, power = welch(hot, RATE, nperseg=8192)
        third = 10 * np.log10(power[np.argmin(abs(hertz - 3000))] / power.max())
        assert (third > harmonic) == (level > 0.1)
        assert abs(hot.mean()) < 1e-4 * np.abs(hot).max()


def test_one_to_four_kilohertz_give_way_under_speech() -> None:
    """Under speech accompaniment loses about 4 dB between 1 and 4 kHz, little outside, and drums nothing."""
    random = np.random.default_rng(2)
    noise = (random.standard_normal((6 * PARTITION, 2)) * 0.001).astype(np.float32)
    band = butter(4, [1000, 4000], "band", fs=RATE, output="sos")
    low = butter(4, [100, 400], "band", fs=RATE, output="sos")
    for stem, expected in (("harmony", -4.0), ("texture", -4.0), ("drums", 0.0)):
        lines = {f"{stem}/strings": noise}
        made = through(desk(list(lines), speech=((1.0, 3.0),)), lines, stem)
        plain = through(desk(list(lines)), lines, stem)

        def change(sections: np.ndarray, start: float, end: float, made: np.ndarray, plain: np.ndarray) -> float:
            before, after = (level_db(sosfilt(sections, one, axis=0), start, end) for one in (plain, made))
            return after - before

        assert abs(change(band, 1.1, 2.9, made, plain) - expected) < 0.7
        assert abs(change(low, 1.1, 2.9, made, plain)) < 0.6
        assert abs(change(band, 0.0, 0.4, made, plain)) < 0.1


@pytest.mark.parametrize("seconds", [0.3, 1.0, 2.2, 5.0])
def test_the_hall_rings_as_long_as_it_says(seconds: float) -> None:
    """Backward integration (Schroeder) of the response at 500 Hz falls by 60 dB in the asked time, within a tenth."""
    response = hall_response(RATE, seconds)[0].astype(np.float64)
    octave = sosfilt(butter(3, [354, 707], "band", fs=RATE, output="sos"), response)
    energy = np.cumsum(octave[::-1] ** 2)[::-1]
    decay = 10 * np.log10(energy / energy[0] + 1e-30)
    first, last = (int(np.argmax(decay < db)) for db in (-5, -25))
    assert 3 * (last - first) / RATE == pytest.approx(seconds, rel=0.13)


def test_the_hall_is_a_convolution() -> None:
    """Partition after partition, with silence between, equals one plain convolution with the response."""
    random = np.random.default_rng(3)
    sound = random.standard_normal((2, 2 * PARTITION)).astype(np.float32)
    hall = Hall(RATE, 1.0)
    made = np.concatenate(
        [hall.sound(part) for part in (sound[:, :PARTITION], None, sound[:, PARTITION:], None, None)], axis=1
    )
    whole = np.zeros((2, 5 * PARTITION))
    whole[:, :PARTITION], whole[:, 2 * PARTITION : 3 * PARTITION] = sound[:, :PARTITION], sound[:, PARTITION:]
    response = hall_response(RATE, 1.0)
    size = 8 * PARTITION
    expected = np.fft.irfft(np.fft.rfft(whole, size) * np.fft.rfft(response, size), size)[:, : 5 * PARTITION]
    assert np.abs(made - expected).max() < 1e-4 * np.abs(expected).max()


def test_width_and_lows_are_the_styles() -> None:
    """Width 0 is mono; half of it takes 6 dB from the sides; lows are lifted below 100 Hz alone."""
    random = np.random.default_rng(4)
    noise = (random.standard_normal((3 * PARTITION, 2)) * 0.001).astype(np.float32)
    lines = {"harmony/keys": noise}

    def sides(**hints: object) -> float:
        made = through(desk(list(lines), **hints), lines, "harmony")
        return level_db((made[:, :1] - made[:, 1:]), 0.2, 2.0)

    assert sides(width=0.5) - sides() == pytest.approx(-6, abs=0.3)
    assert sides(width=0.0) < sides() - 20  # what is left is the hall
    for hertz, expected in ((50, 5.0), (1000, 0.0)):
        tone = {"harmony/keys": sine(hertz, 3)}
        lifted, plain = (level_db(through(desk(list(tone), low_db=db), tone, "harmony"), 0.5, 2.0) for db in (6.0, 0.0))
        assert lifted - plain == pytest.approx(expected, abs=0.6)


def test_no_direct_current() -> None:
    """A line with a constant in it loses it."""
    lines = {"bass/bass": sine(100, 6) + np.float32(0.01)}
    made = through(desk(list(lines)), lines, "bass")[-RATE:]
    assert abs(made.mean()) < 1e-5


def test_silent_lines_cost_nothing_and_leave_nothing() -> None:
    """After its last sound a line decays to exact silence, and comes back as if it had never been away."""
    tone = sine(300, 1)
    gap = np.zeros((9 * PARTITION, 2), np.float32)
    lines = {"harmony/keys": np.concatenate([tone, gap, tone])}
    made = through(desk(list(lines), hall_seconds=0.5), lines, "harmony")
    assert not made[8 * PARTITION : 10 * PARTITION].any()
    assert np.allclose(made[10 * PARTITION :], made[:PARTITION], atol=1e-9)


def test_glue_narrows_the_range_and_lets_strokes_through() -> None:
    """Between two levels 12 dB apart 9 remain at a ratio of 4:3; the gain has no step, and a stroke keeps its start."""
    glue = Glue(RATE, 4 / 3)
    parts = [glue.gain(np.full((2, PARTITION), level, np.float32)) for level in (0.1,) * 4 + (0.4,) * 4 + (0.1,) * 4]
    gain = 20 * np.log10(np.concatenate(parts))
    assert gain[8 * PARTITION - 1] - gain[4 * PARTITION - 1] == pytest.approx(-3, abs=0.1)
    assert gain[-1] == pytest.approx(gain[4 * PARTITION - 1], abs=0.2)
    stroke = gain[4 * PARTITION : 4 * PARTITION + RATE // 50] - gain[4 * PARTITION - 1]
    assert stroke.min() > -1.0
    assert max(abs(a[-1] - b[0]) for a, b in pairwise(parts)) < 1e-3
    assert np.abs(np.diff(np.concatenate(parts))).max() < 1e-3


def test_every_channel_of_the_pack_is_on_the_desk() -> None:
    """No instrument stands on a channel that the desk does not know, and the desk has no other."""
    from cutscore_composer.instruments.pack import CHANNELS as WANTED

    assert set(WANTED) == set(CHANNELS)
    assert channel_of("melody/brass", MixHints.model_validate({"levels_db": {"brass": -3}})).gain_db == (
        CHANNELS["brass"].gain_db - 3
    )
