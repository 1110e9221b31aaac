"""Side-cars: NAME.yaml beside NAME.mp4 says what is wanted for that film alone.

Whoever can put a film into the folder can write one, so it may only name engines and profiles that the configuration
knows, and projects and folders within those that the configuration names; ${NAME} is not replaced in it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cutscore.config import Settings
from cutscore.config.complaint import complaint, nearest
from cutscore.config.document import Document, read_document
from cutscore.config.watching import SideCar, WatchFolder
from cutscore_composer.errors import ConfigError
from cutscore_watchers.folders.names import SIDECAR


def sidecar_of(film: Path) -> Path:
    """Where a film's side-car lies, if it has one."""
    return film.with_suffix(SIDECAR)


def with_sidecar(film: Path, watch: WatchFolder, settings: Settings) -> WatchFolder:
    """The watched folder's settings with a film's side-car laid over them.

    Raises ConfigError with file, line and column when the side-car is wrong.
    """
    file = sidecar_of(film)
    if watch.sidecars == "ignore" or not os.path.isfile(file):  # noqa: PTH113 (a name too long is no file)
        return watch
    document = read_document(file)
    said = {name: value for name, value in document.data.items() if value is not None}
    try:
        sidecar = SideCar.model_validate(said)
    except ValidationError as error:
        raise ConfigError(complaint(error, document, SideCar)) from None
    _check_names(sidecar, document, settings)
    update: dict[str, Any] = {name: getattr(sidecar, name) for name in sidecar.model_fields_set}
    for name in {"project", "output"} & set(update):
        place = _within(Path(update[name]), document, name, watch)
        update[name] = str(place) if name == "project" else place
    return watch.model_copy(update=update)


def _check_names(sidecar: SideCar, document: Document, settings: Settings) -> None:
    if sidecar.profile is not None and sidecar.profile not in settings.profiles:
        known = ", ".join(sorted(settings.profiles)) or "none"
        hint = nearest(sidecar.profile, settings.profiles)
        place = document.place(("profile",))
        raise ConfigError(f"{place}: there is no profile {sidecar.profile!r}{hint or '.'} Known profiles: {known}.")
    if sidecar.engine is not None and sidecar.engine not in ("local", *settings.engines):
        known = ", ".join(["local", *sorted(settings.engines)])
        hint = nearest(sidecar.engine, ["local", *settings.engines])
        place = document.place(("engine",))
        raise ConfigError(
            f"{place}: a side-car may choose among the configuration's engines, and {sidecar.engine!r} is none"
            f"{hint or '.'} Known engines: {known}."
        )


def _within(place: Path, document: Document, name: str, watch: WatchFolder) -> Path:
    """The place that a side-car names, absolute, from its own folder; only inside of the allowed folders."""
    try:
        place = place.expanduser()
    except RuntimeError:
        raise ConfigError(f"{document.place((name,))}: {name} begins with a user who is not known.") from None
    place = Path(os.path.normpath(document.file.absolute().parent / place))
    allowed = [watch.path, *watch.sidecar_folders]
    allowed += [Path(watch.project).parent] if watch.project else []
    allowed += [watch.output] if watch.output else []
    real = Path(os.path.realpath(place))
    if not any(real.is_relative_to(os.path.realpath(folder)) for folder in allowed):
        raise ConfigError(
            f"{document.place((name,))}: {name} is {place}, which lies in no folder that a side-car here may name; "
            f"the configuration allows more with sidecar_folders."
        )
    return place
