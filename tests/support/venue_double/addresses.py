"""The rewiring that keeps ccxt on this machine."""

from __future__ import annotations

from typing import Any


def point_at(exchange: Any, address: str) -> Any:
    """Rewrite every address of a ccxt exchange, at any depth, to one server; the paths stay.

    All of them, not only those that a test expects to be used: what is not rewritten reaches the venue.
    """

    def rewrite(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: rewrite(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [rewrite(inner) for inner in value]
        if isinstance(value, str) and "://" in value:
            scheme, rest = value.split("://", 1)
            base = address.replace("http://", "ws://") if scheme.startswith("ws") else address
            return base + (f"/{rest.partition('/')[2]}" if "/" in rest else "")
        return value

    exchange.urls = rewrite(exchange.urls)
    return exchange


def make_local_exchange(base_url: str, ccxt_id: str, config: dict[str, Any], *, is_stream: bool) -> Any:
    """Make a ccxt (or ccxt.pro) exchange that can reach nothing but one server, without waits between requests."""
    import ccxt
    import ccxt.pro

    exchange = getattr(ccxt.pro if is_stream else ccxt, ccxt_id)({**config, "enableRateLimit": False, "timeout": 5_000})
    if is_stream:
        # ccxt waits for TLS to end; there is none here.
        exchange.timeout_on_exit = 10
    return point_at(exchange, base_url)
