"""Conjectures of known truth about kernels on [-1, 1], depth laws and cosine maps."""

from __future__ import annotations

from fractions import Fraction
from functools import partial

import ntkproofs as nt
from ntkproofs.conjectures import PI, assume, quantity, st
from ntkproofs.kernels.networks import cosine_map
from tests.benchmarks.corpus_entries import Corpus, false_in, true_in

KERNELS: Corpus = []
true, false = partial(true_in, KERNELS), partial(false_in, KERNELS)

HAIR = Fraction(1, 10**9)
LEAST = Fraction(1367897967380554671569, 10**22)
"""-min Θ_2 = 0.13678979673805546715694857..., at u = -0.7940998648103225..."""
MOST = Fraction(6377489502849517017932, 10**22)
"""max κ1(u) arccos u = 0.63774895028495170179324..., at u = 0.4968585698974645..."""
DEEP = st.depths(2, 12)
U = st.cosines()


# ---- false


@false("only at depth 2", "Θ_2 < 0 on an interval", {"L": 2, "u": Fraction(-1, 2)}, L=DEEP, u=U)
def tangent_kernels_positive(L, u):
    r"""\Theta_L(u) \ge 0"""
    return nt.ntk(L)(quantity(u)) >= 0


@false(
    "by a factor 1 + 1e-9, next to an irrational point", "the least value is attained",
    {"u": Fraction(-7941, 10000)}, u=U,
)  # fmt: skip
def least_value(u):
    r"""\Theta_2(u) \ge (1 - 10^{-7}) \min \Theta_2"""
    return nt.ntk(2)(quantity(u)) >= -LEAST * (1 - 100 * HAIR)


@false(
    "by a factor 1 + 1e-9, next to an irrational point", "the largest value is attained",
    {"u": Fraction(49685857, 10**8)}, u=U,
)  # fmt: skip
def largest_value(u):
    r"""\kappa_1(u) \arccos u \le (1 - 10^{-9}) \max"""
    x = quantity(u)
    return nt.nngp(2)(x) * x.arccos() <= MOST * (1 - HAIR)


@false(
    "only within 1e-5 of u = 1", "κ1(1-t) - 1 + t is 2√2/(3π) t^(3/2)(1 + O(t))",
    {"u": 1 - Fraction(1, 10**8)}, u=st.rationals(-1, 1 - Fraction(1, 10**9)),
)  # fmt: skip
def expansion_constant(u):
    r"""\kappa_1(u) - u \ge (1 + 10^{-6}) \tfrac{2\sqrt2}{3\pi} (1-u)^{3/2}"""
    t = quantity(1 - u)
    bound = 2 * quantity(2).sqrt() / (3 * PI) * t * t.sqrt()
    return nt.nngp(2)(quantity(u)) - u >= (1 + Fraction(1, 10**6)) * bound


@false(
    "only for pairs next to ±1", "κ0 has the slope 1/(π sqrt(1-u²))",
    {"u": Fraction(1), "v": 1 - Fraction(1, 10**9)}, u=U, v=U,
)  # fmt: skip
def step_kernel_lipschitz(u, v):
    r"""|\kappa_0(u) - \kappa_0(v)| \le 1000 |u - v|"""
    k = nt.arccosine(0)
    return abs(k(quantity(u)) - k(quantity(v))) <= 1000 * abs(u - v)


@false(
    "only for L >= 16 or so",
    "the limit is 9π²/2",
    {"L": 24, "u": Fraction(-1)},
    L=st.depths(2, 24),
    u=U,
)
def depth_law(L, u):
    r"""L^2 (1 - \Sigma_L(u)) \le 22"""
    return L * L * (1 - nt.nngp(L)(quantity(u))) <= 22


@false(
    "only at depth 2 and 3",
    "Θ_L(-1)/L is 0, 0.106, 0.171, ...",
    {"L": 3, "u": Fraction(-1)},
    L=DEEP,
    u=U,
)
def normalised_tangent(L, u):
    r"""\Theta_L(u) \ge L/8, L \ge 3"""
    assume(L >= 3)
    return nt.ntk(L)(quantity(u)) >= Fraction(L, 8)


@false(
    "only next to u = -1, at some depths", "Θ_L falls next to -1",
    {"L": 3, "u": Fraction(-1), "v": Fraction(-9, 10)}, L=st.depths(3, 8), u=U, v=U,
)  # fmt: skip
def tangent_kernels_increase(L, u, v):
    r"""\Theta_L(u) \le \Theta_L(v) for u \le v, L \ge 3"""
    assume(u <= v)
    return nt.ntk(L)(quantity(u)) <= nt.ntk(L)(quantity(v))


@false(
    "only for b >= 3 a", "Δ -> 1: ϱ_Δ(-1) = 2Δ - 1",
    {"slopes": (0, 1), "u": Fraction(-1)}, slopes=st.activation_slopes(), u=U,
)  # fmt: skip
def cosine_map_bounded(slopes, u):
    r"""\varrho(u) \le \tfrac{9}{10} + \tfrac{1}{10} u"""
    a, b = slopes
    return cosine_map(Fraction(b * b, a * a + b * b))(quantity(u)) <= Fraction(9, 10) + u / 10


@false("only for u = v", "strict convexity", {"u": Fraction(0), "v": Fraction(0)}, u=U, v=U)
def strictly_convex(u, v):
    r"""\kappa_1(\tfrac{u+v}{2}) < \tfrac{\kappa_1(u) + \kappa_1(v)}{2} - 10^{-12}"""
    k = nt.nngp(2)
    middle = (k(quantity(u)) + k(quantity(v))) / 2
    return k(quantity((u + v) / 2)) <= middle - HAIR / 1000


