"""The ``kernel_fn`` of neural-tangents, as a function of points and as a zonal kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ntkproofs.conventions import require_dim
from ntkproofs.domains.sphere.points import uniform
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.user import zonal
from ntkproofs.matrices.points import points

_TOLERANCE = 1e-5
"""JAX computes in float32 unless it was told otherwise."""


@dataclass(frozen=True)
class KernelFunction:
    """One of the kernels of a ``kernel_fn``, called on arrays of points.

    Made by :func:`from_kernel_fn`.

    Attributes:
        kernel_fn: ``kernel_fn(x1, x2, get)``.
        get: "ntk" or "nngp".

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> def kernel_fn(x1, x2=None, get="ntk"):    # as stax.serial(...) returns one
        ...     x1, x2 = np.asarray(x1), np.asarray(x1 if x2 is None else x2)
        ...     return nt.interop.on_points(nt.ntk(3) if get == "ntk" else nt.nngp(3))(x1, x2)
        >>> K = from_kernel_fn(kernel_fn)
        >>> K.get, K(np.eye(3)).shape
        ('ntk', (3, 3))
        >>> exact, found = (nt.eigenvalues(k, 3, [0, 1, 2]) for k in (nt.ntk(3), K.zonal(3)))
        >>> bool(np.allclose(found, exact))
        True
    """

    kernel_fn: Callable[..., Any]
    get: str

    def __call__(self, X: Any, Y: Any | None = None) -> Any:
        """The matrix K(x_i, y_j) as float64, in the precision in which it was computed.

        Args:
            X: array of shape (n, d).
            Y: array of shape (m, d); X itself, if left out.

        Returns:
            NumPy array of shape (n, m).

        Raises:
            InvalidInput: where the function returns no finite matrix of this shape.
        """
        left, _ = points(np.asarray(X))
        right = None if Y is None else points(np.asarray(Y), "Y")[0]
        found = np.asarray(self.kernel_fn(left, right, self.get), dtype=np.float64)
        shape = (len(left), len(left if right is None else right))
        if found.shape != shape or not np.isfinite(found).all():
            raise InvalidInput(
                f"kernel_fn(x1, x2, {self.get!r}) of {shape[0]} and {shape[1]} points is a finite "
                f"matrix of shape {shape}; got shape {found.shape}"
                + ("." if found.shape != shape else " with values that are not finite.")
            )
        return found

    def zonal(self, dim: int, name: str = "kernel_fn") -> Kernel:
        """The kernel on S^(dim-1) as a zonal kernel of floats: for spectra and comparisons.

        It is evaluated in the precision of ``kernel_fn``: switch JAX to doubles
        (``jax_enable_x64``), else ``nt.eigenvalues`` refuses it, as its quadrature does not
        converge to the noise of float32. Nothing that is computed from it is certified.

        Args:
            dim: d >= 2. Kernels of neural-tangents divide by the number of inputs, so that another
                d gives another kernel.
            name: in results.

        Raises:
            InvalidInput: if it is no function of the angle, by a random rotation of random points.

        Example:
            >>> import numpy as np, ntkproofs as nt
            >>> def kernel_fn(x1, x2=None, get="ntk"):
            ...     return np.asarray(x1) @ np.asarray(x1 if x2 is None else x2).T / x1.shape[1]
            >>> nt.interop.from_kernel_fn(kernel_fn, "nngp").zonal(3)(0.75)
            0.25
        """
        dim = require_dim(dim)
        self._require_zonal(dim)

        def formula(u: Any) -> Any:
            cosines = np.clip(np.asarray(u, dtype=np.float64).reshape(-1), -1.0, 1.0)
            Y = np.zeros((len(cosines), dim))
            Y[:, 0], Y[:, 1] = cosines, np.sqrt((1 - cosines) * (1 + cosines))
            return self(np.eye(1, dim), Y)[0].reshape(np.shape(u))

        return zonal(name, formula, assumptions=(f"{self.get} of a kernel_fn on S^{dim - 1}",))

    def _require_zonal(self, dim: int) -> None:
        X = uniform(6, dim, seed=0)
        turn, _ = np.linalg.qr(np.random.default_rng(1).standard_normal((dim, dim)))
        values, turned = self(X), self(X @ turn)
        error = float(np.abs(values - turned).max() / np.abs(values).max())
        if not error < _TOLERANCE:
            raise InvalidInput(
                "A zonal kernel is a function of the angle: a rotation of the points leaves it as "
                f"it is. It changes this kernel_fn by {error:.2g} of its size. Networks with "
                "convolutions or pooling have no zonal kernel."
            )


def from_kernel_fn(kernel_fn: Callable[..., Any], get: str = "ntk") -> KernelFunction:
    """A kernel of neural-tangents: ``kernel_fn`` of ``stax.serial(...)``.

    Args:
        kernel_fn: ``kernel_fn(x1, x2, get)`` that returns a matrix.
        get: "ntk" or "nngp".

    Returns:
        A callable ``K(X, Y=None)`` for ``nt.check_kernel``, ``nt.enclose_eigenvalues(K(X))`` and
        comparisons with ``nt.interop.on_points``; its ``zonal(dim)`` is a kernel of the library.

    Raises:
        InvalidInput: for what cannot be called, or another ``get``.

    Source:
        Novak et al. 2020, Neural Tangents.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> def kernel_fn(x1, x2=None, get="ntk"):
        ...     return np.asarray(x1) @ np.asarray(x1 if x2 is None else x2).T
        >>> nt.interop.from_kernel_fn(kernel_fn)(np.eye(2)).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    if not callable(kernel_fn):
        raise InvalidInput(
            f"from_kernel_fn needs a function kernel_fn(x1, x2, get); got "
            f"{type(kernel_fn).__name__}."
        )
    if get not in ("ntk", "nngp"):
        raise InvalidInput(f'A kernel_fn gives "ntk" or "nngp"; got get={get!r}.')
    return KernelFunction(kernel_fn, get)
