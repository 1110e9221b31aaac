"""Footage: what a strip with media of its own shows (movie, pictures, clip, colour, text, a 3D scene)."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import bpy

from . import strip_times
from .layers import Layer, Piece, Shot, content
from .rates import exact_rate

_STILL = Fraction(0)


@dataclass
class Library:
    """What is known of the media of one scene, each file looked at once, and what must be said of them."""

    rate: Fraction
    """Frames of the timeline a second."""
    warnings: list[str] = field(default_factory=list)
    _lengths: dict[str, int | None] = field(default_factory=dict)
    _shots: dict[tuple[int, int], Shot] = field(default_factory=dict)

    def tell(self, sentence: str) -> None:
        """Keep a sentence for the person, once."""
        if sentence not in self.warnings:
            self.warnings.append(sentence)

    def frames_of(self, path: str) -> int | None:
        """How many frames a movie file has as Blender counts them, or None where it cannot be opened."""
        if path not in self._lengths:
            self._lengths[path] = _frames_of(path)
        return self._lengths[path]

    def shot(self, strip: Any, part: int, made: Shot) -> Shot:
        """The shot of (a part of) a strip: one object for one strip, so that it is known again where it goes on."""
        return self._shots.setdefault((strip.as_pointer(), part), made)


def footage(strip: Any, start: int, end: int, library: Library) -> Layer:
    """What a strip with media of its own shows in [start, end), whether its handles reach there or not."""
    if strip.type == "MOVIE":
        return _movie(strip, start, end, library)
    if strip.type == "IMAGE":
        return _pictures(strip, start, end, library)
    if strip.type == "MOVIECLIP" and strip.clip is not None and strip.clip.source == "MOVIE":
        return _clip(strip, start, end, library)
    shot = library.shot(strip, 0, Shot("generator", strip.name, rate=library.rate, frames=1, notes=notes(strip)))
    return Layer([Piece(start, end, shot, _STILL, Fraction(0))])


def absolute(path: str, owner: Any) -> str:
    """A path of Blender's ("//film/a.mp4" counts from the .blend file) as the system knows it."""
    return str(os.path.abspath(bpy.path.abspath(path, library=getattr(owner.id_data, "library", None))))


def notes(strip: Any) -> tuple[tuple[str, str], ...]:
    """What is written into the timeline about a strip."""
    return (("strip", strip.name), ("type", strip.type), ("channel", str(strip.channel)))


def _movie(strip: Any, start: int, end: int, library: Library) -> Layer:
    path = absolute(strip.filepath, strip)
    said = float(getattr(strip, "fps", 0.0) or 0.0)
    rate = exact_rate(said) if said > 0 else library.rate
    begin, length = strip_times.content_start(strip), strip_times.content_length(strip)
    frames, pace = _speed(strip, path, rate, length, library)
    shot = library.shot(strip, 0, Shot("movie", strip.name, path, rate, frames, notes=notes(strip)))
    return content(shot, start, end, begin, length, pace, backwards=strip.use_reverse_frames)


def _clip(strip: Any, start: int, end: int, library: Library) -> Layer:
    clip = strip.clip
    path = absolute(clip.filepath, clip)
    rate = exact_rate(clip.fps) if clip.fps > 0 else library.rate
    length = strip_times.content_length(strip)
    shot = library.shot(strip, 0, Shot("movie", strip.name, path, rate, length, notes=notes(strip)))
    backwards = getattr(strip, "use_reverse_frames", False)
    return content(shot, start, end, strip_times.content_start(strip), length, Fraction(1), backwards=backwards)


def _speed(strip: Any, path: str, rate: Fraction, length: int, library: Library) -> tuple[int, Fraction]:
    """Frames of a movie's media, and how many of them each frame of the timeline moves on."""
    keys = len(getattr(strip, "retiming_keys", ()))
    if keys < 2:
        if rate == library.rate:
            return length, Fraction(1)
        # Blender plays a movie frame for frame, or at its own rate if it was so when it was added;
        # the strip does not tell which, but the lengths of the strip and of the file do.
        frames = library.frames_of(path)
        adjusted = frames is None or abs(frames - length) > 1 or abs(length * rate / library.rate - frames) < 1
        if not adjusted:
            return length, Fraction(1)
        return frames or round(length * rate / library.rate), rate / library.rate
    frames = library.frames_of(path) or round(length * rate / library.rate)
    if keys > 2:
        library.tell(f"Strip '{strip.name}' has more than two retiming keys; it is read at its average speed.")
    # Not by the keys' own frames: Blender finds a key's strip wrongly where there are several, and may crash.
    # 5.0 puts the last key after the last frame, 4.5 on it.
    if bpy.app.version < (5, 0):
        return frames, Fraction(frames - 1, max(1, length - 1))
    return frames, Fraction(frames, max(1, length))


