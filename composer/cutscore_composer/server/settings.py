"""What can be set of a server, as plain data that every one of its processes is handed."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from cutscore_composer.contract import LONGEST_DESCRIPTION, TIERS

MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One key that is let in. The key itself is not kept, only what it is recognised by."""

    name: str
    """What the log calls its owner."""
    digest: bytes = field(repr=False)
    """SHA-256 of the key."""
    tier: str = TIERS[-1]
    """The plan whose formats it may ask for."""
    concurrent: int | None = None
    """How many requests of it may be open at once; None: as many as the server's setting says."""

    @classmethod
    def of(cls, name: str, key: str, *, tier: str = TIERS[-1], concurrent: int | None = None) -> KeyEntry:
        """The entry of a key."""
        return cls(name, hashlib.sha256(key.encode()).digest(), tier, concurrent)


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Everything that can be set; the comments of config.example.yaml explain it to people."""

    host: str = "127.0.0.1"
    port: int = 8000
    """0: any free one."""
    keys: tuple[KeyEntry, ...] = ()
    open: bool = False
    """Whether it may be reached from elsewhere without any key."""
    workers: int = 1
    """Processes that speak HTTP."""
    concurrent: int = 4
    """Requests of one key (or, without keys, of everybody) that may be open at once."""
    compositions: int = 0
    """Pieces that are composed at once on this machine; 0: one for each core."""
    queue: int = 16
    """Requests that may be open beyond those that are being composed."""
    description_limit: int = LONGEST_DESCRIPTION
    most_megapixels: float = 40.0
    """Of one frame."""
    most_frame_rate: float = 240.0
    header_seconds: float = 20.0
    """The longest that a request's head may take to come."""
    upload_idle_seconds: float = 30.0
    slowest_upload: int = 10_000
    """Bytes a second; an upload that is slower on average is cut off."""
    answer_idle_seconds: float = 60.0
    """How long a client may take nothing of its answer."""
    probe_seconds: float = 20.0
    probe_megabytes: int = 3072
    compose_seconds: float = 900.0
    """The longest that one composition may take."""
    compose_megabytes: int = 8192
    stop_seconds: float = 30.0
    """How long requests may go on once the server is told to stop."""
    folder: Path | None = None
    """Where temporary files lie; None: the system's place for them."""
    keep_free_megabytes: int = 1024
    """Disk space that is left to others."""
    cue_minutes: float = 60.0
    """How long the cue file of an answer can be fetched."""
    public_url: str | None = None
    """Where this very machine is reached, for links to it; None: wherever the request went."""
    certificate: Path | None = None
    """C2PA: the certificate chain as a PEM file; None: a local development certificate."""
    private_key: Path | None = None
    """C2PA: the certificate's key as a PEM file."""
    signing_folder: Path | None = None
    """C2PA: where the development certificate lies; None: in the server's own folder, a new one each time."""
    engine: str = "cutscore_composer.local:LocalEngine"
    """The engine's class or function, as module:name."""

    @property
    def composing_at_once(self) -> int:
        """How many pieces are composed at once."""
        return self.compositions or os.cpu_count() or 1

    @property
    def on_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Whether a name or address is that of the machine itself."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
