"""Settings to what they name: the engine behind a name or a URL, and the ledger."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cutscore_composer.engine import Engine
from cutscore_composer.errors import ConfigError

if TYPE_CHECKING:
    from cutscore.config import EngineSettings, KeySource, Settings
    from cutscore.keys import ApiKey
    from cutscore.submit import Ledger, RemoteSettings

LOCAL = "local"
"""The name of our own composer."""


def engine_of(settings: Settings) -> Engine:
    """The engine that `settings.engine` names: "local", one of `settings.engines`, or a server's URL.

    Raises ConfigError when it names none.
    """
    name = settings.engine
    problem = settings.engine_problem(name)
    if problem is not None:
        raise ConfigError(f"{problem[0].upper()}{problem[1:]}.")
    if name == LOCAL:
        from cutscore_composer.local import LocalEngine

        return LocalEngine()
    from cutscore.submit import RemoteEngine

    return RemoteEngine(remote_settings(name, settings.engines.get(name)))


def remote_settings(name: str, configured: EngineSettings | None) -> RemoteSettings:
    """How the server of this name is spoken to; without a configuration the name is its URL and it wants no key."""
    from cutscore.config import EngineSettings
    from cutscore.submit import RemoteSettings
    from cutscore.submit.exchange import Timeouts

    engine = configured or EngineSettings(url=name)
    key = engine.api_key
    return RemoteSettings(
        name=name if configured else (urlsplit(name).hostname or name),
        url=engine.url,
        api_key=None if key is None else partial(_key, name, key),
        output_format=engine.output_format,
        model_id=engine.model_id,
        sign_with_c2pa=engine.sign_with_c2pa,
        add_sfx=engine.add_sfx,
        separate_tracks=engine.separate_tracks,
        use_audio_as_reference=engine.use_audio_as_reference,
        enable_logging=engine.enable_logging,
        description_limit=engine.description_limit,
        separate_clips=engine.separate_clips,
        send_sound=engine.send_sound,
        raw_channels=engine.raw_channels,
        send_seed=engine.send_seed,
        timeouts=Timeouts(
            connect=engine.connect_seconds,
            upload=engine.upload_seconds,
            wait=engine.wait_seconds,
            download=engine.download_seconds,
            total=engine.total_seconds,
        ),
        attempts=engine.attempts,
        trust_env=engine.proxy,
    )


def _key(name: str, source: KeySource) -> ApiKey:
    """The key of a server that is configured to want one: without it nothing is made or sent."""
    from cutscore.keys import find_key

    key = find_key(env=source.env, file=source.file, keyring=source.keyring)
    if key is None:
        raise ConfigError(f"There is no API key for {name}: looked in {', '.join(source.places())}.")
    return key


def ledger_of(settings: Settings) -> Ledger:
    """The ledger, opened; use it as a context manager."""
    from cutscore.submit import Ledger

    return Ledger(settings.ledger_url, settings.ledger.store_folder)
