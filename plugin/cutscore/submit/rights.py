"""Rights: `NAME.rights.json`, where a piece comes from and what was said of its use. It never holds a secret."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cutscore.hashing import sha256_of
from cutscore_composer.contract import CHARACTER_COST, REQUEST_ID, SONG_ID
from cutscore_composer.engine import Engine, Request
from cutscore_composer.music import Music

SCHEMA = "cutscore.rights/1"
C2PA = "c2pa-"
"""How the facts of a C2PA signature begin (see signing/verify.py)."""


@dataclass(frozen=True, slots=True)
class Part:
    """One purchase of a piece."""

    key: str
    frame_in: int
    frame_out: int
    received_at: str
    sha256: str
    """Of the bytes as the server sent them."""
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Origin:
    """What the ledger knows of a piece."""

    key: str
    inputs: Mapping[str, str]
    settings: Mapping[str, Any]
    made_at: str
    """When the engine made it (UTC, ISO 8601)."""
    parts: tuple[Part, ...] = ()


def rights_text(
    request: Request, engine: Engine, music: Music, origin: Origin, files: Sequence[tuple[Path, str]]
) -> str:
    """The rights file of a piece; `files` are (file, final name), all of the piece."""
    facts = music.facts
    wishes = request.wishes
    said = {
        "schema": SCHEMA,
        "engine": engine.name,
        "engine_version": engine.version,
        "model": facts.get("model"),
        "song_id": facts.get(SONG_ID),
        "request_id": facts.get(REQUEST_ID),
        "character_cost": facts.get(CHARACTER_COST),
        "made": origin.made_at,
        "delivered": datetime.now(UTC).isoformat(timespec="seconds"),
        "seed": request.seed,
        "description": wishes.description,
        "tags": list(wishes.tags),
        "settings": dict(origin.settings),
        "licence": {name: value for name, value in facts.items() if _of_licence(name)},
        "c2pa": {name.removeprefix(C2PA): value for name, value in facts.items() if name.startswith(C2PA)} or None,
        "facts": dict(facts),
        "inputs": dict(origin.inputs),
        "files": {name: {"sha256": sha256_of(path), "bytes": path.stat().st_size} for path, name in files},
        "parts": [
            {
                "ledger_key": part.key,
                "frames": [part.frame_in, part.frame_out],
                "received": part.received_at,
                "sha256": part.sha256,
                "facts": dict(part.facts),
            }
            for part in origin.parts
        ],
        "ledger_key": origin.key,
    }
    return json.dumps(said, indent=2, ensure_ascii=False) + "\n"


def _of_licence(name: str) -> bool:
    return any(word in name for word in ("licen", "copyright", "terms", "rights", "link"))
