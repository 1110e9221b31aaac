"""The hit report: for every cut what of the music falls on it, how far off, and what chance alone would have hit.

It reads like Digital Performer's Find Tempo: a row for each moment with its weight and its error in
milliseconds and frames, then the count of hits, near misses and misses.

    >>> print(hit_report_text(hit_report(cue), "film"))          # doctest: +SKIP
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from cutscore_composer.cue import Cue, rate_of
from cutscore_composer.timebase import frames_near, timecode

Falls = Literal["accent", "section border", "chord change", "nothing"]
Met = Literal["hit", "near miss", "miss"]
Kind = Literal["cut", "dissolve", "fade", "marker", "motion", "flash"]

EARLY_MS, LATE_MS = -10.0, 60.0
"""What lies within is heard with the picture (a little wider is ITU-R BT.1359's limit of notice)."""
NEAR_MS = 125.0
"""A near miss is no further than this."""
_SAME_SECONDS = 0.0005
_AROUND = ((bisect_left, -_SAME_SECONDS), (bisect_right, _SAME_SECONDS))
_SHIFTS = 300
_GRID_MS = 12.0
"""An event this near to a beat is on it."""


@dataclass(frozen=True, slots=True)
class HitRow:
    """A cut (or another moment that the music accents) and what falls on it."""

    time: float
    """Seconds from the first frame."""
    timecode: str
    kind: Kind
    weight: float
    falls: Falls
    """The most telling event within -10 to +60 ms of it."""
    nearest: Falls
    """What comes nearest to it, wherever that is."""
    error_ms: float | None
    """Of what falls on it, or of what comes nearest: positive is late. None in music without events."""
    error_frames: float | None
    on: Literal["downbeat", "beat", "eighth", "free"] | None
    met: Met
    wanted: bool
    """Whether the music means to accent it."""


@dataclass(frozen=True, slots=True)
class HitReport:
    """The rows in order of time, and what they come to. Shares are 0 to 1."""

    rows: tuple[HitRow, ...]
    accents: int
    """Moments that the music means to accent."""
    accents_met: int
    """Those whose accent lies within -10 to +60 ms."""
    chance_accents: float
    """The share of these moments that the same accents would meet if they were shifted anywhere."""
    cuts: int
    cuts_met: int
    """Cuts on which an accent, a section border or a chord change falls."""
    chance_cuts: float
    """The share of cuts that the same events would meet by chance."""

    def count(self, met: Met, *, wanted: bool = False) -> int:
        """How many rows are hits, near misses or misses; with `wanted` only among the moments meant."""
        return sum(row.met == met and (row.wanted or not wanted) for row in self.rows)


@dataclass(frozen=True, slots=True)
class _Event:
    time: float
    falls: Falls


def hit_report(cue: Cue) -> HitReport:
    """The report of a cue; music from a server, of which no events are known, meets nothing."""
    accents = [_Event(hit.time + hit.error_ms / 1000, "accent") for hit in cue.hits]
    borders = [_Event(_nearest_time(cue.downbeats, s.start), "section border") for s in cue.sections[1:] if cue.beats]
    chords = [_Event(chord.time, "chord change") for chord in cue.chords[1:]]
    events = sorted([*accents, *borders, *chords], key=lambda event: event.time)
    times = [event.time for event in events]
    rows = tuple(_row(cue, *moment, events, times) for moment in _moments(cue))
    hits = [hit.time for hit in cue.hits]
    cuts = [cut.time for cut in cue.cuts]
    return HitReport(
        rows=rows,
        accents=len(hits),
        accents_met=round(_share(hits, [event.time for event in accents]) * len(hits)),
        chance_accents=_by_chance(hits, [event.time for event in accents], cue.duration),
        cuts=len(cuts),
        cuts_met=round(_share(cuts, times) * len(cuts)),
        chance_cuts=_by_chance(cuts, times, cue.duration),
    )


def hit_report_text(report: HitReport, name: str = "") -> str:
    """The report as a table for people, a line for each row, with its sums below; ends with a line feed."""
    lines = [f"Hit report{f': {name}' if name else ''}", ""]
    if report.rows:
        lines.append(
            f"{'timecode':<11}  {'seconds':>9}  {'kind':<8} {'weight':>6}  {'falls on it':<17} "
            f"{'on':<8}  {'error':>11}  {'frames':>6}  met"
        )
        lines += [_line(row) for row in report.rows]
        lines.append("")
    return "\n".join([*lines, *hit_report_sums(report)]) + "\n"


def hit_report_sums(report: HitReport) -> tuple[str, ...]:
    """What the rows come to, in three sentences."""
    return (
        f"Accents: {report.accents} meant, {report.accents_met} within {EARLY_MS:.0f} to +{LATE_MS:.0f} ms"
        f"{_places(report)}. By chance alone: {_percent(report.chance_accents)}.",
        f"Cuts: {report.cuts}, of which {report.cuts_met} with an accent, a section border or a chord change on them. "
        f"By chance alone: {_percent(report.chance_cuts)}.",
        f"All rows: {report.count('hit')} hits, {report.count('near miss')} near misses (up to {NEAR_MS:.0f} ms), "
        f"{report.count('miss')} misses.",
    )


def _moments(cue: Cue) -> list[tuple[float, Kind, float, bool]]:
    """(seconds, kind, weight, wanted) of every cut and every other accented moment, in order."""
    hits = sorted(cue.hits, key=lambda hit: hit.time)
    wanted = [hit.time for hit in hits]
    cuts = sorted(cut.time for cut in cue.cuts)
    found: list[tuple[float, Kind, float, bool]] = []
    for cut in cue.cuts:
        first, last = (bisect(wanted, cut.time + off) for bisect, off in _AROUND)
        weights = [hit.weight for hit in hits[first:last]]
        found.append((cut.time, cut.kind, max([cut.weight, *weights]), _is_there(wanted, cut.time)))
    for hit in cue.hits:
        if not _is_there(cuts, hit.time):
            found.append((hit.time, hit.kind, hit.weight, True))
    return sorted(found, key=lambda moment: moment[0])


def _row(
    cue: Cue, time: float, kind: Kind, weight: float, wanted: bool, events: Sequence[_Event], times: Sequence[float]
) -> HitRow:
    rate = rate_of(cue)
    at = timecode(cue.start_frame + frames_near(time, rate), rate, cue.drop_frame)
    order: tuple[Falls, ...] = ("accent", "section border", "chord change")
    # The most telling of what falls on it; else what comes nearest.
    reach = max(-EARLY_MS, LATE_MS) / 1000 + _SAME_SECONDS
    around = events[bisect_left(times, time - reach) : bisect_right(times, time + reach)]
    on_it = [event for event in around if EARLY_MS <= _ms(event, time) <= LATE_MS]
    event = min(on_it, key=lambda e: (order.index(e.falls), abs(_ms(e, time))), default=None)
    after = bisect_left(times, time)
    nearest = event or min(events[max(0, after - 1) : after + 1], key=lambda e: abs(_ms(e, time)), default=None)
    if nearest is None:
        return HitRow(time, at, kind, weight, "nothing", "nothing", None, None, None, "miss", wanted)
    error = _ms(nearest, time)
    met: Met = "hit" if event else "near miss" if abs(error) <= NEAR_MS else "miss"
    return HitRow(
        time=time,
        timecode=at,
        kind=kind,
        weight=weight,
        falls=event.falls if event else "nothing",
        nearest=nearest.falls,
        error_ms=error,
        error_frames=round(error / 1000 * float(rate), 2) + 0.0,
        on=_place(cue, nearest.time),
        met=met,
        wanted=wanted,
    )


def _ms(event: _Event, time: float) -> float:
    return round(1000 * (event.time - time), 1) + 0.0


def _place(cue: Cue, time: float) -> Literal["downbeat", "beat", "eighth", "free"]:
    """Where in the bar a time lies."""
    near = _GRID_MS / 1000
    if cue.downbeats and abs(_nearest_time(cue.downbeats, time) - time) <= near:
        return "downbeat"
    if cue.beats and abs(_nearest_time(cue.beats, time) - time) <= near:
        return "beat"
    after = bisect_left(cue.beats, time)
    if 0 < after < len(cue.beats) and abs((cue.beats[after - 1] + cue.beats[after]) / 2 - time) <= near:
        return "eighth"
    return "free"


def _nearest_time(times: Sequence[float], time: float) -> float:
    after = bisect_left(times, time)
    return min(times[max(0, after - 1) : after + 1], key=lambda other: abs(other - time), default=float("inf"))


def _is_there(times: Sequence[float], time: float) -> bool:
    return bool(times) and abs(_nearest_time(times, time) - time) <= _SAME_SECONDS


def _share(moments: Sequence[float], events: Sequence[float]) -> float:
    """The share of moments on which an event falls."""
    if not moments or not events:
        return 0.0
    at, ordered = np.array(moments), np.sort(np.array(events))
    # Half a tenth of a millisecond beside the limits: errors are told in tenths.
    first = np.searchsorted(ordered, at + EARLY_MS / 1000 - 5e-5, "left")
    last = np.searchsorted(ordered, at + LATE_MS / 1000 + 5e-5, "right")
    return float(np.mean(last > first))


def _by_chance(moments: Sequence[float], events: Sequence[float], seconds: float) -> float:
    """The mean share over events that are shifted around the cue; the same shifts every time."""
    if not moments or not events or seconds <= 0:
        return 0.0
    shifts = np.random.default_rng(0).uniform(0, seconds, _SHIFTS)
    at = np.array(events)
    return float(np.mean([_share(moments, list((at + shift) % seconds)) for shift in shifts]))


def _line(row: HitRow) -> str:
    error = "" if row.error_ms is None else f"{row.error_ms:+.1f} ms"
    frames = "" if row.error_frames is None else f"{row.error_frames:+.2f}"
    falls = row.falls if row.falls != "nothing" or row.met == "miss" else f"({row.nearest})"
    star = "*" if row.wanted else " "
    return (
        f"{row.timecode:<11}  {row.time:>7.3f} s  {row.kind:<8} {row.weight:>5.2f}{star}  {falls:<17} "
        f"{row.on or '':<8}  {error:>11}  {frames:>6}  {row.met}"
    ).rstrip()


def _places(report: HitReport) -> str:
    """How many accents lie where in the bar."""
    wanted = [row for row in report.rows if row.wanted and row.falls == "accent"]
    names = {"downbeat": "on downbeats", "beat": "on beats", "eighth": "on eighths", "free": "free"}
    counts = [(sum(row.on == place for row in wanted), text) for place, text in names.items()]
    told = ", ".join(f"{count} {text}" for count, text in counts if count)
    return f" ({told})" if told else ""


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
