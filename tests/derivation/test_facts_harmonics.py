"""The facts about spherical harmonics, at admissible values.

The Legendre polynomials of the sphere are computed as hypergeometric functions, and derivatives and
integrals numerically, so that nothing is shared with what is tested.
"""

from __future__ import annotations

from typing import Any

import mpmath as mp
import pytest
import sympy as sp

from ntkproofs.derivation.context import Fact
from ntkproofs.derivation.facts import harmonics

POINTS = [
    {"d": d, "l": degree, "u": mp.mpf(u)}
    for d, degree, u in ((2, 1, "0.3"), (3, 2, "-0.7"), (4, 3, "0.9"), (5, 1, "0.5"), (6, 2, "0.2"))
]


def legendre(d: int, l: int, u: Any) -> Any:  # noqa: E741 - the field's name for the degree
    """P_l of the sphere in d dimensions, 1 at u = 1."""
    return mp.hyp2f1(-l, l + d - 2, mp.mpf(d - 1) / 2, (1 - u) / 2, zeroprec=400)


def slope(d: int, l: int, u: Any) -> Any:  # noqa: E741
    """Its derivative."""
    return mp.diff(lambda v: legendre(d, l, v), u)


def value(expression: Any, point: dict[str, Any]) -> Any:
    """The value of one side of a fact."""
    polynomial = sp.Function("P")
    flat = expression.replace(
        lambda node: isinstance(node, sp.Derivative),
        lambda node: sp.Function("slope")(*node.expr.args),
    )
    assert flat.atoms(polynomial) or not flat.has(sp.Derivative)
    names = sorted(flat.free_symbols, key=str)
    own = {"P": legendre, "slope": slope}
    return sp.lambdify(names, flat, [own, "mpmath"])(*(point[s.name] for s in names))


@pytest.mark.parametrize(
    "fact",
    [
        harmonics.CONSTANT,
        harmonics.RAISING,
        harmonics.RECURRENCE,
        harmonics.STEP_SQUARED,
        harmonics.RELU_SQUARED,
    ],
    ids=lambda fact: fact.name,
)
def test_both_sides_agree(fact: Fact) -> None:
    told_apart = 0
    for point in POINTS:
        left, right = (
            value(side.sympy, point) for side in (fact.statement.left, fact.statement.right)
        )
        scale = max(abs(left), abs(right))
        assert abs(left - right) < mp.mpf("1e-8") * max(scale, 1)
        told_apart += abs(left - mp.mpf("1.01") * right) > mp.mpf("1e-3") * scale > mp.mpf("1e-7")
    assert told_apart >= 3  # a constant that is wrong by 1 % would be noticed


def eigenvalue(d: int, l: int, terms: dict[float, float], parity: int) -> Any:  # noqa: E741
    """Of Σ c (1-u)^ν, or of the same with 1 + u where the parity is 1."""
    mirrored = -1 if parity else 1
    measure = mp.gamma(mp.mpf(d) / 2) / (mp.sqrt(mp.pi) * mp.gamma(mp.mpf(d - 1) / 2))
    nodes = mp.linspace(0, mp.pi, 6)

    def integrand(angle: Any) -> Any:
        u = mp.cos(angle)
        kernel = sum(c * (1 - mirrored * u) ** nu for nu, c in terms.items())
        return kernel * legendre(d, l, u) * mp.sin(angle) ** (d - 2)

    return measure * mp.quad(integrand, nodes, maxdegree=8)


@pytest.mark.parametrize(("d", "p"), [(2, 0), (3, 1), (4, 1), (5, 0)])
def test_leading_singularities(d: int, p: int) -> None:
    """a (1-u)^ν + b (1+u)^ν with analytic factors: the quotient tends to 1 like 1/l."""
    a, b, nu = 2.0, 0.5, 0.5
    errors: list[Any] = []
    for m in (20, 40):
        degree = 2 * m + p
        power = sp.Float(str(eigenvalue(d, degree, {nu: 1}, 0)), 20)
        near = eigenvalue(d, degree, {nu: a, nu + 1: a / 3}, 0)
        far = eigenvalue(d, degree, {nu: b, nu + 1: b / 5}, 1)
        law = harmonics.LEADING_SINGULARITIES.statement.right.sympy
        (known,) = law.atoms(sp.Function("Lam"))
        predicted = law.xreplace({known: power})
        filled = {"d": d, "m": m, "p": p, "a": a, "b": b, "nu": nu}
        predicted = predicted.subs({s: filled[s.name] for s in predicted.free_symbols})
        errors.append(abs((near + far) / mp.mpf(str(predicted)) - 1))
    assert errors[1] < 0.005
    assert errors[1] < 0.3 * errors[0]
