"""`cutscore read`: what is in a timeline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cutscore.cli import options as o
from cutscore.cli.screen import printable, say, say_json, tell
from cutscore.cli.work import working

if TYPE_CHECKING:
    from cutscore.cut import Cut, TrackCounts, Transition


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
    if json_:
        say_json(read_report(cut))
    else:
        _say(cut)


def _say(cut: Cut) -> None:
    """The edit as a person reads it: one line a clip, marker and sound track, timecodes as the timeline counts them."""
    from cutscore_composer.timebase import timecode

    def at(frame: int) -> str:
        return timecode(cut.start_frame + frame, cut.rate, cut.drop_frame)

    for warning in cut.warnings:
        tell(f"Note: {warning}")
    say(printable(cut.name))
    say(
        f"{float(cut.seconds):.3f} s, {_counted(cut.duration, 'frame')} at {float(cut.rate):.6g} a second,"
        f" from {at(0)} to {at(cut.duration)}; {_tracks(cut.tracks)}."
    )
    if cut.in_out is not None:
        first, last = (at(frame) for frame in cut.in_out)
        say(f'In and out points at {first} and {last}; score that part with: --range "{first}" "{last}"')
    say()
    for span in cut.spans:
        speed = "" if span.speed == 1 else f"  ×{float(span.speed):g}"
        line = f"{at(span.record_in)}  {span.record_out - span.record_in:>6}  {span.kind:<9}"
        say(f"{line} {printable(span.name)}{speed}{_over(span.transition_in)}".rstrip())
        if span.transition_out is not None:
            say(f"{at(span.record_out)}          end     {_over(span.transition_out)}")
    if cut.markers:
        say()
    for marker in cut.markers:
        note = f"  {printable(marker.comment)}" if marker.comment else ""
        say(f"{at(marker.frame)}  marker    {printable(marker.name)}{note}")
    if cut.sounds:
        say()
    for track in cut.sounds:
        off = "" if track.enabled else ", off"
        name = printable(track.name) or "(no name)"
        say(f"sound  {'our music' if track.ours else track.role:<9}  {name}: {_counted(len(track.clips), 'clip')}{off}")


def _over(transition: Transition | None) -> str:
    """A transition and its length, to be written behind the clip that it leads to."""
    if transition is None:
        return ""
    return f"  {printable(transition.kind)} over {transition.in_frames + transition.out_frames} frames"


def _tracks(counts: TrackCounts) -> str:
    return f"{_counted(counts.video, 'video track')}, {_counted(counts.audio, 'audio track')}"


def _counted(count: int, what: str) -> str:
    """A count and its noun: "1 clip", "2 clips"."""
    return f"{count} {what}{'' if count == 1 else 's'}"
