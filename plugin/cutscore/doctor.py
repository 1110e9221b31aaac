"""What is found on this machine: what the main job needs, what the configured engine needs, what is optional.

Nothing is changed and nothing that costs money is called: a server is asked for its head only, and
without a key.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from cutscore_composer.errors import CutscoreError

if TYPE_CHECKING:
    from cutscore.config import EngineSettings, Settings

Level = Literal["ok", "note", "broken"]

LIBRARIES = ("av", "numpy", "scipy", "opencv-python-headless", "opentimelineio", "httpx", "pydantic")
DECODERS = ("h264", "hevc", "prores", "dnxhd", "mpeg2video", "vp9", "av1", "mjpeg", "aac", "mp3", "opus", "pcm_s24le")
NEEDED_DECODERS = {"h264", "aac", "pcm_s24le"}
ENCODERS = ("libx264", "aac", "pcm_s24le", "libmp3lame", "libopus", "pcm_mulaw", "pcm_alaw")
NEEDED_ENCODERS = {"libx264", "aac", "pcm_s24le"}
LITTLE_DISK_BYTES = 1_000_000_000
CONNECT_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. "broken": the local main job cannot run; "note": worth knowing."""

    topic: str
    level: Level
    text: str


def examine(config: Path | None = None) -> tuple[Finding, ...]:
    """Look at everything, in the order in which it is told."""
    settings, about_config = _configuration(config)
    checks: tuple[Callable[[], Iterator[Finding]], ...] = (
        _versions,
        lambda: iter([about_config]),
        _composer,
        _codecs,
        _readers,
        lambda: _engines(settings),
        lambda: _ledger(settings),
        lambda: _folders(settings),
        _editors,
    )
    found: list[Finding] = []
    for check in checks:
        try:
            found.extend(check())
        except Exception as error:
            # The doctor has to survive whatever is broken; the kind of the error is the finding.
            found.append(Finding("doctor", "broken", f"A check failed ({type(error).__name__})."))
    return tuple(found)


def _versions() -> Iterator[Finding]:
    from cutscore import __version__

    yield Finding(
        "cutscore",
        "ok",
        f"{__version__} on Python {platform.python_version()}, {platform.system()} {platform.machine()}",
    )
    known, missing = [], []
    for name in LIBRARIES:
        try:
            known.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            missing.append(name)
    yield Finding("libraries", "ok", ", ".join(known))
    if missing:
        yield Finding("libraries", "broken", f"not installed: {', '.join(missing)}; install Cutscore again.")


def _configuration(config: Path | None) -> tuple[Settings, Finding]:
    from cutscore.config import Settings, find_config, load_settings

    file = find_config(config)
    if file is None:
        return Settings(), Finding("configuration", "ok", "none found, defaults are used (`cutscore init` writes one)")
    try:
        return load_settings(file), Finding("configuration", "ok", str(file.absolute()))
    except CutscoreError as error:
        return Settings(), Finding("configuration", "broken", str(error))


def _composer() -> Iterator[Finding]:
    package = Path(str(importlib.import_module("cutscore_composer").__file__)).parent
    sounds = [p for p in (package / "instruments").rglob("*") if p.suffix.lower() in (".ogg", ".flac", ".wav")]
    maps = list((package / "instruments").rglob("*.sfz"))
    size = sum(path.stat().st_size for path in sounds) / 1e6
    if sounds and maps:
        yield Finding("instruments", "ok", f"{len(maps)} instruments, {len(sounds)} samples, {size:.1f} MB")
    else:
        yield Finding("instruments", "broken", "the sound pack is missing; install Cutscore again.")
    styles = sorted(p.stem for p in (package / "styles").iterdir() if p.suffix in (".yaml", ".json", ".toml"))
    level: Level = "ok" if styles else "broken"
    yield Finding("styles", level, ", ".join(styles) or "none are there; install Cutscore again.")


def _codecs() -> Iterator[Finding]:
    import av

    for topic, names, mode, needed in (
        ("decoders", DECODERS, "r", NEEDED_DECODERS),
        ("encoders", ENCODERS, "w", NEEDED_ENCODERS),
    ):
        here = [name for name in names if _has_codec(av, name, mode)]
        absent = [name for name in names if name not in here]
        level: Level = "broken" if needed & set(absent) else "note" if absent else "ok"
        text = ", ".join(here) + (f"; missing: {', '.join(absent)}" if absent else "")
        yield Finding(topic, level, text)


def _has_codec(av: object, name: str, mode: str) -> bool:
    try:
        av.codec.Codec(name, mode)  # type: ignore[attr-defined]
    except Exception:
        return False
    return True


