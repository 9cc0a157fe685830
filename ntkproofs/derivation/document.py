"""Derivations: what their authors write, and how it is checked.

>>> doc = Derivation("squares", "Two squares", "An `x` and a `y`.")
>>> doc.symbol("x")
>>> doc.symbol("y")
>>> doc.line("difference", "x**2 - y**2 == (x - y)*(x + y)", algebra(), "expand")
>>> [step.truth.value for item in doc.checks() for step in item.steps]
['true']
"""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from ntkproofs.arithmetic.truth import Truth
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.steps import Step, decided_once, of_line
from ntkproofs.claims.theorems import Theorem
from ntkproofs.derivation import written
from ntkproofs.derivation.context import Context
from ntkproofs.derivation.formula import (
    Formula,
    Relation,
    parse,
    parse_continuation,
    parse_relation,
)
from ntkproofs.derivation.items import (
    Assumption,
    Definition,
    Item,
    Line,
    Lines,
    Result,
    Words,
    flat,
    has_strict,
    whole,
)
from ntkproofs.derivation.known import Fact, Known, Use
from ntkproofs.derivation.learning import learn, require_definable
from ntkproofs.derivation.mistakes import mistakes_in
from ntkproofs.derivation.notation import Notation
from ntkproofs.derivation.rules import Growth, Rule, algebra
from ntkproofs.derivation.statements import Statement, statement_of
from ntkproofs.derivation.writing import Writer, cited, theorems_of
from ntkproofs.errors import InvalidInput, NtkproofsError

__all__ = ["Derivation", "Formula", "StepFailed", "algebra"]


class StepFailed(NtkproofsError):
    """A line of a derivation that does not follow as it says."""


@dataclass(frozen=True)
class Checked:
    """A line, and the steps that decided it."""

    id: str
    steps: tuple[Step, ...]
    seconds: float

    def holds(self) -> bool:
        """Whether all steps are true."""
        return bool(self.steps) and all(step.truth is Truth.TRUE for step in self.steps)


