r"""Translation-invariant kernels on the grid of the torus: F_d, commutation, spectrum.

On the grid Z_N^d a translation-invariant matrix is a convolution, and convolutions are polynomials
in the shifts z_1..z_d with z_i^N = 1; the Fourier modes evaluate these polynomials at roots of
unity. The eigenvalues are the discrete Fourier coefficients of the samples, which are the kernel's
Fourier coefficients only up to aliasing.
"""

from itertools import product

import sympy as sp

from ntkproofs.claims import Claim, exactly, identity, identity_modulo, premise
from ntkproofs.claims.theorems import ALIASING, CONVOLUTIONS
from ntkproofs.derivation import derivation

torus_kronecker = Claim(
    id="talk.torus-kronecker",
    statement=r"F_d = F_1 \otimes \dots \otimes F_1",
    source="talk, Computational Implementation Strategy: Kronecker structure",
    parameters="DFT on N^d points, indices in row-major order, each F_1 unitary (factor N^(-1/2))",
    constants={"order": "row-major", "norm": sp.Rational(1, 2)},
    mutants={"order": ["mixed"], "norm": [0, 1]},
)


@torus_kronecker.certificate(on="(N, d) = (2, 2), (3, 2), (4, 2), (2, 3)", part="entries")
def phases_add(order):
    """The phase of an entry of the Kronecker product is the sum of its factors' phases.

    (F_d)_(k,j) has the phase -2π (k_1 j_1 + ... + k_d j_d)/N.
    """
    for n, dim in ((2, 2), (3, 2), (4, 2), (2, 3)):
        indices = list(product(range(n), repeat=dim))
        columns = [j[::-1] for j in indices] if order == "mixed" else indices
        for row, k in enumerate(indices):
            for column, j in enumerate(columns):
                kronecker = sum(
                    digit(row, i, n, dim) * digit(column, i, n, dim) for i in range(dim)
                )
                phase = sum(a * b for a, b in zip(k, j, strict=True))
                yield exactly(
                    "phase modulo N", kronecker % n, phase % n, {"N": n, "d": dim, "k": k, "j": j}
                )


def digit(index, axis, n, dim):
    """The axis-th digit of a row-major index."""
    return index // n ** (dim - 1 - axis) % n


@torus_kronecker.proof(
    part="normalisation", covers="every N and d: one more axis is one more factor, as derived"
)
def factors_multiply(norm):
    """d factors N^(-norm) against the derived entry at the inner product 0, N^(-d/2)."""
    torus = derivation("torus-pipeline")
    for step in torus.steps():
        yield premise(step)
    entry = torus.statement("entry")
    dim, inner = entry.left.args
    exponent = entry.right.subs(inner, 0).as_base_exp()[1]
    yield identity("exponent of N", exponent, -norm * dim, least={"d": 1})


torus_commutation = Claim(
    id="talk.torus-commutation",
    statement=r"K P_s = P_s K,\quad \lambda_k(K P_s) = \lambda_k(K)\,\lambda_k(P_s)",
    source="talk, Alternative Domains; Unified Framework",
    parameters="translation-invariant kernels on the N^d grid; k a Fourier mode",
    constants={"invariance": "both", "factor": 1},
    mutants={"invariance": ["only K"], "factor": [sp.Rational(101, 100), -1, 2]},
)


@torus_commutation.proof(relies_on=[CONVOLUTIONS], part="commutation")
def convolutions_commute(invariance):
    """Entries of K P and P K with symbols as values, N = 2..4 in one dimension, N = 2 in two."""
    for n, dim in ((2, 1), (3, 1), (4, 1), (2, 2)):
        points = list(product(range(n), repeat=dim))
        k = {x: sp.Symbol("k" + "".join(map(str, x))) for x in points}
        p = {x: sp.Symbol("p" + "".join(map(str, x))) for x in points}
        K = sp.Matrix([[k[minus(x, y, n)] for y in points] for x in points])
        P = sp.Matrix([[p[minus(x, y, n)] for y in points] for x in points])
        if invariance == "only K":
            P[0, 0] = P[0, 0] + sp.Integer(1)  # no longer invariant
        for left, right in zip(K * P, P * K, strict=True):
            yield identity(
                "(K P)_ij = (P K)_ij", sp.expand(left), sp.expand(right), witness={"N": n, "d": dim}
            )


