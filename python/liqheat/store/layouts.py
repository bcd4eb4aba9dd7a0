"""Layouts of tables that are recognised: a row for each, first match wins. Adding one touches no control flow."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Layout:
    """Names that one kind of table uses.

    Attributes
    ----------
    name : str
        For people.
    columns : dict
        Our name to theirs. All must be present.
    more : dict
        Columns that are taken where they are present.
    """

    name: str
    columns: dict[str, str]
    more: dict[str, str] = field(default_factory=dict)


def _ohlc(time: str, **more: str) -> dict[str, str]:
    return {"time": time, "open": "open", "high": "high", "low": "low", "close": "close", **more}


_TAKER = {"taker_buy_volume": "taker_buy_volume"}
CANDLE_LAYOUTS = (
    Layout("liqheat", _ohlc("open_time_ms", volume="volume"), _TAKER),
    Layout("Binance data portal klines", _ohlc("open_time", volume="volume"), _TAKER),
    Layout("ts (UTC) and OHLCV", _ohlc("ts", volume="volume")),
    Layout("ccxt OHLCV", _ohlc("timestamp", volume="volume")),
    Layout("time and OHLCV", _ohlc("time", volume="volume")),
    Layout("date and OHLCV", _ohlc("date", volume="volume")),
)
MARK_LAYOUTS = (
    Layout("liqheat", {"time": "open_time_ms", "low": "low", "high": "high"}),
    Layout("Binance data portal mark klines", {"time": "open_time", "low": "low", "high": "high"}),
    Layout("ts (UTC) and OHLC", {"time": "ts", "low": "low", "high": "high"}),
    Layout("ccxt mark OHLCV", {"time": "timestamp", "low": "low", "high": "high"}),
    Layout("time and OHLC", {"time": "time", "low": "low", "high": "high"}),
    Layout("date and OHLC", {"time": "date", "low": "low", "high": "high"}),
)
OPEN_INTEREST_LAYOUTS = (
    Layout("liqheat", {"time": "time_ms", "quantity": "quantity"}),
    Layout("ts (UTC) and oi_base", {"time": "ts", "quantity": "oi_base"}),
    Layout("Binance data portal metrics", {"time": "create_time", "quantity": "sum_open_interest"}),
    Layout("ccxt open interest history", {"time": "timestamp", "quantity": "openInterestAmount"}),
    Layout("timestamp and open_interest", {"time": "timestamp", "quantity": "open_interest"}),
)
CCXT_OHLCV_COLUMNS = ("timestamp", "open", "high", "low", "close", "volume")
"""What ``fetch_ohlcv`` returns as plain rows."""
