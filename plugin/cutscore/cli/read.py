"""`cutscore read`: what is in a timeline."""

from __future__ import annotations

from typing import Any

from cutscore.cli import options as o
from cutscore.cli.screen import printable, say, say_json, tell
from cutscore.cli.work import working


def command(
    inputs: o.Inputs,
    rate: o.Rate = None,
    search: o.Search = None,
    strict: o.Strict = None,
    config: o.Config = None,
    json_: o.AsJson = False,
    progress: o.ShowProgress = "auto",
) -> None:
    """Read a timeline and say what is in it: the visible picture in order, markers, tracks."""
    settings = o.settings_from(config, None, search=search, rate=rate)
    from cutscore.readers import read_cut
    from cutscore.readers.report import read_report

    with working(progress) as shown:
        shown.report("read", None)
        cut = read_cut(
            inputs,
            search=settings.media.search,
            strict=settings.media.strict if strict is None else strict,
            rate=settings.media.rate_for(inputs),
        )
    report = read_report(cut)
    if json_:
        say_json(report)
    else:
        _say(report, drop_frame=cut.drop_frame)


def _say(report: dict[str, Any], *, drop_frame: bool) -> None:
    """The report as a person reads it: timecodes as the timeline itself counts them."""
    from fractions import Fraction

    from cutscore_composer.timebase import timecode

    rate = Fraction(report["rate"])
    start = report["start"]

    def at(frame: int) -> str:
        return timecode(start + frame, rate, drop_frame)

    for warning in report["warnings"]:
        tell(f"Note: {warning}")
    say(printable(report["name"]))
    say(
        f"{report['duration_seconds']:.3f} s, {report['duration']} frames at {float(rate):.6g} a second,"
        f" from {at(0)} to {at(report['duration'])}; {_tracks(report['tracks'])}.\n"
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


def _tracks(counts: dict[str, int]) -> str:
    return ", ".join(f"{counts[kind]} {kind} track{'' if counts[kind] == 1 else 's'}" for kind in ("video", "audio"))
