"""The comparison of measured and published figures notices what differs."""

from __future__ import annotations

import pytest

from tests.support.compare_figures import differences


@pytest.mark.parametrize(
    ("left", "right", "n"),
    [
        ({"a": [1.0, 2]}, {"a": [1.0 + 1e-9, 2]}, 0),
        ({"a": 0.011}, {"a": 0.0111}, 1),
        ({"a": True}, {"a": 1}, 1),
        ({"a": 1}, {"b": 1}, 2),
        ({"a": [1]}, {"a": [1, 2]}, 1),
        ({"a": "x"}, {"a": "y"}, 1),
    ],
)
def test_what_differs_is_named(left, right, n):
    found = list(differences(left, right))
    assert len(found) == n
    assert all(":" in line for line in found)
