# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""Deeper or wider: a table for the terminal, a CSV file, contours over depth and budget."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table

from ntkproofs.files import replacing
from ntkproofs.finite_width.budgets import QUANTITIES, Frontier, Quantity, answer
from ntkproofs.reports.drawing import style
from ntkproofs.reports.json_report import environment

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TITLES: dict[Quantity, str] = {
    "smallest": "λ_min",
    "condition": "λ_max/λ_min",
    "time": "time of the flow",
    "steps": "steps of size 1/λ_max",
}
_VERSIONS = ("ntkproofs", "python", "numpy", "scipy")


def print_frontier(console: Console, found: Frontier, quantity: Quantity) -> None:
    """One budget: every design, and the answer in a sentence."""
    table = Table(
        title=f"{found.budget:,} parameters, {found.draws} draws of each network",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    for name in ("depth", "width", "limit", "mean at this width", "median of draws", "95 %"):
        table.add_column(name, justify="right")
    for design in found.designs:
        measured = design.measured[quantity]
        table.add_row(
            str(design.network.depth),
            f"{design.network.widths[0]:,}",
            _number(design.limit[quantity]),
            _number(design.predicted[quantity]),
            _number(measured.median),
            f"{_number(measured.low)} .. {_number(measured.high)}",
        )
    console.print(table, f"  {TITLES[quantity]}", answer(found, quantity), "", sep="\n")


def _number(value: float) -> str:
    return f"{value:.3g}".replace("inf", "∞")


def write_frontier_csv(path: Path, frontiers: Sequence[Frontier]) -> None:
    """Every design and quantity as CSV, after comment lines that say what they are."""
    first, versions = frontiers[0], environment()
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        file.write(
            f"# NTK of ReLU networks, {first.points} inputs of R^{first.dim}, {first.draws} draws "
            f"of seed {first.seed}, error {first.eps:g} of the norm of the targets\n"
            "# limit: infinite width; predicted: mean to order 1/width; median over draws with "
            "its 95 % interval\n"
            f"# counting of parameters: {first.counting}\n"
            "# " + ", ".join(f"{name} {versions[name]}" for name in _VERSIONS) + "\n"
        )
        writer = csv.writer(file, lineterminator="\n")
        head = ("budget", "depth", "width", "parameters", "quantity")
        writer.writerow((*head, "limit", "predicted", "median", "low", "high"))
        for found in frontiers:
            for design in found.designs:
                shape = (design.network.depth, design.network.widths[0], design.parameters)
                for name in QUANTITIES:
                    measured = design.measured[name]
                    numbers = (design.limit[name], design.predicted[name])
                    rest = (measured.median, measured.low, measured.high)
                    shown = [f"{number:.6g}" for number in (*numbers, *rest)]
                    writer.writerow((found.budget, *shape, name, *shown))


def draw_frontier(frontiers: Sequence[Frontier], quantity: Quantity) -> Figure:
    """Contours of a quantity over depth and budget, with the best depth of each budget.

    Args:
        frontiers: at least two budgets, the same depths.
        quantity: which.
    """
    with style():
        from matplotlib import pyplot as plt

        depths = [design.network.depth for design in frontiers[0].designs]
        budgets = [found.budget for found in frontiers]
        medians = [[d.measured[quantity].median for d in found.designs] for found in frontiers]
        with np.errstate(divide="ignore"):
            levels = np.log10(np.array(medians))
        levels = np.ma.masked_invalid(levels)
        figure, axes = plt.subplots(figsize=(7.2, 4.6), layout="constrained")
        filled = axes.contourf(depths, budgets, levels, levels=14, cmap="viridis")
        lines = axes.contour(depths, budgets, levels, levels=14, colors="white", linewidths=0.4)
        axes.clabel(lines, fmt=lambda value: f"{10**value:.3g}", fontsize=7)
        best = [found.best(quantity) for found in frontiers]
        middle = [b.depth for b in best]
        spread = [[b.depth - b.low for b in best], [b.high - b.depth for b in best]]
        axes.errorbar(
            middle, budgets, xerr=spread, color="tab:red", marker="o", capsize=3, clip_on=False,
            label="best depth, 95 % interval",
        )  # fmt: skip
        axes.set(xscale="log", yscale="log", xlabel="depth L (weight layers)")
        axes.set_xticks(depths, [str(depth) for depth in depths])
        axes.minorticks_off()
        axes.set_ylabel("parameters P")
        axes.set_title(f"{TITLES[quantity]}, median of {frontiers[0].draws} ReLU networks")
        axes.legend(loc="upper left", fontsize=8)
        bar = figure.colorbar(filled, ax=axes)
        bar.set_label(f"log10 of {TITLES[quantity]}")
    return figure
