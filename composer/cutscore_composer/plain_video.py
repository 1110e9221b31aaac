"""A plain video as a Picture: one span that is itself an edit, with its own sound to listen to."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from cutscore_composer.errors import InputRefused
from cutscore_composer.media.probe import probe
from cutscore_composer.picture import Picture, PictureSpan, SoundSpan
from cutscore_composer.timebase import frame_of_timecode, round_half_up


def picture_of_video(path: Path) -> Picture:
    """The picture of a video file, as long as its video stream.

    Raises InputRefused with one sentence when the file has no moving picture.
    """
    facts = probe(path)
    video = facts.main_video
    if video is None or facts.is_image:
        raise InputRefused(f"{path} has no moving picture; give a video file.")
    rate = video.rate
    frames = video.frames if video.frames and not video.variable_rate else round_half_up(video.duration_seconds * rate)
    if frames < 1:
        raise InputRefused(f"{path} has no frame of picture; give a video file that plays.")
    start, drop = 0, False
    if facts.start_timecode:
        try:
            start, drop = frame_of_timecode(facts.start_timecode, rate), ";" in facts.start_timecode
        except ValueError:
            start = 0  # a timecode of another rate says nothing about this picture
    sounds: tuple[SoundSpan, ...] = ()
    if facts.audio:
        seconds = min(facts.audio[0].duration_seconds, Fraction(frames) / rate)
        heard = min(frames, max(1, round_half_up(seconds * rate)))
        # What is heard in a finished film may be speech, music and effects at once: it is listened to for speech.
        sounds = (SoundSpan(0, heard, "dialogue", path),)
    return Picture(
        name=path.stem,
        rate=rate,
        frames=frames,
        spans=(PictureSpan(0, frames, "clip", path.stem, path, search_cuts=True),),
        sounds=sounds,
        start_frame=start,
        drop_frame=drop,
    )
