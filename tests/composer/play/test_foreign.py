"""An instrument replaced by recordings of others: on time, at the level of the one before, or refused by name."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile

from cutscore_composer.engine import Progress
from cutscore_composer.errors import ConfigError
from cutscore_composer.instruments.pack import PACK_FOLDER, Pack, load_pack
from cutscore_composer.instruments.recordings import recordings_fingerprint
from cutscore_composer.play.play import play
from cutscore_composer.write.composition import Note, Part

RATE = 48_000


def plucked(hertz: float, lead: float, level: float) -> np.ndarray:
    """A dying tone after a silence, with some partials."""
    seconds = np.arange(2 * RATE) / RATE
    wave = sum(np.sin(2 * np.pi * hertz * k * seconds) / k**2 for k in range(1, 6)) * np.exp(-seconds / 0.5)
    wave[:48] *= np.linspace(0, 1, 48)
    return np.concatenate([np.zeros(round(lead * RATE)), level * wave])


def bowed_like(hertz: float, lead: float, level: float) -> np.ndarray:
    """A held tone after a silence, that takes 50 ms to be there."""
    seconds = np.arange(2 * RATE) / RATE
    wave = sum(np.sin(2 * np.pi * hertz * k * seconds) / k for k in range(1, 9)) * np.clip(seconds / 0.05, 0, 1)
    return np.concatenate([np.zeros(round(lead * RATE)), level * wave])


@pytest.fixture(scope="module")
def upright(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A piano of someone's own: quiet, each recording with another silence before it, WAV and FLAC."""
    folder = tmp_path_factory.mktemp("Upright Piano")
    lines = ["<global> ampeg_release=0.3"]
    for number, key in enumerate(range(36, 85, 6)):
        name = f"note {key}.{'flac' if number % 2 else 'wav'}"
        hertz = 440 * 2 ** ((key - 69) / 12)
        soundfile.write(folder / name, plucked(hertz, 0.02 + 0.03 * (number % 3), 0.02), RATE)
        lines.append(f"<region> sample={name} lokey={key - 3} hikey={key + 2} pitch_keycenter={key}")
    (folder / "upright.sfz").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def strings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A section of someone's own: a folder with an SFZ file for each of two articulations."""
    folder = tmp_path_factory.mktemp("strings")
    for word, make in (("sustain", bowed_like), ("pizzicato", plucked)):
        lines = []
        for key in range(55, 97, 7):
            soundfile.write(
                folder / f"{word}{key}.wav", make(440 * 2 ** ((key - 69) / 12), 0.08, 0.2), RATE, subtype="FLOAT"
            )
            lines.append(f"<region> sample={word}{key}.wav lokey={key - 3} hikey={key + 3} pitch_keycenter={key}")
        (folder / f"{word}.sfz").write_text("\n".join(lines), encoding="utf-8")
    return folder


def rendered(make_cue: Callable, pack: Pack, part: Part, seconds: float) -> np.ndarray:
    """The part alone, played with a pack."""
    blocks = [sum(lines.values()) for lines in play(make_cue([part], seconds), Progress(), pack=pack)]
    return np.concatenate(blocks).mean(axis=1)


def test_a_piano_of_ones_own_is_on_time_and_as_loud(make_cue: Callable, upright: Path) -> None:
    """Whatever silence its recordings begin with, notes are heard at their time, at the level of the pack's piano."""
    pack = load_pack(replacements={"piano": upright})
    notes = tuple(Note(0.5 + i, 0.8, pitch, 100) for i, pitch in enumerate((40, 47, 54, 60, 66, 73, 80)))
    levels = {}
    for name, one in (("new", pack), ("old", load_pack())):
        audio = rendered(make_cue, one, Part("pulse", "piano", notes), 9)
        levels[name] = 20 * np.log10(audio.std())
        for note in notes if name == "new" else ():
            near = np.abs(audio[round((note.beat - 0.05) * RATE) : round((note.beat + 0.05) * RATE)])
            begun = int(np.argmax(near > 0.3 * near.max())) / RATE - 0.05
            assert abs(begun) < 0.008, (name, note.pitch)
    assert abs(levels["new"] - levels["old"]) < 5


