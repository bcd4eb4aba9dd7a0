"""The accuracy page and its JSON over HTTP."""

from __future__ import annotations

import dataclasses

import pytest

from liqheat.api import create_app
from liqheat.api.problems import Problem
from liqheat.api.published import FOLDER
from liqheat.api.published import load_published as load_packaged
from liqheat.errors import InputError
from liqheat_lab.page.parts import ReportParts, load_published
from liqheat_lab.page.publish import publish, render_published
from liqheat_lab.page.report import style_source
from tests.support import report_samples as samples

PAGES = ("/accuracy", "/accuracy/article")
PATHS = (*PAGES, *(f"/api/v1{path}" for path in PAGES))


@pytest.fixture(scope="module")
def serve(simulated, tmp_path_factory):
    """A server of what the laboratory published of some documents."""

    def start(parts):
        folder = tmp_path_factory.mktemp("published")
        publish(parts, folder)
        return create_app([simulated], accuracy=folder).test_client()

    return start


@pytest.fixture(scope="module")
def client(serve):
    return serve(ReportParts.from_json(samples.everything()))


@pytest.fixture(scope="module")
def bare(serve):
    return serve(ReportParts())


@pytest.mark.parametrize("path", PAGES)
def test_pages_run_nothing_and_load_nothing(client, path):
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (200, "text/html; charset=utf-8")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and f"style-src {style_source()}" in policy
    assert "unsafe" not in policy and "script-src" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert 'href="/"' in answer.get_data(as_text=True)
    again = client.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_the_page_and_the_json_say_the_same(client):
    body = client.get("/api/v1/accuracy").get_json()
    assert body["score"] == samples.make_score()
    assert body["verdict"] == "shown"
    assert body["model_version"] == "9"
    assert body["headline"] in client.get("/accuracy").get_data(as_text=True)
    article = client.get("/api/v1/accuracy/article").get_json()
    assert article["is_measured"] and article["claims"] == samples.make_article()["claims"]
    assert "Half of all invented clusters" in client.get("/accuracy/article").get_data(as_text=True)


def test_what_is_not_published_is_said(bare):
    body = bare.get("/api/v1/accuracy").get_json()
    assert body["verdict"] == "not measured" and body["score"] is None
    assert "No score is published" in bare.get("/accuracy").get_data(as_text=True)
    assert bare.get("/api/v1/accuracy/article").get_json()["claims"] == []
    assert bare.get("/accuracy/article").status_code == 200


@pytest.mark.parametrize("path", PATHS)
def test_unknown_parameters_and_methods_are_problems(client, path):
    answer = client.get(f"{path}?colour=red")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert Problem.model_validate(answer.get_json()).argument == "colour"
    assert client.post(path).status_code == 405


def test_new_scores_are_a_new_page(serve):
    first = serve(ReportParts(score=samples.make_score(0.02))).get("/accuracy").headers["ETag"]
    client = serve(ReportParts(score=samples.make_score(0.03)))
    second = client.get("/accuracy", headers={"If-None-Match": first})
    assert second.status_code == 200
    assert "+0.030" in second.get_data(as_text=True)


def test_the_claims_beside_the_chart_have_what_was_published(serve):
    def claim(name, figure, value):
        measured = [{"name": f"{map_}: {figure}", **samples.estimate(value + more, 2.0), "unit": "%"}
                    for map_, more in (("held map", 900.0), ("flow map", 0.0))]  # fmt: skip
        measured.append({"name": f"flow map: {figure}", "value": 3.0, "low": 2.0, "high": 4.0, "unit": "times"})
        return {
            "id": name,
            "claim": "x",
            "where": "",
            "measured": measured,
            "n": 5,
            "verdict": "does not hold",
            "how": "",
        }

    claims = [claim("realised", "median firing", 31.0), claim("underestimated", "estimate falls short", -12.5)]
    parts = ReportParts(article={**samples.make_article(), "claims": claims})
    under, realised = serve(parts).get("/api/v1/blind-spots").get_json()["article"]
    assert under["measured"] == {"value": -0.125, "low": -0.145, "high": -0.105, "days": samples.DAYS}
    assert realised["measured"]["value"] == pytest.approx(0.31)
    assert "does not hold" in realised["note"]


def test_claims_that_were_not_published_stay_unmeasured(bare, client):
    for one in (bare, client):
        claims = one.get("/api/v1/blind-spots").get_json()["article"]
        assert all(claim["measured"] is None and claim["note"] for claim in claims)


def test_a_published_gain_speaks_of_its_own_coin(tmp_path):
    score = samples.make_score(0.02)
    publish(ReportParts(score=score), tmp_path)
    found = load_packaged(tmp_path)
    base = score["symbol"].split("/")[0]
    assert found.gain(f"{base}/USDC:USDC") == (found.gain(score["symbol"]))
    low, high = found.gain(score["symbol"])
    assert low < 0.02 < high
    assert found.gain("DOGE/USDT:USDT") is None


def test_what_came_true_of_forecasts_speaks_of_its_own_coin_and_horizon(tmp_path):
    publish(ReportParts(score=samples.make_score(0.02)), tmp_path)
    found = load_packaged(tmp_path)
    assert found.realised_over_forecast("BTC/USDT:USDT", "abc", "24h") is None
    ratio = {"value": 1.04, "low": 0.94, "high": 1.16}
    horizons = {"4h": None, "24h": {"realised_over_forecast": ratio}, "72h": {"touches": 0}}
    touch = {"symbol": "BTC/USDT:USDT", "model": {"hash": "abc"}, "horizons": horizons}
    told = dataclasses.replace(found, accuracy={**found.accuracy, "touch": touch})
    assert told.realised_over_forecast("BTC/USDC:USDC", "abc", "24h") == (1.04, 0.94, 1.16)
    assert told.realised_over_forecast("ETH/USDT:USDT", "abc", "24h") is None
    # Parameters of another fit, or of other bars, were not measured.
    assert told.realised_over_forecast("BTC/USDT:USDT", "other", "24h") is None
    assert [told.realised_over_forecast("BTC/USDT:USDT", "abc", horizon) for horizon in ("4h", "72h", "1h")] == [
        None
    ] * 3


def test_a_copy_without_packaged_figures_says_so(simulated, tmp_path, monkeypatch):
    with pytest.raises(InputError, match="accuracy: must be a folder"):
        create_app([simulated], accuracy=tmp_path)
    monkeypatch.setattr("liqheat.api.service.load_published", lambda: load_packaged(tmp_path))
    client = create_app([simulated]).test_client()
    body = client.get("/api/v1/accuracy").get_json()
    assert body["verdict"] == "not measured" and "No figures are packaged" in body["headline"]
    assert "No figures are packaged" in client.get("/accuracy").get_data(as_text=True)
    assert client.get("/api/v1/blind-spots").get_json()["article"] == []


def test_a_damaged_package_is_a_problem(simulated, tmp_path):
    publish(ReportParts(), tmp_path)
    (tmp_path / "accuracy.json").write_text("{}")
    answer = create_app([simulated], accuracy=tmp_path).test_client().get("/accuracy")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")


def test_what_is_packaged_is_made_of_the_published_scores():
    rendered = render_published(load_published())
    packaged = {name: (FOLDER / name).read_text("utf-8") for name in rendered}
    assert packaged == rendered
