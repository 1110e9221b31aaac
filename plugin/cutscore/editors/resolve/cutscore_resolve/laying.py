"""Laying: a WAV into the media pool and onto an audio track at its frame, then read back, because calls may lie."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .connection import Connection, Trouble
from .own import MARK, OwnClip, items_on, mark_of, own_clips
from .timeline_facts import Facts, exact_rate

BIN = "Cutscore"
TRACK = "Music (Cutscore)"
HIT_COLOUR, START_COLOUR = "Cyan", "Lavender"
MOST_MARKERS = 200


@dataclass(frozen=True)
class Laid:
    """What really lies on the timeline now."""

    track: int
    start: int
    frames: int
    said: tuple[str, ...]
    """What a person must know beyond that."""


def lay(connection: Connection, timeline: Any, facts: Facts, music: str, cue_file: str | None) -> Laid:
    """Lay music at the timeline's first frame. Raises Trouble when it does not lie there afterwards."""
    cue = _cue(cue_file)
    frames = min(int(cue.get("frames") or facts.frames), facts.frames)
    start = facts.start_frame
    said: list[str] = []
    own = [clip for clip in own_clips(timeline) if clip.placed_start < start + frames and start < clip.ends]
    clip = import_music(connection, music)
    for earlier in own:
        same_place = (earlier.placed_start, earlier.placed_frames) == (start, frames)
        if same_place and not earlier.touched and _path_of(earlier.source) == _path_of(clip):
            return Laid(earlier.track, start, frames, ("The same music lay there already; nothing was changed.",))
    track = _make_room(timeline, own, start, start + frames, said)
    try:
        _append(connection, clip, track, start, frames, facts.rate)
        item = _read_back(timeline, track, start, frames, music)
    except Trouble:
        _restore(connection, timeline, own, facts.rate)
        raise
    for earlier in own:
        if earlier.touched and earlier.touched != "muted":
            _mute(earlier, said)
    said += _mark(item, cue, start, frames, facts.rate)
    return Laid(track, start, frames, tuple(said))


def import_music(connection: Connection, music: str) -> Any:
    """The music as a clip of the bin Cutscore, imported once. Raises Trouble."""
    pool = connection.media_pool
    root = pool.GetRootFolder()
    folder = next((one for one in root.GetSubFolderList() or () if one.GetName() == BIN), None)
    folder = folder or pool.AddSubFolder(root, BIN)
    if not folder:
        raise Trouble(f"Resolve did not make the bin '{BIN}' in the media pool.")
    before = pool.GetCurrentFolder()
    pool.SetCurrentFolder(folder)
    try:
        found = _in_bin(folder, music)
        if found is None:
            pool.ImportMedia([music])
            found = _in_bin(folder, music)
    finally:
        if before:
            pool.SetCurrentFolder(before)
    if found is None:
        raise Trouble(f"Resolve did not import {music}: drag it into the media pool by hand.")
    return found


def _in_bin(folder: Any, music: str) -> Any:
    wanted = os.path.normcase(os.path.abspath(music))
    return next((clip for clip in folder.GetClipList() or () if _path_of(clip) == wanted), None)


def _path_of(clip: Any) -> str:
    path = str(clip.GetClipProperty("File Path") or "") if clip else ""
    return os.path.normcase(os.path.abspath(path)) if path else ""


def _restore(connection: Connection, timeline: Any, own: Sequence[OwnClip], rate: Fraction) -> None:
    """Lay an earlier version again that gave way to one that could not be laid."""
    for earlier in own:
        there = any(item.GetStart() == earlier.placed_start for item in items_on(timeline, earlier.track))
        if earlier.touched or there or not earlier.source:
            continue
        _append(connection, earlier.source, earlier.track, earlier.placed_start, earlier.placed_frames, rate)
        for item in items_on(timeline, earlier.track):
            if item.GetStart() == earlier.placed_start:
                item.AddMarker(
                    0, START_COLOUR, "Cutscore", "Music for this timeline", 1,
                    mark_of(earlier.placed_start, earlier.placed_frames),
                )  # fmt: skip


