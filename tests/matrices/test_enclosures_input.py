"""What the enclosures refuse, with one clear message each, and what overflows."""

import math

import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.errors import InvalidInput, Unable
from ntkproofs.matrices import enclosures, symmetric


def test_overflowing_eigenvalues_are_bounded_from_the_side_that_exists():
    found = nt.enclose_eigenvalues(np.full((3, 3), 1.7e308))
    assert found.largest.lower > 1.7e308
    assert found.largest.upper == math.inf
    blurred = nt.enclose_eigenvalues(np.diag([1.7e308, 1.0]), radius=1e308)
    assert blurred.largest.upper == math.inf
    assert blurred.smallest.lower == -math.inf


@pytest.mark.parametrize(
    ("A", "message"),
    [
        (np.array([[1.0, 2.0], [2.5, 1.0]]), r"A\[0, 1\] = 2 and A\[1, 0\] = 2.5, by 0.5"),
        (np.zeros((0, 0)), "n >= 1"),
        (np.zeros((2, 3)), r"shape \(2, 3\)"),
        (np.array([1.0]), r"shape \(1,\)"),
        (np.array([[1.0, np.nan], [np.nan, 1.0]]), r"A\[0, 1\] is nan"),
        (np.array([[np.inf]]), r"A\[0, 0\] is inf"),
        (np.eye(2) * 1j, "real matrix"),
        (np.eye(2, dtype=np.longdouble), "dtype"),
        ([[1.0, 2.0], [1.0]], "array of numbers"),
        ([["a", "b"], ["b", "a"]], "dtype"),
        (np.array([[2**60 + 1]]), "2\\^53"),
    ],
    ids=str,
)
@pytest.mark.parametrize(
    "ask", [nt.enclose_eigenvalues, nt.enclose_smallest, nt.is_positive_definite]
)
def test_bad_matrices(ask, A, message):
    with pytest.raises(InvalidInput, match=message):
        ask(A)


@pytest.mark.parametrize("radius", [-1.0, math.nan, [1.0, 2.0], np.zeros((3, 3))])
def test_bad_radius(radius):
    with pytest.raises(InvalidInput, match="radius"):
        nt.enclose_eigenvalues(np.ones((2, 2)), radius=radius)


def test_too_large_for_memory_is_refused_before_anything_is_allocated(monkeypatch):
    monkeypatch.setattr(symmetric, "available_memory", lambda: 1e4)
    with pytest.raises(Unable, match=r"GiB .* at n = 100 .* are available"):
        nt.enclose_eigenvalues(np.ones((100, 100)))


def test_bad_input_with_digits():
    with pytest.raises(InvalidInput, match=r"A\[1, 0\] = 3"):
        nt.enclose_eigenvalues([[1, 2], [3, 1]], digits=10)
    with pytest.raises(InvalidInput, match="digits"):
        nt.enclose_eigenvalues(np.eye(2), digits=0)
    with pytest.raises(InvalidInput, match="finite real"):
        nt.enclose_eigenvalues([[math.nan]], digits=10)
    with pytest.raises(InvalidInput, match="square"):
        nt.enclose_eigenvalues([], digits=10)
    with pytest.raises(Unable, match="n = 200"):
        nt.enclose_eigenvalues(np.eye(201), digits=10)


def test_a_blas_that_lies_is_caught():
    with pytest.raises(Unable, match="contradict"):
        enclosures._require_consistent(np.array([1.0]), np.array([0.5]))
