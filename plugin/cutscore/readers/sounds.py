"""Sound tracks: the clips of each, what they are for, temp music noticed, our own track known again."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from cutscore.cut import SoundClip, SoundTrack
from cutscore.readers.layers import Layer
from cutscore.readers.marks import Shot
from cutscore.readers.media import MediaBook, reference_of
from cutscore.readers.roles import is_called_temp, role_in_metadata, role_of
from cutscore.readers.spans import source_of, whole
from cutscore_composer.picture import SoundRole

OUR_TRACK = "Music (Cutscore)"
"""What the placers call the track that they add."""
OUR_KEY = "cutscore"
"""The key of our clips' metadata."""


def sound_tracks(
    track: Any, layer: Layer, rate: Fraction, book: MediaBook, warnings: list[str]
) -> tuple[SoundTrack, ...]:
    """One sound track of the file, divided by role where its clips differ in it (an unnamed mixed track)."""
    name, enabled = track.name or "", bool(getattr(track, "enabled", True))
    ours = name.startswith(OUR_TRACK)
    own_role = role_of(name) or role_in_metadata(track.metadata)
    references = [reference_of(piece.shot.clip) for piece in layer.pieces]
    book.settle(references)
    clips: dict[tuple[SoundRole, bool], list[SoundClip]] = {}
    for piece, reference in zip(layer.pieces, references, strict=True):
        shot: Shot = piece.shot
        medium = book.medium(reference)
        clip = SoundClip(
            record_in=whole(piece.start),
            record_out=whole(piece.end),
            name=shot.clip.name or "",
            media=None if medium.problem else medium.path,
            wanted=reference.wanted,
            source_in=max(source_of(piece, reference, rate, book), Fraction(0)),
            speed=Fraction(piece.pace),
            enabled=shot.enabled,
        )
        is_ours = ours or OUR_KEY in shot.clip.metadata
        role = "music" if is_ours else _clip_role(shot.clip, clip, own_role)
        clips.setdefault((role, is_ours), []).append(clip)
    if not clips:
        return (SoundTrack(name, "music" if ours else own_role or "dialogue", (), enabled, ours),)
    tracks = tuple(SoundTrack(name, role, tuple(found), enabled, is_ours) for (role, is_ours), found in clips.items())
    warnings += [said for sound in tracks if (said := _temp_music(sound))]
    return tracks


def _clip_role(clip: Any, sound: SoundClip, track_role: SoundRole | None) -> SoundRole:
    """The track's role; else the clip's own metadata and names; else dialogue, where speech is listened for."""
    if track_role:
        return track_role
    file_name = sound.wanted.replace("\\", "/").rsplit("/", 1)[-1]
    return role_in_metadata(clip.metadata) or role_of(sound.name, file_name) or "dialogue"


def _temp_music(track: SoundTrack) -> str | None:
    heard = list(dict.fromkeys(clip.name or clip.wanted for clip in track.clips if clip.enabled))
    if track.role != "music" or track.ours or not track.enabled or not heard:
        return None
    what = "Temp music" if is_called_temp(track.name, *heard) else "Music of the edit itself (temp?)"
    names = ", ".join(f"'{name}'" for name in heard[:20]) + (f" and {len(heard) - 20} more" if len(heard) > 20 else "")
    return f"{what} on track '{track.name}': {names}; mute it to hear the new music alone."
