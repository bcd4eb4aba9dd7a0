"""The compiled half. Arrays must be C-contiguous and of the types given; the Python side sees to that."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

_Floats = NDArray[np.float64]
_Indices = NDArray[np.int64]
_Flows = tuple[float, float, float, float, float, float]

__version__: str
build_profile: str

class PositionBook:
    """A running book; swept, opened and closed units come back long then short each."""

    def __init__(
        self,
        shifts: _Indices,
        weights: _Floats,
        hazards: _Floats,
        kappa: float,
        bucket_ratio: float,
        unit_is_usd: bool,
        low: float,
        high: float,
    ) -> None: ...
    def run(
        self,
        low: _Floats,
        high: _Floats,
        mark_low: _Floats,
        mark_high: _Floats,
        volume: _Floats,
        open_interest: _Floats,
        swept_usd: _Floats,
        opened: _Floats,
        closed: _Floats,
        inert: _Floats,
        survival: _Floats | None = None,
    ) -> None: ...
    def append(
        self, low: float, high: float, mark_low: float, mark_high: float, volume: float, open_interest: float
    ) -> _Flows: ...
    def preview(
        self, low: float, high: float, mark_low: float, mark_high: float, volume: float, open_interest: float
    ) -> tuple[_Flows, _Floats, tuple[int, _Floats]]: ...
    def swept_usd(self) -> _Floats: ...
    def survival(self) -> _Floats: ...
    def inert(self) -> tuple[float, float]: ...
    def n_bars(self) -> int: ...
    def standing_cells(self) -> tuple[int, _Floats]: ...
    def recorded_cells(self) -> tuple[int, _Floats]: ...
    def scale_events(self) -> tuple[_Indices, _Indices, _Floats]: ...
    def state(self) -> dict[str, object]: ...
    def set_state(self, state: dict[str, object]) -> None: ...

class LiquidationMap:
    """A running map; rules are rows of (inverse, by coins, tiers), tiers rows of (cap, rate, amount)."""

    def __init__(
        self,
        price_edges: _Floats,
        leverages: _Floats,
        shares: _Floats,
        rules: _Indices,
        weights: _Floats,
        tiers: _Floats,
    ) -> None: ...
    def add(self, entry_prices: _Floats, notional_usd: _Floats, sign: float, n_threads: int) -> None: ...
    def values(self, out: _Floats) -> tuple[float, float]: ...

def render_grid(contracts: list[Any], view: Any, n_threads: int, out: NDArray[np.float32]) -> float: ...
def render_column(contracts: list[Any], view: Any, out: _Floats) -> None: ...
def quantise_log(values: NDArray[np.float32], maximum: float, n_threads: int, levels: NDArray[np.uint8]) -> None: ...
def quantise_thresholds() -> _Floats: ...
def cells_json(values: NDArray[np.float32]) -> bytes: ...
def aggregate_liquidations(prices: _Floats, notional_usd: _Floats, price_edges: _Floats, out: _Floats) -> None: ...
def fit_mixture(
    y: _Floats, features: _Floats, start: _Floats, prior: _Floats, strength: _Floats, n_iterations: int
) -> _Floats: ...
def trailing_minimum(values: _Floats, window: int) -> _Floats: ...
def price_grid(bucket_ratio: float, low: float, high: float, margin: int) -> tuple[int, _Floats]: ...
def liquidation_price_of(
    position_side: NDArray[np.int8],
    entry_price: _Floats,
    quantity: _Floats,
    margin: _Floats,
    maintenance_margin_rate: _Floats,
    maintenance_amount: _Floats,
    closing_fee_rate: _Floats,
    kind: str,
) -> tuple[_Floats, NDArray[np.uint8], int]: ...
def liquidation_price_grid_into(
    entry_prices: _Floats,
    leverages: _Floats,
    maintenance_margin_rate: _Floats,
    closing_fee_rate: float,
    kind: str,
    out: _Floats,
) -> bool: ...
def venue_liquidation_price_of(
    position_side: NDArray[np.int8],
    entry_price: _Floats,
    leverage: _Floats,
    notional_usd: _Floats,
    tiers: _Floats,
    contract_size: float | None,
    by_coins: bool,
    covers_all_sizes: bool,
    closing_fee_rate: float,
    kind: str,
) -> tuple[_Floats, NDArray[np.uint8], int]: ...
def run_rival_map(
    *,
    factors: _Floats,
    shares: _Floats,
    keep: _Floats,
    hazards: _Floats,
    entries: _Floats,
    blur: float,
    clears_range: bool,
    closes_pooled: bool,
    fade: float,
    fade_after: int,
    follows_open_interest: bool,
    unit_is_usd: bool,
    low: _Floats,
    high: _Floats,
    close: _Floats,
    mark_low: _Floats,
    mark_high: _Floats,
    opened: _Floats,
    closed: _Floats,
    change: _Floats,
    refill: _Floats,
    bucket_ratio: float,
    idle: tuple[float, float],
    looks: _Indices,
    n_window: int,
    swept_usd: _Floats,
    columns: _Floats,
) -> None: ...
def simulate_market(
    *,
    seed: int,
    days: int,
    warm_up_days: int,
    interval_ms: int,
    start_ms: int,
    initial_price: float,
    positions: int,
    open_interest_usd: float,
    daily_volatility: float,
    trend_per_day: float,
    jumps_per_day: float,
    depth_usd: float,
    venues: int,
    insurance_fund_usd: float,
    whales_per_day: float,
    whale_notional_usd: float,
    regime_leverage_steps: int,
    regime_at: float,
    crash_return: float,
    crash_at: float,
    crash_minutes: float,
    open_interest_delay_ms: int,
    outages_per_day: float,
    outage_minutes: float,
    record_truth: bool,
) -> list[tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]] | None]]: ...
