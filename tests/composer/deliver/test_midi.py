"""The MIDI file, read back with mido and summed by hand: times, metres, markers, tracks, key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path

import mido
import pytest

from cutscore_composer.deliver.midi import TICKS, write_midi
from cutscore_composer.errors import OutputFailed
from cutscore_composer.plan.planner import plan
from cutscore_composer.spot.spotting import Spotting
from cutscore_composer.wishes import Wishes
from cutscore_composer.write.composition import Composition, Part
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.writer import write
from support.scenes import scene

MOMENTS = ((9.7, 0.8), (20.3, 0.6), (33.1, 0.95), (45.2, 0.75))


def music(seconds: float = 60, text: str | None = None, silent: int = 0, rate: Fraction = Fraction(24)) -> Composition:
    """Music for a made-up picture, perhaps with a silent head."""
    seen, spotting = scene(seconds, [m for m in MOMENTS if m[0] < seconds - 3], rate=rate)
    values = {name: getattr(spotting, name) for name in Spotting.__slots__} | {"silent_until": silent}
    spotting = Spotting(**values)
    return write(plan(Wishes(text), seen, spotting, 7), spotting, 7)


def written(path: Path, composition: Composition) -> mido.MidiFile:
    """The file as another reader sees it."""
    write_midi(path, composition)
    return mido.MidiFile(path)


def absolute(track: mido.MidiTrack) -> list[tuple[int, mido.Message]]:
    """Messages with their tick from the start."""
    at, found = 0, []
    for message in track:
        at += message.time
        found.append((at, message))
    return found


class Clock:
    """Seconds of ticks by the file's own tempo events."""

    def __init__(self, file: mido.MidiFile) -> None:
        self.tempi = [(tick, m.tempo) for tick, m in absolute(file.tracks[0]) if m.type == "set_tempo"]
        self.passed = [0]  # in microseconds times ticks
        for (start, tempo), (stop, _) in pairwise(self.tempi):
            self.passed.append(self.passed[-1] + (stop - start) * tempo)

    def seconds(self, tick: int) -> float:
        """Sum over the tempo events before the tick."""
        index = max(i for i, (start, _) in enumerate(self.tempi) if start <= tick)
        start, tempo = self.tempi[index]
        return (self.passed[index] + (tick - start) * tempo) / (TICKS * 1_000_000)


CASES: dict[str, Callable[[], Composition]] = {
    "a minute": lambda: music(),
    "ten minutes": lambda: music(600),
    "a black head": lambda: music(60, silent=53),
    "ntsc": lambda: music(40, rate=Fraction(30000, 1001)),
    "a second": lambda: music(1),
    "half a second": lambda: music(0.5),
    "waltz": lambda: music(40, "a waltz in E flat major"),
}


@cache
def case(name: str) -> Composition:
    """The music of one case, written once."""
    return CASES[name]()


@pytest.mark.parametrize("name", CASES)
def test_the_tempo_map_keeps_its_times_within_a_millisecond(name: str, tmp_path: Path) -> None:
    """Every note of every track begins where the tempo map says, over the whole cue."""
    composition = case(name)
    file = written(tmp_path / "a.mid", composition)
    clock = Clock(file)
    assert (file.type, file.ticks_per_beat) == (1, TICKS)
    for part, track in zip(composition.parts, file.tracks[1:], strict=True):
        starts = sorted(tick for tick, m in absolute(track) if m.type == "note_on")
        wanted = sorted(composition.tempo.seconds(note.beat) for note in part.notes)
        assert len(wanted) == len(starts)
        assert max(abs(clock.seconds(t) - w) for t, w in zip(starts, wanted, strict=True)) < 0.001


