"""Who plays when: growing with the energy, never everybody all the time, sections of different colour."""

from __future__ import annotations

from dataclasses import replace

import pytest

from cutscore_composer.plan.style import LayerRow, energy_class, load_style, style_names
from cutscore_composer.write.arrange import arrange
from cutscore_composer.write.ensemble import ensemble_of
from cutscore_composer.write.page import Accent, Page
from support.pages import brief_for, page_for

LETTERS = "AABBCCAA"
GROOVES = [name for name in style_names() if load_style(name).groove]


def page_of(name: str, energy: float, *, seed: int = 7, speech: bool = False) -> Page:
    """Eight phrases of four bars in sections A B C A, all at one energy."""
    page = page_for(load_style(name), energy, bars=(4,) * 32, beats=4, seed=seed, speech=speech)
    phrases = tuple(
        replace(phrase, letter=LETTERS[i], place=i % 2, key=f"{LETTERS[i]}.{1 + (i > 5)}/{i % 2}")
        for i, phrase in enumerate(page.phrases)
    )
    return replace(page, phrases=phrases)


def layers_of(page: Page) -> list[tuple[LayerRow, ...]]:
    """The layers phrase by phrase."""
    made = arrange(page)
    return [made[index] for index in sorted(made)]


def who(rows: tuple[LayerRow, ...]) -> set[tuple[str, str, tuple[str, ...]]]:
    """What tells layers apart."""
    return {(row.layer, row.plain, tuple(row.instruments)) for row in rows}


@pytest.mark.parametrize("name", style_names())
def test_never_everybody(name: str) -> None:
    """No phrase has all layers of an ensemble, or more than the style's density has, what always sounds aside."""
    for energy in (0.1, 0.4, 0.6, 0.9):
        page = page_of(name, energy)
        most = getattr(page.style.density, energy_class(energy)).layers
        for rows in layers_of(page):
            counted = [row for row in rows if row.instruments != ["vinyl"] and row.weight < 1.0]
            assert rows
            assert len(counted) <= most
            assert len(rows) < len(page.ensemble.layers)


def test_more_sounds_where_there_is_more_energy() -> None:
    """Over all styles the number of layers rises with the energy."""
    means = []
    for energy in (0.15, 0.5, 0.85):
        counts = [len(rows) for name in style_names() for rows in layers_of(page_of(name, energy))]
        means.append(sum(counts) / len(counts))
    assert sorted(means) == means
    assert means[2] > 1.4 * means[0]


def test_sections_differ_and_come_back() -> None:
    """In most styles another section has other players, and the one that returns has its own again."""
    other = same = 0
    for name in style_names():
        rows = [who(one) for one in layers_of(page_of(name, 0.6))]
        other += rows[1] != rows[3] or rows[3] != rows[5]
        same += rows[1] == rows[7]
    assert other >= 0.8 * len(style_names())
    assert same == len(style_names())


@pytest.mark.parametrize("name", GROOVES)
def test_a_groove_stays_while_it_lasts(name: str) -> None:
    """In a groove style with energy the beat does not leave from one phrase to the next."""
    page = page_of(name, 0.7)
    drummed = [any(row.layer == "groove" for row in rows) for rows in layers_of(page)[1:]]
    assert all(drummed) or not any(drummed)


def test_newcomers_enter_one_after_the_other() -> None:
    """Of several layers that are new in a phrase one enters with it; where a hit falls all do."""
    staggered = 0
    for name in style_names():
        page = page_of(name, 0.7)
        before: set[tuple[str, str, tuple[str, ...]]] = set()
        for rows in layers_of(page)[:-1]:
            late = [row for row in rows if row.after_bars]
            staggered += bool(late)
            assert len(late) < len(rows)
            assert not who(tuple(late)) & before
            before = who(rows)
        hits = tuple(Accent(phrase.beat, 0.8, 3, 0.5) for phrase in page.phrases)
        assert not [row for rows in layers_of(replace(page, accents=hits)) for row in rows if row.after_bars]
    assert staggered >= 5


@pytest.mark.parametrize("name", style_names())
def test_speech_leaves_room(name: str) -> None:
    """While somebody speaks fewer layers sound, and one at least."""
    spoken, free = (layers_of(page_of(name, 0.7, speech=speech)) for speech in (True, False))
    assert all(1 <= len(under) <= len(beside) for under, beside in zip(spoken, free, strict=True))


def test_what_is_asked_for_by_name_plays() -> None:
    """An instrument that the user wants sounds in every phrase after the introduction, at any energy."""
    for name, plain in (("cinematic", "harp"), ("cinematic", "brass"), ("corporate", "marimba"), ("lofi", "guitar")):
        style = load_style(name)
        for energy in (0.2, 0.8):
            page = page_of(name, energy)
            brief = replace(brief_for(style, energy), wanted=(plain,))
            page = replace(page, brief=brief, ensemble=ensemble_of(brief, style))
            for rows in layers_of(page)[1:]:
                assert any(row.plain == plain for row in rows), (name, plain, energy)


def test_vinyl_crackles_all_the_time() -> None:
    """It is in every phrase of lo-fi, at any energy and under speech."""
    for energy in (0.1, 0.5, 0.9):
        for speech in (False, True):
            for rows in layers_of(page_of("lofi", energy, speech=speech)):
                assert any(row.instruments == ["vinyl"] for row in rows)


@pytest.mark.parametrize("name", style_names())
def test_nobody_plays_two_moving_things(name: str) -> None:
    """An instrument has one moving layer at a time: no piano plays figures and chords at once."""
    moving = ("figures", "comp", "ostinato", "bass", "arpeggios", "answer")
    for energy in (0.3, 0.6, 0.9):
        for rows in layers_of(page_of(name, energy)):
            busy = [i for row in rows if row.layer in moving for i in row.instruments]
            assert len(set(busy)) == len(busy)
            assert sum(row.layer == "answer" for row in rows) <= 1
