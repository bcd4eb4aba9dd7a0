"""Rules about the cluster's life: whether it has moved, has fired, is backed by data, and what it does now."""

from __future__ import annotations

from liqheat.records import Phase, RuleResult, Verdict
from liqheat.setups.case import Case
from liqheat.setups.judging import exceeds, ratio_of, reaches
from liqheat.setups.rule import Judgement, Rule
from liqheat.setups.thresholds import Preset, same
from liqheat.setups.words import Value


def judge_migration(case: Case) -> Judgement:
    """The cluster has not moved or shrunk since it was noted.

    The article does not say which point of it moves. The peak of a wide cluster jumps between two near-equal heights,
    so its centre counts.
    """
    noted = case.first_noted
    moved = case.one.centre_price / noted.centre_price - 1.0
    fallen = 1.0 - case.flow_usd / noted.forced_flow_usd if noted.forced_flow_usd > 0 else 0.0
    inputs = {
        "moved": moved,
        "fallen": fallen,
        "flow_change": 0.0 - fallen,
        "noted_ms": noted.time_ms,
        "noted_centre_price": noted.centre_price,
    }
    is_gone = exceeds(abs(moved), case.preset["most_migration"]) or exceeds(fallen, case.preset["most_fall"])
    return Judgement("fail" if is_gone else "pass", inputs, ("since",))


def judge_chase(case: Case) -> Judgement:
    """After a cluster has fired there is nothing left to trade into."""
    cluster = case.cluster
    inputs = {"swept_share": cluster.swept_share, "swept_usd": cluster.swept_usd, "death": cluster.death}
    if cluster.death is not None:
        return Judgement("fail", inputs, ("gone",))
    is_over = exceeds(cluster.swept_share, case.preset["exhausted_share"])
    return Judgement("fail" if is_over else "pass", inputs, ("swept",))


def judge_support(case: Case) -> Judgement:
    """How much of the estimate sweeps in training back; unknown for an uncalibrated book.

    A model whose published gain over the strongest baseline may be nothing is not believed either.
    """
    support, gain = case.one.support, case.now.information_gain
    if support is None:
        return Judgement("unknown", {"support": None}, ("uncalibrated",))
    inputs: dict[str, Value] = {"support": support}
    is_enough = reaches(support, case.preset["least_support"])
    if gain is None:
        return Judgement("pass" if is_enough else "fail", inputs, ("backed",))
    inputs |= {"information_gain_low": gain[0], "information_gain_high": gain[1]}
    is_proven = gain[0] > 0.0
    says = ("backed", "gain") if is_proven else ("backed", "gain", "unproven")
    return Judgement("pass" if is_enough and is_proven else "fail", inputs, says)


def _support_points(result: RuleResult, preset: Preset) -> int:
    support = result.inputs["support"]
    return int(isinstance(support, float) and reaches(support, preset["strong_support"]))


def phase_of(case: Case) -> tuple[Phase, Verdict, tuple[str, ...]]:
    """Before, while or after it fires, from liquidations and taker share of the last minute; and how to say it.

    Without those feeds only a price outside the cluster can be placed: it is approaching.
    """
    cluster, preset, now = case.cluster, case.preset, case.now
    share = _realised_share(case)
    if cluster.death is not None or cluster.swept_share > preset["exhausted_share"]:
        return "exhausted", "fail", ("fired",)
    if share is not None and share > preset["exhausted_share"]:
        return "exhausted", "fail", ("minute",)
    if share is not None and share >= preset["triggering_share"]:
        confirmed = now.taker_share is not None and now.taker_share >= preset["taker_share"]
        takers = "confirmed" if confirmed else "unconfirmed" if now.taker_share is not None else "takers_unknown"
        return "triggering", "pass", ("minute", takers)
    if case.distance > 0:
        return "approaching", "pass", ("outside",)
    if share is None:
        return cluster.phase, "unknown", ("inside_unknown",)
    return "approaching", "pass", ("inside",)


