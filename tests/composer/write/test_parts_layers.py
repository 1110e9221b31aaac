"""The layers of real styles: what the grid says is what is played, by every instrument within its range."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cutscore_composer.plan.style import EnergyClass, LayerRow, Style, load_style, style_names
from cutscore_composer.plan.style.rows import PATTERNED
from cutscore_composer.write.composition import Note
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.page import Page, Sheet
from cutscore_composer.write.parts.layers import LAYERS
from cutscore_composer.write.parts.stand import Stand
from support.pages import page_for

ENERGY: dict[EnergyClass, float] = {"low": 0.2, "mid": 0.5, "high": 0.8}


@cache
def straight(name: str) -> Style:
    """A style without swing: onsets are where the grid has them."""
    style = load_style(name)
    return style.model_copy(update={"tempo": style.tempo.model_copy(update={"swing": 0.5})})


def named(table: str) -> Iterator[tuple[str, str, str]]:
    """(style, pattern, metre) of a table in all styles."""
    for name in style_names():
        for pattern, metres in getattr(load_style(name), table).items():
            yield from ((name, pattern, metre) for metre in metres)


def row_of(style: Style, layer: str, pattern: str) -> LayerRow:
    """The layer that plays a pattern, playing nothing else."""
    for row in style.layers:
        names = {*row.patterns.low, *row.patterns.mid, *row.patterns.high}
        if row.layer == layer and pattern in names:
            only = row.patterns.model_copy(update={"low": [pattern], "mid": [pattern], "high": [pattern]})
            return row.model_copy(update={"patterns": only})
    pytest.skip(f"nobody plays {pattern}")


def played(page: Page, row: LayerRow, phrase: int = 0) -> list[tuple[str, Note]]:
    """(instrument, note) of a layer in a phrase, in order."""
    sheet = Sheet()
    seats = tuple(row.instruments)
    LAYERS[row.layer](Stand(page, page.phrases[phrase], row, seats, frozenset({row.layer}), sheet))
    notes = [(seat, note) for (_, seat), written in sheet.notes.items() for note in written]
    return sorted(notes, key=lambda pair: (pair[1].beat, pair[0], pair[1].pitch))


def cells(bars: Any, number: int, *, ladder: bool = False) -> list[str]:
    """The steps of bar `number` as they are written."""
    text = bars if isinstance(bars, str) else bars[number % len(bars)]
    return text.replace("|", " ").split() if ladder else [c for c in text if c not in "| "]


def onsets(bars: Any, number: int, beats: int, *, ladder: bool = False) -> list[float]:
    """Where the notes of a bar begin, read from its text."""
    steps = cells(bars, number, ladder=ladder)
    return [round(i * beats / len(steps), 6) for i, symbol in enumerate(steps) if symbol not in ".-"]


@pytest.mark.parametrize(("name", "pattern", "metre"), list(named("grooves")))
def test_the_drums_are_those_of_the_grid(name: str, pattern: str, metre: str) -> None:
    """In a section's first bars every stroke of the grid is struck, on its drum, loud as it says, and no other."""
    style, beats = straight(name), int(metre[0])
    row = row_of(style, "groove", pattern)
    page = page_for(style, 0.5, bars=(beats,) * 8)
    notes = played(page, row)
    names = {(seat, key): drum for seat in row.instruments for key, drum in sound_pack()[seat].keys.items()}
    for number in range(3):
        bar = page.phrases[0].bars[number]
        told, heard = {}, {}
        for drum, bars in style.grooves[pattern][metre].items():
            steps = cells(bars, number)
            told.update({(round(i * beats / len(steps), 4), drum): s for i, s in enumerate(steps) if s in "Xxo"})
        for seat, note in notes:
            if bar.beat <= note.beat < bar.end:
                heard[round(note.beat - bar.beat, 4), names[seat, note.pitch]] = note.velocity
        assert set(told) == set(heard)
        loud, plain, soft = ([heard[k] for k, s in told.items() if s == symbol] for symbol in "Xxo")
        mean = [sum(group) / len(group) for group in (loud, plain, soft) if group]
        assert sorted(mean, reverse=True) == mean


