"""Other versions of a piece from its one plan: without stems, under the dialogue, and cut-downs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from cutscore_composer.alternates import CUT_DOWNS, DUCKED, WITHOUT
from cutscore_composer.cue import cue_json
from cutscore_composer.deliver.whole_file import whole_file
from cutscore_composer.engine import Progress, Request
from cutscore_composer.music import Alternate
from cutscore_composer.stages import Composed, Ducked, cue_of_piece, sounded, speech_seconds, time_reference

if TYPE_CHECKING:
    from cutscore_composer.instruments.pack import Pack


@dataclass(frozen=True, slots=True)
class OtherVersions:
    """Makes the alternates of one piece."""

    request: Request
    piece: Composed
    pack: Pack
    master: Path
    duck: Ducked

    def make(self, progress: Progress) -> tuple[tuple[Alternate, ...], tuple[str, ...]]:
        """All that the request wants, and a warning for each that there cannot be."""
        made, warnings = [], []
        for number, name in enumerate(self.request.alternates):
            found = self._one(name, progress.part(number, len(self.request.alternates)))
            if isinstance(found, str):
                warnings.append(found)
            else:
                made.append(found)
        return tuple(made), tuple(warnings)

    def _one(self, name: str, progress: Progress) -> Alternate | str:
        if name == DUCKED:
            return self._ducked()
        if name in CUT_DOWNS:
            return self._cut_down(name, CUT_DOWNS[name], progress)
        return self._without(name, progress)

    def _file(self, name: str) -> Path:
        return self.request.folder / f"{self.request.stem}.{name}.wav"

    def _without(self, name: str, progress: Progress) -> Alternate | str:
        from cutscore_composer.write.alternates import without

        composition = without(self.piece.composition, WITHOUT[name])
        if not any(part.notes for part in composition.parts):
            return f"There is no {name} version: nothing else plays in this piece."
        speech = speech_seconds(self.piece.spotting)
        sounded(self.request, composition, self.pack, progress, name=f"{self.request.stem}.{name}", speech=speech)
        return Alternate(name, self._file(name))

    def _ducked(self) -> Alternate | str:
        from cutscore_composer.mix.ducking import render_with_gain

        if not self.duck.points:
            return "There is no ducked version: nobody speaks in the edit's own sound."
        before = self.request.handle_frames[0]
        render_with_gain(
            self.master,
            self.duck.points,
            self._file(DUCKED),
            start_seconds=float(before / self.piece.spotting.rate),
            time_reference_samples=time_reference(self.request.picture, before),
        )
        return Alternate(DUCKED, self._file(DUCKED))

    def _cut_down(self, name: str, seconds: int, progress: Progress) -> Alternate | str:
        from cutscore_composer.write.alternates import alternate_spotting, cut_down

        spotting = self.piece.spotting
        if spotting.frames <= seconds * spotting.rate:
            return f"There is no {name} version: the picture is no longer than that."
        short = cut_down(self.piece.composition.brief, spotting, seconds, self.request.seed, progress)
        part = Composed(self.piece.seen, alternate_spotting(spotting, seconds), short)
        request = replace(self.request, handle_frames=(0, 0))
        stem = f"{self.request.stem}.{name}"
        mixed = sounded(request, short, self.pack, progress, name=stem, speech=speech_seconds(part.spotting))
        cue_file = self.request.folder / f"{stem}.cue.json"
        with whole_file(cue_file) as out:
            out.write(cue_json(cue_of_piece(request, part, mixed, Ducked())).encode())
        return Alternate(name, mixed.audio, cue_file)
