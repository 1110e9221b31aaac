"""Videos in order as one Cut: each a span, the first one's rate for all.

A video is a render, an edit itself: its cuts are told by nobody and are to be found by looking.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from cutscore.cut import Cut, SoundClip, SoundTrack, Span, TrackCounts
from cutscore.readers import TIMELINES, VIDEOS
from cutscore_composer.errors import InputRefused
from cutscore_composer.media.probe import MediaFacts, VideoFacts, probe
from cutscore_composer.timebase import frame_of_timecode, frames_near


def read_videos(paths: Sequence[Path], *, rate: Fraction | None = None) -> Cut:
    """One Cut of all videos in order. Raises InputRefused with one sentence for the first that cannot be used."""
    films = [_film(path) for path in paths]
    first, main = films[0]
    cut_rate = rate or main.rate
    spans: list[Span] = []
    clips: list[SoundClip] = []
    warnings: list[str] = []
    cursor = 0
    for facts, video in films:
        frames = _frames(video, cut_rate)
        if frames <= 0:
            raise InputRefused(f"{facts.path} is shorter than one frame; name a longer video.")
        name, media = text_of_name(facts.path.name), facts.path.absolute()
        spans.append(Span(cursor, cursor + frames, "clip", name, media, str(facts.path), search_cuts=True))
        if facts.audio:
            clips.append(SoundClip(cursor, cursor + frames, name, media, str(facts.path)))
        cursor += frames
        warnings += _warnings(facts, video, cut_rate)
    return Cut(
        name=text_of_name(first.path.stem),
        rate=cut_rate,
        start_frame=_start_frame(first, cut_rate),
        duration=cursor,
        spans=tuple(spans),
        tracks=TrackCounts(video=1, audio=1 if clips else 0),
        sounds=(SoundTrack("", "dialogue", tuple(clips)),) if clips else (),
        drop_frame=";" in (first.start_timecode or ""),
        track_names=(tuple(span.name for span in spans),),
        warnings=tuple(warnings),
        source=paths[0].absolute() if len(paths) == 1 else None,
    )


def text_of_name(name: str) -> str:
    """A file's name as text: bytes of it that are no UTF-8 are shown as escapes."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _film(path: Path) -> tuple[MediaFacts, VideoFacts]:
    try:
        facts = probe(path)
    except InputRefused as error:
        if path.suffix.casefold() in VIDEOS or not _is_file(path):
            raise
        raise InputRefused(
            f"{path} is neither a timeline nor a video that can be read; readable are {' '.join(TIMELINES)} and videos."
        ) from error
    if facts.is_image:
        raise InputRefused(f"{path} is a single picture; put it into a timeline to say how long it is shown.")
    if facts.main_video is None:
        raise InputRefused(f"{path} has no picture to score: it holds sound only.")
    return facts, facts.main_video


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def _frames(video: VideoFacts, rate: Fraction) -> int:
    """Length in frames of the cut: of a constant rate its own count, else by its length in seconds."""
    if video.rate == rate and not video.variable_rate and video.frames:
        return video.frames
    return frames_near(video.duration_seconds, rate)


def _start_frame(facts: MediaFacts, rate: Fraction) -> int:
    try:
        return frame_of_timecode(facts.start_timecode, rate) if facts.start_timecode else 0
    except ValueError:
        return 0


def _warnings(facts: MediaFacts, video: VideoFacts, rate: Fraction) -> list[str]:
    """What a person should know of one video."""
    name, said = facts.path.name, []
    if video.rate != rate:
        said.append(f"'{name}' has {float(video.rate):.6g} frames a second; it is conformed to {float(rate):.6g}.")
    if video.variable_rate:
        said.append(
            f"'{name}' has a variable frame rate (on average {float(video.rate):.3f}); frames are taken by time."
        )
    films = [stream for stream in facts.video if not stream.is_cover]
    if len(films) > 1:
        said.append(
            f"'{name}' has {len(films)} pictures; the one that players show is taken ({video.width} × {video.height})."
        )
    picture = video.duration_seconds
    longest = max((stream.duration_seconds for stream in facts.audio), default=Fraction(0))
    if longest > picture + Fraction(1, 2):
        said.append(
            f"The sound of '{name}' is longer than its picture ({float(longest):.2f} s and {float(picture):.2f} s); "
            "the picture counts."
        )
    return said
