# SymPy's own annotations promise less than its classes have.
# pyright: reportCallIssue=false
"""Wrong versions of a relation, for the test that no line lets one pass."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import sympy as sp

from ntkproofs.arithmetic.domain import Domain
from ntkproofs.arithmetic.growth import asymptotically_equal
from ntkproofs.arithmetic.normal_form import equal_functions
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.derivation.breaking import breakings
from ntkproofs.derivation.formula import Relation, formula_of
from ntkproofs.derivation.statements import Statement, statement_of


def mistakes_in(relation: Relation, domain: Domain) -> Iterator[tuple[str, Relation]]:
    """Wrong versions of a relation: of its right-hand side, and of its direction.

    Versions that are equal to the right one (asymptotically, for ``~``) are no mistakes.
    """
    if relation.relation in ("==", "~"):
        tree = relation.right.tree
        less = ast.BinOp(tree, ast.Sub(), ast.Constant(1))
        rarer = ("one less", formula_of(less, relation.right.notation))
        for how, right in (*breakings(relation.right), rarer):
            wrong = Relation(relation.left, relation.relation, right, relation.variable)
            if not _are_the_same(statement_of(relation), statement_of(wrong), domain):
                yield how, wrong
        return
    if relation.relation == "!=":
        yield "equal", Relation(relation.left, "==", relation.right)
        yield "itself", Relation(relation.right, "!=", relation.right)
        return
    flipped = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}[relation.relation]
    yield "direction", Relation(relation.left, flipped, relation.right)
    left = relation.left
    yield "strictly less than itself", Relation(left, "<", left)


def _are_the_same(right: Statement, wrong: Statement, domain: Domain) -> bool:
    order = sp.Function("O")
    sides = [s.right.replace(order, lambda _: sp.S.Zero) for s in (right, wrong)]
    orders = [s.right.atoms(order) for s in (right, wrong)]
    if orders[0] == orders[1] and equal_functions(*sides, domain).truth is Truth.TRUE:
        return True
    if right.relation != "~":
        return False
    decision = asymptotically_equal(wrong.right, right.right, right.variable, domain)
    return decision.truth is Truth.TRUE
