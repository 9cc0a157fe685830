"""Results in a notebook: HTML in which foreign text stays text, and mathematics is LaTeX."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

_ACTIVE = re.compile(
    r"\\(href|url|class|cssId|style|data|html\w*|require|unicode|mmlToken|toggle|mathtip|texttip"
    r"|[gex]?def|newcommand|renewcommand|let|newenvironment|includegraphics|bbox|catcode)(?![A-Za-z])"
)
"""Commands of MathJax and KaTeX that reach out of a formula: links, styles, definitions."""


class Math(str):
    """LaTeX, to be shown as a formula."""

    __slots__ = ()


def cell(content: str) -> str:
    """HTML that shows text as it is, and :class:`Math` as a formula if it is one.

    Text is in no element that a notebook could take for mathematics; LaTeX whose braces do not
    match, or that would make links or definitions, is shown as text.

    Example:
        >>> cell("<b> & $x$")
        '&lt;b&gt; &amp; <span>$</span>x<span>$</span>'
        >>> cell(Math("a < b")), cell(Math(r"\\href{x}{y}"))
        ('$a &lt; b$', '<code><span>\\\\</span>href{x}{y}</code>')
    """
    if isinstance(content, Math) and _is_formula(content):
        return f"${html.escape(content)}$"
    text = re.sub(r"([$\\])", r"<span>\1</span>", html.escape(content))
    return f"<code>{text}</code>" if isinstance(content, Math) else text


def table(head: Sequence[str], rows: Iterable[Sequence[str]], caption: str = "") -> str:
    """A table of HTML; every entry is shown by :func:`cell`.

    Args:
        head: titles of the columns; none for a table without them.
        rows: entries, plain text or :class:`Math`.
        caption: above it.

    Example:
        >>> table(["x"], [["<1>"]])
        '<table><thead><tr><th>x</th></tr></thead><tbody><tr><td>&lt;1&gt;</td></tr></tbody></table>'
    """
    above = f"<caption>{cell(caption)}</caption>" if caption else ""
    titles = "".join(f"<th>{cell(title)}</th>" for title in head)
    body = "".join(
        "<tr>" + "".join(f"<td>{cell(entry)}</td>" for entry in row) + "</tr>" for row in rows
    )
    top = f"<thead><tr>{titles}</tr></thead>" if head else ""
    return f"<table>{above}{top}<tbody>{body}</tbody></table>"


def _is_formula(latex: str) -> bool:
    """Whether LaTeX is one formula: braces match, no $ stands outside of them, nothing acts."""
    depth, previous = 0, ""
    for character in latex:
        escaped = previous == "\\"
        if not escaped:
            depth += {"{": 1, "}": -1}.get(character, 0)
            if depth < 0 or (character == "$" and depth == 0):
                return False
        previous = "" if escaped else character
    return depth == 0 and previous != "\\" and not _ACTIVE.search(latex)
