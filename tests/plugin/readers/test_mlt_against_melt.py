"""What we read of MLT against what melt itself shows: projects with a counting film, rendered and compared.

Needs the program melt (Debian: apt install melt); without it these tests are skipped.
"""

from __future__ import annotations

import shutil
import subprocess
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from cutscore.cut import Cut
from cutscore.readers import read_timeline
from cutscore.readers.mlt_values import Times

pytestmark = pytest.mark.skipif(shutil.which("melt") is None, reason="the program melt is not installed")

PROFILE = (
    "<profile width='64' height='36' frame_rate_num='{num}' frame_rate_den='{den}' progressive='1' "
    "sample_aspect_num='1' sample_aspect_den='1' display_aspect_num='16' display_aspect_den='9' colorspace='601'/>"
)
BLACK = (
    "<producer id='black_track' in='0' out='499'><property name='length'>500</property>"
    "<property name='mlt_service'>color</property><property name='resource'>black</property></producer>"
)
FRAMES = 100


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a film of 100 frames, each 2 steps brighter than the one before, from 40."""
    folder = tmp_path_factory.mktemp("counting")
    with av.open(str(folder / "count.mkv"), "w") as film:
        stream = film.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 36, "yuv420p"
        for index in range(FRAMES):
            planes = np.full((54, 64), 128, np.uint8)
            planes[:36] = 20 + 2 * index
            frame = av.VideoFrame.from_ndarray(planes, "yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, 25)
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    return folder


def producer(name: str, service: str = "avformat", resource: str = "count.mkv", length: int = FRAMES) -> str:
    """A producer of so many frames."""
    warp = ""
    if service == "timewarp":
        speed, _, file = resource.partition(":")
        warp = f"<property name='warp_speed'>{speed}</property><property name='warp_resource'>{file}</property>"
    return (
        f"<producer id='{name}' in='0' out='{length - 1}'><property name='length'>{length}</property>"
        f"<property name='mlt_service'>{service}</property><property name='resource'>{resource}</property>"
        f"{warp}</producer>"
    )


def write(folder: Path, name: str, body: str, rate: str = "25/1") -> Path:
    """A project file."""
    num, den = rate.split("/")
    path = folder / name
    path.write_text(f"<mlt LC_NUMERIC='C'>{PROFILE.format(num=num, den=den)}{body}</mlt>", encoding="utf-8")
    return path


def shown_by_melt(path: Path) -> list[float]:
    """The source frame that melt shows at each frame, by its brightness; black is below 0, no picture above all."""
    out = path.with_suffix(".melt.mkv")
    command = ["melt", f"xml:{path}", "-consumer", f"avformat:{out}", "vcodec=ffv1", "an=1", "real_time=-1"]
    subprocess.run(command, check=True, timeout=120, capture_output=True)
    with av.open(str(out)) as film:
        planes = [frame.reformat(format="yuv420p").to_ndarray()[:36].mean() for frame in film.decode(video=0)]
    return [float(plane - 20) / 2 for plane in planes]


def shown_by_us(cut: Cut) -> list[float | None]:
    """The same of a Cut; None inside transitions, where two frames are mixed."""
    seen: list[float | None] = []
    for span in cut.spans:
        for frame in range(span.record_out - span.record_in):
            source = span.source_in * cut.rate + frame * span.speed
            seen.append(-1.0 if span.kind in ("gap", "generator") else float(source))
    for span in cut.spans:
        if span.transition_in is not None:
            for frame in range(
                span.record_in - span.transition_in.in_frames, span.record_in + span.transition_in.out_frames
            ):
                seen[frame] = None
    return seen


def agree(path: Path, tolerance: float = 0.8) -> Cut:
    """Assert that melt shows, at every frame outside transitions, what we say; frames as many as we say."""
    cut = read_timeline(path)
    melt, mine = shown_by_melt(path), shown_by_us(cut)
    assert len(melt) == len(mine)
    wrong = [
        (at, theirs, said)
        for at, (theirs, said) in enumerate(zip(melt, mine, strict=True))
        if said is not None and (0 <= theirs < FRAMES if said < 0 else abs(theirs - said) > tolerance)
    ]
    assert wrong == []
    return cut


def test_speeds_backwards_repeats_and_ranges_beyond_the_media(folder: Path) -> None:
    """Timewarps of both signs, a mean speed from a time map, a freeze, a repeated clip, one cut at its media's end."""
    link = "<link mlt_service='timeremap'><property name='map'>0=0;40=0.8;99=1.98</property></link>"
    chain = producer("c").replace("producer", "chain").replace("</chain>", f"{link}</chain>")
    freeze = "<filter mlt_service='freeze'><property name='frame'>5</property></filter>"
    clips = (
        "<entry producer='p' in='10' out='19'/><blank length='5'/><entry producer='w' in='10' out='19'/>"
        "<entry producer='r' in='10' out='19'/><entry producer='q' in='5' out='14'/>"
        f"<entry producer='c' in='10' out='29'/><entry producer='p' in='20' out='29'>{freeze}</entry>"
        "<entry producer='p' in='5' out='9' repeat='3'/><entry producer='p' in='95' out='140'/>"
    )
    body = (
        producer("p")
        + producer("w", "timewarp", "2:count.mkv", 50)
        + producer("r", "timewarp", "-1:count.mkv")
        + producer("q", "timewarp", "-2:count.mkv", 50)
        + chain
        + f"<playlist id='v'>{clips}</playlist><tractor id='t'><track producer='v'/></tractor>"
    )
    # melt's doubles fall just below a frame here and there at half speed.
    cut = agree(write(folder, "speeds.mlt", body), tolerance=1.1)
    assert [1, 2, -1, -2, Fraction(1, 2), 0] == [span.speed for span in cut.spans if span.kind != "gap"][:6]


