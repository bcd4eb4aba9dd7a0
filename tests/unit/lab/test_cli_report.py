"""`liqheat accuracy report`."""

from __future__ import annotations

import json

import pytest
import typer
from typer.testing import CliRunner

from liqheat.errors import FileFormatError, InputError
from liqheat_lab.cli import report as accuracy_report
from tests.support import report_samples as samples


@pytest.fixture
def run():
    app = typer.Typer()
    app.callback()(lambda: None)
    accuracy_report.register(app)

    def run_it(*arguments):
        return CliRunner().invoke(app, ["report", *map(str, arguments)])

    return run_it


def test_files_become_a_page(run, tmp_path):
    for name, part in samples.everything().items():
        (tmp_path / f"{name}.json").write_text(json.dumps(part))
    other = tmp_path / "other.json"
    other.write_text(json.dumps(samples.make_score(symbol="OTHER/USDT:USDT")))
    output = tmp_path / "report.html"
    options = [(f"--{name.replace('_', '-')}", tmp_path / f"{name}.json") for name in samples.everything()]
    result = run("--output", output, *(part for option in options for part in option), "--score", other)
    assert result.exit_code == 0, result.output
    assert "+0.017 [+0.009, +0.025] nats" in result.output
    page = output.read_text()
    for words in (
        "OTHER/USDT:USDT",
        "fold2hash",
        "Half of all invented clusters",
        "invented snapshots",
        "conservation",
    ):
        assert words in page


def test_without_files_the_published_scores_are_drawn(run, tmp_path):
    result = run("--output", tmp_path / "report.html")
    assert result.exit_code == 0, result.output
    assert "How accurate is the map?" in (tmp_path / "report.html").read_text()


def test_bad_files_are_refused(run, tmp_path):
    bad = tmp_path / "bad.json"
    bad.write_text('{"days": 3}')
    for arguments, error in (
        (("--output", tmp_path / "x.html", "--score", bad), FileFormatError),
        (("--output", tmp_path / "x.html", "--article", tmp_path / "none.json"), InputError),
        (("--output", tmp_path / "x.pdf"), InputError),
    ):
        assert isinstance(run(*arguments).exception, error)
    assert not (tmp_path / "x.html").exists()


def test_events_of_another_shape_and_a_place_that_is_not_there_are_named(run, tmp_path):
    score, events = tmp_path / "score.json", tmp_path / "events.json"
    score.write_text(json.dumps(samples.make_score()))
    for which_bar in ({}, {"gains": [], "best": "b1y"}, {"gains": {"b0": 1}, "best": "b1y"}, {"gains": {}, "best": []}):
        events.write_text(json.dumps({"which_bar": which_bar}))
        found = run("--output", tmp_path / "x.html", "--score", score, "--events", events).exception
        assert isinstance(found, FileFormatError), which_bar
    found = run("--output", tmp_path / "x.html", "--score", score, "--parts", tmp_path / "none" / "p.json").exception
    assert isinstance(found, InputError) and "parts" in str(found)


def test_which_price_of_the_scored_symbol_is_taken_from_the_events(run, tmp_path):
    score, events, output = tmp_path / "score.json", tmp_path / "events.json", tmp_path / "x.html"
    document = samples.make_score(auc=None)
    score.write_text(json.dumps(document))
    figure = {"value": 0.6125, "low": 0.6, "high": 0.625}
    unknown = dict.fromkeys(figure)
    for ring, is_shown in ((figure, True), (unknown, False)):
        prices = {name: {"ring": ring} for name in ("map", "freshness", "distance")}
        found = {
            "which_bar": {"gains": {"b1y": figure}, "best": "b1y"},
            "which_price": {document["symbol"]: prices, "OTHER/USDT:USDT": prices},
        }
        events.write_text(json.dumps(found))
        result = run("--output", output, "--score", score, "--events", events)
        assert result.exit_code == 0, result.exception
        assert ("from a stream without pauses" not in output.read_text()) == is_shown