@false("only at u = 1, for every depth", "Σ_L(1) = 1", {"L": 2, "u": Fraction(1)}, L=DEEP, u=U)
def covariance_below_one(L, u):
    r"""\Sigma_L(u) \le 1 - 10^{-12}"""
    return nt.nngp(L)(quantity(u)) <= 1 - HAIR / 1000


@false("only at a single u", "κ0(u) = 1/3 at u = -1/2 only", {"u": Fraction(-1, 2)}, u=U)
def misses_a_third(u):
    r"""|\kappa_0(u) - \tfrac13| \ge 10^{-9}"""
    return abs(nt.arccosine(0)(quantity(u)) - Fraction(1, 3)) >= HAIR


@false(
    "only for three points, at one irrational angle", "the maximum of κ0(u)(1 - u)",
    {"u": Fraction(-2611892, 10**7)}, u=U,
)  # fmt: skip
def product_bounded(u):
    r"""\kappa_0(u)(1 - u) \le 0.5245101134"""
    return nt.arccosine(0)(quantity(u)) * (1 - u) <= Fraction(5245101134, 10**10)


# ---- true


@true("equality at u = 1", "Cauchy-Schwarz", L=DEEP, u=U)
def bounded_by_the_diagonal(L, u):
    r"""|\Theta_L(u)| \le L"""
    return abs(nt.ntk(L)(quantity(u))) <= L


@true("equality at u = 1", "κ1 is convex with slope 1 at 1", u=U)
def relu_kernel_above_the_identity(u):
    r"""\kappa_1(u) \ge u"""
    return nt.nngp(2)(quantity(u)) >= u


@true("equality at u = 1", "ϱ' <= 1, ϱ(1) = 1", slopes=st.activation_slopes(), u=U)
def cosine_map_above_the_identity(slopes, u):
    r"""\varrho(u) \ge u"""
    a, b = slopes
    return cosine_map(Fraction(b * b, a * a + b * b))(quantity(u)) >= u


@true("equality at u = ±1", "ϱ lies between |u| and 1", slopes=st.activation_slopes(), u=U)
def cosine_map_at_most_one(slopes, u):
    r"""\varrho(u) \le 1"""
    a, b = slopes
    return cosine_map(Fraction(b * b, a * a + b * b))(quantity(u)) <= 1


@true("two equal sides", "arccos(-u) = π - arccos u", u=U)
def step_kernel_reflected(u):
    r"""\kappa_0(u) + \kappa_0(-u) = 1"""
    k = nt.arccosine(0)
    return k(quantity(u)) + k(quantity(-u)) == 1


@true("two equal sides", "the odd part of κ1", u=U)
def relu_kernel_reflected(u):
    r"""\kappa_1(u) - \kappa_1(-u) = u"""
    k = nt.nngp(2)
    return k(quantity(u)) - k(quantity(-u)) == u


@true("two equal sides", "Θ_L(1) = L", L=st.depths(2, 20))
def diagonal_of_tangent_kernels(L):
    r"""\Theta_L(1) \ge L"""
    return nt.ntk(L)(quantity(1)) >= L


@true(
    "the quotient tends to 1 at u = 1", "all coefficients of the series in t are positive",
    u=st.rationals(-1, 1 - Fraction(1, 10**9)),
)  # fmt: skip
def expansion_from_below(u):
    r"""\kappa_1(u) - u \ge \tfrac{2\sqrt2}{3\pi} (1-u)^{3/2}"""
    t = quantity(1 - u)
    return nt.nngp(2)(quantity(u)) - u >= 2 * quantity(2).sqrt() / (3 * PI) * t * t.sqrt()


@true("touches at an irrational point", "the least value", u=U)
def least_value_holds(u):
    r"""\Theta_2(u) \ge \min \Theta_2"""
    return nt.ntk(2)(quantity(u)) >= -LEAST - HAIR**2


@true("touches at an irrational point", "the largest value", u=U)
def largest_value_holds(u):
    r"""\kappa_1(u) \arccos u \le \max"""
    x = quantity(u)
    return nt.nngp(2)(x) * x.arccos() <= MOST + HAIR**2


@true("equality for u = v", "κ1 is convex", u=U, v=U)
def convex(u, v):
    r"""\kappa_1(\tfrac{u+v}{2}) \le \tfrac{\kappa_1(u) + \kappa_1(v)}{2}"""
    k = nt.nngp(2)
    return k(quantity((u + v) / 2)) <= (k(quantity(u)) + k(quantity(v))) / 2


@true("equality for u = v", "κ1 increases", L=DEEP, u=U, v=U)
def covariances_increase(L, u, v):
    r"""\Sigma_L(u) \le \Sigma_L(v) for u \le v"""
    assume(u <= v)
    return nt.nngp(L)(quantity(u)) <= nt.nngp(L)(quantity(v))


@true("equality at u = 1", "κ1(u) >= u, layer by layer", L=DEEP, u=U)
def covariances_grow_with_depth(L, u):
    r"""\Sigma_{L+1}(u) \ge \Sigma_L(u)"""
    return nt.nngp(L + 1)(quantity(u)) >= nt.nngp(L)(quantity(u))


@true("two equal sides", "the ReLU is a = b", L=DEEP, u=U)
def edge_of_chaos_is_relu(L, u):
    r"""\Theta^{(1,1)}_L(u) \le \Theta_L(u)"""
    return nt.eoc(L, 1, 1)(quantity(u)) <= nt.ntk(L)(quantity(u))


@true("equality at u = ±1", "|sin| <= 1", u=U)
def pythagoras(u):
    r"""u^2 + \sin^2(\arccos u) = 1"""
    x = quantity(u)
    sine = (1 - x * x).sqrt()
    return x * x + sine * sine == 1
