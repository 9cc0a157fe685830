"""Kernel matrices: accuracy at coincident and antipodal points, array libraries, bad input."""

import array_api_strict
import mpmath
import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.errors import InvalidInput

RNG = np.random.default_rng(20260101)


def sphere(n, dim):
    return nt.normalise(RNG.normal(size=(n, dim)))[0]


def reference(kernel, X):
    """The kernel at the exact directions of the rows, by mpmath at 60 digits."""
    with mpmath.workdps(60):
        rows = [[mpmath.mpf(float(c)) for c in row] for row in X]
        norms = [mpmath.sqrt(mpmath.fsum(c * c for c in row)) for row in rows]
        return [
            [
                kernel(mpmath.fsum(a * b for a, b in zip(x, y, strict=True)) / (p * q))
                if i != j
                else kernel(mpmath.mpf(1))
                for j, (y, q) in enumerate(zip(rows, norms, strict=True))
            ]
            for i, (x, p) in enumerate(zip(rows, norms, strict=True))
        ]


@pytest.mark.parametrize("kernel", [nt.ntk(2), nt.ntk(4), nt.nngp(3), nt.eoc(3, 1, 2)], ids=repr)
def test_against_sixty_digits(kernel):
    X = sphere(6, 4)
    near = X[0] + 1e-9 * X[1]
    X = np.vstack([X, X[0], -X[0], near / np.linalg.norm(near), -near / np.linalg.norm(near)])
    K = nt.gram(kernel, X)
    for i, row in enumerate(reference(kernel, X)):
        for j, exact in enumerate(row):
            assert abs(K[i, j] - exact) <= 4e-16 * kernel(1.0), (i, j)


def test_coincident_rows_give_the_diagonal_and_the_matrix_is_exactly_symmetric():
    X = np.vstack([sphere(40, 3)] * 2)
    K = nt.gram(nt.ntk(3), X)
    assert np.array_equal(K, K.T)
    assert np.array_equal(np.diag(K), np.full(80, 3.0))
    assert np.allclose(np.diag(K[:40, 40:]), 3.0, rtol=1e-15)


def test_equal_and_opposite_rows_give_the_values_at_the_poles_however_low_the_power_there():
    kernel = nt.arccosine(0) @ nt.arccosine(0)  # 1 - k falls as the fourth root of 1 - u
    X = nt.sphere.uniform(99, 5, seed=0)
    for Y, value in ((None, 1.0), (X.copy(), 1.0), (-X, 0.5)):
        assert np.array_equal(np.diag(nt.gram(kernel, X, Y)), np.full(99, value))


def test_a_matrix_of_many_blocks_is_that_of_its_parts():
    X = sphere(300, 3)
    K = nt.gram(nt.ntk(3), X)
    assert np.array_equal(K[250:, 250:], nt.gram(nt.ntk(3), X[250:]))


def test_float32_integers_lists_and_other_libraries():
    X = sphere(5, 3)
    K = nt.gram(nt.ntk(3), X)
    single = nt.gram(nt.ntk(3), X.astype(np.float32))
    assert single.dtype == np.float32
    assert np.allclose(single, K, rtol=1e-5)
    assert np.array_equal(nt.gram(nt.nngp(2), np.eye(3, dtype=int)), nt.gram(nt.nngp(2), np.eye(3)))
    assert np.array_equal(nt.gram(nt.nngp(2), np.eye(2).tolist()), nt.gram(nt.nngp(2), np.eye(2)))
    strict = nt.gram(nt.ntk(3), array_api_strict.asarray(X))
    assert strict.dtype == array_api_strict.float64
    assert np.array_equal(np.asarray(strict), K)


def test_jax_arrays_stay_in_jax():
    import jax

    X = sphere(5, 3)
    with jax.enable_x64(True):
        K = nt.gram(nt.ntk(3), jax.numpy.asarray(X))
        assert isinstance(K, jax.Array)
        assert K.dtype == np.float64
        assert np.allclose(np.asarray(K), nt.gram(nt.ntk(3), X), rtol=1e-14)


def test_the_dimension_reaches_kernels_that_depend_on_it():
    X = sphere(4, 3)
    found = nt.gram(nt.deep_narrow(1, 1), X)
    assert np.array_equal(found, nt.gram(nt.deep_narrow(1, 1, input_dim=3), X))


def test_normalise_returns_rows_and_norms():
    X = RNG.normal(size=(7, 3))
    rows, norms = nt.normalise(X)
    assert np.allclose(rows * norms[:, None], X)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.array([[1.0, 0.0], [0.0, 3.2]]), "row 1 has norm 3.2"),
        (np.array([[1.0, np.nan]]), "NaN"),
        (np.array([[np.inf, 0.0]]), "infinity"),
        (np.array([[1.0, 1j]]), "real"),
        (np.zeros((0, 3)), "shape"),
        (np.ones((3, 1)), "d >= 2"),
        (np.ones(3), "shape"),
        (np.array([["a", "b"]]), "real"),
        (np.array([[True, False]]), "real"),
        (np.zeros((2, 2)), "norm 0"),
    ],
)
def test_bad_points_get_one_clear_message(X, message):
    with pytest.raises(InvalidInput, match=message):
        nt.gram(nt.ntk(2), X)


def test_a_zero_row_has_no_direction():
    with pytest.raises(InvalidInput, match="nonzero"):
        nt.normalise(np.zeros((2, 3)))
