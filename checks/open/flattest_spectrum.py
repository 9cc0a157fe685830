r"""The flattest composite spectrum: how the order s that flattens T_s depends on depth.

T_s has the eigenvalues λ_l = μ_l (1 + sqrt(l(l+d-2)))^s; up to degree lmax its flatness is
max λ_l/min λ_l, and the best order s* is the s at which that is smallest (its logarithm is convex
in s). Known, for L >= 3: only s = d keeps it bounded as lmax grows (talk.sobolev-exponent-n,
talk.regimes).

Conjectured: the deeper the network, the lower the best order, or the same (from lmax = 8 on; the
search has lmax <= 25, d = 3, 4, 5, L = 3, ..., 9), and the flatter the critical spectrum s = d (for
L = 3, ..., 9, d = 2, 3, 4).

Found: the order: no counterexample among 3,221 examples, smallest slack 0.0090 (d = 5, L = 8, lmax
= 8); for all lmax >= 1 it is refuted at d = 3, L = 3, lmax = 1. The critical spectrum: none among
16,305 examples (which repeat 18 instances), smallest slack 0.055; a fall by half at every layer is
refuted. It need not go on: on the circle with n = 65 points the flatness at s = 2 is 2.2 for L = 8
and 6.6 for L = 16.
"""

from fractions import Fraction

import ntkproofs as nt
from ntkproofs.conjectures import st
from ntkproofs.conjectures.quantities import largest, smallest
from ntkproofs.conjectures.spectra import best_order, multipliers, operator_spectrum

TOP = 25


def spectrum(depth, dim, top):
    """μ_0, ..., μ_top of the L-layer NTK."""
    return operator_spectrum(nt.ntk(depth), dim, TOP)[: top + 1]


@nt.conjecture(
    r"s^*(L+1) \le s^*(L) \text{ for } L \ge 3,\ \ell_{\max} \ge \ell_0,\ \ell_0 = 8,\ d \ge 3",
    source="roadmap, open questions: the flattest composite spectrum",
    id="open.flattest-order-falls-with-depth",
    constants={"from_degree": 8},
    mutants={"from_degree": [1]},
)
@nt.given(dim=st.integers(3, 5), depth=st.integers(3, 8), more=st.integers(0, 17))
def flattest_order_falls_with_depth(dim, depth, more, from_degree):
    top = min(TOP, from_degree + more)
    bases = multipliers(dim, top)
    here, there = (best_order(spectrum(depth + k, dim, top), bases) for k in (0, 1))
    return there <= here


def flatness(depth, dim, top, order):
    """max λ_l/min λ_l of T_s up to degree top."""
    values = spectrum(depth, dim, top)
    terms = [v * b**order for v, b in zip(values, multipliers(dim, top), strict=True)]
    return largest(*terms) / smallest(*terms)


@nt.conjecture(
    r"F_{L+1} \le c\,F_L,\ F_L = \frac{\max_{\ell \le 25} \lambda_\ell(T_d)}"
    r"{\min_{\ell \le 25} \lambda_\ell(T_d)},\ 3 \le L \le 8,\ d = 2, 3, 4,\quad c = 1",
    source="roadmap, open questions: the flattest composite spectrum",
    id="open.critical-flatness-falls-with-depth",
    constants={"c": 1},
    mutants={"c": [Fraction(1, 2), Fraction(2, 5)]},
)
@nt.given(dim=st.integers(2, 4), depth=st.integers(3, 8))
def critical_flatness_falls_with_depth(dim, depth, c):
    return flatness(depth + 1, dim, TOP, dim) <= c * flatness(depth, dim, TOP, dim)
