"""The accuracy page: nothing left out, nothing made up, nothing loaded, nothing executed."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from html.parser import HTMLParser

import pytest

from liqheat.errors import FileFormatError, InputError
from liqheat.flow import background as baselines
from liqheat_lab.page import documents as report_documents
from liqheat_lab.page import words as report_words
from liqheat_lab.page.parts import ReportParts, load_part, load_published, write_report
from liqheat_lab.page.report import render_article, render_report, style_source
from liqheat_lab.page.sections import describe_controls, describe_support
from liqheat_lab.page.tables import describe_goals
from liqheat_lab.page.words import headline
from liqheat_lab.panel import panel
from liqheat_lab.rivals.maps import UNIFORM
from liqheat_lab.rivals.rivals import RIVAL_NAMES
from liqheat_lab.scores.trial import CONTROLS
from tests.support import report_samples as samples


class Page(HTMLParser):
    """Tags, addresses and text of a page."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.addresses, self.attributes, self.words = [], [], [], []
        self.feed(text)
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            self.attributes.append(name)
            if name in ("src", "srcset", "href", "action", "poster", "data"):
                self.addresses.append(value)

    def handle_data(self, data):
        if self.tags[-1:] != ["style"]:
            self.words.append(data)


@pytest.fixture(scope="module")
def full():
    return render_report(ReportParts(**samples.everything(), others=(samples.make_score(symbol="OTHER/USDT:USDT"),)))


def test_every_value_of_every_document_is_on_the_page(full):
    text = Page(full).text
    for document in samples.everything().values():
        for value in samples.leaves(document):
            wanted = value if isinstance(value, str) else json.dumps(value)
            assert " ".join(wanted.split()) in text, wanted


def test_the_figures_of_a_reader_are_rounded_not_changed(full):
    text = Page(full).text.split("Unrounded")[0]
    shown = (
        "+0.017 [+0.009, +0.025]", "+1.7 [+0.9, +2.6] %", "41 days", "$346 M", "+0.411 [+0.403, +0.419]",
        "+0.028 [+0.020, +0.036]", "+0.319 [+0.269, +0.369]", "1.031 [0.971, 1.091]", "−0.019 [−0.027, −0.011]",
        "+0.037 [+0.029, +0.045]", "0.747 [0.727, 0.767]", "0.705 [0.685, 0.725]", "0.576", "fold2hash", "00ff11ee22dd",
        "p = 0.0013", "an invented note", "an invented feed died", "43 % of our gain", "61.7 [55.2, 68.1] %", "n = 431",
        "0.512", "0.225 [0.185, 0.265]", "0.352 [0.312, 0.392]",
        "Left out, for all maps alike: 24 hours in 1 stretches", "3.5 days at the start", "not reached", "not measured",
    )  # fmt: skip
    for figure in shown:
        assert figure in text, figure


def test_nothing_is_loaded_and_nothing_runs(full):
    page = Page(full)
    assert not {"script", "iframe", "object", "embed", "form", "base"} & set(page.tags)
    assert not [name for name in page.attributes if name.startswith("on") or name == "style"]
    pictures = [address for address in page.addresses if address.startswith("data:image/svg+xml")]
    assert len(pictures) == len(page.addresses) and len(pictures) > 10
    for address in pictures[1:]:
        svg = base64.b64decode(address.split(",")[1]).decode()
        assert svg.startswith("<?xml")
        assert not re.search(r"<script|<image|url\(['\"]?http|href=\"http", svg)
    assert len(full.encode()) < 1_500_000


