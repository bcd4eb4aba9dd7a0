"""Table of kinds: what a series on disk may hold. A row for each; adding one touches no control flow."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from liqheat.units import HOUR_MS, MINUTE_MS

_FLOATS = pa.list_(pa.field("element", pa.float64()))
"""Parquet's own name of what a list holds, so that a table reads back with the type that it was written with."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a kind.

    Attributes
    ----------
    name : str
        As on disk.
    type : pyarrow.DataType
        Arrow type.
    unit : str
        What a value counts.
    may_be_missing : bool
        Whether a source may not tell; missing is null on disk, and never replaces a number that is known.
    may_be_infinite : bool
        Whether infinity means something.
    is_time : bool
        Whether it holds UTC epoch milliseconds.
    """

    name: str
    type: pa.DataType
    unit: str
    may_be_missing: bool = False
    may_be_infinite: bool = False
    is_time: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of series.

    Attributes
    ----------
    name, description : str
        Name as in `SeriesKey.kind`; what it is, for people.
    columns : tuple of Column
        In the order on disk.
    key : tuple of str
        Columns whose values tell rows apart; the first is the time.
    has_interval : bool
        Whether a series has a candle length, which is then the exact step of its times.
    step_ms : int or None
        Usual time between rows where there is one; gaps are found by it.
    keeps_first : bool
        What a repeated key does: the first row stays, or the last one replaces it.
    """

    name: str
    description: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    has_interval: bool = False
    step_ms: int | None = None
    keeps_first: bool = False

    @property
    def time(self) -> str:
        """Column of the row's time."""
        return self.key[0]

    @property
    def schema(self) -> pa.Schema:
        """Arrow schema of the columns."""
        return _SCHEMAS[self.name]


def _time(name: str) -> Column:
    return Column(name, pa.int64(), "UTC epoch ms", is_time=True)


def _number(name: str, unit: str, **rules: bool) -> Column:
    return Column(name, pa.float64(), unit, **rules)


_PRICE = "quote currency per coin"
_UNITS = "coins (linear) or USD (inverse)"

_ROWS = (
    Kind(
        "candles",
        "trade candles, closed bars",
        (
            _time("open_time_ms"),
            *(_number(name, _PRICE) for name in ("open", "high", "low", "close")),
            _number("volume", _UNITS),
            _number("taker_buy_volume", _UNITS, may_be_missing=True),
        ),
        key=("open_time_ms",),
        has_interval=True,
    ),
    Kind(
        "mark",
        "extremes of the mark price in each bar",
        (_time("open_time_ms"), _number("low", _PRICE), _number("high", _PRICE)),
        key=("open_time_ms",),
        has_interval=True,
    ),
    Kind(
        "open_interest",
        "open interest, one side",
        (_time("time_ms"), _number("quantity", _UNITS)),
        key=("time_ms",),
        step_ms=5 * MINUTE_MS,
    ),
    Kind(
        "funding",
        "funding rates as charged",
        (_time("time_ms"), _number("rate", "share of notional")),
        key=("time_ms",),
    ),
    Kind(
        "long_short",
        "long part of accounts or positions",
        (_time("time_ms"), Column("measure", pa.string(), "name"), _number("long_share", "0..1")),
        key=("time_ms", "measure"),
        step_ms=5 * MINUTE_MS,
    ),
    Kind(
        "depth",
        "resting orders, best level first",
        (
            _time("time_ms"),
            _time("receive_ms"),
            Column("bid_price", _FLOATS, _PRICE),
            Column("bid_usd", _FLOATS, "USD"),
            Column("ask_price", _FLOATS, _PRICE),
            Column("ask_usd", _FLOATS, "USD"),
        ),
        key=("time_ms",),
    ),
    Kind(
        "liquidations",
        "realised liquidations as published",
        (
            _time("time_ms"),
            _time("receive_ms"),
            Column("is_long", pa.bool_(), "whether a long position was closed"),
            _number("price", _PRICE),
            _number("quantity", _UNITS),
            _number("notional_usd", "USD"),
            _number("mark_price", _PRICE, may_be_missing=True),
            Column("ordinal", pa.int32(), "which of several equal rows, from 0"),
            Column("price_means", pa.string(), "what the price is"),
            Column("capture", pa.string(), "which part of all liquidations the feed shows"),
        ),
        key=("time_ms", "is_long", "price", "quantity", "ordinal"),
        keeps_first=True,
    ),
    Kind(
        "liquidation_totals",
        "sums of liquidations by interval, as data vendors publish them",
        (
            _time("time_ms"),
            Column("interval_ms", pa.int64(), "ms"),
            *(_number(name, "USD", may_be_missing=True) for name in ("long_usd", "short_usd")),
            *(_number(name, "coins", may_be_missing=True) for name in ("long_base", "short_base")),
            Column("venues", pa.string(), "whose liquidations are summed, joined by +"),
        ),
        key=("time_ms", "interval_ms", "venues"),
    ),
    Kind(
        "forecasts",
        "touch forecasts as they were made, by hour, level and horizon",
        (
            _time("time_ms"),
            _time("made_ms"),
            Column("horizon", pa.string(), "time within which the level is reached"),
            Column("is_long", pa.bool_(), "whether longs are liquidated, below the price"),
            *(_number(name, _PRICE) for name in ("reference_price", "near_price", "level_price")),
            *(_number(f"{what}_{end}usd", "USD") for what in ("on_the_way", "inside") for end in ("", "low_", "high_")),
            Column("tracked", pa.bool_(), "whether the scale followed realised liquidations"),
            Column("model_hash", pa.string(), "SHA-256 of the parameters"),
        ),
        key=("time_ms", "horizon", "is_long", "level_price"),
        step_ms=HOUR_MS,
        keeps_first=True,
    ),
    Kind(
        "contract_sizes",
        "what one contract is worth, from a time on",
        (_time("time_ms"), _number("size", "coins (linear) or USD (inverse)")),
        key=("time_ms",),
    ),
    Kind(
        "margin_tiers",
        "margin tiers as fetched",
        (
            _time("fetched_ms"),
            Column("tier", pa.int32(), "from 0"),
            _number("floor", "see unit"),
            _number("cap", "see unit", may_be_infinite=True),
            _number("maintenance_margin_rate", "0..1"),
            _number("maintenance_amount", "settlement currency"),
            _number("max_leverage", "times"),
            Column("unit", pa.string(), "quote, coins or contracts"),
        ),
        key=("fetched_ms", "tier"),
    ),
)
_SCHEMAS = {kind.name: pa.schema([(column.name, column.type) for column in kind.columns]) for kind in _ROWS}
KINDS = {kind.name: kind for kind in _ROWS}
"""Every kind by its name."""
