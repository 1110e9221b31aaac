"""Ahead: the same items in the same order from a second thread, errors and stops included."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from cutscore.reel.ahead import ahead


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "pictures ahead"]


def test_items_come_in_order() -> None:
    """More items than may wait."""
    assert list(range(100)) == list(ahead(iter(range(100)), depth=3))
    assert [] == _threads()


def test_an_error_is_raised_at_its_place() -> None:
    """What came before it is not lost."""

    def items() -> Iterator[int]:
        yield 1
        yield 2
        raise KeyError("third")

    got = []
    with pytest.raises(KeyError, match="third"):
        got.extend(ahead(items()))
    made = ahead(items())
    assert [1, 2] == [next(made), next(made)]
    with pytest.raises(KeyError, match="third"):
        next(made)
    assert [] == _threads()


def test_a_reader_that_stops_stops_the_thread_and_closes_the_items() -> None:
    """Also when the items never end."""
    closed = []

    def items() -> Iterator[int]:
        try:
            number = 0
            while True:
                yield number
                number += 1
        finally:
            closed.append(threading.current_thread().name)

    made = ahead(items(), depth=2)
    assert 0 == next(made)
    made.close()
    assert len(closed) == 1
    assert [] == _threads()
