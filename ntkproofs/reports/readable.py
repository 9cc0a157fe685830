"""LaTeX and foreign text as one reads them in a terminal.

The conversion is honest rather than complete: grouping is never lost (``2^{d-1}`` becomes
``2^(d-1)``), and what is not known is shown as it was written.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r"\\(?:[A-Za-z]+|.)"  # a command
    r"|[A-Za-z]{2,}(?:_[A-Za-z]{2,})+"  # an identifier of prose, such as weight_variance
    r"|(?<=[\^_])-?[0-9]{2,}"  # LaTeX would raise the first digit only; nobody means that
    r"|(?<=_)[A-Za-z]{3,}"  # nor the first letter of λ_max or p_value
    r"|.",
    re.DOTALL,
)

_SYMBOLS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ",
    "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "varrho": "ϱ",
    "sigma": "σ", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ",
    "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
    "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "ell": "ℓ", "hbar": "ℏ",
    "sim": "∼", "simeq": "≃", "approx": "≈", "cong": "≅", "equiv": "≡", "propto": "∝",
    "asymp": "≍", "neq": "≠", "ne": "≠", "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥",
    "ll": "≪", "gg": "≫", "lesssim": "≲", "gtrsim": "≳", "in": "∈", "notin": "∉",
    "subset": "⊂", "subseteq": "⊆", "cup": "∪", "cap": "∩", "setminus": "∖", "emptyset": "∅",
    "forall": "∀", "exists": "∃", "land": "∧", "lor": "∨", "wedge": "∧", "vee": "∨",
    "to": "→", "rightarrow": "→", "longrightarrow": "→", "leftarrow": "←", "mapsto": "↦",
    "Rightarrow": "⇒", "implies": "⇒", "Leftrightarrow": "⇔", "iff": "⇔", "cdot": "·",
    "times": "×", "otimes": "⊗", "oplus": "⊕", "bigotimes": "⊗",
    "bigoplus": "⊕", "bigcup": "∪", "bigcap": "∩", "odot": "⊙", "circ": "∘", "ast": "*",
    "star": "⋆", "pm": "±", "mp": "∓", "sum": "∑", "prod": "∏", "int": "∫", "partial": "∂",
    "nabla": "∇", "infty": "∞", "prime": "′", "top": "⊤", "perp": "⊥", "dagger": "†",
    "langle": "⟨", "rangle": "⟩", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉",
    "lvert": "|", "rvert": "|", "vert": "|", "mid": "|", "lVert": "‖", "rVert": "‖",
    "Vert": "‖", "|": "‖", "dots": "…", "ldots": "…", "cdots": "⋯", "colon": ":",
    "bmod": " mod ", "mod": " mod ",
    "{": "{", "}": "}", "_": "_", "%": "%", "$": "$", "&": "&", "#": "#",
    "!": "", ",": " ", ";": " ", ":": " ", " ": " ", "quad": "  ", "qquad": "  ",
    "displaystyle": "", "textstyle": "", "limits": "", "nolimits": "", "big": "", "Big": "",
    "bigl": "", "bigr": "", "Bigl": "", "Bigr": "", "bigg": "", "Bigg": "",
}  # fmt: skip
_FUNCTIONS = {
    "log", "ln", "exp", "sin", "cos", "tan", "arccos", "arcsin", "arctan", "cosh", "sinh", "tanh",
    "min", "max", "sup", "inf", "lim", "det", "dim", "ker", "deg", "gcd", "arg", "Pr",
}  # fmt: skip
_PLAIN = {
    "text", "textbf", "textit", "textrm", "texttt", "mathrm", "mathbf", "mathit", "mathsf",
    "mathtt", "mathcal", "mathfrak", "operatorname", "boldsymbol", "bm", "emph", "ensuremath",
}  # fmt: skip
_ACCENTS = {
    "hat": "\u0302", "widehat": "\u0302", "bar": "\u0304", "overline": "\u0304",
    "tilde": "\u0303", "widetilde": "\u0303", "dot": "\u0307", "ddot": "\u0308", "vec": "\u20d7",
}  # fmt: skip
_DOUBLE_STRUCK = dict(zip("CEHNPQRSTZ", "ℂ𝔼ℍℕℙℚℝ𝕊𝕋ℤ", strict=True))
_SUPERSCRIPTS = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_SUBSCRIPTS = str.maketrans("0123456789-", "₀₁₂₃₄₅₆₇₈₉₋")


class _Unreadable(Exception):
    """The LaTeX is beyond the converter: unbalanced braces, environments, several lines."""


def readable(latex: str) -> str:
    """LaTeX as one line of Unicode text; what is beyond the converter stays as it was written.

    Example:
        >>> readable(r"$\\mu_\\ell \\sim C\\,\\ell^{-(d+1)}$")
        'μ_ℓ ∼ C ℓ^(-(d+1))'
    """
    try:
        text = _Reader(latex).read()
    except (_Unreadable, RecursionError):
        text = re.sub(r"(?<!\\)\$", "", latex)
    return plain(text)


def plain(text: str) -> str:
    """Foreign text as one line without control characters, which could steer the terminal."""
    line = " ".join(str(text).split())
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in line)


class _Reader:
    """A recursive descent through LaTeX; every method returns Unicode text."""

    def __init__(self, latex: str) -> None:
        self.tokens = _TOKEN.findall(latex)
        self.position = 0

    def read(self) -> str:
        text = self.sequence()
        if self.position < len(self.tokens):
            raise _Unreadable  # a closing brace too many
        return text

    def peek(self) -> str:
        return self.tokens[self.position] if self.position < len(self.tokens) else ""

    def take(self) -> str:
        token = self.peek()
        if not token:
            raise _Unreadable
        self.position += 1
        return token

    def sequence(self) -> str:
        """Everything up to the closing brace of the group, or to the end."""
        text = ""
        glued = False  # whether a letter that follows would be taken for a part of what was read
        while self.peek() not in ("", "}"):
            name = self.peek().removeprefix("\\")
            piece = self.item()
            function = name in _FUNCTIONS and piece == name
            letter = piece[:1].isalnum() and name not in ("^", "_")
            gap = text[-1:].isalnum() if function else glued and letter
            text += (" " if gap else "") + piece
            if piece:
                glued = function or (name in "_^" and piece[-1].isalpha())
        return text

    def group(self) -> str:
        """The inside of ``{...}``, whose opening brace is next."""
        self.take()
        text = self.sequence()
        if self.take() != "}":
            raise _Unreadable
        return text

    def argument(self) -> str:
        """The argument of a command: a group or one token."""
        while self.peek().isspace():
            self.take()
        return self.group() if self.peek() == "{" else self.item()

    def item(self) -> str:
        token = self.peek()
        if token == "{":
            return self.group()
        self.take()
        if token == "$":
            return ""
        if token == "&":
            raise _Unreadable
        if token in ("^", "_"):
            return self.script(token)
        return self.command(token[1:]) if token.startswith("\\") and token != "\\" else token

    def script(self, sign: str) -> str:
        inner = self.argument()
        if inner in ("′", "∘"):
            return {"′": "′", "∘": "°"}[inner] if sign == "^" else sign + inner
        if re.fullmatch(r"-?[0-9]+", inner):
            return inner.translate(_SUPERSCRIPTS if sign == "^" else _SUBSCRIPTS)
        word = sign == "_" and inner.isascii() and inner.isalpha()
        bracketed = re.fullmatch(r"\([^()]*\)", inner)
        return sign + inner if len(inner) == 1 or word or bracketed else f"{sign}({inner})"

    def command(self, name: str) -> str:
        if name in _SYMBOLS:
            return _SYMBOLS[name]
        if name in _FUNCTIONS:
            return name
        if name in _PLAIN:
            return self.argument()
        if name in _ACCENTS:
            inner = self.argument()
            return inner + _ACCENTS[name] if len(inner) == 1 else f"{name}({inner})"
        return _STRUCTURES.get(name, _Reader.unknown)(self, name)

    def bracket(self, name: str) -> str:
        r"""``\left`` and ``\right``: sizes only, and ``.`` for a bracket that is not drawn."""
        if self.peek() == ".":
            self.take()
        return ""

    def double_struck(self, name: str) -> str:
        inner = self.argument()
        return _DOUBLE_STRUCK.get(inner, inner)

    def binomial(self, name: str) -> str:
        return f"C({self.argument()}, {self.argument()})"

    def modulo(self, name: str) -> str:
        return f" (mod {self.argument()})"

    def give_up(self, name: str) -> str:
        raise _Unreadable

    def fraction(self, name: str) -> str:
        above, below = self.argument(), self.argument()
        above = above if re.fullmatch(r"\w+", above) else f"({above})"
        below = below if re.fullmatch(r"[0-9]+|\w", below) else f"({below})"
        # A factor that follows would read as a part of the denominator.
        after = self.peek()
        followed = after.isalnum() or after in ("(", "{", "\\left") or after[1:] in _FUNCTIONS
        followed = followed or _SYMBOLS.get(after[1:], "").isalpha()
        return f"({above}/{below})" if followed else f"{above}/{below}"

    def root(self, name: str) -> str:
        index = ""
        if self.peek() == "[":
            while not index.endswith("]"):
                index += self.take()
        inner = self.argument()
        shown = f"{index[1:-1]}√".translate(_SUPERSCRIPTS) if index[1:-1].isdigit() else index + "√"
        return shown + (inner if len(inner) == 1 or inner.isdigit() else f"({inner})")

    def unknown(self, name: str) -> str:
        """A command that is not known, as it was written, its arguments in braces."""
        text = f"\\{name}"
        while self.peek() == "{":
            text += "{" + self.group() + "}"
        return text


_STRUCTURES = {
    "left": _Reader.bracket,
    "right": _Reader.bracket,
    "mathbb": _Reader.double_struck,
    "frac": _Reader.fraction,
    "tfrac": _Reader.fraction,
    "dfrac": _Reader.fraction,
    "sqrt": _Reader.root,
    "binom": _Reader.binomial,
    "tbinom": _Reader.binomial,
    "dbinom": _Reader.binomial,
    "pmod": _Reader.modulo,
    "begin": _Reader.give_up,
    "end": _Reader.give_up,
    "\\": _Reader.give_up,
}
