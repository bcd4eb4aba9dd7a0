"""What a failure of a stream means, in people's words."""

from __future__ import annotations

import re
from typing import NamedTuple

from liqheat.errors import VenueError
from liqheat.exchanges.stream.socket import BOOK_GAPS, SilentConnectionError
from liqheat.records import FeedState
from liqheat.venues import VenueSpec

_REGION_REFUSED = 451
_FORBIDDEN = 403
_TOO_MANY = (418, 429)
_MOST_WORDS = 160
_ADDRESS = re.compile(r"\b\w+://\S+")
# How ccxt words a status that it knows nothing better about.
_STATUS = re.compile(r"\w+ [A-Z]+ \S+ ([45]\d\d)\b")
# ccxt's classes, by name: only the client imports ccxt.
_TIMEOUTS = frozenset({"RequestTimeout", "TimeoutError"})
_UNREACHABLE = frozenset({"ExchangeNotAvailable", "NetworkError"})


class Failure(NamedTuple):
    """A state of a feed and what happened."""

    state: FeedState
    words: str
    is_book_gap: bool = False
    is_silence: bool = False
    retry_after_s: float | None = None


def explain_failure(spec: VenueSpec, error: BaseException, status: int) -> Failure:
    """Say what a failure means.

    Parameters
    ----------
    spec : VenueSpec
        The venue's row.
    error : BaseException
        What ccxt raised, or the cancellation that its closed connections leave behind.
    status : int
        Of the last answer over HTTP; 0 where there was none, or where another request may have had it.
    """
    venue, name = spec.venue, type(error).__name__
    cause = _find_cause(error)
    in_text = _STATUS.match(str(error))
    code = getattr(cause, "status", None) or (int(in_text[1]) if in_text else status if status >= 400 else 0)
    if code == _REGION_REFUSED:
        return Failure("refused", f"{venue} refused this region (HTTP 451): it does not serve this location")
    if code == _FORBIDDEN:
        return Failure("refused", f"{venue} refused (HTTP 403): {spec.forbidden_means}")
    if code in _TOO_MANY:
        asked_s = _read_retry_after(cause)
        wait = "" if asked_s is None else f" and asks to wait {asked_s:g} s"
        return Failure("failed", f"{venue} had too many requests (HTTP {code}){wait}", retry_after_s=asked_s)
    if code:
        return Failure("failed", f"{venue} failed (HTTP {code})", retry_after_s=_read_retry_after(cause))
    if isinstance(error, SilentConnectionError):
        return Failure("failed", str(error), is_silence=True)
    text = _ADDRESS.sub("", str(error))
    if "ping-pong" in text:
        return Failure("stale", f"{venue} no longer answered heartbeats")
    if name in BOOK_GAPS:
        return Failure("failed", f"{venue} left a gap in the order book: it is asked for again", is_book_gap=True)
    if name in _TIMEOUTS:
        return Failure("failed", f"{venue} did not answer in time")
    if name == "CancelledError" or "onnection closed" in text:
        closing = re.search(r"closing code (\d+)", text)
        return Failure("failed", f"{venue} closed the connection" + (f" (code {closing[1]})" if closing else ""))
    if name in _UNREACHABLE and cause is not error:
        return Failure("failed", f"{venue} could not be reached: {type(cause).__name__}")
    words = " ".join(text.removeprefix(venue).split()).removeprefix(": ")
    what = "" if isinstance(error, VenueError) else f" failed ({name})"
    return Failure("failed", f"{venue}{what}" + (f": {words[:_MOST_WORDS]}" if words else ""))


def _read_retry_after(cause: BaseException) -> float | None:
    """Seconds that a refused handshake asked to wait; None where it named none."""
    text = str((getattr(cause, "headers", None) or {}).get("Retry-After", ""))
    return float(text) if text.isdecimal() else None


def _find_cause(error: BaseException) -> BaseException:
    """The failure beneath ccxt's: it hands over the cause as its argument, or chains it."""
    inner = error.args[0] if error.args and isinstance(error.args[0], BaseException) else error.__cause__
    return error if inner is None else inner
