"""Records of arrays compare and hash by identity, and show themselves in one short line."""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
from dataclasses import replace

import numpy as np

import liqheat
import liqheat_lab

ARRAYS = re.compile(r"Array\b|ndarray")


def record_classes():
    for package in (liqheat, liqheat_lab):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if module.name.endswith("__main__"):
                continue
            for found in vars(importlib.import_module(module.name)).values():
                if isinstance(found, type) and dataclasses.is_dataclass(found) and found.__module__ == module.name:
                    yield found


def test_records_of_arrays_compare_by_identity():
    with_arrays = [
        found
        for found in record_classes()
        if any(one.compare and ARRAYS.search(str(one.type)) for one in dataclasses.fields(found))
    ]
    assert len(with_arrays) > 40
    assert [found.__name__ for found in with_arrays if found.__eq__ is not object.__eq__] == []


def test_public_records_fit_on_a_line_and_can_be_kept_in_a_set():
    simulated = liqheat.simulate_market(days=2)
    market = simulated.history
    estimate = liqheat.estimate_book(market)
    heat = liqheat.draw_heatmap(estimate, interval="1h")
    other = replace(market, venue="bybit")
    records = [
        simulated, market, market.candles, estimate, estimate.tiers, heat, heat.view, heat.column(), heat.profile(),
        liqheat.estimate_flow(market), liqheat.combine_venues([market, other]), liqheat.open_market("simulator"),
    ]  # fmt: skip
    for record in records:
        assert repr(record).startswith(f"{type(record).__name__}("), type(record)
        assert len(repr(record)) < 500, type(record)
        assert "\n" not in repr(record)
        assert record == record
    assert len(set(records)) == len(records)
    assert market != replace(market)
    assert "open_time_ms=int64[576]" in repr(market)


def arrays_of(record, seen):
    """Every array that a record, or one within it, hands out."""
    if id(record) in seen:
        return
    seen.add(id(record))
    for one in dataclasses.fields(record):
        value = getattr(record, one.name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, np.ndarray):
                yield f"{type(record).__name__}.{one.name}", part
            elif dataclasses.is_dataclass(part):
                yield from arrays_of(part, seen)


def test_arrays_that_are_handed_out_cannot_be_written():
    volume = np.full(576, 5.0)
    market = replace(liqheat.simulate_market(days=2).history, volume=volume)
    estimate, flow = liqheat.estimate_book(market), liqheat.estimate_flow(market)
    heats = [liqheat.draw_heatmap(one, interval="1h") for one in (estimate, flow)]
    combined = liqheat.combine_venues([market, replace(market, venue="bybit")])
    seen = set()
    handed = [pair for record in (market, estimate, flow, combined, *heats) for pair in arrays_of(record, seen)]
    handed += [pair for heat in heats for pair in arrays_of(heat.profile(), seen)]
    for heat in heats:
        handed += [("values_usd", heat.values_usd), ("time_edges_ms", heat.time_edges_ms), ("edges", heat.price_edges)]
    handed += [("swept_usd", estimate.swept_usd), ("support", heats[1].support), ("low_usd", heats[1].low_usd)]
    assert len(handed) > 60
    assert [name for name, values in handed if values.flags.writeable] == []
    # Whoever made an array may still write to it, and a caller to a buffer of their own.
    volume[0] = 7.0
    out = np.empty(heats[0].values_usd.shape, np.float32)
    assert heats[0].draw_into(out).flags.writeable and market.volume[0] == 7.0
