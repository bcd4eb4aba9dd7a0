"""Tables in READMEs that are made of tables in the code: ``python -m tests.support.readme_tables`` writes them anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from liqheat.bench import format_duration
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
    "fused_random": "Fused map: entries to a liquidation map, no price written",
    "fused_ticks": "The same, entries on ticks of 0.5",
    "fused_venues": "The same under four venues' margin tiers and amounts",
    "venue_prices": "Prices under one venue's tiers",
    "positions": "Static map of prices that are given, input checked",
    "book": "Position book, 48 tiers, both sides",
    "grid": "Grid of a heatmap, 5 tiers, caller's buffer",
}
"""Cases of the speed table, and what each is in a few words."""


def speed_table() -> str:
    """Medians of the published run: ours, then everybody else, and how many times as long each took as ours."""
    run = json.loads(BENCH.read_text(encoding="utf-8"))
    results = {result["key"]: result for result in run["results"]}
    versions = ", ".join(f"{name} {version}" for name, version in run["versions"].items())
    lines = [
        f"Measured on {run['date']} at commit {run['commit']}, {run['machine']}, {versions}; threads in brackets:",
        "",
        "| case | liqheat | beside it |",
        "|---|---|---|",
    ]
    for key, words in SHOWN.items():
        timings = results[key]["timings"]
        ours = [timing for timing in timings if timing["name"].startswith("liqheat")]
        others = [timing for timing in timings if not timing["name"].startswith("liqheat")]
        # Beside ours on as many threads, where there is one.
        by_threads = {timing["threads"]: timing["median"] for timing in reversed(ours)}
        said = (
            f"{timing['name']} ({timing['threads']}) {format_duration(timing['median'])}, "
            f"{timing['median'] / by_threads.get(timing['threads'], ours[0]['median']):.3g}×"
            for timing in others
        )
        own = " · ".join(f"{format_duration(timing['median'])} ({timing['threads']})" for timing in ours)
        lines.append(f"| {words}: {results[key]['note']} | {own} | {' · '.join(said)} |")
    return "\n".join(lines) + "\n"


TABLES: dict[str, tuple[Path, Callable[[], str]]] = {
    "venues": (ROOT / "README.md", venue_table),
    "speed": (ROOT / "README.md", speed_table),
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
