"""The fused pass: accuracy at every depth and distance, layouts, symmetry, permutations."""

from dataclasses import replace
from fractions import Fraction

import array_api_strict
import mpmath
import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.arithmetic.balls import ball, precision
from ntkproofs.errors import InvalidInput
from ntkproofs.kernels.chebyshev import ACCURACY
from ntkproofs.kernels.networks import _eoc
from ntkproofs.matrices.fused import TILE
from ntkproofs.matrices.gram import entries

RNG = np.random.default_rng(20260106)


def sphere(n, dim):
    return nt.normalise(RNG.normal(size=(n, dim)))[0]


def clustered(dim):
    """A point, points at distance 10^-k of it and of its antipode, both, and random ones."""
    centre, other = sphere(2, dim)
    steps = 10.0 ** -np.arange(0.5, 17, 0.5)
    near = nt.normalise(centre + steps[:, None] * other)[0]
    return np.vstack([centre, centre, -centre, near, -near, sphere(8, dim)])


def exact_entries(kernel, x, Y):
    """k at the exact directions of the rows, by mpmath at 60 digits."""
    with mpmath.workdps(60):

        def dot(a, b):
            return mpmath.fsum(mpmath.mpf(float(p)) * float(q) for p, q in zip(a, b, strict=True))

        return [kernel(dot(x, y) / mpmath.sqrt(dot(x, x) * dot(y, y))) for y in Y]


def worst_error(kernel, X, found=None):
    """The largest error of the first row of the matrix, over |k(1)|; the pass must be fused."""
    way = entries(kernel, X)
    assert way.packed is not None
    found = (way if found is None else found).matrix()[0]
    kernel = kernel.at_dim(X.shape[1])
    exact = exact_entries(kernel, X[0], X)
    with mpmath.workdps(60):
        scale = abs(kernel(mpmath.mpf(1)))
        return max(abs(float(k) - e) / scale for k, e in zip(found, exact, strict=True))


KERNELS = [
    *(nt.ntk(depth) for depth in (2, 3, 10, 50, 100)),
    *(nt.nngp(depth) for depth in (2, 3, 10, 50, 100)),
    *(_eoc(depth, Fraction(delta)) for depth in (2, 3, 10, 50, 100) for delta in ("1/8", 1)),
    nt.deep_narrow(1, 1),
    nt.residual(5, 1),
    nt.residual(20, Fraction(1, 10)),
    nt.ntk(3) + 2 * nt.nngp(10),
    nt.ntk(3) * nt.nngp(2),
    nt.arccosine(1) @ nt.nngp(4),
    nt.ntk(5, weight_variance=Fraction(3, 2), bias_variance=1),
]


@pytest.mark.parametrize("kernel", KERNELS, ids=repr)
def test_against_sixty_digits_near_and_far(kernel):
    assert worst_error(kernel, clustered(5)) <= ACCURACY


@pytest.mark.parametrize("dim", [2, 3, 8, 9, 16, 17, 300])
def test_every_dimension_against_sixty_digits(dim):
    assert worst_error(nt.ntk(100), clustered(dim)) <= ACCURACY


@pytest.mark.parametrize("dim", [3, 20])
def test_rows_off_the_sphere_stand_for_their_directions(dim):
    X = clustered(dim)
    X = X * (1 + 1e-8 * RNG.uniform(-0.99, 0.99, size=(X.shape[0], 1)))
    assert worst_error(nt.ntk(100), X) <= ACCURACY


def test_the_same_in_balls():
    X = clustered(4)
    K = nt.gram(nt.ntk(3), X)
    with precision(600):
        for i in range(0, 12, 3):
            for j in range(X.shape[0]):
                dots = [
                    sum(
                        (ball(float(p)) * ball(float(q)) for p, q in zip(a, b, strict=True)),
                        ball(0),
                    )
                    for a, b in ((X[i], X[j]), (X[i], X[i]), (X[j], X[j]))
                ]
                value = nt.ntk(3)(dots[0] / (dots[1] * dots[2]).sqrt())
                assert value.rad() < 1e-20
                assert abs(value - float(K[i, j])) < 3 * ACCURACY


def test_a_planted_error_of_the_series_is_found():
    kernel, X = nt.ntk(3), clustered(5)
    way = entries(kernel, X)
    series = way.packed.series
    coefficients = series.coefficients.copy()
    coefficients[1, 2] += 1e-12
    broken = replace(series, coefficients=coefficients)
    assert worst_error(kernel, X, way) <= ACCURACY
    way = replace(way, packed=replace(way.packed, series=broken))
    assert worst_error(kernel, X, way) > ACCURACY


@pytest.mark.parametrize("dim", [3, 40])
def test_a_planted_error_of_the_points_is_found(dim):
    X, kernel = clustered(dim), nt.ntk(100)
    way = entries(kernel, X)
    tiles = way.packed.tiles.copy()
    tiles[0, 0, 5] += 1e-11
    way = replace(way, packed=replace(way.packed, tiles=tiles))
    assert worst_error(kernel, X, way) > ACCURACY


def test_the_rounded_product_would_not_do():
    """The points of these tests tell a chord from the arccosine of a rounded product."""
    X, kernel = clustered(5), nt.ntk(100)
    rounded = kernel(np.clip(X @ X.T, -1, 1))
    exact = exact_entries(kernel, X[0], X)
    assert max(abs(float(k) - e) for k, e in zip(rounded[0], exact, strict=True)) > 1e-8


