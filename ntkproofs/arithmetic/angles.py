"""Kernels as analytic functions of the angle, on the boundary of a complex domain.

In θ = arccos u the kernels of ReLU networks are analytic on [0, π], at any depth, and beyond: for
a layer's cosine S with S = 1 at a pole, arccos S vanishes to first order there and changes sign,
where the principal branch of arccos has a branch point. This arithmetic follows the true
continuation, and *proves* that it is one.

Let D be a simply connected domain around [0, π], symmetric about the real axis. All quantities are
evaluated on pieces that cover the boundary of D only. Each operation that could fail to be analytic
inside D carries a condition on the boundary that excludes this by the minimum principle: if g is
analytic on D and Re g > 0 on its boundary, then Re g > 0 on D, so that 1/g, sqrt(g) and log(g) are
analytic on D. The factorisation behind arccos S: if S is C¹ in u on [-1, 1] and S(1) = 1, then
dS/dθ = -sin θ S'(u) vanishes at θ = 0, so that (1 - S)/sin²(θ/2) is analytic there; likewise for
S = -1 and for the pole θ = π with cos²(θ/2). Where such a factor is taken out, D must hold no other
zero of it, which would be a pole of the quotient: -π < Re θ < 2π.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol, cast

from flint import acb, acb_series, arb, ctx

from ntkproofs.arithmetic.balls import ball, to_fraction
from ntkproofs.arithmetic.poles import POLES, POLES_OF_COSINE, PoleNumber
from ntkproofs.arithmetic.protocol import Arithmetic, Number


class NotProvenAnalytic(ArithmeticError):
    """A condition for analyticity was not met on this piece of the boundary.

    ``final`` tells whether a finer piece could help: it cannot where the structure of the kernel
    is the obstacle.
    """

    def __init__(self, message: str, *, final: bool) -> None:
        super().__init__(message)
        self.final = final


class InnerKernel(Protocol):
    """What is asked of the inner kernel of a composition."""

    @property
    def differentiable(self) -> bool: ...

    def value_with(self, u: Any, ar: Arithmetic) -> Any: ...


@dataclass(frozen=True, eq=False)
class Analytic:
    """A function, analytic on D, on a piece of the boundary of D: a Taylor model.

    Attributes:
        centre: its Taylor series at the centre of the piece.
        hull: series whose coefficients enclose ``f^(j)/j!`` over the whole piece.
        offset: a ball that holds every point of the piece minus its centre; None for constants.
    """

    centre: acb_series
    hull: acb_series
    offset: acb | None

    @property
    def value(self) -> acb:
        """An enclosure of the function over the piece."""
        return self.hull[0]

    @property
    def constant(self) -> bool:
        """Whether the function is constant."""
        return self.offset is None

    def apply(self, function: Callable[[acb_series], acb_series]) -> Analytic:
        """A function of this one, given as an operation on power series."""
        return _model(function(self.centre), function(self.hull), self.offset)

    def _with(self, other: Any, operation: Callable[[Any, Any], acb_series]) -> Analytic:
        other = _analytic(other)
        offset = other.offset if self.offset is None else self.offset
        centre, hull = operation(self.centre, other.centre), operation(self.hull, other.hull)
        if self.constant or other.constant:
            return Analytic(centre, hull, offset)  # as tight as it was
        return _model(centre, hull, offset)

    def __add__(self, other: Any) -> Analytic:
        return self._with(other, lambda x, y: x + y)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Analytic:
        return self._with(other, lambda x, y: x * y)

    __rmul__ = __mul__

    def __neg__(self) -> Analytic:
        return self * -1

    def __sub__(self, other: Any) -> Analytic:
        return self._with(other, lambda x, y: x - y)

    def __rsub__(self, other: Any) -> Analytic:
        return _analytic(other) - self

    def __truediv__(self, other: Any) -> Analytic:
        other = _analytic(other)
        if not other.constant and not _right_half_plane(other.value):
            _right_half_plane_or_fail(-other, "a denominator")
        return self.divided_by(other)

    def divided_by(self, other: Analytic) -> Analytic:
        """The quotient, for a caller who knows that it is analytic on D."""
        if other.value.contains(0):
            raise NotProvenAnalytic("a denominator may vanish", final=other.constant)
        return self._with(other, lambda x, y: x / y)

    def __rtruediv__(self, other: Any) -> Analytic:
        return _analytic(other) / self

    def __pow__(self, exponent: int) -> Analytic:
        if exponent < 0:
            return 1 / self ** (-exponent)
        power = _analytic(1)
        for _ in range(exponent):
            power = power * self
        return power


def _model(centre: acb_series, hull: acb_series, offset: acb | None) -> Analytic:
    """A Taylor model whose hull is tightened by Taylor's theorem at the centre.

    ``f^(j)(θ)/j! = Σ_(i<K) C(i,j) f_i δ^(i-j) + C(K,j) h δ^(K-j)`` with h in the hull's last
    coefficient: without this, the overestimation of balls would grow with every layer.
    """
    if offset is None:
        return Analytic(centre, hull, None)
    last = _last()
    coefficients = [centre[i] for i in range(last)] + [hull[last]]
    powers = [acb(1)]
    for _ in range(last):
        powers.append(powers[-1] * offset)
    tight = [
        sum((math.comb(i, j) * coefficients[i] * powers[i - j] for i in range(j, last + 1)), acb(0))
        for j in range(last)
    ]
    hulls = [_meet(tight[j], hull[j]) for j in range(last)] + [hull[last]]
    return Analytic(centre, acb_series(hulls, last + 1), offset)


def _last() -> int:
    """The last power of the Taylor models, which carries their remainder: see series_length."""
    return int(cast(Any, ctx).cap) - 1


def _meet(x: acb, y: acb) -> acb:
    """The tighter of two enclosures of one number."""
    if not x.is_finite():
        return y
    if not y.is_finite():
        return x
    return acb(x.real.intersection(y.real), x.imag.intersection(y.imag))


def _analytic(value: Any) -> Analytic:
    if isinstance(value, Analytic):
        return value
    series = acb_series([value if isinstance(value, acb) else acb(ball(value))], _last() + 1)
    return Analytic(series, series, None)


def _right_half_plane(value: acb) -> bool:
    return bool(value.real > 0)


def _right_half_plane_or_fail(function: Analytic, what: str) -> Analytic:
    if not _right_half_plane(function.value):
        raise NotProvenAnalytic(f"{what} may leave the right half-plane", final=False)
    return function


@dataclass(frozen=True, eq=False)
class AngleArithmetic(Arithmetic):
    """Arithmetic of analytic functions of the root angle θ, seen from one layer.

    Attributes:
        half_sine, half_cosine: sin(θ/2) and cos(θ/2) of the root angle.
        single_poles: whether -π < Re θ < 2π on the piece: then D holds no zero of sin(θ/2) and
            cos(θ/2) but θ = 0 and θ = π.
        cosine: the cosine at which the layer's formula is evaluated.
        angle: the analytic continuation of its arccos.
        poles: the values of the cosine at θ = 0 and θ = π.
        differentiable: whether the cosine is C¹ as a function of u on [-1, 1].
    """

    half_sine: Analytic
    half_cosine: Analytic
    single_poles: bool
    cosine: Analytic
    angle: Analytic
    poles: tuple[PoleNumber, PoleNumber]
    differentiable: bool
    layers: dict[int, AngleArithmetic] = field(default_factory=dict[int, "AngleArithmetic"])
    """The arithmetics of the layers above, by their cosine; the cosines live in their values."""

    @classmethod
    def at_root(cls, piece: acb) -> AngleArithmetic:
        """The arithmetic for formulas in u = cos θ itself, for θ on a piece of the boundary."""
        centre = acb(piece.real.mid(), piece.imag.mid())
        theta = Analytic(
            acb_series([centre, 1], _last() + 1),
            acb_series([piece, 1], _last() + 1),
            piece - centre,
        )
        half = theta / 2
        return cls(
            half.apply(acb_series.sin),
            half.apply(acb_series.cos),
            bool(piece.real > -arb.pi() and piece.real < 2 * arb.pi()),
            theta.apply(acb_series.cos),
            theta,
            POLES_OF_COSINE,
            True,
        )

    @property
    def pi(self) -> Analytic:
        return _analytic(acb.pi())

    def number(self, value: Number) -> Analytic:
        return _analytic(to_fraction(value))

    def acos(self, x: Analytic) -> Analytic:
        return self.angle if x is self.cosine else self.pi / 2 - self.asin(x)

    def asin(self, x: Analytic) -> Analytic:
        """arcsin of a function that stays off its cuts, Re(1 - x²) > 0, by its derivative."""
        if x is self.cosine:
            return self.pi / 2 - self.angle
        if x.constant:
            return _analytic(x.value.asin())
        root = self.sqrt(1 - x * x)
        if root.value.contains(0):
            raise NotProvenAnalytic("1 - x² under arccos or arcsin may vanish", final=False)

        def arcsine(series: acb_series, root: acb_series) -> acb_series:
            return (series.derivative() / root).integral() + series[0].asin()

        return _model(arcsine(x.centre, root.centre), arcsine(x.hull, root.hull), x.offset)

    def sqrt(self, x: Analytic) -> Analytic:
        if x.constant:
            return _analytic(x.value.sqrt())
        return _right_half_plane_or_fail(x, "the argument of sqrt").apply(acb_series.sqrt)

    def sine(self, u: Analytic) -> Analytic:
        return self.angle.apply(acb_series.sin) if u is self.cosine else super().sine(u)

    def chord(self, u: Analytic) -> Analytic:
        if u is not self.cosine:
            return super().chord(u)
        return 2 * (self.angle / 2).apply(acb_series.sin)

    def exp(self, x: Analytic) -> Analytic:
        return x.apply(acb_series.exp)

    def cos(self, x: Analytic) -> Analytic:
        return x.apply(acb_series.cos)

    def sin(self, x: Analytic) -> Analytic:
        return x.apply(acb_series.sin)

    def inside(self, inner: InnerKernel, cosine: Any) -> AngleArithmetic:
        if cosine is self.cosine:
            return self
        if id(cosine) not in self.layers:
            self.layers[id(cosine)] = self._layer(inner, cosine)
        return self.layers[id(cosine)]

    def _layer(self, inner: InnerKernel, cosine: Analytic) -> AngleArithmetic:
        poles = (_at_pole(inner, self.poles[0]), _at_pole(inner, self.poles[1]))
        smooth = self.differentiable and inner.differentiable
        half_sine = self._root_of((1 - cosine) / 2, poles, 1, smooth)
        half_cosine = self._root_of((1 + cosine) / 2, poles, -1, smooth)
        # exp(i A/2) lies in the first quadrant for real angles; turned by -45° it must stay in
        # the right half-plane, and then its logarithm is analytic.
        turn = acb(0, -arb.pi() / 4).exp()
        turned = (half_cosine + half_sine * _analytic(acb(0, 1))) * _analytic(turn)
        _right_half_plane_or_fail(turned, "exp(iA/2) of an angle")
        angle = turned.apply(acb_series.log) * _analytic(acb(0, -2)) + self.pi / 2
        return AngleArithmetic(
            self.half_sine, self.half_cosine, self.single_poles, cosine, angle, poles, smooth
        )

    def _root_of(
        self, square: Analytic, poles: tuple[PoleNumber, PoleNumber], zero_at: int, smooth: bool
    ) -> Analytic:
        """The root, positive on (0, π), of a square that vanishes where the cosine is ``zero_at``.

        Where it vanishes at a pole it does so to second order, and sin(θ/2) or cos(θ/2) is taken
        out of the root.
        """
        zeros = _analytic(1)
        for pole, factor in zip(poles, (self.half_sine, self.half_cosine), strict=True):
            if pole.is_exactly(zero_at):
                if not smooth:
                    raise NotProvenAnalytic(
                        "a layer's cosine reaches ±1 at a pole and is not known to be C¹ there",
                        final=True,
                    )
                if not self.single_poles:
                    raise NotProvenAnalytic(
                        "the domain reaches other zeros of sin(θ/2) or cos(θ/2)", final=True
                    )
                zeros = zeros * factor
            elif not pole.differs_from(zero_at):
                raise NotProvenAnalytic(
                    "cannot tell whether a layer's cosine is ±1 at a pole", final=True
                )
        quotient = square.divided_by(zeros * zeros)
        _right_half_plane_or_fail(quotient, "(1 ∓ S)/sin²")
        return zeros * quotient.apply(acb_series.sqrt)


@lru_cache(maxsize=4096)
def _at_pole(inner: InnerKernel, pole: PoleNumber) -> PoleNumber:
    """The value of a layer's cosine at a pole; asked anew for every piece of the boundary."""
    return inner.value_with(pole, POLES)
