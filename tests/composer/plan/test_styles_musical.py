"""The styles as music: whole in every mode and metre, playable on the pack, in plain names, and unlike one another."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from functools import cache

import pytest

from cutscore_composer.plan.brief import Key, Mode
from cutscore_composer.plan.numerals import chord_of, parse_numeral
from cutscore_composer.plan.style import AccentRow, EnergyClass, LayerRow, LeadInRow, Style, load_style, style_names
from cutscore_composer.plan.style.patterns import BASS, COMP, DRUM, grid, ladder
from cutscore_composer.plan.style.rows import PATTERNED
from cutscore_composer.write.ensemble import sound_pack

STYLES = (
    "cinematic epic_trailer tension horror action_percussion ambient documentary solo_piano chamber_strings "
    "acoustic_folk corporate pop_electronic synthwave lofi jazz_lounge rock comedy_pizzicato children waltz"
).split()
PLAIN = set(
    "piano,strings,violin,viola,cello,pizzicato,guitar,ukulele,bass,drums,percussion,synth,electric piano,organ,choir,"
    "brass,trumpet,horn,trombone,woodwinds,flute,clarinet,oboe,bassoon,harp,bells,music box,marimba,vibraphone,"
    "glockenspiel,xylophone,celesta,timpani,effects".split(",")
)
GROOVES = {
    "pop_electronic",
    "synthwave",
    "lofi",
    "rock",
    "corporate",
    "acoustic_folk",
    "jazz_lounge",
    "action_percussion",
    "children",
}
ENERGIES: tuple[EnergyClass, ...] = ("low", "mid", "high")


@cache
def style_of(name: str) -> Style:
    """Each style is read once."""
    return load_style(name)


def bars_of_table(style: Style) -> Iterator[tuple[str, str, str, frozenset[str] | None]]:
    """(pattern, metre, bar, symbols) of all patterns of a style; symbols None for numbers."""
    for name, metres in style.grooves.items():
        for metre, drums in metres.items():
            for bars in drums.values():
                yield from ((name, metre, bar, DRUM) for bar in ([bars] if isinstance(bars, str) else bars))
    for metre, fills in style.fills.items():
        yield from (("fills", metre, bar, DRUM) for fill in fills for bar in fill.values())
    for table, symbols in ((style.basses, BASS), (style.comps, COMP), (style.figures, None), (style.ostinati, None)):
        for name, by_metre in table.items():
            for metre, bars in by_metre.items():
                yield from ((name, metre, bar, symbols) for bar in ([bars] if isinstance(bars, str) else bars))


def rows_of(style: Style) -> Iterator[AccentRow | LeadInRow]:
    """Every row of hits, endings and lead-ins."""
    yield from style.accents
    yield from style.ending
    yield from style.lead_ins


def drums_of(row: AccentRow | LeadInRow) -> list[str]:
    """The drums that a row strikes."""
    return row.drums if isinstance(row, AccentRow) else [row.drum] if row.drum else []


def test_all_nineteen_are_there() -> None:
    """The styles that are promised, under their names."""
    assert sorted(STYLES) == [name for name in style_names() if name in STYLES]


@pytest.mark.parametrize("name", STYLES)
def test_any_mode_that_may_be_asked_has_chords_and_a_tonic(name: str) -> None:
    """All six modes have progressions of real chords and tonics: "in E dorian" is dorian in every style."""
    style = style_of(name)
    modes: tuple[Mode, ...] = ("major", "minor", "dorian", "phrygian", "lydian", "mixolydian")
    assert [] == [mode for mode in modes if mode not in style.harmony or not style.tonics.get(mode)]
    for mode in modes:
        for field, rows in style.harmony[mode]:
            for numeral in (n for row in rows for bar in row.split() for n in bar.split(",")):
                assert len(chord_of(parse_numeral(numeral), Key("D", mode)).tones) >= 2, (mode, field)


@pytest.mark.parametrize("name", STYLES)
def test_every_progression_ends_where_its_turn_goes_on(name: str) -> None:
    """Phrases of a character have four bars of chords; a turn has two chords and ends away from the tonic."""
    for harmony in style_of(name).harmony.values():
        for field, rows in harmony:
            for row in rows:
                wanted = 2 if field.endswith("_turn") else 1 if field == "final" else 4
                assert len(row.split()) == wanted, (field, row)
                if field.endswith("_turn"):
                    last = parse_numeral(row.split()[-1].split(",")[-1])
                    assert last.degree != 0 or last.alter != 0, (field, row)


@pytest.mark.parametrize("name", STYLES)
def test_every_metre_has_patterns_for_every_energy(name: str) -> None:
    """In each metre that a style allows, each layer with patterns has one at low, middle and high energy."""
    style = style_of(name)
    assert style.metre.default in style.metre.allowed
    for metre in style.metre.allowed:
        assert style.motif_rhythms[metre]
        for row in style.layers:
            if row.layer not in PATTERNED or not (row.patterns.low or row.patterns.mid or row.patterns.high):
                continue
            table = getattr(style, PATTERNED[row.layer])
            for energy in ENERGIES:
                names = row.patterns.for_class(energy)
                assert any(metre in table[one] for one in names), (metre, row.layer, row.plain, energy)
        if style.grooves:
            assert style.fills[metre], metre


@pytest.mark.parametrize("name", STYLES)
def test_patterns_and_rhythms_fill_their_bars(name: str) -> None:
    """A bar of a pattern has 1, 2, 3, 4, 6 or 8 steps to each beat; a motif rhythm lasts exactly a bar."""
    style = style_of(name)
    for pattern, metre, bar, symbols in bars_of_table(style):
        beats = int(metre[0])
        steps = grid(bar, beats, symbols) if symbols is not None else ladder(bar, beats)
        assert len(steps) % beats == 0, (pattern, metre)
        assert len(steps) // beats in (1, 2, 3, 4, 6, 8), (pattern, metre)
    for metre, rhythms in style.motif_rhythms.items():
        for rhythm in rhythms:
            assert sum(abs(float(value)) for value in rhythm.split()) == int(metre[0]), rhythm


@pytest.mark.parametrize("name", STYLES)
def test_every_bar_group_is_one_beat(name: str) -> None:
    """Between two bar lines of a grid stands one beat, so that the eye counts right."""
    style = style_of(name)
    for pattern, metre, bar, symbols in bars_of_table(style):
        if symbols is not None and "|" in bar:
            lengths = {len(group.replace(" ", "")) for group in bar.split("|")}
            assert (len(bar.split("|")), len(lengths)) == (int(metre[0]), 1), (pattern, metre, bar)


@pytest.mark.parametrize("name", STYLES)
def test_all_instruments_and_drums_are_in_the_pack(name: str) -> None:
    """Every instrument and every drum that a style names can be played; hits are struck by the ensemble or effects."""
    style, pack = style_of(name), sound_pack()
    seated = {i for row in style.layers for i in row.instruments} | {row.instrument for row in style.leads}
    struck = {row.instrument for row in rows_of(style)}
    assert (seated | struck) - set(pack) == set()
    assert {i for i in struck - seated if pack[i].channel != "fx"} == set()
    drums = {drum for i in seated for drum in pack[i].keys.values()}
    written = {d for metres in style.grooves.values() for row in metres.values() for d in row}
    written |= {d for fills in style.fills.values() for fill in fills for d in fill}
    assert written - drums == set()
    for row in rows_of(style):
        assert set(drums_of(row)) - set(pack[row.instrument].keys.values()) == set(), row
        if pack[row.instrument].keys:
            assert drums_of(row) or isinstance(row, LeadInRow), row


@pytest.mark.parametrize("name", STYLES)
def test_a_groove_is_struck_by_who_has_its_drums(name: str) -> None:
    """Every pattern that a groove row names is written for drums that its players have."""
    style, pack = style_of(name), sound_pack()
    for row in style.layers:
        if row.layer == "groove":
            have = {drum for i in row.instruments for drum in pack[i].keys.values()}
            for pattern in {n for energy in ENERGIES for n in row.patterns.for_class(energy)}:
                for metre, drums in style.grooves[pattern].items():
                    assert set(drums) - have == set(), (pattern, metre)


@pytest.mark.parametrize("name", STYLES)
def test_no_pattern_is_written_for_nobody(name: str) -> None:
    """Every pattern is played by some layer, and every pattern of a feel exists; each feel serves every layer."""
    style = style_of(name)
    played: dict[str, set[str]] = {table: set() for table in PATTERNED.values()}
    for row in style.layers:
        if row.layer in PATTERNED:
            named = {pattern for energy in ENERGIES for pattern in row.patterns.for_class(energy)}
            played[PATTERNED[row.layer]] |= named
    assert {table: set(getattr(style, table)) for table in played} == played
    for feel in style.feels.values():
        assert set(feel.patterns) <= set().union(*played.values())
        others = {p for other in style.feels.values() if other != feel for p in other.patterns}
        assert set(feel.patterns) & others == set()
        for row in style.layers:
            for energy in ENERGIES:
                names = row.patterns.for_class(energy)
                assert not names or set(names) - others, (row.layer, energy)


@pytest.mark.parametrize("name", STYLES)
def test_articulations_are_those_of_the_instruments(name: str) -> None:
    """What a row asks of an instrument, the instrument can do."""
    style, pack = style_of(name), sound_pack()
    rows: list[LayerRow] = [row for row in style.layers if row.articulation]
    assert [] == [(r.plain, i) for r in rows for i in r.instruments if r.articulation not in pack[i].articulations]


@pytest.mark.parametrize("name", STYLES)
def test_plain_names_are_words_that_users_say(name: str) -> None:
    """Layers and leads carry one of the plain names, and users find the style by at least eight words."""
    style = style_of(name)
    assert set(style.plain_names()) - PLAIN == set()
    assert len(style.words) >= 8
    assert all(word == word.lower() for word in style.words)
    assert 3 <= len(style.about) <= 6


def test_no_word_names_two_styles() -> None:
    """A word that users say leads to one style."""
    pairs = [(word, name) for name in STYLES for word in style_of(name).words]
    words = [word for word, _ in pairs]
    assert [] == [pair for pair in pairs if words.count(pair[0]) > 1]


@pytest.mark.parametrize("name", STYLES)
def test_tempo_rises_with_energy(name: str) -> None:
    """More energy is never slower, and each range is wide enough to fit a picture (at least 12 %)."""
    tempo = style_of(name).tempo
    ranges = [tempo.low, tempo.mid, tempo.high]
    assert ranges == sorted(ranges)
    assert all(high / low >= 1.12 for low, high in ranges)
    assert (name in GROOVES) == (tempo.bend_percent == 0)


@pytest.mark.parametrize("name", sorted(GROOVES | {"epic_trailer", "tension"}))
def test_groove_styles_have_grooves_enough(name: str) -> None:
    """At least four grooves in the style's own metre, and two fills."""
    style = style_of(name)
    own = style.metre.default
    assert len([pattern for pattern in style.grooves.values() if own in pattern]) >= 4
    assert len(style.fills[own]) >= 2


