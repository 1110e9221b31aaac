"""Webhook: tells a URL of the user's what became of a job; signed, and again while the server is not there.

X-Cutscore-Time: 1790000000
X-Cutscore-Signature: sha256=HEX      HMAC-SHA256 of "1790000000." and the body, with the secret
"""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cutscore_composer.errors import CutscoreError
from cutscore_watchers.jobs.interrupted import Interrupted

if TYPE_CHECKING:
    from cutscore.config.watching import HookSettings

ATTEMPTS = 5
FIRST_PAUSE_SECONDS = 1.0
"""It doubles each time."""


def send(
    settings: HookSettings,
    report: Mapping[str, Any],
    stopping: threading.Event,
    *,
    first_pause_seconds: float = FIRST_PAUSE_SECONDS,
) -> dict[str, Any]:
    """Whether the server took it ("ok"), and a sentence about it. Raises Interrupted."""
    import httpx

    url = settings.webhook
    assert url is not None
    body = json.dumps({"event": f"job.{report['state']}", **report}).encode("ascii")
    try:
        headers = {"content-type": "application/json", **signed(body, _secret(settings), int(time.time()))}
    except CutscoreError as error:
        return {"ok": False, "message": str(error)}
    seconds = min(settings.timeout_seconds, 30.0)
    said = ""
    with httpx.Client(timeout=seconds, follow_redirects=False, trust_env=not _here(url)) as client:
        for attempt in range(ATTEMPTS):
            if attempt and stopping.wait(first_pause_seconds * 2 ** (attempt - 1)):
                raise Interrupted
            try:
                status = client.post(url, content=body, headers=headers).status_code
            except httpx.HTTPError as error:
                # Only its kind: the words of the library may quote headers.
                said = f"The webhook's server cannot be reached ({type(error).__name__})."
                continue
            if 200 <= status < 300:
                return {"ok": True, "message": f"The webhook answered {status}."}
            said = f"The webhook answered {status}."
            if status < 500 and status not in (408, 425, 429):
                break
    return {"ok": False, "message": said}


def signed(body: bytes, secret: bytes | None, clock: int) -> dict[str, str]:
    """The headers that prove where a body comes from and when it was sent; none without a secret."""
    if secret is None:
        return {}
    digest = hmac.new(secret, f"{clock}.".encode("ascii") + body, hashlib.sha256).hexdigest()
    return {"x-cutscore-time": str(clock), "x-cutscore-signature": f"sha256={digest}"}


def _secret(settings: HookSettings) -> bytes | None:
    """The secret that is configured. Raises ConfigError when it is not where it should be."""
    from cutscore.keys import find_key
    from cutscore_composer.errors import ConfigError

    source = settings.webhook_secret
    if source is None:
        return None
    key = find_key(env=source.env, file=source.file, keyring=source.keyring)
    if key is None:
        raise ConfigError(f"There is no secret for the webhook: looked in {', '.join(source.places())}.")
    return key.reveal().encode("utf-8")


def _here(url: str) -> bool:
    from cutscore.submit import RemoteSettings

    return RemoteSettings("webhook", url.partition("?")[0]).on_this_machine
