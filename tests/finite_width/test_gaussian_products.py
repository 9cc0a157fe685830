"""Products of powers, ReLUs and steps: against draws, quadrature, closed forms, and balls."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import fmpq
from scipy.stats import norm

import ntkproofs as nt
from ntkproofs.arithmetic.balls import precision
from ntkproofs.errors import InvalidInput, PrecisionExhausted, Unable
from ntkproofs.finite_width import certified_products, gaussian_products
from ntkproofs.finite_width.certified_products import certified_gaussian_product
from ntkproofs.finite_width.gaussian_products import (
    Factor,
    abrelu,
    abrelu_slope,
    gaussian_product,
    power,
    relu,
    step,
)

FALSE_ALARM = 1e-5
"""Of one z-score, two-sided; this file looks at fewer than 50."""
LIMIT = norm.isf(FALSE_ALARM / 2)


def value(factor: Factor, z):
    return sum(float(c) * z**p * np.sign(z) ** s for (p, s), c in factor.terms)


PRODUCTS = [
    [relu()] * 4,
    [relu(), relu(), step(), step()],
    [step()] * 4,
    [abrelu(0.7, 0.4), abrelu(0.7, -0.4), abrelu_slope(0.3, 1.0), abrelu(1.0, 2.0)],
    [relu(2), step(), power(1), relu()],
    [step(), step(), step(), power(2)],
    [power(2), power(1), relu(3), power(0)],
]


@pytest.mark.parametrize("rank", [2, 3, 4])
@pytest.mark.parametrize("factors", PRODUCTS)
def test_against_draws(factors, rank):
    generator = np.random.default_rng([3, rank])
    rows = generator.standard_normal((4, rank))
    z = generator.standard_normal((200_000, rank)) @ rows.T
    products = np.prod([value(f, column) for f, column in zip(factors, z.T, strict=True)], axis=0)
    found = gaussian_product(factors, vectors=rows)
    assert gaussian_product(factors, rows @ rows.T) == pytest.approx(found, rel=1e-11, abs=1e-12)
    error = products.std() / len(products) ** 0.5
    if error == 0:  # no draw in the cone where all are positive: it is empty
        assert abs(found) < 1e-14
    else:
        assert abs(products.mean() - found) < LIMIT * error
        assert error < 0.03 * np.abs(products).mean()


def orthant_by_nested_quadrature(G):
    """E Π relu(z_i) of three variables by mpmath: no Stein, no arcsine; z = L g, kinks split."""
    L = mpmath.cholesky(mpmath.matrix(G.tolist()))
    density = lambda g: mpmath.exp(-g * g / 2) / mpmath.sqrt(2 * mpmath.pi)  # noqa: E731

    def innermost(g1, g2):
        # E max(m + s g, 0) for g standard
        mean, size = L[2, 0] * g1 + L[2, 1] * g2, L[2, 2]
        t = mean / size
        return mean * mpmath.ncdf(t) + size * density(t)

    def inner(g1):
        kink = -L[1, 0] * g1 / L[1, 1]
        return mpmath.quad(
            lambda g2: (L[1, 0] * g1 + L[1, 1] * g2) * innermost(g1, g2) * density(g2),
            [kink, kink + 9],
            maxdegree=4,
            method="gauss-legendre",
        )

    return mpmath.quad(
        lambda g1: L[0, 0] * g1 * inner(g1) * density(g1),
        [0, 9],
        maxdegree=4,
        method="gauss-legendre",
    )


def test_three_relus_against_nested_quadrature():
    G = np.array([[1.0, 0.3, -0.4], [0.3, 0.8, 0.25], [-0.4, 0.25, 1.3]])
    with mpmath.workdps(15):
        expected = orthant_by_nested_quadrature(G)
    assert gaussian_product([relu()] * 3, G) == pytest.approx(float(expected), rel=1e-9)


@pytest.mark.parametrize("u", [-1.0, -0.999999, -0.3, 0.0, 0.5, 0.9999999, 1.0])
def test_two_variables_are_the_arccosine_kernels(u):
    """2 E σσ = κ1, 2 E σ'σ' = κ0, and E[σ² σ²] by the closed form of order 2."""
    angle = math.acos(u)
    rows = [[1.0, 0.0], [math.cos(angle), math.sin(angle)]]
    for order, factor in ((0, step()), (1, relu())):
        kernel = float(nt.arccosine(order)(np.array([math.cos(angle)]))[0])
        found = 2 * gaussian_product([factor] * 2, vectors=rows)
        assert found == pytest.approx(kernel, abs=2e-8 if abs(u) > 0.99999 else 1e-14)
    # Cho, Saul 2009: J_2 = 3 sin θ cos θ + (π - θ)(1 + 2 cos² θ)
    second = (
        3 * math.sin(angle) * math.cos(angle) + (math.pi - angle) * (1 + 2 * math.cos(angle) ** 2)
    ) / (2 * math.pi)
    assert gaussian_product([relu(2)] * 2, vectors=rows) == pytest.approx(second, abs=1e-14)


def test_four_signs_in_known_cases():
    equal = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    assert gaussian_product([step()] * 4, equal) == pytest.approx(1 / 5, abs=1e-15)
    assert gaussian_product([step()] * 4, np.eye(4)) == pytest.approx(1 / 16, abs=1e-15)
    for gap in (0.6, 1e-5, 1e-9, 0.0):  # an arc of the circle
        angles = np.array([0.1, 0.1 + gap, 1.9, 2.5])
        rows = np.stack([np.cos(angles), np.sin(angles)], axis=1)
        expected = (math.pi - 2.4) / (2 * math.pi)
        assert gaussian_product([step()] * 4, vectors=rows) == pytest.approx(expected, abs=1e-13)
    for gap in (1e-3, 1e-6, 1e-9, 1e-12):  # P(all > 0) -> 1/2 as √gap
        near = np.full((4, 4), 1 - gap) + gap * np.eye(4)
        deficit = 0.5 - gaussian_product([step()] * 4, near)
        # half of E max_{i,j} of 4 standard normals, over √(2π): 2.0588/2
        assert deficit == pytest.approx(1.02938 * math.sqrt(gap / (2 * math.pi)), rel=0.02)


def test_points_on_a_line_are_reduced():
    z = [1.3, -0.4]
    for scale, same in ((2.0, True), (-0.5, False)):
        rows = [z, [scale * t for t in z], [0.2, 1.0]]
        found = gaussian_product([relu(), relu(), step()], vectors=rows)
        merged = gaussian_product([relu(2), step()], vectors=[z, [0.2, 1.0]])
        assert found == pytest.approx(scale * merged if same else 0.0, abs=1e-15)
    assert gaussian_product([relu(), step()], [[0.0, 0.0], [0.0, 1.0]]) == 0.0
    assert gaussian_product([power(2), step()], [[1.0, 0.0], [0.0, 0.0]]) == 0.5


EXACT = [
    [[2, 1], [0, -2], [-1, -3], [-3, -3]],
    [[-2, 2, 1], [3, 0, 1], [3, 2, 1], [0, 0, 3]],
    [[-2, 2, 1, -3], [-1, 3, 0, -3], [2, 2, 2, -2], [-3, 3, -3, 0]],
    [[1, 0, 0], [2, 0, 0], [1, 1, 0], [-1, -1, 0]],
]


@pytest.mark.parametrize("rows", EXACT)
@pytest.mark.parametrize("factors", PRODUCTS[:5])
def test_balls_hold_the_floats_and_are_narrow(rows, factors):
    gram = [[int(entry) for entry in row] for row in np.array(rows) @ np.array(rows).T]
    ball = certified_gaussian_product(factors, gram, digits=18)
    assert float(ball.rad()) < 1e-18
    found = gaussian_product(factors, vectors=rows)
    assert float(ball) == pytest.approx(found, rel=2e-13, abs=1e-14)


def test_a_ball_of_a_known_number():
    gram = [[Fraction(1, 2) + (i == j) * Fraction(1, 2) for i in range(4)] for j in range(4)]
    ball = certified_gaussian_product([step()] * 4, gram, digits=30)
    with precision(200):
        assert ball.contains(fmpq(1, 5))
        assert not ball.contains(fmpq(1, 5) + fmpq(1, 10**29))


def test_the_singular_case_is_the_limit_of_the_regular_one():
    """Four signs from a linear relation against the integral next to it."""
    singular = np.array(EXACT[1]) @ np.array(EXACT[1]).T
    near = [
        [Fraction(int(v)) + (i == j) * Fraction(1, 10**12) for j, v in enumerate(row)]
        for i, row in enumerate(singular)
    ]
    one = certified_gaussian_product([step()] * 4, [[int(v) for v in row] for row in singular])
    other = certified_gaussian_product([step()] * 4, near)
    assert abs(float(one - other)) < 1e-5
    assert float(one - other) != 0


def test_questions_without_meaning_or_out_of_reach():
    with pytest.raises(InvalidInput, match="not both"):
        gaussian_product([relu()])
    with pytest.raises(InvalidInput, match="semi-definite"):
        gaussian_product([relu(), relu()], [[1.0, 2.0], [2.0, 1.0]])
    with pytest.raises(InvalidInput, match="symmetric"):
        gaussian_product([relu(), relu()], [[1.0, 0.2], [0.3, 1.0]])
    with pytest.raises(InvalidInput, match="factors"):
        gaussian_product([relu()], np.eye(2))
    with pytest.raises(Unable, match="6 signs"):
        gaussian_product([step()] * 6, np.eye(6) + 0.1)
    with pytest.raises(InvalidInput, match="semi-definite"):
        certified_gaussian_product([relu(), relu()], [[1, 2], [2, 1]])
    with pytest.raises(InvalidInput, match="symmetric"):
        certified_gaussian_product([relu(), relu()], [[1, 0], [1, 1]])


def test_a_ball_that_stays_wide_is_refused(monkeypatch):
    monkeypatch.setattr(certified_products, "bits_for", lambda digits: -25)
    with pytest.raises(PrecisionExhausted):
        certified_gaussian_product([step()] * 2, [[3, 1], [1, 2]], digits=40)


def test_factors_multiply_as_functions():
    z = np.linspace(-2, 2, 9)
    f, g = abrelu(0.3, 0.9), relu(2) * power(1)
    np.testing.assert_allclose(value(f * g, z), value(f, z) * value(g, z), atol=1e-14)
    np.testing.assert_allclose(value(f**3, z), value(f, z) ** 3, atol=1e-14)
    np.testing.assert_allclose(value(f.turned(-1.5), z), value(f, -1.5 * z), atol=1e-14)
    assert gaussian_products.power(0).terms == (((0, 0), 1),)
