"""Finding: the one project, and the frames in it, that a render shows; or none, with the reason.

Projects that are called like the render come first. A project that is found by its name alone must
still have the render's picture in it; where two projects have it equally, nothing is guessed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from cutscore.config import Settings
from cutscore.config.watching import WatchFolder
from cutscore.readers import read_timeline, require_picture
from cutscore_composer.engine import Progress
from cutscore_composer.errors import InputRefused
from cutscore_composer.look.likeness import one_thread
from cutscore_composer.media.probe import probe
from cutscore_composer.timebase import SAMPLE_RATE, seconds_at, timecode
from cutscore_watchers.matching.checking import Checker
from cutscore_watchers.matching.edges import edges_of
from cutscore_watchers.matching.eyes import RenderEye, TimelineEye
from cutscore_watchers.matching.locating import Doubt, Located, locate
from cutscore_watchers.matching.patterns import Candidate, candidates_for, is_called_like
from cutscore_watchers.matching.render_place import How, RenderPlace, nowhere
from cutscore_watchers.matching.told_cuts import told_cuts

_MOST_REASONS = 3
MOST_SCANNED = 4
"""Projects whose media are all glanced at, if need be; of more only those that are called like the render."""
SHORTEST_SECONDS = Fraction(1, 2)
"""A render shorter than this shows too little to be placed by its pictures."""


@dataclass(frozen=True, slots=True)
class _Place:
    place: RenderPlace
    called_alike: bool


def find_place(render: Path, watch: WatchFolder, settings: Settings, progress: Progress) -> RenderPlace:
    """Where a render belongs. Writes nothing.

    A place that is not certain is none: then `project` is None and `warnings` say why. Raises InputRefused
    when the render has no moving picture or changes meanwhile.
    """
    candidates = candidates_for(render, watch)
    if not candidates:
        return nowhere(_no_candidates(render, watch))
    with one_thread(), RenderEye(render, progress) as eye:
        said = _start_timecode(render, eye)
        found: list[_Place] = []
        reasons: list[str] = []
        for candidate in candidates:
            progress.check()
            alike = is_called_like(candidate.path, render)
            if found and found[0].called_alike and not alike:
                break  # a project of that name has the picture: no other is asked
            may_scan = alike or len(candidates) <= MOST_SCANNED
            answer = _placed(eye, candidate, settings, said, progress, may_scan)
            if isinstance(answer, RenderPlace):
                found.append(_Place(answer, alike))
            else:
                reasons.append(answer)
    return _the_one(render, found, reasons)


def _placed(
    eye: RenderEye, candidate: Candidate, settings: Settings, said: str | None, progress: Progress, may_scan: bool
) -> RenderPlace | str:
    """The place in one project, or why there is none."""
    path = candidate.path
    try:
        cut = read_timeline(path, search=tuple(settings.media.search), rate=settings.media.rate_for([path]))
        require_picture(cut)
    except InputRefused as error:
        return str(error)
    with TimelineEye(cut, progress) as timeline:
        checker = Checker(eye, timeline, told_cuts(cut), may_scan=may_scan)
        located = locate(checker, said)
        if isinstance(located, Doubt):
            return located.reason
        edges = edges_of(checker, located.offset, located.pace)
    if edges is None:
        return f"{eye.path.name} has no frame of {path.name} in it."
    return RenderPlace(
        project=path,
        timeline=cut.name,
        record_in=edges.record_in,
        record_out=edges.record_out,
        how=_how(located, candidate),
        confidence=round(1 - math.exp(-max(0.1, located.nats)), 4),
        warnings=located.warnings,
        head_frames=edges.head_frames,
        pace=edges.pace.ratio,
    )


def _how(located: Located, candidate: Candidate) -> How:
    if located.by == "timecode":
        return "timecode"
    return "content" if located.by == "content" else candidate.how


def _the_one(render: Path, found: list[_Place], reasons: list[str]) -> RenderPlace:
    alike = [one for one in found if one.called_alike]
    chosen = alike if len(alike) == 1 else found
    if len(chosen) == 1:
        return chosen[0].place
    if chosen:
        names = ", ".join(str(one.place.project) for one in chosen[:4])
        return nowhere(f"{render.name} fits {len(chosen)} projects equally well ({names}): name one with project:.")
    more = [f"{len(reasons) - _MOST_REASONS} more projects do not fit either."] if len(reasons) > _MOST_REASONS else []
    return nowhere(*reasons[:_MOST_REASONS], *more)


def _no_candidates(render: Path, watch: WatchFolder) -> str:
    if watch.project is not None:
        return f"There is no project for {render.name}: nothing is found for project: {watch.project}."
    return f"There is no project for {render.name}: no timeline of that name lies near it, and project: names none."


def _start_timecode(render: Path, eye: RenderEye) -> str | None:
    """The timecode of the render's first frame, from its timecode track or its broadcast extension."""
    facts = probe(render)
    if facts.start_timecode:
        return facts.start_timecode
    reference = _time_reference(render)
    if reference is None:
        return None
    return timecode(math.floor(seconds_at(reference[0], Fraction(reference[1])) * eye.rate), eye.rate)


def _time_reference(render: Path) -> tuple[int, int] | None:
    """Samples since midnight and their rate, where a broadcast extension says them."""
    from contextlib import closing

    import av

    from cutscore_composer.media.probe import OPEN_OPTIONS

    with closing(av.open(f"file:{render}", options=OPEN_OPTIONS, metadata_errors="replace")) as container:
        for tags in (container.metadata, *(stream.metadata for stream in container.streams)):
            text = tags.get("time_reference", "")
            if text.isdigit() and int(text) < 2**40:
                audio = container.streams.audio
                return int(text), audio[0].sample_rate if audio else SAMPLE_RATE
    return None
