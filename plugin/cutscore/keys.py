"""API keys: found in the environment, a key file or the keyring, and shown nowhere.

    >>> key = ApiKey("sk_secret")
    >>> key
    ApiKey(***)
    >>> find_key(env="ELEVENLABS_API_KEY")                      # doctest: +SKIP

A key is read when it is needed and handed to the HTTP header alone.
"""

from __future__ import annotations

import os
import stat
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

from cutscore_composer.errors import ConfigError

SERVICE = "cutscore"
"""The service under which keys lie in the keyring; the user name is the engine's or the configured name."""


class KeyFileReadable(UserWarning):
    """Others on this machine can read a key file."""


class KeyUnencrypted(UserWarning):
    """A key is about to travel where others on the way can read it."""


class ApiKey:
    """A secret that printing, logging, comparing and copying into text do not show."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        value = value.strip()
        # An illegal header value would be quoted in the HTTP library's own error: refused here, without showing it.
        if not value:
            raise ConfigError("The API key is empty: set it to the key that the server's owner gave you.")
        if not all("!" <= character <= "~" for character in value):
            raise ConfigError("The API key holds blanks, line breaks or letters outside ASCII: copy it again.")
        self._value = value

    def reveal(self) -> str:
        """The key itself, for the request's header."""
        return self._value

    def scrub(self, text: str) -> str:
        """`text` with the key blotted out, for what a server says that may quote it."""
        return text.replace(self._value, "***")

    def __repr__(self) -> str:
        return "ApiKey(***)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ApiKey) and self._value == other._value

    def __hash__(self) -> int:
        return hash((ApiKey, self._value))

    def __reduce__(self) -> NoReturn:
        raise TypeError("an API key is not written anywhere")


def find_key(
    *,
    env: str | None = None,
    file: Path | None = None,
    keyring: str | None = None,
    environ: Mapping[str, str] = os.environ,
) -> ApiKey | None:
    """The key in the first of these places that has one: variable `env`, key `file`, `keyring` user; None in none.

    Raises ConfigError when a named key file cannot be read or a key cannot be one. Warns
    (KeyFileReadable) when others can read the file.
    """
    if env and environ.get(env, "").strip():
        return ApiKey(environ[env])
    if file is not None:
        return _from_file(file.expanduser())
    if keyring:
        return _from_keyring(keyring)
    return None


def _from_file(path: Path) -> ApiKey:
    try:
        text = path.read_text(encoding="utf-8")
        mode = path.stat().st_mode
    except OSError as error:
        raise ConfigError(f"The key file {path} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError:
        raise ConfigError(f"The key file {path} is not text: it must hold the key alone.") from None
    if not text.strip():
        raise ConfigError(f"The key file {path} is empty: it must hold the key alone.")
    # Windows keeps no such bits: rights there are lists that stat does not show.
    if os.name == "posix" and mode & (stat.S_IRWXG | stat.S_IRWXO):
        warnings.warn(
            f"Others on this machine can read the key file {path}: chmod 600 it.", KeyFileReadable, stacklevel=3
        )
    return ApiKey(text)


def _from_keyring(user: str) -> ApiKey | None:
    import keyring
    import keyring.errors

    try:
        value = keyring.get_password(SERVICE, user)
    except keyring.errors.KeyringError as error:
        kind = type(error).__name__
        raise ConfigError(f"The keyring cannot be read for {user!r} ({kind}): unlock it, or name a key file.") from None
    return ApiKey(value) if value else None
