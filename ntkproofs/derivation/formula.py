r"""Formulas that are written once: what is read is what is checked.

From one syntax tree come the SymPy expression that decision procedures check and the LaTeX,
laid out as the author laid it out.

>>> from ntkproofs.derivation.notation import Notation
>>> notation = Notation()
>>> d = notation.symbol("d", "integer", least=2)
>>> u = notation.symbol("u", above=-1, below=1)
>>> formula = parse("(1 - u**2)**((d - 3)/2)", notation)
>>> formula.latex
'(1 - u^{2})^{(d - 3)/2}'
>>> formula.sympy
(1 - u**2)**(d/2 - 3/2)
>>> relation = parse_relation("u**2 <= 1", notation)
>>> relation.symbol, relation.right.latex
('\\le', '1')
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ntkproofs.derivation.meaning import meaning
from ntkproofs.derivation.notation import Notation
from ntkproofs.derivation.reading import check, names, read
from ntkproofs.derivation.typeset import typeset
from ntkproofs.errors import InvalidInput

# Longer signs come first, as a sign may begin another.
SYMBOLS = {"==": "=", "<=": r"\le", ">=": r"\ge", "!=": r"\ne", "<": "<", ">": ">", "~": r"\sim"}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.LtE: "<=",
    ast.GtE: ">=",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.Gt: ">",
}


@dataclass(frozen=True)
class Formula:
    """A formula: its source, its tree, and the notation in which it was read."""

    source: str
    tree: ast.expr = field(compare=False, repr=False)
    notation: Notation = field(repr=False)

    @cached_property
    def sympy(self) -> Any:
        """The SymPy expression; a ``sympy.Lambda`` where the formula starts with lambda."""
        return meaning(self.tree, self.notation)

    @cached_property
    def latex(self) -> str:
        """LaTeX for a displayed line, in the author's layout."""
        return typeset(self.tree, self.notation)

    @cached_property
    def inline(self) -> str:
        """LaTeX for running text: fractions with a slash."""
        return typeset(self.tree, self.notation, inline=True)

    def free_names(self) -> set[str]:
        """Symbols and declared functions that it depends on: none that is bound inside."""
        return set(names(self.tree, free=True))

    def names(self) -> list[str]:
        """All symbols and declared functions in it, bound ones too, in reading order."""
        return names(self.tree)


@dataclass(frozen=True)
class Relation:
    """Two formulas and the relation between them.

    Attributes:
        left: left-hand side.
        relation: ``==``, ``<=``, ``<``, ``>=``, ``>``, ``!=`` or ``~`` (asymptotic equality).
        right: right-hand side.
        variable: for ``~``: the symbol that tends to infinity.
    """

    left: Formula
    relation: str
    right: Formula
    variable: str | None = None

    @property
    def symbol(self) -> str:
        """LaTeX of the relation sign."""
        return SYMBOLS[self.relation]

    @property
    def latex(self) -> str:
        """LaTeX of the whole relation, on one line."""
        return f"{self.left.latex} {self.symbol} {self.right.latex}"

    @property
    def inline(self) -> str:
        """LaTeX of the whole relation for running text."""
        return f"{self.left.inline} {self.symbol} {self.right.inline}"


def parse(source: str, notation: Notation) -> Formula:
    """Reads a formula; ``InvalidInput`` says what in it is no formula or not declared."""
    tree = read(source)
    if isinstance(tree, ast.Compare) or _is_asymptotic(tree):
        raise InvalidInput(f"a formula without a relation is needed; got {source!r}")
    return formula_of(tree, notation, " ".join(source.split()))


def formula_of(tree: ast.expr, notation: Notation, source: str | None = None) -> Formula:
    """The formula of a syntax tree."""
    source = ast.unparse(tree) if source is None else source
    check(tree, notation, source)
    notation.use(names(tree))
    return Formula(source, tree, notation)


def parse_relation(source: str, notation: Notation) -> Relation:
    """Reads ``a == b``, ``a <= b``, ..., or ``asymptotic(a, b, l)``: a/b tends to 1 as l grows."""
    tree = read(source)
    match tree:
        case ast.Compare(left, [op], [right]) if type(op) in _COMPARISONS:
            left, right = formula_of(left, notation), formula_of(right, notation)
            return Relation(left, _COMPARISONS[type(op)], right)
        case ast.Call(_, [left, right, ast.Name(variable)], []) if _is_asymptotic(tree):
            notation.symbol_entry(variable)
            left, right = formula_of(left, notation), formula_of(right, notation)
            return Relation(left, "~", right, variable)
    raise InvalidInput(
        "a relation is one of == <= < >= > != between two formulas, or asymptotic(a, b, l); "
        f"got {source!r}"
    )


def parse_continuation(source: str, notation: Notation) -> tuple[str, Formula]:
    """Reads what goes on a chain of relations: ``== b``, ``<= b``, ``~ b``, ..."""
    text = source.strip()
    for sign in SYMBOLS:
        if text.startswith(sign):
            return sign, parse(text[len(sign) :], notation)
    raise InvalidInput(f"a chain goes on with one of {' '.join(SYMBOLS)}; got {source!r}")


def _is_asymptotic(tree: ast.expr) -> bool:
    match tree:
        case ast.Call(ast.Name("asymptotic")):
            return True
    return False
