r"""The flattest composite spectrum: how the order s that flattens T_s depends on depth.

T_s has the eigenvalues λ_l = μ_l (1 + sqrt(l(l+d-2)))^s; up to degree lmax its flatness is
max λ_l/min λ_l, and the best order s* is the s at which that is smallest (its logarithm is convex
in s). Known: only s = d keeps it bounded as lmax grows (talk.sobolev-exponent-n, talk.regimes).

Conjectured: the deeper the network, the lower the best order (from lmax = 8 on), and the flatter
the critical spectrum s = d (for L = 3, ..., 9).
"""

import ntkproofs as nt
from ntkproofs.conjectures import st
from ntkproofs.conjectures.quantities import largest, smallest
from ntkproofs.conjectures.spectra import best_order, multipliers, operator_spectrum

TOP = 40


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
@nt.given(dim=st.integers(3, 6), depth=st.integers(3, 11), more=st.integers(0, 32))
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
    r"\frac{\max_{\ell \le \ell_{\max}} \lambda_\ell(T_d)}{\min_{\ell \le \ell_{\max}} "
    r"\lambda_\ell(T_d)} \text{ falls from } L \text{ to } L + 1 \text{ for } 3 \le L < L_1,\ "
    r"L_1 = 10,\ \ell_{\max} = 40",
    source="roadmap, open questions: the flattest composite spectrum",
    id="open.critical-flatness-falls-with-depth",
    constants={"until": 10},
    mutants={"until": [24]},
)
@nt.given(dim=st.integers(2, 6), part=st.integers(0, 60))
def critical_flatness_falls_with_depth(dim, part, until):
    depth = 3 + part % (until - 3)
    return flatness(depth + 1, dim, TOP, dim) <= flatness(depth, dim, TOP, dim)
