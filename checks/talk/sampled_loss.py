r"""The sampled Sobolev loss fᵀ P_s f, and its distance from L_s[f].

(P_s)_ij = Σ_l p_l N(d,l) c_i c_j P_l(<x_i,x_j>), so fᵀ P_s f = Σ p_l Σ_p (Σ_i c_i Y_lp(x_i) f_i)².
This is the loss L_s[f] if Σ_i c_i Y f is the integral of Y f: the c_i are the quadrature weights
themselves (1/n), not their roots; with c_i = 1/sqrt(n) the value is n times too large.

- A quadrature that is exact to degree deg f + lmax gives L_s[f] exactly; one degree less does not.
- Equispaced points of the circle, f with Fourier coefficients that decay as |k|^(-a), a > 1: what
  is sampled at frequency k is Σ_m f_(k+mn), aliases included, and the error is of order n^(-a).
- Independent uniform points, h(x,y) = f(x) f(y) p_s(<x,y>), fᵀ P_s f = n^(-2) Σ_ij h(x_i,x_j):

    E fᵀ P_s f = (1 - 1/n) L_s[f] + (1/n) p_s(1) ‖f‖²,
    n³ Var fᵀ P_s f = 4 (n-1)(n-2) ζ_1 + 2 (n-1) ζ_2 + 4 (n-1) γ + δ,

  with h_1(x) = E h(x,y) = f(x) (P_s f)(x), ζ_1 = Var h_1, ζ_2 = Var h, γ = Cov(h(x,x), h_1(x)) and
  δ = Var h(x,x). The mean is off by n^(-1) with the large constant p_s(1) = Σ p_l N(d,l); a single
  draw is off by more, n^(-1/2), unless f P_s f is constant.
"""

from collections import Counter
from fractions import Fraction
from itertools import product

import sympy as sp

import ntkproofs as nt
from ntkproofs.claims import Claim, identity, nonnegative, premise
from ntkproofs.claims.theorems import ALIASING, DESIGN_ORTHOGONALITY, INDEPENDENT_POINTS
from ntkproofs.matrices.sampled import exact_cosines

HALF = sp.Rational(1, 2)
p0, p1, p2 = sp.symbols("p_0 p_1 p_2", positive=True)
root = sp.Symbol("w", positive=True)
"""The square root of n, so that powers n^q with half-integers q are rational functions."""
n = root**2

sampled_loss = Claim(
    id="talk.sampled-loss",
    statement=r"L_s[f] = f^\top P_s f,\quad c_i = n^{-q},\ q = 1/2",
    source="talk, Practical Implementation; weights as stated for the sampled P_s",
    parameters="quadratures with equal weights exact to degree deg f + lmax, deg f <= lmax; n "
    "independent uniform points, any f with E f⁴ finite; n equispaced points of the circle, "
    "Fourier coefficients of f of order |k|^(-a), a > 1, lmax fixed; the rates are ours",
    constants={
        "q": HALF,
        "exactness": 0,
        "bias": 1,
        "rate": sp.Integer(1),
        "spread": sp.Integer(1),
        "factor": 4,
        "aliasing": sp.Integer(1),
    },
    mutants={"q": [1]},
)

# Quadratures

OCTAHEDRON = [tuple(s * (i == j) for j in range(3)) for i in range(3) for s in (1, -1)]
COSINES = exact_cosines(OCTAHEDRON)
EXACT_TO = 3
MULTIPLIERS = (p0, p1, p2)


def zonal(u, lmax=1):
    """Σ p_l (2l + 1) P_l(u), the kernel of P_s on S² truncated at degree lmax."""
    return sp.Add(
        *(
            nt.harmonic_dimension(3, k) * MULTIPLIERS[k] * nt.gegenbauer(k, 3, rational(u))
            for k in range(lmax + 1)
        )
    )


def rational(u):
    return sp.Rational(u.numerator, u.denominator)


