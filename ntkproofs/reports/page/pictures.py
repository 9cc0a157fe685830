# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
"""Figures of claims as images that a page holds in itself.

Every picture is an image (``data:`` address), never a part of the page: what stands in an SVG file
of a stranger is not run, and loads nothing.
"""

from __future__ import annotations

import base64
import io
import itertools
import math
import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from ntkproofs.claims.figures import PICTURES, POINTS, Chart, Drawn, FigureOutline, curve
from ntkproofs.errors import NtkproofsError
from ntkproofs.reports.derivations.escaping import clean
from ntkproofs.reports.drawing import require_matplotlib, style
from ntkproofs.reports.readable import readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Colours that colour-blind readers tell apart (Okabe, Ito), and markers that print in grey.
_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
_MARKERS = ("o", "^", "s", "D", "v", "P")
_LINES = ("--", "-", "-.", ":")
_PAIR = re.compile(r"\(\s*([^(),\s]{1,40})\s*,\s*([^(),\s]{1,40})\s*\)")
_NUMBER = re.compile(r"[+-]?\d{1,18}(?:/\d{1,18}|\.\d{1,18})?")
_MOST_PAIRS = 200


@dataclass(frozen=True)
class Picture:
    """An image of a page.

    Attributes:
        address: the image, as a ``data:`` address.
        caption: what it shows.
        numbers: (label, abscissa, ordinate) of the points of a chart, for readers without eyes.
        trouble: why there is no image; empty where there is.
    """

    address: str
    caption: str
    numbers: tuple[tuple[str, str, str], ...] = ()
    trouble: str = ""


def picture(drawn: Drawn) -> Picture:
    """The image of a figure of a claim."""
    caption = drawn.outline.caption
    if drawn.picture is not None:
        kind = PICTURES[PurePosixPath(drawn.outline.file).suffix]
        return Picture(_address(kind, drawn.picture), caption)
    if drawn.chart is None:
        return Picture("", caption, trouble=drawn.trouble or "it was not computed")
    return chart_picture(drawn.chart, caption)


def chart_picture(chart: Chart, caption: str) -> Picture:
    """The image of a chart, with its numbers.

    Raises:
        MissingPackage: if matplotlib is not installed.
    """
    numbers = tuple(
        (readable(one.label), f"{x:.6g}", f"{y:.6g}")
        for one in chart.curves
        if one.style == POINTS
        for x, y in zip(one.x, one.y, strict=True)
    )
    return Picture(_address("image/svg+xml", chart_svg(chart)), caption, numbers)


def points_of(witness: Mapping[str, Any]) -> Chart | None:
    """The points of a counterexample on the circle, where its witness tells them as pairs.

    Example:
        >>> points_of({"points": "(1, 0), (0, 1)"}).curves[1].x
        (1.0, 0.0)
        >>> points_of({"points": "somewhere"}) is None
        True
    """
    told = next((str(v) for name, v in witness.items() if "points" in str(name)), "")
    pairs = _PAIR.findall(told)[: _MOST_PAIRS + 1]
    numbers = [(_number(x), _number(y)) for x, y in pairs]
    found = [(x, y) for x, y in numbers if x is not None and y is not None]
    if not found or len(found) < len(pairs) or len(pairs) > _MOST_PAIRS:
        return None
    if any(abs(math.hypot(x, y) - 1) > 1e-6 for x, y in found):
        return None
    angles = [2 * math.pi * i / 120 for i in range(121)]
    circle = curve("the circle", map(math.cos, angles), map(math.sin, angles))
    points = curve("points", [x for x, _ in found], [y for _, y in found], POINTS)
    return Chart("", "", (circle, points), equal=True)


def _number(text: str) -> float | None:
    try:
        return float(Fraction(text)) if _NUMBER.fullmatch(text) else None
    except (ValueError, ZeroDivisionError):
        return None


def chart_svg(chart: Chart) -> bytes:
    """A chart as SVG, drawn by matplotlib without a background.

    Raises:
        MissingPackage: if matplotlib is not installed.
    """
    require_matplotlib()
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    with style(), warnings.catch_warnings():
        # A letter that the font lacks is drawn as a box; the caption and the numbers tell it.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        size = (3.2, 3.2) if chart.equal else (5.6, 3.8)
        figure = Figure(figsize=size, layout="constrained")
        FigureCanvasSVG(figure)
        axes = figure.subplots()
        _draw_curves(axes, chart)
        axes.set_xscale(chart.x_scale)
        axes.set_yscale(chart.y_scale)
        if chart.equal:
            axes.set_aspect("equal")
        axes.set_xlabel(_set(chart.x_label))
        axes.set_ylabel(_set(chart.y_label))
        axes.grid(visible=True, which="major", linewidth=0.3, alpha=0.5)
        if len(chart.curves) > 1 and not chart.equal:
            axes.legend(frameon=False)
        written = io.BytesIO()
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None})
    return written.getvalue()


def _draw_curves(axes: Axes, chart: Chart) -> None:
    looks = itertools.cycle(zip(_COLORS, _MARKERS, strict=True))
    lines = itertools.cycle(_LINES)
    color, marker = next(looks)
    for place, one in enumerate(chart.curves):
        points = one.style == POINTS
        if points and place:
            color, marker = next(looks)
        axes.plot(
            one.x,
            one.y,
            color=color if not chart.equal or points else "0.5",
            linestyle="none" if points else next(lines) if not chart.equal else "-",
            linewidth=1.0,
            marker=marker if points else "none",
            markersize=3.2 if not chart.equal else 6,
            label=_set(one.label),
        )


def _set(label: str) -> str:
    """A label that mathtext can set; what it cannot is shown as readable text."""
    from matplotlib.mathtext import MathTextParser

    label = clean(label)
    shown = label.replace(r"\tfrac", r"\frac").replace(r"\ell", r"\ell ")
    if "$" not in shown:
        return shown
    try:
        MathTextParser("path").parse(shown)
    except ValueError:
        return readable(label).replace("$", r"\$")
    return shown


def _address(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def pictures_of(figures: Sequence[Drawn], witness: Mapping[str, Any] | None) -> tuple[Picture, ...]:
    """The images of a claim: its figures, and the points of its counterexample."""
    points = None if witness is None else points_of(witness)
    shown = list(figures)
    if points is not None:
        outline = FigureOutline("points", "The points of the counterexample, on the circle.")
        shown.append(Drawn(outline, points))
    return tuple(map(_safely, shown))


def _safely(figure: Drawn) -> Picture:
    """The image of a figure; what a stranger's labels make matplotlib refuse is told instead."""
    try:
        return picture(figure)
    except (NtkproofsError, ValueError, OverflowError) as error:
        return Picture("", figure.outline.caption, trouble=f"it cannot be drawn: {error}")
