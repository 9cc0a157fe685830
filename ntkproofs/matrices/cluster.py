# pyright: reportMissingTypeStubs=false
"""Kernel matrices beyond one machine's memory: blocks of Dask, and products with them.

The blocks are computed where they are needed, by Dask's scheduler of the moment: threads of this
process, or the workers of a ``distributed.Client``. A cluster is trusted: kernels and points travel
to it as pickles.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse.linalg import LinearOperator

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


def dask_operator(K: Any, compute: Compute | None = None) -> DaskOperator:
    """A Dask matrix as a SciPy operator, for the solvers and ``nt.extreme_eigenvalues``.

    Args:
        K: a Dask array of shape (n, m), such as :func:`gram_dask` gives. Persisted, where all
            machines together have room: every product reads all of it.
        compute: what computes a Dask array; ``array.compute()`` if left out, or
            ``ClusterExecutor.compute``, whose waits have limits.

    Returns:
        LinearOperator of shape (n, m) and dtype float64; vectors are on this machine.

    Raises:
        InvalidInput: for what is no Dask array of two dimensions.
        MissingPackage: without Dask.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> X = nt.normalise(np.random.default_rng(0).normal(size=(100, 3)))[0]
        >>> K = nt.gram_dask(nt.ntk(3), X, chunks=50).persist()
        >>> found = nt.extreme_eigenvalues(dask_operator(K), k=2)
        >>> exact = np.linalg.eigvalsh(nt.gram(nt.ntk(3), X))[-2:]
        >>> bool(np.allclose(found.values, exact, rtol=1e-12))
        True
    """
    if not hasattr(K, "dask") or getattr(K, "ndim", 0) != 2:
        raise InvalidInput(
            "The operator is that of a matrix that is a Dask array, such as nt.gram_dask(kernel, "
            f"X); got {type(K).__name__} of shape {tuple(getattr(K, 'shape', ()))}."
        )
    return DaskOperator(K, compute)


class DaskOperator(LinearOperator):
    """A Dask matrix as a SciPy operator; see :func:`dask_operator`."""

    def __init__(self, K: Any, compute: Compute | None) -> None:
        super().__init__(dtype=np.dtype(np.float64), shape=K.shape)
        self._K = K
        self._compute: Compute = compute or (lambda array: array.compute())

    def _matmat(self, X: Any) -> Any:
        return self._times(self._K, X)

    def _matvec(self, x: Any) -> Any:
        return self._matmat(np.asarray(x).reshape(-1, 1))

    def _rmatmat(self, X: Any) -> Any:
        return self._times(self._K.T, X)

    def _rmatvec(self, x: Any) -> Any:
        return self._rmatmat(np.asarray(x).reshape(-1, 1))

    def _times(self, K: Any, V: Any) -> Any:
        cut = require_dask().from_array(np.asarray(V), chunks=(K.chunks[1], -1))
        return self._compute(K @ cut)
