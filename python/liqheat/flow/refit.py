"""Parameters of the flow map that follow the market: refitted once a day on what was stored, frozen before the day.

The day's parameters are fitted at 00:00 UTC on the 20 days before it, and on nothing of the day itself. A day whose
fit cannot be trusted keeps the last good set, and says so; until there are 14 days the shipped parameters stay.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from liqheat.errors import FileFormatError, InputError, LiqheatError
from liqheat.flow.background import HEADLINE
from liqheat.flow.fit import SHORTEST_TRAIN_MS
from liqheat.flow.gain import information_gain
from liqheat.flow.labels import LabelledMarket, label_events
from liqheat.flow.parameters import FLOW_FORM, CalibratedModel, load_model, write_model
from liqheat.flow.train import FLOW, build_trial, fit_model, fit_touches, forecast
from liqheat.records import LiquidationLabels, Liquidations, MarketHistory
from liqheat.units import DAY_MS, HOUR_MS, MINUTE_MS, now_ms

TRAIN_MS = 20 * DAY_MS
LATEST_MS = 30 * MINUTE_MS
"""How long after midnight the day's last bar is waited for; then it is fitted without."""
AGAIN_MS = 10 * MINUTE_MS
"""A fit that could not be made is tried again this much later, on the same days."""
EVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class DayModel:
    """Parameters of one market for one day.

    Attributes
    ----------
    day_ms : int
        Start of the day, UTC milliseconds.
    model : CalibratedModel or None
        None where the shipped parameters stay.
    reason : str
        Why they are not of this day; empty where they are.
    """

    day_ms: int
    model: CalibratedModel | None
    reason: str


def fit_day(
    market: MarketHistory, labels: LiquidationLabels | None, day_ms: int, last_good: CalibratedModel | None = None
) -> DayModel:
    """Fit one market's parameters for a day, on the 20 days before it alone.

    Parameters
    ----------
    market : MarketHistory
        Its history; bars that close after `day_ms` are not read.
    labels : LiquidationLabels or None
        Realised liquidations by hour; None where no stream of the market is complete.
    day_ms : int
        Start of the day, UTC milliseconds.
    last_good : CalibratedModel, optional
        What stays when this fit cannot be trusted; the shipped parameters without.
    """
    kept = "shipped parameters stay" if last_good is None else f"parameters up to {_date(last_good.fitted.end_ms)} stay"
    if labels is None:
        return DayModel(day_ms, last_good, f"{kept}: no stream of liquidations is stored whose share of all is known")
    inside = (labels.start_ms >= day_ms - TRAIN_MS) & (labels.start_ms + labels.interval_ms <= day_ms)
    told = LiquidationLabels(labels.interval_ms, labels.start_ms[inside], labels.usd[inside], labels.sources)
    known = int(np.all(np.isfinite(told.usd), axis=1).sum()) * told.interval_ms
    if known < SHORTEST_TRAIN_MS:
        least = SHORTEST_TRAIN_MS // DAY_MS
        reason = f"{kept}: {known / DAY_MS:.1f} days of liquidations are stored, at least {least} are needed"
        return DayModel(day_ms, last_good, reason)
    try:
        model, gain = _fit(market.until(day_ms), told, day_ms)
    except LiqheatError as error:
        return DayModel(day_ms, last_good, f"{kept}: {error}")
    if not gain > 0.0:
        reason = f"{kept}: the refit of {_date(day_ms)} gains nothing on its own days ({gain:+.4f} nats)"
        return DayModel(day_ms, last_good, reason)
    return DayModel(day_ms, model, "")