@pytest.mark.parametrize(("name", "pattern", "metre"), list(named("basses")))
def test_the_bass_is_that_of_the_grid(name: str, pattern: str, metre: str) -> None:
    """Onsets, roots, fifths and approaches as notated; one voice, in range; over a chord a bar."""
    style, beats = straight(name), int(metre[0])
    row = row_of(style, "bass", pattern)
    page = page_for(style, 0.5, bars=(beats,) * 8)
    notes = [(seat, note) for seat, note in played(page, row) if seat == row.instruments[0]]
    for number in range(4):
        bar, chord = page.phrases[0].bars[number], page.chords[number]
        inside = [note for _, note in notes if bar.beat <= note.beat < bar.end]
        bars = style.basses[pattern][metre]
        assert onsets(bars, number, beats) == [round(note.beat - bar.beat, 6) for note in inside]
        symbols = [symbol for symbol in cells(bars, number) if symbol not in ".-"]
        for symbol, note in zip(symbols, inside, strict=True):
            above = (note.pitch - chord.chord.bass) % 12
            assert {"R": (0,), "8": (0,), "5": (7,), "3": (3, 4)}.get(symbol, range(12)).__contains__(above), symbol
        if symbols and symbols[-1] == "a" and number < 3:
            assert min((inside[-1].pitch - page.chords[number + 1].chord.bass) % 12, 11) in (1, 11)
    lines = [note for _, note in notes]
    assert all(a.beat + a.beats <= b.beat + 1e-6 for a, b in itertools.pairwise(lines))


def test_a_walking_bass_arrives_by_step() -> None:
    """Four in a bar through a cadence: every root is reached by a step or a semitone, and no two tones repeat."""
    style = straight("jazz_lounge")
    walking = {"walking": {"4/4": "R...|w...|w...|a..."}}
    style = style.model_copy(update={"basses": walking})
    row = next(row for row in style.layers if row.layer == "bass")
    only = row.patterns.model_copy(update={"low": ["walking"], "mid": ["walking"], "high": ["walking"]})
    row = row.model_copy(update={"patterns": only})
    for seed in range(8):
        page = page_for(style, 0.5, bars=(4,) * 8, chords="ii7 V7 Imaj7 vi7", mode="major", seed=seed)
        pitches = [note.pitch for _, note in played(page, row)]
        arrivals = [abs(pitches[i] - pitches[i - 1]) for i in range(4, 16, 4)]
        assert all(1 <= step <= 2 for step in arrivals), pitches
        assert all(a != b for a, b in itertools.pairwise(pitches)), pitches
        assert all(abs(a - b) <= 7 for a, b in itertools.pairwise(pitches)), pitches


@pytest.mark.parametrize(("name", "pattern", "metre"), list(named("comps")))
def test_the_chords_are_those_of_the_grid(name: str, pattern: str, metre: str) -> None:
    """Chords where the grid has them, made of the chord's tones, no thirds below C3."""
    style, beats = straight(name), int(metre[0])
    row = row_of(style, "comp", pattern)
    page = page_for(style, 0.5, bars=(beats,) * 8)
    notes = played(page, row)
    for number in range(4):
        bar, chord = page.phrases[0].bars[number], page.chords[number]
        inside = [note for _, note in notes if bar.beat <= note.beat < bar.end]
        told = onsets(style.comps[pattern][metre], number, beats)
        assert told == sorted({round(note.beat - bar.beat, 6) for note in inside})
        assert {note.pitch % 12 for note in inside} <= {*chord.chord.tones, chord.chord.bass}
        third = chord.chord.tones[1]
        low = {note.beat for note in inside if note.pitch < 48 and note.pitch % 12 == chord.chord.root}
        assert [n for n in inside if n.beat in low and n.pitch < 48 and n.pitch % 12 == third] == []


@pytest.mark.parametrize("layer", ["figures", "ostinato"])
@pytest.mark.parametrize("name", style_names())
def test_figures_are_those_of_the_grid(name: str, layer: str) -> None:
    """Every figure and ostinato begins its notes where the grid has them, in every metre that it is written in."""
    style = straight(name)
    for pattern, metres in getattr(style, PATTERNED[layer]).items():
        for metre, bars in metres.items():
            beats = int(metre[0])
            row = row_of(style, layer, pattern)
            page = page_for(style, 0.5, bars=(beats,) * 8)
            notes = played(page, row)
            for number in range(3):
                bar = page.phrases[0].bars[number]
                heard = {round(n.beat - bar.beat, 6) for _, n in notes if bar.beat <= n.beat < bar.end}
                told = set(onsets(bars, number, beats, ladder=True))
                half = {round(at / 2 + h * beats / 2, 6) for at in told for h in (0, 1)}
                assert heard in (told, told | half, half), (pattern, metre)


