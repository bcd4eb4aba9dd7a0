"""Money in other currencies: one table of pegs, rates that override it, what is refused."""

from __future__ import annotations

import math

import pytest

from liqheat.errors import InputError, UnknownNameError
from liqheat.heatmap.axes import finest_state_ratio
from liqheat.units import (
    CURRENCIES_PER_USD,
    USD,
    BucketWidth,
    Currency,
    find_currency,
    format_usd,
    parse_bucket_width,
    parse_currency,
)


def test_pegs_are_the_official_ones():
    assert CURRENCIES_PER_USD == {"USD": 1, "AED": 3.6725, "SAR": 3.75, "QAR": 3.64, "OMR": 0.3845, "BHD": 0.376}


def test_currencies_are_known_or_come_with_a_rate():
    with pytest.raises(UnknownNameError, match="currency: must be one of USD, AED"):
        find_currency("EUR")
    assert find_currency("SAR", {"AED": 2.0}) == Currency("SAR", 3.75)
    assert find_currency("EUR", {"EUR": 0.9}) == Currency("EUR", 0.9)
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
