"""Opponents that are used where they are installed, and never needed: each is a module, or None."""

from __future__ import annotations

from typing import Any

OPTIONAL = ("numba", "boost-histogram", "fast-histogram")
"""What `make bench` installs."""


def load_numba_maps() -> Any:
    """Prices and maps in numba."""
    try:
        from liqheat.bench import numba_maps
    except ImportError:
        return None
    return numba_maps


def load_numba_books() -> Any:
    """Book and grid in numba."""
    try:
        from liqheat.bench import numba_books
    except ImportError:
        return None
    return numba_books


def load_boost_histogram() -> Any:
    """The histograms of the Boost library."""
    try:
        import boost_histogram
    except ImportError:
        return None
    return boost_histogram


def load_fast_histogram() -> Any:
    """Histograms of even buckets in C."""
    try:
        import fast_histogram
    except ImportError:
        return None
    return fast_histogram
