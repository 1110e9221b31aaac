"""`cutscore parked`: paid calls whose outcome is not known."""

from __future__ import annotations

from cutscore.cli import options as o
from cutscore.cli.screen import say, say_json


def command(config: o.Config = None, json_: o.AsJson = False) -> None:
    """List paid calls whose outcome is not known; each may have been billed and is never sent again by itself."""
    settings = o.settings_from(config, None)
    from cutscore.engines import ledger_of

    with ledger_of(settings) as ledger:
        rows = ledger.parked()
    say_json(rows) if json_ else say(str(rows))
