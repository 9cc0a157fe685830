# pyright: reportMissingTypeStubs=false
"""Kernel matrices beyond one machine's memory: blocks of Dask, products, extreme eigenvalues.

The blocks are computed where they are needed, by Dask's scheduler of the moment: threads of this
process, or the workers of a ``distributed.Client``. A cluster is trusted: kernels and points travel
to it as pickles.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from ntkproofs.conventions import require_integer
from ntkproofs.errors import InvalidInput, MissingPackage, Unable
from ntkproofs.kernels.chebyshev import ChebyshevKernel, chebyshev
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.matrices.compensated import Compensated
from ntkproofs.matrices.memory import require_memory
from ntkproofs.matrices.packed import Packed
from ntkproofs.matrices.points import point_sets

if TYPE_CHECKING:
    import dask.array

_BLOCK_ROWS = 2048  # blocks of 32 MB
_MOST_BLOCKS = 250_000
_TOLERANCE = 1e-8
_SPACE = 80
"""Vectors of length n that Lanczos holds: so many products until it has to begin anew."""

Compute = Callable[[Any], Any]
"""What makes a NumPy array of a Dask array."""


def gram_dask(
    kernel: Kernel, X: Any, Y: Any | None = None, *, chunks: int | None = None
) -> dask.array.Array:
    """The matrix ``nt.gram(kernel, X, Y)`` as a Dask array of blocks that are computed on demand.

    ``K @ v``, ``K.mean()``, ``K.persist()`` and all else are Dask's. Without ``persist`` every
    product computes the blocks again, and no machine holds more of them than it has threads.

    Args:
        kernel, X, Y: as for ``nt.gram``; NumPy arrays. They are on this machine: only the matrix
            need not fit into a memory.
        chunks: rows and columns of a block, >= 1; 2048 if left out. The last ones may be smaller.

    Returns:
        Array of shape (n, m) and dtype float64 or float32, that of the points. Exactly symmetric
        without Y. With more than 256 entries, and one thread a block, the entries are those of
        ``nt.gram`` bit for bit where the kernel has a Chebyshev series in the chord.

    Raises:
        InvalidInput: as nt.gram.
        MissingPackage: without Dask.
        Unable: if one block does not fit into the memory of this machine, or if there are more than
            250,000 of them, which Dask's graphs do not carry.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> X = nt.normalise(np.random.default_rng(0).normal(size=(300, 3)))[0]
        >>> K = nt.gram_dask(nt.ntk(3), X, chunks=128)
        >>> K.shape, K.numblocks
        ((300, 300), (3, 3))
        >>> bool(np.array_equal(K.compute(), nt.gram(nt.ntk(3), X)))
        True
    """
    da = require_dask()
    if not isinstance(kernel, Kernel):
        raise InvalidInput(
            f"nt.gram_dask needs a kernel first, then points: nt.gram_dask(nt.ntk(3), X); got "
            f"{type(kernel).__name__}."
        )
    left, right, _ = point_sets(X, Y)
    if not isinstance(left, np.ndarray):
        raise InvalidInput(
            f"nt.gram_dask cuts NumPy points into blocks; got {type(left).__name__}. Convert them "
            "with numpy.asarray first."
        )
    rows = _BLOCK_ROWS if chunks is None else chunks
    rows = require_integer("chunks", rows, least=1, why="a block has at least one row")
    n, m = left.shape[0], right.shape[0]
    _require_sizes(n, m, rows)
    dim = int(left.shape[1])
    series = chebyshev(kernel, dim)
    rule = _Rule(None if series is not None else kernel.at_dim(dim), series, Y is None)
    cut = (rows, dim)
    return da.blockwise(
        rule,
        "ij",
        *(da.from_array(left, chunks=cut), "ik", da.from_array(right, chunks=cut), "jk"),
        *(_numbers(da, n, rows), "i", _numbers(da, m, rows), "j"),
        dtype=left.dtype,
        concatenate=True,
        align_arrays=False,
        meta=np.empty((0, 0), left.dtype),
    )


def require_dask() -> Any:
    """The module dask.array.

    Raises:
        MissingPackage: if it is not installed; says what to install.
    """
    try:
        import dask.array
    except ImportError:
        raise MissingPackage(
            "Matrices in blocks on a cluster are arrays of Dask, which is not installed. Install "
            'it: pip install "ntkproofs[cluster]".'
        ) from None
    return dask.array


@dataclass(frozen=True, eq=False)
class _Rule:
    """How a block is computed; it travels to workers.

    The series travels in place of the kernel: finding it takes longer than many blocks.
    """

    kernel: Kernel | None
    series: ChebyshevKernel | None
    symmetric: bool

    def __call__(self, X: Any, Y: Any, row: Any, column: Any) -> Any:
        """Block (row, column). Below the diagonal it is the transpose of that above, bit by bit."""
        i, j = int(row[0]), int(column[0])
        if self.symmetric and i > j:
            return np.ascontiguousarray(self._block(Y, X, False).T)
        return self._block(X, Y, self.symmetric and i == j)

    def _block(self, X: Any, Y: Any, same: bool) -> Any:
        if self.series is None:
            assert self.kernel is not None
            plain = Compensated(self.kernel, X, X if same else Y)
            return plain.symmetric() if same else plain.block(0, X.shape[0])
        packed = Packed.of(self.series, X, Y, same)
        out = np.empty((X.shape[0], Y.shape[0]), X.dtype)
        if same:
            packed.fill_symmetric(out, 1)
        else:
            packed.fill(out, 0, X.shape[0], 1)
        return out


def _numbers(da: Any, n: int, rows: int) -> Any:
    """The numbers of the blocks, one to a block."""
    return da.arange(-(-n // rows), chunks=1)


def _require_sizes(n: int, m: int, rows: int) -> None:
    # The compensated way takes a block three times over.
    require_memory(
        24 * min(rows, n) * min(rows, m),
        f"nt.gram_dask with blocks of {min(rows, n)} x {min(rows, m)} entries",
        "Take smaller chunks.",
    )
    blocks = -(-n // rows) * -(-m // rows)
    if blocks > _MOST_BLOCKS:
        raise Unable(
            f"A Dask array has at most {_MOST_BLOCKS} blocks here, since its graph is held in "
            f"memory; {n} x {m} entries in chunks of {rows} are {blocks}. Take larger chunks, "
            f"of {math.ceil(math.sqrt(n * m / _MOST_BLOCKS))} rows or more."
        )


@dataclass(frozen=True)
class ExtremeEigenvalues:
    """Eigenvalues at one end of a spectrum, in floats: found, and not bounded.

    Attributes:
        values: shape (k,), ascending.
        residuals: ‖Kv - λv‖ of each, v a unit vector, computed by one more product. In exact
            arithmetic some eigenvalue of a symmetric K is that near; that it is the one at the
            end, nothing here proves. (``nt.enclose_eigenvalues`` does, for matrices that fit.)
        vectors: shape (n, k).
        products: how many products with vectors were computed.
    """

    values: Any
    residuals: Any
    vectors: Any
    products: int


def extreme_eigenvalues(
    K: Any,
    count: int = 1,
    *,
    which: Literal["largest", "smallest"] = "largest",
    tolerance: float = _TOLERANCE,
    restarts: int = 50,
    seed: int = 0,
    compute: Compute | None = None,
) -> ExtremeEigenvalues:
    """The eigenvalues at one end of the spectrum of a symmetric Dask matrix, by Lanczos.

    Args:
        K: symmetric, of shape (n, n), such as :func:`gram_dask` gives. Persisted, where all
            machines together have room: every step is one product.
        count: how many eigenvalues, 1 <= count < n.
        which: at which end. The smallest ones of kernel matrices lie close together beside the
            largest, and take many steps.
        tolerance: relative accuracy at which the steps end.
        restarts: how often they may be begun anew, each time with some 80 more products at most.
        seed: of the first vector.
        compute: what computes a Dask array; ``array.compute()`` if left out, or
            ``ClusterExecutor.compute``, whose waits have limits.

    Raises:
        InvalidInput: for a matrix that is not square, or no such count.
        Unable: if the steps do not converge.

    Source:
        Lehoucq, Sorensen, Yang, ARPACK Users' Guide, 1998 (``scipy.sparse.linalg.eigsh``).

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> X = nt.normalise(np.random.default_rng(0).normal(size=(300, 3)))[0]
        >>> K = nt.gram_dask(nt.ntk(3), X, chunks=100).persist()
        >>> found = extreme_eigenvalues(K, 2)
        >>> exact = np.linalg.eigvalsh(nt.gram(nt.ntk(3), X))[-2:]
        >>> bool(np.allclose(found.values, exact, rtol=1e-12))
        True
    """
    from scipy.sparse.linalg import ArpackError, ArpackNoConvergence, LinearOperator, eigsh

    n = _require_square(K)
    count = require_integer("count", count, least=1, why="it is a number of eigenvalues")
    if which not in ("largest", "smallest") or count >= n:
        raise InvalidInput(
            f"Lanczos finds fewer than n eigenvalues at the largest or smallest end; got count = "
            f"{count} of n = {n} and which = {which!r}."
        )
    product = _Product(K, compute)
    operator: Any = LinearOperator  # its stubs know only what classes derived from it take
    A = operator((n, n), matvec=product, matmat=product, rmatvec=product, dtype=np.float64)
    start = np.random.default_rng(seed).standard_normal(n)
    end = "LA" if which == "largest" else "SA"
    space = min(n, max(_SPACE, 4 * count))
    try:
        how: Any = {"tol": tolerance, "ncv": space, "maxiter": restarts}
        values, vectors = eigsh(A, count, which=end, v0=start, **how)
    except (ArpackNoConvergence, ArpackError) as error:
        raise Unable(
            f"Lanczos did not find {count} eigenvalues at the {which} end of a matrix of {n} rows "
            f"in {product.count} products: {error}. Take a larger tolerance, fewer eigenvalues or "
            "more restarts; the smallest ones of a kernel matrix may be too close together for it."
        ) from error
    order = np.argsort(values)
    values, vectors = values[order], vectors[:, order]
    residuals = np.linalg.norm(product(vectors) - vectors * values, axis=0)
    return ExtremeEigenvalues(values, residuals, vectors, product.count)


def _require_square(K: Any) -> int:
    if not hasattr(K, "dask") or K.ndim != 2 or K.shape[0] != K.shape[1]:
        raise InvalidInput(
            "Extreme eigenvalues are those of a symmetric matrix that is a Dask array, such as "
            f"nt.gram_dask(kernel, X); got {type(K).__name__} of shape "
            f"{tuple(getattr(K, 'shape', ()))}."
        )
    return int(K.shape[0])


class _Product:
    """v -> K v, computed by Dask, with the number of vectors counted."""

    def __init__(self, K: Any, compute: Compute | None) -> None:
        self._K = K
        self._compute = compute or (lambda array: array.compute())
        self._da = require_dask()
        self.count = 0

    def __call__(self, v: Any) -> Any:
        v = np.asarray(v)
        self.count += 1 if v.ndim == 1 else v.shape[1]
        cut = (self._K.chunks[1], *((-1,) if v.ndim == 2 else ()))
        return self._compute(self._K @ self._da.from_array(v, chunks=cut))
