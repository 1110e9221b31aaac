"""Plain videos as a picture: how long each is, where it begins, and at which rate."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from cutscore_composer.errors import InputRefused
from cutscore_composer.media.probe import probe
from cutscore_composer.plain_video import film_seconds, picture_of_video, picture_of_videos
from support.films import film


def seconds_of(path: Path) -> Fraction:
    video = probe(path).main_video
    assert video is not None
    return film_seconds(video)


def test_videos_follow_each_other_without_holes(tmp_path: Path) -> None:
    """Of one rate: borders are sums of frames, each with its own file and sound."""
    first = film(tmp_path / "a.mp4", frames=30, sound_seconds=1.0)
    second = film(tmp_path / "b.mp4", frames=47)
    picture = picture_of_videos([first, second, first])
    assert [(0, 30), (30, 77), (77, 107)] == [(span.record_in, span.record_out) for span in picture.spans]
    assert [first, second, first] == [span.media for span in picture.spans]
    assert [0, 77] == [sound.record_in for sound in picture.sounds]
    assert picture == picture_of_videos([first, second, first])
    assert picture_of_videos([first]) == picture_of_video(first)


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.mov", "a.avi"])
def test_even_frames_last_what_they_count(tmp_path: Path, name: str) -> None:
    """Whatever the container, and however roughly it counts time: 53 frames at 23.976 are 53 frames."""
    rate = Fraction(24000, 1001)
    path = film(tmp_path / name, frames=53, rate=rate)
    assert (53 / rate, 53) == (seconds_of(path), picture_of_video(path).frames)


def test_other_rates_are_laid_on_the_first_one_s_frames(tmp_path: Path) -> None:
    """Borders at the nearest frame of the running sum, so that errors do not add up; the end at the last whole one."""
    base = film(tmp_path / "25.mp4", frames=25)
    odd = film(tmp_path / "30.mp4", frames=31, rate=Fraction(30))
    picture = picture_of_videos([base, odd, odd, odd])
    assert 25 == picture.rate
    ends = [(1 + Fraction(31, 30) * n) * 25 for n in range(4)]
    assert [round(end) for end in ends[:3]] == [span.record_out for span in picture.spans[:3]]
    assert int(ends[3]) == picture.frames


def test_a_slide_show_does_not_set_the_grid(tmp_path: Path) -> None:
    """Videos after one of a frame a second are laid to frames of their own rate, not to whole seconds."""
    slides = film(tmp_path / "slides.mp4", frames=3, rate=Fraction(1))
    short = film(tmp_path / "short.mp4", frames=30)
    picture = picture_of_videos([slides, short])
    assert (25, 105) == (picture.rate, picture.frames)
    assert 1 == picture_of_videos([slides, slides]).rate


def test_uneven_frames_last_as_their_stamps_say(tmp_path: Path) -> None:
    """A variable rate: never longer than the video."""
    path = film(tmp_path / "v.mkv", frames=60, steps=(17, 40, 90))
    picture = picture_of_video(path)
    assert 0 <= seconds_of(path) - picture.seconds < 1 / picture.rate


def test_what_does_not_move_is_refused(tmp_path: Path) -> None:
    """Sound alone, and the name of the file that is wrong among good ones."""
    from support.sounds import encoded

    good = film(tmp_path / "good.mp4", frames=25)
    bad = tmp_path / "bad.mp3"
    bad.write_bytes(encoded("mp3_44100_128", 1))
    with pytest.raises(InputRefused, match=r"bad\.mp3 has no moving picture"):
        picture_of_videos([good, bad])
