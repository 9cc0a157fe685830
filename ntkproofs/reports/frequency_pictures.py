# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""Pictures of the experiment on frequency control: curves, rates, and how they improve by width."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ntkproofs.networks.frequency_experiment import Case, FrequencyControl, Run
from ntkproofs.reports.drawing import style

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
_POINTS = 100
_LOWEST = 2e-3
_MARKERS = ("o", "^", "s", "D", "v", "P", "X", "<", ">")


def pictures(found: FrequencyControl) -> dict[str, Figure]:
    """The pictures by name: ``curves``, ``rates``, and for several widths ``widths``.

    Raises:
        MissingPackage: if matplotlib is not installed.
    """
    drawn = {f"curves_T{dim}": draw_curves(found, dim) for dim, _ in found.settings.tori}
    drawn["rates"] = draw_rates(found)
    return {**drawn, "widths": draw_widths(found)} if found.laws else drawn


def draw_curves(found: FrequencyControl, dim: int) -> Figure:
    """|c_k(t)| of one wide network against (1 - ηλ_k)^t, a panel for each loss on one torus."""
    cases = [c for c in found.settings.cases() if c.dim == dim]
    note = (
        rf"$T^{dim}$: full, one network of width {max(found.settings.widths)}; dotted, "
        r"$(1-\eta\lambda_k)^t$; rates are fitted above the grey line"
    )
    xlabel, ylabel = "step + 1", r"$|c_k|/|c_k(0)|$"
    return _panels(cases, lambda axes, case: _curves(axes, found, case), xlabel, ylabel, note)


def _curves(axes: Axes, found: FrequencyControl, case: Case) -> None:
    run = found.select(case, max(found.settings.widths))[0]
    assert run.curves is not None
    flat = len(run.curves.steps), -1
    kept = np.unique(np.linspace(0, flat[0] - 1, _POINTS).round().astype(int))
    measured = np.abs(run.curves.coefficients.reshape(flat)[:, run.rates.modes])[kept]
    predicted = np.abs(run.curves.descent.reshape(flat)[:, run.rates.modes])[kept]
    for index, place in enumerate(_shown(run)):
        color, label = _COLORS[index], ", ".join(map(str, run.frequencies()[place]))
        x = run.curves.steps[kept] + 1
        looks = (measured, "-", 1.1, label), (predicted, ":", 0.9, None)
        for sizes, line, width, name in looks:
            y = sizes[:, place] / measured[0, place]
            drawn = y > _LOWEST / 2  # what is below the frame only makes the file large
            axes.plot(x[drawn], y[drawn], line, color=color, linewidth=width, label=name)
    axes.axhline(0.25, color="0.6", linewidth=0.5)
    axes.set(xscale="log", yscale="log", ylim=(_LOWEST, 2))
    _legend(axes, title="$k$", fontsize=6.5, title_fontsize=7, loc="lower left")


