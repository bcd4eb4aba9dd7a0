"""Trade ideas with their reasons, and what they are judged from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from liqheat.records.clusters import TrackedCluster
from liqheat.records.touch import ClusterTouch

Verdict = Literal["pass", "fail", "unknown"]
"""``unknown`` is an answer: what a rule needs is missing or too old."""

SetupVerdict = Literal["pass", "fail", "incomplete"]
"""``incomplete``: nothing speaks against it, but something that must be known is not."""

Style = Literal["scalp", "day", "swing"]
Direction = Literal["long", "short"]
"""Direction of a trade: short into longs below, long into shorts above."""


@dataclass(frozen=True, slots=True)
class RuleResult:
    """What one rule says of one setup.

    Attributes
    ----------
    rule_id, name : str
        Row of the table of rules.
    verdict : {'pass', 'fail', 'unknown'}
        What it says.
    is_hard : bool
        Whether a failure fails the setup.
    inputs : mapping of str to number, text, bool or None
        What it looked at; units stand in the names.
    threshold : str
        What it compared with.
    sentence : str
        Why, for people.
    says : tuple of str
        The same as phrases of the rule, in their order: worded with `inputs` they make the sentence.
    """

    rule_id: str
    name: str
    verdict: Verdict
    is_hard: bool
    inputs: Mapping[str, float | int | str | bool | None]
    threshold: str
    sentence: str
    says: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wall:
    """Resting orders at one price, far above the usual level: USD, and how many times the median level it is."""

    price: float
    resting_usd: float
    multiple_of_median: float


@dataclass(frozen=True, slots=True)
class DepthCheck:
    """What rests between the price and a cluster.

    Attributes
    ----------
    state : {'thin', 'mid', 'wall', 'unknown'}
        Resting orders below a fifth of the cluster's flow, up to all of it, or more.
    resting_usd : float, optional
        Median over the samples.
    ratio : float, optional
        Resting over forced flow.
    reaches_edge : bool
        Whether the books go as far as the near edge; otherwise `resting_usd` is a lower bound.
    n_samples : int
        Fewest samples of any book.
    age_ms : int, optional
        Age of the newest sample of the stalest book.
    walls : tuple of Wall
        Largest first.
    reason : str
        What there is to say of it: a phrase of rule R4, which words it.
    venue : str
        Whose book cannot be used; empty where that is not told or not so.
    """

    state: Literal["thin", "mid", "wall", "unknown"]
    resting_usd: float | None
    ratio: float | None
    reaches_edge: bool
    n_samples: int
    age_ms: int | None
    walls: tuple[Wall, ...]
    reason: str
    venue: str = ""


@dataclass(frozen=True, slots=True)
class MacroEvent:
    """A scheduled event; `end_ms` equals `start_ms` for a moment, UTC epoch milliseconds."""

    name: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class BrokenEntry:
    """An entry of a calendar file that could not be used: where it stands, and why."""

    where: str
    reason: str


@dataclass(frozen=True, slots=True)
class CalendarSeries:
    """Events of one kind, complete from `valid_from_ms` until `valid_until_ms`; None where nobody vouches for that.

    Attributes
    ----------
    name, source : str
        ``FOMC``, ``CPI`` or the user's file; where the dates come from.
    events : tuple of MacroEvent
        In time order.
    valid_from_ms, valid_until_ms : int, optional
        Span in which a time without an event is known to be without one.
    is_required : bool
        Whether a calendar without this series can be called clear.
    broken : tuple of BrokenEntry
        Entries left out.
    """

    name: str
    source: str
    events: tuple[MacroEvent, ...]
    valid_from_ms: int | None
    valid_until_ms: int | None
    is_required: bool
    broken: tuple[BrokenEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class CalendarState:
    """Whether a scheduled event is near: ``news``, ``clear``, or ``unknown`` where the calendar cannot say.

    Attributes
    ----------
    state : {'news', 'clear', 'unknown'}
        The answer.
    events : tuple of MacroEvent
        Those that are near.
    reason : str
        What there is to say of it: a phrase of rule R11, which words it.
    expired : tuple of str
        Series that do not cover the time.
    """

    state: Literal["news", "clear", "unknown"]
    events: tuple[MacroEvent, ...]
    reason: str
    expired: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Noted:
    """What a setup stood on when it was first noted (rule R13)."""

    time_ms: int
    centre_price: float
    forced_flow_usd: float


@dataclass(frozen=True, slots=True)
class Setup:
    """A trade idea with all its reasons; one that fails keeps them too.

    Attributes
    ----------
    cluster : TrackedCluster
        The cluster that is traded into.
    symbol : str
        Unified symbol.
    direction : {'long', 'short'}
        Direction of the trade.
    style, preset : str
        As asked for.
    time_ms : int
        When it was scored, UTC epoch milliseconds.
    price : float
        Last price then.
    verdict : {'pass', 'fail', 'incomplete'}
        Fails when a hard rule fails; incomplete when none fails but one is unknown, or there is no fresh order book.
    rules : tuple of RuleResult
        Every rule, R1 to R18.
    points, most_points : int
        Soft evidence, beside the verdict and never in place of it.
    entry, stop, target, second_target : float, optional
        Prices; None where there is none (no opposing cluster for a stop, say).
    entry_order : str
        Kind of order: ``sell stop`` or ``buy stop``.
    reward_risk : float, optional
        Way to the target over way to the stop.
    break_even_win_rate : float, optional
        Share of wins that pays for the losses, costs included, 0..1 (above 1: cannot pay).
    touch_probability : float, optional
        Chance that a driftless price reaches the near edge within `horizon_ms`.
    horizon_ms, expires_ms : int
        Time the setup has; when it ends.
    forced_flow_usd : float
        Estimated flow after every discount that applies now.
    touch_forecast : ClusterTouch, optional
        What is liquidated if the price gets there in time; None on a map of open positions.
    risk_fraction : float, optional
        Share of equity lost at the stop, at most 0.02.
    risk_usd, size_units, size_usd, size_pct_of_equity : float, optional
        Loss at the stop; coins; their value at the entry; that value in per cent of equity.
    flags : tuple of str
        Warnings, short.
    noted : Noted
        What it stood on when first noted.
    calibration : str
        Of the model that the figures come from.
    depth_check : DepthCheck, optional
        What rests in the way; None without an order book.
    """

    cluster: TrackedCluster
    symbol: str
    direction: Direction
    style: Style
    preset: str
    time_ms: int
    price: float
    verdict: SetupVerdict
    rules: tuple[RuleResult, ...]
    points: int
    most_points: int
    entry: float | None
    entry_order: str
    stop: float | None
    target: float | None
    second_target: float | None
    reward_risk: float | None
    break_even_win_rate: float | None
    touch_probability: float | None
    horizon_ms: int
    expires_ms: int
    forced_flow_usd: float
    touch_forecast: ClusterTouch | None
    risk_fraction: float | None
    risk_usd: float | None
    size_units: float | None
    size_usd: float | None
    size_pct_of_equity: float | None
    flags: tuple[str, ...]
    noted: Noted
    calibration: str
    depth_check: DepthCheck | None

    @property
    def reasons(self) -> tuple[str, ...]:
        """Sentences of the rules that did not pass, hard ones first."""
        missed = sorted((rule for rule in self.rules if rule.verdict != "pass"), key=lambda rule: not rule.is_hard)
        return tuple(f"{rule.rule_id} {rule.name}: {rule.sentence}" for rule in missed)

    def rule(self, rule_id: str) -> RuleResult:
        """The result of one rule, by its id."""
        return next(rule for rule in self.rules if rule.rule_id == rule_id)


@dataclass(frozen=True, slots=True)
class SessionOpen:
    """A trading session that opens: its name and when, UTC epoch milliseconds."""

    name: str
    open_ms: int
    close_ms: int


@dataclass(frozen=True, slots=True)
class SessionBrief:
    """What changed since the last look; ids of clusters, and of the clusters of setups.

    Attributes
    ----------
    session : str
        Name of the session that opens; empty without one.
    time_ms : int
        Of the newer look.
    moved : tuple of (str, float)
        Clusters whose centre moved by more than 1 %, with the way in per cent.
    grew : tuple of (str, float)
        Clusters that hold more, with the growth in USD.
    died : tuple of (str, str)
        Clusters that ended, and how.
    born : tuple of str
        New clusters.
    expired : tuple of (str, str)
        Setups that no longer stand, and why.
    """

    session: str
    time_ms: int
    moved: tuple[tuple[str, float], ...]
    grew: tuple[tuple[str, float], ...]
    died: tuple[tuple[str, str], ...]
    born: tuple[str, ...]
    expired: tuple[tuple[str, str], ...]
