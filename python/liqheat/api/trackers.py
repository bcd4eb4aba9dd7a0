"""Cluster trackers that outlive a request."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from liqheat.api.caches import BoundedCache
from liqheat.records import Estimate
from liqheat.setups import ClusterTracker, track_clusters

KEPT_TRACKERS = 64


class TrackerShelf:
    """Trackers that go on where they stopped, so that a cluster keeps its id for as long as the server runs."""

    def __init__(self) -> None:
        self._shelf = BoundedCache(KEPT_TRACKERS)

    @contextmanager
    def borrow(self, key: tuple[Any, ...], estimate: Estimate, *, end_ms: int, **how: Any) -> Iterator[ClusterTracker]:
        """Lend a tracker that has looked up to `end_ms`; one thread at a time holds it."""
        slot = self._shelf.get(key, _Slot)
        with slot.lock:
            tracker = slot.tracker
            if tracker is not None and (tracker.time_ms or 0) > end_ms:
                tracker = None
            slot.tracker = track_clusters(estimate, tracker=tracker, **how)
            yield slot.tracker


class _Slot:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.tracker: ClusterTracker | None = None
