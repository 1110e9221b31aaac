"""How loud the page is, told from velocities and dynamics alone: it follows the picture, and ends in proportion."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from cutscore_composer.instruments.pack import load_pack
from cutscore_composer.write.composition import Composition
from support.edits import edit_of, scored

STYLES = ("cinematic", "synthwave", "rock", "chamber_strings", "waltz", "jazz_lounge", "epic_trailer", "solo_piano")
STEPS = 10
"""A second."""


def power_of(music: Composition) -> npt.NDArray[np.float64]:
    """Power in tenths of a second: struck notes by velocity, dying in half a second; held ones by their dynamics."""
    size = int(music.seconds * STEPS) + 1
    power = np.zeros(size + 60)
    pack = load_pack()
    for part in music.parts:
        beats, levels = [d.beat for d in part.dynamics], [d.level for d in part.dynamics]
        player = pack.instruments[part.instrument]
        for note in part.notes:
            first = int(music.tempo.seconds(note.beat) * STEPS)
            last = max(first + 1, min(size, int(music.tempo.seconds(note.beat + note.beats) * STEPS)))
            if player.articulation(note.articulation, pack.nearest).kind == "bowed" and beats:
                at = [music.tempo.beat(tenth / STEPS) for tenth in range(first, last)]
                level = np.clip(np.interp(at, beats, levels) * (0.7 + 0.5 * note.velocity / 127), 0, 1)
                power[first:last] += 0.35 * 10 ** (2.6 * (level - 1))
            else:
                power[first : first + 10] += (note.velocity / 127) ** 3.4 * np.exp(-np.arange(10) / 4)
    return power[:size]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("words", ["calm", "powerful"])
def test_loudness_follows_the_energy_of_the_picture(style: str, words: str) -> None:
    """Over windows of three seconds the page's level in dB and the energy arc correlate by .7, the calm by .6."""
    music, spotting = scored(edit_of(120, 12, 5), words, style)
    window = np.ones(3 * STEPS) / (3 * STEPS)
    level = 10 * np.log10(np.convolve(power_of(music), window, "same") + 1e-6)
    end = int(music.tempo.seconds(music.final_beat) * STEPS)
    energy = np.convolve(spotting.energy, window, "same")
    found = float(np.corrcoef(level[20:end], energy[20:end])[0, 1])
    assert found >= (0.7 if words == "powerful" else 0.6)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("words", ["calm", "powerful"])
@pytest.mark.parametrize("ending", ["ring", "button"])
def test_the_last_chord_is_an_arrival_and_no_accident(style: str, words: str, ending: str) -> None:
    """It is at most 4 dB (a button 6) above the loudest half second of the eight seconds before it."""
    music, _ = scored(edit_of(75, 12, 6), words, style, ending=ending)  # type: ignore[arg-type]
    power = power_of(music)
    at = int(music.tempo.seconds(music.final_beat) * STEPS)
    last = power[at : at + 5].mean()
    before = max(power[i : i + 5].mean() for i in range(max(0, at - 80), at - 4))
    assert 10 * np.log10(last / before) <= (4 if ending == "ring" else 6)
    assert last > 0


@pytest.mark.parametrize("style", STYLES)
def test_touch_is_wide(style: str) -> None:
    """Velocities spread at least as far as those of real tunes with dynamics do: by 8 and more."""
    music, _ = scored(edit_of(120, 12, 5), "dramatic", style)
    assert np.std([n.velocity for p in music.parts for n in p.notes]) >= 8
