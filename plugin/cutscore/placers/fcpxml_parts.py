"""The elements of FCPXML that Cutscore adds, in the order that Apple's document type asks for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from cutscore.placers.laid_music import LaidMusic, fitting_fades
from cutscore.placers.notes import as_text
from cutscore.placers.xml_text import Element
from cutscore.placers.xml_write import Node, Verbatim, elements_in, leaf

ROLE = "music"
_ANCHORED = """
audio video clip title caption mc-clip ref-clip sync-clip asset-clip audition spine live-drawing
"""
_BEHIND = """
marker chapter-marker rating keyword analysis-marker hidden-clip-marker audio-channel-source audio-role-source
sync-source filter-video filter-video-mask filter-audio metadata reserved
"""
_BEFORE_LEVELS = """
note conform-rate timeMap object-tracker adjust-crop adjust-corners adjust-conform adjust-transform adjust-blend
adjust-stabilization adjust-rollingShutter adjust-360-transform adjust-reorient adjust-orientation adjust-cinematic
adjust-colorConform adjust-stereo-3D adjust-loudness adjust-noiseReduction adjust-humReduction adjust-EQ adjust-matchEQ
adjust-voiceIsolation
"""
ANCHORED = frozenset(_ANCHORED.split())
"""What may be connected to a clip; it stands together, before markers and behind adjustments."""
BEHIND = frozenset(_BEHIND.split())
"""What stands behind the connected clips of a clip."""
BEFORE_LEVELS = frozenset(_BEFORE_LEVELS.split())
"""What stands before the volume of a clip."""


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file of some version names media."""

    media_rep: bool
    """Whether assets have <media-rep> (1.9 and later), not `src`."""
    sound_format: str = ""
    """Id of the format that has no frame rate, which Final Cut gives to sounds; "" where the file has none."""


def seconds_text(seconds: Fraction) -> str:
    """A rational time."""
    return f"{seconds.numerator}s" if seconds.denominator == 1 else f"{seconds.numerator}/{seconds.denominator}s"


def asset(laid: LaidMusic, identifier: str, manner: Manner) -> Node:
    """The music file as a resource. It lasts at least as long as is used of it: else Final Cut refuses the clip."""
    form = laid.form
    seconds = max(Fraction(laid.file_frames) / laid.rate, Fraction(form.samples, form.sample_rate))
    attributes = {
        "id": identifier,
        "name": laid.audio.stem,
        "start": seconds_text(laid.file_start),
        "duration": seconds_text(seconds),
        "hasAudio": "1",
        "audioSources": "1",
        "audioChannels": str(form.channels),
        "audioRate": str(form.sample_rate),
    }
    if not manner.media_rep:
        return Node("asset", {**attributes, "src": laid.url})
    return Node("asset", attributes, [Node("media-rep", {"kind": "original-media", "src": laid.url})])


def clip(
    laid: LaidMusic,
    ref: str,
    lane: int,
    offset: Fraction,
    manner: Manner,
    *,
    name: str,
    levels: Node | Verbatim | None,
    markers: Sequence[Node | Verbatim],
    more: Sequence[Verbatim] = (),
) -> Node:
    """The connected clip."""
    attributes = {
        "ref": ref,
        "lane": str(lane),
        "offset": seconds_text(offset),
        "name": name,
        "start": seconds_text(start_of(laid)),
        "duration": seconds_text(Fraction(laid.frames) / laid.rate),
    }
    if laid.muted:
        attributes["enabled"] = "0"
    if manner.sound_format:
        attributes["format"] = manner.sound_format
    attributes["audioRole"] = ROLE
    inside: list[Node | Verbatim] = [leaf("note", as_text(laid.notes))]
    inside += [] if levels is None else [levels]
    return Node("asset-clip", attributes, [*inside, *markers, *more])


def start_of(laid: LaidMusic) -> Fraction:
    """The clip's own time at its beginning: the music file's timecode there."""
    return laid.file_start + Fraction(laid.source) / laid.rate


def levels(laid: LaidMusic) -> Node | None:
    """Gain, ducking and fades; None where the music plays as it is."""
    fade_in, fade_out = fitting_fades(laid)
    keyframes = laid.levels()
    inside: list[Node] = []
    for tag, kind, frames in (("fadeIn", "easeIn", fade_in), ("fadeOut", "easeOut", fade_out)):
        if frames:
            inside.append(Node(tag, {"type": kind, "duration": seconds_text(Fraction(frames) / laid.rate)}))
    if keyframes:
        points = [
            Node(
                "keyframe",
                {
                    "time": seconds_text(laid.file_start + Fraction(level.frame) / laid.rate),
                    "value": f"{level.db:g}dB",
                    "curve": "linear",
                },
            )
            for level in keyframes
        ]
        inside.append(Node("keyframeAnimation", {}, points))
    # The bare number: Final Cut takes it with and without "dB", DaVinci Resolve only so.
    amount = {"amount": f"{laid.gain_db:g}"} if laid.gain_db and not keyframes else {}
    if not inside and not amount:
        return None
    return Node("adjust-volume", amount, [Node("param", {"name": "amount"}, inside)] if inside else [])


def markers(laid: LaidMusic) -> list[Node]:
    """The hits, in the clip's own time."""
    return [
        Node(
            "marker",
            {
                "start": seconds_text(laid.file_start + Fraction(hit.frame) / laid.rate),
                "duration": seconds_text(1 / laid.rate),
                "value": hit.name,
                "note": hit.comment,
            },
        )
        for hit in laid.hits
    ]


def last_before(element: Element, following: frozenset[str]) -> Element | None:
    """The last child that stands before those called as in `following`; None where there is none."""
    found = None
    for child in elements_in(element):
        if child.tag in following:
            break
        found = child
    return found


def last_of(element: Element, names: frozenset[str]) -> Element | None:
    """The last child with one of these names."""
    return next((child for child in reversed(element) if child.tag in names), None)
