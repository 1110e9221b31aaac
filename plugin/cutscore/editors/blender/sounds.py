"""The sounds of a sequence: which file is heard when, through metas and scenes, by channel."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from . import strip_times
from .footage import Library, absolute, notes
from .otio_text import Heard
from .own import is_own
from .picture import DEEPEST, shows_sequence
from .rates import round_half_up, tidy


def sounds_of(scene: Any, start: int, end: int, library: Library) -> list[Heard]:
    """What is heard in [start, end) of a scene's sequence, Cutscore's own music left out."""
    return list(_heard(scene.sequence_editor, start, end, (scene,), library, ""))


def _heard(owner: Any, start: int, end: int, within: tuple[Any, ...], library: Library, path: str) -> Iterator[Heard]:
    """Sounds of a sequence editor or a meta strip; `within` are the metas and scenes around it."""
    if len(within) > DEEPEST:
        return
    for strip in strip_times.strips_of(owner):
        first, last = max(start, strip_times.left(strip)), min(end, strip_times.right(strip))
        channel = strip_times.channel_of(owner, strip.channel)
        if first >= last or strip.mute or (channel is not None and channel.mute) or is_own(strip):
            continue
        track = f"{path}{channel.name if channel is not None else strip.channel}"
        if strip.type == "SOUND" and strip.sound is not None:
            yield from _sound(strip, first, last, track, library)
        elif strip.type == "META":
            yield from _heard(strip, first, last, (*within, strip), library, f"{path}{strip.name} / ")
        elif strip.type == "SCENE" and strip.scene is not None and strip.scene not in within and shows_sequence(strip):
            yield from _scene(strip, first, last, (*within, strip.scene), library, f"{path}{strip.name} / ")


def _sound(strip: Any, first: int, last: int, track: str, library: Library) -> Iterator[Heard]:
    begin = strip_times.content_start(strip) + tidy(strip.sound_offset) * library.rate
    start = max(first, round_half_up(begin))
    if start >= last:
        return
    if len(getattr(strip, "retiming_keys", ())) > 1:
        library.tell(f"Sound '{strip.name}' is played at another speed; it is listened to at its own.")
    source_in = max(Fraction(0), (start - begin) / library.rate)
    path = absolute(strip.sound.filepath, strip.sound)
    if strip.sound.packed_file is not None:
        library.tell(
            f"Sound '{strip.name}' is packed into the .blend file; it is heard only where its file is there too."
        )
    yield Heard(start, last, strip.name, path, source_in, track, notes(strip))


def _scene(strip: Any, first: int, last: int, within: tuple[Any, ...], library: Library, path: str) -> Iterator[Heard]:
    begin = round_half_up(strip_times.content_start(strip))
    by = strip.scene.frame_start + int(getattr(strip, "animation_offset_start", 0) or 0) - begin
    for heard in _heard(strip.scene.sequence_editor, first + by, last + by, within, library, path):
        yield Heard(heard.start - by, heard.end - by, heard.name, heard.path, heard.source_in, heard.track, heard.notes)
