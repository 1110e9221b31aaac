"""How long and in how much memory music is placed into a 50 MB timeline, against OTIO reading the same file.

    python benchmarks/place_large_timeline.py [--megabytes 50]

Prints one JSON line: seconds of processor time and peak memory (MB, of a process of its own) of each, and their ratios.
Both a first placing and a second one with other music are measured. OTIO only reads; placing reads,
checks, edits, hashes and writes.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

CHILD = """
import json, resource, sys, time
from pathlib import Path

what, project, music = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
if what == "otio":
    import opentimelineio as otio
    began = time.process_time()
    otio.adapters.read_from_file(str(project))
else:
    from fractions import Fraction
    from cutscore.placers import PlacedMusic, place
    from cutscore.placers import placing
    from cutscore_composer.cue import CueHit, new_cue
    cue = new_cue("local", Fraction(24), 2400, 4_800_000, hits=(CueHit(1.0, "cut", 1.0, 0.0, "beat"),))
    began = time.process_time()
    place(PlacedMusic(music, cue, Fraction(24)), project, output_folder=project.parent)
seconds = time.process_time() - began
print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024]))
"""


def write_timeline(path: Path, megabytes: int) -> int:
    """A timeline of about that size, and how many clips it has."""
    import opentimelineio as otio

    rate = 24.0
    timeline = otio.schema.Timeline("large")
    clip = otio.schema.Clip(
        "shot",
        otio.schema.ExternalReference("file:///media/shot.mov", _range(otio, 0, 9999, rate)),
        _range(otio, 100, 50, rate),
        {"program": {"note": "x" * 300}},
    )
    clip.markers.append(otio.schema.Marker("m", _range(otio, 110, 0, rate)))
    one = len(otio.adapters.write_to_string(clip, "otio_json")) * 1.6
    clips = int(megabytes * 1e6 / one)
    for index in range(4):
        track = otio.schema.Track(f"V{index + 1}", kind="Video")
        track.extend(clip.deepcopy() for _ in range(clips // 4))
        timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(path))
    return clips // 4 * 4


def _range(otio, start: int, frames: int, rate: float):
    return otio.opentime.TimeRange(otio.opentime.RationalTime(start, rate), otio.opentime.RationalTime(frames, rate))


def measured(what: str, project: Path, music: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of one run in a process of its own."""
    command = [sys.executable, "-c", CHILD, what, str(project), str(music)]
    seconds, memory = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return seconds, memory


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=50)
    size = parser.parse_args().megabytes
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = folder / "large.otio"
        clips = write_timeline(project, size)
        (folder / "one.wav").write_bytes(b"1")
        (folder / "two.wav").write_bytes(b"2")
        otio_seconds, otio_memory = measured("otio", project, folder / "one.wav")
        first, first_memory = measured("place", project, folder / "one.wav")
        second, second_memory = measured("place", project, folder / "two.wav")
        print(
            json.dumps(
                {
                    "megabytes": round(project.stat().st_size / 1e6, 1),
                    "clips": clips,
                    "otio_read_seconds": round(otio_seconds, 2),
                    "otio_read_megabytes": round(otio_memory),
                    "place_seconds": round(first, 2),
                    "place_megabytes": round(first_memory),
                    "second_place_seconds": round(second, 2),
                    "second_place_megabytes": round(second_memory),
                    "place_over_otio": round(first / otio_seconds, 2),
                    "second_over_otio": round(second / otio_seconds, 2),
                }
            )
        )


if __name__ == "__main__":
    main()
