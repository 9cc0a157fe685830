r"""Fourier features: a stationary kernel, and where its spectrum goes.

Reconstruction, as the formulas (2), (9), (11) and (12) of the paper are not printed:
γ(x) = [cos 2πBx, sin 2πBx] with a matrix B of m rows; the kernel is k(γ(x), γ(y)) for a kernel k of
inner products (an NNGP kernel or NTK of a fully connected network: a function of the inner product
and of the two norms). "High frequencies" are read on the circle, in the angle θ = 2πx: with B = (b)
the kernel is κ(cos bθ); without γ the inputs are the points (cos θ, sin θ) themselves, which is
b = 1, and the kernel is κ(cos θ), with an eigenvalue μ_k at each frequency k.

First half: <γ(x), γ(y)> = Σ_j cos 2πb_j·(x-y), and ‖γ(x)‖² = m, for every fixed B. A learned B
breaks this: its own gradient puts the factor x·y into the NTK.

Second half, one row: b spreads the spectrum out. The eigenvalue at the frequency jb is μ_j, and
between the multiples of b it is 0. So frequencies that are no multiples of b are lost, high ones
too: all of them for kernels with no eigenvalue 0. At multiples of an odd b the eigenvalue never
falls, as u^q has falling eigenvalues at the frequencies of its parity. For even b it may: the
two-layer NTK has μ_3 = μ_5 = ... = 0, but eigenvalues > 0 at 6, 10, ... Those of 3 and 4 layers
rise at all multiples that were looked at.

Several rows, positive integers, γ divided by √m: κ is taken at u = (1/m) Σ cos b_jθ, a polynomial
in cos θ. For rows without a common divisor |u| = 1 at θ = 0 only, and at π where all are odd. There
the angle of u is √(mean b²) θ + O(θ³), so that the term θ of the NTK, which makes the eigenvalues
~ k^(-2), is multiplied by √(mean b²), while that of the other pole is gone if rows are odd and
even. So from three layers on all frequencies are raised that are high enough, as the paper says.
(How high is not said: with B = (1, ..., 8) and three layers the frequencies 1 and 2 fall.)
"""

import math
from fractions import Fraction

import sympy as sp
from sympy.core.function import AppliedUndef

import ntkproofs as nt
from ntkproofs.arithmetic.truth import less
from ntkproofs.claims import (
    Claim,
    certify,
    equality,
    exactly,
    identity,
    nonnegative,
    premise,
)
from ntkproofs.claims.steps import agreement
from ntkproofs.claims.theorems import DIFFERENTIABLE_EXPANSIONS, ENDPOINT_DECAY, FUNK_HECKE
from ntkproofs.derivation import derivation

PI = sp.pi
x, y, s = sp.symbols("x y s", real=True)
HARMONICS = 4
SCALING = derivation("scaling-law")
SLOPES = ("near", "third-share", "next-share", "decay")
"""The terms a_L θ and b_L θ = -q_L θ/(2π) of the NTK at its poles, and the law that they give."""

fourier_stationary = Claim(
    id="ecrn.fourier-stationary",
    statement=r"k(\gamma(x), \gamma(y)) = g(x - y),\quad \lambda_k^{\gamma} > \lambda_k "
    r"\text{ for every } B \text{ and high frequencies } k",
    source="NTK-ECRN, equations 2, 9, 11, 12: Fourier embeddings enrich the high frequencies",
    parameters="γ(x) = [cos 2πBx, sin 2πBx], any number of rows; k a function of inner products "
    "and norms. Second half: ReLU NTKs without biases, frequencies on the circle, rows of B "
    "positive integers, one row b >= 2 or several, γ of unit norm",
    constants={
        "features": "cosine and sine",
        "B": "fixed",
        "raised": "every frequency k >= 2",
        "b": "any",
        "depths": "two layers and more",
        "stretch": 1,
    },
    mutants={"features": ["cosine only"], "B": ["learned"]},
)


def inner_product(features, t, u):
    """<γ(t), γ(u)>, one row of B; more rows are a sum of these."""
    b = sp.Symbol("b", real=True)
    pairs = [(sp.cos(2 * PI * b * t), sp.cos(2 * PI * b * u))]
    if features == "cosine and sine":
        pairs.append((sp.sin(2 * PI * b * t), sp.sin(2 * PI * b * u)))
    return sum(left * right for left, right in pairs)


