"""One venue's client: every kind of data it publishes over REST, in our records and units."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, TypeVar

import numpy as np

from liqheat.errors import InputError, VenueError
from liqheat.exchanges.rest.client import ExchangeFactory, RetryPolicy, VenueConnection
from liqheat.exchanges.rest.normalize import (
    parse_candles,
    parse_funding,
    parse_liquidations,
    parse_long_short,
    parse_mark_candles,
    parse_open_interest,
)
from liqheat.exchanges.rest.normalize_now import parse_depth, parse_mark_now, parse_open_interest_now, read_moment
from liqheat.exchanges.rest.normalize_tiers import parse_margin_tiers
from liqheat.exchanges.rest.notes import describe_series, format_utc
from liqheat.exchanges.rest.paging import fetch_rows, find_wall_ms
from liqheat.exchanges.rest.reading import Row, fill_in, look_up, read_time
from liqheat.records import (
    Candles,
    FundingRates,
    Liquidations,
    LongShortMeasure,
    LongShortRatios,
    MarginTiers,
    MarkCandles,
    MarkPrice,
    OpenInterest,
    OpenInterestNow,
    OrderBookDepth,
)
from liqheat.units import now_ms, parse_interval_ms
from liqheat.venues import CAPABILITIES, Endpoint, Request, VenueSpec

Progress = Callable[[str, int, int], None]
"""Takes what is being fetched, pages done, pages in all."""

SETTLE_MS = 5_000
"""A venue may still change a candle in the first moments after its close."""
_CLOCK_FOR_S = 5.0
_R = TypeVar("_R", bound=Request)
_NAMES = {"mark": "mark candles", "open_interest": "open interest", "funding": "funding rates"}


class VenueClient:
    """A venue's published data of any of its contracts of one kind. No key is needed. Safe to share between threads.

    Parameters
    ----------
    spec : VenueSpec
        The venue's row.
    exchange_factory : callable, optional
        Makes the ccxt exchange; `make_exchange` of `client.py` by default.
    retry : RetryPolicy, optional
        How failures that may pass are repeated.

    Notes
    -----
    Every method raises `RegionRefusedError` where the venue does not serve this location, another `VenueError` where it
    refuses, stays unreachable or answers with something that cannot be read, and `UnknownNameError` for a symbol that
    it does not list. Methods that return a record or None return None where the venue has no such data at all (its row
    says why), and an empty record where there is none in the time asked for. Methods with a `notes` argument append to
    it what a reader must know: the venue's lookback, gaps, repeated rows.
    """

    def __init__(
        self, spec: VenueSpec, exchange_factory: ExchangeFactory | None = None, retry: RetryPolicy | None = None
    ) -> None:
        self.spec = spec
        self._connection = VenueConnection(spec, exchange_factory, retry)
        self._source = f"{spec.venue} REST"
        self._clock: _ClockReading | None = None

    def __enter__(self) -> VenueClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the HTTP session."""
        self._connection.close()

    def market(self, symbol: str) -> Mapping[str, Any]:
        """Look a contract up in ccxt's list of the venue's markets, which is loaded once.

        Raises
        ------
        UnknownNameError
            When the venue does not list the symbol; the error names what is near.
        InputError
            When it is not a perpetual of the row's contract kind.
        """
        return self._connection.load_market(symbol)

    def reload_markets(self) -> None:
        """Load the list of the venue's markets anew: contracts are added, and change."""
        self._connection.call("load_markets", True)

    def contract_size(self, symbol: str) -> float:
        """Coins (linear) or USD (inverse) of one contract, by the list of markets that was loaded last."""
        size = look_up(self.market(symbol), self.spec.contract_size_at)
        if not isinstance(size, int | float) or not size > 0:
            raise VenueError(f"{self.spec.venue}: the contract size of {symbol} must be above 0; found {size!r}")
        return float(size)

    def now_ms(self) -> int:
        """Ask the venue's clock, UTC milliseconds: by a wrong local one, an open candle may look closed."""
        return self._read_clock().venue_ms

    def clock_offset_ms(self) -> int:
        """Ask how far the venue's clock is ahead of this machine's, milliseconds; below 0 where it is behind."""
        return self._read_clock().offset_ms

    def wall_ms(self, kind: str, interval: str = "5m") -> int:
        """Earliest time, UTC milliseconds, that the venue still answers for; 0 where its row knows no limit.

        Parameters
        ----------
        kind : str
            One of `CAPABILITIES` that is a series.
        interval : str
            Of the series; some limits count rows.
        """
        if kind not in CAPABILITIES:
            raise InputError("kind", f"must be one of {', '.join(CAPABILITIES)}", kind)
        endpoint = self.spec.find_request(kind)
        if not isinstance(endpoint, Endpoint):
            return 0
        step_ms = parse_interval_ms(interval) if endpoint.spacing == "regular" else endpoint.typical_step_ms
        return find_wall_ms(endpoint, step_ms, self._venue_now_ms())

    def fetch_candles(
        self,
        symbol: str,
        interval: str,
        first_ms: int,
        last_ms: int,
        progress: Progress | None = None,
        notes: list[str] | None = None,
    ) -> Candles:
        """Fetch closed trade candles that open within bounds, with the takers' part where the venue tells.

        Parameters
        ----------
        symbol : str
            ccxt unified symbol.
        interval : str
            Candle length.
        first_ms, last_ms : int
            First and last open, both included, UTC epoch milliseconds.
        progress : callable, optional
            Told what is being fetched, pages done, pages in all.
        notes : list of str, optional
            Takes what a reader must know.

        Returns
        -------
        Candles
            Oldest first, no time twice; gaps stay gaps.
        """
        endpoint = self._need(self.spec.candles, "candles")
        rows = self._fetch_series("candles", endpoint, symbol, interval, first_ms, last_ms, progress, notes)
        return parse_candles(endpoint, rows, self.spec.contract_kind, self.contract_size(symbol), self._source)

    def fetch_mark_candles(
        self,
        symbol: str,
        interval: str,
        first_ms: int,
        last_ms: int,
        progress: Progress | None = None,
        notes: list[str] | None = None,
    ) -> MarkCandles | None:
        """Fetch closed candles of the mark price; parameters as `fetch_candles`."""
        endpoint = self.spec.mark
        if endpoint is None:
            return None
        rows = self._fetch_series("mark", endpoint, symbol, interval, first_ms, last_ms, progress, notes)
        return parse_mark_candles(endpoint, rows, self._source)

    def fetch_open_interest(
        self,
        symbol: str,
        first_ms: int,
        last_ms: int,
        interval: str = "5m",
        progress: Progress | None = None,
        notes: list[str] | None = None,
    ) -> OpenInterest | None:
        """Fetch snapshots of open interest, one side, at times within bounds; parameters as `fetch_candles`."""
        endpoint = self.spec.open_interest
        if endpoint is None:
            return None
        rows = self._fetch_series("open_interest", endpoint, symbol, interval, first_ms, last_ms, progress, notes)
        return parse_open_interest(endpoint, rows, self.spec.contract_kind, self.contract_size(symbol), self._source)

    def fetch_funding(
        self,
        symbol: str,
        first_ms: int,
        last_ms: int,
        progress: Progress | None = None,
        notes: list[str] | None = None,
    ) -> FundingRates | None:
        """Fetch funding rates charged within bounds; parameters as `fetch_candles`."""
        endpoint = self.spec.funding
        if endpoint is None:
            return None
        rows = self._fetch_series("funding", endpoint, symbol, "", first_ms, last_ms, progress, notes)
        return parse_funding(endpoint, rows, self._source)

    def fetch_long_short(
        self,
        symbol: str,
        measure: LongShortMeasure,
        first_ms: int,
        last_ms: int,
        interval: str = "5m",
        progress: Progress | None = None,
        notes: list[str] | None = None,
    ) -> LongShortRatios | None:
        """Fetch how much is long, by a measure, at times within bounds; parameters as `fetch_candles`."""
        endpoint = self.spec.long_short.get(measure)
        if endpoint is None:
            return None
        rows = self._fetch_series(measure, endpoint, symbol, interval, first_ms, last_ms, progress, notes)
        return parse_long_short(endpoint, rows, measure, self._source)

    def fetch_liquidations(
        self,
        symbol: str,
        first_ms: int,
        last_ms: int,
        progress: Progress | None = None,
        notes: list[str] | None = None,
    ) -> Liquidations | None:
        """Fetch liquidations that the venue lists for times within bounds; parameters as `fetch_candles`."""
        endpoint = self.spec.liquidations
        if endpoint is None:
            return None
        rows = self._fetch_series("liquidations", endpoint, symbol, "", first_ms, last_ms, progress, notes)
        return parse_liquidations(
            endpoint,
            rows,
            self.spec.contract_kind,
            self.contract_size(symbol),
            receive_ms=now_ms(),
            price_means=self.spec.liquidation_price,
            capture=self.spec.capture,
            source=self._source,
        )

    def fetch_open_interest_now(self, symbol: str) -> OpenInterestNow:
        """Fetch the present open interest, one side, in the contract's own unit."""
        snapshot = self._need(self.spec.open_interest_now, "open_interest_now")
        market, answer = self._ask(snapshot, symbol)
        kind, size = self.spec.contract_kind, self.contract_size(symbol)
        return parse_open_interest_now(snapshot, answer, market, kind, size, now_ms())

    def fetch_mark_now(self, symbol: str) -> MarkPrice:
        """Fetch the present mark price."""
        snapshot = self._need(self.spec.mark_now, "mark_now")
        market, answer = self._ask(snapshot, symbol)
        return parse_mark_now(snapshot, answer, market, now_ms())

    def fetch_depth(self, symbol: str) -> OrderBookDepth:
        """Fetch the order book, in USD at each level."""
        book = self._need(self.spec.depth, "depth")
        market, answer = self._ask(book, symbol)
        return parse_depth(book, answer, market, self.spec.contract_kind, self.contract_size(symbol), now_ms())

    def fetch_margin_tiers(self, symbol: str) -> MarginTiers | None:
        """Fetch a contract's margin tiers; None where the venue gives them only for a key."""
        request = self.spec.margin_tiers
        if request is None:
            return None
        market, answer = self._ask(request, symbol)
        return parse_margin_tiers(request, answer, market, now_ms(), self._source)

    def _need(self, request: _R | None, capability: str) -> _R:
        if request is None:
            reason = self.spec.missing.get(capability, "it is not read")
            raise InputError("venue", f"must offer {capability.replace('_', ' ')}: {reason}", self.spec.venue)
        return request

    def _ask(self, request: Request, symbol: str) -> tuple[Mapping[str, Any], object]:
        market = self.market(symbol)
        filled = {name: fill_in(text, market) for name, text in request.market_parameters.items()}
        return market, self._connection.call(request.method, {**request.fixed_parameters, **filled})

    def _fetch_series(
        self,
        kind: str,
        endpoint: Endpoint,
        symbol: str,
        interval: str,
        first_ms: int,
        last_ms: int,
        progress: Progress | None,
        notes: list[str] | None,
    ) -> list[Row]:
        """Fetch a series' rows within bounds, from the venue's wall on; the notes say what is not as asked."""
        if not first_ms > 0:
            raise InputError("first_ms", "must be UTC milliseconds above 0", first_ms)
        market = self.market(symbol)
        name = _NAMES.get(kind, kind.replace("_", " "))
        now_ms, is_regular = self._venue_now_ms(), endpoint.spacing == "regular"
        step_ms = self._check_interval(endpoint, interval) if is_regular else endpoint.typical_step_ms
        # Nothing is known of the future; a candle counts only when it has closed and settled.
        asked = (first_ms, min(last_ms, now_ms))
        if is_regular:
            asked = (-(-asked[0] // step_ms) * step_ms, asked[1] // step_ms * step_ms)
        if kind in ("candles", "mark"):
            asked = (asked[0], min(asked[1], (now_ms - SETTLE_MS) // step_ms * step_ms - step_ms))
        start_ms, wall = max(asked[0], find_wall_ms(endpoint, step_ms, now_ms)), ""
        if start_ms > asked[0]:
            wall = f"{self.spec.venue} answers only for times after {format_utc(start_ms - step_ms)}"
        rows: list[Row] = []
        told = [] if notes is None else notes
        if start_ms <= asked[1]:

            def tell(done: int, total: int) -> None:
                if progress is not None:
                    progress(name, done, total)

            call, span = self._connection.call, (start_ms, asked[1])
            rows, n_repeated = fetch_rows(call, endpoint, market, interval, span, step_ms, now_ms, tell)
            if n_repeated:
                told.append(f"{name}: {n_repeated} repeated rows dropped")
        if is_regular and asked[0] <= asked[1]:
            times = np.array([read_time(endpoint, row) for row in rows], dtype=np.int64)
            told.extend(f"{name}: {note}" for note in describe_series(times, asked, step_ms, wall))
        elif wall:
            told.append(f"{name}: {wall}")
        return rows

    def _check_interval(self, endpoint: Endpoint, interval: str) -> int:
        if interval not in endpoint.intervals:
            offered = ", ".join(endpoint.intervals)
            raise InputError("interval", f"must be one of {offered} at {self.spec.venue}", interval)
        return parse_interval_ms(interval)

    def _venue_now_ms(self) -> int:
        """Venue's time, asked at most every few seconds; between them this machine's steady clock counts on."""
        reading = self._clock
        if reading is None or time.monotonic() - reading.monotonic_s > _CLOCK_FOR_S:
            reading = self._read_clock()
        return reading.venue_ms + int((time.monotonic() - reading.monotonic_s) * 1000)

    def _read_clock(self) -> _ClockReading:
        before_ms, clock = now_ms(), self.spec.clock
        if clock is None:
            now = self._connection.call("fetch_time")
        else:
            answer = self._connection.call(clock.method, dict(clock.fixed_parameters))
            now = read_moment(clock, answer, {}, 0)
        if not isinstance(now, int) or now <= 0:
            raise VenueError(f"{self.spec.venue}: the server time must be UTC milliseconds; found {now!r}")
        # The answer was made somewhere between question and arrival.
        offset_ms = now - (before_ms + now_ms()) // 2
        self._clock = _ClockReading(now, offset_ms, time.monotonic())
        return self._clock


@dataclass(frozen=True, slots=True)
class _ClockReading:
    venue_ms: int
    offset_ms: int
    monotonic_s: float
