"""The eigenvalues of a kernel as a table and as JSON, with the conventions that they stand on.

Beside them, if wanted, the law by which they decay and the sums of its asymptotic series.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ntkproofs.conventions import CONVENTIONS
from ntkproofs.errors import Unable
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.reports.json_report import SCHEMA_VERSION, environment
from ntkproofs.reports.laws import RELIES_ON, Laws, laws, laws_to_json
from ntkproofs.reports.readable import plain, readable
from ntkproofs.spectra.asymptotics import SeriesValue
from ntkproofs.spectra.eigenvalues import FLOAT_RELATIVE_ERROR, eigenvalues
from ntkproofs.spectra.harmonics import harmonic_dimension

_FLOAT_DIGITS = 15


@dataclass(frozen=True)
class Line:
    """An eigenvalue as it is printed.

    Attributes:
        degree: l.
        dimension: N(d, l), its multiplicity.
        number: the eigenvalue, a float or a ball.
        value: decimal digits.
        radius: for a ball: the printed value is at most so far from the eigenvalue.
        series: the sum of the asymptotic series, where it was asked for and has a digit right.
    """

    degree: int
    dimension: int
    number: Any
    value: str
    radius: str | None
    series: SeriesValue | None = None


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of a kernel on S^(d-1), as floats or, where digits were asked for, as balls.

    Attributes:
        kernel, dim, digits: as they were asked for.
        lines: the eigenvalues.
        laws: how they decay; None if that was not asked for, or cannot be told.
        problem: why it cannot be told; empty otherwise.
    """

    kernel: Kernel
    dim: int
    digits: int | None
    lines: tuple[Line, ...]
    laws: Laws | None = None
    problem: str = ""

    @property
    def accuracy(self) -> str:
        """What the digits are worth, in words."""
        if self.digits is None:
            return f"float64, relative error at most {FLOAT_RELATIVE_ERROR:g}"
        return f"proven enclosures to {self.digits} digits; the radius covers the rounding in print"


def spectrum(
    kernel: Kernel,
    dim: int,
    degrees: Sequence[int],
    digits: int | None,
    *,
    asymptotic: bool = False,
    terms: int | None = None,
) -> Spectrum:
    """The eigenvalues at the given degrees, ready to be printed.

    Args:
        kernel, dim, degrees, digits: as for ``nt.eigenvalues``.
        asymptotic: also derive the law of decay, and sum its series at every degree.
        terms: at most so many terms of the series.
    """
    found = eigenvalues(kernel, dim=dim, degrees=degrees, digits=digits)
    derived, problem = _laws(kernel, dim, terms, digits) if asymptotic else (None, "")
    lines = (
        Line(
            degree,
            harmonic_dimension(dim, degree),
            value,
            *_printed(value, digits),
            None if derived is None else derived.series_value(degree, terms),
        )
        for degree, value in zip(degrees, found, strict=True)
    )
    return Spectrum(kernel.at_dim(dim), dim, digits, tuple(lines), derived, problem)


def _laws(
    kernel: Kernel, dim: int, terms: int | None, digits: int | None
) -> tuple[Laws | None, str]:
    try:
        return laws(kernel, dim, terms, digits), ""
    except Unable as failure:
        return None, str(failure)


def _printed(value: Any, digits: int | None) -> tuple[str, str | None]:
    if not isinstance(value, arb):
        return f"{float(value):.{_FLOAT_DIGITS}g}", None
    # Arb prints "[midpoint +/- radius]" with a radius that covers the rounding of the midpoint,
    # or the midpoint alone where it is exact.
    middle, _, radius = value.str(digits or 1).strip("[]").partition(" +/- ")
    return middle, radius or "0"


