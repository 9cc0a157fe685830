r"""Fourier features: a stationary kernel, and where its spectrum goes.

Reconstruction, as the formulas (2), (9), (11) and (12) of the paper are not printed:
γ(x) = [cos 2πBx, sin 2πBx] with a matrix B of m rows; the kernel is k(γ(x), γ(y)) for a kernel k of
inner products (an NNGP kernel or NTK of a fully connected network: a function of the inner product
and of the two norms). "High frequencies" are read on the circle, in the angle θ = 2πx: with B = (b)
the kernel is κ(cos bθ); without γ the inputs are the points (cos θ, sin θ) themselves, which is
b = 1, and the kernel is κ(cos θ), with an eigenvalue μ_k at each frequency k.

First half: <γ(x), γ(y)> = Σ_j cos 2πb_j·(x-y), and ‖γ(x)‖² = m, for every fixed B. A learned B
breaks this: its own gradient puts the factor x·y into the NTK.

Second half: b spreads the spectrum out. The eigenvalue at the frequency jb is μ_j, and between the
multiples of b it is 0. So frequencies that are no multiples of b are lost, high ones too. At
multiples of an odd b the eigenvalue never falls, as u^q has falling eigenvalues at the frequencies
of its parity. For even b it may: the two-layer NTK has μ_3 = 0 and μ_6 > 0. Those of 3 and 4
layers rise at all multiples that were looked at.
"""

import sympy as sp

import ntkproofs as nt
from ntkproofs.arithmetic.truth import less
from ntkproofs.claims import Claim, certify, equality, identity, nonnegative
from ntkproofs.claims.theorems import FUNK_HECKE

PI = sp.pi
x, y, s = sp.symbols("x y s", real=True)
HARMONICS = 4

fourier_stationary = Claim(
    id="ecrn.fourier-stationary",
    statement=r"k(\gamma(x), \gamma(y)) = g(x - y),\quad \lambda_k^{\gamma} > \lambda_k "
    r"\text{ for high frequencies } k",
    source="NTK-ECRN, equations 2, 9, 11, 12: Fourier embeddings enrich the high frequencies",
    parameters="γ(x) = [cos 2πBx, sin 2πBx], any number of rows; k a function of inner products "
    "and norms; frequencies on the circle, B = (b), b >= 2, ReLU NTKs without biases, any depth",
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


@fourier_stationary.proof(
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


fourier_stationary.amend(
    r"k(\gamma(x), \gamma(y)) = g(x - y);\quad \lambda_{jb}^{\gamma} = \mu_j,\ \lambda_k^\gamma = 0"
    r"\text{ between multiples of } b;\quad \mu_j \ge \mu_{jb} \text{ for odd } b;\quad "
    r"\mu_j > \mu_{jb} \text{ for NTKs of 3 and 4 layers}, b = 2, 3, 5, j \le 4",
    raised="multiples of b",
    b="odd",
    depths="three layers and more",
    mutants={
        "features": ["cosine only"],
        "B": ["learned"],
        "raised": ["every frequency k >= 2"],
        "b": ["any"],
        "depths": ["two layers and more"],
        "stretch": [2],
    },
)
