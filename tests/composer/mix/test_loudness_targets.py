"""Loudness by name: the published targets, however they are written, and one sentence for what is none."""

from __future__ import annotations

import pytest

from cutscore_composer.mix.loudness_targets import loudness_target


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("web", -14), ("stream", -16), ("R128", -23), ("r128", -23), ("EBU R 128", -23), ("A/85", -24),
        ("ATSC A/85", -24), (" a85 ", -24), (-18, -18), ("-18", -18), ("−18.5 LUFS", -18.5), (-8.0, -8),
    ],
)  # fmt: skip
def test_names_and_numbers(wanted: str | float, expected: float) -> None:
    """EBU R 128 asks for −23 LUFS, ATSC A/85 for −24; a number is itself."""
    assert expected == loudness_target(wanted)


@pytest.mark.parametrize("wanted", ["loud", "", "R129", "-16 dB", 3, "-50", True])
def test_what_is_none_is_said(wanted: str | float) -> None:
    """A wrong name or a number out of bounds says what there is."""
    with pytest.raises(ValueError, match=r"^must be "):
        loudness_target(wanted)
