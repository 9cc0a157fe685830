"""What the page of a report shows, worked out of the results; the template only lays it out."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from markupsafe import Markup

from ntkproofs.claims.files import bundled_checks
from ntkproofs.claims.outline import StatementOutline
from ntkproofs.claims.report import Report
from ntkproofs.claims.theorems import Theorem
from ntkproofs.claims.verdict import (
    ClaimResult,
    EvidenceResult,
    StatementResult,
    StepSummary,
    Verdict,
)
from ntkproofs.claims.wire import plain_value
from ntkproofs.files import shown_path
from ntkproofs.reports.page.formulas import (
    differing_html,
    formula_or_words,
    statement_html,
    words_html,
)
from ntkproofs.reports.page.pictures import Picture, pictures_of
from ntkproofs.reports.prose import OUTCOME_IN_WORDS, verdict_in_words
from ntkproofs.reports.readable import plain, readable

_STANDS = {Verdict.PROVED, Verdict.CERTIFIED, Verdict.SUPPORTED}


def anchor(*names: str) -> str:
    """An id of the page for names: different ones get different ids, whatever they contain."""
    return (
        "-".join(
            "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}_" for c in name)
            for name in names
        )
        .replace("_2d_", "-")
        .replace("_2e_", ".")
    )


@dataclass(frozen=True)
class StepView:
    """Steps that say the same."""

    summary: StepSummary
    lines: Mapping[str, str]

    @property
    def about(self) -> Markup:
        return formula_or_words(self.summary.about)

    @property
    def assuming(self) -> list[Markup]:
        return [formula_or_words(told) for told in self.summary.assuming]

    @property
    def line(self) -> tuple[str, str] | None:
        """The derivation on the page that it is a step of, and the words for it."""
        derivation, _, line = self.summary.origin.partition("#")
        found = self.lines.get(self.summary.origin, self.lines.get(derivation, ""))
        return (found, f"{derivation}, {line}") if found else None


@dataclass(frozen=True)
class EvidenceView:
    """A piece of evidence."""

    result: EvidenceResult
    lines: Mapping[str, str]

    @property
    def name(self) -> str:
        return plain(self.result.name.replace("_", " "))

    @property
    def outcome(self) -> str:
        return OUTCOME_IN_WORDS[self.result.outcome]

    @property
    def grade(self) -> str:
        return "" if self.result.grade is None else self.result.grade.word

    @property
    def detail(self) -> Markup:
        return words_html(self.result.detail)

    @property
    def methods(self) -> list[str]:
        return [plain(method) for method in self.result.method.split("; ") if method]

    @property
    def counts(self) -> str:
        counted = vars(self.result.counts)
        parts = [f"{n} {word}" for word, n in counted.items() if n or word in ("true", "false")]
        return ", ".join(parts)

    @property
    def seconds(self) -> str:
        seconds = self.result.seconds
        return f"{seconds:.3f} s" if seconds < 10 else f"{seconds:.1f} s"

    @cached_property
    def steps(self) -> list[StepView]:
        return [StepView(step, self.lines) for step in self.result.steps]

    @property
    def left_out(self) -> int:
        """How many steps are not listed."""
        counts = self.result.counts
        total = counts.true + counts.false + counts.undecided
        return max(0, total - sum(step.times for step in self.result.steps))


@dataclass(frozen=True)
class StatementView:
    """A statement with its evidence."""

    result: StatementResult
    outline: StatementOutline | None
    html: Markup
    lines: Mapping[str, str]

    @property
    def verdict(self) -> str:
        return self.result.verdict.value

    @property
    def grade(self) -> str:
        return "" if self.result.grade is None else self.result.grade.word

    @property
    def words(self) -> str:
        return verdict_in_words(self.result)

    @property
    def evidence(self) -> list[EvidenceView]:
        return [EvidenceView(item, self.lines) for item in self.result.evidence]

    @property
    def theorems(self) -> list[tuple[str, str]]:
        """(id, name) of what it relies on."""
        return [(theorem_id(t), plain(t.name)) for t in self.result.relies_on]

    @property
    def constants(self) -> list[tuple[str, str]]:
        found = {} if self.outline is None else self.outline.constants
        return [(plain(name), plain(value)) for name, value in found.items()]


@dataclass(frozen=True)
class ClaimView:
    """A claim as the page shows it."""

    result: ClaimResult
    lines: Mapping[str, str]
    command: str

    @property
    def id(self) -> str:
        return self.result.id

    @property
    def anchor(self) -> str:
        return f"claim-{anchor(self.id)}"

    @property
    def document(self) -> str:
        return self.id.partition(".")[0]

    @property
    def source(self) -> Markup:
        return words_html(self.result.source)

    @property
    def parameters(self) -> Markup:
        return words_html(self.result.parameters)

    @cached_property
    def _formulas(self) -> tuple[Markup, Markup | None]:
        original, amended = self.result.original, self.result.amended
        if amended is None:
            return statement_html(original.latex), None
        return differing_html(original.latex, amended.latex)

    @cached_property
    def plain_statement(self) -> Markup:
        """Without marks, for the table."""
        return statement_html(self.result.original.latex)

    @cached_property
    def original(self) -> StatementView:
        outline = self.result.outline and self.result.outline.original
        return StatementView(self.result.original, outline, self._formulas[0], self.lines)

    @cached_property
    def amended(self) -> StatementView | None:
        amended, html = self.result.amended, self._formulas[1]
        if amended is None or html is None:
            return None
        outline = self.result.outline and self.result.outline.amended
        return StatementView(amended, outline, html, self.lines)

    @cached_property
    def readings(self) -> list[tuple[str, StatementView]]:
        outline = self.result.outline
        return [
            (
                plain(name),
                StatementView(
                    reading,
                    outline and outline.readings.get(name),
                    statement_html(reading.latex),
                    self.lines,
                ),
            )
            for name, reading in self.result.readings.items()
        ]

    @cached_property
    def witness(self) -> list[tuple[str, Markup]]:
        """The numbers of the counterexample, by name; what fails there comes last."""
        refutation = self.result.original.refutation
        found: Mapping[str, Any] = (refutation and refutation.witness) or {}
        names = sorted(found, key=lambda name: name == "fails")
        return [
            ("what fails" if name == "fails" else readable(str(name)), _value(found[name]))
            for name in names
        ]

    @property
    def python(self) -> Markup:
        """A snippet that finds the witness again."""
        path = f"{_own_path(self.result)!r}, " if _own_path(self.result) else ""
        lines = (
            "import ntkproofs as nt",
            f"report = nt.verify({path}only={self.id!r})",
            "print(report.claims[0].original.refutation.witness)",
        )
        return Markup("\n").join(lines)

    @property
    def mutants(self) -> list[tuple[str, str]]:
        """(mutant, what became of it) of the statement that stands."""
        outline, found = self.result.outline, self.result.mutants
        if outline is None or found is None:
            return []
        falls = self.result.original.verdict is Verdict.REFUTED
        standing = outline.amended if falls and outline.amended is not None else outline.original
        names = [f"{name} = {v}" for name, values in standing.mutants.items() for v in values]
        alive = {name for name in names if any(a.startswith(f"{name} (") for a in found.alive)}
        return [(readable(name), "alive" if name in alive else "killed") for name in names]

    @property
    def mutants_in_words(self) -> str:
        found = self.result.mutants
        if found is None:
            return "not run"
        return f"{found.killed} of {found.total} killed"

    @cached_property
    def pictures(self) -> tuple[Picture, ...]:
        refutation = self.result.original.refutation
        return pictures_of(self.result.figures, refutation and refutation.witness)

    @property
    def search(self) -> str:
        """What a search of the table looks through."""
        original, amended = self.result.original, self.result.amended
        said = [self.id, readable(original.latex), original.latex, self.result.source]
        said += [self.result.parameters, *(readable(amended.latex) for _ in [0] if amended)]
        return plain(" ".join(said)).lower()


def claim_views(report: Report, lines: Mapping[str, str]) -> list[ClaimView]:
    """The claims of a report.

    Args:
        report: the report.
        lines: where the page shows derivations (``id``) and their lines (``id#line``), as ids.
    """
    return [ClaimView(claim, lines, command(claim)) for claim in report.claims]


def command(claim: ClaimResult) -> str:
    """The command that checks a claim again."""
    own = _own_path(claim)
    path = f"{_quoted(own)} " if own else ""
    return f"ntkproofs verify {path}--only {claim.id} --mutants"


def _own_path(claim: ClaimResult) -> str:
    """The file of a claim that is not bundled."""
    path = "" if claim.outline is None else claim.outline.path
    if not path or Path(path).is_relative_to(bundled_checks()):
        return ""
    return plain(shown_path(Path(path)))


def _quoted(path: str) -> str:
    return path if re.fullmatch(r"[\w./-]+", path) else "'" + path.replace("'", "'\\''") + "'"


def _value(value: Any) -> Markup:
    """A value of a witness, as the page shows it."""
    shown = plain_value(value)
    if isinstance(shown, list):
        return Markup(", ").join(map(_value, shown))
    return words_html(str(shown))


def theorem_id(theorem: Theorem) -> str:
    """The id of a theorem on the page."""
    # Two theorems may have one name.
    digest = hashlib.sha256(f"{theorem.statement}\n{theorem.source}".encode()).hexdigest()
    return f"theorem-{anchor(theorem.name)}-{digest[:8]}"


def theorems_of(report: Report) -> list[Theorem]:
    """What any verdict of the report relies on, by name."""
    found = {
        theorem for claim in report.claims for s in statements(claim) for theorem in s.relies_on
    }
    return sorted(found, key=lambda theorem: (theorem.name.lower(), theorem.statement))


def statements(claim: ClaimResult) -> list[StatementResult]:
    """All statements of a claim."""
    amended = [] if claim.amended is None else [claim.amended]
    return [claim.original, *amended, *claim.readings.values()]


def origins(report: Report) -> list[str]:
    """The ids of the derivations that evidence rests on, in alphabetical order."""
    found = {
        step.origin.partition("#")[0]
        for claim in report.claims
        for statement in statements(claim)
        for item in statement.evidence
        for step in item.steps
        if step.origin
    }
    return sorted(found)


@dataclass(frozen=True)
class Summary:
    """The report in ten seconds."""

    claims: Sequence[ClaimResult]

    @property
    def verdicts(self) -> list[tuple[str, int]]:
        found = Counter(claim.original.verdict for claim in self.claims)
        return [(verdict.value, found[verdict]) for verdict in Verdict if found[verdict]]

    @property
    def sentences(self) -> list[tuple[str, bool]]:
        """Each with whether it is good news."""
        found = [self._amended(), self._mutants(), self._trouble()]
        return [sentence for sentence in found if sentence is not None]

    def _amended(self) -> tuple[str, bool] | None:
        amended = [claim.amended for claim in self.claims if claim.amended is not None]
        standing = sum(statement.verdict in _STANDS for statement in amended)
        if not amended:
            return None
        words = f"{standing} of {len(amended)} amended statements stand."
        return words, standing == len(amended)

    def _mutants(self) -> tuple[str, bool]:
        counted = [claim.mutants for claim in self.claims if claim.mutants is not None]
        if not counted:
            return (
                "Nothing says whether the evidence could have failed: no mutants were run.",
                False,
            )
        killed, total = sum(m.killed for m in counted), sum(m.total for m in counted)
        words = f"{killed} of {total} mutants, statements made false on purpose, were noticed."
        return words, killed == total

    def _trouble(self) -> tuple[str, bool]:
        vacuous = sum(any(s.vacuous for s in statements(c)) for c in self.claims)
        crashed = sum(claim.crashed for claim in self.claims)
        if not vacuous and not crashed:
            return "No evidence crashed, and none is vacuous.", True
        return (
            f"Evidence crashed or is not reproducible in {crashed} claims, and is vacuous in "
            f"{vacuous}.",
            False,
        )
