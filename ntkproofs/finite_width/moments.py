# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
"""Exact moments of the diagonal of the NTK, at every width and depth, for (a,b)-ReLU networks.

By homogeneity φ(z) = D z with D = φ'(z). The sign of a row of weights, flipped together with its
bias, flips z and exchanges the two slopes; in what is even in the row, D² counts as its mean
``A2 = ((a+b)² + (a-b)²)/2`` and D⁴ as ``A4 = ((a+b)⁴ + (a-b)⁴)/2``. With ``M = D Θ D`` of one
layer, ``Θ' = (c|h|² + v_b) I + c W M Wᵀ``, c = v_w/n: the expectation of

    1, q = |h|², t = tr M, q², q t, s = hᵀ M h, t², p = tr M²

after a layer is a linear function of their expectation before it. Arithmetic is exact: integers,
fractions and floats are taken for the rationals that they are, SymPy expressions stay symbols.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sympy as sp

from ntkproofs.errors import InvalidInput
from ntkproofs.finite_width.network import Network
from ntkproofs.kernels.activations import RELU, Activation, PiecewiseLinear


@dataclass(frozen=True)
class Gates:
    """Moments of the slope D = φ'(z) of an (a,b)-ReLU, z symmetric: A2 = E D², A4 = E D⁴."""

    second: Any
    fourth: Any

    @staticmethod
    def of(activation: Activation) -> Gates:
        """The gates of an activation; slopes that are floats are taken for exact.

        Raises:
            InvalidInput: if it is not positively homogeneous.
        """
        if not isinstance(activation, PiecewiseLinear):
            raise InvalidInput(
                "Exact moments need a positively homogeneous activation, PiecewiseLinear(a, b); "
                f"got {activation.name}: of another one the moments of a layer do not close."
            )
        right, left = exact(activation.a + activation.b), exact(activation.a - activation.b)
        return Gates((right**2 + left**2) / 2, (right**4 + left**4) / 2)

    @property
    def kurtosis(self) -> Any:
        """κ = A4/A2²: 2 for the ReLU, 1 for s and |s|, between them for all others."""
        return self.fourth / self.second**2


@dataclass(frozen=True)
class DiagonalMoments:
    """Expectations at one input x, over all draws: exact numbers, or SymPy expressions.

    Attributes:
        mean: E Θ(x,x).
        second_moment: E Θ(x,x)².
        output_second: E f(x)².
        output_fourth: E f(x)⁴.
        mixed: E f(x)² Θ(x,x).
    """

    mean: Any
    second_moment: Any
    output_second: Any
    output_fourth: Any
    mixed: Any

    @property
    def variance(self) -> Any:
        """Var Θ(x,x)."""
        return self.second_moment - self.mean**2

    @property
    def relative_variance(self) -> Any:
        """Var Θ(x,x)/(E Θ(x,x))²."""
        return self.second_moment / self.mean**2 - 1

    @property
    def output_kurtosis(self) -> Any:
        """E f⁴/(E f²)²: 3 for a Gaussian."""
        return self.output_fourth / self.output_second**2


def diagonal_moments(network: Network, norm_squared: Any = 1) -> DiagonalMoments:
    """Mean and variance of Θ(x,x), and moments of f(x), of one finite network.

    Args:
        network: with an (a,b)-ReLU; its floats count as the exact rationals that they are.
        norm_squared: ‖x‖² > 0.

    Raises:
        InvalidInput: for another activation, or a norm that is none.

    Source:
        Derived here (see the module); the exponential growth in Σ 1/n_l: Hanin, Nica 2019.

    Example:
        >>> diagonal_moments(Network.of(depth=2, width=4)).relative_variance
        Fraction(3, 4)
    """
    return diagonal_moments_of(
        network.widths,
        norm_squared=norm_squared,
        weight_variance=network.weight_variance,
        bias_variance=network.bias_variance,
        gates=Gates.of(network.activation),
    )


