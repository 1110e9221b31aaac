"""The screen of `cutscore read`: timecodes as the timeline itself counts them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cutscore.cli.main import run

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


@pytest.mark.real
def test_the_real_drop_frame_export_begins_at_five_hours(timelines: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its name says so: "hour 5, drop-frame"."""
    pytest.importorskip("aaf2")
    assert run(["read", str(timelines / "aaf_2997_dropframe.aaf")]) == 0
    assert "from 05:00:00;00 to" in capsys.readouterr().out
