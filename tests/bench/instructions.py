"""`make perf-guard`: instructions of each kernel, counted by callgrind, beside those on record.

Counts do not depend on how busy a machine is; they do on the compiler, so a new one means a new record
(`make perf-record`). A kernel that needs more than `TOLERANCE` above its record fails the guard.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys

from tests.support.paths import ROOT

RECORD = ROOT / "tests" / "data" / "instructions.json"
KERNELS = ROOT / "target" / "release" / "examples" / "kernels"
NAMES = (
    "fused_random", "fused_ticks", "fused_tiers", "prices", "venue_prices", "positions",
    "book", "one_bar", "grid", "levels", "cells",
)  # fmt: skip
TOLERANCE = 0.03


def count(name: str, times: int) -> int:
    """Instructions of a process that runs a kernel so many times."""
    command = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", str(KERNELS), name, str(times)]
    said = subprocess.run(command, capture_output=True, text=True, timeout=600, check=True)
    return int(re.search(r"Collected : (\d+)", said.stderr)[1])


def compiler() -> str:
    """Which compiler made the kernels."""
    return subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=True).stdout.strip()


def main() -> int:
    """Count, compare or record; 1 where a kernel needs more than it may."""
    found = {name: count(name, 2) - count(name, 1) for name in NAMES}
    if "--record" in sys.argv:
        RECORD.write_text(json.dumps({"compiler": compiler(), "instructions": found}, indent=1) + "\n")
        print(f"recorded {len(found)} kernels")
        return 0
    known = json.loads(RECORD.read_text())
    if known["compiler"] != compiler():
        print(f"on record for {known['compiler']}, this is {compiler()}: make perf-record")
    worse = []
    for name, instructions in found.items():
        before = known["instructions"][name]
        change = instructions / before - 1
        print(f"{name:<14} {instructions:>13,}  on record {before:>13,}  {change:+.2%}")
        if change > TOLERANCE:
            worse.append(name)
    if worse:
        print(f"more than {TOLERANCE:.0%} above the record: {', '.join(worse)}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
