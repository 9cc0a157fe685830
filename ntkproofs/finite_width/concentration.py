"""Lower bounds of λ_min of a finite network's kernel at initialisation, with a probability.

Two layers. Θ is a mean of N independent positive semi-definite terms X. For θ > 0

    P(λ_min(Θ) <= a) <= n exp(-N θ (λ_min(EX - (θ/2) EX²) - a)),

by Tropp's master bound for sums of independent matrices and e^(-x) <= 1 - x + x²/2 for x >= 0,
log(I + A) ≼ A. No bound of ‖X‖ is needed: a lower tail of positive terms has none. The second
moment in the direction of the small eigenvalues decides, not its norm.

More layers. Chebyshev's inequality for ‖Θ - EΘ‖_F with mean and variances to order 1/width; what is
of higher order is left out, and the result says so.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from scipy.optimize import minimize_scalar

from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.corrections import first_order
from ntkproofs.finite_width.loss import Loss
from ntkproofs.finite_width.network import Network, limit
from ntkproofs.finite_width.two_layer import second_moment
from ntkproofs.matrices.smallest import enclose_smallest

Standing = Literal["proved", "exact", "floats", "first order", "measured", "assumed"]

_ROUNDING = 1e-7
"""Share of the trace that is added to second moments: arccosines of rounded cosines near ±1 lose
half of their digits, and nothing else here loses more."""


@dataclass(frozen=True)
class Reliance:
    """One thing that a bound rests on.

    Attributes:
        statement: in words.
        standing: ``proved`` (a cited theorem, its hypotheses checked), ``exact`` (a closed form),
            ``floats`` (computed with an added margin, not enclosed), ``first order`` (terms beyond
            1/width are left out), ``measured`` (over draws) or ``assumed``.
    """

    statement: str
    standing: Standing


@dataclass(frozen=True)
class Floor:
    """A lower bound of λ_min that holds with a probability.

    Attributes:
        value: λ_min(Θ) >= value with probability at least 1 - delta; it may be negative.
        limit: a lower bound of λ_min(Θ∞) (of the product, for a Sobolev loss).
        fluctuation: what the finite width takes from it at most: limit - value.
        deviation: ‖Θ - Θ∞‖_F <= deviation with probability at least 1 - delta.
        relies_on: what it rests on.
    """

    value: float
    limit: float
    fluctuation: float
    deviation: float
    relies_on: tuple[Reliance, ...]


def smallest_eigenvalue(network: Network, X: Any, delta: float, *, sobolev: Any = None) -> Floor:
    """A lower bound of λ_min of the kernel of one draw (or of P^½ Θ P^½), two layers or more.

    Args:
        network: of two layers an (a,b)-ReLU without biases; of more layers any.
        X: inputs, shape (n, d).
        delta: probability in (0, 1) that it fails.
        sobolev: matrix P of a loss ½ rᵀ P r, positive definite, shape (n, n); None is the identity.

    Returns:
        A :class:`Floor`, with what it rests on.

    Raises:
        InvalidInput: for a delta outside (0, 1), and a P that is not positive definite.
        Unable: for two layers with biases, or of an activation that is no (a,b)-ReLU.

    Source:
        Tropp, User-friendly tail bounds for sums of random matrices, 2012; see the module's text.

    Example:
        >>> found = smallest_eigenvalue(Network.of(2, 50_000), np.eye(3), 0.1)
        >>> 0 < found.value < found.limit, round(found.limit, 4)    # 2 - 1/π
        (True, 1.6817)
        >>> deeper = smallest_eigenvalue(Network.of(3, 50_000), np.eye(3), 0.1)
        >>> deeper.relies_on[0].standing    # no theorem: terms beyond 1/width are left out
        'first order'
    """
    require_probability(delta)
    loss = Loss.of(sobolev, len(X))
    by = _by_terms if network.depth == 2 else _by_variances
    return by(network, X, loss, delta)


def require_probability(delta: float) -> None:
    """A probability of failure, in (0, 1)."""
    if not 0 < delta < 1:
        raise InvalidInput(f"A probability of failure lies in (0, 1); got delta = {delta}.")


def _by_terms(network: Network, X: Any, loss: Loss, delta: float) -> Floor:
    width, n, kernel = network.widths[0], len(X), limit(network, X).ntk
    moment = second_moment(network, X)
    trace = float(np.trace(moment))
    moment = moment + _ROUNDING * trace * np.eye(n)

    def floor(theta: float) -> float:
        # X P X ≼ ‖P‖ X²
        lowest = enclose_smallest(loss.seen_by(kernel - 0.5 * theta * loss.high * moment)).lower
        return float(lowest) - math.log(n / delta) / (width * theta)

    size = loss.high * float(np.linalg.norm(loss.seen_by(moment)))
    value = _best(floor, math.sqrt(2 * math.log(n / delta) / (width * size)))
    bottom = float(enclose_smallest(loss.seen_by(kernel)).lower)
    squared = max(trace - float(np.sum(kernel**2)), 0.0) / width
    return Floor(
        value,
        bottom,
        bottom - value,
        math.sqrt(squared / delta),
        (
            Reliance(
                "Θ is a mean of independent positive semi-definite terms (two layers)", "proved"
            ),
            Reliance("Tropp 2012, master tail bound; e^(-x) <= 1 - x + x²/2 for x >= 0", "proved"),
            Reliance(
                "E X² in closed form, in float64; a share of 1e-7 of its trace is added", "floats"
            ),
            Reliance("λ_min of limit matrices by verified enclosures", "proved"),
            Reliance("entries of the limit kernel in float64", "floats"),
        ),
    )


def _best(floor: Callable[[float], float], start: float) -> float:
    """The largest lower bound over θ, from a scale that is too small for it."""
    found = minimize_scalar(
        lambda exponent: -floor(start * math.exp(exponent)),
        bounds=(-2.0, 12.0),
        method="bounded",
        options={"xatol": 0.05},
    )
    return -float(found.fun)


def _by_variances(network: Network, X: Any, loss: Loss, delta: float) -> Floor:
    found = first_order(network, X)
    shift, kernel = found.mean_shift, limit(network, X).ntk
    spread = math.sqrt(float(np.sum(found.variance)) / delta)
    bottom = float(enclose_smallest(loss.seen_by(kernel)).lower)
    value = float(enclose_smallest(loss.seen_by(kernel + shift)).lower) - loss.high * spread
    return Floor(
        value,
        bottom,
        bottom - value,
        float(np.linalg.norm(shift)) + spread,
        (
            Reliance("mean and variances of the kernel to order 1/width", "first order"),
            Reliance("Chebyshev's inequality for ‖Θ - EΘ‖_F, and Weyl's", "proved"),
            Reliance("λ_min of limit and mean by verified enclosures", "proved"),
            Reliance("entries of the limit kernel and of its corrections in float64", "floats"),
        ),
    )