def diagonal_moments_of(
    widths: Sequence[Any],
    *,
    norm_squared: Any = 1,
    weight_variance: Any = 2,
    bias_variance: Any = 0,
    gates: Gates | None = None,
) -> DiagonalMoments:
    """The same of numbers or symbols: widths may be SymPy symbols, and so may everything else.

    Args:
        widths: of the hidden layers.
        norm_squared: ‖x‖².
        weight_variance: v_w.
        bias_variance: v_b.
        gates: of the activation; the ReLU's by default.

    Example:
        >>> n = sp.Symbol("n")
        >>> sp.factor(diagonal_moments_of([n, n]).relative_variance)
        (58*n + 113)/(9*n**2)
    """
    gates = Gates.of(RELU) if gates is None else gates
    v_w, v_b = exact(weight_variance), exact(bias_variance)
    state, scale = _input(_positive("norm_squared", norm_squared)), Fraction(1)
    for width in widths:
        n = _positive("width", width)
        state, scale = _layer(state, scale, v_b, n, gates), v_w / n
    state = _layer(state, scale, v_b, Fraction(1), _NO_GATE)
    return DiagonalMoments(state.t, state.tt, state.q, state.qq, state.qt)


def exact(value: Any) -> Any:
    """A number as the rational that it is; SymPy expressions as they are.

    Raises:
        InvalidInput: if it is no finite real number.
    """
    if isinstance(value, sp.Basic):
        return Fraction(int(value.p), int(value.q)) if isinstance(value, sp.Rational) else value
    if isinstance(value, float) and not math.isfinite(value):
        raise InvalidInput(f"Moments are taken of finite numbers; got {value}.")
    return Fraction(value)


def _positive(name: str, value: Any) -> Any:
    number = exact(value)
    if isinstance(number, Fraction) and number <= 0:
        raise InvalidInput(f"Moments need {name} > 0; got {value}.")
    return number


_NO_GATE = Gates(Fraction(1), Fraction(1))
"""Of the output, which is linear."""


@dataclass(frozen=True)
class _State:
    """Expectations of q, t and of their products, s and p; E 1 = 1."""

    q: Any
    t: Any
    qq: Any
    qt: Any
    s: Any
    tt: Any
    p: Any


def _input(norm_squared: Any) -> _State:
    """x itself: |h|² known, and nothing trained before it."""
    zero = norm_squared - norm_squared
    return _State(norm_squared, zero, norm_squared**2, zero, zero, zero, zero)


def _layer(before: _State, c: Any, v: Any, n: Any, gates: Gates) -> _State:
    """One layer of n neurons, z = sqrt(c) W h + sqrt(v) b, and its gates.

    With τ = c q + v, a neuron has E z² = τ, E Θ_jj = τ + c t; E z² Θ_jj = τ² + τ c t + 2 c² s;
    E Θ_jj² = (τ + c t)² + 2 c² p; two neurons have E z_j z_k Θ_jk = c² s, E Θ_jk² = c² p.
    """
    tau, ct, cs, cp = c * before.q + v, c * before.t, c * c * before.s, c * c * before.p
    tau2 = c * c * before.qq + 2 * v * c * before.q + v * v
    tau_ct = c * c * before.qt + v * ct
    square = tau2 + 2 * tau_ct + c * c * before.tt
    one, two = n * gates.fourth, n * (n - 1) * gates.second**2
    mixed = one * (tau2 + tau_ct + 2 * cs)
    return _State(
        q=n * gates.second * tau,
        t=n * gates.second * (tau + ct),
        qq=(3 * one + two) * tau2,
        qt=mixed + two * (tau2 + tau_ct),
        s=mixed + two * cs,
        tt=one * (square + 2 * cp) + two * square,
        p=one * (square + 2 * cp) + two * cp,
    )


