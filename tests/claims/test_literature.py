"""The verdicts of the claims from the literature in one table: a change shows here."""

from pathlib import Path

import pytest

from ntkproofs.claims.loading import bundled_checks, load_claims
from ntkproofs.claims.runner import verify_claim
from ntkproofs.claims.verdict import Outcome, Verdict
from tests.claims.pinned import LITERATURE

FOLDER = Path(bundled_checks()) / "literature"


LOADED = load_claims([FOLDER])


def test_every_file_gives_claims_and_every_claim_is_pinned():
    assert LOADED.problems == ()
    assert {claim.id for claim in LOADED.claims} == set(LITERATURE)


def test_the_default_suite_holds_them():
    assert set(LITERATURE) < {claim.id for claim in load_claims().claims}


# One test for each claim: they are spread over processes, and nothing is decided twice.
@pytest.mark.parametrize("claim_id", sorted(LITERATURE))
def test_the_claim_gets_its_verdict_by_two_roads_at_least(claim_id):
    (claim,) = (claim for claim in LOADED.claims if claim.id == claim_id)
    result = verify_claim(claim, mutants=True)
    verdict, grade, amended, mutants = LITERATURE[claim_id]
    assert result.original.verdict.value == verdict, result.original.note
    assert result.original.grade.word == grade
    assert (result.amended.verdict.value if result.amended else None) == amended
    assert result.mutants.alive == ()
    assert (result.mutants.killed, result.mutants.total) == (mutants, mutants)
    standing = result.amended if result.original.verdict is Verdict.REFUTED else result.original
    assert {evidence.outcome for evidence in standing.evidence} == {Outcome.HOLDS}
    assert len(standing.evidence) >= 2
    for evidence in (*result.original.evidence, *standing.evidence):
        assert evidence.counts.undecided == evidence.counts.crashed == 0
    if verdict == "refuted":
        assert {evidence.outcome for evidence in result.original.evidence} == {Outcome.REFUTES}
        assert len(result.original.refutation.witness) >= 3
    if claim_id == "literature.deep-steps":
        # The reading of the depth under which the printed power stands.
        (reading,) = result.readings.values()
        assert reading.verdict is Verdict.PROVED
    else:
        assert result.readings == {}
