# SymPy's own annotations promise less than its classes have.
# pyright: reportOperatorIssue=false, reportIndexIssue=false, reportAttributeAccessIssue=false
# pyright: reportArgumentType=false, reportCallIssue=false, reportGeneralTypeIssues=false
# pyright: reportUnknownLambdaType=false, reportAssignmentType=false
"""Derivations: what their authors write, and how it is checked.

>>> doc = Derivation("squares", "Two squares", "An `x` and a `y`.")
>>> doc.symbol("x")
>>> doc.symbol("y")
>>> doc.line("difference", "x**2 - y**2 == (x - y)*(x + y)", algebra(), "expand")
>>> [step.truth.value for item in doc.checks() for step in item.steps]
['true']
"""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import sympy as sp

from ntkproofs.arithmetic.domain import Domain
from ntkproofs.arithmetic.growth import asymptotically_equal
from ntkproofs.arithmetic.normal_form import equal_functions
from ntkproofs.arithmetic.truth import Truth
from ntkproofs.claims.grades import Grade
from ntkproofs.claims.steps import Step, decided_once, of_line
from ntkproofs.claims.theorems import Theorem
from ntkproofs.derivation import written
from ntkproofs.derivation.breaking import breakings
from ntkproofs.derivation.context import Context
from ntkproofs.derivation.formula import (
    Formula,
    Relation,
    formula_of,
    parse,
    parse_continuation,
    parse_relation,
)
from ntkproofs.derivation.known import Fact, Known, Use
from ntkproofs.derivation.meaning import meaning
from ntkproofs.derivation.notation import Notation
from ntkproofs.derivation.rules import Growth, Rule, algebra
from ntkproofs.derivation.statements import Statement, statement_of
from ntkproofs.errors import InvalidInput, NtkproofsError

__all__ = ["Derivation", "StepFailed", "algebra"]


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


@dataclass(frozen=True)
class _Line:
    """A relation with its rule; ``continues`` where its left-hand side is not shown again."""

    id: str
    relation: Relation
    rule: Rule
    reason: str
    continues: bool = False


@dataclass(frozen=True)
class _Words:
    text: str


@dataclass(frozen=True)
class _Lines:
    """A chain; its whole relation is known under its id."""

    id: str
    lines: tuple[_Line, ...]


@dataclass(frozen=True)
class _Definition:
    id: str
    relation: Relation
    text: str


@dataclass(frozen=True)
class _Assumption:
    id: str
    relation: Relation
    text: str


