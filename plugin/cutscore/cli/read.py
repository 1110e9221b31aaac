"""`cutscore read`: what is in a timeline."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from cutscore.cli import options as o
from cutscore.cli.screen import printable, say, say_json, tell
from cutscore.cli.work import working


def command(
    inputs: o.Inputs,
    rate: Annotated[
        str | None,
        typer.Option(
            "--rate",
            metavar="FPS",
            help="Frame rate for a timeline that names none (EDL): 25, 23.976, 30000/1001.",
            show_default=False,
        ),
    ] = None,
    search: o.Search = None,
    strict: o.Strict = None,
    config: o.Config = None,
    json_: o.AsJson = False,
    progress: o.ShowProgress = "auto",
) -> None:
    """Read a timeline and say what is in it: the visible picture in order, markers, tracks."""
    settings = o.settings_from(config, None, search=search)
    from cutscore.readers import read_cut
    from cutscore.readers.report import read_report

    with working(progress) as shown:
        shown.report("read", None)
        cut = read_cut(
            inputs,
            search=settings.media.search,
            strict=settings.media.strict if strict is None else strict,
            rate=_rate(rate),
        )
    report = read_report(cut)
    if json_:
        say_json(report)
    else:
        _say(report)


def _rate(text: str | None) -> Any:
    from cutscore_composer.errors import ConfigError
    from cutscore_composer.timebase import nearest_rate

    if text is None:
        return None
    try:
        return nearest_rate(text if "/" in text else float(text))
    except (ValueError, ZeroDivisionError, OverflowError):
        raise ConfigError(f"--rate: {text!r} is not a frame rate; write 25, 23.976 or 30000/1001.") from None


def _say(report: dict[str, Any]) -> None:
    from fractions import Fraction

    from cutscore_composer.timebase import timecode

    rate = Fraction(report["rate"])
    start = report["start"]

    def at(frame: int) -> str:
        return timecode(start + frame, rate)

    for warning in report["warnings"]:
        tell(f"Note: {warning}")
    tracks = report["tracks"]
    say(printable(report["name"]))
    say(
        f"{report['duration_seconds']:.3f} s, {report['duration']} frames at {float(rate):.6g} a second,"
        f" from {at(0)} to {at(report['duration'])}; {tracks['video']} video and {tracks['audio']} audio tracks.\n"
    )
    for clip in report["clips"]:
        speed = "" if clip["speed"] == 1 else f"  ×{clip['speed']:g}"
        line = f"{at(clip['record_in'])}  {clip['record_out'] - clip['record_in']:>6}  {clip['kind']:<9}"
        say(f"{line} {printable(clip['name'] or '')}{speed}")
    if report["markers"]:
        say()
    for marker in report["markers"]:
        note = f"  {printable(marker['comment'])}" if marker["comment"] else ""
        say(f"{at(marker['frame'])}  marker    {printable(marker['name'])}{note}")
