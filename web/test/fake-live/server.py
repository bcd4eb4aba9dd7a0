"""A server for looking at the page's live mode: the real API on the simulated market, made-up feeds beside it.

    PYTHONPATH=python python web/test/fake-live/server.py --scenario live --port 8499

Scenarios: ``live``; ``backfill`` (no market for the first seconds); ``refused`` (the first venue does not serve this
place); ``stale`` (a venue falls silent); ``many`` (5,000 liquidations); ``static`` (no stream); ``old`` (a server from
before there was a stream); ``flaky`` (the stream breaks off every few seconds). Nothing in the product imports this.
"""

from __future__ import annotations

import argparse
import dataclasses
import importlib.util
import json
import threading
import time
from pathlib import Path

import numpy as np
from flask import Flask, Response, request, send_from_directory
from werkzeug.serving import make_server
from werkzeug.test import Client

import liqheat.api.app
from liqheat import pipeline
from liqheat.api import create_app
from liqheat.records import Liquidations

VENUES = ("binanceusdm", "bybit", "okx", "hyperliquid")
CAPTURE = {
    "binanceusdm": "largest per second",
    "bybit": "complete",
    "okx": "complete, 5 s late",
    "hyperliquid": "complete",
}
MEANS = {
    "binanceusdm": "fill average",
    "bybit": "bankruptcy price",
    "okx": "bankruptcy price",
    "hyperliquid": "fill price",
}
STEP_MS = 300_000
# The sum of venues is not part of this API yet: another venue stands in for it.
SUM = "gate"
HELD_BACK = 400
# Of this checkout, whichever core is imported.
STATIC_FOLDER = Path(__file__).parents[3] / "python" / "liqheat" / "api" / "static"


