r"""Conjectures: a statement, what its instances are, and a body that compares quantities.

>>> from fractions import Fraction
>>> from ntkproofs.conjectures import strategies as st
>>> @conjecture(r"\lambda_{\max}(K) \le n", source="notebook, 12 March")
... @given(X=st.sphere_points(n=st.integers(1, 5), dim=st.integers(2, 3)))
... def largest_eigenvalue(X):
...     from ntkproofs import gram, nngp
...     return gram(nngp(2), X).largest() <= X.n
>>> largest_eigenvalue.id
'largest-eigenvalue'
"""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis.errors import UnsatisfiedAssumption
from hypothesis.strategies import SearchStrategy

from ntkproofs.arithmetic.truth import Truth
from ntkproofs.claims.claim import Claim
from ntkproofs.claims.ledger import Ledger, current, recording
from ntkproofs.conjectures.quantities import Comparison, Undecided, recorded
from ntkproofs.errors import InvalidInput

Body = Callable[..., Any]
Values = Mapping[str, Any]


class NoComparison(InvalidInput):
    """A body that compared nothing."""


@dataclass(frozen=True, eq=False)
class Conjecture:
    """A conjecture.

    Attributes:
        id: permanent name; by default the name of the function.
        statement: in LaTeX.
        source: where it was made.
        strategies: of each argument of the body, what values it takes.
        body: takes an instance, returns or asserts comparisons of quantities.
        constants: named constants of the statement, passed to the body; repairs change these.
        hypotheses: names of hypotheses that instances have to satisfy.

    Example:
        >>> import ntkproofs as nt
        >>> @nt.conjecture("L >= c", source="", constants={"least": 2})
        ... @nt.given(depth=nt.st.depths())
        ... def many_layers(depth, least):
        ...     return depth >= least
        >>> many_layers.id, many_layers.with_constants(least=1).constants
        ('many-layers', {'least': 1})
    """

    id: str
    statement: str
    source: str
    strategies: Mapping[str, SearchStrategy[Any]]
    body: Body
    constants: Mapping[str, Any] = field(default_factory=dict[str, Any])
    mutants: Mapping[str, Sequence[Any]] = field(default_factory=dict[str, Sequence[Any]])
    loaded: Ledger | None = None
    """Of the loading of its file: floats that entered balls there."""

    def with_constants(self, **constants: Any) -> Conjecture:
        """The conjecture with other constants."""
        return replace(self, constants={**self.constants, **constants})

    def examine(self, values: Values, limit: int = 256) -> Examined:
        """Run the body on one instance, and decide what floats do not make plain.

        Where a float entered a ball, in a file that the float guard reads, a violation is
        suspected and no more.
        """
        with recording(self.loaded) as ledger:
            found = self._examine(values, limit)
        return found.suspected_only(ledger.tainted[0]) if ledger.tainted else found

    def _examine(self, values: Values, limit: int) -> Examined:
        with recorded() as run:
            try:
                produced = self.body(**values, **self.constants)
            except Undecided:
                return Examined(0.0, undecided=1)
            except AssertionError:
                return _asserted(run.decided)
        comparisons = _comparisons(self.id, produced)
        if not comparisons and not run.decided:
            raise NoComparison(
                f"the conjecture {self.id!r} compared nothing on {_shown(values)}: its body "
                "returns or asserts comparisons, such as A.smallest() >= c"
            )
        slacks = [c.slack() for c, _ in run.decided]
        found = Examined(min((s for s in slacks if not math.isnan(s)), default=math.inf))
        for comparison in comparisons:
            found = found.with_(_look(comparison, limit))
        return found

    def as_claim(self) -> Claim:
        """The conjecture as a claim, decided by a short search: refuted, or supported (sampled).

        What ``ntkproofs verify`` finds in a file; ``ntkproofs probe`` searches longer.
        """
        from ntkproofs.conjectures.claims import claim_of

        return claim_of(self)

    def run(self, **values: Any) -> list[Comparison]:
        """The comparisons of one instance, to look at."""
        return _comparisons(self.id, self.body(**values, **self.constants))


