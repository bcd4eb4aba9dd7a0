"""Each hour's forecasts, kept as they are made: what was promised can be judged by what came."""

from __future__ import annotations

from collections.abc import Callable

from liqheat import store
from liqheat.flow import forecasts_to_keep
from liqheat.records import Estimate, MarketHistory
from liqheat.store import HistoryStore
from liqheat.units import HOUR_MS, now_ms

LATEST_MS = HOUR_MS
"""A forecast that is made later than this after its hour is none: what came has begun."""


class ForecastLog:
    """Writes the touch forecasts of live markets to the store, once an hour for each.

    Parameters
    ----------
    history : HistoryStore
        Where rows go; a row that is there is never replaced.
    find_estimate : callable
        Expected liquidations of a market, as they are served; None where no parameters fit its bars.
    clock_ms : callable
        UTC epoch milliseconds.
    tell : callable, optional
        Told in words what could not be kept.
    """

    def __init__(
        self,
        history: HistoryStore,
        find_estimate: Callable[[MarketHistory], Estimate | None],
        *,
        clock_ms: Callable[[], int] = now_ms,
        tell: Callable[[str], object] | None = None,
    ) -> None:
        self._history = history
        self._find_estimate = find_estimate
        self._clock_ms = clock_ms
        self._tell = tell or (lambda _: None)
        self._last_ms: dict[tuple[str, str], int] = {}

    def on_market(self, market: MarketHistory) -> None:
        """Keep the forecasts of the last full hour, if it is a new one. A market that fails is told of and skipped."""
        place = (market.venue, market.symbol)
        hour_ms = market.end_ms // HOUR_MS * HOUR_MS
        made_ms = self._clock_ms()
        if self._last_ms.get(place, 0) >= hour_ms or made_ms - hour_ms > LATEST_MS or market.interval_ms > HOUR_MS:
            return
        self._last_ms[place] = hour_ms
        try:
            estimate = self._find_estimate(market)
            if estimate is not None:
                store.save_record(self._history, *place, forecasts_to_keep(estimate, hour_ms, made_ms=made_ms))
        except Exception as error:
            # Whatever it is, histories go on: this runs on the thread that joins them.
            self._tell(f"{market.venue}: the forecasts of this hour were not kept: {error}")