@dataclass(frozen=True)
class _Result:
    id: str
    kind: str
    title: str
    text: str
    line: _Line
    proof: tuple[Any, ...]


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
    items: list[Any] = field(default_factory=list[Any])
    source: str = ""
    _open: list[list[Any]] = field(default_factory=list[list[Any]])

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
        self._add(_Words(text))

    def define(self, id: str, left: str, right: str, text: str = "") -> None:
        """Define what a function or a symbol stands for, for all its arguments."""
        relation = Relation(parse(left, self.notation), "==", parse(right, self.notation))
        _require_definable(relation)
        entry = self.notation.functions.get(getattr(relation.left.sympy, "name", ""))
        if entry is not None and not entry.may_be(relation.right.sympy):
            raise InvalidInput(f"what defines {left!r} must have values as they were declared")
        self._add(_Definition(id, relation, text))

    def assume(self, id: str, relation: str, text: str = "") -> None:
        """Assume a relation for all values of its symbols: a hypothesis, or a recurrence."""
        self._add(_Assumption(id, parse_relation(relation, self.notation), text))

    def line(self, id: str, relation: str, rule: Rule, reason: str = "") -> None:
        """A displayed relation and how it follows."""
        line = _Line(id, parse_relation(relation, self.notation), rule, reason)
        self._add(_Lines(id, (line,)))

    def chain(self, id: str, first: str, *links: tuple[str, Rule] | tuple[str, Rule, str]) -> None:
        """A chain ``first == a <= b ...``: each link is a continuation, a rule and a reason.

        The links are known as ``id-1``, ``id-2``, ...; the whole relation as ``id``.
        """
        left = parse(first, self.notation)
        lines: list[_Line] = []
        for number, (source, rule, *reason) in enumerate(links, 1):
            sign, right = parse_continuation(source, self.notation)
            variable = rule.variable if isinstance(rule, Growth) and sign == "~" else None
            relation = Relation(left, sign, right, variable)
            text = reason[0] if reason else ""
            lines.append(_Line(f"{id}-{number}", relation, rule, text, continues=number > 1))
            left = right
        if not lines:
            raise InvalidInput(f"the chain {id!r} has no link")
        self._add(_Lines(id, tuple(lines)))

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
        line = _Line(id, relation, by, "")
        self._add(_Result(id, kind, title, text, line, tuple(proof)))

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

    def _add(self, item: Any) -> None:
        (self._open[-1] if self._open else self.items).append(item)

    # ---- checking

    def checks(self, only: Collection[str] | None = None) -> Iterator[Checked]:
        """Check every line (or those of some ids), in order; lines use what stands before them."""
        known: dict[str, Known] = {}
        for item in _flat(self.items):
            if isinstance(item, _Line) and (only is None or item.id in only):
                yield self._checked(item, known)
            _learn(item, known)

    def _checked(self, line: _Line, known: dict[str, Known]) -> Checked:
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
        return tuple(found | dict.fromkeys(_cited(self)))

    def _stated(self) -> list[Any]:
        """Lines, chains and results: all that is shown."""
        return [i for i in _flat(self.items) if isinstance(i, _Line | _Lines)]

    def _rests_on(self, ids: Iterable[str]) -> dict[str, Use]:
        """All that lines rest on, themselves included, by id.

        A strict inequality is known to all lines after it, without being named.
        """
        stated = {item.id: item for item in self._stated()}
        unknown = [id for id in ids if id not in stated]
        if unknown:
            raise InvalidInput(f"the derivation {self.id!r} has no line {unknown[0]!r}")
        strict = [i.id for i in stated.values() if _has_strict(i)]
        found: dict[str, Use] = {}
        waiting = [Use(id) for id in (*(ids or stated), *strict)]
        while waiting:
            use = waiting.pop()
            if use.id in found:
                continue
            found[use.id] = use
            item = stated.get(use.id)
            lines = item.lines if isinstance(item, _Lines) else [item] if item else []
            waiting += [Use(line.id) for line in lines]
            waiting += [u for line in lines for u in line.rule.all_uses()]
        return found

    def statement(self, id: str) -> Statement:
        """What a line, a result or a definition says, as SymPy expressions."""
        known: dict[str, Known] = {}
        for item in _flat(self.items):
            _learn(item, known)
        if id not in known:
            raise InvalidInput(f"the derivation {self.id!r} has no line {id!r}")
        return known[id].statement

    def fact(self, id: str) -> Fact:
        """A line or a result of this derivation, to be used in others.

        Raises:
            InvalidInput: where there is no such line, and where it may rest on an assumption.
        """
        if any(isinstance(item, _Assumption) for item in _flat(self.items)):
            raise InvalidInput(f"{self.id!r} makes assumptions, under which alone its lines hold")
        for item in _flat(self.items):
            if getattr(item, "id", None) == id:
                relation = _whole(item) if isinstance(item, _Lines) else item.relation
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
        for item in _flat(self.items):
            if isinstance(item, _Line):
                domain = Context(self.notation, dict(known)).domain()
                for how, relation in islice(_wrong(item.relation, domain), most):
                    yield item.id, how, self._outcome(replace(item, relation=relation), known)
            _learn(item, known)

    def _outcome(self, line: _Line, known: dict[str, Known]) -> Checked | Exception:
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
        lines = {line.id: line for line in _flat(self.items) if isinstance(line, _Line)}
        for checked in self.checks():
            line = lines[checked.id]
            if not checked.holds():
                raise StepFailed(_failure(self.id, line, checked))
            checks[checked.id] = _check_of(line, checked)
        theorems = _theorems(self)
        return written.Written(
            self.id,
            self.title,
            self._prose(self.abstract),
            self.notation.symbols_used(),
            tuple(self._block(item, checks) for item in self.items),
            theorems,
            self.source,
        )

    def _block(self, item: Any, checks: dict[str, written.Check]) -> Any:
        match item:
            case _Words(text):
                return written.Paragraph(self._prose(text))
            case _Lines(_, lines):
                return written.Display(tuple(self._line(line, checks) for line in lines))
            case _Definition(id, relation, text):
                left, right = relation.left.latex, relation.right.latex
                return written.Definition(id, left, right, self._prose(text))
            case _Assumption(id, relation, text):
                left, right = relation.left.latex, relation.right.latex
                return written.Assumption(id, left, relation.symbol, right, self._prose(text))
            case _Result(id, kind, title, text, line, proof):
                shown = (self._line(line, checks),)
                inner = tuple(self._block(block, checks) for block in proof)
                return written.Result(id, kind, title, self._prose(text), shown, inner)
        raise AssertionError(item)

    def _line(self, line: _Line, checks: dict[str, written.Check]) -> written.Line:
        left = "" if line.continues else line.relation.left.latex
        return written.Line(
            line.id,
            left,
            line.relation.symbol,
            line.relation.right.latex,
            self._prose(line.reason),
            checks[line.id],
        )

    def _prose(self, text: str) -> written.Prose:
        return tuple(_spans(" ".join(text.split()), self.notation))