@dataclass(frozen=True)
class Examined:
    """What one instance showed.

    Attributes:
        slack: the smallest relative slack of its comparisons, in floats.
        violation: a comparison that balls found false.
        bits: at what precision.
        suspected: a comparison that floats found false, and balls did not decide.
        undecided: how many comparisons were left undecided.
        tainted: a float that entered a ball, and where; nothing is certified on its strength.
    """

    slack: float
    violation: Comparison | None = None
    bits: int = 0
    suspected: Comparison | None = None
    undecided: int = 0
    floats_only: bool = False
    tainted: str = ""

    def suspected_only(self, tainted: str) -> Examined:
        """What is left where a float entered a ball."""
        if self.violation is None:
            return self
        return replace(self, violation=None, bits=0, suspected=self.violation, tainted=tainted)

    def with_(self, other: Examined) -> Examined:
        """Both together."""
        return Examined(
            min(self.slack, other.slack),
            _first(self.violation, other.violation),
            max(self.bits, other.bits),
            _first(self.suspected, other.suspected),
            self.undecided + other.undecided,
            self.floats_only or other.floats_only,
            self.tainted or other.tainted,
        )


def _first(one: Comparison | None, other: Comparison | None) -> Comparison | None:
    """The first that is there; the truth value of a comparison would be another question."""
    return other if one is None else one


def _look(comparison: Comparison | bool, limit: int) -> Examined:
    """Decide a comparison where floats come near to its failing, or fail."""
    if isinstance(comparison, bool):
        return Examined(1.0 if comparison else -1.0, undecided=0, floats_only=not comparison)
    slack, noise = comparison.slack(), comparison.noise()
    if slack > noise:
        return Examined(slack)
    # What floats cannot tell apart is seldom decided by few digits.
    decided = comparison.decided(limit, start=limit if abs(slack) <= noise else 64)
    here = 0.0 if math.isnan(slack) else slack
    if decided.truth is Truth.FALSE:
        return Examined(min(here, 0.0), comparison, decided.bits)
    if decided.truth is Truth.TRUE:
        return Examined(max(here, 0.0))
    suspected = comparison if here < -noise else None
    return Examined(here, suspected=suspected, undecided=1)


def _asserted(decided: Sequence[tuple[Comparison, Any]]) -> Examined:
    """An assertion failed: by a comparison that balls decided, or by something else."""
    if decided and decided[-1][1].truth is Truth.FALSE:
        comparison, outcome = decided[-1]
        return Examined(min(comparison.slack(), 0.0), comparison, outcome.bits)
    return Examined(-1.0, floats_only=True)


def _comparisons(id: str, produced: Any) -> list[Any]:
    if produced is None:
        return []
    if isinstance(produced, Comparison):
        return [produced]
    if isinstance(produced, (bool,)) or type(produced).__name__ == "bool_":
        return [bool(produced)]
    if isinstance(produced, (list, tuple)):
        return [c for item in produced for c in _comparisons(id, item)]
    raise InvalidInput(
        f"the body of {id!r} returns comparisons of quantities, such as A.smallest() >= c; it "
        f"returned {type(produced).__name__}, which no balls decide. Make quantities of numbers "
        "and expressions with nt.quantity"
    )


def _shown(values: Values) -> str:
    return ", ".join(f"{name} = {value!r}" for name, value in values.items())


