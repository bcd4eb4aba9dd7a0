"""One setup before it is judged: everything that rules look at, computed once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from liqheat.records import CalendarState, Cluster, ClusterTouch, DepthCheck, Direction, Noted, Style, TrackedCluster
from liqheat.setups import levels
from liqheat.setups.calendar import calendar_state
from liqheat.setups.context import MarketNow
from liqheat.setups.depth import check_depth
from liqheat.setups.thresholds import Preset
from liqheat.units import MINUTE_MS

HOURS_A_YEAR = 365.25 * 24


@dataclass(frozen=True, slots=True)
class Grade:
    """What the rules that are judged first come to: points, and thresholds that limit the share at risk."""

    points: int
    most_points: int
    caps: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """What is judged.

    Attributes
    ----------
    cluster : TrackedCluster
        What is traded into.
    now : MarketNow
        The market.
    preset : Preset
        Thresholds.
    style : {'scalp', 'day', 'swing'}
        How long it is meant to be held.
    equity_usd : float
        Account.
    noted : Noted, optional
        What the setup stood on when it was first noted.
    grade : Grade, optional
        Of the rules before; the last ones need it.
    """

    cluster: TrackedCluster
    now: MarketNow
    preset: Preset
    style: Style
    equity_usd: float
    noted: Noted | None = None
    grade: Grade | None = None

    @property
    def one(self) -> Cluster:
        """The cluster as last seen."""
        return self.cluster.cluster

    @property
    def direction(self) -> Direction:
        """Direction of the trade."""
        return levels.trade_direction(self.one)

    @cached_property
    def flow(self) -> tuple[float, tuple[str, ...]]:
        """Flow that is planned with, USD, and which factors made it; see `effective_flow`."""
        is_expected = self.touch is not None and self.touch.inside_usd is not None
        forced = self.estimate_usd if is_expected else self.one.forced_flow_usd
        return effective_flow(self.one.mass_usd, forced, self.now, self.preset)

    @property
    def estimate_usd(self) -> float:
        """What the cluster is said to hold: expected inside if the price gets there, else what stands in its map."""
        expected = None if self.touch is None else self.touch.inside_usd
        return self.one.mass_usd if expected is None else expected

    @property
    def touch(self) -> ClusterTouch | None:
        """What is expected of the cluster if the price gets there; None on a map of open positions."""
        return self.now.touches.get(self.cluster.cluster_id)

    @property
    def flow_usd(self) -> float:
        """Flow that is planned with."""
        return self.flow[0]

    @cached_property
    def first_noted(self) -> Noted:
        """What it stood on when it was first noted: now, unless it was noted before."""
        return self.noted or Noted(self.now.now_ms, self.one.centre_price, self.flow_usd)

    @cached_property
    def long_usd(self) -> float:
        """Longs below the price, within the band."""
        price = self.now.price
        return self.now.curves.usd_between("long", price * (1 - self.preset["band"]), price)

    @cached_property
    def short_usd(self) -> float:
        """Shorts above the price, within the band."""
        price = self.now.price
        return self.now.curves.usd_between("short", price, price * (1 + self.preset["band"]))

    @cached_property
    def distance(self) -> float:
        """Way to the near edge, share of the price."""
        return self.one.distance(self.now.price)

    @property
    def hours(self) -> float:
        """Hours that a setup of the style is given."""
        return horizon_hours(self.preset, self.style)

    @cached_property
    def touch_probability(self) -> float:
        """Chance that a driftless price touches the near edge in time; a near edge that was reached is touched."""
        level = self.one.near_edge if self.distance > 0 else self.now.price
        return levels.touch_probability(self.now.price, level, self.now.volatility_per_sqrt_hour, self.hours)

    @property
    def is_weekend(self) -> bool:
        """Saturday or Sunday, UTC."""
        return is_weekend(self.now.now_ms)

    @cached_property
    def depth_check(self) -> DepthCheck:
        """What rests between the price and the cluster."""
        now = self.now
        return check_depth(now.depth, self.one, self.flow_usd, price=now.price, now_ms=now.now_ms, preset=self.preset)

    @cached_property
    def news(self) -> CalendarState:
        """Whether a scheduled event is near."""
        window_ms = round(self.preset["news_window_min"] * MINUTE_MS)
        return calendar_state(self.now.calendar, self.now.now_ms, window_ms=window_ms)

    @property
    def entry(self) -> float:
        """Trigger of the order."""
        return levels.entry_price(self.one.near_edge, self.direction, self.preset["entry_offset"])

    @cached_property
    def opposing(self) -> Cluster | None:
        """Nearest cluster of the other side."""
        return levels.nearest_opposing(self.now.clusters, self.one, self.now.price)

    @property
    def stop_buffer(self) -> float:
        """How far beyond the opposing peak the stop stands."""
        least, weekend = self.preset["stop_buffer"], self.preset["weekend_stop_buffer"]
        return max(least, weekend) if self.is_weekend else least

    @property
    def stop(self) -> float | None:
        """Stop price; None without an opposing cluster."""
        opposing = self.opposing
        return None if opposing is None else levels.stop_price(opposing.peak_price, self.direction, self.stop_buffer)

    @property
    def has_stop(self) -> bool:
        """Whether there is a stop, on the side where losses are."""
        return self.stop is not None and (self.stop > self.entry) == (self.direction == "short")

    @cached_property
    def second_target(self) -> float | None:
        """Near edge of the next cluster beyond."""
        beyond = levels.next_cluster(self.now.clusters, self.one)
        return None if beyond is None else beyond.near_edge

    @property
    def threshold_usd(self) -> float | None:
        """Least flow that is large beside a usual day; None where that is not known."""
        daily = self.now.daily_liquidated_usd
        if daily is None:
            return None
        share = self.preset["least_share_of_daily"]
        return share * daily * (self.preset["volatile_size_factor"] if self.is_volatile else 1.0)

    @property
    def is_volatile(self) -> bool:
        """Whether the last week moved so much that a cluster of the usual size is run over."""
        return self.volatility_per_sqrt_year > self.preset["volatile_from"]

    @property
    def volatility_per_sqrt_year(self) -> float:
        """Of the last seven days, as a share of the price."""
        return self.now.volatility_per_sqrt_hour * math.sqrt(HOURS_A_YEAR)


def effective_flow(held_usd: float, forced_usd: float, now: MarketNow, preset: Preset) -> tuple[float, tuple[str, ...]]:
    """Estimated flow after the discounts that apply now, and which they were: phrases of rule R10."""
    if now.calibration == "uncalibrated":
        flow, factors = held_usd * (1.0 - preset["discount"]), ["uncalibrated"]
    else:
        flow, factors = forced_usd, ["calibrated"]
    if is_weekend(now.now_ms):
        flow, factors = flow * weekend_flow_factor(now, preset), [*factors, "weekend"]
    if now.volume_rank is None or now.volume_rank > preset["full_rank"]:
        flow, factors = flow * preset["thin_flow_factor"], [*factors, "market_depth"]
    return flow, tuple(factors)


def weekend_flow_factor(now: MarketNow, preset: Preset) -> float:
    """What of a flow is left at a weekend: as measured, else the preset's."""
    return preset["weekend_flow_factor"] if now.weekend_flow_factor is None else now.weekend_flow_factor


def is_weekend(time_ms: int) -> bool:
    """Saturday or Sunday, UTC."""
    return datetime.fromtimestamp(time_ms / 1000, UTC).weekday() >= 5


def horizon_hours(preset: Preset, style: Style) -> float:
    """Hours that a setup of a style is given."""
    return preset[{"scalp": "near_horizon_hours", "day": "day_horizon_hours", "swing": "far_horizon_hours"}[style]]
