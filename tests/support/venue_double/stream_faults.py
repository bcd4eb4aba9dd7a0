"""What a venue's stream can do wrong."""

from __future__ import annotations

from dataclasses import dataclass

WHOLE_LINK = ("disconnect", "cut", "stall")
"""Kinds that need no message to happen at."""
PER_MESSAGE = (*WHOLE_LINK, "duplicate", "reorder", "garbage", "lose")


@dataclass
class StreamFault:
    """A misbehaviour of a venue's WebSocket connections; made by the named constructors.

    Parameters
    ----------
    venue : str
        Venue id.
    kind : str
        What happens.
    channel : str
        Part of the subscription's name (or of the path, for handshakes) that it is limited to.
    after_messages : int
        Data messages that pass before.
    times : int
        How many messages, connections, handshakes or requests it spoils.
    duration_s : float, optional
        How long a stall lasts; for ever by default.
    status, body, headers : int, str, dict
        Of a refused handshake, or the words of a refused subscription.
    """

    venue: str
    kind: str
    channel: str = ""
    after_messages: int = 0
    times: int = 1
    duration_s: float | None = None
    status: int = 0
    body: str = ""
    headers: dict[str, str] | None = None

    @classmethod
    def disconnect(cls, venue: str, channel: str = "", *, after_messages: int = 0, times: int = 1) -> StreamFault:
        """Close the connection in an orderly way; at once, all of the venue's, unless after some messages."""
        return cls(venue, "disconnect", channel, after_messages, times)

    @classmethod
    def cut_mid_frame(cls, venue: str, channel: str = "", *, after_messages: int = 0, times: int = 1) -> StreamFault:
        """Write half a frame, then drop the connection."""
        return cls(venue, "cut", channel, after_messages, times)

    @classmethod
    def stall(
        cls, venue: str, channel: str = "", *, after_messages: int = 0, duration_s: float | None = None, times: int = 1
    ) -> StreamFault:
        """Keep the connection open and say nothing, not even to a ping."""
        return cls(venue, "stall", channel, after_messages, times, duration_s)

    @classmethod
    def duplicate(cls, venue: str, channel: str = "", *, after_messages: int = 0, times: int = 1) -> StreamFault:
        """Send messages twice."""
        return cls(venue, "duplicate", channel, after_messages, times)

    @classmethod
    def reorder(cls, venue: str, channel: str = "", *, after_messages: int = 0, times: int = 1) -> StreamFault:
        """Send a message after the one that follows it."""
        return cls(venue, "reorder", channel, after_messages, times)

    @classmethod
    def lose(cls, venue: str, channel: str = "", *, after_messages: int = 0, times: int = 1) -> StreamFault:
        """Leave messages out: a gap in a book's chain."""
        return cls(venue, "lose", channel, after_messages, times)

    @classmethod
    def garbage(cls, venue: str, channel: str = "", *, body: str = "\x00{not json", times: int = 1) -> StreamFault:
        """Send other text before a message."""
        return cls(venue, "garbage", channel, times=times, body=body)

    @classmethod
    def refuse_handshake(
        cls, venue: str, status: int, channel: str = "", *, retry_after: str = "", body: str = "", times: int = 1
    ) -> StreamFault:
        """Answer the opening request with a status such as 451, 403, 429 or 503."""
        headers = {"Retry-After": retry_after} if retry_after else {}
        return cls(venue, "refuse", channel, times=times, status=status, body=body, headers=headers)

    @classmethod
    def html_handshake(cls, venue: str, channel: str = "", *, times: int = 1) -> StreamFault:
        """Answer the opening request with a page, HTTP 200."""
        page = "<!doctype html><title>Just a moment...</title>"
        return cls(venue, "refuse", channel, times=times, status=200, body=page, headers={"Content-Type": "text/html"})

    @classmethod
    def refuse_subscription(cls, venue: str, channel: str = "", *, times: int = 1) -> StreamFault:
        """Answer a subscription with the venue's error."""
        return cls(venue, "refuse subscription", channel, times=times, body="not allowed")

    @classmethod
    def refuse_unsubscription(cls, venue: str, channel: str = "", *, times: int = 1) -> StreamFault:
        """Answer the end of a subscription with the venue's error."""
        return cls(venue, "refuse unsubscription", channel, times=times, body="not allowed")

    def applies(self, venue: str, name: str, kinds: tuple[str, ...]) -> bool:
        """Count one chance; say whether it happens now."""
        if venue != self.venue or self.channel not in name or self.kind not in kinds or self.times <= 0:
            return False
        if self.after_messages > 0:
            self.after_messages -= 1
            return False
        self.times -= 1
        return True