def assume(condition: bool) -> None:
    """Pass over an instance that does not satisfy a hypothesis; for bodies of conjectures.

    Args:
        condition: the hypothesis, on exact values.

    Raises:
        UnsatisfiedAssumption: of Hypothesis, where it does not hold; the search counts the instance
            as rejected and goes on.

    Example:
        >>> import ntkproofs as nt
        >>> @nt.conjecture("1/n < 1 for n > 1", source="an example")
        ... @nt.given(n=nt.st.integers(1, 9))
        ... def inverse(n):
        ...     nt.assume(n > 1)
        ...     return 1 / nt.quantity(n) < 1
        >>> nt.probe(inverse, examples=50)[0].outcome
        'no counterexample'
    """
    if not condition:
        raise UnsatisfiedAssumption


@dataclass(frozen=True)
class _Given:
    body: Body
    strategies: Mapping[str, SearchStrategy[Any]]


def given(**strategies: SearchStrategy[Any]) -> Callable[[Body], _Given]:
    """What values each argument of the body takes.

    Args:
        strategies: for each argument of the body, a strategy of ``ntkproofs.st`` or of Hypothesis.

    Returns:
        A decorator of the body.

    Raises:
        InvalidInput: if a value is no strategy, or names no argument of the body.

    Example:
        >>> import ntkproofs as nt
        >>> made = nt.given(n=nt.st.integers(0, 9))(lambda n: nt.quantity(n) >= 0)
        >>> sorted(made.strategies)
        ['n']
    """
    wrong = [name for name, s in strategies.items() if not isinstance(s, SearchStrategy)]
    if wrong or not strategies:
        raise InvalidInput(
            f"given takes a strategy of ntkproofs.st (or of Hypothesis) for each argument; "
            f"{wrong or 'nothing'} is none"
        )

    def decorate(body: Body) -> _Given:
        names = set(inspect.signature(body).parameters)
        unknown = sorted(set(strategies) - names)
        if unknown:
            raise InvalidInput(f"the body {body.__name__!r} takes no argument {unknown}")
        return _Given(body, strategies)

    return decorate


def conjecture(
    statement: str,
    *,
    source: str,
    id: str | None = None,
    constants: Mapping[str, Any] | None = None,
    mutants: Mapping[str, Sequence[Any]] | None = None,
) -> Callable[[_Given], Conjecture]:
    """State a conjecture; goes above ``@given``.

    Args:
        statement: in LaTeX.
        source: where it was made.
        id: permanent name, lower-case words joined by '-' or '.'; by default the function's name.
        constants: named constants, passed to the body beside the instance.
        mutants: for constants, values that make the statement false: a search that does not
            refute them cannot be trusted.

    Returns:
        A decorator that makes a ``Conjecture``: for ``nt.probe``, ``pytest``, ``nt.verify``.

    Raises:
        InvalidInput: where it does not stand above ``@given``, for an id of another form, or for an
            argument of the body that nothing gives a value.

    Example:
        >>> import ntkproofs as nt
        >>> @nt.conjecture("n^2 < m", source="an example", constants={"m": 50})
        ... @nt.given(n=nt.st.integers(0, 9))
        ... def squares(n, m):
        ...     return nt.quantity(n) ** 2 < m
        >>> squares.id, nt.probe(squares, examples=100)[0].witness.arguments["n"]
        ('squares', '8')
    """

    def decorate(made: _Given) -> Conjecture:
        if not isinstance(made, _Given):
            raise InvalidInput("@conjecture(...) goes above @given(...), which names the arguments")
        name = id or made.body.__name__.strip("_").replace("_", "-")
        if not re.fullmatch(r"[a-z0-9]+([.-][a-z0-9]+)*", name):
            raise InvalidInput(f"the id of a conjecture is lower-case words; got {name!r}")
        known = dict(constants or {})
        missing = [
            n
            for n, p in inspect.signature(made.body).parameters.items()
            if n not in made.strategies and n not in known and p.default is inspect.Parameter.empty
        ]
        if missing:
            raise InvalidInput(f"the body of {name!r} takes {missing}, of which nothing is given")
        return Conjecture(
            name,
            statement,
            source,
            made.strategies,
            made.body,
            known,
            dict(mutants or {}),
            current(),
        )

    return decorate
