"""What the program answers, saved and compared: maps as bytes, every route's JSON, swept notional.

A move of code must change none of it. ``python -m tests.support.answers save FOLDER`` writes every answer of the
simulated market, and of the real set where the shared folder is there; ``… compare BEFORE AFTER`` compares two folders.
`tests/integration/test_saved_answers.py` holds both sets against the hashes that `… digest FILE` wrote.
"""

from __future__ import annotations

import dataclasses
import gzip
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

import liqheat
from liqheat.api import create_app
from liqheat.simulator.published import find_simulated

ROOT = Path(__file__).resolve().parents[2]
REAL_SET = "binance_bybit_2025-11_2026-03"
OF_NOW = {"data_age_ms", "data_age_s", "age_ms", "version", "account_changed_ms"}
"""Fields that say when the answer was made, or by which program."""
DIGITS = 9
"""Digits of a number in JSON that are compared."""

VIEWS = (
    "",
    "quantity=flow",
    "quantity=flow&side=long&interval=1h",
    "quantity=flow&price_axis=linear&bucket_width=100",
    "quantity=flow&leverage=25,50",
    "interval=15m&cohort=24h",
    "interval=1h&cohort=3d",
    "interval=4h&cohort=7d&side=short",
    "side=long",
    "side=short&price_axis=linear",
    "leverage=25,50",
    "leverage=wick",
    "leverage=follow-through&interval=30m",
    "bucket_width=10bp",
    "price_axis=linear&bucket_width=50",
    "price_axis=linear&bucket_width=200AED",
    "buckets=300&interval=1h",
    "type=delta",
    "type=delta&interval=1h&buckets=200",
    "type=delta&quantity=flow",
)
SUM_VIEWS = ("", "quantity=flow", "type=delta&interval=1h", "weights=equal&interval=1h", "weights=volume&cohort=3d")
ROUTES = (
    "symbols",
    "candles",
    "candles?interval=1h",
    "heatmap.json?buckets=60&interval=4h",
    "column",
    "column?quantity=flow&buckets=200",
    "profile?buckets=300",
    "profile?quantity=flow&buckets=300",
    "clusters",
    "clusters?cohort=7d&leverage=wick",
    "clusters?quantity=flow&span=24h",
    "setups",
    "setups?style=swing&preset=strict",
    "setups?style=scalp&quantity=flow",
    "market",
    "brief?since_ms=1768800000000",
    "net?buckets=100",
    "blind-spots",
    "liquidations",
    "status",
    "accuracy",
    "accuracy/article",
)


def _stripped(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _stripped(part) for name, part in value.items() if name not in OF_NOW}
    if isinstance(value, float):
        # A product of matrices differs in its last digits from one processor to the next.
        return float(f"{value:.{DIGITS}g}")
    return [_stripped(part) for part in value] if isinstance(value, list) else value


def _ask(client: Any, path: str) -> bytes:
    answer = client.get(path, headers={"Accept-Encoding": "gzip"})
    data: bytes = answer.data
    data = gzip.decompress(data) if answer.headers.get("Content-Encoding") == "gzip" else data
    if answer.is_json:
        data = json.dumps(_stripped(json.loads(data)), sort_keys=True, indent=0).encode()
    return f"{answer.status_code}\n".encode() + data


def _arrays(market: liqheat.MarketHistory) -> Iterator[tuple[str, bytes]]:
    for mix in ("classic", "uniform"):
        yield f"swept {mix}", liqheat.estimate_book(market, leverage_mix=mix).swept_usd.tobytes()
    flow = liqheat.estimate_flow(market)
    yield "swept flow", b"".join(layer.book.swept_usd.tobytes() for layer in flow.layers)
    for name in ("scale", "placed_usd", "expected_usd", "ensemble", "support", "weights"):
        yield f"flow {name}", getattr(flow.calibration, name).tobytes()


def _hash_of_history(market: liqheat.MarketHistory) -> bytes:
    parts = {field.name: getattr(market, field.name) for field in dataclasses.fields(market)}
    return b"\n".join(
        f"{name} ".encode() + (value.tobytes() if isinstance(value, np.ndarray) else repr(value).encode())
        for name, value in sorted(parts.items())
    )


