"""Kernel matrices in compensated arithmetic: any kernel, any array library, to the last digit.

Cosines are formed from the exact directions of the given rows to twice the digits of the dtype, and
the kernel is evaluated on them as its formula stands. It is the reference of the fused pass, and
the way of every array that is not NumPy's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ntkproofs.arithmetic.doubles import DoubleArithmetic, DoubleDouble
from ntkproofs.kernels.kernel import Kernel, evaluate

_BLOCK_ENTRIES = 1 << 16


@dataclass(frozen=True, eq=False)
class Compensated:
    """Two sets of points in one array library, and the kernel between them.

    Attributes:
        kernel: a kernel that knows its dimension.
        X, Y: arrays (n, d) and (m, d) of one dtype and device.
    """

    kernel: Kernel
    X: Any
    Y: Any

    def block(self, start: int, stop: int) -> Any:
        """Rows start to stop of the matrix, shape (stop - start, m)."""
        ar = DoubleArithmetic.like(self.X)
        step = max(1, _BLOCK_ENTRIES // self.Y.shape[0])
        parts = [
            ar.lower(
                evaluate(self.kernel, _cosines(self.X[i : min(i + step, stop), :], self.Y, ar), ar)
            )
            for i in range(start, stop, step)
        ]
        return parts[0] if len(parts) == 1 else ar.xp.concat(parts, axis=0)

    def symmetric(self) -> Any:
        """The matrix of X with itself; what is above the diagonal mirrors what is below."""
        K = self.block(0, self.X.shape[0])
        xp = DoubleArithmetic.like(K).xp
        return xp.where(xp.tril(xp.ones_like(K)) > 0, K, xp.matrix_transpose(K))


def _cosines(A: Any, B: Any, ar: DoubleArithmetic) -> DoubleDouble:
    """<a_i, b_j>/(|a_i| |b_j|) in compensated arithmetic; exactly 1 and -1 where a_i = b_j, -b_j.

    Kernels with low powers of 1 - u (a step of a step: the fourth root) would show the last digit
    of a cosine that is 1 but for its rounding: half the digits of a number near the diagonal.
    """
    products = _dot(A[:, None, :], B[None, :, :], ar)
    left, right = _dot(A, A, ar), _dot(B, B, ar)
    squares = DoubleDouble(left.hi[:, None], left.lo[:, None]) * DoubleDouble(
        right.hi[None, :], right.lo[None, :]
    )
    cosines = products / ar.sqrt(squares)
    xp = ar.xp
    same = xp.all(A[:, None, :] == B[None, :, :], axis=-1)
    opposite = xp.all(A[:, None, :] == -B[None, :, :], axis=-1)
    one, zero = xp.ones_like(cosines.hi), xp.zeros_like(cosines.hi)
    hi = xp.where(same, one, xp.where(opposite, -one, cosines.hi))
    return DoubleDouble(hi, xp.where(same | opposite, zero, cosines.lo))


def _dot(A: Any, B: Any, ar: DoubleArithmetic) -> DoubleDouble:
    total = ar.lift(A[..., 0]) * ar.lift(B[..., 0])
    for k in range(1, A.shape[-1]):
        total = total + ar.lift(A[..., k]) * ar.lift(B[..., k])
    return total