def _make_room(timeline: Any, own: Sequence[OwnClip], start: int, end: int, said: list[str]) -> int:
    """The number of a track that is free from `start` to `end`; an untouched earlier version gives way."""
    for earlier in own:
        if earlier.touched:
            said.append(
                f"The earlier music on A{earlier.track} was {earlier.touched} since: it stays, the new one has its own"
                " track."
            )
            continue
        timeline.DeleteClips([earlier.item], False)
    tracks = range(1, int(timeline.GetTrackCount("audio") or 0) + 1)
    for track in tracks:
        ours = str(timeline.GetTrackName("audio", track) or "") == TRACK
        if ours and not timeline.GetIsTrackLocked("audio", track) and _is_free(timeline, track, start, end):
            return track
    count = len(tracks)
    timeline.AddTrack("audio", "stereo")
    if int(timeline.GetTrackCount("audio") or 0) != count + 1:
        raise Trouble("Resolve did not add an audio track: is the timeline locked or a page other than Edit open?")
    timeline.SetTrackName("audio", count + 1, TRACK)
    return count + 1


def _is_free(timeline: Any, track: int, start: int, end: int) -> bool:
    return all(item.GetEnd() <= start or item.GetStart() >= end for item in items_on(timeline, track))


def _append(connection: Connection, clip: Any, track: int, start: int, frames: int, timeline_rate: Fraction) -> None:
    # An audio clip counts its frames at the rate that the project had when it was imported.
    rate = exact_rate(clip.GetClipProperty("FPS")) or timeline_rate
    length = frames if rate == timeline_rate else _rounded(Fraction(frames) * rate / timeline_rate)
    order = {
        "mediaPoolItem": clip,
        "startFrame": 0,
        "endFrame": length,
        "mediaType": 2,
        "trackIndex": track,
        "recordFrame": start,
    }
    connection.media_pool.AppendToTimeline([order])


def _read_back(timeline: Any, track: int, start: int, frames: int, music: str) -> Any:
    """The clip that lies where it should. Raises Trouble, saying what lies there instead."""
    items = items_on(timeline, track)
    name = os.path.splitext(os.path.basename(music))[0]
    here = [item for item in items if item.GetStart() == start]
    if not here:
        raise Trouble(f"Resolve did not lay the music on A{track}: it is in the bin '{BIN}'; drag '{name}' to {start}.")
    item = here[0]
    off = int(item.GetDuration()) - frames
    if abs(off) > 1:
        timeline.DeleteClips([item], False)
        raise Trouble(
            f"Resolve laid {item.GetDuration()} frames of music where {frames} were meant; they were taken away again."
            f" The music is in the bin '{BIN}'."
        )
    return item


def _mute(earlier: OwnClip, said: list[str]) -> None:
    if hasattr(earlier.item, "SetClipEnabled"):
        earlier.item.SetClipEnabled(False)
    if not hasattr(earlier.item, "GetClipEnabled") or earlier.item.GetClipEnabled() is not False:
        said.append(f"The earlier music on A{earlier.track} could not be muted: mute it yourself.")


def _mark(item: Any, cue: dict[str, Any], start: int, frames: int, rate: Fraction) -> list[str]:
    """Markers on the clip: the first notes where it was laid, the others are the hits."""
    hits: dict[int, str] = {}
    for hit in cue.get("hits") or ():
        frame = _rounded(Fraction(str(hit["time"])) * rate)
        if 0 < frame < frames:
            hits.setdefault(frame, f"{hit.get('kind', 'cut')}, weight {hit.get('weight', 0):.2f}")
    item.AddMarker(0, START_COLOUR, "Cutscore", "Music for this timeline", 1, mark_of(start, frames))
    for frame, note in sorted(hits.items())[:MOST_MARKERS]:
        item.AddMarker(frame, HIT_COLOUR, "hit", note, 1, f"{MARK}hit:{frame}")
    there = item.GetMarkers() or {}
    said = []
    if not any(str(one.get("customData") or "") == mark_of(start, frames) for one in there.values()):
        said.append("Resolve did not keep the clip's marker: the next run will not recognise this music as its own.")
    if len(there) < 1 + min(len(hits), MOST_MARKERS):
        said.append(f"Of {len(hits)} hits {max(0, len(there) - 1)} have a marker.")
    return said


def _cue(cue_file: str | None) -> dict[str, Any]:
    if not cue_file:
        return {}
    try:
        with open(cue_file, encoding="utf-8") as file:
            said = json.load(file)
    except (OSError, ValueError):
        return {}
    return said if isinstance(said, dict) else {}


def _rounded(value: Fraction) -> int:
    """To the nearest whole, a half up."""
    return int((value + Fraction(1, 2)).__floor__())
