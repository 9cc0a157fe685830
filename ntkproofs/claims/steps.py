# pyright: reportMissingTypeStubs=false
"""Steps of evidence: comparisons that a machine decided, each with its grade and its method.

Evidence consists of steps and of nothing else. A step is made by the functions of this module
only, so that nothing is called proved but by a named decision procedure, and nothing certified but
by balls.
"""

from __future__ import annotations

import functools
import hmac
import secrets
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, ParamSpec, cast

import sympy as sp

from ntkproofs.arithmetic import exact, gammas, growth, signs
from ntkproofs.arithmetic.domain import EVERYWHERE, Domain
from ntkproofs.arithmetic.exact import Decision, Least
from ntkproofs.arithmetic.normal_form import equal_functions
from ntkproofs.arithmetic.truth import Truth, decide
from ntkproofs.claims import ledger
from ntkproofs.claims.grades import Grade
from ntkproofs.errors import InvalidInput

_KEY = secrets.token_bytes(16)
_P = ParamSpec("_P")


@dataclass(frozen=True)
class Step:
    """One decided comparison.

    Attributes:
        truth: its outcome.
        grade: what the outcome is worth.
        method: the decision procedure, or the arithmetic and its precision.
        about: what was compared, in LaTeX or words.
        witness: for a false step, the instance at which it fails.
        premise: whether the step only prepares the conclusion. A false premise breaks the
            argument; it does not refute the statement.
        reason: for an undecided step, why.
        number: of its entry in the ledger of the run in which it was decided.

    Example:
        >>> import ntkproofs as nt
        >>> from flint import arb
        >>> mu = nt.eigenvalues(nt.ntk(2), 3, [2], digits=20)[0]
        >>> step = certify("μ_2 > 1/16", lambda: nt.claims.less(arb(1) / 16, mu))
        >>> step.truth, step.grade.word
        (<Truth.TRUE: 'true'>, 'certified')
        >>> step.is_genuine(), replace(step, truth=Truth.FALSE).is_genuine()    # made by hand
        (True, False)
    """

    truth: Truth
    grade: Grade
    method: str
    about: str
    witness: Mapping[str, Any] = field(default_factory=dict[str, Any])
    premise: bool = False
    reason: str = ""
    general: bool = False
    """Whether the step holds for all values of symbols, and is no instance."""
    number: int = ledger.OUTSIDE
    seal: str = ""
    origin: str = ""  # the line of a derivation that it checks, ``derivation#line``

    def is_genuine(self) -> bool:
        """Whether the step is as a function of this module made it."""
        return type(self) is Step and hmac.compare_digest(self.seal, _seal_of(self))


def _seal_of(step: Step) -> str:
    said = (step.truth.name, int(step.grade), step.method, step.about, step.premise, step.general)
    return hmac.new(_KEY, repr((*said, step.number, step.origin)).encode(), "sha256").hexdigest()


def _sealed(step: Step) -> Step:
    return replace(step, seal=_seal_of(step))


def _entered(decided: Callable[_P, Step]) -> Callable[_P, Step]:
    """A function that makes a step, entering it in the ledger of the run before it is decided."""

    @functools.wraps(decided)
    def entered(*args: _P.args, **kwargs: _P.kwargs) -> Step:
        about = args[0] if args else kwargs.get("about", "")
        with ledger.attempt(cast(str, about)) as number:
            return _sealed(replace(decided(*args, **kwargs), number=number))

    return entered


def premise(step: Step) -> Step:
    """The step as a premise: if it fails, the argument is broken, but nothing is refuted.

    Args:
        step: as a function of this module made it.

    Returns:
        The same step, as a premise.

    Raises:
        InvalidInput: for a step that was made or changed by hand.

    Example:
        >>> premise(exactly("a premise", 1, 1)).premise
        True
    """
    if not step.is_genuine():
        raise InvalidInput("A step is made by identity, exactly, certify, ...; not by hand.")
    return _sealed(replace(step, premise=True))


def of_line(step: Step, derivation: str, line: str) -> Step:
    """A step of a line of a derivation, saying so."""
    return _sealed(replace(step, origin=f"{derivation}#{line}")) if step.is_genuine() else step


_decided: dict[Hashable, tuple[Step, ...]] = {}


