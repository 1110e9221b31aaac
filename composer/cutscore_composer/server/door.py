"""The door: whose key a request has, and whether its plan allows what it asks for."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import urlsplit

from cutscore_composer.contract import KEY_HEADER, TIERS, OutputFormat
from cutscore_composer.error_bodies import INVALID_KEY, NEEDS_AUTHORIZATION, only_for
from cutscore_composer.server.refusal import refused
from cutscore_composer.server.settings import KeyEntry, ServerSettings, is_loopback

NOBODY = KeyEntry("", b"")
"""Who asks where no keys are configured."""


def let_in(key: str | None, entries: Sequence[KeyEntry]) -> KeyEntry:
    """Whose key it is. Raises Refusal (401) when it is missing or nobody's."""
    if not entries:
        return NOBODY
    if not key:
        message = f"Neither authorization header nor {KEY_HEADER} received, please provide one."
        raise refused(401, NEEDS_AUTHORIZATION, message)
    digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
    # All are compared, each in the same time whatever the key: how long it takes tells nothing.
    found = [entry for entry in entries if hmac.compare_digest(entry.digest, digest)]
    if not found:
        raise refused(401, INVALID_KEY, "Invalid API key")
    return found[0]


def refuse_strange_pages(origin: str | None, settings: ServerSettings) -> None:
    """Raise Refusal (403) for a page of the web that a browser on this machine shows, where no key keeps it out."""
    if not origin or settings.keys or settings.open:
        return
    host = urlsplit(origin).hostname
    if origin.startswith(("http://", "https://")) and host is not None and not is_loopback(host):
        message = "A page from elsewhere may not use this server without a key: configure serve.keys."
        raise refused(403, "origin_not_allowed", message)


def allow_format(form: OutputFormat, entry: KeyEntry) -> None:
    """Raise Refusal (403) when the key's plan is too low for a format."""
    if form.tier and TIERS.index(entry.tier) < TIERS.index(form.tier):
        raise refused(
            403, only_for(form.tier), f"The output format {form.name} is for the plan {form.tier} and those above it."
        )
