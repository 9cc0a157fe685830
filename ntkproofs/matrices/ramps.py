r"""Smooth cuts: how a singular part is made short-ranged, at the least cost in band limit.

A singular part such as ``|x|`` is split into ``|x| w(x/r)``, which vanishes beyond the radius r and
is summed over neighbours, and ``|x| (1 - w(x/r))``, which must have rapidly decaying coefficients.
It need not be flat near 0 for that. What it takes is that ``1 - w`` is *odd*: then odd powers of
``|x|`` times ``1 - w`` are even and analytic, as smooth as ``w`` itself. An odd step may use the
whole radius for its fall, where a ramp that must be 1 near 0 has half of it.

Here ``1 - w`` is the integral of a Kaiser-Bessel window,

    w(x) = 1 - 2 ∫_0^x φ,    φ(x) = sqrt(1-x²) I_1(β sqrt(1-x²)) / ∫_(-1)^1 (same),  |x| <= 1,

whose transform is known in closed form (Sonine's integral, DLMF 10.22.E61 continued) and falls to
about ``e^-β`` of its value at 0 beyond the frequency β, nearly as fast as any function on [-1, 1]
can. For 1e-8 the product of radius and band limit is about 20; an erfc ramp of the same kind takes
37, one that is flat near 0 takes 74.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.polynomial.legendre import leggauss
from numpy.typing import NDArray
from scipy.special import ive

from ntkproofs.conventions import require_rational
from ntkproofs.errors import InvalidInput

Floats = NDArray[np.float64]

_NODES = 64
_LEAST_SHAPE, _LARGEST_SHAPE = 2.0, 40.0


@dataclass(frozen=True)
class Ramp:
    """The smooth cut w: 1 at 0, 0 from 1 on, with ``1 - w`` odd and analytic inside (-1, 1).

    At ``|x| = 1`` w and w' are continuous; w'' jumps by some ``e^-β``.

    Attributes:
        shape: β, from 2 to 40. The band limit of the cut at radius r is about ``1.1 β / r``.

    Source:
        Kaiser, Kuo 1966 (the window); Slepian, Pollak 1961 (why no other is much better); the
        splitting itself is Ewald's 1921.

    Example:
        >>> w = Ramp(20.0)
        >>> float(w(0.0)), float(w(1.0))
        (1.0, 0.0)
        >>> bool(abs(w(0.3) + 0.3 * w.rise(0.3) - 1) < 1e-15)
        True
    """

    shape: float

    def __post_init__(self) -> None:
        if not _LEAST_SHAPE <= self.shape <= _LARGEST_SHAPE:
            raise InvalidInput(
                f"The shape of a ramp lies in [{_LEAST_SHAPE:g}, {_LARGEST_SHAPE:g}]; got "
                f"{self.shape!r}. Its cut is smooth to about e^-shape: below, nothing is short-"
                "ranged, and above, doubles do not tell the difference."
            )

    def __call__(self, x: Any) -> Floats:
        """w(x) for x >= 0, of x's shape, to about 4e-15."""
        x = np.asarray(x, np.float64)
        left = np.clip(x, 0.0, 1.0)
        nodes, weights = _rule()
        half = (1 - left) / 2
        inside = 1 - half[..., None] * (1 - nodes)  # from x to 1
        falling = 2 * half * (self._window(inside) @ weights) / self._mass
        return np.where(left == 0, 1.0, falling)

    def rise(self, x: Any) -> Floats:
        """(1 - w(x))/x on [-1, 1], of x's shape: even and analytic, 2 φ(0) at x = 0."""
        x = np.asarray(x, np.float64)
        nodes, weights = _rule()
        return self._window(x[..., None] * (1 + nodes) / 2) @ weights / self._mass

    def density(self, x: Any) -> Floats:
        """φ(x) = -w'(x)/2, even, of integral 1 over [-1, 1]; 0 outside."""
        return self._window(np.asarray(x, np.float64)) / self._mass

    def transform(self, frequency: Any) -> Floats:
        """``∫ φ(x) cos(k x) dx`` in closed form; 1 at k = 0, of size e^-β beyond k = β.

        Source:
            DLMF 10.22.E61, 10.47.E3: ``(sinh z / z)'/z`` at ``z = sqrt(β² - k²)``, normalised.
        """
        k = np.asarray(frequency, np.float64)
        inner = np.sqrt(np.maximum(self.shape**2 - k * k, 0.0))
        outer = np.sqrt(np.maximum(k * k - self.shape**2, 0.0))
        scale = math.exp(-self.shape)
        top = _growing(np.array(self.shape), scale)
        return np.where(k <= self.shape, _growing(inner, scale), scale * _waving(outer)) / top

    def tail(self, frequency: float) -> float:
        r"""A proven bound of ``∫_K^∞ |transform(k)| dk`` for K > β.

        With ``z = sqrt(k² - β²)`` it is ``|(z cos z - sin z)/z³| <= 1/z² + 1/z³``, whose integrals
        are ``artanh(β/K)/β`` and ``(K/z - 1)/β²``.

        Example:
            >>> w = Ramp(20.0)
            >>> w.tail(22.0) < 1e-6, w.tail(40.0) < w.tail(22.0)
            (True, True)
        """
        beta = self.shape
        if not frequency > beta:
            raise InvalidInput(
                f"The tail of a ramp's transform is small beyond its shape {beta:g} only; got the "
                f"frequency {frequency!r}."
            )
        z = math.sqrt(frequency**2 - beta**2)
        scale = math.exp(-beta)
        bound = math.atanh(beta / frequency) / beta + (frequency / z - 1) / beta**2
        return scale * bound / float(_growing(np.array(beta), scale)) * (1 + 1e-12)

    @cached_property
    def _mass(self) -> float:
        """The integral of the window over [0, 1], twice."""
        nodes, weights = _rule()
        return float(self._window((1 + nodes) / 2) @ weights)

    def _window(self, x: Floats) -> Floats:
        """sqrt(1-x²) I_1(β sqrt(1-x²)) e^-β."""
        root = np.sqrt(np.clip(1 - x * x, 0.0, None))
        return root * ive(1, self.shape * root) * np.exp(self.shape * (root - 1))


