"""Keys: one hash for all that decides what music comes: media and ranges, words, settings, engine and version, take.

Names and places of files are no part of it: a renamed video, or the same edit in another project, has the same key.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from cutscore.submit.fingerprints import media_fingerprint, sequence_fingerprint
from cutscore.submit.ledger import Ledger
from cutscore.submit.paid import PaidEngine
from cutscore_composer.engine import Engine, Progress, Request
from cutscore_composer.errors import InputRefused
from cutscore_composer.instruments.recordings import recordings_fingerprint
from cutscore_composer.picture import Picture, PictureSpan

SCHEME = 1
"""Raised when the same music would get another key, so that old keys are never mistaken for new ones."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """A key and what it was made of."""

    key: str
    inputs: Mapping[str, str]
    """Fingerprint of each media file, by its name."""


def key_of(request: Request, engine: Engine, ledger: Ledger, progress: Progress) -> Keyed:
    """The key of a request; its seed is the take, for engines without one. Raises InputRefused for unreadable media."""
    media = _Media(ledger, progress)
    listens = engine.listens or request.follow_sound if isinstance(engine, PaidEngine) else True
    material: dict[str, Any] = {
        "scheme": SCHEME,
        "version": engine.version,
        "seed": request.seed,
        "picture": _picture(request.picture, media),
        "sounds": _sounds(request.picture, media) if listens else [],
    }
    if isinstance(engine, PaidEngine):
        # A server is sent pictures and words; nothing else that Cutscore knows can change its music.
        material["words"] = [request.wishes.description, list(request.wishes.tags)]
        # They hold its address: whatever name it is configured under, it sells the same.
        material["settings"] = dict(engine.settings_facts)
    else:
        material["engine"] = engine.name
        material["wishes"] = asdict(replace(request.wishes, instruments=()))
        del material["wishes"]["instruments"]
        if request.wishes.instruments:
            material["instruments"] = [
                [name, recordings_fingerprint(path)] for name, path in request.wishes.instruments
            ]
        material["stems"] = request.stems
        if request.alternates:
            material["alternates"] = list(request.alternates)
        if request.handle_frames != (0, 0):
            material["handles"] = list(request.handle_frames)
        material["start"] = [request.picture.start_frame, request.picture.drop_frame]
        material["markers"] = [asdict(marker) for marker in request.picture.markers]
        material["cuts"] = [asdict(cut) for cut in request.picture.cuts]
    # Only where they are asked for: keys of what was made before they could be stay as they were.
    material |= {name: True for name in ("effects", "follow_sound") if getattr(request, name)}
    text = json.dumps(material, sort_keys=True, ensure_ascii=True, default=_exact)
    return Keyed(hashlib.sha256(text.encode("ascii")).hexdigest(), media.inputs)


def refuse_changed(before: Keyed, request: Request, engine: Engine, ledger: Ledger, progress: Progress) -> None:
    """Raise InputRefused when a media file of the request is not what it was when its key was made.

    A render that is still being written looks finished for a moment: its music would be for another picture.
    """
    now = key_of(request, engine, ledger, progress).inputs
    changed = [name for name, held in before.inputs.items() if now.get(name) != held]
    if changed:
        names = ", ".join(changed)
        raise InputRefused(f"{names} changed while its music was being made: try again when it is complete.")


class _Media:
    """Fingerprints of the media of one request, each taken once."""

    def __init__(self, ledger: Ledger, progress: Progress) -> None:
        self._ledger = ledger
        self._progress = progress
        self._known: dict[Path, str] = {}
        self.inputs: dict[str, str] = {}

    def file(self, path: Path) -> str:
        """The fingerprint of a file."""
        if path not in self._known:
            self._known[path] = media_fingerprint(path, self._ledger, self._progress)
            self._note(path, self._known[path])
        return self._known[path]

    def span(self, span: PictureSpan, rate: Fraction) -> str:
        """The fingerprint of what a span shows."""
        assert span.media is not None
        if span.image_rate is None:
            return self.file(span.media)
        ends = (span.source_at(span.record_in, rate), span.source_at(span.record_out - 1, rate))
        first, last = max(Fraction(0), min(ends)), max(Fraction(0), *ends)
        found = sequence_fingerprint(
            span.media, first, last, span.image_rate, span.image_start, self._ledger, self._progress
        )
        self._note(span.media, found)
        return found

    def _note(self, path: Path, found: str) -> None:
        # Two files of one name are told apart by their folders.
        taken = self.inputs.get(path.name, found) != found
        self.inputs[f"{path.parent.name}/{path.name}" if taken else path.name] = found


def _picture(picture: Picture, media: _Media) -> dict[str, Any]:
    spans = []
    for span in picture.spans:
        row: dict[str, Any] = {"kind": span.kind, "frames": span.frames}
        if span.media is not None:
            row |= {"media": media.span(span, picture.rate), "in": span.source_in, "speed": span.speed}
            row |= {"image_rate": span.image_rate, "search_cuts": span.search_cuts}
            if span.image_step != 1:
                row["image_step"] = span.image_step
        spans.append(row)
    # Transitions are seen; where a plain cut lies is told by the spans.
    seen = [(c.frame, c.kind, c.in_frames, c.out_frames) for c in picture.cuts if c.in_frames or c.out_frames]
    key: dict[str, Any] = {"rate": picture.rate, "frames": picture.frames, "spans": spans, "transitions": seen}
    if picture.opening_fade_frames or picture.closing_fade_frames:
        key["fades"] = [picture.opening_fade_frames, picture.closing_fade_frames]
    return key


def _sounds(picture: Picture, media: _Media) -> list[Any]:
    return [
        [sound.role, sound.record_in, sound.record_out, media.file(sound.media), sound.source_in, sound.speed]
        for sound in picture.sounds
    ]


def _exact(value: Any) -> str:
    """JSON for exact numbers: a fraction as it is."""
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    raise TypeError(f"{type(value).__name__} is no part of a key")