def test_a_figure_climbs_as_its_numbers_do() -> None:
    """On any instrument a higher number is a higher tone of the chord, until the instrument ends."""
    style = straight("cinematic")
    style = style.model_copy(update={"figures": {"rising": {"4/4": "0 1 2 3 4 5 4 2"}}})
    only = {energy: ["rising"] for energy in ENERGY}
    for seat in ("piano", "harp", "guitar", "nylon_guitar", "marimba", "vibraphone", "celesta", "pulse", "violin"):
        row = LayerRow.model_validate(
            {"layer": "figures", "plain": "it", "instruments": [seat], "enters": 0, "leaves": 1, "weight": 1}
            | {"patterns": only}
        )
        page = page_for(style, 0.2)
        notes = [note for _, note in played(page, row) if note.beat < 4]
        if len(notes) != 8:  # a still place plays the quarters of it
            notes = [note for _, note in played(page_for(style, 0.5), row) if note.beat < 4]
        upper = {note.beat: note.pitch for note in notes}
        climbed = [upper[beat] for beat in sorted(upper)][:6]
        assert sorted(climbed) == climbed, seat
        assert len(set(climbed)) >= 5, seat


@pytest.mark.parametrize("tuning", ["guitar", "ukulele"])
def test_a_strummed_chord_can_be_fingered(tuning: str) -> None:
    """Each note on a string of its own within four frets or open, met in the order of the strings in 8 to 25 ms."""
    strings = {"guitar": (40, 45, 50, 55, 59, 64), "ukulele": (67, 60, 64, 69)}[tuning]
    style = straight("acoustic_folk").model_copy(update={"comps": {"strum": {"4/4": "d...|u...|d...|u..."}}})
    row = LayerRow.model_validate(
        {"layer": "comp", "plain": tuning, "instruments": [tuning], "enters": 0, "leaves": 1, "weight": 1}
        | {"patterns": ["strum"]}
    )
    for chords in ("I V vi IV", "ii7 V7 Imaj7 vi7", "I/3 IVadd9 Vsus4 bVII"):
        for tonic in ("C", "Eb", "F#", "A"):
            page = page_for(style, 0.5, chords=chords, mode="major", tonic=tonic)
            notes = played(page, row)
            for beat in sorted({note.beat for _, note in notes}):
                stroke = sorted((n.shift_ms, n.pitch) for _, n in notes if n.beat == beat)
                pitches = [pitch for _, pitch in stroke]
                assert 3 <= len(pitches) <= 6 or (beat % 2 and len(pitches) >= 3)
                assert stroke[0][0] == 0
                assert 8 <= stroke[-1][0] <= 25
                assert fingered(pitches if beat % 2 == 0 else pitches[::-1], strings), (beat, pitches)


def fingered(pitches: list[int], strings: tuple[int, ...]) -> bool:
    """Whether pitches lie on strings in their order with the hand at one place."""

    def fits(rest: list[int], free: tuple[int, ...], frets: list[int]) -> bool:
        if not rest:
            pressed = [fret for fret in frets if fret]
            return not pressed or max(pressed) - min(pressed) <= 4
        return any(
            0 <= rest[0] - string <= 12 and fits(rest[1:], free[place + 1 :], [*frets, rest[0] - string])
            for place, string in enumerate(free)
        )

    return fits(pitches, strings, [])


def test_an_up_stroke_takes_the_upper_strings_backwards() -> None:
    """Down from the lowest string to the highest, up from the highest on four strings at most, and softer."""
    style = straight("acoustic_folk").model_copy(update={"comps": {"strum": {"4/4": "d...|u...|d...|u..."}}})
    row = LayerRow.model_validate(
        {"layer": "comp", "plain": "guitar", "instruments": ["guitar"], "enters": 0, "leaves": 1, "weight": 1}
        | {"patterns": ["strum"]}
    )
    notes = [note for _, note in played(page_for(style, 0.5), row)]
    down = sorted((n for n in notes if n.beat == 0), key=lambda n: n.shift_ms)
    up = sorted((n for n in notes if n.beat == 1), key=lambda n: n.shift_ms)
    assert sorted(n.pitch for n in down) == [n.pitch for n in down]
    assert sorted((n.pitch for n in up), reverse=True) == [n.pitch for n in up]
    assert len(up) <= 4
    force = [[n.velocity for n in notes if n.beat % 2 == turn] for turn in (0, 1)]
    assert sum(force[1]) / len(force[1]) < sum(force[0]) / len(force[0])


def test_power_chords_are_roots() -> None:
    """The amplifier makes the fifth: the page has one note a stroke, the chord's root from the low E up."""
    style = straight("rock")
    row = next(row for row in style.layers if row.articulation == "power")
    page = page_for(style, 0.8)
    notes = [note for _, note in played(page, row)]
    assert notes
    for note in notes:
        assert note.articulation == "power"
        assert note.pitch % 12 == page.chord_at(note.beat).chord.root
        assert 40 <= note.pitch <= 52
    assert len({note.beat for note in notes}) == len(notes)


