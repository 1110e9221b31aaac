"""The sections `watch` and `jobs`, for the watchers: read and checked already, used by them alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from cutscore.config.section import KeySource, Number, Section, Whole, Word, check_url
from cutscore_composer.contract import LONGEST_DESCRIPTION_NEWER


def _known_placeholders(value: str) -> str:
    unknown = re.search(r"\{[^}]*\}?|\}", re.sub(r"\{(?:stem|name|parent)\}", "", value))
    if unknown:
        raise ValueError(f"holds {unknown[0]}, which stands for nothing; {{stem}}, {{name}} and {{parent}} do")
    return value


ProjectPattern = Annotated[str, AfterValidator(_known_placeholders)]
"""A project file, a folder of them, or a pattern; see cutscore_watchers.matching.patterns."""


class WatchFolder(Section):
    """One watched folder (for `cutscore watch`)."""

    path: Path
    patterns: tuple[Word, ...] = ("*.mp4", "*.mov", "*.mkv", "*.webm", "*.mxf", "*.ts", "*.mts", "*.m2ts")
    ignore: tuple[Word, ...] = ()
    """Besides the temporary names, which are known."""
    ignore_temporary: bool = True
    recursive: bool = False
    polling: Literal["auto", "always", "never"] = "auto"
    existing: Literal["process", "ignore"] = "process"
    """What happens to films that lie there when the folder is watched for the first time."""
    profile: str | None = None
    engine: str | None = None
    description: Annotated[str, Field(min_length=1, max_length=LONGEST_DESCRIPTION_NEWER)] | None = None
    tags: tuple[Word, ...] | None = None
    style: Word | None = None
    project: ProjectPattern | None = None
    output: Path | None = None
    source: Literal["leave", "move"] = "leave"
    sidecars: Literal["optional", "required", "ignore"] = "optional"
    """NAME.yaml beside a film, which overrides for that film."""
    sidecar_folders: tuple[Path, ...] = ()
    """Where a side-car's project and output may lie, besides the folders that the configuration names here."""


class SideCar(Section):
    """What may stand in NAME.yaml beside a film: it goes before what the configuration says, for that film alone."""

    profile: str | None = None
    engine: str | None = None
    description: Annotated[str, Field(min_length=1, max_length=LONGEST_DESCRIPTION_NEWER)] | None = None
    tags: tuple[Word, ...] | None = None
    style: Word | None = None
    project: ProjectPattern | None = None
    output: Path | None = None


class HookSettings(Section):
    """What is run when a job ends: an argument list, never a shell line."""

    on_done: tuple[str, ...] = ()
    on_failed: tuple[str, ...] = ()
    on_parked: tuple[str, ...] = ()
    timeout_seconds: Number = Field(default=60.0, gt=0, le=3600)
    webhook: str | None = None
    webhook_secret: KeySource | None = None
    desktop: bool = True

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
    poll_seconds: Number = Field(default=5.0, ge=0.5, le=3600)
    quiet_seconds: Number = Field(default=2.0, ge=0, le=3600)
    stable_seconds: Number = Field(default=10.0, ge=0, le=86_400)
    keep_days: Whole = Field(default=30, ge=1, le=3650)
    hooks: HookSettings = HookSettings()
