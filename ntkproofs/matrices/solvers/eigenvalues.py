"""Extreme eigenvalues and condition numbers of matrices that are only multiplied with."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ntkproofs.conventions import require_integer
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.matrices.memory import require_memory
from ntkproofs.matrices.solvers.lanczos import Krylov
from ntkproofs.matrices.solvers.symmetric_products import (
    UNIT,
    Floats,
    Progress,
    SymmetricProducts,
    lengths,
    preconditioned,
    require_tolerance,
    symmetric_products,
)

_SMALL = 40
_FIRST_LOOK = 10
"""Iterations of LOBPCG after which the size of the eigenvalues is looked at."""
_NEVER = 1e-300
"""A residual that is not reached."""

Method = Literal["lanczos", "lobpcg"]
Preconditioner = Callable[[Floats], Any]


@dataclass(frozen=True, eq=False)
class ExtremeEigenvalues:
    """Approximate eigenvalues at one end of a spectrum.

    Attributes:
        values: ascending, shape (k,); Rayleigh quotients of the vectors.
        vectors: as columns, shape (n, k), of norm 1.
        residuals: ‖Av - λv‖ of the products as computed, shape (k,).
        operator_error: how far these may be from the matrix; None where the operator does not say.
        products: how many there were.
    """

    values: Floats
    vectors: Floats
    residuals: Floats
    operator_error: float | None
    products: int

    @property
    def errors(self) -> Floats:
        """Within so much of each value there is an eigenvalue of the symmetric matrix.

        ‖Av - λv‖ bounds that distance for unit v; to the residual the operator's own error is
        added, if it states one. That no eigenvalue was missed is not said by it, and the rounding
        of the residual is not included.

        Source:
            Parlett, The Symmetric Eigenvalue Problem, 1998, Theorem 4.5.1.
        """
        return self.residuals + (self.operator_error or 0.0)


def extreme_eigenvalues(
    A: Any,
    k: int = 6,
    which: Literal["largest", "smallest"] = "largest",
    *,
    method: Method = "lanczos",
    tolerance: float = 1e-8,
    max_restarts: int = 300,
    preconditioner: Preconditioner | None = None,
    seed: int = 0,
    operator_error: float | None = None,
    progress: Progress | None = None,
) -> ExtremeEigenvalues:
    """The k largest or smallest eigenvalues of a symmetric matrix, by Lanczos or LOBPCG.

    Args:
        A: symmetric array of shape (n, n), or operator such as ``nt.operator(kernel, X)``.
        k: 1 <= k <= n.
        which: the end of the spectrum, signs counted.
        method: ``lanczos``, restarted (ARPACK), or ``lobpcg``, which keeps three blocks of k
            vectors and takes a preconditioner.
        tolerance: stop at residuals of so much times each eigenvalue.
        max_restarts: give up after so many restarts; LOBPCG may use as many products.
        preconditioner: of LOBPCG only: v -> M v for v of shape (n,), with M symmetric positive
            definite, near the inverse where the smallest eigenvalues are wanted.
        seed: of the first vectors.
        operator_error: how far products may be from the matrix, in the operator norm; as the
            operator states (``product_error``) if left out.
        progress: called with the products done and the most that there will be.

    Returns:
        Values with residuals that were computed anew. By either method they are Rayleigh quotients
        of orthonormal vectors, and so bound the extreme eigenvalues from within only: the j-th
        largest is at most that of the matrix. That none was missed is not said, however small the
        residuals. Small eigenvalues close to each other need many products; a solver that inverts
        (``numpy.linalg.eigvalsh``) is better where the matrix fits into memory.

        Measured with ``nt.ntk(3)`` at scattered points: for the largest eigenvalue of 10^4 and
        10^5 points of S² and 10^6 of T² to 1e-6 Lanczos takes 24 products, its least, and LOBPCG
        17; for the six largest 29 to 38 against 115 to 137. The smallest eigenvalue of 300 points
        takes 1100 against 1500 (to 1e-5); that of 10^4 points neither method finds to a tenth
        within 320 and 590. So Lanczos is faster, but for one largest eigenvalue, or where there is
        a preconditioner.

    Raises:
        InvalidInput: for matrices that are not symmetric, k outside 1..n, and preconditioners that
            are not positive definite or are given to Lanczos.
        Unable: without convergence; says how many were found.

    Source:
        Lehoucq, Sorensen and Yang, ARPACK Users' Guide, 1998; Knyazev, SIAM J. Sci. Comput. 23
        (2001).

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> A = nt.torus.grid_operator(nt.ntk(3), n=16, dim=2)
        >>> found = extreme_eigenvalues(A, k=3)
        >>> bool(np.allclose(found.values, np.sort(A.eigenvalues.ravel())[-3:]))
        True
    """
    products = symmetric_products(A, operator_error)
    k = require_integer("k", k, least=1, why="it counts eigenvalues")
    if k > products.size:
        raise InvalidInput(
            f"A matrix of {products.size} rows has {products.size} eigenvalues; got k = {k}."
        )
    if which not in ("largest", "smallest"):
        raise InvalidInput(f"which is 'largest' or 'smallest'; got {which!r}.")
    tolerance = require_tolerance(tolerance)
    _require_method(method, preconditioner)
    wanted = _Wanted(products, k, which, tolerance, max_restarts, seed, progress)
    if products.size <= max(_SMALL, 5 * k):
        whole = products(np.eye(products.size))
        vectors = np.linalg.eigh((whole + whole.T) / 2)[1]
        vectors = vectors[:, -k:] if which == "largest" else vectors[:, :k]
    elif method == "lanczos":
        vectors = _arpack(wanted)
    else:
        vectors = _lobpcg(wanted, preconditioner)
    vectors = vectors / lengths(vectors)
    images = products(vectors)
    values = np.einsum("ij,ij->j", vectors, images)
    order = np.argsort(values)
    residuals = lengths(images - vectors * values)
    return ExtremeEigenvalues(
        values[order], vectors[:, order], residuals[order], products.error, products.count
    )


def _require_method(method: str, preconditioner: Preconditioner | None) -> None:
    if method not in ("lanczos", "lobpcg"):
        raise InvalidInput(f"method is 'lanczos' or 'lobpcg'; got {method!r}.")
    if preconditioner is None:
        return
    if method == "lanczos":
        raise InvalidInput(
            "Lanczos takes no preconditioner: its space is spanned by powers of the matrix itself. "
            "Take method='lobpcg'."
        )
    if not callable(preconditioner):
        raise InvalidInput(
            f"A preconditioner is a function v -> M v; got {type(preconditioner).__name__}."
        )


@dataclass(frozen=True, eq=False)
class _Wanted:
    """What is asked of a method: the arguments of :func:`extreme_eigenvalues`."""

    products: SymmetricProducts
    k: int
    which: str
    tolerance: float
    restarts: int
    seed: int
    progress: Progress | None

    @property
    def space(self) -> int:
        """How many vectors Lanczos keeps."""
        return min(self.products.size, max(2 * self.k + 1, 20))

    @property
    def most(self) -> int:
        """Products at most."""
        return self.space + self.restarts * (self.space - self.k)

    def first(self, columns: int) -> Floats:
        """Random vectors to start from."""
        return np.random.default_rng(self.seed).normal(size=(self.products.size, columns))


def _arpack(wanted: _Wanted) -> Floats:
    """Eigenvectors by ``eigsh``."""
    from scipy.sparse.linalg import ArpackError, ArpackNoConvergence, LinearOperator, eigsh

    products, k, which = wanted.products, wanted.k, wanted.which
    n, start = products.size, products.count

    def multiply(v: Any) -> Any:
        found = products(np.asarray(v).reshape(-1))
        if wanted.progress is not None:
            wanted.progress(products.count - start, wanted.most)
        return found

    operator: Any = LinearOperator(shape=(n, n), matvec=multiply, dtype=np.float64)  # pyright: ignore[reportCallIssue]
    how_far: Any = {"maxiter": wanted.restarts, "tol": wanted.tolerance, "ncv": wanted.space}
    ends = "LA" if which == "largest" else "SA"
    try:
        _, vectors = eigsh(operator, k=k, which=ends, v0=wanted.first(1)[:, 0], **how_far)
    except ArpackNoConvergence as failure:
        found = len(failure.eigenvalues)
        raise Unable(
            f"Lanczos found {found} of {k} {which} eigenvalues to a relative residual of "
            f"{wanted.tolerance:g} in {products.count - start} products: the others are too close "
            "to their neighbours. Allow more restarts, ask for fewer, or grant a larger tolerance."
        ) from None
    except ArpackError as failure:  # the matrix 0, and tolerances beyond all rounding
        raise Unable(
            f"Lanczos broke down: {str(failure).rstrip('. ')}. The matrix may be 0, or the "
            "tolerance below what doubles hold; numpy.linalg.eigvalsh takes any matrix that fits."
        ) from None
    return np.asarray(vectors)


def _lobpcg(wanted: _Wanted, preconditioner: Preconditioner | None) -> Floats:
    """Eigenvectors by ``lobpcg``, whose stopping test is absolute: begun again as values settle."""
    products, k, which = wanted.products, wanted.k, wanted.which
    n, most, start = products.size, wanted.most, products.count
    require_memory(
        8 * n * 10 * k, f"LOBPCG with blocks of {k} vectors of {n} entries", "Ask for fewer."
    )

    def multiply(block: Floats) -> Floats:
        found = products(block)
        if wanted.progress is not None:
            wanted.progress(min(products.count - start, most), most)
        return found

    def improve(block: Floats) -> Floats:
        assert preconditioner is not None
        return np.stack([preconditioned(preconditioner, v) for v in block.T], axis=1)

    vectors = wanted.first(k)
    goal, steps = 0.0, min(_FIRST_LOOK, max(1, most // k))
    while True:
        vectors = _improved(
            multiply, vectors, improve if preconditioner else None,
            largest=which == "largest", goal=goal, steps=steps,
        )  # fmt: skip
        images = multiply(vectors)
        values = np.einsum("ij,ij->j", vectors, images)
        residuals = np.linalg.norm(images - vectors * values, axis=0)
        goals = wanted.tolerance * np.maximum(np.abs(values), UNIT ** (2 / 3))  # as ARPACK
        if (residuals <= goals).all():
            return vectors
        steps = (most - (products.count - start)) // k
        if steps < 1:
            worst = int((residuals / goals).argmax())
            raise Unable(
                f"LOBPCG found {int((residuals <= goals).sum())} of {k} {which} eigenvalues to a "
                f"relative residual of {wanted.tolerance:g} in {products.count - start} products; "
                f"at {values[worst]:.6g} there is a residual of {residuals[worst]:.3g}. Allow more "
                "restarts, ask for fewer, grant a larger tolerance, or give a preconditioner."
            )
        goal = float(goals.min())


def _improved(
    multiply: Callable[[Floats], Floats],
    vectors: Floats,
    improve: Callable[[Floats], Floats] | None,
    *,
    largest: bool,
    goal: float,
    steps: int,
) -> Floats:
    """Orthonormal vectors after some steps, or sooner if all residuals are at the goal."""
    from scipy.sparse.linalg import lobpcg

    options: Any = {"M": improve, "largest": largest, "maxiter": steps}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it did not converge: that is seen to here
        found: Any = lobpcg(multiply, vectors, tol=max(goal, _NEVER), **options)[1]
    return np.linalg.qr(found)[0]


@dataclass(frozen=True)
class ConditionEstimate:
    """A lower bound of a condition number.

    Attributes:
        lower_bound: κ is at least this; the operator's error and an allowance for the rounding
            of the two Rayleigh quotients are taken off. Where the operator does not state its
            error, up to that.
        largest: a Rayleigh quotient: λ_max is at least this, less the operator's error.
        smallest: a Rayleigh quotient: λ_min is at most this, plus the operator's error.
        residuals: ‖Av - θv‖ of the two.
        operator_error: how far products may be from the matrix; None where nobody says.
        products: how many there were.
    """

    lower_bound: float
    largest: float
    smallest: float
    residuals: tuple[float, float]
    operator_error: float | None
    products: int


def condition_estimate(
    A: Any,
    *,
    steps: int = 200,
    seed: int = 0,
    operator_error: float | None = None,
    progress: Progress | None = None,
) -> ConditionEstimate:
    """A lower bound of κ = λ_max/λ_min of a positive definite matrix, by Ritz values.

    Ritz values lie within the spectrum, whether they have converged or not: their quotient never
    exceeds κ. It is no upper bound, however small the residuals, as the vectors may have missed
    the smallest eigenvalue.

    Args:
        A: symmetric positive definite array of shape (n, n), or operator.
        steps: of Lanczos; the basis takes 8 n steps bytes.
        seed, operator_error, progress: as for :func:`extreme_eigenvalues`.

    Raises:
        InvalidInput: if a Rayleigh quotient shows that the matrix is not positive semidefinite.
        Unable: if the basis does not fit into memory.

    Example:
        >>> import numpy as np
        >>> round(condition_estimate(np.diag([1.0, 2.0, 5.0])).lower_bound, 6)
        5.0
    """
    products = symmetric_products(A, operator_error)
    steps = require_integer("steps", steps, least=1, why="each is a product")
    start = np.random.default_rng(seed).normal(size=products.size)
    krylov = Krylov(products, start, steps, progress)
    krylov.extend(steps)
    _, inner = krylov.ritz()
    vectors = krylov.combine(inner[:, [-1, 0]])
    vectors /= lengths(vectors)
    images = products(vectors)
    largest, smallest = (float(value) for value in np.einsum("ij,ij->j", vectors, images))
    residuals = lengths(images - vectors * [largest, smallest])
    error = products.known_error
    noise = error + 8 * UNIT * np.sqrt(products.size) * abs(largest)
    if smallest < -noise or largest <= 0:
        raise InvalidInput(
            f"The condition number λ_max/λ_min is for positive definite matrices; this one has a "
            f"Rayleigh quotient of {smallest if largest > 0 else largest:.6g}. Add a ridge, or "
            "look at singular values."
        )
    bound = max(1.0, (largest - noise) / (max(smallest, 0.0) + noise))
    found = (float(residuals[0]), float(residuals[1]))
    return ConditionEstimate(float(bound), largest, smallest, found, products.error, products.count)
