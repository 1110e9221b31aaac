"""The whole configuration as data: what may stand in cutscore.yaml, with defaults and bounds.

Every model refuses unknown names and cannot be changed once made.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BeforeValidator, Field, field_validator

from cutscore.config.section import KeySource, Number, Section, Whole, Word, check_url, one_of
from cutscore.config.serving import ServeSettings
from cutscore.config.watching import JobSettings, WatchFolder
from cutscore_composer.alternates import ALTERNATES
from cutscore_composer.contract import (
    DEFAULT_FORMAT,
    DEFAULT_MODEL,
    FORMATS,
    LONGEST_DESCRIPTION,
    LONGEST_DESCRIPTION_NEWER,
    MODELS,
)
from cutscore_composer.mix.loudness_targets import TARGETS, loudness_target
from cutscore_composer.timebase import nearest_rate
from cutscore_composer.wishes import Ending, Sync


class EngineSettings(Section):
    """A server with the video-to-music contract."""

    url: str
    api_key: KeySource | None = None
    output_format: Annotated[str, one_of(FORMATS)] = DEFAULT_FORMAT
    model_id: Annotated[str, one_of(MODELS)] = DEFAULT_MODEL
    sign_with_c2pa: bool = False
    description_limit: Whole = Field(default=LONGEST_DESCRIPTION, ge=1, le=LONGEST_DESCRIPTION_NEWER)
    separate_clips: bool = False
    send_sound: bool = False
    use_audio_as_reference: bool = False
    add_sfx: bool = False
    separate_tracks: bool = False
    enable_logging: bool | None = None
    send_seed: bool = True
    raw_channels: Annotated[Whole, Field(ge=1, le=2)] | None = None
    proxy: bool | None = None
    concurrency: Whole = Field(default=2, ge=1, le=64)
    """How many of the watcher's jobs may be with this server at once, on all machines together."""
    calls_a_minute: Annotated[Whole, Field(ge=1, le=100_000)] | None = None
    """How many of the watcher's jobs may begin with this server in a minute."""
    connect_seconds: Number = Field(default=10.0, gt=0, le=600)
    upload_seconds: Number = Field(default=60.0, gt=0, le=3600)
    wait_seconds: Number = Field(default=900.0, gt=0, le=7200)
    download_seconds: Number = Field(default=60.0, gt=0, le=3600)
    total_seconds: Number = Field(default=7200.0, gt=0, le=86400)
    attempts: Whole = Field(default=4, ge=1, le=20)

    @field_validator("url")
    @classmethod
    def _an_http_url(cls, value: str) -> str:
        return check_url(value)


Loudness = Annotated[float, BeforeValidator(loudness_target)]
"""LUFS, by name or number."""
Handle = Annotated[Number, Field(ge=0, le=30)]
"""Seconds."""


