"""The torus: multipliers over axes, roots of unity, aliasing."""

from itertools import product

import sympy as sp
from flint import arb

from ntkproofs.claims import certify, exactly, identity, identity_modulo, less

from . import _cases

HALF = sp.Rational(1, 2)
NEAR = 1 + sp.Rational(1, 10**6)
x, y, z = sp.symbols("x y z")


def multipliers():
    def separable(c):
        yield identity("Kronecker", (1 + x**2) * (1 + y**2), 1 + x**2 + y**2 + c * x**2 * y**2)

    yield from _cases.family(
        "separable",
        r"\prod (1 + k_i^2) = 1 + \|k\|^2 + c k_1^2 k_2^2",
        separable,
        [(1, True), (0, False), (NEAR, False)],
        "expansion",
    )

    def mixed(c):
        for k in product(range(-2, 3), repeat=2):
            total, mixed = 1 + k[0] ** 2 + k[1] ** 2, (1 + k[0] ** 2) * (1 + k[1] ** 2)
            yield certify("isotropic <= c mixed", lambda t=total, p=mixed: at_most(arb(t), c * p))

    yield from _cases.family(
        "mixed-smoothness",
        r"1 + \|k\|^2 \le c \prod (1 + k_i^2)",
        mixed,
        [(1, True), (1 - sp.Rational(1, 10**6), False), (HALF, False)],
        "equality on the axes, expansion elsewhere",
        on="|k_i| <= 2, two axes",
    )

    def reverse(c):
        for k in product(range(c + 1), repeat=2):
            total, mixed = 1 + k[0] ** 2 + k[1] ** 2, (1 + k[0] ** 2) * (1 + k[1] ** 2)
            yield certify("mixed <= 3/2 iso", lambda t=total, p=mixed: at_most(2 * arb(p), 3 * t))

    yield from _cases.family(
        "mixed-reverse",
        r"\prod (1 + k_i^2) \le (3/2)(1 + \|k\|^2) for 0 <= k_i <= c",
        reverse,
        [(1, True), (2, False)],
        "4/3 at (1,1), 10/6 at (1,2): a bound that fails at few frequencies",
        on="0 <= k_i <= c, two axes",
    )


def at_most(left, right):
    # balls of integers and rationals at 64 bits or more: strict with a margin of 1e-12
    right = sp.Rational(right) if not isinstance(right, arb) else right
    if not isinstance(right, arb):
        right = arb(int(right.p)) / int(right.q)
    return less(left, right + arb(10) ** -12)


def roots():
    for n in (2, 3, 4, 6):

        def evidence(c, n=n):
            total = sum(z ** (c * j) for j in range(n))
            cyclotomic = sp.cyclotomic_poly(n, z)
            yield identity_modulo("sum of powers", total, 0, [cyclotomic], [z])

        yield from _cases.family(
            f"roots-{n}",
            rf"\sum_(j<{n}) \zeta^{{cj}} = 0 for a primitive root",
            evidence,
            [(1, True), (n, False), (2 * n, False)],
            "geometric sum; frequency n is an alias of 0",
        )

    def whole_period(c):
        n = 4
        total = sum(z ** (2 * j) for j in range(n + c))
        yield identity_modulo("one point too many", total, 0, [sp.cyclotomic_poly(4, z)], [z])

    yield from _cases.family(
        "period",
        r"\sum_{j < 4 + c} i^{2j} = 0",
        whole_period,
        [(0, True), (1, False), (-1, False)],
        "i^(2j) alternates: the sum over an odd number of points is 1",
    )

    def alias(c):
        # Fourier coefficient of cos^2 at frequency 0 on n points: 1/2 + (n | 2) 1/2
        n = c
        value = sum(sp.binomial(2, r) for r in range(3) if (2 - 2 * r) % n == 0) / sp.Integer(4)
        yield exactly("mean of cos^2", value, HALF)

    yield from _cases.family(
        "alias-cos2",
        r"the mean of cos^2 over c equispaced points is 1/2",
        alias,
        [(3, True), (2, False), (1, False)],
        "on 2 points cos² = 1",
        on="one n",
    )


def cases():
    yield from multipliers()
    yield from roots()
