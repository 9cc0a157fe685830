"""The score of the program on statements whose truth is known: no false one may be accepted.

The table is shown with ``pytest -s``. Statements that stay undecided are named.
"""

import sys
from collections import Counter

import pytest

from ntkproofs.claims.runner import verify_claim
from ntkproofs.claims.verdict import Verdict

from . import (
    corpus_asymptotics,
    corpus_kernels,
    corpus_matrices,
    corpus_spectra,
    corpus_torus,
)

MODULES = (corpus_spectra, corpus_kernels, corpus_matrices, corpus_torus, corpus_asymptotics)
CASES = {case.claim.id: case for module in MODULES for case in module.cases()}
ACCEPTED = {Verdict.PROVED, Verdict.CERTIFIED, Verdict.SUPPORTED}

# Undecided with mutants: outside the procedures' classes, or refused where a closed form, a Gamma
# function or a leading coefficient may leave its range.
UNDECIDED = {
    "corpus.circle-root.0",
    "corpus.decay-k3-even-3.0",
    "corpus.decay-k3-even-3.1",
    "corpus.decay-k3-even-3.2",
    "corpus.decay-k3-even-all.0",
    "corpus.decay-k3-even-all.1",
    "corpus.decay-k3-even-all.2",
    "corpus.dimension-growth.0",
    "corpus.dimension-growth.1",
    "corpus.dimension-growth.2",
    "corpus.exceptional-dimension-1.0",
    "corpus.exceptional-dimension-1.1",
    "corpus.exceptional-dimension-2.0",
    "corpus.exceptional-dimension-2.1",
    "corpus.exceptional-dimension-3.0",
    "corpus.exceptional-dimension-3.1",
    "corpus.float-relation-12.0",
    "corpus.float-relation-12.1",
    "corpus.float-relation-12.2",
    "corpus.float-relation-16.0",
    "corpus.float-relation-16.1",
    "corpus.float-relation-16.2",
    "corpus.gamma-reflection.0",
    "corpus.gamma-reflection.1",
    "corpus.nngp-composition.0",
    "corpus.nngp-composition.1",
    "corpus.power-exponent.0",
    "corpus.power-exponent.1",
    "corpus.power-exponent.2",
    "corpus.power-ratio.0",
    "corpus.power-ratio.1",
    "corpus.power-ratio.2",
    "corpus.printed-formula-0-wrong-parity.0",
    "corpus.printed-formula-0-wrong-parity.1",
    "corpus.printed-formula-1-wrong-parity.0",
    "corpus.printed-formula-1-wrong-parity.1",
    "corpus.printed-formula-2-wrong-parity.0",
    "corpus.printed-formula-2-wrong-parity.1",
    "corpus.sampled-ntk.0",
    "corpus.zeros-constant-from-0.0",
    "corpus.zeros-constant-from-0.1",
    "corpus.zeros-k0-from-0.0",
    "corpus.zeros-k0-from-0.1",
    "corpus.zeros-k1-from-1.0",
    "corpus.zeros-k1-from-1.1",
    "corpus.zeros-k2-from-2.0",
    "corpus.zeros-k2-from-2.1",
    "corpus.zeros-k3-from-3.0",
    "corpus.zeros-k3-from-3.1",
    "corpus.zeros-ntk2-even.0",
    "corpus.zeros-ntk2-even.1",
    "corpus.zeros-ntk2-from-1.0",
    "corpus.zeros-ntk2-from-1.1",
}


@pytest.fixture(scope="module")
def verdicts():
    """id -> (verdict without mutants, verdict with mutants)."""
    return {
        name: tuple(verify_claim(case.claim, mutants=on).original.verdict for on in (False, True))
        for name, case in CASES.items()
    }


def score(name, found):
    """What a verdict is worth, given the truth."""
    truth = CASES[name].truth
    if found in ACCEPTED:
        return "true accepted" if truth else "FALSE ACCEPTED"
    if found is Verdict.REFUTED:
        return "TRUE REFUTED" if truth else "false refuted"
    return "true undecided" if truth else "false undecided"


def wrong(name, found):
    return any(score(name, verdict).isupper() for verdict in found)


def test_the_corpus_is_large_and_half_of_it_is_false():
    truths = Counter(case.truth for case in CASES.values())
    assert len(CASES) >= 120
    assert min(truths.values()) >= 60
    assert all(case.reason for case in CASES.values())
    assert CASES.keys() >= UNDECIDED


def test_score(verdicts):
    rows = Counter(
        (mode, score(name, verdict))
        for name, found in verdicts.items()
        for mode, verdict in zip(("plain", "with mutants"), found, strict=True)
    )
    lines = [f"  {mode:14}{what:18}{count:5}" for (mode, what), count in sorted(rows.items())]
    sys.stdout.write("\n".join(["", f"{len(CASES)} statements", *lines, ""]))
    found_wrong = {name for name, found in verdicts.items() if wrong(name, found)}
    for name in sorted(found_wrong):
        sys.stdout.write(f"  wrong: {name}: {CASES[name].claim.statement}\n")
    assert found_wrong == set()


def test_undecided_statements_are_known_by_name(verdicts):
    undecided = {name for name, (_, found) in verdicts.items() if found is Verdict.UNDECIDED}
    assert undecided == UNDECIDED
