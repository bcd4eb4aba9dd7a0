"""Rules about the market around the cluster: its order book, the calendar, the day of the week, how deep it is."""

from __future__ import annotations

from liqheat.records import RuleResult, Verdict
from liqheat.setups.case import Case, weekend_flow_factor
from liqheat.setups.depth import UNUSABLE
from liqheat.setups.rule import Judgement, Rule
from liqheat.setups.thresholds import Preset, same
from liqheat.setups.words import Value


def judge_book(case: Case) -> Judgement:
    """A thin book lets the price through; anything else stands in the way. No fresh book, no answer."""
    check = case.depth_check
    largest = check.walls[0] if check.walls else None
    inputs = {
        "state": check.state,
        "venue": check.venue,
        "resting_usd": check.resting_usd,
        "ratio": check.ratio,
        "reaches_edge": check.reaches_edge,
        "n_samples": check.n_samples,
        "age_ms": check.age_ms,
        "age_s": None if check.age_ms is None else check.age_ms / 1000,
        "largest_wall_price": largest.price if largest else None,
        "largest_wall_usd": largest.resting_usd if largest else None,
    }
    verdict: Verdict = "unknown" if check.state == "unknown" else "pass" if check.state == "thin" else "fail"
    whose = () if check.reason not in UNUSABLE else ("book_of",) if check.venue else ("book",)
    return Judgement(verdict, inputs, (*whose, check.reason, *(("wall",) if largest else ())))


def judge_news(case: Case) -> Judgement:
    """A scheduled event near by. A calendar that cannot say is unknown, and sized as if there were one."""
    state = case.news
    inputs = {
        "state": state.state,
        "events": ", ".join(event.name for event in state.events),
        "event_ms": state.events[0].start_ms if state.events else None,
        "series": ", ".join(state.expired),
    }
    verdict: Verdict = "pass" if state.state == "clear" else "fail" if state.state == "news" else "unknown"
    return Judgement(verdict, inputs, (state.reason,))


def _news_flag(result: RuleResult, _: Preset) -> str | None:
    return {"pass": None, "fail": "news near", "unknown": "calendar unknown"}[result.verdict]


def judge_weekend(case: Case) -> Judgement:
    """Weekends discount the flow, widen the stop and lower the conviction; `strict` sits out."""
    inputs: dict[str, Value] = {
        "is_weekend": case.is_weekend,
        "flow_factor": weekend_flow_factor(case.now, case.preset),
        "is_measured": case.now.weekend_flow_factor is not None,
    }
    return Judgement("fail" if case.is_weekend else "pass", inputs, ("weekend" if case.is_weekend else "working",))


def judge_rank(case: Case) -> Judgement:
    """The deeper the market, the more its map means; an unknown rank counts as the worst."""
    rank = case.now.volume_rank
    inputs: dict[str, Value] = {"volume_rank": rank}
    if rank is None:
        return Judgement("unknown", inputs, ("unknown",))
    if rank > case.preset["last_rank"]:
        return Judgement("fail", inputs, ("bent",))
    return Judgement("pass", inputs, ("whole" if rank <= case.preset["full_rank"] else "discounted",))


