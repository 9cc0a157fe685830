# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""Condition numbers by depth: a CSV file, a table for the terminal, a picture."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import numpy as np
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ntkproofs.conventions import CONVENTIONS
from ntkproofs.files import replacing
from ntkproofs.matrices.condition_curves import ConditionAtDepth, ConditionCurves
from ntkproofs.matrices.intervals import Interval
from ntkproofs.reports.drawing import style
from ntkproofs.reports.json_report import environment

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLUMNS = (
    "delta",
    "depth",
    "mean_lower",
    "mean_upper",
    "least_lower",
    "least_upper",
    "largest_lower",
    "largest_upper",
    "standard_deviation",
    "standard_error",
)
_DIGITS = 17
_SHOWN_DEPTHS = 7
_VERSIONS = ("ntkproofs", "python", "numpy", "scipy", "python-flint")


def write_csv(path: Path, found: ConditionCurves) -> None:
    """Write condition numbers as CSV, after comment lines (#) that say what they are.

    Raises:
        InvalidInput: for a path that cannot be written.
    """
    with replacing(path) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        _write(file, found)


def _write(file: TextIO, found: ConditionCurves) -> None:
    file.writelines(f"# {line}\n" for line in header(found))
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in found.rows:
        intervals = (row.mean, row.least, row.largest)
        writer.writerow(
            [
                row.delta,
                row.depth,
                *(end for interval in intervals for end in _outward(interval)),
                f"{row.standard_deviation:.6g}",
                f"{row.standard_error:.6g}",
            ]
        )


def header(found: ConditionCurves) -> list[str]:
    """What the numbers are, how they were had, and with which versions."""
    last = found.seed + found.draws - 1
    versions = environment()
    return [
        f"Condition numbers of NTK matrices at the edge of chaos: {found.points} points of "
        f"S^{found.dim - 1}, {found.draws} draws.",
        "Kernel: nt.eoc(depth, a, b), activation a s + b|s|, delta = b^2/(a^2 + b^2); depth counts "
        "weight layers.",
        f"Points: nt.sphere.uniform({found.points}, {found.dim}, seed), seed = {found.seed}..{last}"
        "; the same at every delta and depth.",
        f"Limit at any delta as depth grows: 1 + n/3 = {found.limit}.",
        "mean, least, largest over the draws: bounds that hold for the exact directions of these "
        "points, rounded outwards.",
        "Proved: kernel values in balls, eigenvalues by nt.enclose_eigenvalues, which assumes IEEE "
        "arithmetic and a BLAS that sums products.",
        "standard_deviation over the draws, standard_error of the mean: statistics, no bounds.",
        "Made by: ntkproofs condition; " + ", ".join(f"{p} {versions[p]}" for p in _VERSIONS) + ".",
    ]


def _outward(interval: Interval) -> tuple[str, str]:
    """Decimals of 17 digits at or below the lower end, and at or above the upper one."""
    ends = ((interval.lower, ROUND_FLOOR), (interval.upper, ROUND_CEILING))
    low, high = (
        str(Context(prec=_DIGITS, rounding=way).create_decimal(Decimal(end))) for end, way in ends
    )
    return low, high


def print_condition(console: Console, found: ConditionCurves) -> None:
    """What was computed, and the mean condition number by Δ at a few of the depths."""
    head = Table.grid(padding=(0, 2))
    head.add_column(style="bold", no_wrap=True)
    head.add_column(overflow="fold")
    head.add_row("kernel", Text("NTK of the activation a s + b|s|, Δ = b²/(a²+b²)"))
    head.add_row("depth", Text(CONVENTIONS["depth"]))
    head.add_row(
        "points",
        Text(f"{found.points} of S^{found.dim - 1}, uniform; mean over {found.draws} draws"),
    )
    head.add_row("limit", Text(f"1 + n/3 = {float(found.limit):.6g} as depth grows, at every Δ"))
    widest = max(row.mean.relative_width for row in found.rows)
    head.add_row("accuracy", Text(f"proved: relative width of every mean at most {widest:.1e}"))
    error = max(row.standard_error for row in found.rows)
    head.add_row("sampling", Text(f"standard error of every mean at most {error:.2g}"))
    console.print(head)
    console.print()
    console.print(_table(found))


