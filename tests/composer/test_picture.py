"""A section of a picture shows, frame for frame, what the whole shows there."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutscore_composer.picture import CutPoint, Picture, PictureMarker, PictureSpan, SoundSpan

RATE = Fraction(24000, 1001)


@st.composite
def pictures(draw: st.DrawFn) -> Picture:
    lengths = draw(st.lists(st.integers(1, 50), min_size=1, max_size=8))
    speeds = [Fraction(1), Fraction(2), Fraction(-1), Fraction(0), Fraction(1, 3)]
    spans, at = [], 0
    for number, length in enumerate(lengths):
        spans.append(
            PictureSpan(
                at,
                at + length,
                "clip",
                media=Path(f"{number}.mov"),
                source_in=Fraction(draw(st.integers(0, 1000)), 24),
                speed=draw(st.sampled_from(speeds)),
            )
        )
        at += length
    first = draw(st.integers(0, at - 1))
    sound = SoundSpan(first, draw(st.integers(first + 1, at)), "dialogue", Path("d.wav"), Fraction(3), Fraction(1))
    return Picture(
        "film",
        RATE,
        at,
        tuple(spans),
        cuts=tuple(CutPoint(span.record_in) for span in spans[1:]),
        markers=tuple(PictureMarker(frame) for frame in sorted(draw(st.sets(st.integers(0, at - 1), max_size=4)))),
        sounds=(sound,),
        start_frame=86400,
    )


@given(pictures(), st.data())
def test_a_section_shows_the_same_source_at_every_frame(picture: Picture, data: st.DataObject) -> None:
    """Spans, sound, cuts and markers of the section are those of the whole, moved."""
    frame_in = data.draw(st.integers(0, picture.frames - 1))
    frame_out = data.draw(st.integers(frame_in + 1, picture.frames))
    part = picture.section(frame_in, frame_out)

    def shown(of: Picture, frame: int) -> tuple[Path | None, Fraction]:
        (span,) = [s for s in of.spans if s.record_in <= frame < s.record_out]
        return span.media, span.source_at(frame, of.rate)

    def heard(of: Picture, frame: int) -> list[Fraction]:
        return [
            s.source_in + Fraction(frame - s.record_in) / of.rate * s.speed
            for s in of.sounds
            if s.record_in <= frame < s.record_out
        ]

    assert frame_out - frame_in == part.frames
    for frame in range(part.frames):
        assert shown(picture, frame + frame_in) == shown(part, frame)
        assert heard(picture, frame + frame_in) == heard(part, frame)
    assert [c.frame - frame_in for c in picture.cuts if frame_in < c.frame < frame_out] == [c.frame for c in part.cuts]
    assert [m.frame - frame_in for m in picture.markers if frame_in <= m.frame < frame_out] == [
        m.frame for m in part.markers
    ]
    assert picture.start_frame + frame_in == part.start_frame


def test_a_section_outside_is_an_error() -> None:
    """It never clips silently."""
    picture = Picture("film", RATE, 10, (PictureSpan(0, 10, "gap"),))
    for wrong in ((0, 11), (5, 5), (-1, 3)):
        with pytest.raises(ValueError, match="no frames"):
            picture.section(*wrong)


def test_a_section_fades_only_where_the_whole_begins_or_ends() -> None:
    """The fades of the whole stay at its own ends and never outlast the section."""
    picture = Picture("film", RATE, 100, (PictureSpan(0, 100, "gap"),), opening_fade_frames=24, closing_fade_frames=12)

    def fades(section: Picture) -> tuple[int, int]:
        return section.opening_fade_frames, section.closing_fade_frames

    assert [(24, 12), (24, 0), (10, 0), (0, 12), (0, 5), (0, 0)] == [
        fades(picture.section(*ends)) for ends in ((0, 100), (0, 50), (0, 10), (50, 100), (95, 100), (10, 90))
    ]
