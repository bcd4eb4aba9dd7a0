"""The only importer of ccxt: one connection to one venue, retries, and what each failure means.

ccxt is imported inside functions: it takes half a second, which a command that fetches nothing should not pay.
"""

from __future__ import annotations

import ipaddress
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from email.utils import parsedate_to_datetime
from typing import Any, Protocol
from urllib.parse import urlsplit

import tenacity

from liqheat.errors import InputError, RegionRefusedError, UnknownNameError, VenueError
from liqheat.venues import VENUE_ALIASES, VENUES, VenueSpec

_TIMEOUT_MS = 20_000
_REGION_REFUSED = 451
_FORBIDDEN = 403
_TOO_MANY = (418, 429)
_SLOW = 408


class ExchangeFactory(Protocol):
    """Makes a ccxt exchange from its class id and configuration; of ``ccxt.pro`` where `is_stream`."""

    def __call__(self, ccxt_id: str, config: dict[str, Any], is_stream: bool = False) -> Any:
        """Make one."""
        ...


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often and how patiently a request is repeated.

    Attributes
    ----------
    attempts : int
        Requests in all, the first included.
    first_wait_s, longest_wait_s : float
        Wait before the second request, doubled each time up to the longest; a random part is added.
    longest_retry_after_s : float
        A venue that asks for a longer wait than this is not waited for.
    sleep : callable
        Takes seconds.
    on_wait : callable, optional
        Told what failed and how many seconds are waited before the next attempt.
    """

    attempts: int = 6
    first_wait_s: float = 1.0
    longest_wait_s: float = 30.0
    longest_retry_after_s: float = 120.0
    sleep: Callable[[float], None] = time.sleep
    on_wait: Callable[[str, float], object] | None = None


class _TemporaryError(VenueError):
    """A failure that may pass."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


@dataclass(slots=True)
class _Response:
    """The last answer over HTTP; status 0 before there is one."""

    status: int = 0
    retry_after: str = ""
    body: str = ""


def make_exchange(ccxt_id: str, config: dict[str, Any], is_stream: bool = False) -> Any:
    """Make a ccxt exchange, of ``ccxt.pro`` where `is_stream`."""
    if is_stream:
        import ccxt.pro

        return getattr(ccxt.pro, ccxt_id)(config)
    import ccxt

    return getattr(ccxt, ccxt_id)(config)


def redirect_factory(urls: Mapping[str, str]) -> ExchangeFactory:
    """Make a factory whose exchanges reach a server of ours in place of the venue's.

    Parameters
    ----------
    urls : mapping
        Venue id (``binance`` means both of its venues) to base address, such as ``http://127.0.0.1:9000``. Every
        address of the exchange, REST and WebSocket, at any depth, is moved there; the paths stay. Venues that are
        not named keep theirs.

    Raises
    ------
    UnknownNameError
        A venue that is not in the table: its exchange would silently reach the true venue.
    InputError
        When an address is neither https nor http on loopback: market data over plain http could be changed on its way.
    """
    bases: dict[str, str] = {}
    for name, url in urls.items():
        meant = [target for (alias, _), target in VENUE_ALIASES.items() if alias == name] or [name]
        for ccxt_id in (row.ccxt_id for row in VENUES.values() if row.venue in meant):
            bases[ccxt_id] = _check_base(name, url)
        if not any(row.venue in meant for row in VENUES.values()):
            known = sorted({venue for venue, _ in (*VENUES, *VENUE_ALIASES)})
            raise UnknownNameError("venue-url", f"must name one of {', '.join(known)}", name)

    def factory(ccxt_id: str, config: dict[str, Any], is_stream: bool = False) -> Any:
        exchange = make_exchange(ccxt_id, config, is_stream)
        if ccxt_id in bases:
            exchange.urls = _move(exchange.urls, bases[ccxt_id])
        return exchange

    return factory


