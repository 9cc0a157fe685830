r"""Training of a linearised network on its kernel matrix: the flow e^(-tA) and descent (I - ηA)^t.

With the squared loss the residual r = f - y of gradient flow solves r' = -A r, that of gradient
descent r_(t+1) = (I - ηA) r_t. Both are functions of A applied to r_0, and taken from its Krylov
space: V e^(-tT) e_1 ‖r_0‖. As A V = V T + β v_(m+1) e_mᵀ, what this misses solves the same equation
with the source β [e^(-tT)]_(m1) v_(m+1) ‖r_0‖; for positive semidefinite A it is therefore at most

    ‖r_0‖ β ∫_0^t |[e^(-sT)]_(m1)| ds,   for descent   ‖r_0‖ ηβ Σ_(s<t) |[(I - ηT)^s]_(m1)|.

Source:
    Botchev, Grimm and Hochbruck, SIAM J. Sci. Comput. 35 (2013), for the residual of the flow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ntkproofs.conventions import require_integer, require_rational
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.matrices.solvers.lanczos import Krylov
from ntkproofs.matrices.solvers.symmetric_products import (
    UNIT,
    Floats,
    Progress,
    SymmetricProducts,
    lengths,
    require_tolerance,
    require_vector,
    symmetric_products,
)

_MOST_STEPS = 1_000_000
_CHUNK = 4096
_NODES = 400


@dataclass(frozen=True, eq=False)
class Residuals:
    """Residuals of training at given times.

    Attributes:
        times: of the flow, or numbers of steps of descent, shape (k,).
        residuals: f_t - y, shape (k, n).
        errors: estimates of ‖error‖ for each time, shape (k,): the a-posteriori bound above, with
            the integral by a trapezoidal rule, and 8 m u ‖r_0‖ for the rounding of the recurrence.
        operator_effects: what products that are off by δ change at most, for each time, ‖r_0‖ times
            e^(tδ) - 1 or (1 + ηδ)^t - 1; None where the operator does not state δ.
        dimension: of the Krylov space.
    """

    times: Floats
    residuals: Floats
    errors: Floats
    operator_effects: Floats | None
    dimension: int

    @property
    def norms(self) -> Floats:
        """‖f_t - y‖, shape (k,)."""
        return lengths(self.residuals.T)


def gradient_flow(
    A: Any,
    residual: Any,
    times: Sequence[float],
    *,
    tolerance: float = 1e-8,
    max_dimension: int = 500,
    operator_error: float | None = None,
    progress: Progress | None = None,
) -> Residuals:
    """e^(-tA) r_0: the residuals of gradient flow of the squared loss ½‖f - y‖².

    Args:
        A: symmetric positive semidefinite array of shape (n, n), or operator: the kernel matrix.
        residual: r_0 = f_0 - y, shape (n,).
        times: t >= 0.
        tolerance: of the estimated error at every time, relative to ‖r_0‖.
        max_dimension: of the Krylov space; its basis takes 8 n bytes each.
        operator_error: as for ``nt.extreme_eigenvalues``.
        progress: called with the products done and the most that there will be.

    Raises:
        InvalidInput: if a Ritz value shows that A is not positive semidefinite, so that the flow
            grows, and for times below 0.
        Unable: if the space gets too large; says which error was reached.

    Example:
        >>> import numpy as np
        >>> gradient_flow(np.diag([1.0, 2.0]), [1.0, 1.0], [0.5]).residuals.round(6)
        array([[0.606531, 0.367879]])
    """
    found = np.asarray([float(require_rational("times", t)) for t in times])
    products = symmetric_products(A, operator_error)

    def weights(values: Floats) -> Floats:
        return np.exp(-np.outer(found, np.maximum(values, 0.0)))

    def missed(values: Floats, ends: Floats) -> Floats:
        return np.array([_integral(values, ends, float(t)) for t in found])

    with np.errstate(over="ignore"):
        effects = np.expm1(found * products.known_error)
    plan = _Plan(found, effects, weights, missed)
    return _trained(products, residual, plan, (tolerance, max_dimension), progress)


def gradient_descent(
    A: Any,
    residual: Any,
    steps: Sequence[int],
    step_size: float,
    *,
    tolerance: float = 1e-8,
    max_dimension: int = 500,
    operator_error: float | None = None,
    progress: Progress | None = None,
) -> Residuals:
    """(I - ηA)^t r_0: the residuals of gradient descent of the squared loss ½‖f - y‖².

    Args:
        steps: numbers t of steps, from 0 to 1,000,000.
        step_size: η > 0; beyond 2/λ_max descent diverges.
        A, residual, tolerance, max_dimension, operator_error, progress: as for
            :func:`gradient_flow`.

    Raises:
        InvalidInput: as there, and for a step at which a Ritz value shows that descent diverges.
        Unable: as there.

    Example:
        >>> import numpy as np
        >>> gradient_descent(np.diag([1.0, 2.0]), [1.0, 1.0], [3], 0.5).residuals.round(9)
        array([[0.125, 0.   ]])
    """
    counts = [require_integer("steps", t, least=0, why="descent takes whole steps") for t in steps]
    if max(counts, default=0) > _MOST_STEPS:
        raise InvalidInput(
            f"At most {_MOST_STEPS} steps are followed one by one; got {max(counts)}. The flow at "
            "time η t is nearly the same then (nt.gradient_flow)."
        )
    eta = float(require_rational("step_size", step_size, positive=True))
    products = symmetric_products(A, operator_error)
    times = np.asarray(counts, dtype=np.float64)

    def weights(values: Floats) -> Floats:
        factors = 1 - eta * values
        _require_stable(eta, values, products)
        return np.stack([factors**t for t in counts]) if counts else np.empty((0, len(values)))

    def missed(values: Floats, ends: Floats) -> Floats:
        return eta * _sums(1 - eta * values, ends, counts)

    with np.errstate(over="ignore"):
        effects = np.expm1(times * np.log1p(eta * products.known_error))
    plan = _Plan(times, effects, weights, missed)
    return _trained(products, residual, plan, (tolerance, max_dimension), progress)


@dataclass(frozen=True)
class _Plan:
    """Times, f_t at Ritz values, and the sum of |f_s(T)_(m1)| over s up to each t."""

    times: Floats
    effects: Floats
    weights: Callable[[Floats], Floats]
    missed: Callable[[Floats, Floats], Floats]


def _trained(
    products: SymmetricProducts,
    residual: Any,
    plan: _Plan,
    limits: tuple[float, int],
    progress: Progress | None,
) -> Residuals:
    """Krylov spaces that grow until the errors are tolerable."""
    tolerance, most = limits
    start = require_vector(residual, products.size, "residual")
    if start.ndim != 1:
        raise InvalidInput(f"One residual is trained at a time; got shape {start.shape}.")
    tolerance = require_tolerance(tolerance)
    known = products.error is not None
    length = float(lengths(start))
    if length == 0 or len(plan.times) == 0:
        zeros = np.zeros(len(plan.times))
        effects = zeros if known else None
        return Residuals(plan.times, np.zeros((len(zeros), len(start))), zeros, effects, 0)
    most = require_integer("max_dimension", most, least=1, why="it is that of a space")
    krylov = Krylov(products, start, most, progress)
    aim = 8
    while True:
        krylov.extend(aim)
        values, vectors = krylov.ritz()
        _require_semidefinite(values, products)
        errors = krylov.beta * plan.missed(values, vectors[-1] * vectors[0])
        errors = errors + 8 * UNIT * krylov.steps
        done = krylov.exhausted or krylov.steps == krylov.most
        if done or errors.max() <= tolerance:
            break
        aim += 1 + aim // 4
    if errors.max() > tolerance:
        raise Unable(
            f"A Krylov space of {krylov.steps} dimensions leaves an estimated error of "
            f"{errors.max():.3g} ‖r_0‖ at time {plan.times[int(np.argmax(errors))]:g}, more than "
            f"the {tolerance:g} granted. Allow more dimensions, earlier times or a larger "
            "tolerance."
        )
    inner = vectors @ (plan.weights(values) * vectors[0]).T
    found = length * krylov.combine(inner).T
    effects = length * plan.effects if known else None
    return Residuals(plan.times, found, length * errors, effects, krylov.steps)


def _require_semidefinite(values: Floats, products: SymmetricProducts) -> None:
    noise = products.known_error + 64 * UNIT * len(values) * float(np.abs(values).max())
    if values[0] < -noise - 1e-12 * float(np.abs(values).max()):
        raise InvalidInput(
            f"Training on a kernel needs a positive semidefinite matrix; this one has the Ritz "
            f"value {values[0]:.6g}, along which the residual grows without bound."
        )


def _require_stable(eta: float, values: Floats, products: SymmetricProducts) -> None:
    largest = float(values[-1]) - products.known_error
    if eta * largest > 2 * (1 + 1e-12):
        raise InvalidInput(
            f"Descent needs a step of at most 2/λ_max <= {2 / largest:.6g}; got {eta:g}: beyond it "
            "the residual grows along the first eigenvector."
        )


def _integral(values: Floats, ends: Floats, t: float) -> float:
    """∫_0^t |Σ_j ends_j e^(-s values_j)| ds, with nodes on the scales of t and of 1/λ_max."""
    if t == 0:
        return 0.0
    fastest = max(float(values[-1]), 1.0 / t)
    nodes = np.concatenate(
        [np.linspace(0, t, _NODES), np.geomspace(1e-3 / fastest, 1.0, _NODES) * min(t, 1.0)]
    )
    nodes = np.unique(np.clip(nodes, 0, t))
    heights = np.abs(np.exp(-np.outer(nodes, np.maximum(values, 0.0))) @ ends)
    return float(np.trapezoid(heights, nodes))


def _sums(factors: Floats, ends: Floats, counts: Sequence[int]) -> Floats:
    """Σ_(s<t) |Σ_j ends_j factors_j^s| for each t, in chunks of steps."""
    most = max(counts)
    totals, total = np.zeros(most + 1), 0.0
    powers = np.ones((min(_CHUNK, max(most, 1)), len(factors)))
    powers[1:] = factors
    powers = np.cumprod(powers, axis=0)
    lead = np.ones(len(factors))
    for start in range(0, most, len(powers)):
        stop = min(start + len(powers), most)
        heights = np.abs(powers[: stop - start] @ (ends * lead))
        totals[start + 1 : stop + 1] = total + np.cumsum(heights)
        total, lead = float(totals[stop]), lead * powers[-1] * factors
    return totals[np.asarray(counts, dtype=np.int64)]
