r"""Orthogonality of Fourier modes under uniform sampling.

With z = e^(2πi(k1-k2)/N) the sum is geometric, (z^N - 1)/(z - 1). As z^N = 1, the sum over N points
is 0 unless z = 1: derivations/torus_pipeline.py.
"""

import sympy as sp

from ntkproofs.claims import Claim, exactly, identity, premise
from ntkproofs.derivation import derivation

N = sp.Symbol("N", positive=True)

torus_orthogonality = Claim(
    id="talk.torus-orthogonality",
    statement=r"\frac1N \sum_{j=0}^{N-1} e^{2\pi i k_1 j/N} e^{-2\pi i k_2 j/N} "
    r"= \delta_{k_1 \equiv k_2 \bmod N}",
    source="talk, Alternative Domains: toroidal domain",
    parameters="N >= 1; integers k_1, k_2",
    constants={"sign": -1, "points": 0, "normalisation": 0, "modulus": 1},
    mutants={
        "sign": [1],
        "points": [-1, 1],  # the sum runs over N + points points
        "normalisation": [-1, 1],  # divided by N + normalisation
        "modulus": [2],  # congruent mod modulus·N
    },
)


@torus_orthogonality.proof(covers="every N: derived in symbols, by induction and in two cases")
def geometric_sum(points, normalisation):
    """The closed form of z^0 + ... + z^h, as derived, at h = N + points - 1, where z^N = 1."""
    torus = derivation("torus-pipeline")
    for step in torus.steps():
        yield premise(step)
    last = torus.notation.symbol_entry("h").symbol
    closed = torus.statement("geometric").right.subs(last, points - 1)
    yield identity("z != 1: the sum over N points is 0, as z^N = 1", closed, 0)
    yield identity("z = 1: N terms", (N + points) / (N + normalisation), 1, least={"N": 2})


@torus_orthogonality.certificate(on="N = 1..8, k_1 and k_2 from -1 to N + 1")
def in_cyclotomic_fields(sign, points, normalisation, modulus):
    """The sums as polynomials in a primitive N-th root of unity, modulo its minimal polynomial."""
    for n in range(1, 9):
        if n + normalisation == 0:
            continue
        for k1 in range(-1, n + 2):
            for k2 in range(-1, n + 2):
                total = root_sum(n, k1 + sign * k2, n + points)
                expected = (n + normalisation) * int((k1 - k2) % (modulus * n) == 0)
                yield exactly(
                    r"\sum_j = N \delta", total, (expected,), {"N": n, "k1": k1, "k2": k2}
                )


def root_sum(n, multiple, terms):
    """Σ_(j < terms) ζ^(multiple·j) in Q(ζ), ζ a primitive n-th root of unity.

    Returns its coefficients, without zeros at the end.
    """
    x = sp.Symbol("x")
    counts = [0] * n
    for j in range(terms):
        counts[multiple * j % n] += 1
    total = sp.Poly(counts[::-1], x)
    reduced = sp.rem(total, sp.Poly(sp.cyclotomic_poly(n, x), x))
    coefficients = reduced.all_coeffs()[::-1]
    while len(coefficients) > 1 and coefficients[-1] == 0:
        coefficients.pop()
    return tuple(coefficients)
