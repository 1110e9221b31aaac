"""Alternates: other versions of a piece from one plan, and the names by which they are asked for.

    no-drums, no-melody   the same music without those stems
    ducked                the same music, drawn down under the dialogue
    60s, 30s, 15s         cut-downs: the same key, motif and colours, composed to that length, with an ending

>>> read_alternates("no-drums, 30s")
('no-drums', '30s')
"""

from __future__ import annotations

from cutscore_composer.errors import InputRefused
from cutscore_composer.write.stems import StemName

WITHOUT: dict[str, frozenset[StemName]] = {"no-drums": frozenset({"drums"}), "no-melody": frozenset({"melody"})}
"""Alternates that leave out stems."""
DUCKED = "ducked"
CUT_DOWNS: dict[str, int] = {"60s": 60, "30s": 30, "15s": 15}
"""Alternates of another length, in seconds."""
ALTERNATES = (*WITHOUT, DUCKED, *CUT_DOWNS)


def read_alternates(text: str) -> tuple[str, ...]:
    """The alternates that a list like "no-drums,30s" names, each once. Raises InputRefused for an unknown one."""
    return known_alternates([name.strip().lower() for name in text.split(",") if name.strip()])


def known_alternates(names: list[str]) -> tuple[str, ...]:
    """The names, each once and in the order of ALTERNATES. Raises InputRefused for an unknown one."""
    for name in names:
        if name not in ALTERNATES:
            raise InputRefused(f"There is no alternate {name!r}; there are: {', '.join(ALTERNATES)}.")
    return tuple(name for name in ALTERNATES if name in names)
