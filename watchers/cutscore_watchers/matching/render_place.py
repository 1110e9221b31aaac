"""RenderPlace: where a render belongs, as plain data that a job can keep."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, cast, get_args

from cutscore_composer.timebase import rate_text

How = Literal["name", "pattern", "timecode", "content", "configured", "none"]
"""What told the place: the project's name, the configured pattern, the timecode in the file, the pictures, the one
configured project; or nothing did."""


@dataclass(frozen=True, slots=True)
class RenderPlace:
    """The place of a render in a project: frames of its timeline, half-open; no project where none is certain."""

    project: Path | None
    timeline: str | None
    """The name of the timeline."""
    record_in: int
    record_out: int
    how: How
    confidence: float
    """0 to 1: how likely the place is the right one."""
    warnings: tuple[str, ...] = ()
    """What a person should know, one sentence each; without a project, why there is none."""
    head_frames: int = 0
    """Frames of the render before the place begins: black, a slate, bars."""
    pace: Fraction = Fraction(1)
    """Frames of the timeline that go by with each frame of the render: 1/2 for a render at twice the rate."""

    @property
    def found(self) -> bool:
        """Whether there is a place."""
        return self.project is not None

    def as_json(self) -> dict[str, Any]:
        """The place as JSON; `of_json` makes it again."""
        return {
            "project": None if self.project is None else str(self.project),
            "timeline": self.timeline,
            "record_in": self.record_in,
            "record_out": self.record_out,
            "how": self.how,
            "confidence": self.confidence,
            "warnings": list(self.warnings),
            "head_frames": self.head_frames,
            "pace": rate_text(self.pace),
        }

    @classmethod
    def of_json(cls, said: dict[str, Any]) -> RenderPlace:
        """The place that `as_json` wrote. Raises ValueError for anything else."""
        try:
            if said["how"] not in get_args(How):
                raise ValueError(said["how"])
            return cls(
                project=None if said["project"] is None else Path(said["project"]),
                timeline=said["timeline"],
                record_in=int(said["record_in"]),
                record_out=int(said["record_out"]),
                how=cast(How, said["how"]),
                confidence=float(said["confidence"]),
                warnings=tuple(map(str, said["warnings"])),
                head_frames=int(said["head_frames"]),
                pace=Fraction(said["pace"]),
            )
        except (KeyError, TypeError, ZeroDivisionError) as error:
            raise ValueError(f"no place of a render: {error}") from error


def nowhere(*warnings: str) -> RenderPlace:
    """No place, and why."""
    return RenderPlace(None, None, 0, 0, "none", 0.0, tuple(dict.fromkeys(warnings)))
