"""An edit list as a project that music is laid into (see `clip_project`): events on sound tracks of their own."""

from __future__ import annotations

import re
from collections.abc import Collection
from fractions import Fraction
from typing import Any

from cutscore.placers.byte_edits import Edit
from cutscore.placers.clip_project import OwnTrack
from cutscore.placers.edl_text import Block, EdlText, kept_lines, notes_lines, with_times
from cutscore.placers.laid_music import LaidMusic
from cutscore.placers.media_url import Spelling
from cutscore.placers.own_music import Lying, OwnClip, has_cue_file
from cutscore.readers.edl_events import OUR_COMMENT

_REEL = "AX"
"""The reel of what is a file, not a tape."""
_NAMED = re.compile(r"\*\s*(FROM CLIP NAME|SOURCE FILE):")


class EdlProject:
    """One edit list."""

    SPELLING: Spelling = "absolute path"

    def __init__(self, text: EdlText) -> None:
        self.text = text
        self.rate = text.rate

    @property
    def first_frame(self) -> int:
        """The record timecode at which the user's list begins."""
        theirs = [block.event.record_in for block in self.text.blocks if not block.facts]
        return min(theirs or [block.event.record_in for block in self.text.blocks])

    def spelled(self, url: str) -> str:
        """A path on one line."""
        return re.sub(r"[\r\n]", " ", url)

    def lying(self, track_name: str) -> list[Lying]:
        """Our events, those of one stereo clip as one; with a track's name also sounds with a cue file beside them."""
        groups: dict[tuple[Any, ...], list[Block]] = {}
        for block in self.text.blocks:
            stripped = bool(track_name) and not block.facts and _is_sound(block) and has_cue_file(block.event.file_name)
            if block.facts or stripped:
                event = block.event
                key = (block.facts.get("id"), event.record_in, event.record_out, event.source_in, event.file_name)
                groups.setdefault(key, []).append(block)
        return [self._lying(blocks) for blocks in groups.values()]

    def own_tracks(self) -> list[OwnTrack]:
        """The sound tracks that hold nothing but events of ours."""
        found = {one.track: one.on_own_track for one in self.lying("")}
        return [OwnTrack(track, _name(track)) for track, is_own in sorted(found.items()) if is_own]

    def has_room(self, track: Any, start: int, end: int, leaving: Collection[Any]) -> bool:
        """Whether nothing is recorded on these tracks between two frames, but what is leaving."""
        gone = [block for handle in leaving for block in handle]
        return not any(
            set(block.channels) & set(track)
            and block.event.record_in < end
            and start < block.event.record_out
            and block not in gone
            for block in self.text.blocks
        )

    def with_new(self, old: OwnClip, laid: LaidMusic) -> list[Edit]:
        """The new music in the events of the old; comments of the user's stay."""
        edits = []
        for block in old.handle:
            lines = self.text.text_of(block)
            kept = [line for line in lines[1:] if not _NAMED.match(line) and not line.startswith(OUR_COMMENT)]
            edits.append(self.text.replaced(block, [with_times(lines[0], self._times(laid)), *self._said(laid), *kept]))
        return edits

    def with_more(self, laid: LaidMusic, track: Any | None, like: OwnClip | None) -> list[Edit]:
        """One event, or one for each channel, behind the others."""
        channels = track or self._free_channels(min(2, laid.form.channels))
        names = ["AA"] if channels == (1, 2) else [_channel(number) for number in channels]
        numbers = [int(number) for b in self.text.blocks if (number := b.event.number.rstrip("abcdefABCDEF")).isdigit()]
        highest, width = max(numbers, default=0), len(self.text.blocks[-1].event.number)
        lines: list[str] = []
        for place, name in enumerate(names, start=1):
            times = " ".join(self._times(laid))
            lines += [f"{highest + place:0{width}}  {_REEL:<8} {name:<5} C        {times}", *self._said(laid)]
        return [self.text.appended(lines)]

    def muted(self, clip: OwnClip) -> list[Edit]:
        """Its events turned into comments: a list cannot mute."""
        return [self.text.replaced(block, kept_lines(self.text.text_of(block))) for block in clip.handle]

    def without(self, clip: OwnClip) -> list[Edit]:
        """Its events taken away."""
        return [self.text.removed(block) for block in clip.handle]

    def _lying(self, blocks: list[Block]) -> Lying:
        first = blocks[0]
        event, facts = first.event, first.facts
        channels = tuple(sorted({channel for block in blocks for channel in block.channels}))
        others = [b for b in self.text.blocks if not b.facts and set(b.channels) & set(channels)]
        began = int(str(facts.get("tc", "0"))) if str(facts.get("tc", "0")).lstrip("-").isdigit() else 0
        return Lying(
            handle=tuple(blocks),
            track=channels,
            name=event.clip_name or "music",
            url=event.file_name,
            facts=facts,
            start=Fraction(event.record_in),
            source=Fraction(event.source_in - began),
            frames=Fraction(event.record_out - event.record_in),
            on_own_track=not others,
            retimed=event.speed not in (None, 1),
        )

    def _free_channels(self, count: int) -> tuple[int, ...]:
        """Sound tracks behind those that are used."""
        used = [channel for block in self.text.blocks for channel in block.channels]
        first = max(used, default=0) + 1
        return tuple(range(first, first + count))

    def _times(self, laid: LaidMusic) -> list[str]:
        source = laid.timecode + laid.source
        record = laid.start
        return [
            self.text.timecode(source, source=True),
            self.text.timecode(source + laid.frames, source=True),
            self.text.timecode(record),
            self.text.timecode(record + laid.frames),
        ]

    def _said(self, laid: LaidMusic) -> list[str]:
        noted = laid.with_note(tc=str(laid.timecode))
        return [f"* FROM CLIP NAME: {laid.audio.name}", f"* SOURCE FILE: {laid.url}", *notes_lines(noted.notes)]


def _is_sound(block: Block) -> bool:
    return bool(block.channels) and "V" not in block.event.track


def _channel(number: int) -> str:
    return "A" if number == 1 else f"A{number}"


def _name(track: tuple[int, ...]) -> str:
    return "/".join(f"A{number}" for number in track)
