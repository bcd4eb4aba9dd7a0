"""Clusters, setups, markets, briefs and what cannot be seen, over HTTP: Python's figures, on a server that goes on."""

from __future__ import annotations

import numpy as np
import pytest

import liqheat
from liqheat.api import create_app
from liqheat.pipeline import SIMULATOR, load_markets
from liqheat.setups import RULES, ClusterTracker, Session, load_calendar_file
from liqheat.simulator.published import find_simulated
from tests.support.markets import make_market


@pytest.fixture(scope="module")
def market():
    return load_markets(SIMULATOR)[0]


@pytest.fixture(scope="module")
def client(market):
    return create_app([market, make_market(4_000, 7)], liquidations=find_simulated).test_client()


def get(client, path, status=200, **query):
    answer = client.get(f"/api/v1/{path}", query_string=query)
    assert answer.status_code == status, answer.get_data(as_text=True)[:300]
    return answer.get_json()


def test_clusters_are_those_of_python(client, market):
    body = get(client, "clusters")
    tracker = liqheat.track_clusters(liqheat.estimate_book(market))
    assert [one["cluster_id"] for one in body["clusters"]] == [one.cluster_id for one in tracker.alive]
    first = tracker.alive[0]
    shown = body["clusters"][0]
    assert shown["cluster"]["near_edge"] == first.cluster.near_edge
    assert shown["growth_usd_per_hour"] == first.growth_usd_per_hour
    assert shown["remainder"]["capture"] == ["complete"]
    assert get(client, "clusters")["clusters"] == body["clusters"]


def test_bands_and_cohorts_are_other_maps(client):
    every = get(client, "clusters")["clusters"]
    wick = get(client, "clusters", leverage="wick")
    assert wick["clusters"] != every
    assert {band for one in wick["clusters"] for band, usd in one["cluster"]["leverage_usd"] if usd > 0} <= {
        50.0,
        100.0,
    }
    assert get(client, "clusters", leverage="50,100")["clusters"] == wick["clusters"]
    assert get(client, "clusters", cohort="24h")["clusters"] != every


def test_setups_carry_every_rule_and_reason(client, market):
    body = get(client, "setups", style="swing", equity_usd=25_000)
    assert body["setups"]
    for setup in body["setups"]:
        assert [rule["rule_id"] for rule in setup["rules"]] == [rule.rule_id for rule in RULES]
        assert all(rule["sentence"] and rule["threshold"] for rule in setup["rules"])
        assert setup["verdict"] in ("fail", "incomplete")  # there is no order book: nothing can pass
        assert setup["risk_fraction"] is None or setup["risk_fraction"] <= 0.02
        missed = [rule for rule in setup["rules"] if rule["verdict"] != "pass"]
        assert len(setup["reasons"]) == len(missed)
    assert len(body["rule_table"]) == len(RULES)
    assert len(body["contradictions"]) == 11
    assert {series["name"] for series in body["calendar"]["series"]} == {"FOMC", "CPI"}
    assert body["depth"] == {"fresh": False, "n_samples": 0, "age_ms": None}
    python = liqheat.score_setups(liqheat.estimate_book(market), style="swing", equity_usd=25_000, volume_rank=1)
    assert {setup["cluster"]["cluster_id"] for setup in body["setups"]} == {one.cluster.cluster_id for one in python}


def test_size_follows_equity(client):
    small, large = (get(client, "setups", style="swing", equity_usd=equity)["setups"] for equity in (1_000, 10_000))
    pairs = [(one["size_units"], two["size_units"]) for one, two in zip(small, large, strict=True) if one["size_units"]]
    assert pairs
    np.testing.assert_allclose([two / one for one, two in pairs], 10.0)


@pytest.mark.parametrize(
    ("path", "query", "argument"),
    [
        ("setups", {"equity_usd": 0}, "equity_usd"),
        ("setups", {"equity_usd": -5}, "equity_usd"),
        ("setups", {"equity_usd": "nan"}, "equity_usd"),
        ("setups", {"style": "forever"}, "style"),
        ("setups", {"preset": "loose"}, "preset"),
        ("clusters", {"cohort": "2h"}, "cohort"),
        ("clusters", {"leverage": "33"}, "leverage"),
        ("clusters", {"span": "90d"}, "span"),
        ("market", {"sort": "luck"}, "sort"),
        ("market", {"venue": "bybit"}, "venue"),
        ("net", {"band": 0}, "band"),
        ("net", {"side": "long"}, "side"),
        ("heatmap.bin", {"type": "delta", "side": "long"}, "side"),
        ("heatmap.bin", {"type": "omega"}, "type"),
        ("brief", {"since_ms": 4_000_000_000_000}, "since_ms"),
    ],
)
def test_bad_queries_are_problems(client, path, query, argument):
    body = get(client, path, status=400, **query)
    assert body["argument"] == argument
    assert get(client, "market")["rows"]


