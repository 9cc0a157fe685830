"""The bundled derivations: every line holds, and every line breaks where it is made wrong."""

from __future__ import annotations

import pytest

from ntkproofs.derivation import Derivation, load

DERIVATIONS = load()


@pytest.mark.parametrize("derivation", DERIVATIONS, ids=lambda d: d.id)
def test_every_line_holds(derivation: Derivation) -> None:
    failing = [checked.id for checked in derivation.checks() if not checked.holds()]
    assert failing == []


@pytest.mark.parametrize("derivation", DERIVATIONS, ids=lambda d: d.id)
def test_every_line_breaks_in_at_least_two_ways(derivation: Derivation) -> None:
    """A sign, a factor, and two more mistakes in each line: the kill rate is 100 %."""
    tried: dict[str, int] = {}
    alive: list[tuple[str, str]] = []
    for id, how, outcome in derivation.broken(most=4):
        tried[id] = tried.get(id, 0) + 1
        if not isinstance(outcome, Exception) and outcome.holds():
            alive.append((id, how))
    assert alive == []
    lines = [checked.id for checked in derivation.checks()]
    assert [id for id in lines if tried.get(id, 0) < 2] == []
