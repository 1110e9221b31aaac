"""What holds of the music of every style: clear low register, an ending at home, voices led, everything playable."""

from __future__ import annotations

import itertools

import pytest

from cutscore_composer.plan.style import style_names
from cutscore_composer.write.composition import Composition
from cutscore_composer.write.ensemble import sound_pack
from support.edits import edit_of, music_in, scored

CASES = [(style, words) for style in style_names() for words in ("calm", "powerful")]


def pitched(music: Composition) -> list[tuple[float, float, int, str]]:
    """(start, end, pitch, role) of every note that has a pitch, in order."""
    return sorted(
        (n.beat, n.beat + n.beats, n.pitch, p.role)
        for p in music.parts
        if not sound_pack()[p.instrument].keys and sound_pack()[p.instrument].channel != "fx"
        for n in p.notes
    )


@pytest.mark.parametrize(("style", "words"), CASES)
def test_no_third_sounds_below_c3(style: str, words: str) -> None:
    """Of all notes that sound together, no two are 3 or 4 semitones apart with the upper one below C3."""
    low = [(start, end, pitch) for start, end, pitch, _ in pitched(music_in(style, words)) if pitch < 48]
    found = []
    for index, (start, _, pitch) in enumerate(low):
        for _, end, other in low[:index]:
            if end > start + 0.001 and abs(pitch - other) in (3, 4):
                found.append((start, other, pitch))
    assert found == []


@pytest.mark.parametrize(("style", "words"), CASES)
def test_every_style_ends_at_home(style: str, words: str) -> None:
    """The last chord is the tonic of the brief's key over its own root, and all that is struck there belongs to it."""
    music = music_in(style, words)
    tonic = music.brief.key.pitch_class
    last = music.chords[-1]
    assert (music.final_beat, tonic, tonic) == (last.beat, last.tones[0], last.bass)
    struck = [pitch for start, _, pitch, role in pitched(music) if start >= music.final_beat - 1e-6]
    assert min(struck) % 12 == tonic
    assert {pitch % 12 for pitch in struck} <= set(last.tones)
    before = [end for start, end, _, _ in pitched(music) if start < music.final_beat - 1e-6]
    assert max(before) <= music.final_beat + 0.26


@pytest.mark.parametrize(("style", "words"), CASES)
def test_every_note_of_every_style_can_be_played(style: str, words: str) -> None:
    """In range and in order, by instruments of the pack, within the picture."""
    music = music_in(style, words)
    for part in music.parts:
        player = sound_pack()[part.instrument]
        assert sorted(n.beat for n in part.notes) == [n.beat for n in part.notes]
        for note in part.notes:
            assert player.low <= note.pitch <= player.high
            assert 1 <= note.velocity <= 127
            assert -20 <= note.shift_ms <= 60
            assert 0 <= music.tempo.seconds(note.beat) + note.shift_ms / 1000 + 1e-6
            assert music.tempo.seconds(note.beat) < music.seconds


def test_outer_voices_rarely_go_in_parallel() -> None:
    """Over all styles: at most one change of chord in twenty has parallel fifths or octaves between bass and top."""
    from cutscore_composer.plan.numerals import bars_of, chord_of, parse_numeral
    from cutscore_composer.plan.style import load_style
    from cutscore_composer.write.harmony import Harmonic
    from cutscore_composer.write.voicing import voice
    from support.pages import brief_for

    changes = parallel = 0
    for style in style_names():
        for mode, rows in load_style(style).harmony.items():
            key = brief_for(load_style(style), mode=mode).key
            for row in (*rows.statement, *rows.development, *rows.climax):
                chords = [chord_of(parse_numeral(n), key) for bar in bars_of(row) for n in bar]
                line = [Harmonic(4.0 * i, 4.0 * i + 4, chord) for i, chord in enumerate(chords)]
                voiced = voice(line, [64.0] * len(line), [False] * len(line))
                for a, b in itertools.pairwise(voiced):
                    then, now = a.voices[3] - a.bass, b.voices[3] - b.bass
                    moves = a.bass != b.bass and a.voices[3] != b.voices[3]
                    changes += 1
                    parallel += moves and then % 12 == now % 12 and now % 12 in (0, 7)
    assert parallel <= changes / 20


def test_keys_leave_home_only_where_the_picture_turns_and_come_back() -> None:
    """In a still picture the key stays; where a scene breaks out it may leave, at a section; the end is at home."""
    still, _ = scored(edit_of(150, 6, arc=((0, 0.3), (1, 0.3))), style="cinematic")
    assert [still.brief.key] == [one.key for one in still.keys]
    left = 0
    for seed in range(4):
        jumpy = ((0, 0.1), (0.3, 0.1), (0.31, 0.9), (0.6, 0.9), (0.61, 0.1), (1, 0.1))
        music, spotting = scored(edit_of(180, 16, seed, arc=jumpy), "dramatic", "cinematic", seed)
        assert music.keys[0].key == music.keys[-1].key == music.brief.key
        borders = [music.tempo.beat(float(s.frame_in / spotting.rate)) for s in spotting.sections]
        for one in music.keys[1:]:
            assert min(abs(one.beat - border) for border in borders) <= 5
        left += len(music.keys) > 1
    assert left >= 1


def test_slow_harmony_stays() -> None:
    """A style whose chords last two bars or four changes them less often than one whose chords last one."""
    from cutscore_composer.plan.style import load_style

    def a_bar(style: str) -> float:
        music = music_in(style, "calm")
        return len(music.chords) / len([b for b in music.bars if b.beat < music.final_beat])

    slow = [name for name in style_names() if load_style(name).form.chord_bars > 1]
    assert slow
    assert max(a_bar(name) for name in slow) < a_bar("cinematic")
