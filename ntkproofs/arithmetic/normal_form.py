# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false
# pyright: reportUnknownVariableType=false, reportUnknownArgumentType=false
# SymPy's own annotations promise less than its classes have.
# pyright: reportOperatorIssue=false, reportIndexIssue=false, reportAttributeAccessIssue=false
# pyright: reportArgumentType=false, reportCallIssue=false, reportGeneralTypeIssues=false
# pyright: reportUnknownLambdaType=false, reportAssignmentType=false
"""Normal forms of expressions with functions, integrals and sums, over generators.

Every function value that is no rational function of others becomes a *generator*: a new symbol.
The relations that hold between generators (s² + c² = 1 of a sine and a cosine, g² = b of a square
root) are kept with them. Two expressions whose difference reduces to 0 modulo these relations are
equal wherever both are defined: generators may be replaced by what they stand for. The converse
does not hold; a difference that does not reduce to 0 shows nothing.

Integrals and sums are split at every sum of their bodies. This needs no convergence of the parts:
the integrals over the truncated range split, and both sides of an equality are limits of these.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from ntkproofs.arithmetic import bound, factorials, powers
from ntkproofs.arithmetic.domain import EVERYWHERE, Bounds, Domain, is_evidently_positive
from ntkproofs.arithmetic.evaluation import certified_difference
from ntkproofs.arithmetic.exact import Decision, unfit
from ntkproofs.arithmetic.truth import Truth

FUNCTIONS_NORMAL_FORM = (
    "normal form of rational functions of sines, cosines, powers, Gamma functions, integrals and "
    "sums, modulo the relations between them"
)


BALLS = "ball arithmetic at 128 bits"
_FIRST_POINTS = 3


@dataclass
class Generators:
    """The generators of some expressions, and the relations between them.

    Attributes:
        positive: expressions that are > 0 on the domain at hand, beyond what SymPy's assumptions
            on symbols tell.
        duplication: whether Γ(z) is written as a product of Γ(z/2) and Γ(z/2 + 1/2) where the
            coefficients of z are integers, so that Legendre's duplication formula is decided.
    """

    positive: tuple[Any, ...] = ()
    duplication: bool = False
    bounds: Mapping[Any, Bounds] = field(default_factory=dict[Any, Bounds])
    euler: bool = False
    """Whether e^(ix) is written as cos x + i sin x."""
    nonnegative: tuple[Any, ...] = ()
    """Expressions that are known to be >= 0."""
    named: dict[Any, sp.Dummy] = field(default_factory=dict[Any, sp.Dummy])
    relations: list[tuple[sp.Dummy, Any]] = field(default_factory=list[tuple[sp.Dummy, Any]])
    meaning: dict[sp.Dummy, Any] = field(default_factory=dict[sp.Dummy, Any])
    """What a generator stands for, in terms of symbols."""
    sums: dict[sp.Dummy, Any] = field(default_factory=dict[sp.Dummy, Any])
    """Generators that stand for finite sums: (index, low, high) of each index, and the summand."""
    ranges: dict[Any, tuple[Any, Any]] = field(default_factory=dict[Any, tuple[Any, Any]])
    """Least and last value of indices."""
    variables: dict[Any, sp.Dummy] = field(default_factory=dict[Any, sp.Dummy])

    def generator(
        self, key: Any, meaning: Any, relation: Callable[[Any], Any] | None = None
    ) -> Any:
        """The generator of a key; made, with its relation, where it is met for the first time."""
        if key not in self.named:
            symbol = sp.Dummy(f"g{len(self.named)}")
            self.named[key] = symbol
            self.meaning[symbol] = meaning
            if relation is not None:
                self.relations.append((symbol, sp.sympify(relation(symbol))))
        return self.named[key]

    # ---- reduction of one expression

    def form(self, expression: Any) -> Any:
        """The expression as a rational function of symbols and generators."""
        node = sp.sympify(expression)
        if node.is_Rational or node.is_Symbol:
            return node
        if isinstance(node, sp.Add | sp.Mul):
            return node.func(*map(self.form, node.args))
        for kind, reduce in _REDUCTIONS:
            if isinstance(node, kind):
                return reduce(self, node)
        return self.opaque(node)

    def canonical(self, expression: Any) -> Any:
        """A quotient of coprime polynomials in generators, numerators reduced by the relations."""
        over, under = sp.fraction(sp.together(self.form(expression)))
        over, under = self.remainder(sp.expand(over)), self.remainder(sp.expand(under))
        return sp.cancel(over / under) if under != 0 else sp.nan

    def opaque(self, node: Any) -> Any:
        """A node as a generator, keyed by its class and the normal forms of its arguments."""
        arguments = tuple(self.canonical(a) for a in node.args)
        name = getattr(node, "name", node.func.__name__)
        return self.generator((name, *arguments), node)

    # ---- bound variables

    def bound_variable(self, variable: Any, height: int) -> sp.Dummy:
        """The one name of all bound variables with these assumptions at this height."""
        assumptions = tuple(sorted(variable.assumptions0.items()))
        if (height, assumptions) not in self.variables:
            known = {k: v for k, v in assumptions if k in ("integer", "real", "positive")}
            self.variables[height, assumptions] = sp.Dummy(f"x{height}", **known)
        return self.variables[height, assumptions]

    @contextmanager
    def within(self, old: Any, new: Any, low: Any, high: Any) -> Generator[None]:
        """A block in which a bound variable has another name, a range, and what is known of it."""
        positive, ranges, bounds = self.positive, dict(self.ranges), self.bounds
        self.positive = (*positive, *(p.xreplace({old: new}) for p in positive if p.has(old)))
        self.ranges[new] = (low, high)
        if old in bounds:
            self.bounds = {**bounds, new: bounds[old]}
        try:
            yield
        finally:
            self.positive, self.ranges, self.bounds = positive, ranges, bounds

    def meaning_of(self, form: Any) -> Any:
        """A form with its generators replaced by what they stand for."""
        return form.xreplace({s: self.meaning[s] for s in form.free_symbols if s in self.meaning})

    # ---- relations

    def remainder(self, polynomial: Any) -> Any:
        """A polynomial modulo the relations, up to a factor that is not 0.

        Relations are triangular: each is a power of its own generator less older ones.
        """
        for symbol, relation in reversed(self.relations):
            if polynomial.has(symbol):
                polynomial = sp.expand(sp.rem(polynomial, relation, symbol))
        return polynomial

    def vanishes(self, expression: Any) -> bool:
        """Whether an expression reduces to 0; False shows nothing."""
        over, under = sp.fraction(sp.together(self.form(expression)))
        if self.remainder(sp.expand(under)) == 0:
            return False
        return self.is_zero(self.remainder(sp.expand(over)))

    def is_zero(self, polynomial: Any) -> bool:
        """Whether a reduced polynomial is 0: where i and j differ and δ_ij is 0, and where not."""
        deltas = [s for s in polynomial.free_symbols if self._is_delta_of_symbols(s)]
        if not deltas:
            return bool(polynomial == 0)
        delta = min(deltas, key=lambda s: s.dummy_index)
        if not self.is_zero(self.remainder(sp.expand(polynomial.subs(delta, 0)))):
            return False
        i, j = self.meaning[delta].args
        equal = self.meaning_of(polynomial.subs(delta, 1)).xreplace({j: i})
        return self.vanishes(equal)

    def _is_delta_of_symbols(self, symbol: Any) -> bool:
        meaning = self.meaning.get(symbol)
        return isinstance(meaning, sp.KroneckerDelta) and all(a.is_Symbol for a in meaning.args)

    def half_turns(self) -> list[Any]:
        """Symbols that are angles from 0 to π, whose sines are >= 0."""
        return [x for x, b in self.bounds.items() if b.low == 0 and b.high == sp.pi]

    def is_positive(self, expression: Any) -> bool:
        """Whether an expression is known to be > 0."""
        if expression.is_positive or is_evidently_positive(expression, self.bounds):
            return True
        return any(sp.expand(expression - known) == 0 for known in self.positive)


def generators_for(domain: Domain, *expressions: Any, duplication: bool = False) -> Generators:
    """Generators for some expressions on a domain."""
    together = sp.Tuple(*expressions)
    euler = together.has(sp.I) and together.has(sp.sin, sp.cos)
    positive = tuple(map(sp.sympify, domain.positive))
    generators = Generators(positive, duplication, domain.bounds, euler)
    generators.ranges.update(domain.ranges)
    return generators


def equal_functions(
    left: Any,
    right: Any,
    domain: Domain = EVERYWHERE,
    *,
    given: Sequence[tuple[Any, Any]] = (),
    duplication: bool = False,
) -> Decision:
    """Whether two expressions are equal wherever both are defined.

    TRUE by their normal form; FALSE at a point where balls of the two sides exclude each other;
    UNDECIDED otherwise.

    Args:
        left, right: SymPy expressions.
        domain: what is known of their symbols.
        given: equations that hold: pairs of equal expressions.
        duplication: whether Legendre's duplication formula of the Gamma function is needed.

    Example:
        >>> x = sp.Symbol("x", real=True)
        >>> equal_functions(sp.sin(2 * x), 2 * sp.sin(x) * sp.cos(x)).truth
        <Truth.TRUE: 'true'>
    """
    equations = [side for equation in given for side in equation]
    problem = unfit(left, right, *equations)
    if problem:
        return Decision(Truth.UNDECIDED, FUNCTIONS_NORMAL_FORM, reason=problem)
    left, right = sp.sympify(left), sp.sympify(right)
    # A difference shows at the first points mostly, and at once; the normal form takes longer.
    point = None if given else certified_difference(left, right, domain, most=_FIRST_POINTS)
    if point is not None:
        return Decision(Truth.FALSE, BALLS, point)
    generators = generators_for(domain, left, right, *equations, duplication=duplication)
    if _vanishes_given(generators, sp.Add(left, -right), given):
        return Decision(Truth.TRUE, FUNCTIONS_NORMAL_FORM)
    point = None if given else certified_difference(left, right, domain)
    if point is not None:
        return Decision(Truth.FALSE, BALLS, point)
    reason = "the difference does not reduce to 0, and no point tried shows that the sides differ"
    return Decision(Truth.UNDECIDED, FUNCTIONS_NORMAL_FORM, reason=reason)


def _vanishes_given(of: Generators, difference: Any, given: Sequence[tuple[Any, Any]]) -> bool:
    """Whether a difference reduces to 0 modulo the relations of the generators and equations."""
    if not given:
        return of.vanishes(difference)
    over, under = sp.fraction(sp.together(of.form(difference)))
    over, under = of.remainder(sp.expand(over)), of.remainder(sp.expand(under))
    if over == 0:  # no equation is needed
        return bool(under != 0)
    equations = [sp.fraction(sp.together(of.form(sp.Add(a, -b))))[0] for a, b in given]
    left_over = _of_use(of, over, [of.remainder(sp.expand(e)) for e in equations])
    for _ in range(len(left_over)):
        solved = next(filter(None, map(_solved, left_over)), None)
        if solved is None:
            break
        left_over, over, under = (
            [of.remainder(sp.expand(e.subs(*solved))) for e in left_over],
            of.remainder(sp.expand(over.subs(*solved))),
            of.remainder(sp.expand(under.subs(*solved))),
        )
    if under == 0:
        return False
    polynomials = [e for e in left_over if e != 0]
    return of.is_zero(over) or bool(polynomials and _in_ideal(of, over, polynomials))


def _of_use(of: Generators, over: Any, equations: list[Any]) -> list[Any]:
    """The equations without those that only tell a value which occurs nowhere else."""
    free_of_relations = (AppliedUndef, sp.Integral, sp.Derivative, sp.Subs)
    for equation in equations:
        others = sp.Tuple(over, *(e for e in equations if e is not equation)).free_symbols
        alone = equation.free_symbols - others
        if any(isinstance(of.meaning.get(g), free_of_relations) for g in alone):
            return _of_use(of, over, [e for e in equations if e is not equation])
    return equations


def _solved(equation: Any) -> tuple[Any, Any] | None:
    """(g, r) with g = r, where an equation is linear in a generator g with a rational factor."""
    generators = [s for s in equation.free_symbols if isinstance(s, sp.Dummy)]
    for symbol in sorted(generators, key=lambda s: s.dummy_index, reverse=True):
        polynomial = sp.Poly(equation, symbol)
        if polynomial.degree() == 1 and polynomial.LC().is_Rational:
            return symbol, sp.expand(symbol - equation / polynomial.LC())
    return None


def _in_ideal(of: Generators, polynomial: Any, equations: Sequence[Any]) -> bool:
    everything = sp.Tuple(polynomial, *equations)
    relations = [r for s, r in of.relations if everything.has(s)]
    symbols = sorted(everything.free_symbols, key=str)
    symbols += sorted(sp.Tuple(*relations).free_symbols - set(symbols), key=str)
    basis = sp.groebner([*equations, *relations], *symbols, order="grevlex", domain="QQ")
    if basis.exprs == [1]:
        return False
    _, remainder = sp.reduced(polynomial, list(basis.exprs), *symbols, order="grevlex")
    return bool(sp.expand(remainder) == 0)


# ---- what becomes of each kind of node


def _power(of: Generators, node: Any) -> Any:
    return powers.power(of, *node.as_base_exp())


def _exponential(of: Generators, node: Any) -> Any:
    return powers.power(of, sp.E, node.args[0])


def _constant(of: Generators, node: Any) -> Any:
    return of.generator(node, node)


def _imaginary_unit(of: Generators, node: Any) -> Any:
    return of.generator("i", node, lambda g: g**2 + 1)


def _trigonometric(of: Generators, node: Any) -> Any:
    """Sines and cosines of halves of the monomials of the argument."""
    argument = sp.expand(node.args[0])
    terms = [_half_angles(term) for term in sp.Add.make_args(argument)]
    halves = {monomial: sp.Dummy() for _, monomial in terms}
    replaced = sp.Add(*(count * halves[monomial] for count, monomial in terms))
    expanded = sp.expand_trig(node.func(replaced))
    values: dict[Any, Any] = {}
    for monomial, half in halves.items():
        values[sp.sin(half)], values[sp.cos(half)] = _sine_and_cosine(of, monomial)
    return of.form(sp.expand(expanded.rewrite([sp.tan, sp.cot], sp.sin)).subs(values))


def _half_angles(term: Any) -> tuple[Any, Any]:
    """(n, m) with the term n m, n an integer, m half a monomial where that will do."""
    coefficient, monomial = term.as_coeff_Mul(rational=True)
    if (2 * coefficient).is_Integer:
        return 2 * coefficient, monomial / 2
    return sp.Integer(coefficient.p), monomial / coefficient.q


def _sine_and_cosine(of: Generators, angle: Any) -> tuple[Any, Any]:
    if not angle.free_symbols and (angle / sp.pi).is_Rational:
        return of.form(sp.sin(angle)), of.form(sp.cos(angle))
    if isinstance(doubled := 2 * angle, sp.acos):
        # cos(arccos u / 2) = sqrt((1+u)/2), and the sine is sqrt((1-u)/2): both are >= 0.
        u = doubled.args[0]
        return of.form(sp.sqrt((1 - u) / 2)), of.form(sp.sqrt((1 + u) / 2))
    key = of.canonical(angle)
    cosine = of.generator(("cos", key), sp.cos(angle))
    sine = of.generator(("sin", key), sp.sin(angle), lambda s: s**2 + cosine**2 - 1)
    return sine, cosine


def _arccosine(of: Generators, node: Any) -> Any:
    """arccos(-u) = π - arccos u: the argument whose leading coefficient is positive is taken.

    The arccosine of the cosine of an angle in [0, π] is the angle.
    """
    for sign, inside in ((1, node.args[0]), (-1, -node.args[0])):
        if isinstance(inside, sp.cos) and inside.args[0] in of.half_turns():
            angle = of.form(inside.args[0])
            return angle if sign > 0 else of.form(sp.pi) - angle
    argument = of.canonical(node.args[0])
    if _leads_with_minus(argument):
        positive = of.generator(("acos", of.canonical(-node.args[0])), sp.acos(-node.args[0]))
        return of.form(sp.pi) - positive
    return of.generator(("acos", argument), node)


def _arcsine(of: Generators, node: Any) -> Any:
    return of.form(sp.pi / 2 - sp.acos(node.args[0]))


def _leads_with_minus(expression: Any) -> bool:
    over, _ = sp.fraction(expression)
    symbols = sorted(over.free_symbols, key=str)
    if not symbols:
        return bool(over.is_negative)
    return bool(sp.Poly(over, *symbols).LC().is_negative)


def _logarithm(of: Generators, node: Any) -> Any:
    """The logarithm of a product of positive factors is a sum."""
    total = sp.S.Zero
    for base, exponent in powers.factors(of, node.args[0]):
        if not of.is_positive(base):
            return of.opaque(node)
        if base != 1:
            total += of.form(exponent) * of.generator(("log", of.canonical(base)), sp.log(base))
    return total


def _absolute(of: Generators, node: Any) -> Any:
    inside = node.args[0]
    if of.is_positive(inside) or inside.is_nonnegative:
        return of.form(inside)
    square = of.canonical(inside) ** 2
    return of.generator(("abs", of.canonical(inside)), node, lambda g: g**2 - sp.expand(square))


def _derivative(of: Generators, node: Any) -> Any:
    done = node.doit(deep=False)
    return of.opaque(done) if isinstance(done, sp.Derivative) else of.form(done)


def _substitution(of: Generators, node: Any) -> Any:
    done = node.doit()
    return of.opaque(done) if isinstance(done, sp.Subs) else of.form(done)


def _kronecker(of: Generators, node: Any) -> Any:
    if not isinstance(node, sp.KroneckerDelta):
        return of.form(node)
    for index, other in (node.args, node.args[::-1]):
        low, high = of.ranges.get(index, (sp.nan, sp.nan))
        if sp.expand(other - high).is_positive or sp.expand(low - other).is_positive:
            return sp.S.Zero  # outside the range of the index
    pair = sorted((of.canonical(a) for a in node.args), key=str)
    return of.generator(("delta", *pair), node, lambda g: g**2 - g)


def _integral(of: Generators, node: Any) -> Any:
    return bound.linear(of, node, sp.Integral)


def _sum(of: Generators, node: Any) -> Any:
    return bound.linear(of, node, sp.Sum)


def _product(of: Generators, node: Any) -> Any:
    return bound.product(of, node)


_Reduction = Callable[[Generators, Any], Any]
_REDUCTIONS: Sequence[tuple[Any, _Reduction]] = (
    (sp.exp, _exponential),
    (sp.Pow, _power),
    (sp.NumberSymbol, _constant),
    (sp.core.numbers.ImaginaryUnit, _imaginary_unit),
    ((sp.sin, sp.cos, sp.tan, sp.cot), _trigonometric),
    (sp.acos, _arccosine),
    (sp.asin, _arcsine),
    (sp.log, _logarithm),
    (sp.Abs, _absolute),
    (sp.gamma, factorials.gamma),
    (sp.factorial, factorials.factorial),
    (sp.binomial, factorials.binomial),
    (sp.RisingFactorial, factorials.rising),
    (sp.Derivative, _derivative),
    (sp.Subs, _substitution),
    (sp.KroneckerDelta, _kronecker),
    (sp.Integral, _integral),
    (sp.Sum, _sum),
    (sp.Product, _product),
)
