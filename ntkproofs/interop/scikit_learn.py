"""Kernels for scikit-learn: ridge regression, support vectors, Gaussian processes."""

from __future__ import annotations

from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput, MissingPackage
from ntkproofs.interop.points import PointKernel, on_points
from ntkproofs.kernels.kernel import Kernel

try:
    from sklearn.gaussian_process.kernels import Hyperparameter
    from sklearn.gaussian_process.kernels import Kernel as GaussianProcessKernel
except ImportError:
    raise MissingPackage(
        "Kernels for scikit-learn need scikit-learn, which is not installed. Install it: "
        'pip install "ntkproofs[interop]".'
    ) from None

Bounds = tuple[float, float] | str
_BOUNDS = (1e-5, 1e5)


class NTKKernel(GaussianProcessKernel):
    """``scale |x|^p |y|^p k(cos(x, y))`` as a kernel of scikit-learn.

    It is a kernel of its Gaussian processes, may be added to and multiplied with theirs, and serves
    as ``kernel=`` of KernelRidge, SVC, SVR, KernelPCA. The depth of a network is fixed; learned are
    the scale and, where its bounds say so, the exponent. Positive definite where k is.

    Args:
        kernel: a zonal kernel k.
        scale: a variance > 0.
        exponent: p >= 0 of the norms; None demands unit vectors. :func:`sklearn_kernel` takes the
            network's own.
        scale_bounds: in which the scale is learned, or ``"fixed"``.
        exponent_bounds: the same for the exponent.

    Example:
        >>> import ntkproofs as nt
        >>> from sklearn.gaussian_process.kernels import WhiteKernel
        >>> (nt.interop.NTKKernel(nt.ntk(3), exponent=1.0) + WhiteKernel()).theta
        array([0., 0.])
    """

    def __init__(
        self,
        kernel: Kernel,
        scale: float = 1.0,
        exponent: float | None = None,
        scale_bounds: Bounds = _BOUNDS,
        exponent_bounds: Bounds = "fixed",
    ) -> None:
        # scikit-learn's convention: parameters are kept as they are, and checked when used.
        self.kernel = kernel
        self.scale = scale
        self.exponent = exponent
        self.scale_bounds = scale_bounds
        self.exponent_bounds = exponent_bounds

    @property
    def hyperparameter_scale(self) -> Any:
        """The scale, by its logarithm."""
        return Hyperparameter("scale", "numeric", self.scale_bounds)

    @property
    def hyperparameter_exponent(self) -> Any:
        """The exponent, by its logarithm."""
        found: Any = Hyperparameter("exponent", "numeric", self.exponent_bounds)
        if not found.fixed and not self.exponent:
            raise InvalidInput(
                "An exponent is learned by its logarithm, from a start > 0; got exponent="
                f"{self.exponent!r}. Give one, or exponent_bounds='fixed'."
            )
        return found

    def __call__(self, X: Any, Y: Any = None, eval_gradient: bool = False) -> Any:
        """The matrix of X and Y, and its gradient in theta (the logarithms) on demand.

        Args:
            X: shape (n, d).
            Y: shape (m, d); X itself, if left out.
            eval_gradient: whether to return the gradient too; only without Y.

        Returns:
            K of shape (n, m); with the gradient (K, dK) of shapes (n, n) and (n, n, len(theta)).
        """
        if eval_gradient and Y is not None:
            raise InvalidInput("The gradient is that of the matrix of X with itself; Y was given.")
        X = np.atleast_2d(X)
        K = self._scale() * self._on_points()(X, None if Y is None else np.atleast_2d(Y))
        return (K, self._gradient(X, K)) if eval_gradient else K

    def _gradient(self, X: Any, K: Any) -> Any:
        """∂K/∂log scale = K; ∂K/∂log p = p log(|x| |y|) K, which is 0 where K is."""
        # In the order of scikit-learn's theta, which is that of the names.
        parts = []
        if not self.hyperparameter_exponent.fixed:
            norms = np.linalg.norm(X, axis=1)
            logs = np.log(np.where(norms > 0, norms, 1.0))
            parts.append(self.exponent * (logs[:, None] + logs[None, :]) * K)
        if not self.hyperparameter_scale.fixed:
            parts.append(K)
        return np.stack(parts, axis=-1) if parts else np.empty((*K.shape, 0))

    def diag(self, X: Any) -> Any:
        """The diagonal of the matrix of X, shape (n,)."""
        return self._scale() * self._on_points().diagonal(np.atleast_2d(X))

    def is_stationary(self) -> bool:
        """False: it is a function of angles and norms, not of differences."""
        return False

    def __repr__(self) -> str:
        return f"NTKKernel({self.kernel!r}, scale={self.scale:.3g}, exponent={self.exponent})"

    def _scale(self) -> float:
        if not 0 < self.scale < np.inf:
            raise InvalidInput(
                f"The scale of a kernel is a finite number > 0; got {self.scale!r}: otherwise it "
                "is not positive definite."
            )
        return float(self.scale)

    def _on_points(self) -> PointKernel:
        if self.exponent is None:
            return PointKernel(self.kernel, None)
        return on_points(self.kernel, self.exponent)


def sklearn_kernel(kernel: Kernel, **parameters: Any) -> NTKKernel:
    """A zonal kernel for scikit-learn, with the exponent of the norms that its network has.

    Args:
        kernel: a zonal kernel.
        parameters: of :class:`NTKKernel`.

    Returns:
        An :class:`NTKKernel`; where the kernel has no homogeneous extension (biases, a user's
        formula) it takes unit vectors only, unless ``exponent`` is given.

    Raises:
        MissingPackage: if scikit-learn is not installed.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> from sklearn.kernel_ridge import KernelRidge
        >>> X = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
        >>> model = KernelRidge(kernel=nt.interop.sklearn_kernel(nt.ntk(3)), alpha=1e-9)
        >>> model.fit(X, [1.0, 2.0, 3.0]).predict(X).round(6)
        array([1., 2., 3.])
    """
    own = on_points(kernel).exponent
    return NTKKernel(kernel, **{"exponent": None if own is None else float(own), **parameters})
