"""Outcomes: what a server's status and error body mean for the user's money, and how to say it.

status                          body            meaning
2xx other than 200, 303         any             unknown: it may have worked and been billed
301 302 307 308                 any             refused: nothing was done at this address
400-499                         any             refused; 429 may be asked again
503 (with Retry-After)          any             refused; may be asked again
502 504 520-527                 any             unknown: a gateway speaks, not the application
other 5xx                       JSON            refused: the application itself says that it failed
other 5xx                       anything else   unknown
200                             JSON error      refused
200                             no audio        unknown
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Literal
from urllib.parse import urlsplit

from cutscore_composer.contract import ServerError, server_error

Meaning = Literal["refused", "again", "unknown"]


def meaning(status: int, headers: Mapping[str, str], error: ServerError) -> Meaning:
    """What an answer that is no audio means: certainly not billed, not billed and worth asking again, or unknown."""
    if status == 429 or (status == 503 and "retry-after" in headers):
        return "again"
    if status == 200:
        says_so = error.json and bool(error.code or error.message)
        return "refused" if says_so else "unknown"
    if 400 <= status < 500 or status in (301, 302, 307, 308):
        return "refused"
    from_gateway = status in (502, 504) or 520 <= status <= 527
    return "refused" if 500 <= status < 600 and error.json and not from_gateway else "unknown"


def sentence(server: str, status: int, headers: Mapping[str, str], body: bytes) -> str:
    """The best sentence there is for an answer that is no audio: who, what, why, what to do."""
    error = server_error(body)
    reason = error.message.rstrip(".") or _phrase(status)
    told = f"{server} answered {status}{f' ({error.code})' if error.code and error.code != reason else ''}"
    if 300 <= status < 400:
        advice = "set that address as the engine's url if you trust it"
        return f"{told}: it points to {_place(headers)}, where neither video nor key is sent; {advice}."
    if status == 200:
        return f"{told}, but with an error instead of audio: {reason}." if error.message else f"{told} without audio."
    if error.suggestion:
        return f"{told}: {reason}. It would accept: {error.suggestion!r}."
    return f"{told}: {reason}.{_advice(status, error.code)}"


def retry_after_seconds(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The wait that a Retry-After header asks for, in seconds or as an HTTP date; None where it asks for none."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - (now or datetime.now(UTC))).total_seconds())


def _advice(status: int, code: str) -> str:
    if code == "quota_exceeded":
        return " The account's credits do not suffice: add some, or score a shorter range."
    if code.startswith("only_for_") or (status == 403 and not code):
        return " The account's plan does not allow it: choose another output_format or plan."
    if status == 401:
        return " Check the API key (cutscore doctor shows where it is looked for)."
    if status == 404:
        return " Check the engine's url."
    if status == 413:
        return " A proxy before the server allows less than 200 MB: send a shorter range."
    if status == 429:
        return " Try again when its other requests are done."
    return ""


def _phrase(status: int) -> str:
    try:
        return f"{HTTPStatus(status).phrase}, without a reason"
    except ValueError:
        return "no reason given"


def _place(headers: Mapping[str, str]) -> str:
    try:
        parts = urlsplit(headers.get("location", ""))
        # Without query and user: what another host put there is nobody's business.
        place = f"{parts.scheme}://{parts.hostname}" if parts.hostname else parts.path
    except ValueError:
        place = ""
    return place[:200] or "another address"
