"""Markets, their estimated books, and what was drawn from them."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from liqheat._core import __version__
from liqheat.api.caches import BoundedCache, ScratchPool
from liqheat.api.compression import compress
from liqheat.api.flows import FindLiquidations, FlowShelf
from liqheat.api.published import PublishedAccuracy, load_published
from liqheat.api.trackers import TrackerShelf
from liqheat.book import BUCKET_RATIO, MODEL_VERSION, combine_venues, estimate_book, load_leverage_mix
from liqheat.collect import FindBooks, FindCandles, LiveMarkets
from liqheat.errors import InputError, NoDataError, UnknownNameError
from liqheat.flow import at_horizon
from liqheat.heatmap import (
    MAP_TYPES,
    Heatmap,
    MapType,
    draw_heatmap,
    encode_into,
    encode_sides_into,
    finest_state_ratio,
)
from liqheat.history import combined_markets, pick_venues
from liqheat.records import (
    CalendarSeries,
    Estimate,
    LeverageMix,
    MarketHistory,
    OrderBookDepth,
    Quantity,
    ViewRequest,
    Weights,
)
from liqheat.setups import DEFAULT_SESSIONS, Session
from liqheat.units import BucketWidth, now_ms
from liqheat.venues import resolve_alias

FindDepth = Callable[[str, str, int], list[OrderBookDepth]]
"""Order books of the minute before a time, of data that stand still; takes venue, symbol and end_ms."""
DEFAULT_RANGE_MS = 7 * 86_400_000
MOST_BARS_BEHIND = 3
"""A live venue that is further behind the others is left out of their sum."""
KEPT_ESTIMATES = 24
KEPT_SUMS = 6
KEPT_HEATMAPS = 4
KEPT_BODIES = 32
KEPT_BUFFERS = 2


class MarketService:
    """What the routes ask: markets by name, heatmaps by request.

    Parameters
    ----------
    markets : sequence of MarketHistory
        The first is the default. At least one, unless `live` will bring them.
    leverage_mix : str, Path or LeverageMix
        Mix of every book.
    live : LiveMarkets, optional
        Source of markets that grow.
    liquidations : callable, optional
        Finds realised liquidations.
    """

    def __init__(
        self,
        markets: Sequence[MarketHistory],
        leverage_mix: str | Path | LeverageMix = "classic",
        *,
        live: LiveMarkets | None = None,
        liquidations: FindLiquidations | None = None,
    ) -> None:
        if not markets and live is None:
            raise InputError("markets", "must hold at least one market", 0)
        self.live = live
        self.find_liquidations: FindLiquidations = liquidations or (lambda *_: [])
        self.leverage_mix = load_leverage_mix(leverage_mix)
        self._served: dict[tuple[str, str], tuple[MarketHistory, str]] = {}
        self._estimates = BoundedCache(KEPT_ESTIMATES)
        self._sums = BoundedCache(KEPT_SUMS)
        self.flows = FlowShelf(self.find_liquidations)
        self.find_depth: FindDepth = lambda *_: []
        self.find_candles: FindCandles = lambda *_: None
        self.find_books: FindBooks = lambda *_: []
        self._heatmaps = BoundedCache(KEPT_HEATMAPS)
        self.bodies = BoundedCache(KEPT_BODIES)
        self._scratch = ScratchPool(KEPT_BUFFERS)
        self.trackers = TrackerShelf()
        self._weighted: WeakKeyDictionary[Estimate, dict[str, Estimate]] = WeakKeyDictionary()
        self.calendar: tuple[CalendarSeries, ...] = ()
        self.published: Callable[[], PublishedAccuracy] = load_published
        self.sessions: tuple[Session, ...] = DEFAULT_SESSIONS
        for market in markets:
            self.put_market(market)
        if live is not None:
            live.subscribe_markets(self.put_market)
            for market in live.markets():
                self.put_market(market)

    def put_market(self, market: MarketHistory) -> None:
        """Serve a market, in place of an older one of the same name."""
        entry = (market, _digest(market, self.leverage_mix))
        served = {**self._served, (market.venue, market.symbol): entry}
        if self.live is not None:
            # The venue that was named first is the default, whichever answered first.
            asked = list(self.live.collector.contracts)
            served = dict(sorted(served.items(), key=lambda named: asked.index(named[0][0])))
        # One assignment, so that no thread sees a market with the fingerprint of another.
        self._served = served

    @property
    def markets(self) -> list[MarketHistory]:
        """All markets, the default first."""
        return [market for market, _ in self._served.values()]

    def market(self, venue: str | None, symbol: str | None) -> MarketHistory:
        """The market of a name; of several, the first that fits.

        Raises
        ------
        UnknownNameError
            When no market fits.
        """
        of_venue = [
            market
            for market in self.markets
            if venue is None or market.venue == resolve_alias(venue, market.contract_kind)
        ]
        if not self._served:
            raise NoDataError("symbol", "must have been fetched: the first candles are on their way", symbol or "any")
        if not of_venue:
            known = ", ".join(sorted({market.venue for market in self.markets}))
            raise UnknownNameError("venue", f"must be one of {known}", venue)
        for market in of_venue:
            if symbol is None or market.symbol == symbol:
                return market
        known = ", ".join(sorted({market.symbol for market in of_venue}))
        raise UnknownNameError("symbol", f"must be one of {known}", symbol)

    def parts(
        self, sources: Sequence[MarketHistory], quantity: Quantity = "held", bucket_width: BucketWidth | None = None
    ) -> list[Estimate]:
        """The estimate of each market alone, with a state fine enough for the width in all of them.

        Raises
        ------
        InputError
            Of a flow: when there are no parameters for bars of its length.
        """
        highest = max(float(market.high.max()) for market in sources)
        ratio = finest_state_ratio(bucket_width, highest, BUCKET_RATIO)
        return [self._part(market, quantity, ratio, len(sources) > 1) for market in sources]

    def _part(self, market: MarketHistory, quantity: Quantity, ratio: float, is_part: bool) -> Estimate:
        digest = self._digest_of(market)
        if quantity == "flow":
            return self.flows.estimate(market, digest, ratio, is_part=is_part)

        def make() -> Estimate:
            return estimate_book(market, leverage_mix=self.leverage_mix, bucket_ratio=ratio)

        estimate: Estimate = self._estimates.get((digest, ratio), make)
        return estimate

    def estimate(
        self,
        sources: Sequence[MarketHistory],
        quantity: Quantity = "held",
        bucket_width: BucketWidth | None = None,
        weights: Weights | None = None,
    ) -> Estimate:
        """The estimate of a market, or of several side by side; errors as `parts`."""
        parts = self.parts(sources, quantity, bucket_width)
        if len(parts) == 1:
            return parts[0]
        key = (tuple(map(self._key_of, parts)), quantity, weights, repr(self._tracked_usd()))
        combined: Estimate = self._sums.get(key, lambda: self.combine(parts, weights))
        return combined

    def combine(self, parts: Sequence[Estimate], weights: Weights | None = None) -> Estimate:
        """Several markets' estimates side by side, at the prices of the one that was named first."""
        served = [(market.venue, market.symbol) for market in self.markets]
        named = [(one.market.venue, one.market.symbol) for one in parts]
        reference = next(venue for venue, symbol in served if (venue, symbol) in named)
        return combine_venues(
            parts,
            weights=weights or "open_interest",
            reference=reference,
            tracked_open_interest_usd=self._tracked_usd(),
        )

    def _key_of(self, part: Estimate) -> tuple[Any, ...]:
        """What tells one market's estimate from another of the same market."""
        model = None if part.calibration is None else (part.calibration.model.hash, part.calibration.model.kept_because)
        return self._digest_of(part.market), part.bucket_ratio, model

    def _tracked_usd(self) -> Mapping[str, float] | None:
        return None if self.live is None else self.live.tracked_open_interest_usd()

    def _digest_of(self, market: MarketHistory) -> str:
        served, digest = self._served.get((market.venue, market.symbol), (None, ""))
        # A newer market may have come since the caller looked.
        return digest if served is market else _digest(market, self.leverage_mix)

    def sources(self, request: ViewRequest) -> tuple[MarketHistory, ...]:
        """The markets that a request is about: one, or those of several venues.

        Raises
        ------
        UnknownNameError
            When no market fits.
        """
        if not request.is_of_several:
            return (self.market(request.venue, request.symbol),)
        first = self.market(None, request.symbol)
        found = next((group for group in self.groups() if any(market.base == first.base for market in group)), None)
        if found is None:
            raise UnknownNameError(
                "venue", f"must be {first.venue}: {first.base} has no other venue here", request.venue
            )
        return pick_venues(found, str(request.venue))

    def groups(self) -> list[tuple[MarketHistory, ...]]:
        """Markets of one asset at several venues, which can be drawn as one."""
        steps = [market.interval_ms for market in self.markets]
        behind_ms = None if self.live is None or not steps else MOST_BARS_BEHIND * max(steps)
        return combined_markets(self.markets, most_behind_ms=behind_ms)

    def estimate_of(self, request: ViewRequest) -> Estimate:
        """The estimate that a request is about."""
        sources = self.sources(request)
        estimate = self.estimate(sources, request.quantity or "held", request.bucket_width, request.weights)
        return self.weighted(estimate, request)

    def weighted(self, estimate: Estimate, request: ViewRequest) -> Estimate:
        """Expected liquidations at the horizon of a request, the same each time; another quantity as it is."""
        calibration = estimate.calibration
        if calibration is None or calibration.horizon == request.horizon:
            return estimate
        known = self._weighted.setdefault(estimate, {})
        if request.horizon not in known:
            known[request.horizon] = at_horizon(estimate, request.horizon)
        found: Estimate = known[request.horizon]
        return found

    def expected(self, sources: Sequence[MarketHistory]) -> Estimate | None:
        """Expected liquidations of markets; None where no parameters fit their bars."""
        try:
            return self.estimate(sources, "flow")
        except InputError:
            return None

    def usual(self, sources: Sequence[MarketHistory], request: ViewRequest) -> Estimate:
        """Expected liquidations at the horizon of a request; open positions where no parameters fit the bars."""
        expected = self.expected(sources)
        return self.estimate(sources) if expected is None else self.weighted(expected, request)

    def heatmap(self, request: ViewRequest) -> Heatmap:
        """The heatmap of a request; the last few are kept.

        Raises
        ------
        InputError
            When the request breaks a rule.
        """
        heatmap: Heatmap = self._heatmaps.get(self.cache_key("view", request), lambda: self._draw(request))
        return heatmap

    def compressed_bytes(self, heatmap: Heatmap, map_type: MapType = MAP_TYPES[0]) -> bytes:
        """A heatmap as `LQH1`, compressed; of a signed type with a plane for each side."""
        encode = encode_sides_into if map_type.is_signed else encode_into
        with self._scratch.borrow() as scratch:
            return compress(encode(heatmap, scratch))

    def cache_key(self, kind: str, request: ViewRequest) -> str:
        """Key of what a request is answered with; changes with the data, the mix, the model and the program."""
        sources = self.sources(request)
        digests = [self._digest_of(market) for market in sources]
        models = [self.flows.key(market) for market in sources] if request.quantity == "flow" else []
        parts = (kind, request, digests, models, self._tracked_usd())
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:32]

    def start_of(self, request: ViewRequest, market: MarketHistory) -> int:
        """Start that a request asks for; 7 days before its end if it names none."""
        if request.start_ms is not None:
            return request.start_ms
        end_ms = min(value for value in (request.end_ms, request.as_of_ms, market.end_ms) if value is not None)
        return max(end_ms - DEFAULT_RANGE_MS, 0)

    def _draw(self, request: ViewRequest) -> Heatmap:
        estimate = self.estimate_of(request)
        # The market was chosen by these: a sum goes by other names than what was asked.
        start_ms = self.start_of(request, estimate.market)
        return draw_heatmap(estimate, replace(request, symbol=None, venue=None, weights=None, start_ms=start_ms))


def _digest(market: MarketHistory, mix: LeverageMix) -> str:
    """Fingerprint of everything but the request that an answer depends on."""
    digest = hashlib.sha256(repr((__version__, MODEL_VERSION, mix)).encode())
    for field in fields(market):
        value = getattr(market, field.name)
        digest.update(value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
    return digest.hexdigest()


def data_age_ms(market: MarketHistory) -> int:
    """Milliseconds since the newest bar closed."""
    return max(now_ms() - market.end_ms, 0)