@pytest.mark.parametrize("name", STYLES)
def test_something_carries_the_harmony_at_every_energy(name: str) -> None:
    """Between still and all out there is always a layer that plays chords, and a lead that may sing."""
    style = style_of(name)
    for energy in (0.0, 0.1, 0.2, 0.35, 0.5, 0.65, 0.8, 1.0):
        carriers = [r for r in style.layers if r.layer in ("figures", "comp", "bed") and r.enters <= energy <= r.leaves]
        if name not in ("horror", "action_percussion", "tension"):
            assert carriers, energy
        if 0.1 <= energy and style.form.melody_rests < 0.6:
            assert [lead for lead in style.leads if lead.enters <= energy <= lead.leaves], energy


@pytest.mark.parametrize("name", STYLES)
def test_never_all_layers_at_once(name: str) -> None:
    """Even at the height, the style has more layers than may sound together."""
    style = style_of(name)
    for energy, at in (("low", 0.2), ("mid", 0.5), ("high", 0.85)):
        playing = [row for row in style.layers if row.enters <= at <= row.leaves]
        assert getattr(style.density, energy).layers <= len(playing), energy


@pytest.mark.parametrize("name", STYLES)
def test_what_always_plays_leaves_the_others_their_instruments(name: str) -> None:
    """No layer's instruments are taken at all its energies by one that always plays, unless sections can divide."""
    divide = {"bed", "chorale", "tremolo", "drone", "texture", "groove"}
    rows = [row for row in style_of(name).layers if row.layer not in divide]
    for always, other in itertools.permutations(rows, 2):
        taken = set(always.instruments) & set(other.instruments)
        covered = always.enters <= other.enters and other.leaves <= always.leaves
        if always.weight == 1 and other.weight < 1 and covered:
            assert taken == set(), (always.layer, other.layer, other.plain)


