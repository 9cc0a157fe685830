# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""Pictures of spectra: log-log, the parities apart, the law of decay over them, its error below."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ntkproofs.arithmetic.balls import ball, precision
from ntkproofs.conventions import require_degrees
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.kernel import Kernel, Leaf, Named
from ntkproofs.reports.drawing import (
    require_format,
    require_matplotlib,
    save_figure,
    style,
)
from ntkproofs.reports.laws import ParityLaw, scientific
from ntkproofs.reports.readable import readable
from ntkproofs.reports.spectrum import Line, Spectrum, spectrum

__all__ = [
    "draw",
    "plot_spectrum",
    "require_format",
    "require_matplotlib",
    "require_several",
    "save_figure",
    "style",
]

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_FLOAT_FLOOR = 1e-15
_SMALLEST_BALL_FLOOR = 1e-300
_BITS = 1100
_MANY = 150


@dataclass(frozen=True)
class _Look:
    color: str
    marker: str
    fill: str


# Colours that colour-blind readers tell apart (Okabe, Ito), and markers that print in grey.
_LOOKS = {"even": _Look("#0072B2", "o", "full"), "odd": _Look("#D55E00", "^", "none")}


def plot_spectrum(
    kernel: Kernel,
    dim: int,
    degrees: Iterable[int] = range(1, 101),
    *,
    digits: int | None = None,
    terms: int | None = None,
) -> Figure:
    """A picture of the eigenvalues of a kernel, with the law by which they decay.

    Above: |μ_l| on two logarithmic axes, even and odd degrees apart, the leading law C l^(-p)
    dashed and the asymptotic series drawn through. Below: the relative error of both. Exact zeros
    cannot be drawn on a logarithmic axis; they are left out, and a note says so.

    Args:
        kernel, dim, degrees: as for ``nt.eigenvalues``; two degrees at least.
        digits: digits of the eigenvalues, to see errors below those of floats.
        terms: at most so many terms of the series.

    Raises:
        MissingPackage: if matplotlib is not installed.
        InvalidInput: if there are not two eigenvalues that can be drawn.

    Example:
        >>> import ntkproofs as nt
        >>> figure = plot_spectrum(nt.ntk(3), dim=3, degrees=range(1, 51))
        >>> save_figure(figure, "spectrum.pdf")  # doctest: +SKIP
    """
    require_matplotlib()
    chosen = require_degrees(degrees)
    require_several(chosen)
    return draw(spectrum(kernel, dim, chosen, digits, asymptotic=True, terms=terms))


def require_several(degrees: Sequence[int]) -> None:
    """Check that there is a decay to be drawn."""
    if len({degree for degree in degrees if degree > 0}) < 2:
        raise InvalidInput(
            "A picture of a spectrum needs two degrees >= 1 at least, which lie apart on a "
            f"logarithmic axis; got {', '.join(map(str, degrees))}. Give 1:100, say."
        )


