"""Places music into the text of an OTIO timeline; pure: text in, text out.

A first placing is one insertion: every other byte stays. A later one changes Cutscore's own tracks
only, and the field `enabled` of a clip that the user has touched and that is superseded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

from cutscore.placers import otio_parts
from cutscore.placers.byte_edits import Edit, apply
from cutscore.placers.json_text import JsonText
from cutscore.placers.json_write import appended, dump, with_member
from cutscore.placers.notes import KEY, notes_of
from cutscore.placers.otio_document import Document, frames_of, rest_digest
from cutscore.placers.otio_levels import digest, volume_effect
from cutscore.placers.otio_own import own_clips, stripped_clips, track_locked, track_role, track_sounds
from cutscore.placers.otio_parts import MusicClip
from cutscore.placers.otio_style import Style, style_of
from cutscore.placers.otio_track import Group, groups_of, replaced, with_clip, without, written
from cutscore.placers.otio_versions import carried, may_give_way, muted
from cutscore.placers.own_music import MUSIC, OwnClip, already_there, is_version_of, overlaps, shortened
from cutscore.placers.piece import Edited, Piece
from cutscore.placers.wav_start import form_of
from cutscore_composer.timebase import round_half_up


def place_in_text(document: Document, piece: Piece) -> Edited:
    """Lay a piece into a timeline; the very same text comes back when it lies there already."""
    rest = rest_digest(document)
    style = style_of(document.doc, piece.rate)
    begin = piece.record_in + _first_frame(document, piece.rate)
    own = own_clips(document, piece.rate) + stripped_clips(document, piece.rate, piece.track_name)
    same = [clip for clip in own if _is_same(clip, piece, begin)]
    url = piece.url(style.media)
    there = already_there(same, piece.audio_sha256, begin, piece.frames, url)
    asked = piece.asked if style.resolve else f"{int(piece.markers)}"
    if there is not None and (there.touched or there.facts.get("asked", asked) == asked):
        return Edited(document.doc.data, _track_name(document, there.track), url=there.url)
    # DaVinci Resolve conforms by the media's timecode; Kdenlive and others count from its first frame.
    media_start = piece.media_start if style.resolve else 0
    music = MusicClip(
        piece.name, url, media_start, piece.frames, handles=piece.handles, channels=form_of(piece.audio).channels
    )
    document, set_aside = muted(document, same, style)
    # Muting moved the bytes: look again for the clips that may give way.
    now = [clip for clip in own_clips(document, piece.rate) if _is_same(clip, piece, begin)]
    free = [clip for clip in now if may_give_way(document, clip, piece.rate)]
    placed = _Placing(document, style, piece, music, begin, rest, asked).run(free)
    if piece.role != MUSIC:
        return replace(placed, warnings=(*set_aside, *placed.warnings))
    others = [clip for clip in own if clip not in same and clip.role == MUSIC]
    warned = overlaps(others, begin, piece.frames, piece.start_frame + piece.record_in, piece.rate)
    warned += shortened(free, begin, piece.frames, piece.rate)
    return replace(placed, warnings=(*set_aside, *placed.warnings, *warned))


def without_stems(document: Document, piece: Piece, wanted: set[str]) -> bytes:
    """The text without the stems of an earlier version that have no successor; those that the user touched stay."""
    begin = piece.record_in + _first_frame(document, piece.rate)
    style = style_of(document.doc, piece.rate)
    tracks: dict[int, list[Group]] = {}
    for clip in own_clips(document, piece.rate):
        if clip.role in wanted or clip.touched or not is_version_of(clip, begin, piece.frames):
            continue
        groups = tracks.get(clip.track) or groups_of(document.doc, document.tracks[clip.track], piece.rate)
        if groups is not None:
            tracks[clip.track] = without(groups, clip.handle)
    return apply(
        document.doc.data, [written(document.doc, document.tracks[i], groups, style) for i, groups in tracks.items()]
    )


def _is_same(clip: OwnClip, piece: Piece, begin: int) -> bool:
    """Whether a clip is an earlier version; one without notes is known by the name of its track alone."""
    return (clip.role == piece.role or not clip.facts) and is_version_of(clip, begin, piece.frames)


@dataclass(frozen=True, slots=True)
class _Placing:
    """One placing, once it is known which clips of ours give way."""

    document: Document
    style: Style
    piece: Piece
    music: MusicClip
    begin: int
    rest: str
    asked: str

    @property
    def doc(self) -> JsonText:
        return self.document.doc

    def run(self, free: list[OwnClip]) -> Edited:
        old = free[0] if free else None
        music, warnings = self._trimmed(old)
        clip = self._clip(music, old)
        start = self.begin + music.head
        end = start + music.frames
        tracks: dict[int, list[Group]] = {}
        for other in free:
            groups = groups_of(self.doc, self.document.tracks[other.track], self.piece.rate)
            if groups is not None:
                tracks.setdefault(other.track, groups)
        if old is not None and old.track in tracks:
            tracks[old.track] = replaced(tracks[old.track], old.handle, start, end, clip, self.style)
        for other in free[1:]:
            if other.track in tracks:
                tracks[other.track] = without(tracks[other.track], other.handle)
        home = old.track if old is not None and old.track in tracks else None
        if home is not None and _collides(tracks[home]):
            tracks[home] = [group for group in tracks[home] if group.item is not None]
            home = None
        if home is None:
            home = self._free_track(tracks, start, end, clip)
        edits = [written(self.doc, self.document.tracks[i], groups, self.style) for i, groups in tracks.items()]
        if home is None:
            edits.append(self._new_track(start, clip))
        name = self.piece.track_name if home is None else _track_name(self.document, home)
        gone = tuple(other.url for other in free if other.url != music.url)
        return Edited(apply(self.doc.data, edits), name, bool(free), tuple(warnings), music.url, gone)

    def _free_track(self, tracks: dict[int, list[Group]], start: int, end: int, clip: otio_parts.Json) -> int | None:
        """A music track of ours with room, with the clip put into `tracks`; None when a new one is needed."""
        taken = {c.track for c in own_clips(self.document, self.piece.rate) if c.touched and self._is_old(c)}
        for index in self.document.own:
            sounds = track_sounds(self.document, index) or self.piece.role != MUSIC
            fits = sounds and not track_locked(self.document, index)
            if index in taken or not fits or track_role(self.document, index) != self.piece.role:
                continue
            groups = tracks.get(index)
            if groups is None:
                groups = groups_of(self.doc, self.document.tracks[index], self.piece.rate)
            if groups is not None and not any(group.meets(start, end) for group in groups):
                tracks[index] = with_clip(groups, start, end, clip, self.style)
                return index
        return None

    def _is_old(self, clip: OwnClip) -> bool:
        return _is_same(clip, self.piece, self.begin)

    def _new_track(self, start: int, clip: otio_parts.Json) -> Edit:
        layout = self.style.layout
        role = self.piece.role
        track = otio_parts.track(self.piece.track_name, self.style, role, muted=role != MUSIC)
        track["children"] = [*([otio_parts.gap(start, self.style)] if start else []), clip]
        if self.document.children is None:
            return with_member(self.doc, self.document.stack, layout, "children", [track])
        return appended(self.doc, self.document.children, layout, lambda indent: dump(track, layout, indent))

    def _trimmed(self, old: OwnClip | None) -> tuple[MusicClip, list[str]]:
        if old is None or not (old.head or old.tail):
            return self.music, []
        if old.head + old.tail >= self.music.media_frames:
            return self.music, [f'The trims of "{old.name}" are longer than the new music, which lies there untrimmed.']
        # What the user drew out of the old handles is kept as far as the new ones reach.
        before, after = self.music.handles
        return replace(self.music, head=max(-before, old.head), tail=max(-after, old.tail)), []

    def _clip(self, music: MusicClip, old: OwnClip | None) -> otio_parts.Json:
        """The new clip, with all that the user gave to the old one."""
        markers = []
        if self.piece.markers:
            markers = otio_parts.hit_markers(self.piece.cue, music.begin, music.media_frames, self.style)
        volume = volume_effect(music, self.piece) if self.style.resolve else None
        notes = self._metadata(music, len(markers))
        notes["placed"] |= {"asked": self.asked, **({"levels": digest(volume)} if volume is not None else {})}
        new = otio_parts.clip(music, {KEY: notes}, markers, self.style, volume)
        return new if old is None else carried(new, self.doc.load(old.handle))

    def _metadata(self, music: MusicClip, hits: int) -> dict[str, Any]:
        return notes_of(
            self.piece.provenance,
            name=music.name,
            url=music.url,
            audio_sha256=self.piece.audio_sha256,
            rate=self.piece.rate,
            start=self.begin,
            frames=music.media_frames,
            media_start=music.begin,
            handles=music.handles,
            hits=hits,
            rest_sha256=self.rest,
            onto_sha256=self.piece.onto_sha256,
            role="" if self.piece.role == MUSIC else self.piece.role,
        )


def _first_frame(document: Document, rate: Fraction) -> int:
    """Frame of the tracks at which the timeline begins."""
    if document.first_frame is None:
        return 0
    start = document.doc.member(document.first_frame, "start_time")
    try:
        return round_half_up(frames_of(None if start is None else document.doc.load(start), rate))
    except ValueError:
        return 0


def _collides(groups: list[Group]) -> bool:
    ordered = sorted(groups, key=lambda group: group.start)
    return any(one.end > two.start for one, two in pairwise(ordered))


def _track_name(document: Document, index: int) -> str:
    name = document.doc.member(document.tracks[index], "name")
    return str(document.doc.load(name)) if name is not None and document.doc.kind(name) == '"' else ""
