"""Loudness targets by the name under which they are asked for: web, stream, R128, A/85, or a number.

>>> loudness_target("R128"), loudness_target("stream"), loudness_target(-18)
(-23.0, -16.0, -18.0)
"""

from __future__ import annotations

import re

TARGETS: dict[str, float] = {"web": -14.0, "stream": -16.0, "R128": -23.0, "A/85": -24.0}
"""LUFS: music platforms, podcasts and streams, European broadcast (EBU R 128), American broadcast (ATSC A/85)."""
LOUDEST, SOFTEST = -8.0, -40.0

_BY_NAME = {re.sub(r"\W", "", name).lower(): lufs for name, lufs in TARGETS.items()}
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:lufs|lkfs)?", re.IGNORECASE)


def loudness_target(wanted: str | float) -> float:
    """The integrated loudness (LUFS) that a name or a number means; ValueError says what there is."""
    if isinstance(wanted, str):
        # "EBU R 128", "atsc a/85" and "r128" are the same to those who ask.
        name = re.sub(r"\W|^(ebu|atsc)", "", wanted.strip().lower())
        if name in _BY_NAME:
            return _BY_NAME[name]
        number = _NUMBER.fullmatch(wanted.strip().replace("−", "-"))
        if number is None:
            raise ValueError(f"must be one of {', '.join(TARGETS)} or a number of LUFS, not {wanted!r}")
        wanted = float(number[1])
    if isinstance(wanted, bool) or not isinstance(wanted, int | float):
        raise ValueError(f"must be one of {', '.join(TARGETS)} or a number of LUFS, not {wanted!r}")
    if not SOFTEST <= wanted <= LOUDEST:
        raise ValueError(f"must be at least {SOFTEST:g} and at most {LOUDEST:g} LUFS, not {wanted:g}")
    return float(wanted)
