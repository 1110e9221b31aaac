"""From the page to events: each note with its sample, its loudness over time, how it begins and when it ends.

Here lie the habits of players that the page does not show: strings that overlap under a slur, the
pedal of the piano, rolls and glissandi stroke by stroke, no two repeats alike.
"""

from __future__ import annotations

import zlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from cutscore_composer.instruments.pack import Instrument, Pack, PackArticulation
from cutscore_composer.write.composition import Composition, Note, Part
from cutscore_composer.write.stems import line_of

_REPEAT_SECONDS = 2.5
_SLUR_SECONDS = 0.09
_SLUR_REACH = 10
"""How many notes of the part before and after are looked at for a slur."""
_SHORTEST_SECONDS, _LONGEST_STACCATO_SECONDS = 0.06, 0.25
"""A staccato of a sound that goes on: half of what is written, but a short note all the same."""
_ROLL_HERTZ = 15.0
_GLISSANDO_HERTZ = 15.0


@dataclass(frozen=True, slots=True)
class Curve:
    """A level 0 to 1 over seconds of the cue, straight between points; constant outside."""

    seconds: tuple[float, ...]
    levels: tuple[float, ...]

    def at(self, seconds: float) -> float:
        """The level at a time."""
        return float(np.interp(seconds, self.seconds, self.levels))


@dataclass(frozen=True, slots=True)
class Event:
    """A note as it will sound."""

    seconds: float
    """When it is to be heard."""
    length: float
    """Seconds until it is let go."""
    instrument: Instrument
    articulation: PackArticulation
    wanted: str
    """The articulation that the page asks for."""
    pitch: int
    velocity: float
    """1 to 127, accent and phrase included."""
    dynamics: Curve | None
    key: tuple[int, ...]
    """What its random draws are keyed by."""
    slurred: bool = False
    """Begins without an attack of its own, out of the note before."""
    slurs: bool = False
    """Goes over into a slurred note."""
    line: str = ""
    """The line ("melody/strings") that it is part of."""
    choked: bool = False
    """Cut off at its end by another key: an open hat that closes."""
    turn: int = 0
    """How many times this pitch was struck shortly before."""

    def random(self, use: int) -> np.random.Generator:
        """The event's own source of chance for one use."""
        return np.random.default_rng((*self.key, use))


def schedule(composition: Composition, pack: Pack) -> list[Event]:
    """All events of a composition, in order of their time."""
    events: list[Event] = []
    for part in composition.parts:
        instrument = pack.instruments.get(part.instrument)
        if instrument is not None:
            events += _of_part(composition, part, instrument, pack)
    return sorted(events, key=lambda event: (event.seconds, event.key))


def _of_part(composition: Composition, part: Part, instrument: Instrument, pack: Pack) -> list[Event]:
    tempo = composition.tempo
    identity = zlib.crc32(f"{part.role}/{part.instrument}".encode())
    dynamics = _dynamics(composition, part)
    plain: list[Event] = []
    for number, note in enumerate(part.notes):
        start = tempo.seconds(note.beat)
        end = max(start + 0.03, tempo.seconds(note.beat + note.beats))
        articulation = instrument.articulation(note.articulation, pack.nearest)
        if note.articulation == "staccato" and articulation.kind == "bowed":
            end = start + min(end - start, max(_SHORTEST_SECONDS, min(_LONGEST_STACCATO_SECONDS, 0.55 * (end - start))))
        plain.append(
            Event(
                seconds=start + note.shift_ms / 1000,
                length=end - start,
                instrument=instrument,
                articulation=articulation,
                wanted=note.articulation,
                pitch=instrument.playable(note.pitch),
                velocity=float(min(127, max(1, note.velocity))),
                dynamics=dynamics,
                key=(composition.seed & 0xFFFF_FFFF, identity, number),
                line=line_of(part.role, instrument.channel),
            )
        )
    slurred = list(_slurs(plain))
    sounding = [
        one for event, note in zip(slurred, part.notes, strict=True) for one in _strokes(event, note, composition)
    ]
    if instrument.name == "piano":
        sounding = _pedalled(sounding, composition)
    return _turns(_choked(_rooted(sounding)))


def _dynamics(composition: Composition, part: Part) -> Curve | None:
    if not part.dynamics:
        return None
    points = sorted(part.dynamics, key=lambda point: point.beat)
    return Curve(
        tuple(composition.tempo.seconds(point.beat) for point in points),
        tuple(min(1.0, max(0.0, point.level)) for point in points),
    )


def _slurs(events: list[Event]) -> Iterator[Event]:
    """Marks which bowed notes are bound to the note before and after them."""
    for number, event in enumerate(events):
        near = events[max(0, number - _SLUR_REACH) : number + _SLUR_REACH]
        yield replace(
            event,
            slurred=any(_bound(other, event) for other in near),
            slurs=any(_bound(event, other) for other in near),
        )


