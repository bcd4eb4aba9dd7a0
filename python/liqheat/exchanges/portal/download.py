"""The Binance data portal: daily archives, which reach back beyond what the REST interface answers for.

Source: https://github.com/binance/binance-public-data (layout of the addresses; read 2026-11).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

import tenacity

from liqheat.errors import InputError, UnknownNameError, VenueError
from liqheat.exchanges.rest.client import RetryPolicy
from liqheat.units import parse_interval_ms

PORTAL_URL = "https://data.binance.vision"
MOST_ARCHIVE_BYTES = 16 * 2**20
"""A day of one-minute candles takes 0.1 MB."""
_MOST_CHECKSUM_BYTES = 4096
_TIMEOUT_S = 20

PortalKind = Literal["candles", "mark", "metrics"]
"""``metrics`` is open interest with three long/short ratios."""

PORTAL_FOLDERS: dict[PortalKind, str] = {"candles": "klines", "mark": "markPriceKlines", "metrics": "metrics"}
"""The portal's own name of each kind."""
PORTAL_INTERVALS = ("1m", "3m", "5m", "15m", "30m", "1h", "2h", "4h", "6h", "8h", "12h", "1d")

_LINEAR = re.compile(r"([A-Z0-9]{1,30})/(USDT|USDC):\2")
_INVERSE = re.compile(r"([A-Z0-9]{1,30})/USD:\1")
_PAIR = re.compile(r"(?P<base>[A-Z0-9]{1,30}?)(?:(?P<quote>USDT|USDC)|USD(?P<perpetual>_PERP))")
_BTC_CONTRACT_USD, _OTHER_CONTRACT_USD = 100.0, 10.0
"""Face value of a COIN-M contract: 100 USD for Bitcoin, 10 USD for every other coin."""


@dataclass(frozen=True, slots=True)
class PortalMarket:
    """A Binance perpetual as the portal names it.

    Attributes
    ----------
    contract : {'um', 'cm'}
        Its folder.
    pair : str
        ``BTCUSDT``, ``BTCUSD_PERP``.
    venue, symbol : str
        Venue id and ccxt unified symbol.
    unit_per_contract : float
        What one unit of the archives' volume and open interest is in the contract's own unit: 1 coin (linear), or the
        contract's face value in USD (inverse).
    """

    contract: Literal["um", "cm"]
    pair: str
    venue: str
    symbol: str
    unit_per_contract: float


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """Status and body of an answer over HTTP, and the wait in seconds that it asked for."""

    status: int
    body: bytes = b""
    retry_after_s: float | None = None


ArchiveGetter = Callable[[str, int], HttpAnswer]
"""Gets an address; a body larger than the second argument is a VenueError, any other OSError a failed attempt."""


