"""All figures of speed and accuracy that the README quotes, one benchmark after the other.

    python -m tests.benchmarks                          # small sizes, some minutes
    python -m tests.benchmarks --full                   # the sizes of the README; hours
    python -m tests.benchmarks --only gram --peer nt-env/bin/python

Peers stand in the tables themselves: mpmath, LAPACK and jax.jacrev are found where they are
installed, neural-tangents in an environment of its own (--peer). Times are of this machine; the
README says which machine its own are of. Nothing here asserts anything.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib import metadata


@dataclass(frozen=True)
class Benchmark:
    """A module of this folder.

    Attributes:
        name: of ``bench_<name>``.
        figures: what it measures, and next to which peer.
        small, full: its arguments.
    """

    name: str
    figures: str
    small: tuple[str, ...] = ("--quick",)
    full: tuple[str, ...] = ()


BENCHMARKS = (
    Benchmark("eigenvalues", "certified and float eigenvalues, next to mpmath.quad"),
    Benchmark("asymptotics", "asymptotic series against certified eigenvalues"),
    Benchmark("gram", "kernel matrices an entry, next to plain NumPy and neural-tangents (--peer)"),
    Benchmark(
        "enclosures",
        "verified eigenvalues, next to LAPACK's eigh",
        ("--sizes", "200", "500"),
        ("--full",),
    ),
    Benchmark("ensembles", "kernels of finite networks a draw, next to jax.jacrev"),
    Benchmark(
        "tracking",
        "kernels of a trained network, next to the contraction of its Jacobian",
        ("--points", "64", "--width", "64"),
    ),
    Benchmark("hierarchy", "trained kernels against the prediction, by their z-scores"),
    Benchmark(
        "operator",
        "products with zonal kernels on S², next to their entries",
        ("--largest", "10000"),
    ),
    Benchmark(
        "solvers",
        "eigenvalues, regression, gradient flow and condition estimates on operators",
        (),
        ("--full",),
    ),
    Benchmark("torus", "products on grids and at scattered points of the torus"),
    Benchmark("device", "kernel matrices where there is a GPU", ()),
    Benchmark("runner", "what the machinery of verification costs", ()),
    Benchmark(
        "conjectures",
        "false conjectures that are refuted, of a corpus",
        ("--examples", "2000", "--seconds", "5"),
    ),
)
_PACKAGES = ("ntkproofs", "numpy", "scipy", "python-flint", "mpmath", "sympy", "numba", "jax")


def main(arguments: list[str] | None = None) -> int:
    """Run the benchmarks; the exit status is 1 where one failed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--full", action="store_true", help="the sizes of the README")
    parser.add_argument("--only", action="append", choices=[b.name for b in BENCHMARKS])
    parser.add_argument("--peer", metavar="PYTHON", help="a Python with neural-tangents")
    given = parser.parse_args(arguments)
    print(_machine(), flush=True)
    rows = [
        _run(one, given.full, given.peer)
        for one in BENCHMARKS
        if given.only is None or one.name in given.only
    ]
    print("\nbenchmark      seconds  what")
    for name, seconds, status, figures in rows:
        failed = f"  FAILED with {status}" if status else ""
        print(f"{name:13} {seconds:8.1f}  {figures}{failed}")
    return 1 if any(status for _, _, status, _ in rows) else 0


def _run(one: Benchmark, full: bool, peer: str | None) -> tuple[str, float, int, str]:
    options = [*(one.full if full else one.small)]
    options += ["--peer", peer] if peer and one.name == "gram" else []
    command = [sys.executable, "-m", f"tests.benchmarks.bench_{one.name}", *options]
    print(f"\n== {one.figures}\n$ {' '.join(['python', *command[1:]])}", flush=True)
    start = time.perf_counter()
    status = subprocess.run(command, check=False).returncode
    return one.name, time.perf_counter() - start, status, one.figures


def _machine() -> str:
    versions = []
    for package in _PACKAGES:
        try:
            versions.append(f"{package} {metadata.version(package)}")
        except metadata.PackageNotFoundError:
            versions.append(f"{package} not installed")
    load = f", load average {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    kind = f"{platform.system()} {platform.machine()}, {os.cpu_count()} processors{load}"
    return f"{kind}\nPython {platform.python_version()}, {', '.join(versions)}"


if __name__ == "__main__":
    raise SystemExit(main())
