"""Gaussian space: Hermite polynomials, quadratures, the exact spectrum of homogeneous kernels."""

from math import factorial, prod, sqrt

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

import ntkproofs as nt
from ntkproofs.errors import InvalidInput, Unable

gaussian = nt.gaussian
x, y = sp.symbols("x y", real=True)
r, ell, d = sp.symbols("r l d", positive=True)


def gaussian_mean(exponents):
    """E of a monomial: Π (e_i - 1)!!, 0 for odd ones."""
    if any(e % 2 for e in exponents):
        return 0.0
    return float(prod(k for e in exponents for k in range(1, e, 2)))


@pytest.mark.parametrize("degree", [0, 1, 2, 5, 12])
def test_hermite_polynomials_are_derivatives_of_the_density(degree):
    """He_n = (-1)^n e^(x²/2) ∂^n e^(-x²/2) (Rodrigues), over sqrt(n!)."""
    density = sp.exp(-(x**2) / 2)
    truth = sp.simplify((-1) ** degree * sp.diff(density, x, degree) / density)
    points = np.array([-3.0, -0.5, 0.0, 0.1, 2.0])
    expected = [float(truth.subs(x, sp.Rational(p))) / sqrt(factorial(degree)) for p in points]
    np.testing.assert_allclose(gaussian.hermite(points, degree)[-1], expected, rtol=1e-13)


@pytest.mark.parametrize(("dim", "top"), [(1, 40), (2, 12), (3, 6)])
def test_hermite_polynomials_are_orthonormal(dim, top):
    rule = gaussian.gauss_hermite(dim, 2 * top)
    indices = [a for degree in range(top + 1) for a in gaussian.multi_indices(dim, degree)]
    H = np.stack([gaussian.hermite_product(rule.points, a) for a in indices], axis=1)
    assert len(indices) == sum(gaussian.hermite_multiplicity(dim, k) for k in range(top + 1))
    np.testing.assert_allclose(H.T @ (rule.weights[:, None] * H), np.eye(len(H.T)), atol=1e-12)


@given(
    dim=st.integers(2, 4),
    degree=st.integers(0, 8),
    exponents=st.lists(st.integers(0, 5), min_size=4, max_size=4),
)
@settings(max_examples=60, deadline=None)
def test_both_rules_integrate_monomials(dim, degree, exponents):
    powers = exponents[:dim]
    if sum(powers) > degree:
        return
    for rule in (gaussian.gauss_hermite(dim, degree), gaussian.polar(dim, degree)):
        found = rule.integrate(np.prod(rule.points ** np.array(powers), axis=1))
        assert found == pytest.approx(gaussian_mean(powers), rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("dim", "degree"), [(1, 3), (1, 9), (2, 5), (3, 7)])
def test_rules_that_claim_too_much_are_refused(dim, degree):
    rule = gaussian.gauss_hermite(dim, degree)
    with pytest.raises(InvalidInput, match=f"at degree {degree + 1}"):
        gaussian.GaussianQuadrature(rule.points, rule.weights, degree + 1)
    side = degree // 2 + 1  # h_2N is missed by 1/sqrt(C(2N, N))
    truth = factorial(side) / sqrt(factorial(2 * side))
    share = sqrt(dim / gaussian.hermite_multiplicity(dim, 2 * side))
    assert rule.defects(2 * side)[-1] == pytest.approx(truth * share, rel=1e-9)


def test_a_gauss_rule_across_a_kink_is_poor_whatever_its_degree():
    """E max(x, 0) = 1/sqrt(2π); 50 nodes integrate degree 99 exactly, and this to 0.8 %."""
    for degree, least, most in ((19, 0.03, 0.06), (99, 0.007, 0.009), (399, 0.001, 0.003)):
        rule = gaussian.gauss_hermite(1, degree)
        found = rule.integrate(np.maximum(rule.points[:, 0], 0)) * sqrt(2 * np.pi)
        assert least < abs(found - 1) < most


@pytest.mark.parametrize("alpha", [(0, 0), (1, 0), (2, 0), (1, 1), (3, 2)])
def test_hermite_polynomials_diagonalise_the_ornstein_uhlenbeck_operator(alpha):
    def he(n, variable):
        return sp.hermite_prob(n, variable)

    f = he(alpha[0], x) * he(alpha[1], y)
    assert sp.expand(gaussian.ornstein_uhlenbeck(f, [x, y]) - sum(alpha) * f) == 0


@pytest.mark.parametrize("alpha", [(1, 0), (2, 1), (4, 3)])
@pytest.mark.parametrize("time", [0.0, 0.3, 2.0])
def test_mehlers_formula_gives_the_semigroup(alpha, time):
    points = np.random.default_rng(0).standard_normal((5, 2))
    found = gaussian.semigroup(
        lambda z: gaussian.hermite_product(z, alpha), points, time, degree=sum(alpha)
    )
    expected = np.exp(-time * sum(alpha)) * gaussian.hermite_product(points, alpha)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_coefficients_of_a_polynomial():
    found = gaussian.coefficients(
        lambda z: z[:, 0] ** 2 * z[:, 1], gaussian.gauss_hermite(2, 8), degree=3
    )
    nonzero = {a: v for a, v in found.items() if abs(v) > 1e-12}
    assert nonzero == pytest.approx({(0, 1): 1.0, (2, 1): sqrt(2)})