class _TemporaryError(VenueError):
    """A failure that may pass."""

    def __init__(self, message: str, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


def portal_market(symbol: str) -> PortalMarket:
    """The portal's names of a ccxt symbol.

    Raises
    ------
    UnknownNameError
        When the symbol is no perpetual that Binance could have.

    Examples
    --------
    >>> portal_market("BTC/USD:BTC").pair, portal_market("ETH/USDT:USDT").contract
    ('BTCUSD_PERP', 'um')
    """
    if linear := _LINEAR.fullmatch(symbol):
        return PortalMarket("um", linear[1] + linear[2], "binanceusdm", symbol, 1.0)
    if inverse := _INVERSE.fullmatch(symbol):
        face = _BTC_CONTRACT_USD if inverse[1] == "BTC" else _OTHER_CONTRACT_USD
        return PortalMarket("cm", f"{inverse[1]}USD_PERP", "binancecoinm", symbol, face)
    raise UnknownNameError("symbol", "must be a Binance perpetual such as BTC/USDT:USDT or BTC/USD:BTC", symbol)


def portal_market_of_pair(pair: str) -> PortalMarket | None:
    """The market of a pair as archives name it; None where it is no perpetual that we know.

    Examples
    --------
    >>> portal_market_of_pair("ETHUSD_PERP").symbol, portal_market_of_pair("BTCUSDT_260327")
    ('ETH/USD:ETH', None)
    """
    match = _PAIR.fullmatch(pair)
    if match is None:
        return None
    base, quote = match["base"], match["quote"]
    return portal_market(f"{base}/USD:{base}" if match["perpetual"] else f"{base}/{quote}:{quote}")


def archive_name(kind: PortalKind, market: PortalMarket, interval: str, day: date) -> str:
    """File name of a day's archive.

    Examples
    --------
    >>> archive_name("metrics", portal_market("BTC/USDT:USDT"), "5m", date(2026, 2, 1))
    'BTCUSDT-metrics-2026-02-01.zip'
    """
    return f"{market.pair}-{'metrics' if kind == 'metrics' else interval}-{day.isoformat()}.zip"


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """Where daily archives are got from, and how.

    Attributes
    ----------
    base_url : str
        https, or http on this machine.
    get : callable, optional
        Gets an address; `requests` by default.
    retry : RetryPolicy
        How failures that may pass are repeated. A checksum that does not match is one: downloads get cut off.
    """

    base_url: str = PORTAL_URL
    get: ArchiveGetter | None = None
    retry: RetryPolicy = field(default_factory=RetryPolicy)


def archive_url(kind: PortalKind, symbol: str, interval: str, day: date, base_url: str = PORTAL_URL) -> str:
    """Address of a day's archive; its checksum is beside it, with ``.CHECKSUM`` appended.

    Raises
    ------
    InputError
        When the kind, interval or symbol is not the portal's, or the base is neither https nor on this machine.
    """
    if kind not in PORTAL_FOLDERS:
        raise InputError("kind", f"must be {', '.join(PORTAL_FOLDERS)}", kind)
    if kind != "metrics" and interval not in PORTAL_INTERVALS:
        raise InputError("interval", f"must be one of the data portal's: {', '.join(PORTAL_INTERVALS)}", interval)
    _check_base_url(base_url)
    market = portal_market(symbol)
    folders = [PORTAL_FOLDERS[kind], market.pair, *([] if kind == "metrics" else [interval])]
    path = "/".join(["data", "futures", market.contract, "daily", *folders, archive_name(kind, market, interval, day)])
    return f"{base_url.rstrip('/')}/{path}"


def fetch_archive(
    kind: PortalKind,
    symbol: str,
    interval: str,
    day: date,
    source: ArchiveSource | None = None,
) -> bytes | None:
    """Fetch one day's archive and check it against the checksum that the portal publishes beside it.

    Parameters
    ----------
    kind : {'candles', 'mark', 'metrics'}
        What to fetch.
    symbol : str
        ccxt unified symbol of a Binance perpetual.
    interval : str
        Candle length; metrics always come every 5 minutes.
    day : date
        UTC day.
    source : ArchiveSource, optional
        Where from; the portal by default.

    Returns
    -------
    bytes or None
        The zip file; None where the portal has none for that day.

    Raises
    ------
    InputError
        When an argument breaks a rule.
    VenueError
        When the portal fails, refuses, or its archive does not match its checksum.
    """
    source = source or ArchiveSource()
    url = archive_url(kind, symbol, interval, day, source.base_url)
    policy = source.retry
    jitter = tenacity.wait_random(0, policy.first_wait_s)
    backoff = tenacity.wait_exponential(multiplier=policy.first_wait_s, max=policy.longest_wait_s) + jitter

    def wait(state: tenacity.RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after_s if isinstance(error, _TemporaryError) else None
        return backoff(state) if asked is None else asked

    retrying = tenacity.Retrying(
        stop=tenacity.stop_after_attempt(policy.attempts),
        wait=wait,
        retry=tenacity.retry_if_exception_type(_TemporaryError),
        sleep=policy.sleep,
        reraise=True,
    )
    try:
        return retrying(_fetch_once, url, source.get or get_with_requests, policy)
    except _TemporaryError as error:
        raise VenueError(f"{error}; gave up after {policy.attempts} attempts") from error


def read_checksum(text: str, name: str) -> str:
    """The SHA-256 of a file in a ``.CHECKSUM`` text.

    Raises
    ------
    InputError
        When the text holds no checksum, or that of another file.

    Examples
    --------
    >>> read_checksum("00" * 32 + "  a.zip", "a.zip")[:4]
    '0000'
    """
    words = text.split()
    if len(words) != 2 or re.fullmatch(r"[0-9a-fA-F]{64}", words[0]) is None:
        raise InputError("checksum", "must be a SHA-256 and a file name", " ".join(words)[:120] or "nothing")
    if words[1].lstrip("*") != name:
        raise InputError("checksum", f"must be that of {name}", words[1])
    return words[0].lower()


def check_checksum(data: bytes, text: str, name: str) -> None:
    """Raise an InputError where the data are not what the ``.CHECKSUM`` text says."""
    expected, found = read_checksum(text, name), hashlib.sha256(data).hexdigest()
    if found != expected:
        raise InputError("checksum", f"SHA-256 of {name} must be {expected}", found)


def get_with_requests(url: str, most_bytes: int) -> HttpAnswer:
    """Get an address with `requests`; redirects are not followed."""
    import requests

    try:
        with requests.get(url, timeout=_TIMEOUT_S, stream=True, allow_redirects=False) as response:
            body = b""
            for part in response.iter_content(2**16):
                body += part
                if len(body) > most_bytes:
                    raise VenueError(f"data portal: {url} is larger than {most_bytes:,} bytes")
            asked = response.headers.get("Retry-After", "")
            return HttpAnswer(response.status_code, body, float(asked) if asked.isdecimal() else None)
    except requests.RequestException as error:
        raise ConnectionError(type(error).__name__) from error


def _fetch_once(url: str, get: ArchiveGetter, policy: RetryPolicy) -> bytes | None:
    data = _get(url, MOST_ARCHIVE_BYTES, get, policy)
    if data is None:
        return None
    text = _get(f"{url}.CHECKSUM", _MOST_CHECKSUM_BYTES, get, policy)
    if text is None:
        raise VenueError(f"data portal: {url} has no checksum beside it, so it is not taken")
    try:
        check_checksum(data, text.decode("utf-8", "replace"), url.rsplit("/", 1)[1])
    except InputError as error:
        raise _TemporaryError(f"data portal: {url}: {error}") from error
    return data


def _get(url: str, most_bytes: int, get: ArchiveGetter, policy: RetryPolicy) -> bytes | None:
    try:
        answer = get(url, most_bytes)
    except OSError as error:
        raise _TemporaryError(f"data portal could not be reached: {error}") from error
    if answer.status == 200:
        return answer.body
    if answer.status == 404:
        return None
    message = f"data portal: {url} answered HTTP {answer.status}"
    if answer.status in (408, 429) or answer.status >= 500:
        asked = answer.retry_after_s
        if asked is not None and asked > policy.longest_retry_after_s:
            raise VenueError(f"{message} and asks to wait {asked:.0f} s: try again later")
        raise _TemporaryError(message, asked)
    if answer.status in (403, 451):
        message += ": it may not serve this location"
    raise VenueError(message)


def _check_base_url(base_url: str) -> None:
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    try:
        on_this_machine = host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        on_this_machine = False
    if not host or not (parts.scheme == "https" or (parts.scheme == "http" and on_this_machine)):
        raise InputError("base_url", "must be https, or http on this machine", base_url)


def interval_of_kind_ms(kind: PortalKind, interval: str) -> int:
    """Step between rows: the candle length, and 5 minutes for metrics."""
    return parse_interval_ms("5m" if kind == "metrics" else interval)