@pytest.mark.parametrize("name", STYLES)
def test_a_hit_has_depth_and_attack(name: str) -> None:
    """Even the weakest hit in the quietest place strikes something low; hits are led into and have a hush before."""
    style = style_of(name)
    least = [row for row in style.accents if row.from_weight <= 0.3 and row.from_energy <= 0.2]
    low = [row for row in least if row.notes in ("bass", "octaves", "drums", "root")]
    assert low
    assert len(least) >= 2
    assert style.lead_ins
    assert style.form.hush_beats > 0


def test_moods_cover_the_plane() -> None:
    """Wherever a picture lies between dark and bright, still and all out, a style is at home within a small step."""
    for valence, energy in itertools.product([v / 10 for v in range(-10, 11)], [e / 10 for e in range(11)]):
        distances = []
        for name in STYLES:
            mood = style_of(name).mood
            across = max(0.0, mood.valence[0] - valence, valence - mood.valence[1]) / 2
            up = max(0.0, mood.energy[0] - energy, energy - mood.energy[1])
            distances.append(across + up)
        assert min(distances) <= 0.1, (valence, energy)


def test_styles_differ_in_what_can_be_measured() -> None:
    """No two styles share both their tempi and their ensemble: tempo, instruments or drums tell them apart."""

    def traits(name: str) -> tuple[tuple[float, float], set[str], set[str]]:
        style = style_of(name)
        drums = {d for metres in style.grooves.values() for row in metres.values() for d in row}
        return style.tempo.mid, {i for row in style.layers for i in row.instruments}, drums

    for one, other in itertools.combinations(STYLES, 2):
        (low, high), players, drums = traits(one)
        (low2, high2), players2, drums2 = traits(other)
        overlap = max(0.0, min(high, high2) - max(low, low2)) / (max(high, high2) - min(low, low2))
        alike = len(players & players2) / len(players | players2)
        struck = len(drums & drums2) / max(1, len(drums | drums2))
        assert overlap + alike + struck < 2.2, (one, other, overlap, alike, struck)
        assert alike < 0.75, (one, other)


def test_modes_follow_the_mood() -> None:
    """In every style a darker mood never gets a brighter mode."""
    bright = ["phrygian", "minor", "dorian", "mixolydian", "major", "lydian"]
    for name in STYLES:
        rows = style_of(name).modes
        assert [row.up_to for row in rows] == sorted({row.up_to for row in rows}), name
        assert rows[-1].up_to >= 1.0, name
        order = [bright.index(row.mode) for row in rows]
        lydian_late = [place for place in order if place != 5]
        assert lydian_late == sorted(lydian_late), name
