"""Style files: the ones that ship are whole, and a wrong one is answered with file, line and field."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import pytest
import yaml

from cutscore_composer.errors import ConfigError, InputRefused
from cutscore_composer.plan.brief import TONICS, Key
from cutscore_composer.plan.numerals import SCALES, chord_of, parse_numeral
from cutscore_composer.plan.style import (
    Style,
    energy_class,
    load_style,
    parse_style,
    read_style,
    resolve_style,
    style_names,
)
from cutscore_composer.plan.style.rows import PATTERNED
from cutscore_composer.write.ensemble import sound_pack

TEXT = (files("cutscore_composer") / "styles" / "cinematic.yaml").read_text(encoding="utf-8")


def spoiled(old: str, new: str) -> tuple[str, int]:
    """The cinematic style with the first place that matches a pattern replaced, and that place's line from 1."""
    changed, count = re.subn(old, new, TEXT, count=1)
    assert count == 1, old
    pairs = zip(TEXT.splitlines(), changed.splitlines(), strict=True)
    return changed, next(n for n, (before, after) in enumerate(pairs, 1) if before != after)


@pytest.mark.parametrize("name", style_names())
def test_every_style_is_whole(name: str) -> None:
    """Each mode that a style may choose has harmony and tonics; each metre that it allows has rhythms for a motif."""
    style = load_style(name)
    assert name == style.name
    for row in style.modes:
        assert row.mode in style.harmony
        assert row.mode in style.tonics
    assert style.metre.default in style.metre.allowed
    for metre in style.metre.allowed:
        assert style.motif_rhythms[metre]
    assert style.words
    assert style.about


@pytest.mark.parametrize("name", style_names())
def test_every_style_names_what_the_pack_has(name: str) -> None:
    """Instruments and drums, read from the file as it is written, are in the pack's own files."""
    data = yaml.safe_load((files("cutscore_composer") / "styles" / f"{name}.yaml").read_text(encoding="utf-8"))
    pack = {}
    for table in ("pack.yaml", "synthesised.yaml"):
        text = (files("cutscore_composer") / "instruments" / table).read_text(encoding="utf-8")
        pack |= yaml.safe_load(text)["instruments"]
    kits = [set(one["keys"].values()) for one in pack.values() if one.get("keys")]
    seated = [i for row in data["layers"] for i in row["instruments"]]
    seated += [row["instrument"] for table in ("leads", "accents", "lead_ins", "ending") for row in data.get(table, [])]
    assert set() == set(seated) - set(pack)
    for row in (*data["accents"], *data.get("lead_ins", [])):
        struck = {*row.get("drums", []), *([row["drum"]] if "drum" in row else [])}
        assert struck <= set(pack[row["instrument"]].get("keys", {}).values())
    drums = {drum for metres in data.get("grooves", {}).values() for rows in metres.values() for drum in rows}
    drums |= {drum for rows in data.get("fills", {}).values() for fill in rows for drum in fill}
    assert set() == drums - set().union(*kits)


@pytest.mark.parametrize("name", style_names())
def test_rhythms_fill_their_bar(name: str) -> None:
    """A motif rhythm lasts exactly a bar."""
    for metre, rhythms in load_style(name).motif_rhythms.items():
        for rhythm in rhythms:
            assert sum(abs(float(value)) for value in rhythm.split()) == int(metre[0]), rhythm


@pytest.mark.parametrize("name", style_names())
def test_every_pattern_is_played_by_somebody(name: str) -> None:
    """No groove, bass, chord pattern, figure or ostinato stands in a file unused."""
    style = load_style(name)
    for layer, table in PATTERNED.items():
        rows = [row.patterns for row in style.layers if row.layer == layer]
        used = {pattern for row in rows for pattern in (*row.low, *row.mid, *row.high)}
        assert set() == set(getattr(style, table)) - used


def test_every_pack_instrument_has_a_midi_program() -> None:
    """No instrument that a style may name is without a General MIDI program."""
    used = {i for name in style_names() for row in load_style(name).layers for i in row.instruments}
    assert [] == [name for name in used if not 0 <= sound_pack()[name].program <= 127]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("bend_percent: [0-9]+", "bend_percent: six", "tempo.bend_percent"),
        (r"  low: \[\d+, \d+\]", "  low: [80, 60]", "tempo.low"),
        ("mode: phrygian}", "mode: locrian}", "modes.0.mode"),
        (r"harmony: \{\}", "harmony: {minor: {half_turn: [Vsus4 V, iv X]}}", "harmony.minor.half_turn.1"),
        ("vocabulary: film", "vocabulary: films", "vocabulary"),
        (r"minor: \[D, C,", "minor: [D, Cis,", "tonics.minor.1"),
        ("layer: figures", "layer: figurines", "layers.0.layer"),
        (r"instruments: \[harp\]", "instruments: [harpe]", "layers"),
        (r"(layer: comp, plain: piano, instruments: \[)piano", r"\1kit", "layers"),
        (r"(layer: groove.* instruments: \[)percussion", r"\1timpani", "layers"),
        (r"(layer: figures.*patterns: .*)rolling", r"\1rollin", "layers.0.patterns"),
        (r"drums: \[bass drum", "drums: [bass drums", "accents"),
        ("drum: suspended cymbal", "drum: suspended", "lead_ins"),
        ("phrase_bars: 4", "phrase_barz: 4", "form.phrase_bars"),
        (r"levels_db: \{(?:\w+: -?[\d.]+)?", "levels_db: {tuba: 1", "mix.levels_db.tuba"),
        (r"hall_db: -?\d+", "hall_db: 40", "mix.hall_db"),
        ("default: 4/4", "default: 9/8", "metre.default"),
    ],
)
def test_a_wrong_style_says_line_and_field(old: str, new: str, field: str) -> None:
    """The sentence names the file, the line as an editor counts it, and the field."""
    changed, line = spoiled(old, new)
    with pytest.raises(ConfigError) as caught:
        parse_style(changed, "mine.yaml")
    message = str(caught.value)
    assert re.search(rf"{re.escape(field)}[.\d a-z_]*:", message)
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


def test_a_style_is_named_or_found(tmp_path: Path) -> None:
    """What ends in .yaml is a file of the user's own, everything else the name of a style."""
    path = tmp_path / "mine.yml"
    path.write_text(TEXT.replace("name: cinematic", "name: mine"), encoding="utf-8")
    assert resolve_style(path).name == "mine"
    assert resolve_style(str(path)).name == "mine"
    assert resolve_style("cinematic").name == "cinematic"
    with pytest.raises(InputRefused, match="no style 'polka'"):
        resolve_style("polka")
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="UTF-8"):
        resolve_style(path)


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('(march:\n    4/4: {low taiko: "?)X', r"\1Y", "grooves.march.4/4.low taiko"),
        ('(march:\n    4/4: {low taiko: "?)X', r"\1XX", "grooves.march.4/4.low taiko"),
        ("(march:\n    4/4: {)low taiko", r"\1cowbells", "grooves.march.4/4"),
        (r"(\nfigures:\s+\w+:\s*\{?4/4: )\d", r"\g<1>13", "figures."),
    ],
)
def test_a_wrong_pattern_says_line_and_place(old: str, new: str, field: str) -> None:
    """A symbol that is none, steps that do not fill the bar, a drum that nobody has: told where they stand."""
    changed, line = spoiled(old, new)
    with pytest.raises(ConfigError) as caught:
        parse_style(changed, "mine.yaml")
    assert f"mine.yaml, line {line}: {field}" in str(caught.value)


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
