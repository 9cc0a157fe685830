"""The page of a report: one file of HTML that loads nothing and needs no network."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from ntkproofs.claims.references import Reference
from ntkproofs.claims.report import Report
from ntkproofs.claims.theorems import Theorem
from ntkproofs.derivation.written import Written
from ntkproofs.files import shown_path
from ntkproofs.reports.derivations.bibliography import shown, works
from ntkproofs.reports.derivations.escaping import clean
from ntkproofs.reports.derivations.html import fragments, id_part
from ntkproofs.reports.derivations.words import ABOUT_CHECKS
from ntkproofs.reports.json_report import environment
from ntkproofs.reports.page.view import (
    ClaimView,
    Summary,
    anchor,
    claim_views,
    theorem_id,
    theorems_of,
)
from ntkproofs.reports.readable import plain

POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; "
    "base-uri 'none'; form-action 'none'"
)


@dataclass(frozen=True)
class _TheoremView:
    id: str
    name: str
    statement: str
    source: str
    works: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class _DerivationView:
    id: str
    anchor: str
    title: str
    html: Markup


def page(report: Report, derivations: Sequence[Written] = ()) -> str:
    """The page of a report as HTML.

    Args:
        report: what verification found, with its figures where they were asked for.
        derivations: those that the page is to show, of what evidence rests on.

    Everything that comes from claim files is escaped, or shown as an image that runs nothing; the
    page's own policy forbids whatever might come through.
    """
    from jinja2 import Environment, PackageLoader, StrictUndefined

    theorems = theorems_of(report)
    cited = [*theorems, *(theorem for one in derivations for theorem in one.relies_on)]
    references = references_of(cited)
    shown_derivations = _derivations(derivations, references)
    claims = claim_views(report, _lines(derivations, shown_derivations))
    environment_of_templates = Environment(
        loader=PackageLoader("ntkproofs.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printed,
    )
    return environment_of_templates.get_template("report.html.jinja").render(
        title="What became of the claims" if len(claims) != 1 else claims[0].id,
        policy=POLICY,
        style=_own("derivations/style.css") + _own("templates/report.css"),
        script=_own("templates/report.js"),
        summary=Summary(report.claims),
        problems=[
            f"{plain(shown_path(problem.path))}: {plain(problem.message)}"
            for problem in report.problems
        ],
        filters=_filters(claims),
        claims=claims,
        theorems=[_theorem(theorem, references) for theorem in theorems],
        derivations=shown_derivations,
        about_checks=ABOUT_CHECKS,
        works=[(id_part(work.key), plain(shown(work))) for work in references],
        environment=_environment(report),
    )


def _printed(value: Any) -> Any:
    """What is printed of a value: foreign text has no control characters, and no marks that reorder
    what stands around it."""
    return value if isinstance(value, Markup) or not isinstance(value, str) else clean(value)


def references_of(theorems: Sequence[Theorem]) -> list[Reference]:
    """The works that theorems are cited from, once each, by key."""
    found = {work.key: work for theorem in theorems for work in works(theorem)}
    return [found[key] for key in sorted(found)]


def _own(name: str) -> Markup:
    """A file of ours, for a place of the page where HTML does not escape."""
    text = files("ntkproofs.reports").joinpath(*name.split("/")).read_text("utf-8")
    return Markup(text)


def _filters(claims: Sequence[ClaimView]) -> dict[str, list[str]]:
    """What may be chosen of each property, in the order of appearance."""
    return {
        "verdict": list(dict.fromkeys(claim.original.verdict for claim in claims)),
        "grade": [g for g in dict.fromkeys(claim.original.grade for claim in claims) if g],
        "document": list(dict.fromkeys(claim.document for claim in claims)),
    }


def _theorem(theorem: Theorem, references: Sequence[Reference]) -> _TheoremView:
    order = {work.key: i for i, work in enumerate(references, 1)}
    cited = tuple((order[work.key], id_part(work.key)) for work in works(theorem))
    name, statement, source = map(plain, (theorem.name, theorem.statement, theorem.source))
    return _TheoremView(theorem_id(theorem), name, statement, source, cited)


def _derivations(
    derivations: Sequence[Written], references: Sequence[Reference]
) -> list[_DerivationView]:
    return [
        _DerivationView(one.id, anchor(one.id), plain(one.title), Markup(html))
        for one, html in zip(derivations, fragments(derivations, references), strict=True)
    ]


def _lines(
    derivations: Sequence[Written], shown_derivations: Sequence[_DerivationView]
) -> Mapping[str, str]:
    """Where the page shows derivations and those of their lines that have a number."""
    found: dict[str, str] = {}
    for one, view in zip(derivations, shown_derivations, strict=True):
        found[one.id] = f"derivation-{view.anchor}"
        for check in one.checks():
            id = id_part(one.id, check.id)
            if f'id="{id}"' in view.html:
                found[f"{one.id}#{check.id}"] = id
    return found


def _environment(report: Report) -> list[tuple[str, str]]:
    found = environment()
    conventions = found.pop("conventions")
    rows = [(str(name), plain(str(value or "not installed"))) for name, value in found.items()]
    return [*rows, ("seed", str(report.seed)), *((k, plain(v)) for k, v in conventions.items())]
