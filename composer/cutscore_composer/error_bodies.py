"""Error bodies of the contract: written as the cloud service writes them, and read from servers that write anything.

>>> detail_body("system_busy", "Try again.")
{'detail': {'status': 'system_busy', 'message': 'Try again.'}}
>>> server_error(b'{"detail": {"status": "quota_exceeded", "message": "No credits left."}}').code
'quota_exceeded'
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

NEEDS_AUTHORIZATION = "needs_authorization"
INVALID_KEY = "invalid_api_key"
TOO_MANY_REQUESTS = "too_many_concurrent_requests"
SYSTEM_BUSY = "system_busy"


def detail_body(status: str, message: str) -> dict[str, Any]:
    """The body of a refusal that is no 422: a word for programs and a sentence for people."""
    return {"detail": {"status": status, "message": message}}


def only_for(tier: str) -> str:
    """The word for a format that needs a higher plan: "only_for_creator+"."""
    return f"only_for_{tier.lower()}+"


@dataclass(frozen=True, slots=True)
class Invalid:
    """One entry of a 422's list."""

    loc: tuple[str | int, ...]
    """Where: ("query", "output_format"), ("body", "videos", 0)."""
    message: str
    kind: str = "value_error"


def validation_body(found: Iterable[Invalid]) -> dict[str, Any]:
    """The body of a 422."""
    return {"detail": [{"loc": list(row.loc), "msg": row.message, "type": row.kind} for row in found]}


@dataclass(frozen=True, slots=True)
class ServerError:
    """What an error body says."""

    message: str
    """The best sentence that the body holds, on one line; empty where it says nothing to a person."""
    code: str = ""
    """The machine's word: "quota_exceeded", "bad_prompt"."""
    suggestion: str = ""
    """Another description that the server would accept."""
    json: bool = False
    """Whether the body was a JSON object: an answer of the application itself, not of a gateway before it."""


def server_error(body: bytes) -> ServerError:
    """Read an error body of any shape: detail object, list or string, no wrapper, a page, text, empty, not UTF-8."""
    text = body.decode("utf-8", errors="replace").strip()
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return ServerError(_readable(text))
    if not isinstance(data, dict):
        return ServerError(_sentence(data), json=isinstance(data, list))
    detail = data.get("detail", data.get("error", data))
    if not isinstance(detail, dict):
        return ServerError(_sentence(detail) or _sentence(data), code=_word(data, "status", "code"), json=True)
    extra = detail.get("data")
    suggestion = extra.get("prompt_suggestion") if isinstance(extra, dict) else None
    return ServerError(
        _sentence(detail),
        code=_word(detail, "status", "code", "type"),
        suggestion=_one_line(suggestion) if isinstance(suggestion, str) else "",
        json=True,
    )


def _sentence(value: Any) -> str:
    """The words for a person inside a piece of an error body."""
    if isinstance(value, str):
        return _one_line(value)
    if isinstance(value, list):
        rows = (_row(item) if isinstance(item, dict) else _sentence(item) for item in value[:5])
        return "; ".join(row for row in rows if row)
    if isinstance(value, dict):
        for name in ("message", "msg", "error", "detail", "title", "reason", "description", "status", "code"):
            if found := _sentence(value.get(name)):
                return found
    return ""


def _row(item: Mapping[str, Any]) -> str:
    """One entry of a 422's list: "videos.0: field required"."""
    place = item.get("loc")
    names = [str(part) for part in place if part not in ("body", "query")] if isinstance(place, list) else []
    message = _sentence(item.get("msg")) or _sentence(item)
    return f"{'.'.join(names)}: {message}" if names and message else message


def _word(data: Mapping[str, Any], *names: str) -> str:
    return next((_one_line(data[name]) for name in names if isinstance(data.get(name), str)), "")


def _readable(text: str) -> str:
    """The words of a page or plain text."""
    if re.search(r"<(!doctype|html|head|body|title|h1)\b", text, re.IGNORECASE):
        heading = re.search(r"<(title|h1)[^>]*>(.*?)</\1>", text, re.IGNORECASE | re.DOTALL)
        return _one_line(re.sub(r"<[^>]*>", " ", heading[2])) if heading else ""
    return _one_line(text)


def _one_line(text: str) -> str:
    """One line without control characters or bytes that were no text, at most 400 characters."""
    clean = "".join(c if c.isprintable() else " " for c in text.replace("\ufffd", " "))
    clean = " ".join(clean.split())
    return clean if len(clean) <= 400 else clean[:399].rstrip() + "…"
