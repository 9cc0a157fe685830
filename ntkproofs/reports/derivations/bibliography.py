"""The works that a derivation cites, as BibTeX and as text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import fields

from ntkproofs.claims.references import REFERENCES, Reference
from ntkproofs.claims.theorems import Theorem
from ntkproofs.derivation.written import Written
from ntkproofs.reports.derivations.escaping import latex_text

_AS_IT_IS = ("key", "kind")


def works(theorem: Theorem) -> tuple[Reference, ...]:
    """The works that a theorem is cited from.

    A theorem that names no known work is cited by the words of its source.
    """
    known = tuple(REFERENCES[key] for key in theorem.references if key in REFERENCES)
    return known or (_from_source(theorem),)


def cited(written: Iterable[Written]) -> tuple[Reference, ...]:
    """The works that derivations cite, once each, by key."""
    found = {work.key: work for one in written for t in one.relies_on for work in works(t)}
    return tuple(found[key] for key in sorted(found))


def bibtex(references: Sequence[Reference]) -> str:
    """A BibTeX file of works, in ASCII."""
    return "\n".join(map(_entry, references))


def shown(reference: Reference) -> str:
    """A work as one line of text.

    Example:
        >>> shown(REFERENCES["davis1979"])
        'Philip J. Davis. Circulant Matrices. Wiley, 1979.'
    """
    names = re.split(r" and ", reference.author.strip("{}"))
    author = " and ".join(filter(None, [", ".join(names[:-1]), names[-1]]))
    within = f"In {reference.booktitle}" if reference.booktitle else reference.journal
    number = f"({reference.number})" if reference.number else ""
    pages = f":{reference.pages.replace('--', '–')}" if reference.pages else ""
    volume = f"{reference.volume}{number}{pages}"
    if not reference.journal and volume:
        volume = f"volume {volume}"
    series = [f"{volume} of {reference.series}"] if reference.series else [within, volume]
    if reference.series and within:
        series = [within, *series]
    edition = f"{reference.edition} edition" if reference.edition else ""
    eprint = f"arXiv:{reference.eprint}" if reference.eprint else ""
    last = ", ".join(filter(None, [*series, reference.publisher, edition, eprint, reference.year]))
    return ". ".join(filter(None, [author, reference.title, last, reference.url])) + "."


def _entry(reference: Reference) -> str:
    lines = [f"@{reference.kind}{{{reference.key},"]
    for field in fields(reference):
        value = getattr(reference, field.name)
        if not value or field.name in _AS_IT_IS:
            continue
        if field.name == "url":
            lines.append(f"  howpublished = {{\\url{{{value}}}}},")
        elif field.name == "eprint":
            lines.append(f"  note = {{arXiv:{value}}},")
        elif field.name == "author":
            lines.append(f"  author = {{{_names(value)}}},")
        elif field.name == "title":
            lines.append(f"  title = {{{{{latex_text(value)}}}}},")
        else:
            lines.append(f"  {field.name} = {{{latex_text(value)}}},")
    return "\n".join([*lines, "}", ""])


def _names(author: str) -> str:
    """Names for BibTeX: accents in braces, so that they count as letters."""
    if author.startswith("{"):
        return "{" + latex_text(author.strip("{}")) + "}"
    parts = (latex_text(c) for c in author)
    return "".join(part if len(part) == 1 else f"{{{part}}}" for part in parts)


def _from_source(theorem: Theorem) -> Reference:
    key = "cited-" + re.sub(r"[^a-z0-9]+", "-", theorem.name.lower()).strip("-")
    return Reference(key, "misc", "", theorem.source or theorem.name, "")