def _shown(run: Run) -> list[int]:
    """Some of the independent modes, by ‖k‖: low ones, one from the middle, the highest."""
    norms = [sum(part * part for part in k) for k in run.frequencies()]
    assert run.curves is not None
    start = np.abs(run.curves.coefficients[0].reshape(-1)[run.rates.modes])
    moving = (run.rates.predicted > 0) & (start > 1e-10 * start.max())
    order = [place for place in np.argsort(norms, kind="stable").tolist() if moving[place]]
    wanted = [0, 1, 2, 3, len(order) // 2, len(order) - 1]
    return [order[index] for index in sorted({i for i in wanted if i < len(order)})]


def draw_rates(found: FrequencyControl) -> Figure:
    """Measured against predicted rates of the widest networks, a panel for each torus."""
    losses = list(dict.fromkeys(case.loss for case in found.settings.cases()))
    tori = [Case(d, n, losses[0], found.settings.amplitude) for d, n in found.settings.tori]
    return _panels(
        tori,
        lambda axes, case: _rates(axes, found, case),
        r"predicted $\lambda_k$",
        "measured",
        f"width {max(found.settings.widths)}: mean over {found.settings.draws} draws, bars from "
        "the least to the largest",
    )


def _rates(axes: Axes, found: FrequencyControl, torus: Case) -> None:
    widest = max(found.settings.widths)
    cases = [
        c for c in found.settings.cases() if (c.dim, c.amplitude) == (torus.dim, torus.amplitude)
    ]
    ends: list[float] = []
    for index, case in enumerate(cases):
        runs = found.select(case, widest)
        x, values = runs[0].rates.predicted, np.array([run.rates.measured for run in runs])
        kept = np.isfinite(values).all(axis=0) & (values > 0).all(axis=0)
        x, values = x[kept], values[:, kept]
        mean = values.mean(axis=0)
        axes.errorbar(
            x,
            mean,
            yerr=[mean - values.min(axis=0), values.max(axis=0) - mean],
            linestyle="none",
            elinewidth=0.6,
            marker=_MARKERS[index % len(_MARKERS)],
            markersize=3,
            markeredgewidth=0.5,
            fillstyle="none",
            color=_COLORS[index % len(_COLORS)],
            label=_name(case),
        )
        ends.extend([*x, *mean])
    if ends:
        span = [min(ends) / 1.5, max(ends) * 1.5]
        axes.plot(span, span, color="0.4", linewidth=0.7, zorder=0.5)
    axes.set(xscale="log", yscale="log", title=_torus(torus))
    _legend(axes, fontsize=6.5, loc="upper left")


def draw_widths(found: FrequencyControl) -> Figure:
    """Deviation of log rates by width, with the slope -1/2, a panel for each torus."""
    losses = list(dict.fromkeys(case.loss for case in found.settings.cases()))
    tori = [Case(d, n, losses[0], found.settings.amplitude) for d, n in found.settings.tori]
    return _panels(
        tori,
        lambda axes, case: _widths(axes, found, case),
        "width",
        "r.m.s. of log(measured/predicted)",
    )


def _widths(axes: Axes, found: FrequencyControl, torus: Case) -> None:
    widths = np.asarray(sorted(found.settings.widths), dtype=float)
    order = np.argsort(found.settings.widths)
    laws = [law for law in found.laws if law.case.dim == torus.dim and np.isfinite(law.exponent)]
    largest = 0.0
    for index, law in enumerate(laws):
        values = np.asarray(law.deviations)[order]
        usual = law.case.amplitude == found.settings.amplitude
        axes.plot(
            widths,
            values,
            linestyle="-" if usual else "--",
            linewidth=0.9,
            marker=_MARKERS[index % len(_MARKERS)],
            markersize=3.5,
            fillstyle="none",
            color=_COLORS[index % len(_COLORS)],
            label=_name(law.case, size=not usual) + f": {law.exponent:.2f}",
        )
        largest = max(largest, float(values[0]))
    if largest:
        axes.plot(widths, 1.3 * largest * (widths / widths[0]) ** -0.5, color="0.4", linewidth=0.7,
                  label="slope $-1/2$")  # fmt: skip
    axes.set(xscale="log", yscale="log", title=_torus(torus))
    axes.set_xticks(widths, [f"{width:g}" for width in widths], minor=False)
    axes.minorticks_off()
    place = {"loc": "upper left", "bbox_to_anchor": (1.01, 1)}
    _legend(axes, fontsize=6, title="loss: exponent", title_fontsize=7, **place)


def _name(case: Case, *, size: bool = False) -> str:
    sobolev = case.loss.kind == "sobolev"
    name = f"$s = {case.loss.order:g}$" if sobolev else rf"Poisson, $\sigma = {case.loss.order:g}$"
    return name + (f", size {case.amplitude:g}" if size else "")


def _torus(case: Case) -> str:
    return rf"$T^{case.dim}$, ${case.side}^{case.dim}$ points"


def _panels(
    cases: Sequence[Case],
    fill: Callable[[Any, Case], None],
    xlabel: str,
    ylabel: str,
    note: str = "",
) -> Figure:
    """A grid of panels, at most three in a row, in the style of all pictures."""
    from ntkproofs.reports.drawing import require_matplotlib

    require_matplotlib()
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    columns = min(3, len(cases))
    rows = -(-len(cases) // columns)
    few = len(cases) <= 2
    with style():
        size = (4.6 * columns, 4.0) if few else (3.1 * columns, 2.6 * rows)
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasAgg(figure)
        grid = figure.subplots(rows, columns, squeeze=False)
        for axes, case in zip(grid.flat, cases, strict=False):
            fill(axes, case)
            if not few:
                axes.set_title(_name(case, size=True), fontsize=9)
            axes.grid(visible=True, which="major", linewidth=0.3, alpha=0.5)
        for axes in grid.flat[len(cases) :]:
            axes.set_visible(False)
        if note:
            figure.suptitle(note, fontsize=9)
        figure.supxlabel(xlabel, fontsize=10)
        figure.supylabel(ylabel, fontsize=10)
        figure.canvas.draw()
        figure.set_layout_engine("none")
    return figure


def _legend(axes: Axes, **look: Any) -> None:
    """A legend without a frame, where something is drawn: a short run may measure nothing."""
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False, **look)
