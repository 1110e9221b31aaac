"""Scores what the planner makes of labelled descriptions, field by field, as a listener to the Brief would."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.instruments_by_name import called, instruments_named
from cutscore_composer.plan.planner import plan
from cutscore_composer.plan.style import Style, energy_class, load_style
from support.descriptions import Described
from support.scenes import scene

FIELDS = ("mode", "tonic", "tempo", "energy", "family", "wanted", "refused", "only", "metre", "ending", "density")
MAIN_FIELDS = ("mode", "tempo", "energy", "family", "instruments")
_BRIGHT, _DARK = ("major", "lydian", "mixolydian"), ("minor", "dorian", "phrygian")
_TEMPO = {"slow": (30.0, 90.0), "moderate": (80.0, 120.0), "fast": (112.0, 240.0)}


@dataclass(frozen=True)
class Verdict:
    """Whether a field of a description was understood, with what was made of it."""

    described: Described
    field: str
    right: bool
    made: str


def verdicts(rows: Iterable[Described]) -> list[Verdict]:
    """Every labelled field of every description, planned over a picture that says little itself."""
    seen, spotting = scene(40, [(10, 0.8), (22, 0.7)])
    found = []
    for row in rows:
        brief = plan(row.wishes, seen, spotting, 7)
        for label in row.labels:
            field = "family" if label == "style" else label
            right, made = _judge(field, row.labels[label], brief)
            found.append(Verdict(row, field, right, made))
    return found


def shares(found: Iterable[Verdict]) -> dict[str, tuple[int, int]]:
    """Right and all by field; "instruments" are wanted, refused and only together."""
    counts: dict[str, tuple[int, int]] = {}
    for one in found:
        names = [one.field, *(["instruments"] if one.field in ("wanted", "refused", "only") else [])]
        for name in names:
            right, total = counts.get(name, (0, 0))
            counts[name] = (right + one.right, total + 1)
    return counts


def _judge(field: str, label: object, brief: Brief) -> tuple[bool, str]:
    if field == "mode":
        modes = {"major": _BRIGHT, "minor": _DARK}.get(str(label), (str(label),))
        return brief.key.mode in modes, brief.key.mode
    if field == "tempo":
        low, high = _TEMPO[label] if isinstance(label, str) else label  # type: ignore[misc]
        first, last = brief.bpm_range
        inside = low - 0.5 <= first and last <= high + 0.5
        return inside if not isinstance(label, str) else low <= (first + last) / 2 <= high, f"{first:g}-{last:g}"
    if field == "energy":
        made = energy_class(brief.energy)
        return made in (label if isinstance(label, list) else [label]), f"{made} {brief.energy}"
    if field == "family":
        families = {load_style(name).family for name in label}  # type: ignore[attr-defined]
        return load_style(brief.style).family in families, brief.style
    if field in ("wanted", "refused", "only"):
        return _instruments(field, label, brief)  # type: ignore[arg-type]
    made = {
        "tonic": brief.key.tonic,
        "metre": f"{brief.metre[0]}/{brief.metre[1]}",
        "ending": brief.ending,
        "density": brief.density,
    }[field]
    return made == label, str(made)


def playing(brief: Brief) -> set[str]:
    """Instruments of the pack that a brief lets sound."""
    style = Style.model_validate(brief.style_data)
    found = {i for row in style.layers if row.plain in brief.instruments for i in row.instruments}
    found |= {row.instrument for row in style.leads if row.plain in brief.instruments}
    for plain in brief.added:
        found |= set(instruments_named(plain))
    return found - brief.without


def _instruments(field: str, label: list[str], brief: Brief) -> tuple[bool, str]:
    heard = playing(brief)
    made = f"{brief.style}: {', '.join(brief.instruments)}"
    if field == "wanted":
        return all(set(instruments_named(plain)) & heard for plain in label), made
    meant: set[str] = set()
    for plain in label:
        row = called(plain)
        assert row is not None, plain
        meant |= set(row.refuses) if field == "refused" else set(row.plays)
    if field == "refused":
        return not meant & heard, made
    return bool(heard) and heard <= meant, made
