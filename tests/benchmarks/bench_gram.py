"""Kernel matrices: nanoseconds an entry and errors, per depth, next to other ways.

    python -m tests.benchmarks.bench_gram          # from the root of the repository
    python -m tests.benchmarks.bench_gram --quick  # fewer points, a few seconds
    python -m tests.benchmarks.bench_gram --peer nt-env/bin/python   # next to neural-tangents

*Fused* is ``nt.gram`` on a NumPy array; times are the best of several calls on warm caches,
allocation of the matrix included, by the clock and by the processor's own count (on a shared
machine the two differ). *Series* is what the first call for a kernel takes besides. *Plain* is the
recursion in float64 on NumPy blocks that stay in the cache, cosines from a rounded product;
*compensated* is the generic path. Both of these are timed on a few rows of the matrix. Errors are
the worst over a row of entries, against mpmath at 60 digits, over the diagonal value: points at
random, at 10^-k from each other and from antipodes. Nothing here asserts anything.

neural-tangents 0.6.5 does not import with the jax of today, and runs in an environment of its own:

    python3.11 -m venv nt-env
    nt-env/bin/pip install neural-tangents==0.6.5 jax==0.5.3 jaxlib==0.5.3
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
from rich.console import Console
from rich.table import Table

from ntkproofs.kernels.chebyshev import chebyshev
from ntkproofs.kernels.networks import ntk
from ntkproofs.matrices.blocks import operator
from ntkproofs.matrices.gram import gram
from ntkproofs.matrices.points import normalise
from ntkproofs.threads import processors

DEPTHS = (2, 3, 10, 50, 100)
PEER_DEPTHS = (3, 10, 50)
ROWS = 16  # of the slow ways


def best(call: Callable[[], Any], repeats: int) -> tuple[float, float]:
    """The least time by the clock and of the processor, in seconds."""
    clock, processor = np.inf, np.inf
    for _ in range(repeats):
        start, used = time.perf_counter(), time.process_time()
        call()
        processor = min(processor, time.process_time() - used)
        clock = min(clock, time.perf_counter() - start)
    return clock, processor


def plain(X: np.ndarray, Y: np.ndarray, depth: int) -> np.ndarray:
    """The recursion as one writes it."""
    out = np.empty((X.shape[0], Y.shape[0]))
    step = max(1, (1 << 15) // Y.shape[0])
    for start in range(0, X.shape[0], step):
        covariance = np.clip(X[start : start + step] @ Y.T, -1, 1)
        tangent = covariance
        for _ in range(depth - 1):
            angle = np.arccos(np.clip(covariance, -1, 1))
            slope = 1 - angle / np.pi
            covariance = (np.sin(angle) + (np.pi - angle) * covariance) / np.pi
            tangent = tangent * slope + covariance
        out[start : start + step] = tangent
    return out


def sphere(n: int, dim: int) -> np.ndarray:
    return normalise(np.random.default_rng(0).normal(size=(n, dim)))[0]


def hard_points(dim: int) -> np.ndarray:
    """A point, points near it and its antipode at every distance, and random ones."""
    spread = sphere(60, dim)
    steps = 10.0 ** -np.linspace(0.5, 16, 40)
    near = normalise(spread[0] + steps[:, None] * spread[1])[0]
    return np.vstack([spread[:1], -spread[:1], near, -near, spread])


def exact_row(depth: int, X: np.ndarray) -> list[Any]:
    """k(<x_0, x_j>) of the exact directions, at 60 digits, by the angles of the layers."""
    mp = mpmath.mp
    rows = [[mp.mpf(float(c)) for c in x] for x in X]
    norms = [mp.sqrt(mp.fsum(c * c for c in x)) for x in rows]
    values = []
    for x, norm in zip(rows, norms, strict=True):
        u = mp.fsum(a * b for a, b in zip(rows[0], x, strict=True)) / (norm * norms[0])
        covariance = tangent = min(max(u, mp.mpf(-1)), mp.mpf(1))
        for _ in range(depth - 1):
            angle = mp.acos(min(covariance, mp.mpf(1)))
            covariance = (mp.sin(angle) + (mp.pi - angle) * mp.cos(angle)) / mp.pi
            tangent = tangent * (mp.pi - angle) / mp.pi + covariance
        values.append(tangent)
    return values


def worst(row: np.ndarray, exact: list[Any], depth: int) -> str:
    errors = [abs(float(found) - e) / depth for found, e in zip(row, exact, strict=True)]
    return f"{float(max(errors)):.1e}"


def depth_table(n: int, dim: int, repeats: int) -> Table:
    table = Table(title=f"nt.gram(nt.ntk(depth), X), X of shape ({n}, {dim}): ns an entry; errors")
    names = ("1 thread", "(cpu)", "2 threads", "series s", "degree", "plain", "compensated")
    for column in ("depth", *names, "error", "plain's", "compensated's"):
        table.add_column(column, justify="right")
    X, hard = sphere(n, dim), hard_points(dim)
    gram(ntk(2), X)  # compile or load
    for depth in DEPTHS:
        kernel = ntk(depth)
        chebyshev.cache_clear()
        start = time.perf_counter()
        series = chebyshev(kernel, dim)
        found = time.perf_counter() - start
        one, cpu = best(lambda k=kernel: gram(k, X, threads=1), repeats)
        two, _ = best(lambda k=kernel: gram(k, X, threads=2), repeats)
        slow, _ = best(lambda d=depth: plain(X[:ROWS], X, d), 3)
        slowest, _ = best(lambda k=kernel: gram(k, X[:2], X, compensated=True), 2)
        with mpmath.workdps(60):
            exact = exact_row(depth, hard)
            errors = (
                worst(gram(kernel, hard)[0], exact, depth),
                worst(plain(hard[:1], hard, depth)[0], exact, depth),
                worst(gram(kernel, hard[:1], hard, compensated=True)[0], exact, depth),
            )
        table.add_row(
            str(depth),
            f"{one / n**2 * 1e9:.1f}",
            f"{cpu / n**2 * 1e9:.1f}",
            f"{two / n**2 * 1e9:.1f}",
            f"{found:.2f}",
            "none" if series is None else str(series.degree),
            f"{slow / ROWS / n * 1e9:.0f}",
            f"{slowest / 2 / n * 1e9:.0f}",
            *errors,
        )
    return table


def dimension_table(n: int, repeats: int) -> Table:
    table = Table(title=f"Dimensions: nt.gram(nt.ntk(10), X), n = {n}, 1 thread, ns an entry")
    names = ("random (cpu)", "one cluster (cpu)", "rectangular (cpu)", "X @ X.T (cpu)", "error")
    for column in ("d", *names):
        table.add_column(column, justify="right")
    kernel = ntk(10)
    for dim in (2, 3, 8, 9, 32, 128, 784):
        X = sphere(n, dim)
        close = normalise(X[0] + 0.01 * X)[0]
        times = [
            best(lambda P=X: gram(kernel, P, threads=1), repeats)[1],
            best(lambda P=close: gram(kernel, P, threads=1), repeats)[1],
            best(lambda P=X: gram(kernel, P, P.copy(), threads=1), repeats)[1],
            best(lambda P=X: P @ P.T, repeats)[1],
        ]
        hard = hard_points(dim)
        with mpmath.workdps(60):
            error = worst(gram(kernel, hard)[0], exact_row(10, hard), 10)
        table.add_row(str(dim), *(f"{t / n**2 * 1e9:.1f}" for t in times), error)
    return table


def operator_table(n: int, repeats: int) -> Table:
    table = Table(
        title=f"nt.operator(nt.ntk(10), X) @ V, n = {n}, {processors()} threads, ns an entry"
    )
    X = sphere(n, 10)
    A = operator(ntk(10), X)
    for column in ("columns of V", "clock", "cpu"):
        table.add_column(column, justify="right")
    for columns in (1, 16):
        V = np.ones((n, columns))
        times = best(lambda V=V: A @ V, repeats)
        table.add_row(str(columns), *(f"{t / n**2 * 1e9:.1f}" for t in times))
    return table


def peer_table(python: Path, n: int, dim: int, repeats: int) -> Table:
    """Next to neural-tangents, which is compiled, in float64, on all cores."""
    X, hard = sphere(n, dim), hard_points(dim)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder, "points.npy"), X)
        np.save(Path(folder, "hard.npy"), hard)
        script = Path(__file__).with_name("peer_neural_tangents.py")
        depths = map(str, PEER_DEPTHS)
        out = subprocess.run(
            [python, script, folder, *depths], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
        rows = {depth: np.load(Path(folder, f"row-{depth}.npy")) for depth in PEER_DEPTHS}
    found = json.loads(out.splitlines()[-1])
    versions = ", ".join(f"{name} {version}" for name, version in found["versions"].items())
    table = Table(title=f"Next to {versions}: X of shape ({n}, {dim}), ns an entry; errors")
    names = ("depth", "nt.gram", "plain, 1 thread", "neural-tangents", "times slower")
    for column in (*names, "error", "plain's", "neural-tangents'"):
        table.add_column(column, justify="right")
    for depth in PEER_DEPTHS:
        kernel, seconds = ntk(depth), found["seconds"][str(depth)]
        gram(kernel, X)
        ours, _ = best(lambda k=kernel: gram(k, X), repeats)
        slow, _ = best(lambda d=depth: plain(X[:ROWS], X, d), 3)
        with mpmath.workdps(60):
            exact = exact_row(depth, hard)
            errors = (
                worst(gram(kernel, hard)[0], exact, depth),
                worst(plain(hard[:1], hard, depth)[0], exact, depth),
                worst(rows[depth], exact, depth),
            )
        times = (ours / n**2, slow / ROWS / n, seconds / n**2)
        shown = (f"{t * 1e9:.1f}" for t in times)
        table.add_row(str(depth), *shown, f"{seconds / ours:.0f}", *errors)
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer points and repetitions")
    parser.add_argument(
        "--peer", type=Path, metavar="PYTHON", help="a Python that has neural-tangents"
    )
    parser.add_argument("--peer-only", action="store_true", help="leave out the other tables")
    given = parser.parse_args()
    n, repeats = (1000, 3) if given.quick else (4000, 7)
    console = Console(width=120)
    if not given.peer_only:
        console.print(depth_table(n, 10, repeats))
        console.print(dimension_table(n // 2, repeats))
        console.print(operator_table(n, repeats))
    if given.peer is None:
        console.print("neural-tangents: not compared; --peer names a Python that has it.")
    else:
        console.print(peer_table(given.peer, n, 10, repeats))


if __name__ == "__main__":
    main()
