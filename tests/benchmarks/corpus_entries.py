"""What an entry of the corpus of conjectures is, and how one is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from hypothesis.strategies import SearchStrategy

from ntkproofs.conjectures import Conjecture, conjecture, given


@dataclass(frozen=True)
class Entry:
    """A conjecture whose truth is known.

    Attributes:
        conjecture: what a search is given.
        holds: whether it is true.
        hard: what makes it hard: where it fails, or why floats might think that it does.
        why: why it is true or false.
        falls_at: for a false one, an instance that violates it.
    """

    conjecture: Conjecture
    holds: bool
    hard: str
    why: str
    falls_at: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def id(self) -> str:
        """Of the conjecture."""
        return self.conjecture.id


Corpus = list[Entry]


def true_in(
    corpus: Corpus, hard: str, why: str, **strategies: SearchStrategy[Any]
) -> Callable[[Callable[..., Any]], Conjecture]:
    """Add a true conjecture, whose statement is the docstring of its body."""
    return _added(corpus, True, (hard, why), {}, strategies)


def false_in(
    corpus: Corpus,
    hard: str,
    why: str,
    falls_at: Mapping[str, Any],
    **strategies: SearchStrategy[Any],
) -> Callable[[Callable[..., Any]], Conjecture]:
    """Add a false conjecture, with an instance that violates it."""
    return _added(corpus, False, (hard, why), falls_at, strategies)


def _added(
    corpus: Corpus,
    holds: bool,
    reasons: tuple[str, str],
    falls_at: Mapping[str, Any],
    strategies: Mapping[str, SearchStrategy[Any]],
) -> Callable[[Callable[..., Any]], Conjecture]:
    def decorate(body: Callable[..., Any]) -> Conjecture:
        made = conjecture(body.__doc__ or "", source="corpus")(given(**strategies)(body))
        corpus.append(Entry(made, holds, *reasons, falls_at))
        return made

    return decorate
