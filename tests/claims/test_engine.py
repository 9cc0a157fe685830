"""The claim engine: verdicts come out of evidence, and evidence that cannot fail is found out."""

import dataclasses
import sys
from fractions import Fraction

import pytest
import sympy as sp
from flint import arb

from ntkproofs.claims import (
    Claim,
    Grade,
    Step,
    Theorem,
    Truth,
    certify,
    equal,
    exactly,
    identity,
    less,
    premise,
    sample,
    significant,
    statistic,
)
from ntkproofs.claims.runner import verify_claim
from ntkproofs.claims.verdict import Outcome, Verdict
from ntkproofs.errors import InvalidInput

n = sp.Symbol("n")
SQUARE = {"constants": {"c": 2}, "mutants": {"c": [1, 3, sp.Rational(201, 100)]}}
CITED = Theorem("a theorem", "it says so", "a book")


def claim(**changes):
    fields = {"id": "test.claim", "statement": "(n+1)^2 = n^2 + c n + 1", "source": "a test"}
    return Claim(**{**fields, **SQUARE, **changes})


def expand(c):
    yield identity("the square", (n + 1) ** 2, n**2 + c * n + 1)


def verdicts(made, mutants=True):
    result = verify_claim(made, mutants=mutants)
    return result.original.verdict, result.amended.verdict if result.amended else None


def outcomes(made, mutants=True):
    return {e.name: e.outcome for e in verify_claim(made, mutants=mutants).original.evidence}


def test_a_true_statement_is_proved_and_its_mutants_die():
    made = claim()
    made.proof(relies_on=[CITED])(expand)
    result = verify_claim(made, mutants=True)
    assert result.original.verdict is Verdict.PROVED
    assert result.original.relies_on == (CITED,)
    assert (result.mutants.killed, result.mutants.total) == (3, 3)


def test_a_false_statement_falls_with_its_smallest_witness_and_its_amendment_stands():
    made = claim(constants={"c": 3}, mutants={})
    made.proof()(expand)
    made.amend("(n+1)^2 = n^2 + 2n + 1", c=2, mutants={"c": [3]})
    result = verify_claim(made, mutants=True)
    assert result.original.verdict is Verdict.REFUTED
    assert result.original.refutation.witness["n"] == 1
    assert (result.original.refutation.witness["left"], "5") == ("4", "5")
    assert result.amended.verdict is Verdict.PROVED
    assert result.mutants.alive == ()


def test_evidence_that_ignores_the_constant_is_vacuous():
    made = claim()

    @made.proof()
    def no_constant():
        yield identity("the square", (n + 1) ** 2, n**2 + 2 * n + 1)

    assert verdicts(made) == (Verdict.UNDECIDED, None)
    assert outcomes(made) == {"no_constant": Outcome.VACUOUS}


def test_evidence_that_compares_a_thing_with_itself_is_vacuous():
    made = claim()

    @made.proof()
    def tautology(c):
        yield identity("itself", c * n, c * n)

    result = verify_claim(made, mutants=True)
    assert result.original.verdict is Verdict.UNDECIDED
    assert result.mutants.killed == 0
    assert all("tautology" in line for line in result.mutants.alive)


def test_a_crash_on_a_mutant_is_told_apart_from_tolerance():
    made = claim()

    @made.proof()
    def delicate(c):
        if c == 3:
            raise OSError("gone")
        yield identity("the square", (n + 1) ** 2, n**2 + c * n + 1)

    result = verify_claim(made, mutants=True)
    (found,) = result.original.evidence
    assert found.outcome is Outcome.CRASHED
    assert (result.original.verdict, result.crashed) == (Verdict.UNDECIDED, True)
    assert "did not finish on the mutant c = 3 (OSError: gone" in found.detail
    assert "live" not in found.detail


def test_evidence_that_lets_one_mutant_live_and_crashes_on_another_is_vacuous():
    for crashing in SQUARE["mutants"]["c"]:
        made = claim()
        made.proof()(tautology_except_at(crashing))
        assert outcomes(made) == {"delicate": Outcome.VACUOUS}


def tautology_except_at(crashing):
    def delicate(c):
        if c == crashing:
            raise OSError("gone")
        yield identity("itself", n, n)

    return delicate


def test_one_vacuous_piece_does_not_take_the_sound_one_down():
    made = claim()
    made.proof()(expand)

    @made.proof()
    def tautology(c):
        yield identity("itself", c * n, c * n)

    assert outcomes(made) == {"expand": Outcome.HOLDS, "tautology": Outcome.VACUOUS}
    assert verdicts(made)[0] is Verdict.PROVED


def test_a_refuter_that_refutes_everything_is_vacuous():
    made = claim(constants={"c": 3}, mutants={})

    @made.proof()
    def always_no(c):
        yield exactly("no", 0, 1)

    made.amend("true", c=2, mutants={"c": [3]})
    result = verify_claim(made)
    assert result.original.verdict is Verdict.UNDECIDED
    assert result.original.evidence[0].outcome is Outcome.VACUOUS


