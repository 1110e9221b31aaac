"""The sections `watch` and `jobs`, for the watchers: read and checked already, used by them alone."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from cutscore.config.section import KeySource, Number, Section, Whole, Word, check_url


class WatchFolder(Section):
    """One watched folder (for `cutscore watch`)."""

    path: Path
    patterns: tuple[Word, ...] = ("*.mp4", "*.mov", "*.mkv", "*.mxf", "*.ts")
    ignore: tuple[Word, ...] = (".*", "~*", "*.part", "*.partial", "*.tmp", "*.crdownload")
    recursive: bool = False
    polling: Literal["auto", "always", "never"] = "auto"
    profile: str | None = None
    project: str | None = None
    output: Path | None = None
    source: Literal["leave", "move"] = "leave"


class HookSettings(Section):
    """What is run when a job ends: an argument list, never a shell line."""

    on_done: tuple[str, ...] = ()
    on_failed: tuple[str, ...] = ()
    on_parked: tuple[str, ...] = ()
    timeout_seconds: Number = Field(default=60.0, gt=0, le=3600)
    webhook: str | None = None
    webhook_secret: KeySource | None = None

    @field_validator("webhook")
    @classmethod
    def _an_http_url(cls, value: str | None) -> str | None:
        return None if value is None else check_url(value)


class JobSettings(Section):
    """How the watcher's jobs are run."""

    database: str | None = None
    concurrency: Whole = Field(default=1, ge=1, le=64)
    attempts: Whole = Field(default=3, ge=1, le=20)
    scan_seconds: Number = Field(default=30.0, ge=1, le=3600)
    quiet_seconds: Number = Field(default=2.0, ge=0, le=3600)
    keep_days: Whole = Field(default=30, ge=1, le=3650)
    hooks: HookSettings = HookSettings()
