r"""Targets and losses on the grid of the torus: Sobolev losses, and the Poisson equation.

A loss is a list of multipliers m_k of ``½ Σ m_k |c_k|²``, c_k the Fourier coefficients of f - y.
For the Poisson equation -Δu = g on the torus, with mean 0 of u and g, the residual of a function f
has the coefficients 4π²‖k‖² f_k - g_k = 4π²‖k‖² (f_k - u_k): its squared H^σ norm is a loss of the
same kind, with m_k = (4π²‖k‖²)² (1+‖k‖²)^σ. So is the weak form: the energy
½ ∫ |∇f|² - ∫ g f is, up to a constant, ½ Σ 4π²‖k‖² |f_k - u_k|², which is σ = -1 up to the factor
4π²‖k‖²/(1 + ‖k‖²). The equation says nothing of the mean of u; a term for the mean is added.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray
from scipy import fft

from ntkproofs.conventions import require_seed
from ntkproofs.domains import torus
from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.torus_training import GridProblem

Floats = NDArray[np.float64]
Kind = Literal["sobolev", "poisson"]


@dataclass(frozen=True)
class TorusLoss:
    """A loss on functions on the torus.

    Attributes:
        kind: ``sobolev``, m_k = (1 + ‖k‖²)^order; or ``poisson``, the squared H^order norm of the
            residual of -Δu = g, m_k = (4π²‖k‖²)² (1+‖k‖²)^order, and for the mean m_0 = 16π⁴.
        order: s, or σ: 0 for the L² norm of the residual, -1 for about the energy.

    Raises:
        InvalidInput: for another kind, or an order that is no finite number.

    Example:
        >>> TorusLoss("sobolev", 0.5).multipliers(4, 1).round(3)
        array([1.   , 1.414, 2.236, 1.414])
    """

    kind: Kind
    order: float

    def __post_init__(self) -> None:
        if self.kind not in ("sobolev", "poisson"):
            raise InvalidInput(f"A loss is 'sobolev' or 'poisson'; got {self.kind!r}.")
        if isinstance(self.order, bool) or not math.isfinite(self.order):
            raise InvalidInput(
                f"The order of a loss is a finite real number; got {self.order}: (1 + ‖k‖²)^s is "
                "then no multiplier."
            )

    def __str__(self) -> str:
        name = "s" if self.kind == "sobolev" else "Poisson, σ"
        return f"{name} = {self.order:g}"

    def multipliers(self, n: int, dim: int) -> Floats:
        """m_k on the grid, shape (N, ..., N), in FFT order."""
        bessel = torus.multipliers(float(self.order), n, dim)
        if self.kind == "sobolev":
            return bessel
        found = laplacian(n, dim) ** 2 * bessel
        found[(0,) * dim] = (2 * math.pi) ** 4
        return found

    def problem(self, n: int, dim: int, *, amplitude: float, seed: int) -> GridProblem:
        """The loss with its usual target: :func:`rough_target`, or :func:`poisson_solution`."""
        rough = rough_target(n, dim, seed)
        target = rough if self.kind == "sobolev" else poisson_solution(rough)
        scale = amplitude / float(np.sqrt(np.mean(target**2)))
        return GridProblem(scale * target, self.multipliers(n, dim))


def laplacian(n: int, dim: int) -> Floats:
    """4π²‖k‖², the eigenvalues of -Δ on the modes, shape (N, ..., N), in FFT order."""
    return 4 * math.pi**2 * np.sum(torus.frequencies(n, dim).astype(float) ** 2, axis=-1)


def rough_target(n: int, dim: int, seed: int) -> Floats:
    """A function with all frequencies of the grid at one amplitude and random phases.

    Its mean square is 1, and |c_k| = N^(-d/2) for every k.

    Example:
        >>> np.abs(np.fft.fft(rough_target(4, 1, seed=0)) / 4).round(12).tolist()
        [0.5, 0.5, 0.5, 0.5]
    """
    noise = np.random.default_rng(require_seed(seed)).standard_normal((n,) * dim)
    waves = cast(Any, fft.fftn(noise))
    return np.real(cast(Any, fft.ifftn(waves / np.abs(waves)))) * math.sqrt(noise.size)


def poisson_solution(right_side: Any) -> Floats:
    """u with -Δu = g - mean(g) and mean 0, by Fourier series on the grid.

    Args:
        right_side: g on the grid, shape (N, ..., N).

    Example:
        >>> from ntkproofs.domains import torus
        >>> wave = np.cos(2 * np.pi * torus.grid(8, 1))[:, 0]
        >>> float(np.max(np.abs(poisson_solution(4 * np.pi**2 * wave) - wave))) < 1e-15
        True
    """
    values = np.asarray(right_side, dtype=np.float64)
    symbol = laplacian(values.shape[0], values.ndim)
    inverse = np.divide(1.0, symbol, out=np.zeros_like(symbol), where=symbol > 0)
    return torus.apply(inverse, values)
