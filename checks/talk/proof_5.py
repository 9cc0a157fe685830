r"""Proof 5 and its regimes, for the two-layer NTK.

μ_l(T_s) = μ_l (1 + λ)^s with λ = sqrt(l(l+d-2)) and l <= λ <= l + (d-2)/2, so (1+λ)^s ~ l^s. Even
eigenvalues of the two-layer NTK are ~ C l^(-d) with C > 0 (the ratio of neighbours is rational in
l), so those of T_s are ~ C l^(s-d); odd ones from degree 3 on are 0 for every s. At s = d the
even eigenvalues tend to the constant C: no logarithm, since a rational ratio admits none.
"""

import sympy as sp

import ntkproofs as nt
from ntkproofs.arithmetic.gammas import decay_exponent, quotient_of_sums
from ntkproofs.claims import Claim, exactly, identity, nonnegative, nonzero_exactly, premise
from ntkproofs.claims.theorems import GAMMA_RATIO, NTK_LIMIT

d = sp.Symbol("d", integer=True, positive=True)
m = sp.Symbol("m", integer=True, positive=True)
s = sp.Symbol("s", real=True)


def even_decay():
    """p with μ_(2m) ~ C m^(-p), from the exact ratio of neighbours."""
    here = nt.exact_eigenvalue(nt.ntk(2), dim=d, degree=2 * m)
    return decay_exponent(quotient_of_sums(here.subs(m, m + 1), here), m, {"d": 2})


def multiplier_grows_like_its_degree():
    """l <= λ <= l + (d-2)/2: λ/l tends to 1."""
    l = sp.Symbol("l")  # noqa: E741
    square = l * (l + d - 2)
    yield premise(nonnegative(r"\ell^2 \le \lambda^2", square - l**2, {"d": 2, "l": 0}))
    upper = (l + (d - 2) / 2) ** 2 - square
    yield premise(nonnegative(r"\lambda \le \ell + (d-2)/2", upper, {"d": 2, "l": 0}))


proof_5 = Claim(
    id="talk.proof-5",
    statement=r"\lambda_\ell(T_s) \sim C(d)\,\ell^{p},\quad p = s - d",
    source="talk, The Five Main Proofs: Proof 5",
    parameters="two-layer ReLU NTK on S^(d-1), d >= 2; every real s",
    constants={"p": s - d, "odd_degrees": "the same law"},
    mutants={"p": [s - d - 1], "odd_degrees": ["zero"]},
)


@proof_5.proof(relies_on=[NTK_LIMIT, GAMMA_RATIO], part="even degrees")
def exponent_of_the_composite(p):
    """s minus the decay exponent of the kernel, for every d and s."""
    yield from multiplier_grows_like_its_degree()
    yield identity(r"s - p(K) = p", s - even_decay(), p, least={"d": 2})


@proof_5.proof(
    relies_on=[NTK_LIMIT],
    part="odd degrees",
    covers="the closed form is evaluated at the symbolic degree 2m + 1",
)
def odd_degrees_by_parity(odd_degrees):
    """The closed form at odd degrees; the multiplier is finite, so zeros stay zeros."""
    if odd_degrees == "zero":
        odd = nt.exact_eigenvalue(nt.ntk(2), dim=d, degree=2 * m + 1)
        yield identity(r"\lambda_{2m+1}(T_s) = 0 \text{ for } m \ge 1", odd, 0)
    else:
        value = nt.exact_eigenvalue(nt.ntk(2), dim=3, degree=3)
        yield nonzero_exactly(r"\lambda_3(T_s) \neq 0", value, {"d": 3, "degree": 3, "s": "any"})


proof_5.amend(
    r"\lambda_\ell(T_s) \sim C(d)\,\ell^{s-d} \text{ for even } \ell,\quad "
    r"\lambda_\ell(T_s) = 0 \text{ for odd } \ell \ge 3",
    odd_degrees="zero",
    mutants={
        "p": [s - d - 1, s - d + sp.Rational(1, 2), 2 * s - d, s - d + 1],
        "odd_degrees": ["the same law"],
    },
)

regimes = Claim(
    id="talk.regimes",
    statement=r"\lambda_\ell(T_s) \to 0 \ (s < c),\ \to C > 0 \ (s = c),\ \to \infty \ (s > c), "
    r"\quad c = d",
    source="talk, The Five Main Proofs: Proof 5, regimes; the behaviour at s = d is ours",
    parameters="two-layer ReLU NTK on S^(d-1), d >= 2; even degrees (odd ones from 3 on are 0)",
    constants={"c": d, "at_threshold": "a constant"},
    mutants={
        "c": [d - 1, d + sp.Rational(1, 2), d + 1, d / 2],
        "at_threshold": ["a logarithm", "an inverse logarithm"],
    },
)


@regimes.proof(relies_on=[NTK_LIMIT, GAMMA_RATIO], part="threshold")
def exponent_changes_sign(c):
    """The exponent s - d of the composite is (s - c): it vanishes at s = c and has its sign."""
    yield from multiplier_grows_like_its_degree()
    yield identity(r"s - p(K) = s - c", s - even_decay(), s - c, least={"d": 2})


@regimes.proof(
    relies_on=[GAMMA_RATIO],
    part="at the threshold",
    covers="the ratio is one rational function of m and d",
)
def no_logarithm(at_threshold):
    """A rational ratio 1 - p/m + O(1/m²) gives C m^(-p) with no power of a logarithm."""
    here = nt.exact_eigenvalue(nt.ntk(2), dim=d, degree=2 * m)
    ratio = quotient_of_sums(here.subs(m, m + 1), here)
    rational = int(bool(ratio.is_rational_function(m)))
    power = {"a constant": 0, "a logarithm": 1, "an inverse logarithm": -1}[at_threshold]
    yield premise(exactly("the ratio is a rational function", rational, 1))
    yield exactly("power of the logarithm", 0, power)
