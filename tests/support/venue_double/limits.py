"""Request limits as venues publish them: so much weight in a window, then HTTP 429 until it ends."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.support.venue_double.protocol import Query


@dataclass(frozen=True)
class Limit:
    """A window.

    Attributes
    ----------
    paths : str
        Start of the paths that share it.
    most : int
        Weight that fits.
    window_s : float
        Its length.
    weigh : callable
        Weight of a request.
    each_path : bool
        Whether each path has a window of its own.
    body : str
        Body of the refusal.
    """

    paths: str
    most: int
    window_s: float
    weigh: Callable[[str, Query], int] = lambda _path, _query: 1
    each_path: bool = False
    body: str = "{}"


def weigh_binance(path: str, query: Query) -> int:
    """Weight of a request to Binance: by rows."""
    limit = int(query.get("limit", 500))
    if path.endswith(("klines", "Klines")):
        return 1 if limit < 100 else 2 if limit < 500 else 5 if limit <= 1000 else 10
    if path.endswith("depth"):
        return 2 if limit <= 50 else 5 if limit <= 100 else 10 if limit <= 500 else 20
    return 1


def weigh_hyperliquid(path: str, query: Query) -> int:
    """Weight of a request to Hyperliquid: 2 for some, 20 for others."""
    del query
    return 2 if path.endswith(("l2Book", "allMids", "exchangeStatus")) else 20


_BINANCE = '{"code":-1003,"msg":"Too many requests."}'
_BYBIT = '{"retCode":10006,"retMsg":"Too many visits!","result":{}}'
_OKX = '{"code":"50011","msg":"Too Many Requests","data":[]}'
LIMITS = (
    Limit("/futures/data", 1000, 300.0, body=_BINANCE),
    Limit("/fapi", 2400, 60.0, weigh_binance, body=_BINANCE),
    Limit("/dapi", 2400, 60.0, weigh_binance, body=_BINANCE),
    Limit("/v5", 600, 5.0, body=_BYBIT),
    Limit("/api/v5/rubik", 10, 2.0, each_path=True, body=_OKX),
    Limit("/api/v5", 20, 2.0, each_path=True, body=_OKX),
    Limit("/info", 1200, 60.0, weigh_hyperliquid, body="null"),
)


class Limiter:
    """Counts requests in fixed windows."""

    def __init__(self, limits: tuple[Limit, ...] = LIMITS) -> None:
        self._limits = limits
        self._used: dict[str, tuple[float, int]] = {}

    def refuse(self, path: str, query: Query) -> tuple[int, str] | None:
        """Seconds to wait and the body of the refusal; None while there is room."""
        limit = next((limit for limit in self._limits if path.startswith(limit.paths)), None)
        if limit is None:
            return None
        key, now = path if limit.each_path else limit.paths, time.monotonic()
        began, used = self._used.get(key, (now, 0))
        if now - began >= limit.window_s:
            began, used = now, 0
        used += limit.weigh(path, query)
        self._used[key] = (began, used)
        if used <= limit.most:
            return None
        return max(1, round(began + limit.window_s - now + 0.5)), limit.body
