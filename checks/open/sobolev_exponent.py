r"""The best Sobolev order s as a function of the number n of points.

s* is the order at which κ(K P_s) is smallest. Its logarithm is convex in s where K and P_s share
eigenvectors, so that the orders at which it is smallest are an interval there, mostly one point,
and enclosed by three points.

Known: at n equispaced points of the circle s* tends to 2 = d at every depth L >= 3; from n = 33 to
n = 257 it falls for L = 3, and grows for L = 8 (talk.sobolev-exponent-n). On a quadrature that is
exact for the band-limited kernel and for P_s the spectrum of K P_s is μ_l p_l, l <= lmax, with n of
the order of lmax^(d-1).

Conjectured, by the kind of points:
 - circle: |s* - 2| <= c/log n with c = 2, for L = 3, ..., 12. From above for L = 3, from below for
   L >= 8: whether s* falls or grows with n is a question of depth, and its limit is not.
 - torus, grids of N² points, multipliers (1 + |k|²)^s: s* <= 3/2 + c with c = 1/2. The singular
   part of the kernel asks for (d+1)/2 = 3/2 on a torus of d = 2 axes.
 - exact quadratures: up to lmax = 25, for L = 3, ..., 6, s* does not fall by more than 1e-5 from
   one lmax to the next, and stays below d + c, c = 3/5. The talk's "larger s for larger n" holds in
   this range only: as lmax grows s* tends to d, so that it falls again where it was above (in
   floats, d = 2, L = 3: 2.53 up to lmax = 75, then 2.41 at 200 and 2.27 at 2000).
 - random points: where two points are nearer than 1/lmax, no order helps: κ(K P_s) >= κ(K), since
   the difference of the two is nearly a null vector of K and of P_s alike. Searched for 2 to 7
   points of random kinds, d = 2, 3 and L = 3, ..., 6.

Found: circle: no counterexample among 3,210 examples, smallest slack 0.125 (L = 3, n = 43); c = 3/2
is refuted from both sides. Torus: none among 2,960, smallest slack 0.037 (L = 3, N = 5); c = 0 is
refuted at N = 3. Quadratures, ceiling: none among 2,024, smallest slack 0.028; c = 1/2 is refuted
by L = 3, d = 2. Quadratures, growth: none among 1,689 (slack 2.6e-6: s* often stays where it is, so
that growth by 1/100 at each step is refuted); for deeper networks it is false, as L = 7, d = 2,
lmax = 1 shows. Random points: first stated as κ(K P_s) >= κ(K)/4 for any points, and refuted by two
points (1, -2) and (-1, -7) with L = 3, s = 5/2, lmax = 5, where κ falls by a factor 4.6: P_s can
have negative entries that undo those of K. For close points: none among 2,349, smallest slack 0.56;
with 40/lmax for 1/lmax it is refuted.
"""

from fractions import Fraction

import ntkproofs as nt
from ntkproofs.conjectures import st
from ntkproofs.conjectures.points import SpherePoints
from ntkproofs.conjectures.quantities import quantity
from ntkproofs.conjectures.spectra import (
    NTKMatrix,
    ProductMatrix,
    SobolevMatrix,
    best_order,
    grid_spectrum,
    multipliers,
    operator_spectrum,
    without_coincidences,
)

SOURCE = "talk, Future Directions: s as a function of the data size"
TOP = 25


@nt.conjecture(
    r"|s^*(n) - 2| \le c/\log n \text{ at } n \ge 9 \text{ equispaced points, } n \text{ odd},\ "
    r"3 \le L \le 12,\quad c = 2",
    source=SOURCE,
    id="open.exponent-on-circle",
    constants={"c": Fraction(2)},
    mutants={"c": [Fraction(1), Fraction(3, 2)]},
)
@nt.given(depth=st.integers(3, 12), half=st.integers(4, 50))
def exponent_on_circle(depth, half, c):
    size = 2 * half + 1
    values = list(grid_spectrum(depth, size).values())
    best = best_order(values, multipliers(2, half))
    return abs(best - 2) * quantity(size).log() <= c


