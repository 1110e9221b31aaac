"""Picture of a render: what the engine is to see of a video that shows a part of a known timeline, or of no known one.

The pictures come from the render, which is whole and here; the cuts and markers come from the timeline, which knows
them exactly. Of a render without a project the cuts are found by looking.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutscore_composer.engine import Progress
from cutscore_composer.errors import InputRefused

if TYPE_CHECKING:
    from cutscore.config import Settings
    from cutscore.cut import Cut
    from cutscore_composer.picture import Picture


@dataclass(frozen=True, slots=True)
class Render:
    """A render as it is to be scored."""

    cut: Cut
    """The render itself, as a Cut of one span."""
    picture: Picture
    warnings: tuple[str, ...]


def picture_of(path: Path, place: Mapping[str, Any], settings: Settings, progress: Progress) -> Render:
    """What is to be scored of the video at `path`, whose place is `place` (the JSON of a RenderPlace).

    Raises InputRefused for a video that cannot be used.
    """
    from cutscore.scoring import read_picture

    if place.get("project") is None:
        cut, picture = read_picture([path], settings, progress)
        return Render(cut, picture, cut.warnings)
    project = project_cut(Path(place["project"]), settings)
    first, last = int(place["record_in"]), min(int(place["record_out"]), project.duration)
    if not 0 <= first < last:
        raise InputRefused(f"{path.name} belongs at frame {first} of {project.name}, which has {project.duration}.")
    film, own = read_picture([path], settings, progress)
    whole = project.picture().section(first, last)
    head = Fraction(int(place.get("head_frames", 0)))
    pace = Fraction(str(place.get("pace", 1)))
    span = replace(
        own.spans[0],
        record_in=0,
        record_out=whole.frames,
        source_in=head / film.rate,
        # Frame f of the timeline's part is frame f / pace of the render.
        speed=project.rate / (pace * film.rate),
        search_cuts=False,
    )
    sounds = tuple(
        replace(sound, record_in=0, record_out=whole.frames, source_in=span.source_in, speed=span.speed)
        for sound in own.sounds
    )
    picture = replace(whole, name=own.name, spans=(span,), sounds=sounds)
    return Render(replace(film, rate=project.rate), picture, film.warnings)


def project_cut(project: Path, settings: Settings) -> Cut:
    """The timeline of a project; that its media are not on this machine does not matter: the render shows them."""
    from cutscore.readers import read_cut

    return read_cut([project], strict=False, rate=settings.media.rate_for([project]))