def test_a_kdenlive_sequence_in_a_sequence_with_mixes(folder: Path) -> None:
    """The inner sequence is trimmed, mixed with a clip of the other playlist, and the sound of neither counts."""
    body = (
        producer("p") + BLACK + "<playlist id='i0'><entry producer='p' in='30' out='59'/></playlist><playlist id='i1'/>"
        "<tractor id='it' in='0' out='29'><track hide='audio' producer='i0'/><track hide='audio' producer='i1'/>"
        "</tractor>"
        "<tractor id='{a}' in='0' out='29'><property name='kdenlive:uuid'>{a}</property>"
        "<track producer='black_track'/><track producer='it'/></tractor>"
        "<playlist id='a0'><entry producer='{a}' in='5' out='24'/></playlist>"
        "<playlist id='a1'><blank length='15'/><entry producer='p' in='70' out='89'/></playlist>"
        "<tractor id='ta' in='0' out='34'><track hide='audio' producer='a0'/><track hide='audio' producer='a1'/>"
        "<transition in='15' out='20'><property name='a_track'>0</property><property name='b_track'>1</property>"
        "<property name='mlt_service'>luma</property><property name='kdenlive:mixcut'>2</property>"
        "</transition></tractor>"
        "<tractor id='{b}' in='0' out='34'><property name='kdenlive:uuid'>{b}</property>"
        "<track producer='black_track'/><track producer='ta'/></tractor>"
        "<playlist id='main_bin'><property name='kdenlive:docproperties.activetimeline'>{b}</property></playlist>"
        "<tractor id='z' in='0' out='34'><property name='kdenlive:projectTractor'>1</property>"
        "<track producer='{b}' in='0' out='34'/></tractor>"
    )
    cut = agree(write(folder, "nested.kdenlive", body))
    assert [18] == [span.record_in for span in cut.spans if span.transition_in is not None]


def test_shotcut_transitions_and_a_hidden_track(folder: Path) -> None:
    """A dissolve tractor between two clips; the hidden track above covers nothing."""
    parts = producer("p") + producer("o")
    body = (
        parts + "<tractor id='x' in='0' out='9'><property name='shotcut:transition'>lumaMix</property>"
        "<track producer='p' in='30' out='39'/><track producer='o' in='60' out='69'/>"
        "<transition><property name='a_track'>0</property><property name='b_track'>1</property>"
        "<property name='mlt_service'>luma</property></transition></tractor>"
        "<playlist id='v1'><property name='shotcut:video'>1</property><entry producer='p' in='10' out='29'/>"
        "<entry producer='x' in='0' out='9'/><entry producer='o' in='70' out='79'/></playlist>"
        "<playlist id='v2'><property name='shotcut:video'>1</property><entry producer='p' in='0' out='20'/></playlist>"
        "<tractor id='main'><property name='shotcut'>1</property><track producer='v1'/>"
        "<track producer='v2' hide='both'/></tractor>"
    )
    cut = agree(write(folder, "shotcut.mlt", body))
    assert [(0, 25), (25, 40)] == [(span.record_in, span.record_out) for span in cut.spans]


@pytest.mark.parametrize("rate", ["24000/1001", "30000/1001", "25/1", "23976/1000"])
def test_times_are_those_of_melt(folder: Path, rate: str) -> None:
    """Clocks, SMPTE times and plain frames, over an hour, where rounding differs by a frame."""
    texts = "00:01:00.017 00:01:00.030 00:00:41.650 01:01:00.000 02:00:00.000 00:00:05:12 01:00:00:00 00:00:10.05 150"
    entries = "".join(
        f"<playlist id='l{n}'><entry producer='p' in='0' out='{text}'/></playlist>"
        for n, text in enumerate(texts.split())
    )
    for number, text in enumerate(texts.split()):
        body = producer("p", "color", "red", 900_001) + entries + f"<playlist id='z{number}'>"
        path = write(folder, "times.mlt", f"{body}<entry producer='p' in='0' out='{text}'/></playlist>", rate)
        found = subprocess.run(
            ["melt", f"xml:{path}", "-consumer", "xml", "time_format=frames"],
            check=True,
            timeout=60,
            capture_output=True,
            text=True,
        ).stdout
        out = int(found.split("<entry", 1)[1].split('out="', 1)[1].split('"', 1)[0])
        assert out == Times(Fraction(rate)).frames(text), text
