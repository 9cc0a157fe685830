"""The eigenvalues of a kernel as a table and as JSON, with the conventions that they stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flint import arb
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from ntkproofs.conventions import CONVENTIONS
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.reports.json_report import SCHEMA_VERSION, environment
from ntkproofs.reports.readable import plain, readable
from ntkproofs.spectra.eigenvalues import FLOAT_RELATIVE_ERROR, eigenvalues
from ntkproofs.spectra.harmonics import harmonic_dimension


@dataclass(frozen=True)
class Line:
    """An eigenvalue as it is printed.

    Attributes:
        degree: l.
        dimension: N(d, l), its multiplicity.
        value: decimal digits.
        radius: for a ball: the printed value is at most so far from the eigenvalue.
    """

    degree: int
    dimension: int
    value: str
    radius: str | None


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues of a kernel on S^(d-1), as floats or, where digits were asked for, as balls."""

    kernel: Kernel
    dim: int
    digits: int | None
    lines: tuple[Line, ...]

    @property
    def accuracy(self) -> str:
        """What the digits are worth, in words."""
        if self.digits is None:
            return f"float64, relative error at most {FLOAT_RELATIVE_ERROR:g}"
        return f"proven enclosures to {self.digits} digits; the radius covers the rounding in print"


def spectrum(kernel: Kernel, dim: int, degrees: Sequence[int], digits: int | None) -> Spectrum:
    """The eigenvalues at the given degrees, ready to be printed."""
    found = eigenvalues(kernel, dim=dim, degrees=degrees, digits=digits)
    lines = (
        Line(degree, harmonic_dimension(dim, degree), *_printed(value, digits))
        for degree, value in zip(degrees, found, strict=True)
    )
    return Spectrum(kernel.at_dim(dim), dim, digits, tuple(lines))


def _printed(value: Any, digits: int | None) -> tuple[str, str | None]:
    if not isinstance(value, arb):
        return f"{float(value):.15g}", None
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
    console.print(head)
    console.print()
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)
    table.add_column("degree ℓ", justify="right")
    table.add_column("N(d,ℓ)", justify="right", overflow="fold")
    table.add_column("eigenvalue μ_ℓ", overflow="fold")
    if found.digits is not None:
        table.add_column("radius", overflow="fold")
    for line in found.lines:
        ball = [] if line.radius is None else [line.radius]
        table.add_row(str(line.degree), str(line.dimension), line.value, *ball)
    console.print(table)


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
        "eigenvalues": [
            {
                "degree": line.degree,
                "dimension": line.dimension,
                "value": float(line.value) if line.radius is None else line.value,
                "radius": line.radius,
            }
            for line in found.lines
        ],
    }
