"""The feel: a manner that a style keeps through a cue, such as swing or bossa, and the patterns that go with it."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.style import Feel, Style
from cutscore_composer.write.draws import one_of


def feel_of(style: Style, brief: Brief, seed: int) -> Feel | None:
    """The feel of a cue: the one that the user's words name, else one by draw; None where the style has but one."""
    if not style.feels:
        return None
    text = " ".join([brief.description or "", *brief.tags]).lower()
    for feel in style.feels.values():
        if any(re.search(rf"\b{re.escape(word)}\b", text) for word in feel.words):
            return feel
    return one_of(list(style.feels.values()), seed, "feel")


def fitting(names: Iterable[str], style: Style, feel: Feel | None) -> list[str]:
    """The patterns that go with a feel: its own first of all, else those that belong to no other; all if none does."""
    names = list(names)
    if feel is None:
        return names
    others = {name for other in style.feels.values() if other != feel for name in other.patterns}
    own = [name for name in names if name in feel.patterns]
    return own or [name for name in names if name not in others] or names
