"""The verdicts of the claims from the literature in one table: a change shows here."""

from pathlib import Path

import pytest

from ntkproofs.claims.loading import bundled_checks, load_claims
from ntkproofs.claims.report import verify
from ntkproofs.claims.verdict import Outcome, Verdict

# id: (verdict, grade, verdict of the amended statement, mutants)
LITERATURE = {
    "literature.absolute-value": ("proved", "proved", None, 10),
    "literature.bias-ntk": ("proved", "proved", None, 10),
    "literature.bias-variance": ("proved", "proved", None, 11),
    "literature.deep-nngp": ("proved", "proved", None, 13),
    "literature.deep-ntk": ("proved", "proved", None, 13),
    "literature.deep-steps": ("refuted", "proved", "proved", 13),
    "literature.endpoint-constant": ("refuted", "proved", "proved", 6),
    "literature.endpoint-eigenvalue": ("proved", "proved", None, 7),
    "literature.endpoint-exponent": ("refuted", "proved", "proved", 5),
    "literature.exponential-power": ("proved", "proved", None, 7),
    "literature.laplace": ("proved", "proved", None, 10),
    "literature.relu-powers": ("proved", "proved", None, 9),
}

FOLDER = Path(bundled_checks()) / "literature"


@pytest.fixture(scope="module")
def results():
    return {claim.id: claim for claim in verify([FOLDER], mutants=True).claims}


def test_every_file_gives_claims_and_every_claim_is_pinned():
    loaded = load_claims([FOLDER])
    assert loaded.problems == ()
    assert {claim.id for claim in loaded.claims} == set(LITERATURE)


def test_the_default_suite_holds_them():
    assert set(LITERATURE) < {claim.id for claim in load_claims().claims}


@pytest.mark.parametrize("claim_id", sorted(LITERATURE))
def test_verdict_grade_amendment_and_mutants(results, claim_id):
    result = results[claim_id]
    verdict, grade, amended, mutants = LITERATURE[claim_id]
    assert result.original.verdict.value == verdict, result.original.note
    assert result.original.grade.word == grade
    assert (result.amended.verdict.value if result.amended else None) == amended
    assert result.mutants.alive == ()
    assert (result.mutants.killed, result.mutants.total) == (mutants, mutants)


@pytest.mark.parametrize("claim_id", sorted(LITERATURE))
def test_at_least_two_roads_hold_and_none_is_undecided(results, claim_id):
    result = results[claim_id]
    standing = result.amended if result.original.verdict is Verdict.REFUTED else result.original
    assert {evidence.outcome for evidence in standing.evidence} == {Outcome.HOLDS}
    assert len(standing.evidence) >= 2
    for evidence in (*result.original.evidence, *standing.evidence):
        assert evidence.counts.undecided == evidence.counts.crashed == 0


@pytest.mark.parametrize("claim_id", [i for i, row in LITERATURE.items() if row[0] == "refuted"])
def test_all_evidence_refutes_what_is_refuted(results, claim_id):
    original = results[claim_id].original
    assert {evidence.outcome for evidence in original.evidence} == {Outcome.REFUTES}
    assert len(original.refutation.witness) >= 3


def test_the_reading_of_the_depth_under_which_the_printed_power_stands(results):
    (reading,) = results["literature.deep-steps"].readings.values()
    assert reading.verdict is Verdict.PROVED


def test_the_printed_constant_is_one_half_of_the_true_one(results):
    witness = results["literature.endpoint-constant"].original.refutation.witness
    assert (witness["left"], witness["right"]) == ("1/2", "1")
