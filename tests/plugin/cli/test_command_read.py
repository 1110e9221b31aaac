"""The screen of `cutscore read`: timecodes as the timeline itself counts them."""

from __future__ import annotations

import json
from pathlib import Path

import opentimelineio as otio
import pytest

from cutscore.cli.main import run
from cutscore.readers import read_timeline
from cutscore.timeline_range import frames_of_range

EDL = """TITLE: eleven minutes
FCM: DROP FRAME
001  AX       V     C        01:00:00;00 01:01:00;02 01:00:00;00 01:01:00;02
* FROM CLIP NAME: a.mov
* LOC: 01:00:59;29 RED   HERE
002  AX       V     C        01:00:00;00 01:10:00;00 01:01:00;02 01:11:00;02
* FROM CLIP NAME: b.mov
"""


def test_a_drop_frame_timeline_is_shown_in_drop_frame(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ends, clips and markers; the numbers of the JSON are frames and stay."""
    path = tmp_path / "list.edl"
    path.write_text(EDL, encoding="utf-8")
    assert run(["read", str(path)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "from 01:00:00;00 to 01:11:00;02" in said[1]
    assert ["01:00:00;00", "01:01:00;02", "01:00:59;29"] == [line.split()[0] for line in said[2:] if line]
    assert run(["read", "--json", str(path)]) == 0
    assert 107_892 == json.loads(capsys.readouterr().out)["start"]


def test_transitions_and_sound_tracks_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Behind the clip that a transition leads to; after the last clip a fade out; what each sound track is for."""
    path = tmp_path / "t.otio"
    timeline = otio.schema.Timeline("t")
    timeline.tracks.append(otio.schema.Track(children=[over(0, 12), clip("a"), over(5, 5), clip("b"), over(20, 0)]))
    timeline.tracks.append(otio.schema.Track("Dialogue", kind="Audio", children=[clip("x"), clip("y")]))
    timeline.tracks.append(otio.schema.Track("MX temp", kind="Audio", children=[clip("z")]))
    timeline.tracks[2].enabled = False
    otio.adapters.write_to_file(timeline, str(path))
    assert run(["read", str(path)]) == 0
    said = [line.split() for line in capsys.readouterr().out.splitlines()[2:]]
    assert [
        ["00:00:00:00", "50", "missing", "a", "fade", "over", "12", "frames"],
        ["00:00:02:00", "50", "missing", "b", "dissolve", "over", "10", "frames"],
        ["00:00:04:00", "end", "fade", "over", "20", "frames"],
        ["sound", "dialogue", "Dialogue:", "2", "clips"],
        ["sound", "music", "MX", "temp:", "1", "clip,", "off"],
    ] == [words for words in said if words]


def test_in_and_out_points_are_shown_as_a_range_that_can_be_scored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The range printed is one that `--range` takes."""
    rate = "<rate><timebase>30</timebase><ntsc>TRUE</ntsc></rate>"
    path = tmp_path / "t.xml"
    path.write_text(
        f"<xmeml version='4'><sequence><name>s</name>{rate}<in>300</in><out>600</out>"
        f"<timecode>{rate}<frame>107892</frame><displayformat>DF</displayformat></timecode><media><video><track>"
        "<generatoritem><name>g</name><start>0</start><end>900</end><in>0</in><out>900</out></generatoritem>"
        "</track></video></media></sequence></xmeml>",
        encoding="utf-8",
    )
    assert run(["read", str(path)]) == 0
    line = capsys.readouterr().out.splitlines()[2]
    _, first, last = line.replace('"', "").rsplit(" ", 2)
    assert ("01:00:10;00", "01:00:20;00") == (first, last)
    assert (300, 600) == frames_of_range(read_timeline(path), first, last)


def clip(name: str) -> otio.schema.Clip:
    """Two seconds at 25 of media that are not there."""
    return otio.schema.Clip(name, source_range=otio.opentime.TimeRange(at(0), at(50)))


def over(before: int, after: int) -> otio.schema.Transition:
    """A dissolve of so many frames before and after its cut."""
    return otio.schema.Transition("x", "SMPTE_Dissolve", at(before), at(after))


def at(frames: int) -> otio.opentime.RationalTime:
    """A time at 25."""
    return otio.opentime.RationalTime(frames, 25)


@pytest.mark.real
def test_the_real_drop_frame_export_begins_at_five_hours(timelines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its name says so: "hour 5, drop-frame"."""
    pytest.importorskip("aaf2")
    assert run(["read", str(timelines / "aaf_2997_dropframe.aaf")]) == 0
    assert "from 05:00:00;00 to" in capsys.readouterr().out
