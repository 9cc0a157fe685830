# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# SymPy's own annotations promise less than its classes have.
# pyright: reportOperatorIssue=false, reportIndexIssue=false, reportAttributeAccessIssue=false
# pyright: reportArgumentType=false, reportCallIssue=false, reportGeneralTypeIssues=false
# pyright: reportUnknownLambdaType=false, reportAssignmentType=false
"""What is known at a line of a derivation, and how it is used there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ntkproofs.arithmetic.domain import Bounds, Domain
from ntkproofs.arithmetic.growth import leading
from ntkproofs.claims.steps import Step, sign
from ntkproofs.claims.theorems import Theorem
from ntkproofs.derivation.formula import Formula, Relation, parse
from ntkproofs.derivation.notation import Notation, SymbolEntry
from ntkproofs.errors import InvalidInput

Condition = tuple[Any, ...]
"""An expression that has to be >= 0 (> 0 where the second entry says so), words for it, and
expressions that are known to be >= 0."""


@dataclass(frozen=True)
class Statement:
    """A relation between two SymPy expressions."""

    left: Any
    relation: str
    right: Any
    variable: Any = None
    """For ``~``: the symbol that tends to infinity."""
    latex: str = ""

    def power(self) -> tuple[Any, Any]:
        """(c, e) of an asymptotic equality whose right-hand side is ~ c x^e, x its variable.

        Raises:
            InvalidInput: where it is no such power.
        """
        if self.relation != "~":
            raise InvalidInput(f"{self.latex} is no asymptotic equality")
        x = sp.Dummy("x", positive=True)
        right = leading(self.right.xreplace({self.variable: x}), x)
        constant, exponent = sp.S.One, sp.S.Zero
        for factor in sp.Mul.make_args(sp.expand_power_base(right)):
            base, power = factor.as_base_exp()
            if factor.has(x) and base != x:
                raise InvalidInput(f"{self.latex} is no law of the form c x^e")
            constant, exponent = (
                (constant, exponent + power) if base == x else (constant * factor, exponent)
            )
        return constant, sp.expand(exponent)

    def for_symbols(self, *symbols: Any) -> Statement:
        """The statement with its symbols replaced by those of the same names."""
        names = {symbol.name: symbol for symbol in symbols}
        own = self.left.free_symbols | self.right.free_symbols
        return self.substituted({s: names[s.name] for s in own if s.name in names})

    def substituted(self, values: Mapping[Any, Any]) -> Statement:
        """The statement for some values of its symbols and functions."""
        return Statement(
            substitute(self.left, values),
            self.relation,
            substitute(self.right, values),
            values.get(self.variable, self.variable),
            self.latex,
        )


def statement_of(relation: Relation) -> Statement:
    """The statement that a relation makes."""
    variable = None
    if relation.variable is not None:
        variable = relation.left.notation.symbol_entry(relation.variable).symbol
    left, right = relation.left.sympy, relation.right.sympy
    return Statement(left, relation.relation, right, variable, relation.latex)


def substitute(expression: Any, values: Mapping[Any, Any]) -> Any:
    """Put values for symbols, simultaneously, and lambdas for functions."""
    functions = {f: v for f, v in values.items() if isinstance(v, sp.Lambda)}
    symbols = {s: v for s, v in values.items() if s not in functions and s is not None}
    values_given = [*symbols.values(), *functions.values()]
    bound = bound_symbols(expression) & (
        set(symbols) | {s for v in values_given for s in v.free_symbols}
    )
    # A bound variable must not be caught by a value: it gets a name of its own.
    renaming = {s: sp.Dummy(s.name + "_bound", **s.assumptions0) for s in bound}
    replaced = _rename_bound(expression, renaming) if renaming else expression
    replaced = replaced.subs(symbols, simultaneous=True) if symbols else replaced
    for function, value in functions.items():
        replaced = replaced.replace(function, _applied(value))
    return replaced


def _applied(function: Any) -> Callable[..., Any]:
    """A lambda as a function whose bound variables catch nothing of its arguments."""

    def value(*given: Any) -> Any:
        return substitute(function.expr, dict(zip(function.variables, given, strict=True)))

    return value


def bound_symbols(expression: Any) -> set[Any]:
    """The symbols that integrals and sums of an expression bind."""
    found: set[Any] = set()
    for node in sp.preorder_traversal(expression):
        if isinstance(node, sp.Integral | sp.Sum | sp.Product | sp.Limit):
            found |= {limits[0] for limits in node.args[1:] if isinstance(limits, sp.Tuple)}
    return found


def _rename_bound(expression: Any, renaming: Mapping[Any, Any]) -> Any:
    if isinstance(expression, sp.Integral | sp.Sum | sp.Product):
        names = {limits[0] for limits in expression.args[1:]} & set(renaming)
        mine = {s: renaming[s] for s in names}
        body = _rename_bound(expression.args[0], renaming).xreplace(mine)
        limits = [sp.Tuple(mine.get(r[0], r[0]), *r[1:]) for r in expression.args[1:]]
        return expression.func(body, *limits)
    if not expression.args or isinstance(expression, sp.Lambda):
        return expression
    return expression.func(*(_rename_bound(a, renaming) for a in expression.args))


@dataclass(frozen=True)
class Known:
    """Something that holds: a definition, an assumption, a line or a result that was checked."""

    id: str
    statement: Statement
    is_definition: bool = False
    is_assumption: bool = False
    is_general: bool = False
    """Of a definition: whether no sign of its arguments went into it when it was read."""

    def is_restriction(self) -> bool:
        """Whether it assumes an inequality of symbols; one of functions holds for all arguments."""
        difference = excess(self.statement) if self.is_assumption else None
        return difference is not None and not difference.atoms(AppliedUndef)

    def fixed_symbols(self) -> set[Any]:
        """Symbols for which nothing may be put once this is defined or assumed.

        A function that is defined as c x, or that satisfies f(x) = c x, changes with c, which its
        name does not show.
        """
        if not (self.is_definition or self.is_assumption):
            return set()
        statement = self.statement
        if self.is_definition:
            shown = set() if statement.left.is_Symbol else statement.left.free_symbols
        elif self.is_restriction():
            return set()  # it is checked of the values that are put
        else:
            values = sp.Tuple(statement.left, statement.right).atoms(AppliedUndef)
            shown = {s for value in values for s in value.free_symbols}
        return (statement.left.free_symbols | statement.right.free_symbols) - shown


@dataclass(frozen=True)
class Fact:
    """A theorem of the literature as a formula, with its hypotheses.

    Attributes:
        name: permanent name, e.g. ``beta-integral``.
        theorem: what it is cited as.
        notation: its own symbols and functions.
        statement: the formula.
        hypotheses: relations that its symbols must satisfy, beyond their ranges.
        parameters: functions that stand for any function, to be given as lambdas.
        derived: where it is a result of another derivation: that derivation, and its id there.
    """

    name: str
    theorem: Theorem
    notation: Notation = field(repr=False)
    statement: Relation
    hypotheses: tuple[Relation, ...] = ()
    parameters: tuple[str, ...] = ()
    derived: tuple[Any, str] | None = field(default=None, repr=False, compare=False)


@dataclass(frozen=True)
class Use:
    """A known statement, or a fact, for some values of its symbols."""

    what: str | Fact
    values: tuple[tuple[str, str], ...] = ()

    @property
    def id(self) -> str:
        return self.what if isinstance(self.what, str) else self.what.name


def at(what: str | Fact, **values: str) -> Use:
    """A line, definition, assumption or fact for given values of its symbols.

    Example:
        >>> at("recurrence", l="l + 1").id
        'recurrence'
    """
    return Use(what, tuple(values.items()))


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
            b = _bounds_of(entry)
            if b is not None:
                bounds[entry.symbol] = b
            if entry.kind == "integer" and entry.least is not None and entry.most is not None:
                ranges[entry.symbol] = (sp.sympify(entry.least), sp.sympify(entry.most))
        bound = {s for e in expressions for s in bound_symbols(e)}
        strict = [s for known in self.known.values() for s in _strict(known.statement)]
        positive = [s for s in strict if not (s.free_symbols & bound)]
        positive += _positive_sines(self.notation)
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
        bounds = _bounds_of(entry) or Bounds()
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
                yield _condition(known.statement.substituted(values))

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
        more = [_condition(statement_of(h).substituted(found)) for h in fact.hypotheses]
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
                    conditions += _conditions_on(entry, values[entry.symbol], values)
        return values, tuple(conditions)

    def check_conditions(self, conditions: tuple[Condition, ...]) -> Iterator[Step]:
        """Steps that decide the hypotheses of what is used."""
        for expression, strict, words, *known in conditions:
            yield sign(words, expression, self.domain(), strict=strict, nonnegative=known)


def _bounds_of(entry: SymbolEntry) -> Bounds | None:
    low = entry.least if entry.least is not None else entry.above
    high = entry.most if entry.most is not None else entry.below
    if entry.kind == "positive" and low is None:
        low = 0
    if low is None and high is None:
        return None
    open_low = entry.least is None
    return Bounds(
        None if low is None else sp.sympify(low),
        None if high is None else sp.sympify(high),
        open_low,
        entry.most is None,
    )


def _conditions_on(entry: SymbolEntry, value: Any, values: Mapping[Any, Any]) -> list[Condition]:
    bounds = _bounds_of(entry)
    if bounds is None:
        return []
    found: list[Condition] = []
    if bounds.low is not None:
        low = bounds.low.subs(dict(values), simultaneous=True)
        sense = ">" if bounds.open_low else ">="
        found.append((value - low, bounds.open_low, f"{entry.name} {sense} {low}"))
    if bounds.high is not None:
        high = bounds.high.subs(dict(values), simultaneous=True)
        sense = "<" if bounds.open_high else "<="
        found.append((high - value, bounds.open_high, f"{entry.name} {sense} {high}"))
    return found


def _condition(statement: Statement) -> Condition:
    """An inequality as an expression that is to be >= 0, or > 0."""
    difference = excess(statement)
    if difference is None:
        raise InvalidInput(f"a hypothesis is an inequality; got {statement.latex}")
    return difference, statement.relation in ("<", ">"), statement.latex


def excess(statement: Statement) -> Any | None:
    """What an inequality says to be >= 0 or > 0; None for other relations."""
    if statement.relation in ("<", "<="):
        return statement.right - statement.left
    if statement.relation in (">", ">="):
        return statement.left - statement.right
    return None


def _strict(statement: Statement) -> list[Any]:
    return [excess(statement)] if statement.relation in ("<", ">") else []


def _positive_sines(notation: Notation) -> list[Any]:
    """sin θ, 1 ± cos θ, sin(θ/2), cos(θ/2) for angles in (0, π); arccos u for u in (-1, 1)."""
    found: list[Any] = []
    for entry in notation.symbols.values():
        if entry.above == 0 and entry.below == sp.pi:
            angle = entry.symbol
            found += [sp.sin(angle), 1 - sp.cos(angle), 1 + sp.cos(angle)]
            found += [sp.sin(angle / 2), sp.cos(angle / 2), sp.pi - angle]
        if entry.above == -1 and entry.below == 1:
            found += [sp.acos(entry.symbol), sp.pi - sp.acos(entry.symbol)]
    return found
