"""Rules about the trade: entry, stop, targets, reward, discount, and how much of the equity is at risk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liqheat.records import RuleResult
from liqheat.setups import levels
from liqheat.setups.case import Case, weekend_flow_factor
from liqheat.setups.judging import exceeds, reaches
from liqheat.setups.rule import Judgement, Rule
from liqheat.setups.thresholds import RISK_CAP, Preset, RuleValue, same
from liqheat.setups.words import Value

STEPS = ("least", "small", "standard", "large")
"""Steps of conviction, rising."""


def judge_entry(case: Case) -> Judgement:
    """A stop order ahead of the near edge. The article's limit order there would fill at once."""
    price, entry = case.now.price, case.entry
    is_ahead = price > entry if case.direction == "short" else price < entry
    inputs: dict[str, Value] = {
        "near_edge": case.one.near_edge,
        "price": price,
        "entry": entry,
        "order": order_of(case),
    }
    return Judgement("pass" if is_ahead else "fail", inputs, ("ahead" if is_ahead else "past",))


def order_of(case: Case) -> str:
    """Kind of order."""
    return "sell stop" if case.direction == "short" else "buy stop"


def judge_stop(case: Case) -> Judgement:
    """Beyond the nearest opposing cluster, as the article's example has it (its words say the profit side)."""
    opposing = case.opposing
    inputs = {
        "stop": case.stop,
        "opposing_peak": opposing.peak_price if opposing else None,
        "buffer": case.stop_buffer,
    }
    if case.stop is None:
        return Judgement("fail", inputs, ("none",))
    return Judgement("pass", inputs, ("behind",)) if case.has_stop else Judgement("fail", inputs, ("wrong_side",))


def judge_target(case: Case) -> Judgement:
    """The far edge first, then the near edge of the next cluster."""
    inputs = {"target": case.one.far_edge, "second_target": case.second_target}
    return Judgement("pass", inputs, ("first", "last" if case.second_target is None else "second"))


@dataclass(frozen=True, slots=True)
class Reward:
    """Reward over risk, and the share of wins that it needs with and without costs."""

    ratio: float
    break_even_win_rate: float
    before_costs: float


def reward_of(case: Case) -> Reward | None:
    """What a trade wins beside what it loses; None without a stop."""
    stop, entry = case.stop, case.entry
    if stop is None or stop == entry:
        return None
    ratio = levels.reward_risk(entry, stop, case.one.far_edge)
    cost = case.preset["cost_rate"] * entry / abs(entry - stop)
    return Reward(ratio, levels.break_even_win_rate(ratio, cost), levels.break_even_win_rate(ratio))


def judge_reward(case: Case) -> Judgement:
    """Reward over risk, and the share of wins that it needs once costs are paid."""
    found, preset = reward_of(case), case.preset
    inputs: dict[str, Value] = {
        "reward_risk": None,
        "break_even_win_rate": None,
        "cost_rate": preset["cost_rate"],
    }
    if found is None:
        return Judgement("unknown", inputs, ("no_stop",))
    inputs |= {
        "reward_risk": found.ratio,
        "break_even_win_rate": found.break_even_win_rate,
        "break_even_win_rate_before_costs": found.before_costs,
    }
    says = ("ratio",) if reaches(found.ratio, preset["warn_reward_risk"]) else ("ratio", "less")
    return Judgement("pass" if reaches(found.ratio, preset["least_reward_risk"]) else "fail", inputs, says)


def _reward_flag(result: RuleResult, preset: Preset) -> str | None:
    ratio = result.inputs["reward_risk"]
    is_less = isinstance(ratio, float) and not reaches(ratio, preset["warn_reward_risk"])
    return "reward below risk" if is_less else None


@dataclass(frozen=True, slots=True)
class Sizing:
    """Share of equity at risk, the step of conviction, phrases why; and what that makes, where there is a stop."""

    fraction: float
    step: str
    reasons: tuple[str, ...]
    units: float | None
    size_usd: float | None


