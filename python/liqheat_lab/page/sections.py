"""The rows and plots of each section of the accuracy page, from the JSON documents; no figure is made up here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from liqheat.records import Interval
from liqheat_lab.page.parts import Document, find, read_interval, read_number
from liqheat_lab.page.plots import Row, draw_intervals, draw_months, draw_reliability
from liqheat_lab.page.words import (
    BASELINES,
    BELOW_OURS,
    CONTROLS,
    HEADLINE_BASELINE,
    RATIO_GOAL,
    RIVALS,
    format_days,
    format_interval,
    format_number,
    format_usd,
    headline,
    is_shown_better,
    likelihood_pct,
    verdict_of,
)

Section = dict[str, Any]
ADDED_AUC = "over_freshness"
"""Name of the paired difference between the map's AUC and that of freshness alone."""
QUESTIONS = (
    (("events", "over_best"), "WHICH 5-MINUTE BAR within the hour"),
    (("by_move", "under_2_pct"), "SMALL MOVES: up to 2 % within the hour"),
    (("by_move", "over_2_pct"), "LARGE MOVES: more than 2 % within the hour"),
    (("controls", "frozen_at_the_hour"), "BEFOREHAND: the map frozen at the start of the hour"),
)
"""Where the gain over B1y of each question stands."""
_AUC_WORDS = {"given_reach": "The map", "freshness": "Freshness alone", "distance": "Distance alone"}
_SPEARMAN_WORDS = {
    "drawdown": "beside moves of the same size",
    "drawdown_b1r": "beside moves of the same size and the same B1r forecast",
}


def describe_gains(score: Document | None) -> Section:
    """Gain over every baseline, hourly and on 30-minute labels."""
    hourly, fine = figures(score, "information_gain"), figures(score, "information_gain_30m")
    rows = []
    for key, name, knows in _named(BASELINES, {**hourly, **fine}):
        figure = hourly.get(key)
        rows.append(
            {
                "name": name,
                "about": knows,
                "figure": format_interval(figure, signed=True),
                "pct": "" if figure is None else f"{format_number(likelihood_pct(figure.value), 1, True)} %",
                "fine": format_interval(fine[key], signed=True) if key in fine else "–",
                "verdict": verdict_of(figure),
                "is_headline": key == HEADLINE_BASELINE,
            }
        )
    plotted = [
        Row(name, hourly.get(key), fine.get(key), key == HEADLINE_BASELINE)
        for key, name, _ in _named(BASELINES, {**hourly, **fine})
    ]
    return {
        "rows": rows if hourly else [],
        "has_fine": bool(fine),
        "plot": draw_intervals(
            plotted, _alt("Gain over each baseline in nats", plotted), unit="nats per liquidated dollar"
        ),
        "tests": _tests(score),
    }


def describe_controls(score: Document | None) -> Section:
    """Negative controls beside our own gain."""
    ours = read_interval(find(score, "information_gain", HEADLINE_BASELINE))
    found = figures(score, "controls")
    rows, plotted = [], []
    for key, name, about, expected in _named(CONTROLS, found, blank=("", "")):
        figure = found.get(key)
        share = _share(figure, ours) if key == "price_only" else ""
        rows.append(
            {
                "name": name,
                "about": about,
                "expected": expected,
                "figure": format_interval(figure, signed=True),
                "words": (judged := _judge_control(expected, figure, ours))[0],
                "kind": judged[1],
                "share": share,
            }
        )
        plotted.append(Row(name, figure))
    plotted.insert(0, Row("Our map", ours, is_headline=True))
    plot = draw_intervals(
        plotted, _alt("Gain of each control over B1y in nats", plotted), unit="nats over B1y", reference=ours
    )
    return {"rows": rows, "plot": plot if found else None, "is_measured": bool(found)}


def describe_memory(score: Document | None) -> str:
    """How much of the gain is a memory of the price path, and what the feeds add to it; empty where not measured."""
    ours = read_interval(find(score, "information_gain", HEADLINE_BASELINE))
    share = _share(read_interval(find(score, "controls", "price_only")), ours)
    added = read_interval(find(score, "variants", "price_only"))
    if added is None:
        return share
    words = f"Volume and open interest add {format_interval(added, signed=True)} nats to it: {verdict_of(added)}"
    return f"{share}. {words}" if share else words


def describe_other(score: Document) -> str:
    """The score of another market, or of other bars, in words that tell it from the first one."""
    sentences = [headline(score)]
    name, memory = find(score, "model", "name"), describe_memory(score)
    sentences += [f"Parameters {name}."] if name else []
    sentences += [f"{memory}."] if memory else []
    return " ".join(sentences)


def describe_rivals(score: Document | None) -> Section:
    """Our gain over each rival on equal background."""
    found = figures(score, "rivals")
    names = dict(_named(RIVALS, found, blank=()))
    plotted = [Row(names[key], figure, is_headline=is_shown_better(figure)) for key, figure in found.items()]
    return {
        "rows": [
            {
                "name": names[key],
                "key": key,
                "figure": format_interval(figure, signed=True),
                "verdict": verdict_of(figure),
            }
            for key, figure in found.items()
        ],
        "plot": draw_intervals(plotted, _alt("Our gain over each rival in nats", plotted), unit="nats over the rival"),
    }


