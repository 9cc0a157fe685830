"""Laws in depth against the expansions of kernels of given depths, where nothing is symbolic."""

import pytest
import sympy as sp

import ntkproofs as nt
from ntkproofs.kernels.expansions import Expansions
from ntkproofs.spectra.depth import DEPTH, DepthLaw, feedforward_laws, residual_laws


def coefficients(kernel):
    series = Expansions(length=6, exact=True, bits=64).at_pole(kernel, 1)
    return [c.to_sympy() for c in series.coefficients]


def at(law, depth):
    return sp.simplify(law.value.subs(DEPTH, depth))


@pytest.mark.parametrize("depth", [1, 2, 3, 7, 20])
@pytest.mark.parametrize(("a", "b"), [(1, 1), (1, 2), (0, 1), (3, -1)])
def test_feedforward(depth, a, b):
    laws = feedforward_laws(sp.Rational(b * b, a * a + b * b))
    found = coefficients(nt.eoc(depth, a, b))
    assert found[0] == at(laws.diagonal, depth)
    assert sp.simplify(found[1] - at(laws.tangent, depth)) == 0
    if a == b:
        assert sp.simplify(coefficients(nt.nngp(depth))[3] - at(laws.covariance, depth)) == 0


@pytest.mark.parametrize("depth", [0, 1, 2, 5, 12])
@pytest.mark.parametrize("alpha", [sp.Rational(1, 3), sp.Integer(1), sp.Integer(-2)])
def test_residual(depth, alpha):
    laws, scale = residual_laws(alpha), (1 + alpha**2) ** depth
    found = coefficients(nt.residual(depth, alpha))
    assert found[0] == scale * (1 + at(laws.diagonal, depth))
    assert sp.simplify(found[1] - scale * at(laws.tangent, depth)) == 0


@pytest.mark.parametrize(
    "laws", [feedforward_laws(sp.Symbol("Delta")), residual_laws(sp.Symbol("alpha"))]
)
def test_induction_is_complete(laws):
    for law in (laws.covariance, laws.diagonal, laws.tangent):
        for _, left, right in law.induction():
            assert sp.simplify(left - right) == 0


def test_a_wrong_law_fails_the_induction():
    """A fit through the first two depths satisfies its first value, and not the step."""
    law = feedforward_laws().tangent
    wrong = DepthLaw(law.name, -(DEPTH - 1) / sp.pi, law.first, law.initial, law.following)
    first, step = wrong.induction()
    assert sp.simplify(first[1] - first[2]) == 0
    assert sp.simplify(step[1] - step[2]) != 0
