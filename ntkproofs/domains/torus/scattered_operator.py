# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportMissingImports=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportUnknownParameterType=false
"""Kernel matrices of scattered points of the torus as operators, in O(n log n).

The kernel is a polynomial of the cosine and a short-range rest (:mod:`~.split`). The polynomial is
a trigonometric polynomial on T^d: its part of a product is a transform of the vector to the modes,
a multiplication by Fourier coefficients, and a transform back, both nonuniform. The rest is a
sparse matrix over pairs of points that lie close to each other or to each other's antipodes
x + (1/2, ..., 1/2).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.sparse.linalg import LinearOperator

from ntkproofs.conventions import require_integer, require_rational
from ntkproofs.domains.quadrature import Floats
from ntkproofs.domains.torus.neighbours import Neighbours, wrapped
from ntkproofs.domains.torus.points import require_torus_points
from ntkproofs.domains.torus.smooth_part import SmoothPart, smooth_part
from ntkproofs.domains.torus.spectrum import grid_eigenvalues
from ntkproofs.domains.torus.split import Split, split
from ntkproofs.errors import InvalidInput, MissingPackage, Unable
from ntkproofs.kernels.chebyshev import ChebyshevKernel, chebyshev
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.threads import require_threads

MAX_PAIRS = 1 << 27
"""Close pairs beyond which an operator is refused unless a larger limit is given; 12 bytes each."""

MAX_MODES = 1 << 25
"""Modes of the smooth part beyond which it is not tried."""

FINEST = 1e-12
"""The smallest accuracy that double precision leaves room for."""

_UNIT = 2.0**-53
_NOMINAL = (64, 256)  # degrees that are tried for the angle of the caps times the degree


@dataclass(frozen=True)
class ProductError:
    """What an entry of the matrix may be off, by its causes; in units of the kernel.

    Attributes:
        split: of the polynomial outside the caps and of the rest within, measured on a fine grid.
        dropped: the sum of the Fourier coefficients that are left out.
        transform: of the two nonuniform transforms, at the accuracy asked of them.
        rounding: of the coefficients, estimated.
    """

    split: float
    dropped: float
    transform: float
    rounding: float

    @property
    def total(self) -> float:
        """Their sum."""
        return self.split + self.dropped + self.transform + self.rounding


def operator(
    kernel: Kernel,
    X: Any,
    Y: Any | None = None,
    *,
    accuracy: float = 1e-8,
    degree: int | None = None,
    max_pairs: int = MAX_PAIRS,
    threads: int | None = None,
) -> TorusOperator:
    """The kernel matrix of scattered points of the torus T^d, d = 1, 2, 3, as an operator.

    Args:
        kernel: a zonal kernel, seen through the embedding into S^(2d-1).
        X: array of shape (n, d), coordinates modulo 1.
        Y: array of shape (m, d); left out, it is X.
        accuracy: of a product, relative to sqrt(n m) max |k̂| ‖v‖, k̂ the Fourier coefficients of
            the kernel; at least 1e-12. For positive definite kernels and without Y that is at most
            ‖K‖ ‖v‖: a sum of positive terms k̂_m |Σ_j e^(2πi m·x_j)|² is one of them at least.
        degree: of the polynomial part; more modes and fewer pairs the larger it is. Balanced by an
            estimate of the cost if left out.
        max_pairs: refuse more close pairs, which take 12 bytes each.
        threads: of the transforms and the pairs; all cores of this process if left out.

    Returns:
        LinearOperator of shape (n, m). Its ``error`` says what an entry may be off and why; these
        figures are measured or estimated, not proven.

    Raises:
        InvalidInput: for points or an accuracy without meaning, or another dimension.
        Unable: if the accuracy is below what double precision gives, if too many points are close
            to each other, for kernels without a Chebyshev series in the chord.
        MissingPackage: without finufft.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> x = nt.torus.scattered(300, 2, seed=0)
        >>> A = nt.torus.operator(nt.ntk(3), x)
        >>> v = np.cos(np.arange(300.0))
        >>> K = nt.gram(nt.ntk(3), nt.torus.embed(x))
        >>> bool(np.linalg.norm(A @ v - K @ v) <= 1e-8 * np.linalg.norm(K, 2) * np.linalg.norm(v))
        True
    """
    require_finufft()
    if not isinstance(kernel, Kernel):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidInput(
            f"An operator on the torus needs a kernel first, then points; got "
            f"{type(kernel).__name__}. Wrap a function of the cosine with nt.zonal(name, formula)."
        )
    rows = wrapped(require_torus_points(X))
    columns = rows if Y is None else wrapped(require_torus_points(Y))
    dim = rows.shape[1]
    if columns.shape[1] != dim or dim > 3:
        raise InvalidInput(
            "Nonuniform transforms are there for the tori T^1, T^2 and T^3, and both sets of "
            f"points belong to one of them; got d = {dim} and {columns.shape[1]}. In higher "
            "dimensions take nt.operator(kernel, nt.torus.embed(X)), which is exact and costs n²."
        )
    series = _series(kernel, dim)
    _require_accuracy(accuracy)
    threads = require_threads(threads)
    side = 64 if dim < 3 else 24  # aliases, of size k̂(side), do not matter to the largest
    scale = float(np.abs(grid_eigenvalues(kernel, side, dim)).max()) / side**dim
    tolerance = accuracy * scale
    if degree is None:
        degree = _degree(series, (len(rows), len(columns)), dim, tolerance)
    degree = require_integer("degree", degree, least=1, why="it is that of a polynomial")
    _require_modes(degree, dim)
    found = split(series, degree, tolerance / 4)
    if found is None:
        raise _too_fine(accuracy, f"polynomials of degree {degree} do not reach it")
    smooth = smooth_part(found, dim, tolerance / 4)
    wanted = max(tolerance / 4 / (2 * smooth.size), 1e-14)
    error = ProductError(
        found.error,
        smooth.dropped,
        2 * smooth.size * (wanted + 2 * _UNIT * smooth.cutoff),
        smooth.rounding,
    )
    if error.total > tolerance:
        raise _too_fine(accuracy, f"about {error.total / scale:.1e} can be had at {degree = }")
    near = Neighbours.of(found, rows, columns, max_pairs, threads)
    return TorusOperator((rows, columns), found, (smooth, near), (error, scale, wanted), threads)


class TorusOperator(LinearOperator):
    """A kernel matrix of scattered points of the torus; see :func:`operator`.

    Attributes:
        degree: D of the polynomial part.
        radius: angle of the caps in which the rest is kept.
        modes: how many Fourier modes are kept.
        pairs: how many entries of the matrix have a rest.
        error: what an entry may be off.
        product_error: a bound of ‖Av - Kv‖/‖v‖ if entries are off by no more than that:
            sqrt(n m) times their error.
        relative_error: that over sqrt(n m) max |k̂|, k̂ the Fourier coefficients of the kernel,
            which is at most ‖K‖ if all of them are >= 0 and Y was left out.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> A = operator(nt.ntk(3), nt.torus.scattered(2000, 1, seed=0), accuracy=1e-6)
        >>> A.pairs < A.shape[0] ** 2 / 10, A.relative_error <= 1e-6
        (True, True)
    """

    def __init__(
        self,
        points: tuple[Floats, Floats],
        found: Split,
        parts: tuple[SmoothPart, Neighbours],
        errors: tuple[ProductError, float, float],
        threads: int,
    ) -> None:
        """Of rows and columns, a split, its two parts, and (error of entries, max |k̂|, eps)."""
        rows, columns = points
        error, scale, wanted = errors
        super().__init__(dtype=np.dtype(np.float64), shape=(len(rows), len(columns)))
        self._points = points
        self._smooth, self._near = parts
        self._wanted, self._threads = wanted, threads
        self._plans: dict[tuple[int, int], Any] = {}
        self.degree, self.radius = found.degree, found.radius
        self.modes, self.pairs = self._smooth.coefficients.size, self._near.count
        self.error = error
        self.product_error = error.total * float(np.sqrt(len(rows) * len(columns)))
        self.relative_error = error.total / scale

    @property
    def symmetric(self) -> bool:
        """Whether both sets of points are one."""
        return self._points[0] is self._points[1]

    def _matvec(self, x: Any) -> Any:
        return self._matmat(np.asarray(x).reshape(-1, 1))

    def _rmatvec(self, x: Any) -> Any:
        return self._rmatmat(np.asarray(x).reshape(-1, 1))

    def _matmat(self, X: Any) -> Any:
        return self._product(np.asarray(X), 1, 0)

    def _rmatmat(self, X: Any) -> Any:
        return self._product(np.asarray(X), 0, 1)

    def _adjoint(self) -> Any:
        return self if self.symmetric else super()._adjoint()

    def _product(self, vectors: Any, source: int, target: int) -> Any:
        """Two real columns are one complex vector to the transforms."""
        if np.iscomplexobj(vectors):
            both = self._product(np.hstack([vectors.real, vectors.imag]), source, target)
            return both[:, : vectors.shape[1]] + 1j * both[:, vectors.shape[1] :]
        V = np.ascontiguousarray(vectors, dtype=np.float64)
        out = self._near.product(V, transposed=target == 1, threads=self._threads)
        for first in range(0, V.shape[1], 2):
            pair = V[:, first].astype(np.complex128)
            second = first + 1 < V.shape[1]
            if second:
                pair.imag = V[:, first + 1]
            modes = self._plan(1, source).execute(pair)
            modes *= self._smooth.coefficients
            values = self._plan(2, target).execute(modes)
            out[:, first] += values.real
            if second:
                out[:, first + 1] += values.imag
        return out

    def _plan(self, kind: int, side: int) -> Any:
        """The transform from points to modes (kind 1) or back (kind 2), points sorted once."""
        side = 0 if self.symmetric else side
        if (kind, side) not in self._plans:
            finufft = require_finufft()
            plan = finufft.Plan(
                kind,
                self._smooth.coefficients.shape,
                eps=self._wanted,
                isign=-1 if kind == 1 else 1,
                dtype="complex128",
                nthreads=self._threads,
            )
            points = self._points[side]
            plan.setpts(*[np.ascontiguousarray(2 * np.pi * axis) for axis in points.T])
            self._plans[kind, side] = plan
        return self._plans[kind, side]


def require_finufft() -> Any:
    """The package finufft.

    Raises:
        MissingPackage: if it is not installed; says what to install.
    """
    try:
        import finufft
    except ImportError:
        raise MissingPackage(
            "Products at scattered points of the torus need nonuniform Fourier transforms, from "
            "finufft. Install it with pip install 'ntkproofs[scale]', or take "
            "nt.operator(kernel, nt.torus.embed(X)), which costs n²."
        ) from None
    return finufft


def _series(kernel: Kernel, dim: int) -> ChebyshevKernel:
    series = chebyshev(kernel, 2 * dim)
    if series is None:
        raise Unable(
            f"{kernel!r} has no Chebyshev series in the chord, so that it cannot be split into a "
            "polynomial and a short-range rest. Take nt.operator(kernel, nt.torus.embed(X)), "
            "which costs n²."
        )
    return series


def _require_accuracy(accuracy: float) -> None:
    if not 0 < require_rational("accuracy", accuracy) < 1:
        raise InvalidInput(f"accuracy is a relative error between 0 and 1; got {accuracy!r}.")
    if accuracy < FINEST:
        raise _too_fine(accuracy, f"{FINEST:g} is the least that may be asked")


def _too_fine(accuracy: float, why: str) -> Unable:
    return Unable(
        f"An accuracy of {accuracy:g} relative to n max|k̂| ‖v‖ is below what doubles give "
        f"this way: {why}. Ask for less, or take nt.operator(kernel, nt.torus.embed(X))."
    )


def _require_modes(degree: int, dim: int) -> None:
    if (degree + 1) ** dim > MAX_MODES:
        raise Unable(
            f"A polynomial part of degree {degree} has {(degree + 1) ** dim} cosines on T^{dim}; "
            f"at most {MAX_MODES} are tried. Give a smaller degree: there are more pairs then."
        )


def _degree(series: ChebyshevKernel, shape: tuple[int, int], dim: int, tolerance: float) -> int:
    """The degree that balances the modes of the smooth part with the pairs of the rest.

    For points without clusters, and costs in nanoseconds as measured once on one machine, listing
    the pairs once for some fifty products: a bad estimate costs time, nothing else.
    """
    tried = (split(series, degree, tolerance / 4) for degree in _NOMINAL)
    nominal = next((found for found in tried if found is not None), None)
    caps = 0 if nominal is None else sum(cap is not None for cap in nominal.caps)
    if nominal is None or not caps:
        return _NOMINAL[-1] if nominal is None else nominal.degree
    least = 8 if nominal.degree == _NOMINAL[0] else nominal.degree
    degrees = np.unique(np.geomspace(least, MAX_MODES ** (1 / dim) - 1, 60).astype(int))
    radii = np.sqrt(dim) * nominal.radius * nominal.degree / degrees / (2 * np.pi)
    ball = (2.0, np.pi, 4 / 3 * np.pi)[dim - 1]
    pairs = caps * shape[0] * shape[1] * np.minimum(ball * radii**dim, 1.0)
    fine = (4 * degrees / np.sqrt(dim)) ** dim
    return int(degrees[np.argmin(8.0 * pairs + 2.0 * fine * np.log2(fine))])