@fourier_stationary.proof(
    part="stationary",
    covers="any number of rows, in any dimension: inner product and norm are sums over rows, and "
    "b x stands for the product of a row with an input",
)
def inner_products_see_the_difference(features):
    """<γ(x), γ(y)> = cos 2πb(x - y), which a common shift leaves alone, and ‖γ(x)‖² = 1 a row."""
    b = sp.Symbol("b", real=True)
    yield equality(
        r"\langle\gamma(x+s), \gamma(y+s)\rangle = \langle\gamma(x), \gamma(y)\rangle",
        inner_product(features, x + s, y + s),
        inner_product(features, x, y),
    )
    yield equality(
        r"\langle\gamma(x), \gamma(y)\rangle = \cos 2\pi b(x - y)",
        inner_product(features, x, y),
        sp.cos(2 * PI * b * (x - y)),
    )
    yield equality(r"\|\gamma(x)\|^2 = 1", inner_product(features, x, x), sp.S.One)


@fourier_stationary.proof(part="stationary")
def gradients_of_a_readout(features, B):
    """The NTK of f = p cos 2πbx + q sin 2πbx in its parameters, with b among them if it is learned.

    The kernel of one network, and that of its mean over p, q of variance 1: a common shift is to
    leave the mean alone.
    """
    p, q, b = sp.symbols("p q b", real=True)
    output = p * sp.cos(2 * PI * b * x)
    if features == "cosine and sine":
        output += q * sp.sin(2 * PI * b * x)
    parameters = (p, q, b) if B == "learned" else (p, q)
    gradient = [sp.diff(output, w) for w in parameters]
    kernel = sum(g * g.subs(x, y) for g in gradient)
    mean = sp.expand(kernel).subs({p**2: 1, q**2: 1}).subs({p: 0, q: 0})
    shifted = mean.subs({x: x + s, y: y + s}, simultaneous=True)
    yield equality(r"\mathbb E\,\Theta(x+s, y+s) = \mathbb E\,\Theta(x, y)", shifted, mean)


def coefficients(b, amounts):
    """The Laurent coefficients of κ(cos bθ) in z = e^(iθ), for κ(u) = Σ c_q u^q."""
    z = sp.Symbol("z")
    found: dict[int, sp.Expr] = {}
    for power, amount in enumerate(amounts):
        cosine = sp.expand(((z**b + z**-b) / 2) ** power * z ** (b * power))
        for (place,), value in sp.Poly(cosine, z).terms():
            frequency = place - b * power
            found[frequency] = found.get(frequency, 0) + value * amount
    return found


@fourier_stationary.proof(
    part="where the spectrum goes",
    covers="a polynomial in w + 1/w with w = z^b has only powers of w, with the coefficients that "
    "it has in z; kernels of positive coefficients are uniform limits of polynomials",
)
def stretched_spectrum(stretch):
    """The coefficient of κ(cos bθ) at the frequency jb is that of κ(cos θ) at j; others are 0.

    κ is any polynomial of degree 6, b = 2, 3, 5.
    """
    amounts = sp.symbols("c_0:7")
    plain = coefficients(1, amounts)
    for b in (2, 3, 5):
        spread = coefficients(b, amounts)
        for k in range(6 * b + 1):
            j = sp.Rational(k * stretch, b)
            expected = plain.get(int(j), 0) if j.is_Integer else 0
            about = r"\lambda_{jb}^{\gamma} = \mu_j,\ 0 \text{ between multiples}"
            yield identity(about, spread.get(k, 0), expected, witness={"b": b, "k": k})


