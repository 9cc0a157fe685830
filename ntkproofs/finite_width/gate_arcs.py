"""Averages over two jointly Gaussian preactivations of an (a,b)-ReLU neuron, in the angle.

At an angle θ, ``(z_α, z_β) = R (√p cos(φ - θ/2), √q cos(φ + θ/2))`` with φ uniform and R² of mean 2
and E R⁴ = 8, independent of φ. On the four arcs on which both gates are constant, everything is a
trigonometric polynomial in φ, and Gauss-Legendre averages it to rounding; small angles lose no
digits, as differences that vanish with θ are written as products.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.network import Network
from ntkproofs.kernels.activations import PiecewiseLinear

_NODES = 20
"""Gauss-Legendre nodes an arc: exact to rounding for trigonometric degree 4 over half a circle."""


@lru_cache
def _legendre(count: int) -> tuple[Any, Any]:
    return np.polynomial.legendre.leggauss(count)


@dataclass(frozen=True)
class Step:
    """One layer of a pair in the limit: before it (p, q, θ), after it (p', q', θ').

    Arrays of one shape (pairs,), and the slopes ``right = a + b``, ``left = a - b``.

    Attributes:
        shares: v_w p/p', v_w q/q', and their geometric mean η = v_w √(pq)/√(p'q').
    """

    right: float
    left: float
    p: Any
    q: Any
    angle: Any
    next_p: Any
    next_q: Any
    next_angle: Any
    shares: tuple[Any, Any, Any]

    @property
    def second(self) -> float:
        """A2 = E D²."""
        return (self.right**2 + self.left**2) / 2

    @property
    def bend(self) -> float:
        """2b²/π: minus the slope of E[D_α D_β] in θ."""
        return 2 * ((self.right - self.left) / 2) ** 2 / np.pi

    @property
    def gate(self) -> Any:
        """S(θ) = E[D_α D_β] = A2 - (2b²/π) θ."""
        return self.second - self.bend * self.angle

    @property
    def cosine_map(self) -> tuple[Any, Any, Any]:
        """k(θ) = E σσ/√(pq) and its first two derivatives in θ."""
        sine, cosine = np.sin(self.angle), np.cos(self.angle)
        value = self.second * cosine + self.bend * (sine - self.angle * cosine)
        return value, -self.gate * sine, self.bend * sine - self.gate * cosine

    @property
    def over_sine(self) -> Any:
        """1/sin θ', and 0 at coincident or antipodal points, whose angle never fluctuates."""
        sine = np.sin(self.next_angle)
        fixed = (self.next_angle <= 0) | (self.next_angle >= np.pi)
        return np.divide(1.0, sine, out=np.zeros_like(sine), where=~fixed)


def layer(network: Network, p: Any, q: Any, angle: Any) -> Step:
    """The step of one layer, its new angle without cancellation where θ is small."""
    if not isinstance(network.activation, PiecewiseLinear):
        raise InvalidInput(f"Arcs are those of PiecewiseLinear(a, b); got {network.activation}.")
    a, b = network.activation.a, network.activation.b
    v_w, v_b = network.weight_variance, network.bias_variance
    right, left = a + b, a - b
    second = a * a + b * b
    next_p, next_q = v_w * second * p + v_b, v_w * second * q + v_b
    root, next_root = np.sqrt(p * q), np.sqrt(next_p * next_q)
    # √(p'q') - r' in two parts that are not negative: of the norms, and of the angle.
    of_norms = v_w * second * v_b * (np.sqrt(p) - np.sqrt(q)) ** 2
    of_norms = of_norms / (next_root + v_w * second * root + v_b)
    sine, cosine = np.sin(angle), np.cos(angle)
    bent = (2 * b * b / np.pi) * (sine - angle * cosine)
    of_angle = v_w * root * (2 * second * np.sin(angle / 2) ** 2 - bent)
    half = np.sqrt(np.clip((of_norms + of_angle) / (2 * next_root), 0, 1))
    shares = (v_w * p / next_p, v_w * q / next_q, v_w * root / next_root)
    next_angle = 2 * np.arcsin(half)
    return Step(right, left, p, q, angle, next_p, next_q, next_angle, shares)


@dataclass(frozen=True)
class Averages:
    """Functions on the arcs, shape (pairs, nodes), with weights that sum to 1 over the nodes.

    A neuron moves the next layer's ``u = (x+y)/2``, ``e = x - y`` and ``t``, where x, y are the
    relative changes of p', q' and t the change of θ', by R² times ``u``, ``e``, ``t`` (less their
    means); it adds R² √(pq) ``product`` to σσ, and has ``gates`` = D_α D_β.
    """

    weights: Any
    u: Any
    e: Any
    t: Any
    product: Any
    gates: Any

    def mean(self, values: Any) -> Any:
        """Over φ."""
        return (values * self.weights).sum(-1)

    def covariance(self, f: Any, g: Any) -> Any:
        """Of R² f and R² g."""
        return 8 * self.mean(f * g) - 4 * self.mean(f) * self.mean(g)

    def covariance_with_gates(self, f: Any) -> Any:
        """Of R² f and D_α D_β."""
        return 2 * (self.mean(f * self.gates) - self.mean(f) * self.mean(self.gates))


def averages(step: Step) -> Averages:
    """The functions of one neuron on all four arcs."""
    theta = step.angle[:, None]
    nodes, weights = _legendre(_NODES)
    right, left = step.right, step.left
    same, apart = (np.pi - theta) / 2, theta / 2  # half lengths of the arcs
    parts = []
    common = _common_arc(step, theta, same * nodes)
    for slope in (right, left):
        values = [slope**2 * value for value in common]
        parts.append((weights * same, *values, np.full_like(values[0], slope**2)))
    for slope_a, slope_b in ((right, left), (left, right)):
        values = _split_arc(step, theta, apart * nodes, slope_a, slope_b)
        parts.append((weights * apart, *values, np.full_like(values[0], slope_a * slope_b)))
    joined = [np.concatenate(column, axis=-1) for column in zip(*parts, strict=True)]
    return Averages(joined[0] / (2 * np.pi), *joined[1:])


def _common_arc(step: Step, theta: Any, phi: Any) -> tuple[Any, ...]:
    """u, e, t and product where both gates are equal, for slope 1."""
    share_p, share_q = (value[:, None] for value in step.shares[:2])
    half, delta = (share_p + share_q) / 2, (share_p - share_q) / 2
    excess = -((np.sqrt(share_p) - np.sqrt(share_q)) ** 2) / 2  # η - half
    new, over = step.next_angle[:, None], step.over_sine[:, None]
    cos2, sin2, cosine = np.cos(2 * phi), np.sin(2 * phi), np.cos(theta)
    product = (cos2 + cosine) / 2
    squares, difference = 1 + cos2 * cosine, sin2 * np.sin(theta)  # cos²A ± cos²B
    u = (half * squares + delta * difference) / 2
    e = half * difference + delta * squares
    # 1 - cos θ' cos θ and cos θ - cos θ' as products.
    turned = 2 * np.sin(new / 2) ** 2 + np.cos(new) * 2 * np.sin(theta / 2) ** 2
    moved = 2 * np.sin((new + theta) / 2) * np.sin((new - theta) / 2)
    t = half * (cos2 * turned + moved) / 2 + excess * product
    t = t - np.cos(new) * delta * difference / 2
    return u, e, -t * over, product


def _split_arc(step: Step, theta: Any, tau: Any, slope_a: float, slope_b: float) -> tuple[Any, ...]:
    """u, e, t and product where the gates differ, about φ = π/2."""
    share_p, share_q, eta = (value[:, None] for value in step.shares)
    cos_a, cos_b = np.sin(theta / 2 - tau), -np.sin(theta / 2 + tau)
    square_a, square_b = share_p * (slope_a * cos_a) ** 2, share_q * (slope_b * cos_b) ** 2
    product = slope_a * slope_b * cos_a * cos_b
    u, e = (square_a + square_b) / 2, square_a - square_b
    t = eta * product - np.cos(step.next_angle[:, None]) * u
    return u, e, -t * step.over_sine[:, None], product
