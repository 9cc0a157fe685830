"""Eigenvalues of zonal kernels on the sphere: values, zeros, decay, bounds."""

from fractions import Fraction

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.gammas import decay_exponent, gamma_quotient, quotient_of_sums
from ntkproofs.claims import certify, exactly, identity, less, nonzero_exactly
from ntkproofs.spectra.harmonics import harmonic_dimension

from . import _cases

HALF = sp.Rational(1, 2)
NEAR = 1 + Fraction(1, 10**6)
d = sp.Symbol("d", integer=True, positive=True)
m = sp.Symbol("m", integer=True, positive=True)
k0, k1, k2, k3, u = (*(nt.arccosine(n) for n in range(4)), nt.cosine)


def small_values():
    """Hand integrals in θ on S² (Legendre), as in the project's FACTS."""
    table = {
        "k0": (k0, {0: (1, 2), 1: (1, 8), 2: (0, 1), 3: (1, 128), 5: (1, 512)}),
        "k1": (k1, {0: (3, 8), 1: (1, 6), 2: (3, 128), 3: (0, 1), 4: (1, 1536)}),
        "ntk2": (nt.ntk(2), {0: (1, 2), 1: (1, 3), 2: (5, 64), 3: (0, 1), 4: (1, 192)}),
    }
    for name, (kernel, values) in table.items():
        for degree, (over, under) in values.items():
            value = Fraction(over, under)

            def evidence(c, kernel=kernel, degree=degree):
                yield exactly("the eigenvalue", nt.exact_eigenvalue(kernel, 3, degree), c)

            yield from _cases.family(
                f"value-{name}-{degree}",
                rf"\mu_{degree} = c on S^2",
                evidence,
                [(value, True), (value * NEAR + (value == 0) * Fraction(1, 10**9), False)],
                "hand integral in θ; FACTS",
                on=f"d = 3, l = {degree}",
            )


DECAY = {
    # kernel, degree, exponent: -d-2ν+1 with ν = n + 1/2 (Bietti, Bach 2021, Theorem 1)
    "k0-odd": (k0, 2 * m + 1, lambda d: d),
    "k1-even": (k1, 2 * m, lambda d: d + 2),
    "k2-odd": (k2, 2 * m + 1, lambda d: d + 4),
    "k3-even": (k3, 2 * m, lambda d: d + 6),
    "ntk2-even": (nt.ntk(2), 2 * m, lambda d: d),
    "uk0-even": (u * k0, 2 * m, lambda d: d),
}


def decay():
    for name, (kernel, degree, exponent) in DECAY.items():
        for dim in (d, sp.Integer(3)):

            def evidence(c, kernel=kernel, degree=degree, dim=dim):
                here = nt.exact_eigenvalue(kernel, dim, degree)
                ratio = quotient_of_sums(here.subs(m, m + 1), here)
                yield identity("the exponent", decay_exponent(ratio, m), c)

            p = exponent(dim)
            yield from _cases.family(
                f"decay-{name}-{'all' if dim is d else 3}",
                r"\mu_\ell \sim C \ell^{-c} along the parity class",
                evidence,
                [(p, True), (p + HALF, False), (p + 1, False)],
                "Bietti, Bach 2021, Theorem 1; S^d for S^(d-1) is off by 1",
            )


