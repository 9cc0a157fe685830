"""Activations: their values, their derivatives, and the Gaussian expectations of their products.

For (x, y) ~ N(0, [[p, r], [r, q]]) the *dual* of an activation φ is ``E[φ(x) φ(y)]``, a function of
(p, r, q); it is the one formula that infinitely wide networks need of φ.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from array_api_compat import array_namespace, is_jax_array, is_numpy_array, is_torch_array

from ntkproofs.errors import InvalidInput

_SPACING, _REACH = 1 / 12, 10
"""Of the nodes for one variable of a smooth dual without a closed form, in standard deviations."""


@dataclass(frozen=True)
class Activation(ABC):
    """An activation φ of a fully connected network.

    It is called on arrays of any library, and stays in it.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """What it is called in tables."""

    @property
    def smooth(self) -> bool:
        """Whether it has derivatives of all orders everywhere."""
        return True

    @property
    def weight_variance(self) -> float:
        """1/E[φ(g)²], g ~ N(0, 1): with it the variance of preactivations stays 1."""
        one = np.ones(1)
        return float(1 / self.dual(one, one, one)[0])

    @abstractmethod
    def __call__(self, z: Any) -> Any:
        """φ(z), entry by entry."""

    @abstractmethod
    def derivative(self, z: Any) -> Any:
        """φ'(z), entry by entry; at a kink the mean of the two slopes."""

    def dual(self, p: Any, r: Any, q: Any) -> Any:
        """E[φ(x) φ(y)], Var x = p, Cov(x, y) = r, Var y = q; NumPy arrays of one shape."""
        return _by_quadrature(self, p, r, q)

    def dual_of_derivative(self, p: Any, r: Any, q: Any) -> Any:
        """E[φ'(x) φ'(y)]."""
        return _by_quadrature(self.derivative, p, r, q)

    def mean(self, p: Any) -> Any:
        """E[φ(x)], Var x = p, a NumPy array; 0 for odd activations."""
        nodes, weights = _trapezoidal()
        return self(np.sqrt(np.asarray(p, dtype=float))[..., None] * nodes) @ weights


@dataclass(frozen=True)
class PiecewiseLinear(Activation):
    """φ(s) = a s + b |s|: slopes a + b on the right and a - b on the left (an (a,b)-ReLU)."""

    a: float
    b: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.a) and math.isfinite(self.b)) or self.a == self.b == 0:
            raise InvalidInput(
                f"The activation a s + b|s| needs finite slopes, not both 0; got a = {self.a}, "
                f"b = {self.b}."
            )

    @property
    def name(self) -> str:
        if self.a == self.b == 0.5:
            return "relu"
        return "identity" if self.b == 0 and self.a == 1 else f"abrelu({self.a:g}, {self.b:g})"

    @property
    def smooth(self) -> bool:
        return self.b == 0

    @property
    def weight_variance(self) -> float:
        return 1 / (self.a**2 + self.b**2)

    @property
    def delta(self) -> float:
        """Δ = b²/(a²+b²): 1/2 for the ReLU."""
        return self.b**2 / (self.a**2 + self.b**2)

    def __call__(self, z: Any) -> Any:
        if self.a == self.b:
            return array_namespace(z).clip(z, 0) * (2 * self.a)
        return self.a * z + self.b * array_namespace(z).abs(z)

    def derivative(self, z: Any) -> Any:
        return self.a + self.b * array_namespace(z).sign(z)

    def dual(self, p: Any, r: Any, q: Any) -> Any:
        scale, cosine, sine, angle = _polar(p, r, q)
        turned = (2 / math.pi) * (sine - angle * cosine)
        return scale * ((self.a**2 + self.b**2) * cosine + self.b**2 * turned)

    def dual_of_derivative(self, p: Any, r: Any, q: Any) -> Any:
        _, _, _, angle = _polar(p, r, q)
        return self.a**2 + self.b**2 - self.b**2 * (2 / math.pi) * angle

    def mean(self, p: Any) -> Any:
        return self.b * np.sqrt(2 / math.pi * np.asarray(p, dtype=float))


@dataclass(frozen=True)
class Erf(Activation):
    """φ(z) = erf(z)."""

    @property
    def name(self) -> str:
        return "erf"

    def __call__(self, z: Any) -> Any:
        return _erf(z)

    def derivative(self, z: Any) -> Any:
        return (2 / math.sqrt(math.pi)) * array_namespace(z).exp(-z * z)

    def dual(self, p: Any, r: Any, q: Any) -> Any:
        # Williams 1997.
        return (2 / math.pi) * np.arcsin(2 * r / np.sqrt((1 + 2 * p) * (1 + 2 * q)))

    def dual_of_derivative(self, p: Any, r: Any, q: Any) -> Any:
        return (4 / math.pi) / np.sqrt((1 + 2 * p) * (1 + 2 * q) - 4 * r * r)


@dataclass(frozen=True)
class Sine(Activation):
    """φ(z) = sin z."""

    @property
    def name(self) -> str:
        return "sin"

    def __call__(self, z: Any) -> Any:
        return array_namespace(z).sin(z)

    def derivative(self, z: Any) -> Any:
        return array_namespace(z).cos(z)

    def dual(self, p: Any, r: Any, q: Any) -> Any:
        return np.exp(-(p + q) / 2) * np.sinh(r)

    def dual_of_derivative(self, p: Any, r: Any, q: Any) -> Any:
        return np.exp(-(p + q) / 2) * np.cosh(r)