def _frames_of(path: str) -> int | None:
    if not os.path.isfile(path):
        return None
    try:
        clip = bpy.data.movieclips.load(path)
    except RuntimeError:
        return None
    frames = int(clip.frame_duration)
    bpy.data.movieclips.remove(clip)
    return frames or None


def _pictures(strip: Any, start: int, end: int, library: Library) -> Layer:
    """Pictures: one is held, numbered ones are a sequence, others are shown one by one."""
    names = [element.filename for element in strip.elements]
    folder = absolute(strip.directory, strip)
    if len(names) < 2:
        path = os.path.join(folder, names[0]) if names else folder
        shot = library.shot(strip, 0, Shot("still", strip.name, path, library.rate, notes=notes(strip)))
        return Layer([Piece(start, end, shot, _STILL, Fraction(0))])
    begin, length = strip_times.content_start(strip), strip_times.content_length(strip)
    pace = Fraction(1) if length == len(names) else Fraction(len(names), max(1, length))
    whole = Shot("sequence", strip.name, rate=library.rate, frames=len(names))
    seen = content(whole, start, end, begin, length, pace, backwards=strip.use_reverse_frames)
    runs = list(_runs(names))
    if len(runs) == 1:
        shot = library.shot(strip, 0, _sequence(strip, folder, names, library))
        return Layer([piece._replace(shot=shot) for piece in seen.pieces])
    return Layer([one for piece in seen.pieces for one in _one_by_one(strip, piece, runs, folder, library)])


def _runs(names: list[str]) -> list[tuple[int, list[str]]]:
    """Stretches of names whose numbers go up by one: (index of the first, the names)."""
    runs: list[tuple[int, list[str]]] = []
    expected = ""
    for index, name in enumerate(names):
        if runs and name == expected:
            runs[-1][1].append(name)
        else:
            runs.append((index, [name]))
        found = _last_number(name)
        expected = "" if found is None else f"{found[0]}{int(found[1]) + 1:0{len(found[1])}d}{found[2]}"
    return runs


def _last_number(name: str) -> tuple[str, str, str] | None:
    """A name as what is before its last number, the number, and what is after it (its ending, numbers in it too)."""
    stem, ending = os.path.splitext(name)
    found = re.fullmatch(r"(.*?)(\d+)(\D*)", stem)
    return None if found is None else (found[1], found[2], found[3] + ending)


def _sequence(strip: Any, folder: str, names: list[str], library: Library) -> Shot:
    found = _last_number(names[0])
    path = os.path.join(folder, names[0])
    if len(names) == 1 or found is None:
        return Shot("still", strip.name, path, library.rate, notes=notes(strip))
    return Shot(
        "sequence",
        strip.name,
        path,
        library.rate,
        len(names),
        first=int(found[1]),
        digits=len(found[1]) if found[1].startswith("0") or len(found[1]) > 1 else 0,
        head=found[0],
        tail=found[2],
        notes=notes(strip),
    )


def _one_by_one(
    strip: Any, piece: Piece, runs: list[tuple[int, list[str]]], folder: str, library: Library
) -> list[Piece]:
    """A piece over pictures that are no one sequence, divided at the borders of its runs."""
    found: list[Piece] = []
    for frame in range(piece.start, piece.end):
        index = int(piece.place + (frame - piece.start) * piece.pace + Fraction(1, 2))
        number = next(n for n in range(len(runs) - 1, -1, -1) if runs[n][0] <= index)
        first, names = runs[number]
        shot = library.shot(strip, number, _sequence(strip, folder, names, library))
        pace = piece.pace if shot.kind == "sequence" else Fraction(0)
        if found and found[-1].shot is shot:
            found[-1] = found[-1]._replace(end=frame + 1)
        else:
            found.append(Piece(frame, frame + 1, shot, Fraction(index - first) if pace else _STILL, pace))
    return found
