"""What all sections of the configuration are made of: kinds of values, URLs, and where a secret is found."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError


def one_of(choices: Iterable[str]) -> AfterValidator:
    """A validator for names that another module owns."""
    names = tuple(choices)

    def check(value: str) -> str:
        if value not in names:
            expected = f"{', '.join(map(repr, names[:-1]))} or {names[-1]!r}"
            raise PydanticCustomError("literal_error", "must be one of {expected}", {"expected": expected})
        return value

    return AfterValidator(check)


def _no_bool(value: Any) -> Any:
    # YAML reads a bare yes as true, and pydantic would take true for 1.
    if isinstance(value, bool):
        raise ValueError("must be a number, not true or false")
    return value


Whole = Annotated[int, BeforeValidator(_no_bool)]
Number = Annotated[float, BeforeValidator(_no_bool)]
Word = Annotated[str, Field(min_length=1, max_length=200)]


class Section(BaseModel):
    """What all sections share: unknown names are refused, values are final."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class KeySource(Section):
    """Where a secret is found; tried in the order env, file, keyring. Never the secret itself."""

    env: str | None = None
    file: Path | None = None
    keyring: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _not_the_key(cls, value: Any) -> Any:
        if isinstance(value, str):
            raise ValueError(
                "holds a secret in clear; name where it is found instead: {env: NAME}, {file: PATH} or {keyring: NAME}"
            )
        return value

    @field_validator("env")
    @classmethod
    def _a_name(cls, value: str | None) -> str | None:
        if value is not None and (not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,63}", value) or value.startswith("sk_")):
            raise ValueError("must be the name of an environment variable, not the key itself")
        return value

    def places(self) -> tuple[str, ...]:
        """Where the secret is looked for, in words, in order."""
        named = {
            "the environment variable": self.env,
            "the file": self.file,
            "the keyring under the name": self.keyring,
        }
        return tuple(f"{kind} {name}" for kind, name in named.items() if name)

    @model_validator(mode="after")
    def _one_source(self) -> KeySource:
        if self.env is None and self.file is None and self.keyring is None:
            raise ValueError("names no source; write {env: NAME}, {file: PATH} or {keyring: NAME}")
        return self


def check_url(value: str) -> str:
    """`value` when it is an http(s) URL without a password in it; else ValueError."""
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be a URL like http://studio:8000")
    if parts.username or parts.password:
        raise ValueError("must not hold a user name or password")
    return value
