"""Quantities, points and matrices of conjectures: balls hold the truth, floats decide nothing."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb
from hypothesis import given, settings

import ntkproofs as nt
from ntkproofs.arithmetic.balls import precision
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.conjectures import PI, largest, quantity, smallest, st
from ntkproofs.conjectures.matrices import ExactMatrix
from ntkproofs.conjectures.points import SpherePoints, TorusPoints
from ntkproofs.conjectures.quantities import Undecided, recorded
from ntkproofs.errors import InvalidInput


def test_an_equality_of_balls_stays_open_and_an_inequality_beyond_floats_is_decided() -> None:
    third = quantity(Fraction(1, 3))
    assert (third * 3 == 1).decided().truth is Truth.UNDECIDED
    tiny = quantity(Fraction(1, 10**30))
    assert (1 + tiny > 1).decided().truth is Truth.TRUE
    assert float(1 + tiny) == 1.0
    assert (1 + tiny <= 1).decided().truth is Truth.FALSE


@pytest.mark.parametrize("value", [0.1, "1", None, 1j])
def test_a_float_is_no_quantity(value: object) -> None:
    with pytest.raises(InvalidInput):
        quantity(value)


def test_functions_agree_in_floats_and_balls() -> None:
    x = quantity(Fraction(3, 5))
    for made in (x.sqrt(), x.log(), x.exp(), x.arccos(), abs(-x), x**2, 2**x, 1 / x, x - 2, PI * x):
        with precision(80):
            assert abs(float(made.ball().mid()) - float(made)) < 1e-12
    assert float(largest(x, 1)) == 1.0
    assert float(smallest(x, 1)) == 0.6


def test_a_comparison_is_no_bool_where_it_is_open() -> None:
    third = quantity(Fraction(1, 3))
    with pytest.raises(Undecided):
        bool(third * 3 <= 1)
    with recorded() as run:
        assert third < 1
    assert [outcome.truth for _, outcome in run.decided] == [Truth.TRUE]
    with pytest.raises(TypeError):
        bool(third)


def test_cosines_of_directions_are_exact_where_points_coincide() -> None:
    X = SpherePoints.of([(1, 2, 2), (2, 4, 4), (-1, -2, -2), (2, 1, 2)])
    with precision(64):
        assert X.cosine_ball(0, 1) == 1
        assert X.cosine_ball(0, 2) == -1
        assert X.cosine_ball(0, 3).contains(arb(8) / 9)
    assert X.has_duplicates()
    assert X.has_antipodal_pair()
    assert np.allclose(np.linalg.norm(X.array, axis=1), 1)


def test_points_of_the_torus_are_those_of_the_embedding() -> None:
    X = TorusPoints.of([(0, 0), (Fraction(1, 2), Fraction(1, 2)), (Fraction(1, 4), 0)])
    with precision(64):
        assert X.cosine_ball(0, 1).contains(-1)
        assert X.cosine_ball(0, 2).contains(Fraction(1, 2).numerator / arb(2))
    assert X.has_antipodal_pair()
    assert np.allclose(X.array @ X.array.T, [[1, -1, 0.5], [-1, 1, -0.5], [0.5, -0.5, 1]])


def test_eigenvalues_are_enclosed_at_any_precision() -> None:
    A = ExactMatrix(((2, 1), (1, 2)))
    for bits in (64, 200):
        with precision(bits):
            assert A.smallest().ball().contains(1)
            assert A.largest().ball().contains(3)
    assert math.isclose(float(A.condition()), 3)
    assert (A.smallest() > Fraction(1001, 1000)).decided().truth is Truth.FALSE
    assert (A.determinant() == 4).decided().truth is Truth.FALSE


def test_the_matrix_of_a_kernel_is_that_of_the_library() -> None:
    X = SpherePoints.of([(3, 4, 0), (0, 0, 1), (1, 1, 1)])
    K = nt.gram(nt.ntk(3), X)
    assert np.allclose(K.floats, nt.gram(nt.ntk(3), X.array))
    with precision(128):
        cosine = X.cosine_ball(0, 2)
        assert K.entry(0, 2).ball().overlaps(nt.ntk(3)(cosine))
    assert nt.enclose_smallest(K).ball is not None
    assert (nt.enclose_smallest(K) > 0).decided().truth is Truth.TRUE


@pytest.mark.parametrize(
    "rows", [[], [(1,)], [(0, 0)], [(1, 2), (1, 2, 3)]], ids=["none", "line", "zero", "ragged"]
)
def test_what_is_no_set_of_points(rows: list) -> None:
    with pytest.raises(InvalidInput):
        SpherePoints.of(rows)


def test_what_is_no_symmetric_matrix() -> None:
    with pytest.raises(InvalidInput):
        ExactMatrix(((1, 2), (3, 4)))


@given(st.sphere_points(n=st.integers(1, 12), dim=st.integers(2, 4), kinds=["clustered"]))
@settings(max_examples=40, deadline=None)
def test_clustered_points_have_few_centres(points: SpherePoints) -> None:
    close = points.array @ points.array.T > 0.99
    assert len({tuple(row) for row in close.tolist()}) <= max(1, points.n // 4) + points.n // 2


@given(st.targets(5))
@settings(max_examples=60, deadline=None)
def test_targets_have_a_coefficient_of_each_degree(target: tuple[Fraction, ...]) -> None:
    assert len(target) == 6
    assert any(target)
    assert all(isinstance(c, Fraction) for c in target)
