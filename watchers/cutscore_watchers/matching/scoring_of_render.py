"""Scoring of a render: the timeline's own cuts, markers and dialogue, with the render as what is looked at.

The render is the finished picture, grades, titles and effects included, so it shows best how the film
moves and how light it is; where its shots change the timeline tells exactly. Nothing has to be searched
for, and what is offline in the project does no harm. A server is sent the render alone, so that one render
is one purchase whatever project it is placed in.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

from cutscore.config import Settings
from cutscore.cut import Cut
from cutscore.readers import read_cut, require_picture
from cutscore.readers.video import text_of_name
from cutscore_composer.errors import InputRefused
from cutscore_composer.media.probe import probe
from cutscore_composer.picture import Picture, PictureSpan, SoundSpan
from cutscore_composer.plain_video import picture_of_video
from cutscore_watchers.matching.render_place import RenderPlace


def picture_of(render: Path, place: RenderPlace, settings: Settings) -> tuple[Cut, Picture]:
    """The Cut to place the music into and the Picture to make it for; place it at `place.record_in`.

    Without a place both are of the render alone, and the music begins at its first frame. Raises
    InputRefused when the render or the project can no longer be read, or the project is shorter now.
    """
    if place.project is None:
        alone = read_cut([render])
        require_picture(alone)
        return alone, alone.picture()
    cut = read_cut([place.project], search=tuple(settings.media.search), rate=settings.media.rate_for([place.project]))
    if not 0 <= place.record_in < place.record_out <= cut.duration:
        raise InputRefused(f"{place.project} was shortened since {render.name} was found in it: drop the render again.")
    part = cut.picture().section(place.record_in, place.record_out)
    seen = picture_of_video(render)
    # So much of the render goes by in each second of the timeline: 1, or 1000/1001 for 24 from 23.976.
    speed = cut.rate / place.pace / seen.rate
    source_in = Fraction(place.head_frames) / seen.rate
    span = PictureSpan(0, part.frames, "clip", text_of_name(render.stem), render.absolute(), source_in, speed)
    return cut, replace(
        part,
        name=cut.name,
        spans=(span,),
        sounds=_sounds(part, cut, render, source_in, speed),
        # The render shows its fades itself.
        opening_fade_frames=0,
        closing_fade_frames=0,
    )


def _sounds(part: Picture, cut: Cut, render: Path, source_in: Fraction, speed: Fraction) -> tuple[SoundSpan, ...]:
    """The timeline's sounds, or the render's own where the timeline has none that can be heard."""
    wanted = [clip for track in cut.sounds if track.enabled and not track.ours for clip in track.clips if clip.enabled]
    if part.sounds and all(clip.media is not None for clip in wanted):
        return part.sounds
    if not probe(render).audio:
        return part.sounds
    # What is heard in a finished film may be speech, music and effects at once: it is listened to for speech.
    return (SoundSpan(0, part.frames, "dialogue", render.absolute(), source_in, speed),)