def decided_once(key: Hashable, make: Callable[[], Iterable[Step]]) -> Iterator[Step]:
    """Steps that are decided once in a process, and yielded again as they were.

    For what many pieces of evidence rest on, the same each time: a derivation. Steps come in the
    same order, with the same outcomes, whether they were decided now or before.

    Args:
        key: of what is decided; the same key must stand for the same steps.
        make: decides them.
    """
    if key in _decided:
        for step in _decided[key]:
            yield _again(step.about, step)
        return
    steps = tuple(make())
    if all(step.is_genuine() for step in steps):
        _decided[key] = steps
    yield from steps


def _from_decision(
    about: str, decision: Decision, witness: Mapping[str, Any], *, general: bool = False
) -> Step:
    found = {**witness, **decision.witness} if decision.truth is Truth.FALSE else {}
    return Step(
        decision.truth,
        Grade.PROVED,
        decision.method,
        about,
        found,
        reason=decision.reason,
        general=general,
    )


def _has_symbols(*sides: Any) -> bool:
    return any(
        cast(Any, sp.sympify(side)).free_symbols for side in sides if not isinstance(side, str)
    )


@_entered
def _again(about: str, step: Step) -> Step:
    return replace(step, about=about)


@_entered
def identity(
    about: str,
    left: Any,
    right: Any,
    *,
    least: Least | None = None,
    witness: Mapping[str, Any] | None = None,
) -> Step:
    """Decide ``left = right`` for all values of the symbols, as rational functions over Q.

    Args:
        about: the identity in LaTeX or words.
        left, right: SymPy expressions.
        least: the least integer values of symbols, by name, at which it may be refuted: the
            hypotheses on the symbols.
        witness: further facts to show if it is false.

    Returns:
        A :class:`Step` of grade ``proved``: true; false, with a witness; or undecided, with the
        reason, as for floats and for what is no rational function over Q.

    Example:
        >>> n = sp.Symbol("n")
        >>> identity("the square", (n + 1) ** 2, n**2 + 2 * n + 1).truth
        <Truth.TRUE: 'true'>
        >>> identity("the square", (n + 1) ** 2, n**2 + 1).witness["n"]
        1
    """
    decision = exact.rational_identity(left, right, least)
    return _from_decision(about, decision, witness or {}, general=_has_symbols(left, right))


@_entered
def identity_modulo(
    about: str,
    left: Any,
    right: Any,
    relations: Sequence[Any],
    generators: Sequence[sp.Symbol],
    *,
    witness: Mapping[str, Any] | None = None,
) -> Step:
    """Decide ``left = right`` for polynomials whose generators satisfy ``relation = 0``.

    Args:
        about: the identity in LaTeX or words.
        left, right: polynomials in the generators, with rational coefficients.
        relations: polynomials that vanish.
        generators: their symbols.
        witness: further facts to show if it is false.

    Returns:
        A :class:`Step` of grade ``proved``: true; false, with a witness; or undecided, with the
        reason, as for floats and for what is no polynomial in the generators.

    Example:
        >>> s, u = sp.symbols("s u")
        >>> identity_modulo("a circle", s**4, (1 - u**2) ** 2, [s**2 + u**2 - 1], [s, u]).truth
        <Truth.TRUE: 'true'>
    """
    decision = exact.polynomial_identity(left, right, relations, generators)
    return _from_decision(about, decision, witness or {}, general=_has_symbols(left, right))


@_entered
def gamma_ratio(
    about: str,
    numerator: Any,
    denominator: Any,
    expected: Any,
    *,
    least: Least | None = None,
) -> Step:
    """Decide that a ratio of products of Gamma functions is an expected rational function.

    Args:
        about: the equality in LaTeX or words.
        numerator, denominator: products of Gamma functions and rational functions.
        expected: their ratio.
        least: the least integer values of symbols, by name: Gamma functions need to know that they
            are at no pole.

    Returns:
        A :class:`Step` of grade ``proved``: true; false, with a witness; or undecided, with the
        reason, as for floats and Gamma functions that may be at a pole.

    Example:
        >>> n = sp.Symbol("n")
        >>> gamma_ratio("n!", sp.gamma(n + 1), sp.gamma(n), n, least={"n": 1}).truth
        <Truth.TRUE: 'true'>
    """
    try:
        ratio = gammas.gamma_quotient(numerator, denominator, least)
    except gammas.NotReducible as failure:
        decision = Decision(Truth.UNDECIDED, gammas.GAMMA_NORMAL_FORM, reason=str(failure))
        return _from_decision(about, decision, {})
    decision = exact.rational_identity(ratio, expected, least)
    decision = replace(decision, method=gammas.GAMMA_NORMAL_FORM)
    return _from_decision(about, decision, {}, general=_has_symbols(numerator, denominator))


