"""The elements of FCP7 XML that Cutscore adds, in the order and manner in which Premiere Pro writes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor

from cutscore.placers.laid_music import LaidMusic
from cutscore.placers.notes import as_text
from cutscore.placers.xml_write import Node, Verbatim, leaf
from cutscore.readers.fcp7_items import TICKS
from cutscore_composer.timebase import nominal_rate, timecode

MOST_GAIN = 3.98109
"""What an Audio Levels filter goes up to: 12 dB."""
_SILENCE_DB = -60.0


@dataclass(frozen=True, slots=True)
class Manner:
    """How a file writes its audio."""

    drop_frame: bool
    ticks: bool
    """Whether clips carry Premiere's ticks."""
    named_by_element: bool
    """Whether tracks have a <name> of their own (Hiero), beside Premiere's attribute."""


@dataclass(frozen=True, slots=True)
class Ids:
    """The ids of one placed clip: its parts on the tracks, its file, its master clip."""

    items: tuple[str, ...]
    file: str
    master: str


def ids_of(laid: LaidMusic) -> Ids:
    """Ids that no other clip has."""
    own = str(laid.notes["placed"]["id"])[:12]
    items = tuple(f"clipitem-cutscore-{own}-{number}" for number in range(1, channels_of(laid) + 1))
    return Ids(items, f"file-cutscore-{own}", f"masterclip-cutscore-{own}")


def channels_of(laid: LaidMusic) -> int:
    """Tracks that the music takes: one a channel, at most two."""
    return min(2, laid.form.channels)


def rate(value: Fraction) -> Node:
    """A frame rate: 24000/1001 is 24 and NTSC."""
    return Node("rate", {}, [leaf("timebase", nominal_rate(value)), leaf("ntsc", value.denominator == 1001)])


def file(laid: LaidMusic, ids: Ids, manner: Manner) -> Node:
    """The music file, defined."""
    form = laid.form
    characteristics = [leaf("depth", form.depth), leaf("samplerate", form.sample_rate)]
    sound = [Node("samplecharacteristics", {}, characteristics), leaf("channelcount", form.channels)]
    return Node(
        "file",
        {"id": ids.file},
        [
            leaf("name", laid.audio.name),
            leaf("pathurl", laid.url),
            rate(laid.rate),
            leaf("duration", laid.file_frames),
            Node(
                "timecode",
                {},
                [
                    rate(laid.rate),
                    leaf("string", timecode_text(laid.timecode, laid.rate, manner.drop_frame)),
                    leaf("frame", laid.timecode),
                    leaf("displayformat", "DF" if manner.drop_frame else "NDF"),
                ],
            ),
            Node("media", {}, [Node("audio", {}, sound)]),
        ],
    )


def timecode_text(frame: int, rate: Fraction, drop_frame: bool) -> str:
    """A timecode as Premiere writes it: all semicolons when it drops frames."""
    text = timecode(frame, rate, drop_frame)
    return text.replace(":", ";") if ";" in text else text


def ticks(frames: int, rate: Fraction) -> int:
    """Premiere's ticks of a count of frames."""
    return floor(Fraction(frames) / rate * TICKS)


def clip_item(
    laid: LaidMusic,
    ids: Ids,
    channel: int,
    links: Sequence[Node],
    manner: Manner,
    *,
    name: str,
    filters: Sequence[Node | Verbatim],
    more: Sequence[Node | Verbatim] = (),
) -> Node:
    """The part of a music clip on one track; channels count from 0. The first defines the file."""
    attributes = {"id": ids.items[channel]}
    if len(ids.items) > 1:
        attributes["premiereChannelType"] = "stereo"
    inside: list[Node | Verbatim] = [
        leaf("masterclipid", ids.master),
        leaf("name", name),
        leaf("enabled", True),
        leaf("duration", laid.file_frames),
        rate(laid.rate),
        leaf("start", laid.start),
        leaf("end", laid.end),
        leaf("in", laid.source),
        leaf("out", laid.source + laid.frames),
    ]
    if manner.ticks:
        inside += [
            leaf("pproTicksIn", ticks(laid.source, laid.rate)),
            leaf("pproTicksOut", ticks(laid.source + laid.frames, laid.rate)),
        ]
    inside += [
        file(laid, ids, manner) if channel == 0 else Node("file", {"id": ids.file}),
        Node("sourcetrack", {}, [leaf("mediatype", "audio"), leaf("trackindex", channel + 1)]),
        *filters,
        *links,
        *(markers(laid) if channel == 0 else ()),
        *more,
    ]
    if not any(isinstance(part, Verbatim) and part.text.startswith(b"<logginginfo") for part in more):
        inside.append(logging_info(laid))
    return Node("clipitem", attributes, inside)