@dataclass(frozen=True)
class Tanh(Activation):
    """φ(z) = tanh z; its dual by quadrature."""

    @property
    def name(self) -> str:
        return "tanh"

    def __call__(self, z: Any) -> Any:
        return array_namespace(z).tanh(z)

    def derivative(self, z: Any) -> Any:
        value = array_namespace(z).tanh(z)
        return 1 - value * value


@dataclass(frozen=True)
class Gelu(Activation):
    """φ(z) = z Φ(z), Φ the distribution function of N(0, 1).

    Its duals follow from E[x f(x, y)] = p E[∂_x f] + r E[∂_y f] (Stein), with
    E[Φ(x) Φ(y)] = 1/4 + arcsin(r/√((1+p)(1+q)))/(2π) and the density n = Φ', E[n(x) n(y)] =
    1/(2π √((1+p)(1+q) - r²)). Compare Tsuchida, Pearce, van der Heide, Roosta, Gallagher 2021.
    """

    @property
    def name(self) -> str:
        return "gelu"

    def __call__(self, z: Any) -> Any:
        return 0.5 * z * (1 + _erf(z / math.sqrt(2)))

    def derivative(self, z: Any) -> Any:
        density = array_namespace(z).exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
        return 0.5 * (1 + _erf(z / math.sqrt(2))) + z * density

    def dual(self, p: Any, r: Any, q: Any) -> Any:
        both, density, _ = self._gaussian(p, r, q)
        return r * both + density * (p * q + r * r * (1 / (1 + p) + 1 / (1 + q) - 1))

    def dual_of_derivative(self, p: Any, r: Any, q: Any) -> Any:
        both, density, gap = self._gaussian(p, r, q)
        return both + density * r * (1 / (1 + p) + 1 / (1 + q) + 1 / gap)

    def mean(self, p: Any) -> Any:
        return p / np.sqrt(2 * math.pi * (1 + p))

    @staticmethod
    def _gaussian(p: Any, r: Any, q: Any) -> tuple[Any, Any, Any]:
        """E[Φ(x) Φ(y)], E[n(x) n(y)], and (1+p)(1+q) - r²."""
        product = (1 + p) * (1 + q)
        gap = product - r * r
        both = 0.25 + np.arcsin(r / np.sqrt(product)) / (2 * math.pi)
        return both, 1 / (2 * math.pi * np.sqrt(gap)), gap


RELU = PiecewiseLinear(0.5, 0.5)
IDENTITY = PiecewiseLinear(1.0, 0.0)
ACTIVATIONS: dict[str, Activation] = {
    each.name: each for each in (RELU, IDENTITY, Erf(), Sine(), Tanh(), Gelu())
}


def activation_named(name: str | Activation) -> Activation:
    """The activation of a name; ``abrelu`` and its slopes: ``PiecewiseLinear(a, b)``.

    Raises:
        InvalidInput: if there is none of that name.
    """
    if isinstance(name, Activation):
        return name
    if name not in ACTIVATIONS:
        raise InvalidInput(
            f"Known activations are {', '.join(ACTIVATIONS)}, and PiecewiseLinear(a, b) for "
            f"a s + b|s|; got {name!r}."
        )
    return ACTIVATIONS[name]


def _polar(p: Any, r: Any, q: Any) -> tuple[Any, Any, Any, Any]:
    """sqrt(pq), and cosine, sine and angle of the correlation."""
    scale = np.sqrt(p * q)
    safe = np.where(scale > 0, scale, 1.0)
    cosine = np.clip(r / safe, -1, 1)
    # pq - r² as a product, so that small angles keep their digits.
    sine = np.sqrt(np.maximum((scale - r) * (scale + r), 0)) / safe
    return scale, cosine, sine, np.arctan2(sine, cosine)


def _erf(z: Any) -> Any:
    if is_numpy_array(z) or isinstance(z, np.generic):
        from scipy.special import erf

        return erf(z)
    if is_jax_array(z):
        from jax.scipy.special import erf as jax_erf

        return jax_erf(z)
    if is_torch_array(z):
        return array_namespace(z).special.erf(z)
    from cupyx.scipy.special import erf as cupy_erf  # pyright: ignore[reportMissingImports]

    return cupy_erf(z)


@lru_cache
def _trapezoidal() -> tuple[Any, Any]:
    """Nodes and weights for E f(g), g ~ N(0, 1): an error of e^(-2πs/h) for f analytic in |Im| < s.

    Gauss-Hermite rules do worse where s is small: tanh(σg) has s = π/(2σ).
    """
    nodes = np.arange(-round(_REACH / _SPACING), round(_REACH / _SPACING) + 1) * _SPACING
    return nodes, _SPACING * np.exp(-nodes * nodes / 2) / math.sqrt(2 * math.pi)


def _by_quadrature(function: Any, p: Any, r: Any, q: Any) -> Any:
    """E[f(x) f(y)] for smooth f: x = √p g, y = (r/√p) g + √(q - r²/p) h."""
    nodes, weights = _trapezoidal()
    p, r, q = np.broadcast_arrays(*(np.asarray(v, dtype=float) for v in (p, r, q)))
    root = np.sqrt(p)
    along = np.divide(r, root, out=np.zeros(p.shape), where=root > 0)
    across = np.sqrt(np.maximum(q - along * along, 0))
    total = np.zeros(p.shape)
    for g, weight in zip(nodes, weights, strict=True):
        y = along[..., None] * g + across[..., None] * nodes
        total += weight * function(root * g) * (function(y) @ weights)
    return total
