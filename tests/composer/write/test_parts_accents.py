"""Hits in every style: struck by everybody who sounds, silence before, the beat yielding around those that are free."""

from __future__ import annotations

import itertools
from fractions import Fraction
from functools import cache

import pytest

from cutscore_composer.plan.brief import Brief
from cutscore_composer.plan.instruments_by_name import instruments_named
from cutscore_composer.plan.style import load_style, style_names
from cutscore_composer.write.composition import Composition, Note
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.writer import write
from support.pages import brief_for
from support.scenes import scene

MOMENTS = ((6.3, 0.6), (12.7, 0.9), (19.2, 0.5), (25.0, 0.8))
LEADING = ("swell", "roll", "glissando", "tremolo")
_SURROUNDS_BEATS = 16
"""What surrounds a hit: four bars before it and after it."""


def composed(
    brief: Brief, seconds: float = 32, speech: tuple[tuple[float, float], ...] = (), seed: int = 7
) -> Composition:
    """The music of a brief for a made-up picture with four strong moments."""
    moments = tuple(moment for moment in MOMENTS if moment[0] < seconds)
    _, spotting = scene(seconds, moments, speech=speech, ending=brief.ending, rate=Fraction(24))
    return write(brief, spotting, seed)


@cache
def music_of(name: str, energy: float) -> Composition:
    """A style at an energy."""
    return composed(brief_for(load_style(name), energy))


def accent_beats(music: Composition) -> list[float]:
    """Where the accents lie, those at the last chord left out."""
    beats = [music.tempo.beat(hit.seconds) for hit in music.hits]
    return [beat for beat in beats if beat < music.final_beat - 0.5]


def struck_at(music: Composition, beat: float) -> dict[str, list[Note]]:
    """Who begins a note at a beat, as an accent or singing."""
    found: dict[str, list[Note]] = {}
    for part in music.parts:
        notes = [n for n in part.notes if abs(n.beat - beat) < 0.02 and n.articulation not in LEADING]
        if notes:
            found.setdefault(part.instrument, []).extend(notes)
    return found


@pytest.mark.parametrize("energy", [0.2, 0.5, 0.85])
@pytest.mark.parametrize("name", style_names())
def test_every_hit_is_struck_together(name: str, energy: float) -> None:
    """At each hit at least two notes are struck, two instruments outside of solos, drums where drums play."""
    music = music_of(name, energy)
    assert accent_beats(music)
    for beat in accent_beats(music):
        struck = struck_at(music, beat)
        assert sum(len(notes) for notes in struck.values()) >= 2
        assert len(struck) >= 2 or name.startswith("solo")
        drummers = {p.instrument for p in music.parts if sound_pack()[p.instrument].keys and p.role == "percussion"}
        near = {
            p.instrument
            for p in music.parts
            for n in p.notes
            if p.role == "percussion" and p.instrument in drummers and 0.3 < beat - n.beat < 8
        }
        assert not near or near & set(struck) or any(sound_pack()[i].channel in ("kit", "percussion") for i in struck)


@pytest.mark.parametrize("energy", [0.2, 0.5, 0.85])
@pytest.mark.parametrize("name", style_names())
def test_music_holds_its_breath_before_a_hit(name: str, energy: float) -> None:
    """Nothing begins or goes on in the tenth of a second before a hit, but what leads into it, and vinyl."""
    music = music_of(name, energy)
    for beat in accent_beats(music):
        edge = beat - 0.1 * music.tempo.bpm(beat - 0.1) / 60
        for part in music.parts:
            if part.instrument == "vinyl":
                continue
            inside = [
                note
                for note in part.notes
                if note.beat < beat - 0.02 and note.beat + note.beats > edge + 0.07 and note.articulation not in LEADING
            ]
            assert inside == [], part.instrument


@pytest.mark.parametrize("name", [name for name in style_names() if load_style(name).groove])
def test_the_beat_yields_around_a_free_hit(name: str) -> None:
    """Within a sixteenth after a hit that lies off the beat no drum and no short note falls; it would be a stumble."""
    found = 0
    for seed in (1, 2, 3):
        music = composed(brief_for(load_style(name), 0.7), seed=seed)
        for hit in music.hits:
            beat = music.tempo.beat(hit.seconds)
            if hit.on != "free" or beat >= music.final_beat - 0.5:
                continue
            found += 1
            late = [
                (part.instrument, note.beat)
                for part in music.parts
                for note in part.notes
                if part.role != "accent" and 0.02 < note.beat - beat <= 0.249
            ]
            assert late == []
    assert found


@pytest.mark.parametrize("name", style_names())
def test_what_leads_in_stops_before(name: str) -> None:
    """Swells, rolls and risers end with the hit or before it, and fall silent a beat ahead of the two strongest."""
    music = music_of(name, 0.85)
    beats = accent_beats(music)
    for part in music.parts:
        for note in part.notes:
            if part.role != "accent" or note.articulation not in LEADING:
                continue
            goal = min((beat for beat in beats if beat > note.beat + 0.1), default=None)
            if goal is not None and goal - note.beat < 10:
                assert note.beat + note.beats <= goal + 1e-3