@pytest.mark.parametrize("beats", [2, 3, 4, 5, 7])
@pytest.mark.parametrize("name", style_names())
def test_every_layer_plays_any_bar(name: str, beats: int) -> None:
    """All layers of all styles, in bars of any length and at any energy: in range, inside the phrase, never silent."""
    style = straight(name)
    for energy in ENERGY.values():
        page = page_for(style, energy, bars=(beats,) * 4 + (beats, 2, 3, beats), beats=beats)
        for row in style.layers:
            for phrase in (0, 1):
                notes = played(page, row, phrase)
                first, last = page.phrases[phrase].beat, page.phrases[phrase].end
                for seat, note in notes:
                    player = sound_pack()[seat]
                    assert player.low <= note.pitch <= player.high
                    assert first - 1e-6 <= note.beat < last
                    assert 1 <= note.velocity <= 127
                    assert not player.keys or note.pitch in player.keys
                if row.layer not in ("texture", "tremolo", "answer", "arpeggios", "timpani"):
                    assert notes, row.layer


PITCHED = sorted(name for name, one in sound_pack().items() if not one.keys and one.channel != "fx")


@st.composite
def patterned(draw: st.DrawFn) -> tuple[str, str, int, str]:
    """(layer, instrument, beats, bar): any notation on any instrument in any metre."""
    layer, symbols = draw(
        st.sampled_from(
            [
                ("groove", list("Xxo..")),
                ("bass", list("R3578wa-.")),
                ("comp", list("XxoDdUub-.")),
                ("figures", [*"01234567.-", "12"]),
                ("ostinato", list("0123.-")),
            ]
        )
    )
    kits = [name for name, one in sound_pack().items() if one.keys]
    seat = draw(st.sampled_from(kits if layer == "groove" else PITCHED))
    beats, a_beat = draw(st.integers(2, 7)), draw(st.sampled_from((1, 2, 3, 4, 6)))
    steps = draw(st.lists(st.sampled_from(symbols), min_size=beats * a_beat, max_size=beats * a_beat))
    return layer, seat, beats, " ".join(steps)


@given(patterned(), st.sampled_from((0.1, 0.4, 0.7, 1.0)), st.sampled_from(("i", "V7/3 i,iv bVI", "iim7b5 V7b9 i6 i5")))
@settings(max_examples=150, deadline=None)
def test_any_pattern_on_any_instrument(drawn: tuple[str, str, int, str], energy: float, chords: str) -> None:
    """Whatever is notated for whomever: notes inside the phrase and the range, none held into the last chord."""
    layer, seat, beats, text = drawn
    style = straight("cinematic")
    drum = next(iter(sound_pack()[seat].keys.values()), "")
    table = {"it": {f"{beats}/4": {drum: text} if layer == "groove" else text}}
    style = style.model_copy(update={PATTERNED[layer]: table})
    row = LayerRow.model_validate(
        {"layer": layer, "plain": "it", "instruments": [seat], "enters": 0, "leaves": 1, "weight": 1}
        | {"patterns": ["it"]}
    )
    page = page_for(style, energy, bars=(beats,) * 4 + (beats, 3, 2, 5), beats=beats, chords=chords)
    player = sound_pack()[seat]
    for phrase in page.phrases:
        for _, note in played(page, row, phrase.index):
            assert player.low <= note.pitch <= player.high
            assert phrase.beat - 1e-6 <= note.beat < phrase.end
            assert note.beat + note.beats <= page.final_beat + 0.06
            assert 1 <= note.velocity <= 127
            assert 0 <= note.shift_ms <= 40


@pytest.mark.parametrize("name", style_names())
def test_speech_thins_every_layer(name: str) -> None:
    """Nobody plays more under speech, and drums that have no beat to keep are silent."""
    style = straight(name)
    spoken, free = (page_for(style, 0.6, speech=speech) for speech in (True, False))
    for row in style.layers:
        under, beside = played(spoken, row), played(free, row)
        fill = free.phrases[0].bars[-1].beat  # a fill may have fewer strokes than the groove
        assert sum(note.beat < fill for _, note in under) <= sum(note.beat < fill for _, note in beside)
        if row.layer == "groove" and not style.groove:
            assert under == []


def test_layers_repeat_themselves() -> None:
    """The same page gives the same notes."""
    for name in style_names():
        style = load_style(name)
        for row in style.layers:
            assert played(page_for(style, 0.6), row) == played(page_for(style, 0.6), row)
