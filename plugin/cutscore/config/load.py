"""Finding and loading the configuration: search order, ${ENV}, relative paths, files that must exist, profiles."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from cutscore.config.complaint import complaint, dotted, nearest, reason
from cutscore.config.document import Document, Loc, plain_scalar, read_document
from cutscore.config.model import MusicSettings, Settings
from cutscore_composer.errors import ConfigError

FILE_NAME = "cutscore.yaml"

_VARIABLE = re.compile(r"\$(?P<escaped>\$)?\{(?P<name>[^}]*)\}")
_KEYS = {"api_key", "webhook_secret"}


def user_config_file() -> Path:
    """The user's own configuration; it may not exist."""
    import platformdirs

    return Path(platformdirs.user_config_dir("cutscore", appauthor=False)) / FILE_NAME


def find_config(given: Path | None = None) -> Path | None:
    """The configuration that counts: the given one, ./cutscore.yaml, the user's own, or None."""
    if given is not None:
        return given.expanduser()
    return next((path for path in (Path(FILE_NAME), user_config_file()) if path.is_file()), None)


def load_settings(
    path: Path | None = None, *, profile: str | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """The settings of a file, or of the one that `find_config` finds, or the defaults.

    Raises ConfigError with file, line and column.
    """
    file = find_config(path)
    if file is None:
        if profile is not None:
            raise ConfigError(f"There is no profile {profile!r}: no configuration was found.")
        return Settings()
    variables = os.environ if environment is None else environment

    def on_text(text: str, loc: Loc, place: str) -> Any:
        return _substitute(text, loc, place, variables)

    document = read_document(file, on_text)
    try:
        settings = Settings.model_validate(_said(document.data))
    except ValidationError as error:
        raise ConfigError(complaint(error, document, Settings)) from None
    settings = settings.model_copy(update=_paths_resolved(settings, document))
    _check_names(settings, document)
    if profile is None:
        return settings
    if profile not in settings.profiles:
        known = ", ".join(sorted(settings.profiles)) or "none"
        hint = nearest(profile, settings.profiles)
        raise ConfigError(f"{file} has no profile {profile!r}{hint or '.'} Known profiles: {known}.")
    return settings.with_profile(profile)


def override(base: Settings, *, engine: str | None = None, **music: Any) -> Settings:
    """`base` with an engine and settings of `music` from the command line or a call. Raises ConfigError."""
    if engine is not None:
        problem = base.engine_problem(engine)
        if problem is not None:
            raise ConfigError(f"--engine: {problem}.")
        base = base.model_copy(update={"engine": engine})
    if not music:
        return base
    try:
        checked = MusicSettings.model_validate(base.music.model_dump() | music)
    except ValidationError as error:
        row = error.errors(include_url=False)[0]
        raise ConfigError(f"{dotted(row['loc'])} {reason(row)}.") from None
    return base.model_copy(update={"music": checked})


def _said(data: Any) -> Any:
    """The data without names that have no value: `music:` with all lines below commented out says nothing."""
    if isinstance(data, dict):
        return {key: _said(value) for key, value in data.items() if value is not None}
    return [_said(item) for item in data] if isinstance(data, list) else data


def _substitute(text: str, loc: Loc, place: str, variables: Mapping[str, str]) -> Any:
    if loc and loc[-1] in _KEYS:
        whole = _VARIABLE.fullmatch(text)
        # The name goes on, not the secret: it is looked up where it is used.
        return {"env": whole["name"]} if whole and not whole["escaped"] else text

    def value(match: re.Match[str]) -> str:
        if match["escaped"]:
            return match[0][1:]
        name = match["name"]
        if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", name):
            raise ConfigError(f"{place}: ${{{name}}} is no variable; write ${{NAME}}, or $${{ for the characters.")
        if name not in variables:
            raise ConfigError(f"{place}: the environment variable {name} of {dotted(loc)} is not set.")
        return variables[name]

    made = _VARIABLE.sub(value, text)
    whole = _VARIABLE.fullmatch(text)
    return plain_scalar(made) if whole and not whole["escaped"] else made


def _paths_resolved(settings: Settings, document: Document) -> dict[str, Any]:
    return {name: _with_paths(getattr(settings, name), document, (name,)) for name in Settings.model_fields}


def _with_paths(section: Any, document: Document, loc: Loc) -> Any:
    """The section with its paths absolute: `~` is the user's home, relative ones start at the file's folder."""
    if isinstance(section, Path):
        path = document.file.absolute().parent / section.expanduser()
        must_be_file = loc[-1] == "file"
        must_be_folder = loc[:2] == ("media", "search")
        if (must_be_file and not path.is_file()) or (must_be_folder and not path.is_dir()):
            kind = "file" if must_be_file else "folder"
            raise ConfigError(f"{document.place(loc)}: {dotted(loc)} is {path}, but there is no such {kind}.")
        return path
    if loc[0] == "watch" and loc[-1] == "project" and isinstance(section, str) and not section.startswith("{parent}"):
        # A project or a pattern of projects, such as ~/edits/*.kdenlive.
        return str(document.file.absolute().parent / Path(section).expanduser())
    if isinstance(section, BaseModel):
        changes = {}
        for name in type(section).model_fields:
            old = getattr(section, name)
            new = _with_paths(old, document, (*loc, name))
            if new is not old:
                changes[name] = new
        return section.model_copy(update=changes) if changes else section
    if isinstance(section, tuple):
        made = tuple(_with_paths(item, document, (*loc, number)) for number, item in enumerate(section))
        return section if all(a is b for a, b in zip(made, section, strict=True)) else made
    if isinstance(section, dict):
        made_dict = {key: _with_paths(value, document, (*loc, key)) for key, value in section.items()}
        return section if all(made_dict[key] is section[key] for key in section) else made_dict
    return section


def _check_names(settings: Settings, document: Document) -> None:
    """Names that must exist elsewhere in the file: engines and profiles."""
    engines: list[tuple[Loc, str]] = [(("engine",), settings.engine)]
    engines += [(("profiles", name, "engine"), p.engine) for name, p in settings.profiles.items() if p.engine]
    engines += [(("watch", number, "engine"), f.engine) for number, f in enumerate(settings.watch) if f.engine]
    for loc, name in engines:
        problem = settings.engine_problem(name)
        if problem is not None:
            raise ConfigError(f"{document.place(loc)}: {problem}{nearest(name, ['local', *settings.engines]) or '.'}")
    for number, folder in enumerate(settings.watch):
        if folder.profile is not None and folder.profile not in settings.profiles:
            place = document.place(("watch", number, "profile"))
            known = ", ".join(sorted(settings.profiles)) or "none"
            hint = nearest(folder.profile, settings.profiles)
            raise ConfigError(f"{place}: there is no profile {folder.profile!r}{hint or '.'} Known profiles: {known}.")
