"""The manifest: what made the music, of which kind it is, and from which videos, by their hashes.

Its vocabulary is C2PA's (specification 2.2: actions, ingredients) and IPTC's (digital source types).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ALGORITHMIC = "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia"
"""Made by an algorithm that was not trained on examples: what the composer does."""
TRAINED = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
"""Made by a trained model: what most cloud services do."""
INPUTS_LABEL = "org.cutscore.inputs"
_LONGEST_TEXT = 200
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Ingredient:
    """A video that the music was made for; its name is nobody's business and is left out."""

    sha256: str
    size: int
    content_type: str = "video/mp4"

    @classmethod
    def of(cls, path: Path, content_type: str = "video/mp4") -> Ingredient:
        """The ingredient that a file is. Raises OSError."""
        digest, size = hashlib.sha256(), 0
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                digest.update(piece)
                size += len(piece)
        return cls(digest.hexdigest(), size, content_type)


@dataclass(frozen=True, slots=True)
class Made:
    """What is said of a piece of music."""

    generator: str
    version: str
    title: str = "music"
    source_type: str = ALGORITHMIC
    song_id: str = ""
    inputs: tuple[Ingredient, ...] = ()

    def manifest(self) -> dict[str, Any]:
        """The manifest's definition, as the signing library takes it."""
        labels = [f"input{number}" for number in range(1, len(self.inputs) + 1)]
        created: dict[str, Any] = {
            "action": "c2pa.created",
            "digitalSourceType": self.source_type,
            "softwareAgent": {"name": self.generator, "version": self.version},
        }
        if labels:
            created["parameters"] = {"ingredientIds": labels}
        assertions = [{"label": "c2pa.actions.v2", "data": {"actions": [created]}}]
        about: dict[str, Any] = {"videos": [{"sha256": one.sha256, "bytes": one.size} for one in self.inputs]}
        if self.song_id:
            about["song_id"] = self.song_id
        assertions.append({"label": INPUTS_LABEL, "data": about})
        return {
            "claim_generator_info": [{"name": self.generator, "version": self.version}],
            "title": self.title[:_LONGEST_TEXT],
            "format": "audio/mpeg",
            "ingredients": [
                {
                    "label": label,
                    "title": f"video {number}",
                    "format": one.content_type,
                    "instance_id": f"urn:sha256:{one.sha256}",
                    "relationship": "inputTo",
                }
                for number, (label, one) in enumerate(zip(labels, self.inputs, strict=True), start=1)
            ],
            "assertions": assertions,
        }
