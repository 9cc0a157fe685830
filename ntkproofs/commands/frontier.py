"""The command ``ntkproofs frontier``: deeper or wider, at a budget of parameters."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from ntkproofs.commands.common import (
    Bar,
    Cluster,
    CsvFile,
    InputDim,
    InputPoints,
    console,
    kept_beside,
)
from ntkproofs.commands.condition import parse_depths
from ntkproofs.errors import InvalidInput


class QuantityName(StrEnum):
    """By what designs are judged."""

    smallest = "smallest"
    condition = "condition"
    time = "time"
    steps = "steps"


class CountingName(StrEnum):
    """How a budget becomes a width."""

    parameters = "parameters"
    talk = "talk"


def frontier(
    *,
    budget: Annotated[
        str, typer.Option(metavar="NUMBERS", help="Parameters: 20000, or 2e3,2e4,2e5.")
    ] = "2e3,2e4,2e5",
    depths: Annotated[
        str, typer.Option(metavar="DEPTHS", help="Weight layers, as 2,3,4,6,8 or 2:16:2.")
    ] = "2,3,4,6,8,12,16,24,32",
    points: InputPoints = 16,
    dim: InputDim = 5,
    eps: Annotated[float, typer.Option(help="Error to reach, relative to the targets.")] = 0.01,
    draws: Annotated[int, typer.Option(help="Networks of each depth and budget.")] = 50,
    seed: Annotated[int, typer.Option(help="Of inputs, targets and networks.")] = 0,
    quantity: Annotated[
        QuantityName, typer.Option(help="What the table and the picture show.")
    ] = QuantityName.steps,
    counting: Annotated[
        CountingName,
        typer.Option(help="Width from a count of all weights, or the talk's N = P/L."),
    ] = CountingName.parameters,
    csv: CsvFile = None,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Contours: .png, .svg or .pdf.", show_default=False),
    ] = None,
    cluster: Cluster = None,
) -> None:
    """Say whether a budget of parameters is better spent on depth or on width.

    For each budget and depth the width is the largest that fits. Printed are the infinite-width
    limit, the kernel's mean at this width (to order 1/width), and the median over networks that are
    drawn, by their smallest eigenvalue, condition number, time of gradient flow to an error, or
    steps of descent. Inputs are uniform on the sphere, targets are signs.

    In the limit depth always helps; at a finite budget the layers become narrow, the kernel of a
    draw fluctuates, and its smallest eigenvalue falls: there is a best depth, which rises with the
    budget.

    On a cluster the depths of a budget run beside each other; the result is the same. With --csv
    FILE finished depths are kept beside the file, and the same command goes on after an
    interruption or the loss of a cluster.

    Exit status: 0 done; 2 wrong usage or input; 3 a depth that the budget does not allow, a package
    that is missing, or a cluster that cannot be reached or is lost.

    Examples:

    \b
      ntkproofs frontier --budget 20000 --draws 20
      ntkproofs frontier --quantity condition --csv frontier.csv --plot frontier.svg
      ntkproofs frontier --budget 2e4 --counting talk
    """
    import numpy as np

    from ntkproofs.cluster.connection import executor_for
    from ntkproofs.domains.sphere import uniform
    from ntkproofs.files import require_writable
    from ntkproofs.finite_width.budgets import frontier as measure
    from ntkproofs.reports.frontier import draw_frontier, print_frontier, write_frontier_csv

    budgets, layers = parse_budgets(budget), parse_depths(depths)
    if plot is not None:
        from ntkproofs.reports.drawing import require_format, require_matplotlib

        require_writable(plot)
        require_format(plot)
        require_matplotlib()
        if len(budgets) < 2 or len(layers) < 2:
            raise InvalidInput("Contours need two budgets and two depths at least.")
    X = uniform(points, dim, seed=seed)
    y = np.sign(np.random.default_rng(seed).standard_normal(points))
    found = []
    with kept_beside(csv, "--csv FILE") as partial:
        with executor_for(cluster, None) as executor:
            for one in budgets:
                with Bar(f"depths at {one:,} parameters", kept=None) as progress:
                    found.append(
                        measure(
                            one, X, y, depths=layers, eps=eps, counting=counting.value,
                            draws=draws, seed=seed, executor=executor, partial=partial,
                            progress=progress,
                        )
                    )  # fmt: skip
                print_frontier(console(), found[-1], quantity.value)
        if csv is not None:
            write_frontier_csv(csv, found)
    if plot is not None:
        from ntkproofs.reports.drawing import save_figure

        save_figure(draw_frontier(found, quantity.value), plot)
        typer.echo(f"The picture is in {plot}.", err=True)


def parse_budgets(text: str) -> list[int]:
    """Numbers of parameters from ``20000`` or ``2e3,2e4``, in rising order.

    Raises:
        InvalidInput: for anything else.

    Example:
        >>> parse_budgets("2e4,500")
        [500, 20000]
    """
    try:
        values = [float(piece) for piece in text.split(",")]
        if not all(value >= 1 and value == int(value) for value in values):
            raise ValueError
    except (ValueError, OverflowError):
        raise InvalidInput(
            f"--budget is whole numbers of parameters joined by commas, as 2e3,2e4; got {text!r}."
        ) from None
    return sorted({int(value) for value in values})