_SPAN = re.compile(r"`([^`]+)`|\[#([a-z0-9-]+)\]|\[@([A-Z_]+)\]|\[~(\w+)\]|\*([^*]+)\*")


def _spans(text: str, notation: Notation) -> Iterator[written.Span]:
    """Prose in its parts; a formula in it makes no statement, since nobody would check that."""
    end = 0
    for found in _SPAN.finditer(text):
        if found.start() > end:
            yield written.Words(text[end : found.start()])
        formula, line, theorem, ranged, emphasis = found.groups()
        if formula:
            yield written.Math(parse(formula, notation).inline)
        elif line:
            yield written.Reference(line)
        elif theorem:
            yield written.Citation(_theorem(theorem))
        elif ranged:
            yield written.Math(notation.range_of(ranged))
        else:
            yield written.Emphasis(emphasis)
        end = found.end()
    if end < len(text):
        yield written.Words(text[end:])


def _theorem(name: str) -> Theorem:
    from ntkproofs.claims import theorems

    found = getattr(theorems, name, None)
    if not isinstance(found, Theorem):
        raise InvalidInput(f"[@{name}] names no theorem of ntkproofs.claims.theorems")
    return found


def _flat(items: Sequence[Any]) -> Iterator[Any]:
    """Definitions, assumptions, single lines, chains and results, each after what it rests on."""
    for item in items:
        if isinstance(item, _Lines):
            yield from item.lines
            yield item
        elif isinstance(item, _Result):
            yield from _flat(item.proof)
            yield item.line
        elif not isinstance(item, _Words):
            yield item


def _has_strict(item: _Line | _Lines) -> bool:
    lines = item.lines if isinstance(item, _Lines) else (item,)
    return any(line.relation.relation in ("<", ">") for line in lines)


def _learn(item: Any, known: dict[str, Known]) -> None:
    """Add what an item makes known."""
    if isinstance(item, _Lines):
        if len(item.lines) > 1:
            _enter(Known(item.id, statement_of(_whole(item))), known)
        return
    relation: Relation = item.relation
    what = Known(
        item.id,
        statement_of(relation),
        is_definition=isinstance(item, _Definition),
        is_assumption=isinstance(item, _Assumption),
        is_general=isinstance(item, _Definition) and _is_general(relation),
    )
    _enter(what, known)


def _enter(what: Known, known: dict[str, Known]) -> None:
    id = what.id
    if id in known:
        raise InvalidInput(f"two items of the derivation are called {id!r}")
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", id):
        raise InvalidInput(f"the id of a line is lower-case words joined by '-'; got {id!r}")
    known[id] = what


def _is_general(definition: Relation) -> bool:
    """Whether a definition reads the same where nothing is known of the signs of its arguments.

    Of a positive x, SymPy reads the root of x² as x.
    """
    body = definition.right
    arguments: Any = definition.left.sympy.free_symbols
    neutral = Notation()
    neutral.functions, neutral.symbols = body.notation.functions, dict(body.notation.symbols)
    renaming: dict[Any, Any] = {}
    for argument in arguments:
        entry = body.notation.symbol_entry(argument.name)
        kind = {"integer": True} if entry.kind == "integer" else {"real": argument.is_real}
        renaming[argument] = sp.Symbol(argument.name, **kind)
        neutral.symbols[argument.name] = replace(entry, symbol=renaming[argument])
    try:
        read = meaning(body.tree, neutral)
    except InvalidInput:
        return False
    return bool(read == body.sympy.xreplace(renaming))


_STRENGTH = {"==": 0, "<=": 1, "<": 2, ">=": 1, ">": 2}


def _whole(chain: _Lines) -> Relation:
    """What a chain says from its first to its last expression."""
    signs = [line.relation.relation for line in chain.lines]
    first, last = chain.lines[0].relation.left, chain.lines[-1].relation.right
    directions = {sign[0] for sign in signs if sign != "=="}
    if "!=" in signs or len(directions) > 1:
        raise InvalidInput(f"the chain {chain.id!r} mixes {', '.join(dict.fromkeys(signs))}")
    if "~" in signs:
        variable = next(r.variable for r in (x.relation for x in chain.lines) if r.variable)
        return Relation(first, "~", last, variable)
    return Relation(first, max(signs, key=_STRENGTH.__getitem__), last)


