"""Plain videos as a Picture: each is one span that is itself an edit, with its own sound to listen to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from cutscore_composer.errors import InputRefused
from cutscore_composer.media.probe import MediaFacts, VideoFacts, probe
from cutscore_composer.picture import Picture, PictureSpan, SoundSpan
from cutscore_composer.timebase import frame_of_timecode, round_half_up

LOWEST_RATE = Fraction(1, 10)
"""Fewer frames a second are no moving picture, and no grid on which music could be placed."""
ROUNDED_FRAMES = Fraction(1, 8)
"""A length that is so near to whole frames means them."""
COARSE_RATE = Fraction(20)
"""Where a video of another rate begins and ends is not told by fewer frames a second."""


def picture_of_video(path: Path) -> Picture:
    """The picture of a video file, as long as its video stream.

    Raises InputRefused with one sentence when the file has no moving picture.
    """
    return picture_of_videos([path])


def picture_of_videos(paths: Sequence[Path]) -> Picture:
    """The picture of videos in order; each begins at the frame nearest to where it does, the last whole frame ends it.

    Its rate is the first one's; that of the fastest where the first is too slow to measure others by. Raises
    InputRefused with one sentence for the first that has no moving picture.
    """
    films = [moving(path, probe(path)) for path in paths]
    first, main = films[0]
    rate = main.rate if main.rate >= COARSE_RATE else max(video.rate for _, video in films)
    if rate < LOWEST_RATE:
        raise InputRefused(f"{first.path} has too few pictures a second to be scored: export it with 24.")
    spans: list[PictureSpan] = []
    sounds: list[SoundSpan] = []
    cursor, end = 0, Fraction(0)
    for number, (facts, video) in enumerate(films, start=1):
        end += film_seconds(video)
        border = math.floor(end * rate) if number == len(films) else round_half_up(end * rate)
        frames = border - cursor
        if frames < 1:
            raise InputRefused(f"{facts.path} has no frame of picture; give a video file that plays.")
        spans.append(PictureSpan(cursor, cursor + frames, "clip", facts.path.stem, facts.path, search_cuts=True))
        if facts.audio:
            seconds = min(facts.audio[0].duration_seconds, Fraction(frames) / rate)
            heard = min(frames, max(1, round_half_up(seconds * rate)))
            # What is heard in a finished film may be speech, music and effects at once: it is listened to for speech.
            sounds.append(SoundSpan(cursor, cursor + heard, "dialogue", facts.path))
        cursor += frames
    start, drop = _start(first, rate)
    return Picture(
        name=first.path.stem,
        rate=rate,
        frames=cursor,
        spans=tuple(spans),
        sounds=tuple(sounds),
        start_frame=start,
        drop_frame=drop,
    )


def moving(path: Path, facts: MediaFacts) -> tuple[MediaFacts, VideoFacts]:
    """A file's facts with those of the picture that players show. Raises InputRefused when there is none that moves."""
    video = facts.main_video
    if video is None or facts.is_image:
        raise InputRefused(f"{path} has no moving picture; give a video file.")
    return facts, video


def film_seconds(video: VideoFacts) -> Fraction:
    """How long a picture lasts: by its count of frames where they are even, else by its time stamps."""
    if not video.rate or video.variable_rate:
        return video.duration_seconds
    frames = video.duration_seconds * video.rate
    whole = video.frames or round_half_up(frames)
    # Without a count: Matroska's whole milliseconds are a little beside the frames' own.
    return whole / video.rate if video.frames or abs(frames - whole) < ROUNDED_FRAMES else video.duration_seconds


def _start(facts: MediaFacts, rate: Fraction) -> tuple[int, bool]:
    if facts.start_timecode:
        try:
            return frame_of_timecode(facts.start_timecode, rate), ";" in facts.start_timecode
        except ValueError:
            pass  # a timecode of another rate says nothing about this picture
    return 0, False
