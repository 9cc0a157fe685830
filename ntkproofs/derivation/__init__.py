r"""Derivations: LaTeX whose every displayed step was checked by the machine.

A derivation is a Python file that makes a :class:`Derivation`: it declares symbols and functions,
defines and assumes, and then states lines. A formula is written once, as a string in Python's
syntax; what is printed and what is checked come from the same tree. Formulas in prose (backticks)
make no statement, since nobody would check that.

    doc = Derivation("sum-of-squares", "A sum", "What `n` squares add up to.")
    doc.symbol("n", "integer", least=0)
    doc.symbol("k", "integer", least=0)
    doc.line("sum", "Sum(k**2, (k, 0, n)) == n*(n + 1)*(2*n + 1)/6",
             induction("n", 0, base=[...], step=[...]), "by induction")

How a line follows (its rule) is one of

- :func:`algebra` (or :func:`follows`): normal forms, after expanding the definitions that it
  names, rewriting by the equations that it names, and, for inequalities, from expressions of known
  sign; ``at("id", l="l + 1")`` names an earlier line, or a fact of the literature
  (:mod:`ntkproofs.derivation.facts`), for given values of its symbols, whose ranges and hypotheses
  are checked;
- :func:`change_of_variables`, :func:`by_parts`, :func:`antiderivative` for the one integral of
  the left-hand side;
- :func:`cases`, for a statement with a Kronecker delta; :func:`induction`;
- :func:`expansion` (Taylor coefficients, for a right-hand side with ``O(x**k)``);
  :func:`growth` (leading terms, for ``asymptotic(a, b, l)`` and limits of rational functions);
- :func:`checked`, by balls at points, where no procedure decides: *checked, not proved*.

A statement holds for all values of its symbols in their declared ranges.
"""

from ntkproofs.derivation.document import Derivation, StepFailed
from ntkproofs.derivation.known import Fact, at
from ntkproofs.derivation.loading import derivation, load, result_of
from ntkproofs.derivation.rules import (
    algebra,
    antiderivative,
    by_parts,
    cases,
    change_of_variables,
    checked,
    expansion,
    follows,
    growth,
    induction,
)

__all__ = [
    "Derivation",
    "Fact",
    "StepFailed",
    "algebra",
    "antiderivative",
    "at",
    "by_parts",
    "cases",
    "change_of_variables",
    "checked",
    "derivation",
    "expansion",
    "follows",
    "growth",
    "induction",
    "load",
    "result_of",
]
