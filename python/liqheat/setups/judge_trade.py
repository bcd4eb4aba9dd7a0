"""Rules about the trade: R5 to R10, each a pure function."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from liqheat.records import Cluster, Direction, RuleResult, Verdict
from liqheat.setups.judging import Inputs, exceeds, in_words, judge, reaches
from liqheat.setups.levels import break_even_win_rate, reward_risk
from liqheat.setups.presets import Preset
from liqheat.setups.rules import RISK_CAP

STEPS = ("least", "small", "standard", "large")
"""Steps of conviction, rising."""


def judge_entry(preset: Preset, direction: Direction, near_edge: float, price: float, entry: float) -> RuleResult:
    """R5: a stop order ahead of the near edge. The article's limit order there would fill at once."""
    is_ahead = price > entry if direction == "short" else price < entry
    order = "sell stop" if direction == "short" else "buy stop"
    inputs: Inputs = {"near_edge": near_edge, "price": price, "entry": entry, "order": order}
    threshold = f"{preset['entry_offset']:.1%} ahead of the near edge, price not yet there"
    sentence = f"{order} at {entry:,.6g}" if is_ahead else f"the price is already past the entry at {entry:,.6g}"
    return judge("R5", preset, "pass" if is_ahead else "fail", inputs, threshold, sentence)


def judge_stop(
    preset: Preset, direction: Direction, entry: float, stop: float | None, opposing: Cluster | None, *, weekend: bool
) -> RuleResult:
    """R6: beyond the nearest opposing cluster, as the article's example has it (its words say the profit side)."""
    buffer = preset["weekend_stop_buffer"] if weekend else preset["stop_buffer"]
    inputs: Inputs = {"stop": stop, "opposing_peak": opposing.peak_price if opposing else None, "buffer": buffer}
    threshold = f"{buffer:.1%} beyond the peak of the nearest opposing cluster"
    if stop is None or opposing is None:
        return judge("R6", preset, "fail", inputs, threshold, "there is no opposing cluster to put the stop behind")
    if (stop > entry) != (direction == "short"):
        return judge("R6", preset, "fail", inputs, threshold, f"the stop {stop:,.6g} lies on the profit side")
    return judge("R6", preset, "pass", inputs, threshold, f"stop at {stop:,.6g}, behind {opposing.peak_price:,.6g}")


def judge_target(preset: Preset, target: float, second: float | None) -> RuleResult:
    """R7: the far edge first, then the near edge of the next cluster."""
    inputs: Inputs = {"target": target, "second_target": second}
    rest = "no cluster beyond" if second is None else f"then {second:,.6g}"
    return judge("R7", preset, "pass", inputs, "the far edge", f"first target {target:,.6g}, {rest}")


def judge_reward(preset: Preset, entry: float, stop: float | None, target: float) -> RuleResult:
    """R8: reward over risk, and the share of wins that it needs once costs are paid."""
    least, warn = preset["least_reward_risk"], preset["warn_reward_risk"]
    threshold = f"at least {least:g} (warns below {warn:g})"
    if stop is None or stop == entry:
        inputs: Inputs = {"reward_risk": None, "break_even_win_rate": None, "cost_rate": preset["cost_rate"]}
        return judge("R8", preset, "unknown", inputs, threshold, "without a stop there is no risk to compare")
    ratio = reward_risk(entry, stop, target)
    cost = preset["cost_rate"] * entry / abs(entry - stop)
    needed = break_even_win_rate(ratio, cost)
    inputs = {
        "reward_risk": ratio,
        "break_even_win_rate": needed,
        "break_even_win_rate_before_costs": break_even_win_rate(ratio),
        "cost_rate": preset["cost_rate"],
    }
    verdict: Verdict = "pass" if reaches(ratio, least) else "fail"
    sentence = f"reward over risk {ratio:.2f}; it must win {needed:.1%} of the time to break even after costs"
    if not reaches(ratio, warn):
        sentence += ": less to win than to lose"
    return judge("R8", preset, verdict, inputs, threshold, sentence)


