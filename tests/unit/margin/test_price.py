"""Cases, shapes and refusals of the general functions."""

import math

import numpy as np
import pytest

from liqheat.errors import InputError
from liqheat.margin import bankruptcy_price, cross_margin, liquidation_price, liquidation_status
from liqheat.margin.formulas import FORMULAS

BACKENDS = pytest.mark.parametrize("backend", ["rust", "numpy"])


@BACKENDS
def test_twenty_times_long_at_95000(backend):
    assert liquidation_price("long", 95_000, 1, 4_750, 0.004, backend=backend) == pytest.approx(90_612.45, abs=0.005)
    assert liquidation_price("long", 95_000, 1, 4_750, 0.005, backend=backend) == pytest.approx(90_703.52, abs=0.005)
    assert bankruptcy_price("long", 95_000, 1, 4_750, backend=backend) == 90_250.0
    assert FORMULAS["entry_mm_linear"].solve("long", 95_000, 1, 4_750, 0.005) == 90_725.0


@BACKENDS
@pytest.mark.parametrize(
    ("side", "kind", "leverage", "status"),
    [
        ("long", "linear", 1.0, "never"),
        ("long", "linear", 0.5, "never"),
        ("long", "linear", 1.01, "liquidatable"),
        ("short", "linear", 0.5, "liquidatable"),
        ("long", "inverse", 0.5, "liquidatable"),
        ("short", "inverse", 1.0, "never"),
        ("short", "inverse", 0.5, "never"),
        ("short", "inverse", 1.01, "liquidatable"),
        ("long", "linear", 250.0, "at_open"),
        ("short", "linear", 251.0, "at_open"),
        ("long", "inverse", 250.0, "at_open"),
        ("short", "inverse", 251.0, "at_open"),
        ("long", "linear", 249.0, "liquidatable"),
    ],
)
def test_status_names_the_case(side, kind, leverage, status, backend):
    quantity = 1.0 if kind == "linear" else 100.0
    value = 100.0 if kind == "linear" else 1.0
    arguments = (side, 100.0, quantity, value / leverage, 0.0035, 0.0, 0.0005, kind)
    assert liquidation_status(*arguments, backend=backend) == status
    assert math.isnan(liquidation_price(*arguments, backend=backend)) == (status != "liquidatable")


@BACKENDS
def test_the_maintenance_amount_counts_towards_at_open(backend):
    # 1/L + amount/(q·E) against rate + fee: 0.01 + amount/100 against 0.02
    statuses = liquidation_status("short", 100.0, 1.0, 1.0, 0.02, [0.99, 1.01], backend=backend)
    assert statuses.tolist() == ["at_open", "liquidatable"]


@BACKENDS
def test_scalars_give_python_scalars_and_arrays_give_arrays(backend):
    assert type(liquidation_price("long", 100, 1, 10, 0.004, backend=backend)) is float
    assert type(liquidation_price(np.int64(1), np.float32(100), 1, np.array(10), 0.004, backend=backend)) is float
    assert type(bankruptcy_price(-1, 100, 1, 10, backend=backend)) is float
    assert type(liquidation_status("long", 100, 1, 10, 0.004, backend=backend)) is str
    prices = liquidation_price([["long"], ["short"]], [100, 200, 300], 1, 10, 0.004, backend=backend)
    assert prices.shape == (2, 3)
    assert prices.dtype == np.float64
    assert prices[1, 2] == liquidation_price("short", 300, 1, 10, 0.004, backend=backend)
    statuses = liquidation_status(np.array([1, -1]), 100, 1, 10, 0.004, backend=backend)
    assert statuses.dtype.kind == "U"
    assert bankruptcy_price("long", [[100.0]], 1, 10, backend=backend).shape == (1, 1)
    assert liquidation_price("long", [], 1, 10, 0.004, backend=backend).shape == (0,)
    assert liquidation_price([], 100, 1, 10, 0.004, backend=backend).shape == (0,)


@BACKENDS
def test_any_layout_gives_the_same_prices(backend):
    entries = np.linspace(100.0, 200.0, 12)
    expected = liquidation_price("long", entries, 1.0, 10.0, 0.004, backend=backend)
    strided = np.repeat(entries, 3)[::3]
    backwards = entries[::-1].copy()[::-1]
    swapped = entries.astype(">f8")
    frozen = entries.copy()
    frozen.flags.writeable = False
    odd = np.frombuffer(b"\0" + entries.tobytes(), dtype=np.uint8)[1:].view(np.float64)
    for layout in (strided, backwards, swapped, frozen, odd, entries.tolist(), tuple(entries)):
        np.testing.assert_array_equal(liquidation_price("long", layout, 1.0, 10.0, 0.004, backend=backend), expected)
    square = liquidation_price("long", entries.reshape(3, 4).T, 1.0, 10.0, 0.004, backend=backend)
    np.testing.assert_array_equal(square, expected.reshape(3, 4).T)


