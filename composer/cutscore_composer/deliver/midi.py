"""The MIDI file: type 1, with the tempo map, metres, key and markers on its first track and a track for each part.

Ticks are exact for the notes on the page; the tempo map's times come out within a millisecond over the whole
cue, because each tempo event carries the rounding of the one before.
"""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import mido

from cutscore_composer.deliver.whole_file import whole_file
from cutscore_composer.plan.brief import Key, Mode
from cutscore_composer.write.composition import Bar, Composition, Part
from cutscore_composer.write.ensemble import sound_pack

TICKS = 960
"""Ticks a quarter."""

_DRUM_CHANNEL = 9
_PARENT_MAJOR: dict[Mode, int] = {"major": 0, "minor": 3, "dorian": 10, "phrygian": 8, "lydian": 7, "mixolydian": 5}
"""Semitones from a mode's tonic up to the major scale with the same notes."""
_SIGNATURES = ("C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B")


def write_midi(path: Path, composition: Composition) -> None:
    """Write the composition to `path`, atomically. Raises OutputFailed when that cannot be written."""
    with whole_file(path) as out:
        midi_of(composition).save(file=out)


def midi_of(composition: Composition) -> mido.MidiFile:
    """The composition as a MIDI file in memory."""
    page = _Page(composition)
    file = mido.MidiFile(type=1, ticks_per_beat=TICKS, charset="utf-8")
    file.tracks.append(page.conductor())
    seats = _seats(composition)
    for part in composition.parts:
        file.tracks.append(page.part(part, *seats[part.instrument]))
    return file


def _seats(composition: Composition) -> dict[str, tuple[int, int]]:
    """Port and channel of each instrument: drums on the tenth channel, all others with one of their own.

    A port has sixteen channels; an orchestra that needs more goes on on the next port.
    """
    seats: dict[str, tuple[int, int]] = {}
    pitched = 0
    for name in dict.fromkeys(part.instrument for part in composition.parts):
        player = sound_pack().get(name)
        if player is not None and player.keys:
            seats[name] = (0, _DRUM_CHANNEL)
            continue
        port, place = divmod(pitched, 15)
        seats[name] = (port, place if place < _DRUM_CHANNEL else place + 1)
        pitched += 1
    return seats


