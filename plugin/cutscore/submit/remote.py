"""The remote engine: any server with the video-to-music contract, the cloud service or a studio's own.

    >>> engine = RemoteEngine(RemoteSettings("studio", "http://studio:8000"))
    >>> engine.score(request, Progress())                                       # doctest: +SKIP

The edit goes up as a reel, music comes down, and becomes a WAV exactly as long as the picture. What is asked
again by itself: only what cannot have been billed (no connection; 429; 503 with Retry-After).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from cutscore.keys import ApiKey, KeyUnencrypted
from cutscore.submit.asking import ask_for_music
from cutscore.submit.exchange import Call
from cutscore.submit.finishing import finish_part, join_parts
from cutscore.submit.paid import NO_TILL, Received, Till
from cutscore.submit.server import RemoteSettings
from cutscore_composer import contract
from cutscore_composer.engine import Progress, Request
from cutscore_composer.music import Music
from cutscore_composer.picture import Picture

REEL_WARNINGS = "reel-warnings"
"""The fact that keeps what was noticed when the reel was made."""


class ReelFiles(Protocol):
    """What is needed of a reel."""

    @property
    def files(self) -> Sequence[Path]:
        """The videos in order."""

    @property
    def warnings(self) -> Sequence[str]:
        """What a person should know of it."""


ReelMaker = Callable[..., ReelFiles]
Divider = Callable[[Picture, Progress], Sequence[tuple[int, int]]]
CueJoiner = Callable[..., Any]


class RemoteEngine:
    """A server with the contract, as an Engine and a PaidEngine."""

    def __init__(
        self,
        settings: RemoteSettings,
        *,
        make_reel: ReelMaker | None = None,
        divide: Divider | None = None,
        join_cues: CueJoiner | None = None,
    ) -> None:
        """`make_reel`, `divide` and `join_cues` are those of cutscore.reel unless given."""
        self._settings = settings
        self._make_reel = make_reel or _make_reel
        self._divide = divide or _divide
        self._join_cues = join_cues or _join_cues

    def __repr__(self) -> str:
        return f"RemoteEngine({self.name!r}, {self._settings.url!r})"

    @property
    def name(self) -> str:
        """As configured: "elevenlabs", a host name."""
        return self._settings.name

    @property
    def version(self) -> str:
        """The server's model."""
        return self._settings.model_id

    @property
    def listens(self) -> bool:
        """Whether the edit's own sound is sent."""
        return self._settings.send_sound or self._settings.use_audio_as_reference

    @property
    def settings_facts(self) -> Mapping[str, Any]:
        """The settings that change the music."""
        names = (
            "output_format", "model_id", "sign_with_c2pa", "add_sfx", "separate_tracks",
            "use_audio_as_reference", "separate_clips", "send_sound",
        )  # fmt: skip
        return {"endpoint": self._settings.endpoint, **{name: getattr(self._settings, name) for name in names}}

    def check(self, request: Request) -> None:
        """Raise InputRefused for fields against the contract, ConfigError for a key that cannot be read."""
        contract.validate(self._fields(request), description_limit=self._settings.description_limit)
        self._key()

    def parts(self, picture: Picture, progress: Progress) -> tuple[tuple[int, int], ...]:
        """The picture's parts of at most 600 s, divided at the best cuts."""
        if picture.seconds <= contract.MOST_SECONDS:
            return ((0, picture.frames),)
        return tuple((first, last) for first, last in self._divide(picture, progress))

    def score(self, request: Request, progress: Progress) -> Music:
        """Make the music without a ledger: every call is a purchase."""
        self.check(request)
        ranges = self.parts(request.picture, progress)
        if len(ranges) == 1:
            return self.finish(request, self.buy(request, progress), progress)
        made = []
        for number, (first, last) in enumerate(ranges, start=1):
            folder = request.folder / f"part{number}"
            folder.mkdir()
            part = replace(request, picture=request.picture.section(first, last), folder=folder)
            made.append(self.finish(part, self.buy(part, progress), progress))
        return self.join(request, made, progress)

    def buy(self, request: Request, progress: Progress, till: Till = NO_TILL) -> Received:
        """Send the reel of `request` and receive the server's bytes into its folder.

        Raises InputRefused before anything is sent, EngineFailed when nothing was billed, Unclear when that is
        not known, Cancelled when stopped before the request was whole.
        """
        settings, key = self._settings, self._key()
        fields = self._fields(request)
        reel = self._reel(request, progress)
        form = contract.validate(
            fields,
            [path.stat().st_size for path in reel.files],
            request.picture.seconds,
            description_limit=settings.description_limit,
        )
        call = self._call(request, fields, reel.files, key)
        self._warn_of_clear_key()
        facts = ask_for_music(settings, call, form, key, progress, till)
        if reel.warnings:
            # Kept with what was bought: later placements of it are told too.
            facts[REEL_WARNINGS] = "\n".join(reel.warnings)
        return Received(call.target, facts)

    def finish(self, request: Request, received: Received, progress: Progress) -> Music:
        """Make WAV and cue file of one part, the server's own bytes beside them."""
        form = contract.output_format(self._settings.output_format)
        music = finish_part(
            request,
            received,
            form,
            engine=self.name,
            progress=progress,
            channels=self._settings.raw_channels,
            signed=self._settings.sign_with_c2pa,
        )
        facts = {"model": self._settings.model_id, "output-format": form.name, **music.facts}
        said = facts.pop(REEL_WARNINGS, "")
        return replace(music, facts=facts, warnings=(*(said.split("\n") if said else ()), *music.warnings))

    def join(self, request: Request, parts: Sequence[Music], progress: Progress) -> Music:
        """Join the parts of a divided picture at the cuts where it was divided."""
        ranges = self.parts(request.picture, progress)
        return join_parts(request, parts, ranges, self._join_cues, engine=self.name, progress=progress)

    def _fields(self, request: Request) -> contract.Fields:
        settings = self._settings
        return contract.Fields(
            description=request.wishes.description,
            tags=request.wishes.tags,
            output_format=settings.output_format,
            model_id=settings.model_id,
            sign_with_c2pa=settings.sign_with_c2pa,
            add_sfx=settings.add_sfx or request.effects,
            separate_tracks=settings.separate_tracks,
            use_audio_as_reference=settings.use_audio_as_reference or request.follow_sound,
            enable_logging=settings.enable_logging,
            seed=request.seed if settings.send_seed else None,
        )

    def _reel(self, request: Request, progress: Progress) -> ReelFiles:
        folder = request.folder / "reel"
        folder.mkdir(exist_ok=True)
        return self._make_reel(
            request.picture,
            folder,
            separate=self._settings.separate_clips,
            sound=self.listens or request.follow_sound,
            # A server needs no title of an unfinished film.
            stem="film",
            progress=progress,
        )

    def _key(self) -> ApiKey | None:
        return self._settings.api_key() if self._settings.api_key is not None else None

    def _warn_of_clear_key(self) -> None:
        """Plain http is right inside a studio, so it is not refused; whoever runs it is told before the key leaves."""
        settings = self._settings
        if settings.api_key is not None and urlsplit(settings.url).scheme == "http" and not settings.on_this_machine:
            sentence = f"The key for {self.name} travels unencrypted to {settings.url}: use https."
            warnings.warn(sentence, KeyUnencrypted, stacklevel=3)

    def _call(self, request: Request, fields: contract.Fields, files: Sequence[Path], key: ApiKey | None) -> Call:
        settings = self._settings
        return Call(
            url=settings.endpoint,
            query=fields.query(),
            headers={} if key is None else {contract.KEY_HEADER: key.reveal()},
            fields=fields.form(),
            files=[(contract.FILE_FIELD, path) for path in files],
            target=request.folder / "answer",
            timeouts=settings.timeouts,
            trust_env=settings.uses_proxies,
        )


def _make_reel(*arguments: Any, **named: Any) -> ReelFiles:
    # The reel needs the whole video library: loaded when the first one is made.
    from cutscore.reel import make_reel

    return make_reel(*arguments, **named)


def _divide(picture: Picture, progress: Progress) -> Sequence[tuple[int, int]]:
    from cutscore.reel import divide

    return divide(picture, contract.MOST_SECONDS, progress)


def _join_cues(*arguments: Any, **named: Any) -> Any:
    from cutscore.reel.joining import join_cues

    return join_cues(*arguments, **named)