def size_of(case: Case) -> Sizing:
    """How much of the equity is put at risk. Never above 2 %, whatever the preset says."""
    preset, grade, check = case.preset, case.grade, case.depth_check
    assert grade is not None  # noqa: S101  judged after the others
    shares = tuple(case.one.venue_shares.values())
    single = len(shares) < 2 or max(shares) > preset["single_venue_share"]
    small, large = _is_small_or_large(case)
    step = "small" if single or small else "large" if large and check.state == "thin" else "standard"
    reasons = [
        "one_venue" if single else "several_venues",
        "small" if small else "large" if large else "middling",
        f"book_{check.state}",
    ]
    if case.is_weekend:
        step = STEPS[max(STEPS.index(step) - 1, 0)]
        reasons.append("weekend")
    least, standard, most = preset["least_risk"], preset["standard_risk"], preset["risk_cap"]
    low, high = {
        "least": (least, least),
        "small": (least, standard),
        "standard": (standard, standard),
        "large": (standard, most),
    }[step]
    fraction = low + (high - low) * grade.points / grade.most_points
    for cap in grade.caps:
        if preset[cap] < fraction:
            fraction = preset[cap]
            reasons.append(cap)
    if case.news.state != "clear":
        fraction *= preset["news_size_factor"]
        reasons.append("news")
    fraction = min(fraction, most, RISK_CAP)
    units = None
    if case.has_stop and case.stop is not None:
        units = levels.position_size(case.equity_usd, fraction, case.entry, case.stop)
    return Sizing(fraction, step, tuple(reasons), units, None if units is None else units * case.entry)


def _is_small_or_large(case: Case) -> tuple[bool, bool]:
    """`article` compares the estimate with AED, as the article does; `strict` the flow with multiples of rule R2."""
    preset = case.preset
    below, above = preset.get_usd("small_below_aed"), preset.get_usd("large_above_aed")
    if below is not None and above is not None:
        return not reaches(case.one.mass_usd, below), exceeds(case.one.mass_usd, above)
    threshold = case.threshold_usd
    if threshold is None or threshold <= 0:
        return True, False
    multiple = case.flow_usd / threshold
    return multiple < preset["small_below_multiple"], multiple > preset["large_above_multiple"]


def judge_trade_size(case: Case) -> Judgement:
    """What is lost at the stop, as a share of equity; the article's "% of account" is read as risk."""
    size = size_of(case)
    inputs: dict[str, Value] = {
        "risk_fraction": None if size.units is None else size.fraction,
        "step": size.step,
        "most_risk": min(case.preset["risk_cap"], RISK_CAP),
        "size_units": size.units,
        "size_usd": size.size_usd,
    }
    if size.units is None:
        return Judgement("unknown", inputs, ("no_stop",))
    return Judgement("pass", inputs, ("sized", *_listed(size.reasons), "worth"))


def _listed(phrases: Sequence[str]) -> tuple[str, ...]:
    """Phrases with a comma between each two."""
    return tuple(key for phrase in phrases for key in ("comma", phrase))[1:]


def judge_discount(case: Case) -> Judgement:
    """What of the estimate is planned with."""
    flow_usd, factors = case.flow
    inputs: dict[str, Value] = {
        "estimate_usd": case.estimate_usd,
        "forced_flow_usd": flow_usd,
        "calibration": case.now.calibration,
        "discount_factor": 1 - case.preset["discount"],
        "flow_factor": weekend_flow_factor(case.now, case.preset),
    }
    says = ("planned", *_listed(factors), "end")
    measured = case.now.realised_over_forecast
    if measured is None:
        return Judgement("pass", inputs, says)
    names = ("realised_over_forecast", "realised_over_forecast_low", "realised_over_forecast_high")
    return Judgement("pass", inputs | dict(zip(names, measured, strict=True)), (*says, "measured"))


