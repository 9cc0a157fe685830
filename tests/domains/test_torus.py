"""The torus: the embedding, spectra by the FFT against dense ones, aliasing against sums."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import ntkproofs as nt
from ntkproofs.arithmetic.balls import precision
from ntkproofs.errors import InvalidInput, Unable

torus = nt.torus

GRIDS = [(1, 1), (2, 1), (7, 1), (8, 1), (2, 2), (5, 2), (6, 2), (3, 3), (4, 3)]
KERNELS = {
    "ntk(3)": nt.ntk(3),
    "nngp(2)": nt.nngp(2),
    "not positive": nt.zonal("not positive", lambda u, ar: u**3 - u**2 - 1),
    "deep narrow": nt.deep_narrow(1, 1),
}


@pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)
@pytest.mark.parametrize(("n", "dim"), GRIDS)
def test_one_fft_gives_the_dense_eigenvalues(kernel, n, dim):
    K = nt.gram(kernel, torus.embed(torus.grid(n, dim)))
    found = torus.grid_eigenvalues(kernel, n, dim)
    assert found.shape == (n,) * dim
    scale = np.abs(K).sum(axis=1).max()
    np.testing.assert_allclose(np.sort(found.ravel()), np.linalg.eigvalsh(K), atol=1e-13 * scale)
    np.testing.assert_allclose(torus.dense(found), K, atol=1e-13 * scale)


@pytest.mark.parametrize(("n", "dim"), [(6, 2), (3, 3)])
def test_each_eigenvalue_belongs_to_its_mode(n, dim):
    """K e_k = λ_k e_k with e_k = e^(2πi k·x), frequency by frequency."""
    x = torus.grid(n, dim)
    K, found = nt.gram(nt.ntk(3), torus.embed(x)), torus.grid_eigenvalues(nt.ntk(3), n, dim)
    for place, k in zip(
        product(range(n), repeat=dim), torus.frequencies(n, dim).reshape(-1, dim), strict=True
    ):
        wave = np.exp(2j * np.pi * (x @ k))
        np.testing.assert_allclose(K @ wave, found[place] * wave, atol=1e-12)
        assert torus.mode(k.tolist(), n) == place


@given(n=st.integers(1, 6), dim=st.integers(1, 3), seed=st.integers(0, 999))
@settings(max_examples=40, deadline=None)
def test_embedded_kernels_are_translation_invariant(n, dim, seed):
    X, shift = torus.scattered(n, dim, seed), torus.scattered(1, dim, seed + 1)
    rows = torus.embed(X)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-15)
    cosines = torus.cosines(X)
    np.testing.assert_allclose(rows @ rows.T, cosines, atol=1e-15)
    moved = torus.embed(X + shift + 3)
    np.testing.assert_allclose(moved @ moved.T, cosines, atol=1e-14)
    np.testing.assert_allclose(torus.cosines(X + shift, X + shift), cosines, atol=1e-14)


def test_the_ntk_of_the_coordinates_is_not_translation_invariant_and_does_not_decay():
    """Θ(x, y + m) grows linearly in m, so that the sum over shifts diverges."""
    x, y = np.array([0.3, 0.4]), np.array([0.6, 0.1])

    def theta(a, b):
        norms = np.linalg.norm(a) * np.linalg.norm(b)
        return norms * nt.ntk(2)(np.clip(a @ b / norms, -1, 1))

    assert abs(theta(x, y) - theta(x + 0.5, y + 0.5)) > 0.1
    values = [theta(x, y + np.array([m, 0.0])) for m in (1, 10, 100, 1000)]
    assert values == sorted(values)
    assert values[3] / values[2] == pytest.approx(10, rel=0.05)


def test_multipliers_use_the_symmetric_range():
    assert torus.multipliers(1, 5, 1).tolist() == [1, 2, 5, 5, 2]
    found = torus.multipliers(Fraction(-1, 2), 6, 2)
    for i, j in product(range(6), repeat=2):
        k = [(-3 + (a + 3) % 6) for a in (i, j)]
        assert found[i, j] == pytest.approx((1 + k[0] ** 2 + k[1] ** 2) ** -0.5, rel=1e-15)


@pytest.mark.parametrize(("n", "dim"), GRIDS)
def test_the_pipeline_is_the_dense_product(n, dim):
    symbol = torus.multipliers(Fraction(3, 2), n, dim)
    values = np.random.default_rng(n).standard_normal(symbol.shape)
    P = torus.dense(symbol)
    assert np.abs(P - P.T).max() < 1e-13 * symbol.max()
    np.testing.assert_allclose(
        torus.apply(symbol, values).ravel(), P @ values.ravel(), atol=1e-13 * symbol.max()
    )


@pytest.mark.parametrize(("n", "dim"), [(8, 1), (5, 2), (4, 3)])
def test_on_the_grid_matrices_commute_and_eigenvalues_multiply(n, dim):
    eigenvalues, symbol = torus.grid_eigenvalues(nt.ntk(3), n, dim), torus.multipliers(1, n, dim)
    K, P = nt.gram(nt.ntk(3), torus.embed(torus.grid(n, dim))), torus.dense(symbol)
    scale = np.abs(K @ P).max()
    assert np.abs(K @ P - P @ K).max() < 1e-13 * scale
    np.testing.assert_allclose(
        np.sort((eigenvalues * symbol).ravel()), np.linalg.eigvalsh((K @ P + P @ K) / 2), atol=1e-12
    )


def test_at_scattered_points_they_do_not():
    x = torus.scattered(12, 2, seed=0)
    K = nt.gram(nt.ntk(3), torus.embed(x))
    P = nt.gram(nt.zonal("square", lambda u, ar: u**2), torus.embed(x))
    assert np.abs(K @ P - P @ K).max() > 1e-2


@given(
    powers=st.lists(st.integers(-4, 4), min_size=1, max_size=7),
    n=st.integers(1, 6),
    dim=st.integers(1, 3),
)
@settings(max_examples=60, deadline=None)
def test_aliasing_of_band_limited_kernels_is_exact(powers, n, dim):
    """λ_k/N^d = Σ_m k̂(k + N m): walks on Z^d, in fractions, against the FFT of the row."""
    kernel = nt.zonal("polynomial", lambda u, ar: polynomial(powers, u))
    exact = torus.aliased(torus.fourier_coefficients(powers, dim), n)
    expected = np.zeros((n,) * dim)
    for k, value in exact.items():
        expected[k] = float(value)
    found = torus.grid_eigenvalues(kernel, n, dim) / n**dim
    np.testing.assert_allclose(found, expected, atol=1e-14 * (1 + sum(map(abs, powers))))


def polynomial(powers, u):
    total = 0 * u
    for c in reversed(powers):
        total = total * u + c
    return total


@pytest.mark.parametrize("dim", [1, 2, 3])
def test_a_grid_beyond_the_band_has_no_aliases_and_the_next_coarser_one_has(dim):
    powers = [0, 0, 0, 1]
    coefficients = torus.fourier_coefficients(powers, dim)
    assert sum(coefficients.values()) == 1, "k(1)"
    zero, corner = (0,) * dim, (3, *[0] * (dim - 1))
    fine = torus.aliased(coefficients, 7)
    assert {tuple((i + 3) % 7 - 3 for i in k): v for k, v in fine.items()} == coefficients
    coarse = torus.aliased(coefficients, 3)
    assert coefficients.get(zero, 0) == 0
    assert coarse[zero] >= 2 * coefficients[corner] > 0


def test_coefficients_are_integrals():
    """Against quadrature of the integral that defines them, on an irrational shift of a grid."""
    powers = [1, -2, 0, 3, 1]
    coefficients = torus.fourier_coefficients(powers, 2)
    x = (torus.grid(16, 2) + np.sqrt(2)) % 1
    values = polynomial(powers, np.mean(np.cos(2 * np.pi * x), axis=1))
    for k in product(range(-5, 6), repeat=2):
        integral = np.mean(values * np.exp(-2j * np.pi * x @ k))
        assert integral == pytest.approx(float(coefficients.get(k, 0)), abs=1e-14)


@pytest.mark.parametrize(("n", "dim", "factor"), [(4, 1, 3), (3, 2, 2), (2, 3, 4), (1, 2, 8)])
def test_a_coarse_grid_sums_the_eigenvalues_of_a_finer_one(n, dim, factor):
    fine = torus.grid_eigenvalues(nt.ntk(3), n * factor, dim) / (n * factor) ** dim
    coarse = torus.grid_eigenvalues(nt.ntk(3), n, dim) / n**dim
    np.testing.assert_allclose(torus.coarsened(fine, factor), coarse, atol=1e-14)
    if n > 1:
        first = tuple(slice(0, n) for _ in range(dim))
        assert np.abs(fine[first] - coarse).max() > 1e-6, "without the aliases it is wrong"


@pytest.mark.parametrize("kernel", [nt.ntk(2), nt.ntk(3), nt.nngp(3)], ids=str)
@pytest.mark.parametrize("n", [1, 2, 5, 8])
def test_circle_eigenvalues_are_enclosed(kernel, n):
    """Σ_m μ_|k + N m| of S^1 with the bound of its tail, against the FFT of the row."""
    enclosures = torus.circle_eigenvalues(kernel, n, max_frequency=200)
    found = torus.grid_eigenvalues(kernel, n, 1) / n
    for ball, value in zip(enclosures, found, strict=True):
        assert ball.lower() - 1e-14 <= value <= ball.upper() + 1e-14
        assert ball.rad() < 0.01
    alone = nt.eigenvalues(kernel, 2, range(n))
    if n > 2:
        assert alone[0] < float(enclosures[0].lower()), "the coefficient alone is too small"


def test_the_tail_shrinks_as_the_inverse_of_the_frequency():
    with precision(80):
        radii = [
            float(torus.circle_eigenvalues(nt.ntk(3), 1, max_frequency=m)[0].rad())
            for m in (50, 100, 200)
        ]
    assert radii[0] / radii[1] == pytest.approx(2, rel=0.1)
    assert radii[1] / radii[2] == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: torus.grid(0, 2), InvalidInput, "n is an integer >= 1"),
        (lambda: torus.grid(3, 0), InvalidInput, "dim is an integer >= 1"),
        (lambda: torus.grid(100, 5), Unable, "GiB"),
        (lambda: torus.grid_eigenvalues(nt.ntk(2), 8192, 2), Unable, r"8192\^2 points"),
        (lambda: torus.grid_eigenvalues(np.cos, 4, 2), InvalidInput, "nt.zonal"),
        (lambda: torus.scattered(0, 1, 0), InvalidInput, "n is an integer >= 1"),
        (lambda: torus.scattered(1, 1, -1), InvalidInput, "seed is an integer >= 0"),
        (lambda: torus.embed([0.5]), InvalidInput, "shape"),
        (lambda: torus.embed([[np.inf]]), InvalidInput, "finite"),
        (lambda: torus.cosines([[0.5]], [[0.5, 0.5]]), InvalidInput, "one torus"),
        (lambda: torus.mode([4], 8), InvalidInput, r"as k = -4 \(aliasing\)"),
        (lambda: torus.mode([7], 8), InvalidInput, "n >= 15"),
        (lambda: torus.require_resolution(8, 4), InvalidInput, "at least 9 points"),
        (lambda: torus.apply([1.0, 2.0, 3.0], [1.0, 1.0, 1.0]), InvalidInput, "even"),
        (lambda: torus.apply([1.0, 2.0, 2.0], [1.0, 1.0]), InvalidInput, "one grid"),
        (lambda: torus.apply(np.ones((2, 3)), np.ones((2, 3))), InvalidInput, r"\(N, ..., N\)"),
        (lambda: torus.dense(np.ones((200, 200))), Unable, "40000 × 40000"),
        (lambda: torus.coarsened(np.ones(6), 4), InvalidInput, "divides 6"),
        (lambda: torus.circle_eigenvalues(nt.ntk(2), 8, 5), InvalidInput, ">= 7"),
        (lambda: torus.circle_eigenvalues(-nt.ntk(2), 8, 50), Unable, "change sign"),
    ],
)
def test_bad_input_says_what_is_wrong(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_resolution_that_is_asked_for_suffices():
    torus.require_resolution(9, 4)
    modes = [np.exp(2j * np.pi * k * torus.grid(9, 1)[:, 0]) for k in range(-4, 5)]
    products = np.array([[np.vdot(a, b) / 9 for a in modes] for b in modes])
    np.testing.assert_allclose(products, np.eye(9), atol=1e-14)