class FakeLive:
    """The simulated market shifted to now, its last bars revealed one by one."""

    def __init__(self, scenario: str, bar_seconds: float) -> None:
        self.scenario = scenario
        self.bar_seconds = bar_seconds
        self.started = time.time()
        self.has_decisions = importlib.util.find_spec("liqheat.setups.decide") is not None and scenario != "old"
        self.full = pipeline.simulated_markets()[0]
        now_ms = int(time.time() * 1000) // STEP_MS * STEP_MS
        shift = now_ms - int(self.full.open_time_ms[-HELD_BACK])
        self.full = dataclasses.replace(self.full, open_time_ms=self.full.open_time_ms + shift)
        self.shown = self.full.open_time_ms.size - HELD_BACK
        self.random = np.random.default_rng(7)
        self.events = self._past_liquidations(5000 if scenario == "many" else 700)
        self.version = 0
        self.renew()
        if scenario not in ("static", "old"):
            threading.Thread(target=self._advance, daemon=True).start()

    def renew(self) -> None:
        """Make the API anew with the bars shown so far."""
        arrays = {}
        for field in dataclasses.fields(self.full):
            value = getattr(self.full, field.name)
            if isinstance(value, np.ndarray) and value.shape[:1] == self.full.open_time_ms.shape:
                arrays[field.name] = value[: self.shown]
        names = ("simulated",) if self.scenario in ("static", "old") else (*VENUES[1:], SUM, VENUES[0])
        origin = "simulated" if self.scenario in ("static", "old") else "venue"
        if self.scenario == "refused":
            names = names[:-1]
        self.market = dataclasses.replace(self.full, **arrays)
        markets = [dataclasses.replace(self.market, venue=name, origin=origin) for name in names]
        self.api = create_app(markets)
        self.version += 1

    def _advance(self) -> None:
        while self.shown < self.full.open_time_ms.size - 2:
            time.sleep(self.bar_seconds)
            self.shown += 1
            self.renew()

    def _past_liquidations(self, count: int) -> list[dict[str, object]]:
        first = max(self.shown - 2016, 0)
        span = (self.full.high - self.full.low)[first : self.shown] / self.full.close[first : self.shown]
        bars = first + self.random.choice(span.size, count, p=span**3 / (span**3).sum())
        return sorted((self._liquidation(int(bar)) for bar in bars), key=lambda event: event["time_ms"])

    def _liquidation(self, bar: int, time_ms: int | None = None) -> dict[str, object]:
        market, random = self.full, self.random
        is_long = bool(market.close[bar] < market.open[bar]) != bool(random.random() < 0.15)
        edge = market.low[bar] if is_long else market.high[bar]
        price = float(edge + (market.close[bar] - edge) * random.random() ** 2)
        usd = float(np.exp(random.normal(9.6, 1.6)))
        time_ms = time_ms or int(market.open_time_ms[bar]) + int(random.integers(STEP_MS))
        venue = str(random.choice(VENUES))
        return {
            "time_ms": time_ms,
            "receive_ms": time_ms + 120,
            "venue": venue,
            "is_long": is_long,
            "price": round(price, 1),
            "quantity": usd / price,
            "notional_usd": usd,
            "price_means": MEANS[venue],
            "capture": CAPTURE[venue],
        }

    def shown_market(self):
        """The market as far as it is shown."""
        return self.market

    def realised(self) -> dict[str, Liquidations]:
        """The made-up liquidations as records, by venue."""
        found = {}
        for venue in VENUES:
            events = [event for event in self.events if event["venue"] == venue]
            columns = {
                name: np.array([event[name] for event in events])
                for name in ("time_ms", "receive_ms", "is_long", "price", "quantity", "notional_usd")
            }
            found[venue] = Liquidations(
                **columns,
                mark_price=np.full(len(events), np.nan),
                ordinal=np.arange(len(events), dtype=np.int32),
                price_means=MEANS[venue],
                capture=CAPTURE[venue],
                source="made up",
            )
        return found

    def age(self) -> float:
        """Seconds since the start."""
        return time.time() - self.started

    def has_markets(self) -> bool:
        """Whether there is anything to draw yet."""
        return self.scenario != "backfill" or self.age() > 9

    def status(self) -> dict[str, object]:
        """Answer of `/api/v1/status`."""
        now_ms = int(time.time() * 1000)
        venues = []
        for index, name in enumerate(VENUES):
            state, detail, progress = "live", "", None
            if self.scenario == "backfill":
                share = min(self.age() / (12 + 4 * index), 1)
                if share < 1:
                    state, progress = "backfilling", {"done": int(300 * share), "total": 300, "part": "candles"}
            if self.scenario == "refused" and index == 0:
                state, detail = "refused", "HTTP 451"
            if self.scenario == "stale" and index == 2:
                state, detail = "stale", "no message for a minute, reconnecting"
            since = int(self.started * 1000)
            last = since if state == "stale" else None if state in ("refused", "backfilling") else now_ms - 800
            names = ("candles", "mark_price", "open_interest", "liquidations")
            feeds = [
                {"feed": feed, "state": state, "detail": "", "since_ms": since, "last_event_ms": last} for feed in names
            ]
            venues.append(
                {
                    "venue": name,
                    "symbol": self.full.symbol,
                    "state": state,
                    "detail": detail,
                    "since_ms": since,
                    "progress": progress,
                    "feeds": feeds,
                    "capture": CAPTURE[name],
                }
            )
        offers = ["bybit", "okx", "gate"] if self.scenario == "refused" else []
        mode = "static" if self.scenario == "static" else "live"
        coverage = {"share": 0.868, "of": "tracked open interest"} if self.has_markets() else {"share": None, "of": ""}
        return {
            "mode": mode,
            "symbol": self.full.symbol,
            "venues": [] if mode == "static" else venues,
            "offers": offers,
            "coverage": coverage,
        }

    def stream(self, view: dict[str, str]):
        """Yield events as the contract has them."""
        yield _event("status", self.status())
        version, begun, tick = self.version, time.time(), 0
        api = Client(self.api)
        column = None
        if "interval" in view and self.has_markets():
            column = api.get("/api/v1/column", query_string=view).get_json()
        while self.scenario != "flaky" or time.time() - begun < 6:
            tick += 1
            if self.version != version:
                version = self.version
                yield _event("reload", {"reason": "bar"})
            if self.scenario == "backfill" and self.age() < 26:
                yield _event("status", self.status())
                if self.has_markets() and tick % 4 == 0:
                    yield _event("reload", {"reason": "backfill"})
            if column is not None:
                yield from self._live_events(view, column, tick)
            if tick % 20 == 0:
                yield _event("status", self.status())
            time.sleep(0.5)

    def _live_events(self, view: dict[str, str], column: dict[str, list], tick: int):
        step = _interval_ms(view["interval"])
        bar = self.shown
        open_ms = int(self.full.open_time_ms[bar]) // step * step
        share = min(1.0, (tick % 40) / 40)
        first = int(np.searchsorted(self.full.open_time_ms, open_ms))
        low, high = self.full.low[first : bar + 1].min(), self.full.high[first : bar + 1].max()
        close = (
            self.full.open[bar]
            + share * (self.full.close[bar] - self.full.open[bar])
            + self.random.normal(0, (high - low) / 9)
        )
        close = float(np.clip(close, low, high))
        candle = {
            "time_ms": open_ms,
            "open": float(self.full.open[first]),
            "high": float(high),
            "low": float(low),
            "close": close,
            "volume": 10.0,
            "is_closed": False,
        }
        yield _event("candle", candle)
        edges = np.array(column["price_edges"])
        usd = np.array(column["long_usd"]) + np.array(column["short_usd"])
        usd[(edges[1:] > low) & (edges[:-1] < high)] = 0
        usd *= self.random.uniform(0.97, 1.03, usd.size)
        rows = np.flatnonzero(usd)
        yield _event(
            "column",
            {
                "start_ms": open_ms,
                "end_ms": open_ms + step,
                "price_low": float(edges[0]),
                "price_high": float(edges[-1]),
                "values_usd": {"rows": rows.tolist(), "usd": usd[rows].round(2).tolist()},
            },
        )
        if self.random.random() < 0.4:
            events = [self._liquidation(bar, int(time.time() * 1000)) for _ in range(int(self.random.integers(1, 4)))]
            self.events += events
            yield _event("liquidations", {"events": events})


