# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""Kernels during training: a table for the terminal, CSV, JSON and a picture."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table

from ntkproofs.files import replacing
from ntkproofs.networks.figure_2 import Figure2
from ntkproofs.reports.drawing import style
from ntkproofs.reports.network_tables import manifest

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_QUANTITIES = {
    "growth": "λ_max, end/start",
    "reversals": "reversals",
    "final_drift": "drift at the end",
    "loss": "training loss",
}
_COLORS = ("#0072B2", "#D55E00", "#009E73")
_SHOWN = {
    "largest": r"$\lambda_{\max}(\Theta_t)/\lambda_{\max}(\Theta_0)$",
    "frobenius": r"$\|\Theta_t\|_F/\|\Theta_0\|_F$",
    "drift": r"$\|\Theta_t-\Theta_0\|_F/\|\Theta_0\|_F$",
}
ABOUT = (
    "Kernels of networks on training points during full-batch gradient descent on the mean square, "
    "at a fraction of the rate beyond which descent on the network linearised at its start "
    "diverges.",
    "The kernel is the mean over outputs; labels of classes are learned as rows of the identity.",
    "reversals: the share of the total variation of log lambda_max that is undone again. Networks "
    "are compared by paired t tests over runs, adjusted for all pairs (Holm).",
    "Floats: nothing here is certified.",
)


def print_figure_2(console: Console, found: Figure2) -> None:
    """Means over the runs, with 95 % intervals of Student's t."""
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("network")
    for title in _QUANTITIES.values():
        table.add_column(title, justify="right")
    for network in found.networks():
        means = [found.over_runs(network, quantity) for quantity in _QUANTITIES]
        table.add_row(network, *(f"{m.mean:.3g} ± {m.half:.2g}" for m in means))
    console.print(table)
    chosen = found.settings
    console.print()
    for pair in found.compare("reversals"):
        console.print(
            f"Reversals, {pair.first} minus {pair.second}: {pair.test.difference.mean:.3g} ± "
            f"{pair.test.difference.half:.2g}, p = {pair.adjusted:.2g} for all pairs.",
            soft_wrap=True,
        )
    for path in found.paths:
        if path.stopped:
            console.print(
                f"{path.network}, run {path.run}: {path.stopped}. Its path ends at step "
                f"{path.steps[-1]}, and its numbers are those of that part.",
                soft_wrap=True,
            )
    console.print(
        f"{chosen.runs} runs, {chosen.steps} steps of gradient descent at {chosen.fraction:g} of "
        f"the stable rate, {chosen.points} points; ± is half a 95 % interval of Student's t.",
        soft_wrap=True,
    )
    console.print(found.about, soft_wrap=True)


def file_stem(task: str) -> str:
    """The name of the files, without suffix: figure_2, with the task where it is another one.

    Example:
        >>> file_stem("sinusoids"), file_stem("cifar10")
        ('figure_2', 'figure_2_cifar10')
    """
    return "figure_2" if task == "sinusoids" else f"figure_2_{task}"


def write_figure_2(folder: Path, found: Figure2) -> None:
    """Write figure_2.csv (all paths) and figure_2.json; see :func:`file_stem`.

    Raises:
        InvalidInput: for a folder that cannot be written to.
    """
    stem = file_stem(found.settings.task)
    with replacing(folder / f"{stem}.csv") as temporary, temporary.open("w", newline="") as file:
        file.writelines(f"# {line}\n" for line in (*ABOUT, found.about))
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["network", "run", "step", "largest", "frobenius", "drift"])
        for path in found.paths:
            rows = zip(path.steps, path.largest, path.frobenius, path.drift, strict=True)
            for step, *values in rows:
                writer.writerow([path.network, path.run, step, *(f"{v:.8g}" for v in values)])
    content = {
        "schema": 1,
        "about": [*ABOUT, found.about],
        "manifest": manifest(),
        "settings": asdict(found.settings),
        "paths": [
            {
                "network": path.network,
                "run": path.run,
                "rate": path.rate,
                "loss": path.loss,
                "stopped": path.stopped,
                "growth": path.growth,
                "reversals": path.reversals,
            }
            for path in found.paths
        ],
        "over_runs": {
            network: {name: asdict(found.over_runs(network, name)) for name in _QUANTITIES}
            for network in found.networks()
        },
        "comparisons": {
            name: [asdict(pair) for pair in found.compare(name)] for name in _QUANTITIES
        },
    }
    with replacing(folder / f"{stem}.json") as temporary:
        temporary.write_text(json.dumps(content, indent=1, allow_nan=False) + "\n", "utf-8")


def draw_figure_2(found: Figure2) -> Figure:
    """λ_max, Frobenius norm and drift against the step, a line for each run."""
    with style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(9.6, 3.2), layout="constrained")
        panels = figure.subplots(1, len(_SHOWN))
        for axes, (quantity, label) in zip(panels, _SHOWN.items(), strict=True):
            for path in found.paths:
                values = getattr(path, quantity)
                values = values if quantity == "drift" else values / values[0]
                color = _COLORS[found.networks().index(path.network)]
                name = path.network if path.run == 0 else None
                axes.plot(path.steps, values, color=color, linewidth=0.9, label=name)
            axes.set(xlabel="step", ylabel=label)
        panels[0].legend(frameon=False)
    return figure
