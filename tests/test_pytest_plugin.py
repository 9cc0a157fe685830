"""Claim files under pytest: what is collected, what passes, what a grade demands."""

import pytest

# Loaded here, once: what pytester runs in this process starts from the modules that are there.
from ntkproofs.claims import loading, report, runner  # noqa: F401
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.verdict import (
    ClaimResult,
    Counts,
    EvidenceResult,
    MutantResults,
    Outcome,
    StatementResult,
    Verdict,
)
from ntkproofs.reports.prose import OUTCOME_IN_WORDS

pytest_plugins = ["pytester"]
CLAIMS = """
import sympy as sp
from ntkproofs.claims import Claim, exactly, identity

n = sp.Symbol("n")
square = Claim(
    id="small.square", statement="(n+1)^2 = n^2 + c n + 1", source="an example",
    constants={"c": 2}, mutants={"c": [3]},
)

@square.proof()
def expanded(c):
    yield identity("the square", (n + 1) ** 2, n**2 + c * n + 1)

power: Claim = Claim(
    id="small.power", statement="2^n = 2n for n = 1, ..., m", source="an example",
    constants={"m": 3}, mutants={},
)

@power.certificate(on="n = 1..m")
def instances(m):
    for value in range(1, m + 1):
        yield exactly("both sides", 2**value, 2 * value, {"n": value})

power.amend("2^n = 2n for n = 1, ..., m", m=2, mutants={"m": [3]})
"""
FALLEN = CLAIMS[: CLAIMS.index("power.amend")]


def evidence(outcome, grade):
    return EvidenceResult("e", Grade.PROVED, "", "", outcome, grade, "", Counts(), 0.0, "")


def statement(verdict, grade, outcome=Outcome.HOLDS):
    return StatementResult("x", verdict, grade, (evidence(outcome, grade),))


PROVED = statement(Verdict.PROVED, Grade.PROVED)
SEARCHED = statement(Verdict.SUPPORTED, Grade.SAMPLED)
FALLS = statement(Verdict.REFUTED, Grade.CERTIFIED, Outcome.REFUTES)
OPEN = statement(Verdict.UNDECIDED, None, Outcome.UNDECIDED)


@pytest.mark.parametrize(
    ("original", "amended", "mutants", "least", "reason"),
    [
        (PROVED, None, None, Grade.PROVED, ""),
        (SEARCHED, None, None, Grade.SAMPLED, ""),
        (SEARCHED, None, None, Grade.STATISTICAL, "supported by sampled evidence"),
        (OPEN, None, None, Grade.SAMPLED, "the statement is undecided"),
        (FALLS, None, None, Grade.SAMPLED, "has no amendment"),
        (FALLS, PROVED, None, Grade.CERTIFIED, ""),
        (FALLS, PROVED, None, Grade.PROVED, "refuted by certified evidence"),
        (FALLS, SEARCHED, None, Grade.CERTIFIED, "the amendment is supported by sampled"),
        (FALLS, OPEN, None, Grade.SAMPLED, "the amendment is undecided"),
        (FALLS, FALLS, None, Grade.SAMPLED, "the amendment is refuted too"),
        (PROVED, None, MutantResults(2, ("c = 3",)), Grade.SAMPLED, "mutants are alive: c = 3"),
        (PROVED, None, MutantResults(2, ()), Grade.SAMPLED, ""),
        (
            statement(Verdict.PROVED, Grade.PROVED, Outcome.CRASHED),
            None, None, Grade.SAMPLED, "crashed",
        ),
        (
            statement(Verdict.PROVED, Grade.PROVED, Outcome.VACUOUS),
            None, None, Grade.SAMPLED, "could not fail",
        ),
    ],
)  # fmt: skip
def test_what_keeps_a_claim_from_being_settled(original, amended, mutants, least, reason):
    claim = ClaimResult("id", "source", "", original, amended, mutants=mutants)
    found = claim.shortcomings(least)
    assert bool(found) == bool(reason)
    assert reason in "; ".join(found)


def test_every_outcome_has_its_words():
    assert set(OUTCOME_IN_WORDS) == set(Outcome)


def test_a_folder_of_claims_is_a_folder_of_tests(pytester: pytest.Pytester):
    folder = pytester.mkdir("checks")
    (folder / "claims.py").write_text(CLAIMS)
    (folder / "_helper.py").write_text(CLAIMS)
    (folder / "plain.py").write_text("raise RuntimeError('ntkproofs')\nx = len('Claim(')\n")
    (folder / "quoted.py").write_text('raise RuntimeError\n"""ntkproofs\nx = Claim(\n"""\n')
    (folder / "test_usual.py").write_text('"""ntkproofs\nx = Claim(\n"""\ndef test_it(): pass\n')
    found = pytester.runpytest_inprocess("checks", "-v", "-p", "no:cacheprovider")
    found.assert_outcomes(passed=3)  # the usual test too
    found.stdout.fnmatch_lines(["*small.square PASSED*", "*small.power PASSED*"])


def test_a_grade_and_mutants_are_demanded(pytester: pytest.Pytester):
    (pytester.mkdir("checks") / "claims.py").write_text(CLAIMS)
    found = pytester.runpytest_inprocess("checks", "--ntk-grade=proved", "--ntk-mutants")
    found.assert_outcomes(passed=1, failed=1)
    found.stdout.fnmatch_lines(["the amendment is certified by certified evidence*", "*n = 3*"])


def test_a_claim_that_falls_or_cannot_be_read_fails(pytester: pytest.Pytester):
    folder = pytester.mkdir("checks")
    (folder / "fallen.py").write_text(FALLEN)
    (folder / "twice.py").write_text(FALLEN + "\n1 / 0\n")
    found = pytester.runpytest_inprocess("checks", "--continue-on-collection-errors")
    found.assert_outcomes(passed=1, failed=1, errors=1)
    found.stdout.fnmatch_lines(["*ZeroDivisionError*", "*has no amendment*"])
