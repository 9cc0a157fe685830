r"""From which depth on the condition number of the sampled NTK falls.

Known: κ(K_L) tends to 1 + n/3 from above, at the rate (2n/3) log(L)/L (talk.eoc-condition), and at
small depth it may rise (talk.depth-conditions, two orthogonal inputs). For two points of cosine u
κ = (L + Θ_L(u))/(L - Θ_L(u)) from L = 3 on, where Θ_L > 0, so that κ falls where Θ_L(u)/L does; on
a grid of cosines its last rise is from depth 17 to 18, for all from -1 to about -0.671.

Conjectured: no other set of points does worse: from depth 18 on κ falls at every step, whatever
the number of points, the dimension and the angles. With the limit it follows that
κ(K_L) > 1 + n/3 from there on.

Found: no counterexample among 2,278 examples, smallest slack 6.8e-5 (two nearly antipodal points,
18 against 19 layers). From depths 2, 3, 8 and 12 on the statement is refuted, by two antipodal or
two orthogonal points. 18 itself is so far the last rise seen for two points; more points of the
same search rise earlier.
"""

import ntkproofs as nt
from ntkproofs.conjectures import st
from ntkproofs.conjectures.spectra import NTKMatrix, without_coincidences


@nt.conjecture(
    r"\kappa(K_{L+1}) < \kappa(K_L) \text{ for all } L \ge L_0,\ L_0 = 18, "
    r"\text{ and any points, no two of which coincide}",
    source="roadmap, open questions: monotonicity of κ(K) in depth",
    id="open.depth-monotone",
    constants={"from_depth": 18},
    mutants={"from_depth": [2, 3, 8, 12]},
)
@nt.given(
    X=st.sphere_points(n=st.integers(2, 6), dim=st.integers(2, 5)).map(without_coincidences),
    more=st.one_of(st.integers(0, 2), st.integers(0, 40)),
)
def depth_monotone(X, more, from_depth):
    nt.assume(not X.has_duplicates())
    here, there = (NTKMatrix(from_depth + more + k, X) for k in (0, 1))
    # λ_max(L+1) λ_min(L) < λ_max(L) λ_min(L+1): no division by what may be tiny
    return there.largest() * here.smallest() < here.largest() * there.smallest()
