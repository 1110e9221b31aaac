"""Versions of a cue: which earlier music gives way to the new, which is muted, what carries over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from cutscore.placers import otio_parts
from cutscore.placers.json_text import apply
from cutscore.placers.json_write import with_member
from cutscore.placers.media_url import name_in
from cutscore.placers.otio_document import Document, reread
from cutscore.placers.otio_own import OwnClip, track_sounds
from cutscore.placers.otio_parts import KEY
from cutscore.placers.otio_style import Style
from cutscore.placers.otio_track import groups_of
from cutscore_composer.timebase import timecode

_OUR_NAME = re.compile(r"hit \d+ (cut|marker|motion|flash)")


def is_version_of(clip: OwnClip, begin: int, frames: int) -> bool:
    """Whether new music at [begin, begin + frames) is the same cue as this clip, made again.

    It is when it covers the clip's place, or the two share more than half of the longer one.
    """
    end, clip_end = begin + frames, clip.placed_start + clip.placed_frames
    shared = min(end, clip_end) - max(begin, clip.placed_start)
    covers = begin <= clip.placed_start and clip_end <= end
    return shared > 0 and (covers or 2 * shared > max(frames, clip.placed_frames))


def already_there(same: list[OwnClip], audio_sha256: str, begin: int, frames: int, url: str) -> OwnClip | None:
    """The clip that is this very music, at this place; the user may have moved or muted it."""
    sounding = any(clip.enabled for clip in same)
    for clip in same:
        is_it = clip.placed_start == begin and clip.audio_sha256 == audio_sha256
        if not clip.facts:
            same_place = (clip.placed_start, clip.placed_frames) == (begin, frames)
            is_it = same_place and name_in(clip.url) == name_in(url)
        if is_it and (clip.enabled or not sounding) and (clip.touched or clip.url == url):
            return clip
    return None


def may_give_way(document: Document, clip: OwnClip, rate: Fraction) -> bool:
    """Whether a clip of ours can be replaced: nobody touched it, and its track can be laid out anew."""
    return not clip.touched and groups_of(document.doc, document.tracks[clip.track], rate) is not None


def muted(document: Document, same: list[OwnClip], style: Style) -> tuple[Document, list[str]]:
    """Mutes the versions of this cue that the user has touched, so that two do not sound at once."""
    edits, warnings = [], []
    for clip in same:
        if not clip.enabled or not track_sounds(document, clip.track):
            continue
        if may_give_way(document, clip, style.exact_rate):
            continue
        edits.append(with_member(document.doc, clip.value, style.layout, "enabled", False))
        warnings.append(
            f'The earlier music "{clip.name}" was {_how(clip)}: it is kept, muted, and the new version lies on its'
            " own track."
        )
    if not edits:
        return document, []
    return reread(document, apply(document.doc.data, edits)), list(dict.fromkeys(warnings))


def _how(clip: OwnClip) -> str:
    return f"{clip.touched or 'changed'} by hand" if clip.facts else clip.touched


def overlaps(others: list[OwnClip], begin: int, frames: int, start_frame: int, rate: Fraction) -> list[str]:
    """Warnings of other cues that sound at the same time; `start_frame` is the timecode at `begin`."""
    end = begin + frames
    found = []
    for clip in others:
        first, last = clip.placed_start, clip.placed_start + clip.placed_frames
        if not clip.enabled or first >= end or last <= begin:
            continue
        at = timecode(max(0, start_frame + max(first, begin) - begin), rate)
        found.append(
            f'The music overlaps "{clip.name}", placed earlier, from {at} on; both sound, on their own tracks.'
        )
    return found


def shortened(given_way: list[OwnClip], begin: int, frames: int, rate: Fraction) -> list[str]:
    """Warnings of earlier music that reached a second or more beyond the new music that takes its place."""
    found = []
    for clip in given_way:
        before = begin - clip.placed_start
        after = clip.placed_start + clip.placed_frames - begin - frames
        if max(before, after) >= rate:
            missing = float((max(0, before) + max(0, after)) / rate)
            found.append(f'The new music is shorter than "{clip.name}", which it replaces, by {missing:.1f} s.')
    return found


def carried(new: otio_parts.Json, old: Mapping[str, Any]) -> otio_parts.Json:
    """The new clip with the name, effects, markers, metadata and further fields that the user gave to the old one."""
    placed = old["metadata"][KEY]["placed"]
    made = {**new, **{key: value for key, value in old.items() if key not in new}}
    for key in ("media_reference", "media_references", "active_media_reference_key"):
        if key not in new:
            made.pop(key, None)
    if old.get("name") not in (None, "", placed.get("name")):
        made["name"] = old["name"]
    made["metadata"] = {**old["metadata"], **new["metadata"]}
    made["effects"] = _list(old.get("effects"))
    markers = _list(old.get("markers"))
    theirs = [marker for marker in markers if not _is_our_marker(marker)]
    removed_all = str(placed.get("hits", "0")) != "0" and len(theirs) == len(markers)
    made["markers"] = [*([] if removed_all else new["markers"]), *theirs]
    return made


def _is_our_marker(marker: Any) -> bool:
    metadata = marker.get("metadata") if isinstance(marker, dict) else None
    if isinstance(metadata, dict) and KEY in metadata:
        return True
    # A program may keep the marker and drop what it does not know.
    return isinstance(marker, dict) and _OUR_NAME.fullmatch(str(marker.get("name"))) is not None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
