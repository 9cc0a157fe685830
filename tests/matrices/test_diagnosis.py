"""Each planted cause is named, with its rows, and no other."""

import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.errors import InvalidInput

RNG = np.random.default_rng(20260106)


def sphere(n, dim=3):
    return nt.normalise(RNG.standard_normal((n, dim)))[0]


def diagnosed(kernel, X):
    return nt.diagnose(nt.gram(kernel, X), kernel, X)


def test_nothing_is_wrong():
    found = diagnosed(nt.ntk(3), sphere(30))
    assert found.definite.truth is Truth.TRUE
    assert found.causes == ()


def test_duplicates_with_and_without_points():
    X = sphere(20)
    X = np.vstack([X, X[[4, 4]]])
    for found in (diagnosed(nt.ntk(3), X), nt.diagnose(nt.gram(nt.ntk(3), X))):
        assert found.definite.truth is Truth.FALSE
        assert found.causes == ("duplicate rows",)
        assert "4 and 20, 4 and 21" in str(found)


def test_antipodes_under_an_odd_and_an_even_kernel():
    X = sphere(3, 4)
    X = np.vstack([X, -X[1]])
    odd, even = (
        nt.cosine,
        nt.cosine * nt.cosine + 1e-3 * (nt.cosine * nt.cosine) * nt.cosine * nt.cosine,
    )
    for kernel, part in ((odd, "even"), (even, "odd")):
        found = diagnosed(kernel, X)
        assert "parallel rows" in found.causes
        assert "1 and 3" in str(found)
        assert f"no {part} part" in str(found)
    assert nt.diagnose(nt.gram(odd, X)).causes == ("parallel rows",)
    assert nt.diagnose(nt.gram(even, X)).causes == ("duplicate rows",)


def test_antipodes_are_harmless_under_a_kernel_with_both_parts():
    X = sphere(10)
    assert diagnosed(nt.ntk(3), np.vstack([X, -X])).causes == ()


def test_more_antipodal_pairs_than_the_rank_of_the_odd_part():
    X = sphere(12)
    assert diagnosed(nt.nngp(2), np.vstack([X, -X[:3]])).causes == ()
    found = diagnosed(nt.nngp(2), np.vstack([X, -X[:4]]))
    assert found.causes == ("parallel rows",)
    assert "rank at most 3, less than the 4 pairs" in str(found)


def test_a_kernel_that_is_not_positive_definite():
    kernel = nt.nngp(3) - 0.5 * nt.cosine
    found = diagnosed(kernel, sphere(40))
    assert found.definite.truth is Truth.FALSE
    assert "negative eigenvalues of the kernel" in found.causes
    assert "μ_1 = -" in str(found)
    assert nt.diagnose(nt.gram(kernel, sphere(40))).causes == ("unexplained",)


def test_more_points_than_the_rank_of_the_kernel():
    found = diagnosed(nt.cosine, sphere(30))
    assert "finite rank" in found.causes
    assert "at most 3" in str(found)


def test_near_rows_and_rounding():
    X = sphere(20)
    X = np.vstack([X, nt.normalise(X[:1] + 1e-9 * X[1:2])[0]])
    found = diagnosed(nt.nngp(2), X)
    assert set(found.causes) == {"near rows", "rounding"}
    assert "0 and 20" in str(found)


def test_a_wrong_entry_is_not_explained():
    K = nt.gram(nt.ntk(3), sphere(20))
    K[2, 5] = K[5, 2] = 2.9
    found = nt.diagnose(K)
    assert found.definite.truth is Truth.FALSE
    assert found.causes == ("unexplained",)


def test_bad_arguments():
    X = sphere(5)
    K = nt.gram(nt.ntk(2), X)
    with pytest.raises(InvalidInput, match="shape"):
        nt.diagnose(K, nt.ntk(2), X[:4])
    with pytest.raises(InvalidInput, match="kernel"):
        nt.diagnose(K, kernel=np.cos)
    with pytest.raises(InvalidInput, match="direction"):
        nt.diagnose(K, nt.ntk(2), 0 * X)
    with pytest.raises(InvalidInput, match="symmetric"):
        nt.diagnose(np.triu(K), nt.ntk(2), X)
