"""Lays a piece into a project, clip by clip; pure: text in, text out.

A first placing is insertions only: every other byte stays. A later one changes Cutscore's own clips, and
mutes those that the user has touched and that are superseded.
"""

from __future__ import annotations

from fractions import Fraction

from cutscore.placers.byte_edits import Edit
from cutscore.placers.clip_project import ClipProject, ClipTimeline, OwnTrack
from cutscore.placers.laid_music import Hit, LaidMusic, Level, duck_of, hits_of
from cutscore.placers.notes import notes_of
from cutscore.placers.own_music import (
    MUSIC,
    OwnClip,
    already_there,
    is_version_of,
    judged,
    overlaps,
    set_aside,
    shortened,
)
from cutscore.placers.piece import Edited, Piece
from cutscore.placers.wav_start import form_of, time_reference


def place_in_project(timeline: ClipTimeline, piece: Piece) -> Edited:
    """Lay a piece and its stems into a timeline; the very same text comes back when they lie there already."""
    desk = _Desk(timeline, piece)
    desk.lay(piece)
    for stem in piece.stems:
        desk.lay(piece.of_stem(stem))
    if desk.changed:
        desk.clear_stems({MUSIC, *(stem.name for stem in piece.stems)})
    return desk.edited()


class _Desk:
    """One placing under way: the timeline as it is by now, and what is to be said."""

    def __init__(self, timeline: ClipTimeline, piece: Piece) -> None:
        self.timeline = timeline
        self.piece = piece
        self.rest = timeline.rest_digest()
        self.begin = piece.record_in + timeline.project.first_frame
        self.warnings: list[str] = [*timeline.warnings]
        self.gone: list[str] = []
        self.changed = False
        self.replaced = False
        self.track = ""
        self.url = ""

    @property
    def project(self) -> ClipProject:
        """The project as it is by now."""
        return self.timeline.project

    def edited(self) -> Edited:
        """What became of the text."""
        return Edited(self.timeline.text, self.track, self.replaced, tuple(self.warnings), self.url, tuple(self.gone))

    def lay(self, part: Piece) -> None:
        """Lay the music or a stem, unless it lies there already."""
        own = self._own(part)
        same = [clip for clip in own if self._is_same(clip, part)]
        url = self.project.spelled(part.url(self.project.SPELLING))
        there = already_there(same, part.audio_sha256, self.begin, self.piece.frames, url)
        if there is not None and not (there.gives_way and there.facts.get("asked", "") != part.asked):
            self._lies(part, there)
            return
        for _ in same:
            clip = next((c for c in self._versions(part) if not c.gives_way and c.sounds), None)
            if clip is None:
                break
            self.warnings.append(set_aside(clip))
            self._edit(self.project.muted(clip))
        free = [clip for clip in self._versions(part) if clip.gives_way]
        self.gone += [clip.url for clip in free if clip.url != url]
        for _ in free[1:]:
            self._edit(self.project.without([clip for clip in self._versions(part) if clip.gives_way][1]))
        if part.role == MUSIC:
            self._say_what_else_sounds(own, same, free)
            self.replaced = bool(free)
        self._put(part, url)
        self.changed = True

    def clear_stems(self, wanted: set[str]) -> None:
        """Take stems of an earlier version away that have no successor; touched ones are muted."""
        for _ in range(len(self._old_stems(wanted))):
            clip = next((c for c in self._old_stems(wanted) if c.gives_way or c.sounds), None)
            if clip is None:
                return
            if clip.gives_way:
                self._edit(self.project.without(clip))
            else:
                self.warnings.append(set_aside(clip))
                self._edit(self.project.muted(clip))

    def _put(self, part: Piece, url: str) -> None:
        old = next((clip for clip in self._versions(part) if clip.gives_way), None)
        laid = self._laid(part, url, old)
        leaving = [] if old is None else [old.handle]
        if old is not None and self.project.has_room(old.track, laid.start, laid.end, leaving):
            self._edit(self.project.with_new(old, laid))
            self._lies(part, self._by_id(part, laid.notes["placed"]["id"]))
            return
        home = self._home(part, laid)
        key = None if home is None else home.key
        self._edit(self.project.with_more(laid, key, old))
        if old is not None:
            # It was found without room for its successor: look for it anew, behind the edit.
            self._edit(self.project.without(self._by_id(part, old.facts["id"])))
        self._lies(part, self._by_id(part, laid.notes["placed"]["id"]))

    def _home(self, part: Piece, laid: LaidMusic) -> OwnTrack | None:
        """An own track with room; None when a new one is needed."""
        taken = [clip.track for clip in self._versions(part) if not clip.gives_way]
        for track in self.project.own_tracks():
            fits = track.role == part.role and (track.sounds or part.role != MUSIC) and not track.locked
            if fits and track.key not in taken and self.project.has_room(track.key, laid.start, laid.end, []):
                return track
        return None

    def _laid(self, part: Piece, url: str, old: OwnClip | None) -> LaidMusic:
        piece, rate = self.piece, self.project.rate
        before, after = piece.handles
        head, tail = self._trims(old)
        is_music = part.role == MUSIC
        hits: tuple[Hit, ...] = hits_of(piece.cue, rate, before, piece.frames) if part.markers else ()
        duck: tuple[Level, ...] = duck_of(piece.cue, rate, before) if piece.duck else ()
        notes = notes_of(
            piece.provenance,
            name=part.name,
            url=url,
            audio_sha256=part.audio_sha256,
            rate=rate,
            start=self.begin,
            frames=piece.frames,
            media_start=before,
            handles=piece.handles,
            hits=len(hits),
            rest_sha256=self.rest,
            onto_sha256=piece.onto_sha256,
            role="" if is_music else part.role,
        )
        notes["placed"] |= {"asked": part.asked, "track": part.track_name}
        return LaidMusic(
            name=part.name,
            url=url,
            audio=part.audio,
            role=part.role,
            track_name=part.track_name,
            rate=rate,
            start=self.begin + head,
            frames=piece.frames - head - tail,
            source=before + head,
            file_frames=piece.frames + before + after,
            timecode=piece.media_start,
            file_start=Fraction(*(time_reference(part.audio) or (0, 1))),
            form=form_of(part.audio),
            hits=hits,
            gain_db=part.gain_db,
            duck=duck,
            fade_in=piece.fade_in_frames,
            fade_out=piece.fade_out_frames,
            muted=not is_music,
            notes=notes,
        )

    def _trims(self, old: OwnClip | None) -> tuple[int, int]:
        """What the user cut off the old clip, as far as the new one allows."""
        if old is None or not (old.head or old.tail):
            return 0, 0
        if old.head + old.tail >= self.piece.frames:
            self.warnings.append(
                f'The trims of "{old.name}" are longer than the new music, which lies there untrimmed.'
            )
            return 0, 0
        before, after = self.piece.handles
        return max(-before, old.head), max(-after, old.tail)

    def _own(self, part: Piece) -> list[OwnClip]:
        return judged(self.project.lying(part.track_name), self.project.rate)

    def _is_same(self, clip: OwnClip, part: Piece) -> bool:
        # A clip without notes is known by the name of its track alone.
        return (clip.role == part.role or not clip.facts) and is_version_of(clip, self.begin, self.piece.frames)

    def _versions(self, part: Piece) -> list[OwnClip]:
        return [clip for clip in self._own(part) if self._is_same(clip, part)]

    def _old_stems(self, wanted: set[str]) -> list[OwnClip]:
        return [
            clip
            for clip in self.timeline.own_clips()
            if clip.role not in wanted and is_version_of(clip, self.begin, self.piece.frames)
        ]

    def _by_id(self, part: Piece, identifier: str) -> OwnClip:
        return next(clip for clip in self._own(part) if clip.facts.get("id") == identifier)

    def _say_what_else_sounds(self, own: list[OwnClip], same: list[OwnClip], free: list[OwnClip]) -> None:
        piece = self.piece
        others = [clip for clip in own if clip not in same and clip.role == MUSIC]
        at = piece.start_frame + piece.record_in
        self.warnings += overlaps(others, self.begin, piece.frames, at, piece.rate)
        self.warnings += shortened(free, self.begin, piece.frames, piece.rate)

    def _lies(self, part: Piece, clip: OwnClip) -> None:
        """Take note of where the music lies now."""
        if part.role == MUSIC:
            found = next((track.name for track in self.project.own_tracks() if track.key == clip.track), None)
            self.track, self.url = found or part.track_name, clip.url

    def _edit(self, edits: list[Edit]) -> None:
        self.timeline = self.timeline.edited(edits)
