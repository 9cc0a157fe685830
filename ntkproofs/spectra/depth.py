# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownVariableType=false
r"""How the leading coefficients of deep kernels depend on depth, for all depths at once.

Near u = 1 the cosine of a layer is ``S = 1 - θ²/2 + s θ³ + O(θ⁴)`` and a tangent kernel
``T = t_0 + t_1 θ + O(θ²)``. One layer maps these coefficients to those of the next: the map is read
off the expansions of the layer's formulas, with the coefficients before as symbols. It is a
recurrence ``x(L+1) = x(L) + f(L)`` for each of them, whose solution is a sum; the solution is then
checked against the recurrence and its first value, which proves it by induction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import sympy as sp

from ntkproofs.arithmetic.exact import rational_identity
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.kernels.arccosine import arccosine
from ntkproofs.kernels.expansions import Expansions
from ntkproofs.kernels.kernel import Kernel
from ntkproofs.kernels.networks import cosine_map, cosine_map_derivative, ntk

DEPTH = sp.Symbol("L", integer=True, positive=True)
_ANGLE = sp.Symbol("theta", positive=True)
_S, _T0, _T1 = sp.symbols("s t_0 t_1")
_ORDER = 4
RELU = sp.Rational(1, 2)
"""Δ of the ReLU."""


@dataclass(frozen=True)
class DepthLaw:
    """A coefficient at u = 1 as a function of the depth L.

    Attributes:
        name: what it is the coefficient of.
        value: the function of L (the symbol ``DEPTH``).
        first: the least L.
        initial: the value at L = ``first``, from the definition of the kernel.
        following: the value at L + 1 in terms of L, from one layer of the recursion.
    """

    name: str
    value: sp.Expr
    first: int
    initial: sp.Expr
    following: sp.Expr

    def induction(self) -> tuple[tuple[str, sp.Expr, sp.Expr], ...]:
        """What proves the law: pairs that must be equal, for the first depth and for the step."""
        return (
            (f"{self.name} at L = {self.first}", self.value.subs(DEPTH, self.first), self.initial),
            (f"{self.name} from L to L + 1", self.value.subs(DEPTH, DEPTH + 1), self.following),
        )


@dataclass(frozen=True)
class DepthLaws:
    """The leading coefficients of a family of kernels at u = 1, in the angle θ.

    Attributes:
        covariance: of θ³ in the cosine S_L (the coefficients before are 1, 0, -1/2).
        diagonal: of θ⁰ in the tangent kernel.
        tangent: of θ in the tangent kernel: its leading singularity, t^(1/2) times sqrt(2).
    """

    covariance: DepthLaw
    diagonal: DepthLaw
    tangent: DepthLaw


def feedforward_laws(delta: Any = RELU) -> DepthLaws:
    """The laws of ``eoc(L, a, b)``, L >= 1, in Δ = b²/(a²+b²); ReLU networks have Δ = 1/2.

    Example:
        >>> laws = feedforward_laws()
        >>> sp.factor(laws.tangent.value)
        -L*(L - 1)/(2*pi)
    """
    delta = sp.sympify(delta)
    cosine_after, slope = _linear_in_delta(cosine_map, delta), _linear_in_delta(_slope, delta)
    angle = _angle_of(_cosine_jet())
    following_cosine = _compose(cosine_after, angle)
    following_tangent = (_T0 + _T1 * _ANGLE) * _compose(slope, angle) + following_cosine
    return _laws(following_cosine, following_tangent, first=1, tangent_at_first=sp.S.One)


def residual_laws(alpha: Any) -> DepthLaws:
    """The laws of ``residual(L, α)``, L >= 0, of the covariance and of T_L, over q_L = (1+α²)^L.

    The kernel T_L + K_L has the leading coefficient q_L times the law ``tangent``, since K_L has
    no term of order θ.

    Example:
        >>> a = sp.Symbol("alpha", positive=True)
        >>> sp.factor(residual_laws(a).diagonal.value.subs(a, 1))
        L + 1
    """
    square = sp.sympify(alpha) ** 2
    angle = _angle_of(_cosine_jet())
    step, slope = _compose(_jet(arccosine(1)), angle), _compose(_jet(arccosine(0)), angle)
    following_cosine = (_cosine_jet() + square * step) / (1 + square)
    tangent = _T0 + _T1 * _ANGLE
    following_tangent = tangent + square * (tangent * slope + step + _cosine_jet() * slope)
    following_tangent = following_tangent / (1 + square)
    return _laws(following_cosine, following_tangent, first=0, tangent_at_first=sp.S.One)


def leading_terms_of_deep_networks() -> tuple[tuple[str, sp.Expr, sp.Expr], ...]:
    r"""Equalities that give the terms θ of the NTK of ReLU networks at both poles, for all L.

    At u = 1, Θ_L = L + a_L θ + O(θ²) with a_L = -L(L-1)/(2π), by induction. At u = -1 the cosine
    S_2 = κ1(u) has no term θ, and κ1 is C¹, so that no later cosine has one; then
    Θ_L = T + b_L θ + O(θ²) has b_(L+1) = b_L κ0(S_L(-1)). With b_3 = -1/(2π), S_L(-1) in [0, 1),
    and κ0 rising from 1/2 to 1 on [0, 1]: -1/(2π) <= b_L < 0, and a_L ± b_L < 0, for L >= 3.
    """
    laws = feedforward_laws()
    pairs = [*laws.diagonal.induction(), *laws.tangent.induction()]
    pairs.append(("a_L = -L(L-1)/(2π)", laws.tangent.value, -DEPTH * (DEPTH - 1) / (2 * sp.pi)))
    third = _coefficients(_jet(ntk(3), -1))[1]
    pairs.append(("b_3 = -1/(2π)", third, -1 / (2 * sp.pi)))
    pairs.append(
        ("S_2 has no term θ at u = -1", _coefficients(_jet(arccosine(1), -1))[1], sp.S.Zero)
    )
    pairs += [
        (f"κ0({argument})", arccosine(0)(sp.Integer(argument)), value)
        for argument, value in ((0, sp.Rational(1, 2)), (1, sp.S.One))
    ]
    return tuple(pairs)


def _laws(
    following_cosine: sp.Expr, following_tangent: sp.Expr, first: int, tangent_at_first: sp.Expr
) -> DepthLaws:
    """Solve the recurrences of s, t_0 and t_1, each with the solutions before it."""
    cosine_next = _coefficients(following_cosine)
    kept = (sp.S.One, sp.S.Zero, -sp.Rational(1, 2))
    if not all(map(_same, cosine_next, kept)):
        raise ArithmeticError(f"a layer does not keep 1 - θ²/2: it gives {cosine_next[:3]}")
    tangent_next = _coefficients(following_tangent)
    covariance = _solve(_Recurrence("covariance", _S, cosine_next[3], sp.S.Zero), first, {})
    known = {_S: covariance.value}
    diagonal = _solve(_Recurrence("diagonal", _T0, tangent_next[0], tangent_at_first), first, known)
    known[_T0] = diagonal.value
    tangent = _solve(_Recurrence("tangent", _T1, tangent_next[1], sp.S.Zero), first, known)
    return DepthLaws(covariance, diagonal, tangent)


def _same(left: sp.Expr, right: sp.Expr) -> bool:
    """Whether two coefficients are equal, by their normal forms over Q(π)."""
    return rational_identity(left, right).truth is Truth.TRUE


@dataclass(frozen=True)
class _Recurrence:
    """x(L+1) as an expression in x(L) and in coefficients that are known; x at the first depth."""

    name: str
    unknown: sp.Symbol
    following: sp.Expr
    initial: sp.Expr


def _solve(recurrence: _Recurrence, first: int, known: Mapping[sp.Symbol, sp.Expr]) -> DepthLaw:
    """The solution of x(L+1) = x(L) + f(L), by summation of f."""
    following = cast(sp.Expr, recurrence.following.subs(list(known.items())))
    rise = sp.simplify(following - recurrence.unknown)
    if rise.has(recurrence.unknown):
        raise ArithmeticError(f"the recurrence of {recurrence.name} is not x(L+1) = x(L) + f(L)")
    k = sp.Symbol("k", integer=True)
    total = recurrence.initial + sp.summation(rise.subs(DEPTH, k), (k, first, DEPTH - 1))
    value = sp.factor(total)
    step = following.subs(recurrence.unknown, value)
    return DepthLaw(
        recurrence.name, cast(sp.Expr, value), first, recurrence.initial, cast(sp.Expr, step)
    )


def _cosine_jet() -> sp.Expr:
    return 1 - _ANGLE**2 / 2 + _S * _ANGLE**3


def _angle_of(cosine_jet: sp.Expr) -> sp.Expr:
    """ψ with cos ψ = 1 - θ²/2 + s θ³ + O(θ⁴): θ - s θ² + O(θ³)."""
    angle = _ANGLE - _S * _ANGLE**2
    difference = sp.expand(1 - angle**2 / 2 - cosine_jet)
    if any(c != 0 for c in _coefficients(difference)):
        raise ArithmeticError("the angle of a layer is not θ - s θ² to the order that is needed")
    return angle


def _jet(kernel: Kernel, pole: int = 1) -> sp.Expr:
    """The expansion of a formula at a pole, exactly, up to θ³."""
    series = Expansions(length=_ORDER + 2, exact=True, bits=64).at_pole(kernel, pole)
    terms = [c.to_sympy() * _ANGLE**j for j, c in enumerate(series.coefficients[:_ORDER])]
    return sp.Add(*terms)


def _slope(delta: Any) -> Kernel:
    return cosine_map_derivative(delta)


def _linear_in_delta(family: Any, delta: sp.Expr) -> sp.Expr:
    """The expansion of ϱ or ϱ' for a symbolic Δ, in which both are linear."""
    at_zero, at_one = _jet(family(0)), _jet(family(1))
    return at_zero + delta * (at_one - at_zero)


def _compose(outer: sp.Expr, angle: sp.Expr) -> sp.Expr:
    return sp.expand(outer.subs(_ANGLE, angle))


def _coefficients(expression: sp.Expr) -> list[sp.Expr]:
    """The coefficients of θ⁰ to θ³."""
    polynomial = sp.Poly(sp.expand(expression), _ANGLE)
    return [polynomial.coeff_monomial(_ANGLE**j) for j in range(_ORDER)]
