"""The bundled open questions: they load, run, stand, and their mutants fall."""

from pathlib import Path

import pytest

from ntkproofs.conjectures.probing import load_conjectures, open_questions, probe

FILES = open_questions()
CONJECTURES = [c for file in FILES for c in load_conjectures(file)]
MUTANTS = [
    (c, name, value) for c in CONJECTURES for name, values in c.mutants.items() for value in values
]


def test_every_theme_has_a_file():
    assert {Path(f).stem for f in FILES} == {
        "depth",
        "finite_width",
        "flattest_spectrum",
        "separation",
        "sobolev_condition",
        "sobolev_exponent",
    }
    assert len({c.id for c in CONJECTURES}) == len(CONJECTURES)


@pytest.mark.parametrize("conjecture", CONJECTURES, ids=lambda c: c.id)
def test_stands_in_a_short_search(conjecture):
    (found,) = probe(conjecture, examples=30, seconds=200)
    assert found.outcome == "no counterexample", found
    assert found.examples >= 3
    assert conjecture.mutants


@pytest.mark.parametrize(
    ("conjecture", "name", "value"), MUTANTS, ids=[f"{c.id}-{n}={v}" for c, n, v in MUTANTS]
)
def test_search_refutes_mutants(conjecture, name, value):
    (found,) = probe(conjecture.with_constants(**{name: value}), examples=300, seconds=200)
    assert found.outcome == "refuted", found
