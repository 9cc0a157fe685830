"""Solvers on operators: largest eigenvalues, regression, gradient flow, condition estimates.

    python -m tests.benchmarks.bench_solvers                  # 10^4 points of S²; a minute
    python -m tests.benchmarks.bench_solvers --sphere 100000 --torus 1000000
    python -m tests.benchmarks.bench_solvers --full           # S² to 10^6, T² with 10^6 points

Scattered points and ``nt.ntk(3)``. *Products* are those with one vector each, the test of symmetry
and the residual at the end included; nearly all time is theirs, so that times on another machine
follow from that of one product. Eigenvalues are found to a relative residual of 1e-6, by Lanczos
and by LOBPCG; regression, with the ridge n/1000 and a smooth target, to 1e-6; the flow until
t = 10/n, to 1e-6; the condition estimate takes 50 steps, and is a lower bound of κ, less what the
accuracy of the products costs it. Times are by the clock and by the processor's own count over all
threads: on a shared machine the first says little. Nothing here asserts anything.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import ntkproofs as nt
from ntkproofs.errors import Unable
from tests.benchmarks.bench_operator import timed

KERNEL = nt.ntk(3)
TOLERANCE = 1e-6
STEPS = 50
COLUMNS = ("points", "problem", "products", "seconds (cpu)", "found")
LINE = "{:18} {:18} {:>8} {:>16}  {}"


class Counted:
    """An operator that counts its products, and states their error."""

    def __init__(self, operator: Any) -> None:
        self.operator, self.shape, self.count = operator, operator.shape, 0
        self.product_error = operator.product_error

    def __matmul__(self, v: Any) -> Any:
        self.count += 1 if v.ndim == 1 else v.shape[1]
        return self.operator @ v


def sphere(n: int, accuracy: float) -> tuple[Any, Any]:
    """Points of S², their heights and the operator."""
    X = nt.sphere.uniform(n, 3, seed=0)
    return X[:, 2], nt.operator(KERNEL, X, method="transform", accuracy=accuracy)


def torus(n: int, accuracy: float) -> tuple[Any, Any]:
    """Points of T², a wave at them and the operator."""
    x = nt.torus.scattered(n, 2, seed=0)
    return np.cos(2 * np.pi * x[:, 0]), nt.torus.operator(KERNEL, x, accuracy=accuracy)


def problems(
    target: Any, largest: list[int]
) -> Iterator[tuple[str, Callable[[Any], Any], Callable[[Any], str]]]:
    """(name, what is solved, what is told of it)."""
    n = len(target)
    for k in largest:
        for method in ("lanczos", "lobpcg"):
            yield (
                f"{k} largest, {method}",
                lambda A, k=k, method=method: nt.extreme_eigenvalues(
                    A, k, method=method, tolerance=TOLERANCE
                ),
                lambda found: (
                    f"{found.values[-1]:.8g}, residual "
                    f"{float((found.residuals / found.values).max()):.1e}"
                ),
            )
    yield (
        "regression",
        lambda A: nt.solve(A, target, n / 1000, tolerance=TOLERANCE),
        lambda found: f"{found.iterations} iterations, residual {found.residual:.1e}",
    )
    yield (
        "gradient flow",
        lambda A: nt.gradient_flow(A, -target, [1 / n, 10 / n], tolerance=TOLERANCE),
        lambda found: f"norms fall to {found.norms / np.linalg.norm(target)}",
    )
    yield (
        "condition",
        lambda A: nt.condition_estimate(A, steps=STEPS),
        lambda found: f"κ >= {found.lower_bound:.4g}",
    )


def rows(name: str, n: int, make: Callable[[int, float], Any], given: Any) -> Iterator[list[str]]:
    (target, operator), setup = timed(lambda: make(n, given.accuracy))
    label = f"{name}, n = {n:,}"
    yield [label, "set-up", "", "{:.1f} ({:.1f})".format(*setup), ""]
    _, product = timed(lambda: operator @ target)
    yield [label, "one product", "1", "{:.2f} ({:.2f})".format(*product), ""]
    for problem, solve, told in problems(target, given.largest):
        A = Counted(operator)
        try:
            found, seconds = timed(lambda A=A, solve=solve: solve(A))
            words = told(found)
        except Unable as error:
            seconds, words = (float("nan"),) * 2, str(error).split(".")[0]
        yield [label, problem, str(A.count), "{:.1f} ({:.1f})".format(*seconds), words]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--sphere", type=int, nargs="*", default=[10_000], metavar="N")
    parser.add_argument("--torus", type=int, nargs="*", default=[], metavar="N")
    parser.add_argument("--largest", type=int, nargs="*", default=[1, 6], metavar="K")
    parser.add_argument("--accuracy", type=float, default=1e-8, help="of the operators")
    parser.add_argument("--full", action="store_true", help="the sizes up to a million")
    given = parser.parse_args()
    if given.full:
        given.sphere, given.torus = [10_000, 100_000, 1_000_000], [1_000_000]
    timed(lambda: sphere(1000, 1e-4)[1] @ np.ones(1000))  # compiles
    print(f"{KERNEL!r}, operators of accuracy {given.accuracy:g}")
    print(LINE.format(*COLUMNS))
    for name, sizes, make in (("S²", given.sphere, sphere), ("T²", given.torus, torus)):
        for n in sizes:
            for row in rows(name, n, make, given):
                print(LINE.format(*row), flush=True)  # as they come: a large one takes long


if __name__ == "__main__":
    main()
