"""The verdicts of the bundled claims in one table: a change shows here."""

import pytest

from ntkproofs.claims.loading import bundled_checks, load_claims
from ntkproofs.claims.runner import verify_claim
from ntkproofs.claims.verdict import Outcome, Verdict
from tests.claims.pinned import TALK

READINGS = {
    ("talk.deep-narrow-depth", "C_L held fixed as L grows"): "proved",
    ("talk.condition-linear-n", "depth to infinity at fixed n"): "proved",
    ("talk.gaussian-commutation", "linear functions"): "proved",
    ("talk.harmonic-dimension", "as an asymptotic equality without a constant"): "refuted",
    ("talk.matrix-products", "as multisets, arbitrary points"): "refuted",
    ("talk.matrix-products", "as multisets, equispaced points on the circle"): "proved",
    ("talk.matrix-products", "as multisets, exact quadrature, C K C"): "proved",
    ("talk.matrix-products", "as multisets, exact quadrature, unequal weights"): "refuted",
    ("talk.matrix-products", "as multisets, orbit of an abelian group"): "proved",
    (
        "talk.matrix-products",
        "as multisets, quadrature with equal weights, K of degree B",
    ): "proved",
    ("talk.matrix-products", "sorted, equispaced points on the circle"): "refuted",
    ("talk.depth-conditions", "from some depth on, gains that tend to 0"): "certified",
    ("talk.proof-4", "equispaced on the circle"): "proved",
    ("talk.proof-4", "free orbit of a non-abelian group"): "refuted",
    ("talk.proof-4", "octahedron"): "proved",
    ("talk.proof-4", "orbit of an abelian group"): "proved",
    ("talk.proof-4", "quadrature with equal weights, K of degree B"): "proved",
    ("talk.proof-4", "quadrature with equal weights, K of degree B = lmax"): "proved",
    ("talk.proof-4", "convex regular polytopes"): "refuted",
    ("talk.proof-4", "convex regular polytopes but the 120-cell"): "proved",
    ("talk.proof-4", "exact quadrature, unequal weights"): "refuted",
    ("talk.proof-4", "exact quadrature, C K C"): "proved",
    ("talk.sobolev-consistency", "the same operator"): "refuted",
    ("talk.sobolev-exponent-n", "L = 8"): "certified",
    ("talk.sphere-cost", "as an upper bound for the plain sum"): "proved",
    ("talk.two-layer-decay", "on S^d in R^(d+1), all degrees"): "refuted",
    ("talk.two-layer-decay", "on S^d in R^(d+1), even degrees; odd ones vanish"): "proved",
    (
        "talk.two-layer-kernel",
        "only the output layer is trained (the NNGP kernel)",
    ): "proved",
    ("talk.two-layer-kernel", "only the hidden layer is trained"): "refuted",
}

LOADED = load_claims([bundled_checks() / "talk"])


def test_every_bundled_file_gives_claims_and_every_claim_is_pinned():
    assert LOADED.problems == ()
    assert {claim.id for claim in LOADED.claims} == set(TALK)


# One test for each claim: they are spread over processes, and nothing is decided twice.
@pytest.mark.parametrize("claim_id", sorted(TALK))
def test_the_claim_gets_its_verdict_by_evidence_that_can_fail(claim_id):
    (claim,) = (claim for claim in LOADED.claims if claim.id == claim_id)
    result = verify_claim(claim, mutants=True)
    verdict, grade, amended, mutants = TALK[claim_id]
    assert result.original.verdict.value == verdict, result.original.note
    assert result.original.grade is not None
    assert result.original.grade.word == grade
    assert (result.amended.verdict.value if result.amended else None) == amended
    assert result.mutants.alive == ()
    assert (result.mutants.killed, result.mutants.total) == (mutants, mutants)
    standing = result.amended if result.original.verdict is Verdict.REFUTED else result.original
    assert {evidence.outcome for evidence in standing.evidence} == {Outcome.HOLDS}
    for evidence in (*result.original.evidence, *standing.evidence):
        assert evidence.counts.true + evidence.counts.false > 0
        assert evidence.counts.undecided == evidence.counts.crashed == 0
    if verdict == "refuted":
        witness = result.original.refutation.witness
        assert len(witness) >= 3, "what fails, and at least an instance with its values"
    readings = {name: reading.verdict.value for name, reading in result.readings.items()}
    assert readings == {name: word for (at, name), word in READINGS.items() if at == claim_id}


def test_the_readings_are_of_claims():
    assert {claim_id for claim_id, _ in READINGS} <= set(TALK)
