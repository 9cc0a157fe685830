"""Asymptotic series against certified eigenvalues: errors, orders observed and promised, seconds.

    python -m tests.benchmarks.bench_asymptotics          # from the root of the repository
    python -m tests.benchmarks.bench_asymptotics --quick  # two dimensions and no degree 1000

For each kernel, dimension and parity the relative error of the sum of K terms is given at three
degrees, and the power of λ = l + (d-2)/2 by which it was seen to fall between the last two, beside
the power that is promised: -2(ν_(K+1)-ν_1), which is -2K for half-integer exponents. (In λ the next
correction is smaller by λ^-2, in l by 1/l only, which would blur what is seen.)
Nothing here asserts anything; tests/spectra/test_asymptotics.py does.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from multiprocessing import get_context
from typing import Any

import mpmath
from flint import arb
from rich.console import Console
from rich.table import Table

import ntkproofs as nt
from ntkproofs.arithmetic.balls import precision
from ntkproofs.arithmetic.symbols import MpmathArithmetic
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.spectra import terms as terms_module
from ntkproofs.spectra.asymptotics import Asymptotics, asymptotics
from ntkproofs.spectra.harmonics import gegenbauer

STEP = nt.arccosine(0)
KERNELS: dict[str, Kernel] = {
    "nngp(2)": nt.nngp(2),
    "nngp(3)": nt.nngp(3),
    "nngp(5)": nt.nngp(5),
    "ntk(2)": nt.ntk(2),
    "ntk(3)": nt.ntk(3),
    "ntk(5)": nt.ntk(5),
    **{f"arccosine({n})": nt.arccosine(n) for n in range(5)},
    "eoc(4, 1, 1/2)": nt.eoc(4, 1, Fraction(1, 2)),
    "eoc(3, 2, -1)": nt.eoc(3, 2, -1),
    "eoc(3, 0, 1)": nt.eoc(3, 0, 1),
    "deep_narrow(1, 1)": nt.deep_narrow(1, 1),
    "ntk(3), v_b = 1/2": nt.ntk(3, bias_variance=Fraction(1, 2)),
    "nngp(3), v_b = 1": nt.nngp(3, bias_variance=1),
    "residual(2, 1/2)": nt.residual(2, Fraction(1, 2)),
}
TERMS = (1, 2, 4, 6)
DIGITS = 45


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def relative_error(found: arb, truth: arb) -> float:
    with precision(400):
        return abs(float(((found - truth) / truth).mid()))


def order(errors: list[float], degrees: list[int], dim: int) -> float:
    """The power p of an error ~ λ^p, between the last two degrees."""
    low, high = (degree + (dim - 2) / 2 for degree in degrees[-2:])
    return math.log(errors[-1] / errors[-2]) / math.log(high / low)


def promised(law: Asymptotics, parity: Any, count: int) -> Fraction:
    known = law.terms(parity)
    return -2 * (known[count].exponent - known[0].exponent)


def row(law: Asymptotics, parity: Any, degrees: list[int], truths: list[Any]) -> list[str]:
    """For each number of terms: the errors at the degrees, the order seen, the order promised."""
    cells: list[str] = []
    for count in TERMS:
        errors = [
            relative_error(law.eigenvalue(degree, terms=count).value, truth)
            for degree, truth in zip(degrees, truths, strict=True)
        ]
        printed = " ".join(f"{error:.0e}" for error in errors)
        cells.append(
            f"{printed} {order(errors, degrees, law.dim):7.3f} {promised(law, parity, count)!s:>4}"
        )
    return cells


def new_table(title: str, degrees: tuple[int, ...]) -> Table:
    table = Table(
        title=title,
        caption="Each cell: relative errors at these degrees, power seen between the last two, "
        "power promised.",
        box=None,
        padding=(0, 1),
    )
    for column in ("kernel", "d", "parity", "p"):
        table.add_column(column, no_wrap=True)
    for count in TERMS:
        name = f"K = {count}: l = " + ", ".join(map(str, degrees))
        table.add_column(name, justify="right", no_wrap=True)
    return table


def rows(name: str, dim: int, degrees: tuple[int, ...]) -> list[list[str]]:
    """The rows of the table for a kernel in a dimension, one for each parity."""
    kernel = KERNELS[name]
    law = asymptotics(kernel, dim, terms=7, digits=DIGITS)
    wanted = [n for degree in degrees for n in (degree, degree + 1)]
    found = dict(zip(wanted, nt.eigenvalues(kernel, dim, wanted, digits=DIGITS), strict=True))
    lines: list[list[str]] = []
    for shift, parity in ((0, "even"), (1, "odd")):
        here = [degree + shift for degree in degrees]
        if law.vanishes(parity):
            lines.append([name, str(dim), parity, "0"])
        else:
            cells = row(law, parity, here, [found[n] for n in here])
            lines.append([name, str(dim), parity, str(law.exponent(parity)), *cells])
    return lines


def error_table(dims: tuple[int, ...], degrees: tuple[int, ...]) -> tuple[Table, list[float]]:
    """The table, and how far each power seen is from the one promised."""
    table = new_table(f"Certified eigenvalues to {DIGITS} digits", degrees)
    away: list[float] = []
    cases = [(name, dim, degrees) for name in KERNELS for dim in dims]
    with ProcessPoolExecutor(mp_context=get_context("spawn")) as pool:
        for lines in pool.map(rows, *zip(*cases, strict=True), chunksize=len(dims)):
            for line in lines:
                table.add_row(*line)
                away.extend(
                    abs(float(cell.split()[-2]) - float(cell.split()[-1])) for cell in line[4:]
                )
    return table, away


def step_of_a_step(degree: int) -> arb:
    """μ_l of κ0(κ0) on S^2 by mpmath, in the root of the angle, in which it is analytic."""
    kernel, ar = STEP @ STEP, MpmathArithmetic()
    with mpmath.workdps(30):

        def integrand(s: Any) -> Any:
            u = mpmath.cos(s * s)
            return s * kernel.value_with(u, ar) * gegenbauer(degree, 3, u) * mpmath.sin(s * s)

        pieces = mpmath.linspace(0, mpmath.sqrt(mpmath.pi), 2 + degree // 10)
        value = mpmath.quad(integrand, pieces, method="gauss-legendre")
        with precision(120):
            return arb(mpmath.nstr(value, 28))


def ramified_table(degrees: tuple[int, ...]) -> Table:
    table = new_table("Step of a step, exponents in quarters, against quadrature", degrees)
    law = asymptotics(STEP @ STEP, 3, terms=7)
    for shift, parity in ((0, "even"), (1, "odd")):
        here = [degree + shift for degree in degrees]
        truths = [step_of_a_step(degree) for degree in here]
        cells = row(law, parity, here, truths)
        table.add_row("κ0(κ0)", "3", parity, str(law.exponent(parity)), *cells)
    return table


def time_table() -> Table:
    table = Table(title="Seconds")
    table.add_column("what")
    table.add_column("seconds", justify="right")
    table.add_column("digits right", justify="right")
    asymptotics(nt.ntk(2), 3)  # imports
    terms_module.expansion.cache_clear()
    for depth in (10, 100):
        seconds, _ = timed(lambda n=depth: asymptotics(nt.ntk(n), 3, terms=10))
        table.add_row(f"ten terms for ntk({depth})", f"{seconds:.3f}", "")
    law = asymptotics(nt.ntk(3), 10)
    first, value = timed(lambda: law.eigenvalue(10**6, terms=6))
    many = asymptotics(nt.ntk(3), 10, terms=12, digits=80).eigenvalue(10**6, terms=12)
    digits = -math.log10(relative_error(value.value, many.value))
    warm, _ = timed(lambda: [law.eigenvalue(10**6 + n, terms=6) for n in range(1000)])
    table.add_row("asymptotics(ntk(3), 10).eigenvalue(10**6, terms=6), first", f"{first:.6f}", "")
    table.add_row("the same, mean of 1000 after it", f"{warm / 1000:.6f}", f"{digits:.1f}")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="two dimensions, no degree 1000")
    quick = parser.parse_args().quick
    console = Console(width=190)
    console.print(time_table())
    console.print(ramified_table((50, 100)))
    dims = (3, 10) if quick else (2, 3, 4, 7, 10)
    table, away = error_table(dims, (50, 200) if quick else (50, 200, 1000))
    console.print(table)
    console.print(
        f"{len(away)} powers; from the promised ones they differ by {max(away):.3f} at most, "
        f"{sum(away) / len(away):.4f} in the mean."
    )


if __name__ == "__main__":
    main()
