"""False conjectures that fail on a small part of a large set of instances, or on a null set."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import ntkproofs as nt
from ntkproofs.conjectures import (
    PI,
    assume,
    harmonics,
    legendre,
    multiplier,
    quantity,
    st,
    weighted,
)
from ntkproofs.conjectures.points import SpherePoints
from tests.benchmarks.corpus_conjectures_kernels import MOST
from tests.benchmarks.corpus_entries import Corpus, false_in

NEEDLES: Corpus = []
false = partial(false_in, NEEDLES)

HAIR = Fraction(1, 10**9)
U = st.cosines()
W = st.rationals(0, 1)
ROOT3 = Fraction(1732050807568877, 10**15)
ROOT2 = Fraction(1414213562373095, 10**15)
CORNER = SpherePoints.of([(1, 0), (0, 1), (1, 1)])


@false(
    "only for the vertices of a tetrahedron", "the simplex attains -1/(n-1)",
    {"X": SpherePoints.of([(1, 1, 1), (1, -1, -1), (-1, 1, -1), (-1, -1, 1)])},
    X=st.sphere_points(n=st.just(4), dim=st.just(3)),
)  # fmt: skip
def four_points_apart(X):
    r"""\max_{i<j} \langle x_i, x_j \rangle \ge -\tfrac13 + 10^{-6}, n = 4, d = 3"""
    return X.largest_cosine() >= -Fraction(1, 3) + Fraction(1, 10**6)


@false(
    "only for equilateral triangles", "three points on a circle are at most 2π/3 apart",
    {"X": SpherePoints.of([(1, 0), (-1, ROOT3), (-1, -ROOT3)])},
    X=st.sphere_points(n=st.just(3), dim=st.integers(2, 3)),
)  # fmt: skip
def three_points_apart(X):
    r"""\min_{i<j} \theta_{ij} \le \tfrac{2\pi}{3} (1 - 10^{-7}), n = 3"""
    return X.separation() <= 2 * PI / 3 * (1 - 100 * HAIR)


@false(
    "only for tight frames", "equality in the bound of Welch",
    {"X": SpherePoints.of([(1, 0), (-1, ROOT3), (-1, -ROOT3)])},
    X=st.sphere_points(n=st.integers(3, 5), dim=st.just(2), kinds=("any", "random", "circle")),
)  # fmt: skip
def frame_potential(X):
    r"""\sum_{ij} \langle x_i, x_j \rangle^2 \ge (1 + 10^{-9}) \tfrac{n^2}{d}, n odd"""
    assume(X.n % 2 == 1)
    return nt.gram(nt.ntk(1), X).square_sum() >= Fraction(X.n**2, 2) * (1 + HAIR)


@false(
    "only for more than d antipodal pairs", "the odd part of κ1 is u/2, of rank d",
    {"X": SpherePoints.of([(1, 0), (0, 1), (1, 1), (-1, 0), (0, -1), (-1, -1)])},
    X=st.sphere_points(n=st.integers(2, 8), dim=st.integers(2, 4)),
)  # fmt: skip
def relu_kernel_definite(X):
    r"""\lambda_{\min}(\kappa_1(X)) \ge 10^{-8} where all angles are at least 0.15"""
    assume(not X.has_duplicates())
    assume(float(X.separation()) > 0.15)
    return nt.gram(nt.nngp(2), X).smallest() >= Fraction(1, 10**8)


@false(
    "only at one of 900 pairs", "N(7, 8) = 2079", {"d": 7, "ell": 8},
    d=st.integers(3, 24), ell=st.integers(0, 40),
)  # fmt: skip
def missed_dimension(d, ell):
    r"""N(d, \ell) \ne 2079"""
    return abs(harmonics(d, ell) - harmonics(7, 8)) >= 1


@false(
    "only for l = 7 and s in a window of width 0.0001", "the tangent of (1 + sqrt(l(l+3)))^s",
    {"ell": 7, "s": Fraction(446997, 10**6)}, ell=st.degrees(7, 40), s=st.rationals(-3, 3),
)  # fmt: skip
def tangent_of_a_degree(ell, s):
    r"""p_\ell \ge (1 + 10^{-9})\,e\,\log(1 + \sqrt{70})\,s, \ell \ge 7, d = 5"""
    line = quantity(1).exp() * (1 + quantity(70).sqrt()).log() * s
    return multiplier(s, ell, 5) >= (1 + HAIR) * line


@false(
    "next to a point of the plane", "both factors have one maximum each",
    {"u": Fraction(49685857, 10**8), "v": Fraction(49685857, 10**8)}, u=U, v=U,
)  # fmt: skip
def product_of_maxima(u, v):
    r"""\kappa_1(u) \arccos(u)\,\kappa_1(v) \arccos(v) \le (1 - 10^{-9}) \max"""
    k, x, y = nt.nngp(2), quantity(u), quantity(v)
    return k(x) * x.arccos() * k(y) * y.arccos() <= MOST**2 * (1 - HAIR)


@false(
    "next to a point of space", "each factor has one maximum",
    dict.fromkeys("uvw", Fraction(49685857, 10**8)),
    u=U, v=U, w=U,
)  # fmt: skip
def product_of_three_maxima(u, v, w):
    r"""\prod_{x = u, v, w} \kappa_1(x) \arccos(x) \le (1 - 10^{-8}) \max"""
    k, values = nt.nngp(2), [quantity(x) for x in (u, v, w)]
    a, b, c = (k(x) * x.arccos() for x in values)
    return a * b * c <= MOST**3 * (1 - 10 * HAIR)


@false(
    "only at u = 1/2, where floats see equality", "κ0(1/2) = 2/3", {"u": Fraction(1, 2)},
    u=st.rationals(Fraction(1, 3), 1),
)  # fmt: skip
def beyond_a_half(u):
    r"""\kappa_0(u) \ge \tfrac23 + 10^{-20}, u \ge \tfrac12"""
    assume(u >= Fraction(1, 2))
    return nt.arccosine(0)(quantity(u)) >= Fraction(2, 3) + Fraction(1, 10**20)


@false(
    "only for pairs within 1e-11 of 1", "κ1 has the slope κ0(u) < 1",
    {"u": Fraction(1), "v": 1 - Fraction(2, 10**12)}, u=U, v=U,
)  # fmt: skip
def relu_kernel_contracts(u, v):
    r"""|\kappa_1(u) - \kappa_1(v)| \le (1 - 10^{-6}) |u - v|"""
    k = nt.nngp(2)
    return abs(k(quantity(u)) - k(quantity(v))) <= (1 - Fraction(1, 10**6)) * abs(u - v)


@false(
    "only at depth 7 and u = -1", "the value that is missed", {"L": 7, "u": Fraction(-1)},
    L=st.depths(2, 40), u=st.rationals(-1, Fraction(-1, 2)),
)  # fmt: skip
def missed_value(L, u):
    r"""|\Sigma_L(u) - \Sigma_7(-1)| \ge 10^{-9} for u = -1"""
    k = nt.nngp(L)
    assume(u == -1)
    return abs(k(quantity(u)) - nt.nngp(7)(quantity(-1))) >= HAIR


@false(
    "only next to one vector of weights", "the least value of a quadratic form",
    {"v": Fraction(824445259, 10**9), "w": Fraction(824445259, 10**9)}, v=W, w=W,
)  # fmt: skip
def weights_of_least_energy(v, w):
    r"""c^T K c \ge (1 + 10^{-9}) / (1^T K^{-1} 1), c = (v, w, 1 - v - w)"""
    k = nt.nngp(2)
    a, b = k(quantity(0)), k(quantity(Fraction(1, 2)).sqrt())
    second, first = 2 * (1 + a) - 8 * b + 4, 4 * b - 4
    least = 1 - first * first / (4 * second)
    energy = weighted(nt.gram(k, CORNER), (v, w, 1 - v - w)).total()
    return energy >= (1 + HAIR) * least


@false(
    "only within 1e-7 of a zero", "P_2 vanishes at u = 1/√3", {"u": 1 / ROOT3, "ell": 2},
    ell=st.sampled_from([2, 4]), u=st.rationals(Fraction(1, 2), Fraction(3, 5)),
)  # fmt: skip
def no_zero(ell, u):
    r"""|P_\ell(u)| \ge 10^{-7} on [\tfrac12, \tfrac35], \ell = 2, 4, d = 3"""
    return abs(legendre(ell, 3, u)) >= 100 * HAIR


@false(
    "only for points that are almost dependent", "a determinant has zeros",
    {"X": SpherePoints.of([(1, 0, 0), (0, 1, 0), (1, 1, 0)])},
    X=st.sphere_points(n=st.just(3), dim=st.just(3), kinds=("random",)),
)  # fmt: skip
def volume_from_below(X):
    r"""\det(X X^T) \ge 10^{-9} for random points"""
    return nt.gram(nt.ntk(1), X).determinant() >= HAIR


@false(
    "only for a square, to nine digits", "the angles of four points in order add up to 2π",
    {"X": SpherePoints.of([(1, 0), (0, 1), (-1, 0), (0, -1)])},
    X=st.sphere_points(n=st.just(4), dim=st.just(2), kinds=("random", "any")),
)  # fmt: skip
def squares_avoided(X):
    r"""\min_{i<j} \theta_{ij} \le \tfrac{\pi}{2} (1 - 10^{-9}), n = 4, d = 2"""
    return X.separation() <= PI / 2 * (1 - HAIR)
