"""One list of weightings for Python, the record's type and the command line; what a sum's metadata promises."""

from __future__ import annotations

import inspect
import json
from typing import get_args

import liqheat
from liqheat.book.combined import _CLAIMS
from liqheat.cli.heatmap import heatmap as command
from liqheat.records import ALL_VENUES, Weights
from tests.support.markets import make_market


def test_every_place_knows_the_same_weightings():
    assert get_args(Weights) == tuple(_CLAIMS)
    option = str(inspect.signature(command, eval_str=True).parameters["weights"].annotation.__metadata__[0].help)
    for name in _CLAIMS:
        assert name in option
        assert f"``{name}``" in (liqheat.combine_venues.__doc__ or "")


def test_metadata_of_a_sum_is_what_the_page_reads():
    heatmap = liqheat.draw_heatmap(liqheat.combine_venues([make_market(60)]))
    header, _ = liqheat.decode_heatmap(liqheat.encode_heatmap(heatmap))
    assert header["venue"] == ALL_VENUES == "all"
    assert {"weights", "venues", "coverage", "reference", "calibration", "notes"} <= set(header)
    assert set(header["coverage"]) == {"share", "of"}
    assert set(header["venues"][0]) == {"venue", "symbol", "weight", "open_interest_usd", "share", "leverages"}
    assert json.loads(json.dumps(heatmap.metadata())) == heatmap.metadata()
