"""Cutscore's own strips: how they are known again, and what the user did to them since they were laid."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from . import strip_times

KEY = "cutscore"
"""The custom property of a strip that says it is ours."""


@dataclass(frozen=True)
class Facts:
    """What is noted on a strip when it is laid; frames as Blender numbers them."""

    id: str
    label: str
    """"music", "take 2", "stem drums"."""
    start: int
    """Where the music proper begins, whatever is trimmed."""
    frames: int
    """Length of the music proper."""
    content: int
    """Where the file begins: earlier than `start` by the handle before."""
    channel: int
    muted: bool
    gain: float = 1.0
    """The volume that the keyframes go up to."""
    curve: tuple[tuple[float, float], ...] = ()
    """Volume keyframes as they were written."""
    markers: tuple[tuple[int, str], ...] = ()
    """Timeline markers that were set with it."""


@dataclass(frozen=True)
class OwnStrip:
    """A strip that Cutscore laid, as it is now."""

    strip: Any
    facts: Facts
    touched: str
    """Why it must not be replaced ("moved", "cut", "locked", "muted"), "" when it may be."""


def is_own(strip: Any) -> bool:
    """Whether Cutscore laid a strip, in whole or cut since."""
    return facts_of(strip) is not None


def facts_of(strip: Any) -> Facts | None:
    """What was noted on a strip, None where it is not ours or the note is damaged."""
    try:
        said = json.loads(strip[KEY])
        curve = tuple((float(frame), float(value)) for frame, value in said.get("curve", ()))
        markers = tuple((int(frame), str(name)) for frame, name in said.get("markers", ()))
        return Facts(
            str(said["id"]), str(said["label"]), int(said["start"]), int(said["frames"]), int(said["content"]),
            int(said["channel"]), bool(said["muted"]), float(said.get("gain", 1.0)), curve, markers,
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None


def note(strip: Any, facts: Facts) -> None:
    """Write down on a strip that it is ours."""
    strip[KEY] = json.dumps(asdict(facts))


def own_strips(scene: Any) -> list[OwnStrip]:
    """Every strip of ours in a scene's sequence, those inside meta strips too (they count as moved)."""
    editor = scene.sequence_editor
    top = {strip.as_pointer() for strip in strip_times.strips_of(editor)}
    everything = editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all
    found = [(strip, facts) for strip in everything if (facts := facts_of(strip)) is not None]
    pieces = Counter(facts.id for _, facts in found)
    return [
        OwnStrip(strip, facts, _touched(editor, strip, facts, pieces[facts.id], strip.as_pointer() in top))
        for strip, facts in found
    ]


def _touched(editor: Any, strip: Any, facts: Facts, pieces: int, at_top: bool) -> str:
    if pieces > 1:
        return "cut"
    if not at_top or strip_times.content_start(strip) != facts.content or strip.channel != facts.channel:
        return "moved"
    channel = strip_times.channel_of(editor, strip.channel)
    if strip.lock or (channel is not None and channel.lock):
        return "locked"
    if strip.mute != facts.muted or (channel is not None and channel.mute):
        return "muted" if not facts.muted else "chosen"
    if len(getattr(strip, "retiming_keys", ())) > 1:
        return "retimed"
    return ""


def same_cue(found: Sequence[OwnStrip], start: int, frames: int) -> list[OwnStrip]:
    """Those that are the cue of [start, start + frames) made earlier: covered by it, or more than half shared."""
    end = start + frames
    same = []
    for one in found:
        first, last = one.facts.start, one.facts.start + one.facts.frames
        shared = min(end, last) - max(start, first)
        covered = start <= first and last <= end
        if shared > 0 and (covered or 2 * shared > max(frames, one.facts.frames)):
            same.append(one)
    return same
