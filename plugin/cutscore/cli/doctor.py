"""`cutscore doctor`: what is found on this machine and what is missing."""

from __future__ import annotations

import typer

from cutscore.cli import options as o
from cutscore.cli.screen import printable, say, say_json

MARKS = {"ok": "ok", "note": "--", "broken": "!!"}


def command(config: o.Config = None, json_: o.AsJson = False) -> None:
    """Say what is found on this machine: configuration, key (never shown), codecs, instruments, engine, disk.

    Exit code 0 unless something that making music on this machine needs is broken.
    """
    from cutscore.doctor import examine, healthy

    findings = examine(config)
    good = healthy(findings)
    if json_:
        rows = [{"topic": f.topic, "level": f.level, "text": f.text} for f in findings]
        say_json({"healthy": good, "findings": rows})
    else:
        width = max(len(finding.topic) for finding in findings)
        for finding in findings:
            say(f"{MARKS[finding.level]}  {printable(finding.topic):<{width}}  {printable(finding.text)}")
        say("\nReady: cutscore demo" if good else "\nWhat is marked !! must be mended first.")
    if not good:
        raise typer.Exit(1)