def function(degree):
    """(values at the octahedron, L_s[f]) of f = 2 + 3 x_1, or of f + 6 (x_1² - 1/3)."""
    linear = [2 + 3 * x[0] for x in OCTAHEDRON]
    if degree == 1:
        return linear, 4 * p0 + 3 * p1  # E x_1² = 1/3
    values = [v + 6 * x[0] ** 2 - 2 for v, x in zip(linear, OCTAHEDRON, strict=True)]
    return values, 4 * p0 + 3 * p1 + sp.Rational(16, 5) * p2  # E (x_1² - 1/3)² = 1/5 - 1/9


def double_sum(values, places, lmax=1):
    """Σ_ij f_i f_j p(<x_i, x_j>) over points of the octahedron, given by their places."""
    return sum(values[i] * values[j] * zonal(COSINES[i][j], lmax) for i in places for j in places)


@sampled_loss.certificate(on="the octahedron, degrees 1 and 2, every p_l", part="quadrature")
def on_an_exact_quadrature(q, exactness):
    """The octahedron integrates degree 3 exactly; all f of the file, any multipliers."""
    for degree, lmax in ((1, 1), (1, 2), (2, 2)):
        if degree + lmax + exactness > EXACT_TO:
            continue
        values, loss = function(degree)
        yield identity(
            r"f^\top P_s f = L_s[f]",
            double_sum(values, range(6), lmax) * sp.Integer(6) ** (-2 * q),
            loss,
            least={"p_0": 1, "p_1": 1, "p_2": 1},
            witness={"n": 6, "deg f": degree, "lmax": lmax, "exact to degree": EXACT_TO},
        )


@sampled_loss.proof(relies_on=[DESIGN_ORTHOGONALITY], part="quadrature")
def sums_are_integrals(q):
    """Σ_i Y_lp(x_i) f(x_i) = n f_lp by exactness, so that Σ_i c_i Y f = n^(1-q) f_lp."""
    multiplier, coefficient = sp.symbols("p_l f_lp", positive=True)
    sampled = multiplier * (n * coefficient * root ** (-2 * q)) ** 2
    yield identity(r"p_l (\sum_i c_i Y f)^2 = p_l f_{lp}^2", sampled, multiplier * coefficient**2)


# Random points

square, loss, top, cross = sp.symbols("N_f L_s p_s1 E_Dh1")
diagonal_square, projection_square, kernel_square = sp.symbols("E_D2 E_h12 E_h2")
"""‖f‖², L_s[f], p_s(1), E h(x,x) h_1(x); E h(x,x)², E h_1(x)², E h(x,y)²."""


def partitions(size):
    """The partitions of 0..size-1: for each place the number of its block, in order."""
    found = [()]
    for _ in range(size):
        found = [(*p, b) for p in found for b in range(max(p, default=-1) + 2)]
    return found


def falling(count):
    """n (n-1) ... (n-count+1): in how many ways count different ones of n points are chosen."""
    return sp.Mul(*(n - k for k in range(count)))


def mean_of_h(places):
    """E h(x_i,x_j): p_s(1) ‖f‖² if the points coincide, since h(x,x) = p_s(1) f(x)²."""
    return square * top if places[0] == places[1] else loss


def mean_of_two(places):
    """E h(x_i,x_j) h(x_k,x_l), by which of i, j, k, l coincide."""
    first, second = places[:2], places[2:]
    shared = len(set(first) & set(second))
    if not shared:
        return mean_of_h(first) * mean_of_h(second)
    loops = (first[0] == first[1]) + (second[0] == second[1])
    if loops:
        return diagonal_square if loops == 2 else cross
    return kernel_square if shared == 2 else projection_square


def moment(size, mean):
    """E of the sum over all i_1..i_size of products of h: each partition of the places once."""
    return sp.Add(*(falling(max(p) + 1) * mean(p) for p in partitions(size)))


@sampled_loss.proof(relies_on=[INDEPENDENT_POINTS], part="random points: mean")
def mean_for_every_n(bias, rate):
    """n diagonal terms p_s(1) ‖f‖² and n(n-1) others L_s, divided by n²."""
    mean = moment(2, mean_of_h) / n**2
    yield identity(
        r"E f^\top P_s f = (1 - n^{-1}) L_s + n^{-1} p_s(1) \|f\|^2",
        mean,
        (1 - 1 / n) * loss + bias * top * square / n,
    )
    yield identity(
        r"E f^\top P_s f - L_s = (p_s(1) \|f\|^2 - L_s) n^{-r}",
        mean - loss,
        (bias * top * square - loss) * root ** (-2 * rate),
    )