@fourier_stationary.certificate(
    on="two layers, b = 2, 3, 5 (3, 5 where b is odd), k = 2..12 but k = b",
    part="high frequencies",
)
def two_layers_exactly(raised, b):
    """λ_k^γ against λ_k: rational multiples of 1/π² all of them, but μ_1, which is no such one."""
    exact = {k: nt.exact_eigenvalue(nt.ntk(2), 2, k) for k in range(1, 13)}
    for step in (3, 5) if b == "odd" else (2, 3, 5):
        for k in range(2, 13):
            if k == step or (raised == "multiples of b" and k % step):
                continue
            spread = sp.S.Zero if k % step else exact[k // step]
            witness = {"L": 2, "b": step, "k": k, "with": str(spread), "without": str(exact[k])}
            yield nonnegative(
                r"\lambda_k^\gamma \ge \lambda_k",
                sp.expand(PI**2 * (spread - exact[k])),
                {},
                witness=witness,
            )


@fourier_stationary.certificate(
    on="NTKs of 3 and 4 layers (and of 2, where stated), b = 2, 3, 5, frequencies jb, j = 1..4",
    relies_on=[FUNK_HECKE],
    part="multiples of any b",
)
def eigenvalues_at_multiples(depths):
    """λ_(jb)^γ, which is μ_j, against μ_(jb); in balls."""
    layers = (3, 4) if depths == "three layers and more" else (2, 3, 4)
    for depth in layers:
        plain = nt.eigenvalues(nt.ntk(depth), 2, range(5 * HARMONICS + 1), digits=20)
        for b in (2, 3, 5):
            for j in range(1, HARMONICS + 1):
                yield certify(
                    r"\mu_j > \mu_{jb}",
                    lambda low=plain[j * b], high=plain[j]: less(low, high),
                    witness={"L": depth, "b": b, "j": j},
                )


amended = fourier_stationary.amend(
    r"k(\gamma(x), \gamma(y)) = g(x - y);\quad \text{one row: } \lambda_{jb}^{\gamma} = \mu_j,\ "
    r"\lambda_k^\gamma = 0 \text{ between multiples of } b;\ \mu_j \ge \mu_{jb} \text{ for odd } "
    r"b;\ \mu_j > \mu_{jb} \text{ for NTKs of 3 and 4 layers}, b = 2, 3, 5, j \le 4;\quad "
    r"\text{different rows without a common divisor, two at least, } L \ge 3 \text{ layers: } "
    r"\lambda_k^{\gamma}/\lambda_k \to \varrho > 1 \text{ for } k \text{ even and for } k "
    r"\text{ odd},\ \varrho = \sqrt{\textstyle\frac1m \sum b_j^2}\;\frac{L(L-1)}{L(L-1) + "
    r"(-1)^k q_L},\ q_3 = 1,\ 0 < q_L \le 1; \text{ without "
    r"the fraction where all } b_j \text{ are odd}",
    raised="multiples of b",
    b="odd",
    depths="three layers and more",
    rows="two at least",
    divisor="none in common",
    power=2,
    parity=1,
    first_depth=3,
    mutants={
        "features": ["cosine only"],
        "B": ["learned"],
        "raised": ["every frequency k >= 2"],
        "b": ["any"],
        "depths": ["two layers and more"],
        "stretch": [2],
        "rows": ["one at least"],
        "divisor": ["any"],
        "power": [1, 3],
        "parity": [-1, 0],
        "first_depth": [2],
    },
)


@amended.proof(
    part="high frequencies",
    covers="κ with Taylor coefficients c_q >= 0, as every kernel has that is positive definite on "
    "the spheres of all dimensions; u^q has the eigenvalue C(q, (q-k)/2)/2^q at frequencies k of "
    "its parity, and binomial coefficients fall away from the middle",
)
def raised_by_features(raised, b):
    """λ_k^γ - λ_k of κ(u) = c u^q, q <= 12: negative for no c >= 0. Others are sums of these."""
    c = sp.Symbol("c")
    for step in (3, 5) if b == "odd" else (2, 3, 5):
        for power in range(13):
            monomial = [0] * power + [c]
            plain, spread = coefficients(1, monomial), coefficients(step, monomial)
            for k in range(2, 13):
                if raised == "multiples of b" and k % step:
                    continue
                change = spread.get(k, sp.S.Zero) - plain.get(k, sp.S.Zero)
                witness = {"b": step, "kernel": f"c u^{power}", "frequency": k}
                yield nonnegative(
                    r"\lambda_k^\gamma \ge \lambda_k", change, {"c": 0}, witness=witness
                )


@amended.proof(
    part="several rows",
    covers="integer combinations of rows without a common divisor are 1: a turn p with all b_j p "
    "integers is an integer itself; with all of them halves of odd integers 2p is one, and b_j p, "
    "a multiple of 1/2, is such a half only for odd b_j",
)
def where_the_features_meet(divisor):
    """The p in [0, 1) with all cos 2πb_j p equal to 1, or all to -1: 0, and 1/2 for odd rows."""
    for rows in ((1, 2), (2, 3), (1, 3), (3, 5, 7), (6, 10, 15), (2, 4), (9, 15)):
        if math.gcd(*rows) > 1 and divisor == "none in common":
            continue
        turns = [Fraction(i, 2 * math.lcm(*rows)) for i in range(2 * math.lcm(*rows))]
        found = [
            p for p in turns if len({b * p % 1 for b in rows}) == 1 and 2 * rows[0] * p % 1 == 0
        ]
        stated = 2 if all(b % 2 for b in rows) else 1
        yield exactly("points with |u| = 1", len(found), stated, {"B": rows, "at": str(found)})


@amended.proof(
    part="several rows",
    covers="any number of rows: the mean of series, term by term; three rows in symbols",
)
def angle_of_the_mean(power):
    """u = (1/m) Σ cos b_jθ has the angle sθ + O(θ³), s² = (1/m) Σ b_j^2."""
    theta = sp.Symbol("theta", real=True)
    rows = sp.symbols("b_1:4", positive=True)
    for used in (rows[:1], rows[:2], rows):
        mean = sum(sp.cos(b * theta) for b in used) / sp.Integer(len(used))
        size = sp.sqrt(sum(b**power for b in used) / sp.Integer(len(used)))
        yield agreement("u = cos(sθ) + O(θ⁴)", mean, sp.cos(size * theta), variable=theta, order=4)


@amended.proof(
    relies_on=[ENDPOINT_DECAY, DIFFERENTIABLE_EXPANSIONS, *SCALING.relies_on(*SLOPES)],
    part="several rows",
    covers="both parities of k, any L >= 3 in symbols; u is a polynomial in cos θ, and the NTK is "
    "analytic where |u| < 1",
)
def eigenvalues_of_the_mean(parity):
    """The law of the term a_L sθ at θ = 0 alone, against that of a_L θ and b_L θ at both poles."""
    for step in SCALING.steps(*SLOPES):
        yield premise(step)
    L, q, size = sp.symbols("L q s", positive=True)
    near, far = SCALING.statement("near").for_symbols(L).right, -q / (2 * PI)
    for p in (0, 1):
        both = near + (-1) ** p * far
        # Eigenvalues are those of θ, ~ -k^(-2)/π, times the slope: the law that is derived.
        yield premise(equality("the law on the circle", -both / PI, law_on_the_circle(L, q, p)))
        stated = size * L * (L - 1) / (L * (L - 1) + parity * (-1) ** p * q)
        found = sp.cancel(size * near / both)
        yield identity(r"\lambda_k^\gamma/\lambda_k", found, stated, witness={"k mod 2": p})


def law_on_the_circle(L, q, p):
    """The constant of k^(-2) in the derived law, at frequencies k of the parity p."""
    law = SCALING.statement("decay").right
    symbols = {symbol.name: symbol for symbol in law.free_symbols}
    law = law * (2 * symbols["m"] + symbols["p"]) ** symbols["d"]
    shares = dict.fromkeys(law.atoms(AppliedUndef), q)
    return law.subs(shares).subs({symbols["N"]: L, symbols["d"]: 2, symbols["p"]: p})


@amended.proof(part="several rows", covers="q_3 = 1, and later ones are that times factors κ0 <= 1")
def above_one(rows, first_depth):
    """The least mean of m different squares is that of 1, 4, ..., m²; q_L <= 1, q_2 = 2."""
    m, n = sp.symbols("m n")
    yield nonnegative(
        r"\tfrac1m \sum b_j^2 \ge \tfrac52",
        (m + 1) * (2 * m + 1) / 6 - sp.Rational(5, 2),
        {"m": 2 if rows == "two at least" else 1},
    )
    if first_depth == 2:
        odd = nt.exact_eigenvalue(nt.ntk(2), 2, 3)
        yield premise(exactly("q_2 = 2, as odd frequencies vanish", odd, 0))
    largest = 2 if first_depth == 2 else SCALING.statement("third-share").right
    least = first_depth * (first_depth - 1)
    room = sp.Rational(5, 2) * n**2 - (n + largest) ** 2
    yield nonnegative(r"\tfrac52 n^2 > (n + q_L)^2, n = L(L-1)", room - 1, {"n": least})
