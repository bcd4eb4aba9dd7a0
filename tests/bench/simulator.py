"""Time the simulator: 30 published days with 100,000 live positions, and the markets of the accuracy gates.

Run with ``python -m tests.bench.simulator``. It reports; it gates nothing.
"""

from __future__ import annotations

import os
import platform
import time

import liqheat
from liqheat import _core
from liqheat.simulator import simulate_market, simulate_market_with_truth, simulate_venues

DAYS, POSITIONS = 30, 105_000
GATE_SEEDS = range(101, 107)


def timed(label, run):
    """Run once, print its processor time and the time that passed, and return the result."""
    start, worked = time.perf_counter(), time.process_time()
    result = run()
    worked, passed = time.process_time() - worked, time.perf_counter() - start
    print(f"{label:<58} {worked:6.2f} s of one core, {passed:6.2f} s passed")
    return result


def main():
    """Print the figures, with what they were measured on."""
    if _core.build_profile != "release":
        raise SystemExit("build the core as a release first")
    print(f"liqheat {liqheat.__version__}, Python {platform.python_version()}, {os.cpu_count()} CPUs, one thread used")
    market, truth = timed(
        f"{DAYS} days + 7 of warm-up, {POSITIONS:,} positions, with truth",
        lambda: simulate_market_with_truth(days=DAYS, positions=POSITIONS),
    )
    # A run that was asked for again must be the same before its time counts.
    again = timed("the same without truth", lambda: simulate_market(days=DAYS, positions=POSITIONS))
    if again.history.close.tobytes() != market.history.close.tobytes():
        raise SystemExit("equal parameters gave other bytes")
    print(f"  live positions: mean {truth.open_positions.mean():,.0f}, at least {truth.open_positions.min():,}")
    timed(f"{DAYS} days on three venues", lambda: simulate_venues(3, days=DAYS, positions=POSITIONS))
    timed("the default market (45 days, 40,000 positions)", simulate_market)
    for seed in GATE_SEEDS:
        market, _ = timed(
            f"seed {seed}: 40 days, 100,000 positions, with truth",
            lambda seed=seed: simulate_market_with_truth(days=40, seed=seed, positions=100_000),
        )
        history, events = market.history, market.liquidations
        interest_usd = (history.open_interest * history.close).mean()
        turnover = (history.volume * history.close).sum() / 40 / interest_usd
        liquidated = events.notional_usd.sum() / 40 / interest_usd
        print(f"  turnover {turnover:.2f} and liquidations {liquidated:.2%} of open interest a day")


if __name__ == "__main__":
    main()
