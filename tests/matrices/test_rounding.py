"""A priori bounds of rounding errors: they hold against exact arithmetic, and not by much."""

import math
from fractions import Fraction

import numpy as np
import pytest
from flint import arb, arb_mat
from hypothesis import given, settings
from hypothesis import strategies as st

import ntkproofs as nt
from ntkproofs.matrices import rounding
from ntkproofs.matrices.rounding import (
    above,
    below,
    bits_for_exact_products,
    frobenius,
    gamma,
    leading,
    orthogonality_defect,
    product,
    product_error,
    roundings,
    spectral_bound,
    unit_of_leading,
)
from ntkproofs.matrices.symmetric import scaled, unscaled

RNG = np.random.default_rng(20260103)


def exact(M):
    return arb_mat(np.atleast_2d(M).tolist())


def exact_norm(M):
    squares = (M[i, j] * M[i, j] for i in range(M.nrows()) for j in range(M.ncols()))
    return sum(squares, arb(0)).sqrt()


SIZES = {
    "normal": lambda n, m: RNG.standard_normal((n, m)),
    "all of one sign": lambda n, m: RNG.uniform(0.5, 1, (n, m)),
    "biased": lambda n, m: np.full((n, m), 0.1),
    "many magnitudes": lambda n, m: (
        RNG.standard_normal((n, m)) * 10.0 ** RNG.uniform(-9, 0, (n, m))
    ),
    "cancelling": lambda n, m: np.where(np.arange(n * m).reshape(n, m) % 2, 1 / 3, -1 / 3),
    "underflowing": lambda n, m: RNG.standard_normal((n, m)) * 1e-170,
}


@pytest.mark.parametrize("kind", SIZES)
@pytest.mark.parametrize("inner", [1, 7, 512, 513, 1300])
def test_products_are_within_their_bound(kind, inner):
    A, B = SIZES[kind](5, inner), SIZES[kind](inner, 4)
    with nt.precision(200):
        error = exact_norm(exact(product(A, B)) - exact(A) * exact(B))
        entries = exact(np.abs(A)) * exact(np.abs(B))
        worst = exact_norm(entries)
    assert error <= product_error(frobenius(A), frobenius(B), inner, 20)
    assert error <= gamma(roundings(inner)) * worst + arb(20 * inner) * rounding.TINY


def test_a_bound_without_the_length_of_the_sum_would_be_wrong():
    A = np.full((1, 500), 0.1)
    with nt.precision(200):
        error = exact_norm(exact(product(A, A.T)) - exact(A) * exact(A.T))
    total = frobenius(A) * frobenius(A)
    assert error <= gamma(roundings(500)) * total
    sequential = 0.0
    for entry in A[0].tolist():
        sequential += entry * entry
    with nt.precision(200):
        worse = abs(arb(sequential) - (exact(A) * exact(A.T))[0, 0])
    assert worse <= gamma(500) * total
    assert worse > gamma(1) * total, "one rounding for the whole sum is too few"


@pytest.mark.parametrize("kind", SIZES)
def test_norms_are_bounded_from_above_and_close(kind):
    M = SIZES[kind](60, 40)
    with nt.precision(200):
        truth = exact_norm(exact(M))
    assert frobenius(M) >= truth
    assert spectral_bound(M) >= np.linalg.norm(np.abs(M), 2) * (1 - 1e-12)
    if kind != "underflowing":
        assert frobenius(M) <= truth * (1 + 1e-12)


@pytest.mark.parametrize("shape", [(3, 3), (700, 20), (40, 40), (600, 530)])
def test_the_defect_of_orthogonality(shape):
    V = np.linalg.qr(RNG.standard_normal(shape))[0]
    V[0, 0] += 1e-6
    defect = orthogonality_defect(V)
    probe = np.linalg.norm(V.T @ V - np.eye(shape[1]))
    assert abs(float(defect) - probe) < 1e-9
    if shape[0] <= 40:
        with nt.precision(200):
            gram = exact(V.T.copy()) * exact(V) - exact(np.eye(shape[1]))
            assert defect >= exact_norm(gram)
    assert orthogonality_defect(np.ones((3, 2))) >= math.sqrt(2 * 4 + 2 * 9) - 1e-12


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.floats(-1e30, 1e30, allow_subnormal=False), min_size=2, max_size=40),
    st.integers(4, 26),
)
def test_leading_parts_lie_on_a_grid_and_rests_are_exact(entries, bits):
    M = np.array([entries, entries[::-1]])
    head = leading(M, bits, axis=1)
    unit = unit_of_leading(np.abs(M).max(axis=1, keepdims=True), bits)
    units = np.repeat(unit, M.shape[1])
    for entry, part, size in zip(M.ravel(), head.ravel(), units, strict=True):
        x, q, u = Fraction(float(entry)), Fraction(float(part)), Fraction(float(size))
        assert (q / u).denominator == 1
        assert abs(q / u) <= 2**bits
        assert abs(x - q) <= u
        assert Fraction(float(entry - part)) == x - q


@pytest.mark.parametrize("inner", [1, 2, 100, 513, 3000])
def test_products_of_leading_parts_are_exact(inner):
    bits = bits_for_exact_products(inner)
    A = leading(-RNG.uniform(0.9, 1, (3, inner)), bits, axis=1)  # the grid is finer below 0
    B = leading(-RNG.uniform(0.9, 1, (inner, 3)), bits, axis=0)
    with nt.precision(200):
        assert exact_norm(exact(A @ B) - exact(A) * exact(B)) == 0


def test_one_bit_more_would_not_be_exact():
    inner, bits = 4096, bits_for_exact_products(4096)
    A = leading(-RNG.uniform(0.9, 1, (3, inner)), bits + 1, axis=1)
    B = leading(-RNG.uniform(0.9, 1, (inner, 3)), bits + 1, axis=0)
    with nt.precision(200):
        assert exact_norm(exact(A @ B) - exact(A) * exact(B)) > 0


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(-2000, 2000))
def test_scaling_back_rounds_outward(value, exponent):
    truth = Fraction(value) * Fraction(2) ** exponent
    low, high = unscaled(value, exponent, -math.inf), unscaled(value, exponent, math.inf)
    low, high = float(low), float(high)
    assert math.isinf(low) or Fraction(low) <= truth
    assert math.isinf(high) or Fraction(high) >= truth
    assert low < math.inf
    assert high > -math.inf


@pytest.mark.parametrize("size", [1e-300, 2.0**-1074, 1.0, 1e300])
def test_scaling_is_exact_up_to_what_it_says(size):
    M = np.array([[size, -size / 4], [5e-324, 0.0]])
    found = scaled(M)
    for given_entry, kept in zip(M.ravel(), found.matrix.ravel(), strict=True):
        back = Fraction(float(kept)) - Fraction(float(given_entry)) / Fraction(2) ** found.exponent
        assert abs(back) <= Fraction(found.lost)


def test_floats_around_balls():
    third = arb(1) / 3
    assert Fraction(below(third)) <= Fraction(1, 3) <= Fraction(above(third))
    assert above(third) - below(third) < 1e-15
    assert above(arb(0, 1) / 0) == math.inf
    with nt.precision(300):
        assert Fraction(above(arb(2) ** -1080)) > 0
        assert below(arb(2) ** 1100) < math.inf
