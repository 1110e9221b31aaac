"""The section `serve`: how our own server is reached, by whom, and within which limits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from cutscore.config.section import KeySource, Number, Section, Whole, Word, check_url, one_of
from cutscore_composer.contract import LONGEST_DESCRIPTION, LONGEST_DESCRIPTION_NEWER, TIERS


class ServeKey(Section):
    """One key that is let in."""

    name: Word
    key: KeySource
    tier: Annotated[str, one_of(TIERS)] = TIERS[-1]
    concurrent: Annotated[Whole, Field(ge=1, le=1000)] | None = None


class C2paSettings(Section):
    """With what music is signed; both or none."""

    certificate: Path | None = None
    private_key: Path | None = None

    @model_validator(mode="after")
    def _both(self) -> C2paSettings:
        if (self.certificate is None) != (self.private_key is None):
            raise ValueError("needs both certificate and private_key, or neither")
        return self


class ServeSettings(Section):
    """The server (for `cutscore serve`)."""

    host: Word = "127.0.0.1"
    port: Whole = Field(default=8000, ge=0, le=65535)
    keys: tuple[ServeKey, ...] = ()
    workers: Whole = Field(default=1, ge=1, le=64)
    concurrent: Whole = Field(default=4, ge=1, le=1000)
    compositions: Whole = Field(default=0, ge=0, le=256)
    queue: Whole = Field(default=16, ge=0, le=1000)
    description_limit: Whole = Field(default=LONGEST_DESCRIPTION, ge=1, le=LONGEST_DESCRIPTION_NEWER)
    most_megapixels: Number = Field(default=40.0, gt=0, le=268)
    most_frame_rate: Number = Field(default=240.0, gt=0, le=1000)
    header_seconds: Number = Field(default=20.0, gt=0, le=3600)
    upload_idle_seconds: Number = Field(default=30.0, gt=0, le=3600)
    slowest_upload: Whole = Field(default=10_000, ge=1, le=100_000_000)
    answer_idle_seconds: Number = Field(default=60.0, gt=0, le=3600)
    probe_seconds: Number = Field(default=20.0, gt=0, le=3600)
    probe_megabytes: Whole = Field(default=3072, ge=512, le=1_000_000)
    compose_seconds: Number = Field(default=900.0, gt=0, le=86400)
    compose_megabytes: Whole = Field(default=8192, ge=1024, le=1_000_000)
    stop_seconds: Number = Field(default=30.0, gt=0, le=3600)
    folder: Path | None = None
    keep_free_megabytes: Whole = Field(default=1024, ge=0, le=100_000_000)
    cue_minutes: Number = Field(default=60.0, ge=0, le=100_000)
    public_url: str | None = None
    c2pa: C2paSettings = C2paSettings()

    @field_validator("public_url")
    @classmethod
    def _an_http_url(cls, value: str | None) -> str | None:
        return None if value is None else check_url(value)

    @field_validator("keys")
    @classmethod
    def _names_of_their_own(cls, value: tuple[ServeKey, ...]) -> tuple[ServeKey, ...]:
        names = [entry.name for entry in value]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"the name {twice[0]!r} is given to two keys")
        return value
