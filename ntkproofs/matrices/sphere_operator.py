"""Products with kernel matrices of points on S² in nearly linear time, to a stated accuracy.

The kernel is split (:mod:`ntkproofs.matrices.splitting`) into a part of finitely many degrees,
whose product is a transform to spherical harmonics at arbitrary points, a multiplication by
eigenvalues and a transform back (ducc0), and a part that vanishes beyond a short chord, which is
summed over neighbours (:mod:`ntkproofs.matrices.short_range`).

Source:
    Reinecke, Belkner, Carron 2023 (transforms at arbitrary points); Hockney, Eastwood 1981
    (particle-particle particle-mesh methods); Keiner, Kunis, Potts 2006 (summation on the sphere).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse.linalg import LinearOperator

from ntkproofs.conventions import require_rational
from ntkproofs.errors import InvalidInput, MissingPackage, Unable
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.positivity import has_nonnegative_coefficients
from ntkproofs.matrices.memory import require_memory
from ntkproofs.matrices.packed import run
from ntkproofs.matrices.short_range import (
    ShortPolynomials,
    SortedPoints,
    add_neighbours,
    short_polynomials,
)
from ntkproofs.matrices.singular_powers import SingularPowers, singular_powers
from ntkproofs.matrices.sphere_costs import Cost, cheapest, dense_seconds
from ntkproofs.matrices.splitting import Split, split
from ntkproofs.spectra.floating import float_eigenvalues

Floats = NDArray[np.float64]

LEAST_ACCURACY = 1e-11
"""Below, the transforms at arbitrary points have no digits to spare."""

_TRUNCATION, _FIT, _TRANSFORM = 0.5, 0.05, 0.1  # their shares of the accuracy
_LEAST_EPSILON = 2.5e-13  # what ducc0 accepts
_LONG_RUN = 10.0  # seconds of a product that is not worth starting if dense is faster
_CHUNKS = 64
_LOW_DEGREES = 40


@dataclass(frozen=True)
class ErrorBound:
    """How far products may be from the matrix: ``‖error‖ <= total ‖K‖ ‖v‖``, part by part.

    Errors of entries are turned into norms by ``‖E‖ <= sqrt(n m) max |E_ij|``, and compared with
    a lower bound of ‖K‖. No part is a theorem about floating point: the first is a computed sum,
    the second is measured at 500 chords, the last two are estimates.

    Attributes:
        accuracy: what was asked for.
        truncation: coefficients beyond the largest degree, computed up to twice the degree and
            estimated beyond; not below the largest error seen where the split was tried.
        fit: of the polynomials of the short parts.
        transform: four times the accuracy that ducc0 is asked for (two transforms, and a margin),
            times ``L/sqrt(n)`` where that is more than 1: by so much the harmonics at n points
            may exceed their norm as functions. Where the norm is that of products, also times
            ``Σ (2l+1)|μ_l| sqrt(n m)/norm``: at points where harmonics cancel, errors do not.
        rounding: of sums, at the size of the largest entry.
        norm: the lower bound of ‖K‖ that errors are divided by.
        norm_by: where it comes from: "mu_0" (n μ_0 <= 1ᵀK1/n for positive definite kernels) or
            "products" (‖Kw‖/‖w‖ for some w, less the error of that product).
    """

    accuracy: float
    truncation: float
    fit: float
    transform: float
    rounding: float
    norm: float
    norm_by: str

    @property
    def total(self) -> float:
        """The sum of the parts; at most the accuracy."""
        return self.truncation + self.fit + self.transform + self.rounding


class SphereOperator(LinearOperator):
    """A kernel matrix of points on S² as an operator of nearly linear cost; see ``nt.operator``.

    Attributes:
        method: "transform".
        kernel: the kernel.
        bound: an :class:`ErrorBound`.
        degree: the largest degree of the transforms.
        radius: the chord up to which neighbours are summed; 0 if the kernel is smooth.
        neighbours: how many a point has in the mean, at both poles together, about.
        product_error: a bound of ‖Av - Kv‖/‖v‖ if ``bound`` is one; solvers count with it. What is
            relative to ‖K‖ there is taken of the most that ‖K‖ may be.
    """

    method = "transform"

    def __init__(
        self,
        parts: Split,
        short: list[tuple[bool, ShortPolynomials]],
        sets: tuple[SortedPoints, SortedPoints],
        bound: ErrorBound,
        *,
        norm: float,
        neighbours: float,
        epsilon: float,
        threads: int,
    ) -> None:
        queries, points = sets
        super().__init__(dtype=np.dtype(np.float64), shape=(queries.count, points.count))
        self.kernel, self.bound = parts.kernel, bound
        self.product_error = bound.total * norm
        self.degree, self.radius, self.neighbours = parts.degree, parts.cut.radius, neighbours
        self._short, self._sets, self._threads = short, sets, threads
        self._epsilon, self._weights = epsilon, _weights(parts.multipliers)

    def __repr__(self) -> str:
        n, m = self.shape
        short = f", radius {self.radius:.3g}, about {self.neighbours:.0f} neighbours a point"
        return (
            f"<{n}x{m} SphereOperator of {self.kernel!r}: degree {self.degree}"
            f"{short if self.radius else ''}, error <= {self.bound.total:.1e} ‖K‖ ‖v‖>"
        )

    def _matmat(self, X: Any) -> Any:
        return self._product(np.asarray(X), *self._sets)

    def _matvec(self, x: Any) -> Any:
        return self._matmat(np.asarray(x).reshape(-1, 1))

    def _rmatmat(self, X: Any) -> Any:
        return self._product(np.asarray(X), *self._sets[::-1])

    def _rmatvec(self, x: Any) -> Any:
        return self._rmatmat(np.asarray(x).reshape(-1, 1))

    def _adjoint(self) -> LinearOperator:
        return self if self._sets[0] is self._sets[1] else super()._adjoint()

    def _product(self, V: Any, queries: SortedPoints, points: SortedPoints) -> Any:
        if np.iscomplexobj(V):
            both = self._product(np.hstack([V.real, V.imag]), queries, points)
            return both[:, : V.shape[1]] + 1j * both[:, V.shape[1] :]
        vectors = np.ascontiguousarray(V[points.order].T, dtype=np.float64)
        out = np.zeros((vectors.shape[0], queries.count))
        for far, polynomials in self._short:
            self._add_short(out, vectors, (queries, points), (self.radius, polynomials, far))
        for index, vector in enumerate(vectors):
            out[index] += self._smooth(vector, queries, points)
        product = np.empty((queries.count, vectors.shape[0]))
        product[queries.order] = out.T
        return product

    def _add_short(
        self,
        out: Floats,
        vectors: Floats,
        sets: tuple[SortedPoints, SortedPoints],
        part: tuple[float, ShortPolynomials, bool],
    ) -> None:
        """Threads take cells of their own, and so entries of the result of their own."""
        cells = sets[0].cells
        edges = np.linspace(0, cells, min(_CHUNKS, cells) + 1).astype(int)

        def work(index: int) -> None:
            span = (int(edges[index]), int(edges[index + 1]))
            add_neighbours(out, vectors, span, sets, part)

        run(work, range(edges.size - 1), self._threads)

    def _smooth(self, vector: Floats, queries: SortedPoints, points: SortedPoints) -> Floats:
        """Transform, multiply, transform back; real fields, orders m >= 0."""
        from ducc0.sht import adjoint_synthesis_general, synthesis_general

        how: Any = {
            "spin": 0,
            "lmax": self.degree,
            "epsilon": self._epsilon,
            "nthreads": self._threads,
        }
        modes = adjoint_synthesis_general(map=vector[None], loc=points.angles, **how)
        modes *= self._weights
        return synthesis_general(alm=modes, loc=queries.angles, **how)[0]


def _weights(multipliers: Floats) -> Floats:
    """4π μ_l at every (l, m), m = 0, ..., L and l = m, ..., L: the addition theorem's factor.

    ``(2l+1) P_l(<x,y>) = 4π Σ_m Y_lm(x) conj(Y_lm(y))`` for harmonics orthonormal on the sphere.
    """
    return 4 * math.pi * np.concatenate([multipliers[m:] for m in range(multipliers.size)])


@dataclass(frozen=True, eq=False)
class _Task:
    """What is to be multiplied: a kernel with its singular part, and two sets of unit rows."""

    kernel: Kernel
    powers: SingularPowers
    X: Floats
    Y: Floats
    accuracy: float
    threads: int
    forced: bool

    @property
    def symmetric(self) -> bool:
        return self.X is self.Y

    def built(self, scale: float, norm_by: str) -> SphereOperator:
        """The operator whose entries are good to the accuracy times ``scale``.

        ``scale sqrt(n m)`` is the norm that errors are divided by.
        """
        tolerance = _TRUNCATION * self.accuracy * scale
        cost = cheapest(self.powers, self.X, self.Y, tolerance)
        self._require_use(cost)
        parts = split(self.kernel, cost.radius or 1.0, tolerance, self.powers)
        cut, n, m = parts.cut, self.X.shape[0], self.Y.shape[0]
        require_memory(
            200 * parts.degree**2 + 300 * (n + m),
            f"A transform of degree {parts.degree} at {n} and {m} points",
            "Ask for less accuracy.",
        )
        short = [
            (far, short_polynomials(a, cut.radius, cut.ramp.rise, _FIT * tolerance))
            for far, a in ((False, cut.near), (True, cut.far))
            if cut.radius and a.any()
        ]
        largest = float(np.max(abs(parts(np.array([0.0, 2.0])))))
        spread = max(1.0, parts.degree / math.sqrt(min(n, m)))
        if norm_by == "products":
            spread *= max(1.0, parts.size / scale)
        epsilon = max(_LEAST_EPSILON, _TRANSFORM * self.accuracy / spread)
        bound = ErrorBound(
            self.accuracy,
            parts.truncation / scale,
            max((one.error for _, one in short), default=0.0) / scale,
            4 * epsilon * spread,
            16 * 2.0**-52 * largest / scale,
            scale * math.sqrt(n * m),
            norm_by,
        )
        if bound.total > self.accuracy:
            raise _too_accurate(self.accuracy, f"what can be had here is {bound.total:.1e}")
        sets = self._sets(0.5 * (cut.radius or 1.0))
        # What transforms may be off is relative to ‖K‖, for norm_by="mu_0": at most this.
        norm = bound.norm if norm_by == "products" else largest * math.sqrt(n * m)
        how: Any = {"neighbours": cost.neighbours, "epsilon": epsilon, "threads": self.threads}
        how["norm"] = norm
        return SphereOperator(parts, short, sets, bound, **how)

    def _sets(self, cell: float) -> tuple[SortedPoints, SortedPoints]:
        queries = SortedPoints.of(self.X, cell)
        return queries, queries if self.symmetric else SortedPoints.of(self.Y, cell)

    def _require_use(self, cost: Cost) -> None:
        """Refuse a product that its entries would give sooner, unless it is quick anyway."""
        dense = dense_seconds(self.X.shape[0], self.Y.shape[0], symmetric=self.symmetric)
        if cost.seconds > dense and (not self.forced or cost.seconds > _LONG_RUN):
            raise Unable(
                "Fast products on the sphere need points that are spread out: a point has about "
                f"{cost.neighbours:.0f} neighbours within the best radius {cost.radius:.2g}, and a "
                f"product would take some {cost.seconds:.2g} s on one core, where its entries take "
                f"{dense:.2g} s. Use method='dense'; coinciding points can be merged first."
            )


def sphere_operator(
    kernel: Kernel, X: Floats, Y: Floats, *, accuracy: Any, threads: int, forced: bool
) -> SphereOperator:
    """The operator of ``nt.operator(..., method="transform")``.

    Args:
        kernel: a kernel that is analytic in the angle.
        X, Y: unit rows (n, 3) and (m, 3), float64; the same object if the matrix is symmetric.
        accuracy: of products, relative to ‖K‖ ‖v‖; from 1e-11 to 0.1.
        threads: for sums and transforms.
        forced: whether to go on where entries would be faster, as long as it is a matter of
            seconds.

    Raises:
        InvalidInput: for points that are not on S², and for an accuracy that is none.
        Unable: where the kernel has no known expansion at a pole, points cluster, or accuracy is
            beyond doubles; MissingPackage without ducc0.
    """
    accuracy = _require_accuracy(accuracy)
    if X.shape[1] != 3:
        raise InvalidInput(
            "Transforms are for points of S², rows of three coordinates; these have "
            f"{X.shape[1]}. Use method='dense', or 'auto', which chooses it."
        )
    require_ducc0()
    kernel = kernel.at_dim(3)
    low = float_eigenvalues(kernel, 3, _LOW_DEGREES).values
    task = _Task(kernel, singular_powers(kernel), X, Y, accuracy, threads, forced)
    if X is Y and has_nonnegative_coefficients(kernel) and low[0] > 0:
        return task.built(float(low[0]), "mu_0")
    return _confirmed(task, 0.9 * float(np.max(abs(low))))


def _confirmed(task: _Task, scale: float) -> SphereOperator:
    """The operator for a norm that its own products show; built again if the guess was too large.

    ``‖Kw‖ >= ‖Aw‖ - accuracy · scale sqrt(n m) ‖w‖`` holds whatever ‖K‖ is.
    """
    if not scale > 0:
        raise Unable(
            f"{task.kernel!r} has no coefficient of a degree up to {_LOW_DEGREES} to measure "
            "errors against. Use method='dense'."
        )
    operator = task.built(scale, "products")
    root = math.sqrt(operator.shape[0] * operator.shape[1])
    w = 1 + task.Y @ np.array([0.5, 0.3, 0.2])
    found = 0.0
    for _ in range(3):
        image = operator.matvec(w)
        size = float(np.linalg.norm(image) / np.linalg.norm(w)) / root
        found = max(found, size - task.accuracy * scale)
        if found >= scale:
            return operator
        w = operator.rmatvec(image)
        w /= np.linalg.norm(w) or 1.0
        if not w.any():
            break
    if found < task.accuracy * scale:
        raise _too_accurate(task.accuracy, "the matrix is that much smaller than the kernel")
    return task.built(0.99 * found, "products")


def require_ducc0() -> None:
    """Raise unless ducc0 is there.

    Raises:
        MissingPackage: with what to install.
    """
    if find_spec("ducc0") is None:
        raise MissingPackage(
            "Fast products on the sphere need ducc0, whose transforms to spherical harmonics are "
            'the one way here to evaluate them at a million points. Install "ntkproofs[scale]", '
            "or use method='dense'."
        )


def _require_accuracy(accuracy: Any) -> float:
    value = float(require_rational("accuracy", accuracy, positive=True))
    if value > 0.1:
        raise InvalidInput(
            f"accuracy is relative to the norm of the matrix, in [1e-11, 0.1]; got {accuracy!r}: "
            "with more, products say nothing."
        )
    if value < LEAST_ACCURACY:
        raise _too_accurate(value, f"transforms at arbitrary points reach {LEAST_ACCURACY:.0e}")
    return value


def _too_accurate(accuracy: float, why: str) -> Unable:
    return Unable(
        f"An accuracy of {accuracy:.1e} relative to ‖K‖ ‖v‖ was asked for, and {why} in double "
        "precision. Ask for less, or use method='dense', whose entries are good to 1e-13."
    )
