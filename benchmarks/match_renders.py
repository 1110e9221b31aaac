"""How surely renders of parts of a timeline are found in it: right to the frame, refused, wrong (must be none).

    python benchmarks/match_renders.py /data/videos [--renders 60] [--seed 1] [--only N] [--speed]

A timeline of 70 spans is made over Big Buck Bunny (shots in another order, trimmed, with dissolves, gaps and a
speed change); random ranges of it are rendered at other sizes, codecs, rates and grades, some with black or a
slate before them, and matched twice: with the film at hand, and with all media missing (by cuts alone). --speed
measures two 1080p renders instead, as a share of the time that decoding them takes.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections import Counter
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import opentimelineio as otio

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from cutscore.config import Settings
from cutscore.config.watching import WatchFolder
from cutscore.cut import Cut
from cutscore.readers import read_timeline
from cutscore.reel.edited import edited_frames
from cutscore_composer.engine import Progress
from cutscore_composer.media.canvas import Canvas
from cutscore_composer.media.shown import Sources
from cutscore_watchers.matching import RenderPlace, find_place
from cutscore_watchers.matching.comparing import is_black
from support.renders import Look, render_part

FILM = "bbb_film_full_320x180"
RATE = Fraction(24)


def shots_of(videos: Path) -> list[tuple[int, int]]:
    """First frame and end of every known shot of the film."""
    lines = (videos / f"{FILM}.cuts.txt").read_text(encoding="utf-8").splitlines()
    cuts = [round(float(line) * 24) for line in lines if line and not line.startswith("#")]
    return list(zip([0, *cuts], [*cuts, 14315], strict=True))


def make_timeline(path: Path, media: Path, shots: list[tuple[int, int]], draw: random.Random, spans: int = 70) -> None:
    """An edit of `spans` spans over the film: see the module's text."""
    track = otio.schema.Track("V1", kind=otio.schema.TrackKind.Video)
    order = [shot for shot in shots if shot[1] - shot[0] >= 30]
    draw.shuffle(order)
    clips = []
    for a, b in (order * 2)[:spans]:
        first = a + draw.randrange(0, max(1, (b - a) // 4))
        last = b - draw.randrange(0, max(1, (b - a) // 4))
        clips.append((first, min(last, first + draw.randrange(24, 240))))
    for number, (first, last) in enumerate(clips):
        effects = [otio.schema.LinearTimeWarp("x2", time_scalar=2.0)] if number % 17 == 9 else []
        frames = (last - first) // (2 if effects else 1)
        source = otio.opentime.TimeRange(otio.opentime.RationalTime(first, 24), otio.opentime.RationalTime(frames, 24))
        reference = otio.schema.ExternalReference(target_url=media.as_uri())
        track.append(otio.schema.Clip(f"shot {number}", reference, source, effects=effects))
        if number % 23 == 11:
            track.append(otio.schema.Gap(duration=otio.opentime.RationalTime(12, 24)))
        elif number % 13 == 5 and number + 1 < len(clips):
            half = otio.opentime.RationalTime(8, 24)
            track.append(otio.schema.Transition("dissolve", otio.schema.TransitionTypes.SMPTE_Dissolve, half, half))
    timeline = otio.schema.Timeline("edit", global_start_time=otio.opentime.RationalTime(86_400, 24))
    timeline.tracks.append(track)
    otio.adapters.write_to_file(timeline, str(path))


def looks(draw: random.Random) -> Look:
    """A way of rendering, drawn."""
    size = draw.choice([(320, 180), (640, 360), (480, 270), (426, 240), (320, 240), (256, 108)])
    codec = draw.choice(["libx264", "libx264", "mpeg4", "mpeg2video", "prores_ks"])
    rates = [None, None, None, None, (25, False), (24000, True), (25, True), (48, False), (30000, False), (50, False)]
    rate = draw.choice(rates)
    chosen = None if rate is None else Fraction(rate[0], 1001 if rate[0] >= 1000 else 1)
    if codec == "mpeg2video" and chosen not in (None, Fraction(25), Fraction(24000, 1001), Fraction(50)):
        codec = "libx264"
    return Look(
        size=size,
        codec=codec,
        rate=chosen,
        conformed=bool(rate and rate[1]),
        nearest=draw.random() < 0.5,
        head=draw.choice([0, 0, 0, 12, 48, 240]),
        slate=draw.choice([0, 0, 0, 0, 72]),
        tail=draw.choice([0, 0, 0, 24]),
        gamma=draw.choice([1.0, 1.0, 0.85, 1.2]),
        gain=draw.choice([1.0, 1.0, 0.9, 1.1]),
        bars=draw.choice([0.0, 0.0, 0.0, 0.24]),
    )


def main() -> None:
    """Print one row for each render and the sums."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("videos", type=Path)
    parser.add_argument("--renders", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, help="this render alone")
    parser.add_argument("--speed", action="store_true")
    arguments = parser.parse_args()
    if arguments.speed:
        speed(arguments.videos)
        return
    draw = random.Random(arguments.seed)
    sums: dict[str, Counter[str]] = {"with media": Counter(), "cuts alone": Counter()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shots = shots_of(arguments.videos)
        state = draw.getstate()
        make_timeline(folder / "edit.otio", arguments.videos / f"{FILM}.mp4", shots, draw)
        draw.setstate(state)
        make_timeline(folder / "offline.otio", folder / "offline.mp4", shots, draw)
        cut = read_timeline(folder / "edit.otio")
        print(f"{len(cut.spans)} spans, {cut.duration} frames")
        for number in range(arguments.renders):
            length = draw.choice([48, 96, 240, 240, 480, 720, 1440])
            first = draw.randrange(0, cut.duration - length)
            look = looks(draw)
            if arguments.only is not None and number != arguments.only:
                continue
            suffix = ".mov" if look.codec == "prores_ks" else ".mp4"
            render = render_part(cut, first, first + length, folder / f"r{number}{suffix}", look)
            inside = sum(first < span.record_in < first + length for span in cut.spans)
            for how, project in (("with media", "edit.otio"), ("cuts alone", "offline.otio")):
                watch = WatchFolder(path=folder, project=str(folder / project))
                began = time.perf_counter()
                place = find_place(render, watch, Settings(), Progress())
                took = time.perf_counter() - began
                verdict = "refused"
                if place.found:
                    verdict = _verdict(cut, place, first, first + length)
                sums[how][verdict.split(" (")[0]] += 1
                print(
                    f"{number:3} {first:5}+{length:4} {inside:2} cuts {how}: {verdict:22} {place.how:10}"
                    f" {place.confidence:.3f} {took:5.2f} s {_told(look)} {'' if place.found else place.warnings[0]}",
                    flush=True,
                )
            render.unlink()
    for how, counted in sums.items():
        print(how, dict(counted))


def _verdict(cut: Cut, place: RenderPlace, first: int, last: int) -> str:
    """Whether a place is right; where black of the render joins black of the timeline, no one can tell the frame."""
    off = place.record_in - first, place.record_out - last
    if off == (0, 0):
        return "exact"
    between = [sorted((place.record_in, first)), sorted((place.record_out, last))]
    with Sources() as sources:
        for start, end in between:
            shown = edited_frames(cut.picture(), Canvas(128, 72, "rgb24"), sources, start, end)
            if not all(is_black(np.asarray(frame.to_ndarray())) for frame in shown):
                return f"WRONG {off}"
    return f"exact but for black {off}"


def speed(videos: Path) -> None:
    """Print how long matching takes against decoding: a whole render (quick guess) and a part (all of it is seen)."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_timeline(folder / "edit.otio", videos / f"{FILM}.mp4", shots_of(videos), random.Random(1), spans=30)
        cut = read_timeline(folder / "edit.otio")
        watch = WatchFolder(path=folder, project=str(folder / "edit.otio"))
        for first, last in ((0, cut.duration), (500, 1500)):
            render = render_part(cut, first, last, folder / "render.mp4", Look(size=(1920, 1080)))
            began = time.perf_counter()
            with av.open(str(render)) as container:
                container.streams.video[0].thread_type = "AUTO"
                frames = sum(1 for _ in container.decode(video=0))
            decoded = time.perf_counter() - began
            began = time.perf_counter()
            place = find_place(render, watch, Settings(), Progress())
            took = time.perf_counter() - began
            print(
                f"{frames} frames of 1080p: decoding {decoded:.2f} s, matching {took:.2f} s"
                f" ({took / decoded:.2f} of it); at {place.record_in} by {place.how}"
            )


def _told(look: Look) -> str:
    rate = (
        "" if look.rate is None else f"{float(look.rate):.5g}{'c' if look.conformed else 'n' if look.nearest else ''}"
    )
    return f"{look.size[0]}x{look.size[1]} {look.codec} {rate} h{look.head} s{look.slate} t{look.tail} b{look.bars}"


if __name__ == "__main__":
    main()
