"""Alternates: what is left out is out, what stays is whole; cut-downs are pieces with an ending of their own."""

from __future__ import annotations

from fractions import Fraction

import pytest

from cutscore_composer.plan.planner import plan
from cutscore_composer.wishes import Wishes
from cutscore_composer.write.alternates import alternate_spotting, cut_down, without
from cutscore_composer.write.ensemble import sound_pack
from cutscore_composer.write.stems import stem_of
from support.edits import edit_of, music_in, scored


@pytest.mark.parametrize("style", ["cinematic", "rock", "synthwave", "jazz_lounge"])
def test_no_drums_has_no_drums_and_all_the_rest(style: str) -> None:
    """Every part of other stems is the same, none of the drums is left."""
    music = music_in(style, "powerful")
    quiet = without(music, {"drums"})
    stems = {stem_of(p.role, sound_pack()[p.instrument].channel) for p in music.parts}
    assert "drums" in stems
    assert {stem_of(p.role, sound_pack()[p.instrument].channel) for p in quiet.parts} == stems - {"drums"}
    assert set(quiet.parts) <= set(music.parts)


@pytest.mark.parametrize("style", ["cinematic", "rock", "synthwave", "solo_piano"])
def test_no_melody_keeps_the_whole_ending(style: str) -> None:
    """No melody sounds before the last chord, which is the same as before."""
    music = music_in(style, "dramatic")
    bare = without(music, {"melody"})

    def last(parts: tuple[object, ...]) -> set[tuple[str, int]]:
        return {(p.instrument, n.pitch) for p in parts for n in p.notes if n.beat >= music.final_beat - 1e-6}  # type: ignore[attr-defined]

    assert last(bare.parts) == last(music.parts)
    sung = [n for p in bare.parts if p.role in ("melody", "answer") for n in p.notes]
    assert [n for n in sung if n.beat < music.final_beat - 1e-6] == []
    assert any(p.role in ("melody", "answer") for p in music.parts)


@pytest.mark.parametrize("style", ["cinematic", "pop_electronic", "waltz"])
@pytest.mark.parametrize("seconds", [15, 30, 60])
def test_a_cut_down_is_a_piece_of_its_own(style: str, seconds: int) -> None:
    """To the frame as long as asked; in the cue's key and style; a dominant or its like before the last tonic."""
    seen = edit_of(120, 14, 3)
    whole, spotting = scored(seen, "dramatic", style)
    short = cut_down(whole.brief, spotting, seconds, 7)
    assert Fraction(seconds) == Fraction(short.frames) / short.rate
    assert whole.brief.key == short.brief.key
    assert short.chords[-1].tones[0] == short.chords[-1].bass == short.brief.key.pitch_class
    assert short.chords[-2].tones[0] != short.brief.key.pitch_class
    at = short.tempo.seconds(short.final_beat)
    assert 0.8 <= short.seconds - at <= 5
    assert short == cut_down(whole.brief, spotting, seconds, 7)
    common = {p.instrument for p in short.parts} & {p.instrument for p in whole.parts}
    assert len(common) >= 0.7 * len({p.instrument for p in short.parts})


def test_a_cut_down_is_of_the_strongest_stretch() -> None:
    """Its picture is stronger than the whole in the mean, and its hits lie within it."""
    seen = edit_of(180, 14, 4)
    _, spotting = scored(seen, "dramatic", "cinematic")
    short = alternate_spotting(spotting, 30)
    assert short.energy.mean() > spotting.energy.mean()
    assert all(0 < m.frame < short.final_frame < short.frames for m in short.moments)
    assert short.sections[0].frame_in == 0
    assert short.sections[-1].frame_out == short.frames
    assert all(a.frame_out == b.frame_in for a, b in zip(short.sections, short.sections[1:], strict=False))


def test_a_cue_that_is_no_longer_stays_as_it_is() -> None:
    """Thirty seconds of a cue of twenty are those twenty."""
    seen = edit_of(20, 14)
    _, spotting = scored(seen)
    assert alternate_spotting(spotting, 30) is spotting


def test_a_fade_becomes_an_ending() -> None:
    """A cut-down of a cue that fades has a last chord that rings."""
    seen = edit_of(60, 12)
    whole, spotting = scored(seen, "dramatic", "cinematic", ending="fade")
    brief = plan(Wishes("dramatic", style="cinematic", ending="fade"), seen, spotting, 7)
    assert (whole.brief.ending, cut_down(brief, spotting, 15, 7).brief.ending) == ("fade", "ring")
