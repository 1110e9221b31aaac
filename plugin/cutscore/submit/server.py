"""Servers: how one server with the contract is spoken to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from cutscore.keys import ApiKey
from cutscore.submit.exchange import Timeouts
from cutscore_composer import contract
from cutscore_composer.errors import ConfigError


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
    send_seed: bool = False
    """Whether the request's seed is sent; a server that knows none passes over it."""
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

    @property
    def uses_proxies(self) -> bool:
        """Whether proxies of the environment are used."""
        return not self.on_this_machine if self.trust_env is None else self.trust_env