def _check_base(venue: str, url: str) -> str:
    rule = "must be https://host or http://127.0.0.1:port, without query"
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise InputError("venue-url", rule, f"{venue}={url}") from error
    is_sound = bool(host) and not parts.query and not parts.fragment and not parts.username
    if not is_sound or not (parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))):
        raise InputError("venue-url", rule, f"{venue}={url}")
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _move(value: Any, base: str) -> Any:
    """Move addresses at any depth: what is not moved would reach the venue."""
    if isinstance(value, dict):
        return {key: _move(inner, base) for key, inner in value.items()}
    if isinstance(value, list):
        return [_move(inner, base) for inner in value]
    if isinstance(value, str) and "://" in value:
        scheme, rest = value.split("://", 1)
        target = f"ws{base.removeprefix('http')}" if scheme.startswith("ws") else base
        return target + (f"/{rest.partition('/')[2]}" if "/" in rest else "")
    return value


class VenueConnection:
    """A ccxt exchange whose every failure is a `VenueError` that says what happened.

    Parameters
    ----------
    spec : VenueSpec
        The venue's row.
    exchange_factory : callable, optional
        Makes the exchange from ccxt's class id and a configuration; `make_exchange` by default.
    retry : RetryPolicy
        How failures that may pass are repeated.
    """

    def __init__(
        self, spec: VenueSpec, exchange_factory: ExchangeFactory | None = None, retry: RetryPolicy | None = None
    ) -> None:
        self._spec = spec
        self._retry = retry or RetryPolicy()
        self._response = _Response()
        # ccxt's exchange keeps state between a request and its answer.
        self._lock = threading.RLock()
        config = {"enableRateLimit": True, "timeout": _TIMEOUT_MS, "options": dict(spec.ccxt_options)}
        self._exchange = (exchange_factory or make_exchange)(spec.ccxt_id, config)
        self._exchange.on_rest_response = self._keep_response
        # load_markets would ask for currencies too, which nothing here reads.
        self._exchange.has["fetchCurrencies"] = False

    def close(self) -> None:
        """Close the HTTP session."""
        self._exchange.session.close()

    def load_market(self, symbol: str) -> Mapping[str, Any]:
        """Load ccxt's description of a contract.

        Raises
        ------
        UnknownNameError
            When the venue does not list the symbol.
        InputError
            When it is not a perpetual of the row's contract kind.
        VenueError
            When the venue does not answer usably.
        """
        markets = self.call("load_markets")
        if not isinstance(markets, dict) or not markets:
            raise VenueError(f"{self._spec.venue}: the list of markets is empty or of an unexpected shape")
        market = markets.get(symbol)
        if not isinstance(market, dict):
            near = ", ".join(find_near_symbols(symbol, markets))
            rule = f"must be listed at {self._spec.venue}" + (f", which has {near}" if near else "")
            raise UnknownNameError("symbol", rule, symbol)
        if not market.get("swap") or not market.get(self._spec.contract_kind):
            raise InputError(
                "symbol", f"must be a perpetual of kind {self._spec.contract_kind} at {self._spec.venue}", symbol
            )
        return market

    def call(self, method: str, *arguments: object) -> Any:
        """Call a method of ccxt, repeated while failures may pass.

        Raises
        ------
        VenueError
            When the venue refuses, stays unreachable, or answers with something that cannot be read.
        """
        policy = self._retry
        backoff = tenacity.wait_exponential_jitter(
            multiplier=policy.first_wait_s, max=policy.longest_wait_s, jitter=policy.first_wait_s
        )

        def wait(state: tenacity.RetryCallState) -> float:
            error = state.outcome.exception() if state.outcome else None
            asked = error.retry_after_s if isinstance(error, _TemporaryError) else None
            return backoff(state) if asked is None else asked

        def tell(state: tenacity.RetryCallState) -> None:
            error = state.outcome.exception() if state.outcome else None
            if policy.on_wait is not None and state.next_action is not None:
                policy.on_wait(str(error), state.next_action.sleep)

        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(policy.attempts),
            wait=wait,
            retry=tenacity.retry_if_exception_type(_TemporaryError),
            sleep=policy.sleep,
            before_sleep=tell,
            reraise=True,
        )
        try:
            return retrying(self._call_once, method, arguments)
        except _TemporaryError as error:
            raise VenueError(f"{error}; gave up after {policy.attempts} attempts") from error

    def _call_once(self, method: str, arguments: tuple[object, ...]) -> Any:
        import ccxt

        with self._lock:
            return self._call_alone(ccxt, method, arguments)

    def _call_alone(self, ccxt: Any, method: str, arguments: tuple[object, ...]) -> Any:
        self._response = _Response()
        try:
            return getattr(self._exchange, method)(*arguments)
        except ccxt.BaseError as error:
            raise self._explain(error, may_pass=isinstance(error, ccxt.NetworkError)) from error
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            # ccxt reads answers without checking their shape.
            raise VenueError(
                f"{self._spec.venue}: {method} got an answer of an unexpected shape: {self._excerpt()}"
            ) from error

    def _explain(self, error: Exception, may_pass: bool) -> VenueError:
        venue, status = self._spec.venue, self._response.status
        if status == _REGION_REFUSED:
            return RegionRefusedError(
                f"{venue} refused this region (HTTP 451): it does not serve this location; {self._excerpt()}"
            )
        if status == _FORBIDDEN:
            kind = RegionRefusedError if self._spec.forbidden_may_be_region else VenueError
            return kind(f"{venue} refused (HTTP 403): {self._spec.forbidden_means}; {self._excerpt()}")
        if status in _TOO_MANY:
            return self._explain_limit()
        if status == _SLOW or status >= 500:
            return _TemporaryError(f"{venue} failed (HTTP {status}): {self._excerpt()}", self._retry_after_s())
        if status >= 400:
            return VenueError(f"{venue} rejected the request (HTTP {status}): {self._excerpt()}")
        if status == 0:
            # requests' own words are the cause; ccxt's message is the whole address.
            message = f"{venue} could not be reached: {type(error.__cause__ or error).__name__}"
        else:
            message = f"{venue} answered with an error: {self._excerpt()}"
        return _TemporaryError(message) if may_pass else VenueError(message)

    def _explain_limit(self) -> VenueError:
        message = f"{self._spec.venue} had too many requests (HTTP {self._response.status})"
        asked = self._retry_after_s()
        if asked is not None and asked > self._retry.longest_retry_after_s:
            return VenueError(f"{message} and asks to wait {asked:.0f} s: try again later")
        return _TemporaryError(message, asked)

    def _retry_after_s(self) -> float | None:
        """Wait that the venue asked for; None where it named none. The header holds seconds or a date."""
        text = self._response.retry_after.strip()
        if text.isdecimal():
            return float(text)
        try:
            return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
        except ValueError:
            return None

    def _keep_response(
        self,
        code: int,
        _reason: str,
        url: str,
        _method: str,
        headers: Mapping[str, str],
        body: str,
        _request_headers: object,
        _request_body: object,
    ) -> str:
        """Keep what errors are explained by; refuse a success that is no JSON, which ccxt would pass on as text."""
        text = body.strip()
        self._response = _Response(code, headers.get("Retry-After", ""), text)
        if 200 <= code < 300:
            try:
                json.loads(text)
            except ValueError as error:
                path = urlsplit(url).path
                raise VenueError(f"{self._spec.venue} answered {path} with no JSON: {self._excerpt()}") from error
        return text

    def _excerpt(self) -> str:
        body = " ".join(self._response.body.split())
        return (body if len(body) <= 160 else f"{body[:157]}...") or "no further words"


def find_near_symbols(symbol: str, markets: Mapping[str, Any], most: int = 5) -> list[str]:
    """Find listed perpetuals of the same base, or else of bases that are spelt alike.

    Examples
    --------
    >>> find_near_symbols("BTCC/USDT:USDT", {"BTC/USDT:USDT": {}, "ETH/USDT:USDT": {}})
    ['BTC/USDT:USDT']
    """
    base = symbol.split("/", maxsplit=1)[0].upper()
    by_base: dict[str, list[str]] = {}
    for name in sorted(markets):
        by_base.setdefault(name.split("/", maxsplit=1)[0], []).append(name)
    bases = [base] if base in by_base else get_close_matches(base, by_base, n=most, cutoff=0.6)
    return [name for found in bases for name in by_base[found]][:most]
