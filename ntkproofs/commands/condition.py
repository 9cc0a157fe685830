"""The command ``ntkproofs condition``: certified condition numbers of NTK matrices by depth."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated

import typer

from ntkproofs.commands.common import (
    Bar,
    Cluster,
    CsvFile,
    Jobs,
    SphereDim,
    console,
    kept_beside,
    rising_range,
)
from ntkproofs.errors import InvalidInput
from ntkproofs.threads import processors

_MOST_DEPTHS = 10_000


def condition(
    *,
    delta: Annotated[
        str,
        typer.Option(
            metavar="NUMBERS", help="Δ = b²/(a²+b²) in (0, 1], exact: 1/2 (ReLU), or 0.5,1."
        ),
    ] = "1/8,1/4,3/8,1/2,5/8,3/4,7/8,1",
    points: Annotated[int, typer.Option(help="Points n of a draw.")] = 32,
    dim: SphereDim = 16,
    depths: Annotated[
        str,
        typer.Option(
            metavar="DEPTHS",
            help="Weight layers: 4, or 4,8,16, or 4:64 (both ends included), or 4:64:2.",
        ),
    ] = "4:64",
    draws: Annotated[int, typer.Option(help="Independent sets of points.")] = 100,
    seed: Annotated[int, typer.Option(help="Draw i takes the seed SEED + i.")] = 0,
    csv: CsvFile = None,
    plot: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Draw the curves: a .png, .svg or .pdf file.",
            show_default=False,
        ),
    ] = None,
    jobs: Jobs = None,
    cluster: Cluster = None,
) -> None:
    """Print certified condition numbers of NTK matrices at the edge of chaos, by depth.

    The activation is a s + b|s|, of which only Δ = b²/(a²+b²) matters. For each draw, n points are
    taken from the uniform measure of the sphere, and κ = λ_max/λ_min of the matrix of their kernel
    values is enclosed at each Δ and depth: kernel values in balls, eigenvalues by verified float64.
    The mean over the draws is a proved interval too. Its standard error as an estimate of the
    expectation is a statistic, and is printed apart.

    κ tends to 1 + n/3 as depth grows, at every Δ and for any points no two of which are parallel;
    the picture shows that line. The default run, n = 32 on S^15 with 100 draws, takes some ten
    minutes of a processor.

    The printed table has a few of the depths; --csv writes all, with the spread over the draws.

    The result depends neither on --jobs nor on --cluster. With --csv FILE finished draws are kept
    beside the file, and the same command goes on after an interruption or the loss of a cluster.

    Exit status: 0 done; 2 wrong usage or input; 3 a matrix too close to a singular one, a package
    that is missing, or a cluster that cannot be reached or is lost.

    Examples:

    \b
      ntkproofs condition --delta 1/2,1 --depths 4:64:4 --draws 10
      ntkproofs condition --csv condition.csv --plot condition.pdf
      ntkproofs condition --points 8 --dim 3 --depths 10:1000:10 --draws 5 --plot deep.svg
    """
    from ntkproofs.cluster.connection import executor_for
    from ntkproofs.files import require_writable
    from ntkproofs.matrices.condition_curves import condition_curves
    from ntkproofs.reports.condition import draw_condition, print_condition, write_csv

    deltas, layers = parse_deltas(delta), parse_depths(depths)
    if jobs is not None and jobs < 1:
        raise InvalidInput(f"--jobs is a number of processes, 1 at least; got {jobs}.")
    if plot is not None:
        from ntkproofs.reports.drawing import require_format, require_matplotlib

        require_writable(plot)
        require_format(plot)
        require_matplotlib()
    with kept_beside(csv, "--csv FILE") as partial:
        with executor_for(cluster, jobs) as executor, Bar("draws", kept=None) as progress:
            found = condition_curves(
                deltas, layers, points=points, dim=dim, draws=draws, seed=seed,
                jobs=jobs or processors(), executor=executor, partial=partial, progress=progress,
            )  # fmt: skip
        if csv is not None:
            write_csv(csv, found)
    print_condition(console(), found)
    if plot is not None:
        from ntkproofs.reports.drawing import save_figure

        save_figure(draw_condition(found), plot)
        typer.echo(f"The picture is in {plot}.", err=True)


def parse_deltas(text: str) -> list[Fraction]:
    """Exact numbers from ``1/8,0.5,1``.

    Raises:
        InvalidInput: for anything else.

    Example:
        >>> parse_deltas("1/8,0.5")
        [Fraction(1, 8), Fraction(1, 2)]
    """
    try:
        return [Fraction(piece) for piece in text.split(",")]
    except (ValueError, ZeroDivisionError):
        raise InvalidInput(
            f"--delta is numbers in (0, 1] joined by commas, such as 1/8,0.5,1; got {text!r}."
        ) from None


def parse_depths(text: str) -> list[int]:
    """Depths from ``4``, ``4,8``, ``4:64`` (both ends included), ``4:64:2``, or a mixture.

    Raises:
        InvalidInput: for anything else, and for more depths than a table can hold.

    Example:
        >>> parse_depths("4:8:2,16")
        [4, 6, 8, 16]
    """
    found: dict[int, None] = {}
    for piece in text.split(","):
        span = rising_range(piece)
        if span is None or span.start < 2:
            raise InvalidInput(
                "--depths is weight layers >= 2 and rising ranges of them, such as 4, or 4,8, or "
                f"4:64 (both ends included), or 4:64:2 (in steps); got {text!r}."
            )
        if len(span) + len(found) > _MOST_DEPTHS:
            raise InvalidInput(
                f"--depths names at most {_MOST_DEPTHS} depths; {text!r} names more. Take steps, "
                "as in 10:100000:10."
            )
        found.update(dict.fromkeys(span))
    return list(found)
