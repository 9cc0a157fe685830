# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""Tables of trained networks: for the terminal, as CSV, LaTeX and a JSON manifest."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from ntkproofs.files import replacing
from ntkproofs.networks.results import LEVEL, Comparison, Results, Score, Summary
from ntkproofs.reports.json_report import environment, installed_version

METRIC_NAMES = {
    "mse": "MSE",
    "r2": "R²",
    "accuracy": "accuracy",
    "cross_entropy": "cross-entropy",
}
_TEX_NAMES = METRIC_NAMES | {"r2": "$R^2$"}
_PACKAGES = ("jax", "jaxlib", "equinox", "optax", "scikit-learn")
ABOUT = (
    "Metrics on the test part, which is looked at once, after each model was tuned on the "
    "validation part over as many points of a grid as every other one.",
    "± is half the 95 % interval of Student's t for the expectation over runs. Where runs split "
    "the same rows, the variance is corrected for their overlap (Nadeau, Bengio 2003).",
    "Tests between models: paired t over runs, corrected alike, adjusted for all pairs of a metric "
    "(Holm). The exact signed-rank test is given beside; with five runs it is never below 1/16.",
    "CIFAR-10: the test images are the same in all runs, so that intervals are those of training, "
    "and leave out the choice of test images.",
    "Floats and statistics: nothing here is certified.",
)


def print_results(console: Console, found: Results) -> None:
    """A table for each task and metric, and which differences are significant."""
    runs = found.budget.runs
    for task, metric in found.blocks():
        console.print(_table(found, task, metric))
        console.print(verdict(found, task, metric), "", sep="\n", soft_wrap=True)
    for name, (about, grid) in found.models.items():
        console.print(f"{name}: {about}; {len(grid)} points.", soft_wrap=True)
    for about in dict.fromkeys(run.about for run in found.tasks):
        console.print(about, soft_wrap=True)
    for note in found.notes:
        console.print(f"Note: {note}", soft_wrap=True)
    console.print(
        f"{runs} runs. ± is half a 95 % interval of Student's t, corrected where runs split the "
        "same rows; tests are paired t, adjusted by Holm.",
        soft_wrap=True,
    )


