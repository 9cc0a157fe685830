# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# SymPy's own annotations promise less than its classes have.
# pyright: reportOperatorIssue=false, reportIndexIssue=false, reportAttributeAccessIssue=false
# pyright: reportArgumentType=false, reportCallIssue=false, reportGeneralTypeIssues=false
# pyright: reportUnknownLambdaType=false, reportAssignmentType=false
"""Integrals and sums in normal form: linear in their bodies, with bound variables of one name.

Finite sums are taken out of integrals and of infinite sums, and nested finite sums are flattened:
their order does not matter. Infinite sums and integrals are never exchanged.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import sympy as sp

from ntkproofs.errors import InvalidInput

if TYPE_CHECKING:
    from ntkproofs.arithmetic.normal_form import Generators

_MOST_INDICES = 5
_MOST_TERMS = 12


@dataclass(frozen=True)
class _Range:
    """An integral or a sum over one variable from ``low`` to ``high``."""

    kind: Any
    variable: Any
    low: Any
    high: Any

    def is_finite_sum(self) -> bool:
        return self.kind is sp.Sum and not sp.Tuple(self.low, self.high).has(sp.oo, -sp.oo)

    def over(self, body: Any) -> Any:
        return self.kind(body, (self.variable, self.low, self.high))

    def key(self, of: Generators, body: Any) -> Any:
        return (self.kind.__name__, of.canonical(self.low), of.canonical(self.high), body)


def linear(of: Generators, node: Any, kind: Any) -> Any:
    """An integral or a sum over one or more ranges, the first one innermost."""
    body, *ranges = node.args
    for number, one_range in enumerate(ranges):
        if len(one_range) != 3:
            return of.opaque(node)
        rest = ranges[number + 1 :]
        if rest:
            body = kind(body, one_range)
        else:
            return _over_one_range(of, kind, body, one_range)
    raise InvalidInput("An integral or a sum needs a range.")


def _over_one_range(of: Generators, kind: Any, body: Any, limits: Any) -> Any:
    x, low, high = limits
    if kind is sp.Sum:
        last = _last_terms(body, x, low, high)
        if last is not None:
            return of.form(last)
    variable = of.bound_variable(x, _height(body))
    one = _Range(kind, variable, low, high)
    with of.within(x, variable, low, high):
        over, under = sp.fraction(of.canonical(body.xreplace({x: variable})))
        total = sp.S.Zero
        constant, dependent = _split(of, under, variable)
        for term in sp.Add.make_args(sp.expand(over)):
            factor, rest = _split(of, term, variable)
            total += factor / constant * _of_one_term(of, one, rest / dependent, x)
    return total


def _of_one_term(of: Generators, one: _Range, body: Any, x: Any) -> Any:
    """The integral or sum of one term; its variable is named by how deep this term is nested."""
    meaning = of.meaning_of(body)
    renamed = of.bound_variable(x, _height(meaning))
    if renamed == one.variable or one.variable not in meaning.free_symbols:
        return _atom(of, one, body)
    return of.form(one.kind(meaning.xreplace({one.variable: x}), (x, one.low, one.high)))


def _last_terms(body: Any, x: Any, low: Any, high: Any) -> Any | None:
    """A sum up to n + c as the sum up to n and c terms, a sum between numbers as its terms.

    None where there is nothing to take off. A sum from a to b with b < a is taken as SymPy does
    (Karr): less the terms between.
    """
    if high.has(sp.oo) or low.has(sp.oo):
        return None
    count, rest = sp.expand(high).as_coeff_Add(rational=True)
    if not count.is_Integer:
        return None
    if rest == 0 and low.is_Integer:
        if not 0 <= high - low + 1 <= _MOST_TERMS:
            return None
        return sp.Add(*(body.subs(x, low + j) for j in range(int(high - low) + 1)))
    if count == 0 or abs(count) > _MOST_TERMS or rest == 0:
        return None
    if count > 0:
        more = sp.Add(*(body.subs(x, rest + j) for j in range(1, int(count) + 1)))
        return sp.Sum(body, (x, low, rest)) + more
    fewer = sp.Add(*(body.subs(x, rest - j) for j in range(int(-count))))
    return sp.Sum(body, (x, low, rest)) - fewer


def product(of: Generators, node: Any) -> Any:
    """A product up to n + c as the product up to n and c factors; one over no index is 1."""
    body, *ranges = node.args
    x, low, high = ranges[0]
    if len(ranges) > 1 or sp.Tuple(low, high).has(sp.oo, -sp.oo):
        return of.generator(("Product", node), node)
    if sp.expand(high - low) == -1:
        return sp.S.One
    count, rest = sp.expand(high).as_coeff_Add(rational=True)
    if rest != 0 and count.is_Integer and 0 < count <= _MOST_TERMS:
        more = sp.Mul(*(body.subs(x, rest + j) for j in range(1, int(count) + 1)))
        return of.form(sp.Product(body, (x, low, rest))) * of.form(more)
    variable = of.bound_variable(x, _height(body))
    with of.within(x, variable, low, high):
        inside = of.canonical(body.xreplace({x: variable}))
    key = ("Product", of.canonical(low), of.canonical(high), inside)
    return of.generator(key, sp.Product(of.meaning_of(inside), (variable, low, high)))


def _height(body: Any) -> int:
    """How many variables are bound around the innermost part of a body."""
    inner = max(map(_height, body.args), default=0)
    binds = isinstance(body, sp.Integral | sp.Sum | sp.Product)
    return inner + (len(body.args) - 1 if binds else 0)


def _split(of: Generators, expression: Any, variable: Any) -> tuple[Any, Any]:
    """An expression as a product of what does not depend on a variable, and of what does."""
    free, bound = sp.S.One, sp.S.One
    factored = expression if expression.is_Mul or expression.is_Pow else sp.factor(expression)
    for factor in sp.Mul.make_args(factored):
        if _depends(of, factor, variable):
            bound *= factor
        else:
            free *= factor
    return free, bound


def _depends(of: Generators, expression: Any, variable: Any) -> bool:
    return any(
        symbol == variable or of.meaning.get(symbol, symbol).has(variable)
        for symbol in expression.free_symbols
    )


def _atom(of: Generators, one: _Range, body: Any) -> Any:
    """The integral or sum of a product, as a generator."""
    if body == 1 and (one.is_finite_sum() or not sp.Tuple(one.low, one.high).has(sp.oo)):
        return of.form(one.high - one.low + (1 if one.kind is sp.Sum else 0))
    if one.is_finite_sum():
        chosen = _chosen_by_delta(of, one, body)
        if chosen is not None:
            return chosen
    inner = _inner_sums(of, body)
    if inner:
        return _with_inner_sums(of, one, body, inner)
    symbol = of.generator(one.key(of, body), one.over(of.meaning_of(body)))
    if one.is_finite_sum():
        of.sums[symbol] = (((one.variable, one.low, one.high),), of.meaning_of(body))
    return symbol


def _inner_sums(of: Generators, body: Any) -> list[Any]:
    """The finite sums of which a body is a multiple, each as often as it is a factor."""
    found = sorted(body.free_symbols & set(of.sums), key=lambda s: s.dummy_index)
    over, under = sp.fraction(body)
    if not found or under.has(*found):
        return []
    terms = sp.Poly(over, *found).terms()
    if len(terms) != 1:
        return []
    return [s for s, count in zip(found, terms[0][0], strict=True) for _ in range(count)]


def _with_inner_sums(of: Generators, one: _Range, body: Any, inner: list[Any]) -> Any:
    """Exchange: finite sums are outermost, and several of them one sum over all indices.

    A product of finite sums is one sum over the indices of all its factors.
    """
    product = of.meaning_of(sp.cancel(body / sp.Mul(*inner)))
    fresh: list[Any] = []
    for symbol in inner:
        indices, summand = of.sums[symbol]
        names = [(sp.Dummy("i", integer=True), a, b) for _, a, b in indices]
        renaming = {old[0]: new[0] for old, new in zip(indices, names, strict=True)}
        product *= summand.xreplace(renaming)
        fresh += names
    nested = any(sp.Tuple(a, b).has(one.variable) for _, a, b in fresh)
    if nested or len(fresh) >= _MOST_INDICES:
        return of.generator(one.key(of, body), one.over(of.meaning_of(body)))
    if not one.is_finite_sum():
        return of.form(sp.Sum(one.over(product), *fresh))
    return _flat(of, product, [(one.variable, one.low, one.high), *fresh])


def _flat(of: Generators, product: Any, indices: list[Any]) -> Any:
    """One finite sum over several indices, named so that the body comes first in an order."""
    first = 100 * (1 + _height(product))  # other names than in sums within the product
    names = [of.bound_variable(sp.Dummy(integer=True), first + j) for j in range(len(indices))]
    candidates: list[Any] = []
    for order in itertools.permutations(range(len(indices))):
        renaming = {indices[j][0]: names[place] for place, j in enumerate(order)}
        ranges = tuple((names[place], *indices[j][1:]) for place, j in enumerate(order))
        body = of.canonical(product.xreplace(renaming))
        candidates.append((str((ranges, body)), ranges, body))
    _, ranges, body = min(candidates, key=lambda candidate: candidate[0])
    meaning = sp.Sum(of.meaning_of(body), *ranges)
    symbol = of.generator(("Sum", ranges, body), meaning)
    of.sums[symbol] = (ranges, of.meaning_of(body))
    return symbol


def _chosen_by_delta(of: Generators, one: _Range, body: Any) -> Any | None:
    """Σ_i δ_ij f(i) = f(j), where j is an index whose range lies in that of i."""
    variable = one.variable
    for symbol in sorted(body.free_symbols & set(of.meaning), key=lambda s: s.dummy_index):
        delta = of.meaning[symbol]
        if not isinstance(delta, sp.KroneckerDelta) or variable not in delta.args:
            continue
        other = delta.args[1] if delta.args[0] == variable else delta.args[0]
        low, high = of.ranges.get(other, (sp.nan, sp.nan))
        within = (
            sp.sympify(low - one.low).is_nonnegative,
            sp.sympify(one.high - high).is_nonnegative,
        )
        if other.has(variable) or not all(within):
            continue
        if not (body.is_polynomial(symbol) and sp.degree(body, symbol) == 1):
            continue
        return of.form(of.meaning_of(sp.cancel(body / symbol)).xreplace({variable: other}))
    return None
