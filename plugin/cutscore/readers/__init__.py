"""Readers: one file a timeline format, each to the exact Cut; and videos in order as one Cut.

>>> cut = read_cut([Path("edit.otio")], search=[Path("/media")])      # doctest: +SKIP
>>> cut = read_cut([Path("part1.mp4"), Path("part2.mov")])            # doctest: +SKIP
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from cutscore.cut import Cut
from cutscore_composer.errors import InputRefused

TIMELINES: dict[str, str] = {
    ".otio": "otio_json",
    ".otioz": "bundle",
    ".otiod": "bundle",
    ".edl": "edl",
    ".xml": "fcp7",
    ".fcpxml": "fcpxml",
    ".fcpxmld": "fcpxml",
    ".aaf": "aaf",
    ".kdenlive": "mlt",
    ".mlt": "mlt",
}
"""Suffix of each timeline format and the module that reads it (loaded when it is needed)."""
_VIDEOS = """
.mp4 .mov .m4v .mkv .webm .avi .mxf .mts .m2ts .ts .mpg .mpeg .m2v .wmv .flv .f4v .3gp .3g2 .ogv .gif .dv .vob
.y4m .h264 .264 .hevc .265
"""
VIDEOS = frozenset(_VIDEOS.split())
"""Suffixes that are read as films; a file of any other is tried when its content is a film."""


def read_cut(
    inputs: Sequence[Path],
    *,
    search: Sequence[Path] = (),
    strict: bool = False,
    rate: Fraction | None = None,
) -> Cut:
    """Read one timeline, or one or several videos in order, as one Cut.

    `search` are folders in which media are looked for by name; with `strict` missing media are an
    error; `rate` overrides the rate (an EDL names none: 24 is assumed). Of several videos the first
    one's rate rules. Raises InputRefused with one sentence.
    """
    paths = [Path(path) for path in inputs]
    if not paths:
        raise InputRefused("Nothing to read: name a timeline or one or more videos.")
    timelines = [path for path in paths if _is_timeline(path)]
    if timelines and len(paths) > 1:
        raise InputRefused(f"{timelines[0]} is a timeline and must come alone; name one timeline, or only videos.")
    if timelines:
        return read_timeline(paths[0], search=search, strict=strict, rate=rate)
    from cutscore.readers.video import read_videos

    return read_videos(paths, rate=rate)


def read_timeline(
    path: Path,
    *,
    search: Sequence[Path] = (),
    strict: bool = False,
    rate: Fraction | None = None,
) -> Cut:
    """Read a timeline file of any suffix in `TIMELINES` as a Cut. Raises InputRefused."""
    from cutscore.readers.files import load
    from cutscore.readers.otio_json import without_gc
    from cutscore.readers.timeline import cut_of

    path = Path(path)
    if not _is_timeline(path):
        raise InputRefused(f"{path} is no timeline that can be read; readable are {_readable()}.")
    with without_gc():
        try:
            return cut_of(load(path, rate), path, search=search, strict=strict, rate=rate)
        except InputRefused as error:
            if str(path) in str(error):
                raise
            raise InputRefused(f"{path}: {error}") from error
        except RecursionError as error:
            raise InputRefused(
                f"{path} nests compositions far deeper than any edit; flatten the inner ones."
            ) from error


def require_picture(cut: Cut) -> None:
    """Raise InputRefused when a Cut has nothing to look at: music is made for a picture."""
    if all(span.kind == "gap" for span in cut.spans):
        raise InputRefused(f"{cut.source or cut.name} has no picture to score: it holds sound or gaps only.")


def _is_timeline(path: Path) -> bool:
    return path.suffix.casefold() in TIMELINES


def _readable() -> str:
    return f"{' '.join(TIMELINES)} and videos"
