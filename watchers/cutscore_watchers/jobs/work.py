"""Work: what the steps of a job do, each a function of plain values, run in a process of its own.

identify    which project and which frames the render shows, and the ledger's key of its music
compose     the music, made or bought through the one shared door
place       the music, laid into the project, or beside the render where there is none

All may run twice (a killed worker's steps are done again), and the second time changes nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cutscore.engines import LOCAL, engine_of, remote_settings
from cutscore_composer.engine import Progress
from cutscore_composer.errors import ConfigError, InputRefused, OutputFailed
from cutscore_watchers.jobs.wanted import settings_of, watch_of

if TYPE_CHECKING:
    from cutscore.config import Settings
    from cutscore.cut import Cut
    from cutscore.placers import Placed
    from cutscore.submit import Ledger, Submission
    from cutscore_composer.engine import Engine, Request

NO_PLACE: Mapping[str, Any] = {
    "project": None, "timeline": None, "record_in": 0, "record_out": 0, "how": "none", "confidence": 0.0,
    "warnings": [], "head_frames": 0, "pace": "1/1",
}  # fmt: skip
"""The JSON of a RenderPlace that is nowhere."""
_PLACE_TRIES = 3
"""How often a project that is saved in just this moment is read again."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a step needs to know."""

    job: str
    path: Path
    wanted: Mapping[str, Any]
    facts: Mapping[str, Any]
    """What earlier steps found out."""
    resend: Mapping[str, int]
    settings: Settings
    """This machine's."""

    def own_settings(self) -> Settings:
        """The settings that hold for the file."""
        return settings_of(self.wanted, self.settings)


def identify(order: Order, progress: Progress) -> dict[str, Any]:
    """The place (keys of RenderPlace), the ledger's key and keys of the purchases, and the identity of the job.

    Of a render that is no new work only "left", why.
    """
    from cutscore.submit.door import piece_keys

    settings = order.own_settings()
    place = _find_place(order, settings, progress)
    held = _music_held(order, place, settings, progress)
    if held is not None:
        return {"left": held}
    request, place = _request(order, place, settings, progress)
    with _ledger(settings) as ledger:
        keys = piece_keys(request, _engine(settings), ledger, progress)
    sha256 = project_digest(place)
    identity = "\n".join([keys.whole, *_where(order, place, settings)])
    return {
        **place,
        "key": keys.whole,
        "keys": list(keys.parts),
        "identity": hashlib.sha256(identity.encode("utf-8", "surrogateescape")).hexdigest(),
        "project_sha256": sha256,
        "title": order.path.name,
        "seconds": float(request.picture.seconds),
    }


def compose(order: Order, progress: Progress) -> dict[str, Any]:
    """The music of the best take: its files, its key and whether it was there already."""
    from cutscore.scoring import preview_of, ranked
    from cutscore.submit.door import submit

    settings = order.own_settings()
    request, _ = _request(order, dict(order.facts), settings, progress)
    with _ledger(settings) as ledger:
        made = submit(
            request,
            _engine(settings),
            ledger,
            folder=_folder(order.path, settings),
            takes=settings.music.takes,
            resend=order.resend,
            progress=progress,
            command=f"cutscore jobs retry {order.job} --resend",
        )
    takes, _ = ranked(made)
    best = takes[0]
    preview = preview_of(request.picture, best.music, progress) if settings.output.preview else None
    return {
        "music": str(best.music.audio),
        "cue": str(best.music.cue_file),
        "rights": str(best.rights),
        "takes": [str(take.music.audio) for take in takes],
        "preview": None if preview is None else str(preview),
        "piece_key": best.key,
        "reused": best.reused,
        "music_warnings": list(best.music.warnings),
    }


def place(order: Order, progress: Progress) -> dict[str, Any]:
    """Where the music lies now: the project to open, and what was said."""
    settings = order.own_settings()
    facts = dict(order.facts)
    for again in range(_PLACE_TRIES):
        before = project_digest(facts)
        if before is not None and before != facts.get("project_sha256"):
            # The editor saved it since: what the render shows may lie elsewhere by now.
            facts |= _find_place(order, settings, progress)
            before = project_digest(facts)
        try:
            return _placed(order, facts, settings, progress)
        except InputRefused:
            if again + 1 == _PLACE_TRIES or project_digest(facts) == before:
                raise
    raise AssertionError("the last try returns or raises")


WORK: dict[str, Callable[[Order, Progress], dict[str, Any]]] = {
    "identify": identify,
    "compose": compose,
    "place": place,
}
"""What can be asked for by name."""


def project_digest(place: Mapping[str, Any]) -> str | None:
    """A hash of the project that a place names; None where there is none, or none that can be read."""
    from cutscore.hashing import sha256_of

    try:
        return None if place.get("project") is None else sha256_of(Path(place["project"]))
    except OSError:
        return None


