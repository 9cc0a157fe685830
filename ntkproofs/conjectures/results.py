"""What a probe found, in words that carry their weight."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ntkproofs.arithmetic.balls import precision
from ntkproofs.conjectures.points import SpherePoints
from ntkproofs.conjectures.quantities import Comparison
from ntkproofs.conjectures.search import Searched
from ntkproofs.conjectures.statements import Conjecture, Examined
from ntkproofs.markup import Math, table

Outcome = Literal["refuted", "suspected", "no counterexample", "error"]


@dataclass(frozen=True)
class Witness:
    """An instance that violates a conjecture.

    Attributes:
        arguments: of the body, by name, as Python that builds them.
        latex: the instance in LaTeX.
        snippet: Python that decides the comparison again.
        left, right: both sides; enclosures where it is certified.
        sign: the relation that fails.
        bits: of the precision that decided it; 0 where nothing did.
    """

    arguments: Mapping[str, str]
    latex: str
    snippet: str
    left: str
    sign: str
    right: str
    bits: int


@dataclass(frozen=True)
class Repair:
    """A change of the statement that survived a search: sampled, and nothing more.

    Attributes:
        words: what is changed.
        examples: how many instances it survived.
        slack: the smallest slack among them.
    """

    words: str
    examples: int
    slack: float


@dataclass(frozen=True)
class ProbeResult:
    """The outcome of one probe.

    Attributes:
        id, statement, source: of the conjecture.
        outcome: ``refuted`` only by a violation that balls certify; ``suspected`` where floats
            show one that balls do not decide; ``error`` where nothing was searched.
        examples: instances examined; ``found_at`` is the number of the first violation.
        rejected: instances that assumptions ruled out.
        undecided: comparisons that balls left open.
        slack: the smallest relative slack in floats, at ``where``.
        regimes: how many instances were of each kind.
        witness: the smallest violation found.
        repairs: changes that survived.
        seconds: what the search took.
        seed: that reproduces it.
        problem: why nothing was searched.
        tainted: a float that entered a ball, where a violation is only suspected for its sake.
    """

    id: str
    statement: str
    source: str
    outcome: Outcome
    examples: int
    rejected: int
    undecided: int
    found_at: int
    slack: float
    where: str
    regimes: Mapping[str, int]
    witness: Witness | None
    repairs: tuple[Repair, ...]
    seconds: float
    seed: int
    problem: str = ""
    tainted: str = ""

    def _repr_html_(self) -> str:
        rows = [["conjecture", self.id], ["statement", Math(self.statement)]]
        rows.append(["outcome", self.words()])
        if self.witness is not None:
            rows += [[name, value] for name, value in self.witness.arguments.items()]
            sides = f"{self.witness.left} {self.witness.sign} {self.witness.right}"
            rows.append(["fails", f"{sides} (at {self.witness.bits} bits)"])
        rows += [["survives a search (sampled)", repair.words] for repair in self.repairs]
        return table([], rows)

    def words(self) -> str:
        """The outcome in a sentence."""
        if self.outcome == "error":
            return f"nothing was searched: {self.problem}"
        if self.outcome == "refuted":
            return f"counterexample, certified, found at example {self.found_at:,}"
        searched = f"among {self.examples:,} examples"
        if self.outcome == "suspected" and self.tainted:
            return (
                f"suspected {searched}; balls violate it, but they are made of floats "
                f"({self.tainted}), which certify nothing; make them of exact numbers"
            )
        if self.outcome == "suspected":
            return (
                f"suspected, undecided by balls: floats violate it {searched}; this is no "
                "refutation"
            )
        return f"no counterexample {searched}; this does not show that none exists"


def result_of(conjecture: Conjecture, searched: Searched, seed: int) -> ProbeResult:
    """The result of a search."""
    outcome: Outcome = "no counterexample"
    witness = None
    if searched.witness is not None:
        outcome, witness = "refuted", _witness(conjecture, *searched.witness)
    elif searched.problem or searched.examples == 0:
        outcome = "error"
    elif searched.suspect is not None:
        outcome, witness = "suspected", _witness(conjecture, *searched.suspect)
    return ProbeResult(
        conjecture.id,
        conjecture.statement,
        conjecture.source,
        outcome,
        searched.examples,
        searched.rejected,
        searched.undecided,
        searched.found_at if witness is not None and outcome == "refuted" else 0,
        searched.slack,
        ", ".join(f"{n} = {v!r}" for n, v in (searched.where or {}).items()),
        dict(searched.regimes.most_common()),
        witness,
        (),
        searched.seconds,
        seed,
        searched.problem or ("" if searched.examples else "no example reached the body"),
        searched.suspect[1].tainted if outcome == "suspected" and searched.suspect else "",
    )


def _witness(conjecture: Conjecture, values: Mapping[str, Any], examined: Examined) -> Witness:
    certified = examined.violation is not None
    comparison = examined.violation if certified else examined.suspected
    left, right, sign = "", "", ""
    if comparison is not None:
        left, right = _sides(comparison, examined.bits)
        sign = comparison.sign
    arguments = {name: repr(value) for name, value in values.items()}
    return Witness(
        arguments,
        r",\quad ".join(rf"{name} = {_latex(value)}" for name, value in values.items()),
        _snippet(conjecture, arguments),
        left,
        sign,
        right,
        examined.bits,
    )


def _sides(comparison: Comparison, bits: int) -> tuple[str, str]:
    if bits == 0:
        return f"{float(comparison.left):.15g}", f"{float(comparison.right):.15g}"
    with precision(bits):
        return comparison.left.ball().str(15), comparison.right.ball().str(15)


def _snippet(conjecture: Conjecture, arguments: Mapping[str, str]) -> str:
    given = ", ".join(f"{name}={text}" for name, text in arguments.items())
    name = getattr(conjecture.body, "__name__", "conjecture")
    return (
        "from fractions import Fraction\n"
        "from ntkproofs import *\n"
        "from ntkproofs.conjectures.points import SpherePoints, TorusPoints\n"
        "from ntkproofs.conjectures.matrices import ExactMatrix\n"
        f"for comparison in {name}.run({given}):\n"
        "    print(comparison, comparison.decided())\n"
    )


def _latex(value: Any) -> str:
    if isinstance(value, SpherePoints):
        rows = [r" \\ ".join(_number(x) for x in row) for row in value.directions]
        columns = [rf"\begin{{pmatrix}} {row} \end{{pmatrix}}" for row in rows]
        return r"\Bigl\{" + ", ".join(columns) + r"\Bigr\} \text{ (directions)}"
    if isinstance(value, tuple):
        return "(" + ", ".join(map(_latex, value)) + ")"
    if hasattr(value, "latex"):
        return str(value.latex())
    return _number(value) if hasattr(value, "numerator") else rf"\text{{{_plain(repr(value))}}}"


def _number(value: Any) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    sign = "-" if value < 0 else ""
    return rf"{sign}\tfrac{{{abs(value.numerator)}}}{{{value.denominator}}}"


def _plain(text: str) -> str:
    """Text without what TeX would take for commands."""
    return "".join(c if c.isalnum() or c in " .,=()[]+-/'" else " " for c in text)


def as_json(result: ProbeResult) -> dict[str, Any]:
    """The result for machines; infinite and missing numbers are null."""
    found = {name: getattr(result, name) for name in result.__dataclass_fields__}
    found["slack"] = result.slack if math.isfinite(result.slack) else None
    found["words"] = result.words()
    found["witness"] = None if result.witness is None else dict(vars(result.witness))
    found["repairs"] = [dict(vars(r)) for r in result.repairs]
    for repair in found["repairs"]:
        repair["slack"] = repair["slack"] if math.isfinite(repair["slack"]) else None
    return found
