"""Why a kernel matrix is not positive definite, in sentences."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ntkproofs.arithmetic.truth import Truth
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.matrices.coincidences import Coincidences, coincidences, equal_rows
from ntkproofs.matrices.definite import Definiteness, is_positive_definite
from ntkproofs.matrices.rounding import UNIT, Matrix
from ntkproofs.matrices.symmetric import as_doubles, symmetric
from ntkproofs.spectra.eigenvalues import eigenvalues
from ntkproofs.spectra.harmonics import harmonic_dimension
from ntkproofs.spectra.symmetry import Parity, polynomial_part

ASKER = "nt.diagnose"
_DEGREES = 41
_NEGATIVE = 1e-12
"""Eigenvalues of kernels are floats of this relative error (in units of k(1) for plain functions);
only what is below minus that counts as negative."""
_ENTRY_ERROR = 4 * UNIT
"""Rounding of an entry of ``nt.gram``, in units of the largest diagonal entry."""
_SHOWN = 3


@dataclass(frozen=True)
class Finding:
    """One cause: its name (``duplicate rows``, ``parallel rows``, ``near rows``, ``finite rank``,
    ``negative eigenvalues of the kernel``, ``rounding``, ``unexplained``), and a sentence."""

    cause: str
    sentence: str


@dataclass(frozen=True, eq=False)
class Diagnosis:
    """Whether K is positive definite, and if it is not, or only by rounding, why."""

    definite: Definiteness
    findings: tuple[Finding, ...]

    @property
    def causes(self) -> tuple[str, ...]:
        """The names of the causes."""
        return tuple(finding.cause for finding in self.findings)

    def __str__(self) -> str:
        verdict = {
            Truth.TRUE: "K is positive definite.",
            Truth.FALSE: "K is not positive definite.",
            Truth.UNDECIDED: "It is open whether K is positive definite.",
        }[self.definite.truth]
        if self.definite.truth is Truth.TRUE and self.findings:
            verdict = (
                "K is positive definite as it stands in floats, and perhaps only as it stands."
            )
        reasons = [verdict, self.definite.reason, *(found.sentence for found in self.findings)]
        return "\n".join(reasons)


def diagnose(K: Any, kernel: Kernel | None = None, X: Any = None) -> Diagnosis:
    """Why a kernel matrix is not (or not provably) positive definite.

    Looks for coincident rows, antipodal rows under a kernel whose even or odd part has low rank,
    nearly parallel rows, more points than the rank of the kernel, kernels that are not positive
    definite themselves (a negative μ_l), and rounding.

    Args:
        K: array of shape (n, n), exactly symmetric.
        kernel: the kernel it was sampled from, if known.
        X: the points, shape (n, d), if known; its rows are told apart by their direction.

    Returns:
        ``Diagnosis``: ``definite``, ``findings``, ``causes``; ``str`` of it is the report.

    Raises:
        InvalidInput: for a K that is not exactly symmetric, points of another number, or a
            function in place of a kernel.

    Example:
        >>> import numpy as np, ntkproofs as nt
        >>> X = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
        >>> print(nt.diagnose(nt.gram(nt.ntk(3), X), nt.ntk(3), X))
        K is not positive definite.
        xᵀAx = 0 exactly for x = e_0 - e_2: rows 0 and 2.
        Rows 0 and 2 are the same point; each repetition makes K singular. Drop it (np.unique).
    """
    matrix = symmetric(K, ASKER, 3)
    points = _points(X, len(matrix))
    if kernel is not None and not isinstance(kernel, Kernel):  # pyright: ignore
        raise InvalidInput(
            f"{ASKER} needs kernel as a kernel of the library; got {type(kernel).__name__}. Wrap a "
            "function with nt.zonal(name, formula)."
        )
    definite = is_positive_definite(matrix)
    if definite.truth is Truth.TRUE and definite.smallest.lower > _reach(matrix):
        return Diagnosis(definite, ())
    found = equal_rows(matrix) if points is None else coincidences(points)
    findings = [*_of_rows(found, matrix, points is not None)]
    if kernel is not None and points is not None:
        findings += _of_kernel(kernel, points.shape[1], len(points), found)
    certain = [finding for finding in findings if finding.cause != "near rows"]
    if not certain:
        findings.append(_of_rounding(definite, matrix, bool(findings)))
    return Diagnosis(definite, tuple(findings))


def _points(X: Any, n: int) -> Matrix | None:
    if X is None:
        return None
    points = as_doubles(np.asarray(X), ASKER, "X")
    if points.ndim != 2 or points.shape[0] != n or points.shape[1] < 2:
        raise InvalidInput(
            f"{ASKER} needs X of shape ({n}, d), d >= 2, a row for each row of K; got "
            f"{points.shape}."
        )
    norms = np.linalg.norm(points, axis=1, keepdims=True)
    if not (np.isfinite(norms) & (norms > 0)).all():
        raise InvalidInput(f"{ASKER} needs finite, nonzero rows of X; they have no direction else.")
    return points / norms


def _of_rows(found: Coincidences, K: Matrix, from_points: bool) -> list[Finding]:
    findings: list[Finding] = []
    if found.equal:
        what = "are the same point" if from_points else "of K are equal"
        findings.append(
            Finding(
                "duplicate rows",
                f"Rows {_shown(found.equal)} {what}; each repetition makes K singular. "
                "Drop it (np.unique).",
            )
        )
    if found.opposite and not from_points:
        findings.append(
            Finding(
                "parallel rows",
                f"Rows {_shown(found.opposite)} of K are opposite, as those of antipodal points "
                "under an odd kernel are; K is singular. Keep one of each pair.",
            )
        )
    if found.near:
        i, j = found.near[0]
        room = (K[i, i] + K[j, j]) / 2 - abs(K[i, j])
        findings.append(
            Finding(
                "near rows",
                f"Rows {_shown(found.near)} are nearly parallel (at a chord of {found.chord:.1e} "
                f"at least); λ_min is at most about {room:.2g} because of rows {i} and {j}.",
            )
        )
    return findings


def _of_kernel(kernel: Kernel, dim: int, n: int, found: Coincidences) -> list[Finding]:
    kernel = kernel.at_dim(dim)
    findings = _negative(kernel, dim)
    ranks = {parity: _rank(kernel, dim, parity) for parity in ("even", "odd")}
    pairs = len(found.opposite)
    for parity, rank in ranks.items():
        if rank is not None and pairs > rank:
            findings.append(_antipodal(kernel, found, parity, rank))
    even, odd = ranks["even"], ranks["odd"]
    if even is not None and odd is not None and even + odd < n:
        findings.append(
            Finding(
                "finite rank",
                f"{kernel!r} is a polynomial of the cosine; at dim = {dim} its matrices have rank "
                f"at most {even + odd}, less than n = {n}. They are singular for any points.",
            )
        )
    return findings


def _negative(kernel: Kernel, dim: int) -> list[Finding]:
    values = np.asarray(eigenvalues(kernel, dim, range(_DEGREES)), dtype=float)
    scale = abs(float(kernel(1.0))) if kernel.floats_only else float(np.abs(values).max()) * 1e-6
    degrees = np.flatnonzero(values < -_NEGATIVE * scale)
    if not degrees.size:
        return []
    listed = ", ".join(f"μ_{degree} = {values[degree]:.4g}" for degree in degrees[:_SHOWN])
    return [
        Finding(
            "negative eigenvalues of the kernel",
            f"{kernel!r} is not positive definite on the sphere of dim = {dim}: {listed}"
            f"{', ...' if degrees.size > _SHOWN else ''}. Enough points in general position give a "
            "negative eigenvalue, without any rounding.",
        )
    ]


def _rank(kernel: Kernel, dim: int, parity: Parity) -> int | None:
    """Bound of the rank of the even or odd part; None if it is not found to be a polynomial."""
    degree = polynomial_part(kernel, parity)
    if degree is None:
        return None
    first = 0 if parity == "even" else 1
    return sum(harmonic_dimension(dim, k) for k in range(first, degree + 1, 2))


def _antipodal(kernel: Kernel, found: Coincidences, parity: str, rank: int) -> Finding:
    pairs = len(found.opposite)
    relation = "e_i - e_j" if parity == "odd" else "e_i + e_j"
    none = f"{kernel!r} has no {parity} part"
    some = f"the {parity} part of {kernel!r} has rank at most {rank}, less than the {pairs} pairs"
    return Finding(
        "parallel rows",
        f"Rows {_shown(found.opposite)} are antipodal, and {some if rank else none}; on the "
        f"vectors {relation} of these pairs only that part counts, so that K is singular. Keep one "
        "of each pair.",
    )


def _of_rounding(definite: Definiteness, K: Matrix, near: bool) -> Finding:
    reach = _reach(K)
    if definite.truth is Truth.TRUE or definite.smallest.upper >= -reach:
        return Finding(
            "rounding",
            f"The rounding of the entries can move λ_min by {reach:.2g}, and that decides its sign"
            f"{'; the near rows make it that small' if near else ''}. The matrix of the exact "
            "points may be positive definite: use balls (digits=), fewer or farther points, or add "
            "a multiple of the identity.",
        )
    return Finding(
        "unexplained",
        f"λ_min is at most {definite.smallest.upper:.3g}, farther below 0 than the {reach:.2g} "
        "that rounding of the entries explains. Either the kernel is not positive definite or an "
        "entry is wrong; pass kernel= and X= for more, or compare with nt.gram(kernel, X).",
    )


def _reach(K: Matrix) -> float:
    """How far rounding of the entries can move an eigenvalue."""
    return len(K) * _ENTRY_ERROR * float(np.abs(K.diagonal()).max())


def _shown(pairs: tuple[tuple[int, int], ...]) -> str:
    listed = ", ".join(f"{i} and {j}" for i, j in pairs[:_SHOWN])
    more = len(pairs) - _SHOWN
    return listed + (f" (and {more} more pairs)" if more > 0 else "")
