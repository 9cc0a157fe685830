# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""The experiment on frequency control: CSV and JSON files, and a table for the terminal."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from ntkproofs.files import replacing
from ntkproofs.finite_width.mode_rates import SHRINK
from ntkproofs.finite_width.torus_training import STABLE_FRACTION
from ntkproofs.networks.frequency_experiment import (
    CONFIDENCE,
    Case,
    FrequencyControl,
    Run,
    Summary,
    WidthLaw,
    interval,
)
from ntkproofs.reports.json_report import environment, installed_version

COLUMNS = (
    "dim",
    "side",
    "loss",
    "order",
    "amplitude",
    "width",
    "frequency",
    "predicted",
    "draws",
    "mean",
    "half_width",
    "least",
    "largest",
)
ABOUT = (
    "Rates at which wide networks learn the Fourier modes of a target on a grid of the torus.",
    "predicted: (kernel eigenvalue on the grid over N^d) times the multiplier of the loss.",
    "Measured in each draw: (1 - rho)/eta, rho the factor per step of the least-squares line "
    f"through log|c_k| until |c_k| is 1/{SHRINK:g} of its start; draws: in how many that was "
    "reached; mean, least, largest: over those; half_width: of the 95 % interval of Student's t "
    "for the expectation, empty for a single one.",
    "Loss sobolev: multipliers (1 + |k|^2)^order. Loss poisson: (2 pi |k|)^4 (1 + |k|^2)^order, "
    "and 16 pi^4 for the mean. One row for each pair k, -k.",
    "Full-batch gradient descent in float64, eta = "
    f"{STABLE_FRACTION:g} of 2/lambda_max, of f - f_0 towards a target of root mean square "
    "amplitude; ReLU networks in the NTK parametrisation.",
    "Floats and statistics: nothing here is certified.",
)


def write_rates(path: Path, found: FrequencyControl) -> None:
    """Write one row for each case, width and mode as CSV, after comment lines (#).

    Raises:
        InvalidInput: for a path that cannot be written.
    """
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        made = ", ".join(f"{name} {version}" for name, version in versions().items())
        file.writelines(f"# {line}\n" for line in (*ABOUT, _drawn(found), f"Made by: {made}."))
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for case in found.settings.cases():
            for width in found.settings.widths:
                writer.writerows(_rows(found.select(case, width)))


def _drawn(found: FrequencyControl) -> str:
    chosen = found.settings
    return (
        f"Depth {chosen.depth}, bias variance {chosen.bias_variance:g}, {chosen.steps} steps, "
        f"{chosen.draws} draws of every width, seed {chosen.seed}."
    )


def _rows(runs: list[Run]) -> list[list[str]]:
    """The modes of one case and width."""
    case, rates = runs[0].case, runs[0].rates
    head = [case.dim, case.side, case.loss.kind, f"{case.loss.order:g}", f"{case.amplitude:g}"]
    rows: list[list[str]] = []
    for place, k in enumerate(runs[0].frequencies()):
        values = [float(run.rates.measured[place]) for run in runs]
        values = [value for value in values if math.isfinite(value)]
        mean, half = interval(values) if len(values) > 1 else (sum(values), math.nan)
        ends = [mean, half, min(values), max(values)] if values else [math.nan] * 4
        numbers = [_number(float(rates.predicted[place])), len(values), *map(_number, ends)]
        rows.append([str(part) for part in (*head, runs[0].width, " ".join(map(str, k)), *numbers)])
    return rows


def _number(value: float) -> str:
    return f"{value:.6g}" if math.isfinite(value) else ""


def versions() -> dict[str, str]:
    """The versions that the numbers depend on."""
    known = environment()
    kept = {name: str(known[name]) for name in ("ntkproofs", "python", "numpy", "scipy")}
    return {**kept, "jax": str(installed_version("jax"))}