@sampled_loss.proof(relies_on=[INDEPENDENT_POINTS], part="random points: spread")
def variance_for_every_n(spread, factor):
    """Fifteen ways in which i, j, k, l coincide; the leading term of the variance is 4 ζ_1/n."""
    variance = sp.expand((moment(4, mean_of_two) - moment(2, mean_of_h) ** 2) / n**4)
    zeta1, zeta2 = projection_square - loss**2, kernel_square - loss**2
    gamma = cross - square * top * loss
    delta = diagonal_square - (square * top) ** 2
    rest = 2 * (n - 1) * zeta2 + 4 * (n - 1) * gamma + delta
    yield identity(
        r"n^3 \mathrm{Var} = 4 (n-1)(n-2) \zeta_1 + 2 (n-1) \zeta_2 + 4 (n-1) \gamma + \delta",
        variance * n**3,
        factor * (n - 1) * (n - 2) * zeta1 + rest,
    )
    t = sp.Symbol("t", positive=True)  # n^(-1/2)
    powers = sp.Poly(sp.expand(variance.subs(root, 1 / t)), t)
    for order in range(int(2 * spread)):
        yield identity(r"no term of lower order", powers.coeff_monomial(t**order), 0)
    leading = powers.coeff_monomial(t ** int(2 * spread))
    yield identity(r"\mathrm{Var} \sim 4 \zeta_1 n^{-v}", leading, factor * zeta1)


def uniform_mean(value, count):
    """The mean of value(i, j, ...) over independent uniform points of the octahedron."""
    total = sp.Add(*(value(*draw) for draw in product(range(6), repeat=count)))
    return sp.expand(total / sp.Integer(6**count))


@sampled_loss.certificate(
    on="n = 1..3 independent points, uniform on the octahedron", part="random points: mean"
)
def mean_over_all_draws(bias):
    """E fᵀ P f with c_i = 1/n, over all draws of n points, against the formula, exactly."""
    values, exact_loss = function(1)
    variance_term = uniform_mean(lambda i: values[i] ** 2, 1) * zonal(Fraction(1))
    for count in (1, 2, 3):
        mean = uniform_mean(lambda *draw: double_sum(values, draw), count) / count**2
        expected = (1 - sp.Rational(1, count)) * exact_loss + bias * variance_term / count
        yield identity(rf"E f^\top P_s f,\ n = {count}", mean, expected, witness={"n": count})


@sampled_loss.certificate(
    on="n = 1..3 independent points, uniform on the octahedron", part="random points: spread"
)
def variance_over_all_draws(factor):
    """The variance of fᵀ P f over all draws against its formula; there ζ_1 > 0."""
    values, exact_loss = function(1)

    def h(i, j):
        return values[i] * values[j] * zonal(COSINES[i][j])

    h1 = [uniform_mean(lambda j, i=i: h(i, j), 1) for i in range(6)]
    diagonal = uniform_mean(lambda i: h(i, i), 1)
    zeta1 = uniform_mean(lambda i: h1[i] ** 2, 1) - exact_loss**2
    zeta2 = uniform_mean(lambda i, j: h(i, j) ** 2, 2) - exact_loss**2
    least = {"p_0": 0, "p_1": 0}
    yield premise(nonnegative(r"\zeta_1 >= 12 p_0^2", zeta1 - 12 * p0**2, least))
    gamma = uniform_mean(lambda i: h(i, i) * h1[i], 1) - diagonal * exact_loss
    delta = uniform_mean(lambda i: h(i, i) ** 2, 1) - diagonal**2
    for count in (1, 2, 3):
        draws = Counter(tuple(sorted(draw)) for draw in product(range(6), repeat=count))
        sums = {draw: sp.expand(double_sum(values, draw)) for draw in draws}
        mean, second = (
            sp.expand(sum(times * sums[draw] ** power for draw, times in draws.items()) / 6**count)
            for power in (1, 2)
        )
        expected = factor * (count - 1) * (count - 2) * zeta1
        expected += 2 * (count - 1) * zeta2 + 4 * (count - 1) * gamma + delta
        yield identity(
            rf"n \mathrm{{Var}} \sum_{{ij}} h_{{ij}} / n^2,\ n = {count}",
            sp.expand((second - mean**2) / count),
            expected,
            witness={"n": count},
        )


