"""Ensembles of finite networks: a table for the terminal, and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from ntkproofs.errors import Unable
from ntkproofs.files import replacing
from ntkproofs.finite_width.corrections import first_order
from ntkproofs.finite_width.ensembles import Ensemble
from ntkproofs.finite_width.scores import Agreement
from ntkproofs.reports.json_report import environment

_SHOWN = 4


def comparisons(found: Ensemble, false_alarm: float) -> dict[str, Agreement]:
    """The mean against the limit, and against the mean to order 1/width where it is known."""
    against = {"limit of wide networks": found.compare(false_alarm=false_alarm)}
    try:
        corrected = first_order(found.plan.network, found.plan.X)
    except Unable:
        return against
    expected = corrected.limit + corrected.mean_shift
    against["mean to order 1/width"] = found.compare(expected, false_alarm=false_alarm)
    return against


def print_ensemble(console: Console, found: Ensemble, false_alarm: float) -> None:
    """The ends of the spectrum, the deviation of one draw, and what the mean agrees with."""
    plan = found.plan
    limits = np.linalg.eigvalsh(found.limit.ntk)
    console.print(f"{plan.network}, {len(plan.X)} inputs of R^{plan.X.shape[1]}")
    console.print(f"{found.state.draws:,} draws of seed {plan.seed}, {plan.dtype}\n")
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    for name in ("eigenvalue", "limit", "mean of draws", "standard error"):
        table.add_column(name, justify="right")
    count = len(limits)
    ends = sorted({*range(min(_SHOWN, count)), *range(max(0, count - _SHOWN), count)})
    for index in ends:
        numbers = (limits[index], found.spectrum[index], found.spectrum_error[index])
        table.add_row(f"λ_{index + 1}", *(f"{number:.6g}" for number in numbers))
    console.print(table)
    console.print(
        f"\n‖Θ - Θ∞‖ of one draw: {found.deviation:.4g} ± {found.deviation_error:.2g}, "
        f"‖Θ∞‖ = {limits[-1]:.4g}"
    )
    for name, result in comparisons(found, false_alarm).items():
        console.print(f"mean against the {name}: {result}", soft_wrap=True)


def write_ensemble_json(path: Path, found: Ensemble, false_alarm: float) -> None:
    """Everything but the matrices of single draws, as JSON; written whole or not at all."""
    plan = found.plan
    content = {
        "environment": environment(),
        "network": {
            "widths": plan.network.widths,
            "activation": plan.network.activation.name,
            "weight_variance": plan.network.weight_variance,
            "bias_variance": plan.network.bias_variance,
        },
        "inputs": plan.X.tolist(),
        "draws": found.state.draws,
        "seed": plan.seed,
        "dtype": plan.dtype,
        "limit": found.limit.ntk.tolist(),
        "mean": found.mean.tolist(),
        "standard_error": found.standard_error.tolist(),
        "spectrum": found.spectrum.tolist(),
        "spectrum_error": found.spectrum_error.tolist(),
        "deviation": found.deviation,
        "deviation_error": found.deviation_error,
        "agreement": {
            name: {
                "agrees": result.agrees,
                "z": min(result.z, 1e308),
                "threshold": result.threshold,
                "comparisons": result.comparisons,
                "false_alarm": result.false_alarm,
            }
            for name, result in comparisons(found, false_alarm).items()
        },
    }
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(content, indent=1, allow_nan=False), encoding="utf-8")
