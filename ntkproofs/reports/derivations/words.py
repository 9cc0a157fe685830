"""The words that the documents of a derivation share, whatever their format."""

from __future__ import annotations

from collections.abc import Sequence

from ntkproofs.claims.grades import Grade
from ntkproofs.derivation.written import Block, Check, Definition, Paragraph, Words

ABOUT_CHECKS = (
    "Every displayed step was checked by machine. A step that is proved was reduced to an identity "
    "by a decision procedure, or is a cited theorem; it holds for all values of the symbols in "
    "their ranges. A step that is checked, not proved, was certified at the values that are named, "
    "by arithmetic with error bounds."
)


def grade_in_words(grade: Grade) -> str:
    """What a check is worth."""
    return {
        Grade.PROVED: "proved",
        Grade.CERTIFIED: "checked, not proved",
        Grade.STATISTICAL: "statistical, not proved",
        Grade.SAMPLED: "sampled, not proved",
    }[grade]


def method_in_words(check: Check) -> str:
    """How a step was checked, and how many comparisons that took."""
    methods = "; ".join(check.methods) or "no method is named"
    return methods if check.comparisons == 1 else f"{methods} ({check.comparisons} comparisons)"


def methods_of(checks: Sequence[Check]) -> dict[str, str]:
    """A letter for each method that steps were checked by, in order of appearance."""
    names = dict.fromkeys(method for check in checks for method in check.methods)
    return {name: _letter(i) for i, name in enumerate(names)}


def _letter(index: int) -> str:
    first, last = divmod(index, 26)
    return (_letter(first - 1) if first else "") + chr(ord("a") + last)


def tally(checks: Sequence[Check]) -> str:
    """How many steps there are, and what their checks are worth."""
    if not checks:
        return "There is no displayed step."
    proved = sum(check.grade is Grade.PROVED for check in checks)
    comparisons = sum(check.comparisons for check in checks)
    steps = f"{len(checks)} step{'s' if len(checks) != 1 else ''}"
    share = (
        "all proved"
        if proved == len(checks)
        else (f"{proved} proved, {len(checks) - proved} checked and not proved")
    )
    return f"There are {steps}, {share}, by {comparisons} comparisons in all."


def punctuation(following: Block | None) -> str:
    """What ends a display: a comma where the sentence goes on, else a full stop."""
    if isinstance(following, Paragraph | Definition) and following.prose:
        first = following.prose[0]
        if isinstance(first, Words) and first.text.lstrip()[:1].islower():
            return ","
    return "."