def to_json(found: FrequencyControl) -> dict[str, Any]:
    """Settings, versions, comparisons by case and width, and the curves of one draw."""
    return {
        "schema": 1,
        "about": list(ABOUT),
        "versions": versions(),
        "settings": asdict(found.settings),
        "confidence": CONFIDENCE,
        "summaries": [
            {
                **_case(each.case),
                "width": each.width,
                "slope": _pair(each.slope),
                "offset": _pair(each.offset),
                "deviation": _finite(each.deviation),
                "measured": each.measured,
                "modes": each.modes,
            }
            for each in found.summaries
        ],
        "width_laws": [
            {
                **_case(law.case),
                "exponent": _finite(law.exponent),
                "interval": [_finite(law.lower), _finite(law.upper)],
                "deviations": [_finite(value) for value in law.deviations],
            }
            for law in found.laws
        ],
        "curves": [_curves(run) for run in _widest(found)],
    }


def _widest(found: FrequencyControl) -> list[Run]:
    """The runs with curves of the largest width."""
    most = max(found.settings.widths)
    return [run for run in found.runs if run.curves is not None and run.width == most]


def _case(case: Case) -> dict[str, Any]:
    loss = case.loss
    return {
        "dim": case.dim,
        "side": case.side,
        "loss": loss.kind,
        "order": loss.order,
        "amplitude": case.amplitude,
    }


def _pair(value: tuple[float, float]) -> dict[str, float | None]:
    return {"mean": _finite(value[0]), "half_width": _finite(value[1])}


def _finite(value: float) -> float | None:
    """A number of six digits; JSON has no nan."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _curves(run: Run) -> dict[str, Any]:
    """|c_k| of the independent modes at some forty of the kept steps."""
    curves = run.curves
    assert curves is not None
    kept = np.unique(np.linspace(0, len(curves.steps) - 1, 40).round().astype(int))
    sizes = np.abs(curves.coefficients.reshape(len(curves.steps), -1)[:, run.rates.modes])[kept]
    return {
        **_case(run.case),
        "width": run.width,
        "draw": run.draw,
        "step_size": _finite(curves.step_size),
        "steps": curves.steps[kept].tolist(),
        "frequencies": [list(k) for k in run.frequencies()],
        "error": [_finite(float(value)) for value in curves.error()[kept]],
        "predicted_error": [_finite(float(v)) for v in curves.error(curves.descent)[kept]],
        "sizes": [[_finite(float(size)) for size in row] for row in sizes.T],
    }


def write_summary(path: Path, found: FrequencyControl) -> None:
    """Write :func:`to_json` to a file.

    Raises:
        InvalidInput: for a path that cannot be written.
    """
    with replacing(path) as temporary:
        temporary.write_text(json.dumps(to_json(found)) + "\n", encoding="utf-8")


def print_frequency_control(console: Console, found: FrequencyControl) -> None:
    """Agreement at the largest width, and the exponent of the deviation in the width."""
    widest = max(found.settings.widths)
    laws = {law.case: law for law in found.laws}
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in ("torus", "loss", "modes", "slope", "offset", "rms", "law"):
        table.add_column(name, justify="left" if name in ("torus", "loss") else "right")
    for each in found.summaries:
        if each.width == widest:
            table.add_row(*_line(each, laws.get(each.case), found.settings.amplitude))
    console.print(table)
    console.print(
        f"Width {widest}, {found.settings.draws} draws. slope: of log measured on log predicted "
        "rates; offset and rms: mean and root mean square of log(measured/predicted); law: "
        f"exponent of the rms in the width, expected -1/2. {CONFIDENCE:.0%} intervals, over draws.",
        style="dim",
        highlight=False,
    )


def _line(each: Summary, law: WidthLaw | None, usual: float) -> list[str]:
    """What the table says of one case."""
    case = each.case
    known = law is not None and math.isfinite(law.exponent)
    return [
        f"{case.side}^{case.dim}",
        str(case.loss) + ("" if case.amplitude == usual else f", size {case.amplitude:g}"),
        f"{each.measured}/{each.modes}",
        _plus_minus(each.slope),
        _plus_minus(each.offset),
        f"{each.deviation:.3f}" if math.isfinite(each.deviation) else "-",
        f"[{law.lower:.2f}, {law.upper:.2f}]" if law and known else "-",
    ]


def _plus_minus(value: tuple[float, float]) -> str:
    return f"{value[0]:.2f}±{value[1]:.2f}" if math.isfinite(value[0]) else "-"
