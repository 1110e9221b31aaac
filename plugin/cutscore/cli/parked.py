"""`cutscore parked`: paid calls whose outcome is not known."""

from __future__ import annotations

from cutscore.cli import options as o
from cutscore.cli.screen import printable, say, say_json


def command(config: o.Config = None, json_: o.AsJson = False) -> None:
    """List paid calls whose outcome is not known; each may have been billed and is never sent again by itself."""
    settings = o.settings_from(config, None)
    from cutscore.engines import ledger_of

    with ledger_of(settings) as ledger:
        entries = ledger.parked()
    if json_:
        fields = ("key", "engine", "title", "message", "command", "asked_at", "changed_at")
        say_json({"parked": [{name: getattr(entry, name) for name in fields} for entry in entries]})
        return
    if not entries:
        say("No paid call is parked: the outcome of every one is known.")
        return
    for entry in entries:
        say(f"{printable(entry.title)}: {printable(entry.engine)}, asked {printable(entry.asked_at)}")
        say(f"  {printable(entry.message)}")
        if entry.command:
            say(f"  Send it again, knowing that it may be billed twice: {printable(entry.command)}")
