r"""The zonal kernel of the Sobolev operator.

P_s f(x) = Σ_l p_l Σ_p Y_lp(x) <Y_lp, f>: its kernel is Σ_l p_l Σ_p Y_lp(x) Y_lp(y). By the addition
theorem the inner sum is c P_l(<x,y>); putting x = y and averaging over the sphere counts the
harmonics, so c = N(d,l). Checked besides by exact moments: the kernel N(d,l) P_l has the
eigenvalue 1 at degree l and 0 at the others.

This gives fast summation: cut off at degree L, the kernel is a sum of products Y(x) Y(y), and so is
the matrix of any n points. A product with a vector is a transform to the S = Σ_(l<=L) N(d,l)
harmonics, one factor p_l for each, and a transform back: 2 n S + S multiplications instead of n²,
which is fewer where there are more than two points for each harmonic, S < n/2, and not otherwise.
They are counted while both products are computed in rational numbers, on S².
"""

from fractions import Fraction
from typing import Any

import sympy as sp

import ntkproofs as nt
from ntkproofs.claims import Claim, exactly, identity, nonnegative
from ntkproofs.claims.theorems import ADDITION_THEOREM, FUNK_HECKE

zonal_sobolev = Claim(
    id="talk.zonal-sobolev",
    statement=r"p_s(u) = \sum_\ell p_\ell\, N(d,\ell)\, P_\ell(u), \text{ which gives fast "
    r"summation: with } S = \sum_{\ell \le L} N(d,\ell) \text{ a product of its matrix takes } "
    r"2\,n^q S + S \text{ multiplications, } q = 1: \text{ fewer than } n^2 \text{ exactly if } "
    r"S < b\,n,\ b = 1/2",
    source="talk, Unified Framework: zonal kernel representation",
    parameters="S^(d-1), d >= 2; P_l(1) = 1; uniform probability measure; n points; the sum cut "
    "off at degree L; harmonics at the points are at hand, as the entries of the matrix are",
    constants={"factor": 1, "count": "N", "q": 1, "transforms": 2, "b": sp.Rational(1, 2)},
    mutants={
        "factor": [2, sp.Rational(101, 100), -1],
        "count": ["1", "2l+1"],
        "q": [2, 0, sp.Rational(3, 2)],
        "transforms": [1, 3],
        "b": [sp.Rational(1, 4), sp.Rational(1, 3), sp.Integer(1)],
    },
)


@zonal_sobolev.proof(relies_on=[ADDITION_THEOREM])
def normalisation_by_counting(factor):
    """c P_l(1) averages Σ_p Y_lp(x)² over the sphere, which is the number N of harmonics."""
    c, N = sp.symbols("c N")
    at_the_pole = c * nt.gegenbauer(5, 3, sp.Integer(1))  # P_l(1) = 1; the recurrence at l = 5
    yield identity("P_l(1) = 1", at_the_pole, c)
    yield identity("c = N(d,l)", factor * N, N, least={"N": 1})


@zonal_sobolev.certificate(on="d = 2..6, degrees <= 5", relies_on=[FUNK_HECKE])
def reproduces_each_degree(factor, count):
    """∫ N(d,l) P_l(u) P_k(u) = δ_lk against the density of u, by exact moments."""
    u = sp.Symbol("u")
    for dim in range(2, 7):
        for degree in range(6):
            counts = {"N": nt.harmonic_dimension(dim, degree), "1": 1, "2l+1": 2 * degree + 1}
            for other in range(6):
                product = sp.Poly(nt.gegenbauer(degree, dim, u) * nt.gegenbauer(other, dim, u), u)
                mean = sum((c * moment(e, dim) for (e,), c in product.terms()), start=sp.S.Zero)
                yield exactly(
                    r"\int N P_\ell P_k = \delta_{\ell k}",
                    factor * counts[count] * mean,
                    int(degree == other),
                    {"d": dim, "l": degree, "k": other},
                )


