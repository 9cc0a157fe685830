"""A conformance kit for kernels: is a user's kernel what it is taken for?

It accepts a kernel of the library, a function of the cosine, a function of two arrays of points
(a scikit-learn kernel, a ``kernel_fn`` of neural-tangents), and looks at it from outside.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from ntkproofs.domains.sphere.points import uniform
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.markup import table
from ntkproofs.matrices.enclosures import enclose_eigenvalues

Property = Literal["finite", "symmetric", "zonal", "normalised", "positive definite"]
Matrix = Callable[[Any, Any], Any]
_TOLERANCE = 1e-8
"""Float32 kernels and rounded distances are common; properties are told apart from rounding."""


@dataclass(frozen=True)
class Finding:
    """One property of a kernel.

    Attributes:
        property: which.
        holds: whether it does, as far as was looked.
        grade: ``certified`` or ``sampled``.
        detail: the figure behind it.
    """

    property: Property
    holds: bool
    grade: Literal["certified", "sampled"]
    detail: str


@dataclass(frozen=True)
class Conformance:
    """What was found about a kernel."""

    name: str
    dim: int
    findings: tuple[Finding, ...]

    def holds(self, property: Property) -> bool:
        """Whether a property was found to hold."""
        return all(f.holds for f in self.findings if f.property == property)

    def _repr_html_(self) -> str:
        rows = [[f.property, "yes" if f.holds else "no", f.grade, f.detail] for f in self.findings]
        caption = f"{self.name} on S^{self.dim - 1}"
        return table(["property", "holds", "grade", "figure"], rows, caption)

    def __str__(self) -> str:
        lines = [f"{self.name} on S^{self.dim - 1}:"]
        for f in self.findings:
            lines.append(f"  {'yes' if f.holds else 'NO ':3} {f.property} ({f.grade}): {f.detail}")
        return "\n".join(lines)


def check_kernel(
    kernel: Any, dim: int = 3, *, n: int = 60, degrees: int = 20, seed: int = 0
) -> Conformance:
    """Look whether a kernel is finite, symmetric, zonal, normalised and positive definite.

    Args:
        kernel: a kernel of the library; a callable ``k(u)`` of arrays of cosines; a callable
            ``k(X, Y)`` of arrays of points of shape (n, dim), such as a scikit-learn kernel; or
            ``kernel_fn(X, Y, get)`` of neural-tangents, of which ``get="ntk"`` is taken.
        dim: dimension of the space; the sphere is S^(dim-1).
        n: how many random points are looked at.
        degrees: up to which degree eigenvalues μ_l are computed, for kernels of the library.
        seed: of the points.

    Returns:
        ``Conformance``; ``str`` of it is the report. That a matrix has a negative eigenvalue is
        certified for the matrix that the function returned; that a kernel of the library has a
        negative μ_l is certified for the kernel. All that holds is sampled.

    Raises:
        InvalidInput: for what cannot be called, or returns no matrix of the right shape; for
            d < 2 or n < 2.

    Example:
        >>> import numpy as np
        >>> print(check_kernel(lambda X, Y: (X @ Y.T) ** 2, dim=3).holds("positive definite"))
        True
        >>> print(check_kernel(lambda X, Y: -np.abs(X @ Y.T), dim=3).holds("positive definite"))
        False
    """
    if dim < 2:
        raise InvalidInput(f"a zonal kernel lives on a sphere in dimension 2 at least; got {dim}")
    if n < 2:
        raise InvalidInput(f"a kernel is looked at on 2 points at least; got n = {n}")
    if not callable(kernel):
        raise InvalidInput(f"check_kernel needs a callable; got {type(kernel).__name__}")
    matrix = _matrix_function(kernel)
    X = uniform(n, dim, seed=seed)
    K = _values(matrix, X, X)
    findings = [_finite(K)]
    if findings[0].holds:
        findings += [
            _symmetric(K),
            _zonal(matrix, X, K, seed),
            _normalised(K),
            *_positive_definite(kernel, dim, K, degrees),
        ]
    return Conformance(_name(kernel), dim, tuple(findings))


def _name(kernel: Any) -> str:
    return getattr(kernel, "__name__", None) or str(kernel)


def _matrix_function(kernel: Any) -> Matrix:
    """The kernel as a function of two arrays of points."""
    if isinstance(kernel, Kernel):
        from ntkproofs.matrices.gram import gram

        return lambda X, Y: gram(kernel, X, Y)
    count = _arguments(kernel)
    if count == 1:
        return lambda X, Y: kernel(np.clip(X @ Y.T, -1.0, 1.0))
    if "get" in _names(kernel):
        return lambda X, Y: kernel(X, Y, get="ntk")
    return kernel


def _names(kernel: Any) -> Sequence[str]:
    try:
        return list(inspect.signature(kernel).parameters)
    except (TypeError, ValueError):
        return []


def _arguments(kernel: Any) -> int:
    """How many arguments it needs; ufuncs and the like tell their own way."""
    if hasattr(kernel, "nin"):
        return int(kernel.nin)
    try:
        parameters = inspect.signature(kernel).parameters.values()
    except (TypeError, ValueError):
        return 2
    # scikit-learn's kernels are called k(X, Y=None): two points that may be left out.
    names = [p.name for p in parameters if p.kind not in (p.VAR_KEYWORD, p.KEYWORD_ONLY)]
    needed = [p for p in parameters if p.default is p.empty and p.name in names]
    return 1 if len(needed) == 1 and len(names) == 1 else 2


def _values(matrix: Matrix, X: Any, Y: Any) -> Any:
    try:
        found = np.asarray(matrix(X, Y), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InvalidInput(
            f"check_kernel calls the kernel with arrays of points of shape {X.shape}, or of "
            f"cosines; it raised {type(error).__name__}: {error}"
        ) from error
    if found.shape != (len(X), len(Y)):
        raise InvalidInput(
            f"a kernel of {len(X)} and {len(Y)} points is a matrix of shape {(len(X), len(Y))}; "
            f"got {found.shape}"
        )
    return found


def _finite(K: Any) -> Finding:
    bad = int(np.sum(~np.isfinite(K)))
    return Finding("finite", bad == 0, "sampled", f"{bad} of {K.size} values are not finite")


def _scale(K: Any) -> float:
    return float(np.max(np.abs(K))) or 1.0


def _symmetric(K: Any) -> Finding:
    error = float(np.max(np.abs(K - K.T))) / _scale(K)
    return Finding("symmetric", error < _TOLERANCE, "sampled", f"|K - Kᵀ| is {error:.2g} of |K|")


def _zonal(matrix: Matrix, X: Any, K: Any, seed: int) -> Finding:
    """Whether it is a function of the angle: unchanged by a random rotation."""
    generator = np.random.default_rng(seed + 1)
    Q, _ = np.linalg.qr(generator.standard_normal((X.shape[1], X.shape[1])))
    error = float(np.max(np.abs(_values(matrix, X @ Q, X @ Q) - K))) / _scale(K)
    detail = f"a rotation of the points changes it by {error:.2g} of |K|"
    return Finding("zonal", error < _TOLERANCE, "sampled", detail)


def _normalised(K: Any) -> Finding:
    diagonal = np.diag(K)
    error = float(np.max(np.abs(diagonal - 1)))
    detail = f"k(x, x) is between {diagonal.min():.6g} and {diagonal.max():.6g}"
    return Finding("normalised", error < _TOLERANCE, "sampled", detail)


def _positive_definite(kernel: Any, dim: int, K: Any, degrees: int) -> list[Finding]:
    findings = [_of_matrix(K)]
    if isinstance(kernel, Kernel):
        findings.append(_of_eigenvalues(kernel, dim, degrees))
    return findings


def _of_matrix(K: Any) -> Finding:
    symmetric = (K + K.T) / 2
    bounds: Any = enclose_eigenvalues(symmetric)
    least, high = bounds.smallest.lower, bounds.smallest.upper
    if high < -_TOLERANCE * _scale(K):
        detail = f"λ_min of its matrix at {len(K)} points is at most {high:.3g}"
        return Finding("positive definite", False, "certified", detail)
    detail = f"λ_min of its matrix at {len(K)} points is {least:.3g} at least"
    return Finding("positive definite", True, "sampled", detail)


def _of_eigenvalues(kernel: Kernel, dim: int, degrees: int) -> Finding:
    """Its μ_l, in balls where it knows balls."""
    from ntkproofs.spectra.eigenvalues import eigenvalues

    try:
        values: Any = eigenvalues(kernel, dim, range(degrees + 1), digits=15)
        negative = [degree for degree, value in enumerate(values) if value < 0]
        grade: Literal["certified", "sampled"] = "certified"
    except Unable:
        values = eigenvalues(kernel, dim, range(degrees + 1))
        floor = -_TOLERANCE * float(np.max(np.abs(values)))
        negative = [degree for degree, value in enumerate(values) if value < floor]
        grade = "sampled"
    if negative:
        detail = f"μ_{negative[0]} = {float(values[negative[0]]):.6g} is negative"
        return Finding("positive definite", False, grade, detail)
    detail = f"no μ_l is negative for l = 0..{degrees}; this shows nothing of the others"
    return Finding("positive definite", True, "sampled", detail)
