"""Clusters, setups, markets and what belongs to them, computed by the real core for the fake server.

Shapes are those of the HTTP contract. Order books are made up; everything else is what the core says of the fake's
market. Nothing in the product imports this.
"""

from __future__ import annotations

import dataclasses
import json
import struct
import time

import numpy as np
from flask import Flask, request

import liqheat
from liqheat.setups import decide as decisions
from liqheat.records import OrderBookDepth
from liqheat.setups import (
    RULES,
    calendar_state,
    load_shipped_calendar,
    market_table,
    remaining_clusters,
    session_brief,
    session_opens,
    to_plain,
)

HOUR_MS = 3_600_000
CONTRADICTIONS = (
    "Entry. “Limit order 0.3-0.5 % ahead” of longs below the price would be a sell limit below the market, which fills "
    "at once. It is a stop order here.",
    "Stop. “On the opposite side of the cluster from your entry” would be the profit side. The article's example puts "
    "it above the nearest short cluster; so do we.",
    "Reward. That example wins 0.80 to 0.96 for each 1 at risk and must win 53-58 % of the time after costs.",
    "Discount. “Underestimates by 10-25 %” and “60-80 % of the estimate is realised” have opposite signs. Until it is "
    "measured, only the discount is applied: it is the safe one.",
    "Distance. “Actionable within 1-4 h” at 2 %: a driftless price gets there within 4 h with 2 to 12 %.",
    "“60 % trigger, 40 % reverse” is what a random walk does at half a standard deviation. No rule uses it.",
)
BLIND_SPOTS = (
    ("hidden orders", "Stops and orders that are not in any book can stop a cascade, or start one."),
    ("cross margin", "A position backed by a whole account is liquidated elsewhere than its own price says."),
    ("OTC", "Trades outside the venues move no open interest that we can see."),
)


