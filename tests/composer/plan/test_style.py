"""Style files: the ones that ship are whole, and a wrong one is answered with file, line and field."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import pytest

from cutscore_composer.errors import ConfigError, InputRefused
from cutscore_composer.plan.brief import TONICS, Key
from cutscore_composer.plan.numerals import SCALES, chord_of, parse_numeral
from cutscore_composer.plan.style import Style, energy_class, load_style, parse_style, read_style, style_names
from cutscore_composer.write.ensemble import sound_pack

TEXT = (files("cutscore_composer") / "styles" / "cinematic.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", style_names())
def test_every_style_is_whole(name: str) -> None:
    """Each mode that a style may choose has harmony and tonics; each instrument is in the pack."""
    style = load_style(name)
    assert name == style.name
    for row in style.modes:
        assert row.mode in style.harmony
        assert row.mode in style.tonics
    instruments = {i for row in style.layers for i in row.instruments} | {row.instrument for row in style.leads}
    assert instruments - set(sound_pack()) == set()
    for metre in style.metre.allowed:
        assert style.motif_rhythms[metre]
        assert style.figures[metre]


@pytest.mark.parametrize("name", style_names())
def test_rhythms_and_figures_fill_their_bar(name: str) -> None:
    """A motif rhythm lasts exactly a bar; a figure has two steps a beat."""
    style = load_style(name)
    for metre, rhythms in style.motif_rhythms.items():
        for rhythm in rhythms:
            assert sum(abs(float(value)) for value in rhythm.split()) == int(metre[0]), rhythm
    for metre, rows in style.figures.items():
        assert all(len(row.split()) == 2 * int(metre[0]) for row in rows)


def test_every_pack_instrument_has_a_midi_program() -> None:
    """No instrument that a style may name is without a General MIDI program."""
    used = {i for name in style_names() for row in load_style(name).layers for i in row.instruments}
    assert [] == [name for name in used if not 0 <= sound_pack()[name].program <= 127]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("bend_percent: 6 ", "bend_percent: six ", "tempo.bend_percent"),
        ("low: [60, 80]", "low: [80, 60]", "tempo.low"),
        ("mode: phrygian}", "mode: locrian}", "modes.0.mode"),
        ("half_turn: [Vsus4 V, iv V,", "half_turn: [Vsus4 V, iv X,", "harmony.minor.half_turn.1"),
        ("minor: [D, C,", "minor: [D, Cis,", "tonics.minor.1"),
        ("layer: figures", "layer: figurines", "layers.0.layer"),
        ("phrase_bars: 4", "phrase_barz: 4", "form.phrase_bars"),
        ("levels_db: {}", "levels_db: {brass: 1}", "mix.levels_db.brass"),
        ("hall_db: 0", "hall_db: 40", "mix.hall_db"),
        ("default: 4/4", "default: 9/8", "metre.default"),
    ],
)
def test_a_wrong_style_says_line_and_field(old: str, new: str, field: str) -> None:
    """The sentence names the file, the line as an editor counts it, and the field."""
    assert old in TEXT
    changed = TEXT.replace(old, new, 1)
    line = next(n for n, text in enumerate(changed.splitlines(), 1) if new.splitlines()[0] in text)
    with pytest.raises(ConfigError) as caught:
        parse_style(changed, "mine.yaml")
    message = str(caught.value)
    assert f"{field}:" in message
    if field == "form.phrase_bars":  # a missing field is told at the mapping that lacks it
        line -= 1
    assert f"mine.yaml, line {line}:" in message


def test_broken_yaml_says_its_line() -> None:
    """What is not YAML is told with its line, without a traceback."""
    with pytest.raises(ConfigError, match=r"mine.yaml, line \d+"):
        parse_style("schema: cutscore.style/1\nname: [", "mine.yaml")


def test_a_style_of_the_users_own_is_read(tmp_path: Path) -> None:
    """A copy of a style loads from any folder; a missing one is refused."""
    path = tmp_path / "mine.yaml"
    path.write_text(TEXT, encoding="utf-8")
    assert isinstance(read_style(path), Style)
    with pytest.raises(InputRefused):
        read_style(tmp_path / "none.yaml")


def test_energy_classes() -> None:
    """low < .35 ≤ mid < .65 ≤ high."""
    assert [energy_class(e) for e in (0, 0.349, 0.35, 0.649, 0.65, 1)] == ["low", "low", "mid", "mid", "high", "high"]


@pytest.mark.parametrize(
    ("numeral", "key", "symbol", "tones"),
    [
        ("i", Key("D", "minor"), "Dm", "D F A"),
        ("V7", Key("D", "minor"), "A7", "A C# E G"),
        ("VI", Key("D", "minor"), "Bb", "Bb D F"),
        ("IV", Key("D", "dorian"), "G", "G B D"),
        ("II/ped", Key("F", "lydian"), "G/F", "G B D"),
        ("V/3", Key("C", "major"), "G/B", "G B D"),
        ("VIIsus4", Key("A", "minor"), "Gsus4", "G C D"),
        ("IVmaj7", Key("G", "major"), "Cmaj7", "C E G B"),
        ("VII", Key("D", "mixolydian"), "C", "C E G"),
        ("V7>vi", Key("C", "major"), "E7", "E Ab B D"),
        ("V7/3>V", Key("Eb", "major"), "F7/A", "F A C Eb"),
        ("viidim7>ii", Key("C", "major"), "C#dim7", "C# E G Bb"),
        ("iim7b5", Key("C", "minor"), "Dm7b5", "D F Ab C"),
        ("bVI", Key("C", "major"), "Ab", "Ab C Eb"),
        ("bIImaj7", Key("E", "minor"), "Fmaj7", "F A C E"),
        ("V13", Key("C", "major"), "G13", "G B D F E"),
        ("ii9", Key("C", "major"), "Dm9", "D F A C E"),
        ("Imaj9", Key("F", "major"), "Fmaj9", "F A C E G"),
        ("Vaug", Key("C", "major"), "Gaug", "G B Eb"),
        ("V7/7", Key("G", "major"), "D7/C", "D F# A C"),
        ("I5", Key("E", "minor"), "E5", "E B B"),
    ],
)
def test_numerals_are_the_chords_of_the_textbook(numeral: str, key: Key, symbol: str, tones: str) -> None:
    """Roman numerals mean the chords that a musician reads in them."""
    chord = chord_of(parse_numeral(numeral), key)
    assert symbol == chord.symbol
    assert tones.split() == [TONICS[tone] for tone in chord.tones]


def test_scales_rise_within_an_octave() -> None:
    """Seven rising steps each."""
    assert all(len(set(s)) == 7 and tuple(sorted(s)) == s and s[-1] < 12 for s in SCALES.values())
