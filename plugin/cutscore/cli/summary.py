"""What a person is told when music was made: the files, the hits with their errors, the warnings."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from cutscore.cli.screen import printable, say, tell
from cutscore_composer.cue import Cue, rate_of, read_cue
from cutscore_composer.timebase import frames_near, timecode

FILES = {
    "music": "Music",
    "project": "Project",
    "preview": "Preview",
    "picture": "Score picture",
    "hits": "Hit report",
    "cue": "Cue file",
    "midi": "MIDI",
    "rights": "Rights",
    "original": "As it was sent",
}


def say_result(report: dict[str, Any]) -> None:
    """The files of a scoring and what the music does, a few lines; warnings go to standard error."""
    for warning in report["warnings"]:
        tell(f"Note: {warning}")
    say_files(report)
    if report["cue"]:
        say()
        say_music(read_cue(Path(report["cue"])))
    if report.get("message") and report["message"] not in report["warnings"]:
        say(printable(report["message"]))
    if report.get("reused"):
        say("The same was asked before: this is the music of then. Another --seed makes other music.")


def say_files(report: dict[str, Any]) -> None:
    """One line a file; the other takes below."""
    for key, title in FILES.items():
        if report.get(key):
            say(f"{title:<14} {shown(report[key])}")
    for stem in report.get("stems") or ():
        say(f"{'Stem':<14} {shown(stem)}")
    for name, path in (report.get("tracks") or {}).items():
        say(f"{name:<14} {shown(path)}")
    for name, path in (report.get("alternates") or {}).items():
        say(f"{name:<14} {shown(path)}")
    for number, take in enumerate(report["takes"][1:], start=2):
        say(f"{f'Take {number}':<14} {shown(take['music'])}")
    say_fits(report["takes"])


def say_fits(takes: list[dict[str, Any]]) -> None:
    """How the takes rank and why; nothing for a single one."""
    for number, take in enumerate(takes, start=1):
        if fit := take.get("fit"):
            reasons = "; ".join(reason["said"] for reason in fit["reasons"])
            say(f"{'Fit ' + str(number):<14} {fit['score']:.1f} of 100 (seed {take['seed']}): {reasons}.")


def say_music(cue: Cue) -> None:
    """Key, tempo and how well the hits are met, in a line or two."""
    facts = [f"{cue.duration:.2f} s"]
    if cue.brief.style:
        facts.append(printable(cue.brief.style))
    if cue.key:
        facts.append(f"{cue.key.tonic} {cue.key.mode}")
    if cue.tempo:
        facts.append(f"{cue.tempo.bpm:.0f} bpm")
    if cue.loudness:
        facts.append(f"{cue.loudness.lufs:.1f} LUFS, {cue.loudness.dbtp:.1f} dBTP")
    say(f"{', '.join(facts)}.")
    if cue.brief.instruments:
        say(f"Played by {printable(', '.join(cue.brief.instruments))}.")
    if cue.hits:
        met = [hit for hit in cue.hits if -10.0 <= hit.error_ms <= 60.0]
        worst = max(cue.hits, key=lambda hit: abs(hit.error_ms))
        say(f"{len(met)} of {len(cue.hits)} hits fall within -10 to +60 ms; the furthest is {worst.error_ms:+.1f} ms.")


def say_hits(cue: Cue) -> None:
    """A table of the hits: where, why, how strong, on which beat, how far off; nothing where there is none."""
    from cutscore_composer.deliver.hit_report import hit_report, hit_report_sums

    if not cue.hits:
        return
    rate = rate_of(cue)
    say(f"{'timecode':<11}  {'time':>9}  {'kind':<7} {'weight':>6}  {'on':<9} {'error':>9}")
    for hit in cue.hits:
        at = timecode(cue.start_frame + frames_near(hit.time, rate), rate, cue.drop_frame)
        row = f"{at}  {hit.time:>7.3f} s  {hit.kind:<7} {hit.weight:>6.2f}  {hit.on:<9} {hit.error_ms:>+6.1f} ms"
        say(row)
    for line in hit_report_sums(hit_report(cue))[:2]:
        say(line)


def shown(path: str | Path) -> str:
    """A path as a person reads it: from this folder when it lies in it, else whole."""
    with contextlib.suppress(ValueError, OSError):
        path = Path(path).relative_to(Path.cwd())
    return printable(str(path))