@dataclass(eq=False)
class Derivation:
    """A derivation: notation, definitions, assumptions, and lines that the machine checks.

    Args:
        id: permanent name.
        title: in words.
        abstract: prose: what is derived, and from what.
    """

    id: str
    title: str
    abstract: str
    notation: Notation = field(default_factory=Notation)
    items: list[Item] = field(default_factory=list[Item])
    source: str = ""
    _open: list[list[Item]] = field(default_factory=list[list[Item]])

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", self.id):
            raise InvalidInput(f"the id of a derivation is words joined by '-'; got {self.id!r}")

    # ---- what authors write

    def symbol(self, name: str, kind: Any = "real", **declared: Any) -> None:
        """Declare a symbol; see :meth:`Notation.symbol`."""
        self.notation.symbol(name, kind, **declared)

    def function(self, name: str, arity: int, **declared: Any) -> None:
        """Declare a function; see :meth:`Notation.function`."""
        self.notation.function(name, arity, **declared)

    def words(self, text: str) -> None:
        """A paragraph: formulas in backticks, ``[#id]`` for a line, ``[@NAME]`` for a theorem."""
        self._add(Words(text))

    def define(self, id: str, left: str, right: str, text: str = "") -> None:
        """Define what a function or a symbol stands for, for all its arguments."""
        relation = Relation(parse(left, self.notation), "==", parse(right, self.notation))
        require_definable(relation)
        entry = self.notation.functions.get(getattr(relation.left.sympy, "name", ""))
        if entry is not None and not entry.may_be(relation.right.sympy):
            raise InvalidInput(f"what defines {left!r} must have values as they were declared")
        self._add(Definition(id, relation, text))

    def assume(self, id: str, relation: str, text: str = "") -> None:
        """Assume a relation for all values of its symbols: a hypothesis, or a recurrence."""
        self._add(Assumption(id, parse_relation(relation, self.notation), text))

    def line(self, id: str, relation: str, rule: Rule, reason: str = "") -> None:
        """A displayed relation and how it follows."""
        line = Line(id, parse_relation(relation, self.notation), rule, reason)
        self._add(Lines(id, (line,)))

    def chain(self, id: str, first: str, *links: tuple[str, Rule] | tuple[str, Rule, str]) -> None:
        """A chain ``first == a <= b ...``: each link is a continuation, a rule and a reason.

        The links are known as ``id-1``, ``id-2``, ...; the whole relation as ``id``.
        """
        left = parse(first, self.notation)
        lines: list[Line] = []
        for number, (source, rule, *reason) in enumerate(links, 1):
            sign, right = parse_continuation(source, self.notation)
            variable = rule.variable if isinstance(rule, Growth) and sign == "~" else None
            relation = Relation(left, sign, right, variable)
            text = reason[0] if reason else ""
            lines.append(Line(f"{id}-{number}", relation, rule, text, continues=number > 1))
            left = right
        if not lines:
            raise InvalidInput(f"the chain {id!r} has no link")
        self._add(Lines(id, tuple(lines)))

    @contextmanager
    def result(
        self,
        kind: str,
        id: str,
        statement: str,
        by: Rule,
        *,
        title: str = "",
        text: str = "",
    ) -> Iterator[None]:
        """A theorem, proposition, lemma or corollary; the block is its proof."""
        if kind not in ("theorem", "proposition", "lemma", "corollary"):
            raise InvalidInput(f"a result is a theorem, proposition, lemma, corollary; got {kind}")
        relation = parse_relation(statement, self.notation)
        self._open.append([])
        try:
            yield
        finally:
            proof = self._open.pop()
        line = Line(id, relation, by, "")
        self._add(Result(id, kind, title, text, line, tuple(proof)))

    def theorem(self, id: str, statement: str, by: Rule, **more: str) -> Any:
        """A theorem with its proof; see :meth:`result`."""
        return self.result("theorem", id, statement, by, **more)

    def proposition(self, id: str, statement: str, by: Rule, **more: str) -> Any:
        """A proposition with its proof; see :meth:`result`."""
        return self.result("proposition", id, statement, by, **more)

    def lemma(self, id: str, statement: str, by: Rule, **more: str) -> Any:
        """A lemma with its proof; see :meth:`result`."""
        return self.result("lemma", id, statement, by, **more)

    def corollary(self, id: str, statement: str, by: Rule, **more: str) -> Any:
        """A corollary with its proof; see :meth:`result`."""
        return self.result("corollary", id, statement, by, **more)

    def _add(self, item: Item) -> None:
        (self._open[-1] if self._open else self.items).append(item)

    # ---- checking

    def checks(self, only: Collection[str] | None = None) -> Iterator[Checked]:
        """Check every line (or those of some ids), in order; lines use what stands before them."""
        known: dict[str, Known] = {}
        for item in flat(self.items):
            if isinstance(item, Line) and (only is None or item.id in only):
                yield self._checked(item, known)
            learn(item, known)

    def _checked(self, line: Line, known: dict[str, Known]) -> Checked:
        start = time.perf_counter()
        context = Context(self.notation, dict(known))
        steps = tuple(line.rule.check(statement_of(line.relation), context))
        return Checked(line.id, steps, time.perf_counter() - start)

    def steps(self, *ids: str) -> Iterator[Step]:
        """The steps of all lines, or of those that some lines rest on, for evidence.

        Results of other derivations that are used come with their steps. A process decides them
        once: evidence runs anew for each mutant, and a derivation does not depend on it.
        """
        yield from decided_once((self, *ids), lambda: self._decide(ids))

    def _decide(self, ids: tuple[str, ...]) -> Iterator[Step]:
        needed = self._rests_on(ids)
        for use in needed.values():
            if isinstance(use.what, Fact) and use.what.derived is not None:
                other, id = use.what.derived
                yield from other._decide((id,))
        for checked in self.checks(needed):
            yield from (of_line(step, self.id, checked.id) for step in checked.steps)

    def relies_on(self, *ids: str) -> tuple[Theorem, ...]:
        """The theorems of the literature that all lines, or some, rest on, and that prose cites."""
        found: dict[Theorem, None] = {}
        for use in self._rests_on(ids).values():
            if isinstance(use.what, Fact) and use.what.derived is not None:
                other, id = use.what.derived
                found |= dict.fromkeys(other.relies_on(id))
            elif isinstance(use.what, Fact):
                found[use.what.theorem] = None
        return tuple(found | dict.fromkeys(cited(self.abstract, self.items)))

    def _stated(self) -> list[Line | Lines]:
        """Lines, chains and results: all that is shown."""
        return [i for i in flat(self.items) if isinstance(i, Line | Lines)]

    def _rests_on(self, ids: Iterable[str]) -> dict[str, Use]:
        """All that lines rest on, themselves included, by id.

        A strict inequality is known to all lines after it, without being named.
        """
        stated = {item.id: item for item in self._stated()}
        unknown = [id for id in ids if id not in stated]
        if unknown:
            raise InvalidInput(f"the derivation {self.id!r} has no line {unknown[0]!r}")
        strict = [i.id for i in stated.values() if has_strict(i)]
        found: dict[str, Use] = {}
        waiting = [Use(id) for id in (*(ids or stated), *strict)]
        while waiting:
            use = waiting.pop()
            if use.id in found:
                continue
            found[use.id] = use
            item = stated.get(use.id)
            lines = item.lines if isinstance(item, Lines) else [item] if item else []
            waiting += [Use(line.id) for line in lines]
            waiting += [u for line in lines for u in line.rule.all_uses()]
        return found

    def statement(self, id: str) -> Statement:
        """What a line, a result or a definition says, as SymPy expressions."""
        known: dict[str, Known] = {}
        for item in flat(self.items):
            learn(item, known)
        if id not in known:
            raise InvalidInput(f"the derivation {self.id!r} has no line {id!r}")
        return known[id].statement

    def fact(self, id: str) -> Fact:
        """A line or a result of this derivation, to be used in others.

        Raises:
            InvalidInput: where there is no such line, and where it may rest on an assumption.
        """
        if any(isinstance(item, Assumption) for item in flat(self.items)):
            raise InvalidInput(f"{self.id!r} makes assumptions, under which alone its lines hold")
        for item in flat(self.items):
            if getattr(item, "id", None) == id:
                relation = whole(item) if isinstance(item, Lines) else item.relation
                source = f"derived in full: {self.id}, {id}"
                said = Theorem(f"{self.title} ({id})", relation.latex, source)
                return Fact(
                    f"{self.id}-{id}",
                    said,
                    self.notation,
                    relation,
                    derived=(self, id),
                )
        raise InvalidInput(f"the derivation {self.id!r} has no line {id!r}")

    def broken(self, most: int | None = None) -> Iterator[tuple[str, str, Checked | Exception]]:
        """(id, how, outcome): every line with its right-hand side changed, checked alone.

        Args:
            most: how many wrong versions of each line are tried; none means all.
        """
        known: dict[str, Known] = {}
        for item in flat(self.items):
            if isinstance(item, Line):
                domain = Context(self.notation, dict(known)).domain()
                for how, relation in islice(mistakes_in(item.relation, domain), most):
                    yield item.id, how, self._outcome(replace(item, relation=relation), known)
            learn(item, known)

    def _outcome(self, line: Line, known: dict[str, Known]) -> Checked | Exception:
        try:
            return self._checked(line, known)
        except NtkproofsError as error:
            return error

    # ---- writing

    def written(self) -> written.Written:
        """The derivation as it is to be read; every line is checked on the way.

        Raises:
            StepFailed: at the first line that does not follow.
        """
        checks: dict[str, written.Check] = {}
        lines = {line.id: line for line in flat(self.items) if isinstance(line, Line)}
        for checked in self.checks():
            line = lines[checked.id]
            if not checked.holds():
                raise StepFailed(_failure(self.id, line, checked))
            checks[checked.id] = _check_of(line, checked)
        theorems = theorems_of(self.abstract, self.items)
        writer = Writer(self.notation, checks)
        return written.Written(
            self.id,
            self.title,
            writer.prose(self.abstract),
            self.notation.symbols_used(),
            tuple(writer.block(item) for item in self.items),
            theorems,
            self.source,
        )


def _check_of(line: Line, checked: Checked) -> written.Check:
    return written.Check(
        line.id,
        tuple(dict.fromkeys(step.method for step in checked.steps)),
        min((step.grade for step in checked.steps), default=Grade.PROVED),
        len(checked.steps),
        tuple(dict.fromkeys(use.id for use in line.rule.all_uses())),
        checked.seconds,
    )


def _failure(derivation: str, line: Line, checked: Checked) -> str:
    failed = next((s for s in checked.steps if s.truth is not Truth.TRUE), None)
    sides = f"{line.relation.left.source}  {line.relation.relation}  {line.relation.right.source}"
    if failed is None:
        return f"the line {line.id!r} of {derivation!r} was not checked at all: {sides}"
    point = ", ".join(f"{name} = {value}" for name, value in failed.witness.items())
    why = f"it fails at {point}" if point else failed.reason
    return f"the line {line.id!r} of {derivation!r} does not follow: {sides}; {why}"
