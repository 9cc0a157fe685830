"""Conjectures of known truth about eigenvalues on spheres, multipliers and harmonics."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import ntkproofs as nt
from ntkproofs.conjectures import eigenvalue, harmonics, legendre, multiplier, quantity, st
from tests.benchmarks.corpus_entries import Corpus, false_in, true_in

SPECTRA: Corpus = []
true, false = partial(true_in, SPECTRA), partial(false_in, SPECTRA)

HAIR = Fraction(1, 10**9)
KERNELS = st.sampled_from([nt.nngp(2), nt.nngp(3), nt.ntk(2), nt.ntk(3), nt.arccosine(0)])
TABLE = [Fraction(1, 2), Fraction(1, 3), Fraction(5, 64), 0, Fraction(1, 192), 0]
WRONG = [*TABLE[:4], Fraction(1, 192) * (1 + HAIR), *TABLE[5:]]


# ---- false


@false(
    "only for odd l >= 3", "the odd part of κ1 is u/2", {"ell": 3, "d": 3},
    ell=st.degrees(0, 20), d=st.dimensions(2, 6),
)  # fmt: skip
def relu_eigenvalues_positive(ell, d):
    r"""\mu_\ell(\kappa_1) \ge 10^{-9}, \ell \le 20"""
    return eigenvalue(nt.nngp(2), d, ell) >= HAIR


@false(
    "only for large degrees in high dimension", "μ_l decays like l^-d", {"ell": 60, "d": 8},
    ell=st.degrees(0, 60), d=st.dimensions(2, 8),
)  # fmt: skip
def deep_eigenvalues_large(ell, d):
    r"""\mu_\ell(\Theta_3) \ge 10^{-11}"""
    return eigenvalue(nt.ntk(3), d, ell) >= Fraction(1, 10**11)


@false(
    "only for large degrees in small dimension", "μ_(l+2)/μ_l tends to 1", {"ell": 58, "d": 3},
    ell=st.degrees(1, 58), d=st.dimensions(3, 9),
)  # fmt: skip
def eigenvalues_fall_fast(ell, d):
    r"""\mu_{\ell+2} \le 0.9\,\mu_\ell for \Theta_3, d \ge 3"""
    k = nt.ntk(3)
    return eigenvalue(k, d, ell + 2) <= Fraction(9, 10) * eigenvalue(k, d, ell)


@false(
    "only for large degrees", "the partial sums converge to k(1)", {"L": 80, "d": 3},
    L=st.integers(0, 80), d=st.integers(3, 4),
)  # fmt: skip
def partial_sums_stay_away(L, d):
    r"""\sum_{\ell \le L} N(d,\ell) \mu_\ell \le (1 - 10^{-6}) k(1) for \kappa_1"""
    terms = (harmonics(d, ell) * eigenvalue(nt.nngp(2), d, ell) for ell in range(1, L + 1))
    return sum(terms, eigenvalue(nt.nngp(2), d, 0)) <= 1 - Fraction(1, 10**6)


@false(
    "only for l = 1 and d >= 11", "1 + sqrt(d-1) > 4 from d = 11 on", {"s": 1, "ell": 1, "d": 11},
    s=st.sobolev_orders(0, 3), ell=st.degrees(0, 60), d=st.dimensions(2, 14),
)  # fmt: skip
def definitions_ordered(s, ell, d):
    r"""(1 + \sqrt{\ell(\ell+d-2)})^s \le (1+\ell)^{2s}, s \ge 0"""
    return multiplier(s, ell, d) <= multiplier(s, ell, d, "degree")


@false(
    "only for s in a window of width 0.003", "equality without the factor at s = 1/log 3",
    {"s": Fraction(9102, 10000)}, s=st.rationals(-3, 6),
)  # fmt: skip
def multiplier_above_a_line(s):
    r"""(1 + \sqrt{4})^s \ge (1 + 10^{-6})\,e\,\log(3)\,s"""
    line = quantity(1).exp() * quantity(3).log() * s
    return multiplier(s, 1, 5) >= (1 + Fraction(1, 10**6)) * line


@false(
    "only for s in a window of width 0.0001", "equality without the factor at s = 1/log 4",
    {"s": Fraction(721348, 10**6)}, s=st.rationals(-3, 6),
)  # fmt: skip
def multiplier_above_a_line_by_a_hair(s):
    r"""(1 + \sqrt{9})^s \ge (1 + 10^{-9})\,e\,\log(4)\,s"""
    line = quantity(1).exp() * quantity(4).log() * s
    return multiplier(s, 1, 10) >= (1 + HAIR) * line


@false(
    "only in d = 2",
    "N(2, l) = 2",
    {"d": 2, "ell": 1},
    d=st.dimensions(2, 12),
    ell=st.degrees(0, 40),
)
def harmonics_at_least(d, ell):
    r"""N(d, \ell) \ge 2\ell + 1"""
    return harmonics(d, ell) >= 2 * ell + 1


@false(
    "only in d = 4, by equality", "N(4, l) = (l+1)²", {"d": 4, "ell": 1},
    d=st.integers(4, 20), ell=st.integers(1, 40),
)  # fmt: skip
def harmonics_strictly_below(d, ell):
    r"""N(d, \ell) < (1+\ell)^{d-2}, d \ge 4, \ell \ge 1"""
    return harmonics(d, ell) < quantity(1 + ell) ** (d - 2)


@false(
    "by a factor 1 + 1e-9, next to an irrational point", "P_4 has its least value -3/7 at u² = 3/7",
    {"ell": 4, "u": Fraction(654654, 10**6)},
    ell=st.sampled_from([4, 6, 8, 10, 12]), u=st.cosines(),
)  # fmt: skip
def legendre_above(ell, u):
    r"""P_\ell(u) \ge -\tfrac37 (1 - 10^{-9}), even \ell \ge 4, d = 3"""
    return legendre(ell, 3, u) >= -Fraction(3, 7) * (1 - HAIR)


@false(
    "only at the poles", "P_l(±1) = ±1", {"ell": 2, "d": 3, "u": Fraction(1)},
    ell=st.integers(2, 12), d=st.dimensions(3, 6), u=st.rationals(Fraction(-99, 100), 1),
)  # fmt: skip
def legendre_strictly_below(ell, d, u):
    r"""P_\ell(u) \le 1 - 10^{-12}, \ell \ge 2"""
    return legendre(ell, d, u) <= 1 - HAIR / 1000


@false(
    "at one entry, by a factor 1 + 1e-9", "the table is wrong at l = 4", {"ell": 4},
    ell=st.degrees(0, 5),
)  # fmt: skip
def printed_table(ell):
    r"""\mu_\ell(\Theta_2) = 1/2, 1/3, 5/64, 0, 0.0052083333385\ldots, 0 on S^2"""
    return eigenvalue(nt.ntk(2), 3, ell) == WRONG[ell]


@false(
    "only for large degrees", "the exponent is 3, not 2.9", {"ell": 100}, ell=st.integers(0, 100)
)
def wrong_exponent(ell):
    r"""\mu_\ell(\Theta_2) \ge 0.205\,(1 + \ell)^{-2.9} on S^2, even \ell"""
    even = 2 * (ell // 2)
    bound = Fraction(205, 1000) * multiplier(Fraction(-29, 20), even, 3, "degree")
    return eigenvalue(nt.ntk(2), 3, even) >= bound


# ---- true


@true(
    "equality for l = 0, s = 0, and d = 10, l = 1", "1 + sqrt(l(l+d-2)) <= (1+l)² up to d = 10",
    s=st.sobolev_orders(0, 3), ell=st.degrees(0, 60), d=st.dimensions(2, 10),
)  # fmt: skip
def definitions_ordered_below_eleven(s, ell, d):
    r"""(1 + \sqrt{\ell(\ell+d-2)})^s \le (1+\ell)^{2s}, s \ge 0, d \le 10"""
    return multiplier(s, ell, d) <= multiplier(s, ell, d, "degree")


@true("touches at an irrational s", "a^s >= e log(a) s", s=st.rationals(-3, 6))
def multiplier_above_its_tangent(s):
    r"""(1 + \sqrt{4})^s \ge e\,\log(3)\,s"""
    return multiplier(s, 1, 5) >= quantity(1).exp() * quantity(3).log() * s


@true(
    "equality for l = 0 and d = 4",
    "N(d,l)/N(4,l) as a product",
    d=st.integers(4, 20),
    ell=st.integers(0, 40),
)
def harmonics_at_most(d, ell):
    r"""N(d, \ell) \le (1+\ell)^{d-2}, d \ge 4"""
    return harmonics(d, ell) <= quantity(1 + ell) ** (d - 2)


@true(
    "equality at u = ±1",
    "an average of exponentials",
    ell=st.degrees(0, 25),
    d=st.dimensions(2, 8),
    u=st.cosines(),
)
def legendre_bounded(ell, d, u):
    r"""|P_\ell(u)| \le 1"""
    return abs(legendre(ell, d, u)) <= 1


@true(
    "touches at an irrational point", "relative extremes fall with l (Szegő); P_4 has -3/7",
    ell=st.sampled_from([4, 6, 8, 10, 12]), u=st.cosines(),
)  # fmt: skip
def legendre_least_value(ell, u):
    r"""P_\ell(u) \ge -\tfrac37, even \ell \ge 4, d = 3"""
    return legendre(ell, 3, u) >= -Fraction(3, 7)


@true("0 for many degrees", "Schoenberg", k=KERNELS, ell=st.degrees(0, 30), d=st.dimensions(2, 6))
def eigenvalues_positive(k, ell, d):
    r"""\mu_\ell \ge 0"""
    return eigenvalue(k, d, ell) >= 0


@true(
    "close to equality for l = 0 in high dimension",
    "Σ N μ = k(1)",
    k=KERNELS,
    ell=st.degrees(0, 30),
    d=st.dimensions(2, 6),
)
def one_degree_below_the_value(k, ell, d):
    r"""N(d, \ell) \mu_\ell \le k(1)"""
    return harmonics(d, ell) * eigenvalue(k, d, ell) <= k(quantity(1))


@true(
    "partial sums come close",
    "Σ N μ = k(1), all terms >= 0",
    L=st.integers(0, 40),
    d=st.dimensions(2, 5),
)
def partial_sums(L, d):
    r"""\sum_{\ell \le L} N(d,\ell) \mu_\ell \le k(1)"""
    terms = (harmonics(d, ell) * eigenvalue(nt.nngp(2), d, ell) for ell in range(L + 1))
    return sum(terms, quantity(0)) <= 1


@true("0 = 0", "the odd part of κ1 is u/2", ell=st.integers(1, 20), d=st.dimensions(2, 6))
def parity_zeros(ell, d):
    r"""\mu_{2\ell+1}(\kappa_1) = 0, \ell \ge 1"""
    return eigenvalue(nt.nngp(2), d, 2 * ell + 1) == 0


@true("two equal sides", "κ0(u) + κ0(-u) = 1", d=st.dimensions(2, 12))
def mean_of_the_step_kernel(d):
    r"""\mu_0(\kappa_0) = \tfrac12"""
    return eigenvalue(nt.arccosine(0), d, 0) == Fraction(1, 2)


@true("two equal sides", "the printed table", ell=st.degrees(0, 5))
def correct_table(ell):
    r"""\mu_\ell(\Theta_2) = 1/2, 1/3, 5/64, 0, 1/192, 0 on S^2"""
    return eigenvalue(nt.ntk(2), 3, ell) == TABLE[ell]


@true(
    "two equal sides",
    "three-term recurrence",
    ell=st.integers(1, 20),
    d=st.dimensions(2, 8),
    u=st.cosines(),
)
def recurrence(ell, d, u):
    r"""(\ell+d-2) P_{\ell+1} + \ell P_{\ell-1} = (2\ell+d-2) u P_\ell"""
    left = (ell + d - 2) * legendre(ell + 1, d, u) + ell * legendre(ell - 1, d, u)
    return left == (2 * ell + d - 2) * u * legendre(ell, d, u)


@true("two equal sides", "Funk-Hecke is linear", ell=st.degrees(0, 20), d=st.dimensions(2, 6))
def eigenvalues_add_up(ell, d):
    r"""\mu_\ell(\Theta_2) \le \mu_\ell(u\kappa_0) + \mu_\ell(\kappa_1)"""
    k = nt.ntk(1) * nt.arccosine(0)
    return eigenvalue(nt.ntk(2), d, ell) <= eigenvalue(k, d, ell) + eigenvalue(nt.nngp(2), d, ell)


@true(
    "equality in d = 2, l >= 1",
    "N(d, l) grows with d",
    d=st.dimensions(2, 20),
    ell=st.integers(1, 40),
)
def at_least_two_harmonics(d, ell):
    r"""N(d, \ell) \ge 2, \ell \ge 1"""
    return harmonics(d, ell) >= 2
