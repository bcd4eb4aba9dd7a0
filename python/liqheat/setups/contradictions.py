"""Where the article contradicts itself or the facts, and what is done about it; `rule_ids` are the rules concerned."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One place: what it is about, how we resolve it, and the rules that follow the resolution."""

    title: str
    resolution: str
    rule_ids: tuple[str, ...]


CONTRADICTIONS = (
    Contradiction(
        "Entry",
        (
            '"Limit order 0.3-0.5 % ahead" of longs below the price would be a sell limit below the market, which '
            "fills at once. It is a stop order here."
        ),
        ("R5",),
    ),
    Contradiction(
        "Stop",
        (
            '"On the opposite side of the cluster from your entry" would be the profit side. The article\'s '
            "example puts it above the nearest short cluster; so do we."
        ),
        ("R6",),
    ),
    Contradiction(
        "Reward",
        (
            "That example (entry 92,276-92,460, stop 94,500, target 90,500) wins 0.80 to 0.96 for each 1 at risk "
            "and must win 51-56 % of the time, 53-58 % after costs. `article` shows and flags it, `strict` "
            "refuses it."
        ),
        ("R8",),
    ),
    Contradiction(
        "Discount",
        (
            'The map "underestimates by 10-25 %", and what is realised is "60-80 % of the estimate". These have '
            "opposite signs. Until realised liquidations settle it, only the discount is applied: it is the safe "
            "one."
        ),
        ("R10",),
    ),
    Contradiction(
        "Distance",
        (
            '"Actionable within 1-4 h" at 2 %: a driftless price gets there within 4 h with 2 % at a volatility '
            "of 40 % a year and 12 % at 60 %. The chance of a touch stands beside every distance."
        ),
        ("R3",),
    ),
    Contradiction(
        '"60 % trigger, 40 % reverse"',
        (
            "is what a random walk does at about half a standard deviation. It is no property of clusters, and no "
            "rule uses it."
        ),
        ("R18",),
    ),
    Contradiction(
        "Data",
        (
            "Venues do not publish open interest by price or leverage, as the article says they do; and one venue "
            "does publish positions, which it says none does. The map is an estimate from public aggregates."
        ),
        ("R16",),
    ),
    Contradiction(
        "20x from 95,000",
        "90,250 is the bankruptcy price. Venues close earlier, at their liquidation price.",
        (),
    ),
    Contradiction(
        '"Does not predict" and "magnet"',
        (
            "Asymmetry names a side to trade into. Whether price is drawn there is a hypothesis, and nothing here "
            "says otherwise."
        ),
        ("R1",),
    ),
    Contradiction(
        '"24-hour average liquidation volume"',
        (
            "is read as the mean day of the last 30. A trailing 24-hour total can be given in its place "
            "(`daily_liquidated_usd`)."
        ),
        ("R2",),
    ),
    Contradiction(
        '"% of account"',
        'is read as risk, since the article\'s cap is "2 % risk". The notional is shown beside it.',
        ("R9",),
    ),
)
