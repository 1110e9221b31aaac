"""Verify: what a signature inside music says, and whether it holds. What a server sends is untrusted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cutscore_composer.media.containers import file_kind
from cutscore_composer.signing.sign import SETTINGS

SignatureState = Literal["trusted", "valid", "invalid", "unreadable"]
_TYPES = {"mp3": "audio/mpeg", "wav": "audio/wav", "flac": "audio/flac"}
_MARK = b"c2pa"
_PIECE = 1 << 20
_LONGEST_TEXT = 200


@dataclass(frozen=True, slots=True)
class Signature:
    """What a file's C2PA manifest says."""

    state: SignatureState
    """"valid": nothing was changed since it was signed, by a signer that is not known here; "trusted": by a known
    one; "invalid": something was changed; "unreadable": there is a manifest and it cannot be read."""
    generator: str = ""
    version: str = ""
    signer: str = ""
    source_type: str = ""
    """The last word of its IPTC digital source type: "algorithmicMedia", "trainedAlgorithmicMedia"."""
    signed_at: str = ""
    """By a trusted timestamp; empty where there is none."""
    problems: tuple[str, ...] = ()
    """C2PA's codes of what does not hold."""

    @property
    def holds(self) -> bool:
        """Whether the music is what was signed."""
        return self.state in ("trusted", "valid")

    def facts(self) -> dict[str, str]:
        """For the rights record; empty entries are left out."""
        rows = {
            "c2pa-state": self.state,
            "c2pa-generator": f"{self.generator} {self.version}".strip(),
            "c2pa-signer": self.signer,
            "c2pa-source-type": self.source_type,
            "c2pa-signed": self.signed_at,
            "c2pa-problems": ", ".join(self.problems),
        }
        return {name: value for name, value in rows.items() if value}


def signature_of(path: Path) -> Signature | None:
    """The signature inside a file; None where there is none, or in a format that carries none.

    Never raises for what a file holds; OSError when it cannot be read.
    """
    kind = _TYPES.get(file_kind(path) or "")
    if kind is None or not _marked(path):
        return None
    import c2pa

    context = c2pa.Context(c2pa.Settings.from_dict(SETTINGS))
    with path.open("rb") as file:
        try:
            reader = c2pa.Reader.try_create(kind, file, context=context)
        except c2pa.C2paError:
            return Signature("unreadable")
        if reader is None:
            return None
        with reader:
            return _signature(reader.json())


def _marked(path: Path) -> bool:
    """Whether the letters of a manifest stand anywhere in the file: most have none, and that is quick to see."""
    tail = b""
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            if _MARK in tail + piece:
                return True
            tail = piece[-len(_MARK) + 1 :]
    return False


def _signature(text: str) -> Signature:
    try:
        said = json.loads(text)
        manifest = said["manifests"][said["active_manifest"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return Signature("unreadable")
    states: Mapping[str, SignatureState] = {"trusted": "trusted", "valid": "valid"}
    about, signer = _first(manifest.get("claim_generator_info")), manifest.get("signature_info")
    signer = signer if isinstance(signer, dict) else {}
    codes = [row.get("code", "") for row in said.get("validation_status") or [] if isinstance(row, dict)]
    return Signature(
        states.get(str(said.get("validation_state", "")).lower(), "invalid"),
        generator=_text(about.get("name") or manifest.get("claim_generator")),
        version=_text(about.get("version")),
        signer=_text(signer.get("common_name") or signer.get("issuer")),
        source_type=_source_type(manifest),
        signed_at=_text(signer.get("time")),
        problems=tuple(dict.fromkeys(_text(code) for code in codes if code)),
    )


def _source_type(manifest: Mapping[str, Any]) -> str:
    for assertion in manifest.get("assertions") or []:
        data = assertion.get("data") if isinstance(assertion, dict) else None
        actions = data.get("actions") if isinstance(data, dict) else None
        for action in actions if isinstance(actions, list) else []:
            if isinstance(action, dict) and isinstance(action.get("digitalSourceType"), str):
                return _text(action["digitalSourceType"].rsplit("/", 1)[-1])
    return ""


def _first(value: object) -> Mapping[str, Any]:
    return value[0] if isinstance(value, list) and value and isinstance(value[0], dict) else {}


def _text(value: object) -> str:
    """One line of a stranger's text."""
    if not isinstance(value, str):
        return ""
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())[:_LONGEST_TEXT]