def test_the_table_of_markets(client):
    body = get(client, "market", sort="distance")
    # Both markets are BTC: one row, of both venues.
    (row,) = body["rows"]
    assert sorted(row["venues"]) == ["binanceusdm", "simulated"]
    assert row["grade"] in "ABCD" and row["grade_reason"]
    sides = {"short": row["above"], "long": row["below"], None: None}
    assert sides[row["nearest_side"]] == min(
        (one for one in (row["above"], row["below"]) if one), key=lambda one: one["distance_pct"], default=None
    )
    day = row["day"]
    assert len(day["closes_24h"]) == 49 and day["closes_24h"][-1] == row["price"]
    assert day["change_24h_pct"] == pytest.approx((row["price"] / day["closes_24h"][0] - 1) * 100)
    assert day["why_unknown"] == ""
    assert body["left_out"] == []


def test_a_brief_names_what_changed(client, market):
    body = get(client, "brief", since_ms=market.end_ms - 3 * 86_400_000, venue="simulated")
    assert body["since_ms"] == market.end_ms - 3 * 86_400_000
    assert body["brief"]["died"] or body["brief"]["born"]
    assert len(body["sessions"]) == 4


def test_the_net_line_is_shorts_less_longs(client):
    body = get(client, "net", interval="1h", venue="simulated")
    np.testing.assert_allclose(
        body["net_usd"], np.array(body["short_above_usd"]) - np.array(body["long_below_usd"]), atol=1.0
    )
    assert min(body["long_below_usd"]) >= 0
    assert len(body["time_ms"]) == len(body["net_usd"]) > 100


def test_what_cannot_be_seen_is_said(client):
    body = get(client, "blind-spots")
    assert [spot["name"] for spot in body["spots"]] == ["Hidden orders", "Cross margin", "OTC and hedges"]
    assert body["coverage"]["share"] is None
    assert [(claim["article_low"], claim["article_high"]) for claim in body["article"]] == [(0.1, 0.25), (0.6, 0.8)]
    assert body["accuracy"] == {name: get(client, "accuracy")[name] for name in ("headline", "verdict", "page")}


def test_realised_liquidations_of_the_simulated_market(client, market):
    body = get(client, "liquidations", start_ms=market.end_ms - 86_400_000, end_ms=market.end_ms)
    assert body["capture"] == {"simulated": "complete"}
    times = [event["time_ms"] for event in body["events"]]
    assert times == sorted(times)
    assert len(times) > 10


def test_a_warm_answer_looks_at_no_bar_again(market, monkeypatch):
    """A cold answer looks back over a week, bar by bar; a warm one has nothing left to look at."""
    looked = []
    update = ClusterTracker.update

    def count(*args, **how):
        looked.append(1)
        return update(*args, **how)

    monkeypatch.setattr(ClusterTracker, "update", count)
    own = create_app([market]).test_client()
    cold = get(own, "setups", style="scalp")
    seen = len(looked)
    assert seen > 100
    warm = get(own, "setups", style="scalp")
    assert len(looked) == seen
    assert warm["setups"] == cold["setups"]


def test_the_users_own_events_and_sessions_count(market, tmp_path):
    path = tmp_path / "own.csv"
    moment = np.datetime64(market.end_ms, "ms").astype("datetime64[s]")
    path.write_text(f"time,name\n{moment}Z,my event\nnonsense,broken\n")
    own = (load_calendar_file(path),)
    sessions = (Session("Dubai", "Asia/Dubai", "10:00", "15:00"),)
    client = create_app([market], calendar=own, sessions=sessions).test_client()
    body = get(client, "setups", style="swing")
    assert body["calendar"]["state"] == "news"
    assert [event["name"] for event in body["calendar"]["events"]] == ["my event"]
    broken = [entry for series in body["calendar"]["series"] for entry in series["broken"]]
    assert len(broken) == 1
    assert {session["name"] for session in get(client, "brief")["sessions"]} == {"Dubai"}
