"""Expected forced flow over HTTP: Python's figures, beside which parameters they come from."""

from __future__ import annotations

import numpy as np
import pytest

import liqheat
from liqheat import decode_heatmap
from liqheat.api import create_app
from liqheat.flow.labels import label_events
from liqheat.flow.parameters import load_model
from liqheat.heatmap import quantise_log
from liqheat.pipeline import SIMULATOR, load_markets
from liqheat.simulator.published import find_simulated


@pytest.fixture(scope="module")
def market():
    return load_markets(SIMULATOR)[0]


@pytest.fixture(scope="module")
def client(market):
    return create_app([market], liquidations=find_simulated).test_client()


@pytest.fixture(scope="module")
def flow(market):
    events = find_simulated(market.venue, market.symbol, 0, market.end_ms)
    return liqheat.estimate_flow(market, realised=label_events(events, market.end_ms))


def get(client, path, **query):
    answer = client.get(f"/api/v1/{path}", query_string={"quantity": "flow", **query})
    assert answer.status_code == 200, answer.get_data(as_text=True)[:300]
    return answer


def test_bytes_are_the_flow_of_python(client, market, flow):
    start_ms = market.end_ms - 3 * 86_400_000
    header, planes = decode_heatmap(get(client, "heatmap.bin", start_ms=start_ms).data)
    heat = liqheat.draw_heatmap(flow, quantity="flow", start_ms=start_ms)
    levels, maximum = quantise_log(heat.values_usd)
    np.testing.assert_array_equal(planes[0], levels)
    assert header["max"] == maximum
    assert (header["quantity"], header["measure"]) == ("flow", "forced_flow_usd")
    assert header["model"] == heat.metadata()["model"]
    model = header["model"]
    assert model["hash"] == load_model().hash and model["transferred"] and model["tracked"]
    assert 0 < model["placed_share"] < 1 and model["scale"] > 0


def test_columns_and_profiles_carry_band_and_support(client, flow):
    for path in ("column", "profile"):
        body = get(client, path, buckets=200).get_json()
        long, short = (np.array(body[f"{side}_by_leverage_usd"]).sum(axis=0) for side in ("long", "short"))
        low, high, support = (np.array(body[name]) for name in ("low_usd", "high_usd", "support"))
        assert np.all(low <= long + short + 1e-9) and np.all(long + short <= high + 1e-9)
        assert np.all((support >= 0) & (support <= 1)) and support.max() > 0.5
        assert body["model"]["hash"] == flow.calibration.model.hash
    held = client.get("/api/v1/profile?buckets=200").get_json()
    assert "support" not in held and "model" not in held and held["quantity"] == "held"


def test_a_column_says_what_is_usual_at_each_distance(client):
    body, profile = (get(client, path, buckets=200).get_json() for path in ("column", "profile"))
    usual, edges = np.array(body["usual_usd"]), np.array(body["price_edges"])
    price = body["reference_price"]
    # Book and usual of the buckets between two levels are what is on the way from one to the other.
    book = np.array(body["long_usd"])
    inside = (edges[1:] < price) & (edges[:-1] > price * 0.93)
    on_the_way = np.cumsum((book + usual)[inside][::-1])[::-1]
    cumulative = np.array(profile["cumulative_long_usd"])
    beyond = cumulative[np.flatnonzero(inside)[-1] + 1]
    np.testing.assert_allclose(on_the_way, cumulative[inside] - beyond, rtol=1e-9)
    assert usual.min() >= 0 and usual.sum() > 0
    assert "usual_usd" not in client.get("/api/v1/column?buckets=200").get_json()
    assert sum(get(client, "column", buckets=200, leverage="50").get_json()["usual_usd"]) == 0


def test_curves_have_the_band_of_the_touch_forecast(client, flow):
    body = get(client, "profile", buckets=300).get_json()
    edges, price = np.array(body["price_edges"]), body["reference_price"]
    low, high = (np.array(body[f"on_the_way_{end}_usd"], dtype=float) for end in ("low", "high"))
    curve = np.array(body["cumulative_long_usd"])
    below = (edges[:-1] < price) & np.isfinite(low)
    assert below.sum() > 20 and np.isnan(low[0])
    found = liqheat.touch_forecast(flow, edges[:-1][below])
    np.testing.assert_allclose(np.stack([low, high], axis=1)[below], found.on_the_way_band_80, rtol=1e-9)
    assert np.all(low[below] < curve[below]) and np.all(high[below][:-5] > curve[below][:-5])
    for query in ({"leverage": "50"}, {"cohort": "24h"}):
        assert "on_the_way_low_usd" not in get(client, "profile", buckets=300, **query).get_json()
    assert "on_the_way_low_usd" not in client.get("/api/v1/profile?buckets=300").get_json()


def test_held_and_flow_do_not_share_an_answer(client):
    held = client.get("/api/v1/heatmap.bin?buckets=100")
    flow = get(client, "heatmap.bin", buckets=100)
    assert held.headers["ETag"] != flow.headers["ETag"] and held.data != flow.data
    symbols = client.get("/api/v1/symbols").get_json()["markets"][0]
    assert symbols["leverages"] != symbols["flow_leverages"] and 100 in symbols["flow_leverages"]
    assert get(client, "heatmap.json", leverage="wick", buckets=50).get_json()["liqheat"]["leverage"] == [50, 100]


def test_clusters_and_setups_are_judged_by_the_flow(client, flow):
    body = get(client, "clusters").get_json()
    assert body["quantity"] == "flow" and body["model"]["hash"] == flow.calibration.model.hash and body["clusters"]
    for one in body["clusters"]:
        cluster = one["cluster"]
        assert cluster["held_notional_usd"] is None and cluster["forced_flow_usd"] == cluster["mass_usd"] > 0
        assert 0 <= cluster["support"] <= 1 and cluster["flow_share"] == 1
    assert client.get("/api/v1/clusters").get_json()["clusters"][0]["cluster"]["quantity"] == "held"
    setups = get(client, "setups", style="swing").get_json()
    assert setups["calibration"].startswith("transferred")
    for setup in setups["setups"]:
        by_id = {rule["rule_id"]: rule for rule in setup["rules"]}
        ends = by_id["R1"]["inputs"]
        assert ends["asymmetry_low"] <= ends["asymmetry_high"]
        assert "uncalibrated" not in by_id["R10"]["sentence"]
        assert by_id["R16"]["verdict"] in ("pass", "fail")
        touch = setup["touch_forecast"]
        assert touch["horizon"] == setups["horizon"] == "72h"
        inside = touch["inside_usd"] or setup["cluster"]["cluster"]["forced_flow_usd"]
        assert by_id["R2"]["inputs"]["estimate_usd"] == inside


def test_the_table_of_markets_says_the_dollars_of_the_setups(client):
    told = 0
    for style, horizon in (("scalp", "4h"), ("day", "24h"), ("swing", "72h")):
        answer = client.get("/api/v1/market", query_string={"style": style}).get_json()
        (row,) = answer["rows"]
        assert answer["left_out"] == []
        setups = get(client, "setups", style=style).get_json()["setups"]
        for nearest in (row["above"], row["below"]):
            if nearest is None:
                continue
            touch = nearest["touch_forecast"]
            assert touch["horizon"] == horizon and nearest["held_notional_usd"] is None
            assert touch["chance"] == pytest.approx(nearest["touch_probability"])
            (same,) = [one for one in setups if one["cluster"]["cluster_id"] == nearest["cluster_id"]]
            assert same["touch_forecast"] == touch
            told += 1
    assert told
