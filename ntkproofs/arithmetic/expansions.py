"""Formulas as power series at a pole of the sphere: the arithmetic of local expansions.

At the pole u = 1 the local variable is θ = arccos u, at u = -1 it is θ' = π - θ. In it, formulas
made of ``acos(u)``, ``sine(u)``, ``chord(u)`` and of smooth functions are power series, and those
made of roots of these Puiseux series.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ntkproofs.arithmetic.balls import to_fraction
from ntkproofs.arithmetic.laurent import ONE, PI, ZERO, Coefficient, Laurent, laurent
from ntkproofs.arithmetic.protocol import Arithmetic, Number
from ntkproofs.arithmetic.puiseux import Series


@dataclass(frozen=True, eq=False)
class ExpansionArithmetic(Arithmetic):
    """Arithmetic of Puiseux series.

    Attributes:
        cosine: the cosine at which formulas are evaluated.
        angle: its arccos.
    """

    cosine: Series
    angle: Series

    @classmethod
    def at_pole(cls, pole: int, length: int, scale: Coefficient = ONE) -> ExpansionArithmetic:
        """The arithmetic at u = ``pole`` in the variable x, angle to the pole = ``scale`` x.

        Args:
            pole: 1 or -1.
            length: the number of terms, x^0 to x^(length-1).
        """
        angle = Series((ZERO, scale, *((ZERO,) * (length - 2)))[:length])
        cosine = angle.sin_cos()[1]
        return cls(cosine, angle) if pole == 1 else cls(-cosine, PI - angle)

    @classmethod
    def inside_the_interval(cls, cosine: Series) -> ExpansionArithmetic:
        """The arithmetic where the cosine starts strictly between -1 and 1."""
        return cls(cosine, PI / 2 - cosine.asin())

    @property
    def pi(self) -> Laurent:
        return PI

    def number(self, value: Number) -> Laurent:
        return laurent(to_fraction(value))

    def acos(self, x: Any) -> Series:
        return self.angle if x is self.cosine else PI / 2 - self._series(x).asin()

    def asin(self, x: Any) -> Series:
        return PI / 2 - self.angle if x is self.cosine else self._series(x).asin()

    def sqrt(self, x: Any) -> Series:
        return self._series(x).sqrt()

    def exp(self, x: Any) -> Series:
        return self._series(x).exp()

    def cos(self, x: Any) -> Series:
        return self._series(x).sin_cos()[1]

    def sin(self, x: Any) -> Series:
        return self._series(x).sin_cos()[0]

    def sine(self, u: Any) -> Series:
        return self.angle.sin_cos()[0] if u is self.cosine else super().sine(u)

    def chord(self, u: Any) -> Series:
        return 2 * (self.angle / 2).sin_cos()[0] if u is self.cosine else super().chord(u)

    def _series(self, value: Any) -> Series:
        """A constant as a series of the length that is kept."""
        return value if isinstance(value, Series) else 0 * self.cosine + value
