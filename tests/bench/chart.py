"""`make bench-chart`: whole frames of the heat layer beside those of an empty chart, in headless Chromium.

Frames are timed from animation frame to animation frame without a frame cap, in turns, in one run.
"""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import BrowserContext, sync_playwright
from rich.console import Console
from rich.table import Table

from tests.support.browser import CHROMIUM_ARGUMENTS, browser_environment, find_chromium, serving

WEB = Path(__file__).resolve().parents[2] / "web"
GOALS = {
    "panning, median": "1.5 x empty",
    "two charts": "25 ms",
    "change": "5 ms",
    "live column": "2 ms",
    "first": "1,000 ms",
}
FIRST_VIEWS = 5
QUERY = "?columns=8640&buckets=1000&visible=2160&frames=120&rounds=5"


def main() -> None:
    """Build the measurement, run it, print a table."""
    subprocess.run(["npm", "run", "--silent", "build:bench"], cwd=WEB, check=True, stdout=subprocess.DEVNULL)
    page_url = (WEB / "dist" / "bench" / "index.html").as_uri() + QUERY
    uncapped = ["--disable-frame-rate-limit", "--disable-gpu-vsync", "--allow-file-access-from-files"]
    uncapped += ["--enable-precise-memory-info", "--js-flags=--expose-gc"]
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
        page.close()
        first = first_views(context)
        context.close()
    table = Table("case", "empty chart", "with heat", "p95", "ratio", title="Whole frame, median, software rendering")
    for name, case in result["cases"].items():
        empty, heat = case["empty"], case["heat"]
        times = (f"{empty['medianMs']:.1f} ms", f"{heat['medianMs']:.1f} ms", f"{heat['p95Ms']:.1f} ms")
        table.add_row(name, *times, f"{case['ratio']:.2f}")
    two, rebuilt, heap = result["two"], result["rebuilt"], result["heap"]
    table.add_row("two charts at once", "", f"{two['medianMs']:.1f} ms", f"{two['p95Ms']:.1f} ms", "")
    ours, cells = rebuilt["ours"], rebuilt["cells"]
    fewer = f"{rebuilt['columns']:,} x {rebuilt['buckets']:,}"
    table.add_row(f"{fewer}, ours", "", f"{ours['medianMs']:.1f} ms", f"{ours['p95Ms']:.1f} ms", "")
    table.add_row(f"{fewer}, an object a cell", "", f"{cells['medianMs']:.1f} ms", f"{cells['p95Ms']:.1f} ms", "")
    pane = result["pane"]
    size = f"{result['columns']:,} columns x {result['buckets']:,} buckets, {result['visibleColumns']:,} visible"
    names = ("setGridMs", "paletteMs", "limitsMs", "themeMs", "appendMs")
    changes = ", ".join(f"{name} {result[name]:.1f}" for name in names)
    console = Console()
    console.print(table)
    console.print(f"{size}, pane {pane['width']} x {pane['height']}; {changes}")
    console.print(
        f"heap after {heap['columns']:,} live columns {heap['columnBytes'] / 1e6:+.2f} MB, after {heap['attached']:,} "
        f"attached and detached {heap['attachBytes'] / 1e6:+.2f} MB"
    )
    console.print(f"first view of the demo, {len(first)} times: {', '.join(f'{ms:.0f}' for ms in first)} ms")
    console.print(f"asked: {', '.join(f'{name} {goal}' for name, goal in GOALS.items())}")


def first_views(context: BrowserContext) -> list[float]:
    """Milliseconds from a click on a link to the page of a simulated market to its first map; the server is warm."""
    found = []
    with serving() as address:
        for _ in range(FIRST_VIEWS + 1):
            page = context.new_page()
            page.goto(address)
            page.wait_for_function("() => window.liqheat !== undefined")
            found.append(page.evaluate("window.liqheat.ready.then(() => performance.now())"))
            page.close()
    return found[1:]


if __name__ == "__main__":
    main()