def test_the_operator_on_homogeneous_functions_is_the_symbolic_one():
    """r^p Y_l in the plane: r^p cos(l φ), by the chain rule in polar coordinates."""
    for degree, power in ((2, 1), (3, 1), (1, 1), (4, 6), (0, 1)):
        radius, angle = sp.sqrt(x**2 + y**2), sp.atan2(y, x)
        f = radius**power * sp.cos(degree * angle)
        applied = gaussian.ornstein_uhlenbeck(f, [x, y])
        a, b = gaussian.on_homogeneous(power, degree, 2)
        expected = (a * radius**power + b * radius ** (power - 2)) * sp.cos(degree * angle)
        at = {x: sp.Rational(3, 5), y: sp.Rational(2, 7)}
        assert abs((applied - expected).subs(at).evalf(30)) < 1e-25


def test_eigenfunctions_of_the_kernel_are_eigenfunctions_of_the_operator_at_degree_one_only():
    _, rest = gaussian.on_homogeneous(1, ell, d)
    assert sp.factor(rest - (ell - 1) * (ell + d - 1)) == 0


@pytest.mark.parametrize("dim", [2, 3, 4])
def test_the_spectrum_of_a_polynomial_kernel_by_quadrature(dim):
    """All eigenvalues of W^(1/2) K W^(1/2) on an exact rule: d μ_l, N(d,l) times, and zeros."""
    kernel = nt.zonal("polynomial", lambda u, ar: 1 + 2 * u + u**2 + 3 * u**3)
    rule = gaussian.polar(dim, 6)
    root = np.sqrt(rule.weights)
    norms = np.linalg.norm(rule.points, axis=1)
    K = norms[:, None] * nt.gram(kernel, rule.points / norms[:, None]) * norms
    found = np.linalg.eigvalsh(root[:, None] * K * root)
    spectrum = gaussian.spectrum(kernel, dim, range(4))
    expected = np.zeros(len(found))
    listed = np.repeat(spectrum.eigenvalues, spectrum.multiplicities)
    expected[: len(listed)] = listed
    np.testing.assert_allclose(np.sort(found), np.sort(expected), atol=1e-11)
    assert sum(spectrum.multiplicities) == np.sum(np.abs(found) > 1e-9)


@pytest.mark.parametrize("dim", [2, 3, 5])
@pytest.mark.parametrize("depth", [2, 3])
def test_the_spectrum_of_the_ntk_by_monte_carlo(dim, depth):
    """<ψ, K ψ> over independent pairs, five standard errors; and 0 between degrees."""
    rng = np.random.default_rng([dim, depth])
    here, there = rng.standard_normal((2, 60_000, dim))
    norms = np.linalg.norm(here, axis=1) * np.linalg.norm(there, axis=1)
    K = norms * nt.ntk(depth)(np.clip(np.sum(here * there, axis=1) / norms, -1, 1))
    truth = gaussian.spectrum(nt.ntk(depth), dim, range(4))
    columns = {k: gaussian.eigenfunctions(here, k)[:, 0] for k in range(4)}
    others = {k: gaussian.eigenfunctions(there, k)[:, 0] for k in range(4)}
    for i, j in ((0, 0), (1, 1), (2, 2), (3, 3), (0, 2), (1, 2)):
        samples = columns[i] * K * others[j]
        error = samples.std() / sqrt(len(samples))
        expected = truth.eigenvalues[i] if i == j else 0.0
        assert abs(samples.mean() - expected) < 5 * error
        assert error < 0.1


def test_the_spectrum_of_the_ntk_by_nystroem_with_the_kink():
    """The largest eigenvalue of the matrix of 600 Gaussian points is that of the constant ‖x‖."""
    X = np.random.default_rng(7).standard_normal((600, 3))
    norms = np.linalg.norm(X, axis=1)
    K = norms[:, None] * nt.gram(nt.ntk(2), X / norms[:, None]) * norms
    top = np.linalg.eigvalsh(K / len(X))[-4:]
    truth = gaussian.spectrum(nt.ntk(2), 3, [0, 1]).eigenvalues
    np.testing.assert_allclose(top[-1], truth[0], rtol=0.1)
    np.testing.assert_allclose(top[:3], truth[1], rtol=0.15)


@pytest.mark.parametrize("digits", [15, 40])
def test_balls_hold_the_floats_and_the_closed_form(digits):
    spectrum = gaussian.spectrum(nt.ntk(2), 3, [0, 2, 3, 4], digits=digits)
    floats = gaussian.spectrum(nt.ntk(2), 3, [0, 2, 3, 4]).eigenvalues
    for degree, ball, value in zip(spectrum.degrees, spectrum.eigenvalues, floats, strict=True):
        exact = 3 * nt.exact_eigenvalue(nt.ntk(2), 3, degree)
        assert abs(ball - float(exact)) < 1e-15
        assert (ball == 0) == (exact == 0)
        assert value == pytest.approx(float(exact), rel=1e-15)