@pytest.mark.parametrize(
    "evidence",
    [
        lambda c: iter([True]),
        lambda c: True,
        lambda c: iter([Truth.TRUE]),
        lambda c: iter([]),
        lambda c: 1 / 0,
        lambda c: sys.exit(0),
        lambda c: iter([Step(Truth.TRUE, Grade.PROVED, "my word", "trust me")]),
        lambda c: iter([exactly("floats", 0.5, 0.5)]),
        lambda c: iter([certify("a bool", lambda: True)]),
        lambda c: iter([certify("a bool of balls", lambda: arb(1) < arb(2))]),
    ],
    ids=[
        "yields True",
        "returns True",
        "yields a bare truth",
        "executes nothing",
        "raises",
        "exits",
        "forges a step",
        "compares floats exactly",
        "certifies a bool",
        "certifies a comparison operator",
    ],
)
def test_what_is_not_a_decided_step_crashes_and_shows_nothing(evidence):
    def by_hand(c):
        return evidence(c)

    made = claim()
    made.proof()(by_hand)
    result = verify_claim(made, mutants=True)
    assert result.original.verdict is Verdict.UNDECIDED
    assert result.original.evidence[0].outcome is Outcome.CRASHED
    assert result.original.evidence[0].counts.crashed == 1
    assert result.crashed
    assert result.mutants.killed == 0, "a crash kills no mutant"


def test_the_weakest_step_decides_the_grade_and_the_kind_bounds_it():
    def steps(c):
        yield identity("exact", (n + 1) ** 2, n**2 + c * n + 1)
        yield sample("by floats", abs(0.1 + 0.2 - 0.3) < 1e-9)

    made = claim()
    made.proof()(steps)
    found = verify_claim(made).original
    assert (found.verdict, found.grade) == (Verdict.SUPPORTED, Grade.SAMPLED)
    other = claim()
    other.certificate(on="n = 1")(expand)
    found = verify_claim(other).original
    assert (found.verdict, found.grade) == (Verdict.CERTIFIED, Grade.CERTIFIED)


def test_the_weakest_part_decides_the_claim():
    made = claim()
    made.proof(part="first")(expand)

    @made.search(on="nothing much", part="second")
    def looked(c):
        yield identity("the square", (n + 1) ** 2, n**2 + c * n + 1)

    assert verify_claim(made, mutants=True).original.grade is Grade.SAMPLED

    @made.proof(part="third")
    def cannot_tell(c):
        yield certify("sqrt 2 sqrt 2 = c", lambda: equal(arb(2).sqrt() ** 2, arb(c)), limit=64)

    assert verify_claim(made).original.verdict is Verdict.UNDECIDED


def test_floats_refute_nothing_and_balls_confirm_no_equality():
    made = claim()

    @made.search(on="one point")
    def floats(c):
        yield sample("floats differ", False, witness={"n": 1})

    assert verify_claim(made).original.verdict is Verdict.UNDECIDED
    other = claim()

    @other.certificate(on="n = 2")
    def balls(c):
        yield certify("sqrt 2 sqrt 2 = c", lambda: equal(arb(2).sqrt() ** 2, arb(c)), limit=128)

    result = verify_claim(other, mutants=True)
    assert result.original.verdict is Verdict.UNDECIDED


def test_a_failed_premise_breaks_the_argument_and_refutes_nothing():
    made = claim()

    @made.proof()
    def argument(c):
        yield premise(exactly("a lemma that is false", 1, 2))
        yield exactly("its conclusion", c, 5)

    found = verify_claim(made).original
    assert found.verdict is Verdict.UNDECIDED
    assert "premise" in found.evidence[0].detail


def test_proof_and_refutation_of_one_part_contradict_each_other():
    made = claim()
    made.proof()(expand)

    @made.certificate(on="nowhere")
    def wrong(c):
        yield exactly("c = 3", c, 3)

    found = verify_claim(made).original
    assert found.verdict is Verdict.UNDECIDED
    assert "contradiction" in found.note


@pytest.mark.parametrize(
    ("p_value", "p_opposite", "truth"),
    [(1e-4, 1.0, Truth.FALSE), (1.0, 1e-4, Truth.TRUE), (0.6, 0.4, Truth.UNDECIDED)],
)
def test_an_order_stands_where_the_other_one_is_rejected(p_value, p_opposite, truth):
    step = significant("a < b", p_value, p_opposite, false_alarm=1e-2, witness={"a": 1})
    assert step.truth is truth
    assert bool(step.witness) == (truth is Truth.FALSE)
    assert bool(step.reason) == (truth is Truth.UNDECIDED)


@pytest.mark.parametrize("p_values", [(1e-4, 1e-4), (-0.1, 0.5), (0.5, float("nan"))])
def test_p_values_that_are_none(p_values):
    with pytest.raises(InvalidInput):
        significant("a < b", *p_values, false_alarm=1e-2)


