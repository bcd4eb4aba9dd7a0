"""Tables in READMEs that are made of tables in the code: ``python -m tests.support.readme_tables`` writes them anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from liqheat.bench import format_duration
from liqheat.bench.timing import COPY
from liqheat.exchanges import COLUMNS, list_capabilities
from liqheat.setups import CONTRADICTIONS, RULES
from tests.support.paths import ROOT

BENCH = ROOT / "tests" / "data" / "bench.json"
"""What `make publish-bench` puts on record."""
SETUPS = ROOT / "python" / "liqheat" / "setups" / "README.md"


def venue_table() -> str:
    """What venues offer; each links to the page that its row was read from."""
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{'---|' * len(COLUMNS)}"]
    for row in list_capabilities():
        cells = [make(row) for make in COLUMNS.values()]
        cells[0] = f"[{cells[0]}]({row['doc_url']})"
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def rules_table() -> str:
    """R1 to R18 with their thresholds in both presets."""
    lines = ["| id | rule | value | article | strict | unit | hard | source |", "|---|---|---|---|---|---|---|---|"]
    for rule in RULES:
        hard = {(True, True): "yes", (False, False): "no", (False, True): "strict only"}[rule.is_hard]
        values = rule.values or (None,)
        for at, value in enumerate(values):
            lead = (rule.rule_id, f"{rule.name}: {rule.asks}") if at == 0 else ("", "")
            tail = (hard, rule.source) if at == 0 else ("", "")
            cells = (
                ("", "", "", "")
                if value is None
                else (f"`{value.key}`", _shown(value.article), _shown(value.strict), value.unit)
            )
            lines.append("| " + " | ".join((*lead, *cells, *tail)) + " |")
    return "\n".join(lines) + "\n"


def contradictions_list() -> str:
    """Where the article contradicts itself, and how that is resolved."""
    lines = (f"{number}. **{one.title}.** {one.resolution}" for number, one in enumerate(CONTRADICTIONS, start=1))
    return "\n".join(lines) + "\n"


SHOWN = {
    "fused_random": "`liquidation_map`: 1.04 million entries × 6 leverages × 4 rates × 2 sides into 1,000 buckets",
    "fused_ticks": "the same, entries on ticks of 0.5",
    "fused_venues": "the same under four venues' tiers with amounts",
    "venue_prices": "`venue_liquidation_price`: 1 million, 12 tiers",
    "positions": "`aggregate_liquidations`: 2 million prices, input checked (numba: unchecked)",
    "book": "position book, 48 tiers, 100,000 bars",
    "grid": "grid, 5 tiers, 8,640 × 1,000",
    "window_3000": "moved window, 720 × 600, of 3,000 bars",
    "window_30000": "the same of 30,000 bars",
    "window_300000": "the same of 300,000 bars",
}
"""Cases of the speed table, and what each is in a few words."""


def speed_table() -> str:
    """Medians of the published run: ours, the best of each kind of opponent, and how many times as long it took."""
    run = json.loads(BENCH.read_text(encoding="utf-8"))
    results = {result["key"]: result for result in run["results"]}
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    lines = [
        f"Measured on {run['date']} at commit {run['commit']}: {run['machine']}, {versions}.",
        "In brackets the number of threads, and how many times as long as ours on as many:",
        "",
        f"| case | liqheat | {' | '.join(KINDS)} |",
        f"|---|---|{'---|' * len(KINDS)}",
    ]
    for key, words in SHOWN.items():
        timings = results[key]["timings"]
        ours = [timing for timing in timings if timing["name"].startswith("liqheat")]
        ours = [timing for timing in ours if timing["name"] == ours[0]["name"]]
        own = "<br>".join(f"{format_duration(timing['median'])} ({timing['threads']})" for timing in ours)
        cells = [_best(timings, ours, belongs) for belongs in KINDS.values()]
        lines.append(f"| {words} | {own} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


KINDS: dict[str, Callable[[str], bool]] = {
    "numpy": lambda name: name.startswith("numpy"),
    "numba": lambda name: name.startswith("numba") and "our algorithm" not in name,
    "numba, our algorithm": lambda name: "our algorithm" in name,
    "histogram libraries": lambda name: name.endswith("-histogram"),
    "plain copy of the same bytes": lambda name: name == COPY,
}


def _best(timings: list[dict[str, Any]], ours: list[dict[str, Any]], belongs: Callable[[str], bool]) -> str:
    """The fastest of a kind on each number of threads."""
    found: dict[int, dict[str, Any]] = {}
    for timing in sorted(timings, key=lambda one: -one["median"]):
        if belongs(timing["name"]):
            found[timing["threads"]] = timing
    by_threads = {timing["threads"]: timing["median"] for timing in ours}
    cells = []
    for threads, one in sorted(found.items(), reverse=True):
        ratio = one["median"] / by_threads.get(threads, ours[0]["median"])
        cells.append(f"{format_duration(one['median'])} ({threads}, {ratio:.{0 if ratio >= 10 else 2}f}×)")
    return "<br>".join(cells)


SUMMARY = {
    "fused_random": "liquidation map of 50 million samples, one call",
    "venue_prices": "1 million liquidation prices by a venue's 12 tiers",
    "book": "position book, 48 distances, 100,000 bars",
    "grid": "heatmap of 8,640 × 1,000 cells",
    "window_300000": "moved window of 720 columns, 300,000 bars of history",
}
"""Cases of the README's five rows."""


def summary_table() -> str:
    """Ours, the numpy path and numba: the best of each, and how many times as long it took."""
    run = json.loads(BENCH.read_text(encoding="utf-8"))
    results = {result["key"]: result for result in run["results"]}
    lines = ["| | liqheat | numpy | numba |", "|---|---|---|---|"]
    for key, words in SUMMARY.items():
        timings = results[key]["timings"]
        ours = next(timing for timing in timings if timing["name"].startswith("liqheat"))
        own = f"{format_duration(ours['median'])}, {ours['threads']} threads" if ours["threads"] > 1 else ""
        cells = [own or f"{format_duration(ours['median'])}, 1 thread"]
        for kind in ("numpy", "numba"):
            known = [timing for timing in timings if KINDS[kind](timing["name"])]
            best = min(known, key=lambda timing: float(timing["median"]), default=None)
            ratio = None if best is None else best["median"] / ours["median"]
            cells.append("" if ratio is None else f"{ratio:.{0 if ratio >= 10 else 1}f} ×")
        lines.append(f"| {words} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


PYTHON = ROOT / "python" / "liqheat"
TABLES: dict[str, tuple[Path, Callable[[], str]]] = {
    "venues": (PYTHON / "venues" / "README.md", venue_table),
    "speed": (PYTHON / "bench" / "README.md", speed_table),
    "summary": (ROOT / "README.md", summary_table),
    "rules": (SETUPS, rules_table),
    "contradictions": (SETUPS, contradictions_list),
}
"""Name of the marks between which a table stands, its README, and what makes it."""


def filled(name: str) -> str:
    """A README with its table made anew."""
    path, make = TABLES[name]
    begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->"
    before, first, rest = path.read_text(encoding="utf-8").partition(begin)
    _, second, after = rest.partition(end)
    assert first and second and begin not in after, f"{path.name} must hold the marks of {name} once each"
    return f"{before}{begin}{make()}{end}{after}"


def _shown(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value / 1e6:g} million" if value >= 1e6 else f"{value:g}"


if __name__ == "__main__":
    for table, (readme, _) in TABLES.items():
        readme.write_text(filled(table), encoding="utf-8")
