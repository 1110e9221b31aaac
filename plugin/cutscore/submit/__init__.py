"""Submit: the one shared door to every engine, with the ledger that keeps anything from being paid for twice.

>>> from cutscore.submit import Ledger, submit
>>> submit(request, engine, ledger, folder=Path("film.cutscore"))          # doctest: +SKIP
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cutscore.submit.door import Submission, submit
    from cutscore.submit.holding import parked_sentence
    from cutscore.submit.ledger import Entry, Ledger, parked
    from cutscore.submit.paid import PaidEngine
    from cutscore.submit.remote import RemoteEngine
    from cutscore.submit.server import RemoteSettings

_HOMES = {
    "Submission": "door",
    "submit": "door",
    "parked_sentence": "holding",
    "Entry": "ledger",
    "Ledger": "ledger",
    "parked": "ledger",
    "PaidEngine": "paid",
    "RemoteEngine": "remote",
    "RemoteSettings": "server",
}

__all__ = [
    "Entry",
    "Ledger",
    "PaidEngine",
    "RemoteEngine",
    "RemoteSettings",
    "Submission",
    "parked",
    "parked_sentence",
    "submit",
]


def __getattr__(name: str) -> Any:
    # The database and HTTP libraries are loaded when something of them is used.
    if name in _HOMES:
        return getattr(import_module(f"cutscore.submit.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'cutscore.submit' has no attribute {name!r}")