def ramp_for(accuracy: float) -> Ramp:
    """The ramp whose cut leaves about ``accuracy`` of the singular part's size at r.

    A choice, not a bound: what remains beyond a degree is for the caller to measure.

    Args:
        accuracy: relative to the value of the singular part at the radius; in (0, 1).

    Example:
        >>> round(ramp_for(1e-8).shape, 2)
        21.75
    """
    digits = -math.log(min(float(require_rational("accuracy", accuracy, positive=True)), 0.5))
    # The coefficients beyond the band limit sum up to about 6 β^(1/2) e^-β (measured).
    shape = digits
    for _ in range(3):
        shape = digits + math.log(6) + 0.5 * math.log(max(shape, 1.0))
    return Ramp(min(max(shape, _LEAST_SHAPE), _LARGEST_SHAPE))


def _growing(z: Floats, scale: float) -> Floats:
    """(z cosh z - sinh z)/z³ times a scale; 1/3 + z²/30 near 0."""
    small = z < 0.05
    safe = np.where(small, 1.0, z)
    large = (safe * np.cosh(safe) - np.sinh(safe)) / safe**3
    return scale * np.where(small, 1 / 3 + z * z / 30 + z**4 / 840, large)


def _waving(z: Floats) -> Floats:
    """(sin z - z cos z)/z³; 1/3 - z²/30 near 0."""
    small = z < 0.05
    safe = np.where(small, 1.0, z)
    large = (np.sin(safe) - safe * np.cos(safe)) / safe**3
    return np.where(small, 1 / 3 - z * z / 30 + z**4 / 840, large)


def _rule() -> tuple[Floats, Floats]:
    """Gauss-Legendre on [-1, 1]: to the last digit for windows of shape 40."""
    nodes, weights = leggauss(_NODES)
    return nodes, weights