@dataclass(frozen=True, slots=True)
class Conviction:
    """What decides the share of equity at risk."""

    estimate_usd: float
    flow_usd: float
    threshold_usd: float | None
    venue_shares: tuple[float, ...]
    book_state: str
    is_weekend: bool
    is_news_or_unknown: bool
    points: int
    most_points: int
    caps: Sequence[tuple[float, str]]


def risk_fraction(preset: Preset, conviction: Conviction) -> tuple[float, str, str]:
    """Share of equity at risk, the step of conviction, and why. Never above 2 %, whatever the preset says."""
    single = len(conviction.venue_shares) < 2 or max(conviction.venue_shares) > preset["single_venue_share"]
    small, large = _is_small_or_large(preset, conviction)
    step = "small" if single or small else "large" if large and conviction.book_state == "thin" else "standard"
    reasons = [
        "one venue" if single else "several venues",
        "small cluster" if small else "large cluster" if large else "middling cluster",
        "no fresh order book" if conviction.book_state == "unknown" else f"order book: {conviction.book_state}",
    ]
    if conviction.is_weekend:
        step = STEPS[max(STEPS.index(step) - 1, 0)]
        reasons.append("weekend: one step down")
    least, standard, most = preset["least_risk"], preset["standard_risk"], preset["risk_cap"]
    low, high = {
        "least": (least, least),
        "small": (least, standard),
        "standard": (standard, standard),
        "large": (standard, most),
    }[step]
    fraction = low + (high - low) * conviction.points / conviction.most_points
    for cap, reason in conviction.caps:
        if cap < fraction:
            fraction = cap
            reasons.append(f"{reason}: at most {cap:.1%}")
    if conviction.is_news_or_unknown:
        fraction *= preset["news_size_factor"]
        reasons.append(f"news, or no calendar to rule it out: x {preset['news_size_factor']:g}")
    return min(fraction, most, RISK_CAP), step, ", ".join(reasons)


def _is_small_or_large(preset: Preset, conviction: Conviction) -> tuple[bool, bool]:
    """`article` compares the estimate with AED, as the article does; `strict` the flow with multiples of rule R2."""
    below, above = preset.get_usd("small_below_aed"), preset.get_usd("large_above_aed")
    if below is not None and above is not None:
        return not reaches(conviction.estimate_usd, below), exceeds(conviction.estimate_usd, above)
    threshold = conviction.threshold_usd
    if threshold is None or threshold <= 0:
        return True, False
    multiple = conviction.flow_usd / threshold
    return multiple < preset["small_below_multiple"], multiple > preset["large_above_multiple"]


def judge_trade_size(
    preset: Preset, fraction: float | None, step: str, reasons: str, units: float | None, size_usd: float | None
) -> RuleResult:
    """R9: what is lost at the stop, as a share of equity; the article's "% of account" is read as risk."""
    inputs: Inputs = {"risk_fraction": fraction, "step": step, "size_units": units, "size_usd": size_usd}
    threshold = f"at most {min(preset['risk_cap'], RISK_CAP):.1%} of equity at risk"
    if fraction is None or units is None or size_usd is None:
        return judge("R9", preset, "unknown", inputs, threshold, "without a stop nothing can be sized")
    sentence = f"{fraction:.2%} of equity at risk ({step}: {reasons}), {in_words(size_usd)} at the entry"
    return judge("R9", preset, "pass", inputs, threshold, sentence)


def judge_discount(preset: Preset, estimate_usd: float, flow_usd: float, calibration: str, factors: str) -> RuleResult:
    """R10: what of the estimate is planned with."""
    inputs: Inputs = {"estimate_usd": estimate_usd, "forced_flow_usd": flow_usd, "calibration": calibration}
    threshold = f"x {1 - preset['discount']:g} until calibrated on 30 live days"
    sentence = f"estimate {in_words(estimate_usd)}, planned with {in_words(flow_usd)} ({factors})"
    return judge("R10", preset, "pass", inputs, threshold, sentence)
