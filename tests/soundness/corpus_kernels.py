"""Formulas of kernels: values at the poles, recursions, derivatives, inequalities."""

from fractions import Fraction

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.claims import certify, identity, identity_modulo, less
from ntkproofs.kernels.networks import cosine_map

from . import _cases

u, s, theta, pi, lam = sp.symbols("u s theta pi lambda")
NEAR = 1 + sp.Rational(1, 10**6)
GRID = [Fraction(k, 20) for k in range(-19, 20)] + [Fraction(1, 100), Fraction(-1, 100)]


def in_the_angle(expression):
    found = expression.subs({sp.acos(u): theta, sp.sqrt(1 - u**2): s})
    return sp.expand(sp.expand(sp.pi * found).subs(sp.pi, pi))


def poles():
    for depth in (2, 3, 5, 10):

        def evidence(c, depth=depth):
            yield identity("k(1)", nt.ntk(depth)(sp.Integer(1)), c)

        yield from _cases.family(
            f"ntk-diagonal-{depth}",
            rf"\Theta_{depth}(1) = c",
            evidence,
            [(depth, True), (depth - 1, False)],
            "Θ_(k+1)(1) = Θ_k(1) + 1, Θ_1(1) = 1; counting hidden layers gives one less",
        )
    for delta in (Fraction(1, 2), Fraction(1, 3)):

        def evidence(c, delta=delta):
            yield identity(
                "rho(-1)", cosine_map(delta)(sp.Integer(-1)), -1 + c * sp.Rational(delta)
            )

        yield from _cases.family(
            f"cosine-map-{delta.denominator}",
            r"\varrho(-1) = -1 + c \Delta",
            evidence,
            [(2, True), (1, False), (4, False)],
            "arccos(-1) = π in ϱ",
        )


def normal_forms():
    k0, k1 = nt.arccosine(0)(u), nt.arccosine(1)(u)

    def two_layers(c):
        yield identity_modulo(
            "NTK",
            in_the_angle(nt.ntk(2)(u)),
            in_the_angle(c * u * k0 + k1),
            [s**2 + u**2 - 1],
            [s, theta, u, pi],
        )

    yield from _cases.family(
        "two-layer-sum",
        r"\Theta_2 = c u \kappa_0 + \kappa_1",
        two_layers,
        [(1, True), (2, False), (NEAR, False)],
        "chain rule: the hidden layer gives u κ0, the output layer κ1",
    )

    def derivative(c):
        # d/du: θ' = -1/s, s' = -u/s; everything times s
        slope = sp.diff(k1, u).subs({sp.acos(u): theta, sp.sqrt(1 - u**2): s})
        yield identity_modulo(
            "slope",
            sp.expand(sp.expand(sp.pi * slope).subs(sp.pi, pi)),
            in_the_angle(c * k0),
            [s**2 + u**2 - 1],
            [s, theta, u, pi],
        )

    yield from _cases.family(
        "derivative-k1",
        r"\kappa_1' = c \kappa_0",
        derivative,
        [(1, True), (2, False), (sp.Rational(1, 2), False)],
        "Price's theorem with the normalisation κ(1) = 1",
    )

    def angle(c):
        # On the circle the Laplacian's root is λ >= 0 with λ² = l(l + d - 2) = l².
        l = sp.Symbol("l", positive=True)  # noqa: E741
        root = sp.Symbol("lambda", positive=True)
        yield identity_modulo("lambda = l", root, c * l, [root**2 - l**2], [root, l])

    yield from _cases.family(
        "circle-root",
        r"\sqrt{l(l+d-2)} = c l on the circle",
        angle,
        [(1, True), (2, False)],
        "d = 2: the root of l² is l, since both are positive",
    )

    def trigonometry(c):
        x = sp.Symbol("x")
        yield identity_modulo(
            "reflection",
            x * sp.gamma(sp.Rational(1, 3)) * sp.gamma(sp.Rational(2, 3)),
            c * x * sp.pi / sp.sqrt(3),
            [s**2 + u**2 - 1],
            [x, s, u],
        )

    yield from _cases.family(
        "gamma-reflection",
        r"\Gamma(1/3)\Gamma(2/3) x = c \pi x/\sqrt{3}",
        trigonometry,
        [(2, True), (1, False)],
        "Euler's reflection formula, sin(π/3) = sqrt(3)/2",
    )

    for name, rounded, decimal in (
        ("12", 0.333333333333, sp.Rational(333333333333, 10**12)),
        ("16", 0.3333333333333333, sp.Rational(3333333333333333, 10**16)),
    ):

        def rounded_relation(c, rounded=rounded):
            r = sp.Symbol("r")
            yield identity_modulo("r = c", r, c, [r - rounded], [r])

        yield from _cases.family(
            f"float-relation-{name}",
            rf"r = c where r = {rounded}",
            rounded_relation,
            [(decimal, True), (sp.Rational(1, 3), False), (sp.Rational(1, 2), False)],
            "digits of 1/3 are not 1/3",
        )

    def composition(c):
        step = nt.arccosine(1)
        yield identity("nngp", nt.nngp(3)(u), (step @ step if c == 2 else step)(u))

    yield from _cases.family(
        "nngp-composition",
        r"\Sigma_3 = \kappa_1 composed c times",
        composition,
        [(2, True), (1, False)],
        "S_3 = κ1(κ1(u)); functions are outside the normal form unless literally equal",
    )


def inequalities():
    k1 = nt.arccosine(1)

    def below_chord(c):
        for x in GRID:
            yield certify(
                "kappa_1 < c (1+u)/2", lambda x=x: less(k1(ball(x)), ball(c) * ball(1 + x) / 2)
            )

    yield from _cases.family(
        "convex-chord",
        r"\kappa_1(u) < c (1+u)/2",
        below_chord,
        [(1, True), (Fraction(97, 100), False), (Fraction(1, 2), False)],
        "κ1 is convex with κ1(-1) = 0, κ1(1) = 1; near u = 1 the quotient tends to 1",
        on="u on a grid of 41 points in (-1,1)",
    )

    def parabola(c):
        for x in GRID:
            if x != 0:
                yield certify(
                    "kappa_1 > 1/pi + u/2 + c u^2/(2 pi)",
                    lambda x=x: less(
                        1 / arb.pi() + ball(x) / 2 + ball(c * x * x) / (2 * arb.pi()), k1(ball(x))
                    ),
                )

    yield from _cases.family(
        "taylor-2",
        r"\kappa_1(u) > 1/\pi + u/2 + c u^2/(2\pi), u \ne 0",
        parabola,
        [(1, True), (Fraction(1001, 1000), False), (2, False)],
        "all even Taylor coefficients are positive; with 1.001 it fails at |u| = 1/100 only",
        on="u on a grid of 40 points in (-1,1) without 0",
    )

    def deep_below_depth(c):
        for x in GRID:
            yield certify("ntk3 < c", lambda x=x: less(nt.ntk(3)(ball(x)), ball(c)))

    yield from _cases.family(
        "ntk3-maximum",
        r"\Theta_3(u) < c for u in the grid",
        deep_below_depth,
        [(3, True), (Fraction(2), False), (1, False)],
        "increasing on [0,1] with Θ_3(1) = 3; at u = 0.95 it is above 2",
        on="u on a grid of 41 points in (-1,1)",
    )


def ball(value):
    exact = sp.Rational(value)
    return arb(int(exact.p)) / int(exact.q)


def cases():
    yield from poles()
    yield from normal_forms()
    yield from inequalities()