def describe_foreign(foreign: Document | None) -> Section | None:
    """Another product's map beside ours; None without one."""
    if foreign is None:
        return None
    scores = find(foreign, "scores")
    product = str(find(foreign, "foreign", "product") or "the other map")
    gains = (
        (f"Ours over {product}", "ours_over_theirs"),
        ("Ours over B1y", "ours_over_b1y"),
        (f"{product} over B1y", "theirs_over_b1y"),
    )
    alike = (
        ("Rank correlation of the cells", "rank_correlation"),
        ("The same without each map's usual profile by distance", "rank_correlation_without_distance"),
    )
    found = [(name, read_interval(find(scores, key))) for name, key in gains]
    return {
        "product": product,
        "days": read_number(find(scores, "days")),
        "span": format_days(read_number(find(scores, "start_ms")), read_number(find(scores, "end_ms"))),
        "rows": [
            {"name": name, "figure": format_interval(figure, signed=True), "verdict": verdict_of(figure)}
            for name, figure in found
            if figure is not None
        ],
        "alike": [{"name": name, "figure": format_interval(read_interval(find(foreign, key)))} for name, key in alike],
        "notes": [str(note) for note in _listed(find(foreign, "notes"))],
    }


def describe_calibration(score: Document | None) -> Section:
    """Realised over forecast: whole, by side, by month, and by tenths of the forecast."""
    ratio = find(score, "calibration_ratio")
    rows = [
        {"name": name, "figure": format_interval(figure)}
        for key, name in (("all", "Both sides"), ("long", "Longs"), ("short", "Shorts"))
        if (figure := read_interval(find(ratio, key))) is not None
    ]
    months = [(month, figure) for month, figure in figures(ratio, "by_month").items()]
    bins = [
        (forecast, realised, read_number(find(one, "hours")) or 0.0)
        for one in _listed(find(ratio, "reliability"))
        if (forecast := read_number(find(one, "forecast_usd"))) is not None
        and (realised := read_number(find(one, "realised_usd"))) is not None
    ]
    alt = "Liquidated against forecast by tenths of the forecast: " + "; ".join(
        f"{format_usd(forecast)} forecast, {format_usd(realised)} liquidated" for forecast, realised, _ in bins
    )
    return {
        "rows": rows,
        "months": [{"name": month, "figure": format_interval(figure)} for month, figure in months],
        "bins": [
            {"forecast": format_usd(forecast), "realised": format_usd(realised), "hours": f"{hours:g}"}
            for forecast, realised, hours in bins
        ],
        "reliability": draw_reliability(bins, alt),
        "by_month": draw_months(
            months, _month_alt("Realised over forecast by month", months), unit="realised ÷ forecast", band=RATIO_GOAL
        ),
    }


def describe_months(score: Document | None, walk_forward: Document | None) -> Section:
    """The headline gain of each month, and the folds of the walk-forward."""
    table = find(walk_forward, "monthly") or find(score, "monthly")
    table = table if isinstance(table, Mapping) else {}
    months = [
        (month, figure)
        for month, node in table.items()
        if (figure := read_interval(find(node, HEADLINE_BASELINE))) is not None
    ]
    return {
        "months": [{"name": month, "figure": format_interval(figure, signed=True)} for month, figure in months],
        "plot": draw_months(
            months, _month_alt("Gain over B1y by month", months), unit="nats over B1y", band=(0.0, 0.0)
        ),
        "folds": [fold for fold in _listed(find(walk_forward, "folds")) if isinstance(fold, Mapping)],
        "is_walk_forward": walk_forward is not None,
    }


def describe_ranks(score: Document | None) -> list[dict[str, str]]:
    """Partial Spearman correlations."""
    return [
        {"name": _SPEARMAN_WORDS.get(key, _words(key)), "figure": format_interval(figure, signed=True)}
        for key, figure in figures(score, "partial_spearman").items()
    ]


def describe_auc(score: Document | None) -> Section:
    """Which price within reach."""
    found = {key: figure for key, figure in figures(score, "auc").items() if key != ADDED_AUC}
    return {
        "rows": [
            {"name": _AUC_WORDS.get(key, _words(key)), "figure": format_interval(figure)}
            for key, figure in found.items()
        ],
        "plot": draw_intervals(
            [
                Row(_AUC_WORDS.get(key, _words(key)), figure, is_headline=key == "given_reach")
                for key, figure in found.items()
            ],
            "Which price within reach is liquidated at: "
            + "; ".join(f"{_words(key)} {format_interval(figure)}" for key, figure in found.items()),
            unit="AUC: 0.5 is a coin toss, 1 is perfect",
            zero=0.5,
        ),
    }


