"""`make bench-chart`: whole frames of the heat layer beside those of an empty chart, in headless Chromium.

Frames are timed from animation frame to animation frame without a frame cap, in turns, in one run.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.table import Table

from tests.support.browser import CHROMIUM_ARGUMENTS, browser_environment, find_chromium

WEB = Path(__file__).resolve().parents[2] / "web"
GOAL = 2.3
QUERY = "?columns=8640&buckets=1000&visible=2160&frames=120&rounds=5"


def main() -> None:
    """Build the measurement, run it, print a table."""
    subprocess.run(["npm", "run", "--silent", "build:bench"], cwd=WEB, check=True, stdout=subprocess.DEVNULL)
    page_url = (WEB / "dist" / "bench" / "index.html").as_uri() + QUERY
    uncapped = ["--disable-frame-rate-limit", "--disable-gpu-vsync", "--allow-file-access-from-files"]
    with tempfile.TemporaryDirectory() as profile, sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile,
            executable_path=find_chromium(),
            args=[*CHROMIUM_ARGUMENTS, *uncapped],
            viewport={"width": 1600, "height": 900},
            env=browser_environment(),
        )
        page = context.new_page()
        page.goto(page_url)
        page.wait_for_function("window.benchResult || window.benchError", timeout=300_000)
        error = page.evaluate("window.benchError")
        if error:
            raise SystemExit(f"the chart benchmark failed: {error}")
        result = page.evaluate("window.benchResult")
        context.close()
    table = Table("case", "empty chart", "with heat", "ratio", title="Whole frame, median, software rendering")
    for name, case in result["cases"].items():
        empty, heat = case["empty"], case["heat"]
        table.add_row(name, f"{empty['medianMs']:.1f} ms", f"{heat['medianMs']:.1f} ms", f"{case['ratio']:.2f}")
    pane = result["pane"]
    size = f"{result['columns']:,} columns x {result['buckets']:,} buckets, {result['visibleColumns']:,} visible"
    changes = ", ".join(f"{name} {result[name]:.1f}" for name in ("setGridMs", "paletteMs", "appendMs"))
    console = Console()
    console.print(table)
    console.print(f"{size}, pane {pane['width']} x {pane['height']}; floor {GOAL}; {changes}")


if __name__ == "__main__":
    main()
