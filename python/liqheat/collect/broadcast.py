"""From the threads that notice changes to the many that wait for them."""

from __future__ import annotations

import math
import threading
from typing import Any

MOST_ITEMS = 5_000
"""Items that may wait for a slow reader; beyond, the oldest go: it will ask for the whole again."""


class Subscription:
    """What happened since the last look: topics that changed, items that came.

    Obtained from `Broadcast.subscribe`; close it when done.
    """

    def __init__(self, broadcast: Broadcast, group: str | None = None) -> None:
        self._broadcast = broadcast
        self.group = group
        self._changed = threading.Condition()
        self._topics: dict[str, Any] = {}
        self._items: list[Any] = []
        self.is_closed = False

    def wait(self, timeout_s: float) -> tuple[dict[str, Any], list[Any]]:
        """Wait for something, at most so long; returns topics with their newest values, and items, and forgets both."""
        with self._changed:
            if not self._topics and not self._items and not self.is_closed:
                self._changed.wait(timeout_s)
            topics, items = self._topics, self._items
            self._topics, self._items = {}, []
            return topics, items

    def close(self) -> None:
        """Take no more."""
        self._broadcast.drop(self)
        with self._changed:
            self.is_closed = True
            self._changed.notify_all()

    def put(self, topic: str | None, value: Any) -> None:
        """Set a topic's newest value, or add an item."""
        with self._changed:
            if topic is None:
                self._items.append(value)
                if len(self._items) > MOST_ITEMS:
                    del self._items[: len(self._items) - MOST_ITEMS]
                    self._topics["missed"] = True
            else:
                self._topics[topic] = value
            self._changed.notify_all()


class Broadcast:
    """Hands every change to every subscription, without waiting for any.

    Examples
    --------
    >>> broadcast = Broadcast()
    >>> with_page = broadcast.subscribe()
    >>> broadcast.tell("status", 1), broadcast.tell("status", 2), broadcast.add("a liquidation")
    (None, None, None)
    >>> with_page.wait(0)
    ({'status': 2}, ['a liquidation'])
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscriptions: list[Subscription] = []

    def subscribe(self) -> Subscription:
        """Begin to take changes."""
        subscription = self.subscribe_among(None, math.inf)
        assert subscription is not None  # noqa: S101  there is no limit
        return subscription

    def subscribe_among(self, group: str | None, most: float) -> Subscription | None:
        """As `subscribe`, unless so many of the group take changes already: None then."""
        subscription = Subscription(self, group)
        with self._lock:
            if sum(other.group == group for other in self._subscriptions) >= most:
                return None
            self._subscriptions.append(subscription)
        return subscription

    def drop(self, subscription: Subscription) -> None:
        """Hand it nothing any more."""
        with self._lock:
            if subscription in self._subscriptions:
                self._subscriptions.remove(subscription)

    def close(self) -> None:
        """End every subscription."""
        with self._lock:
            subscriptions = list(self._subscriptions)
        for subscription in subscriptions:
            subscription.close()

    def tell(self, topic: str, value: Any = True) -> None:
        """A topic has a new value; only the newest is kept for who has not looked."""
        self._put(topic, value)

    def add(self, item: Any) -> None:
        """An item that no one may miss."""
        self._put(None, item)

    def _put(self, topic: str | None, value: Any) -> None:
        with self._lock:
            subscriptions = list(self._subscriptions)
        for subscription in subscriptions:
            subscription.put(topic, value)