@pytest.mark.parametrize(("dim", "power"), [(1, 1), (2, 3), (3, 5), (4, 0), (5, 2.0)])
def test_radial_moments(dim, power):
    density = r ** (dim - 1) * sp.exp(-(r**2) / 2)
    p = sp.Integer(int(power))
    truth = sp.integrate(r**p * density, (r, 0, sp.oo)) / sp.integrate(density, (r, 0, sp.oo))
    assert sp.simplify(gaussian.radial_moment(dim, p) - truth) == 0


@pytest.mark.parametrize("homogeneity", [0, 1, 2, 3])
def test_the_factor_of_any_homogeneity_is_a_radial_moment(homogeneity):
    kernel, mu = nt.nngp(2), nt.eigenvalues(nt.nngp(2), 4, [0, 1, 2])
    found = gaussian.spectrum(kernel, 4, [0, 1, 2], homogeneity=homogeneity).eigenvalues
    factor = float(gaussian.radial_moment(4, 2 * homogeneity))
    np.testing.assert_allclose(found, factor * np.asarray(mu), rtol=1e-14)


@pytest.mark.parametrize("dim", [2, 3, 6])
def test_the_overlap_of_hermite_polynomials_with_eigenfunctions(dim):
    """By a quadrature of the radius; x_1 x_2 = r² Y_2 is no eigenfunction, x_1 is one."""
    assert gaussian.overlap(dim, 1) == 1
    for degree in (0, 2, 3, 5):
        exact = float(gaussian.overlap(dim, degree))
        radii = np.linspace(1e-9, 30, 300_001)
        weights = radii ** (dim - 1) * np.exp(-(radii**2) / 2)
        weights /= weights.sum()
        mixed = weights @ radii ** (degree + 1)
        quotient = mixed**2 / ((weights @ radii**2) * (weights @ radii ** (2 * degree)))
        assert exact == pytest.approx(quotient, rel=1e-6)
        assert exact < 1


def test_a_hermite_polynomial_of_degree_two_is_no_eigenfunction_by_monte_carlo():
    """K x_1x_2 at y and at 2y: twice, and not four times, the value; and that is E r³ μ_2 ‖y‖ s."""
    X = np.random.default_rng(1).standard_normal((100_000, 2))
    norms = np.linalg.norm(X, axis=1)
    s = 1 / sqrt(2)
    unit = np.array([s, s])
    values = norms * nt.ntk(2)(np.clip(X @ unit / norms, -1, 1)) * X[:, 0] * X[:, 1]
    moment = float(gaussian.radial_moment(2, 3))
    expected = moment * float(nt.exact_eigenvalue(nt.ntk(2), 2, 2)) * s * s
    assert abs(values.mean() - expected) < 5 * values.std() / sqrt(len(X))
    assert expected > 20 * values.std() / sqrt(len(X))


def test_eigenvalues_decay_as_on_the_sphere_and_not_exponentially():
    found = gaussian.spectrum(nt.ntk(3), 3, [50, 100, 200]).eigenvalues
    law = 3 * nt.asymptotics(nt.ntk(3), dim=3).coefficient("even")
    assert found[2] * 200**3 == pytest.approx(float(law), rel=0.05)
    assert found[1] / found[2] == pytest.approx(8, rel=0.05)
    assert found[0] / found[1] == pytest.approx(found[1] / found[2], rel=0.1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: gaussian.spectrum(nt.ntk(2), 1, [0]), InvalidInput, "dim is an integer >= 2"),
        (lambda: gaussian.spectrum(nt.ntk(2), 2, [-1]), InvalidInput, "degree is an integer >= 0"),
        (lambda: gaussian.spectrum(np.cos, 2, [1]), InvalidInput, "nt.zonal"),
        (lambda: gaussian.hermite(0.0, -1), InvalidInput, "degree is an integer >= 0"),
        (lambda: gaussian.gauss_hermite(0, 2), InvalidInput, "dim is an integer >= 1"),
        (lambda: gaussian.gauss_hermite(10, 20), Unable, "more than the limit"),
        (lambda: gaussian.polar(1, 2), InvalidInput, "dim is an integer >= 2"),
        (lambda: gaussian.polar(8, 30), Unable, "more than the limit"),
        (lambda: gaussian.eigenfunctions(np.zeros((1, 2)), 1), InvalidInput, "nonzero rows"),
        (lambda: gaussian.hermite_product(np.ones((2, 2)), [1]), InvalidInput, r"for R\^2"),
        (lambda: gaussian.semigroup(np.sum, np.ones((1, 1)), -1.0, 2), InvalidInput, "t >= 0"),
        (
            lambda: gaussian.coefficients(np.sum, gaussian.gauss_hermite(1, 5), 3),
            InvalidInput,
            "exact to degree 6 is needed",
        ),
        (
            lambda: gaussian.coefficients(np.sum, gaussian.gauss_hermite(1, 6), 3),
            InvalidInput,
            "a value for each",
        ),
    ],
)
def test_bad_input_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call()
