"""Progress: shares of a whole, and stopping."""

from __future__ import annotations

import pytest

from cutscore_composer.engine import Progress, ProgressEvent
from cutscore_composer.errors import Cancelled


def test_parts_are_shares_of_the_whole() -> None:
    """Each part goes from 0 to 1, the whole from 0 to 1 over all of them; what is unknown stays unknown."""
    events: list[ProgressEvent] = []
    whole = Progress(events.append)
    for number in range(2):
        part = whole.part(number, 2)
        part.report("reel", 0.0)
        part.report("reel", 0.5, "half")
    part.report("reel")
    assert [0.0, 0.25, 0.5, 0.75, None] == [event.fraction for event in events]
    assert ["", "half"] == [event.note for event in events[:2]]


def test_parts_and_the_whole_are_stopped_as_one() -> None:
    """Whichever is cancelled, each notices at its next check, without a report."""
    for stopped in (0, 1):
        whole = Progress()
        part = whole.part(0, 3).part(1, 2)
        (whole, part)[stopped].cancel()
        for progress in (whole, part):
            with pytest.raises(Cancelled):
                progress.check()