class MusicSettings(Section):
    """What the music is to be; a name left out lets the picture decide."""

    description: Annotated[str, Field(min_length=1, max_length=LONGEST_DESCRIPTION_NEWER)] | None = None
    tags: tuple[Word, ...] = ()
    style: Word | None = None
    sync: Sync = "natural"
    ending: Ending | None = None
    seed: Whole = Field(default=0, ge=0, le=2**32 - 1)
    loudness: Loudness = TARGETS["stream"]
    peak: Number = Field(default=-1.0, ge=-12, le=0)
    stems: bool = False
    effects: bool = False
    follow_sound: bool = False
    takes: Whole = Field(default=1, ge=1, le=10)
    alternates: tuple[Word, ...] = ()
    handles: tuple[Handle, Handle] = (0.0, 0.0)
    instruments: dict[Word, Path] = Field(default_factory=dict)

    @field_validator("alternates")
    @classmethod
    def _there_are_such(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name not in ALTERNATES:
                raise ValueError(f"{name!r} is no alternate; there are: {', '.join(ALTERNATES)}")
        return value


class PlaceSettings(Section):
    """How the music is laid into the project."""

    in_place: bool = False
    track: Word = "Music (Cutscore)"
    hits_as_markers: bool = True
    gain_db: Number = Field(default=0.0, ge=-60, le=12)
    fade_in_seconds: Number = Field(default=0.0, ge=0, le=60)
    fade_out_seconds: Number = Field(default=0.0, ge=0, le=60)
    duck: bool = False
    stems: bool = False
    otio: Literal["plain", "resolve"] = "plain"


class OutputSettings(Section):
    """Where results go and which extra ones are made."""

    folder: Path | None = None
    preview: bool = False


class MediaSettings(Section):
    """Where media are looked for when they are not where the timeline says."""

    search: tuple[Path, ...] = ()
    strict: bool = False
    edl_rate: str | None = None

    @field_validator("edl_rate", mode="before")
    @classmethod
    def _a_rate(cls, value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise ValueError("must be a frame rate: 25, 23.976 or 30000/1001")
        frame_rate(str(value))
        return str(value)

    def rate_for(self, inputs: Sequence[Path]) -> Fraction | None:
        """The frame rate to read inputs at when it is an EDL, which names none; None: the file says it, or 24."""
        edl = len(inputs) == 1 and inputs[0].suffix.lower() == ".edl"
        return frame_rate(self.edl_rate) if edl and self.edl_rate is not None else None


def frame_rate(text: str) -> Fraction:
    """The exact rate that a person means by 25, 23.976 or 30000/1001; else ValueError."""
    try:
        return nearest_rate(text if "/" in text else float(text))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ValueError(f"must be a frame rate: 25, 23.976 or 30000/1001, not {text!r}") from None


class LedgerSettings(Section):
    """Where it is written down what was asked, paid and received. None: the user's data folder."""

    database: str | None = None
    store: Path | None = None

    @property
    def database_url(self) -> str:
        """The database to use, as a URL."""
        return self.database or f"sqlite:///{(data_folder() / 'ledger.sqlite').as_posix()}"

    @property
    def store_folder(self) -> Path:
        """The folder to keep received audio in."""
        return self.store or data_folder() / "store"


class Profile(Section):
    """Settings under one name; what a profile says goes before what stands outside of it."""

    engine: str | None = None
    music: MusicSettings = MusicSettings()
    place: PlaceSettings = PlaceSettings()
    output: OutputSettings = OutputSettings()


ELEVENLABS: dict[str, Any] = {
    "url": "https://api.elevenlabs.io",
    "api_key": {"env": "ELEVENLABS_API_KEY"},
    "send_seed": False,
}
"""What is known of the cloud service before anything is configured."""


class Settings(Section):
    """Everything that can be configured."""

    engine: str = "local"
    engines: dict[str, EngineSettings] = Field(default_factory=dict, validate_default=True)
    music: MusicSettings = MusicSettings()
    place: PlaceSettings = PlaceSettings()
    output: OutputSettings = OutputSettings()
    media: MediaSettings = MediaSettings()
    ledger: LedgerSettings = LedgerSettings()
    profiles: dict[str, Profile] = Field(default_factory=dict)
    watch: tuple[WatchFolder, ...] = ()
    jobs: JobSettings = JobSettings()
    serve: ServeSettings = ServeSettings()

    @field_validator("engines", mode="before")
    @classmethod
    def _with_the_known(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        own = value.get("elevenlabs", {})
        return {**value, "elevenlabs": {**ELEVENLABS, **own} if isinstance(own, dict) else own}

    def engine_problem(self, name: str) -> str | None:
        """What is wrong with an engine's name: it must be "local", one of `engines`, or a URL. None: nothing."""
        if name == "local" or name in self.engines:
            return None
        if "://" not in name:
            known = ", ".join(["local", *sorted(self.engines)])
            return f"engine {name!r} is not known; write one of {known}, or the URL of a server"
        try:
            check_url(name)
        except ValueError as error:
            return f"the engine's URL {error}"
        return None

    @property
    def ledger_url(self) -> str:
        """The ledger's database: its own, else the one in which several machines share their jobs, else the user's."""
        shared = self.jobs.database if self.ledger.database is None else None
        return shared if shared and shared.startswith("postgres") else self.ledger.database_url

    def with_profile(self, name: str) -> Settings:
        """These settings with a profile laid over them. Raises KeyError when there is no such profile."""
        profile = self.profiles[name]
        return self.model_copy(
            update={
                "engine": profile.engine or self.engine,
                "music": laid_over(self.music, profile.music),
                "place": laid_over(self.place, profile.place),
                "output": laid_over(self.output, profile.output),
            }
        )


SectionT = TypeVar("SectionT", bound=Section)


def laid_over(base: SectionT, over: SectionT) -> SectionT:
    """`base` with what was said explicitly in `over`."""
    return base.model_copy(update={name: getattr(over, name) for name in over.model_fields_set})


def data_folder() -> Path:
    """The user's data folder for Cutscore; it may not exist yet."""
    import platformdirs

    return Path(platformdirs.user_data_dir("cutscore", appauthor=False))
