"""The Python calls `cutscore.score`, `cutscore.plan` and `cutscore.read_timeline`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutscore.config import Settings
    from cutscore.cut import Cut
    from cutscore.scoring import ScoreResult
    from cutscore_composer.cue import Cue
    from cutscore_composer.engine import Progress

PathLike = str | os.PathLike[str]

RESEND_CALL = "the same call of cutscore.score with resend=True"
"""How a parked call is sent again where no command line asked for it."""


def score(
    *inputs: PathLike,
    description: str | None = None,
    tags: Sequence[str] | None = None,
    engine: str | None = None,
    seed: int | None = None,
    takes: int | None = None,
    alternates: Sequence[str] | None = None,
    range: tuple[str, str] | None = None,
    output: PathLike | None = None,
    in_place: bool | None = None,
    preview: bool | None = None,
    place: bool = True,
    resend: bool = False,
    config: PathLike | Settings | None = None,
    progress: Progress | None = None,
) -> ScoreResult:
    """Make music for a timeline, or for videos in order, and lay it into the project.

    What is None is taken from `config` (a YAML file or a Settings), else from the defaults.
    `range` is (in, out) as timecodes of the timeline or seconds from its start. `alternates` are other versions
    of the piece: no-drums, no-melody, ducked, 60s, 30s, 15s.
    Raises the errors of `cutscore_composer.errors`.
    """
    from cutscore import scoring

    settings = _settings(config, description=description, tags=tags, engine=engine, seed=seed, alternates=alternates)
    return scoring.score(
        [Path(p) for p in inputs],
        settings,
        progress=progress,
        range_text=range,
        output=None if output is None else Path(output),
        takes=takes,
        resend=resend,
        in_place=in_place,
        preview=preview,
        place=place,
        command=RESEND_CALL,
    )


def plan(
    *inputs: PathLike,
    description: str | None = None,
    tags: Sequence[str] | None = None,
    seed: int | None = None,
    range: tuple[str, str] | None = None,
    config: PathLike | Settings | None = None,
    progress: Progress | None = None,
) -> Cue:
    """The cue without the sound: what would be hit, style, key, tempo. Writes nothing."""
    from cutscore import scoring

    settings = _settings(config, description=description, tags=tags, seed=seed)
    return scoring.plan([Path(p) for p in inputs], settings, progress=progress, range_text=range)


def read_timeline(path: PathLike, *, search: Sequence[PathLike] = (), strict: bool = False, rate: Any = None) -> Cut:
    """Read a timeline, or a video as a one-span Cut.

    `search` are folders in which missing media are looked for by name; with `strict` missing media
    are an error that lists them all, else they become black with a warning.
    """
    from cutscore.readers import read_cut

    return read_cut([Path(path)], search=[Path(p) for p in search], strict=strict, rate=rate)


def _settings(config: PathLike | Settings | None, **music: Any) -> Settings:
    from cutscore.config import Settings, load_settings, override

    base = config if isinstance(config, Settings) else load_settings(None if config is None else Path(config))
    return override(base, **{key: value for key, value in music.items() if value is not None})