def _require_definable(relation: Relation) -> None:
    left: Any = relation.left.sympy
    arguments = () if left.is_Symbol else left.args
    distinct = len(set(arguments)) == len(arguments)
    if not (left.is_Symbol or (left.is_Function and distinct)) or not all(
        argument.is_Symbol for argument in arguments
    ):
        raise InvalidInput(
            f"a definition says what f(x, y) or c stands for; got {relation.left.source!r}"
        )
    body: Any = relation.right.sympy
    circular = body.has(left) if left.is_Symbol else body.has(left.func)
    if circular:
        raise InvalidInput(f"the definition of {relation.left.source!r} refers to itself")


def _wrong(relation: Relation, domain: Domain) -> Iterator[tuple[str, Relation]]:
    """Wrong versions of a relation: of its right-hand side, and of its direction.

    Versions that are equal to the right one (asymptotically, for ``~``) are no mistakes.
    """
    if relation.relation in ("==", "~"):
        tree = relation.right.tree
        less = ast.BinOp(tree, ast.Sub(), ast.Constant(1))
        rarer = ("one less", formula_of(less, relation.right.notation))
        for how, right in (*breakings(relation.right), rarer):
            wrong = Relation(relation.left, relation.relation, right, relation.variable)
            if not _are_the_same(statement_of(relation), statement_of(wrong), domain):
                yield how, wrong
        return
    if relation.relation == "!=":
        yield "equal", Relation(relation.left, "==", relation.right)
        yield "itself", Relation(relation.right, "!=", relation.right)
        return
    flipped = {"<": ">=", "<=": ">", ">": "<=", ">=": "<"}[relation.relation]
    yield "direction", Relation(relation.left, flipped, relation.right)
    left = relation.left
    yield "strictly less than itself", Relation(left, "<", left)


def _are_the_same(right: Statement, wrong: Statement, domain: Domain) -> bool:
    order = sp.Function("O")
    sides = [s.right.replace(order, lambda _: sp.S.Zero) for s in (right, wrong)]
    orders = [s.right.atoms(order) for s in (right, wrong)]
    if orders[0] == orders[1] and equal_functions(*sides, domain).truth is Truth.TRUE:
        return True
    if right.relation != "~":
        return False
    decision = asymptotically_equal(wrong.right, right.right, right.variable, domain)
    return decision.truth is Truth.TRUE


def _check_of(line: _Line, checked: Checked) -> written.Check:
    return written.Check(
        line.id,
        tuple(dict.fromkeys(step.method for step in checked.steps)),
        min((step.grade for step in checked.steps), default=Grade.PROVED),
        len(checked.steps),
        tuple(dict.fromkeys(use.id for use in line.rule.all_uses())),
        checked.seconds,
    )


def _failure(derivation: str, line: _Line, checked: Checked) -> str:
    failed = next((s for s in checked.steps if s.truth is not Truth.TRUE), None)
    sides = f"{line.relation.left.source}  {line.relation.relation}  {line.relation.right.source}"
    if failed is None:
        return f"the line {line.id!r} of {derivation!r} was not checked at all: {sides}"
    point = ", ".join(f"{name} = {value}" for name, value in failed.witness.items())
    why = f"it fails at {point}" if point else failed.reason
    return f"the line {line.id!r} of {derivation!r} does not follow: {sides}; {why}"


def _theorems(derivation: Derivation) -> tuple[Theorem, ...]:
    """The theorems that lines use, and those that prose cites."""
    found: dict[Theorem, None] = {}
    for item in _flat(derivation.items):
        if isinstance(item, _Line):
            for use in item.rule.all_uses():
                if isinstance(use.what, Fact):
                    found[use.what.theorem] = None
    return tuple(found | dict.fromkeys(_cited(derivation)))


def _cited(derivation: Derivation) -> list[Theorem]:
    """The theorems that prose cites."""
    texts = [item.text for item in _all(derivation.items) if hasattr(item, "text")]
    texts += [line.reason for line in _flat(derivation.items) if isinstance(line, _Line)]
    names = re.findall(r"\[@([A-Z_]+)\]", " ".join([derivation.abstract, *texts]))
    return [_theorem(name) for name in names]


def _all(items: Sequence[Any]) -> Iterator[Any]:
    """All items, those in proofs too."""
    for item in items:
        yield item
        if isinstance(item, _Result):
            yield from _all(item.proof)


__all__ += ["Formula"]