# Equispaced points of the circle

BERNOULLI = {2: sp.Rational(1, 6), 4: sp.Rational(-1, 30), 6: sp.Rational(1, 42)}
"""B_a(0); the Bernoulli polynomial B_a(θ/2π) has Fourier coefficients -a!/(2πik)^a, k ≠ 0."""


def sum_of_bernoulli(a, count, size):
    """Σ_(j<count) B_a(j/size) by Faulhaber's formula, a polynomial in count."""
    x = sp.Symbol("x")
    coefficients = enumerate(reversed(sp.Poly(sp.bernoulli(a, x), x).all_coeffs()))
    return sp.Add(
        *(
            c * (sp.bernoulli(k + 1, count) - sp.bernoulli(k + 1, sp.S.Zero)) / (k + 1) / size**k
            for k, c in coefficients
        )
    )


@sampled_loss.proof(
    relies_on=[ALIASING],
    part="circle",
    covers="for |k| <= lmax and n >= 2 lmax the aliases k + mn, m ≠ 0, are at least (|m| - 1/2) n "
    "in size, and Σ (|m| - 1/2)^(-a) converges for a > 1: the error is O(n^(-a)) for every f; the "
    "Bernoulli polynomials attain it",
)
def error_by_aliases(aliasing):
    """f = c + B_a(θ/2π) has the mean c + B_a n^(-a) at n equispaced points, so the error is n^(-a).

    For lmax = 0 and p_0 = 1, L_s = c² and fᵀ P_s f = (c + B_a n^(-a))².
    """
    lmax, more, m = sp.symbols("lmax e m", nonnegative=True)
    size = 2 * lmax + more
    gap = sp.expand(m * size - lmax - (m - HALF) * size)
    yield premise(
        nonnegative(
            "|m| n - lmax >= (|m| - 1/2) n for n >= 2 lmax", gap, {"lmax": 0, "e": 0, "m": 1}
        )
    )
    j, size, c, t = sp.symbols("j n c t", positive=True)
    for a, constant in BERNOULLI.items():
        step = sum_of_bernoulli(a, j + 1, size) - sum_of_bernoulli(a, j, size)
        yield identity(r"T(j+1) - T(j) = B_a(j/n)", step, sp.bernoulli(a, j / size))
        yield identity(r"T(0) = 0", sum_of_bernoulli(a, sp.S.Zero, size), 0)
        mean = constant * size**-a
        yield identity(r"T(n)/n = B_a n^{-a}", sum_of_bernoulli(a, size, size) / size, mean)
        error = sp.Poly(sp.expand((c + mean.subs(size, 1 / t)) ** 2 - c**2), t)
        order = int(a * aliasing)
        for lower in range(order):
            yield identity("no term of lower order", error.coeff_monomial(t**lower), 0)
        leading = error.coeff_monomial(t**order)
        yield identity(r"f^\top P_s f - L_s \sim C\,n^{-a}", leading, 2 * c * constant)


sampled_loss.amend(
    r"L_s[f] = f^\top P_s f \text{ with } c_i = n^{-1} \text{ on quadratures exact to degree } "
    r"\deg f + \ell_{\max}; \text{ on the circle, } O(n^{-a}); \text{ random points: } "
    r"E f^\top P_s f = (1 - \tfrac1n) L_s + \tfrac1n p_s(1) \|f\|^2,\ "
    r"\mathrm{Var} = 4 \mathrm{Var}(f P_s f)\,n^{-1} + O(n^{-2})",
    q=1,
    mutants={
        "q": [HALF, sp.Rational(3, 2)],
        "exactness": [-1, -2],
        "bias": [0, sp.Rational(101, 100), -1],
        "rate": [0, HALF, sp.Rational(3, 2), 2],
        "spread": [0, HALF, sp.Rational(3, 2), 2],
        "factor": [2, sp.Rational(101, 25)],
        "aliasing": [HALF, sp.Rational(3, 2), 2],
    },
)
