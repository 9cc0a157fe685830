r"""The condition number of P_s on random points, for more points than harmonics.

P_s = Y D Yᵀ/n with N harmonics up to degree lmax and n >= N points; κ(P_s) is the quotient of its
largest and its N-th largest eigenvalue: that of its range, or ∞ where the rank is below N.

Known: on quadratures κ(P_s) = p_lmax/p_0 (talk.sobolev-condition). Below, for s >= 0, it can never
be less: the block of degree l of G = YᵀY/n has the trace N(d,l) by the addition theorem, so that
λ_max >= p_lmax and λ_N <= p_0. So quadratures are the best points, and the search checks the
argument. Above, κ(P_s) <= κ(G) p_lmax/p_0 (Ostrowski), and E‖G - I‖² = N(N-1)/n bounds κ(G) only
from n of the order of N² on.

Conjectured, for d = 2, 3 and lmax = 1, 2: n >= m N suffices at random points, κ(P_s) is at most C
p_lmax/p_0 with m = 8 and C = 32. It fails for m = 1: points fill the sphere too unevenly there. It
is a statement about draws, and an unlucky one exists for every C. For lmax to infinity no m and C
are enough: the largest gap between n random points of the circle is about 2π log(n)/n, so that n
has to be of the order of N log N (κ(P_0) is 5 to 11 at N = 101, and above 30 at N = 60,000, for n =
8 N).

Found: below: no violation among 1,149 examples; equality at the octahedron, where 30 comparisons
were too close for balls; the square of the quotient is refuted. Random points: no counterexample
among 2,601 examples, smallest slack 0.61, so that the worst draw had κ(P_s) = 13 p_lmax/p_0; C = 2
and m = 1 are refuted.
"""

from fractions import Fraction

import numpy as np

import ntkproofs as nt
from ntkproofs.conjectures import st
from ntkproofs.conjectures.points import SpherePoints
from ntkproofs.conjectures.spectra import SobolevMatrix, multipliers

SOURCE = "talk, Future Directions: the missing estimate of κ(P_s)"
SPHERES = ((2, 1, 3), (2, 2, 5), (3, 1, 4), (3, 2, 9))
"""(d, lmax, N)"""


def extremes(X, doubled, dim, top, harmonics):
    """λ_max and λ_N of n P_s, and (1 + sqrt(lmax(lmax+d-2)))^s."""
    order = Fraction(doubled, 2)
    P = SobolevMatrix(order, top, X)
    return P.largest(), P.eigenvalue(X.n - harmonics), multipliers(dim, top)[top] ** order


def points(least, most, kinds):
    """Points with (d, lmax, N): from least N to most N of them."""

    def of(sphere):
        n = st.integers(least * sphere[2], most * sphere[2])
        return st.tuples(st.just(sphere), st.sphere_points(n=n, dim=sphere[0], kinds=kinds))

    return st.sampled_from(SPHERES).flatmap(of)


@nt.conjecture(
    r"\lambda_1(P_s) \ge (p_{\ell_{\max}}/p_0)^c\,\lambda_N(P_s) \text{ for any } n \ge N "
    r"\text{ points and } s \ge 0,\quad c = 1",
    source=SOURCE,
    id="open.sobolev-condition-below",
    constants={"c": 1},
    mutants={"c": [2]},
)
@nt.given(
    drawn=points(1, 3, ("any", "basis", "random", "antipodal", "close")), doubled=st.integers(0, 12)
)
def sobolev_condition_below(drawn, doubled, c):
    (dim, top, harmonics), X = drawn
    upper, lower, ratio = extremes(X, doubled, dim, top, harmonics)
    # κ may be infinite; in this form it does no harm
    return upper >= ratio**c * lower


@nt.conjecture(
    r"\lambda_1(P_s) \le C\,(p_{\ell_{\max}}/p_0)\,\lambda_N(P_s) \text{ at } n \ge m N "
    r"\text{ random points, } 0 \le s \le 6,\ d = 2, 3,\ \ell_{\max} = 1, 2,\quad m = 8,\ C = 32",
    source=SOURCE,
    id="open.sobolev-condition-random",
    constants={"C": 32, "m": 8},
    mutants={"C": [1, 2], "m": [1]},
)
@nt.given(
    sphere=st.sampled_from(SPHERES),
    seed=st.integers(0, 2**16),
    more=st.integers(0, 8),
    doubled=st.integers(0, 12),
)
def sobolev_condition_random(*, sphere, seed, more, doubled, C, m):
    dim, top, harmonics = sphere
    X = drawn_points(seed, m * harmonics + more, dim)
    upper, lower, ratio = extremes(X, doubled, dim, top, harmonics)
    return upper <= C * ratio * lower


def drawn_points(seed, n, dim):
    """Gaussian directions of a seed, rounded to 1/1000: uniform on the sphere up to that."""
    rows = np.rint(np.random.default_rng(seed).standard_normal((n, dim)) * 1000).astype(int)
    rows[~rows.any(axis=1), 0] = 1
    return SpherePoints.of(rows.tolist())
