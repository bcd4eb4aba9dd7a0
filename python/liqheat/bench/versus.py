"""Anyone's code in the table: ``liqheat bench --versus module:function``.

The function sums positions into buckets like the fused map of linear contracts. It is called as
``function(entry_prices, notional_usd, price_edges, leverages, shares, maintenance_margin_rates, rule_weights)``, all
float64 arrays of one dimension: a position's USD counts ``shares[l] * rule_weights[r]`` at leverage l and rate r, on
each side. It returns (2, buckets) float64, side 0 long: half-open buckets, and nothing of what is never liquidated.
"""

from __future__ import annotations

import pkgutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from liqheat.errors import InputError


def load_versus(name: str) -> tuple[str, Callable[..., Any]]:
    """Find the function; modules of the working folder count.

    Raises
    ------
    InputError
        When the name has another form, or there is no such module or function.
    """
    module, colon, function = name.partition(":")
    if not (module and colon and function):
        raise InputError("versus", "must be module:function", name)
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        found = pkgutil.resolve_name(name)
    except (ImportError, AttributeError, ValueError) as error:
        raise InputError("versus", "must name a function that can be imported", f"{name} ({error})") from error
    if not callable(found):
        raise InputError("versus", "must name a function", name)
    return name, found
