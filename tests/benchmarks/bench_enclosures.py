"""Verified enclosures against LAPACK: time over that of ``eigh``, and the width of λ_min.

    python -m tests.benchmarks.bench_enclosures [--full]

Matrices: a chosen spectrum (condition 1e5, 1e8, geometric: the smallest eigenvalues lie dense)
under random reflections, and the kernel matrix of ``ntk(3)`` at random points of S³. Times are the
least of several runs, the two sides taking turns. The BLAS takes the threads that its environment
variables give it (OPENBLAS_NUM_THREADS).
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy.linalg
from rich.console import Console
from rich.table import Table

import ntkproofs as nt

RNG = np.random.default_rng(0)
REFLECTIONS = 4


def with_condition(n: int, condition: float) -> Any:
    A = np.diag(np.geomspace(1 / condition, 1, n))
    for _ in range(REFLECTIONS):
        v = RNG.standard_normal(n)
        v *= np.sqrt(2) / np.linalg.norm(v)
        Av = A @ v
        A -= np.outer(v, Av)
        A -= np.outer(A @ v, v)
        A = (A + A.T) / 2
    return A


def kernel_matrix(n: int) -> Any:
    return nt.gram(nt.ntk(3), nt.normalise(RNG.standard_normal((n, 4)))[0])


def least_times(functions: list[Callable[[], Any]], repeats: int) -> tuple[list[float], list[Any]]:
    """The least time of each, taking turns, and the results."""
    times, results = [np.inf] * len(functions), [None] * len(functions)
    for _ in range(repeats):
        for i, function in enumerate(functions):
            start = time.perf_counter()
            results[i] = function()
            times[i] = min(times[i], time.perf_counter() - start)
    return times, results


def row(n: int, name: str, A: Any, repeats: int) -> list[str]:
    ways = [
        lambda: scipy.linalg.eigh(A),
        lambda: nt.enclose_eigenvalues(A),
        lambda: nt.enclose_smallest(A),
        lambda: nt.is_positive_definite(A),
        lambda: scipy.linalg.cholesky(A, lower=True),
    ]
    times, (_, found, smallest, definite, _) = least_times(ways, repeats)
    widths = (found.upper - found.lower).max() / found.largest.upper
    return [
        str(n),
        name,
        f"{times[0]:.2f}",
        f"{times[1] / times[0]:.2f}",
        f"{found.smallest.relative_width:.0e}",
        f"{widths:.0e}",
        f"{times[2] / times[0]:.2f}",
        f"{smallest.relative_width:.0e}",
        f"{times[3] / times[4]:.1f}",
        definite.truth.value,
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--full", action="store_true", help="n = 4000 and 8000 too")
    parser.add_argument("--sizes", type=int, nargs="*", help="these sizes only")
    options = parser.parse_args()
    sizes = options.sizes or [500, 1000, 2000, *([4000, 8000] if options.full else [])]
    threads = os.environ.get("OPENBLAS_NUM_THREADS", "not set")
    table = Table(
        title=f"Verified enclosures (OPENBLAS_NUM_THREADS {threads}, load {os.getloadavg()[0]:.1f})"
    )
    for column in (
        "n", "matrix", "eigh s", "all / eigh", "λ_min rel. width", "widest / λ_max",
        "smallest / eigh", "its rel. width", "definite / Cholesky", "",
    ):  # fmt: skip
        table.add_column(column, justify="right")
    scipy.linalg.eigh(np.ones((200, 200)))
    nt.enclose_smallest(with_condition(200, 10))
    for n in sizes:
        repeats = 3 if n <= 1000 else 2 if n <= 2000 else 1
        for name, make in (
            ("κ = 1e5", lambda n: with_condition(n, 1e5)),
            ("κ = 1e8", lambda n: with_condition(n, 1e8)),
            ("ntk(3) on S³", kernel_matrix),
        ):
            table.add_row(*row(n, name, make(n), repeats))
    Console(width=130).print(table)


if __name__ == "__main__":
    main()