def judge_phase(case: Case) -> Judgement:
    """Before, while or after it fires; see `phase_of`."""
    phase, verdict, says = phase_of(case)
    inputs = {
        "phase": phase,
        "realised_share_of_minute": _realised_share(case),
        "taker_share": case.now.taker_share,
        "swept_share": case.cluster.swept_share,
    }
    return Judgement(verdict, inputs, says)


def _realised_share(case: Case) -> float | None:
    realised = case.now.realised_usd
    return None if realised is None else ratio_of(realised, case.flow_usd)


RULES_OF_CLUSTER = (
    Rule(
        "R13",
        "migration",
        "Does the cluster still stand where it was noted?",
        (
            same("most_migration", 0.01, "share of price", 0.0, 0.5),
            same("most_fall", 0.40, "share of forced flow", 0.0, 1.0),
        ),
        "article: 1 %; ours: or 40 % less flow, and the centre moves, not the peak",
        (True, True),
        judge_migration,
        "moved at most {most_migration:percent}, fell at most {most_fall:percent}",
        {"since": "centre moved {moved:change2} and flow changed {flow_change:change} since noted"},
        {
            "moved": "share",
            "fallen": "share",
            "flow_change": "share",
            "noted_ms": "moment",
            "noted_centre_price": "price",
        },
        flag=lambda result, _: "expired: the cluster moved or shrank" if result.verdict == "fail" else None,
        step=2,
    ),
    Rule(
        "R15",
        "not chasing",
        "Has the cluster fired already?",
        (same("exhausted_share", 0.70, "share", 0.0, 1.0),),
        "article: after it fired the move is largely done; ours: 70 % swept",
        (True, True),
        judge_chase,
        "at most {exhausted_share:percent} swept",
        {"gone": "the cluster is gone: {death:word}", "swept": "{swept_share:percent} swept (estimated)"},
        {"swept_share": "share", "swept_usd": "usd", "death": "word"},
        step=2,
    ),
    Rule(
        "R16",
        "support",
        "Is the estimate backed by data?",
        (
            same("least_support", 0.5, "share", 0.0, 1.0),
            same("strong_support", 0.8, "share", 0.0, 1.0),
            same("unsupported_risk", 0.005, "share of equity", 0.0, 0.005),
        ),
        "ours: the article has no such rule",
        (False, False),
        judge_support,
        "at least {least_support:number}",
        {
            "uncalibrated": "the book is not calibrated, so nothing backs its distances",
            "backed": "{support:percent} of it is backed by sweeps",
            "gain": "; published gain {information_gain_low:signed3} to {information_gain_high:signed3} nats",
            "unproven": ", which may be nothing",
        },
        {"support": "share", "information_gain_low": "number", "information_gain_high": "number"},
        points=_support_points,
        cap="unsupported_risk",
        step=1,
    ),
    Rule(
        "R18",
        "phase",
        "Before, while or after it fires?",
        (
            same("triggering_share", 0.05, "realised in 60 s / forced flow", 0.0, 1.0),
            same("taker_share", 0.6, "share", 0.5, 1.0),
        ),
        "article: before, as, after it triggers; ours: every figure",
        (False, False),
        judge_phase,
        "firing from {triggering_share:percent} in a minute, over at {exhausted_share:percent}",
        {
            "fired": "it has fired",
            "minute": "{realised_share_of_minute:percent} of its flow was liquidated within the minute",
            "confirmed": ", takers confirm",
            "unconfirmed": ", takers do not confirm",
            "takers_unknown": ", takers are not known",
            "outside": "the price has not reached it",
            "inside_unknown": "the price is inside it, and no feed of liquidations says whether it fires",
            "inside": "the price is inside it, and next to nothing was liquidated in the last minute",
        },
        {"phase": "word", "realised_share_of_minute": "share", "taker_share": "share", "swept_share": "share"},
        step=1,
    ),
)
