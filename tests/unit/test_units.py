"""Money in other currencies: one table of pegs, rates that override it, round trips, what is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from liqheat.errors import InputError, UnknownNameError
from liqheat.heatmap.axes import finest_state_ratio
from liqheat.units import (
    CURRENCIES_PER_USD,
    USD,
    BucketWidth,
    Currency,
    convert_usd,
    find_currency,
    format_usd,
    parse_bucket_width,
    parse_currency,
    parse_money_usd,
)

AMOUNTS = st.floats(1e-3, 1e12)
CODES = st.sampled_from(sorted(CURRENCIES_PER_USD))


def test_pegs_are_the_official_ones():
    assert CURRENCIES_PER_USD == {"USD": 1, "AED": 3.6725, "SAR": 3.75, "QAR": 3.64, "OMR": 0.3845, "BHD": 0.376}


@given(usd=AMOUNTS, code=CODES)
def test_an_amount_comes_back(usd, code):
    assert parse_money_usd(f"{convert_usd(usd, code)!r} {code}") == pytest.approx(usd, rel=1e-14)
    assert parse_money_usd(f"{code} {convert_usd(usd, code)!r}") == pytest.approx(usd, rel=1e-14)


@given(usd=AMOUNTS, rate=st.floats(1e-3, 1e3))
def test_a_configured_rate_takes_the_place_of_the_peg(usd, rate):
    rates = {"AED": rate, "EUR": rate}
    for code in rates:
        assert parse_money_usd(f"{convert_usd(usd, code, rates)!r}{code}", rates=rates) == pytest.approx(usd, rel=1e-14)
    assert convert_usd(usd, "SAR", rates) == usd * 3.75


@pytest.mark.parametrize(
    ("text", "usd"),
    [
        ("50M AED", 13.615e6),
        ("100_000_000 AED", 27.229e6),
        ("200,000,000 aed", 54.459e6),
        ("350mAED", 95.303e6),
        ("4.4B AED", 1.198e9),
        ("13.6M", 13.6e6),
        ("$2.5b", 2.5e9),
        ("1e6", 1e6),
        ("5 BHD", 13.298),
        ("5K BHD", 13_298),
        (250_000, 250_000),
        (0, 0),
    ],
)
def test_amounts_as_people_write_them(text, usd):
    assert parse_money_usd(text) == pytest.approx(usd, rel=1e-4)


def test_an_amount_without_a_currency_takes_the_given_one():
    assert parse_money_usd("50M", currency="AED") == parse_money_usd("50M AED")
    assert parse_money_usd("50M USD", currency="AED") == 50e6


@pytest.mark.parametrize(
    "text", ["", "AED", "-5M", "5 M M", "13,6M", "1,00", "$5 AED", "AED 5 AED", "nan", "1e999", "5MM", True]
)
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(InputError, match="smallest_cluster"):
        parse_money_usd(text, argument="smallest_cluster")


def test_currencies_are_known_or_come_with_a_rate():
    with pytest.raises(UnknownNameError, match="currency: must be one of USD, AED"):
        parse_money_usd("5M EUR")
    assert parse_currency(" aed = 3.67 ") == Currency("AED", 3.67)
    assert parse_currency("usd") == USD
    for text in ("AED=", "AED=x", "=3", "DIRHAM", "AED=0", "AED=-1", "AED=inf", "AED=nan", "USD=2", None):
        with pytest.raises(InputError, match="currency"):
            parse_currency(text)
    with pytest.raises(UnknownNameError, match="currency"):
        parse_currency("EUR")
    with pytest.raises(InputError, match="currency"):
        find_currency("AED", {"AED": math.inf})


def test_amounts_are_shown_short():
    assert parse_currency("AED").format(13_614_703.9) == "50M AED"
    assert parse_currency("BHD=0.376").format(1000) == "376 BHD"
    assert USD.format(1_234_000) == format_usd(1_234_000) == "$1.23M"


def test_bucket_widths_use_the_same_table():
    assert parse_bucket_width("50AED").quote == 50 / CURRENCIES_PER_USD["AED"]
    assert parse_bucket_width("50 sar") == BucketWidth(50.0, "SAR", 3.75)
    assert parse_bucket_width("50AED", {"AED": 2.0}).quote == 25.0
    assert parse_bucket_width("7EUR", {"EUR": 0.5}).quote == 14.0
    assert parse_bucket_width(12).quote == parse_bucket_width("12").quote == 12.0
    width = parse_bucket_width("10BP")
    assert width.unit == "bp" and parse_bucket_width(width) is width
    assert finest_state_ratio(parse_bucket_width("50AED"), 95_000.0, 1.0005) == 1.0001
    for text in ("50EUR", "AED", "50 quote", "50M", "-3", "1e400"):
        with pytest.raises(InputError, match="bucket_width"):
            parse_bucket_width(text)