RULES_OF_MARKET = (
    Rule(
        "R4",
        "order book",
        "Is the book between price and cluster thin?",
        (
            same("thin_ratio", 0.20, "resting / forced flow", 0.0, 10.0),
            same("wall_ratio", 1.0, "resting / forced flow", 0.0, 100.0),
            same("most_depth_age_s", 5.0, "s", 0.1, 60.0),
            same("least_depth_samples", 12.0, "samples", 1.0, 1000.0),
            same("depth_window_s", 60.0, "s", 1.0, 600.0),
        ),
        "article: under 20 % is thin; ours: wall, age, median of 12 samples in 60 s",
        (False, True),
        judge_book,
        "under {thin_ratio:percent} of the cluster's flow; above {wall_ratio:percent} is a wall",
        {
            "share": "{ratio:percent} of the cluster's flow rests before it",
            "ends_early": "at least {ratio:percent} of the cluster's flow rests before it, but the book ends before "
            "the near edge",
            "none": "no order book was given",
            "book": "the book ",
            "book_of": "the book of {venue} ",
            "no_sample": "has no sample of the last {depth_window_s:number} s",
            "old": "is {age_s:number} s old; at most {most_depth_age_s:number} s will do",
            "few": "has {n_samples:number} samples; {least_depth_samples:number} are needed against spoofing",
            "empty": "is empty on the way to the cluster: a broken feed, not a thin book",
            "no_flow": "no flow to compare",
            "wall": "; a wall of {largest_wall_usd:money} at {largest_wall_price:price}",
        },
        {
            "state": "word",
            "resting_usd": "usd",
            "ratio": "share",
            "reaches_edge": "yes_no",
            "n_samples": "number",
            "age_ms": "age",
            "largest_wall_price": "price",
            "largest_wall_usd": "usd",
        },
        points=lambda result, _: 2 * (result.verdict == "pass"),
        flag=lambda result, _: "wall in the way" if result.inputs["state"] == "wall" else None,
        must_be_known=True,
        step=3,
    ),
    Rule(
        "R11",
        "news",
        "Is a scheduled macro event near?",
        (same("news_window_min", 60.0, "min", 0.0, 1440.0), same("news_size_factor", 0.5, "times", 0.0, 0.5)),
        "article: halve or sit out; ours: 60 min either side, `article` halves, `strict` sits out",
        (False, True),
        judge_news,
        "no scheduled event within {news_window_min:number} min",
        {
            "clear": "no scheduled event within {news_window_min:number} min",
            "near": "within {news_window_min:number} min of {events}, {event_ms:moment}",
            "none": "there is no calendar",
            "expired": "the calendar of {series} does not cover this time",
            "uncovered": "no series covers this time",
        },
        {"state": "word", "events": "word", "event_ms": "moment"},
        points=lambda result, _: int(result.verdict == "pass"),
        flag=_news_flag,
        step=5,
    ),
    Rule(
        "R14",
        "weekend",
        "Is it a working day?",
        (same("weekend_flow_factor", 0.8, "times", 0.0, 1.0),),
        "article: 15-30 % less open interest; ours: 0.8 unless measured, `strict` sits out",
        (False, True),
        judge_weekend,
        "Monday to Friday, UTC",
        {
            "working": "a working day",
            "weekend": "weekend: flow x {flow_factor:number}, stop buffer at least {weekend_stop_buffer:percent1}, "
            "conviction one step down",
        },
        {"is_weekend": "yes_no", "flow_factor": "times", "is_measured": "yes_no"},
        points=lambda result, _: int(result.verdict == "pass"),
        flag=lambda result, _: "weekend" if result.verdict == "fail" else None,
        step=5,
    ),
    Rule(
        "R17",
        "market depth",
        "Is the market deep enough for its map to mean much?",
        (
            same("full_rank", 2.0, "rank by 30-day volume", 1.0, 1000.0),
            same("last_rank", 15.0, "rank by 30-day volume", 1.0, 1000.0),
            same("thin_flow_factor", 0.8, "times", 0.0, 1.0),
            same("thin_risk", 0.005, "share of equity", 0.0, 0.005),
        ),
        "article: BTC and ETH, poor below the top 15; ours: factor and cap, `strict` refuses beyond 15",
        (False, True),
        judge_rank,
        "rank {full_rank:number} in full, to {last_rank:number} discounted, beyond that capped",
        {
            "unknown": "its rank by volume is not known: graded as the worst",
            "bent": "rank {volume_rank}: one holder can bend the whole map",
            "whole": "rank {volume_rank}: in full",
            "discounted": "rank {volume_rank}: flow x {thin_flow_factor:number}",
        },
        {"volume_rank": "number"},
        cap="thin_risk",
        step=3,
    ),
)
