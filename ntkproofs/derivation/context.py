# SymPy's own annotations promise less than its classes have.
# pyright: reportArgumentType=false, reportGeneralTypeIssues=false
"""What is known at a line of a derivation, and how it is used there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ntkproofs.arithmetic.domain import Bounds, Domain
from ntkproofs.claims.steps import Step, sign
from ntkproofs.derivation.conditions import (
    Condition,
    bounds_of,
    condition,
    conditions_on,
    positive_sines,
)
from ntkproofs.derivation.formula import Formula, parse
from ntkproofs.derivation.known import Fact, Known, Use, at
from ntkproofs.derivation.notation import Notation
from ntkproofs.derivation.statements import (
    Statement,
    bound_symbols,
    excess,
    statement_of,
    substitute,
)
from ntkproofs.errors import InvalidInput

__all__ = [
    "Condition",
    "Context",
    "Fact",
    "Known",
    "Statement",
    "Use",
    "at",
    "bound_symbols",
    "excess",
    "statement_of",
    "substitute",
]


@dataclass(frozen=True)
class Context:
    """What is known where a line is checked."""

    notation: Notation
    known: Mapping[str, Known]

    def domain(self, *expressions: Any) -> Domain:
        """What is known of symbols: their ranges, and the assumptions that are inequalities.

        An inequality says nothing of a variable that an expression binds; ranges do, since a bound
        variable has to stay in the range that was declared (:meth:`conditions_on_bound`).
        """
        bounds: dict[Any, Bounds] = {}
        ranges: dict[Any, tuple[Any, Any]] = {}
        for entry in self.notation.symbols.values():
            b = bounds_of(entry)
            if b is not None:
                bounds[entry.symbol] = b
            if entry.kind == "integer" and entry.least is not None and entry.most is not None:
                ranges[entry.symbol] = (sp.sympify(entry.least), sp.sympify(entry.most))
        bound = {s for e in expressions for s in bound_symbols(e)}
        strict = [s for known in self.known.values() for s in _strict(known.statement)]
        positive = [s for s in strict if not (s.free_symbols & bound)]
        positive += positive_sines(self.notation)
        return Domain(tuple(positive), ranges, bounds)

    def require_unrestricted(self, *expressions: Any) -> None:
        """Raises ``InvalidInput`` where an inequality is assumed of a variable that they bind."""
        bound = {s for e in expressions for s in bound_symbols(e)}
        for known in self.known.values():
            assumed = excess(known.statement) if known.is_assumption else None
            if assumed is not None and assumed.free_symbols & bound:
                raise InvalidInput(
                    f"inequalities are used inside a sum for all values of its variable; "
                    f"{known.id!r} assumes one of it"
                )

    def conditions_on_bound(self, *expressions: Any) -> tuple[Condition, ...]:
        """That bound variables stay in the ranges that were declared for them."""
        found: list[Condition] = []
        for expression in expressions:
            for node in sp.preorder_traversal(expression):
                if isinstance(node, sp.Integral | sp.Sum | sp.Product):
                    for x, low, high in (r for r in node.args[1:] if len(r) == 3):
                        found += self._stays_in_range(node, x, low, high)
        return tuple(dict.fromkeys(found))

    def _stays_in_range(self, node: Any, x: Any, low: Any, high: Any) -> list[Condition]:
        entry = self.notation.symbols.get(x.name)
        if entry is None or entry.symbol != x:
            return []
        if entry.kind == "point":
            return []
        if isinstance(node, sp.Integral) == (entry.kind == "integer"):
            raise InvalidInput(
                f"an integral runs over real numbers, a sum and a product over integers; "
                f"{x.name} is declared as {entry.kind}"
            )
        bounds = bounds_of(entry) or Bounds()
        found: list[Condition] = []
        for declared, limit, sense in ((bounds.low, low, 1), (bounds.high, high, -1)):
            if declared is None or declared == limit:
                continue
            if limit.has(sp.oo, -sp.oo):
                raise InvalidInput(
                    f"a bound variable stays in its declared range; {x.name} runs to {limit}, "
                    f"and {declared} bounds it: declare another variable"
                )
            strict = isinstance(node, sp.Sum) and (bounds.open_low, bounds.open_high)[sense < 0]
            found.append((sense * (limit - declared), strict, f"range of {x.name}"))
        return found

    def find(self, id: str) -> Known:
        """What is known under an id."""
        if id in self.known:
            return self.known[id]
        raise InvalidInput(
            f"a line uses what comes before it; nothing before it is called {id!r} "
            f"(known: {', '.join(self.known) or 'nothing'}); state it first, and not in a circle"
        )

    def parse(self, source: str) -> Formula:
        """A formula in the notation of the derivation."""
        return parse(source, self.notation)

    def instance(self, use: Use) -> tuple[Statement, tuple[Condition, ...]]:
        """A known statement for given values, and what must hold for it: (>= 0, strict, words)."""
        if isinstance(use.what, Fact):
            return self._instance_of_fact(use.what, dict(use.values))
        statement = self.find(use.what).statement
        values, conditions = self.values(use.values)
        self._require_shown(values, use.id)
        return statement.substituted(values), conditions

    def values(
        self, given: Sequence[tuple[str, str]], fixed: str | None = None
    ) -> tuple[dict[Any, Any], tuple[Condition, ...]]:
        """Values for symbols of the derivation, and what its ranges and assumptions demand.

        Args:
            given: names and values.
            fixed: a symbol that keeps its value.
        """
        for name, _ in given:
            if name == fixed or name in self.notation.functions:
                raise InvalidInput(
                    f"a statement is used for other values of its symbols; {name!r} keeps its own"
                )
        values, conditions = self._values(self.notation, dict(given))
        return values, (*conditions, *self._assumed_of(values))

    def require_uniform(self, use: Use, variable: Any) -> None:
        """That an asymptotic equality holds as the variable of a line tends to infinity.

        What tends to infinity there is linear in it and rises, and nothing else depends on it.

        Raises:
            InvalidInput: where this is not so.
        """
        if isinstance(use.what, Fact):
            said = statement_of(use.what.statement)
        else:
            said = self.find(use.what).statement
        given = {name: self.parse(source).sympy for name, source in use.values}
        for symbol in (said.left.free_symbols | said.right.free_symbols) - {said.variable}:
            if given.get(symbol.name, symbol).has(variable):
                raise InvalidInput(
                    f"{use.id!r} holds for a fixed {symbol}, which here depends on {variable}"
                )
        index = sp.expand(given.get(said.variable.name, said.variable))
        slope = index.coeff(variable, 1)
        if (index - slope * variable).has(variable) or slope.is_positive is not True:
            raise InvalidInput(f"{use.id!r} is used where {index} need not grow with {variable}")

    def require_free(self, variable: Any) -> None:
        """That no range and no assumed inequality ties other symbols to one, for an induction.

        Raises:
            InvalidInput: naming what does.
        """
        for entry in self.notation.symbols.values():
            for bound in (entry.least, entry.most, entry.above, entry.below):
                if bound is not None and sp.sympify(bound).has(variable):
                    raise InvalidInput(
                        f"no induction over {variable}: the range of {entry.name} depends on it"
                    )
        for known in self._restrictions():
            if variable in known.statement.left.free_symbols | known.statement.right.free_symbols:
                raise InvalidInput(
                    f"no induction over {variable}: the assumption {known.id!r} is about it; "
                    "declare its range"
                )

    def _restrictions(self) -> Iterator[Known]:
        """Inequalities that were assumed of symbols; those of functions hold for all arguments."""
        for known in self.known.values():
            if known.is_restriction():
                yield known

    def _assumed_of(self, values: Mapping[Any, Any]) -> Iterator[Condition]:
        """What the inequalities that were assumed of symbols say of their values."""
        for known in self._restrictions():
            difference: Any = excess(known.statement)
            if difference.free_symbols & set(values):
                yield condition(known.statement.substituted(values))

    def _require_shown(self, values: Mapping[Any, Any], id: str) -> None:
        """Refuse another value for what a definition or an assumption depends on unseen."""
        fixed = {s: known.id for known in self.known.values() for s in known.fixed_symbols()}
        for symbol in values:
            if symbol in fixed and values[symbol] != symbol:
                raise InvalidInput(
                    f"{id!r} is not used for another {symbol}: {fixed[symbol]!r} depends on it and "
                    f"does not show it; make it an argument of the functions that depend on it"
                )

    def _instance_of_fact(
        self, fact: Fact, given: Mapping[str, str]
    ) -> tuple[Statement, tuple[Condition, ...]]:
        relations = (fact.statement, *fact.hypotheses)
        free = {n for r in relations for n in (*r.left.free_names(), *r.right.free_names())}
        needed = [n for n in fact.notation.symbols if n in free]
        missing = [n for n in (*needed, *fact.parameters) if n not in given]
        values = {**{n: n for n in missing if n in self.notation.symbols}, **given}
        unknown = [n for n in missing if n not in values]
        if unknown:
            raise InvalidInput(f"the theorem {fact.name!r} needs values for {', '.join(unknown)}")
        found, conditions = self._values(fact.notation, values)
        statement = statement_of(fact.statement).substituted(found)
        more = [condition(statement_of(h).substituted(found)) for h in fact.hypotheses]
        return statement, (*conditions, *more)

    def _values(
        self, notation: Notation, given: Mapping[str, str]
    ) -> tuple[dict[Any, Any], tuple[Condition, ...]]:
        """Values by symbol and function, and what their ranges demand of them."""
        values: dict[Any, Any] = {}
        conditions: list[Condition] = []
        for name, source in given.items():
            value = self.parse(source).sympy
            if name in notation.functions:
                function = notation.functions[name]
                if not function.may_be(value.expr if isinstance(value, sp.Lambda) else value):
                    raise InvalidInput(
                        f"the values of {name} are restricted; {source!r} may differ"
                    )
                values[function.head] = value
                continue
            entry = notation.symbol_entry(name)
            if entry.kind == "integer" and not value.is_integer:
                raise InvalidInput(f"{name} is to be an integer; {source!r} may be none")
            is_point = value.is_Symbol and self.notation.symbol_entry(value.name).kind == "point"
            if (entry.kind == "point") != is_point:
                raise InvalidInput(f"points stand for points only; {name!r} is given {source!r}")
            values[entry.symbol] = value
        for name in given:
            if name in notation.symbols:
                entry = notation.symbol_entry(name)
                # A symbol of a fact may have a narrower range than one of that name here.
                if notation is not self.notation or values[entry.symbol] != entry.symbol:
                    conditions += conditions_on(entry, values[entry.symbol], values)
        return values, tuple(conditions)

    def check_conditions(self, conditions: tuple[Condition, ...]) -> Iterator[Step]:
        """Steps that decide the hypotheses of what is used."""
        for expression, strict, words, *known in conditions:
            yield sign(words, expression, self.domain(), strict=strict, nonnegative=known)


def _strict(statement: Statement) -> list[Any]:
    return [excess(statement)] if statement.relation in ("<", ">") else []