def _table(found: ConditionCurves) -> Table:
    depths = _few(sorted({row.depth for row in found.rows}))
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("Δ", justify="right")
    for depth in depths:
        table.add_column(f"L = {depth}", justify="right")
    for delta in found.deltas:
        means = {row.depth: row.mean for row in found.curve(delta)}
        table.add_row(str(delta), *(_shown(means[depth]) for depth in depths))
    return table


def _few(depths: Sequence[int]) -> list[int]:
    count = min(len(depths), _SHOWN_DEPTHS)
    return [depths[k] for k in np.linspace(0, len(depths) - 1, count).round().astype(int)]


def _shown(interval: Interval) -> str:
    """The digits that both ends share, at most six."""
    for digits in range(6, 1, -1):
        low, high = f"{interval.lower:.{digits}g}", f"{interval.upper:.{digits}g}"
        if low == high:
            return low
    return f"[{interval.lower:.3g}, {interval.upper:.3g}]"


def draw_condition(found: ConditionCurves) -> Figure:
    """The mean condition number against depth, a curve for every Δ, and its limit 1 + n/3.

    Bands are the standard deviation over the draws to either side; the proved intervals of the
    means are far thinner than the lines.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with style():
        figure = Figure(figsize=(5.6, 4.2), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots()
        for delta, color in zip(found.deltas, _colors(len(found.deltas)), strict=True):
            _draw_curve(axes, delta, found.curve(delta), color)
        axes.axhline(
            float(found.limit),
            color="black",
            linestyle="--",
            linewidth=0.9,
            label=rf"$1 + n/3 = {float(found.limit):.4g}$",
        )
        _depth_axis(axes, [row.depth for row in found.rows])
        axes.set_xlabel("depth $L$ (weight layers)")
        axes.set_ylabel(r"condition number $\kappa$, mean $\pm$ s.d.")
        axes.set_title(
            f"NTK at the edge of chaos, {found.points} points of $S^{{{found.dim - 1}}}$, "
            f"{found.draws} draws"
        )
        axes.grid(visible=True, linewidth=0.3, alpha=0.5)
        axes.margins(x=0.02)
        axes.legend(frameon=False, ncols=2)
        figure.canvas.draw()
        figure.set_layout_engine("none")  # what is saved twice is the same twice
    return figure


def _depth_axis(axes: Axes, depths: Sequence[int]) -> None:
    """Logarithmic over a wide range, where the curves part at small depths; linear over others."""
    from matplotlib.ticker import MaxNLocator, NullLocator, ScalarFormatter

    if max(depths) < 4 * min(depths):
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        return
    axes.set_xscale("log", base=2)
    axes.xaxis.set_major_formatter(ScalarFormatter())
    axes.xaxis.set_minor_locator(NullLocator())


def _draw_curve(
    axes: Axes, delta: Fraction, rows: Sequence[ConditionAtDepth], color: tuple[float, ...]
) -> None:
    ordered = sorted(rows, key=lambda row: row.depth)
    depths = [row.depth for row in ordered]
    means = np.array([(row.mean.lower + row.mean.upper) / 2 for row in ordered])
    spread = np.array([row.standard_deviation for row in ordered])
    axes.fill_between(depths, means - spread, means + spread, color=color, alpha=0.13, linewidth=0)
    marker = "o" if len(depths) == 1 else ""
    axes.plot(
        depths,
        means,
        color=color,
        linewidth=1.1,
        marker=marker,
        markersize=3,
        label=rf"$\Delta = {delta}$",
    )


def _colors(count: int) -> list[tuple[float, ...]]:
    """A scale that also tells its order in grey; its pale end is left out."""
    from matplotlib import colormaps

    return [colormaps["viridis"](place) for place in np.linspace(0, 0.88, count)]
