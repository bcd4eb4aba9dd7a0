"""Bounded caches and buffers, safe for many threads."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from liqheat.heatmap import Scratch


class BoundedCache:
    """A few values by key, the least recently used dropped first. A value is made once, even if asked for twice."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self._values: OrderedDict[Hashable, Any] = OrderedDict()
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}

    def get(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Value of `key`, made by `make` if it is not there."""
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
                return self._values[key]
            making = self._making.setdefault(key, threading.Lock())
        with making:
            with self._lock:
                if key in self._values:
                    return self._values[key]
            try:
                value = make()
                with self._lock:
                    self._values[key] = value
                    while len(self._values) > self._kept:
                        self._values.popitem(last=False)
                return value
            finally:
                with self._lock:
                    self._making.pop(key, None)


class ScratchPool:
    """Large buffers that threads borrow in turn, so that drawing does not pay for fresh memory each time.

    A thread that finds none free waits: only so many maps are drawn at a time.
    """

    def __init__(self, kept: int) -> None:
        self._free = [Scratch() for _ in range(kept)]
        self._available = threading.Semaphore(kept)
        self._lock = threading.Lock()

    @contextmanager
    def borrow(self) -> Iterator[Scratch]:
        """Lend buffers; nothing that points into them may outlive the loan."""
        with self._available:
            with self._lock:
                scratch = self._free.pop()
            try:
                yield scratch
            finally:
                with self._lock:
                    self._free.append(scratch)
