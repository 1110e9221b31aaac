"""The one shared door: a request goes in, finished files come out; nothing is made or paid for twice.

check → key → ledger → engine (in a scratch folder) → rights → the files get their names
"""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from cutscore.results import ResultFolder, Slot, base_name
from cutscore.submit.buying import Bought, buy_part
from cutscore.submit.holding import Heart, Resend, acquire
from cutscore.submit.keying import Keyed, key_of, refuse_changed
from cutscore.submit.ledger import Asked, Entry, Ledger, NotHeld, StoredFile
from cutscore.submit.owner import this_owner
from cutscore.submit.paid import PaidEngine
from cutscore.submit.pieces import from_rights, from_store, named, roles
from cutscore.submit.rights import Origin, Part, rights_text
from cutscore_composer.engine import Engine, Progress, Request
from cutscore_composer.errors import CutscoreError, InputRefused, OutcomeUnknown, OutputFailed
from cutscore_composer.music import Music
from cutscore_composer.picture import Picture
from cutscore_composer.timebase import samples_for, timecode

RESEND = "cutscore score … --resend"
"""The command for a parked purchase where the caller does not give the exact one."""
_BYTES_A_SAMPLE = 8
"""WAV (6) and room for what lies beside it."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A piece of music under its final names."""

    music: Music
    key: str
    """The ledger's key."""
    reused: bool
    """Whether it was there already: nothing was made, sent or paid for."""
    rights: Path

    def provenance(self) -> dict[str, str]:
        """What a project file should keep of it: short, and without a secret."""
        facts = self.music.facts
        known = {
            "engine": self.music.cue.engine,
            "key": self.key,
            "model": facts.get("model", ""),
            "song_id": facts.get("song-id", ""),
            "request_id": facts.get("request-id", ""),
            "seed": "" if self.music.cue.seed is None else str(self.music.cue.seed),
            "rights": self.rights.name,
            "cue": self.music.cue_file.name,
        }
        return {name: value for name, value in known.items() if value}


def submit(
    request: Request,
    engine: Engine,
    ledger: Ledger,
    *,
    folder: Path,
    takes: int = 1,
    resend: Resend = False,
    progress: Progress | None = None,
    command: str = RESEND,
) -> tuple[Submission, ...]:
    """Get `takes` pieces of music for a request and put them into `folder`, reusing what is there.

    `request.stem` names the piece, `request.folder` is not used. Take k has seed `request.seed + k`; a server
    knows no seed: there it only tells takes apart. `resend` sends parked purchases of this request again (all, or
    only the attempts that it names); `command` is how a person says that.

    Raises InputRefused, ConfigError, EngineFailed, OutcomeUnknown (parked), OutputFailed or Cancelled; what
    was finished before stays.
    """
    progress = progress or Progress()
    if takes < 1:
        raise InputRefused(f"{takes} takes cannot be made: ask for 1 or more.")
    if request.picture.frames < 1:
        raise InputRefused(f"{request.picture.name} has no frames: there is nothing to score.")
    if isinstance(engine, PaidEngine):
        engine.check(request)
    results = ResultFolder(folder)
    samples = samples_for(request.picture.frames, request.picture.rate)
    results.prepare(takes * samples * _BYTES_A_SAMPLE * (2 if request.stems else 1))
    door = _Door(engine, ledger, results, resend, progress, command)
    base = base_name(request.stem, request.picture)
    version: int | None = None
    made = []
    for take in range(takes):
        asked = replace(request, seed=request.seed + take)
        piece, version = door.piece(asked, base, version, take + 1 if takes > 1 else None)
        made.append(piece)
    return tuple(made)


