"""Two-layer networks with polynomial neurons: exact means of derivatives along training, at t = 0.

The outputs are ``f_k = n^(-1/2) Σ_r v_r ψ_k(w_r)`` with polynomials ψ_k and independent standard
Gaussians v_r, w_r, all trained. Whatever the hierarchy or gradient flow of ½ Σ (f_k - y_k)² makes
of them is a polynomial in averages over neurons, ``M[p] = (1/n) Σ_r p(v_r, w_r)``, in n^(-1/2) and
in the targets. Its mean is a polynomial in 1/n with rational coefficients, by a sum over the
partitions of the factors (which of them share a neuron) and Gaussian moments. Nothing is rounded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import prod
from types import MappingProxyType
from typing import Any

from ntkproofs.errors import InvalidInput

Monomial = tuple[int, int]
"""v^a w^b."""
Key = tuple[int, tuple[int, ...], tuple[Monomial, ...]]
"""Power of n^(-1/2), powers of the targets, and the averages that are multiplied."""


@dataclass(frozen=True)
class Observable:
    """A polynomial in averages over neurons: coefficients by :data:`Key`."""

    terms: Mapping[Key, Fraction]

    def __add__(self, other: Observable) -> Observable:
        return _collected([*self.terms.items(), *other.terms.items()])

    def __mul__(self, other: Observable) -> Observable:
        return _collected(
            (_product(one, two), a * b)
            for one, a in self.terms.items()
            for two, b in other.terms.items()
        )

    def scaled(self, factor: int | Fraction) -> Observable:
        """A multiple."""
        return _collected((key, value * factor) for key, value in self.terms.items())


@dataclass(frozen=True)
class PolynomialNetwork:
    """The network with outputs n^(-1/2) Σ v ψ_k(w).

    Attributes:
        features: the polynomials ψ_k, each by its coefficients from the constant on.

    Example:
        The linear network at one input has O_3 = 4 f/n, and E f² = 1:

        >>> linear = PolynomialNetwork(((0, 1),))
        >>> mean(linear.third(0, 0, 0) * linear.output(0))
        {(2, (0,)): Fraction(4, 1)}
    """

    features: tuple[tuple[int | Fraction, ...], ...]

    def __post_init__(self) -> None:
        if not self.features or not all(any(feature) for feature in self.features):
            raise InvalidInput(
                "A polynomial network has at least one output, and no output that vanishes; got "
                f"{self.features}."
            )

    def output(self, k: int) -> Observable:
        """f_k."""
        terms = [((-1, self._none, ((1, b),)), c) for b, c in enumerate(self.features[k])]
        return _collected((key, Fraction(c)) for key, c in terms)

    def target(self, k: int) -> Observable:
        """y_k, a symbol."""
        powers = tuple(int(k == other) for other in range(len(self.features)))
        return Observable({(0, powers, ()): Fraction(1)})

    def kernel(self, k: int, m: int) -> Observable:
        """Θ_km = ⟨∇f_k, ∇f_m⟩."""
        return self.along(self.output(k), m)

    def third(self, k: int, m: int, i: int) -> Observable:
        """O_3(k, m, i) = D Θ_km [∇f_i]."""
        return self.along(self.kernel(k, m), i)

    def fourth(self, k: int, m: int, i: int, j: int) -> Observable:
        """O_4(k, m, i, j) = D O_3(k, m, i) [∇f_j]."""
        return self.along(self.third(k, m, i), j)

    def along(self, observable: Observable, k: int) -> Observable:
        """The derivative along ∇f_k: of one average, n^(-1/2) M[∂_v p ψ_k + ∂_w p v ψ_k']."""
        found: list[tuple[Key, Fraction]] = []
        for (power, targets, factors), value in observable.terms.items():
            for at, (a, b) in enumerate(factors):
                others = factors[:at] + factors[at + 1 :]
                for c, coefficient in enumerate(self.features[k]):
                    changes = [(a, (a - 1, b + c))]
                    changes.append((b * c, (a + 1, b - 1 + c - 1)))
                    for count, monomial in changes:
                        if count and coefficient:
                            key = (power + 1, targets, tuple(sorted((*others, monomial))))
                            found.append((key, value * count * coefficient))
        return _collected(found)

    def rate(self, observable: Observable) -> Observable:
        """d/dt under gradient flow: -Σ_k (f_k - y_k) times the derivative along ∇f_k."""
        total = Observable({})
        for k in range(len(self.features)):
            residual = self.output(k) + self.target(k).scaled(-1)
            total = total + (residual * self.along(observable, k)).scaled(-1)
        return total

    @property
    def _none(self) -> tuple[int, ...]:
        return (0,) * len(self.features)


def mean(observable: Observable) -> dict[tuple[int, tuple[int, ...]], Fraction]:
    """The exact mean: coefficients by power of n^(-1/2) and powers of the targets.

    It holds for every n >= 1: E Π M[p_i] = n^(-m) Σ_π n(n-1)...(n-|π|+1) Π_B E Π_(i in B) p_i.
    """
    total: dict[tuple[int, tuple[int, ...]], Fraction] = {}
    for (power, targets, factors), value in observable.terms.items():
        for shift, expected in _mean_of_product(factors).items():
            key = (power + 2 * shift, targets)
            total[key] = total.get(key, Fraction(0)) + value * expected
    return {key: value for key, value in sorted(total.items()) if value}


def order(observable: Observable, power: int, targets: Sequence[Any]) -> Any:
    """The coefficient of n^(-power) in the mean, as a polynomial in the given targets."""
    import sympy as sp

    total = sp.Integer(0)
    for (half, powers), value in mean(observable).items():
        if half == 2 * power:
            monomial = prod(y**e for y, e in zip(targets, powers, strict=True))
            total += sp.Rational(value.numerator, value.denominator) * monomial
    return total


def _product(one: Key, two: Key) -> Key:
    targets = tuple(a + b for a, b in zip(one[1], two[1], strict=True))
    return one[0] + two[0], targets, tuple(sorted(one[2] + two[2]))


def _collected(terms: Any) -> Observable:
    found: dict[Key, Fraction] = {}
    for key, value in terms:
        found[key] = found.get(key, Fraction(0)) + value
    return Observable({key: value for key, value in found.items() if value})


@lru_cache(maxsize=1 << 16)
def _mean_of_product(factors: tuple[Monomial, ...]) -> Mapping[int, int]:
    """E Π M[p_i] as coefficients of powers of 1/n; the same products come up again and again."""
    by_blocks: dict[int, int] = {}
    for blocks in _partitions(factors):
        value = prod(_gaussian(block) for block in blocks)
        if value:
            by_blocks[len(blocks)] = by_blocks.get(len(blocks), 0) + value
    found: dict[int, int] = {}
    for count, value in by_blocks.items():
        for degree, coefficient in enumerate(_falling(count)):
            at = len(factors) - degree
            found[at] = found.get(at, 0) + value * coefficient
    return MappingProxyType(found)


def _partitions(items: tuple[Monomial, ...]) -> Iterator[list[list[Monomial]]]:
    """The partitions of a tuple, equal items told apart."""
    if not items:
        yield []
        return
    first, rest = items[0], items[1:]
    for blocks in _partitions(rest):
        yield [[first], *blocks]
        for at, block in enumerate(blocks):
            yield [*blocks[:at], [first, *block], *blocks[at + 1 :]]


def _gaussian(block: Sequence[Monomial]) -> int:
    """E v^a w^b with the exponents of a block added: (a-1)!! (b-1)!!, or 0 for odd exponents."""
    exponents = [sum(column) for column in zip(*block, strict=True)]
    if any(exponent % 2 for exponent in exponents):
        return 0
    return prod(prod(range(1, exponent, 2)) for exponent in exponents)


def _falling(count: int) -> list[int]:
    """Coefficients of n(n-1)...(n-count+1), from the constant on."""
    coefficients = [1]
    for root in range(count):
        shifted = [0, *coefficients]
        for at, coefficient in enumerate(coefficients):
            shifted[at] -= root * coefficient
        coefficients = shifted
    return coefficients