def test_the_policy_allows_the_one_style(full):
    (style,) = re.findall(r"<style>(.*?)</style>", full, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert style_source() == f"'sha256-{digest}'"
    assert html.unescape(re.search(r'Policy" content="([^"]+)"', full)[1]).endswith(style_source())


def test_the_same_figures_give_the_same_page(full):
    assert full == render_report(
        ReportParts(**samples.everything(), others=(samples.make_score(symbol="OTHER/USDT:USDT"),))
    )


def test_what_was_not_measured_is_said_and_no_figure_is_invented():
    text = Page(render_report(ReportParts())).text
    assert "No score is published with this version" in text
    assert text.count("not measured") >= 10
    assert not re.search(r"\d\.\d", text.split("Limits")[0].replace("0.01 nats", "").replace("0.1.0", ""))
    for words in ("No walk-forward is in this report", "None of the claims is measured", "nothing is supported"):
        assert words in text
    for section in ("gains", "ranks", "calibration", "rivals", "auc", "simulated", "panel"):
        part = render_report(ReportParts()).split(f'<section id="{section}">')[1].split("</section>")[0]
        assert 'class="missing"' in part, section
    assert "None of the claims is measured" in Page(render_article(None)).text
    assert render_report(ReportParts()).count("<img") == 0


@pytest.fixture
def no_plots(monkeypatch):
    """Plots that take no time."""
    monkeypatch.setattr("liqheat_lab.page.plots._draw_svg", lambda *_: "data:image/svg+xml;base64,")


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize("name", samples.everything())
def test_any_part_may_be_missing(name):
    parts = {key: value for key, value in samples.everything().items() if key != name}
    assert "<h1>" in render_report(ReportParts(parts.pop("score", None), **parts))


@pytest.mark.usefixtures("no_plots")
@pytest.mark.parametrize("key", samples.make_score())
def test_a_score_may_lack_anything(key):
    score = samples.make_score()
    for other in ({}, None, [], "x"):
        assert "<h1>" in render_report(ReportParts(score | {key: other}))
    del score[key]
    assert "<h1>" in render_report(ReportParts(score))


def test_notes_are_text():
    evil = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    score = samples.make_score(notes=[evil], symbol=evil, rivals={evil: samples.nats(0.01)})
    article = samples.make_article()
    article["claims"][0] |= {"claim": evil, "how": evil, "verdict": evil}
    page = render_report(ReportParts(score, article=article, simulated={evil: evil}, panel={"x": [{evil: evil}]}))
    assert "<script" not in page and "<img src=x" not in page
    assert Page(page).text.count("<script>alert(1)</script>") >= 8
    assert "<script" not in render_article(article)


@pytest.mark.parametrize(
    ("score", "words"),
    [
        (None, "No score is published"),
        (samples.make_score(0.02), "The map adds a little to the strongest forecast that needs no map: +0.020"),
        (samples.make_score(0.3), "The map adds to the strongest forecast"),
        (samples.make_score(0.004), "The map is not shown to be better than no map: +0.004 [−0.004, +0.012]"),
        (samples.make_score(-0.04), "The map is worse than the strongest forecast that needs no map"),
        (samples.make_score(information_gain={"b0": 1.0}), "is not measured over 41 days"),
        (samples.make_score(information_gain={"b1y": 0.02}), "The map is not shown to be better"),
        (
            samples.make_score(model={"transferred": True, "fitted_on": "BTC 2020"}),
            "parameters transferred from BTC 2020",
        ),
    ],
)
def test_the_headline_promises_no_more_than_was_measured(score, words):
    assert words in headline(score)


def test_a_high_auc_alone_does_not_support_which_price():
    def answer(score):
        return next(row for row in describe_support(score) if row["question"].startswith("WHICH PRICE"))["verdict"]

    score = samples.make_score()
    assert answer(score) == "not supported"
    assert answer(score | {"auc": score["auc"] | {"over_freshness": samples.estimate(0.04, 0.02)}}) == "supported"
    assert answer(score | {"auc": None}) == "not measured"


def test_what_is_not_supported_is_said():
    answers = {
        row["question"].split(":")[0]: (row["verdict"], row["figures"])
        for row in describe_support(samples.make_score())
    }
    assert answers["WHEN"][0] == answers["SMALL MOVES"][0] == "supported"
    assert answers["LARGE MOVES"] == ("not supported", "+0.001 [−0.007, +0.009] nats over B1y; 33 % of all dollars")
    assert answers["BEFOREHAND"] == ("not supported", "+0.002 [−0.006, +0.010] nats over B1y")
    assert answers["WHICH 5-MINUTE BAR within the hour"] == ("not measured", "")


def test_the_half_that_was_learned_on_is_no_evidence():
    known = samples.make_panel()
    words = [row["words"] for row in describe_goals(None, known)]
    assert words.count("not reached") == 1
    assert "No evidence" not in render_report(ReportParts(None, panel=known))
    learned = known | {"half": "first"}
    assert {row["words"].split(":")[0] for row in describe_goals(None, learned)} == {"not measured"}
    assert "No evidence" in render_report(ReportParts(None, panel=learned))


def test_another_map_is_scored_or_said_not_to_be():
    page = Page(render_report(ReportParts(None, foreign=samples.make_foreign()))).text
    for words in ("inventedglass beside ours", "Ours over inventedglass +0.027", "0.333 [0.313, 0.353]", "−0.013"):
        assert words in page
    assert "Not scored" in render_report(ReportParts(None, foreign=samples.make_foreign() | {"scores": None}))
    assert "beside ours" not in render_report(ReportParts())


def test_a_control_that_gains_is_said():
    score = samples.make_score()
    score["controls"] |= {"shifted_7d": samples.nats(0.02), "price_only": samples.nats(0.03), "side_swapped": None}
    words = {row["name"]: row["words"] for row in describe_controls(score)["rows"]}
    assert words == {
        "Sides swapped": "not measured", "Shifted 7 days": "not as it should be", "Other seed": "as it should be",
        "Price only": "not as it should be", "24 hours old": "as it should be", "Frozen at the hour": "as it should be",
    }  # fmt: skip
    score["controls"] |= {"price_only": samples.nats(0.012)}
    assert describe_controls(score)["rows"][3]["words"] == "lower, not clearly"
    assert "not as it should be" in render_report(ReportParts(score))


def test_goals_need_both_the_figure_and_its_lower_bound():
    def hourly(score):
        return describe_goals(score, None)[0]["words"]

    assert hourly(samples.make_score(0.025)) == "reached"
    assert hourly(samples.make_score(0.0173)) == "not reached"
    wide = {"b1y": samples.nats(0.025, 0.02)}
    assert hourly(samples.make_score(information_gain=wide)) == "not reached"
    assert hourly(None) == "not measured"


def test_parts_are_read_and_checked(tmp_path):
    path = tmp_path / "part.json"
    path.write_text(json.dumps(samples.make_score()).replace("0.0173", "NaN"))
    assert load_part(path, "score")["information_gain"]["b1y"]["nats"] is None
    with pytest.raises(FileFormatError, match="article must hold claims"):
        load_part(path, "article")
    path.write_text(json.dumps(samples.make_score()).replace("0.0173", "1e999"))
    assert load_part(path, "score")["information_gain"]["b1y"]["nats"] is None
    for text in ("{", "null", "[]", "{}", "[" * 100_000, f'{{"information_gain": {"9" * 5000}}}'):
        path.write_text(text)
        with pytest.raises(FileFormatError):
            load_part(path, "score")
    with pytest.raises(InputError, match="must be a readable JSON file"):
        load_part(tmp_path / "missing.json", "score")
    with pytest.raises(FileFormatError, match="found \\['scores'\\]"):
        ReportParts.from_json({"scores": None})
    document = {**samples.everything(), "touch": None, "others": [samples.make_score()]}
    assert ReportParts.from_json(document).to_json() == document


def test_the_page_has_words_for_everything_that_is_scored():
    assert {key for key, *_ in report_words.BASELINES} >= set(baselines.BASELINES)
    assert {key for key, *_ in report_words.CONTROLS} == set(CONTROLS)
    assert {key for key, _ in report_words.RIVALS} == {*RIVAL_NAMES, UNIFORM}
    assert report_words.HEADLINE_BASELINE == baselines.HEADLINE
    assert set(report_documents._BAND_WORDS) == set(panel.BANDS)
    assert report_documents.OWN_MAP == panel.HELD


def test_the_shipped_file_is_what_the_page_takes():
    render_report(ReportParts(load_published().score))


def test_a_page_is_written_whole_or_not_at_all(tmp_path):
    path = write_report(tmp_path / "page.html", "<p>")
    assert path.read_text() == "<p>"
    with pytest.raises(InputError, match="must be a writeable path"):
        write_report(path / "below.html", "<p>")
    with pytest.raises(InputError, match="must be a writeable path"):
        write_report(tmp_path / "missing" / "page.html", "<p>")
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]


def test_what_the_feeds_add_to_the_price_path_is_said_of_every_score():
    score = samples.make_score()
    score["variants"] = {"price_only": {"nats": 0.004, "low": -0.001, "high": 0.009}}
    score["model"] = {**score["model"], "name": "hourly parameters"}
    words = "Volume and open interest add +0.004 [−0.001, +0.009] nats to it: not shown"
    text = Page(render_report(ReportParts(score, walk_forward={**score, "folds": []}, others=(score,)))).text
    assert text.count(words) == 3
    assert "Parameters hourly parameters." in text
    assert "figures of those days are optimistic" in text
    assert words.split(" add ")[0] not in Page(render_report(ReportParts(samples.make_score()))).text