RULES_OF_TRADE = (
    Rule(
        "R5",
        "entry",
        "Is there room for an entry ahead of the cluster?",
        (same("entry_offset", 0.004, "share of near edge", 0.003, 0.005),),
        "article: 0.3-0.5 % ahead; ours: 0.4 %, as a stop order",
        (True, True),
        judge_entry,
        "{entry_offset:percent1} ahead of the near edge, price not yet there",
        {
            "ahead": "{order:word} at {entry:price}",
            "past": "the price is already past the entry at {entry:price}",
        },
        {"near_edge": "price", "price": "price", "entry": "price", "order": "word"},
        step=4,
    ),
    Rule(
        "R6",
        "stop",
        "Is there an opposing cluster to put the stop behind?",
        (
            same("stop_buffer", 0.001, "share of opposing peak", 0.0, 0.05),
            same("weekend_stop_buffer", 0.005, "share of opposing peak", 0.005, 0.05),
        ),
        "article: above the nearest opposing cluster, +0.5 % at weekends; ours: 0.1 % beyond its peak",
        (True, True),
        judge_stop,
        "{buffer:percent1} beyond the peak of the nearest opposing cluster",
        {
            "none": "there is no opposing cluster to put the stop behind",
            "wrong_side": "the stop {stop:price} lies on the profit side",
            "behind": "stop at {stop:price}, behind {opposing_peak:price}",
        },
        {"stop": "price", "opposing_peak": "price", "buffer": "share"},
        step=4,
    ),
    Rule(
        "R7",
        "target",
        "Where are profits taken?",
        (),
        "article: the far edge at least; ours: then the near edge of the next cluster",
        (False, False),
        judge_target,
        "the far edge",
        {
            "first": "first target {target:price}, ",
            "second": "then {second_target:price}",
            "last": "no cluster beyond",
        },
        {"target": "price", "second_target": "price"},
        step=4,
    ),
    Rule(
        "R8",
        "reward",
        "Does the reward pay for the risk?",
        (
            RuleValue("least_reward_risk", 0.0, 1.0, "times", 0.0, 100.0),
            same("warn_reward_risk", 1.0, "times", 0.0, 100.0),
            same("cost_rate", 0.001, "share of entry, round trip", 0.0, 0.05),
        ),
        "article: no figure, its own example has 0.80-0.96; ours: `article` warns below 1, `strict` refuses",
        (True, True),
        judge_reward,
        "at least {least_reward_risk:number} (warns below {warn_reward_risk:number})",
        {
            "no_stop": "without a stop there is no risk to compare",
            "ratio": "reward over risk {reward_risk:two}; it must win {break_even_win_rate:percent1} of the time to "
            "break even after costs",
            "less": ": less to win than to lose",
        },
        {
            "reward_risk": "two",
            "break_even_win_rate": "share",
            "cost_rate": "share",
            "break_even_win_rate_before_costs": "share",
        },
        flag=_reward_flag,
        step=4,
    ),
    Rule(
        "R9",
        "size of trade",
        "How much of the equity may be lost at the stop?",
        (
            same("least_risk", 0.005, "share of equity", 0.0, RISK_CAP),
            same("standard_risk", 0.01, "share of equity", 0.0, RISK_CAP),
            same("risk_cap", RISK_CAP, "share of equity", 0.0, RISK_CAP),
            same("single_venue_share", 0.70, "share", 0.5, 1.0),
            RuleValue("small_below_aed", 100e6, None, "AED", 0.0, 1e12),
            RuleValue("large_above_aed", 200e6, None, "AED", 0.0, 1e12),
            RuleValue("small_below_multiple", None, 2.0, "times the threshold of R2", 0.0, 1000.0),
            RuleValue("large_above_multiple", None, 4.0, "times the threshold of R2", 0.0, 1000.0),
        ),
        "article: 0.5-1 %, 1-2 %, never above 2 %; ours: read as risk, 70 % is one venue, multiples of R2",
        (False, False),
        judge_trade_size,
        "at most {most_risk:percent1} of equity at risk",
        {
            "no_stop": "without a stop nothing can be sized",
            "sized": "{risk_fraction:percent2} of equity at risk ({step:word}: ",
            "comma": ", ",
            "one_venue": "one venue",
            "several_venues": "several venues",
            "small": "small cluster",
            "middling": "middling cluster",
            "large": "large cluster",
            "book_unknown": "no fresh order book",
            "book_thin": "order book: thin",
            "book_mid": "order book: mid",
            "book_wall": "order book: wall",
            "weekend": "weekend: one step down",
            "thin_risk": "thin market: at most {thin_risk:percent1}",
            "unsupported_risk": "estimate without support: at most {unsupported_risk:percent1}",
            "news": "news, or no calendar to rule it out: x {news_size_factor:number}",
            "worth": "), {size_usd:money} at the entry",
        },
        {"risk_fraction": "share", "step": "word", "most_risk": "share", "size_units": "number", "size_usd": "usd"},
        is_last=True,
        step=5,
    ),
    Rule(
        "R10",
        "discount",
        "How much of the estimate is believed?",
        (same("discount", 0.25, "share", 0.20, 0.30),),
        "article: 20-30 %; ours: 25 %, of an uncalibrated map only",
        (False, False),
        judge_discount,
        "x {discount_factor:number} until calibrated on 30 live days",
        {
            "planned": "estimate {estimate_usd:money}, planned with {forced_flow_usd:money} (",
            "comma": ", ",
            "uncalibrated": "x {discount_factor:number} uncalibrated",
            "calibrated": "calibrated",
            "weekend": "x {flow_factor:number} weekend",
            "market_depth": "x {thin_flow_factor:number} market depth",
            "end": ")",
            "measured": "; on days not seen, realised / forecast was {realised_over_forecast:number} "
            "({realised_over_forecast_low:number} to {realised_over_forecast_high:number})",
        },
        {
            "estimate_usd": "usd",
            "forced_flow_usd": "usd",
            "calibration": "word",
            "discount_factor": "times",
            "realised_over_forecast": "times",
            "realised_over_forecast_low": "times",
            "realised_over_forecast_high": "times",
        },
        step=5,
    ),
)
