"""Compare two documents of figures; exit code 1 when they differ.

Run as ``python -m tests.support.compare_figures MEASURED PUBLISHED``.
"""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Iterator
from pathlib import Path

TOLERANCE = 1e-6
"""Relative: processors differ in the last digits of sums and square roots."""


def differences(left: object, right: object, path: str = "") -> Iterator[str]:
    """Where two documents differ, each in one line."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted({*left, *right}):
            yield from differences(left.get(key), right.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right, strict=True)):
            yield from differences(one, other, f"{path}[{index}]")
    elif is_number(left) and is_number(right):
        if not math.isclose(left, right, rel_tol=TOLERANCE, abs_tol=1e-9):
            yield f"{path}: {left!r} measured, {right!r} published"
    elif left != right or isinstance(left, bool) != isinstance(right, bool):
        yield f"{path}: {left!r:.80} measured, {right!r:.80} published"


def is_number(value: object) -> bool:
    """Whether a value is a number and no truth value."""
    return isinstance(value, int | float) and not isinstance(value, bool)


if __name__ == "__main__":
    measured, published = (json.loads(Path(name).read_text(encoding="utf-8")) for name in sys.argv[1:])
    found = list(differences(measured, published))
    for line in found[:40]:
        print(line)
    print(f"{len(found)} figures differ" if found else "every figure is the one that is published")
    sys.exit(bool(found))
