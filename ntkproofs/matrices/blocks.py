"""Kernel matrices that are not kept: row blocks, and products with a vector."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse.linalg import LinearOperator

from ntkproofs.conventions import require_integer, require_rational
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.matrices.gram import Entries, entries
from ntkproofs.matrices.memory import require_memory
from ntkproofs.threads import require_threads

if TYPE_CHECKING:
    from ntkproofs.matrices.sphere_operator import SphereOperator

_BLOCK_BYTES = 64 << 20
_METHODS = ("auto", "dense", "transform")
_WORTH_A_TRANSFORM = 36_000_000  # entries, from which on a set-up of a second pays soon
_PRODUCT_BYTES = 8 << 20  # a block that a product reads again from the cache


def gram_blocks(
    kernel: Kernel,
    X: Any,
    Y: Any | None = None,
    rows: int | None = None,
    *,
    compensated: bool = False,
    threads: int | None = None,
) -> Iterator[tuple[slice, Any]]:
    """The matrix ``nt.gram(kernel, X, Y)`` in blocks of rows, one at a time.

    Args:
        kernel, X, Y, compensated, threads: as for ``nt.gram``.
        rows: rows of a block, >= 1; some 64 MB of them if left out. The last block may be shorter.

    Returns:
        Iterator of (slice of rows, block of shape (rows, m)). Bad input is refused at once, not
        with the first block. On NumPy arrays the blocks equal the matrix bit for bit, unless the
        kernel takes compensated arithmetic: then above the diagonal up to rounding. A symmetric
        matrix is computed twice over this way.

    Raises:
        InvalidInput, Unable: as nt.gram; Unable if a single block does not fit into memory.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> X = nt.normalise(np.random.default_rng(0).normal(size=(100, 3)))[0]
        >>> [block.shape for _, block in gram_blocks(nt.ntk(3), X, rows=40)]
        [(40, 100), (40, 100), (20, 100)]
    """
    found = entries(kernel, X, Y, compensated=compensated, threads=threads)
    if rows is None:
        rows = block_rows(found, _BLOCK_BYTES)
    rows = require_integer("rows", rows, least=1, why="a block has at least one row")
    n, m = found.shape
    # The next block is made while the last one may still be held.
    share = 2 * found.nbytes * min(rows, n) // n
    require_memory(share, f"A block of {rows} x {m} entries", "Take fewer rows.")
    return _blocks(found, rows)


def _blocks(found: Entries, rows: int) -> Iterator[tuple[slice, Any]]:
    n = found.shape[0]
    for start in range(0, n, rows):
        stop = min(start + rows, n)
        yield slice(start, stop), found.block(start, stop)


def block_rows(found: Entries, size: int) -> int:
    """How many rows of a matrix make some ``size`` bytes, and full work for every thread."""
    row = max(1, found.shape[1] * 8)
    unit = 128 * found.threads
    return max(1, size // row // unit) * unit


def operator(
    kernel: Kernel,
    X: Any,
    Y: Any | None = None,
    *,
    method: str = "auto",
    accuracy: float = 1e-8,
    threads: int | None = None,
) -> KernelOperator | SphereOperator:
    """The matrix ``nt.gram(kernel, X, Y)`` as a SciPy operator that never holds it.

    Args:
        kernel, X, Y, threads: as for ``nt.gram``; NumPy arrays only.
        method: "dense" computes every entry; "transform" (points of S², extra ``scale``) splits
            the kernel into a transform to spherical harmonics and a sum over neighbours, in nearly
            linear time; "auto" takes the transform where it is possible and wins, from some 6000
            points on, and says in the operator's ``why`` what spoke against it.
        accuracy: of the transform: ``‖error of K v‖ <= accuracy ‖K‖ ‖v‖``, from 1e-11 to 0.1; what
            the operator answers for, and how, is its ``bound``. Dense products are better.

    Returns:
        LinearOperator of shape (n, m) and dtype float64, for ``scipy.sparse.linalg`` (``eigsh``,
        ``cg``, ``lsqr``, ...). A dense product costs as much as the matrix, whatever the number of
        vectors: multiply blocks of vectors at once. Where the matrix fits into memory and many
        products are wanted, nt.gram is faster.

    Raises:
        InvalidInput: as nt.gram, and for a method or an accuracy that is none.
        Unable: with method "transform", where the kernel has no known expansion at the poles,
            points cluster, or the accuracy is beyond doubles; MissingPackage without ducc0.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> X = nt.normalise(np.random.default_rng(0).normal(size=(100, 3)))[0]
        >>> v = np.ones(100)
        >>> bool(np.allclose(operator(nt.ntk(3), X) @ v, nt.gram(nt.ntk(3), X) @ v))
        True
    """
    if method not in _METHODS:
        raise InvalidInput(f"method is one of {', '.join(map(repr, _METHODS))}; got {method!r}.")
    require_rational("accuracy", accuracy, positive=True)
    found = entries(kernel, X, Y, threads=threads)
    if not isinstance(found.plain.X, np.ndarray):
        raise InvalidInput(
            "nt.operator multiplies NumPy arrays, as SciPy's operators do; got "
            f"{type(found.plain.X).__name__}. Convert the points with numpy.asarray first, or "
            "multiply the blocks of nt.gram_blocks on the device."
        )
    why = "asked for" if method == "dense" else _against_transform(found)
    if method == "transform" or not why:
        forced = method == "transform"
        try:
            return _transform(kernel, found, accuracy, threads, forced)
        except Unable as failure:
            if forced:
                raise
            why = str(failure)
    return KernelOperator(found, why)


def _against_transform(found: Entries) -> str:
    """What speaks against a transform without looking at the kernel; empty if nothing does."""
    n, m = found.shape
    if found.plain.X.shape[1] != 3:
        return "transforms are for points of S²"
    return "" if n * m >= _WORTH_A_TRANSFORM else "so few points are as fast dense"


def _transform(
    kernel: Kernel, found: Entries, accuracy: Any, threads: int | None, forced: bool
) -> SphereOperator:
    from ntkproofs.matrices.packed import directions
    from ntkproofs.matrices.sphere_operator import sphere_operator

    X = directions(found.plain.X)
    Y = X if found.symmetric else directions(found.plain.Y)
    how: Any = {"accuracy": accuracy, "threads": require_threads(threads), "forced": forced}
    return sphere_operator(kernel, X, Y, **how)


class KernelOperator(LinearOperator):
    """A kernel matrix as a matrix-free SciPy operator; see :func:`operator`.

    Attributes:
        method: "dense".
        why: what spoke against a transform.
    """

    method = "dense"

    def __init__(self, found: Entries, why: str = "") -> None:
        super().__init__(dtype=np.dtype(np.float64), shape=found.shape)
        self._entries = found
        self.why = why

    def _matmat(self, X: Any) -> Any:
        return _product(self._entries, np.asarray(X), transposed=False)

    def _matvec(self, x: Any) -> Any:
        return self._matmat(np.asarray(x).reshape(-1, 1))

    def _rmatmat(self, X: Any) -> Any:
        return _product(self._entries, np.asarray(X), transposed=not self._entries.symmetric)

    def _rmatvec(self, x: Any) -> Any:
        return self._rmatmat(np.asarray(x).reshape(-1, 1))

    def _adjoint(self) -> LinearOperator:
        return self if self._entries.symmetric else super()._adjoint()


def _product(found: Entries, V: Any, *, transposed: bool) -> Any:
    """K @ V or K.T @ V, by tiles that are multiplied at once, or by blocks."""
    if np.iscomplexobj(V):
        real, imaginary = V.real, V.imag
        both = _product(found, np.hstack([real, imaginary]), transposed=transposed)
        return both[:, : V.shape[1]] + 1j * both[:, V.shape[1] :]
    if found.packed is not None:
        from ntkproofs.matrices.packed import multiply

        how: Any = {"symmetric": found.symmetric, "transposed": transposed}
        return multiply(found.packed, V, found.threads, **how)[: found.shape[transposed]]
    product = np.zeros((found.shape[transposed], V.shape[1]))
    for where, block in _blocks(found, block_rows(found, _PRODUCT_BYTES)):
        if transposed:
            product += block.T @ V[where]
        else:
            product[where] = block @ V
    return product
