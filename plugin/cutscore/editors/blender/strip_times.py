"""Where a strip lies, in the words of each version: 5.2 renames what 4.5 to 5.1 call frame_final_*."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from .rates import tidy


def left(strip: Any) -> int:
    """The first frame of a strip, trimmed as it is."""
    return int(strip.left_handle if hasattr(strip, "left_handle") else strip.frame_final_start)


def right(strip: Any) -> int:
    """The frame after the last one of a strip, trimmed as it is."""
    return int(strip.right_handle if hasattr(strip, "right_handle") else strip.frame_final_end)


def apart(strip: Any, start: int, end: int) -> bool:
    """Whether a strip has no frame in [start, end)."""
    return left(strip) >= end or right(strip) <= start


def content_start(strip: Any) -> Fraction:
    """The frame at which a strip's media begin, whether that is seen or trimmed away."""
    return tidy(strip.content_start if hasattr(strip, "content_start") else strip.frame_start)


def content_length(strip: Any) -> int:
    """How many frames of the timeline a strip's media fill."""
    return int(strip.content_duration if hasattr(strip, "content_duration") else strip.frame_duration)


def offsets(strip: Any) -> tuple[int, int]:
    """Frames of the media cut off the beginning and the end; below 0 where the strip reaches beyond them."""
    begin, length = content_start(strip), content_length(strip)
    return round(left(strip) - begin), round(begin + length - right(strip))


def move_content(strip: Any, frame: int) -> None:
    """Put the beginning of a strip's media on a frame; what is trimmed away stays so."""
    if hasattr(strip, "content_start"):
        strip.content_start = frame
    else:
        strip.frame_start = frame


def set_handles(strip: Any, start: int, end: int) -> None:
    """Trim a strip to [start, end) without moving its media."""
    begin, length = content_start(strip), content_length(strip)
    # The offsets can be set in any order; setting a handle beyond the other one would be clamped.
    if hasattr(strip, "left_handle_offset"):
        strip.left_handle_offset, strip.right_handle_offset = start - begin, begin + length - end
    else:
        strip.frame_offset_start, strip.frame_offset_end = float(start - begin), float(begin + length - end)


def strips_of(owner: Any) -> Any:
    """The strips of a sequence editor or a meta strip. An empty collection is falsy: never test it with `or`."""
    return owner.strips if hasattr(owner, "strips") else owner.sequences


def channel_of(owner: Any, number: int) -> Any:
    """A channel of a sequence editor or a meta strip, or None."""
    channels = owner.channels
    return channels[number] if 0 <= number < len(channels) else None
