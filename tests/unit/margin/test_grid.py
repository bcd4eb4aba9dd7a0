"""The hot loop: shapes, the caller's buffer, and the sanity table of the venues' first tiers."""

import numpy as np
import pytest

from liqheat.errors import InputError
from liqheat.margin import liquidation_price, liquidation_prices

BACKENDS = pytest.mark.parametrize("backend", ["rust", "numpy"])

# First tier at an entry of 100,000: rate, fee, then long and short at 5, 10, 25, 50 and 100 times.
TABLE = {
    "binance": (
        0.004,
        0.0,
        [80321.3, 90361.4, 96385.5, 98393.6, 99397.6, 119521.9, 109561.8, 103585.7, 101593.6, 100597.6],
    ),
    "bybit": (
        0.005,
        0.0,
        [80402.0, 90452.3, 96482.4, 98492.5, 99497.5, 119403.0, 109452.7, 103482.6, 101492.5, 100497.5],
    ),
    "okx": (
        0.004,
        0.0005,
        [80361.6, 90406.8, 96434.0, 98443.0, 99447.5, 119462.4, 109507.2, 103534.1, 101543.1, 100547.5],
    ),
    "bitget": (
        0.004,
        0.0006,
        [80369.7, 90415.9, 96443.6, 98452.9, 99457.5, 119450.5, 109496.3, 103523.8, 101532.9, 100537.5],
    ),
    "dydx": (0.012, 0.0, [80971.7, 91093.1, 97166.0, 99190.3, np.nan, 118577.1, 108695.7, 102766.8, 100790.5, np.nan]),
    "hyperliquid": (0.0125, 0.0, [81012.7, 91139.2, 97215.2, None, np.nan, 118518.5, 108642.0, 102716.0, None, np.nan]),
}


@BACKENDS
@pytest.mark.parametrize("name", TABLE)
def test_sanity_table(name, backend):
    rate, fee, expected = TABLE[name]
    prices = liquidation_prices([100_000.0], [5, 10, 25, 50, 100], rate, fee, backend=backend).ravel()
    for found, wanted in zip(prices, expected, strict=True):
        if wanted is not None:
            assert found == pytest.approx(wanted, rel=0, abs=0.0501, nan_ok=True)


@BACKENDS
@pytest.mark.parametrize("kind", ["linear", "inverse"])
def test_agrees_with_single_positions(kind, backend):
    entries, leverages = np.array([0.5, 95_000.0]), np.array([0.5, 1.0, 3.0, 20.0, 240.0, 300.0])
    rates = np.array([0.1, 0.05, 0.02, 0.01, 0.004, 0.004])
    prices = liquidation_prices(entries, leverages, rates, 0.0005, kind, backend)
    assert prices.shape == (2, 2, 6)
    for side, name in enumerate(("long", "short")):
        quantity = 1.0 if kind == "linear" else entries[:, None]
        value = entries[:, None] if kind == "linear" else 1.0
        single = liquidation_price(name, entries[:, None], quantity, value / leverages, rates, 0.0, 0.0005, kind)
        np.testing.assert_allclose(prices[:, side], single, rtol=1e-12)


@BACKENDS
def test_the_buffer_is_filled_and_returned(backend):
    out = np.full((3, 2, 2), -1.0)
    result = liquidation_prices([1.0, 2.0, 3.0], [10, 20], 0.004, out=out, backend=backend)
    assert result is out
    np.testing.assert_array_equal(out, liquidation_prices([1.0, 2.0, 3.0], [10, 20], 0.004, backend=backend))


@BACKENDS
def test_bad_buffers_are_refused(backend):
    good = np.empty((3, 2, 2))
    frozen = good.copy()
    frozen.flags.writeable = False
    entries = np.array([1.0, 2.0, 3.0])
    own = np.ones(12)
    bad = {
        "shape": np.empty((3, 2, 1)),
        "float64": np.empty((3, 2, 2), dtype=np.float32),
        "C-contiguous": np.empty((2, 2, 3)).T,
        "writeable": frozen,
        "numpy array": good.tolist(),
    }
    for rule, out in bad.items():
        with pytest.raises(InputError, match=rule) as caught:
            liquidation_prices(entries, [10, 20], 0.004, out=out, backend=backend)
        assert caught.value.argument == "out"
    with pytest.raises(InputError, match="share memory"):
        liquidation_prices(own[:3], [10, 20], 0.004, out=own.reshape(3, 2, 2), backend=backend)


@BACKENDS
@pytest.mark.parametrize(("n", "k"), [(0, 3), (3, 0), (0, 0)])
def test_empty_axes(n, k, backend):
    assert liquidation_prices(np.ones(n), np.ones(k), 0.004, backend=backend).shape == (n, 2, k)


@BACKENDS
@pytest.mark.parametrize(
    ("argument", "change"),
    [
        ("entry_prices", {"entry_prices": [1.0, np.nan]}),
        ("entry_prices", {"entry_prices": 1.0}),
        ("entry_prices", {"entry_prices": [[1.0]]}),
        ("leverages", {"leverages": [10, 0]}),
        ("leverages", {"leverages": 10}),
        ("maintenance_margin_rate", {"maintenance_margin_rate": [0.1, 0.2, 0.3]}),
        ("maintenance_margin_rate", {"maintenance_margin_rate": [0.1, 1.0]}),
        ("maintenance_margin_rate", {"maintenance_margin_rate": -0.1}),
        ("closing_fee_rate", {"closing_fee_rate": -0.1}),
        ("closing_fee_rate", {"closing_fee_rate": [0.1, 0.2]}),
        ("contract_kind", {"contract_kind": "spot"}),
        ("backend", {"backend": "gpu"}),
    ],
)
def test_bad_arguments_are_named(argument, change, backend):
    good = {"entry_prices": [1.0, 2.0], "leverages": [10, 20], "maintenance_margin_rate": 0.004, "backend": backend}
    with pytest.raises(InputError) as caught:
        liquidation_prices(**{**good, **change})
    assert caught.value.argument == argument


def test_strided_inputs_work():
    entries = np.arange(1.0, 21.0)
    expected = liquidation_prices(entries[::2].copy(), [10, 20], 0.004)
    np.testing.assert_array_equal(liquidation_prices(entries[::2], [10, 20], 0.004), expected)
