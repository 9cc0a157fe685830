"""The neural tangent kernel of a residual ReLU network of infinite width."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from ntkproofs.conventions import require_integer, require_rational
from ntkproofs.kernels.arccosine import arccosine
from ntkproofs.kernels.kernel import Kernel, Named, latex_number
from ntkproofs.kernels.networks import cosine


def residual(depth: int, alpha: Any) -> Kernel:
    """The NTK of a residual network ``x_l = x_(l-1) + α V_l σ(W_l x_(l-1))`` with L blocks.

    With ``K_0 = u``, ``q_l = (1+α²)^l`` the diagonal of K_l and ``S = K_(l-1)/q_(l-1)``,

        K_l = K_(l-1) + α² q_(l-1) κ1(S),
        T_l = T_(l-1) (1 + α² κ0(S)) + α² (q_(l-1) κ1(S) + K_(l-1) κ0(S)),   T_0 = K_0,

    and the kernel is ``T_L + K_L``: all weights are trained, those of the input layer and of the
    linear readout too.

    Args:
        depth: number L >= 0 of residual blocks. (Each has two weight layers, V_l and W_l; the
            network has 2L + 2.)
        alpha: α, the scale of the blocks.

    Raises:
        InvalidInput: for a depth < 0 or an α that is not finite.

    Source:
        Tirer, Bruna, Giryes 2022; the recursion is the sum over blocks
        ``K_L + Σ_l α² Π_(l+1) (Σ_l + K_(l-1) Σ'_l) + Π_1 K_0``, Π_l = Π_(s>=l) (1 + α² Σ'_s).

    Example:
        >>> residual(0, 1)(0.5), residual(1, 1)(1.0)
        (1.0, 6.0)
    """
    depth = require_integer("depth", depth, least=0, why="it counts residual blocks")
    return _residual(depth, require_rational("alpha", alpha, sign=True) ** 2)


@lru_cache
def _residual(depth: int, square: Fraction) -> Kernel:
    covariance: Kernel = cosine
    tangent: Kernel = cosine
    diagonal = Fraction(1)
    for _ in range(depth):
        correlation = covariance if diagonal == 1 else covariance / diagonal
        step = diagonal * (arccosine(1) @ correlation)
        slope = arccosine(0) @ correlation
        tangent = tangent + square * (tangent * slope + step + covariance * slope)
        covariance = covariance + square * step
        diagonal = (1 + square) * diagonal
    return Named(
        f"residual(depth={depth}, alpha²={square})",
        tangent + covariance,
        rf"R_{{{depth}}}",
        rf"k(u) = R_{{{depth}}}(u) = T_{{{depth}}} + K_{{{depth}}},\quad K_0 = T_0 = u,\ "
        r"K_l = K_{l-1} + \alpha^2 q_{l-1}\,\kappa_1(S),\ "
        r"T_l = T_{l-1}(1 + \alpha^2 \kappa_0(S)) + \alpha^2 (q_{l-1}\,\kappa_1(S) + "
        r"K_{l-1}\,\kappa_0(S)),\ S = K_{l-1}/q_{l-1},\ q_l = (1+\alpha^2)^l,\ "
        rf"\alpha^2 = {latex_number(square)}",
        (
            "infinite width, NTK parametrisation, Gaussian weights, ReLU with weight variance 2",
            "unit inputs, linear input layer of variance 1, linear readout, all layers trained",
            "depth counts residual blocks",
        ),
    )
