"""Reading a timeline of 10,000 clips, as a ratio to what OpenTimelineIO alone takes to parse the same file.

    python benchmarks/read_ten_thousand_clips.py [CLIPS]

Prints one line a format; ends with status 1 when a format takes longer than its bound (.otio: 3 times OTIO alone).
The media do not exist: finding and probing files is not what is compared here.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import opentimelineio as otio

from cutscore.readers import read_timeline

RATE = 24
MOST = {".otio": 3.0, ".edl": 3.0, ".xml": 0.5}
"""Allowed ratios; OTIO's own reader of FCP7 XML is slow, so less is no feat, and more means a search in a loop."""
RUNS = 5


def timeline(clips: int) -> Any:
    """Two video tracks, the upper with gaps, a dissolve every fifty clips and a speed every forty."""
    made = otio.schema.Timeline("ten thousand")
    for level in range(2):
        track = otio.schema.Track(f"V{level + 1}", kind="Video")
        for number in range(clips // 2):
            if level and number % 3 == 0:
                track.append(otio.schema.Gap(source_range=_range(0, 30 + number % 7)))
            clip = otio.schema.Clip(
                f"shot {number}",
                otio.schema.ExternalReference(f"file:///media/reel_{number % 400}.mov", _range(86_400, 100_000)),
                _range(86_400 + number % 5_000, 20 + number % 50),
            )
            clip.metadata["Program"] = {"Link Group ID": number, "Locked": False}
            if number % 40 == 0:
                clip.effects.append(otio.schema.LinearTimeWarp(time_scalar=0.5))
            track.append(clip)
            if number % 50 == 25:
                track.append(otio.schema.Transition("Dissolve", "SMPTE_Dissolve", _time(5), _time(5)))
        made.tracks.append(track)
    return made


def plain_timeline(clips: int) -> Any:
    """One track without transitions and speeds: OTIO's FCP7 writer makes broken files of more."""
    made = otio.schema.Timeline("ten thousand")
    made.global_start_time = _time(86_400)
    clips_in_order = [
        otio.schema.Clip(
            f"shot {number}",
            otio.schema.ExternalReference(f"file:///media/reel_{number % 400}.mov", _range(0, 100_000)),
            _range(number % 5_000, 20 + number % 50),
        )
        for number in range(clips)
    ]
    made.tracks.append(otio.schema.Track("V1", children=clips_in_order, kind="Video"))
    return made


def edit_list(clips: int) -> str:
    """The same count of events as an EDL."""
    lines, record = ["TITLE: ten thousand", "FCM: NON-DROP FRAME"], 86_400
    for number in range(clips):
        length = 20 + number % 50
        times = [_timecode(frame) for frame in (number % 5000, number % 5000 + length, record, record + length)]
        lines += [
            f"{number + 1:06}  REEL{number % 400:04} V     C        {' '.join(times)}",
            f"* FROM CLIP NAME: shot {number}",
        ]
        record += length
    return "\n".join(lines) + "\n"


def _timecode(frame: int) -> str:
    seconds, frames = divmod(frame, RATE)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}:{frames:02}"


def _time(frames: int) -> Any:
    return otio.opentime.RationalTime(frames, RATE)


def _range(start: int, frames: int) -> Any:
    return otio.opentime.TimeRange(_time(start), _time(frames))


def timed(call: Callable[[], object]) -> float:
    """Processor seconds of one call: both ways only compute, and other work on the machine then counts less."""
    begun = time.process_time()
    call()
    return time.process_time() - begun


def main() -> int:
    """Make the files, time both ways in turn, print the medians and their ratio."""
    clips = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder) / "big.otio"
        otio.adapters.write_to_file(timeline(clips), str(base))
        edl = base.with_suffix(".edl")
        edl.write_text(edit_list(clips), "utf-8")
        xml = base.with_suffix(".xml")
        otio.adapters.write_to_file(plain_timeline(clips), str(xml))
        ratios = {}
        for path in (base, edl, xml):
            runs = RUNS if path is base else 1
            theirs, ours = [], []
            for _ in range(runs):
                theirs.append(timed(lambda path=path: otio.adapters.read_from_file(str(path))))  # type: ignore[misc]
                ours.append(timed(lambda path=path: read_timeline(path)))  # type: ignore[misc]
            ratios[path.suffix] = median(ours) / median(theirs)
            print(
                f"{path.suffix:6} {clips} clips, {path.stat().st_size / 1e6:5.1f} MB: OTIO {median(theirs):6.3f} s, "
                f"Cutscore {median(ours):6.3f} s, ratio {ratios[path.suffix]:.2f}"
            )
    return 0 if all(ratio <= MOST[suffix] for suffix, ratio in ratios.items()) else 1


if __name__ == "__main__":
    sys.exit(main())
