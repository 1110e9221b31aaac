"""Waiting for a condition with a bound, instead of sleeping."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")
_never = threading.Event()


def wait_for(condition: Callable[[], T], seconds: float = 20.0, what: str = "it") -> T:
    """The condition's value once it is true; AssertionError when that takes too long."""
    until = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < until, f"{what} did not come within {seconds:g} seconds"
        _never.wait(0.02)
    return value
