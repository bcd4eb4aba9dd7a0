"""`liqheat accuracy simulate`: the gates on simulated seeds."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer

from liqheat.errors import InputError


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate")(simulate)


def simulate(
    seeds: Annotated[str, typer.Option(help="Seeds of the simulator.")] = "101,102,103,104,105,106",
    days: Annotated[int, typer.Option(help="Simulated days; the second half is judged.")] = 40,
    positions: Annotated[int, typer.Option(help="Positions open on average.")] = 100_000,
    as_json: Annotated[bool, typer.Option("--json", help="Print every figure as JSON.")] = False,
) -> None:
    """Score the estimator against the simulator's hidden truth: a test of the code, never accuracy.

    Exit code 1 when a gate is not met.
    """
    from liqheat_lab.truth.gates import run_gates

    found = run_gates(_parse_seeds(seeds), days=days, positions=positions, on_seed=_say_seed)
    if as_json:
        typer.echo(json.dumps(found, allow_nan=False))
    else:
        typer.echo(_as_text(found))
    if not found["passed"]:
        raise typer.Exit(1)


def _parse_seeds(text: str) -> list[int]:
    try:
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise InputError("seeds", "must be whole numbers with commas between", text) from None


def _say_seed(seed: int) -> None:
    typer.secho(f"seed {seed} done", fg=typer.colors.BRIGHT_BLACK, err=True)


def _as_text(found: dict[str, Any]) -> str:
    lines = [found["statement"], ""]
    for gate in found["gates"]:
        value = "not measured" if gate["value"] is None else f"{gate['value']:.4g}"
        verdict = "met" if gate["passed"] else "NOT MET"
        lines.append(f"{verdict:8s} {gate['model']}: {gate['name']}: {value} ({gate['rule']} {gate['threshold']:g})")
    lines.append("")
    for model, means in found["means"].items():
        score, old = means["cluster_map"], means["cluster_stale_24h"]
        gain, ratio = means["gain_over_fresh"], means["mass_ratio"]
        lines.append(
            f"{model}: cluster score {score:.3f} (24 h old {old:.3f}, V3g {means['cluster_V3g']:.3f}, repaired "
            f"{means['cluster_V3g repaired']:.3f}), gain over fresh territory {gain:.3f} nats, map ÷ truth {ratio:.2f}"
        )
        sizes = {key: value for key, value in means["cluster_control_mean_size"].items() if value is not None}
        lines.append("  controls, mean of sizes: " + ", ".join(f"{key} {size:.3f}" for key, size in sizes.items()))
    lines.append(f"{len(found['seeds'])} seeds, {found['days']} days")
    return "\n".join(lines)