def _bound(first: Event, second: Event) -> bool:
    """Whether `second` comes out of `first` without a stroke of its own."""
    bowed = first.articulation.kind == second.articulation.kind == "bowed"
    end = first.seconds + first.length
    return (
        bowed
        and second.wanted == "legato"
        and first.seconds < second.seconds - 0.04
        and second.seconds - _SLUR_SECONDS <= end <= second.seconds + 0.5
    )


def _strokes(event: Event, note: Note, composition: Composition) -> Iterator[Event]:
    """A roll, swell or glissando as its single strokes, on instruments that have it; any other note as it is."""
    rolls = "roll" in event.instrument.articulations and event.wanted in ("roll", "swell", "tremolo")
    if event.articulation.name == "glissando":
        yield from _glissando(event, note, composition)
    elif rolls:
        yield from _roll(event)
    else:
        yield event


def _roll(event: Event) -> Iterator[Event]:
    """Strokes of two hands, never quite even; a swell grows to its end, which it strikes."""
    random = event.random(1)
    count = max(2, round(event.length * _ROLL_HERTZ))
    swells = event.wanted == "swell"
    for number in range(count + swells):
        last = swells and number == count
        place = number / count
        seconds = event.seconds + event.length * place
        loose = 0.0 if number == 0 or last else float(random.normal(0, 0.006))
        accent = 1.0 if number == 0 or last else float(random.uniform(0.86, 1.0)) * (0.94 if number % 2 else 1.0)
        if swells:
            accent *= 0.18 + 0.82 * place**1.6
        softer = 1.0 if last else 0.8
        yield replace(
            event,
            seconds=seconds + loose,
            length=max(0.05, event.seconds + event.length - seconds),
            velocity=max(1.0, event.velocity * accent * softer),
            wanted="hit",
            key=(*event.key, number),
        )


def _glissando(event: Event, note: Note, composition: Composition) -> Iterator[Event]:
    """A run up over the chord's tones, arriving on the note's pitch at its end."""
    place = bisect_right(composition.chords, note.beat, key=lambda chord: chord.beat) - 1
    tones = set(composition.chords[max(place, 0)].tones) if composition.chords else {event.pitch % 12}
    low = event.instrument.range[0]
    below = [pitch for pitch in range(event.pitch - 1, low - 1, -1) if pitch % 12 in tones]
    count = max(3, min(len(below) + 1, round(event.length * _GLISSANDO_HERTZ)))
    run = [*reversed(below[: count - 1]), event.pitch]
    random = event.random(1)
    for number, pitch in enumerate(run):
        place_in = number / max(1, len(run) - 1)
        loose = 0.0 if number == len(run) - 1 else float(random.normal(0, 0.004))
        yield replace(
            event,
            seconds=event.seconds + event.length * place_in**0.9 + loose,
            length=1.5,
            pitch=pitch,
            velocity=max(1.0, event.velocity * (0.55 + 0.45 * place_in) * float(random.uniform(0.9, 1.0))),
            wanted="pluck",
            key=(*event.key, number),
        )


def _pedalled(events: list[Event], composition: Composition) -> list[Event]:
    """The piano's pedal: a note rings on until the harmony changes."""
    changes = [composition.tempo.seconds(chord.beat) for chord in composition.chords]
    held = []
    for event in events:
        place = bisect_right(changes, event.seconds + 0.06)
        lifted = changes[place] - 0.02 if place < len(changes) else composition.seconds + 1.0
        if changes and event.wanted != "staccato":
            event = replace(event, length=max(event.length, lifted - event.seconds))
        held.append(event)
    return held


def _rooted(events: list[Event]) -> list[Event]:
    """Of notes written together as power chords the lowest alone: it brings its fifth and octave with it."""
    roots: dict[float, int] = {}
    for event in events:
        if event.articulation.name == "power":
            at = round(event.seconds, 2)
            roots[at] = min(event.pitch, roots.get(at, event.pitch))
    return [
        event for event in events if event.articulation.name != "power" or event.pitch == roots[round(event.seconds, 2)]
    ]


def _choked(events: list[Event]) -> list[Event]:
    """Open hats and the like, cut off where another key of the same player closes them."""
    chokes = events[0].instrument.chokes if events else {}
    if not chokes:
        return events
    closings = {key: sorted(event.seconds for event in events if event.pitch in chokes[key]) for key in chokes}
    cut = []
    for event in events:
        times = closings.get(event.pitch, [])
        place = bisect_right(times, event.seconds + 0.01)
        closed = place < len(times)
        cut.append(replace(event, length=times[place] - event.seconds, choked=True) if closed else event)
    return cut


def _turns(events: list[Event]) -> list[Event]:
    """Counts, for each event, how many of the same pitch came just before: each repeat takes another variant."""
    last: dict[int, tuple[float, int]] = {}
    counted = []
    for event in sorted(events, key=lambda event: (event.seconds, event.key)):
        seconds, turn = last.get(event.pitch, (-1e9, -1))
        turn = turn + 1 if event.seconds - seconds < _REPEAT_SECONDS else 0
        last[event.pitch] = event.seconds, turn
        counted.append(replace(event, turn=turn))
    return counted
