"""The search: finds what is planted, refutes nothing that is true, and says what went wrong."""

from __future__ import annotations

import time
from fractions import Fraction

import numpy as np
import pytest

import ntkproofs as nt
from ntkproofs.arithmetic.balls import precision
from ntkproofs.conjectures import assume, conjecture, given, largest, probe, product, quantity, st
from ntkproofs.conjectures.points import SpherePoints
from ntkproofs.conjectures.rationals import Movable
from ntkproofs.conjectures.search import Budget, search
from ntkproofs.conjectures.values import eigenvalue, legendre, multiplier, weighted, zonal_matrix
from ntkproofs.errors import InvalidInput
from tests.benchmarks.corpus_conjectures import CORPUS, FALSE, TRUE

ENTRIES = {entry.id: entry for entry in CORPUS}
SOON_FOUND = [
    "relu-kernel-positive",
    "points-raise-the-norm",
    "products-of-eigenvalues",
    "quadratures-commute",
    "orbits-commute",
    "grids-keep-apart",
    "relu-eigenvalues-positive",
    "printed-table",
    "multiplier-above-a-line-by-a-hair",
    "legendre-above",
    "expansion-constant",
    "depth-law",
]
NEVER_REFUTED = [
    "kernels-positive",
    "hadamard",
    "interlacing",
    "polytopes-commute",
    "quadratures-see-the-mean",
    "triangles",
    "multiplier-above-its-tangent",
    "legendre-bounded",
    "parity-zeros",
    "step-kernel-reflected",
    "expansion-from-below",
    "least-value-holds",
]


def probed(statement, examples=200, seconds=120.0, **options):
    (result,) = probe(statement, examples=examples, seconds=seconds, **options)
    return result


# ---- the corpus


def test_the_corpus_is_large_and_half_of_it_is_false():
    assert len(ENTRIES) == len(CORPUS) >= 60
    assert min(len(TRUE), len(FALSE)) >= 30
    assert all(entry.hard and entry.why for entry in CORPUS)


@pytest.mark.parametrize("entry", [e for e in FALSE if "deep" not in e.id], ids=lambda e: e.id)
def test_false_conjectures_are_false(entry):
    assert entry.conjecture.examine(entry.falls_at).violation is not None


@pytest.mark.parametrize("name", SOON_FOUND)
def test_finds_what_is_false(name):
    found = probed(ENTRIES[name].conjecture, examples=2000, seconds=240)
    assert found.outcome == "refuted"
    assert found.witness is not None
    assert found.witness.bits > 0
    assert found.witness.left != ""


@pytest.mark.parametrize("name", NEVER_REFUTED)
def test_refutes_nothing_that_is_true(name):
    found = probed(ENTRIES[name].conjecture, examples=40)
    assert found.outcome == "no counterexample", found.problem


# ---- how it searches


@conjecture("s is not in a window", source="test")
@given(s=st.rationals(0, 1))
def _window(s):
    return abs(quantity(s) - Fraction(271828, 10**6)) >= Fraction(1, 10**7)


@conjecture("no antipodal points", source="test")
@given(X=st.sphere_points(n=st.integers(2, 5), dim=st.integers(2, 4)))
def _apart(X):
    K = nt.gram(nt.nngp(2), X)
    return [K.entry(i, j) >= Fraction(1, 10**6) for i, j in X.pairs()]


def test_the_same_seed_gives_the_same_search():
    first, second = (search(_window, Budget(600, 120), seed=3) for _ in range(2))
    assert first.found_at == second.found_at > 0
    assert first.witness is not None
    assert second.witness is not None
    assert repr(first.witness[0]) == repr(second.witness[0])


@conjecture("s is not near one half", source="test")
@given(s=st.rationals(0, 1))
def _not_half(s):
    return abs(quantity(s) - Fraction(51, 100)) >= Fraction(1, 300)


def test_an_example_that_was_found_is_tried_first(tmp_path):
    """One that takes a while without: what is found at once says nothing."""
    assert probed(_not_half, seed=99).found_at > 3
    assert probed(_not_half, database=tmp_path).outcome == "refuted"
    assert probed(_not_half, database=tmp_path, seed=99).found_at == 1


def test_witnesses_are_small():
    found = search(_apart, Budget(400, 120), seed=1)
    assert found.witness is not None
    X = found.witness[0]["X"]
    assert (X.n, X.dim) == (2, 2)
    assert max(abs(x) for row in X.directions for x in row) <= 1


def test_witnesses_stay_within_their_strategies():
    @conjecture("a bound", source="test")
    @given(s=st.rationals(Fraction(1, 3), Fraction(1, 2)))
    def small(s):
        return quantity(s) < Fraction(2, 5)

    found = search(small, Budget(100, 120))
    assert found.witness is not None
    assert Fraction(2, 5) <= found.witness[0]["s"] <= Fraction(1, 2)


def test_moving_a_number_keeps_it_within_its_interval():
    x = Movable(Fraction(1, 3), 0, 1)
    assert (x.moved_to(7), x.moved_to(-7)) == (1, 0)
    assert repr(x) == "Fraction('1/3')"
    assert type(x + 1) is Fraction


