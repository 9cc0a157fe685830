r"""The smallest eigenvalue of the sampled NTK against the separation of the points.

Known: with δ the smallest angle, λ_min(K) <= L - Θ_L(cos δ), by interlacing with the closest pair.
The singular part of Θ_L at u = 1 is -a θ with a = L(L-1)/(2π), that at u = -1 is b_L (π - θ) with
|b_L| <= 1/(2π) for L >= 3, so that μ_l ~ l^(-d) and λ_min is bounded below by a constant times δ at
fixed L.

Conjectured, on the circle: λ_min(K) >= c L min(1, (L-1) δ/π) for L >= 3 with c = 1/5, whatever the
number of points, and on S² the same with c = 1/10. For small δ the circle's constant is nearly the
best: an infinite row of equispaced points with the kernel -a|x| has the symbol a δ/(2 sin²(ω/2)),
so that λ_min is a δ/2 less what antipodes take, and for L = 3 the constant of that is 5/24. On the
square lattice the symbol is 0.418 a δ at its least, so that c has to be smaller on S². Depth widens
the range in which points count as far apart: from δ = π/(L-1) on, λ_min is of the order of L. A
first form, (L(L-1) - 1) δ/(4π) without the minimum, is refuted by two antipodal points for
L >= 5. The two-layer NTK has no such bound: its odd eigenvalues vanish from degree 3 on.

Found: equispaced points: no counterexample among 17,352 examples, smallest slack 0.042 (n = 78, L =
3); c = 0.218 is refuted at n = 22 and c = 1/4 at n = 10. Circle: none among 2,165, smallest slack
0.20; c = 1/2 is refuted by three points. S²: none among 1,379, smallest slack 0.65, so that the
constant on S² is not tight on the few points that were searched; c = 1/2 is refuted by four points.
For L = 2 six equispaced points refute it.
"""

from fractions import Fraction

import ntkproofs as nt
from ntkproofs.conjectures import st
from ntkproofs.conjectures.quantities import PI, smallest
from ntkproofs.conjectures.spectra import NTKMatrix, grid_spectrum, separation, without_coincidences

SOURCE = "roadmap, open questions: λ_min against the separation of the points"


def bound(apart, depth, c):
    """c L min(1, (L-1) δ/π)."""
    return c * depth * smallest(1, (depth - 1) * apart / PI)


@nt.conjecture(
    r"\lambda_{\min}(K_L) \ge c\,L \min(1, (L-1)\,\delta/\pi) \text{ at equispaced points of the "
    r"circle, } L \ge 3,\ c = \tfrac15",
    source=SOURCE,
    id="open.separation-equispaced",
    constants={"c": Fraction(1, 5), "least": 3},
    mutants={"c": [Fraction(5, 24) + Fraction(1, 100), Fraction(1, 4)], "least": [2]},
)
@nt.given(n=st.integers(2, 80), more=st.one_of(st.just(0), st.integers(0, 17)))
def separation_equispaced(n, more, c, least):
    depth = least + more
    least_eigenvalue = smallest(*grid_spectrum(depth, n).values())
    return least_eigenvalue >= bound(2 * PI / n, depth, c)


@nt.conjecture(
    r"\lambda_{\min}(K_L) \ge c\,L \min(1, (L-1)\,\delta/\pi) \text{ on the circle, } L \ge 3,\ "
    r"c = \tfrac15",
    source=SOURCE,
    id="open.separation-circle",
    constants={"c": Fraction(1, 5)},
    mutants={"c": [Fraction(1, 2), Fraction(1)]},
)
@nt.given(
    X=st.sphere_points(n=st.integers(2, 10), dim=st.just(2)).map(without_coincidences),
    depth=st.integers(3, 12),
)
def separation_circle(X, depth, c):
    nt.assume(not X.has_duplicates())
    return NTKMatrix(depth, X).smallest() >= bound(separation(X), depth, c)


@nt.conjecture(
    r"\lambda_{\min}(K_L) \ge c\,L \min(1, (L-1)\,\delta/\pi) \text{ on } S^2,\ L \ge 3,\ "
    r"c = \tfrac1{10}",
    source=SOURCE,
    id="open.separation-sphere",
    constants={"c": Fraction(1, 10)},
    mutants={"c": [Fraction(1, 2), Fraction(1)]},
)
@nt.given(
    X=st.sphere_points(n=st.integers(2, 14), dim=st.just(3)).map(without_coincidences),
    depth=st.integers(3, 12),
)
def separation_sphere(X, depth, c):
    nt.assume(not X.has_duplicates())
    return NTKMatrix(depth, X).smallest() >= bound(separation(X), depth, c)
