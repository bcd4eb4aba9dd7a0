"""Every route and every failure: typed answers, problem JSON, caches, headers; the server goes on."""

from __future__ import annotations

import dataclasses
import gzip
import json
import time

import numpy as np
import pytest
from pydantic import ValidationError

import liqheat
from liqheat import decode_heatmap, draw_heatmap, estimate_book
from liqheat.api import create_app, schemas
from liqheat.api.openapi import build_openapi
from liqheat.api.problems import Problem
from liqheat.api.routes import ROUTES
from liqheat.heatmap import dequantise_log, quantise_log
from tests.support.markets import make_market

GZIP = {"Accept-Encoding": "gzip"}


@pytest.fixture(scope="module")
def client(simulated):
    return create_app([simulated, make_market(300, 4)]).test_client()


LIVE_ONLY = {"/api/v1/depth"}


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if not isinstance(route.answer, str) and route.path not in LIVE_ONLY],
    ids=lambda route: route.path,
)
def test_answers_are_what_the_schema_says(client, route):
    answer = client.get(route.path, query_string={"near_edge": 50_000} if "order-flow" in route.path else {})
    assert answer.status_code == 200
    assert answer.content_type == "application/json"
    route.answer.model_validate(answer.get_json())
    with pytest.raises(ValidationError):
        route.answer.model_validate({})


def test_the_first_market_is_the_default(client, simulated):
    body = client.get("/api/v1/symbols").get_json()
    assert body["default"] == {"symbol": simulated.symbol, "venue": "simulated"}
    assert [market["venue"] for market in body["markets"]] == ["simulated", "binanceusdm", "all"]
    assert body["markets"][2]["venues"] == ["simulated", "binanceusdm"]
    assert body["markets"][0]["leverages"] == [5, 10, 25, 50, 100]


