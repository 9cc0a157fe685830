"""Figures of claims: curves that a claim file computes, and pictures that lie beside it.

A figure shows what evidence decides; it decides nothing, and no verdict depends on it. A claim file
gives numbers, never markup: whoever writes a report draws them.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ntkproofs.errors import InvalidInput

POINTS, LINE = "points", "line"
LINEAR, LOG = "linear", "log"
_MOST_POINTS = 4000
_MOST_CURVES = 24
_MOST_BYTES = 4 * 2**20
PICTURES = {".svg": "image/svg+xml", ".png": "image/png"}
"""What a picture may be, by the suffix of its file."""


@dataclass(frozen=True)
class Curve:
    """Points of a chart, or a line through them.

    Attributes:
        label: in LaTeX between dollar signs, or words.
        x, y: finite floats, as many of one as of the other.
        style: ``points`` or ``line``.
    """

    label: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    style: str = LINE


@dataclass(frozen=True)
class Chart:
    """Curves on one pair of axes.

    Attributes:
        x_label, y_label: of the axes, in LaTeX between dollar signs, or words.
        curves: one at least.
        x_scale, y_scale: ``linear`` or ``log``.
        equal: whether a unit is as long on both axes, as for points of the plane.

    Raises:
        InvalidInput: if there is no curve, the lengths differ, a number is not finite, or a
            logarithmic axis has numbers that are not positive.

    Example:
        >>> squares = curve("$n^2$", [1, 2, 3], [1, 4, 9])
        >>> Chart("$n$", "", (squares,), "log", "log").curves[0].y
        (1.0, 4.0, 9.0)
    """

    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    x_scale: str = LINEAR
    y_scale: str = LINEAR
    equal: bool = False

    def __post_init__(self) -> None:
        if not 1 <= len(self.curves) <= _MOST_CURVES:
            raise InvalidInput(
                f"A chart has 1 to {_MOST_CURVES} curves; this one has {len(self.curves)}."
            )
        if {self.x_scale, self.y_scale} - {LINEAR, LOG}:
            raise InvalidInput(f"The scale of an axis is {LINEAR!r} or {LOG!r}.")
        for one in self.curves:
            self._check(one)

    def _check(self, one: Curve) -> None:
        if len(one.x) != len(one.y) or not 1 <= len(one.x) <= _MOST_POINTS:
            raise InvalidInput(
                f"The curve {one.label!r} has {len(one.x)} abscissas and {len(one.y)} ordinates; "
                f"it needs as many of both, 1 to {_MOST_POINTS}."
            )
        for scale, values in ((self.x_scale, one.x), (self.y_scale, one.y)):
            least = 0.0 if scale == LOG else -math.inf
            bad = [value for value in values if not (math.isfinite(value) and value > least)]
            if bad:
                raise InvalidInput(
                    f"The curve {one.label!r} has the value {bad[0]} on a {scale} axis, where it "
                    "cannot be drawn. Leave such points out, and say so in the caption."
                )


def curve(label: str, x: Iterable[Any], y: Iterable[Any], style: str = LINE) -> Curve:
    """A curve of numbers of any kind that converts to floats."""
    if style not in (POINTS, LINE):
        raise InvalidInput(f"A curve is drawn as {POINTS!r} or as a {LINE!r}; got {style!r}.")
    return Curve(label, tuple(map(float, x)), tuple(map(float, y)), style)


@dataclass(frozen=True)
class FigureOutline:
    """A figure without its function.

    Attributes:
        name: unique within the claim.
        caption: what it shows, in words.
        file: of a picture that is kept, relative to the claim file; empty for a chart.
    """

    name: str
    caption: str
    file: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure of a claim, with the function that computes its chart where it is no picture."""

    outline: FigureOutline
    function: Callable[[], Chart] | None = None


@dataclass(frozen=True)
class Drawn:
    """A figure with what it shows.

    Attributes:
        outline: its name and caption.
        chart: its curves; None for a picture, and where there is none.
        picture: the content of the file of a picture; None for a chart, and where there is none.
        trouble: why there is nothing to show; empty where there is.
    """

    outline: FigureOutline
    chart: Chart | None = None
    picture: bytes | None = None
    trouble: str = ""


def chart_to_json(chart: Chart) -> dict[str, Any]:
    """A chart as JSON data."""
    return {
        "x": chart.x_label,
        "y": chart.y_label,
        "scales": [chart.x_scale, chart.y_scale],
        "equal": chart.equal,
        "curves": [[one.label, list(one.x), list(one.y), one.style] for one in chart.curves],
    }


def chart_from_json(data: Any) -> Chart:
    """The chart of what :func:`chart_to_json` wrote.

    Raises:
        InvalidInput: if the data is something else.
    """
    try:
        fields = cast(dict[str, Any], data)
        x_scale, y_scale = map(str, fields["scales"])
        curves = tuple(
            curve(str(label), cast(Sequence[Any], x), cast(Sequence[Any], y), str(style))
            for label, x, y, style in fields["curves"]
        )
        labels = str(fields["x"]), str(fields["y"])
        return Chart(*labels, curves, x_scale, y_scale, bool(fields["equal"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput(f"A chart was expected; its data cannot be read: {error}.") from error


def read_chart(figure: FigureOutline, data: Any) -> Drawn:
    """A figure with the chart that a worker sent, or that lay in the store."""
    try:
        return Drawn(figure, chart_from_json(data))
    except InvalidInput as error:
        return Drawn(figure, trouble=str(error))


def read_picture(claim_file: str, figure: FigureOutline) -> Drawn:
    """A picture that lies in the folder of its claim file, or below it: no other file is read."""
    folder = Path(claim_file).resolve().parent
    try:
        path = (folder / figure.file).resolve()
        if folder not in path.parents or path.suffix not in PICTURES:
            return Drawn(
                figure,
                trouble="a picture is an .svg or .png file in the folder of its claim file, or "
                f"below it; {figure.file!r} is not",
            )
        with path.open("rb") as file:
            content = file.read(_MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        return Drawn(figure, trouble=f"the picture cannot be read: {error}")
    if len(content) > _MOST_BYTES:
        return Drawn(figure, trouble=f"the picture is larger than {_MOST_BYTES >> 20} MiB")
    return Drawn(figure, picture=content)
