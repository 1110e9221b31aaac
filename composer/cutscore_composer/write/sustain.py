"""Whether a note goes on by itself or dies away, by the sound pack: what goes on wants an expression curve.

>>> goes_on("violins", "legato"), goes_on("violins", "pizzicato"), goes_on("piano", "sustain")
(True, False, False)
"""

from __future__ import annotations

from functools import cache

from cutscore_composer.instruments.pack import load_pack


@cache
def goes_on(instrument: str, articulation: str) -> bool:
    """Whether an instrument holds a note of this articulation (or of the nearest one it has) for its length."""
    pack = load_pack()
    return pack.instruments[instrument].articulation(articulation, pack.nearest).kind == "bowed"