GOOD = {
    "position_side": "long",
    "entry_price": 100.0,
    "quantity": 1.0,
    "margin": 10.0,
    "maintenance_margin_rate": 0.004,
    "maintenance_amount": 0.0,
    "closing_fee_rate": 0.0,
}


@BACKENDS
@pytest.mark.parametrize("function", [liquidation_price, liquidation_status])
@pytest.mark.parametrize(
    ("argument", "value"),
    [(name, bad) for name in ("entry_price", "quantity", "margin") for bad in (math.nan, math.inf, 0.0, -1.0)]
    + [
        (name, bad)
        for name in ("maintenance_margin_rate", "maintenance_amount", "closing_fee_rate")
        for bad in (math.nan, math.inf, -0.1)
    ]
    + [("maintenance_margin_rate", 1.0)],
)
def test_bad_numbers_are_named(function, argument, value, backend):
    with pytest.raises(InputError) as caught:
        function(**{**GOOD, argument: value}, backend=backend)
    assert caught.value.argument == argument
    assert str(value) in caught.value.value
    with pytest.raises(InputError, match="index 1") as caught:
        function(**{**GOOD, argument: [GOOD[argument], value, value]}, backend=backend)
    assert caught.value.argument == argument


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("entry_price", "100"),
        ("entry_price", True),
        ("entry_price", None),
        ("entry_price", 1j),
        ("entry_price", [[1.0], [1.0, 2.0]]),
        ("entry_price", np.ma.masked_array([1.0, 2.0], [False, True])),
        ("position_side", "buy"),
        ("position_side", 0),
        ("position_side", 1.0),
        ("position_side", True),
        ("position_side", None),
        ("position_side", ["long", "Short"]),
        ("contract_kind", "quanto"),
        ("contract_kind", None),
        ("contract_kind", ["linear"]),
        ("backend", "cuda"),
        ("backend", None),
    ],
)
def test_other_bad_arguments_are_named(argument, value):
    with pytest.raises(InputError) as caught:
        liquidation_price(**{**GOOD, argument: value})
    assert caught.value.argument == argument


def test_shapes_that_do_not_broadcast_are_named():
    with pytest.raises(InputError, match=r"entry_price \(3,\), margin \(2,\)"):
        liquidation_price("long", [1.0, 2.0, 3.0], 1.0, [1.0, 2.0], 0.004)


@pytest.mark.parametrize("kind", ["linear", "inverse"])
def test_a_value_beyond_float64_is_refused(kind):
    entry, quantity = (1e300, 1e300) if kind == "linear" else (1e-300, 1e300)
    with pytest.raises(InputError, match="range of float64"):
        liquidation_price("long", entry, quantity, 1.0, 0.004, contract_kind=kind)


def test_rates_are_checked_together():
    with pytest.raises(InputError, match="below 1 together") as caught:
        liquidation_price("long", 100, 1, 10, [0.5, 0.6], closing_fee_rate=0.4)
    assert caught.value.value == "0.6 at index 1"


def test_older_formulas_share_the_door_and_the_cases():
    assert math.isnan(FORMULAS["entry_mm_linear"].solve("long", 100, 1, 0.4, 0.005))
    assert math.isnan(FORMULAS["entry_mm_abs"].solve("long", 100, 1, 101, 0.5))
    assert FORMULAS["entry_mm_linear"].solve(["long", "short"], 100, 1, 10, 0.005).tolist() == [90.5, 109.5]
    with pytest.raises(InputError, match="margin"):
        FORMULAS["entry_mm_abs"].solve("long", 100, 1, 0, 0.5)
    with pytest.raises(InputError, match="equity: must exceed"):
        FORMULAS["cross_equity_mark"].solve("long", 100, 1, 10, 10, 0.01)


def test_cross_margin_of_coin_margined_accounts():
    # 100 USD long from 50 to 100 gains 1/50 − 1/100 coin; 1 coin of value at 1 % keeps 0.01
    assert cross_margin(1.0, "long", 50, 100, 100, 0.01, contract_kind="inverse") == pytest.approx(1.0 + 1.0 - 0.01)
    assert cross_margin(1.0, [], [], [], [], []) == 1.0
