"""The home key is heard: by the weight of the notes, by the time spent on the tonic, by how periods begin and end."""

from __future__ import annotations

from functools import cache

import pytest

from cutscore_composer.plan.numerals import parse_numeral
from cutscore_composer.plan.style import load_style, style_names
from cutscore_composer.write.composition import Composition
from support.edits import edit_of, scored
from support.keys_heard import home_of, key_of_notes, tonic_share

DRONES = ("ambient", "horror")
"""Styles that stand on a pedal or leave the key on purpose."""
TONAL = [name for name in style_names() if name not in DRONES]


@cache
def music_of(style: str, seed: int) -> Composition:
    """Half a minute or more of a style for one of two edits, a dark and a bright one."""
    return scored(edit_of((40, 32)[seed % 2], 16, seed, light=(0.35, 0.55)[seed % 2]), style=style, seed=seed)[0]


def test_the_notes_tell_the_home_key() -> None:
    """Profiles of keys, which know nothing of our chords, find tonic and mode of 9 of 10 cues."""
    pieces = [(name, seed, music_of(name, seed)) for name in TONAL for seed in (1, 2)]
    wrong = [(name, seed, home_of(m), key_of_notes(m)) for name, seed, m in pieces if key_of_notes(m) != home_of(m)]
    assert len(wrong) <= 0.1 * len(pieces), wrong


def test_the_tonic_has_its_share_of_the_time() -> None:
    """A sixth of every cue stands on the tonic at least (jazz circles round it); over all styles, three tenths."""
    shares = {(name, seed): tonic_share(music_of(name, seed)) for name in TONAL for seed in (1, 2)}
    assert {piece: share for piece, share in shares.items() if share < 1 / 6} == {}
    assert sum(shares.values()) >= 0.3 * len(shares)


@pytest.mark.parametrize("name", style_names())
def test_statements_and_climaxes_come_home_by_their_second_bar(name: str) -> None:
    """In every mode the rows that state and that culminate have a tonic chord in the first two bars."""
    for mode, harmony in load_style(name).harmony.items():
        for row in [*harmony.introduction, *harmony.statement, *harmony.climax]:
            opening = [numeral for bar in row.split()[:2] for numeral in bar.split(",")]
            degrees = [(parsed.degree, parsed.alter, parsed.of) for parsed in map(parse_numeral, opening)]
            assert (0, 0, None) in degrees, (mode, row)


@pytest.mark.parametrize("name", TONAL)
def test_minor_closes_with_its_leading_tone(name: str) -> None:
    """In minor most full turns and all final ones end on the major dominant."""
    harmony = load_style(name).harmony["minor"]
    last = [parse_numeral(row.split()[-1]) for row in harmony.full_turn]
    assert sum(numeral.dominant for numeral in last) >= 0.75 * len(last)
    assert all(parse_numeral(row.split()[-1]).dominant for row in harmony.final_turn)
