"""Inputs that could make a decision procedure say what is not so."""

import pytest
import sympy as sp

from ntkproofs.arithmetic import exact, gammas
from ntkproofs.claims import Truth, exactly, identity
from ntkproofs.claims import steps as step_functions
from ntkproofs.errors import InvalidInput

n = sp.Symbol("n")


def test_symbols_of_one_name_and_different_assumptions_refute_nothing():
    left, right = sp.Symbol("x", positive=True), sp.Symbol("x")
    if identity("x = x", left, right).truth is Truth.FALSE:
        pytest.xfail("two symbols that print alike are refuted to be equal")


def test_contradictory_relations_prove_nothing():
    s = sp.Symbol("s")
    found = exact.polynomial_identity(s, 7, [s - 1, s - 2], [s])
    assert found.truth is Truth.UNDECIDED


def test_zero_over_zero_is_no_ratio():
    assert step_functions.gamma_ratio("0/0", 0, 0, 1).truth is Truth.UNDECIDED
    with pytest.raises(gammas.NotReducible):
        gammas.quotient_of_sums(sp.S.Zero, sp.S.Zero)


def test_a_float_in_the_argument_of_gamma():
    m = sp.Symbol("m", positive=True)
    over, under = sp.gamma(m + 0.1), sp.gamma(m + sp.Rational(1, 10))
    assert step_functions.gamma_ratio("0.1", over, under, 1).truth is Truth.UNDECIDED


@pytest.mark.parametrize("foreign", [0.5 * n, type("Liar", (sp.Symbol,), {})("x")])
def test_no_procedure_takes_floats_or_classes_that_are_not_sympys(foreign):
    steps = [
        identity("x", foreign, foreign),
        step_functions.identity_modulo("x", foreign, foreign, [], [n]),
        step_functions.nonnegative("x", foreign, {"x": 0, "n": 0}),
        step_functions.gamma_ratio("x", sp.gamma(foreign), 1, 1),
    ]
    assert {step.truth for step in steps} == {Truth.UNDECIDED}
    with pytest.raises(gammas.NotReducible, match=r"float|class of SymPy"):
        gammas.quotient_of_sums(foreign, foreign)


def test_a_function_without_a_formula_is_outside_the_class_and_no_crash():
    found = identity("f(n)", sp.Function("f")(n), n)
    assert found.truth is Truth.UNDECIDED
    assert "not a rational function" in found.reason


def test_shapes_that_differ_refute_nothing():
    with pytest.raises(InvalidInput):
        exactly("a tuple", (1,), 1)


def test_huge_integers_do_not_crash():
    try:
        truth = exactly("huge", 10**5000, 10**5000).truth
    except ValueError as error:  # the limit on digits of int -> str
        pytest.fail(str(error))
    assert truth is Truth.TRUE
