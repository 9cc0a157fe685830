"""Kernel matrices of points on the sphere: the entry for users, and the choice of the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.matrices.compensated import Compensated
from ntkproofs.matrices.memory import require_memory
from ntkproofs.matrices.points import point_sets
from ntkproofs.threads import require_threads

if TYPE_CHECKING:
    from ntkproofs.matrices.packed import Packed

_FEW = 256
"""Matrices of at most so many entries are compensated: neither a series nor numba pays there."""


def gram(
    kernel: Kernel,
    X: Any,
    Y: Any | None = None,
    *,
    compensated: bool = False,
    threads: int | None = None,
) -> Any:
    """The kernel matrix ``K_ij = k(<x_i, y_j>)`` of the rows of X and Y.

    Args:
        kernel: a zonal kernel.
        X: array of shape (n, d), d >= 2, of unit rows; float64, float32 or integers.
        Y: array of shape (m, d) in X's library; left out, it is X.
        compensated: whether to take the slow way to the last digit also for NumPy arrays.
        threads: how many threads a NumPy matrix may take; all cores of this process if left out.

    Returns:
        Array of shape (n, m) in X's array library, dtype and device; exactly symmetric without Y.
        The entries are those of the exact directions of the given rows, also where points coincide
        or are antipodal.

    Errors:
        NumPy matrices of more than 256 entries are filled from a Chebyshev series of the kernel in
        the chord (:mod:`ntkproofs.kernels.chebyshev`), in float64 also for float32 rows; errors
        are at most 1e-13 of ``|k(1)|`` (measured, not proven). A kernel without such a series, a
        small matrix, any other array library, and ``compensated=True`` take compensated arithmetic:
        errors of an ulp or two of the entry, some hundred times slower.

    Raises:
        InvalidInput: for rows that are no unit vectors, NaN or infinite entries, empty arrays,
            points of different spheres.
        Unable: for a matrix that does not fit into memory, before it is allocated.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> nt.gram(nt.nngp(2), np.eye(2)).diagonal()
        array([1., 1.])
        >>> nt.gram(nt.nngp(2), np.eye(2), np.array([[0.6, 0.8]])).shape
        (2, 1)
    """
    if Y is None and hasattr(X, "sampled_by"):  # points of a conjecture, known exactly
        return X.sampled_by(kernel)
    found = entries(kernel, X, Y, compensated=compensated, threads=threads)
    found.require_memory("nt.gram")
    return found.matrix()


@dataclass(frozen=True, eq=False)
class Entries:
    """A kernel matrix that is not there yet: any of its rows on demand.

    Attributes:
        plain: the compensated way, for any library.
        packed: the fused way, where there is one.
        symmetric: whether Y was left out.
        threads: for the fused way.
    """

    plain: Compensated
    packed: Packed | None
    symmetric: bool
    threads: int

    @property
    def shape(self) -> tuple[int, int]:
        """(n, m)."""
        return int(self.plain.X.shape[0]), int(self.plain.Y.shape[0])

    @property
    def dtype(self) -> Any:
        """The dtype of the points, and of the matrix."""
        return self.plain.X.dtype

    @property
    def nbytes(self) -> int:
        """What the whole matrix takes in NumPy; 0 elsewhere, whose memory is not known here."""
        n, m = self.shape
        return n * m * self.dtype.itemsize if isinstance(self.plain.X, np.ndarray) else 0

    def block(self, start: int, stop: int) -> Any:
        """Rows start to stop, shape (stop - start, m)."""
        if self.packed is None:
            return self.plain.block(start, stop)
        out = np.empty((stop - start, self.shape[1]), self.dtype)
        self.packed.fill(out, start, stop, self.threads)
        return out

    def matrix(self) -> Any:
        """All of it; symmetric matrices are computed once and mirrored."""
        if not self.symmetric:
            return self.block(0, self.shape[0])
        if self.packed is None:
            return self.plain.symmetric()
        out = np.empty(self.shape, self.dtype)
        self.packed.fill_symmetric(out, self.threads)
        return out

    def require_memory(self, who: str) -> None:
        """Refuse a matrix that does not fit; the compensated way takes it three times over."""
        n, m = self.shape
        copies = 1 if self.packed is not None else 3
        require_memory(
            copies * self.nbytes,
            f"{who} of {n} x {m} entries of {self.dtype}",
            "Take row blocks (nt.gram_blocks), a file (nt.gram_to_file), or products with the "
            "matrix without the matrix (nt.operator).",
        )


def entries(
    kernel: Kernel,
    X: Any,
    Y: Any | None = None,
    *,
    compensated: bool = False,
    threads: int | None = None,
) -> Entries:
    """Check the points and choose how their matrix is computed; arguments as for :func:`gram`."""
    if not isinstance(kernel, Kernel):
        raise InvalidInput(
            f"nt.gram needs a kernel first, then points: nt.gram(nt.ntk(3), X); got "
            f"{type(kernel).__name__}."
        )
    threads = require_threads(threads)
    left, right, _ = point_sets(X, Y)
    dim = int(left.shape[1])
    plain = Compensated(kernel.at_dim(dim), left, right)
    few = left.shape[0] * right.shape[0] <= _FEW
    if compensated or few or not isinstance(left, np.ndarray):
        return Entries(plain, None, Y is None, 1)
    return _fused(kernel, plain, Y is None, threads)


def _fused(kernel: Kernel, plain: Compensated, symmetric: bool, threads: int) -> Entries:
    from ntkproofs.kernels.chebyshev import chebyshev
    from ntkproofs.matrices.packed import Packed

    series = chebyshev(kernel, int(plain.X.shape[1]))
    packed = None if series is None else Packed.of(series, plain.X, plain.Y, symmetric)
    return Entries(plain, packed, symmetric, threads)