def zeros_by_parity():
    """Whether all eigenvalues of a class of degrees, from its first one on, are c = 0."""
    reason = "c_l of Bach 2017 vanishes for even l - n only beyond n; u P_0 = P_1; l <= n is not 0"
    m0 = sp.Symbol("m", integer=True, nonnegative=True)
    for name, kernel, degree, truth in (
        ("k0-from-2", k0, 2 * m, True),
        ("k0-from-0", k0, 2 * m0, False),
        ("k1-from-3", k1, 2 * m + 1, True),
        ("k1-from-1", k1, 2 * m - 1, False),
        ("k2-from-4", k2, 2 * m + 2, True),
        ("k2-from-2", k2, 2 * m, False),
        ("k3-from-5", k3, 2 * m + 3, True),
        ("k3-from-3", k3, 2 * m + 1, False),
        ("ntk2-from-3", nt.ntk(2), 2 * m + 1, True),
        ("ntk2-from-1", nt.ntk(2), 2 * m - 1, False),
        ("constant-from-2", k0 + 1, 2 * m, True),
        ("constant-from-0", k0 + 1, 2 * m0, False),
        ("ntk2-even", nt.ntk(2), 2 * m, False),
    ):

        def evidence(c, kernel=kernel, degree=degree):
            yield identity("the eigenvalue", nt.exact_eigenvalue(kernel, d, degree), c)

        yield from _cases.family(
            f"zeros-{name}",
            rf"\mu_l = c for l = {degree}, every m of {m}",
            evidence,
            [(sp.S.Zero, truth), (sp.Rational(1, 100), False)],
            reason,
        )


def literature_formula():
    """Decay from the printed formula with 1/Γ((n-l)/2 + 1): it is 0 in the other parity class."""

    def printed(order, degree):
        below = sp.gamma((order - degree) / 2 + 1) * sp.gamma((order + degree + d) / 2)
        return (sp.gamma(d / 2) * sp.factorial(order) / (2 ** (order + 1) * below)) ** 2

    for order in (0, 1, 2):
        odd, even = (1, 2) if order % 2 == 0 else (2, 3)
        for shift, truth in ((odd, True), (even, False)):

            def evidence(c, order=order, shift=shift):
                here = printed(order, 2 * m + shift)
                ratio = gamma_quotient(here.subs(m, m + 1), here)
                yield identity("the exponent", decay_exponent(ratio, m), c)

            yield from _cases.family(
                f"printed-formula-{order}-{'right' if truth else 'wrong'}-parity",
                rf"\mu_(2m+{shift}) of arccosine({order}) ~ C m^-c with C > 0",
                evidence,
                [(d + 2 * order, truth), (d + 2 * order + HALF, False)],
                "1/Γ at a pole is 0: in the wrong parity class all eigenvalues vanish",
            )


def bounds():
    even = range(2, 41, 2)

    def cubed(c):
        for degree in even:
            value = nt.exact_eigenvalue(nt.ntk(2), 3, degree)
            yield certify(
                "l^3 mu_l < c",
                lambda v=value, degree=degree: less(arb(degree) ** 3 * ball(v), ball(c)),
            )

    # l³ μ_l at l = 2 is 8·5/64 = 5/8, the largest; then 1/3 at l = 4.
    yield from _cases.family(
        "bound-ntk2",
        r"\ell^3 \mu_\ell(\Theta_2) < c, even l",
        cubed,
        [(Fraction(5, 8) * NEAR, True), (Fraction(5, 8), False), (Fraction(62, 100), False)],
        "l³ μ_l = 5/8 at l = 2, below 2/5 from l = 4 on (μ_4 = 1/192); fails at one degree only",
        on="even l = 2..40",
    )

    def positive_at(c):
        for degree in range(c):
            value = nt.exact_eigenvalue(nt.ntk(2), 3, degree)
            yield nonzero_exactly("mu_l != 0", value, {"degree": degree})

    yield from _cases.family(
        "nonzero-ntk2",
        r"\mu_0, ..., \mu_{c-1} \ne 0 for \Theta_2 on S^2",
        positive_at,
        [(3, True), (4, False), (10, False)],
        "1/2, 1/3, 5/64, 0, ...: odd degrees vanish from 3 on",
        on="l < c",
    )

    def deep(c):
        for value in nt.eigenvalues(nt.ntk(c), dim=3, degrees=range(12), digits=20):
            yield certify("mu_l > 0", lambda v=value: less(0, v))

    yield from _cases.family(
        "positive-deep",
        r"\mu_\ell > 0 for \Theta_c on S^2, l < 12",
        deep,
        [(3, True), (2, False)],
        "universality of ReLU NTKs of depth >= 3; the two-layer one has odd zeros",
        on="l < 12",
    )


