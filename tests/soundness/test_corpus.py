"""The score of the program on statements whose truth is known: no false one may be accepted.

The table is shown with ``pytest -s``. Statements that are judged wrongly today are named in
WRONG_TODAY, each an expected failure of its own: a repair turns that test red until the name is
taken out of the list.
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

# False statements that are accepted, and true ones that are refuted (with mutants or without).
WRONG_TODAY = {
    # exact_eigenvalue at a symbolic degree forgets that it starts in the polynomial part
    "corpus.zeros-k0-from-0.0",
    "corpus.zeros-k1-from-1.0",
    "corpus.zeros-k2-from-2.0",
    "corpus.zeros-k3-from-3.0",
    "corpus.zeros-ntk2-from-1.0",
    "corpus.zeros-constant-from-0.0",
    # Gamma functions at their poles: 0/0 is reduced to a rational function
    "corpus.printed-formula-0-wrong-parity.0",
    "corpus.printed-formula-1-wrong-parity.0",
    "corpus.printed-formula-2-wrong-parity.0",
    # decay_exponent divides by a leading coefficient that vanishes at an admissible parameter
    "corpus.exceptional-dimension-2.0",
    "corpus.exceptional-dimension-3.0",
    # identity_modulo refutes what is no consequence of the relations, signs or constants apart
    "corpus.circle-root.0",
    "corpus.gamma-reflection.0",
    # identity_modulo rounds floats in relations to nearby fractions
    "corpus.float-relation-12.0",
    "corpus.float-relation-16.0",
    "corpus.float-relation-16.1",
}

# Undecided with mutants: outside the procedures' classes. True ones first.
UNDECIDED = {
    "corpus.circle-pi.0",
    "corpus.nngp-composition.0",
    "corpus.sampled-ntk.0",
    "corpus.circle-pi.1",
    "corpus.circle-pi.2",
    "corpus.nngp-composition.1",
    "corpus.zeros-ntk2-even.0",
    "corpus.zeros-ntk2-even.1",
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
    assert CASES.keys() >= WRONG_TODAY | UNDECIDED


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
    assert found_wrong <= WRONG_TODAY


def test_undecided_statements_are_known_by_name(verdicts):
    undecided = {name for name, (_, found) in verdicts.items() if found is Verdict.UNDECIDED}
    assert undecided - WRONG_TODAY == UNDECIDED


@pytest.mark.parametrize("name", sorted(WRONG_TODAY))
@pytest.mark.xfail(raises=AssertionError, reason="a wrong verdict, not repaired yet")
def test_wrong_today(verdicts, name):
    assert not wrong(name, verdicts[name])