def test_an_sfz_file_is_as_good_as_its_folder(upright: Path) -> None:
    """A folder with one SFZ file of any name, and the file itself, are the same instrument."""
    by_folder = load_pack(replacements={"piano": upright}).instruments["piano"]
    by_file = load_pack(replacements={"piano": upright / "upright.sfz"}).instruments["piano"]
    assert by_folder == by_file
    assert by_folder.range == (33, 86)


def test_articulations_of_ones_own(make_cue: Callable, strings: Path) -> None:
    """sustain.sfz also plays legato and swells; words without a file go to the nearest that there is."""
    pack = load_pack(replacements={"violins": strings})
    violins = pack.instruments["violins"]
    folders = {one.sfz.parent for one in violins.articulations.values() if one.sfz}
    assert folders == {strings}
    assert {"sustain", "legato", "hit", "swell", "pizzicato"} == set(violins.articulations)
    assert "pizzicato" == violins.articulation("staccato", pack.nearest).name
    notes = (Note(0.5, 6.0, 69, 90),)
    audio = rendered(make_cue, pack, Part("melody", "violins", notes), 8)
    there = [float(audio[round(t * RATE) : round((t + 0.2) * RATE)].std()) for t in (0.6, 2.0, 4.0, 6.0)]
    assert min(there) > 0.2 * max(there), "a recording of two seconds goes on for six"
    envelope = np.sqrt(np.convolve(audio[: 2 * RATE] ** 2, np.ones(960) / 960, "same"))
    half = int(np.argmax(envelope > 0.5 * np.median(envelope[round(0.8 * RATE) :])))
    assert abs(half / RATE - 0.5) < 0.02


def test_the_pack_is_as_before_afterwards(upright: Path) -> None:
    """A replacement is one cue's own: who loads the pack next has the pack's piano."""
    load_pack(replacements={"piano": upright})
    sfz = load_pack().instruments["piano"].articulations["sustain"].sfz
    assert PACK_FOLDER / "piano" / "piano.sfz" == sfz


def test_what_cannot_replace_is_named(tmp_path: Path, upright: Path) -> None:
    """An unknown instrument, a missing or empty folder, an unknown articulation, silence: one sentence each."""
    empty, odd, silent = tmp_path / "empty", tmp_path / "odd", tmp_path / "silent"
    for folder in (empty, odd, silent):
        folder.mkdir()
    for name in ("sustian", "staccato"):
        (odd / f"{name}.sfz").write_text("<region> sample=x.wav", encoding="utf-8")
    soundfile.write(silent / "nothing.wav", np.zeros(RATE), RATE)
    (silent / "sustain.sfz").write_text("<region> sample=nothing.wav", encoding="utf-8")
    for replacements, message in (
        ({"pianno": upright}, r"^There is no instrument 'pianno' to replace; did you mean 'piano'\?$"),
        ({"piano": tmp_path / "gone"}, r"^The instrument piano: .*gone does not exist; an SFZ file or a folder is"),
        ({"piano": empty}, r"^The instrument piano: the folder .*empty holds no SFZ file\.$"),
        ({"violins": odd}, r"^The instrument violins: .*sustian\.sfz is no articulation; there are: "),
        ({"violins": silent}, r"^The recording .*nothing\.wav is silent where its note should be\.$"),
    ):
        with pytest.raises(ConfigError, match=message):
            load_pack(replacements=replacements)


def test_other_recordings_have_another_fingerprint(tmp_path: Path) -> None:
    """A changed sample or SFZ file is another instrument; the same one in another place is the same."""
    prints = []
    for name, text, seconds in (("a", "x", 1), ("b", "x", 1), ("b", "y", 1), ("b", "y", 2)):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "one.sfz").write_text(text, encoding="utf-8")
        soundfile.write(folder / "one.wav", np.zeros(seconds * 100), RATE)
        os.utime(folder / "one.wav", (1, 1))
        prints.append(recordings_fingerprint(folder))
    assert prints[0] == prints[1]
    assert 3 == len(set(prints))