def second_moment_at_criticality(depth: Any, width: Any, kurtosis: Any = 2) -> Any:
    """E Θ(x,x)²/‖x‖⁴ in closed form: constant width, v_w A2 = 1, no biases.

    With κ the kurtosis of the gates, ρ = 1 + (3κ-1)/n and r = (1 - 1/n)/ρ,

        ρ^(L-1) (L(L+2)/3 + (4(n-1)/(9κ)) (L - (1 - r^L)/(1 - r)));

    the mean is L. Follows by induction from the recursion (:func:`induction_steps`).

    Args:
        depth: L, weight layers; a number or a symbol.
        width: n.
        kurtosis: κ = A4/A2², 2 for the ReLU.

    Example:
        >>> second_moment_at_criticality(2, 3)
        8
    """
    L, n, kappa = (sp.sympify(value) for value in (depth, width, kurtosis))
    growth = 1 + (3 * kappa - 1) / n
    ratio = (1 - 1 / n) / growth
    geometric = (1 - ratio**L) / (1 - ratio)
    inner = L * (L + 2) / 3 + 4 * (n - 1) / (9 * kappa) * (L - geometric)
    return growth ** (L - 1) * inner


def second_moment_bounds(widths: Sequence[Any], kurtosis: Any = 2) -> tuple[Any, Any]:
    """Bounds of E Θ²/(E Θ)² for any widths, at criticality and without biases.

    ``(1 + 2/L)/3 Π <= E Θ²/(E Θ)² <= Π``, Π = Π_l (1 + (3κ-1)/n_l). So the e^(5β), β = Σ 1/n_l,
    of Hanin and Nica holds up to the constants 1/3 and 1 (for wide layers, where Π ~ e^(5β)).

    Example:
        >>> second_moment_bounds([2, 4])
        (Fraction(35, 8), Fraction(63, 8))
    """
    kappa, depth = exact(kurtosis), len(widths) + 1
    product = exact(1)
    for width in widths:
        product *= 1 + (3 * kappa - 1) / exact(width)
    return product * (exact(1) + Fraction(2, depth)) / 3, product


def relative_variance_to_first_order(widths: Sequence[Any], kurtosis: Any = 2) -> Any:
    """Var Θ(x,x)/(E Θ(x,x))² to first order in 1/n_l: Σ_l c_l/n_l, at criticality, no biases.

    ``c_l = ((3κ-1)(L-l)² + 2(κ-1) l (L-l) + (3κ-1) l²)/L²``, l from 1.

    Example:
        >>> relative_variance_to_first_order([10, 10])
        Fraction(29, 45)
    """
    kappa, depth = exact(kurtosis), len(widths) + 1
    total = exact(0)
    for layer, width in enumerate(widths, start=1):
        total += first_order_weight(depth, layer, kappa) / exact(width)
    return total


def first_order_weight(depth: Any, layer: Any, kurtosis: Any = 2) -> Any:
    """c_l of :func:`relative_variance_to_first_order`."""
    L, layer, kappa = exact(depth), exact(layer), exact(kurtosis)
    rest = L - layer
    both = (3 * kappa - 1) * (rest**2 + layer**2)
    return (both + 2 * (kappa - 1) * layer * rest) / L**2


def first_order_coefficient(depth: Any, kurtosis: Any = 2) -> Any:
    """n Var Θ/(E Θ)² as n → ∞ at constant width: (L-1)((3κ-1)(2L-1) + (κ-1)(L+1))/(3L).

    For the ReLU (L-1)(11 L - 4)/(3 L).

    Example:
        >>> first_order_coefficient(3)
        Fraction(58, 9)
    """
    L, kappa = exact(depth), exact(kurtosis)
    return (L - 1) * ((3 * kappa - 1) * (2 * L - 1) + (kappa - 1) * (L + 1)) / (3 * L)


