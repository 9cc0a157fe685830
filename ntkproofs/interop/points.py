"""A kernel as a function of points of any norm, in any array library."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from array_api_compat import device

from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.homogeneity import homogeneity
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.matrices.gram import gram
from ntkproofs.matrices.points import normalise, points


@dataclass(frozen=True)
class PointKernel:
    """``K(x, y) = |x|^p |y|^p k(cos(x, y))``, called on arrays of points; see :func:`on_points`.

    Attributes:
        kernel: the zonal kernel k.
        exponent: p; None where points must be unit vectors.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> K, x = on_points(nt.ntk(3)), np.array([[0.6, 0.8], [1.0, 0.0]])
        >>> bool(np.allclose(K(5 * x), 25 * K(x))), K.diagonal(5 * x).tolist()    # homogeneous
        (True, [75.0, 75.0])
    """

    kernel: Kernel
    exponent: float | None

    def __call__(self, X: Any, Y: Any | None = None) -> Any:
        """The matrix K(x_i, y_j).

        Args:
            X: array of shape (n, d), d >= 2: NumPy, JAX, PyTorch, CuPy, a data frame or lists.
            Y: array of shape (m, d) in X's library; X itself, if left out.

        Returns:
            Array of shape (n, m) in X's library; exactly symmetric without Y.

        Raises:
            InvalidInput: for points that are none, or that have no direction or norm 1 where the
                kernel needs it.
        """
        if self.exponent is None:
            return gram(self.kernel, X, Y)
        left, first = self._parts(X)
        right, second = (left, first) if Y is None else self._parts(Y)
        K = gram(self.kernel, left) if Y is None else gram(self.kernel, left, right)
        return K * (first[:, None] * second[None, :])

    def diagonal(self, X: Any) -> Any:
        """K(x_i, x_i) = |x_i|^(2p) k(1), shape (n,)."""
        if self.exponent is None:
            _, xp = points(X)
            # The rows are checked, and only that.
            norms = xp.ones_like(gram(self.kernel, X, X[:1])[:, 0])
        else:
            _, norms = self._parts(X)
        dim = int(points(X)[0].shape[1])
        return norms * norms * float(self.kernel.at_dim(dim)(1.0))

    def _parts(self, X: Any) -> tuple[Any, Any]:
        """Unit rows, and the norms to the power p; a zero row takes any direction where p > 0."""
        assert self.exponent is not None
        X, xp = points(X)
        # Divided by the largest entry first: squares of tiny coordinates would be 0.
        largest = xp.max(xp.abs(X), axis=1)
        zero = largest == 0
        if self.exponent == 0 and bool(xp.any(zero)):
            raise InvalidInput(
                "A kernel of the direction alone (p = 0) needs points that have one; a row is "
                "zero. Remove it, or take a kernel whose exponent is positive."
            )
        axis = xp.astype(xp.arange(X.shape[1], device=device(X)) == 0, X.dtype)
        divisor = xp.where(zero, xp.ones_like(largest), largest)
        unit, norms = normalise(xp.where(zero[:, None], axis[None, :], X / divisor[:, None]))
        return unit, (norms * largest) ** self.exponent


def on_points(kernel: Kernel, exponent: float | None = None) -> PointKernel:
    """A zonal kernel as a function of points of R^d of any norm.

    The kernel of a ReLU network without biases is ``|x| |y| k(cos(x, y))`` on all of R^d: its
    exponent p = 1 follows from its definition. A kernel for which none does (with biases, a user's
    formula) takes unit vectors only, unless an exponent is given; that is then another kernel than
    the network's, and positive definite all the same.

    Args:
        kernel: a zonal kernel.
        exponent: p >= 0 in place of the network's own.

    Returns:
        A callable ``K(X, Y=None)`` of arrays of points.

    Raises:
        InvalidInput: for an exponent that is no number >= 0.

    Source:
        Cho, Saul 2009; :func:`ntkproofs.kernels.homogeneity.homogeneity`.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> K = on_points(nt.nngp(2))
        >>> K.exponent, K(np.array([[3.0, 4.0], [0.0, 0.0]])).tolist()
        (1, [[25.0, 0.0], [0.0, 0.0]])
        >>> on_points(nt.ntk(2, bias_variance=1)).exponent is None
        True
    """
    if exponent is None:
        return PointKernel(kernel, homogeneity(kernel))
    if isinstance(exponent, bool) or not (0 <= exponent < math.inf):
        raise InvalidInput(
            f"The exponent p of |x|^p |y|^p k(cos) is a number >= 0; got {exponent!r}: a negative "
            "one has a pole at 0."
        )
    return PointKernel(kernel, exponent)
