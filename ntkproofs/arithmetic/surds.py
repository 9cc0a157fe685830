# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false
"""Exact numbers of a real quadratic field, ``a + b sqrt(r)``: the coordinates of regular polytopes.

A surd is never rational: operations whose result is rational return a ``Fraction``. Equality and
hashing are therefore those of the numbers.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from flint import arb

from ntkproofs.arithmetic.balls import ball
from ntkproofs.errors import InvalidInput

if TYPE_CHECKING:
    import sympy as sp


@dataclass(frozen=True)
class Surd:
    """The irrational number ``rational + root · sqrt(radicand)``; made by :func:`surd`.

    Example:
        >>> golden = surd(Fraction(1, 2), Fraction(1, 2), 5)
        >>> golden * golden - golden
        Fraction(1, 1)
    """

    rational: Fraction
    root: Fraction
    radicand: int

    def __str__(self) -> str:
        sign, size = ("-", -self.root) if self.root < 0 else ("+", self.root)
        first = f"{self.rational} {sign} " if self.rational else sign.strip("+")
        return f"{first}{'' if size == 1 else f'{size} '}sqrt({self.radicand})"

    def __add__(self, other: Exact) -> Exact:
        a, b = self._parts(other)
        return surd(self.rational + a, self.root + b, self.radicand)

    __radd__ = __add__

    def __neg__(self) -> Surd:
        return Surd(-self.rational, -self.root, self.radicand)

    def __sub__(self, other: Exact) -> Exact:
        return self + (-other)

    def __rsub__(self, other: Exact) -> Exact:
        return -self + other

    def __mul__(self, other: Exact) -> Exact:
        a, b = self._parts(other)
        return surd(
            self.rational * a + self.radicand * self.root * b,
            self.rational * b + self.root * a,
            self.radicand,
        )

    __rmul__ = __mul__

    def __truediv__(self, other: Exact) -> Exact:
        if isinstance(other, Surd):
            norm = cast(Fraction, other * other.conjugate())
            return self * other.conjugate() / norm
        return Surd(self.rational / other, self.root / other, self.radicand)

    def __rtruediv__(self, other: Fraction | int) -> Exact:
        return other * self.conjugate() / cast(Fraction, self * self.conjugate())

    def conjugate(self) -> Surd:
        """``rational - root · sqrt(radicand)``."""
        return Surd(self.rational, -self.root, self.radicand)

    def to_ball(self) -> arb:
        """An enclosure at the current precision."""
        return ball(self.rational) + ball(self.root) * arb(self.radicand).sqrt()

    def to_sympy(self) -> sp.Expr:
        """The number as a SymPy expression."""
        import sympy as sp

        rational, root = (
            sp.Rational(q.numerator, q.denominator) for q in (self.rational, self.root)
        )
        return cast(sp.Expr, rational + root * sp.sqrt(self.radicand))

    def __float__(self) -> float:
        return float(self.to_ball().mid())

    def _parts(self, other: Exact) -> tuple[Fraction, Fraction]:
        if isinstance(other, Surd):
            if other.radicand != self.radicand:
                raise InvalidInput(
                    f"Exact numbers of one quadratic field are combined; got sqrt({self.radicand}) "
                    f"and sqrt({other.radicand}), whose sums and products lie in neither."
                )
            return other.rational, other.root
        return Fraction(other), Fraction(0)


Exact: TypeAlias = Surd | Fraction | int


def surd(rational: Fraction | int, root: Fraction | int, radicand: int) -> Surd | Fraction:
    """``rational + root · sqrt(radicand)``, a ``Fraction`` where root is 0.

    Args:
        radicand: an integer > 1 without square factors.
    """
    if radicand < 2 or any(radicand % (p * p) == 0 for p in range(2, int(radicand**0.5) + 1)):
        raise InvalidInput(
            f"The radicand is an integer > 1 without square factors; got {radicand}."
        )
    rational, root = Fraction(rational), Fraction(root)
    return Surd(rational, root, radicand) if root else rational


def exact_number(value: Any) -> Surd | Fraction:
    """The exact number that an int, Fraction, surd, SymPy expression or integral float is.

    Raises:
        InvalidInput: for other floats, which are roundings of something, and for SymPy numbers
            outside every quadratic field.

    Example:
        >>> import sympy as sp
        >>> exact_number(sp.sqrt(3) / 2)
        Surd(rational=Fraction(0, 1), root=Fraction(1, 2), radicand=3)
    """
    if isinstance(value, Surd | Fraction):
        return value
    if _is_sympy(value):
        return _from_sympy(value)
    if hasattr(value, "item"):
        value = value.item()  # a NumPy scalar
    if isinstance(value, int | float) and value == int(value):
        return Fraction(int(value))
    raise InvalidInput(
        f"An exact number is an int, a Fraction, a + b sqrt(r) or such a SymPy number; got "
        f"{value!r}, which may be the rounding of one."
    )


def enclosure(value: Exact) -> arb:
    """A ball at the current precision that holds an exact number."""
    return value.to_ball() if isinstance(value, Surd) else ball(value)


def _is_sympy(value: Any) -> bool:
    """Whether it is of SymPy, which is not imported to find out: where it is not, nothing is."""
    sympy = sys.modules.get("sympy")
    return sympy is not None and isinstance(value, sympy.Basic)


def _from_sympy(value: sp.Expr) -> Surd | Fraction:
    import sympy as sp

    total: Exact = Fraction(0)
    for term in sp.Add.make_args(sp.expand(sp.radsimp(value))):
        factor, root = cast(tuple[Any, Any], term.as_coeff_Mul())
        square = root**2
        if not (factor.is_Rational and square.is_Integer and square > 0):
            raise InvalidInput(
                f"Exact coordinates lie in a quadratic field, as a + b sqrt(r); got {value}."
            )
        part = Fraction(int(factor.p), int(factor.q))
        total = total + (part if root == 1 else surd(0, part, int(square)))
    return exact_number(total)
