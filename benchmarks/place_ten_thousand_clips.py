"""Reading a project of 10,000 clips, laying music into it and writing it, as ratios to parsing it alone.

    python benchmarks/place_ten_thousand_clips.py [CLIPS]

"Parse alone" is Cutscore's own reading of the same file; the ratio to OpenTimelineIO's is printed too, where that
reads the file. Both a first placing and a second one with other music are timed. Prints one line a format; ends with
status 1 when read + place + write take more than four times the parse.
"""

from __future__ import annotations

import sys
import tempfile
import time
import wave
from collections.abc import Callable
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

import opentimelineio as otio
from read_ten_thousand_clips import RATE, edit_list, plain_timeline, timeline

from cutscore.placers import PlacedMusic, PlaceOptions, place
from cutscore.readers import read_timeline
from cutscore_composer.cue import CueHit, new_cue

MOST = 4.0
FRAMES = 240


def fcpxml(clips: int) -> str:
    """A storyline of so many clips, every fifth with a title over it and every third with a sound under it."""
    assets = "".join(
        f'<asset id="r{n + 2}" name="reel {n}" start="0s" duration="9000s" hasVideo="1" format="r1" hasAudio="1" '
        f'audioSources="1" audioChannels="2" audioRate="48000"><media-rep kind="original-media" '
        f'src="file:///media/reel_{n}.mov"/></asset>'
        for n in range(400)
    )
    story, position = [], 0
    for number in range(clips):
        frames = 20 + number % 50
        ref, start = f"r{number % 400 + 2}", number % 5000
        inside = ""
        if number % 3 == 0:
            inside += (
                f'<asset-clip ref="{ref}" lane="-1" offset="{start}/{RATE}s" name="sound {number}" '
                f'start="{start}/{RATE}s" duration="{frames}/{RATE}s" audioRole="effects" srcEnable="audio"/>'
            )
        story.append(
            f'<asset-clip ref="{ref}" offset="{position}/{RATE}s" name="shot {number}" start="{start}/{RATE}s" '
            f'duration="{frames}/{RATE}s" audioRole="dialogue">{inside}<marker start="{start}/{RATE}s" '
            f'duration="1/{RATE}s" value="m"/></asset-clip>'
        )
        position += frames
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n<fcpxml version="1.11"><resources>'
        f'<format id="r1" frameDuration="1/{RATE}s" width="1920" height="1080"/>{assets}</resources><library>'
        '<event name="e"><project name="p"><sequence format="r1" tcStart="0s"><spine>'
        + "\n".join(story)
        + "</spine></sequence></project></event></library></fcpxml>\n"
    )


def timed(call: Callable[[], object]) -> float:
    """Processor seconds of one call."""
    begun = time.process_time()
    call()
    return time.process_time() - begun


def otio_seconds(path: Path) -> float | None:
    """What OpenTimelineIO alone takes, None where it cannot read the file."""
    options: dict[str, Any] = {"rate": RATE} if path.suffix == ".edl" else {}
    begun = time.process_time()
    try:
        otio.adapters.read_from_file(str(path), **options)
    except Exception:
        return None
    return time.process_time() - begun


def music(path: Path, level: int) -> PlacedMusic:
    """Ten seconds of music."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(3)
        file.setframerate(48_000)
        file.writeframes(level.to_bytes(3, "little") * (2 * FRAMES * 48_000 // RATE))
    cue = new_cue("local", Fraction(RATE), FRAMES, FRAMES * 48_000 // RATE, hits=(CueHit(1.0, "cut", 1, 0, "beat"),))
    return PlacedMusic(path, cue, Fraction(RATE), record_in=100_000)


def run(path: Path, piece: PlacedMusic, folder: Path) -> None:
    """Read, place, write."""
    cut = read_timeline(path, rate=Fraction(RATE) if path.suffix == ".edl" else None)
    place(
        piece, path, output_folder=folder, options=PlaceOptions(gain_db=-3), expected_sha256=cut.source_sha256, cut=cut
    )


def main() -> int:
    """Make the files, time the ways, print."""
    clips = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    worst = 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        otio.adapters.write_to_file(timeline(clips), str(folder / "big.otio"))
        otio.adapters.write_to_file(plain_timeline(clips), str(folder / "big.xml"))
        (folder / "big.edl").write_text(edit_list(clips), "utf-8")
        (folder / "big.fcpxml").write_text(fcpxml(clips), "utf-8")
        for suffix in (".otio", ".xml", ".fcpxml", ".edl"):
            path = folder / f"big{suffix}"
            theirs = otio_seconds(path)
            rate = Fraction(RATE) if suffix == ".edl" else None
            ours = timed(partial(read_timeline, path, rate=rate))
            pieces = [music(folder / f"m{n}.wav", n) for n in (1, 2)]
            first, second = (timed(partial(run, path, piece, folder)) for piece in pieces)
            ratio = max(first, second) / ours
            worst = max(worst, ratio)
            said = "not read by OTIO" if theirs is None else f"OTIO {theirs:.2f} s"
            print(
                f"{suffix:8} {clips} clips, {path.stat().st_size / 1e6:5.1f} MB: parse alone {said}, Cutscore "
                f"{ours:.2f} s; read, place, write {first:.2f} s, again {second:.2f} s; ratio {ratio:.2f}"
                + ("" if theirs is None else f" (to OTIO {max(first, second) / theirs:.2f})")
            )
    return 0 if worst <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
