"""Foreign text as LaTeX that prints it: plain ASCII, in which nothing is a command but ours."""

from __future__ import annotations

import unicodedata

_ASCII = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#",
    "^": r"\textasciicircum{}", "_": r"\_", "%": r"\%", "~": r"\textasciitilde{}",
    "<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", "`": r"\textasciigrave{}",
}  # fmt: skip
_LETTERS = {
    "ß": r"\ss{}", "ø": r"\o{}", "Ø": r"\O{}", "æ": r"\ae{}", "Æ": r"\AE{}", "œ": r"\oe{}",
    "Œ": r"\OE{}", "ł": r"\l{}", "Ł": r"\L{}", "ı": r"\i{}", "–": "--", "—": "---",
    "…": r"\dots{}", "‘": "`", "’": "'", "“": "``", "”": "''", "„": r"\quotedblbase{}",
    "§": r"\S{}", "«": r"\guillemotleft{}", "»": r"\guillemotright{}", "−": "$-$",
}  # fmt: skip
_ACCENTS = {
    "\u0300": "`", "\u0301": "'", "\u0302": "^", "\u0303": "~", "\u0304": "=", "\u0306": "u",
    "\u0307": ".", "\u0308": '"', "\u030a": "r", "\u030b": "H", "\u030c": "v", "\u0323": "d",
    "\u0327": "c", "\u0328": "k",
}  # fmt: skip
_MATH = {
    "α": r"\alpha", "β": r"\beta", "γ": r"\gamma", "δ": r"\delta", "ε": r"\varepsilon",
    "ϵ": r"\epsilon", "ζ": r"\zeta", "η": r"\eta", "θ": r"\theta", "ϑ": r"\vartheta",
    "ι": r"\iota", "κ": r"\kappa", "λ": r"\lambda", "μ": r"\mu", "µ": r"\mu", "ν": r"\nu",
    "ξ": r"\xi", "π": r"\pi", "ρ": r"\rho", "ϱ": r"\varrho", "σ": r"\sigma", "τ": r"\tau",
    "υ": r"\upsilon", "φ": r"\varphi", "ϕ": r"\phi", "χ": r"\chi", "ψ": r"\psi", "ω": r"\omega",
    "Γ": r"\Gamma", "Δ": r"\Delta", "Θ": r"\Theta", "Λ": r"\Lambda", "Ξ": r"\Xi", "Π": r"\Pi",
    "Σ": r"\Sigma", "Υ": r"\Upsilon", "Φ": r"\Phi", "Ψ": r"\Psi", "Ω": r"\Omega",
    "ℓ": r"\ell", "∞": r"\infty", "√": r"\surd", "∫": r"\int", "∑": r"\sum", "∏": r"\prod",
    "∂": r"\partial", "∇": r"\nabla", "±": r"\pm", "∓": r"\mp", "×": r"\times", "·": r"\cdot",
    "÷": r"\div", "∘": r"\circ", "°": r"{}^{\circ}", "⊗": r"\otimes", "⊕": r"\oplus",
    "≤": r"\le", "≥": r"\ge", "≠": r"\ne", "≈": r"\approx", "≡": r"\equiv", "∼": r"\sim",
    "≃": r"\simeq", "∝": r"\propto", "≪": r"\ll", "≫": r"\gg", "∈": r"\in", "∉": r"\notin",
    "⊂": r"\subset", "⊆": r"\subseteq", "∪": r"\cup", "∩": r"\cap", "∅": r"\emptyset",
    "∀": r"\forall", "∃": r"\exists", "→": r"\to", "←": r"\leftarrow", "↦": r"\mapsto",
    "⇒": r"\Rightarrow", "⇔": r"\Leftrightarrow", "⟨": r"\langle", "⟩": r"\rangle",
    "‖": r"\Vert", "⊤": r"\top", "⊥": r"\perp", "′": r"{}'",
    "ℝ": r"\mathbb{R}", "ℂ": r"\mathbb{C}", "ℕ": r"\mathbb{N}", "ℤ": r"\mathbb{Z}",
    "ℚ": r"\mathbb{Q}", "𝔼": r"\mathbb{E}", "ℙ": r"\mathbb{P}", "𝕊": r"\mathbb{S}",
    "½": r"\tfrac{1}{2}",
}  # fmt: skip
_MATH |= {
    sign: f"{{}}^{{{plain}}}" for sign, plain in zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-", strict=True)
}
_MATH |= {
    sign: f"{{}}_{{{plain}}}" for sign, plain in zip("₀₁₂₃₄₅₆₇₈₉₋", "0123456789-", strict=True)
}


def latex_text(text: str) -> str:
    """LaTeX in ASCII that prints a text, wherever text may stand.

    No character of the text keeps a meaning of its own to TeX. Mathematical signs become formulas;
    what LaTeX cannot print becomes its code point in brackets.

    Example:
        >>> latex_text("θ ≤ 5 % of {x}")
        '$\\\\theta$ $\\\\le$ 5 \\\\% of \\\\{x\\\\}'
    """
    pieces: list[str] = []
    for character in unicodedata.normalize("NFC", clean(text)):
        if character == '"':
            pieces.append(_quote(pieces))
        elif character in _MATH and pieces and pieces[-1].startswith("$"):
            pieces[-1] = f"{pieces[-1][:-1]} {_MATH[character]}$"
        else:
            pieces.append(_character(character))
    return "".join(pieces)


def clean(text: str) -> str:
    """Foreign text without line breaks, control characters and marks that reorder it."""
    spaced = "".join(" " if c.isspace() else c for c in str(text))
    return "".join(
        c for c in spaced if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Zl", "Zp")
    )


def latex_comment(text: str) -> str:
    """A text for one line of a LaTeX comment: ASCII without the characters that begin commands."""
    return "".join(c if " " <= c <= "~" and c not in "\\^{}" else "?" for c in clean(text))


def latex_label(*ids: str) -> str:
    """A label of LaTeX for ids: different ones get different labels, whatever they contain."""
    return ":".join(
        "".join(c if c.isascii() and (c.isalnum() or c in "-.") else f"/{ord(c):x}/" for c in id)
        for id in ids
    )


def latex_identifier(id: str) -> str:
    """An id in a fixed-width face that may break at its marks."""
    text = latex_text(id)
    for mark in ("-", ".", r"\_"):
        text = text.replace(mark, mark + r"\allowbreak{}")
    return rf"\texttt{{{text}}}"


def _quote(before: list[str]) -> str:
    """A straight quotation mark, turned as typesetters do."""
    return "``" if not before or before[-1][-1:] in " ([" else "''"


def _character(c: str) -> str:
    if c in _ASCII:
        return _ASCII[c]
    if " " <= c <= "~":
        return c
    if c in _LETTERS:
        return _LETTERS[c]
    if c in _MATH:
        return f"${_MATH[c]}$"
    base, *marks = unicodedata.normalize("NFD", c)
    if len(marks) == 1 and marks[0] in _ACCENTS and base.isascii() and base.isalpha():
        dotless = (
            {"i": r"\i", "j": r"\j"}.get(base, base) if marks[0] not in "\u0323\u0328" else base
        )
        return rf"\{_ACCENTS[marks[0]]}{{{dotless}}}"
    return f"[U+{ord(c):04X}]"