@pytest.mark.parametrize("name", ["a minute", "waltz", "ten minutes", "a black head"])
def test_bars_stand_where_a_sequencer_draws_them(name: str, tmp_path: Path) -> None:
    """Counting bars by the file's time signatures gives the composition's downbeats."""
    composition = case(name)
    file = written(tmp_path / "a.mid", composition)
    clock = Clock(file)
    changes = [(tick, m.numerator) for tick, m in absolute(file.tracks[0]) if m.type == "time_signature"]
    assert changes[0][0] == 0
    drawn, (tick, beats) = [], changes[0]
    end = sum(m.time for m in file.tracks[0])
    for following in [*changes[1:], (end, 4)]:
        while tick < following[0]:
            drawn.append(clock.seconds(tick))
            tick += beats * TICKS
        tick, beats = following
    for bar in composition.bars:
        at = composition.tempo.seconds(bar.beat)
        if at < composition.seconds - 0.01:
            assert min(abs(at - line) for line in drawn) < 0.001


def test_markers_key_and_tracks(tmp_path: Path) -> None:
    """A marker for each section and hit at its time, the key signature, a named track and program for each part."""
    composition = case("waltz")
    file = written(tmp_path / "a.mid", composition)
    clock = Clock(file)
    first = absolute(file.tracks[0])
    markers = [(clock.seconds(tick), m.text) for tick, m in first if m.type == "marker"]
    assert len(markers) == len(composition.sections) + len(composition.hits)
    for hit in composition.hits:
        assert any(abs(at - hit.seconds) < 0.002 and text.startswith("Hit") for at, text in markers)
    signatures = [m.key for _, m in first if m.type == "key_signature"]
    assert len(signatures) == len(composition.keys)
    assert {signatures[0], signatures[-1]} == {"Eb"}
    names = [track.name for track in file.tracks[1:]]
    assert names == [f"{part.instrument} ({part.role})" for part in composition.parts]
    programs = {t.name: m.program for t in file.tracks[1:] for m in t if m.type == "program_change"}
    assert {v for k, v in programs.items() if k.startswith("piano")} == {0}
    drums = [m.channel for t in file.tracks[1:] if t.name.startswith("percussion") for m in t if m.type == "note_on"]
    assert set(drums) <= {9}


def test_instruments_do_not_share_a_channel(tmp_path: Path) -> None:
    """Each pitched instrument has a channel of its own, on a second port where sixteen do not do; drums the tenth."""
    composition = case("a minute")
    names = [name for name, one in sound_pack().items() if not one.keys][:20]
    note = composition.parts[0].notes[:1]
    pitched = [Part("harmony", name, note) for name in names]
    parts = (*pitched, Part("percussion", "kit", note), Part("percussion", "synth_kit", note))
    file = written(tmp_path / "a.mid", replace(composition, parts=parts))
    seats = []
    for track in file.tracks[1:]:
        port = next((m.port for m in track if m.type == "midi_port"), 0)
        seats.append((port, next(m.channel for m in track if m.type == "program_change")))
    assert len(set(seats[:20])) == 20
    assert 9 not in {channel for _, channel in seats[:20]}
    assert seats[20:] == [(0, 9), (0, 9)]


def test_every_note_ends(tmp_path: Path) -> None:
    """As many notes are let go as are struck, none in a track is struck again while it sounds at its own tick."""
    file = written(tmp_path / "a.mid", case("a minute"))
    for track in file.tracks[1:]:
        assert sum(m.type == "note_on" for m in track) == sum(m.type == "note_off" for m in track)


def test_the_same_music_gives_the_same_bytes(tmp_path: Path) -> None:
    """No date, no chance in the file."""
    write_midi(tmp_path / "a.mid", case("a minute"))
    write_midi(tmp_path / "b.mid", music())
    assert (tmp_path / "a.mid").read_bytes() == (tmp_path / "b.mid").read_bytes()


def test_a_folder_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    """What cannot be written is told with its path, and nothing is left."""
    with pytest.raises(OutputFailed, match=r"a\.mid"):
        write_midi(tmp_path / "none" / "a.mid", case("a second"))
    assert list(tmp_path.iterdir()) == []