def harmonics():
    def recount(c):
        for dim in range(3, 7):
            for degree in range(1, 9):
                N = Fraction(2 * degree + dim - 2, degree) * sp.binomial(degree + dim - 3, dim - 2)
                yield exactly("N(d,l)", c * sp.Rational(N), harmonic_dimension(dim, degree))

    yield from _cases.family(
        "dimension",
        r"N(d,\ell) = c (2l+d-2)/l \binom{l+d-3}{d-2}",
        recount,
        [(1, True), (HALF, False), (2, False), (sp.Rational(NEAR), False)],
        "Müller 1966",
        on="d = 3..6, l = 1..8",
    )

    def total(c):
        for dim in range(2, 7):
            for top in range(1, 9):
                found = sum(harmonic_dimension(dim, degree) for degree in range(top + 1))
                claimed = sp.binomial(top + dim - 1, dim - 1) + sp.binomial(top + dim - c, dim - 1)
                yield exactly("sum of N", found, claimed)

    yield from _cases.family(
        "sum-of-dimensions",
        r"\sum_{l <= L} N(d,l) = \binom{L+d-1}{d-1} + \binom{L+d-c}{d-1}",
        total,
        [(2, True), (1, False), (3, False)],
        "polynomials of degree <= L on the sphere = homogeneous ones of degrees L and L-1",
        on="d = 2..6, L = 1..8",
    )

    def trace(c):
        total = sum(
            harmonic_dimension(3, degree) * nt.exact_eigenvalue(u * u * u, 3, degree)
            for degree in range(4)
        )
        yield exactly("sum N mu = k(1)", total, c)

    yield from _cases.family(
        "trace-u3",
        r"\sum N \mu_l(u^3) = c on S^2",
        trace,
        [(1, True), (Fraction(1, 3), False), (NEAR, False)],
        "Mercer: k(1) = 1",
        on="d = 3",
    )


def constants_to_many_digits():
    """μ_0 of e^(-chord) on S² is (1 - 3 e^-2)/2: with r the chord, du = -r dr."""
    laplace = nt.zonal("laplace", lambda u, ar: ar.exp(-ar.chord(u)))

    def constant(c):
        def close():
            exact = (1 - c * arb(-2).exp()) / 2
            (value,) = nt.eigenvalues(laplace, dim=3, degrees=[0], digits=30)
            return less(abs(value - exact), arb(10) ** -25)

        yield certify("within 1e-25", close)

    yield from _cases.family(
        "laplace-mean",
        r"|\mu_0(e^{-chord}) - (1 - c e^{-2})/2| < 10^{-25}",
        constant,
        [(3, True), (2, False)],
        "hand: 1/2 ∫_0^2 r e^-r dr",
        on="d = 3, l = 0",
    )

    def rounded(c):
        def close():
            (value,) = nt.eigenvalues(laplace, dim=3, degrees=[0], digits=30)
            return less(abs(value - ball(c)), arb(10) ** -16)

        yield certify("within 1e-16", close)

    digits = "0.2969970751450809621590008"
    yield from _cases.family(
        "laplace-mean-digits",
        r"|\mu_0(e^{-chord}) - c| < 10^{-16}",
        rounded,
        [(Fraction(digits), True), (Fraction(digits[:16]), False)],
        "mpmath at 40 digits; a constant cut at 14 digits is off by more than 1e-16",
        on="d = 3, l = 0",
    )

    def circle(c):
        yield identity("mu_1 on the circle", nt.exact_eigenvalue(k0, 2, 1), c / sp.pi**2)

    yield from _cases.family(
        "circle-pi",
        r"\mu_1(\kappa_0) = c/\pi^2 on the circle",
        circle,
        [(2, True), (4, False), (1, False)],
        "hand: (1/π) ∫ (1 - θ/π) cos θ dθ = 2/π²",
        on="d = 2, l = 1",
    )


def ball(value):
    if isinstance(value, arb):
        return value
    exact = sp.Rational(value)
    return arb(int(exact.p)) / int(exact.q)


def cases():
    yield from small_values()
    yield from decay()
    yield from zeros_by_parity()
    yield from literature_formula()
    yield from bounds()
    yield from harmonics()
    yield from constants_to_many_digits()
