"""Quantities that are floats while one searches and balls where one decides.

The body of a conjecture is written once, on quantities. Each knows its value as a float, for a
search that tries thousands of instances, and as a ball at any precision, for the verdict. A
comparison of quantities is three-valued: a float never decides one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from flint import arb, ctx

from ntkproofs.arithmetic.balls import ball
from ntkproofs.arithmetic.truth import Decided, Truth, decide, equal, less
from ntkproofs.errors import InvalidInput, Unable

Sign = Literal["<", "<=", ">", ">=", "=="]
NOISE = 1e-9
"""Relative differences below it may be rounding errors of floats; balls look at them again."""
_ROUNDING = 1e-13
_START, _LIMIT = 64, 256


class Quantity:
    """A real number that is computed when it is asked for, in floats or in balls.

    Args:
        as_float: computes a float.
        as_ball: computes a ball at Arb's current precision.
        text: how it is shown.
        scale: computes the magnitude of the terms that it is made of, of which the float carries
            the rounding errors; by default the magnitude of the float.

    Example:
        >>> x = quantity(Fraction(1, 3))
        >>> (3 * x == 1).decided().truth
        <Truth.UNDECIDED: 'undecided'>
        >>> (3 * x > 2).decided().truth
        <Truth.FALSE: 'false'>
    """

    def __init__(
        self,
        as_float: Callable[[], float],
        as_ball: Callable[[], arb],
        text: str = "",
        scale: Callable[[], float] | None = None,
    ) -> None:
        self._as_float, self._as_ball = as_float, as_ball
        self._scale = scale
        self._float: float | None = None
        self._balls: dict[int, arb] = {}
        self.text = text

    def __float__(self) -> float:
        if self._float is None:
            try:
                self._float = float(self._as_float())
            except (ZeroDivisionError, OverflowError, ValueError):
                self._float = math.nan
        return self._float

    def scale(self) -> float:
        """The magnitude of the terms that it is made of: what rounding errors are relative to."""
        return max(abs(float(self)), self._scale() if self._scale is not None else 0.0)

    def ball(self) -> arb:
        """The value as a ball at the current precision."""
        bits = int(ctx.prec)
        if bits not in self._balls:
            self._balls[bits] = self._as_ball()
        return self._balls[bits]

    # ---- arithmetic

    def _with(
        self,
        other: Any,
        floats: Callable[[float, float], float],
        balls: Callable[[arb, arb], arb],
        scales: Callable[[float, float], float] | None = None,
    ) -> Quantity:
        that = quantity(other)
        return Quantity(
            lambda: floats(float(self), float(that)),
            lambda: balls(self.ball(), that.ball()),
            scale=None if scales is None else lambda: scales(self.scale(), that.scale()),
        )

    def __add__(self, other: Any) -> Quantity:
        return self._with(other, lambda a, b: a + b, lambda a, b: a + b, max)

    def __sub__(self, other: Any) -> Quantity:
        return self._with(other, lambda a, b: a - b, lambda a, b: a - b, max)

    def __mul__(self, other: Any) -> Quantity:
        return self._with(other, lambda a, b: a * b, lambda a, b: a * b, lambda a, b: a * b)

    def __truediv__(self, other: Any) -> Quantity:
        return self._with(other, lambda a, b: a / b, lambda a, b: a / b)

    def __pow__(self, other: Any) -> Quantity:
        if isinstance(other, int):
            return self.mapped(lambda a: a**other, lambda a: _power(a, other))
        return self._with(other, lambda a, b: a**b, lambda a, b: a**b)

    def __radd__(self, other: Any) -> Quantity:
        return quantity(other) + self

    def __rsub__(self, other: Any) -> Quantity:
        return quantity(other) - self

    def __rmul__(self, other: Any) -> Quantity:
        return quantity(other) * self

    def __rtruediv__(self, other: Any) -> Quantity:
        return quantity(other) / self

    def __rpow__(self, other: Any) -> Quantity:
        return quantity(other) ** self

    def __neg__(self) -> Quantity:
        return Quantity(lambda: -float(self), lambda: -self.ball(), scale=self.scale)

    def __abs__(self) -> Quantity:
        return Quantity(lambda: abs(float(self)), lambda: abs(self.ball()), scale=self.scale)

    def mapped(self, floats: Callable[[float], float], balls: Callable[[arb], arb]) -> Quantity:
        """A function of this quantity, given in floats and in balls."""
        return Quantity(lambda: floats(float(self)), lambda: balls(self.ball()))

    def mapped_by(self, kernel: Any) -> Quantity:
        """The value of a kernel at this cosine."""
        from ntkproofs.conjectures.plain import plain_values

        return Quantity(
            lambda: float(plain_values(kernel, float(self))),
            lambda: kernel(self.ball()),
            scale=self._scale_of_angle,
        )

    def sqrt(self) -> Quantity:
        """The square root."""
        return self.mapped(math.sqrt, lambda a: a.sqrt())

    def log(self) -> Quantity:
        """The natural logarithm."""
        return self.mapped(math.log, lambda a: a.log())

    def exp(self) -> Quantity:
        """The exponential."""
        return self.mapped(math.exp, lambda a: a.exp())

    def arccos(self) -> Quantity:
        """The angle of a cosine."""
        return Quantity(
            lambda: math.acos(max(-1.0, min(1.0, float(self)))),
            lambda: self.ball().acos(),
            scale=self._scale_of_angle,
        )

    def _scale_of_angle(self) -> float:
        """The rounding error of a cosine next to ±1 is magnified in its angle."""
        sine = math.sqrt(max(0.0, 1 - float(self) ** 2))
        return 1e-2 / max(sine, 1e-8) if sine < 1e-2 else 1.0

    # ---- comparisons

    def __lt__(self, other: Any) -> Comparison:
        return Comparison(self, "<", quantity(other))

    def __le__(self, other: Any) -> Comparison:
        return Comparison(self, "<=", quantity(other))

    def __gt__(self, other: Any) -> Comparison:
        return Comparison(self, ">", quantity(other))

    def __ge__(self, other: Any) -> Comparison:
        return Comparison(self, ">=", quantity(other))

    def __eq__(self, other: object) -> Comparison:  # type: ignore[override]
        return Comparison(self, "==", quantity(other))

    __hash__ = None  # type: ignore[assignment]

    def __bool__(self) -> bool:
        raise TypeError("A quantity is no truth value; compare it with another one.")


def quantity(value: Any) -> Quantity:
    """A number as a quantity: int, Fraction, SymPy rational, ball.

    A float that was computed carries a rounding error, and is refused; write a Fraction.

    Args:
        value: the number, or a quantity.

    Returns:
        A ``Quantity``: a float for the search, a ball for the certificate; it takes part in
        + - * /, powers and comparisons.

    Raises:
        InvalidInput: for a float, and for what is no number.

    Example:
        >>> from fractions import Fraction
        >>> (quantity(Fraction(1, 3)) < 1).sign
        '<'
    """
    if isinstance(value, Quantity):
        return value
    if isinstance(value, float):
        raise InvalidInput(
            f"a conjecture compares exact numbers and quantities of the library; got the float "
            f"{value!r}, whose rounding error nobody knows. Write Fraction({str(value)!r}), or "
            "compute it with quantities"
        )
    if isinstance(value, (int, Fraction)) and not isinstance(value, bool):
        return Quantity(lambda: float(value), lambda: ball(value), str(value))
    if isinstance(value, arb) or getattr(value, "is_Rational", False):
        return Quantity(lambda: float(value), lambda: ball(value), str(value))
    raise InvalidInput(
        f"{type(value).__name__} is neither a number nor a quantity: {value!r}. Start from a "
        "quantity, quantity(u) for an argument u: kernels, powers and .sqrt(), .log(), .exp(), "
        ".arccos() of it are quantities"
    )


def _power(base: arb, exponent: int) -> arb:
    """An integer power by multiplications; Arb's own has no value where the base may be 0."""
    if exponent < 0:
        return 1 / _power(base, -exponent)
    if exponent == 0:
        return arb(1)
    half = _power(base * base, exponent // 2)
    return half * base if exponent % 2 else half


def largest(*values: Any) -> Quantity:
    """The largest of some quantities.

    Args:
        values: quantities or numbers, one at least.

    Example:
        >>> from fractions import Fraction
        >>> float(largest(1, Fraction(1, 2)))
        1.0
    """
    items = [quantity(v) for v in values]
    return Quantity(lambda: max(map(float, items)), lambda: _extreme(items, "max"))


def smallest(*values: Any) -> Quantity:
    """The smallest of some quantities.

    Args:
        values: quantities or numbers, one at least.

    Example:
        >>> from fractions import Fraction
        >>> float(smallest(1, Fraction(1, 2)))
        0.5
    """
    items = [quantity(v) for v in values]
    return Quantity(lambda: min(map(float, items)), lambda: _extreme(items, "min"))


def _extreme(items: list[Quantity], which: str) -> arb:
    found = items[0].ball()
    for item in items[1:]:
        found = getattr(found, which)(item.ball())
    return found


PI = Quantity(lambda: math.pi, arb.pi, "π")


@dataclass(frozen=True, eq=False)
class Comparison:
    """A relation between two quantities, decided by balls where it is decided."""

    left: Quantity
    sign: Sign
    right: Quantity

    def slack(self) -> float:
        """By how much it holds in floats, relative to the sides; negative where it fails.

        Where a side is the number 0, relative to the terms of which the other is made.
        """
        a, b = float(self.left), float(self.right)
        if not (math.isfinite(a) and math.isfinite(b)):
            return math.nan
        scale = max(self._sides(), 1e-300)
        if self.sign == "==":
            return -abs(a - b) / scale
        return (b - a if self.sign in ("<", "<=") else a - b) / scale

    def _scale(self) -> float:
        return max(self.left.scale(), self.right.scale())

    def _sides(self) -> float:
        """What the slack is relative to."""
        if min(self.left.scale(), self.right.scale()) == 0:
            return self._scale()
        return max(abs(float(self.left)), abs(float(self.right)))

    def noise(self) -> float:
        """What part of the slack may be rounding errors of the floats."""
        whole = self._scale()
        if not math.isfinite(whole):
            return math.inf
        return NOISE + _ROUNDING * whole / max(self._sides(), 1e-300)

    def decided(self, limit: int = _LIMIT, start: int = _START) -> Decided:
        """Its truth by balls at rising precision, up to a limit in bits."""
        return decide(self.truth, start=min(start, limit), limit=limit)

    def truth(self) -> Truth:
        """Its truth by balls at the current precision."""
        try:
            a, b = self.left.ball(), self.right.ball()
        except (Unable, ZeroDivisionError):
            return Truth.UNDECIDED
        if self.sign == "==":
            return equal(a, b)
        if self.sign in ("<", ">"):
            return less(a, b) if self.sign == "<" else less(b, a)
        return (less(b, a) if self.sign == "<=" else less(a, b)).negated()

    def __bool__(self) -> bool:
        """Its truth, certified: an undecided comparison ends the instance, which shows nothing."""
        outcome = self.decided()
        run = _run.get()
        if run is not None:
            run.decided.append((self, outcome))
        if outcome.truth is Truth.UNDECIDED:
            raise Undecided(f"undecided at {outcome.bits} bits")
        return outcome.truth is Truth.TRUE

    def __repr__(self) -> str:
        return f"{float(self.left):.12g} {self.sign} {float(self.right):.12g}"


class Undecided(Exception):
    """A comparison that balls do not decide, where a truth value was needed."""


@dataclass
class Run:
    """What the body of a conjecture did for one instance."""

    decided: list[tuple[Comparison, Decided]] = field(
        default_factory=list[tuple[Comparison, Decided]]
    )


_run: ContextVar[Run | None] = ContextVar("run", default=None)


@contextmanager
def recorded() -> Any:
    """A block whose comparisons in ``assert`` and ``if`` are recorded."""
    run = Run()
    token = _run.set(run)
    try:
        yield run
    finally:
        _run.reset(token)
