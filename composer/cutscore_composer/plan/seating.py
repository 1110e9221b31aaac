"""Seats the instruments: which of the style's players stay, which are added for what was asked, which may not play."""

from __future__ import annotations

from dataclasses import dataclass

from cutscore_composer.instruments.pack import load_pack
from cutscore_composer.plan.instruments_by_name import called, instruments_named, stand_in
from cutscore_composer.plan.style import Style
from cutscore_composer.plan.words import Asked


@dataclass(frozen=True, slots=True)
class Seats:
    """Who plays; see Brief for `instruments`, `wanted`, `added` and `without`."""

    instruments: tuple[str, ...]
    wanted: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    without: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()


def seat(style: Style, asked: Asked) -> Seats:
    """The players of a style for what was asked."""
    warnings: list[str] = []
    rows = _rows(style)
    pack = frozenset(load_pack().instruments)
    refused, refused_rows = _refused(asked, rows, warnings)
    without = refused
    if asked.only:
        without |= pack - _alone(asked)
    kept = [
        plain
        for plain, instruments in rows.items()
        if plain not in refused_rows and (instruments & pack or not pack) and instruments & pack - without
    ]
    added = _added(asked, {plain: rows[plain] - without for plain in kept}, pack - without, warnings)
    if asked.only:
        kept, without = _basses_of_strings(asked, rows, kept, without)
    if not kept and not added:
        warnings.append("Every instrument of the style was refused; a piano plays alone.")
        return Seats(("piano",), (), () if "piano" in rows else ("piano",), pack - {"piano"}, tuple(warnings))
    heard = (stand_in(plain) for plain in (*asked.only, *asked.wanted) if frozenset(instruments_named(plain)) - without)
    return Seats((*kept, *added), tuple(dict.fromkeys(heard)), added, without, tuple(warnings))


def _rows(style: Style) -> dict[str, frozenset[str]]:
    """The style's plain names in its order, with all instruments that stand under each."""
    rows = {plain: frozenset[str]() for plain in style.plain_names()}
    for row in style.layers:
        rows[row.plain] = rows[row.plain] | frozenset(row.instruments)
    for lead in style.leads:
        rows[lead.plain] = rows[lead.plain] | {lead.instrument}
    return rows


def _refused(
    asked: Asked, rows: dict[str, frozenset[str]], warnings: list[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Instruments of the pack and rows of the style that are refused."""
    out: set[str] = set()
    out_rows = set()
    for plain in asked.refused:
        row = called(plain)
        if plain in rows:
            out_rows.add(plain)
        if row is None:
            continue
        if row.part:
            if plain not in rows:
                warnings.append(f"The {plain} cannot be taken out alone and may still be heard.")
            continue
        out |= row.refuses - _named_within(asked, row.refuses)
    return frozenset(out), frozenset(out_rows)


def _named_within(asked: Asked, refused: frozenset[str]) -> set[str]:
    """What is asked for by a narrower name than it is refused by: "no drums, but timpani"."""
    named = (frozenset(instruments_named(plain)) for plain in (*asked.only, *asked.wanted))
    return {name for plays in named if plays <= refused for name in plays}


def _alone(asked: Asked) -> frozenset[str]:
    """What may play when nothing else may, things wanted beside it included."""
    found: set[str] = set()
    for plain in asked.only:
        row = called(stand_in(plain))
        found.update(row.alone if row is not None else ())
    for plain in asked.wanted:
        found.update(instruments_named(plain))
    return frozenset(found)


def _added(
    asked: Asked, kept: dict[str, frozenset[str]], may_play: frozenset[str], warnings: list[str]
) -> tuple[str, ...]:
    """Plain names asked for that nobody in the style plays; what the pack lacks is played by the nearest."""
    playing = frozenset().union(*kept.values())
    added: list[str] = []
    for plain in dict.fromkeys((*asked.only, *asked.wanted)):
        name = stand_in(plain)
        plays = instruments_named(plain)
        if name != plain:
            warnings.append(f"There is no {plain} here; {name} plays instead.")
        if plain in kept or playing & frozenset(plays):
            continue
        if frozenset(plays) & may_play:
            added.append(name)
        elif name == plain:
            warnings.append(f"There is no {plain} here; the music does without.")
    return tuple(dict.fromkeys(added))


def _basses_of_strings(
    asked: Asked, rows: dict[str, frozenset[str]], kept: list[str], without: frozenset[str]
) -> tuple[list[str], frozenset[str]]:
    """ "Only strings" includes their basses, under whatever name the style has them, unless they were refused."""
    if "strings" not in asked.only or "bass" in asked.refused or "bass" not in rows:
        return kept, without
    return [plain for plain in rows if plain in kept or (plain == "bass" and "basses" in rows["bass"])], without
