"""Products on the torus: seconds by the number of points, growth as an exponent, and errors.

    python -m tests.benchmarks.bench_torus          # from the root of the repository
    python -m tests.benchmarks.bench_torus --quick  # fewer points

*Grid*: ``nt.torus.grid_operator`` on T², up to 10^7 points. *Pipeline*: P_s by its transform and by
its dense matrix, as ``talk.torus-pipeline`` compares them: both exponents by timing, beside the
counts of multiplications that the claim proves. *Scattered*: ``nt.torus.operator``; its
error is that of random rows of the product against dense evaluation, over ‖K‖ ‖v‖, ‖K‖ from n times
the largest Fourier coefficient. *Condition*: the estimate at n points of the circle, next to the
exact value and its growth, for ``talk.condition-linear-n``. Times are the best of several, by the
clock and by the processor: on a shared machine the two differ. Exponents are slopes of log t over
log n, by least squares. Nothing here asserts anything, and no time is evidence.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table
from threadpoolctl import threadpool_limits

import ntkproofs as nt

KERNEL = nt.ntk(3)
ROWS = 20


def best(call: Callable[[], Any], repeats: int) -> tuple[float, float]:
    """The least time by the clock and of the processor, in seconds."""
    clock, processor = math.inf, math.inf
    for _ in range(repeats):
        start, used = time.perf_counter(), time.process_time()
        call()
        processor = min(processor, time.process_time() - used)
        clock = min(clock, time.perf_counter() - start)
    return clock, processor


def per_call(call: Callable[[], Any], repeats: int) -> float:
    """Seconds of the processor for a short call, in batches that its clock can resolve."""
    _, once = best(call, 2)
    batch = max(1, min(500, int(0.1 / max(once, 1e-6))))
    return best(lambda: [call() for _ in range(batch)], repeats)[1] / batch


def exponent(sizes: Sequence[float], times: Sequence[float]) -> str:
    """The slope of log t over log n, least squares over all sizes so far."""
    if len(sizes) < 2:
        return "-"
    return f"{np.polyfit(np.log(sizes), np.log(times), 1)[0]:.2f}"


def grid_table(sides: Sequence[int], repeats: int) -> Table:
    table = Table(title="Grid of T²: nt.torus.grid_operator(nt.ntk(3), N, 2), seconds")
    for name in ("points", "set-up", "(cpu)", "product", "(cpu)", "exponent (cpu)", "solve"):
        table.add_column(name, justify="right")
    sizes: list[float] = []
    used: list[float] = []
    for side in sides:
        found: list[Any] = []
        setup = best(lambda n=side, f=found: f.append(nt.torus.grid_operator(KERNEL, n, 2)), 1)
        A, v = found[0], np.random.default_rng(0).normal(size=side**2)
        product = best(lambda A=A, v=v: A @ v, repeats)
        solve = best(lambda A=A, v=v: A.solve(v), 1)
        sizes.append(float(side**2))
        used.append(product[1])
        times = (*setup, *product)
        shown = [f"{t:.3g}" for t in times]
        table.add_row(f"{side**2:,}", *shown, exponent(sizes, used), f"{solve[0]:.3g}")
    return table


def pipeline_table(way: str, sides: Sequence[int], repeats: int) -> Table:
    """One way to form P_s v, timed and counted; each way wants sizes of its own.

    Exponents show beyond the cost of a call and beyond the caches: a transform needs some 10^5
    points for that, a dense product (8 n² bytes) is there from 2000 on and ends at the memory.
    """
    table = Table(title=f"P_s on the grid of T² by its {way}, seconds of cpu")
    count = "2 (d/2) n log2 N + n" if way == "transform" else "n²"
    for name in ("points", "seconds", "exponent", count, "exponent", "ns a multiplication"):
        table.add_column(name, justify="right")
    sizes: list[float] = []
    times: list[float] = []
    counts: list[float] = []
    for side in sides:
        n = side**2
        symbol = nt.torus.multipliers(1, side, 2)
        # One thread each: short calls on several are mostly their start.
        fast = way == "transform"
        A = nt.torus.GridOperator.of_symbol(symbol, threads=1) if fast else nt.torus.dense(symbol)
        v = np.random.default_rng(0).normal(size=n)
        sizes.append(float(n))
        with threadpool_limits(1):
            times.append(per_call(lambda A=A, v=v: A @ v, repeats))
        counts.append(2.0 * n * math.log2(side) + n if fast else float(n) ** 2)
        table.add_row(
            f"{n:,}",
            f"{times[-1]:.3g}",
            exponent(sizes, times),
            f"{counts[-1]:.3g}",
            exponent(sizes, counts),
            f"{1e9 * times[-1] / counts[-1]:.2f}",
        )
    return table


def scattered_table(dim: int, sizes: Sequence[int], repeats: int) -> Table:
    table = Table(title=f"Scattered points of T^{dim}: nt.torus.operator(nt.ntk(3), X), seconds")
    names = ("points", "degree", "modes", "pairs/n", "set-up", "(cpu)", "product", "(cpu)")
    for name in (*names, "exponent (cpu)", "error", "reported"):
        table.add_column(name, justify="right")
    used: list[float] = []
    largest = float(np.abs(nt.torus.grid_eigenvalues(KERNEL, 24, dim)).max()) / 24**dim
    for position, n in enumerate(sizes):
        X = nt.torus.scattered(n, dim, seed=0)
        found: list[Any] = []
        setup = best(lambda X=X, f=found: f.append(nt.torus.operator(KERNEL, X)), 1)
        A, v = found[0], np.random.default_rng(1).normal(size=n)
        product = A @ v
        times = best(lambda A=A, v=v: A @ v, repeats)
        used.append(times[1])
        rows = np.random.default_rng(2).choice(n, ROWS, replace=False)
        exact = nt.gram(KERNEL, nt.torus.embed(X[rows]), nt.torus.embed(X)) @ v
        miss = math.sqrt(float(np.mean((exact - product[rows]) ** 2)) * n)
        error = miss / (n * largest * float(np.linalg.norm(v)))
        table.add_row(
            f"{n:,}",
            str(A.degree),
            f"{A.modes:,}",
            f"{A.pairs / n:.0f}",
            *(f"{t:.3g}" for t in (*setup, *times)),
            exponent(sizes[: position + 1], used),
            f"{error:.1e}",
            f"{A.relative_error:.1e}",
        )
    return table


def condition_table(sizes: Sequence[int], steps: int) -> Table:
    table = Table(title="κ of nt.ntk(3) at n equispaced points of the circle, and a lower bound")
    names = ("n", "κ by the FFT", "exponent", f"Ritz values, {steps} steps", "seconds")
    for name in names:
        table.add_column(name, justify="right")
    exact: list[float] = []
    for position, n in enumerate(sizes):
        A = nt.torus.grid_operator(KERNEL, n, 1)
        values = A.eigenvalues
        exact.append(float(values.max() / values.min()))
        found: list[Any] = []
        clock, _ = best(lambda A=A, f=found: f.append(nt.condition_estimate(A, steps=steps)), 1)
        growth = exponent(sizes[: position + 1], exact)
        bound = f"{found[0].lower_bound:.4g}"
        table.add_row(f"{n:,}", f"{exact[-1]:.4g}", growth, bound, f"{clock:.2g}")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer points and repetitions")
    quick = parser.parse_args().quick
    console = Console(width=140)
    repeats = 2 if quick else 5
    nt.torus.grid_operator(KERNEL, 64, 2) @ np.ones(64**2)  # load what is loaded once
    console.print(grid_table((400, 1000) if quick else (316, 1000, 1800, 3200), repeats))
    sides = (128, 256) if quick else (256, 512, 1024, 2048, 4096)
    console.print(pipeline_table("transform", sides, repeats))
    sides = (32, 48) if quick else (48, 64, 80, 100)
    console.print(pipeline_table("dense matrix", sides, repeats))
    console.print(scattered_table(2, (4000, 16000) if quick else (10**4, 10**5, 10**6), repeats))
    console.print(scattered_table(3, (4000,) if quick else (10**4, 10**5), repeats))
    console.print(condition_table((256, 1024) if quick else (10**3, 10**4, 10**5, 10**6), 40))


if __name__ == "__main__":
    main()