@pytest.mark.parametrize("dim", [3, 12])
@pytest.mark.parametrize("depth", [2, 30])
def test_fused_and_compensated_agree(dim, depth):
    X, Y, kernel = clustered(dim), sphere(300, dim), nt.ntk(depth)
    for others in (None, Y):
        fused = nt.gram(kernel, X, others)
        compensated = nt.gram(kernel, X, others, compensated=True)
        assert not np.array_equal(fused, compensated)  # two ways, indeed
        assert np.max(abs(fused - compensated)) <= ACCURACY * depth
        strict = nt.gram(
            kernel,
            array_api_strict.asarray(X),
            None if others is None else array_api_strict.asarray(others),
        )
        assert np.array_equal(np.asarray(strict), compensated)


def test_fused_and_jax_agree():
    import jax

    X, Y = sphere(20, 3), sphere(30, 3)
    with jax.enable_x64(True):
        K = nt.gram(nt.ntk(3), jax.numpy.asarray(X), jax.numpy.asarray(Y))
        assert isinstance(K, jax.Array)
        assert np.max(abs(np.asarray(K) - nt.gram(nt.ntk(3), X, Y))) <= 3 * ACCURACY


@pytest.mark.parametrize("dim", [2, 5, 9, 30])
@pytest.mark.parametrize("n", [23, TILE - 1, TILE, TILE + 1, 3 * TILE + 5])
def test_exact_symmetry_and_permutations_bit_by_bit(dim, n):
    X, order = sphere(n, dim), RNG.permutation(n)
    X[n // 2], X[n // 3], X[3] = X[0], -X[1], nt.normalise(X[:1] + 1e-6)[0][0]
    kernel = nt.ntk(20)
    K = nt.gram(kernel, X)
    assert np.array_equal(K, K.T)
    assert np.all(np.diag(K) == kernel(1.0))
    assert K[0, n // 2] == kernel(1.0)
    assert K[1, n // 3] == kernel(-1.0)
    assert np.array_equal(nt.gram(kernel, X[order]), K[np.ix_(order, order)])
    assert np.array_equal(nt.gram(kernel, X, X), K)
    assert np.array_equal(nt.gram(kernel, X, X[order]), K[:, order])
    assert np.array_equal(nt.gram(kernel, X[3:], X[: n - 1]), K[3:, : n - 1])


def test_threads_change_nothing():
    X = sphere(700, 11)
    K = nt.gram(nt.ntk(3), X, threads=1)
    assert np.array_equal(nt.gram(nt.ntk(3), X, threads=4), K)
    assert np.array_equal(nt.gram(nt.ntk(3), X, X[:5], threads=3), K[:, :5])
    with pytest.raises(InvalidInput, match="thread"):
        nt.gram(nt.ntk(3), X, threads=0)


def test_layouts_of_arrays():
    X = sphere(60, 4)
    K = nt.gram(nt.ntk(4), X)
    wide = np.zeros((120, 8))
    wide[::2, ::2] = X
    locked = X.copy()
    locked.flags.writeable = False
    for same in (
        np.asfortranarray(X),
        wide[::2, ::2],
        locked,
        X[::-1][::-1],
        X.tolist(),
    ):
        assert np.array_equal(nt.gram(nt.ntk(4), same), K)
    assert K.flags.c_contiguous
    assert np.array_equal(X, locked)  # inputs stay as they were


def test_single_precision_and_integers():
    X = sphere(60, 4).astype(np.float32)
    K = nt.gram(nt.ntk(4), X)
    assert K.dtype == np.float32
    assert np.array_equal(
        K, nt.gram(nt.ntk(4), nt.normalise(X.astype(float))[0]).astype(np.float32)
    )
    mixed = nt.gram(nt.ntk(4), X, sphere(10, 4))
    assert mixed.dtype == np.float64
    basis = np.eye(20, dtype=np.int32)
    assert np.array_equal(nt.gram(nt.ntk(4), basis), nt.gram(nt.ntk(4), basis.astype(float)))


def test_one_row_against_many():
    X = sphere(400, 3)
    row = nt.gram(nt.nngp(3), X[:1], X)
    assert row.shape == (1, 400)
    assert row[0, 0] == 1.0
    assert np.array_equal(row.T, nt.gram(nt.nngp(3), X, X[:1]))
    assert nt.gram(nt.nngp(3), X[:1]).shape == (1, 1)


def test_kernels_without_a_series_are_compensated():
    X = sphere(30, 3)
    for kernel in (nt.arccosine(0) @ nt.arccosine(0), nt.zonal("plain", np.exp)):
        assert entries(kernel, X).packed is None
        assert np.array_equal(nt.gram(kernel, X), nt.gram(kernel, X, compensated=True))


@pytest.mark.parametrize(
    ("Y", "message"),
    [
        (np.eye(4), "3 and 4 coordinates"),
        (2 * np.eye(3), "Y's row 0 has norm 2.*nt.normalise\\(Y\\)"),
        (np.full((2, 3), np.nan), "Y holds NaN"),
        (np.zeros((0, 3)), "Y has shape"),
        (array_api_strict.eye(3), "one library"),
        ([[1.0, 0.0], [1.0]], "rows of one length"),
    ],
)
def test_bad_second_points_get_one_clear_message(Y, message):
    with pytest.raises(InvalidInput, match=message):
        nt.gram(nt.ntk(2), np.eye(3), Y)


def test_arguments_in_the_wrong_order():
    with pytest.raises(InvalidInput, match="kernel first"):
        nt.gram(np.eye(3), nt.ntk(2))