def moment(power, dim):
    """∫ u^power over the sphere: (power-1)!! / (d (d+2) ...), 0 for odd powers."""
    if power % 2:
        return sp.S.Zero
    value = Fraction(1)
    for k in range(power // 2):
        value *= Fraction(2 * k + 1, dim + 2 * k)
    return sp.Rational(value.numerator, value.denominator)


def rational_points(count):
    """Points of S² with rational coordinates, by stereographic projection."""
    points = []
    for k in range(count):
        a, b = Fraction(k + 1, 3), Fraction(2 - k, k + 2)
        scale = 1 + a * a + b * b
        points.append((2 * a / scale, 2 * b / scale, (a * a + b * b - 1) / scale))
    return points


def harmonics(point, top):
    """Real harmonics of S² up to a degree without their roots: P_l^(m)(z) Re, Im (x + iy)^m."""
    x, y, z = point
    u = sp.Symbol("u")
    values = []
    for degree in range(top + 1):
        polynomial: Any = sp.Poly(nt.gegenbauer(degree, 3, u), u)
        real, imaginary = Fraction(1), Fraction(0)
        for order in range(degree + 1):
            height = polynomial.diff((u, order)).eval(sp.Rational(z.numerator, z.denominator))
            height = Fraction(int(height.p), int(height.q))
            values.append(height * real)
            if order:
                values.append(height * imaginary)
            real, imaginary = real * x - imaginary * y, real * y + imaginary * x
    return values


def weights(top):
    """p_l and the squared norms that the harmonics above lack, with p_l = 1 + l.

    (2l+1) P_l(<x,y>) = Σ_m (2 - δ_m0) (2l+1) (l-m)!/(l+m)! times the products of their values.
    """
    found = []
    for degree in range(top + 1):
        norm = Fraction((1 + degree) * (2 * degree + 1))
        for order in range(degree + 1):
            if order:
                norm /= (degree + order) * (degree - order + 1)
            found += [norm] if order == 0 else [2 * norm, 2 * norm]
    return found


def by_harmonics(points, vector, top):
    """Y D Y^T v, and how many multiplications it took."""
    Y = [harmonics(point, top) for point in points]
    D = weights(top)
    made = 0
    modes = []
    for k, factor in enumerate(D):
        total = Fraction(0)
        for values, entry in zip(Y, vector, strict=True):
            total += values[k] * entry
            made += 1
        modes.append(factor * total)
        made += 1
    product = []
    for values in Y:
        total = Fraction(0)
        for value, mode in zip(values, modes, strict=True):
            total += value * mode
            made += 1
        product.append(total)
    return product, made


def by_entries(points, vector, top):
    """Σ_j p_s(<x_i, y_j>) v_j with the kernel of the statement."""

    def kernel(u):
        return sum((1 + k) * (2 * k + 1) * nt.gegenbauer(k, 3, u) for k in range(top + 1))

    return [
        sum(
            kernel(sum((a * b for a, b in zip(x, y, strict=True)), Fraction(0))) * v
            for y, v in zip(points, vector, strict=True)
        )
        for x in points
    ]


@zonal_sobolev.proof(
    relies_on=[ADDITION_THEOREM],
    part="fast summation",
    covers="the addition theorem makes the kernel such a sum in every dimension, and the loops run "
    "once for each point and each harmonic, whatever their values, so that counts at a few sizes "
    "show the count at all",
)
def products_by_harmonics(q, transforms):
    """Both products, exactly equal, and the multiplications of the second one counted."""
    for top in (2, 4):
        S = sum(nt.harmonic_dimension(3, k) for k in range(top + 1))
        for count in (4, 9):  # squares: n^q stays rational for the half-integers that are tried
            points = rational_points(count)
            vector = [Fraction(3 - k, k + 1) for k in range(count)]
            product, made = by_harmonics(points, vector, top)
            where = {"n": count, "L": top}
            exact = by_entries(points, vector, top)
            yield exactly("both products are equal", tuple(product), tuple(exact), where)
            stated = transforms * count**q * S + S
            yield exactly(r"2 n^q S + S", sp.Integer(made), stated, where)


@zonal_sobolev.proof(part="when it is fast")
def fewer_than_the_entries(b):
    """n² against 2 n S + S for whole n and S >= 1: at n = S/b + 1 + t, and at S = b (n + t)."""
    n, S, t = sp.symbols("n S t")
    saved = n**2 - (2 * n * S + S)
    above = sp.expand(saved.subs(n, S / b + 1 + t))
    yield nonnegative(r"n^2 - 2nS - S \ge 1 \text{ if } S < b n", above - 1, {"S": 1, "t": 0})
    below = sp.expand(saved.subs(S, b * (n + t)))
    yield nonnegative(r"n^2 - 2nS - S \le 0 \text{ if } S \ge b n", -below, {"n": 1, "t": 0})
