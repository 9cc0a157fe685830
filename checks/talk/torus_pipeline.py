r"""The fast pipeline on the torus: one FFT gives all eigenvalues, three steps give P_s.

On the grid Z_N^d a translation-invariant symmetric matrix has the characters as eigenvectors, and
the transform of one row as eigenvalues. With N a power of 2 the radix-2 transform of a line takes
(N/2) log2 N multiplications by roots of unity, and d N^(d-1) lines are transformed:
(d/2) N^d log2 N in all. Transform, multiplication by (1 + ‖k‖²)^s and inverse transform take
d N^d log2 N + N^d of them, the dense product N^(2d).
"""

import itertools

import sympy as sp

from ntkproofs.claims import Claim, exactly, identity, premise
from ntkproofs.claims.theorems import CONVOLUTIONS
from ntkproofs.derivation import derivation

d, N, M = sp.symbols("d N M", positive=True)  # M = log2 N
POWERS = ((1, 0), (0, 1), (-1, 0), (0, -1))
"""i^k as real and imaginary parts."""


class Counted:
    """A radix-2 transform with factors in {1, i, -1, -i} (N <= 4), which counts products."""

    def __init__(self, sign):
        self.sign, self.products = sign, 0

    def line(self, values):
        """The transform of N = 1, 2, 4 pairs (real, imaginary); of larger N, the count alone."""
        size = len(values)
        if size == 1:
            return values
        even, odd = self.line(values[::2]), self.line(values[1::2])
        self.products += size // 2
        if size > 4:
            return values
        turned = [
            self._times(x, POWERS[self.sign * k * (4 // size) % 4]) for k, x in enumerate(odd)
        ]
        return [_plus(a, b, s) for s in (1, -1) for a, b in zip(even, turned, strict=True)]

    def grid(self, values, size, dim):
        """The transform of a function on Z_size^dim, axis by axis."""
        for axis in range(dim):
            others = itertools.product(range(size), repeat=dim - 1)
            for rest in others:
                places = [(*rest[:axis], k, *rest[axis:]) for k in range(size)]
                found = self.line([values[place] for place in places])
                values.update(zip(places, found, strict=True))
        return values

    @staticmethod
    def _times(x, y):
        return (x[0] * y[0] - x[1] * y[1], x[0] * y[1] + x[1] * y[0])


def _plus(x, y, sign):
    return (x[0] + sign * y[0], x[1] + sign * y[1])


def row(size, dim):
    """A symmetric row of distinct integers: c(j) = c(-j), otherwise without pattern."""
    values = {}
    for place in itertools.product(range(size), repeat=dim):
        mirror = tuple(-k % size for k in place)
        key = min(place, mirror)
        values[place] = 1 + sum((k * k + 3 * k + 1) * 7**i for i, k in enumerate(key))
    return values


def character(size, mode, place):
    """e^(2πi mode·place/size) for size 2 or 4."""
    turns = sum(k * j for k, j in zip(mode, place, strict=True)) * (4 // size)
    return POWERS[turns % 4]


def count(size, dim):
    """Multiplications of the transform of the whole grid."""
    transform = Counted(1)
    places = itertools.product(range(size), repeat=dim)
    transform.grid(dict.fromkeys(places, (0, 0)), size, dim)
    return transform.products


torus_eigenvalues = Claim(
    id="talk.torus-eigenvalues",
    statement=r"\text{one transform of one row gives all eigenvalues, with } "
    r"c\,d\,N^d \log_2 N \text{ multiplications},\quad c = 1/2",
    source="talk, Alternative Domains: the torus; the constant is ours",
    parameters="translation-invariant symmetric matrices on the grid Z_N^d, N a power of 2",
    constants={"c": sp.Rational(1, 2), "eigenvalues": "the transform"},
    mutants={
        "c": [sp.Rational(1, 4), sp.Integer(1), sp.Rational(101, 200)],
        "eigenvalues": ["the transform over N^d"],
    },
)


@torus_eigenvalues.proof(
    relies_on=[CONVOLUTIONS],
    part="eigenvalues",
    covers="characters diagonalise every such matrix (cited); the transform of a row is checked "
    "against the eigenvalue equation on grids of sides 2 and 4",
)
def eigenvalue_equation(eigenvalues):
    """Σ_j c(i - j) χ_k(j) = λ_k χ_k(i) with λ_k from the fast transform, entry by entry."""
    for size, dim in ((2, 1), (4, 1), (2, 2), (4, 2), (2, 3)):
        values = row(size, dim)
        places = list(itertools.product(range(size), repeat=dim))
        found = Counted(-1).grid({p: (values[p], 0) for p in places}, size, dim)
        scale = 1 if eigenvalues == "the transform" else size**dim
        for mode in places:
            # At i = 0, where χ_k = 1; the matrix commutes with shifts.
            total = [0, 0]
            for j in places:
                x, y = character(size, mode, j)
                back = tuple(-a % size for a in j)
                total[0] += values[back] * x
                total[1] += values[back] * y
            witness = {"N": size, "d": dim, "mode": mode}
            about = r"\sum_j c(-j) \chi_k(j) = \lambda_k"
            pair = tuple(sp.Rational(part, scale) for part in found[mode])
            yield exactly(about, tuple(total), pair, witness)


@torus_eigenvalues.proof(
    part="cost",
    covers="T(N) = 2 T(N/2) + N/2 with T(1) = 0 gives (N/2) log2 N for every power of 2, and "
    "d N^(d-1) lines are transformed",
)
def number_of_multiplications(c):
    """The recurrence of the radix-2 transform, and counts of runs."""
    line = c * N * M
    yield identity(r"T(2N) = 2 T(N) + N", c * (2 * N) * (M + 1), 2 * line + N)
    for size, dim in ((2, 1), (4, 1), (8, 1), (32, 1), (4, 2), (8, 2), (4, 3)):
        expected = c * dim * size**dim * (size.bit_length() - 1)
        yield exactly("multiplications", count(size, dim), expected, {"N": size, "d": dim})


torus_pipeline = Claim(
    id="talk.torus-pipeline",
    statement=r"\text{transform, multiply by } (1+\|k\|^2)^s, \text{ transform back: equal to the "
    r"dense } P_s, \text{ with } a\,d\,N^d \log_2 N + N^d \text{ multiplications instead of } "
    r"N^{b d},\ a = 1,\ b = 2",
    source="talk, Computational Implementation Strategy; the constants are ours",
    parameters="the grid Z_N^d of the torus, N a power of 2, every s",
    constants={"a": sp.Integer(1), "b": sp.Integer(2), "order": "the same"},
    mutants={
        "a": [sp.Rational(1, 2), sp.Integer(2), sp.Rational(101, 100)],
        "b": [sp.Integer(1), sp.Integer(3)],
        "order": ["one more"],
    },
)


@torus_pipeline.proof(
    relies_on=[CONVOLUTIONS],
    part="equality",
    covers="derived in symbols on one axis, for every N and all multipliers; on more axes the "
    "characters multiply (cited); entry by entry for symbols m_k on grids of sides 2 and 4",
)
def pipeline_equals_dense(order):
    """Columns of the pipeline against Σ_k m_k χ_k(i - j)/N^d, m a symbol for each value of ‖k‖²."""
    for step in derivation("torus-pipeline").steps():
        yield premise(step)
    for size, dim in ((2, 1), (4, 1), (2, 2), (4, 2)):
        places = list(itertools.product(range(size), repeat=dim))
        norms = {k: sum(min(a, size - a) ** 2 for a in k) for k in places}
        shift = 0 if order == "the same" else 1
        for start in places[:2]:
            values = {p: (sp.Integer(p == start), sp.Integer(0)) for p in places}
            spectrum = Counted(-1).grid(values, size, dim)
            weighted = {k: _scaled(spectrum[k], sp.Symbol(f"m{norms[k]}")) for k in places}
            column = Counted(1).grid(weighted, size, dim)
            for i in places:
                dense = sum(
                    sp.Symbol(f"m{norms[k] + shift}")
                    * character(size, k, tuple(a - b for a, b in zip(i, start, strict=True)))[0]
                    for k in places
                )
                about = rf"(P_s)_{{ij}} N^d, N = {size}, d = {dim}"
                yield identity(about, column[i][0], dense)


def _scaled(pair, factor):
    return (pair[0] * factor, pair[1] * factor)


@torus_pipeline.proof(
    part="cost",
    covers="two transforms of (d/2) N^d log2 N multiplications (talk.torus-eigenvalues), one for "
    "each multiplier, and one for each entry of a dense matrix of size N^d",
)
def number_of_multiplications_of_the_pipeline(a, b):
    """Counts of runs; the dense product has N^d · N^d entries."""
    for size, dim in ((2, 1), (8, 1), (32, 1), (4, 2), (8, 2), (4, 3)):
        points = size**dim
        counted = 2 * count(size, dim) + points
        witness = {"N": size, "d": dim}
        expected = a * dim * points * (size.bit_length() - 1) + points
        yield exactly("pipeline", counted, expected, witness)
        yield exactly("dense", points * points, sp.Integer(size) ** (b * dim), witness)
