"""Refusals: every answer that is no music, as one exception with its status, body and headers."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from cutscore_composer.contract import QUERY_FIELDS, Violation
from cutscore_composer.error_bodies import Invalid, detail_body, validation_body


class Refusal(Exception):
    """A request is not served."""

    def __init__(
        self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None, *, close: bool = False
    ) -> None:
        super().__init__(status)
        self.status = status
        self.body = body
        self.headers = {**(headers or {}), **({"connection": "close"} if close else {})}

    @property
    def told(self) -> list[str]:
        """What the log says of it: the words for programs, nothing that a client wrote."""
        detail = self.body["detail"]
        if isinstance(detail, list):
            return [f"{'.'.join(map(str, row['loc'][1:]))[:60]}: {row['type']}" for row in detail[:20]]
        return [detail["status"]]


def refused(status: int, word: str, message: str, *, retry_after: float | None = None, close: bool = False) -> Refusal:
    """A refusal with the contract's object body."""
    headers = {} if retry_after is None else {"retry-after": str(max(1, math.ceil(retry_after)))}
    return Refusal(status, detail_body(word, message), headers, close=close)


def invalid(found: Iterable[Invalid]) -> Refusal:
    """A 422 with the contract's list body."""
    return Refusal(422, validation_body(found))


def broken(violations: Iterable[Violation]) -> list[Invalid]:
    """The contract's broken rules as entries of a 422."""
    return [
        Invalid(("query" if rule.field in QUERY_FIELDS else "body", rule.field), rule.sentence, rule.kind)
        for rule in violations
    ]