class Decisions:
    """Answers from the book of one market, kept until the market changes."""

    def __init__(self, fake) -> None:
        self.fake = fake
        self.kept: dict[tuple, object] = {}
        self.version = -1

    def _keep(self, key, make):
        if self.version != self.fake.version:
            self.kept.clear()
            self.version = self.fake.version
        if key not in self.kept:
            self.kept[key] = make()
        return self.kept[key]

    def estimate(self):
        """The book of the market as far as it is shown."""
        return self._keep(("estimate",), lambda: liqheat.estimate_book(self.fake.shown_market()))

    def tracker(self, cohort: str, leverage: tuple[float, ...] | None = None):
        """Clusters of the last week."""
        return self._keep(
            ("tracker", cohort, leverage),
            lambda: decisions.track_clusters(self.estimate(), cohort=cohort, leverage=leverage),
        )

    def depth_samples(self, price: float, now_ms: int) -> list[OrderBookDepth] | None:
        """A made-up book: 200 levels a side, thin, with two walls."""
        if self.fake.scenario in ("static", "old"):
            return None
        random = np.random.default_rng(now_ms // 5000)
        samples = []
        for index in range(13):
            sides = []
            for sign in (-1, 1):
                level = price * (1 + sign * np.arange(1, 401) * 1e-4)
                usd = random.lognormal(10.6, 0.7, 400)
                usd[[120, 260]] *= (60, 35) if sign < 0 else (40, 25)
                sides += [level, usd]
            at = now_ms - 5000 * (12 - index)
            samples.append(OrderBookDepth(at, at, *sides))
        return samples

    def now_ms(self) -> int:
        """End of the data."""
        market = self.fake.shown_market()
        return int(market.open_time_ms[-1]) + market.interval_ms

    def setups(self, style: str, equity_usd: float, preset: str):
        """Every cluster near the price, judged."""
        cohort = decisions.STYLE_COHORTS[style]
        price = float(self.fake.shown_market().close[-1])
        return decisions.score_setups(
            self.estimate(),
            style=style,
            equity_usd=equity_usd,
            preset=preset,
            tracker=self.tracker(cohort),
            depth=self.depth_samples(price, self.now_ms()),
            volume_rank=1,
        )


def add_decision_routes(extra: Flask, fake) -> set[str]:
    """Put the routes of the contract on an application; returns their paths."""
    core = Decisions(fake)

    def leverages() -> tuple[float, ...] | None:
        text = request.args.get("leverage")
        return tuple(float(one) for one in text.split(",")) if text else None

    @extra.get("/api/v1/clusters")
    def clusters():
        tracker = core.tracker(request.args.get("cohort", "none"), leverages())
        left = {one.cluster_id: one for one in remaining_clusters((*tracker.alive, *tracker.dead), fake.realised())}
        plain = [{**to_plain(one), "remainder": to_plain(left[one.cluster_id])} for one in tracker.alive]
        dead = [{**to_plain(one), "remainder": to_plain(left[one.cluster_id])} for one in tracker.dead[-20:]]
        return {
            "symbol": fake.full.symbol,
            "venue": request.args.get("venue"),
            "time_ms": tracker.time_ms,
            "price": tracker.curves.price,
            "cohort": request.args.get("cohort", "none"),
            "leverages": list(leverages() or []),
            "calibration": "uncalibrated",
            "clusters": plain,
            "dead": dead,
            "model_version": liqheat.__version__,
            "notes": [],
        }

    @extra.get("/api/v1/setups")
    def setups():
        style, preset = request.args.get("style", "day"), request.args.get("preset", "article")
        found = core.setups(style, float(request.args.get("equity_usd", 10_000)), preset)
        samples = core.depth_samples(1.0, core.now_ms())
        state = calendar_state(load_shipped_calendar(), core.now_ms())
        return {
            "symbol": fake.full.symbol,
            "venue": request.args.get("venue"),
            "style": style,
            "preset": preset,
            "equity_usd": float(request.args.get("equity_usd", 10_000)),
            "time_ms": core.now_ms(),
            "price": float(fake.shown_market().close[-1]),
            "setups": [{**to_plain(one), "depth_check": None} for one in found],
            "calendar": {
                **to_plain(state),
                "series": [
                    {
                        "name": one.name,
                        "source": one.source,
                        "valid_until_ms": one.valid_until_ms,
                        "broken": to_plain(one.broken),
                    }
                    for one in load_shipped_calendar()
                ],
            },
            "depth": {
                "fresh": samples is not None,
                "n_samples": len(samples or ()),
                "age_ms": 1200 if samples else None,
            },
            "rule_table": [
                {
                    "id": rule.rule_id,
                    "name": rule.name,
                    "values": [
                        {
                            "key": value.key,
                            "value": getattr(value, preset),
                            "unit": value.unit,
                            "source": rule.source,
                            "least": value.lowest,
                            "most": value.highest,
                        }
                        for value in rule.values
                    ],
                }
                for rule in RULES
            ],
            "contradictions": [{"rule_ids": [], "text": text} for text in CONTRADICTIONS],
        }

    @extra.get("/api/v1/market")
    def market():
        style, sort = request.args.get("style", "day"), request.args.get("sort", "asymmetry")
        now = decisions.read_market_now(core.estimate(), tracker=core.tracker("none"), volume_rank=1)
        others = []
        for index, name in enumerate(("ETH", "SOL", "XRP", "DOGE", "PEPE", "SUI")):
            tilt = 1.7 ** (index - 2)
            curves = now.curves
            others.append(
                dataclasses.replace(
                    now, symbol=f"{name}/USDT:USDT", price=curves.price * (1 + 0.004 * index), volume_rank=3 * index + 2
                )
            )
            del tilt
        rows = market_table([now, *others], style=style, sort=sort)
        return {"rows": to_plain(rows), "style": style, "sort": sort}

    @extra.get("/api/v1/brief")
    def brief():
        since = int(request.args.get("since_ms", core.now_ms() - 8 * HOUR_MS))
        before = decisions.track_clusters(core.estimate(), as_of_ms=since)
        then = before.alive
        after = decisions.track_clusters(core.estimate(), tracker=before)
        found = session_brief(then, (*after.alive, *after.dead), now_ms=core.now_ms(), session="London")
        opens = session_opens(core.now_ms() - 72 * HOUR_MS, core.now_ms() + 24 * HOUR_MS)
        past = [one for one in opens if one.open_ms <= core.now_ms()][-1:]
        coming = [one for one in opens if one.open_ms > core.now_ms()]
        return {"brief": to_plain(found), "sessions": to_plain([*past, *coming])}

    def view():
        return {
            name: value
            for name, value in request.args.items()
            if name not in ("type", "band", "symbol", "venue", "weights")
        }

    def build_view():
        given = view()
        arguments: dict[str, object] = {
            "interval": given.get("interval"),
            "cohort": given.get("cohort", "none"),
            "start_ms": int(given["start_ms"]),
            "end_ms": int(given["end_ms"]),
            "price_axis": given.get("price_axis", "log"),
        }
        if leverages():
            arguments["leverage"] = leverages()
        if given.get("buckets"):
            arguments["buckets"] = int(given["buckets"])
        return liqheat.draw_heatmap(core.estimate(), **arguments)

    @extra.get("/api/v1/net")
    def net():
        drawn = build_view()
        line = liqheat.net_line(core.estimate(), drawn.view, band=float(request.args.get("band", 0.05)))
        return to_plain(line)

    @extra.get("/api/v1/heatmap-delta.bin")
    def delta():
        drawn = build_view()
        planes = [
            dataclasses.replace(drawn, view=dataclasses.replace(drawn.view, side=side)).values_usd
            for side in ("short", "long")
        ]
        maximum = float(max(plane.max(initial=0) for plane in planes))
        encoded = liqheat.encode_heatmap(drawn)
        length = struct.unpack("<I", encoded[4:8])[0]
        header = json.loads(encoded[8 : 8 + length])
        header |= {"planes": ["short", "long"], "max": maximum}
        text = json.dumps(header).encode()
        levels = [liqheat.heatmap.quantise_log(plane, maximum)[0].tobytes() for plane in planes]
        body = b"LQH1" + struct.pack("<I", len(text)) + text + b"".join(levels)
        return body, 200, {"Content-Type": "application/vnd.liqheat.lqh1", "ETag": f'"{hash(body)}"'}

    @extra.get("/api/v1/depth")
    def depth():
        price = float(fake.shown_market().close[-1])
        samples = core.depth_samples(price, int(time.time() * 1000))
        if samples is None:
            problem = {
                "title": "No data",
                "detail": "There is no order book in this data.",
                "status": 404,
                "code": "no_data",
            }
            return problem, 404, {"Content-Type": "application/problem+json"}
        book = samples[-1]
        walls = [
            {"price": float(price_at), "resting_usd": float(usd), "multiple_of_median": float(usd / np.median(all_usd))}
            for prices, all_usd in ((book.bid_price, book.bid_usd), (book.ask_price, book.ask_usd))
            for price_at, usd in zip(prices, all_usd, strict=True)
            if usd > 20 * np.median(all_usd)
        ]
        return {
            "time_ms": book.time_ms,
            "age_ms": 1200,
            "price": price,
            "bids": np.column_stack([book.bid_price, book.bid_usd]).tolist(),
            "asks": np.column_stack([book.ask_price, book.ask_usd]).tolist(),
            "walls": walls,
            "n_samples": len(samples),
        }

    @extra.get("/api/v1/blind-spots")
    def blind_spots():
        live = fake.scenario not in ("static", "old")
        shares = [("binanceusdm", 0.46), ("bybit", 0.27), ("okx", 0.2), ("hyperliquid", 0.07)]
        return {
            "spots": [{"name": name, "text": text} for name, text in BLIND_SPOTS],
            "coverage": {"share": 0.868 if live else None, "of": "tracked open interest"},
            "venues": [{"venue": venue, "share": share} for venue, share in shares] if live else [],
            "article": [
                {
                    "claim": "The map underestimates what is liquidated by",
                    "article_low": 0.10,
                    "article_high": 0.25,
                    "measured": None,
                    "note": "Opposite in sign to the next claim; only the discount is applied.",
                },
                {
                    "claim": "Of an estimated cluster, realised is",
                    "article_low": 0.60,
                    "article_high": 0.80,
                    "measured": {"value": 0.71, "low": 0.55, "high": 0.9, "days": 34} if live else None,
                    "note": "",
                },
            ],
        }

    names = ("clusters", "setups", "market", "brief", "net", "heatmap-delta.bin", "depth", "blind-spots")
    return {f"/api/v1/{name}" for name in names}
