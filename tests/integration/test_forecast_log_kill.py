"""A publisher that is killed at any instant: what it said was kept is there, and the rest is a torn tail at most."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from liqheat.accuracy.forecast_log import ForecastLog
from liqheat.records import LoggedForecast
from liqheat.units import HOUR_MS
from tests.unit.accuracy.forecast_cases import PARAMETERS, START_MS, SYMBOL, VENUE

ROOT = Path(__file__).resolve().parents[2]
IS_SLOW = os.environ.get("HYPOTHESIS_PROFILE") == "slow"
N_KILLS = 200 if IS_SLOW else 25
MOST_RECORDS, LONGEST_S = 3, 0.02

WRITERS = """
import os
import sys
import time
from liqheat.accuracy import forecast_log
from tests.unit.accuracy.forecast_cases import Clock, forecast

# Writes in small pieces with pauses, so that many kills come between two of them.
class Slow:
    def __init__(self, file): self.file = file
    def write(self, data):
        time.sleep(5e-5)
        return self.file.write(data[:97])
    def __getattr__(self, name): return getattr(self.file, name)
    def __enter__(self): return self
    def __exit__(self, *_): self.file.close()

class SlowPath(type(forecast_log.Path())):
    def open(self, mode="r", *rest, **named):
        file = super().open(mode, *rest, **named)
        return Slow(file) if mode == "ab" else file

def write(hour):
    print("pid", os.getpid(), flush=True)
    clock = Clock()
    log = forecast_log.ForecastLog(sys.argv[1], clock)
    log.path = SlowPath(log.path)
    while True:
        made = forecast(hour, n_buckets=300)
        clock.now_ms = made.hour_ms
        log.append(made)
        print("kept", hour, flush=True)
        hour += 1

for line in sys.stdin:
    child = os.fork()
    if not child:
        write(int(line))
    os.waitpid(child, 0)
    print("dead", 0, flush=True)
"""


@pytest.mark.timeout(600)
def test_a_killed_publisher_loses_nothing_it_acknowledged(tmp_path):
    dice = random.Random(5)  # noqa: S311
    log = ForecastLog(tmp_path, lambda: START_MS)
    log.begin_series("first", SYMBOL, VENUE, PARAMETERS, "1")
    kept, torn = set(), 0
    with subprocess.Popen(
        [sys.executable, "-c", WRITERS, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    ) as process:
        try:
            for _ in range(N_KILLS):
                hours = [row.forecast.hour_ms for row in log.read() if isinstance(row, LoggedForecast)]
                first = (max(hours, default=START_MS - HOUR_MS) - START_MS) // HOUR_MS + 1
                kept |= run_and_kill(process, first, dice)
                report = log.verify()
                assert report.is_sound or report.problem.kind == "torn"
                torn += not report.is_sound
                assert (log.repair() > 0) == (not report.is_sound)
                assert log.verify().is_sound
                found = {row.forecast.hour_ms for row in log.read() if isinstance(row, LoggedForecast)}
                assert {START_MS + hour * HOUR_MS for hour in kept} <= found
        finally:
            process.stdin.close()
            process.kill()
    assert len(kept) > N_KILLS / 2
    assert torn > 0


def run_and_kill(process, first, dice):
    process.stdin.write(f"{first}\n")
    process.stdin.flush()
    word, pid = process.stdout.readline().split()
    assert word == "pid"
    lines = [process.stdout.readline() for _ in range(dice.randint(0, MOST_RECORDS))]
    time.sleep(dice.uniform(0, LONGEST_S))
    os.kill(int(pid), signal.SIGKILL)
    while not lines or lines[-1] != "dead 0\n":
        lines.append(process.stdout.readline())
        assert lines[-1], "the writers ended"
    return {int(number) for name, number in map(str.split, lines) if name == "kept"}
