"""Sums over neighbours on S² against sums over all pairs."""

import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.matrices.ramps import Ramp
from ntkproofs.matrices.short_range import (
    BUFFER,
    SortedPoints,
    add_neighbours,
    short_polynomials,
)
from ntkproofs.matrices.splitting import Cut

RNG = np.random.default_rng(20261122)


def awkward(n):
    """Poles, the seam of longitudes, coinciding and antipodal points, a cluster, random ones."""
    X = RNG.normal(size=(n, 3))
    X[:4] = [[0, 0, 1], [0, 0, -1], [-1, 0.0, 0], [-1, -1e-17, 1e-9]]
    X[4], X[5], X[6] = X[10], -X[10], X[10] + 1e-9
    X[n // 2 :] = X[11] + 0.02 * RNG.normal(size=(n - n // 2, 3))
    return nt.normalise(X)[0]


def by_pairs(cut, X, Y, V, *, far):
    chords = np.linalg.norm(X[:, None] + (Y if far else -Y)[None], axis=-1)
    values, close = np.zeros_like(chords), chords < cut.radius
    values[close] = cut(chords[close], far=far)
    return values @ V


def by_neighbours(cut, sets, V, *, far):
    queries, points = sets
    polynomials = short_polynomials(cut.far if far else cut.near, cut.radius, cut.ramp.rise, 1e-12)
    assert polynomials.error <= 1e-12
    out = np.zeros((V.shape[1], queries.count))
    vectors = np.ascontiguousarray(V[points.order].T)
    for start in range(0, queries.cells, 100):
        span = (start, min(start + 100, queries.cells))
        add_neighbours(out, vectors, span, sets, (cut.radius, polynomials, far))
    found = np.empty_like(out)
    found[:, queries.order] = out
    return found.T


@pytest.mark.parametrize("radius", [0.01, 0.1, 0.5, 1.0])
@pytest.mark.parametrize("far", [False, True])
def test_sums_over_neighbours_are_sums_over_pairs(radius, far):
    cut = Cut(radius, np.array([1.0, -0.3]), np.array([0.2, 0.7]), Ramp(20.0))
    X = awkward(80)
    beside = nt.normalise(X[20:60] + 0.003 * RNG.normal(size=(40, 3)))[0]
    Y = np.vstack([awkward(BUFFER + 31), X[:40], beside, -beside])
    V = RNG.normal(size=(Y.shape[0], 2))
    expected = by_pairs(cut, X, Y, V, far=far)
    for cell in (0.4 * radius, 3 * radius):
        sets = (SortedPoints.of(X, cell), SortedPoints.of(Y, radius))
        found = by_neighbours(cut, sets, V, far=far)
        assert np.max(abs(found - expected)) < 1e-11 * np.abs(V).sum()
        assert np.max(abs(expected)) > 1e-3 * radius


def test_coinciding_points_add_exactly_nothing():
    cut = Cut(0.3, np.array([1.0]), np.array([1.0]), Ramp(20.0))
    X = np.repeat(nt.normalise(np.array([[1.0, 2.0, 3.0]]))[0], 5, axis=0)
    points = SortedPoints.of(X, 0.1)
    V = RNG.normal(size=(5, 1))
    assert not by_neighbours(cut, (points, points), V, far=False).any()
    opposite = SortedPoints.of(-X, 0.1)
    assert not by_neighbours(cut, (opposite, points), V, far=True).any()


def test_points_are_only_sorted():
    X = awkward(500)
    for cell in (0.01, 0.3, 9.0):
        points = SortedPoints.of(X, cell)
        assert np.array_equal(np.sort(points.order), np.arange(500))
        assert np.array_equal(points.coordinates.T, X[points.order])
        assert points.starts[-1] == 500
        assert points.cells < 4000
        theta, phi = points.angles.T
        back = np.stack([np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)])
        assert np.allclose(back, points.coordinates, atol=1e-15, rtol=0)