@_entered
def nonnegative(
    about: str, expression: Any, least: Least, *, witness: Mapping[str, Any] | None = None
) -> Step:
    """Decide ``expression >= 0`` for all real values of its symbols from ``least`` on.

    Args:
        about: the inequality in LaTeX or words.
        expression: a rational function of symbols.
        least: the least value of each symbol, by name.
        witness: further facts to show if it is false.

    Returns:
        A :class:`Step` of grade ``proved``: true; false, with a witness; or undecided, with the
        reason, as for floats and for what is no rational function over Q.

    Example:
        >>> x = sp.Symbol("x")
        >>> nonnegative("a square", x**2 - x, {"x": 1}).truth
        <Truth.TRUE: 'true'>
    """
    decision = exact.nonnegative(expression, least)
    return _from_decision(about, decision, witness or {}, general=_has_symbols(expression))


@_entered
def equality(
    about: str,
    left: Any,
    right: Any,
    domain: Domain = EVERYWHERE,
    *,
    given: Sequence[tuple[Any, Any]] = (),
    duplication: bool = False,
) -> Step:
    """Decide ``left = right`` by the normal form of functions, integrals and sums.

    Args:
        about: the equality in LaTeX or words.
        left, right: SymPy expressions.
        domain: what is known of their symbols.
        given: equations that hold, as pairs.
        duplication: whether the duplication formula of the Gamma function is needed.

    Returns:
        A :class:`Step` of grade ``proved``: true; false, with a witness; or undecided, with the
        reason, as for floats and where the normal form does not suffice.

    Example:
        >>> x = sp.Symbol("x", positive=True)
        >>> equality("a derivative", sp.diff(sp.exp(-(x**2)), x), -2 * x * sp.exp(-(x**2))).truth
        <Truth.TRUE: 'true'>
    """
    decision = equal_functions(left, right, domain, given=given, duplication=duplication)
    return _from_decision(about, decision, {}, general=_has_symbols(left, right))


@_entered
def sign(
    about: str,
    expression: Any,
    domain: Domain = EVERYWHERE,
    *,
    strict: bool = False,
    given: Sequence[tuple[Any, Any]] = (),
    nonnegative: Sequence[Any] = (),
) -> Step:
    """Decide ``expression >= 0`` (``> 0``) from expressions whose sign is known."""
    decision = signs.at_least_zero(
        expression, domain, strict=strict, given=given, nonnegative=nonnegative
    )
    return _from_decision(about, decision, {}, general=_has_symbols(expression))


@_entered
def asymptotic_equality(
    about: str, left: Any, right: Any, variable: Any, domain: Domain = EVERYWHERE
) -> Step:
    """Decide ``left/right -> 1`` as a variable tends to infinity, by leading terms."""
    decision = growth.asymptotically_equal(left, right, variable, domain)
    return _from_decision(about, decision, {}, general=True)


@_entered
def limit(about: str, left: Any, right: Any, variable: Any, domain: Domain = EVERYWHERE) -> Step:
    """Decide that a rational function tends to a constant as a variable tends to infinity."""
    decision = growth.limit_is(left, right, variable, domain)
    return _from_decision(about, decision, {}, general=True)


@_entered
def agreement(
    about: str, left: Any, right: Any, *, variable: Any, order: int, domain: Domain = EVERYWHERE
) -> Step:
    """Decide ``left = right + O(variable^order)`` at 0, by Taylor coefficients."""
    decision = growth.agree_to_order(left, right, variable, order, domain)
    return _from_decision(about, decision, {}, general=True)


