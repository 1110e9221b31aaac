"""API keys: where they are found, and that nothing shows them."""

from __future__ import annotations

import copy
import json
import logging
import os
import pickle
import warnings
from pathlib import Path

import keyring
import keyring.backend
import keyring.errors
import pytest

from cutscore.keys import ApiKey, KeyFileReadable, find_key
from cutscore_composer.errors import ConfigError

SECRET = "sk_abcdef"


def test_a_key_shows_itself_to_reveal_alone(caplog: pytest.LogCaptureFixture) -> None:
    """repr, str, format, logging, dataclass-like dumps, pickle, JSON and copies through text: never the key."""
    key = ApiKey(f"  {SECRET}\n")
    assert key.reveal() == SECRET
    caplog.set_level("DEBUG")
    logging.getLogger("x").warning("%s %r", key, [key])
    shown = [repr(key), str(key), f"{key}", f"{key!s:>40}", repr({"k": key}), caplog.text]
    assert not any(SECRET in text for text in shown)
    for write in (pickle.dumps, json.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            write(key)


@pytest.mark.parametrize("value", ["", "  ", f"{SECRET}\nX-Evil: 1", f"{SECRET} two", "schlüssel", "\0"])
def test_a_value_that_can_be_no_header_is_refused_without_showing_it(value: str) -> None:
    """A line break would be quoted in the HTTP library's own error."""
    with pytest.raises(ConfigError) as caught:
        ApiKey(value)
    assert SECRET not in str(caught.value)


def test_the_environment_comes_first_then_the_file(tmp_path: Path) -> None:
    """An unset or blank variable is passed over."""
    file = tmp_path / "key"
    file.write_text("from_file\n")
    file.chmod(0o600)
    assert find_key(env="K", file=file, environ={"K": "from_env"}) == ApiKey("from_env")
    assert find_key(env="K", file=file, environ={"K": " "}) == ApiKey("from_file")
    assert find_key(env="K", environ={}) is None
    assert find_key() is None


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps other rights")
def test_a_key_file_that_others_can_read_is_warned_of(tmp_path: Path) -> None:
    """0644 warns and names the file, 0600 does not."""
    file = tmp_path / "key"
    file.write_text(SECRET)
    file.chmod(0o644)
    with pytest.warns(KeyFileReadable, match="chmod 600") as caught:
        find_key(file=file)
    assert SECRET not in str(caught[0].message)
    file.chmod(0o600)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert find_key(file=file) == ApiKey(SECRET)


@pytest.mark.parametrize("content", [b"", b" \n", b"\xff\xfe\0"])
def test_a_key_file_without_a_key_is_told(content: bytes, tmp_path: Path) -> None:
    """Missing, empty and binary files: ConfigError with the path."""
    file = tmp_path / "key"
    with pytest.raises(ConfigError, match="cannot be read"):
        find_key(file=file)
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="key file"):
        find_key(file=file)


class _Ring(keyring.backend.KeyringBackend):
    priority = 1.0  # type: ignore[assignment]

    def __init__(self, locked: bool) -> None:
        super().__init__()
        self.locked = locked

    def get_password(self, service: str, username: str) -> str | None:
        if self.locked:
            raise keyring.errors.KeyringLocked("secret words")
        return SECRET if (service, username) == ("cutscore", "studio") else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise AssertionError("a key is never written")


def test_the_keyring_is_asked_under_our_service() -> None:
    """Service "cutscore", the configured user; nothing there is None; a locked one is a ConfigError."""
    before = keyring.get_keyring()
    try:
        keyring.set_keyring(_Ring(locked=False))
        assert find_key(keyring="studio") == ApiKey(SECRET)
        assert find_key(keyring="other") is None
        keyring.set_keyring(_Ring(locked=True))
        with pytest.raises(ConfigError, match="KeyringLocked"):
            find_key(keyring="studio")
    finally:
        keyring.set_keyring(before)