@pytest.mark.parametrize("name", style_names())
def test_hits_are_louder_than_what_surrounds_them(name: str) -> None:
    """The force of what is struck together at a hit is above that of nine tenths of the moments within four bars."""
    music = music_of(name, 0.6)
    moments: dict[float, float] = {}
    for part in music.parts:
        for note in part.notes:
            if note.articulation not in LEADING:
                at = round(note.beat * 4) / 4
                moments[at] = moments.get(at, 0.0) + (note.velocity / 127) ** 2
    hits = {round(beat * 4) / 4 for beat in accent_beats(music)}
    for hit in hits:
        near = sorted(force for at, force in moments.items() if at not in hits and abs(at - hit) <= _SURROUNDS_BEATS)
        assert moments[hit] >= near[int(0.9 * len(near))]


ALONE: tuple[str, ...] = (
    "violin",
    "cello",
    "flute",
    "oboe",
    "piano",
    "guitar",
    "ukulele",
    "harp",
    "drums",
    "taiko",
    "marimba",
    "organ",
)
ALONE += ("music box", "celesta", "trumpet", "bass guitar", "double bass", "pad", "choir", "electric piano", "timpani")


@pytest.mark.parametrize("plain", ALONE)
@pytest.mark.parametrize("name", ["cinematic", "rock", "ambient"])
def test_any_instrument_plays_alone(name: str, plain: str) -> None:
    """ "Nothing but": that instrument and no other, from the beginning to the end."""
    music = composed(brief_for(load_style(name), 0.5, instruments=(plain,)), seconds=24)
    players = {part.instrument for part in music.parts}
    assert players
    assert players <= set(instruments_named(plain))
    beats = sorted(note.beat for part in music.parts for note in part.notes)
    assert len(beats) >= 8
    bars = [bar for bar in music.bars if bar.beat < music.final_beat]
    silent = [b for b in bars if not any(b.beat - 1e-6 <= beat < b.beat + b.beats for beat in beats)]
    assert len(silent) <= 0.5 * len(bars)


@pytest.mark.parametrize("plain", ["violin", "cello", "flute", "clarinet"])
def test_a_solo_is_one_line(plain: str) -> None:
    """A solo violin plays one note at a time until the last chord; its rests are filled with broken chords."""
    for name in ("cinematic", "jazz_lounge", "waltz"):
        music = composed(brief_for(load_style(name), 0.5, instruments=(plain,)))
        notes = sorted(
            (n for p in music.parts for n in p.notes if n.beat < music.final_beat - 1e-6), key=lambda n: n.beat
        )
        for before, after in itertools.pairwise(notes):
            slur = 0.1 + 0.03 * before.beats
            assert before.beat + before.beats <= after.beat + slur
            assert after.beat - before.beat > 0.02
        roles = {part.role for part in music.parts}
        assert "melody" in roles
        assert roles & {"harmony", "answer"}


def test_what_is_added_is_heard() -> None:
    """An instrument that the style lacks and the user names plays in a good part of the bars."""
    for name, plain in (("cinematic", "guitar"), ("rock", "violin"), ("solo_piano", "drums"), ("lofi", "harp")):
        style = load_style(name)
        music = composed(brief_for(style, 0.6, instruments=(*style.plain_names(), plain)))
        named = set(instruments_named(plain))
        bars = [bar for bar in music.bars if bar.beat < music.final_beat]
        notes = [n for p in music.parts if p.instrument in named and p.role != "accent" for n in p.notes]
        playing = [b for b in bars if any(b.beat <= n.beat < b.beat + b.beats for n in notes)]
        assert len(playing) >= 0.35 * len(bars), (name, plain)


@pytest.mark.parametrize("name", style_names())
def test_no_fills_and_no_rolls_under_speech(name: str) -> None:
    """While somebody speaks nothing leads in, no crash falls, and fewer notes sound than without the words."""
    style = load_style(name)
    spoken = composed(brief_for(style, 0.6), speech=((8.0, 24.0),))
    free = composed(brief_for(style, 0.6))

    def inside(music: Composition) -> list[tuple[str, Note]]:
        first, last = music.tempo.beat(10.0), music.tempo.beat(22.0)
        return [(p.instrument, n) for p in music.parts for n in p.notes if first < n.beat < last and p.role != "accent"]

    assert len(inside(spoken)) < len(inside(free))
    hits = accent_beats(spoken)
    leading = [
        note
        for part in spoken.parts
        if part.role == "accent"
        for note in part.notes
        if note.articulation in LEADING and all(abs(note.beat - beat) > 0.02 for beat in hits)
    ]
    assert not [n for n in leading if 10.5 < spoken.tempo.seconds(n.beat + n.beats) < 22]