def draw(found: Spectrum) -> Figure:
    """The picture of a spectrum; the laws are drawn where the spectrum has them."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    lines = [line for line in found.lines if line.degree > 0 and _size(line) > 0]
    if len({line.degree for line in lines}) < 2:
        raise InvalidInput(
            f"A picture needs two eigenvalues that are not zero; {found.kernel!r} has "
            f"{len(lines)} at degrees >= 1 among those asked for. Zeros cannot be drawn on a "
            "logarithmic axis; ask for other degrees."
        )
    with style():
        has_errors = found.laws is not None and (
            found.laws.even.has_power or found.laws.odd.has_power
        )
        figure = Figure(figsize=(5.6, 5.6 if has_errors else 4.0), layout="constrained")
        FigureCanvasAgg(figure)
        if has_errors:
            upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=(2.1, 1))
        else:
            upper, lower = figure.subplots(), None
        _draw_spectrum(upper, found, lines)
        if lower is not None:
            _draw_errors(lower, found, lines)
            upper.tick_params(labelbottom=False)
        (lower or upper).set_xlabel(r"degree $\ell$")
        upper.set_title(_title(found))
        note = _note(found)
        if note:
            figure.supxlabel(note, fontsize=8, color="0.3")
        figure.canvas.draw()  # the labels of the ticks are made here, in this style
        figure.set_layout_engine("none")  # what is saved twice is the same twice
    return figure


def _draw_spectrum(axes: Axes, found: Spectrum, lines: Sequence[Line]) -> None:
    signed = any(float(line.number) < 0 for line in lines)
    for parity, look in _LOOKS.items():
        some = _of(lines, parity)
        if some:
            axes.plot(
                [line.degree for line in some],
                [_size(line) for line in some],
                linestyle="none",
                marker=look.marker,
                markersize=3.6 if len(lines) < _MANY else 2.2,
                markeredgewidth=0.8,
                fillstyle=look.fill,
                color=look.color,
                label=rf"$|\mu_\ell|$, $\ell$ {parity}"
                if signed
                else rf"$\mu_\ell$, $\ell$ {parity}",
            )
    for parity, law in _drawn_laws(found, lines):
        color = _LOOKS[parity].color if parity else "black"
        degrees = np.geomspace(*_span(_of(lines, parity)), 200)
        axes.plot(
            degrees,
            [abs(_leading(law, degree)) for degree in degrees],
            linestyle="--",
            linewidth=0.9,
            color=color,
            label=f"${law.latex()}$" + (f", $\\ell$ {parity}" if parity else ""),
        )
    for parity, look in _LOOKS.items():
        some = [line for line in _of(lines, parity) if line.series is not None]
        if some:
            axes.plot(
                [line.degree for line in some],
                [abs(float(line.series)) for line in some if line.series is not None],
                linewidth=0.7,
                color=look.color,
                alpha=0.8,
                zorder=1.5,
                label=_series_label(found, parity),
            )
    axes.set_xscale("log")
    axes.set_yscale("log")
    _quiet_ticks(axes)
    axes.set_ylabel(r"$|\mu_\ell|$" if signed else r"$\mu_\ell$")
    axes.legend(frameon=False, loc="lower left")
    axes.grid(visible=True, which="major", linewidth=0.3, alpha=0.5)


def _draw_errors(axes: Axes, found: Spectrum, lines: Sequence[Line]) -> None:
    floor = _FLOAT_FLOOR if found.digits is None else _SMALLEST_BALL_FLOOR
    for parity, look in _LOOKS.items():
        law = _law(found, parity)
        if law is None or not law.has_power:
            continue
        some = _of(lines, parity)
        leading = [(line.degree, _error(line, _leading(law, line.degree))) for line in some]
        series = [(line.degree, _error(line, line.series.value)) for line in some if line.series]
        for points, stroke, width in ((leading, "--", 0.9), (series, "-", 0.7)):
            shown = [(degree, error) for degree, error in points if error > floor]
            axes.plot(
                [degree for degree, _ in shown],
                [error for _, error in shown],
                linestyle=stroke,
                linewidth=width,
                marker=look.marker,
                fillstyle=look.fill,
                markersize=2.2,
                markeredgewidth=0.6,
                color=look.color,
            )
    axes.set_yscale("log")
    _quiet_ticks(axes)
    axes.set_ylabel("relative error")
    axes.legend(handles=_neutral_handles(), frameon=False, loc="lower left")
    axes.grid(visible=True, which="major", linewidth=0.3, alpha=0.5)


def _quiet_ticks(axes: Axes) -> None:
    """Labels at powers of ten, and between them only where the axis spans few of those."""
    from matplotlib.ticker import LogFormatterSciNotation, LogLocator

    axes.xaxis.set_minor_formatter(LogFormatterSciNotation(minor_thresholds=(1.3, 0.4)))
    axes.yaxis.set_major_locator(LogLocator(numticks=8))
    axes.yaxis.set_minor_formatter(LogFormatterSciNotation(minor_thresholds=(1, 0.4)))


def _neutral_handles() -> list[Any]:
    from matplotlib.lines import Line2D

    return [
        Line2D([], [], color="0.3", linestyle="--", linewidth=0.9, label="leading law"),
        Line2D([], [], color="0.3", linestyle="-", linewidth=0.7, label="asymptotic series"),
    ]


def _drawn_laws(found: Spectrum, lines: Sequence[Line]) -> list[tuple[str, ParityLaw]]:
    """The laws of the parities that are drawn; one of no parity where both are the same."""
    laws = [(parity, _law(found, parity)) for parity in _LOOKS if _of(lines, parity)]
    powers = [(parity, law) for parity, law in laws if law is not None and law.has_power]
    if len(powers) == 2 and powers[0][1].latex() == powers[1][1].latex():
        return [("", powers[0][1])]
    return powers


def _law(found: Spectrum, parity: str) -> ParityLaw | None:
    return None if found.laws is None else getattr(found.laws, parity)


def _leading(law: ParityLaw, degree: float) -> float:
    """C l^(-p)."""
    return float(law) * degree ** -float(law.exponent or 0)


def _error(line: Line, value: Any) -> float:
    """The relative distance of a value from the eigenvalue, to more digits than a float has."""
    with precision(_BITS):
        truth = ball(line.number)
        return abs(float(((ball(value) - truth) / truth).mid()))


def _series_label(found: Spectrum, parity: str) -> str:
    most = max((line.series.terms for line in found.lines if line.series), default=0)
    return f"series, up to {most} terms, $\\ell$ {parity}"


def _of(lines: Sequence[Line], parity: str) -> list[Line]:
    """The lines of a parity by rising degree; all of them for no parity."""
    some = {line.degree: line for line in lines if not parity or _parity(line.degree) == parity}
    return [some[degree] for degree in sorted(some)]


def _parity(degree: int) -> str:
    return "odd" if degree % 2 else "even"


def _size(line: Line) -> float:
    return abs(float(line.number))


def _span(lines: Sequence[Line]) -> tuple[int, int]:
    return lines[0].degree, lines[-1].degree


def _title(found: Spectrum) -> str:
    sphere = rf"$S^{{{found.dim - 1}}}$"
    return f"{_name(found.kernel)} on {sphere}"


def _name(kernel: Kernel) -> str:
    """The name of a kernel, or its formula where it has none and mathtext can set it."""
    if isinstance(kernel, Named | Leaf):
        return repr(kernel).replace("$", r"\$")
    from matplotlib.mathtext import MathTextParser

    formula = kernel.latex().replace(r"\tfrac", r"\frac")
    try:
        MathTextParser("path").parse(f"${formula}$")
    except ValueError:
        return readable(formula).replace("$", r"\$")
    return f"${formula}$"


def _note(found: Spectrum) -> str:
    """What is not drawn, and what the picture cannot show."""
    left_out: list[str] = []
    for parity in _LOOKS:
        zeros = [line.degree for line in found.lines if _is_zero(line, parity)]
        law = _law(found, parity)
        if zeros and law is not None and law.zero_from is not None and min(zeros) >= law.zero_from:
            left_out.append(rf"$\mu_\ell = 0$ exactly for {parity} $\ell \geq {law.zero_from}$")
        elif zeros:
            left_out.append(rf"$\mu_\ell = 0$ at {len(zeros)} {parity} degrees")
    start = next((line for line in found.lines if line.degree == 0), None)
    if start is not None:
        left_out.append(rf"$\mu_0 = {scientific(float(start.number), 4)}$")
    notes = ["Not drawn: " + "; ".join(left_out) + "."] if left_out else []
    if found.problem:
        notes.append("No law of decay could be established.")
    rates = {law.latex() for p in _LOOKS if (law := _law(found, p)) is not None and law.rate}
    notes.extend(rf"The kernel is analytic at $u = \pm 1$: ${rate}$." for rate in sorted(rates))
    return " ".join(notes)


def _is_zero(line: Line, parity: str) -> bool:
    return line.degree > 0 and _parity(line.degree) == parity and _size(line) == 0
