# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# SymPy's own annotations promise less than its classes have.
# pyright: reportOperatorIssue=false, reportIndexIssue=false, reportAttributeAccessIssue=false
# pyright: reportArgumentType=false, reportCallIssue=false, reportGeneralTypeIssues=false
# pyright: reportUnknownLambdaType=false, reportAssignmentType=false
"""How a line of a derivation follows: each rule turns a line into steps that a machine decides."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import sympy as sp
from flint import arb
from sympy.core.function import AppliedUndef

from ntkproofs.arithmetic.evaluation import NoValue, ball_value, points_of
from ntkproofs.arithmetic.signs import at_least_zero
from ntkproofs.arithmetic.truth import Truth, less
from ntkproofs.claims.steps import (
    Step,
    agreement,
    asymptotic_equality,
    certify,
    equality,
    limit,
    nonzero_exactly,
    sign,
)
from ntkproofs.derivation.context import (
    Condition,
    Context,
    Known,
    Statement,
    Use,
    bound_symbols,
    excess,
    substitute,
)
from ntkproofs.errors import InvalidInput


def uses_of(items: Sequence[str | Use]) -> tuple[Use, ...]:
    """Ids as uses for the values that they were stated for."""
    return tuple(item if isinstance(item, Use) else Use(item) for item in items)


@dataclass(frozen=True)
class Rule(ABC):
    """What a line follows from, and how.

    Attributes:
        uses: definitions, assumptions, lines and theorems that it follows from.
    """

    uses: tuple[Use, ...] = ()

    def all_uses(self) -> tuple[Use, ...]:
        """What it follows from in any of its parts."""
        return self.uses

    @abstractmethod
    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        """Steps whose truth shows that the line holds."""


@dataclass(frozen=True)
class Prepared:
    """A line with its definitions expanded and what it uses put in."""

    line: Statement
    equations: tuple[tuple[Any, Any], ...]
    inequalities: tuple[tuple[Any, bool], ...]
    growths: tuple[tuple[Any, Any], ...]
    conditions: tuple[Condition, ...]


def prepared(line: Statement, uses: Sequence[Use], context: Context) -> Prepared:
    """Expand the definitions that a line uses, rewrite by equations, collect the rest."""
    left, right = line.left, line.right
    conditions: list[Condition] = []
    equations: list[tuple[Any, Any]] = []
    inequalities: list[tuple[Any, bool]] = []
    growths: list[tuple[Any, Any]] = []
    for use in uses:
        if isinstance(use.what, str) and context.find(use.what).is_definition and not use.values:
            definition = context.find(use.what)

            def expand(side: Any, definition: Known = definition) -> Any:
                return _expanded(side, definition, context)

            left, right = expand(left), expand(right)
            equations = [(expand(a), expand(b)) for a, b in equations]
            growths = [(expand(a), expand(b)) for a, b in growths]
            inequalities = [(expand(a), strict) for a, strict in inequalities]
            continue
        statement, needed = context.instance(use)
        earlier = tuple(known for known, _ in inequalities)
        conditions += [(what, strict, words, *earlier) for what, strict, words, *_ in needed]
        difference = excess(statement)
        if difference is not None:
            inequalities.append((difference, statement.relation in ("<", ">")))
        elif statement.relation == "==":
            equations.append((statement.left, statement.right))
        elif statement.relation == "~" and line.variable is not None:
            context.require_uniform(use, line.variable)
            growths.append((statement.left, statement.right))
        else:
            raise InvalidInput(f"nothing follows here from {use.id!r}: {statement.latex}")
    for old, new in equations:
        if not (old.is_Symbol or old.is_number):
            left, right = left.xreplace({old: new}), right.xreplace({old: new})
    conditions += context.conditions_on_bound(left, right)
    done = Statement(left, line.relation, right, line.variable, line.latex)
    return Prepared(done, tuple(equations), tuple(inequalities), tuple(growths), tuple(conditions))


def _expanded(expression: Any, definition: Known, context: Context) -> Any:
    """An expression with what a definition defines replaced by what it is defined as."""
    pattern, body = definition.statement.left, definition.statement.right
    if pattern.is_Symbol:
        return expression.subs(pattern, body)
    arguments = pattern.args

    def value(*given: Any) -> Any:
        for argument, replacement in zip(arguments, given, strict=True):
            _require_fits(argument, replacement, context, signs=not definition.is_general)
        return substitute(body, dict(zip(arguments, given, strict=True)))

    return expression.replace(pattern.func, value)


def _require_fits(symbol: Any, value: Any, context: Context, *, signs: bool) -> None:
    """Refuse a value for which a definition may not hold.

    What a symbol is declared to be went into the definition when it was read: of a positive x the
    root of x² is x.
    """
    if value == symbol:
        return
    if symbol.is_integer and not value.is_integer:
        raise InvalidInput(f"a definition for integers {symbol} says nothing of {value}")
    if symbol.is_real and value.has(sp.I):
        raise InvalidInput(f"a definition for real {symbol} says nothing of {value}")
    for known, sign_, strict in (
        (symbol.is_positive, 1, True),
        (symbol.is_nonnegative, 1, False),
        (symbol.is_negative, -1, True),
        (symbol.is_nonpositive, -1, False),
    ):
        if known and signs:
            decision = at_least_zero(sign_ * value, context.domain(value), strict=strict)
            if decision.truth is not Truth.TRUE:
                raise InvalidInput(
                    f"a definition for {symbol} {'>' if sign_ > 0 else '<'}{'' if strict else '='} "
                    f"0 says nothing of {value}; declare a symbol of a wider range for it"
                )


@dataclass(frozen=True)
class Follows(Rule):
    """An equality by normal forms, an inequality from expressions of known sign.

    Attributes:
        duplication: whether Legendre's duplication formula of the Gamma function is needed.
        as_sum: for an inequality: an expression of evident sign that the difference of its two
            sides is equal to.
    """

    duplication: bool = False
    as_sum: str = ""

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        ready = prepared(line, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        statement = ready.line
        domain = context.domain(statement.left, statement.right)
        if statement.relation == "==":
            yield equality(
                line.latex,
                statement.left,
                statement.right,
                domain,
                given=ready.equations,
                duplication=self.duplication,
            )
        elif statement.relation == "!=":
            yield from _distinct(statement)
        else:
            yield from self._inequality(ready, context)

    def _inequality(self, ready: Prepared, context: Context) -> Iterator[Step]:
        statement = ready.line
        difference = excess(statement)
        if difference is None:
            raise InvalidInput(f"{statement.latex} is neither an equality nor an inequality")
        domain = context.domain(statement.left, statement.right)
        if self.as_sum:
            evident = context.parse(self.as_sum).sympy
            yield equality(statement.latex, difference, evident, domain, given=ready.equations)
            difference = evident
        if ready.inequalities:
            context.require_unrestricted(difference)
        yield sign(
            statement.latex,
            difference,
            domain,
            strict=statement.relation in ("<", ">"),
            given=ready.equations,
            nonnegative=[known for known, _ in ready.inequalities],
        )


@dataclass(frozen=True)
class Cases(Rule):
    """A statement with δ_ij: where i and j are equal, and where they are not.

    Attributes:
        first, second: the indices i and j.
        equal: how it follows where j is i, and δ_ij is 1.
        different: how it follows where δ_ij is 0.
    """

    first: str = ""
    second: str = ""
    equal: Follows = Follows()
    different: Follows = Follows()

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        i, j = (context.notation.symbol_entry(s).symbol for s in (self.first, self.second))
        if {i, j} & (bound_symbols(line.left) | bound_symbols(line.right)):
            raise InvalidInput(f"a case is of free indices; {line.latex} binds one of {i}, {j}")
        entries = [context.notation.symbol_entry(s) for s in (self.first, self.second)]
        if entries[0].least != entries[1].least or entries[0].most != entries[1].most:
            raise InvalidInput(f"the indices of a case have one range; {i} and {j} have two")
        yield from self.equal.check(line.substituted({j: i}), context)
        zero = {sp.KroneckerDelta(i, j): sp.S.Zero}
        other = Statement(
            line.left.xreplace(zero), line.relation, line.right.xreplace(zero), None, line.latex
        )
        yield from self.different.check(other, context)


def cases(first: str, second: str, *, equal: Follows, different: Follows) -> Cases:
    """By cases: two indices are equal, or they are not."""
    return Cases((*equal.uses, *different.uses), first, second, equal, different)


def _distinct(statement: Statement) -> Iterator[Step]:
    difference = sp.expand(statement.left - statement.right)
    if not difference.is_Rational:
        raise InvalidInput(f"only rational numbers are told apart; got {difference}")
    yield nonzero_exactly(statement.latex, difference)


def follows(*uses: str | Use, duplication: bool = False, as_sum: str = "") -> Follows:
    """By algebra from definitions, assumptions, lines before, and theorems."""
    return Follows(uses_of(uses), duplication, as_sum)


algebra = follows


def _only_integral(expression: Any, variable: Any) -> Any:
    found = [
        node
        for node in expression.atoms(sp.Integral)
        if len(node.args) == 2 and node.args[1][0] == variable
    ]
    if len(found) != 1:
        raise InvalidInput(
            f"the left-hand side needs exactly one integral over {variable}; it has {len(found)}"
        )
    return found[0]


@dataclass(frozen=True)
class ChangeOfVariables(Rule):
    """``old = by(new)`` in the one integral over ``old`` of the left-hand side.

    The new variable runs from ``low`` to ``high``, between which the derivative of ``by`` has
    one sign.
    """

    old: str = ""
    new: str = ""
    by: str = ""
    low: str = ""
    high: str = ""

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        ready = prepared(line, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        old = context.notation.symbol_entry(self.old).symbol
        new = context.notation.symbol_entry(self.new).symbol
        by, low, high = (context.parse(s).sympy for s in (self.by, self.low, self.high))
        node = _only_integral(ready.line.left, old)
        body, (_, first, last) = node.args
        require_continuous(by, new, context)
        for name, end, expected in (("lower", low, first), ("upper", high, last)):
            if expected.has(sp.oo, -sp.oo) or end.has(sp.oo):
                yield from _same_infinity(by, new, end, expected)
                continue
            yield equality(f"{name} end", by.subs(new, end), expected, context.domain())
        slope = sp.diff(by, new)
        domain = context.domain(ready.line.right)
        rises = at_least_zero(slope, context.domain(), strict=True).truth is Truth.TRUE
        yield sign("direction", slope if rises else -slope, context.domain(), strict=True)
        changed = sp.Integral(body.subs(old, by) * slope, (new, low, high))
        if (low - high).is_positive:
            changed = -sp.Integral(body.subs(old, by) * slope, (new, high, low))
        yield from context.check_conditions(context.conditions_on_bound(changed))
        left = ready.line.left.xreplace({node: changed})
        yield equality(line.latex, left, ready.line.right, domain, given=ready.equations)


def _same_infinity(by: Any, new: Any, end: Any, expected: Any) -> Iterator[Step]:
    """Of infinite ends only affine maps are taken, with positive slope."""
    slope = sp.diff(by, new)
    if slope.has(new) or end != expected:
        raise InvalidInput("at an infinite end only an affine change of variables is checked")
    yield sign("slope of an affine map", slope, strict=True)


def change_of_variables(
    old: str, new: str, by: str, *, low: str, high: str, uses: Sequence[str | Use] = ()
) -> ChangeOfVariables:
    """``old = by(new)``; ``low`` and ``high`` are the values of ``new`` at the old ends."""
    return ChangeOfVariables(uses_of(uses), old, new, by, low, high)


@dataclass(frozen=True)
class Parts(Rule):
    """Integration by parts: the integrand is ``first`` times the derivative of ``second``."""

    variable: str = ""
    first: str = ""
    second: str = ""

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        ready = prepared(line, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        x = context.notation.symbol_entry(self.variable).symbol
        first, second = context.parse(self.first).sympy, context.parse(self.second).sympy
        node = _only_integral(ready.line.left, x)
        body, (_, low, high) = node.args
        require_continuous(first, x, context)
        require_continuous(second, x, context)
        domain = context.domain(ready.line.left, ready.line.right)
        inside = context.domain()
        yield equality(
            "the integrand", body, first * sp.diff(second, x), inside, given=ready.equations
        )
        product = first * second
        ends = value_at(product, x, high, context) - value_at(product, x, low, context)
        by_parts = ends - sp.Integral(sp.diff(first, x) * second, (x, low, high))
        left = ready.line.left.xreplace({node: by_parts})
        yield equality(line.latex, left, ready.line.right, domain, given=ready.equations)


def by_parts(variable: str, first: str, second: str, *, uses: Sequence[str | Use] = ()) -> Parts:
    """Integration by parts: the integrand is ``first * Diff(second, variable)``."""
    return Parts(uses_of(uses), variable, first, second)


def require_continuous(expression: Any, x: Any, context: Context) -> None:
    """Refuse what is not evidently differentiable between the ends of the range of a variable.

    An antiderivative with a jump or a pole inside would give a wrong integral. Functions that are
    not known are taken to be smooth.
    """
    if not _is_smooth(expression, x, context):
        raise InvalidInput(
            f"{expression} is not evidently smooth for all {x} in its declared range; "
            f"declare the range of {x} (above=, below=) so that no denominator vanishes there"
        )


def _is_smooth(expression: Any, x: Any, context: Context) -> bool:
    if not expression.has(x) or expression == x:
        return True
    if isinstance(expression, sp.Derivative) and isinstance(expression.expr, AppliedUndef):
        return True
    if not all(_is_smooth(a, x, context) for a in expression.args):
        return False
    domain = context.domain()

    def positive(value: Any) -> bool:
        return at_least_zero(value, domain, strict=True).truth is Truth.TRUE

    if isinstance(expression, sp.Add | sp.Mul | sp.sin | sp.cos | sp.exp | sp.atan):
        return True
    if isinstance(expression, sp.Pow):
        base, exponent = expression.args
        whole = bool(exponent.is_integer)
        nonzero = positive(base) or (whole and positive(-base))
        return bool(exponent.is_Integer and exponent >= 0) or nonzero
    if isinstance(expression, sp.log | sp.gamma):
        return positive(expression.args[0])
    if isinstance(expression, sp.acos | sp.asin):
        return positive(1 - expression.args[0]) and positive(1 + expression.args[0])
    return isinstance(expression, AppliedUndef)


def value_at(expression: Any, x: Any, end: Any, context: Context) -> Any:
    """The value of an expression as a variable tends to the end of its range.

    Where a factor is a positive power of something that tends to 0, and no factor has a negative
    one, the value is 0; at infinity, where e^(-c x) or e^(-c x²) multiplies powers.

    Raises:
        InvalidInput: where the value cannot be read off.
    """
    total = sp.S.Zero
    for term in sp.Add.make_args(sp.expand(expression)):
        total += _value_of_term(sp.powsimp(term), x, end, context)
    return total


def _value_of_term(term: Any, x: Any, end: Any, context: Context) -> Any:
    if end in (sp.oo, -sp.oo):
        return _value_at_infinity(term, x, end)
    vanishes = False
    for factor in sp.Mul.make_args(sp.factor(term)):
        base, exponent = factor.as_base_exp()
        value = base.subs(x, end)
        if value == 0:
            decision = at_least_zero(exponent, context.domain(), strict=True)
            if decision.truth is not Truth.TRUE:
                raise InvalidInput(f"{factor} has no evident value at {x} = {end}")
            vanishes = True
        elif value.has(sp.nan, sp.zoo, sp.oo, -sp.oo, sp.AccumBounds):
            raise InvalidInput(f"{factor} has no evident value at {x} = {end}")
    return sp.S.Zero if vanishes else term.subs(x, end)


def _value_at_infinity(term: Any, x: Any, end: Any) -> Any:
    if not term.has(x):
        return term
    rest = term
    for factor in sp.Mul.make_args(term):
        if isinstance(factor, sp.exp) or (factor.is_Pow and factor.base is sp.E):
            exponent = sp.expand(factor.exp)
            leader = sp.Poly(exponent, x)
            direction = leader.LC() * end ** leader.degree()
            if direction == -sp.oo:
                rest = term / factor
                break
    else:
        raise InvalidInput(f"{term} has no evident value at {end}")
    if not all(f.as_base_exp()[0] in (x,) or not f.has(x) for f in sp.Mul.make_args(rest)):
        raise InvalidInput(f"{term} has no evident value at {end}")
    return sp.S.Zero


@dataclass(frozen=True)
class Antiderivative(Rule):
    """The fundamental theorem of calculus, with an antiderivative of the integrand."""

    variable: str = ""
    function: str = ""

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        ready = prepared(line, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        x = context.notation.symbol_entry(self.variable).symbol
        node = _only_integral(ready.line.left, x)
        body, (_, low, high) = node.args
        function = context.parse(self.function).sympy
        require_continuous(function, x, context)
        inside = context.domain()
        derivative = sp.diff(function, x)
        yield equality("the derivative", derivative, body, inside, given=ready.equations)
        ends = value_at(function, x, high, context) - value_at(function, x, low, context)
        left = ready.line.left.xreplace({node: ends})
        domain = context.domain(ready.line.right)
        yield equality(line.latex, left, ready.line.right, domain, given=ready.equations)


def antiderivative(
    variable: str, function: str, *, uses: Sequence[str | Use] = ()
) -> Antiderivative:
    """The one integral over a variable, by an antiderivative of its integrand."""
    return Antiderivative(uses_of(uses), variable, function)


@dataclass(frozen=True)
class Induction(Rule):
    """A statement for all integers from ``start`` on: it holds there, and from n to n + 1.

    Attributes:
        base: what the first case uses.
        uses: what the step from n to n + 1 uses, for instance a recurrence.
        hypothesis: values of other symbols for which the statement is supposed of n. What is
            shown for all of their values by induction may be supposed for all of them.
    """

    variable: str = ""
    start: int = 0
    base: tuple[Use, ...] = ()
    hypothesis: tuple[tuple[str, str], ...] = ()

    def all_uses(self) -> tuple[Use, ...]:
        """What the first case and the step use."""
        return (*self.base, *self.uses)

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        entry = context.notation.symbol_entry(self.variable)
        n = entry.symbol
        if line.relation != "==" or entry.kind != "integer":
            raise InvalidInput("induction shows an equality, over an integer")
        if entry.least is None or sp.sympify(entry.least) != self.start:
            raise InvalidInput(
                f"induction starts at the least value that {self.variable} is declared to take; "
                f"got {self.start}"
            )
        context.require_free(n)
        first = line.substituted({n: sp.Integer(self.start)})
        yield from follows(*self.base).check(first, context)
        values, conditions = context.values(self.hypothesis, fixed=self.variable)
        yield from context.check_conditions(conditions)
        supposed = line.substituted(values)
        here = (supposed.left, supposed.right)
        after = line.substituted({n: n + 1})
        ready = prepared(after, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        left = ready.line.left.xreplace({here[0]: here[1]})
        domain = context.domain(left, ready.line.right)
        given = (*ready.equations, here)
        yield equality(line.latex, left, ready.line.right, domain, given=given)


def induction(
    variable: str,
    start: int,
    *,
    base: Sequence[str | Use] = (),
    step: Sequence[str | Use] = (),
    **hypothesis: str,
) -> Induction:
    """From ``start`` on, from n to n + 1; ``hypothesis`` gives values of other symbols."""
    return Induction(uses_of(step), variable, start, uses_of(base), tuple(hypothesis.items()))


@dataclass(frozen=True)
class Expansion(Rule):
    """``left = polynomial + O(x^k)`` at 0, by Taylor's theorem."""

    variable: str = ""

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        ready = prepared(line, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        x = context.notation.symbol_entry(self.variable).symbol
        orders = ready.line.right.atoms(sp.Function("O"))
        if len(orders) != 1:
            raise InvalidInput("an expansion has one term O(x**k) on its right-hand side")
        (term,) = orders
        power = sp.Poly(term.args[0], x)
        if len(power.terms()) != 1:
            raise InvalidInput(f"the order of an expansion is a power; got {term}")
        right = ready.line.right.xreplace({term: sp.S.Zero})
        left = ready.line.left
        for old, new in ready.equations:
            left, right = left.subs(old, new), right.subs(old, new)
        domain = context.domain(left, right)
        yield agreement(line.latex, left, right, variable=x, order=power.degree(), domain=domain)


def expansion(variable: str, *uses: str | Use) -> Expansion:
    """Taylor coefficients at 0."""
    return Expansion(uses_of(uses), variable)


@dataclass(frozen=True)
class Growth(Rule):
    """An asymptotic equality, by leading terms; or the limit of a rational function."""

    variable: str = ""

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        ready = prepared(line, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        statement = ready.line
        if statement.relation == "==" and isinstance(statement.left, sp.Limit):
            body, variable, point = statement.left.args[:3]
            if point is not sp.oo:
                raise InvalidInput("limits are taken at infinity")
            yield limit(line.latex, body, statement.right, variable, context.domain())
            return
        if statement.relation != "~":
            raise InvalidInput(f"{line.latex} is no asymptotic equality and no limit")
        left, right = statement.left, statement.right
        for old, new in ready.growths:
            left = _factor_replaced(left, old, new, statement.variable)
            right = _factor_replaced(right, old, new, statement.variable)
        yield asymptotic_equality(line.latex, left, right, statement.variable, context.domain())


def _factor_replaced(product: Any, old: Any, new: Any, variable: Any) -> Any:
    """A product with one of its factors, or a power of it, replaced by what it grows like."""
    factors: list[Any] = []
    for factor in sp.Mul.make_args(product):
        base, exponent = factor.as_base_exp()
        replaced = base == old and not exponent.has(variable)
        factors.append(new**exponent if replaced else factor)
    return sp.Mul(*factors)


def growth(variable: str, *uses: str | Use) -> Growth:
    """By leading terms as a variable tends to infinity."""
    return Growth(uses_of(uses), variable)


@dataclass(frozen=True)
class Checked(Rule):
    """Balls at points: the line is *checked, not proved*, and marked so.

    Attributes:
        points: values of the symbols, beside small ones of their ranges.
        digits: how far both sides have to agree.
    """

    points: tuple[tuple[tuple[str, str], ...], ...] = ()
    digits: int = 20

    def check(self, line: Statement, context: Context) -> Iterator[Step]:
        ready = prepared(line, self.uses, context)
        yield from context.check_conditions(ready.conditions)
        left, right = ready.line.left, ready.line.right
        if line.relation != "==":
            raise InvalidInput(f"balls check equalities; {line.latex} is none")
        symbols = sorted(left.free_symbols | right.free_symbols, key=str)
        points = points_of(context.domain(), symbols, _POINTS)
        for given in self.points:
            values = {context.parse(n).sympy: context.parse(v).sympy for n, v in given}
            points.append(values)
        if not points:
            raise InvalidInput(f"no point of the ranges of {symbols} is known; give some")
        for point in points:
            about = ", ".join(f"{s} = {v}" for s, v in point.items())
            yield certify(f"{line.latex} at {about}", partial(self._agree, left, right, point))

    def _agree(self, left: Any, right: Any, point: Any) -> Truth:
        try:
            apart = abs(ball_value(left, point) - ball_value(right, point))
        except NoValue as missing:
            raise InvalidInput(f"balls know no value of {missing}") from missing
        return less(apart, arb(10) ** -self.digits)


_POINTS = 12


def checked(
    *points: Mapping[str, str], uses: Sequence[str | Use] = (), digits: int = 20
) -> Checked:
    """By balls at points, where no procedure decides: checked, not proved."""
    return Checked(uses_of(uses), tuple(tuple(p.items()) for p in points), digits)
