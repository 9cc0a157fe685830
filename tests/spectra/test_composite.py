"""The law of T_s = K ∘ P_s against eigenvalues of both factors."""

import pytest
import sympy as sp

import ntkproofs as nt
from ntkproofs.errors import InvalidInput


@pytest.mark.parametrize("definition", ["laplacian", "degree"])
@pytest.mark.parametrize("order", [-1, 0.5, 2, 3])
@pytest.mark.parametrize("dim", [2, 3, 6])
def test_the_law_is_approached(definition, order, dim):
    kernel, operator = nt.ntk(3), nt.sobolev(order, definition)
    law = nt.composite_law(kernel, operator, dim)
    for parity, start in (("even", 200), ("odd", 201)):
        exponent, constant = float(law.exponent(parity)), float(law.coefficient(parity))
        distances = []
        for degree in (start, 2 * start + (parity == "odd") * -1):
            value = operator.eigenvalues(kernel, dim, [degree])[0]
            distances.append(abs(value / (constant * degree**-exponent) - 1))
        assert distances[0] < 12 * (1 + abs(order)) * dim / start
        assert distances[1] < 0.6 * distances[0] or distances[1] < 1e-4


def test_series_times_multiplier():
    law = nt.composite_law(nt.nngp(3), nt.sobolev(sp.Rational(3, 2)), dim=4)
    truth = nt.sobolev(1.5).eigenvalues(nt.nngp(3), 4, [60], digits=30)[0]
    found = law.eigenvalue(60, terms=6)
    assert abs(float((found.value / truth - 1).mid())) < 1e-14
    assert abs(float((found.value - truth).mid())) < 20 * found.error


def test_regimes():
    laws = [nt.composite_law(nt.ntk(4), nt.sobolev(s), dim=5) for s in (4, 5, 6)]
    assert [law.regime("odd") for law in laws] == ["regularises", "critical", "amplifies"]
    assert laws[0].critical_order("even") == 5
    degree = nt.composite_law(nt.ntk(4), nt.sobolev(1, "degree"), dim=5)
    assert degree.critical_order("even") == sp.Rational(5, 2)
    vanishing = nt.composite_law(nt.ntk(2), nt.sobolev(9), dim=3)
    assert vanishing.regime("odd") == "regularises"


def test_symbols():
    s, d = sp.Symbol("s", real=True), sp.Symbol("d", integer=True, positive=True)
    law = nt.composite_law(nt.ntk(3), nt.sobolev(s), dim=d)
    assert sp.expand(law.exponent("odd") - (d - s)) == 0
    with pytest.raises(InvalidInput, match="sign"):
        law.regime("odd")
