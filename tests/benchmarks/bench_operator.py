"""nt.operator on S²: set-up, product, memory and error from 10^4 to 10^6 points; the growth.

    python -m tests.benchmarks.bench_operator            # from the root of the repository
    python -m tests.benchmarks.bench_operator --largest 100000

Random points, ``nt.ntk(3)`` and one vector. Times are by the clock and by the processor's own count
over all threads: on a shared machine the first says little. *Error* is that of random rows against
``nt.gram``, in the norm: their root mean square times sqrt(n), over ``‖K‖ ‖v‖`` with the lower
bound of ‖K‖; *bound* is what the operator answers for. *Dense* is the product by its entries,
extrapolated from these rows. The first product of the smallest size, which compiles, is not
counted. Nothing here asserts anything.
"""

from __future__ import annotations

import argparse
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from ntkproofs.kernels.networks import ntk
from ntkproofs.matrices.blocks import operator
from ntkproofs.matrices.gram import gram
from ntkproofs.matrices.points import normalise
from ntkproofs.threads import processors

ROWS = 64
SIZES = (10_000, 31_623, 100_000, 316_228, 1_000_000)


@dataclass(frozen=True)
class Line:
    """What one size gave; times as (clock, cpu) in seconds."""

    n: int
    operator: Any
    setup: tuple[float, float]
    product: tuple[float, float]
    dense: float
    error: float


def timed(call: Callable[[], Any]) -> tuple[Any, tuple[float, float]]:
    """What a call returns, and its seconds by the clock and of the processor."""
    start, used = time.perf_counter(), time.process_time()
    result = call()
    return result, (time.perf_counter() - start, time.process_time() - used)


def sphere(n: int) -> np.ndarray:
    return normalise(np.random.default_rng(n).normal(size=(n, 3)))[0]


def measured(n: int, accuracy: float) -> Line:
    kernel, X = ntk(3), sphere(n)
    rng = np.random.default_rng(7)
    v, rows = rng.normal(size=n), rng.integers(0, n, ROWS)
    A, setup = timed(lambda: operator(kernel, X, method="transform", accuracy=accuracy))
    found, product = timed(lambda: A @ v)
    exact, dense = timed(lambda: gram(kernel, X[rows], X) @ v)
    spread = np.sqrt(np.mean((found[rows] - exact) ** 2) * n)
    error = float(spread / np.linalg.norm(v) / A.bound.norm)
    return Line(n, A, setup, product, dense[1] * n / ROWS, error)


def table(lines: list[Line], accuracy: float) -> Table:
    title = f"nt.operator(nt.ntk(3), X, accuracy={accuracy:g}) @ v, {processors()} threads, seconds"
    found = Table(title=title)
    names = ("n", "degree", "radius", "neighbours", "set-up (cpu)", "product (cpu)", "dense cpu")
    for column in (*names, "error", "bound"):
        found.add_column(column, justify="right")
    for line in lines:
        A = line.operator
        found.add_row(
            str(line.n),
            str(A.degree),
            f"{A.radius:.3g}",
            f"{A.neighbours:.0f}",
            "{:.1f} ({:.1f})".format(*line.setup),
            "{:.2f} ({:.2f})".format(*line.product),
            f"{line.dense:.3g}",
            f"{line.error:.1e}",
            f"{A.bound.total:.1e}",
        )
    return found


def exponents(lines: list[Line]) -> str:
    """The slope of log time over log n, by the processor's count."""
    n = np.log([line.n for line in lines])
    product, setup = (
        np.polyfit(n, np.log([getattr(line, name)[1] for line in lines]), 1)[0]
        for name in ("product", "setup")
    )
    return f"growth: product n^{product:.2f}, set-up n^{setup:.2f} (cpu)"


def keops(n: int) -> str:
    """The same product by KeOps on the processor, where it is installed, beside ours."""
    if find_spec("pykeops") is None:
        return "KeOps: not compared; pykeops is not installed here (it needs a C++ compiler)."
    from pykeops.numpy import Vi, Vj  # pyright: ignore[reportMissingImports]

    X = sphere(n)
    u = (Vi(X) | Vj(X)).clamp(-1, 1)

    def kappa0(t: Any) -> Any:
        return 1 - t.acos() / np.pi

    def kappa1(t: Any) -> Any:
        return t * kappa0(t) + (1 - t * t).relu().sqrt() / np.pi

    second = kappa1(u)
    formula = (u * kappa0(u) + second) * kappa0(second.clamp(-1, 1)) + kappa1(second.clamp(-1, 1))
    v = np.random.default_rng(0).normal(size=(n, 1))
    formula @ v  # compiles
    theirs, (clock, cpu) = timed(lambda: formula @ v)
    A = operator(ntk(3), X, method="transform")
    ours, (_, own) = timed(lambda: A @ v[:, 0])
    difference = float(np.linalg.norm(theirs[:, 0] - ours) / np.linalg.norm(ours))
    return (
        f"KeOps, n = {n}: {clock:.2f} s a product ({cpu:.2f} s cpu, n² exactly); nt.operator "
        f"{own:.4f} s cpu, {cpu / own:.0f} times less; the two differ by {difference:.1e}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    parser.add_argument("--accuracy", type=float, default=1e-8)
    given = parser.parse_args()
    console = Console(width=130)
    first = sphere(SIZES[0])
    operator(ntk(3), first, method="transform") @ np.ones(SIZES[0])
    lines = [measured(n, given.accuracy) for n in SIZES if n <= given.largest]
    console.print(table(lines, given.accuracy))
    if len(lines) > 1:
        console.print(exponents(lines))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    console.print(f"peak memory of the process: {peak / 1e9:.2f} GB")
    console.print(keops(SIZES[0]))


if __name__ == "__main__":
    main()