class _Page:
    """Where beats lie in ticks: the file begins at second 0, which may be before the first bar."""

    def __init__(self, composition: Composition) -> None:
        self.composition = composition
        self.tempo = composition.tempo
        first = composition.bars[0] if composition.bars else Bar(0.0, 4)
        self.opening = min(first.beat, 0.0)
        # Silence before the first bar is counted in whole beats at a tempo of its own.
        self.lead_seconds = max(0.0, self.tempo.seconds(self.opening))
        self.lead_beats = max(1, round(self.lead_seconds * self.tempo.bpm(self.opening) / 60)) if self._led() else 0

    def _led(self) -> bool:
        return self.lead_seconds > 1e-4

    def tick(self, beat: float) -> int:
        """The tick of a beat; never before the file begins."""
        return max(0, round((beat - self.opening + self.lead_beats) * TICKS))

    def conductor(self) -> mido.MidiTrack:
        composition = self.composition
        events: list[tuple[int, int, mido.MetaMessage]] = []
        name = mido.MetaMessage("track_name", name="Cutscore")
        events += [(0, 0, name), (0, 1, _signature(composition.brief.key))]
        events += [(self.tick(one.beat), 1, _signature(one.key)) for one in composition.keys[1:]]
        events += [(tick, 2, message) for tick, message in self._tempi()]
        events += [(tick, 1, message) for tick, message in self._metres()]
        for section in composition.sections:
            at = float(Fraction(section.frame_in) / composition.rate)
            events.append((self._tick_at(at), 3, mido.MetaMessage("marker", text=f"Section {section.name}")))
        for hit in composition.hits:
            text = f"Hit ({hit.kind}, {hit.on})"
            events.append((self._tick_at(hit.seconds), 3, mido.MetaMessage("marker", text=text)))
        return _track(events, self._end())

    def _tick_at(self, seconds: float) -> int:
        if seconds < self.lead_seconds:
            return round(seconds / self.lead_seconds * self.lead_beats * TICKS)
        return self.tick(self.tempo.beat(seconds))

    def _end(self) -> int:
        return self._tick_at(self.composition.seconds)

    def _tempi(self) -> list[tuple[int, mido.MetaMessage]]:
        """Tempo events in whole microseconds a quarter, each correcting what rounding has added up."""
        anchors = [(self.tick(beat), seconds) for beat, seconds in self.tempo.anchors if beat >= self.opening - 1e-9]
        if anchors[0][0] > self.lead_beats * TICKS:
            anchors.insert(0, (self.lead_beats * TICKS, self.tempo.seconds(self.opening)))
        if self.lead_beats:
            anchors.insert(0, (0, 0.0))
        origin = anchors[0][1] * 1e6
        elapsed = Fraction(0)
        made = []
        for (tick, _), (next_tick, next_seconds) in itertools.pairwise(anchors):
            if next_tick <= tick:
                continue
            wanted = Fraction(next_seconds * 1e6 - origin) - elapsed
            quarter = max(1, min(0xFFFFFF, round(wanted * TICKS / (next_tick - tick))))
            elapsed += Fraction(quarter * (next_tick - tick), TICKS)
            made.append((tick, mido.MetaMessage("set_tempo", tempo=quarter)))
        return made

    def _metres(self) -> list[tuple[int, mido.MetaMessage]]:
        made: list[tuple[int, mido.MetaMessage]] = []
        if self.lead_beats:
            # The silence is one bar (or several of up to 16 beats).
            beats = min(self.lead_beats, 16)
            made.append((0, mido.MetaMessage("time_signature", numerator=beats, denominator=4)))
        current = made[-1][1].numerator if made else None
        for bar in self.composition.bars:
            if bar.beats != current:
                message = mido.MetaMessage("time_signature", numerator=bar.beats, denominator=4)
                made.append((self.tick(bar.beat), message))
                current = bar.beats
        return made

    def part(self, part: Part, port: int, channel: int) -> mido.MidiTrack:
        events: list[tuple[int, int, mido.Message | mido.MetaMessage]] = []
        if port:
            events.append((0, 0, mido.MetaMessage("midi_port", port=port)))
        title = f"{part.instrument} ({part.role})"
        events.append((0, 0, mido.MetaMessage("track_name", name=title)))
        player = sound_pack().get(part.instrument)
        program = player.program if player else 0
        events.append((0, 1, mido.Message("program_change", channel=channel, program=program)))
        for point in part.dynamics:
            level = min(127, max(0, round(point.level * 127)))
            message = mido.Message("control_change", channel=channel, control=11, value=level)
            events.append((self.tick(point.beat), 2, message))
        for note in part.notes:
            start = self.tick(note.beat)
            stop = max(start + 1, self.tick(note.beat + note.beats))
            on = mido.Message("note_on", channel=channel, note=note.pitch, velocity=note.velocity)
            events.append((start, 4, on))
            events.append((stop, 3, mido.Message("note_off", channel=channel, note=note.pitch, velocity=0)))
        return _track(events, self._end())


def _signature(key: Key) -> mido.MetaMessage:
    """The key signature of a mode: that of the major scale with the same notes."""
    return mido.MetaMessage("key_signature", key=_SIGNATURES[(key.pitch_class + _PARENT_MAJOR[key.mode]) % 12])


def _track(events: list[tuple[int, int, mido.Message | mido.MetaMessage]], end: int) -> mido.MidiTrack:
    track = mido.MidiTrack()
    at = 0
    for tick, _, message in sorted(events, key=lambda event: event[:2]):
        track.append(message.copy(time=tick - at))
        at = tick
    track.append(mido.MetaMessage("end_of_track", time=max(0, end - at)))
    return track
