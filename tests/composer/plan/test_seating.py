"""Seating: who plays, who is added, who may not, and the names that users give to instruments."""

from __future__ import annotations

import pytest

from cutscore_composer.instruments.pack import load_pack
from cutscore_composer.plan.instruments_by_name import called, english_names, foreign_names, instruments_named, stand_in
from cutscore_composer.plan.seating import Seats, seat
from cutscore_composer.plan.style import load_style, style_names
from cutscore_composer.plan.words import read_words
from cutscore_composer.write.ensemble import sound_pack

PROMISED = frozenset(
    [
        *("harp", "bells", "guitar", "nylon_guitar", "ukulele", "electric_guitar", "rock_guitar", "upright_bass"),
        *("bass_guitar", "synth_bass", "sub", "electric_piano", "organ", "pad", "warm_pad", "glass_pad", "pulse"),
        *("synth_lead", "synth_kit", "lofi_kit", "drone", "riser", "whoosh", "impact", "braam", "sub_drop"),
        *("reverse", "vinyl", "piano", "violins", "violas", "cellos", "basses", "violin", "cello", "horns"),
        *("trombones", "trumpets", "flute", "clarinet", "oboe", "bassoon", "choir", "timpani", "percussion", "kit"),
        *("marimba", "vibraphone", "glockenspiel", "xylophone", "celesta", "music_box"),
    ]
)
"""Instruments that the sound pack has, or will have."""


def seated(text: str, style: str = "cinematic") -> Seats:
    """The seats of a style for a description."""
    return seat(load_style(style), read_words(text))


def sounding(text: str, style: str = "cinematic") -> set[str]:
    """Instruments of the pack that may sound."""
    seats, rows = seated(text, style), load_style(style)
    found = {i for row in rows.layers if row.plain in seats.instruments for i in row.instruments}
    found |= {row.instrument for row in rows.leads if row.plain in seats.instruments}
    found |= {i for plain in seats.added for i in instruments_named(plain)}
    return found - seats.without


def test_names_mean_instruments_of_the_pack() -> None:
    """Every name plays what the pack has, or has a stand-in that does; no name means two things in a language."""
    for plain in english_names().values():
        assert set(instruments_named(plain)) <= PROMISED
        row = called(plain)
        assert row is not None
        assert row.refuses <= PROMISED
        assert row.plays or row.nearest or plain == "beat"
    for language in ("de", "fr", "es", "ja", "zh"):
        assert set(foreign_names(language).values()) <= set(english_names().values())
    assert () == instruments_named("theremin of doom")


def test_every_plain_name_of_a_style_is_a_name() -> None:
    """What a style calls its players is what users call them, so that refusals reach them."""
    unknown = {plain for name in style_names() for plain in load_style(name).plain_names() if called(plain) is None}
    assert unknown <= {"effects"}


def test_an_instrument_that_the_style_lacks_is_added() -> None:
    """Not only warned of: seats are found for it."""
    seats = seated("cinematic with ukulele and marimba")
    assert ("ukulele", "marimba") == seats.added
    assert {"ukulele", "marimba"} <= set(seats.instruments)
    assert () == seats.warnings


def test_what_the_pack_lacks_is_played_by_the_nearest() -> None:
    """A saxophone is played by a clarinet, and that is said."""
    assert "clarinet" == stand_in("saxophone")
    seats = seated("smooth saxophone", "solo_piano")
    assert ("clarinet",) == seats.added == seats.wanted
    assert "saxophone" in seats.warnings[0]


@pytest.mark.parametrize("style", style_names())
@pytest.mark.parametrize("refused", ["drums", "piano", "strings", "synth", "bass"])
def test_a_refused_instrument_never_sounds(style: str, refused: str) -> None:
    """In no style and in no row, and somebody still plays."""
    row = called(refused)
    assert row is not None
    heard = sounding(f"no {refused}", style)
    assert not heard & row.refuses
    assert heard


@pytest.mark.parametrize(
    ("text", "most"),
    [
        ("nothing but a solo violin", {"violin"}),
        ("solo piano", {"piano"}),
        ("only strings", {"violins", "violas", "cellos", "basses", "violin", "cello"}),
        ("just drums", {"kit", "percussion", "synth_kit", "lofi_kit", "timpani"}),
    ],
)
@pytest.mark.parametrize("style", style_names())
def test_alone_is_alone(text: str, most: set[str], style: str) -> None:
    """In every style."""
    heard = sounding(text, style)
    assert heard
    assert heard <= most


@pytest.mark.parametrize(
    ("text", "heard", "silent"),
    [
        ("no drums, but timpani", {"timpani"}, {"percussion", "kit"}),
        ("no vocals, choir", {"choir"}, set()),
        ("no piano, electric piano", {"electric_piano"}, {"piano"}),
        ("strings, no violins", {"cellos"}, {"violins", "violin"}),
    ],
)
def test_the_narrower_name_wins(text: str, heard: set[str], silent: set[str]) -> None:
    """What is asked for by a narrower name than it is refused by, is heard; and the other way round."""
    found = sounding(text)
    assert heard <= found
    assert not silent & found


def test_a_part_cannot_be_taken_out_alone() -> None:
    """ "No claps" says that it cannot be promised."""
    assert any("claps" in warning for warning in seated("no claps").warnings)


def test_the_pack_keeps_its_names() -> None:
    """What the pack has today is among what names may mean."""
    assert set(load_pack().instruments) <= PROMISED
    assert set(sound_pack()) <= PROMISED