def test_bytes_are_the_heatmap(client, simulated):
    start_ms = simulated.end_ms - 86_400_000
    answer = client.get(f"/api/v1/heatmap.bin?start_ms={start_ms}&side=long&leverage=25,50", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    header, planes = decode_heatmap(gzip.decompress(answer.data))
    heatmap = draw_heatmap(estimate_book(simulated), start_ms=start_ms, side="long", leverage=[25, 50])
    levels, maximum = quantise_log(heatmap.values_usd)
    np.testing.assert_array_equal(planes[0], levels)
    assert header["max"] == maximum
    assert header["leverage"] == [25, 50]
    assert header["origin"] == "simulated" and header["calibration"] == "uncalibrated"
    assert int(answer.headers["Liqheat-Data-Age-Ms"]) > 0
    plain = client.get(f"/api/v1/heatmap.bin?start_ms={start_ms}&side=long&leverage=25,50")
    assert "Content-Encoding" not in plain.headers
    assert plain.data == gzip.decompress(answer.data)


def test_unchanged_is_304_and_changed_is_not(client):
    first = client.get("/api/v1/heatmap.bin", headers=GZIP)
    again = client.get("/api/v1/heatmap.bin", headers={**GZIP, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert again.headers["ETag"] == first.headers["ETag"]
    other = client.get("/api/v1/heatmap.bin?side=short", headers={**GZIP, "If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200


def test_the_column_is_the_grid_and_the_profile_is_the_last_column(client):
    header, planes = decode_heatmap(client.get("/api/v1/heatmap.bin").data)
    index = header["T"] // 2
    time_ms = header["t0_ms"] + index * header["step_ms"]
    column = client.get(f"/api/v1/column?t_ms={time_ms}").get_json()
    assert (column["start_ms"], column["end_ms"]) == (time_ms, time_ms + header["step_ms"])
    total = np.array(column["long_usd"]) + np.array(column["short_usd"])
    np.testing.assert_allclose(
        dequantise_log(planes[0][:, index], header["max"]), total, rtol=0.019, atol=header["max"] * 1.1e-4
    )
    np.testing.assert_allclose(np.sum(column["long_by_leverage_usd"], axis=0), column["long_usd"], rtol=1e-9)
    profile = client.get("/api/v1/profile").get_json()
    last = client.get("/api/v1/column").get_json()
    assert profile["long_by_leverage_usd"] == last["long_by_leverage_usd"]
    assert profile["as_of_ms"] == last["end_ms"]


def test_json_is_coinglass_shaped_and_capped(client):
    body = client.get("/api/v1/heatmap.json?buckets=60&interval=1h").get_json()
    assert body["code"] == "0"
    x, y, usd = body["data"]["liquidation_leverage_data"][0]
    assert usd > 0
    assert y < len(body["data"]["y_axis"])
    assert x < len(body["data"]["price_candlesticks"])
    problem = client.get("/api/v1/heatmap.json?price_axis=linear&bucket_width=12&interval=5m")
    assert problem.status_code == 400
    assert problem.get_json()["argument"] == "buckets, interval"


VIEW_PATHS = ("/api/v1/heatmap.bin", "/api/v1/heatmap.json", "/api/v1/column", "/api/v1/profile")
BAD_VIEWS = [
    ("side=up", 400, "side"),
    ("leverage=33", 400, "leverage"),
    ("leverage=x", 400, "leverage"),
    ("leverage=", 400, "leverage"),
    ("cohort=2h", 400, "cohort"),
    ("interval=7m", 400, "interval"),
    ("interval=0m", 400, "interval"),
    ("quantity=heat", 400, "quantity"),
    ("quantity=all", 400, "quantity"),
    ("price_axis=cubic", 400, "price_axis"),
    ("buckets=0", 400, "buckets"),
    ("buckets=1e9", 400, "buckets"),
    ("bucket_width=abc", 400, "bucket_width"),
    ("bucket_width=nan", 400, "bucket_width"),
    ("bucket_width=1e-300&price_axis=linear", 400, "bucket_width"),
    ("bucket_width=0.00001&price_axis=linear", 400, "bucket_width"),
    ("start_ms=abc", 400, "start_ms"),
    ("start_ms=-5", 400, "start_ms"),
    ("start_ms=99999999999999999999", 400, "start_ms"),
    ("start_ms=10&end_ms=5", 400, "start_ms"),
    ("start_ms=10&end_ms=20", 404, "start_ms, end_ms"),
    ("as_of_ms=20", 404, "start_ms, end_ms"),
    ("symbol=DOGE/USDT:USDT", 404, "symbol"),
    ("venue=nowhere", 404, "venue"),
    ("colour=red", 400, "colour"),
    ("side=long&side=short", 400, "side"),
    ("x=" + "y" * 3000, 400, "query"),
]


@pytest.mark.parametrize("path", VIEW_PATHS)
@pytest.mark.parametrize(("query", "status", "argument"), BAD_VIEWS, ids=lambda value: str(value)[:30])
def test_bad_queries_are_problems_and_the_server_goes_on(client, path, query, status, argument):
    answer = client.get(f"{path}?{query}")
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    problem = Problem.model_validate(answer.get_json())
    assert (problem.status, problem.argument) == (status, argument)
    assert problem.rule
    assert client.get("/health").status_code == 200


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_every_route_refuses_unknown_parameters_and_methods(client, route):
    assert client.get(route.path, query_string={"nonsense": "1"}).get_json()["argument"] == "nonsense"
    answer = client.post(route.path, json={})
    assert (answer.status_code, answer.content_type) == (405, "application/problem+json")
    assert "GET" in answer.headers["Allow"]


def test_unknown_paths_are_problems(client):
    for path in ("/api/v1/nothing", "/static/../app.py", "/static/%2e%2e/app.py", "/nothing"):
        answer = client.get(path)
        assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_an_unexpected_failure_is_a_problem_without_its_cause(client, monkeypatch):
    def fail(*_):
        raise RuntimeError("a secret of the inside")

    monkeypatch.setattr(liqheat.MarketHistory, "join_candles", fail)
    answer = client.get("/api/v1/candles")
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert "secret" not in answer.get_data(as_text=True)
    monkeypatch.undo()
    assert client.get("/api/v1/candles").status_code == 200


def test_security_headers_and_hosts(client):
    for path in ("/", "/health", "/api/v1/heatmap.bin", "/nothing"):
        with client.get(path) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
    assert client.get("/health", headers={"Host": "evil.example"}).status_code == 400
    assert client.get("/health", headers={"Host": "127.0.0.1:8420"}).status_code == 200


def test_a_public_address_accepts_its_names(simulated):
    app = create_app([simulated], host="0.0.0.0")  # noqa: S104
    assert app.test_client().get("/health", headers={"Host": "charts.example"}).status_code == 200


def test_openapi_covers_every_route_and_its_parameters(client):
    document = client.get("/openapi.json").get_json()
    assert document == json.loads(json.dumps(build_openapi()))
    assert set(document["paths"]) == {route.path for route in ROUTES}
    names = [parameter["name"] for parameter in document["paths"]["/api/v1/heatmap.bin"]["get"]["parameters"]]
    public = (
        "symbol venue interval start_ms end_ms cohort side leverage quantity horizon price_axis price_range "
        "bucket_width buckets as_of_ms weights type"
    )
    assert set(names) == set(public.split())
    text = json.dumps(document)
    for reference in {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}:
        assert reference in document["components"]["schemas"]


def test_candles_are_resampled(client, simulated):
    body = client.get("/api/v1/candles?interval=1h&start_ms=0").get_json()
    assert len(client.get("/api/v1/candles").get_json()["time_ms"]) == 7 * 288
    assert len(body["time_ms"]) == simulated.n_bars // 12
    assert body["high"][0] == simulated.high[:12].max()
    assert body["volume"][3] == pytest.approx(simulated.volume[36:48].sum())
    assert body["close"][-1] == simulated.close[-1]


def test_the_etag_is_of_the_data_and_of_the_mix(simulated, tmp_path):
    def tag(market, mix="classic"):
        return (
            create_app([market], leverage_mix=mix).test_client().get("/api/v1/heatmap.bin?buckets=50").headers["ETag"]
        )

    corrected = dataclasses.replace(simulated, open_interest=simulated.open_interest * 1.5)
    path = tmp_path / "mix.json"
    path.write_text('{"leverages": [10, 20], "shares": [0.5, 0.5]}')
    first = tag(simulated, str(path))
    path.write_text('{"leverages": [10, 20], "shares": [0.4, 0.6]}')
    assert len({tag(simulated), tag(corrected), first, tag(simulated, str(path))}) == 4
    assert tag(simulated) == tag(simulated)


def test_a_bad_query_is_a_problem_even_for_a_client_that_has_everything(client):
    answer = client.get("/api/v1/heatmap.bin?cohort=banana", headers={"If-None-Match": "*"})
    assert answer.status_code == 400
    tag = client.get("/api/v1/heatmap.bin").headers["ETag"]
    for spelling in (tag, tag.removeprefix("W/"), f'"other", {tag}'):
        assert client.get("/api/v1/heatmap.bin", headers={"If-None-Match": spelling}).status_code == 304


@pytest.mark.parametrize(
    ("host", "status"),
    [("127.0.0.1:8420", 200), ("LOCALHOST", 200), ("[::1]:8420", 200), ("127.0.0.2", 200), ("evil.example", 400),
     ("127.0.0.1.evil.example", 400), ("10.0.0.1", 400)],
)  # fmt: skip
def test_only_names_of_this_machine_are_answered_on_loopback(client, host, status):
    assert client.get("/health", headers={"Host": host}).status_code == status


def test_kept_answers_say_their_age_in_a_header(client, monkeypatch):
    paths = [f"/api/v1/heatmap.{kind}?buckets=20&interval=4h" for kind in ("json", "bin")]
    ages = [int(client.get(path).headers["Liqheat-Data-Age-Ms"]) for path in paths]
    later = time.time_ns() + 60 * 1_000_000_000
    monkeypatch.setattr(time, "time_ns", lambda: later)
    for path, before in zip(paths, ages, strict=True):
        answer = client.get(path)
        assert int(answer.headers["Liqheat-Data-Age-Ms"]) - before > 50_000
        again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.get_data()) == (304, b"")


def test_the_json_has_the_published_shape_and_the_maps_figures(client, simulated):
    text = client.get("/api/v1/heatmap.json?buckets=60&interval=1h").get_data(as_text=True)
    body = schemas.HeatmapJson.model_validate_json(text, strict=True)
    heat = liqheat.draw_heatmap(
        liqheat.estimate_book(simulated), buckets=60, interval="1h", start_ms=simulated.end_ms - 7 * 86_400_000
    )
    cells = {(column, row): usd for column, row, usd in body.data.liquidation_leverage_data}
    rows, columns = np.nonzero(heat.values_usd)
    assert set(cells) == set(zip(columns.tolist(), rows.tolist(), strict=True))
    for (column, row), usd in cells.items():
        assert usd == pytest.approx(float(heat.values_usd[row, column]), rel=1e-6, abs=0.0051)
