"""A wheel in an empty environment, without Node and Rust, serves the page."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.browser import settle
from tests.support.paths import ROOT


@pytest.mark.timeout(900)
def test_an_installed_wheel_serves_the_page_and_its_benchmark_runs(browser, tmp_path):
    build = [sys.executable, "-m", "maturin", "build", "--release", "--out", str(tmp_path / "dist")]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    subprocess.run([sys.executable, "-m", "venv", str(tmp_path / "empty")], check=True)
    bin_folder = tmp_path / "empty" / "bin"
    bare = {"PATH": "/usr/bin:/bin", "HOME": os.environ["HOME"], "LIQHEAT_CACHE_DIR": str(tmp_path / "cache")}
    subprocess.run([bin_folder / "pip", "install", "--quiet", str(wheel)], check=True, env=bare, cwd=tmp_path)
    liqheat = Path(bin_folder / "liqheat")
    process = subprocess.Popen(
        [liqheat, "serve", "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**bare, "PYTHONUNBUFFERED": "1"},
        cwd=tmp_path,
    )
    try:
        assert process.stdout is not None
        address = next(found[0] for line in process.stdout if (found := re.search(r"http://[\d.:]+/", line)))
        page = browser.new_page()
        page.goto(address)
        page.wait_for_function("() => window.liqheat !== undefined")
        page.evaluate("window.liqheat.ready")
        settle(page)
        assert "SIMULATED" in page.get_by_test_id("badge-origin").inner_text().upper()
        page.close()
    finally:
        process.terminate()
        process.wait(timeout=10)
        process.stdout.close()
    bench = subprocess.run(
        [liqheat, "bench", "--quick", "--only", "fused_ticks,positions,book,levels,http"],
        capture_output=True, text=True, env=bare, cwd=tmp_path, timeout=300, check=False,
    )  # fmt: skip
    assert bench.returncode == 0, bench.stderr
    assert "not installed: numba" in bench.stdout