def answers_of(markets: list[liqheat.MarketHistory], **settings: Any) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each answer about some markets, the first two of which are asked about most."""
    client = create_app(markets, **settings).test_client()
    for market in markets:
        yield f"{market.venue} {market.symbol} history", _hash_of_history(market)
    for market in markets[:2]:
        for name, data in _arrays(market):
            yield f"{market.venue} {market.symbol} {name}", data
        where = f"symbol={market.symbol}&venue={market.venue}"
        # A quarter before the end: what was known then, not what came later.
        asked = int(market.open_time_ms[market.n_bars * 3 // 4])
        for view in VIEWS:
            for as_of in ("", f"&as_of_ms={asked}"):
                path = f"/api/v1/heatmap.bin?{where}&{view}{as_of}".replace("&&", "&")
                yield path, _ask(client, path)
    for route in ROUTES:
        yield route, _ask(client, f"/api/v1/{route}")
    for page in ("/accuracy", "/accuracy/article"):
        yield page, _ask(client, page)
    for view in SUM_VIEWS:
        path = f"/api/v1/heatmap.bin?symbol={markets[0].symbol}&venue=all&{view}"
        yield path, _ask(client, path)
    yield "clusters of all", _ask(client, f"/api/v1/clusters?symbol={markets[0].symbol}&venue=all")
    yield "setups of all", _ask(client, f"/api/v1/setups?symbol={markets[0].symbol}&venue=all&quantity=flow")


def simulated_answers() -> Iterator[tuple[str, bytes]]:
    """Answers of the embedded market, and of it beside itself under another name."""
    market = liqheat.simulate_market(days=20).history
    prices = ("open", "high", "low", "close", "mark_low", "mark_high")
    dearer = {name: getattr(market, name) * 1.0003 for name in prices}
    other = dataclasses.replace(market, venue="hyperliquid", symbol="BTC/USDC:USDC", **dearer)
    yield from answers_of([market, other], liquidations=find_simulated)


def real_answers(shared: Path) -> Iterator[tuple[str, bytes]]:
    """Answers of the real set."""
    yield from answers_of(liqheat.load_markets(shared / "data" / REAL_SET))


def digests(answers: Iterator[tuple[str, bytes]]) -> dict[str, str]:
    """Hash of each answer."""
    return {name: hashlib.sha256(data).hexdigest()[:24] for name, data in answers}


def _sets() -> dict[str, Iterator[tuple[str, bytes]]]:
    shared = Path(os.environ.get("LIQHEAT_SHARED", ROOT.parent / "shared"))
    sets = {"simulated": simulated_answers()}
    if (shared / "data").is_dir():
        sets["real"] = real_answers(shared)
    return sets


def _save(folder: Path) -> None:
    for name, answers in _sets().items():
        (folder / name).mkdir(parents=True, exist_ok=True)
        index = {}
        for number, (asked, data) in enumerate(answers):
            (folder / name / f"{number}.bin").write_bytes(data)
            index[asked] = number
        (folder / name / "index.json").write_text(json.dumps(index, indent=1))


def _compare(before: Path, after: Path) -> int:
    differing = 0
    for index in sorted(before.glob("*/index.json")):
        ours = json.loads((after / index.relative_to(before)).read_text())
        for asked, number in json.loads(index.read_text()).items():
            old = (index.parent / f"{number}.bin").read_bytes()
            new = (after / index.parent.name / f"{ours[asked]}.bin").read_bytes() if asked in ours else None
            if old != new:
                differing += 1
                print(f"{index.parent.name}: {asked}: {'not answered' if new is None else 'differs'}")
    print(f"{differing} answers differ")
    return int(differing > 0)


if __name__ == "__main__":
    if sys.argv[1] == "save":
        _save(Path(sys.argv[2]))
    elif sys.argv[1] == "digest":
        found = {name: digests(answers) for name, answers in _sets().items()}
        Path(sys.argv[2]).write_text(json.dumps(found, indent=1) + "\n")
    else:
        sys.exit(_compare(Path(sys.argv[2]), Path(sys.argv[3])))