def print_spectrum(console: Console, found: Spectrum) -> None:
    """The kernel, its assumptions, the conventions, and the table of eigenvalues."""
    head = Table.grid(padding=(0, 2))
    head.add_column(style="bold", no_wrap=True)
    head.add_column(overflow="fold")
    head.add_row("kernel", Text(repr(found.kernel)))
    head.add_row("", Text(readable(found.kernel.latex())))
    head.add_row("assumptions", Text("; ".join(map(plain, found.kernel.assumptions))))
    for name, words in CONVENTIONS.items():
        # The parametrisation is that of the networks by default; the assumptions say more.
        if name != "parametrisation":
            here = f"; here d = {found.dim}" if name == "sphere" else ""
            head.add_row(name, Text(words + here))
    head.add_row("accuracy", Text(found.accuracy))
    _add_laws(head, found)
    console.print(head)
    console.print()
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("degree ℓ", justify="right")
    table.add_column("N(d,ℓ)", justify="right", overflow="fold")
    table.add_column("eigenvalue μ_ℓ", overflow="fold")
    if found.digits is not None:
        table.add_column("radius", overflow="fold")
    if found.laws is not None:
        table.add_column("series", overflow="fold")
        table.add_column("its error, about", overflow="fold")
    for line in found.lines:
        ball = [] if line.radius is None else [line.radius]
        series = [] if found.laws is None else _series_cells(line, found.digits)
        table.add_row(str(line.degree), str(line.dimension), line.value, *ball, *series)
    console.print(table)


def _add_laws(head: Table, found: Spectrum) -> None:
    if found.problem:
        head.add_row("asymptotics", Text(plain(found.problem)))
    if found.laws is None:
        return
    for name, law in (("even degrees", found.laws.even), ("odd degrees", found.laws.odd)):
        head.add_row(name, Text(plain(law.words())))
    for number, line in enumerate(found.laws.hypotheses):
        head.add_row("" if number else "hypotheses", Text(line))
    head.add_row("relies on", Text("; ".join(theorem.name for theorem in RELIES_ON)))
    head.add_row(
        "series",
        Text(
            "cut before its terms begin to grow; the first omitted term estimates the error, and "
            "does not bound it"
        ),
    )


def _series_cells(line: Line, digits: int | None) -> tuple[str, str]:
    """The sum, to the digits that the estimated error leaves and one more, and that error."""
    if line.series is None:
        return ("-", "")
    error, size = line.series.error, abs(float(line.series))
    most = digits or _FLOAT_DIGITS
    right = most if error == 0 else math.ceil(math.log10(size / error)) + 1
    shown = line.series.value.mid().str(max(2, min(right, most)), radius=False)
    return shown, f"{error:.1e}"


def spectrum_to_json(found: Spectrum) -> dict[str, Any]:
    """A spectrum as JSON data; numbers for floats, decimal strings for balls."""
    return {
        "schema": SCHEMA_VERSION,
        "environment": environment(),
        "kernel": {
            "name": repr(found.kernel),
            "latex": found.kernel.latex(),
            "assumptions": list(found.kernel.assumptions),
        },
        "dim": found.dim,
        "digits": found.digits,
        "accuracy": found.accuracy,
        "asymptotics": _asymptotics_to_json(found),
        "eigenvalues": [
            {
                "degree": line.degree,
                "dimension": line.dimension,
                "value": float(line.value) if line.radius is None else line.value,
                "radius": line.radius,
                "series": _series_to_json(line, found.digits),
            }
            for line in found.lines
        ],
    }


def _asymptotics_to_json(found: Spectrum) -> dict[str, Any] | None:
    if found.problem:
        return {"problem": found.problem}
    return None if found.laws is None else laws_to_json(found.laws)


def _series_to_json(line: Line, digits: int | None) -> dict[str, Any] | None:
    if line.series is None:
        return None
    value = line.series.value.mid().str(digits or _FLOAT_DIGITS, radius=False)
    return {
        "value": float(line.series) if digits is None else value,
        "estimated_error": line.series.error,
        "terms": line.series.terms,
    }
