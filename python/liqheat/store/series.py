"""Records in and out of the store: what a venue published, as the arrays that the rest of liqheat reads."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from liqheat.errors import InputError
from liqheat.records import (
    Candles,
    ContractSizes,
    FundingRates,
    KeptForecasts,
    Liquidations,
    LiquidationTotals,
    LongShortMeasure,
    LongShortRatios,
    MarginTiers,
    MarkCandles,
    OpenInterest,
    OrderBookDepth,
    SeriesKey,
)
from liqheat.store.dataset import HistoryStore
from liqheat.store.kinds import KINDS
from liqheat.store.outcomes import UpsertCount

StoredRecord = (
    Candles
    | MarkCandles
    | OpenInterest
    | FundingRates
    | LongShortRatios
    | OrderBookDepth
    | Liquidations
    | LiquidationTotals
    | MarginTiers
    | ContractSizes
    | KeptForecasts
)
_KIND_OF: dict[type, str] = {
    Candles: "candles",
    MarkCandles: "mark",
    OpenInterest: "open_interest",
    FundingRates: "funding",
    LongShortRatios: "long_short",
    OrderBookDepth: "depth",
    Liquidations: "liquidations",
    LiquidationTotals: "liquidation_totals",
    MarginTiers: "margin_tiers",
    ContractSizes: "contract_sizes",
    KeptForecasts: "forecasts",
}


def save_record(store: HistoryStore, venue: str, symbol: str, record: StoredRecord, interval: str = "") -> UpsertCount:
    """Put a record's rows into the store.

    Parameters
    ----------
    store : HistoryStore
        Where to.
    venue, symbol : str
        Venue id (never an alias) and ccxt unified symbol.
    record : StoredRecord
        Candles, mark candles, open interest, funding, long/short ratios, depth, liquidations, their totals, margin
        tiers, contract sizes, or kept forecasts.
    interval : str
        Candle length, for candles and mark candles only.

    Raises
    ------
    InputError
        When the record is of another type, its arrays differ in length, or a value breaks a rule.
    StoreError
        When it could not be written.
    """
    name = _KIND_OF.get(type(record))
    if name is None:
        raise InputError("record", "must be a record that the store keeps", type(record).__name__)
    return store.upsert(SeriesKey(name, venue, symbol, interval), record_table(record))


def record_table(record: StoredRecord) -> pa.Table:
    """A record as rows of its kind."""
    kind = KINDS[_KIND_OF[type(record)]]
    columns: dict[str, Any] = {}
    lone = isinstance(record, OrderBookDepth)
    for column in kind.columns:
        value = np.arange(record.floor.size) if column.name == "tier" else getattr(record, column.name)  # type: ignore[union-attr]  # only tiers have the column
        if value is not None:
            columns[column.name] = [value] if lone else value
    sizes = {np.size(value) for value in columns.values() if np.ndim(value)}
    if not lone and len(sizes) > 1:
        raise InputError(kind.name, "must have arrays of one length", sorted(sizes))
    n_rows = 1 if lone else sizes.pop()
    if isinstance(record, OrderBookDepth):
        for side in ("bid", "ask"):
            if np.size(getattr(record, f"{side}_price")) != np.size(getattr(record, f"{side}_usd")):
                raise InputError(f"depth.{side}_usd", "must be as long as the prices", np.size(record.bid_usd))
    arrays = {}
    for column in kind.columns:
        if column.name in columns:
            value = columns[column.name]
            is_scalar = not lone and np.ndim(value) == 0
            try:
                arrays[column.name] = pa.repeat(pa.scalar(value, column.type), n_rows) if is_scalar else pa.array(value)
            except (pa.ArrowException, ValueError, TypeError) as error:
                raise InputError(f"{kind.name}.{column.name}", f"must hold {column.type}", error) from error
    return pa.table(arrays)


def load_candles_of(
    store: HistoryStore,
    venue: str,
    symbol: str,
    interval: str,
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> Candles | None:
    """Candles that open in ``[start_ms, end_ms)``, in time order; None where nothing is stored."""
    rows = store.load(SeriesKey("candles", venue, symbol, interval), start_ms, end_ms)
    if not rows.num_rows:
        return None
    taker = rows.column("taker_buy_volume")
    prices = {name: _array(rows, name) for name in ("open", "high", "low", "close", "volume")}
    return Candles(
        _array(rows, "open_time_ms"),
        **prices,
        source=_source(venue),
        taker_buy_volume=None if taker.null_count == len(taker) else _array(rows, "taker_buy_volume"),
    )


def load_mark_of(
    store: HistoryStore,
    venue: str,
    symbol: str,
    interval: str,
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> MarkCandles | None:
    """Mark candles that open in ``[start_ms, end_ms)``; None where nothing is stored."""
    rows = store.load(SeriesKey("mark", venue, symbol, interval), start_ms, end_ms)
    names = ("open_time_ms", "low", "high")
    return MarkCandles(**_arrays(rows, names), source=_source(venue)) if rows.num_rows else None


def load_open_interest_of(
    store: HistoryStore, venue: str, symbol: str, start_ms: int | None = None, end_ms: int | None = None
) -> OpenInterest | None:
    """Open interest in ``[start_ms, end_ms)``; None where nothing is stored."""
    rows = store.load(SeriesKey("open_interest", venue, symbol), start_ms, end_ms)
    names = ("time_ms", "quantity")
    return OpenInterest(**_arrays(rows, names), source=_source(venue)) if rows.num_rows else None


def load_funding_of(
    store: HistoryStore, venue: str, symbol: str, start_ms: int | None = None, end_ms: int | None = None
) -> FundingRates | None:
    """Funding rates in ``[start_ms, end_ms)``; None where nothing is stored."""
    rows = store.load(SeriesKey("funding", venue, symbol), start_ms, end_ms)
    names = ("time_ms", "rate")
    return FundingRates(**_arrays(rows, names), source=_source(venue)) if rows.num_rows else None


def load_long_short_of(
    store: HistoryStore,
    venue: str,
    symbol: str,
    measure: LongShortMeasure,
    start_ms: int | None = None,
    end_ms: int | None = None,
) -> LongShortRatios | None:
    """Long shares of one measure in ``[start_ms, end_ms)``; None where nothing is stored."""
    rows = store.load(SeriesKey("long_short", venue, symbol), start_ms, end_ms)
    rows = rows.filter(pc.equal(rows.column("measure"), measure))
    if not rows.num_rows:
        return None
    return LongShortRatios(_array(rows, "time_ms"), _array(rows, "long_share"), measure, source=_source(venue))


def load_depth_of(
    store: HistoryStore, venue: str, symbol: str, start_ms: int | None = None, end_ms: int | None = None
) -> list[OrderBookDepth]:
    """Order books in ``[start_ms, end_ms)``, in time order."""
    rows = store.load(SeriesKey("depth", venue, symbol), start_ms, end_ms)
    sides = [_lists(rows, name) for name in ("bid_price", "bid_usd", "ask_price", "ask_usd")]
    times = zip(_array(rows, "time_ms").tolist(), _array(rows, "receive_ms").tolist(), strict=True)
    return [OrderBookDepth(*stamps, *levels) for stamps, levels in zip(times, zip(*sides, strict=True), strict=True)]


def load_liquidations_of(
    store: HistoryStore, venue: str, symbol: str, start_ms: int | None = None, end_ms: int | None = None
) -> Liquidations | None:
    """Realised liquidations in ``[start_ms, end_ms)``; None where nothing is stored.

    Where rows differ in what the price means or what was captured, the texts are joined by a semicolon.
    """
    rows = store.load(SeriesKey("liquidations", venue, symbol), start_ms, end_ms)
    if not rows.num_rows:
        return None
    names = ("time_ms", "receive_ms", "is_long", "price", "quantity", "notional_usd", "mark_price", "ordinal")
    texts: dict[str, Any] = {
        name: "; ".join(sorted(pc.unique(rows.column(name)).to_pylist())) for name in ("price_means", "capture")
    }
    return Liquidations(**_arrays(rows, names), **texts, source=_source(venue))


def load_forecasts_of(
    store: HistoryStore, venue: str, symbol: str, start_ms: int | None = None, end_ms: int | None = None
) -> KeptForecasts | None:
    """Forecasts that were made in ``[start_ms, end_ms)``; None where none were kept."""
    rows = store.load(SeriesKey("forecasts", venue, symbol), start_ms, end_ms)
    if not rows.num_rows:
        return None
    return KeptForecasts(**_arrays(rows, [column.name for column in KINDS["forecasts"].columns]))


def load_contract_sizes_of(store: HistoryStore, venue: str, symbol: str) -> ContractSizes | None:
    """Every contract size that was seen and accepted, oldest first; None where nothing is stored."""
    rows = store.load(SeriesKey("contract_sizes", venue, symbol))
    return ContractSizes(_array(rows, "time_ms"), _array(rows, "size")) if rows.num_rows else None


def load_margin_tiers_of(store: HistoryStore, venue: str, symbol: str) -> list[MarginTiers]:
    """Every snapshot of margin tiers, oldest first."""
    rows = store.load(SeriesKey("margin_tiers", venue, symbol))
    names = ("floor", "cap", "maintenance_margin_rate", "maintenance_amount", "max_leverage")
    fetched = _array(rows, "fetched_ms")
    snapshots = []
    for moment in np.unique(fetched):
        first, stop = np.searchsorted(fetched, [moment, moment + 1])
        tiers = rows.slice(int(first), int(stop - first))
        unit = tiers.column("unit")[0].as_py()
        snapshots.append(MarginTiers(int(moment), **_arrays(tiers, names), unit=unit, source=_source(venue)))
    return snapshots


def load_newest_margin_tiers_of(store: HistoryStore, venue: str, symbol: str) -> MarginTiers | None:
    """The newest snapshot of margin tiers; None where nothing is stored."""
    span = store.span_ms(SeriesKey("margin_tiers", venue, symbol))
    snapshots = [] if span is None else load_margin_tiers_of(store, venue, symbol)
    return snapshots[-1] if snapshots else None


def _source(venue: str) -> str:
    return f"{venue}, stored"


def _array(rows: pa.Table, name: str) -> Any:
    """A column as numpy; missing numbers are NaN."""
    return rows.column(name).to_numpy()


def _arrays(rows: pa.Table, names: Sequence[str]) -> dict[str, Any]:
    return {name: _array(rows, name) for name in names}


def _lists(rows: pa.Table, name: str) -> list[Any]:
    return [np.array(values, np.float64) for values in rows.column(name).to_pylist()]