class DailyRefit:
    """Keeps the parameters of live markets up to date, on a thread of its own.

    Parameters
    ----------
    markets : callable
        The markets, as they are now.
    find_liquidations : callable
        Finds stored liquidations: takes venue, symbol, start_ms and end_ms.
    folder : Path, optional
        Where the parameters of each day are kept, so that a server that starts again has its last good set.
    clock_ms : callable
        UTC epoch milliseconds.
    tell : callable, optional
        Told in words of each market's new state.
    """

    def __init__(
        self,
        markets: Callable[[], Sequence[MarketHistory]],
        find_liquidations: Callable[[str, str, int, int], list[Liquidations]],
        *,
        folder: Path | None = None,
        clock_ms: Callable[[], int] = now_ms,
        tell: Callable[[str], object] | None = None,
    ) -> None:
        self._markets = markets
        self._find_liquidations = find_liquidations
        self._folder = folder
        self._clock_ms = clock_ms
        self._tell = tell or (lambda _: None)
        self._days: dict[tuple[str, str], DayModel] = {}
        self._tried_ms: dict[tuple[str, str], int] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="refit", daemon=True)

    def start(self) -> None:
        """Begin; the first parameters are fitted at once."""
        self._thread.start()

    def stop(self) -> None:
        """End; a fit that is under way is finished first."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join()

    def find_model(self, market: MarketHistory) -> tuple[CalibratedModel | None, str]:
        """Parameters of a market (None for the shipped ones), and why they are not of the day."""
        day = self._days.get((market.venue, market.symbol))
        return (None, "") if day is None else (day.model, day.reason)

    def tick(self) -> None:
        """Fit what is due: every market once a day, when its last bar before midnight is there."""
        time_ms = self._clock_ms()
        day_ms = time_ms // DAY_MS * DAY_MS
        for market in self._markets():
            place = (market.venue, market.symbol)
            before = self._days.get(place)
            is_due = before is None or before.day_ms < day_ms
            # What was missing may have come: a backfill goes on for a while after the start.
            is_due |= before is not None and bool(before.reason) and time_ms >= self._tried_ms[place] + AGAIN_MS
            if not is_due or (market.end_ms < day_ms and time_ms < day_ms + LATEST_MS):
                continue
            last_good = self._load(market) if before is None else before.model
            try:
                events = self._find_liquidations(*place, day_ms - TRAIN_MS - HOUR_MS, day_ms)
                reference = self._find_elsewhere(market, day_ms)
                labels = label_events(events, day_ms, start_ms=day_ms - TRAIN_MS, reference=reference)
                day = fit_day(market, labels, day_ms, last_good)
            except Exception as error:
                # The map goes on with what it has, whatever the store or a fit does.
                day = DayModel(day_ms, last_good, f"the refit of {_date(day_ms)} failed: {error}"[:300])
            self._days[place], self._tried_ms[place] = day, time_ms
            if day.model is not None and not day.reason:
                self._write(market, day.model)
            if before is None or before.reason != day.reason or before.day_ms < day_ms:
                self._tell(f"{market.venue}: {day.reason or 'flow parameters fitted up to ' + _date(day_ms)}")

    def _find_elsewhere(self, market: MarketHistory, day_ms: int) -> list[Liquidations]:
        """What the other venues of the same contract stored: a complete stream tells what a thinned one leaves out."""
        venues = {one.venue for one in self._markets() if one.symbol == market.symbol} - {market.venue}
        return [
            batch
            for venue in sorted(venues)
            for batch in self._find_liquidations(venue, market.symbol, day_ms - TRAIN_MS - HOUR_MS, day_ms)
        ]

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.tick()
            self._stopped.wait(EVERY_S)

    def _days_of(self, market: MarketHistory) -> Path | None:
        """Where the parameters of each day are kept: a forecast that was written then can be made again."""
        if self._folder is None:
            return None
        name = "".join(letter if letter.isalnum() else "-" for letter in f"{market.venue}-{market.symbol}")
        return self._folder / f"{name}-{market.interval_ms // MINUTE_MS}m"

    def _load(self, market: MarketHistory) -> CalibratedModel | None:
        days = self._days_of(market)
        if days is None:
            return None
        for path in sorted(days.glob("????-??-??.json"), reverse=True):
            try:
                return load_model(path)
            except (FileFormatError, InputError) as error:
                self._tell(f"{market.venue}: kept flow parameters are not used: {error}")
        return None

    def _write(self, market: MarketHistory, model: CalibratedModel) -> None:
        days = self._days_of(market)
        if days is None:
            return
        try:
            days.mkdir(parents=True, exist_ok=True)
            path = days / f"{_date(model.fitted.end_ms)}.json"
            fresh = path.with_suffix(".new.json")
            write_model(model, fresh)
            fresh.replace(path)
        except (OSError, LiqheatError) as error:
            self._tell(f"{market.venue}: flow parameters could not be kept: {error}")


def _fit(market: MarketHistory, labels: LiquidationLabels, day_ms: int) -> tuple[CalibratedModel, float]:
    trial = build_trial(LabelledMarket(market, market.candles, labels, None, ()), FLOW_FORM)
    start_ms = day_ms - TRAIN_MS
    base = market.base.lower()
    name = f"{base}-{market.venue}-{_date(start_ms)}-{_date(day_ms)}"
    model = fit_model(trial, name, FLOW_FORM, start_ms, day_ms, only=(FLOW, HEADLINE))
    model = fit_touches(trial, model)
    rows = trial.rows(start_ms, day_ms)
    expected, baseline = (forecast(trial, one, model.weights[one])[rows] for one in (FLOW, HEADLINE))
    return model, information_gain(trial.start_ms[rows], trial.usd[rows], expected, baseline).value


def _date(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d")
