"""Arrays of records changed for a test: records hand theirs out read-only."""

from __future__ import annotations


def scaled(values, where, factor):
    """A copy, part of it times a factor."""
    copy = values.copy()
    copy[where] *= factor
    return copy


def put(values, where, value):
    """A copy with a value put in its place."""
    copy = values.copy()
    copy[where] = value
    return copy
