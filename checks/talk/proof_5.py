r"""Proof 5 and its regimes, for the NTK of ReLU networks of any depth.

μ_l(T_s) = μ_l (1 + λ)^s with λ = sqrt(l(l+d-2)) and l <= λ <= l + (d-2)/2, so (1+λ)^s ~ l^s. Even
eigenvalues of the two-layer NTK are ~ C l^(-d) with C > 0 (the ratio of neighbours is rational in
l), so those of T_s are ~ C l^(s-d); odd ones from degree 3 on are 0 for every s. At s = d the
even eigenvalues tend to the constant C: no logarithm, since a rational ratio admits none.

For L >= 3 layers the kernel has the terms a_L θ and b_L θ at u = 1 and u = -1 with a_L ± b_L < 0,
for every L, so that μ_l ~ C l^(-d) with C > 0 for both parities: μ_l is C times the eigenvalue
Λ_l(1/2) of (1-u)^(1/2), up to a factor 1 + O(1/l²), and Λ_l(1/2) has a rational ratio too.
"""

import sympy as sp

import ntkproofs as nt
from ntkproofs.arithmetic.gammas import decay_exponent, gamma_quotient, quotient_of_sums
from ntkproofs.claims import Claim, exactly, identity, nonnegative, nonzero_exactly, premise
from ntkproofs.claims.theorems import ENDPOINT_DECAY, GAMMA_RATIO, NTK_LIMIT
from ntkproofs.spectra.depth import DEPTH, leading_terms_of_deep_networks

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


def deep_decay():
    """p with μ_l ~ C l^(-p), C > 0, for L >= 3 and both parities: t^(1/2) is never cancelled."""
    for about, left, right in leading_terms_of_deep_networks():
        yield premise(identity(about, left, right, least={"L": 1}))
    size = DEPTH * (DEPTH - 1) - 1  # 2π |a_L| - 2π |b_L|, at least
    yield premise(nonnegative(r"|a_L| > |b_L| \text{ for } L \ge 3", size - 1, {"L": 3}))
    for depth in (3, 4, 5):
        law = nt.asymptotics(nt.ntk(depth), d, terms=1)
        for parity in ("even", "odd"):
            yield premise(identity(f"decay, L = {depth}, {parity}", law.exponent(parity), d))


proof_5 = Claim(
    id="talk.proof-5",
    statement=r"\lambda_\ell(T_s) \sim C(d,L)\,\ell^{p},\quad p = s - d",
    source="talk, The Five Main Proofs: Proof 5",
    parameters="NTK of ReLU networks of L >= 2 layers on S^(d-1), d >= 2; every real s",
    constants={"p": s - d, "odd_degrees": "the same law"},
    mutants={"p": [s - d - 1], "odd_degrees": ["zero"]},
)


@proof_5.proof(relies_on=[NTK_LIMIT, ENDPOINT_DECAY], part="L >= 3")
def exponent_of_deep_composites(p):
    """s minus the decay exponent, for every L >= 3, d and s, and both parities."""
    yield from multiplier_grows_like_its_degree()
    yield from deep_decay()
    yield identity(r"s - p(K) = p", s - d, p, least={"d": 2})


@proof_5.proof(relies_on=[NTK_LIMIT, GAMMA_RATIO], part="even degrees, L = 2")
def exponent_of_the_composite(p):
    """s minus the decay exponent of the kernel, for every d and s."""
    yield from multiplier_grows_like_its_degree()
    yield identity(r"s - p(K) = p", s - even_decay(), p, least={"d": 2})


@proof_5.proof(
    relies_on=[NTK_LIMIT],
    part="odd degrees, L = 2",
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
    r"\lambda_\ell(T_s) \sim C(d,L)\,\ell^{s-d} \text{ for } L \ge 3, \text{ and for } L = 2, "
    r"\ell \text{ even};\quad \lambda_\ell(T_s) = 0 \text{ for } L = 2, \text{ odd } \ell \ge 3",
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
    parameters="NTK of ReLU networks of L >= 2 layers on S^(d-1), d >= 2; all degrees for L >= 3, "
    "even ones for L = 2 (its odd ones from 3 on are 0)",
    constants={"c": d, "at_threshold": "a constant"},
    mutants={
        "c": [d - 1, d + sp.Rational(1, 2), d + 1, d / 2],
        "at_threshold": ["a logarithm", "an inverse logarithm"],
    },
)


@regimes.proof(relies_on=[NTK_LIMIT, ENDPOINT_DECAY], part="threshold, L >= 3")
def deep_exponent_changes_sign(c):
    """The exponent s - d of the deep composite is (s - c), for every L >= 3."""
    yield from multiplier_grows_like_its_degree()
    yield from deep_decay()
    yield identity(r"s - p(K) = s - c", s - d, s - c, least={"d": 2})


@regimes.proof(
    relies_on=[NTK_LIMIT, ENDPOINT_DECAY],
    part="at the threshold, L >= 3",
    covers="Λ_l(1/2) has one rational ratio for all d, and μ_l = C Λ_l(1/2) (1 + O(1/l²))",
)
def no_logarithm_in_deep_networks(at_threshold):
    """The leading term is a constant times Λ_l(1/2), whose ratio of neighbours is rational."""
    l = sp.Symbol("l", integer=True, positive=True)  # noqa: E741
    half = sp.Rational(1, 2)
    step = gamma_quotient(
        sp.gamma(l + 1 - half) / sp.gamma(l + half + d),
        sp.gamma(l - half) / sp.gamma(l + half + d - 1),
        {"l": 1, "d": 2},
    )
    yield from deep_decay()
    yield premise(identity(r"\Lambda \text{ decays like } \ell^{-d}", decay_exponent(step, l), d))
    power = {"a constant": 0, "a logarithm": 1, "an inverse logarithm": -1}[at_threshold]
    yield exactly("power of the logarithm", 0, power)


@regimes.proof(relies_on=[NTK_LIMIT, GAMMA_RATIO], part="threshold, L = 2")
def exponent_changes_sign(c):
    """The exponent s - d of the composite is (s - c): it vanishes at s = c and has its sign."""
    yield from multiplier_grows_like_its_degree()
    yield identity(r"s - p(K) = s - c", s - even_decay(), s - c, least={"d": 2})


@regimes.proof(
    relies_on=[GAMMA_RATIO],
    part="at the threshold, L = 2",
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
