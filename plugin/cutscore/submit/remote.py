"""The remote engine: any server with the video-to-music contract, the cloud service or a studio's own.

    >>> engine = RemoteEngine(RemoteSettings("studio", "http://studio:8000"))
    >>> engine.score(request, Progress())                                       # doctest: +SKIP

The edit goes up as a reel, music comes down, and becomes a WAV exactly as long as the picture. What is asked
again by itself: only what cannot have been billed (no connection; 429; 503 with Retry-After).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

from cutscore.keys import ApiKey
from cutscore.submit.answer import licence_facts, problem
from cutscore.submit.exchange import Answer, Call, ExchangeError, Stopped, Timeouts, exchange
from cutscore.submit.finishing import finish_part, join_parts
from cutscore.submit.outcome import meaning, retry_after_seconds, sentence
from cutscore.submit.paid import NO_TILL, Received, Till, Unclear
from cutscore_composer import contract
from cutscore_composer.engine import Progress, Request
from cutscore_composer.errors import Cancelled, ConfigError, EngineFailed
from cutscore_composer.music import Music
from cutscore_composer.picture import Picture

MOST_RETRY_WAIT_SECONDS = 300.0
"""A server that wants a longer pause is told of to the user instead of being waited for."""


class ReelFiles(Protocol):
    """What is needed of a reel."""

    @property
    def files(self) -> Sequence[Path]:
        """The videos in order."""


ReelMaker = Callable[..., ReelFiles]
Divider = Callable[[Picture], Sequence[tuple[int, int]]]
CueJoiner = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class RemoteSettings:
    """How one server is spoken to."""

    name: str
    url: str
    """The server ("https://api.elevenlabs.io"), or the endpoint itself."""
    api_key: Callable[[], ApiKey | None] | None = field(default=None, repr=False)
    """Finds the key when it is needed; None: the server wants none."""
    output_format: str = contract.DEFAULT_FORMAT
    model_id: str = contract.DEFAULT_MODEL
    sign_with_c2pa: bool = False
    add_sfx: bool = False
    separate_tracks: bool = False
    use_audio_as_reference: bool = False
    enable_logging: bool | None = None
    description_limit: int = contract.LONGEST_DESCRIPTION
    separate_clips: bool = False
    """Whether the reel is several files instead of one combined."""
    send_sound: bool = False
    """Whether the reel carries the edit's own sound."""
    raw_channels: int | None = None
    """Channels of headerless formats; None: told from the length of the music."""
    timeouts: Timeouts = field(default_factory=Timeouts)
    attempts: int = 4
    """How often a request that cannot have been billed is sent at most."""
    retry_seconds: float = 2.0
    """The first pause between attempts where the server names none; it doubles each time."""
    trust_env: bool | None = None
    """Whether proxies of the environment are used; None: not for servers on this machine."""

    def __post_init__(self) -> None:
        try:
            parts = urlsplit(self.url)
            valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            valid, parts = False, urlsplit("")
        if parts.username or parts.password:
            raise ConfigError(f"The url of engine {self.name!r} holds a user name or password: use api_key instead.")
        if not valid or parts.query or parts.fragment:
            raise ConfigError(f"The url of engine {self.name!r} is not a server's address like https://host:port.")

    @property
    def endpoint(self) -> str:
        """Where requests go."""
        base = self.url.rstrip("/")
        return base if base.endswith(contract.PATH) else base + contract.PATH

    @property
    def on_this_machine(self) -> bool:
        """Whether the server's name is that of the machine itself."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost" or host.endswith(".localhost")


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

    def parts(self, picture: Picture) -> tuple[tuple[int, int], ...]:
        """The picture's parts of at most 600 s, divided at the best cuts."""
        if picture.seconds <= contract.MOST_SECONDS:
            return ((0, picture.frames),)
        return tuple((first, last) for first, last in self._divide(picture))

    def score(self, request: Request, progress: Progress) -> Music:
        """Make the music without a ledger: every call is a purchase."""
        self.check(request)
        ranges = self.parts(request.picture)
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
        key = self._key()
        fields = self._fields(request)
        files = self._reel(request, progress)
        form = contract.validate(
            fields,
            [path.stat().st_size for path in files],
            request.picture.seconds,
            description_limit=self._settings.description_limit,
        )
        call = self._call(request, fields, files, key)
        answer = self._ask(call, key, progress, till)
        facts = _facts(answer.headers)
        trouble = problem(call.target, answer.headers.get("content-type", ""), form)
        if trouble is None:
            return Received(call.target, facts)
        raise self._no_music(call, answer, trouble, key)

    def finish(self, request: Request, received: Received, progress: Progress) -> Music:
        """Make WAV and cue file of one part, the server's own bytes beside them."""
        form = contract.output_format(self._settings.output_format)
        music = finish_part(
            request, received, form, engine=self.name, progress=progress, channels=self._settings.raw_channels
        )
        facts = {"model": self._settings.model_id, "output-format": form.name, **music.facts}
        return replace(music, facts=facts, warnings=music.warnings + self._key_warnings())

    def join(self, request: Request, parts: Sequence[Music], progress: Progress) -> Music:
        """Join the parts of a divided picture at the cuts where it was divided."""
        ranges = self.parts(request.picture)
        return join_parts(request, parts, ranges, self._join_cues, engine=self.name, progress=progress)

    def _fields(self, request: Request) -> contract.Fields:
        settings = self._settings
        return contract.Fields(
            description=request.wishes.description,
            tags=request.wishes.tags,
            output_format=settings.output_format,
            model_id=settings.model_id,
            sign_with_c2pa=settings.sign_with_c2pa,
            add_sfx=settings.add_sfx,
            separate_tracks=settings.separate_tracks,
            use_audio_as_reference=settings.use_audio_as_reference,
            enable_logging=settings.enable_logging,
        )

    def _reel(self, request: Request, progress: Progress) -> Sequence[Path]:
        folder = request.folder / "reel"
        folder.mkdir(exist_ok=True)
        # The picture's own name stays here: a server needs no title of an unfinished film.
        picture = replace(request.picture, name="reel")
        reel = self._make_reel(
            picture, folder, separate=self._settings.separate_clips, sound=self.listens, progress=progress
        )
        return reel.files

    def _key(self) -> ApiKey | None:
        return self._settings.api_key() if self._settings.api_key is not None else None

    def _key_warnings(self) -> tuple[str, ...]:
        settings = self._settings
        clear = settings.api_key is not None and settings.url.startswith("http:") and not settings.on_this_machine
        return (f"The key for {self.name} travels unencrypted: use https.",) if clear else ()

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
            trust_env=not settings.on_this_machine if settings.trust_env is None else settings.trust_env,
        )

    def _ask(self, call: Call, key: ApiKey | None, progress: Progress, till: Till) -> Answer:
        """POST until there is an answer of 200, as often as is certainly free."""
        for attempt in range(1, self._settings.attempts + 1):
            last = attempt == self._settings.attempts
            pause = self._settings.retry_seconds * 2 ** (attempt - 1)
            till.sending()
            try:
                answer = exchange(call, progress)
            except ExchangeError as error:
                failure = self._broken(call, error)
                if error.connected or last or isinstance(failure, Cancelled):
                    raise failure from error.__cause__
            else:
                if answer.status == 200:
                    return answer
                failure = self._refusal(answer, key)
                wanted = retry_after_seconds(answer.headers)
                error_body = contract.server_error(answer.body)
                if last or meaning(answer.status, answer.headers, error_body) != "again":
                    raise failure
                pause = pause if wanted is None else wanted
                if pause > MOST_RETRY_WAIT_SECONDS:
                    raise EngineFailed(f"{failure} It asks to wait {pause:.0f} s.")
            till.refused()
            _wait(pause, progress, f"{failure} Asking again in {pause:.0f} s.")
        raise AssertionError("the last attempt returns or raises")

    def _broken(self, call: Call, error: ExchangeError) -> EngineFailed | Unclear | Cancelled:
        """The error for an exchange without a whole answer."""
        part = call.target.with_name(call.target.name + ".part")
        kept = part if error.partial and part.exists() else None
        if not error.sent:
            if isinstance(error, Stopped):
                return Cancelled("Stopped before the request was sent whole; nothing was billed.")
            upload = "the upload broke off" if error.connected else "nothing was sent"
            return EngineFailed(f"{self.name} ({self._settings.url}): {error}; {upload}, nothing was billed.")
        how = "stopped by you" if isinstance(error, Stopped) else str(error)
        return Unclear(
            f"The request to {self.name} was sent whole, then: {how}. It may have been billed.",
            kept,
            _facts(error.headers),
        )

    def _refusal(self, answer: Answer, key: ApiKey | None) -> EngineFailed | Unclear:
        """The error for an answer other than 200."""
        said = sentence(self.name, answer.status, answer.headers, answer.body)
        said = key.scrub(said) if key else said
        if meaning(answer.status, answer.headers, contract.server_error(answer.body)) == "unknown":
            return Unclear(f"{said} It may have been billed.", facts=_facts(answer.headers))
        return EngineFailed(said)

    def _no_music(self, call: Call, answer: Answer, trouble: str, key: ApiKey | None) -> EngineFailed | Unclear:
        """The error for a 200 that is no music."""
        size = call.target.stat().st_size
        body = call.target.read_bytes() if size <= 1 << 16 else b""
        if meaning(200, answer.headers, contract.server_error(body)) == "refused":
            said = sentence(self.name, 200, answer.headers, body)
            return EngineFailed(key.scrub(said) if key else said)
        kept = call.target if size else None
        return Unclear(
            f"{self.name} answered 200 with {trouble}. It may have been billed.", kept, _facts(answer.headers)
        )


def _make_reel(*arguments: Any, **named: Any) -> ReelFiles:
    # The reel needs the whole video library: loaded when the first one is made.
    from cutscore.reel import make_reel

    return make_reel(*arguments, **named)


def _divide(picture: Picture) -> Sequence[tuple[int, int]]:
    from cutscore.reel import divide

    return divide(picture, contract.MOST_SECONDS)


def _join_cues(*arguments: Any, **named: Any) -> Any:
    from cutscore.reel.joining import join_cues

    return join_cues(*arguments, **named)


def _facts(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that are recorded."""
    names = (contract.SONG_ID, contract.REQUEST_ID, contract.CHARACTER_COST, "content-type")
    return {name: headers[name][:500] for name in names if name in headers} | licence_facts(headers)


def _wait(seconds: float, progress: Progress, note: str) -> None:
    """Wait, telling so, until it is over or cancelled."""
    pause = threading.Event()
    left = Fraction(seconds)
    step = Fraction(1, 5)
    while left > 0:
        progress.report("wait", None, note)
        pause.wait(float(min(step, left)))
        left -= step
