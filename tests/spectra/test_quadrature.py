"""The double-double rules and projections against balls, rationals and closed forms."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from functools import lru_cache
from math import comb, factorial

import flint
import mpmath
import numpy as np
import pytest

from ntkproofs.spectra import quadrature as dd
from ntkproofs.spectra.quadrature import (
    AngleRule,
    Pair,
    angle_rule,
    float_projections,
    multiply,
    pair_from,
    power,
    zonal_projections,
)

UNIT = 2.0**-104  # a pair has two times 53 bits; the primitives lose a bit or two of these


@pytest.fixture(autouse=True)
def _precision():
    bits = flint.ctx.prec
    flint.ctx.prec = 300
    with mpmath.workprec(300):
        yield
    flint.ctx.prec = bits


def exact(pair, *index):
    return Fraction(float(pair[0][index])) + Fraction(float(pair[1][index]))


def scalar(parts):
    return sum((Fraction(part) for part in parts), Fraction(0))


def ball(pair, index):
    return flint.arb(float(pair.hi[index])) + flint.arb(float(pair.lo[index]))


def mpf(pair, index):
    return mpmath.mpf(float(pair.hi[index])) + mpmath.mpf(float(pair.lo[index]))


def from_mpf(numbers):
    high = np.array([float(x) for x in numbers])
    low = np.array([float(x - mpmath.mpf(h)) for x, h in zip(numbers, high.tolist(), strict=True)])
    return Pair(high, low)


def error(value, expected):
    """Relative error of a ball or mpmath number, as a float."""
    ratio = abs(value / expected - 1)
    return float(ratio.mid()) if isinstance(ratio, flint.arb) else float(ratio)


def random_pairs(count, seed, spread=40):
    """Pairs over many binades, with low parts of every size down to none, of both signs."""
    rng = np.random.default_rng(seed)
    high = rng.uniform(-1, 1, count) * 2.0 ** rng.integers(-spread, spread, count)
    low = high * rng.uniform(-1, 1, count) * 2.0 ** -rng.integers(54, 70, count)
    low[:: count // 10] = 0.0
    return [(float(h), float(v)) for h, v in zip(high, low, strict=True)]


# The primitives


def test_error_free_transformations_are_exact():
    for (a, a_lo), (b, b_lo) in zip(random_pairs(500, 1), random_pairs(500, 2), strict=True):
        assert scalar(dd._two_sum(a, b)) == Fraction(a) + Fraction(b)
        assert dd._two_sum(a, b)[0] == a + b
        assert scalar(dd._quick_two_sum(a, a_lo)) == Fraction(a) + Fraction(a_lo)
        assert scalar(dd._two_product(a, b)) == Fraction(a) * Fraction(b)
        assert scalar(dd._two_product(a_lo, b_lo)) == Fraction(a_lo) * Fraction(b_lo)
        assert dd._two_product(a, b)[0] == a * b


def near(a, low):
    """A pair that cancels ``a`` to its last double digit, so that only the low parts count."""
    high = -float(np.nextafter(a[0], 0.0))
    return (high, high * low)


def test_pair_operations_are_relatively_accurate():
    ones, twos = random_pairs(500, 3), random_pairs(500, 4)
    lows = 2.0**-55 * np.random.default_rng(7).uniform(-1, 1, 500)
    cancelling = [(a, near(a, float(low))) for a, low in zip(ones, lows, strict=True)]
    for a, b in [*zip(ones, twos, strict=True), *cancelling]:
        x, y = scalar(a), scalar(b)
        for result, expected in (
            (dd._add(a, b), x + y),
            (dd._subtract(a, b), x - y),
            (dd._multiply(a, b), x * y),
            (dd._divide(a, b), x / y),
        ):
            assert abs(scalar(result) - expected) <= UNIT * abs(expected)
            assert result[0] == result[0] + result[1]  # the parts do not overlap


def test_triples_keep_what_pairs_round_away():
    for (a, a_lo), (b, b_lo) in zip(random_pairs(500, 5, 3), random_pairs(500, 6, 3), strict=True):
        x, y = (a, a_lo, a_lo * 2.0**-54), (b, b_lo, -b_lo * 2.0**-54)
        expected = scalar(x) - scalar(y)
        size = abs(scalar(x)) + abs(scalar(y))
        assert abs(scalar(dd._subtract_triples(x, y)) - expected) <= Fraction(2) ** -150 * size


@pytest.mark.parametrize("x", [0.0, 1e-250, 1e-9, 0.1, 0.5, 0.78539816])
def test_sine_and_cosine(x):
    sine, cosine = dd._sine_cosine((x, x * 2.0**-55))
    angle = mpmath.mpf(x) * (1 + mpmath.mpf(2) ** -55)
    assert abs(mpmath.fsum(sine) - mpmath.sin(angle)) <= 4 * UNIT * mpmath.sin(angle)
    assert abs(mpmath.fsum(cosine) - mpmath.cos(angle)) <= 4 * UNIT * mpmath.cos(angle)


def test_importing_compiles_nothing():
    code = (
        "from ntkproofs.spectra import quadrature as q\n"
        "jitted = [f for f in vars(q).values() if hasattr(f, 'signatures')]\n"
        "assert len(jitted) > 10 and not any(f.signatures for f in jitted)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# The rule

FIELDS = ("angle", "cosine", "sine", "weight")


@lru_cache
def arb_rule(n):
    """Angle, cosine, sine and weight of the left half, from certified Legendre roots."""
    rows = []
    for k in range((n + 1) // 2):
        x, weight = flint.arb.legendre_p_root(n, k, weight=True)
        angle = flint.arb.pi() / 2 * (1 - x)
        rows.append((angle, angle.cos(), angle.sin(), weight * flint.arb.pi() / 2))
    return rows


@pytest.mark.parametrize("n", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 64, 257, 900])
def test_rule_against_certified_roots(n):
    # Measured, largest over n: angle 3e-32, cosine 2e-32, sine 3e-32, weight 1.1e-31.
    rule = angle_rule(n)
    worst = dict.fromkeys(FIELDS, 0.0)
    for j, row in enumerate(arb_rule(n)):
        for name, expected in zip(FIELDS, row, strict=True):
            if 2 * j + 1 == n and name == "cosine":
                assert ball(rule.cosine, j) == 0
            else:
                found = error(ball(getattr(rule, name), j), expected)
                worst[name] = max(worst[name], found)
        mirrored = flint.arb.pi() - row[0]
        worst["angle"] = max(worst["angle"], error(ball(rule.angle, n - 1 - j), mirrored))
    assert max(worst["angle"], worst["cosine"], worst["sine"]) < 6e-32, worst
    assert worst["weight"] < 2e-31, worst


def test_large_rule_keeps_its_digits():
    n = 3001
    rule = angle_rule(n)
    for k in (0, 1, 2, 17, 700, 1499, 1500):
        x, weight = flint.arb.legendre_p_root(n, k, weight=True)
        assert error(ball(rule.weight, k), weight * flint.arb.pi() / 2) < 2e-31
        if k < 1500:
            assert error(ball(rule.cosine, k), (flint.arb.pi() / 2 * (1 - x)).cos()) < 6e-32


@pytest.mark.parametrize("n", [7, 90])
def test_cosine_and_sine_against_mpmath(n):
    rule = angle_rule(n)
    for k in range(n // 2):
        x = flint.arb.legendre_p_root(n, k)
        angle = mpmath.pi / 2 * (1 - mpmath.mpf(x.str(80, radius=False)))
        assert error(mpf(rule.cosine, k), mpmath.cos(angle)) < 6e-32
        assert error(mpf(rule.sine, k), mpmath.sin(angle)) < 6e-32


@pytest.mark.parametrize("n", [1, 2, 3, 20, 33, 900])
def test_rule_is_exactly_symmetric_ascending_and_complete(n):
    rule = angle_rule(n)
    for part in range(2):
        assert np.array_equal(rule.cosine[part], -rule.cosine[part][::-1])
        assert np.array_equal(rule.sine[part], rule.sine[part][::-1])
        assert np.array_equal(rule.weight[part], rule.weight[part][::-1])
    assert np.all(np.diff(rule.angle.hi) > 0)
    for pair in (rule.angle, rule.cosine, rule.sine, rule.weight):
        assert pair.hi.shape == pair.lo.shape == (n,)
        assert np.array_equal(pair.hi + pair.lo, pair.hi)
    total = sum(exact(rule.weight, j) for j in range(n))
    assert error(mpmath.mpf(total.numerator) / total.denominator, mpmath.pi) < 1e-31


def test_rule_is_cached_and_read_only():
    rule = angle_rule(12)
    assert isinstance(rule, AngleRule)
    assert angle_rule(12) is rule
    with pytest.raises(ValueError, match="read-only"):
        rule.weight.hi[0] = 0.0


# Pairs


def test_pair_from_copies():
    source = np.array([[1.5, -2.0]])
    pair = pair_from(source)
    source[0, 0] = 7.0
    assert pair.hi.tolist() == [[1.5, -2.0]]
    assert pair.lo.tolist() == [[0.0, 0.0]]


def test_multiply_and_power_keep_shape_and_digits():
    numbers = random_pairs(60, 8, spread=1)
    pair = Pair(*(np.array(part).reshape(3, 20) for part in zip(*numbers, strict=True)))
    for index in np.ndindex(3, 20):
        x = exact(pair, *index)
        assert abs(exact(multiply(pair, pair), *index) / x**2 - 1) <= UNIT
        for exponent in (1, 2, 3, 10):
            found = exact(power(pair, exponent), *index)
            assert abs(found / x**exponent - 1) <= exponent * UNIT
    assert power(pair, 0).hi.tolist() == np.ones((3, 20)).tolist()
    assert power(pair, 3).lo.shape == (3, 20)


def test_high_power_of_the_sine_underflows_quietly():
    rule = angle_rule(900)
    found = power(rule.sine, 998)
    assert found.hi[0] == found.lo[0] == 0.0
    for j in (300, 449):
        assert error(mpf(found, j), mpf(rule.sine, j) ** 998) < 3e-29


# Projections


def sphere_constant(dim):
    d = mpmath.mpf(dim)
    return mpmath.gamma(d / 2) / (mpmath.sqrt(mpmath.pi) * mpmath.gamma((d - 1) / 2))


def eigenvalues(kernel, rule, dim, max_degree):
    """``mu_0 .. mu_max_degree`` of a kernel given by its values at the nodes."""
    values = multiply(multiply(kernel, rule.weight), power(rule.sine, dim - 2))
    sums = zonal_projections(rule.cosine, values, dim, max_degree)
    constant = sphere_constant(dim)
    return [constant * mpf(sums, degree) for degree in range(max_degree + 1)]


def moment(m, degree, dim):
    """``E[u^m P_l(u)]`` by Rodrigues' formula and l integrations by parts, a rational number."""
    if m < degree or (m - degree) % 2:
        return Fraction(0)
    value = Fraction(factorial(m), factorial(m - degree) * 2**degree)
    half = Fraction(1, 2)
    for k in range(degree):  # the beta integral of u^(m-l) (1-u²)^l, over Pochhammer symbols
        value /= half * (dim - 1) + k
        value *= (half * (dim - 1) + k) / (half * dim + k)
    for k in range((m - degree) // 2):
        value *= (half + k) / (half * dim + degree + k)
    return value


@pytest.mark.parametrize(("dim", "n"), [(2, 40), (3, 40), (4, 41), (10, 50), (1000, 900)])
def test_moments(dim, n):
    rule = angle_rule(n)
    for m in range(8):
        found = eigenvalues(power(rule.cosine, m), rule, dim, 9)
        for degree, value in enumerate(found):
            expected = moment(m, degree, dim)
            if expected:
                ratio = value * expected.denominator / expected.numerator
                assert error(ratio, 1) < (1e-30 if dim < 1000 else 1e-26), (m, degree)
            else:  # by symmetry or by orthogonality to lower powers
                assert abs(value) < 5e-32, (m, degree)


def gegenbauer(dim, degree, u):
    if dim == 2:
        return u.chebyshev_t(degree)
    order = flint.arb(dim - 2) / 2
    return u.gegenbauer_c(degree, order) / flint.arb(1).gegenbauer_c(degree, order)


@pytest.mark.parametrize("dim", [2, 3, 10, 1000])
@pytest.mark.parametrize("angle", [0.05, 0.7, 1.5, 3.0])
def test_single_node_gives_the_polynomials(dim, angle):
    node = from_mpf([mpmath.cos(mpmath.mpf(angle))])
    found = zonal_projections(node, pair_from([1.0]), dim, 2500)
    flint.ctx.prec = 8000  # the balls of these polynomials lose thousands of bits
    for degree in (0, 1, 2, 3, 10, 101, 1000, 2500):
        expected = gegenbauer(dim, degree, ball(node, 0))
        # Relative to the amplitude, since P_l may be near a zero; measured 1.2e-29.
        size = abs(expected) + abs(gegenbauer(dim, degree + 1, ball(node, 0)))
        assert abs(ball(found, degree) - expected) < 4e-29 * size + 1e-300, degree


@pytest.mark.parametrize("dim", [2, 3, 10])
def test_polynomials_are_orthogonal(dim):
    rule, m = angle_rule(64), 9
    nodes = [ball(rule.cosine, j) for j in range(64)]
    polynomial = [gegenbauer(dim, m, u) for u in nodes]
    kernel = from_mpf([mpmath.mpf(x.str(60, radius=False)) for x in polynomial])
    dimension = comb(m + dim - 1, m) - comb(m + dim - 3, m - 2)
    for degree, value in enumerate(eigenvalues(kernel, rule, dim, 20)):
        assert abs(value * dimension - (degree == m)) < 1e-28, degree


def arc_cosine_zero(rule):
    """``(π - θ) / π``; the nodes are symmetric, so that π - θ is the angle read backwards."""
    inverse = from_mpf([1 / mpmath.pi] * rule.angle.hi.size)
    return multiply(Pair(rule.angle.hi[::-1], rule.angle.lo[::-1]), inverse)


def arc_cosine_zero_eigenvalue(degree, dim):
    """``2 c_l²`` with ``c_l = Γ(d/2) / (2 Γ(1 - l/2) Γ((l + d)/2))``; 1/2 at l = 0."""
    if degree == 0:
        return mpmath.mpf(1) / 2
    half = mpmath.mpf(degree) / 2
    c = mpmath.gamma(mpmath.mpf(dim) / 2) * mpmath.rgamma(1 - half) / 2
    return 2 * (c * mpmath.rgamma(half + mpmath.mpf(dim) / 2)) ** 2


def test_arc_cosine_kernel_on_the_sphere():
    rule = angle_rule(60)
    found = eigenvalues(arc_cosine_zero(rule), rule, 3, 6)
    for value, expected in zip(found, (256, 64, 0, 4, 0, 1, 0), strict=True):
        assert abs(value - mpmath.mpf(expected) / 512) < 5e-32


@pytest.mark.parametrize(
    ("dim", "degree", "bound"),
    # Measured with 900 nodes: 3e-24, 2e-24, 4e-23, 9e-17 at degree 999.
    [(2, 999, 2e-23), (3, 999, 2e-23), (4, 999, 4e-22), (10, 999, 2e-15), (10, 51, 2e-24)],
)
def test_high_eigenvalues_against_the_closed_form(dim, degree, bound):
    rule = angle_rule(900)
    found = eigenvalues(arc_cosine_zero(rule), rule, dim, degree + 1)
    assert error(found[degree], arc_cosine_zero_eigenvalue(degree, dim)) < bound
    assert abs(found[degree + 1]) < (2e-30 if dim == 2 else 1e-32)  # zero


def test_high_dimension():
    rule = angle_rule(1000)
    found = eigenvalues(arc_cosine_zero(rule), rule, 1000, 1500)
    assert error(found[1], arc_cosine_zero_eigenvalue(1, 1000)) < 1e-29
    assert error(found[5], arc_cosine_zero_eigenvalue(5, 1000)) < 1e-22
    for degree in (2, 9, 20, 21, 501, 1500):
        assert abs(found[degree] - arc_cosine_zero_eigenvalue(degree, 1000)) < 1e-31


def test_nodes_without_symmetry_give_the_same_sums():
    rule = angle_rule(41)
    values = multiply(rule.weight, rule.angle)
    order = np.random.default_rng(0).permutation(41)
    lopsided = Pair(rule.cosine.hi, rule.cosine.lo + 1e-20 * (np.arange(41) == 3))
    expected = zonal_projections(*(Pair(*(v[order] for v in p)) for p in (lopsided, values)), 5, 80)
    found = zonal_projections(lopsided, values, 5, 80)  # only the low parts lack the symmetry
    assert max(abs(mpf(found, k) - mpf(expected, k)) for k in range(81)) < 1e-30
    for nodes in (order, order[:-1]):
        cosine, part = (Pair(p.hi[nodes], p.lo[nodes]) for p in (rule.cosine, values))
        kept = Pair(*(np.where(np.isin(np.arange(41), nodes), v, 0.0) for v in values))
        folded = zonal_projections(rule.cosine, kept, 5, 80)
        plain = zonal_projections(cosine, part, 5, 80)
        for degree in range(81):
            assert abs(mpf(folded, degree) - mpf(plain, degree)) < 1e-30


@pytest.mark.parametrize("dim", [2, 3, 10, 1000])
def test_float_projections_agree_to_float_accuracy(dim):
    rule = angle_rule(300)
    values = multiply(multiply(arc_cosine_zero(rule), rule.weight), power(rule.sine, dim - 2))
    precise = zonal_projections(rule.cosine, values, dim, 200)
    plain = float_projections(rule.cosine.hi, values.hi, dim, 200)
    assert plain.shape == precise.hi.shape == (201,)
    difference = np.max(np.abs(plain - precise.hi))
    assert 1e-20 < difference < 1e-13


def test_arguments_outside_the_domain():
    pair = pair_from([0.5, -0.5])
    with pytest.raises(ValueError, match="at least one node"):
        angle_rule(0)
    with pytest.raises(ValueError, match="negative"):
        power(pair, -1)
    with pytest.raises(ValueError, match="shapes differ"):
        multiply(pair, pair_from([1.0]))
    with pytest.raises(ValueError, match="one length"):
        zonal_projections(pair, pair_from([1.0]), 3, 2)
    with pytest.raises(ValueError, match="one length"):
        float_projections([[0.5]], [[1.0]], 3, 2)
    with pytest.raises(ValueError, match="dim >= 2"):
        zonal_projections(pair, pair, 1, 2)
    with pytest.raises(ValueError, match="max_degree >= 0"):
        float_projections([0.5], [1.0], 3, -1)