def test_the_first_of_several_comparisons_may_be_the_one_that_fails():
    @conjecture("two at once", source="test")
    @given(n=st.integers(0, 9))
    def both(n):
        return [quantity(n) <= 5, quantity(n) >= 0]

    found = probed(both)
    assert found.outcome == "refuted"
    assert found.witness is not None
    assert (dict(found.witness.arguments), found.witness.sign) == ({"n": "6"}, "<=")


# ---- suspicion is no refutation


def test_what_only_floats_refute_is_suspected():
    plain = nt.zonal("plain", lambda u: np.asarray(u) - 2.0)

    @conjecture("a kernel that knows floats only", source="test")
    @given(X=st.sphere_points(n=st.integers(1, 3), dim=st.just(2)))
    def positive(X):
        return nt.gram(plain, X).smallest() >= 0

    found = probed(positive)
    assert found.outcome == "suspected"
    assert "no refutation" in found.words()


def test_rounding_errors_raise_no_suspicion():
    @conjecture("0 = 0", source="test")
    @given(X=st.sphere_points(n=st.integers(2, 3), dim=st.integers(2, 3), kinds=("duplicated",)))
    def singular(X):
        return [nt.gram(nt.ntk(3), X).smallest() >= 0, nt.gram(nt.ntk(3), X).determinant() == 0]

    found = probed(singular, examples=60)
    assert found.outcome == "no counterexample"
    assert found.undecided > 0


# ---- bodies and strategies that are wrong


def _failed(body, words, seconds=120.0, **strategies):
    wrong = conjecture("wrong", source="test", id="wrong")(given(**strategies)(body))
    found = probed(wrong, seconds=seconds)
    assert found.outcome == "error"
    assert words in found.problem
    assert found.witness is None


def test_no_comparison():
    _failed(lambda n: None, "compared nothing", n=st.integers(0, 3))


def test_everything_rejected():
    _failed(lambda n: assume(False), "every instance was rejected", n=st.integers(0, 3))


def test_a_float_is_refused():
    _failed(lambda n: quantity(n) > 0.5, "got the float 0.5", n=st.integers(0, 3))


def test_a_body_that_raises():
    def raises(n):
        return quantity(2) > {0: 1}[n]

    _failed(raises, "the body raised KeyError: 1, on n = 1", n=st.integers(0, 3))


def test_a_flaky_body():
    calls = []

    def flaky(n):
        calls.append(n)
        return quantity(len(calls)) > 1

    _failed(flaky, "flaky", n=st.integers(0, 3))


def test_a_body_that_takes_forever():
    def forever(n):
        while n >= 0:
            time.sleep(0.01)

    _failed(forever, "did not come to an end", seconds=2.0, n=st.integers(0, 3))


@pytest.mark.parametrize(("n", "dim", "words"), [(0, 3, "not empty"), (2, 1, "2 at least")])
def test_points_that_do_not_exist(n, dim, words):
    strategy = st.sphere_points(n=st.just(n), dim=st.just(dim))
    _failed(lambda X: X.separation() > 0, words, X=strategy)


def test_an_empty_range():
    _failed(
        lambda n: quantity(n) > 0,
        "every instance was rejected",
        n=st.integers(0, 9).filter(lambda n: n > 9),
    )


# ---- values for bodies


def test_values_are_the_same_in_floats_and_in_balls():
    X = SpherePoints.of([(1, 0, 0), (1, 2, 2), (3, 4, 0)])
    K = nt.gram(nt.ntk(3), X)
    P = zonal_matrix(X, [1, multiplier(1, 1, 3), 5])
    values = [
        eigenvalue(nt.ntk(3), 4, 5),
        multiplier(Fraction(3, 2), 4, 5),
        multiplier(Fraction(-1, 2), 4, 5, "degree"),
        legendre(7, 5, Fraction(1, 3)),
        weighted(K, (1, Fraction(1, 2), 3)).largest(),
        P.smallest(),
        product(K, P).largest(),
        product(K, P).trace(),
        K.commutator(P),
        largest(*(X.cosine(i, j) for i, j in X.pairs())),
        quantity(-2) ** 3,
        quantity(2) ** -2,
    ]
    for value in values:
        with precision(200):
            exact = value.ball()
        assert exact.is_finite()
        assert float(value) == pytest.approx(float(exact.mid()), rel=1e-9)


def test_products_have_the_eigenvalues_of_numpy():
    X = SpherePoints.of([(1, 0), (1, 2), (3, 4)])
    K, P = nt.gram(nt.ntk(2), X), nt.gram(nt.nngp(3), X)
    expected = np.sort(np.linalg.eigvals(np.asarray(K) @ np.asarray(P)).real)
    found = [float(product(K, P).eigenvalue(i).ball().mid()) for i in range(3)]
    np.testing.assert_allclose(found, expected, rtol=1e-10)


def test_values_refuse_what_they_cannot_mean():
    X = SpherePoints.of([(1, 0), (1, 2)])
    K = nt.gram(nt.ntk(2), X)
    with pytest.raises(InvalidInput, match="one for each of the 2 rows"):
        weighted(K, (1, 2, 3))
    with pytest.raises(InvalidInput, match="no eigenvalue 2"):
        product(K, K).eigenvalue(2)
    with pytest.raises(InvalidInput, match="definition is"):
        multiplier(1, 2, 3, "wrong")  # type: ignore[arg-type]
