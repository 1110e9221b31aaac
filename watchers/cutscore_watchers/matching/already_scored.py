"""Already scored: whether a render holds Cutscore's music for its project already, so that it is no new work.

A render that was exported from the scored project has the music in its sound. It is compared with every
version of the project's music that is still there; see `heard_music`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

from cutscore.readers import TIMELINES, read_timeline
from cutscore.results import safe_name
from cutscore_composer.engine import Progress
from cutscore_composer.errors import InputRefused
from cutscore_composer.media.probe import probe
from cutscore_watchers.matching.heard_music import find_in
from cutscore_watchers.matching.own_files import RESULTS, is_our_own
from cutscore_watchers.matching.pace import NEAR_RATES

MOST_PIECES = 16
"""Pieces of music that a render is compared with, the newest."""
_MOST_PROJECTS = 8


def already_scored(
    render: Path, project: Path | None, folders: Sequence[Path] = (), progress: Progress | None = None
) -> str | None:
    """Why a render is no new work: one sentence; None when it may be scored.

    `folders` are further ones in which music of the project may lie (the output folder). Raises
    InputRefused when the render cannot be read, and Cancelled.
    """
    said = is_our_own(render)
    if said is not None:
        return said
    facts = probe(render)
    if facts.main_video is None:
        return f"{render.name} is sound without a picture."
    if not facts.audio:
        return None
    music = music_of(project or render, folders)
    if not music:
        return None
    heard = find_in(render, music, progress)
    for pace, conformed in _conformed(music, facts.main_video.rate).items():
        heard = heard or find_in(render, conformed, progress, pace=pace)
    if heard is None:
        return None
    return (
        f"{render.name} holds the music {heard.music.name} already: mute the music in the project and render again"
        " for new music."
    )


def music_of(project: Path, folders: Sequence[Path] = ()) -> dict[Path, Fraction | None]:
    """The music that was made for a project, newest first, each with the rate of its picture where that is known."""
    found: dict[Path, Fraction | None] = {}
    results = project.with_name(f"{project.stem}{RESULTS}")
    # A watched folder may hold very many files; scored versions lie beside projects only.
    beside = [project.parent] if project.suffix.casefold() in TIMELINES else []
    for folder in dict.fromkeys([results, *beside, *folders]):
        found |= dict.fromkeys(_versions_in(folder, project))
        for timeline in _scored_in(folder, project):
            found |= _placed_in(timeline)
    if project.suffix.casefold() in TIMELINES:
        found |= _placed_in(project)
    newest = sorted(found, key=lambda path: (-_changed(path), str(path)))[:MOST_PIECES]
    return {path: found[path] for path in newest}


def _versions_in(folder: Path, project: Path) -> Iterator[Path]:
    """The music called after a project: a WAV with a cue file."""
    stem = safe_name(project.stem).casefold()
    for path in _entries(folder):
        if path.name.casefold().startswith(f"{stem}_") and path.name.endswith(".cue.json"):
            music = path.with_name(path.name.removesuffix(".cue.json") + ".wav")
            if music.is_file():
                yield music


def _scored_in(folder: Path, project: Path) -> list[Path]:
    stem = f"{project.stem}.scored".casefold()
    found = [path for path in _entries(folder) if path.name.casefold().startswith(stem)]
    timelines = [path for path in found if path.suffix.casefold() in TIMELINES]
    return sorted(timelines, key=lambda path: -_changed(path))[:_MOST_PROJECTS]


def _placed_in(project: Path) -> dict[Path, Fraction | None]:
    """The music on Cutscore's tracks of a project."""
    with suppress(InputRefused):
        cut = read_timeline(project)
        clips = (clip for track in cut.sounds if track.ours for clip in track.clips)
        return {clip.media: cut.rate for clip in clips if clip.media is not None}
    return {}


def _conformed(music: Mapping[Path, Fraction | None], render_rate: Fraction) -> dict[Fraction, list[Path]]:
    """Music whose film is played a little faster or slower when the render keeps its frames at a rate nearby."""
    found: dict[Fraction, list[Path]] = {}
    for path, rate in music.items():
        if rate is not None and rate != render_rate and abs(render_rate / rate - 1) <= NEAR_RATES:
            found.setdefault(render_rate / rate, []).append(path)
    return found


def _entries(folder: Path) -> list[Path]:
    try:
        return sorted(folder.iterdir())
    except OSError:
        return []


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
