"""Growth and decay: Gamma ratios, Sobolev weights, constants, `=` against `~`."""

from fractions import Fraction

import sympy as sp
from flint import arb

import ntkproofs as nt
from ntkproofs.arithmetic.gammas import decay_exponent, gamma_quotient, quotient_of_sums
from ntkproofs.claims import certify, gamma_ratio, identity, less

from . import _cases

HALF = sp.Rational(1, 2)
NEAR = 1 + sp.Rational(1, 10**6)
d = sp.Symbol("d", integer=True, positive=True)
l = sp.Symbol("l", integer=True, positive=True)  # noqa: E741
m = sp.Symbol("m", integer=True, positive=True)
nu = sp.Symbol("nu", positive=True)


def power_singularity():
    """Λ_l(ν) ∝ Γ(l-ν)/Γ(l+ν+d-1), the eigenvalue of (1-u)^ν."""

    def law(degree):
        return sp.gamma(degree - nu) / sp.gamma(degree + nu + d - 1)

    def ratio(c):
        yield gamma_ratio("ratio", law(l + 1), law(l), (l - nu) / (l + nu + c))

    yield from _cases.family(
        "power-ratio",
        r"\Lambda_{l+1}/\Lambda_l = (l - \nu)/(l + \nu + c)",
        ratio,
        [(d - 1, True), (d, False), (d - 2, False)],
        "Γ(z+1) = z Γ(z)",
    )

    def exponent(c):
        found = decay_exponent(gamma_quotient(law(l + 1), law(l)), l)
        yield identity("p", found, c)

    yield from _cases.family(
        "power-exponent",
        r"\Lambda_l \sim C l^{-c}",
        exponent,
        [(2 * nu + d - 1, True), (2 * nu + d + 1, False), (2 * nu + d - HALF, False)],
        "Γ(l+a)/Γ(l+b) ~ l^(a-b); the printed lemma of Bietti and Bach has d + 2ν + 1",
    )


def dimensions():
    N = (2 * l + d - 2) * sp.gamma(l + d - 2) / (sp.gamma(l + 1) * sp.gamma(d - 1))

    def growth(c):
        yield identity("p", -decay_exponent(gamma_quotient(N.subs(l, l + 1), N), l), c)

    yield from _cases.family(
        "dimension-growth",
        r"N(d,l) \sim C l^c",
        growth,
        [(d - 2, True), (d - 1, False), (d - sp.Rational(3, 2), False)],
        "Müller 1966: S^d for S^(d-1) gives d - 1",
    )

    def constant(c):
        for dim in (3, 4, 5):
            n = N.subs(d, dim)
            whole = sp.gammasimp(n * sp.gamma(dim - 1))
            yield identity("leading", sp.Poly(whole, l).LC(), c)

    yield from _cases.family(
        "dimension-constant",
        r"N(d,l)(d-2)! \sim c l^{d-2}, d = 3, 4, 5",
        constant,
        [(2, True), (1, False), (2 * NEAR, False)],
        "2l+1, (l+1)², ...",
        on="d = 3, 4, 5",
    )

    def equality(c):
        for dim in (3, 4):
            yield identity("N = c l^(d-2)", sp.gammasimp(N.subs(d, dim)), c(dim), least={"l": 1})

    yield from _cases.family(
        "dimension-equality",
        r"N(d,l) = c(d) for d = 3, 4",
        equality,
        [(exact_dimension, True), (leading_dimension, False)],
        "2l + 1 and (l+1)²; 2l and l² are only asymptotically equal",
        on="d = 3, 4, every l",
    )


def exact_dimension(dim):
    return {3: 2 * l + 1, 4: (l + 1) ** 2}[dim]


def leading_dimension(dim):
    return {3: 2 * l, 4: l**2}[dim]


def sobolev():
    for definition, power in (("laplacian", 1), ("degree", 2)):
        for s in (1, 2):

            def evidence(c, definition=definition, s=s):
                symbol = nt.sobolev(s, definition=definition)
                weight = symbol.multiplier(l, 2)  # sqrt(l²) = l on the circle
                ratio = sp.cancel(sp.simplify(weight.subs(l, l + 1) / weight))
                yield identity("growth", -decay_exponent(ratio, l), c)

            p = power * s
            yield from _cases.family(
                f"weight-{definition}-{s}",
                rf"p_l \sim l^c on the circle, s = {s}, {definition}",
                evidence,
                [(p, True), (p + HALF, False), (3 - power + p if power == 1 else s, False)],
                "(1+l)^s against (1+l)^(2s)",
            )

    for s in (1, 2, 3):

        def composite(c, s=s):
            here = nt.exact_eigenvalue(nt.ntk(2), 2, 2 * m) * (1 + 2 * m) ** s
            ratio = quotient_of_sums(sp.expand_mul(here).subs(m, m + 1), sp.expand_mul(here))
            yield identity("p", decay_exponent(ratio, m), c)

        yield from _cases.family(
            f"composite-{s}",
            rf"\mu_l p_l \sim C l^{{-c}} on the circle, even l, s = {s}",
            composite,
            [(2 - s, True), (2 - 2 * s - (s == 0), False), (3 - s, False)],
            "d = 2: μ_l ~ l^-2 at even degrees, p_l = (1+l)^s",
        )


def exceptional_dimension():
    """(d - a)/m + 1/m² decays like 1/m for every d but d = a."""
    for zero_at in (1, 2, 3):

        def evidence(c, zero_at=zero_at):
            law = (d - zero_at) / m + 1 / m**2
            yield identity("p", decay_exponent(sp.cancel(law.subs(m, m + 1) / law), m), c)

        yield from _cases.family(
            f"exceptional-dimension-{zero_at}",
            rf"(d - {zero_at})/m + 1/m^2 ~ C(d) m^-c for every d >= 2",
            evidence,
            [(sp.S.One, zero_at == 1), (HALF, False)],
            "at d = a the leading coefficient vanishes, and the exponent is 2",
        )


def approximations():
    """`=` that is only `~`, and a limit that is not uniform."""

    def stirling(c):
        for degree in (1, 10, 100):

            def close(n=degree):
                central = arb(int(sp.binomial(2 * n, n))) / 4**n
                return less(central, 1 / (arb.pi() * n).sqrt() * ball(c))

            yield certify("central binomial", close)

    yield from _cases.family(
        "central-binomial",
        r"\binom{2n}{n} 4^{-n} < c/\sqrt{\pi n}",
        stirling,
        [(1, True), (Fraction(998, 1000), False), (Fraction(98, 100), False)],
        "the quotient increases to 1; it is 0.99875 at n = 100, where alone 0.998 fails (mpmath)",
        on="n = 1, 10, 100",
    )

    def uniform(c):
        for degree in (1, 10, 100, 1000):

            def close(n=degree):
                return less(abs((1 + ball(c) / n) ** n - ball(c).exp()), arb(3) / n)

            yield certify("(1 + x/n)^n -> e^x", close)

    yield from _cases.family(
        "exponential-limit",
        r"|(1 + c/n)^n - e^c| < 3/n",
        uniform,
        [(1, True), (2, False), (5, False)],
        "the error is about c² e^c/(2n): 1.36/n for c = 1, 14.8/n for c = 2; not uniform in c",
        on="n = 1, 10, 100, 1000",
    )


def ball(value):
    exact = sp.Rational(value)
    return arb(int(exact.p)) / int(exact.q)


def cases():
    yield from power_singularity()
    yield from dimensions()
    yield from sobolev()
    yield from exceptional_dimension()
    yield from approximations()