@_entered
def exactly(about: str, left: Any, right: Any, witness: Mapping[str, Any] | None = None) -> Step:
    """Decide ``left = right`` for exact numbers: int, Fraction, SymPy rationals; tuples of them.

    Args:
        about: the equality in LaTeX or words.
        left, right: the numbers.
        witness: the instance, shown if it is false.

    Returns:
        A :class:`Step`: true, false with a witness, or undecided; of grade ``proved``.

    Raises:
        InvalidInput: for floats, and for a number against a tuple.

    Example:
        >>> exactly("a sum", sp.Rational(1, 3) + sp.Rational(1, 6), Fraction(1, 2)).truth
        <Truth.TRUE: 'true'>
        >>> dict(exactly("a power", 2**3, 6, {"n": 3}).witness)
        {'n': 3, 'left': '8', 'right': '6'}
    """
    here, there = _exact_value(left), _exact_value(right)
    if isinstance(here, tuple) != isinstance(there, tuple):
        raise InvalidInput("exactly compares two numbers, or two tuples of numbers; got one each.")
    if here == there:
        return _from_decision(about, Decision(Truth.TRUE, exact.EXACT_RATIONALS), {})
    found = {**(witness or {}), "left": _shown(here), "right": _shown(there)}
    return _from_decision(about, Decision(Truth.FALSE, exact.EXACT_RATIONALS, found), {})


@_entered
def nonzero_exactly(about: str, value: Any, witness: Mapping[str, Any] | None = None) -> Step:
    """Decide ``value != 0`` for an exact rational number.

    Args:
        about: what is said in LaTeX or words.
        value: int, Fraction or SymPy rational.
        witness: the instance, shown if it is false.

    Returns:
        A :class:`Step`: true, false with a witness, or undecided; of grade ``proved``.

    Raises:
        InvalidInput: for floats.

    Example:
        >>> nonzero_exactly("a difference", Fraction(1, 2) - Fraction(1, 3)).truth
        <Truth.TRUE: 'true'>
    """
    exact_value = _exact_value(value)
    truth = Truth.FALSE if exact_value == 0 else Truth.TRUE
    found = {**(witness or {}), "value": _shown(exact_value)}
    return _from_decision(about, Decision(truth, exact.EXACT_RATIONALS, found), {})


def _exact_value(value: Any) -> Any:
    if isinstance(value, (tuple, list)):
        items = cast(Sequence[Any], value)
        return tuple(_exact_value(item) for item in items)
    rational = type(value).__module__.startswith("sympy.") and value.is_Rational
    if not (type(value) in (int, Fraction) or rational):
        raise InvalidInput(
            "exactly compares exact rational numbers (int, Fraction, SymPy rationals) and tuples "
            f"of them; got {type(value).__name__}. A float is no exact witness; compare balls "
            "with certify."
        )
    return Fraction(int(value.p), int(value.q)) if rational else Fraction(value)


_MOST_BITS_SHOWN = 2000


def _shown(value: Any) -> str:
    """A number as text; of a huge one its size only."""
    if isinstance(value, tuple):
        return "(" + ", ".join(_shown(item) for item in cast(tuple[Any, ...], value)) + ")"
    bits = max(value.numerator.bit_length(), value.denominator.bit_length())
    return str(value) if bits <= _MOST_BITS_SHOWN else f"a number of {bits} bits"


@_entered
def certify(
    about: str,
    comparison: Callable[[], Truth],
    *,
    witness: Mapping[str, Any] | None = None,
    limit: int = 2048,
) -> Step:
    """Decide a comparison of balls at rising precision; undecided at the limit stays undecided.

    Args:
        about: the comparison in LaTeX or words.
        comparison: recomputes its balls and returns ``less``, ``equal``, ``nonzero``, ... of them.
            Where it handles an exception, it is undecided at that precision.
        witness: the instance, shown if the comparison is false.
        limit: last precision in bits.

    Returns:
        A :class:`Step` of grade ``certified``. An equality of balls can only be refuted.

    Raises:
        InvalidInput: where the comparison returns no truth of a comparison that was made in it.

    Example:
        >>> from flint import arb
        >>> from ntkproofs.arithmetic.truth import less
        >>> certify("roots", lambda: less(arb(2).sqrt() + arb(3).sqrt(), arb(10).sqrt())).truth
        <Truth.TRUE: 'true'>
    """
    decided = decide(functools.partial(_without_handled, comparison), limit=limit)
    undecided = decided.truth is Truth.UNDECIDED
    return Step(
        decided.truth,
        Grade.CERTIFIED,
        f"ball arithmetic at {decided.bits} bits",
        about,
        dict(witness or {}) if decided.truth is Truth.FALSE else {},
        reason=f"undecided at {decided.bits} bits" if undecided else "",
    )


def _without_handled(comparison: Callable[[], Truth]) -> Truth:
    """The comparison; undecided where it handled an exception: at a higher precision it may not."""
    run = ledger.current()
    before = len(run.handled) if run else 0
    truth = comparison()
    if run is None or len(run.handled) == before:
        return truth
    del run.handled[before:]
    return Truth.UNDECIDED