def _placed(order: Order, facts: Mapping[str, Any], settings: Settings, progress: Progress) -> dict[str, Any]:
    from cutscore.results import output_folder

    submission = _delivered(facts)
    music = submission.music
    progress.report("place", 0.0)
    from cutscore_watchers.matching.render_place import RenderPlace
    from cutscore_watchers.matching.scoring_of_render import picture_of

    cut, _ = picture_of(order.path, RenderPlace.of_json(dict(facts)), settings)
    project = facts.get("project")
    folder = output_folder([order.path if project is None else Path(project)], settings.output.folder)
    try:
        placed = _lay(submission, cut, int(facts["record_in"]), settings, folder)
    except (InputRefused, OutputFailed) as error:
        # The music may have been paid for: whoever reads the error must know that it is there.
        raise type(error)(f"{error} The music itself is ready: {music.audio}") from error
    with _ledger(settings) as ledger:
        if str(placed.project) not in ledger.placements(submission.key):
            ledger.placed(submission.key, str(placed.project))
    progress.report("place", 1.0)
    return {
        **{name: facts[name] for name in NO_PLACE},
        "opened_project": facts.get("project"),
        "project": str(placed.project),
        "placed_changed": placed.changed,
        "message": placed.message,
        "placed_warnings": list(placed.warnings),
    }


def _delivered(facts: Mapping[str, Any]) -> Submission:
    """The piece that `compose` delivered. Raises InputRefused when it is not there any more."""
    from cutscore.submit import Submission
    from cutscore.submit.pieces import from_rights

    rights = Path(facts["rights"])
    try:
        music = from_rights(rights, json.loads(rights.read_text(encoding="utf-8")))
    except (OSError, ValueError, LookupError) as error:
        raise InputRefused(f"The music of this job is not whole any more in {rights.parent}: retry the job.") from error
    return Submission(music, str(facts["piece_key"]), True, rights)


def _lay(submission: Submission, cut: Cut, record_in: int, settings: Settings, folder: Path) -> Placed:
    from cutscore.laying import Piece, place_piece

    music = submission.music
    piece = Piece(music.audio, music.cue, submission.provenance(), music.stems)
    return place_piece(piece, cut, record_in, settings, folder, None)


def _find_place(order: Order, settings: Settings, progress: Progress) -> dict[str, Any]:
    """Where the render belongs, as the JSON of a RenderPlace; nowhere, with the reason, where that is not certain."""
    watch = watch_of(order.wanted)
    from cutscore_watchers.matching.patterns import candidates_for

    if watch.project is None and not candidates_for(order.path, watch):
        return dict(NO_PLACE)
    from cutscore_watchers.matching import find_place

    place = find_place(order.path, watch, settings, progress).as_json()
    if place["project"] is None:
        place["warnings"].append(f"The music of {order.path.name} lies beside it, with an .otio to take it from.")
    return place


def _music_held(order: Order, place: Mapping[str, Any], settings: Settings, progress: Progress) -> str | None:
    """Why a render is no new work: it has music of ours in its sound; None when it may be scored."""
    from cutscore_watchers.matching.already_scored import already_scored

    project = place.get("project")
    folders = [settings.output.folder] if settings.output.folder else []
    return already_scored(order.path, None if project is None else Path(project), folders, progress)


def _request(
    order: Order, place: dict[str, Any], settings: Settings, progress: Progress
) -> tuple[Request, dict[str, Any]]:
    """What is asked of the engine, and the place, which is none when the project turns out to be unreadable."""
    from cutscore.readers.video import text_of_name
    from cutscore.scoring import request_of
    from cutscore_watchers.matching.render_place import RenderPlace
    from cutscore_watchers.matching.scoring_of_render import picture_of

    try:
        cut, picture = picture_of(order.path, RenderPlace.of_json(place), settings)
    except InputRefused as error:
        if place.get("project") is None:
            raise
        place = {**NO_PLACE, "warnings": [*place["warnings"], f"{error} The music lies beside the render."]}
        cut, picture = picture_of(order.path, RenderPlace.of_json(place), settings)
    if place["project"] is None:
        place = {**place, "warnings": list(dict.fromkeys([*place["warnings"], *cut.warnings]))}
    # The music is called like the render, not like the timeline that it shows a part of.
    return request_of(
        replace(cut, source=order.path), replace(picture, name=text_of_name(order.path.stem)), settings
    ), place


def _engine(settings: Settings) -> Engine:
    """The engine of a job: whatever may be asked again is a new attempt of the job, not a second call of this one."""
    from cutscore.submit import RemoteEngine

    name = settings.engine
    if name == LOCAL:
        return engine_of(settings)
    problem = settings.engine_problem(name)
    if problem is not None:
        raise ConfigError(f"{problem[0].upper()}{problem[1:]}.")
    return RemoteEngine(replace(remote_settings(name, settings.engines.get(name)), attempts=1))


def _ledger(settings: Settings) -> AbstractContextManager[Ledger]:
    """The ledger, which stays open for the next job."""
    return nullcontext(_opened_ledger(settings.ledger_url, settings.ledger.store_folder))


@cache
def _opened_ledger(url: str, store: Path) -> Ledger:
    from cutscore.submit import Ledger

    return Ledger(url, store)


def _folder(render: Path, settings: Settings) -> Path:
    """Where the music goes."""
    from cutscore.results import output_folder

    return output_folder([render], settings.output.folder)


def _where(order: Order, place: Mapping[str, Any], settings: Settings) -> list[str]:
    """What makes two placements of one piece of music the same."""
    if place.get("project") is not None:
        return ["project", os.path.realpath(place["project"]), str(place["record_in"])]
    # Of a render that is dropped again under another name, the music is there already.
    return ["folder", os.path.realpath(settings.output.folder or order.path.parent)]