@torus_commutation.proof(relies_on=[CONVOLUTIONS], part="eigenvalues")
def modes_multiply(factor):
    """The product of two polynomials in z with z^N = 1 is that of the convolved coefficients."""
    z = sp.Symbol("z")
    for n in (2, 3, 4, 5):
        k, p = sp.symbols(f"k0:{n}"), sp.symbols(f"p0:{n}")
        convolved = [sum(k[i] * p[(j - i) % n] for i in range(n)) for j in range(n)]
        yield identity_modulo(
            r"\lambda_k(K P) = \lambda_k(K) \lambda_k(P)",
            sum(c * z**j for j, c in enumerate(convolved)),
            sp.expand(factor * at(k, z) * at(p, z)),
            [z**n - 1],
            [z, *k, *p],
        )


def minus(x, y, n):
    return tuple((a - b) % n for a, b in zip(x, y, strict=True))


def at(row, z):
    return sum(c * z**j for j, c in enumerate(row))


torus_spectrum = Claim(
    id="talk.torus-spectrum",
    statement=r"\lambda_k(K/N) = \hat{k}(k)",
    source="talk, Alternative Domains: explicit eigenvectors and eigenvalues",
    parameters="continuous translation-invariant kernel on the grid of N points of the circle, "
    "with absolutely summable Fourier coefficients, as all have that are positive semidefinite",
    constants={"aliasing": "none", "normalisation": 1},
    mutants={"aliasing": ["summed"], "normalisation": [2]},
)


@torus_spectrum.proof(
    relies_on=[CONVOLUTIONS, ALIASING],
    covers="every N: derived in symbols for any finite number of frequencies from 0 on; infinitely "
    "many, of both signs, are summed by the cited theorem, as the coefficients are summable",
)
def derived_aliasing(aliasing, normalisation):
    """The derived transform of the samples, with two frequencies for each mode."""
    torus = derivation("torus-pipeline")
    for step in torus.steps():
        yield premise(step)
    last = torus.notation.symbol_entry("h").symbol
    found = torus.statement("aliasing").right.subs(last, 1).doit()
    coefficients = sp.symbols("a_0 a_1")
    transform = found.replace(sp.Function("A"), lambda _, turn: coefficients[turn])
    yield identity(
        r"\frac1N \sum_j k(j/N) e^{-2\pi i k j/N}",
        transform / normalisation,
        sum(coefficients) if aliasing == "summed" else coefficients[0],
    )


@torus_spectrum.certificate(
    on="N = 2..4, any Fourier coefficients of |m| <= 2N", relies_on=[CONVOLUTIONS]
)
def transform_of_the_samples(aliasing, normalisation):
    """k(x) = Σ a_m e^(2πi m x): the DFT of its samples, over N, with symbols a_m.

    Σ_j ζ^((m-k) j) is N if N divides m - k and 0 otherwise (orthogonality of Fourier modes).
    """
    for n in (2, 3, 4):
        a = {m: sp.Symbol(f"a_{m}".replace("-", "m")) for m in range(-2 * n, 2 * n + 1)}
        for k in range(n):
            counts = {m: n if (m - k) % n == 0 else 0 for m in a}
            transform = sum(a[m] * counts[m] for m in a) / (normalisation * sp.Integer(n))
            alias = [m for m in a if (m - k) % n == 0] if aliasing == "summed" else [k]
            yield identity(
                r"\frac1N \sum_j k(j/N) e^{-2\pi i k j/N}",
                transform,
                sum(a[m] for m in alias),
                witness={"N": n, "mode": k},
            )


torus_spectrum.amend(
    r"\lambda_k(K/N) = \sum_{m} \hat{k}(k + m N)",
    aliasing="summed",
    mutants={"aliasing": ["none"], "normalisation": [2, sp.Rational(101, 100), -1]},
)