def _table(found: Results, task: str, metric: str) -> Table:
    block = found.block(task, metric)
    table = Table(
        title=f"{task}: {METRIC_NAMES[metric]}",
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    table.add_column("model")
    names = ["mean", "±", "deviation"] + ["printed"] * any(s.printed is not None for s in block)
    for name in names:
        table.add_column(name, justify="right")
    for summary in block:
        table.add_row(summary.model, *_cells(summary)[: len(names)])
    possible = found.possible(task, metric)
    if possible is not None:
        table.add_row("best possible", _number(possible), "", "")
    return table


def _cells(summary: Summary) -> list[str]:
    over = summary.over_runs
    printed = "" if summary.printed is None else f"{summary.printed:.3f}"
    return [_number(over.mean), _number(over.half), _number(over.deviation), printed]


def _number(value: float) -> str:
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e3 or value == 0 else f"{value:.3g}"


def verdict(found: Results, task: str, metric: str) -> str:
    """Which model is best, and over which others it is so significantly, in a sentence."""
    best, everywhere = found.best(task, metric)
    if everywhere:
        return f"{best} is best, significantly against every other (5 %, all pairs together)."
    beaten = [
        c.second if c.first == best else c.first
        for c in _comparisons(found, task, metric)
        if c.better == best
    ]
    significantly = (
        f"significantly only against {', '.join(beaten)}"
        if beaten
        else ("significantly against none")
    )
    return f"{best} has the best mean, {significantly} (5 %, all pairs together)."


def _comparisons(found: Results, task: str, metric: str) -> list[Comparison]:
    return [c for c in found.comparisons if (c.task, c.metric) == (task, metric)]


def write_results(folder: Path, found: Results) -> list[Path]:
    """Write NAME.json, NAME.csv and NAME.tex to a folder; each whole or not at all.

    Raises:
        InvalidInput: for a folder that cannot be written to.
    """
    stem = found.name.replace("-", "_")
    writers: dict[str, Callable[[Path, Results], None]] = {
        "json": _write_json,
        "csv": _write_csv,
        "tex": _write_tex,
    }
    paths = []
    for suffix, write in writers.items():
        paths.append(folder / f"{stem}.{suffix}")
        write(paths[-1], found)
    return paths


def manifest() -> dict[str, Any]:
    """What numbers of trained networks depend on: versions, and the device of JAX."""
    import jax

    device = jax.devices()[0]
    return {
        **environment(),
        **{name: installed_version(name) for name in _PACKAGES},
        "device": f"{device.platform}: {device.device_kind}",
    }


def to_json(found: Results) -> dict[str, Any]:
    """Everything: manifest, budget, grids, digests of the data, scores, means and tests."""
    return {
        "schema": 1,
        "table": found.name,
        "about": list(ABOUT),
        "notes": list(found.notes),
        "manifest": manifest(),
        "budget": asdict(found.budget),
        "seeds": [found.budget.seed + run for run in range(found.budget.runs)],
        "models": {
            name: {"about": about, "grid": [dict(point) for point in grid]}
            for name, (about, grid) in found.models.items()
        },
        "tasks": [asdict(run) for run in found.tasks],
        "scores": [asdict(score) | {"validation": _finite(score)} for score in found.scores],
        "summaries": [asdict(summary) for summary in found.summaries],
        "comparisons": [asdict(c) | {"better": c.better} for c in found.comparisons],
        "level": LEVEL,
        "best": [
            {"task": task, "metric": metric, "model": model, "significant": significant}
            for task, metric in found.blocks()
            for model, significant in [found.best(task, metric)]
        ],
    }


def _finite(score: Score) -> float | None:
    """The validation loss; null in JSON where every point of the grid diverged."""
    return score.validation if math.isfinite(score.validation) else None


def _write_json(path: Path, found: Results) -> None:
    text = json.dumps(to_json(found), indent=1, allow_nan=False) + "\n"
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def _write_csv(path: Path, found: Results) -> None:
    """One row for each task, metric, model and run."""
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.writelines(f"# {line}\n" for line in (*ABOUT, *found.notes))
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["task", "metric", "model", "run", "value", "steps", "stopped", "point"])
        for score in found.scores:
            point = " ".join(f"{name}={value:g}" for name, value in score.point.items())
            rest = (score.steps, score.stopped, point)
            for metric, value in score.metrics.items():
                writer.writerow([score.task, metric, score.model, score.run, repr(value), *rest])


def _write_tex(path: Path, found: Results) -> None:
    with replacing(path) as temporary:
        temporary.write_text(to_latex(found), encoding="utf-8")


def to_latex(found: Results) -> str:
    """A tabular for booktabs: the best mean is bold where it is significantly the best."""
    printed = any(summary.printed is not None for summary in found.summaries)
    columns = "llrr" if printed else "llr"
    head = ["task, metric", "model", "mean $\\pm$ 95\\,\\%"] + ["printed"] * printed
    lines = [
        f"% ntkproofs experiment {found.name}: {found.budget.runs} runs, seed {found.budget.seed}",
        f"\\begin{{tabular}}{{{columns}}}",
        "\\toprule",
        " & ".join(head) + " \\\\",
    ]
    for task, metric in found.blocks():
        lines.append("\\midrule")
        best, significant = found.best(task, metric)
        for index, summary in enumerate(found.block(task, metric)):
            over = summary.over_runs
            mean = f"{over.mean:.4g} \\pm {over.half:.2g}"
            bold = significant and summary.model == best
            cells = [
                f"{task}, {_TEX_NAMES[metric]}" if index == 0 else "",
                summary.model.replace("3x512", "$3\\times512$"),
                f"$\\boldsymbol{{{mean}}}$" if bold else f"${mean}$",
            ]
            if printed:
                cells.append("" if summary.printed is None else f"${summary.printed:.3f}$")
            lines.append(" & ".join(cells) + " \\\\")
    return "\n".join([*lines, "\\bottomrule", "\\end{tabular}", ""])
