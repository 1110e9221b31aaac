"""Ahead: pictures made in a second thread while the last ones are encoded, a few at a time.

>>> list(ahead(iter(range(5))))
[0, 1, 2, 3, 4]

FFmpeg works outside Python's lock, so that decoding and scaling here and encoding there go on at once.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from typing import TypeVar

Item = TypeVar("Item")

DEPTH = 8
"""Pictures that may wait."""


def ahead(items: Iterator[Item], depth: int = DEPTH) -> Generator[Item, None, None]:
    """The same items in order, made up to `depth` ahead in a thread of their own.

    An error of `items` is raised here, at its place. When the reader stops early the thread stops
    at its next item and `items` is closed before this generator is.
    """
    waiting: queue.Queue[tuple[Item, ...] | BaseException] = queue.Queue(depth)
    stop = threading.Event()

    def work() -> None:
        try:
            for item in items:
                _put(waiting, (item,), stop)
                if stop.is_set():
                    break
            last: tuple[Item, ...] | BaseException = ()
        except BaseException as error:  # raised again in the reader's thread
            last = error
        _put(waiting, last, stop)

    thread = threading.Thread(target=work, name="pictures ahead", daemon=True)
    thread.start()
    try:
        while True:
            got = waiting.get()
            if isinstance(got, BaseException):
                raise got
            if not got:
                return
            yield got[0]
    finally:
        stop.set()
        thread.join()
        close = getattr(items, "close", None)
        if close is not None:
            close()


def _put(
    waiting: queue.Queue[tuple[Item, ...] | BaseException],
    item: tuple[Item, ...] | BaseException,
    stop: threading.Event,
) -> None:
    """Wait for room, but not for a reader that is gone."""
    while not stop.is_set():
        try:
            waiting.put(item, timeout=0.1)
        except queue.Full:
            continue
        return