@dataclass(frozen=True, slots=True)
class _Door:
    engine: Engine
    ledger: Ledger
    results: ResultFolder
    resend: Resend
    progress: Progress
    command: str

    def piece(
        self, request: Request, base: str, version: int | None, take: int | None
    ) -> tuple[Submission, int | None]:
        """One piece, and the version that its siblings share."""
        engine = self.engine
        keyed = _keyed_parts(request, engine, self.ledger, self.progress)
        key = _whole_key([k.key for _, _, k in keyed])
        if (there := self._there(base, key)) is not None:
            return there, version
        number = version or self.results.next_version(base)
        with self.results.slot(base, number, take) as slot:
            work = slot.scratch / "work"
            work.mkdir()
            request = replace(request, stem=slot.stem, folder=work)
            if isinstance(engine, PaidEngine):
                music, origin, reused = self._bought(engine, request, keyed, key)
            else:
                music, origin, reused = self._made(request, keyed[0][2], key)
            # A run that made it while this one waited has put it here by now, as a rule.
            if reused and (there := self._there(base, key)) is not None:
                return there, version
            submission = self._deliver(request, slot, music, origin, reused)
        self.ledger.placed(key, str(submission.music.audio))
        return submission, number

    def _there(self, base: str, key: str) -> Submission | None:
        """The piece, if it lies in the folder already, unchanged."""
        found = self.results.find(base, key)
        if found is None:
            return None
        rights, said = found
        return Submission(from_rights(rights, said), key, True, rights)

    def _made(self, request: Request, keyed: Keyed, key: str) -> tuple[Music, Origin, bool]:
        """A piece of an engine that costs nothing: from the store, or made now and kept there."""
        asked = self._asked(request.picture, key, paid=False)
        got = acquire(self.ledger, asked, this_owner(), resend=True, progress=self.progress)
        if isinstance(got, Entry):
            music = from_store(got, self.ledger.store, request)
            return music, Origin(key, keyed.inputs, {}, got.changed_at), True
        try:
            with Heart(self.ledger, got):
                music = self.engine.score(request, self.progress)
                refuse_changed(keyed, request, self.engine, self.ledger, self.progress)
                files = [
                    StoredFile(role, self.ledger.store.put(path), path.stat().st_size) for role, path in roles(music)
                ]
        except BaseException as error:
            with suppress(NotHeld, OutputFailed):
                self.ledger.failed(got, str(error) if isinstance(error, CutscoreError) else type(error).__name__)
            raise
        with suppress(NotHeld):
            # A run that took this one for dead makes the same music: both are right.
            self.ledger.received(got, files, music.facts)
        entry = self.ledger.entry(key)
        assert entry is not None
        return music, Origin(key, keyed.inputs, {}, entry.changed_at), False

    def _bought(
        self,
        engine: PaidEngine,
        request: Request,
        keyed: list[tuple[Request, tuple[int, int], Keyed]],
        key: str,
    ) -> tuple[Music, Origin, bool]:
        """A piece of a paid engine, part by part; each part is one purchase at most."""
        finished, parts, reused = [], [], True
        for number, (part, (first, last), k) in enumerate(keyed, start=1):
            folder = request.folder if len(keyed) == 1 else request.folder / f"part{number}"
            folder.mkdir(exist_ok=True)
            part = replace(part, stem=request.stem, folder=folder)
            asked = self._asked(part.picture, k.key, paid=True)
            bought = buy_part(
                engine,
                part,
                asked,
                self.ledger,
                rescue=self.results.folder,
                resend=self.resend,
                progress=self.progress,
                before_sending=partial(refuse_changed, k, part, engine, self.ledger, self.progress),
            )
            finished.append(self._finished(engine, part, bought, asked))
            entry = bought.entry
            parts.append(Part(k.key, first, last, entry.changed_at, entry.files[0].sha256, entry.facts))
            reused = reused and bought.reused
        music = finished[0] if len(finished) == 1 else engine.join(request, finished, self.progress)
        inputs = {name: held for _, _, k in keyed for name, held in k.inputs.items()}
        return music, Origin(key, inputs, engine.settings_facts, parts[-1].received_at, tuple(parts)), reused

    def _finished(self, engine: PaidEngine, part: Request, bought: Bought, asked: Asked) -> Music:
        try:
            return engine.finish(part, bought.received, self.progress)
        except InputRefused as error:
            # It was paid for and cannot be used: only the user may decide to buy it again.
            kept = self.ledger.store.path(bought.entry.files[0].sha256)
            message = f"{error} What was received is kept in {kept}."
            self.ledger.park_dead(bought.entry, message, "received")
            raise OutcomeUnknown(f"{message} To buy it again knowingly: {asked.command}") from error

    def _deliver(self, request: Request, slot: Slot, music: Music, origin: Origin, reused: bool) -> Submission:
        files = named(music, request)
        pairs = [(path, f"{slot.stem}{ending}") for path, ending in files]
        rights = request.folder / "rights"
        rights.write_text(
            rights_text(request, self.engine, music, origin, pairs), encoding="utf-8", errors="backslashreplace"
        )
        # The rights come last: where they lie, the piece is whole.
        done = self.results.deliver(slot, [*files, (rights, ".rights.json")])
        said: dict[str, Any] = json.loads(done[-1].read_text(encoding="utf-8"))
        return Submission(from_rights(done[-1], said), origin.key, reused, done[-1])

    def _asked(self, picture: Picture, key: str, *, paid: bool) -> Asked:
        start = timecode(picture.start_frame, picture.rate, picture.drop_frame)
        title = f"{picture.name} from {start}, {float(picture.seconds):.1f} s"
        return Asked(key, self.engine.name, self.engine.version, paid, title, self.command)


@dataclass(frozen=True, slots=True)
class PieceKeys:
    """The ledger's keys of one piece, before it is made."""

    whole: str
    """What `Submission.key` will be."""
    parts: tuple[str, ...]
    """Of each purchase."""


def piece_keys(request: Request, engine: Engine, ledger: Ledger, progress: Progress) -> PieceKeys:
    """The keys under which `submit` would get the first take of a request. Raises InputRefused for unreadable media."""
    keys = [keyed.key for _, _, keyed in _keyed_parts(request, engine, ledger, progress)]
    return PieceKeys(_whole_key(keys), tuple(keys))


def _keyed_parts(
    request: Request, engine: Engine, ledger: Ledger, progress: Progress
) -> list[tuple[Request, tuple[int, int], Keyed]]:
    """Every part that is bought by itself, its range in frames and its key."""
    ranges: tuple[tuple[int, int], ...] = ((0, request.picture.frames),)
    if isinstance(engine, PaidEngine):
        ranges = engine.parts(request.picture, progress)
    keyed = []
    for first, last in ranges:
        whole = (first, last) == (0, request.picture.frames)
        part = request if whole else replace(request, picture=request.picture.section(first, last))
        keyed.append((part, (first, last), key_of(part, engine, ledger, progress)))
    return keyed


def _whole_key(keys: list[str]) -> str:
    """The key of a piece: that of its one purchase, or one made of all."""
    return keys[0] if len(keys) == 1 else hashlib.sha256("\n".join(keys).encode("ascii")).hexdigest()