def proportional_limit(ratio: Any, kurtosis: Any = 2) -> Any:
    """E Θ²/(E Θ)² as depth and width grow with L/n → β, at criticality, no biases.

    ``e^((3κ-1)β) (1/3 + 4/(9κβ) - 4 (1 - e^(-3κβ))/(27 κ² β²))``, for the ReLU
    ``e^(5β) (1/3 + 2/(9β) - (1 - e^(-6β))/(27 β²))``: 1 + (11/3)β + ... for small β, e^(5β)/3
    for large.

    Args:
        ratio: β > 0, a number or a symbol.

    Example:
        >>> float(proportional_limit(1)) > 1
        True
    """
    beta, kappa = sp.sympify(ratio), sp.sympify(kurtosis)
    if beta.is_positive is False:
        raise InvalidInput(f"The limit L/n is a positive number; got {ratio}.")
    decay = 1 - sp.exp(-3 * kappa * beta)
    bracket = sp.Rational(1, 3) + 4 / (9 * kappa * beta) - 4 * decay / (27 * kappa**2 * beta**2)
    return sp.exp((3 * kappa - 1) * beta) * bracket


@dataclass(frozen=True)
class InductionStep:
    """left = right for all values of the symbols, what it says, and what was replaced in it."""

    about: str
    left: Any
    right: Any


def sign_steps() -> list[tuple[str, Any]]:
    """Polynomials in n >= 1 and nonnegative Q², QT, S, T², P whose signs the bounds need.

    Times n, what a layer makes of S and P at the gates of the ReLU: they stay nonnegative, from 0
    before the first layer.
    """
    n = sp.Symbol("n", positive=True)
    qq, qt, s, tt, p = sp.symbols("QQ QT S TT P")
    zero = sp.Integer(0)
    before = _State(zero, zero, qq, qt, s, tt, p)
    after = _layer(before, 1, zero, n, Gates(sp.Integer(1), sp.Integer(2)))
    return [(name, sp.expand(sp.cancel(getattr(after, name) / n))) for name in ("s", "p")]


def induction_steps() -> list[InductionStep]:
    """The layer in variables that uncouple it; what the closed form and the bounds rest on.

    At criticality and without biases let Q = c q, T = c t, S = c² s, P = c² p (c of the next
    layer) and Y = QT - S. With ρ = 1 + (3κ-1)/n one layer does, whatever came before,

        Q² → ρ Q²,   QT+2S → ρ (Q² + QT+2S),   Y → (1-1/n)(Q² + Y),
        T²+2P → ρ (Q² + 2QT + T²+2P),

    and E Θ² of the output is Q² + 2QT + T²+2P. As QT = ((QT+2S) + 2Y)/3, everything follows.
    """
    n, v, kappa = sp.symbols("n v kappa", positive=True)
    qq, qt, s, tt, p = sp.symbols("QQ QT S TT P")
    # From scaled variables (c = 1), and scaled afterwards by c = v/n; v A2 = 1.
    zero = sp.Integer(0)
    after = _layer(_State(zero, zero, qq, qt, s, tt, p), 1, zero, n, Gates(1 / v, kappa / v**2))
    scaled = {name: (v / n) ** 2 * getattr(after, name) for name in ("qq", "qt", "s", "tt", "p")}
    last = _layer(_State(zero, zero, qq, qt, s, tt, p), 1, zero, 1, _NO_GATE).tt
    rho = 1 + (3 * kappa - 1) / n
    rows = [
        ("Q^2", scaled["qq"], rho * qq),
        ("QT + 2S", scaled["qt"] + 2 * scaled["s"], rho * (qq + qt + 2 * s)),
        ("QT - S", scaled["qt"] - scaled["s"], (1 - 1 / n) * (qq + qt - s)),
        ("T^2 + 2P", scaled["tt"] + 2 * scaled["p"], rho * (qq + 2 * qt + tt + 2 * p)),
        (r"E \Theta^2 of the output", last, qq + 2 * qt + tt + 2 * p),
    ]
    return [InductionStep(about, left, right) for about, left, right in rows]
