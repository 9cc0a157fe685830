"""Kernels in plain floats: what a search evaluates thousands of times.

The floats of :mod:`ntkproofs.kernels` are compensated, and cost milliseconds a call. A search needs
no more than to know where to look; balls decide. Plain floats lose digits next to u = ±1, so that
cosines there take the careful way.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ntkproofs.arithmetic.balls import to_fraction
from ntkproofs.arithmetic.protocol import Arithmetic, Number
from ntkproofs.kernels.kernel import Kernel, evaluate

_DELICATE = 1e-6


@dataclass(frozen=True)
class PlainArithmetic(Arithmetic):
    """NumPy's float64, without compensation."""

    @property
    def pi(self) -> float:
        return np.pi

    def number(self, value: Number) -> float:
        return float(to_fraction(value))

    def sqrt(self, x: Any) -> Any:
        return np.sqrt(np.maximum(x, 0.0))

    def acos(self, x: Any) -> Any:
        return np.arccos(np.clip(x, -1.0, 1.0))

    def asin(self, x: Any) -> Any:
        return np.arcsin(np.clip(x, -1.0, 1.0))

    def exp(self, x: Any) -> Any:
        return np.exp(x)

    def cos(self, x: Any) -> Any:
        return np.cos(x)

    def sin(self, x: Any) -> Any:
        return np.sin(x)


_PLAIN = PlainArithmetic()


def plain_values(kernel: Kernel, cosines: Any, dim: int | None = None) -> Any:
    """The values of a kernel at cosines, an array or a float, to about nine digits or better."""
    cosines = np.asarray(cosines, dtype=float)
    apart = 1.0 - np.abs(cosines)
    if kernel.floats_only or np.any((apart > 4e-16) & (apart < _DELICATE)) or np.any(apart < 0):
        return np.asarray(kernel.at_dim(dim)(cosines))
    rounded = np.where(apart < 1e-15, np.sign(cosines), cosines)
    values = evaluate(kernel.at_dim(dim), rounded, _PLAIN)
    return np.broadcast_to(np.asarray(values, dtype=float), cosines.shape)
