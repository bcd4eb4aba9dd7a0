"""The table of rules: every threshold is a row with value, unit and source; nothing is decided elsewhere.

Sources: *article* is the text that this project implements, with the figures that it gives; *ours* is what we added
where it gives none, or where its words leave several readings. The README of this folder says how each is computed.
"""

from __future__ import annotations

from dataclasses import dataclass

PRESETS = ("article", "strict")
RISK_CAP = 0.02
"""Never more than 2 % of equity at risk in one setup. No preset and no override raises it."""


@dataclass(frozen=True, slots=True)
class RuleValue:
    """One threshold of a rule.

    Attributes
    ----------
    key : str
        Name by which it is overridden.
    article, strict : float, optional
        Value of each preset; None where the preset does not use it.
    unit : str
        Unit of the value.
    lowest, highest : float
        Range that an override must keep.
    """

    key: str
    article: float | None
    strict: float | None
    unit: str
    lowest: float
    highest: float


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: what it asks, its thresholds, where they come from, and whether a failure fails the setup.

    Attributes
    ----------
    rule_id, name, asks : str
        ``R1`` … ``R18``, two words, and the question in one sentence.
    values : tuple of RuleValue
        Thresholds.
    source : str
        Where they come from.
    is_hard : tuple of bool
        For the presets ``article`` and ``strict``.
    """

    rule_id: str
    name: str
    asks: str
    values: tuple[RuleValue, ...]
    source: str
    is_hard: tuple[bool, bool]


def _same(key: str, value: float, unit: str, lowest: float, highest: float) -> RuleValue:
    return RuleValue(key, value, value, unit, lowest, highest)


_SHARE = "share"
_MILLION_AED = "AED"

RULES: tuple[Rule, ...] = (
    Rule(
        "R1",
        "asymmetry",
        "Does one side hold much more than the other near the price?",
        (
            _same("band", 0.05, "share of price", 0.001, 0.5),
            _same("least_asymmetry", 2.0, "times", 1.0, 100.0),
            _same("strong_asymmetry", 3.0, "times", 1.0, 100.0),
        ),
        "article: at least 2:1; ours: same band on both sides, strong at 3",
        (True, True),
    ),
    Rule(
        "R2",
        "size",
        "Is the cluster large beside what is liquidated on a usual day?",
        (
            _same("least_share_of_daily", 0.15, "share of mean daily liquidations over 30 days", 0.0, 10.0),
            RuleValue("accepts_estimated_daily", 1.0, 0.0, "1 yes, 0 no", 0.0, 1.0),
            RuleValue("flag_small_aed", 50e6, None, _MILLION_AED, 0.0, 1e12),
            RuleValue("flag_medium_aed", 100e6, None, _MILLION_AED, 0.0, 1e12),
            RuleValue("flag_large_aed", 200e6, None, _MILLION_AED, 0.0, 1e12),
        ),
        "article: 15 %, and 50, 100, 200 million AED; ours: the average is a mean over 30 days",
        (True, True),
    ),
    Rule(
        "R3",
        "distance",
        "Is the near edge near enough to act on?",
        (
            _same("near_distance", 0.02, "share of price", 0.0, 0.5),
            _same("far_distance", 0.05, "share of price", 0.0, 0.5),
            _same("near_horizon_hours", 4.0, "h", 0.1, 1000.0),
            _same("day_horizon_hours", 24.0, "h", 0.1, 1000.0),
            _same("far_horizon_hours", 72.0, "h", 0.1, 1000.0),
        ),
        "article: 2 % in 1-4 h, 5 % in 12-72 h, farther is context; ours: 24 h for a day trade",
        (True, True),
    ),
    Rule(
        "R4",
        "order book",
        "Is the book between price and cluster thin?",
        (
            _same("thin_ratio", 0.20, "resting / forced flow", 0.0, 10.0),
            _same("wall_ratio", 1.0, "resting / forced flow", 0.0, 100.0),
            _same("most_depth_age_s", 5.0, "s", 0.1, 60.0),
            _same("least_depth_samples", 12.0, "samples", 1.0, 1000.0),
            _same("depth_window_s", 60.0, "s", 1.0, 600.0),
        ),
        "article: under 20 % is thin; ours: wall, age, median of 12 samples in 60 s",
        (False, True),
    ),
    Rule(
        "R5",
        "entry",
        "Is there room for an entry ahead of the cluster?",
        (_same("entry_offset", 0.004, "share of near edge", 0.003, 0.005),),
        "article: 0.3-0.5 % ahead; ours: 0.4 %, as a stop order",
        (True, True),
    ),
    Rule(
        "R6",
        "stop",
        "Is there an opposing cluster to put the stop behind?",
        (
            _same("stop_buffer", 0.001, "share of opposing peak", 0.0, 0.05),
            _same("weekend_stop_buffer", 0.005, "share of opposing peak", 0.005, 0.05),
        ),
        "article: above the nearest opposing cluster, +0.5 % at weekends; ours: 0.1 % beyond its peak",
        (True, True),
    ),
    Rule(
        "R7",
        "target",
        "Where are profits taken?",
        (),
        "article: the far edge at least; ours: then the near edge of the next cluster",
        (False, False),
    ),
    Rule(
        "R8",
        "reward",
        "Does the reward pay for the risk?",
        (
            RuleValue("least_reward_risk", 0.0, 1.0, "times", 0.0, 100.0),
            _same("warn_reward_risk", 1.0, "times", 0.0, 100.0),
            _same("cost_rate", 0.001, "share of entry, round trip", 0.0, 0.05),
        ),
        "article: no figure, its own example has 0.80-0.96; ours: `article` warns below 1, `strict` refuses",
        (True, True),
    ),
    Rule(
        "R9",
        "size of trade",
        "How much of the equity may be lost at the stop?",
        (
            _same("least_risk", 0.005, "share of equity", 0.0, RISK_CAP),
            _same("standard_risk", 0.01, "share of equity", 0.0, RISK_CAP),
            _same("risk_cap", RISK_CAP, "share of equity", 0.0, RISK_CAP),
            _same("single_venue_share", 0.70, _SHARE, 0.5, 1.0),
            RuleValue("small_below_aed", 100e6, None, _MILLION_AED, 0.0, 1e12),
            RuleValue("large_above_aed", 200e6, None, _MILLION_AED, 0.0, 1e12),
            RuleValue("small_below_multiple", None, 2.0, "times the threshold of R2", 0.0, 1000.0),
            RuleValue("large_above_multiple", None, 4.0, "times the threshold of R2", 0.0, 1000.0),
        ),
        "article: 0.5-1 %, 1-2 %, never above 2 %; ours: read as risk, 70 % is one venue, multiples of R2",
        (False, False),
    ),
    Rule(
        "R10",
        "discount",
        "How much of the estimate is believed?",
        (_same("discount", 0.25, _SHARE, 0.20, 0.30),),
        "article: 20-30 %; ours: 25 %, of an uncalibrated map only",
        (False, False),
    ),
    Rule(
        "R11",
        "news",
        "Is a scheduled macro event near?",
        (_same("news_window_min", 60.0, "min", 0.0, 1440.0), _same("news_size_factor", 0.5, "times", 0.0, 0.5)),
        "article: halve or sit out; ours: 60 min either side, `article` halves, `strict` sits out",
        (False, True),
    ),
    Rule(
        "R12",
        "timeframe",
        "Do map, distance and style belong together?",
        (
            _same("scalp_cohort_hours", 24.0, "h", 1.0, 8760.0),
            _same("day_cohort_hours", 72.0, "h", 1.0, 8760.0),
            _same("swing_cohort_hours", 168.0, "h", 1.0, 8760.0),
        ),
        "article: 24 h, 3 d, 7 d or longer; ours: the distance must be of the style, too",
        (True, True),
    ),
    Rule(
        "R13",
        "migration",
        "Does the cluster still stand where it was noted?",
        (
            _same("most_migration", 0.01, "share of price", 0.0, 0.5),
            _same("most_fall", 0.40, "share of forced flow", 0.0, 1.0),
        ),
        "article: 1 %; ours: or 40 % less flow, and the centre moves, not the peak",
        (True, True),
    ),
    Rule(
        "R14",
        "weekend",
        "Is it a working day?",
        (_same("weekend_flow_factor", 0.8, "times", 0.0, 1.0),),
        "article: 15-30 % less open interest; ours: 0.8 unless measured, `strict` sits out",
        (False, True),
    ),
    Rule(
        "R15",
        "not chasing",
        "Has the cluster fired already?",
        (_same("exhausted_share", 0.70, _SHARE, 0.0, 1.0),),
        "article: after it fired the move is largely done; ours: 70 % swept",
        (True, True),
    ),
    Rule(
        "R16",
        "support",
        "Is the estimate backed by data?",
        (
            _same("least_support", 0.5, _SHARE, 0.0, 1.0),
            _same("strong_support", 0.8, _SHARE, 0.0, 1.0),
            _same("unsupported_risk", 0.005, "share of equity", 0.0, 0.005),
        ),
        "ours: the article has no such rule",
        (False, False),
    ),
    Rule(
        "R17",
        "market depth",
        "Is the market deep enough for its map to mean much?",
        (
            _same("full_rank", 2.0, "rank by 30-day volume", 1.0, 1000.0),
            _same("last_rank", 15.0, "rank by 30-day volume", 1.0, 1000.0),
            _same("thin_flow_factor", 0.8, "times", 0.0, 1.0),
            _same("thin_risk", 0.005, "share of equity", 0.0, 0.005),
        ),
        "article: BTC and ETH, poor below the top 15; ours: factor and cap, `strict` refuses beyond 15",
        (False, True),
    ),
    Rule(
        "R18",
        "phase",
        "Before, while or after it fires?",
        (
            _same("triggering_share", 0.05, "realised in 60 s / forced flow", 0.0, 1.0),
            _same("taker_share", 0.6, _SHARE, 0.5, 1.0),
        ),
        "article: before, as, after it triggers; ours: every figure",
        (False, False),
    ),
)
"""Every rule, in order."""

_BY_ID = {rule.rule_id: rule for rule in RULES}


def rule_of(rule_id: str) -> Rule:
    """Row of the table."""
    return _BY_ID[rule_id]
