"""The arithmetic of what is seen: against the same question asked frame by frame."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from cutscore.editors.blender.layers import Fade, Layer, Piece, Shot, content, cut_to, joined, seen_through
from cutscore.editors.blender.rates import exact_rate, round_half_up, scene_rate

PACES = [Fraction(1), Fraction(2), Fraction(1, 2), Fraction(5, 4), Fraction(1000, 1001), Fraction(0)]


def at(layer: Layer, frame: int) -> tuple[Shot, Fraction] | None:
    found = [(p.shot, p.place + (frame - p.start) * p.pace) for p in layer.pieces if p.start <= frame < p.end]
    assert len(found) < 2
    return found[0] if found else None


@st.composite
def layers(draw: st.DrawFn) -> Layer:
    cursor, pieces = draw(st.integers(-20, 20)), []
    for _ in range(draw(st.integers(0, 5))):
        start = cursor + draw(st.integers(0, 6))
        cursor = start + draw(st.integers(1, 12))
        shot = Shot("movie", "m", frames=1000)
        pieces.append(Piece(start, cursor, shot, Fraction(draw(st.integers(0, 50))), draw(st.sampled_from(PACES))))
    return Layer(pieces)


@given(layers(), st.integers(-30, 60), st.integers(1, 40))
def test_a_part_of_a_layer_shows_what_the_layer_shows(layer: Layer, start: int, length: int) -> None:
    """Within the part every frame is the same, outside it there is nothing."""
    part = cut_to(layer, start, start + length)
    for frame in range(start - 5, start + length + 5):
        assert (at(layer, frame) if start <= frame < start + length else None) == at(part, frame)


@given(layers(), st.integers(-20, 40), st.integers(1, 40), st.integers(-40, 80), st.sampled_from(PACES))
def test_a_layer_at_another_speed_shows_the_nearest_frames(
    layer: Layer, start: int, length: int, tenths: int, pace: Fraction
) -> None:
    """Each frame shows the shot that the layer has at the frame nearest to origin + n × pace."""
    origin = Fraction(tenths, 10) if pace != 1 else Fraction(tenths)
    through = seen_through(layer, start, start + length, origin, pace)
    for frame in range(start, start + length):
        time = origin + (frame - start) * pace
        wanted, seen = at(layer, round_half_up(time)), at(through, frame)
        assert (wanted and wanted[0]) == (seen and seen[0])
        if wanted and seen:
            assert abs(wanted[1] - seen[1]) <= Fraction(1, 2) * max(piece.pace for piece in layer.pieces)


@given(st.integers(-20, 20), st.integers(2, 40), st.booleans(), st.integers(-40, 20), st.integers(1, 60))
def test_content_is_held_beyond_its_ends(begin: int, length: int, backwards: bool, start: int, frames: int) -> None:
    """Before the media its first frame is seen, after it the last one; backwards the other way round."""
    shot = Shot("movie", "m", frames=length)
    layer = content(shot, start, start + frames, Fraction(begin), length, Fraction(1), backwards=backwards)
    for frame in range(start, start + frames):
        index = min(max(frame - begin, 0), length - 1)
        assert at(layer, frame) == (shot, length - 1 - index if backwards else index)


def test_a_shot_that_goes_on_is_one_piece() -> None:
    """Two stretches of one strip that follow each other are joined; two strips of one file are not."""
    shot, other = Shot("movie", "m"), Shot("movie", "m")
    first = Layer([Piece(0, 10, shot, Fraction(5), Fraction(1))])
    on = Layer([Piece(10, 20, shot, Fraction(15), Fraction(1))])
    jump = Layer([Piece(20, 30, shot, Fraction(40), Fraction(1))])
    cut = Layer([Piece(30, 40, other, Fraction(50), Fraction(1))])
    edges = [(piece.start, piece.end) for piece in joined([first, on, jump, cut]).pieces]
    assert [(0, 20), (20, 30), (30, 40)] == edges


def test_a_fade_out_and_a_fade_in_at_one_cut_are_one_fade() -> None:
    """What is said of a cut from both sides belongs together."""
    out, in_ = Layer([], [Fade(10, 6, 0, "dissolve")]), Layer([], [Fade(10, 0, 4, "dissolve")])
    assert [Fade(10, 6, 4, "dissolve")] == joined([out, in_]).fades


@settings(max_examples=50)
@given(st.sampled_from([24, 25, 30, 48, 50, 60, 120]), st.booleans())
def test_rates_are_exact_although_blender_keeps_32_bits(whole: int, ntsc: bool) -> None:
    """fps_base as Blender stores it, and its quotient, both mean the exact rate."""
    import struct

    def as_float32(value: float) -> float:
        return float(struct.unpack("f", struct.pack("f", value))[0])

    base = as_float32(1.001 if ntsc else 1.0)
    wanted = Fraction(whole * 1000, 1001) if ntsc else Fraction(whole)
    assert wanted == scene_rate(whole, base)
    assert wanted == exact_rate(as_float32(whole / base))


def test_an_odd_rate_stays_what_it_is() -> None:
    """30.303 frames a second is no standard rate, and none is made of it."""
    assert Fraction(1000, 33) == exact_rate(30.303030303)
    assert Fraction(25, 2) == exact_rate(12.5)
