"""Eigenvalues and kernels: seconds taken and digits right, in three tables.

    python -m tests.benchmarks.bench_eigenvalues          # from the root of the repository
    python -m tests.benchmarks.bench_eigenvalues --quick  # lower degrees, a few seconds

*First call* includes everything that later calls find ready: the proof that the kernel is analytic
in the angle, the nodes of the rules, closed forms. *Warm* is the best of three calls after it.
Nothing here asserts anything; times depend on the machine, digits do not.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from typing import Any

import mpmath
import numpy as np
from flint import arb
from rich.console import Console
from rich.table import Table

from ntkproofs.arithmetic.balls import precision
from ntkproofs.arithmetic.symbols import MpmathArithmetic
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import ntk
from ntkproofs.spectra import certified, exact, quadrature
from ntkproofs.spectra.eigenvalues import eigenvalues
from ntkproofs.spectra.floating import float_eigenvalues
from ntkproofs.spectra.harmonics import gegenbauer

DIGITS = 30
DIMS = (3, 10)
KERNELS = (ntk(2), ntk(3))


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    result = call()
    return time.perf_counter() - start, result


def first_and_warm(call: Callable[[], Any]) -> tuple[float, float, Any]:
    """Seconds of a call on empty caches, of the best of three calls after it; and the result."""
    for cached in (
        certified.ellipses,
        certified.legendre_node,
        exact._arccosine_sequence,
        quadrature.angle_rule,
    ):
        cached.cache_clear()
    first, result = timed(call)
    return first, min(timed(call)[0] for _ in range(3)), result


def digits_right(value: arb, truth: arb) -> float:
    """Decimal digits to which every point of a ball agrees with the truth; infinite for exact 0."""
    if value.is_zero() and truth.is_zero():
        return math.inf
    with precision(400):
        error = abs((value - truth) / truth).upper()
        return math.inf if error == 0 else -float((error.log() / arb(10).log()).mid())


def by_mpmath(kernel: Kernel, dim: int, degree: int) -> Any:
    """μ_l by mpmath's quadrature of the same integral over the angle, at 30 digits and some.

    Gauss-Legendre on two pieces is the fastest of mpmath's rules here, tanh-sinh takes thrice that.
    """
    ar = MpmathArithmetic()
    half = mpmath.mpf(dim) / 2
    constant = mpmath.gamma(half) / (mpmath.sqrt(mpmath.pi) * mpmath.gamma(half - 0.5))

    def integrand(angle: Any) -> Any:
        u = mpmath.cos(angle)
        value = kernel.value_with(u, ar) * gegenbauer(degree, dim, u)
        return value * mpmath.sin(angle) ** (dim - 2)

    pieces = mpmath.linspace(0, mpmath.pi, 3)
    return constant * mpmath.quad(integrand, pieces, method="gauss-legendre")


def certified_table(top: int) -> Table:
    probes = (0, top // 2 // 2 * 2, top)
    table = Table(
        title=f"Certified, degrees 0 to {top}, {DIGITS} digits",
        caption=f"mpmath.quad: degrees {probes} timed, nodes at hand, and their mean scaled to "
        f"{top + 1} degrees; ratio to our first call and to our warm call. Digits right: the worst "
        "degree, against balls of 60 digits.",
    )
    columns = ("kernel", "dim", "first s", "warm s", "mpmath s", "ratio first", "ratio warm")
    for column in (*columns, "digits right", "mpmath's digits"):
        table.add_column(column, justify="right")
    for kernel in KERNELS:
        for dim in DIMS:
            first, warm, values = first_and_warm(
                lambda kernel=kernel, dim=dim: eigenvalues(
                    kernel, dim, range(top + 1), digits=DIGITS
                )
            )
            truths = eigenvalues(kernel, dim, range(top + 1), digits=60)
            ours = min(digits_right(v, t) for v, t in zip(values, truths, strict=True))
            seconds, theirs = 0.0, math.inf
            with mpmath.workdps(DIGITS + 5):
                for degree in probes:
                    by_mpmath(ntk(2), dim, degree)  # leaves its nodes in mpmath's cache
                    spent, value = timed(lambda k=kernel, n=dim, m=degree: by_mpmath(k, n, m))
                    seconds += spent * (top + 1) / len(probes)
                    text = mpmath.nstr(value, DIGITS + 5)
                    with precision(200):
                        theirs = min(theirs, digits_right(arb(arb(text).mid()), truths[degree]))
            table.add_row(
                repr(kernel),
                str(dim),
                f"{first:.4f}",
                f"{warm:.4f}",
                f"{seconds:.1f}",
                f"{seconds / first:.0f}",
                f"{seconds / warm:.0f}",
                f"{ours:.1f}",
                f"{theirs:.1f}",
            )
    return table


def float_table(top: int) -> Table:
    probes = tuple(top // part // 2 * 2 for part in (20, 5, 1))  # even: no zeros by parity
    table = Table(
        title=f"Floats, degrees 0 to {top}",
        caption=f"Worst relative error at degrees {probes}, against balls of 20 digits. "
        "Recomputed: degrees whose sum in 31 digits lost too many, for which balls were taken.",
    )
    columns = ("kernel", "dim", "first s", "warm s", "recomputed", "worst relative error")
    for column in columns:
        table.add_column(column, justify="right")
    float_eigenvalues(ntk(3), 3, 10)  # compile
    for kernel in KERNELS:
        for dim in DIMS:
            first, warm, values = first_and_warm(
                lambda kernel=kernel, dim=dim: eigenvalues(kernel, dim, range(top + 1))
            )
            raw = float_eigenvalues(kernel, dim, top)
            lost = int(np.sum(raw.errors > 1e-12 * abs(raw.values)))
            truths = eigenvalues(kernel, dim, probes, digits=20)
            with precision(200):
                worst = max(
                    abs(float(((arb(float(values[degree])) - truth) / truth).mid()))
                    for degree, truth in zip(probes, truths, strict=True)
                )
            closed = kernel is ntk(2)
            table.add_row(
                repr(kernel),
                str(dim),
                f"{first:.3f}",
                f"{warm:.3f}",
                "closed form" if closed else str(lost),
                f"{worst:.1e}",
            )
    return table


def network(u: float, depth: int, mp: Any) -> Any:
    """The NTK at many digits, by the angles of the layers."""
    covariance = tangent = mp.mpf(u)
    for _ in range(depth - 1):
        angle = mp.acos(covariance)
        covariance = (mp.sin(angle) + (mp.pi - angle) * mp.cos(angle)) / mp.pi
        tangent = tangent * (mp.pi - angle) / mp.pi + covariance
    return tangent


def kernel_table(points: int) -> Table:
    mp = mpmath.mp.clone()
    mp.dps = 60
    ends = np.concatenate([[2.0**-53, 2.0**-52, 1e-15], 10.0 ** -np.arange(1, 15.0), [0]])
    spread = np.random.default_rng(0).uniform(-1, 1, points)
    cosines = np.concatenate([1 - ends, ends - 1, ends[1:], -ends[1:], spread])
    many = np.linspace(-1, 1, 100_000)
    table = Table(
        title=f"Kernels on floats: worst relative error at {cosines.size} cosines",
        caption="Ends, near them and near 0 at every magnitude, and at random; against mpmath at "
        "60 digits. 2^-53 is 1.1e-16.",
    )
    for column in ("kernel", "worst relative error", "at the cosine", "ns per value"):
        table.add_column(column, justify="right")
    for depth in (2, 3, 10, 50, 100):
        kernel = ntk(depth)
        errors = []
        for u, value in zip(cosines, kernel(cosines), strict=True):
            truth = network(float(u), depth, mp)
            exact_zero = abs(truth) < mp.mpf(10) ** -50
            errors.append(
                float(value) if exact_zero else float(abs((mp.mpf(float(value)) - truth) / truth))
            )
        worst = int(np.argmax(errors))
        seconds, _ = timed(lambda kernel=kernel: kernel(many))
        table.add_row(
            repr(kernel),
            f"{errors[worst]:.2e}",
            f"{cosines[worst]:.17g}",
            f"{seconds / many.size * 1e9:.0f}",
        )
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="lower degrees and fewer points")
    quick = parser.parse_args().quick
    console = Console(width=110)
    console.print(certified_table(10 if quick else 50))
    console.print(float_table(100 if quick else 1000))
    console.print(kernel_table(50 if quick else 500))


if __name__ == "__main__":
    main()