def _readers() -> Iterator[Finding]:
    import opentimelineio as otio

    names = set(otio.adapters.available_adapter_names())
    wanted = {"fcp_xml": ".xml", "cmx_3600": ".edl"}
    missing = [suffix for name, suffix in wanted.items() if name not in names]
    if missing:
        yield Finding(
            "timelines", "broken", f"the adapters for {', '.join(missing)} are missing; install Cutscore again."
        )
    aaf = "AAF" in names and importlib.util.find_spec("aaf2") is not None
    known = ".otio, .otioz, .otiod, .edl, .xml, .fcpxml, .fcpxmld, .kdenlive, .mlt" + (", .aaf" if aaf else "")
    yield Finding("timelines", "ok", known)
    if not aaf:
        yield Finding("timelines", "note", ".aaf needs the extra: pip install 'cutscore[aaf]'")


def _engines(settings: Settings) -> Iterator[Finding]:
    used = dict.fromkeys([settings.engine, *(p.engine for p in settings.profiles.values() if p.engine)])
    for name in used:
        if name == "local":
            yield Finding("engine local", "ok", "the composer, on this machine, offline")
        elif name in settings.engines:
            server = settings.engines[name]
            yield _key(name, server)
            yield _reached(name, server.url, server.proxy)
        else:
            yield _reached(name, name, None)


def _key(name: str, server: EngineSettings) -> Finding:
    from cutscore.keys import find_key

    topic, source = f"key of {name}", server.api_key
    if source is None:
        return Finding(topic, "ok", "none is configured")
    given: dict[str, Any] = {name: value for name, value in source if value is not None}
    for place, (name, value) in zip(source.places(), given.items(), strict=True):
        try:
            if find_key(**{name: value}) is not None:
                return Finding(topic, "ok", f"found in {place}")
        except CutscoreError as error:
            return Finding(topic, "note", str(error))
    return Finding(topic, "note", f"not found; looked in {', '.join(source.places())}")


def _reached(name: str, url: str, proxy: bool | None) -> Finding:
    import httpx

    host = httpx.URL(url).host
    here = host in ("localhost", "127.0.0.1", "::1")
    start = time.monotonic()
    try:
        with httpx.Client(timeout=CONNECT_SECONDS, trust_env=not here if proxy is None else proxy) as client:
            client.head(url)
    except httpx.HTTPError as error:
        return Finding(f"engine {name}", "note", f"{host} does not answer ({type(error).__name__})")
    return Finding(f"engine {name}", "ok", f"{host} answers in {(time.monotonic() - start) * 1000:.0f} ms")


def _ledger(settings: Settings) -> Iterator[Finding]:
    from cutscore.submit.ledger import Ledger

    database = settings.ledger_url
    if database.startswith("sqlite:///") and not Path(database.removeprefix("sqlite:///")).is_file():
        yield Finding("ledger", "ok", "not there yet; it is made when it is first needed")
        return
    try:
        with Ledger(database, settings.ledger.store_folder) as ledger:
            parked = len(ledger.parked())
    except CutscoreError as error:
        yield Finding("ledger", "broken", str(error))
        return
    calls = f"{parked} paid {'call is' if parked == 1 else 'calls are'} parked: see `cutscore parked`"
    yield Finding("ledger", "note" if parked else "ok", calls if parked else "in order; no paid call is parked")


def _folders(settings: Settings) -> Iterator[Finding]:
    from cutscore.config.model import data_folder

    folders = {
        "this folder": settings.output.folder or Path.cwd(),
        "data folder": data_folder(),
        "temporary folder": Path(tempfile.gettempdir()),
    }
    for title, folder in folders.items():
        # A folder that does not exist yet is made when it is needed: its nearest existing parent counts.
        real = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        free = shutil.disk_usage(real).free
        room = f"{free / 1e9:.1f} GB free"
        if not _writable(real):
            level: Level = "note" if title == "this folder" else "broken"
            yield Finding(title, level, f"{folder} cannot be written to, {room}")
        else:
            yield Finding(title, "note" if free < LITTLE_DISK_BYTES else "ok", f"{folder}, {room}")


def _editors() -> Iterator[Finding]:
    from cutscore.editors.install import EDITORS, System, installed, program_of

    system = System.this()
    for name, title in EDITORS.items():
        program = program_of(name, system)
        if program is None:
            continue
        there = installed(name, system)
        how = "Cutscore is in it" if there else f"`cutscore install {name}` puts Cutscore into it"
        yield Finding(f"editor {name}", "ok" if there else "note", f"{title} ({program}): {how}")


def _writable(folder: Path) -> bool:
    try:
        handle, name = tempfile.mkstemp(prefix=".cutscore-partial-", dir=folder)
    except OSError:
        return False
    os.close(handle)
    Path(name).unlink(missing_ok=True)
    return True


def healthy(findings: tuple[Finding, ...]) -> bool:
    """Whether nothing that the local main job needs is broken."""
    return sys.version_info >= (3, 11) and not any(finding.level == "broken" for finding in findings)
