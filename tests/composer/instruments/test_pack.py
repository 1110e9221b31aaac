"""The sound pack as it is shipped: small, complete, licensed, and readable by another player of SFZ."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import soundfile

from cutscore_composer.instruments.pack import PACK_FOLDER, load_pack
from cutscore_composer.play.samples import Samples
from cutscore_composer.play.sfz import Region, read_sfz
from cutscore_composer.write.composition import Articulation


def regions_of(path: Path) -> list[Region]:
    """All regions of one of the pack's SFZ files."""
    return [region for layer in read_sfz(path, PACK_FOLDER) for region in layer.regions]


MEDIA = sorted(PACK_FOLDER.rglob("*.ogg"))
SFZ = sorted(PACK_FOLDER.rglob("*.sfz"))


def test_the_pack_is_small() -> None:
    """All of it at most 24 MiB, no file over 2 MiB."""
    sizes = [path.stat().st_size for path in PACK_FOLDER.rglob("*") if path.is_file() and path.suffix != ".pyc"]
    assert sum(sizes) <= 24 << 20
    assert max(sizes) <= 2 << 20


def test_licences_stand_beside_the_sounds() -> None:
    """Every source's licence is there whole, and the notice names every sampled instrument."""
    licences = {path.name: path.read_text("utf-8") for path in (PACK_FOLDER / "licences").iterdir()}
    for name in ("musescore-general-soundfont.txt", "fluid-soundfont-gm.txt"):
        assert "Permission is hereby granted, free of charge" in re.sub(r"\s+", " ", licences[name])
    assert "Creative Commons 0 License" in licences["sonic-pi-samples.md"]
    for folder in {path.parent.name for path in MEDIA}:
        assert re.search(rf"\b{folder}\b", licences["README.txt"]), folder


def test_every_sample_is_used_and_every_region_has_its_sample() -> None:
    """No recording lies there unused and none is missing."""
    used = {region.sample.resolve() for path in SFZ for region in regions_of(path)}
    assert {path.resolve() for path in MEDIA} == used


def test_index_and_files_agree() -> None:
    """Each articulation names an SFZ file that is there, or a model; no SFZ is left over."""
    named = set()
    for instrument in load_pack().instruments.values():
        for articulation in instrument.articulations.values():
            assert (articulation.sfz is None) != (articulation.model is None)
            if articulation.sfz is not None:
                named.add(articulation.sfz)
    assert named == set(SFZ)


SAMPLED = [
    (name, word)
    for name, instrument in load_pack().instruments.items()
    for word, articulation in instrument.articulations.items()
    if articulation.sfz is not None
]


@pytest.mark.parametrize(("name", "word"), SAMPLED, ids=lambda part: str(part))
def test_every_key_of_the_range_has_a_recording(name: str, word: str) -> None:
    """Every key of the instrument's range is covered, at every velocity from 1 to 127."""
    instrument = load_pack().instruments[name]
    path = instrument.articulations[word].sfz
    assert path is not None
    keys = list(instrument.keys) or list(range(instrument.range[0], instrument.range[1] + 1))
    for key in keys:
        covered = {
            velocity
            for region in regions_of(path)
            if region.keys[0] <= key <= region.keys[1]
            for velocity in range(region.velocities[0], region.velocities[1] + 1)
        }
        assert set(range(1, 128)) == covered, key


KIT = (36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 48, 49, 51, 53, 54, 56, 82)
PERCUSSION = (36, 38, 39, 41, 45, 48, 49, 51, 52, 54, 56, 60, 61, 63, 70, 75, 76, 81, 82)


def test_what_styles_may_ask_for_is_there() -> None:
    """The instruments and drum keys that styles are written with, each with a recording or a model of its own."""
    wanted = (
        "piano violins violas cellos basses violin cello horns trombones trumpets flute clarinet oboe bassoon choir "
        "timpani percussion kit marimba vibraphone glockenspiel xylophone celesta music_box"
    )
    instruments = load_pack().instruments
    assert set() == set(wanted.split()) - set(instruments)
    assert set(KIT) == set(instruments["kit"].keys)
    assert set(PERCUSSION) == set(instruments["percussion"].keys)


def test_every_word_of_the_page_is_playable() -> None:
    """Whatever articulation a writer asks of whatever instrument, there is something to play."""
    pack = load_pack()
    for instrument in pack.instruments.values():
        for word in get_args(Articulation):
            assert instrument.articulation(word, pack.nearest).name in instrument.articulations


@pytest.mark.parametrize("pitch", range(0, 128, 7))
def test_notes_out_of_range_move_by_octaves(pitch: int) -> None:
    """A note outside the range keeps its name; an unknown drum key becomes a known one."""
    for instrument in load_pack().instruments.values():
        playable = instrument.playable(pitch)
        if instrument.keys:
            assert playable in instrument.keys
        else:
            assert instrument.range[0] <= playable <= instrument.range[1]
            if instrument.range[1] - instrument.range[0] >= 12:
                assert (playable - pitch) % 12 == 0


def test_recordings_are_clean() -> None:
    """No clipping, no constant offset, no loud edge at the end: libsndfile's view of every file."""
    regions = [region for path in SFZ for region in regions_of(path)]
    looped = {region.sample for region in regions if region.loop}
    for path in MEDIA:
        audio, rate = soundfile.read(path, always_2d=True)
        assert np.abs(audio).max() < 1.2, path
        assert np.abs(audio.mean(axis=0)).max() < 0.01, path
        if path not in looped:
            assert np.abs(audio[-round(0.002 * rate) :]).max() < 0.01, path


@pytest.mark.parametrize(("sfz", "key"), [("piano/piano", 61), ("violins/pizzicato", 74), ("timpani/hit", 45)])
def test_another_player_plays_the_same_note(sfz: str, key: int) -> None:
    """pysfizz, which knows nothing of our resampler, gives the same spectrum peak from the same file and key."""
    pysfizz = pytest.importorskip("pysfizz", reason="no other player of SFZ is installed")
    synth = pysfizz.Synth(48_000, 512)
    assert synth.load_sfz_file(PACK_FOLDER / f"{sfz}.sfz", quiet=False)
    synth.render_note(key, 50, 1.2, 1.2)  # its samples arrive in the background: the first note may come too soon
    other = np.asarray(synth.render_note(key, 50, 1.2, 1.2)).reshape(2, -1).T[:57_600]
    region = next(layer for layer in read_sfz(PACK_FOLDER / f"{sfz}.sfz") if layer.velocities[1] >= 50).nearest(key)
    ours = Samples(48_000).pitched(region, key).audio[: len(other)]

    def peak_hertz(audio: np.ndarray) -> float:
        mono = audio.mean(axis=1)[2400:]
        spectrum = np.abs(np.fft.rfft(mono * np.hanning(len(mono)), 1 << 19))
        return float(spectrum.argmax() * 48_000 / (1 << 19))

    assert abs(1200 * np.log2(peak_hertz(ours) / peak_hertz(other))) < 5