def describe_support(score: Document | None) -> list[dict[str, str]]:
    """What the figures support and what they do not, one row a question."""
    hourly = read_interval(find(score, "information_gain", HEADLINE_BASELINE))
    fine = read_interval(find(score, "information_gain_30m", HEADLINE_BASELINE))
    rank = read_interval(find(score, "partial_spearman", "drawdown_b1r"))
    when = [f"{format_interval(hourly, signed=True)} nats hourly"]
    when += [] if fine is None else [f"{format_interval(fine, signed=True)} on 30-minute labels"]
    when += [] if rank is None else [f"rank agreement {format_interval(rank, signed=True)}"]
    reach, fresh, added = (read_interval(find(score, "auc", name)) for name in ("given_reach", "freshness", ADDED_AUC))
    rows = [
        _answer("WHEN: how much is liquidated in which hour, given the path of the price", verdict_of(hourly), when),
        _answer(
            "WHICH PRICE within the range that is reached",
            _price_verdict(reach, added),
            [f"AUC {format_interval(reach)}", f"freshness alone {format_interval(fresh)}"]
            + ([] if added is None else [f"the map over freshness {format_interval(added, signed=True)}"]),
        ),
    ]
    for path, question in QUESTIONS:
        figure = read_interval(find(score, *path))
        share = read_number(find(score, *path, "share_of_usd"))
        against = "the best forecast without a map" if path[0] == "events" else "B1y"
        texts = [f"{format_interval(figure, signed=True)} nats over {against}"]
        texts += [] if share is None else [f"{100 * share:.0f} % of all dollars"]
        rows.append(_answer(question, verdict_of(figure), texts))
    return rows


def figures(document: Document | None, key: str) -> dict[str, Interval]:
    """Every figure of a table of a document, by name."""
    table = find(document, key)
    if not isinstance(table, Mapping):
        return {}
    return {str(name): figure for name, node in table.items() if (figure := read_interval(node)) is not None}


def _answer(question: str, verdict: str, texts: list[str]) -> dict[str, str]:
    words = {"shown": "supported", "not shown": "not supported", "worse": "not supported: worse than no map"}
    return {
        "question": question,
        "verdict": words.get(verdict, verdict),
        "kind": verdict,
        "figures": "" if verdict == "not measured" else "; ".join(texts),
    }


def _price_verdict(reach: Interval | None, added: Interval | None) -> str:
    # A high AUC alone shows nothing: most of it is freshness. Only what the map adds, with its own interval, counts.
    return "not measured" if reach is None else "shown" if is_shown_better(added) else "not shown"


def _judge_control(expected: str, figure: Interval | None, ours: Interval | None) -> tuple[str, str]:
    """Whether a control is what it should be, in words and as a kind of verdict."""
    right, wrong = ("as it should be", "shown"), ("not as it should be", "worse")
    if figure is None or not expected or (expected == BELOW_OURS and ours is None):
        return "not measured" if figure is None else "", "not measured"
    if expected != BELOW_OURS or ours is None:
        return wrong if figure.low > 0 else right
    if figure.value >= ours.value:
        return wrong
    # Without the interval of the difference, only a control that lies wholly below our figure is told apart from it.
    return right if figure.high < ours.value else ("lower, not clearly", "not shown")


def _share(figure: Interval | None, ours: Interval | None) -> str:
    if figure is None or ours is None or ours.value <= 0:
        return ""
    share = max(figure.value, 0.0) / ours.value
    if share > 1:
        return (
            f"A map without any feed but the price gains {100 * share:.0f} % of what ours does: ours is a memory of it"
        )
    return f"{100 * share:.0f} % of our gain is kept without any feed but the price: that part is a memory of its path"


def _tests(score: Document | None) -> list[dict[str, str]]:
    table = find(score, "diebold_mariano")
    names = {key: name for key, name, _ in BASELINES}
    rows = []
    for key, node in table.items() if isinstance(table, Mapping) else ():
        statistic, p_value = read_number(find(node, "statistic")), read_number(find(node, "p_value"))
        if statistic is not None and p_value is not None:
            p_words = "p < 0.0001" if p_value < 0.0001 else f"p = {p_value:.2g}"
            rows.append({"name": names.get(str(key), str(key)), "statistic": f"{statistic:.2f}", "p_value": p_words})
    return rows


def _named(table: tuple[tuple[str, ...], ...], found: Mapping[str, Interval], blank: tuple[str, ...] = ("",)) -> Any:
    """Rows of a table of words, then what was measured besides, under its own name."""
    known = {row[0] for row in table}
    return [*table, *((key, _words(key), *blank) for key in found if key not in known)]


def _listed(node: object) -> list[Any]:
    return node if isinstance(node, list) else []


def _words(key: str) -> str:
    return key.replace("_", " ").capitalize()


def _alt(title: str, rows: list[Row]) -> str:
    return f"{title}: " + "; ".join(
        f"{row.name} {format_interval(row.first, signed=True)}" for row in rows if row.first is not None
    )


def _month_alt(title: str, months: list[tuple[str, Interval]]) -> str:
    return f"{title}: " + "; ".join(f"{month} {format_interval(figure)}" for month, figure in months)
