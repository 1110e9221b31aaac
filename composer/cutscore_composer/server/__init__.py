"""The HTTP server: the composer behind the cloud's own endpoint, for any program that was written for the cloud.

    >>> from cutscore_composer.server.run import serve
    >>> serve(ServerSettings(port=8000))                        # doctest: +SKIP

A request's way: door (key, plan, limits) → reception (the form, streamed to disk) → probe (in a child process)
→ its turn → composition (in a child process) → answer. Whatever happens, its folder is gone afterwards.
"""

from __future__ import annotations

from cutscore_composer.server.settings import KeyEntry, ServerSettings

__all__ = ["KeyEntry", "ServerSettings"]
