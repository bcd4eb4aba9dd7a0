"""`make bench-prototype`: the book engine beside the numba prototype of the shared folder, configured the same.

The prototype spreads entries and closes saturated tiers by older rules, so equality cannot be exact: what is asserted
is that both sweep the same total within 3 %, before anything is timed.
"""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

import numpy as np

from liqheat import _core
from liqheat.bench.inputs import random_market
from liqheat.bench.timing import Contestant, race
from liqheat.book import BUCKET_RATIO, log_spaced_tiers
from liqheat.book.running import bucket_shifts

N_BARS = 100_000


def main() -> None:
    """Run both on the same bars and print the ratio."""
    shared = Path(os.environ.get("LIQHEAT_SHARED", Path(__file__).resolve().parents[3] / "shared"))
    folder = shared / "examples" / "model_prototype"
    if not folder.is_dir():
        raise SystemExit("the prototype is not here (LIQHEAT_SHARED)")
    os.environ["FINE"] = "48"
    sys.path.insert(0, str(folder))
    sys.dont_write_bytecode = True
    import model  # type: ignore[import-not-found]

    # The prototype caches its compiled code beside its source, which is read-only here.
    model.engine = model.njit(model.engine.py_func)
    market, tiers = random_market(N_BARS), log_spaced_tiers(48)
    shifts = bucket_shifts(tiers, BUCKET_RATIO)
    weights, hazards = np.ascontiguousarray(tiers.weights), np.ascontiguousarray(tiers.hazards)
    columns = (market.low, market.high, market.mark_low, market.mark_high, market.volume, market.open_interest)
    swept = np.zeros((N_BARS, 2, 48))
    opened, closed, inert = (np.empty((N_BARS, 2)) for _ in range(3))
    inputs = {
        "o": market.open, "h": market.high, "l": market.low, "c": market.close, "ml": market.mark_low,
        "mh": market.mark_high, "vol": market.volume * market.close, "tb": market.volume * market.close / 2,
        "oi": market.open_interest, "lp0": math.log(60_000.0),
    }  # fmt: skip

    def ours() -> None:
        book = _core.PositionBook(
            shifts, weights, hazards, 0.35, BUCKET_RATIO, False, market.low.min(), market.high.max()
        )
        book.run(*columns, swept, opened, closed, inert)

    def prototype() -> np.ndarray:
        found: np.ndarray = model.run_engine(inputs, weights[0], hazards[0], kappa=0.35, snap=10**9)[0]
        return found

    ours()
    swept_coins = swept / market.close[:, None, None]
    ratio = swept_coins.sum() / (prototype() * weights[0]).sum()
    assert 0.97 < ratio < 1.03, ratio
    first, second = race(
        [Contestant("liqheat (Rust)", 1, ours), Contestant("numba prototype, FINE=48", 1, prototype)], 15
    )
    for timing in (first, second):
        print(f"{timing.name:28} median {timing.median * 1e3:7.1f} ms   best {timing.best * 1e3:7.1f} ms")
    print(f"{N_BARS:,} bars, 48 tiers, both sides, kappa .35, no snapshots; swept totals agree to {ratio:.4f}")
    print(f"ratio of medians {second.median / first.median:.2f} (floor 2)")


if __name__ == "__main__":
    main()
