"""The README's Python runs, its commands exist, its figures of venues are true."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys

import liqheat
from tests.support.paths import ROOT
from tests.support.readme_tables import TABLES, filled

README = (ROOT / "README.md").read_text(encoding="utf-8")
PACKAGE = (ROOT / "python" / "README.md").read_text(encoding="utf-8")


def examples_of(text):
    return re.findall(r"```python\n(.+?)```", text, re.DOTALL)


def run_example(code, folder):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=folder, capture_output=True, text=True, timeout=120
    )


def test_it_is_read_in_two_minutes():
    assert len(README.splitlines()) <= 120
    assert not re.search(r"\bnats?\b|\bB1[a-z]?\b|\bB0\b|b1y", README)


def test_the_python_examples_run(tmp_path):
    (example,) = examples_of(README)
    assert len([line for line in example.splitlines() if line.strip()]) <= 8
    result = run_example(example, tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "heatmap.png").stat().st_size > 10_000


def test_the_examples_of_the_package_run(tmp_path):
    fused, decisions = examples_of(PACKAGE)
    said = run_example("import liqheat\nimport numpy as np\n" + fused + decisions, tmp_path)
    assert said.returncode == 0, said.stderr
    assert "R4 order book" in said.stdout
    binance = liqheat.venue_liquidation_price("binance", "BTC/USDT:USDT", "long", 95_000.0, 20, 10_000.0)
    bybit = liqheat.venue_liquidation_price("bybit", "BTC/USDT:USDT", "long", 95_000.0, 20, 10_000.0)
    assert (f"{binance:,.2f}", f"{bybit:,.2f}") == ("90,612.45", "90,703.52")
    assert "90,612.45" in PACKAGE and "90,703.52" in PACKAGE


def test_the_counts_of_the_golden_file_are_true():
    vectors = json.loads((ROOT / "tests/data/vectors/liquidation_prices.json").read_text())["liquidation"]
    venues = {vector["venue"].removesuffix("_legacy") for vector in vectors}
    assert (len(vectors), len(venues)) == (60, 11)
    assert "60 positions and worked examples of eleven venues" in " ".join(PACKAGE.split())


def test_every_link_leads_somewhere():
    for path in (ROOT / "README.md", ROOT / "python" / "README.md", *(ROOT / "python" / "liqheat").glob("*/README.md")):
        for link in re.findall(r"\]\(([^)#\s]+)\)", path.read_text(encoding="utf-8").replace("\n", " ")):
            if "://" not in link:
                assert (path.parent / link.strip()).exists(), f"{path}: {link}"


def test_the_commands_exist():
    makefile = (ROOT / "Makefile").read_text()
    for target in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for command in set(re.findall(r"^liqheat (\w+)", README, re.MULTILINE)):
        code = f"import sys; sys.argv = ['liqheat', '{command}', '--help']; from liqheat.cli import main; main()"
        assert subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60).returncode == 0


def test_what_is_said_of_accuracy_is_what_was_published():
    published = json.loads((ROOT / "python/liqheat_lab/page/data/published_scores.json").read_text())["touch"]
    day = published["horizons"]["24h"]
    factor = f"{math.exp(day['median_abs_log_error']):.1f}"
    inside = f"{100 * day['band80_holds']:.0f}"
    readme = " ".join(README.split())
    assert f"On {published['days']} days that the parameters had not seen" in readme
    assert f"{day['realised_over_forecast']['value']:.2f} times the forecast in sum" in readme
    assert f"within a factor of {factor}, and {inside} of 100 fell inside the 80 % band" in readme
    assert f"({day['band80_width']:.1f} times from end to end" in readme
    page = re.sub(r"'\s*\+ '", "", (ROOT / "web/src/setups/outlook.tsx").read_text(encoding="utf-8"))
    assert f"{inside} of 100 outcomes fell inside the range, and half were within × {factor} of the figure" in page


def test_the_picture_is_there_and_the_table_is_filled():
    assert (ROOT / "web" / "screenshot.png").stat().st_size > 50_000
    assert "web/screenshot.png" in README
    assert "BENCH_TABLE" not in README


def test_the_table_of_venues_is_made_from_their_rows():
    for name, (path, _) in TABLES.items():
        assert filled(name) == path.read_text(encoding="utf-8"), "make readme-tables"
    assert "readme-tables:" in (ROOT / "Makefile").read_text()