def links(ids: Ids, tracks: Sequence[int], position: int) -> list[Node]:
    """What ties the parts of a stereo clip together; track and clip numbers count from 1."""
    if len(ids.items) < 2:
        return []
    return [
        Node(
            "link",
            {},
            [
                leaf("linkclipref", item),
                leaf("mediatype", "audio"),
                leaf("trackindex", track),
                leaf("clipindex", position),
                leaf("groupindex", 1),
            ],
        )
        for item, track in zip(ids.items, tracks, strict=False)
    ]


def levels(laid: LaidMusic) -> Node | None:
    """Gain, ducking and fades as an Audio Levels filter; None where the music plays as it is."""
    keyframes = laid.levels_with_fades(_SILENCE_DB)
    if not keyframes and not laid.gain_db:
        return None
    first = keyframes[0].db if keyframes else laid.gain_db
    return Node(
        "filter",
        {},
        [
            Node(
                "effect",
                {},
                [
                    leaf("name", "Audio Levels"),
                    leaf("effectid", "audiolevels"),
                    leaf("effectcategory", "audiolevels"),
                    leaf("effecttype", "audiolevels"),
                    leaf("mediatype", "audio"),
                    leaf("pproBypass", "false"),
                    Node(
                        "parameter",
                        {"authoringApp": "PremierePro"},
                        [
                            leaf("parameterid", "level"),
                            leaf("name", "Level"),
                            leaf("valuemin", 0),
                            leaf("valuemax", MOST_GAIN),
                            leaf("value", gain(first)),
                            *(_keyframe(level.frame, level.db) for level in keyframes),
                        ],
                    ),
                ],
            )
        ],
    )


def gain(db: float) -> str:
    """A level as a factor."""
    return f"{0.0 if db <= _SILENCE_DB else min(MOST_GAIN, 10 ** (db / 20)):.6g}"


def markers(laid: LaidMusic) -> list[Node]:
    """The hits; they count in frames of the file."""
    return [
        Node(
            "marker",
            {},
            [leaf("comment", hit.comment), leaf("name", hit.name), leaf("in", hit.frame), leaf("out", -1)],
        )
        for hit in laid.hits
    ]


def logging_info(laid: LaidMusic) -> Node:
    """The notes, where editors show them: as the log note."""
    return Node(
        "logginginfo",
        {},
        [
            leaf("description"),
            leaf("scene"),
            leaf("shottake"),
            leaf("lognote", as_text(laid.notes)),
            leaf("good"),
            leaf("originalvideofilename"),
            leaf("originalaudiofilename"),
        ],
    )


def track(laid: LaidMusic, item: Node, channel: int, manner: Manner) -> Node:
    """A new track with one part of the clip; channels count from 0."""
    stereo = channels_of(laid) > 1
    attributes = {
        "MZ.TrackTargeted": "0",
        "MZ.TrackName": laid.track_name,
        "currentExplodedTrackIndex": str(channel),
        "totalExplodedTrackCount": "2" if stereo else "1",
        "premiereTrackType": "Stereo" if stereo else "Mono",
        "Cutscore.Role": laid.role,
    }
    name = [leaf("name", laid.track_name)] if manner.named_by_element else []
    rest = [leaf("enabled", not laid.muted), leaf("locked", False), leaf("outputchannelindex", channel + 1)]
    return Node("track", attributes, [*name, item, *rest])


def audio(tracks: Sequence[Node | Verbatim]) -> Node:
    """The sound of a sequence that had none."""
    channels = [Node("channel", {}, [leaf("index", number)]) for number in (1, 2)]
    group = [leaf("index", 1), leaf("numchannels", 2), leaf("downmix", 0), *channels]
    form = Node("samplecharacteristics", {}, [leaf("depth", 24), leaf("samplerate", 48_000)])
    return Node(
        "audio",
        {"Cutscore.Added": "1"},
        [
            leaf("numOutputChannels", 2),
            Node("format", {}, [form]),
            Node("outputs", {}, [Node("group", {}, group)]),
            *tracks,
        ],
    )


def _keyframe(frame: int, db: float) -> Node:
    return Node("keyframe", {}, [leaf("when", frame), leaf("value", gain(db))])
