"""The accuracy page and its JSON over HTTP."""

from __future__ import annotations

import pytest

from liqheat.api import create_app
from liqheat.api.problems import Problem
from liqheat.evaluation.report import style_source
from liqheat.evaluation.report_parts import ReportParts
from tests.unit.evaluation import report_samples as samples

PAGES = ("/accuracy", "/accuracy/article")
PATHS = (*PAGES, *(f"/api/v1{path}" for path in PAGES))


@pytest.fixture(scope="module")
def client(simulated):
    parts = ReportParts.from_json(samples.everything())
    return create_app([simulated], accuracy=lambda: parts).test_client()


@pytest.fixture(scope="module")
def bare(simulated):
    return create_app([simulated], accuracy=ReportParts).test_client()


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


def test_new_scores_are_a_new_page(simulated):
    parts = [ReportParts(score=samples.make_score(0.02)), ReportParts(score=samples.make_score(0.03))]
    client = create_app([simulated], accuracy=lambda: parts[0]).test_client()
    first = client.get("/accuracy").headers["ETag"]
    parts.pop(0)
    second = client.get("/accuracy", headers={"If-None-Match": first})
    assert second.status_code == 200
    assert "+0.030" in second.get_data(as_text=True)


def test_the_claims_beside_the_chart_have_what_was_published(simulated):
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
    client = create_app([simulated], accuracy=lambda: parts).test_client()
    under, realised = client.get("/api/v1/blind-spots").get_json()["article"]
    assert under["measured"] == {"value": -0.125, "low": -0.145, "high": -0.105, "days": samples.DAYS}
    assert realised["measured"]["value"] == pytest.approx(0.31)
    assert "does not hold" in realised["note"]


def test_claims_that_were_not_published_stay_unmeasured(bare, client):
    for one in (bare, client):
        claims = one.get("/api/v1/blind-spots").get_json()["article"]
        assert all(claim["measured"] is None and claim["note"] for claim in claims)
