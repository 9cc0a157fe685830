# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportUnknownArgumentType=false, reportMissingTypeStubs=false
"""Claims: a statement, its named constants, and the evidence that decides it.

A claim never says whether it is true. Its evidence functions take the constants of the statement
as arguments and yield decided steps; the runner reads the verdict out of those. The same functions
are run on the amended statement and on every mutant, by passing other constants.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import sympy as sp

from ntkproofs.claims.figures import Chart, Figure, FigureOutline
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.ledger import Ledger, current
from ntkproofs.claims.steps import Step
from ntkproofs.claims.theorems import Theorem
from ntkproofs.errors import InvalidInput

EvidenceFunction = Callable[..., Iterator[Step]]
Constants = Mapping[str, Any]


@dataclass(frozen=True)
class Evidence:
    """A function that yields the steps of one argument, and what the argument can be worth.

    Attributes:
        name: the function's name.
        function: takes constants of the statement by name, yields steps.
        kind: the strongest grade that it can reach when all steps hold.
        part: which part of the statement it decides; parts are decided separately and the weakest
            one decides the claim. Empty for the statement as a whole.
        on: for certificates, samples and statistics: the finite set or box that was covered.
        relies_on: theorems that the argument cites.
        constants: the names of the constants that it takes, and answers for.
        summary: the first line of the function's docstring.
        covers: why steps about numbers decide the statement for all its parameters; empty where
            the steps themselves are about symbols.
        loaded: the ledger of the loading of its file: floats that entered balls there.
        full: whether it makes long measurements again, and runs only where that is asked for.

    Example:
        >>> from ntkproofs.claims import identity
        >>> claim = Claim(
        ...     id="example.sum", statement="1 + 1 = c", source="school", constants={"c": 2},
        ...     mutants={"c": [1, 3]},
        ... )
        >>> @claim.certificate(on="one case")
        ... def count(c):
        ...     "By counting."
        ...     yield identity("1 + 1", 1 + 1, c)
        >>> made = claim.evidence[0]
        >>> made.name, made.kind.word, made.on, made.constants, made.summary
        ('count', 'certified', 'one case', ('c',), 'By counting.')
        >>> [step.truth.value for c in (2, 3) for step in made.function(c)]    # it kills the mutant
        ['true', 'false']
    """

    name: str
    function: EvidenceFunction
    kind: Grade
    part: str
    on: str
    relies_on: tuple[Theorem, ...]
    constants: tuple[str, ...]
    summary: str
    covers: str = ""
    loaded: Ledger | None = None
    full: bool = False


@dataclass(frozen=True)
class Statement:
    """A statement with the constants that make it precise.

    Attributes:
        latex: the statement, in LaTeX.
        constants: its constants, by name.

    Example:
        >>> claim = Claim(
        ...     id="example.decay", statement="decay p", source="a talk",
        ...     constants={"p": 3}, mutants={},
        ... )
        >>> claim.reading("in one parity only", "even degrees: decay p", p=4)
        >>> claim.readings["in one parity only"]
        Statement(latex='even degrees: decay p', constants={'p': 4})
    """

    latex: str
    constants: Constants


class _HasEvidence:
    """The decorators that register evidence."""

    evidence: list[Evidence]
    _constant_names: frozenset[str]

    def proof(
        self, *, relies_on: Sequence[Theorem] = (), part: str = "", covers: str = ""
    ) -> Callable[[EvidenceFunction], EvidenceFunction]:
        """Register a proof: every step exact, for all values of the stated parameters.

        A proof has a step about symbols; one whose steps are all about numbers shows instances,
        and is certified only, unless ``covers`` says why they decide all cases (a statement
        without parameters, an argument about indices).
        """
        return self._register(Grade.PROVED, part, "", relies_on, covers)

    def certificate(
        self, *, on: str, relies_on: Sequence[Theorem] = (), part: str = ""
    ) -> Callable[[EvidenceFunction], EvidenceFunction]:
        """Register a check by balls or exact numbers on the stated finite set or box ``on``."""
        return self._register(Grade.CERTIFIED, part, on, relies_on)

    def statistic(
        self, *, on: str, relies_on: Sequence[Theorem] = (), part: str = "", full: bool = False
    ) -> Callable[[EvidenceFunction], EvidenceFunction]:
        """Register a statistical test with a stated false-alarm probability.

        One that is ``full`` measures again what others read from kept results, and runs only with
        ``ntkproofs verify --full``.
        """
        return self._register(Grade.STATISTICAL, part, on, relies_on, full=full)

    def search(
        self, *, on: str, relies_on: Sequence[Theorem] = (), part: str = ""
    ) -> Callable[[EvidenceFunction], EvidenceFunction]:
        """Register a search that found nothing, or a check in floats."""
        return self._register(Grade.SAMPLED, part, on, relies_on)

    def _register(
        self,
        kind: Grade,
        part: str,
        on: str,
        relies_on: Sequence[Theorem],
        covers: str = "",
        *,
        full: bool = False,
    ) -> Callable[[EvidenceFunction], EvidenceFunction]:
        def register(function: EvidenceFunction) -> EvidenceFunction:
            names = tuple(inspect.signature(function).parameters)
            unknown = sorted(set(names) - self._constant_names)
            if unknown:
                raise InvalidInput(
                    f"The evidence {function.__name__!r} takes {unknown}, which the statement does "
                    f"not name; its constants are {sorted(self._constant_names)}. An evidence "
                    "function takes constants of its statement, so that mutants can reach it."
                )
            if any(other.name == function.__name__ for other in self.evidence):
                raise InvalidInput(f"Two pieces of evidence are called {function.__name__!r}.")
            summary = (inspect.getdoc(function) or "").split("\n\n")[0].replace("\n", " ")
            self.evidence.append(
                Evidence(
                    function.__name__,
                    function,
                    kind,
                    part,
                    on,
                    tuple(relies_on),
                    names,
                    summary,
                    covers,
                    current(),
                    full,
                )
            )
            return function

        return register


@dataclass(eq=False)
class Amendment(_HasEvidence):
    """The repaired statement: the constants at which the claim's own evidence must hold, and more.

    The claim's evidence is run on these constants too; evidence registered here is added to it.
    Made by :meth:`Claim.amend`.

    Attributes:
        latex: the repaired statement, in LaTeX.
        constants: those of the claim, with what the amendment changes.
        mutants: for each constant, values that make the repaired statement false.
        evidence: what was registered here.

    Example:
        >>> claim = Claim(
        ...     id="example.decay", statement="decay p", source="a talk",
        ...     constants={"d": 3, "p": 4}, mutants={},
        ... )
        >>> claim.amend("decay d in even degrees", p=3, mutants={"p": [2, 4]}).constants
        {'d': 3, 'p': 3}
    """

    latex: str
    constants: Constants
    mutants: Mapping[str, Sequence[Any]]
    evidence: list[Evidence] = field(default_factory=list[Evidence])

    def __post_init__(self) -> None:
        self._constant_names = frozenset(self.constants)


@dataclass(eq=False)
class Claim(_HasEvidence):
    """A statement to be checked.

    Args:
        id: permanent name, ``document.statement``.
        statement: the statement in LaTeX, as its document makes it.
        source: where it is made.
        parameters: what the symbols range over, in words: part of the statement.
        constants: the constants of the statement: exponents, factors, signs, hypotheses.
        mutants: for each constant, values that make the statement false. They are used where the
            statement stands; where it falls, those of the amended statement are.

    Example:
        >>> import sympy as sp
        >>> from ntkproofs.claims import Claim, identity
        >>> n = sp.Symbol("n")
        >>> square = Claim(
        ...     id="example.square", statement="(n+1)^2 = n^2 + c n + 1", source="school",
        ...     constants={"c": 2}, mutants={"c": [1, 3]},
        ... )
        >>> @square.proof()
        ... def expand(c):
        ...     yield identity("the square", (n + 1) ** 2, n**2 + c * n + 1)
    """

    id: str
    statement: str
    source: str
    constants: Constants
    mutants: Mapping[str, Sequence[Any]]
    parameters: str = ""
    amended: Amendment | None = None
    readings: dict[str, Statement] = field(default_factory=dict[str, Statement])
    evidence: list[Evidence] = field(default_factory=list[Evidence])
    figures: list[Figure] = field(default_factory=list[Figure])
    answers: Callable[[dict[str, Any]], dict[str, Any]] | None = field(default=None, init=False)
    """What it was made from (a conjecture) says to questions of its own kind, in JSON."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9]+([.-][a-z0-9]+)*", self.id):
            raise InvalidInput(
                f"The id of a claim is lower-case words joined by '.' or '-'; got {self.id!r}."
            )
        self._constant_names = frozenset(self.constants)
        _check_mutants(self.id, self.constants, self.mutants)

    def amend(
        self,
        statement: str,
        *,
        mutants: Mapping[str, Sequence[Any]] | None = None,
        **constants: Any,
    ) -> Amendment:
        """State what is true instead; constants not given stay as they are."""
        if self.amended is not None:
            raise InvalidInput(f"The claim {self.id} is amended twice.")
        merged = {**self.constants, **constants}
        _check_mutants(self.id + " (amended)", merged, mutants or {})
        self.amended = Amendment(statement, merged, mutants or {})
        return self.amended

    def reading(self, name: str, statement: str, **constants: Any) -> None:
        """Another reading of an ambiguous statement, decided by the same evidence."""
        unknown = sorted(set(constants) - self._constant_names)
        if unknown:
            raise InvalidInput(f"The reading {name!r} of {self.id} has no constants {unknown}.")
        self.readings[name] = Statement(statement, {**self.constants, **constants})

    def chart(self, caption: str) -> Callable[[Callable[[], Chart]], Callable[[], Chart]]:
        """Register a function that computes a chart for reports; it decides nothing.

        It takes no arguments and returns a :class:`ntkproofs.claims.figures.Chart`. It is run in a
        worker, and only where a report is written.
        """

        def register(function: Callable[[], Chart]) -> Callable[[], Chart]:
            self._add_figure(Figure(FigureOutline(function.__name__, caption), function))
            return function

        return register

    def picture(self, file: str, caption: str) -> None:
        """Show a picture that is kept beside the claim file (SVG or PNG) in reports."""
        self._add_figure(Figure(FigureOutline(file, caption, file)))

    def _add_figure(self, figure: Figure) -> None:
        name = figure.outline.name
        if any(other.outline.name == name for other in self.figures):
            raise InvalidInput(f"Two figures of {self.id} are called {name!r}.")
        self.figures.append(figure)


def _same(value: Any, constant: Any) -> bool:
    """Whether a mutant is the constant itself, also in another form."""
    if value == constant:
        return True
    if not (isinstance(value, sp.Basic) or isinstance(constant, sp.Basic)):
        return False
    try:
        left, right = cast(Any, sp.sympify(value)), cast(Any, sp.sympify(constant))
    except (sp.SympifyError, TypeError):
        return False
    return bool(sp.expand(left - right) == 0)


def _check_mutants(name: str, constants: Constants, mutants: Mapping[str, Sequence[Any]]) -> None:
    for constant, values in mutants.items():
        if constant not in constants:
            raise InvalidInput(
                f"The claim {name} mutates {constant!r}, which is not among its constants "
                f"{sorted(constants)}."
            )
        for value in values:
            if _same(value, constants[constant]):
                raise InvalidInput(
                    f"A mutant of {constant!r} in {name} equals the constant itself: {value}."
                )