@_entered
def sample(about: str, holds: bool, *, witness: Mapping[str, Any] | None = None) -> Step:
    """Record a comparison of floats: never more than ``sampled``, and it refutes nothing.

    Args:
        about: the comparison in LaTeX or words.
        holds: a bool, of Python or NumPy.
        witness: the instance.

    Returns:
        A :class:`Step` of grade ``sampled``: true, or undecided where the floats disagree.

    Raises:
        InvalidInput: for anything but a bool.

    Example:
        >>> sample("a limit", abs(2**0.5 - 1.4142) < 1e-3).grade
        <Grade.SAMPLED: 1>
    """
    if type(holds).__name__ not in ("bool", "bool_"):
        raise InvalidInput(f"sample records a bool; got {type(holds).__name__}.")
    truth = Truth.TRUE if holds else Truth.UNDECIDED
    reason = "" if holds else f"floats disagree, which refutes nothing: {dict(witness or {})}"
    return Step(truth, Grade.SAMPLED, "floats", about, reason=reason)


@_entered
def statistic(
    about: str, p_value: float, *, false_alarm: float, witness: Mapping[str, Any] | None = None
) -> Step:
    """Record a test of a null hypothesis: false where its p-value is below the false-alarm rate.

    Args:
        about: the hypothesis.
        p_value: in [0, 1].
        false_alarm: the probability with which a true hypothesis is rejected, in (0, 0.1].
        witness: the numbers behind it.

    Returns:
        A :class:`Step` of grade ``statistical``; false where the hypothesis is rejected.

    Raises:
        InvalidInput: for numbers that are no probabilities, and false-alarm rates above 0.1.

    Example:
        >>> statistic("the mean is 0", 0.4, false_alarm=1e-3).truth
        <Truth.TRUE: 'true'>
    """
    return _tested(about, p_value, None, false_alarm, witness)


@_entered
def significant(
    about: str,
    p_value: float,
    p_opposite: float,
    *,
    false_alarm: float,
    witness: Mapping[str, Any] | None = None,
) -> Step:
    """Record tests of a hypothesis and of its opposite: undecided where neither is rejected.

    An order of two expectations stands only where the other order is rejected.

    Args:
        about: the hypothesis.
        p_value: of the hypothesis, in [0, 1].
        p_opposite: of its opposite, in [0, 1].
        false_alarm: the probability with which a true one of the two is rejected, in (0, 0.1].
        witness: the numbers behind it.

    Returns:
        A :class:`Step` of grade ``statistical``: true where the opposite is rejected, false where
        the hypothesis is, undecided where neither.

    Raises:
        InvalidInput: for numbers that are no probabilities, false-alarm rates above 0.1, and where
            both would be rejected.

    Example:
        >>> significant("a < b", 0.9, 1e-9, false_alarm=1e-3).truth
        <Truth.TRUE: 'true'>
        >>> significant("a < b", 0.9, 0.2, false_alarm=1e-3).truth
        <Truth.UNDECIDED: 'undecided'>
    """
    return _tested(about, p_value, p_opposite, false_alarm, witness)


def _tested(
    about: str,
    p_value: float,
    p_opposite: float | None,
    false_alarm: float,
    witness: Mapping[str, Any] | None,
) -> Step:
    given = (p_value,) if p_opposite is None else (p_value, p_opposite)
    if not (all(0 <= p <= 1 for p in given) and 0 < false_alarm <= 0.1):
        raise InvalidInput(
            "A statistic has a p-value in [0, 1] and a false-alarm probability in (0, 0.1]; got "
            f"p = {', '.join(map(str, given))}, false_alarm = {false_alarm}."
        )
    rejected = p_value < false_alarm
    stands = p_opposite is None or p_opposite < false_alarm
    if rejected and p_opposite is not None and stands:
        raise InvalidInput(f"A hypothesis and its opposite are not both rejected; got {given}.")
    truth = Truth.FALSE if rejected else Truth.TRUE if stands else Truth.UNDECIDED
    found = {**(witness or {}), "p_value": p_value} if rejected else {}
    method = f"statistical test, false-alarm probability {false_alarm:g}"
    open_ = truth is Truth.UNDECIDED
    reason = f"neither it (p = {p_value:.2g}) nor its opposite is rejected" if open_ else ""
    return Step(truth, Grade.STATISTICAL, method, about, found, reason=reason)
