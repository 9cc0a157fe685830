"""Quadratures that know to which degree they are exact, and are checked when they are built."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ntkproofs.conventions import require_integer
from ntkproofs.errors import InvalidInput, Unable

Floats = NDArray[np.float64]

TOLERANCE = 1e-12
"""How far from its exact value the moment of a normalised polynomial may be, root mean square."""

MAX_POINTS = 2_000_000
"""Points of a product rule beyond which it is refused unless a larger limit is given."""

MAX_GRID = 1 << 25
"""Numbers in an array over a grid or its modes beyond which it is refused likewise."""


@dataclass(frozen=True, eq=False)
class Quadrature(ABC):
    """Points and weights that integrate polynomials against a probability measure.

    Attributes:
        points: array of shape (n, d).
        weights: array of shape (n,), of sum 1; negative weights are allowed.
        exactness: the degree up to which polynomials are integrated exactly; checked when built.
        name: what the rule is, for messages.
    """

    points: Floats
    weights: Floats
    exactness: int
    name: str = "quadrature"

    def __post_init__(self) -> None:
        self._check_shapes()
        require_integer("exactness", self.exactness, least=0, why="it is a degree of polynomials")
        for degree, defect in enumerate(self.defects(self.exactness)):
            if not defect <= TOLERANCE:
                raise InvalidInput(
                    f"The {self.name} of {len(self.weights)} points is not exact to degree "
                    f"{self.exactness}: at degree {degree} its moments miss their exact values by "
                    f"{defect:.1e} (root mean square; at most {TOLERANCE:.0e} is granted). State "
                    "the degree that it has, or repair points and weights."
                )

    @abstractmethod
    def defects(self, max_degree: int) -> Floats:
        """For each degree 0..max_degree: root mean square error of its orthonormal polynomials."""

    def require_exactness(self, degree: int, why: str = "") -> None:
        """Refuse unless the rule integrates polynomials of a degree exactly.

        Raises:
            InvalidInput: if it does not; products of two functions of degree L need 2L.
        """
        if degree > self.exactness:
            reason = f" ({why})" if why else ""
            raise InvalidInput(
                f"A quadrature exact to degree {degree} is needed{reason}; the {self.name} is "
                f"exact to degree {self.exactness}. Beyond it, polynomials of different degrees "
                "are not told apart. Take a rule of a higher degree."
            )

    def integrate(self, values: Any) -> Any:
        """Σ w_i f(x_i) of values of shape (n, ...)."""
        return np.tensordot(self.weights, np.asarray(values), axes=1)

    def _check_shapes(self) -> None:
        if self.points.ndim != 2 or self.weights.shape != (len(self.points),):
            raise InvalidInput(
                "A quadrature has points of shape (n, d) and weights of shape (n,); got "
                f"{self.points.shape} and {self.weights.shape}."
            )
        if not (np.isfinite(self.points).all() and np.isfinite(self.weights).all()):
            raise InvalidInput("The points and weights of a quadrature are finite numbers.")
        total = float(self.weights.sum()) if len(self.weights) else 0.0
        if abs(total - 1) > TOLERANCE:
            raise InvalidInput(
                f"The weights of a quadrature sum to 1, the measure being a probability; got sum "
                f"{total!r}. Divide by it."
            )


def require_affordable(count: int, limit: int, what: str) -> None:
    """Refuse a set of points beyond a limit before it is allocated."""
    if count > limit:
        raise Unable(
            f"The {what} has {count} points, more than the limit of {limit} "
            f"({8 * count / 2**30:.3g} GiB for one number each). Raise max_points if memory allows."
        )