def _event(name: str, payload: dict[str, object]) -> str:
    return f"event: {name}\ndata: {json.dumps(payload)}\n\n"


def _interval_ms(interval: str) -> int:
    return int(interval[:-1]) * {"m": 60_000, "h": 3_600_000, "d": 86_400_000}[interval[-1]]


def make_fake(fake: FakeLive):
    """Compose the made-up routes with the real ones."""
    extra = Flask("fake-live")

    @extra.get("/api/v1/symbols")
    def symbols():
        answer = Client(fake.api).get("/api/v1/symbols").get_json()
        if fake.scenario == "old":
            return answer
        for market in answer["markets"]:
            if market["venue"] == SUM:
                market["venue"] = "all"
                market["venues"] = list(VENUES)
        if not fake.has_markets():
            answer = {"markets": [], "default": None, "model_version": answer["model_version"]}
        return {**answer, "mode": fake.status()["mode"], "currencies": {"USD": 1, "AED": 3.6725, "EUR": 0.86}}

    @extra.get("/api/v1/status")
    def status():
        return fake.status()

    @extra.get("/api/v1/liquidations")
    def liquidations():
        start, end = (int(request.args.get(name, 0)) for name in ("start_ms", "end_ms"))
        venue = request.args.get("venue", "all")
        found = [
            event for event in fake.events if event["time_ms"] >= start and (venue == "all" or event["venue"] == venue)
        ]
        del end
        return {
            "events": found,
            "capture": CAPTURE if venue == "all" else {venue: CAPTURE.get(venue, "")},
            "truncated": False,
        }

    @extra.get("/api/v1/stream")
    def stream():
        view = {name: value for name, value in request.args.items() if name != "weights"}
        view["venue"] = SUM if view.get("venue") == "all" else view.get("venue", VENUES[0])
        return Response(fake.stream(view), content_type="text/event-stream", headers={"Cache-Control": "no-store"})

    made_up = {"/api/v1/symbols", "/api/v1/status", "/api/v1/liquidations", "/api/v1/stream"}
    if fake.has_decisions:
        from decisions import add_decision_routes

        made_up |= add_decision_routes(extra, fake)
        made_up.add("/market")

    @extra.get("/market")
    def market_page():
        return send_from_directory(STATIC_FOLDER, "market.html")

    def application(environ, start_response):
        if "type=delta" in environ["QUERY_STRING"] and environ["PATH_INFO"] == "/api/v1/heatmap.bin":
            environ = {**environ, "PATH_INFO": "/api/v1/heatmap-delta.bin"}
        is_made_up = environ["PATH_INFO"] in made_up and (
            fake.scenario != "old" or environ["PATH_INFO"].endswith("symbols")
        )
        if not is_made_up:
            # The parameter is the live server's.
            kept = [part for part in environ["QUERY_STRING"].split("&") if not part.startswith("weights=")]
            environ = {**environ, "QUERY_STRING": "&".join(kept).replace("venue=all", f"venue={SUM}")}
        return (extra if is_made_up else fake.api)(environ, start_response)

    return application


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--scenario", default="live")
    parser.add_argument("--port", type=int, default=8499)
    parser.add_argument("--bar-seconds", type=float, default=30)
    arguments = parser.parse_args()
    liqheat.api.app.STATIC_FOLDER = STATIC_FOLDER
    fake = FakeLive(arguments.scenario, arguments.bar_seconds)
    server = make_server("127.0.0.1", arguments.port, make_fake(fake), threaded=True)
    print(f"fake live server, {arguments.scenario}: http://127.0.0.1:{arguments.port}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
