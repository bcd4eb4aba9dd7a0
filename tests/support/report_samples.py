"""Documents invented for tests: no figure in here was ever measured."""

from __future__ import annotations

import itertools

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
START_MS = 1_600_000_000_000 // DAY_MS * DAY_MS
DAYS = 41


def estimate(value, half_width=0.008, key="value"):
    return {key: value, "low": round(value - half_width, 6), "high": round(value + half_width, 6)}


def nats(value, half_width=0.008):
    return estimate(value, half_width, "nats")


def make_score(b1y=0.0173, **changes):
    """A score of an invented market; every figure is different, so that each can be found on the page."""
    score = {
        "symbol": "TEST/USDT:USDT",
        "venue": "invented",
        "days": DAYS,
        "start_ms": START_MS,
        "end_ms": START_MS + DAYS * DAY_MS,
        "hours": 967,
        "events_usd": 345_600_000.0,
        "model": {
            "name": "invented-map",
            "version": 9,
            "hash": "00ff11ee22dd",
            "fitted_on": "invented days",
            "transferred": False,
            "age_days": 3.5,
        },
        "information_gain": {
            "b0": nats(0.4111),
            "b1": nats(0.1422),
            "b1s": nats(0.0933),
            "b1v": nats(0.0644),
            "b1r": nats(0.0355),
            "b1y": nats(b1y),
            "static": nats(0.6166),
        },
        "diebold_mariano": {"b1y": {"statistic": 3.21, "p_value": 0.0013}},
        "information_gain_30m": {"b1y": nats(0.0277), "b1r": nats(0.0488)},
        "partial_spearman": {"drawdown": estimate(0.3881, 0.05), "drawdown_b1r": estimate(0.3192, 0.05)},
        "calibration_ratio": {
            "all": estimate(1.031, 0.06),
            "long": estimate(0.942, 0.06),
            "short": estimate(1.123, 0.06),
            "by_month": {"2020-09": estimate(0.971, 0.05), "2020-10": estimate(1.084, 0.05)},
            "reliability": [
                {"forecast_usd": 10_000.0 * 2**step, "realised_usd": 9_100.0 * 2.04**step, "hours": 96 + step}
                for step in range(10)
            ],
        },
        "controls": {
            "side_swapped": nats(-0.0191),
            "shifted_7d": nats(0.0012),
            "other_seed": nats(-0.0023),
            "price_only": nats(0.0074),
            "stale_24h": nats(0.0045),
            "frozen_at_the_hour": nats(0.0021),
        },
        "rivals": {"uniform mix": nats(0.0186), "another project": nats(0.0367)},
        "monthly": {"2020-09": {"b1y": nats(0.0158)}, "2020-10": {"b1y": nats(0.0189)}},
        "by_move": {
            "over_2_pct": nats(0.0011) | {"share_of_usd": 0.331},
            "under_2_pct": nats(0.0233) | {"share_of_usd": 0.669},
        },
        "auc": {"given_reach": estimate(0.747, 0.02), "freshness": estimate(0.705, 0.02), "distance": 0.576},
        "notes": ["an invented note"],
        "left_out": [{"start_ms": START_MS, "end_ms": START_MS + DAY_MS, "reason": "an invented feed died"}],
    }
    return score | changes


def make_walk_forward():
    folds = [
        {
            "train_start_ms": START_MS + 7 * week * DAY_MS,
            "train_end_ms": START_MS + 7 * (week + 2) * DAY_MS,
            "test_start_ms": START_MS + 7 * (week + 2) * DAY_MS,
            "test_end_ms": START_MS + 7 * (week + 3) * DAY_MS,
            "hash": f"fold{week}hash",
        }
        for week in range(3)
    ]
    return make_score(b1y=0.0211) | {"folds": folds}


def make_article():
    return {
        "days": DAYS,
        "start_ms": START_MS,
        "end_ms": START_MS + DAYS * DAY_MS,
        "claims": [
            {
                "id": "invented-claim",
                "claim": "Half of all invented clusters are reached",
                "where": "page 3",
                "measured": [
                    {"name": "reached", "value": 61.7, "low": 55.2, "high": 68.1, "unit": "%"},
                    {"name": "any price as near", "value": 60.9, "low": 54.8, "high": 67.3, "unit": "%"},
                ],
                "n": 431,
                "verdict": "true of any price as near",
                "how": "first touch within a day",
            },
            {"id": "other", "claim": "A second one", "where": "", "measured": [], "n": 0, "verdict": "not measurable"},
        ],
    }


def make_simulated():
    return {
        "seeds": [7, 8],
        "model": "invented",
        "gates": [
            {"name": "cluster score", "value": 0.512, "low": 0.48, "high": 0.55, "gate": 0.45, "passed": True},
            {"name": "conservation", "value": 1e-13, "gate": 1e-9, "passed": True},
        ],
    }


def make_panel():
    def scores(value):
        return {
            "name": "x",
            "n_snapshots": 88,
            "n_days": 13,
            "corr": estimate(value + 0.3, 0.04),
            "cluster_corr": estimate(value, 0.04),
            "w1_pct": estimate(1.37, 0.2),
            "information_gain": nats(0.0512),
            "mass_ratio": estimate(0.87, 0.04),
        }

    return {
        "start_ms": START_MS,
        "end_ms": START_MS + 20 * DAY_MS,
        "split_ms": START_MS + 10 * DAY_MS,
        "half": "second",
        "traders": [11, 22, 33],
        "prior": {"panel": "invented.csv"},
        "scores": {"BTC": {"within_8_pct": {"held": scores(0.2251), "real_24h_old": scores(0.3521)}}},
        "notes": ["invented snapshots"],
    }


def make_foreign():
    return {
        "symbol": "TEST/USDT:USDT",
        "rank_correlation": estimate(0.333, 0.02),
        "rank_correlation_without_distance": None,
        "scores": {
            "days": 17,
            "start_ms": START_MS,
            "end_ms": START_MS + 17 * DAY_MS,
            "ours_over_theirs": nats(0.0271),
            "ours_over_b1y": nats(0.0141),
            "theirs_over_b1y": nats(-0.0131),
        },
        "foreign": {"product": "inventedglass"},
        "notes": ["both invented"],
    }


def everything():
    return {
        "score": make_score(),
        "walk_forward": make_walk_forward(),
        "article": make_article(),
        "simulated": make_simulated(),
        "panel": make_panel(),
        "foreign": make_foreign(),
    }


def leaves(node):
    """Every value of a document that is neither a dict nor a list."""
    if isinstance(node, dict):
        return list(itertools.chain.from_iterable(map(leaves, node.values())))
    if isinstance(node, list):
        return list(itertools.chain.from_iterable(map(leaves, node)))
    return [node]