@nt.conjecture(
    r"s^*(N) \le 3/2 + c \text{ on the grid of } N^2 \text{ points of the torus, } N \text{ odd},\ "
    r"3 \le L \le 12,\quad c = \tfrac12",
    source=SOURCE,
    id="open.exponent-on-torus",
    constants={"c": Fraction(1, 2)},
    mutants={"c": [Fraction(-1, 4), Fraction(0)]},
)
@nt.given(depth=st.integers(3, 12), half=st.integers(1, 10))
def exponent_on_torus(depth, half, c):
    spectrum = grid_spectrum(depth, 2 * half + 1, axes=2)
    bases = [quantity(1 + sum(x * x for x in k)) for k in spectrum]
    return best_order(list(spectrum.values()), bases) <= Fraction(3, 2) + c


def order_on_quadrature(depth, dim, top):
    """The best order for the spectrum μ_0, ..., μ_top."""
    values = operator_spectrum(nt.ntk(depth), dim, TOP)[: top + 1]
    return best_order(values, multipliers(dim, top))


@nt.conjecture(
    r"s^*(\ell_{\max}) \le d + c \text{ on exact quadratures, } 3 \le L \le 9,\ d = 2, 3, 4,\ "
    r"\ell_{\max} \le 25,\quad c = \tfrac35",
    source=SOURCE,
    id="open.exponent-on-quadratures",
    constants={"c": Fraction(3, 5)},
    mutants={"c": [Fraction(0), Fraction(1, 2)]},
)
@nt.given(depth=st.integers(3, 9), dim=st.integers(2, 4), top=st.integers(1, TOP))
def exponent_on_quadratures(depth, dim, top, c):
    return order_on_quadrature(depth, dim, top) <= dim + c


@nt.conjecture(
    r"s^*(\ell_{\max} + 1) \ge s^*(\ell_{\max}) + g \text{ on exact quadratures, } "
    r"3 \le L \le 6,\ d = 2, 3, 4,\ \ell_{\max} < 25,\quad g = -10^{-5}",
    source=SOURCE,
    id="open.exponent-grows-on-quadratures",
    constants={"growth": Fraction(-1, 10**5)},
    mutants={"growth": [Fraction(1, 100), Fraction(1, 10)]},
)
@nt.given(depth=st.integers(3, 6), dim=st.integers(2, 4), top=st.integers(1, TOP - 1))
def exponent_grows_on_quadratures(depth, dim, top, growth):
    here, there = (order_on_quadrature(depth, dim, top + k) for k in (0, 1))
    return there >= here + growth


@nt.conjecture(
    r"\kappa(K P_s) \ge c\,\kappa(K) \text{ for every } s \in [0, 6] \text{ where two points are "
    r"nearer than } 1/\ell_{\max},\ \ell_{\max} \ge n,\quad c = 1",
    source=SOURCE,
    id="open.exponent-on-close-points",
    constants={"c": Fraction(1), "near": 1},
    mutants={"c": [Fraction(10**3), Fraction(10**6)], "near": [40]},
)
@nt.given(
    X=st.sphere_points(n=st.integers(1, 6), dim=st.integers(2, 3), kinds=("random",)),
    percent=st.integers(1, 100),
    depth=st.integers(3, 6),
    doubled=st.integers(0, 12),
    more=st.integers(0, 3),
)
def exponent_on_close_points(*, X, percent, depth, doubled, more, c, near):
    top = X.n + 1 + more
    X = with_neighbour(X, Fraction(near * percent, 100 * top))
    K = NTKMatrix(depth, X)
    product = ProductMatrix(K, SobolevMatrix(Fraction(doubled, 2), top, X))
    return product.largest() * K.smallest() >= c * K.largest() * product.smallest()


def with_neighbour(X, apart):
    """The points, each once, and one more at an angle of at most ``apart`` from the first."""
    first = list(X.directions[0])
    axis = min(range(X.dim), key=lambda k: abs(first[k]))
    first[axis] += apart * max(map(abs, first))
    return without_coincidences(SpherePoints.of([*X.directions, first]))