@pytest.mark.parametrize("full", [False, True])
def test_long_measurements_run_where_asked_for(full):
    made = claim(constants={"c": 1, "d": 1}, mutants={"c": [2], "d": [2]})

    @made.statistic(on="kept rows")
    def kept(c):
        yield statistic("c is 1", 1e-9 if c != 1 else 0.5, false_alarm=1e-2)

    @made.statistic(on="new rows", full=True)
    def again(d):
        yield statistic("d is 1", 1e-9 if d != 1 else 0.5, false_alarm=1e-2)

    found = verify_claim(made, mutants=True, full=full)
    # without it nothing answers for d
    assert [e.name for e in found.original.evidence] == ["kept", "again"][: 1 + full]
    assert found.original.verdict is (Verdict.SUPPORTED if full else Verdict.UNDECIDED)
    assert found.mutants.killed == (2 if full else 1)


def test_a_statistical_refutation_has_a_statistical_grade():
    made = claim()

    @made.statistic(on="100 draws")
    def z_test(c):
        yield statistic("mean is c", 1e-9, false_alarm=1e-6, witness={"draws": 100})

    found = verify_claim(made).original
    assert (found.verdict, found.grade) == (Verdict.REFUTED, Grade.STATISTICAL)


def test_instances_are_no_proof_unless_it_is_said_why_they_cover_all_cases():
    def instances(c):
        for number in range(3):
            yield exactly("the square", (number + 1) ** 2, number**2 + c * number + 1)

    made = claim()
    made.proof()(instances)
    assert verify_claim(made, mutants=True).original.grade is Grade.CERTIFIED
    other = claim()
    other.proof(covers="two polynomials of degree 2 that agree at three points are the same")(
        instances
    )
    assert verify_claim(other, mutants=True).original.grade is Grade.PROVED


def test_weak_evidence_does_not_overrule_strong():
    made = claim()
    made.certificate(on="n = 1")(expand)

    @made.statistic(on="10 draws")
    def unlucky(c):
        yield statistic("mean is c", 1e-3, false_alarm=1e-2)

    found = verify_claim(made).original
    assert found.verdict is Verdict.UNDECIDED
    assert "contradiction" in found.note


def test_premises_alone_show_nothing():
    made = claim()

    @made.proof()
    def only_premises(c):
        yield premise(identity("the square", (n + 1) ** 2, n**2 + c * n + 1))

    assert verify_claim(made).original.evidence[0].outcome is Outcome.CRASHED


def test_a_step_changed_by_hand_is_found_out():
    made = claim()

    @made.proof()
    def forged(c):
        yield dataclasses.replace(exactly("one", 1, 2), truth=Truth.TRUE)

    found = verify_claim(made).original.evidence[0]
    assert found.outcome is Outcome.CRASHED
    assert "by hand" in found.detail


def test_readings_are_decided_by_the_same_evidence():
    made = claim(constants={"c": 3}, mutants={})
    made.proof()(expand)
    made.reading("with a 2", "(n+1)^2 = n^2 + 2n + 1", c=2)
    result = verify_claim(made)
    assert result.original.verdict is Verdict.REFUTED
    assert result.readings["with a 2"].verdict is Verdict.PROVED


def test_evidence_answers_only_for_the_constants_it_takes_and_all_must_be_answered_for():
    made = claim(constants={"c": 2, "forgotten": 1}, mutants={"c": [3], "forgotten": [2]})
    made.proof()(expand)
    result = verify_claim(made, mutants=True)
    assert result.mutants.alive == ("forgotten = 2 (no evidence answers for it)",)
    assert result.original.verdict is Verdict.UNDECIDED
    assert "forgotten" in verify_claim(made).original.note


def test_certify_escalates_until_it_can_tell():
    step = certify(
        "close", lambda: less(arb(2).sqrt() * arb(3).sqrt(), arb(6).sqrt() + arb(2) ** -300)
    )
    assert step.truth is Truth.TRUE
    assert step.method == "ball arithmetic at 512 bits"


@pytest.mark.parametrize(
    "change",
    [
        {"id": "Bad Id"},
        {"id": ""},
        {"mutants": {"c": [2]}},
        {"mutants": {"unknown": [2]}},
    ],
)
def test_a_claim_that_makes_no_sense_is_refused(change):
    with pytest.raises(InvalidInput):
        claim(**change)


def test_evidence_with_foreign_arguments_or_a_taken_name_is_refused():
    made = claim()
    with pytest.raises(InvalidInput, match="does not name"):
        made.proof()(lambda exponent: iter([]))
    made.proof()(expand)
    with pytest.raises(InvalidInput, match="Two pieces"):
        made.proof()(expand)
    with pytest.raises(InvalidInput, match="has no constants"):
        made.reading("other", "x", exponent=1)
    made.amend("once")
    with pytest.raises(InvalidInput, match="twice"):
        made.amend("again")


def test_exactly_takes_rationals_of_every_kind():
    step = exactly("halves", (Fraction(1, 2), 1), (sp.Rational(1, 2), sp.Integer(1)))
    assert step.truth is Truth.TRUE
    assert exactly("thirds", Fraction(1, 3), sp.Rational(1, 2)).truth is Truth.FALSE
